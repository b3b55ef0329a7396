/* fuzz-compare.c - any bytes as two -dump-vmstate files, a zero byte between
 * them, compared in both directions; each with itself is no difference.
 */
#include "rewrite/compare.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hostile/exercise.h"

#include <string.h>

static void
compare(const QevmKnown *from, const QevmKnown *to, QevmDirection direction)
{
    g_autoptr(GPtrArray) findings = qevm_compare(from, to, direction);

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        if (!*f->path || !*f->sentence) {
            exercise_fail("%s without a path or a sentence", f->info->slug);
        }
    }
}

/* A device can be such that its own QEMU does not load it. */
static void
compare_same(const char *text, gsize size)
{
    static const char *const own[] = { "subsection-name", "subsection-twice",
                                       "version-too-old", NULL };
    g_autoptr(QevmKnown) a = qevm_known_parse(text, size, "a", NULL);
    g_autoptr(QevmKnown) b = qevm_known_parse(text, size, "b", NULL);
    g_autoptr(GPtrArray) findings =
        a && b ? qevm_compare(a, b, QEVM_COMPARE_FORWARD) : NULL;

    for (guint i = 0; findings && i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        if (!g_strv_contains(own, f->info->slug)) {
            exercise_fail("%s: %s: %s, of the same", f->path, f->info->slug,
                          f->sentence);
        }
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    const char *text = (const char *)data;
    gsize first = size ? strnlen(text, size) : 0;
    gsize rest = size - MIN(first + 1, size);
    const char *second = text + (size - rest);
    g_autoptr(QevmKnown) a = qevm_known_parse(text, first, "a", NULL);
    g_autoptr(QevmKnown) b = NULL;

    if (!a) {
        return 0;
    }
    compare_same(text, first);
    b = qevm_known_parse(second, rest, "b", NULL);
    if (b) {
        compare(a, b, QEVM_COMPARE_FORWARD);
        compare(b, a, QEVM_COMPARE_BACKWARD);
    }
    return 0;
}
