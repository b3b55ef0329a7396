/* meter.c - counts what malloc() hands out: how much there is, and was at most.
 *
 * A program that is linked with this has these functions in the place of
 * glibc's, for its libraries too; glibc documents that, and does the work
 * under other names. The sanitizers replace them in the same way, so with them
 * nothing is counted.
 */
#include "tests/hostile/meter.h"

#if defined __SANITIZE_ADDRESS__ || defined QEVM_LIBFUZZER

gboolean
meter_works(void)
{
    return FALSE;
}

void
meter_start(void)
{
}

gsize
meter_peak(void)
{
    return 0;
}

#else

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#define HEADER sizeof(size_t) /* before each piece, and not counted in it */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

static gsize used, start, peak;

static void *
count(void *p)
{
    if (p) {
        used += malloc_usable_size(p) + HEADER;
        peak = MAX(peak, used);
    }
    return p;
}

static void
uncount(void *p)
{
    if (p) {
        used -= malloc_usable_size(p) + HEADER;
    }
}

void *
malloc(size_t size)
{
    return count(__libc_malloc(size));
}

void *
calloc(size_t n, size_t size)
{
    return count(__libc_calloc(n, size));
}

void *
realloc(void *old, size_t size)
{
    gsize before = old ? malloc_usable_size(old) + HEADER : 0;
    void *p = __libc_realloc(old, size);

    if (p || size == 0) {
        used -= before;
    }
    return count(p);
}

void
free(void *p)
{
    uncount(p);
    __libc_free(p);
}

void *
memalign(size_t alignment, size_t size)
{
    return count(__libc_memalign(alignment, size));
}

void *
aligned_alloc(size_t alignment, size_t size)
{
    return count(__libc_memalign(alignment, size));
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
    void *p = count(__libc_memalign(alignment, size));

    if (!p) {
        return ENOMEM;
    }
    *out = p;
    return 0;
}

gboolean
meter_works(void)
{
    return TRUE;
}

void
meter_start(void)
{
    start = peak = used;
}

gsize
meter_peak(void)
{
    return peak - start;
}

#endif
