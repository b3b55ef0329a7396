/* test-ram-spool.c - pages that wait in a temporary file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/ram-spool.h"

#include "tests/unit/edit-rules.h"

#include <errno.h>

#define PIECE 1024

static QevmRamSpool *
spool_new(void)
{
    g_autoptr(GError) error = NULL;
    QevmRamSpool *s = qevm_ram_spool_new(PIECE, unnamed_file, &error);

    g_assert_no_error(error);
    return s;
}

static void
put(QevmRamSpool *s, guint64 at, int fill)
{
    guint8 data[PIECE];
    g_autoptr(GError) error = NULL;

    memset(data, fill, sizeof data);
    (void)!qevm_ram_spool_put(s, at, fill ? data : NULL, &error);
    g_assert_no_error(error);
}

/* "AT:FILL FILL.. .." of all pages of `size` bytes, from 0 on. */
static char *
pages_text(QevmRamSpool *s, gsize size, guint64 end)
{
    GString *out = g_string_new(NULL);
    g_autofree guint8 *page = g_malloc(size);
    g_autoptr(GError) error = NULL;
    guint64 at = 0;
    gboolean found;

    for (;; at += size) {
        (void)!qevm_ram_spool_next(s, &at, end, size, page, &found, &error);
        g_assert_no_error(error);
        if (!found) {
            return g_string_free(out, FALSE);
        }
        g_string_append_printf(
            out, "%s%" G_GINT64_MODIFIER "x:", out->len ? " " : "", at);
        for (gsize i = 0; i < size; i += PIECE) {
            g_assert_cmphex(page[i], ==, page[i + PIECE - 1]);
            g_string_append_printf(out, "%x", page[i]);
        }
    }
}

static void
assert_pages(QevmRamSpool *s, gsize size, guint64 end, const char *want)
{
    g_autofree char *text = pages_text(s, size, end);

    g_assert_cmpstr(text, ==, want);
}

static void
test_pages(void)
{
    g_autoptr(QevmRamSpool) s = spool_new();

    assert_pages(s, 4096, 0x100000, "");
    put(s, 0x5000, 1);
    put(s, 0x5400, 2);
    put(s, 0x5c00, 3);
    put(s, 0, 4);
    put(s, 0x3000, 0);
    assert_pages(s, 4096, 0x100000, "0:4000 3000:0000 5000:1203");
    assert_pages(s, 2048, 0x100000, "0:40 3000:00 5000:12 5800:03");
    assert_pages(s, 4096, 0x5000, "0:4000 3000:0000");
    /* Newer versions, also a zero one over bytes, and bytes over zeros. */
    put(s, 0x5400, 0);
    put(s, 0x3000, 5);
    put(s, 0x3000, 6);
    assert_pages(s, 4096, 0x100000, "0:4000 3000:6000 5000:1003");
}

/* More than is written or looked at together. */
static void
test_many(void)
{
    g_autoptr(QevmRamSpool) s = spool_new();
    guint64 far = G_GUINT64_CONSTANT(1) << 32;
    g_autofree char *text = NULL;
    g_auto(GStrv) pages = NULL;

    for (guint i = 0; i < 300; i++) {
        put(s, i * PIECE, 1 + (int)i % 15);
    }
    put(s, 40 * 1024 * 1024, 7);
    put(s, far, 8);
    text = pages_text(s, 4096, far + 4096);
    pages = g_strsplit(text, " ", -1);
    g_assert_cmpuint(g_strv_length(pages), ==, 300 / 4 + 2);
    g_assert_cmpstr(pages[0], ==, "0:1234");
    g_assert_cmpstr(pages[74], ==, "4a000:cdef");
    g_assert_cmpstr(pages[75], ==, "2800000:7000");
    g_assert_cmpstr(pages[76], ==, "100000000:8000");
}

static void
test_get(void)
{
    g_autoptr(QevmRamSpool) s = spool_new();
    g_autoptr(GError) error = NULL;
    guint8 data[PIECE];

    put(s, 0x2000, 9);
    put(s, 0x2400, 10);
    put(s, 0x2400, 0);
    memset(data, 0xff, sizeof data);
    g_assert_true(qevm_ram_spool_get(s, 0x2000, data, &error));
    g_assert_cmphex(data[PIECE - 1], ==, 9);
    g_assert_true(qevm_ram_spool_get(s, 0x2400, data, &error));
    g_assert_true(qevm_is_zero(data, sizeof data));
    memset(data, 0xff, sizeof data);
    g_assert_true(qevm_ram_spool_get(s, 0, data, &error));
    g_assert_true(qevm_is_zero(data, sizeof data));
}

/* ---- failures ---- */

static int made;

static int
fail_second(GError **error)
{
    if (made++ == 0) {
        return unnamed_file(error);
    }
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no file");
    return -1;
}

static int
full_file(GError **error)
{
    (void)error;
    return dup(fileno(stdin));
}

static void
test_fail(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmRamSpool) s = NULL;
    guint8 data[PIECE] = { 1 };

    g_assert_null(qevm_ram_spool_new(PIECE, fail_second, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_clear_error(&error);
    /* Standard input is open for reading only. */
    g_assert_nonnull(freopen("/dev/null", "r", stdin));
    s = qevm_ram_spool_new(PIECE, full_file, &error);
    g_assert_no_error(error);
    g_assert_true(qevm_ram_spool_put(s, 0, data, &error));
    g_assert_false(qevm_ram_spool_get(s, 0, data, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_BADF);
    g_assert_cmpstr(error->message, ==,
                    "a temporary file: cannot be written: Bad file descriptor");
    qevm_ram_spool_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ram-spool/pages", test_pages);
    g_test_add_func("/ram-spool/many", test_many);
    g_test_add_func("/ram-spool/get", test_get);
    g_test_add_func("/ram-spool/fail", test_fail);
    return g_test_run();
}
