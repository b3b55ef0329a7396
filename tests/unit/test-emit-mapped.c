/* test-emit-mapped.c - mapped-ram files, whose pages stay where they are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/emitting.h"

/* ---- mapped-ram: a gap with a measured room ---- */

/* One block `a` of a page. Its bitmap of 8 bytes ends `room` bytes before the
 * pages, and behind it is the block `b`. */
static GBytes *
make_tight(guint room)
{
    GByteArray *b = g_byte_array_new();
    guint pad = 4096 - room - 8 - 28 - 10 - 8 - 17;

    /* Capabilities nobody knows fill the bytes before. */
    build_text(b, HEADER MACHINE "05 'configuration/capabilities' 00000001 "
                                 "00000011 'mapped-ram'");
    pad -= b->len;
    for (guint left = 16; left > 0; left--) {
        guint n = pad / left;

        build_format(b, "%02x 63*%u", n - 1, n - 1);
        pad -= n;
    }
    build_text(b, START_RAM "0000000000002004 'a' 0000000000001000");
    build_format(b, "00000001 %016x %016x %016x", 4096u, b->len + 28, 4096u);
    g_assert_cmpuint(b->len + 8 + room, ==, 4096);
    build_format(b, "01 00*7 00*%u aa*4096", room);
    build_text(b, "'b' 0000000000001000");
    build_format(b, "00000001 %016x %016x %016x", 4096u, b->len + 28, 12288u);
    build_format(b, "01 00*7 00*%u bb*4096", 12288 - b->len - 8);
    build_text(b, EOS FOOTER(ID_RAM) PART(ID_RAM) EOS FOOTER(ID_RAM) END(ID_RAM)
                      EOS FOOTER(ID_RAM) "00");
    return g_byte_array_free_to_bytes(b);
}

static const struct tight_case {
    const char *path, *machine, *rename_a, *rename_b;
    guint room;
    const char *message;
} tight_cases[] = {
    { "fits", "pc-1.0-newer", NULL, NULL, 6, NULL },
    { "fits-with-name", "pc-1.0-new", "ab", NULL, 5, NULL },
    { "shorter", "pc", NULL, NULL, 0, NULL },
    { "second-block", NULL, NULL, "bbbbbbbb", 0, NULL },
    { "shorter-and-longer", "pc-1", "abc", NULL, 0, NULL },
    { "bad/machine", "pc-1.0-newer", NULL, NULL, 5,
      "mapped-ram: 6 more bytes before block `a' would move its pages; the gap "
      "behind its bitmap has room for 5" },
    { "bad/name", NULL, "ab", NULL, 0,
      "mapped-ram: 1 more bytes before block `a' would move its pages; the gap "
      "behind its bitmap has room for 0" },
    { "bad/both", "pc-1.0-new", "ab", NULL, 4,
      "mapped-ram: 5 more bytes before block `a' would move its pages; the gap "
      "behind its bitmap has room for 4" },
};

static void
test_tight(gconstpointer data)
{
    const struct tight_case *t = data;
    g_autoptr(GBytes) bytes = make_tight(t->room);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GBytes) got = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) back = NULL;

    if (t->machine) {
        g_autofree char *len =
            g_strdup_printf("%08x", (guint)strlen(t->machine));
        g_autofree char *name = g_strdup_printf("<%s>", t->machine);

        emitting_set(edit, "configuration", "len", len);
        emitting_set(edit, "configuration", "name", name);
    }
    if (t->rename_a) {
        qevm_live_edit_block(edit->live, "a")->rename = g_strdup(t->rename_a);
    }
    if (t->rename_b) {
        qevm_live_edit_block(edit->live, "b")->rename = g_strdup(t->rename_b);
    }
    g_assert_cmpint(emitting_emit(edit, FALSE, FALSE, &got, &error), ==,
                    !t->message);
    if (t->message) {
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED);
        g_assert_cmpstr(error->message, ==, t->message);
        g_assert_cmpuint(g_bytes_get_size(got), ==, 0);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(got), ==, g_bytes_get_size(bytes));
    back = emitting_open(got, BUILD_AS_BYTES, TRUE);
    for (guint i = 0; i < 2; i++) {
        const QevmRamBlock *b =
            &g_array_index(back->ram->blocks, QevmRamBlock, i);
        const guint8 *p = g_bytes_get_data(got, NULL);

        /* Bitmaps right behind their headers, pages where they were. */
        g_assert_cmphex(b->bitmap_offset, ==, b->offset + b->size);
        g_assert_cmphex(b->pages_offset, ==, i ? 12288 : 4096);
        g_assert_cmphex(p[b->bitmap_offset], ==, 0x01);
        g_assert_cmphex(p[b->pages_offset], ==, i ? 0xbb : 0xaa);
        g_assert_cmphex(p[b->pages_offset + 4095], ==, i ? 0xbb : 0xaa);
    }
    if (t->rename_b) {
        g_assert_nonnull(qevm_ram_find(back->ram, t->rename_b));
    }
}

static void
test_refuse_mapped_drop(void)
{
    g_autoptr(GBytes) bytes = build_stream(BUILD_MAPPED);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, FALSE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);

    qevm_live_edit_block(edit->live, "vga.vram")->drop_block = TRUE;
    emitting_refused(
        edit, QEVM_ERROR_UNSUPPORTED,
        "mapped-ram: block `vga.vram' cannot be dropped: all pages "
        "behind it would move");
}

static void
test_refuse_mapped_pipe(void)
{
    g_autoptr(GBytes) bytes = build_stream(BUILD_MAPPED);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_PIPE, FALSE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);

    emitting_refused(edit, QEVM_ERROR_UNSUPPORTED,
                     "a mapped-ram file cannot be rewritten from a pipe: its "
                     "pages have gone by; --spool keeps them in a temporary "
                     "file");
}

/* ---- shared blocks, which have neither bitmap nor pages ---- */

#define ZERO "0000000000000000 "
#define PAGE "0000000000001000 "
#define TAIL EOS FOOTER(ID_RAM) END(ID_RAM) EOS FOOTER(ID_RAM) "00"
/* Blocks NAME, shared, and `b`. */
#define SHARED(name, bitmap, gap)                                              \
    HEADER MACHINE                                                             \
        "05 'configuration/capabilities' 00000001 00000002 "                   \
        "'x-ignore-shared' 'mapped-ram'" START_RAM "0000000000002004 '" name   \
        "' " PAGE ZERO "00000001 " PAGE ZERO ZERO "'b' " PAGE ZERO             \
        "00000001 " PAGE bitmap PAGE "01 00*7 00*" gap " bb*4096 " TAIL

static void
test_shared(void)
{
    g_autoptr(GBytes) bytes =
        build_bytes(SHARED("a", "00000000000000c7 ", "3889"));
    g_autoptr(GBytes) want =
        build_bytes(SHARED("abc", "00000000000000c9 ", "3887"));
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = NULL;

    qevm_live_edit_block(edit->live, "a")->rename = g_strdup("abc");
    (void)!emitting_emit(edit, FALSE, TRUE, &got, &error);
    g_assert_no_error(error);
    build_assert_equal(got, want);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tight_cases); i++) {
        g_autofree char *path =
            g_strconcat("/emit-mapped/", tight_cases[i].path, NULL);

        g_test_add_data_func(path, &tight_cases[i], test_tight);
    }
    g_test_add_func("/emit-mapped/shared", test_shared);
    g_test_add_func("/emit-mapped/refuse/drop", test_refuse_mapped_drop);
    g_test_add_func("/emit-mapped/refuse/pipe", test_refuse_mapped_pipe);
    return g_test_run();
}
