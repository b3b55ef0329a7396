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

/* What is being tried, for that message; borrowed, NULL for nothing. */
void exercise_where(const char *where);

typedef enum {
    EXERCISE_REFUSED, /* no stream at all */
    EXERCISE_BROKEN,  /* a stream that stops with an error */
    EXERCISE_SOUND,
} ExerciseResult;

/* qevm_stream_open() of bytes in memory, with the descriptions at hand. */
QevmStream *exercise_open(GBytes *bytes, QevmOpenFlags flags, GError **error);

typedef enum {
    EXERCISE_RECORDS,  /* they cover the bytes */
    EXERCISE_FINDINGS, /* which see every field */
    EXERCISE_ALL, /* with the descriptions at hand; trees are the bytes they are
                     of, paths lead back, and what is emitted is what was parsed
                   */
} ExerciseDepth;

/* Parses and looks. */
ExerciseResult exercise_parse(GBytes *bytes, QevmOpenFlags flags,
                              ExerciseDepth depth);

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

/* Only applies them to a file and writes the result, as `qevm rewrite` does: to
 * see what that takes. */
void exercise_apply(GBytes *bytes, const QevmRules *rules);

/* All that the rules can change of a stream, as text with a line for each
 * thing: equal texts, equal streams. */
char *exercise_dump(QevmStream *stream, gboolean trees);

#endif
