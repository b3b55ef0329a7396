/* fuzz-parse.c - any bytes as a stream: parsed both ways, decoded, checked,
 * emitted; see tests/hostile/exercise.h.
 */
#include "tests/hostile/exercise.h"

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);

    exercise_parse(bytes, 0, EXERCISE_ALL);
    exercise_parse(bytes, QEVM_OPEN_WALK, EXERCISE_ALL);
    return 0;
}
