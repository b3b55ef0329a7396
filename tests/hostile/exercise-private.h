/* exercise-private.h - what parsing and rewriting hostile bytes share. */
#ifndef QEVM_TESTS_HOSTILE_EXERCISE_PRIVATE_H
#define QEVM_TESTS_HOSTILE_EXERCISE_PRIVATE_H

#include "tests/hostile/exercise.h"

/* Puts in the descriptions that qevm comes with: QEVM_SCHEMAS, or ./schemas. */
void exercise_descriptions(QevmStreamHooks *hooks);

/* One file for all outputs, one after the other; the next one overwrites it,
 * which is faster than new memory each time. */
int exercise_memory_file(void);
/* What was written since, in memory of its own. Owned. */
GBytes *exercise_take_output(int fd);

/* Promises, each with what is tried for the message. The output is compared
 * where it is; without `ok` there is an error, and with it none. */
void exercise_want_equal(GBytes *got, GBytes *wanted, const char *what);
void exercise_want_output(int fd, GBytes *wanted, const char *what);
void exercise_want_error(gboolean ok, const GError *error, const char *what);
/* What is emitted of the stream is `bytes`. */
void exercise_emits_itself(QevmStream *stream, GBytes *bytes);

#endif
