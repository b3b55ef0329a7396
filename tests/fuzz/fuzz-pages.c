/* fuzz-pages.c - any bytes as a stream whose RAM is taken out; see
 * tests/hostile/pages.h.
 */
#include "tests/hostile/pages.h"

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);

    exercise_pages(bytes);
    return 0;
}
