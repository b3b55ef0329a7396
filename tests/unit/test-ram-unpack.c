/* test-ram-unpack.c - pages out of XBZRLE and zlib.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/ram-unpack.h"
#include "tests/unit/builder.h"

static const struct patch_case {
    const char *path, *body, *before, *after; /* after NULL: refused */
} patch_cases[] = {
    { "nothing", "", "11*8", "11*8" },
    { "start", "00 02 aabb", "11*8", "aabb 11*6" },
    { "middle", "03 01 aa", "11*8", "11*3 aa 11*4" },
    { "end", "06 02 aabb", "11*8", "11*6 aabb" },
    { "two", "01 01 aa 02 03 bbccdd", "11*8", "11 aa 11*2 bbccdd 11" },
    { "long", "8001 03 aabbcc", "11*131", "11*128 aabbcc" },
    { "long-run", "00 8001 aa*128", "11*130", "aa*128 11*2" },
    { "bad/no-bytes", "03 00", "11*8", NULL },
    { "bad/second-run", "00 01 aa 00 01 bb", "11*8", NULL },
    { "bad/past-end", "07 02 aabb", "11*8", NULL },
    { "bad/run-past-end", "09 01 aa", "11*8", NULL },
    { "bad/short", "00 02 aa", "11*8", NULL },
    { "bad/cut", "03", "11*8", NULL },
    { "bad/cut-length", "80", "11*8", NULL },
    { "bad/length", "8080 01 aa", "11*8", NULL },
};

static void
test_patch(gconstpointer data)
{
    const struct patch_case *t = data;
    g_autoptr(GBytes) body = build_bytes(t->body);
    g_autoptr(GBytes) page = build_bytes(t->before);
    g_autoptr(GBytes) want = build_bytes(t->after ? t->after : "");
    gsize n, size;
    const guint8 *bytes = g_bytes_get_data(body, &n);
    guint8 *got = g_bytes_unref_to_data(g_steal_pointer(&page), &size);

    g_assert_cmpint(qevm_ram_patch(bytes, n, got, size), ==, t->after != NULL);
    if (t->after) {
        g_assert_cmpmem(got, size, g_bytes_get_data(want, NULL),
                        g_bytes_get_size(want));
    }
    g_free(got);
}

/* 41*2048 42*2048 */
#define ZLIB "789cedc1010100000001a06dfc1f65882a0100de1400b833059c183d"

static const struct inflate_case {
    const char *path, *body;
    gsize size;
    gboolean good;
} inflate_cases[] = {
    { "good", ZLIB, 4096, TRUE },
    { "bad/more", ZLIB, 4095, FALSE },
    { "bad/less", ZLIB, 4097, FALSE },
    { "bad/cut", "789cedc10101000000", 4096, FALSE },
    { "bad/sum", "789cedc1010100000001a06dfc1f65882a0100de1400b833059c183e",
      4096, FALSE },
    { "bad/none", "", 4096, FALSE },
    { "bad/other", "00*16", 4096, FALSE },
};

static void
test_inflate(gconstpointer data)
{
    const struct inflate_case *t = data;
    g_autoptr(GBytes) body = build_bytes(t->body);
    g_autofree guint8 *page = g_malloc0(t->size);
    gsize n;
    const guint8 *bytes = g_bytes_get_data(body, &n);

    g_assert_cmpint(qevm_ram_inflate(bytes, n, page, t->size), ==, t->good);
    if (t->good) {
        g_assert_cmphex(page[0], ==, 0x41);
        g_assert_cmphex(page[2047], ==, 0x41);
        g_assert_cmphex(page[2048], ==, 0x42);
        g_assert_cmphex(page[4095], ==, 0x42);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(patch_cases); i++) {
        g_autofree char *path =
            g_strconcat("/ram-unpack/patch/", patch_cases[i].path, NULL);

        g_test_add_data_func(path, &patch_cases[i], test_patch);
    }
    for (guint i = 0; i < G_N_ELEMENTS(inflate_cases); i++) {
        g_autofree char *path =
            g_strconcat("/ram-unpack/inflate/", inflate_cases[i].path, NULL);

        g_test_add_data_func(path, &inflate_cases[i], test_inflate);
    }
    return g_test_run();
}
