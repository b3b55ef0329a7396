/* exercise.h - what must hold for any bytes that are taken for a stream.
 *
 * Shared by the fuzz targets, the sweep and the property test. A promise that
 * is not kept ends the program with a message and SIGABRT, so that a fuzzer
 * or a parent process sees it like any other crash.
 */
#ifndef QEVM_TESTS_HOSTILE_EXERCISE_H
#define QEVM_TESTS_HOSTILE_EXERCISE_H

#include "rewrite/check.h"
#include "rewrite/emit.h"

/* "BROKEN PROMISE: .." on stderr, and abort(). */
void exercise_fail(const char *format, ...) G_GNUC_PRINTF(1, 2) G_GNUC_NORETURN;

typedef enum {
    EXERCISE_REFUSED, /* no stream at all */
    EXERCISE_BROKEN,  /* a stream that stops with an error */
    EXERCISE_SOUND,
} ExerciseResult;

/* Parses, decodes everything, looks for findings, and emits again. What was
 * parsed without an error comes out as it went in. */
ExerciseResult exercise_parse(GBytes *bytes, QevmOpenFlags flags);

/* The same, without what makes up most of its time: findings still see every
 * byte, but trees are not compared, and nothing is emitted. */
ExerciseResult exercise_parse_quick(GBytes *bytes, QevmOpenFlags flags);

/* What became of rules. */
typedef struct {
    guint changes;  /* they were applied, and the result written */
    GBytes *result; /* owned; NULL: they were not */
    GError *error;  /* owned; why */
} ExerciseRewrite;
void exercise_rewrite_clear(ExerciseRewrite *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExerciseRewrite, exercise_rewrite_clear)

/* Applies rules to a file and, if it is small enough, to the same bytes in a
 * pipe. What is written must read back as what was edited, and both ways give
 * the same bytes. */
void exercise_rewrite(GBytes *bytes, const QevmRules *rules,
                      ExerciseRewrite *out);

/* All that the rules can change of a stream, as text with a line for each
 * thing: equal texts, equal streams. */
char *exercise_dump(QevmStream *stream, gboolean trees);

#endif
