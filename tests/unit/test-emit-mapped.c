/* test-emit-mapped.c - mapped-ram files, whose bitmaps and pages are laid out
 * anew.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/emitting.h"

/* ---- bitmaps behind their headers, pages on borders of 1 MiB ---- */

#define MIB 0x100000u

/* Block `a` of a page, which is tight behind its bitmap, and block `b`. */
static GBytes *
make_tight(void)
{
    GByteArray *b = g_byte_array_new();
    guint pad = 4096 - 8 - 28 - 10 - 8 - 17;

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
    g_assert_cmpuint(b->len + 8, ==, 4096);
    build_format(b, "01 00*7 aa*4096");
    build_text(b, "'b' 0000000000001000");
    build_format(b, "00000001 %016x %016x %016x", 4096u, b->len + 28, 12288u);
    build_format(b, "01 00*7 00*%u bb*4096", 12288 - b->len - 8);
    build_text(b, EOS FOOTER(ID_RAM) PART(ID_RAM) EOS FOOTER(ID_RAM) END(ID_RAM)
                      EOS FOOTER(ID_RAM) "00");
    return g_byte_array_free_to_bytes(b);
}

static const struct tight_case {
    const char *path, *machine, *rename_a, *rename_b;
} tight_cases[] = {
    { "machine", "pc-1.0-newer", NULL, NULL },
    { "machine-shorter", "pc", NULL, NULL },
    { "first-block", NULL, "ab", NULL },
    { "second-block", NULL, NULL, "bbbbbbbb" },
    { "all", "pc-1", "abc", "bc" },
};

static void
test_tight(gconstpointer data)
{
    const struct tight_case *t = data;
    g_autoptr(GBytes) bytes = make_tight();
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
        emitting_rename(edit, "a", t->rename_a);
    }
    if (t->rename_b) {
        emitting_rename(edit, "b", t->rename_b);
    }
    (void)!emitting_emit(edit, FALSE, FALSE, &got, &error);
    g_assert_no_error(error);
    back = emitting_open(got, BUILD_AS_BYTES, TRUE);
    for (guint i = 0; i < 2; i++) {
        const QevmRamBlock *b =
            &g_array_index(back->ram->blocks, QevmRamBlock, i);
        const guint8 *p = g_bytes_get_data(got, NULL);

        g_assert_cmphex(b->bitmap_offset, ==, b->offset + b->size);
        g_assert_cmphex(b->pages_offset, ==, (i + 1) * MIB);
        g_assert_cmphex(p[b->bitmap_offset], ==, 0x01);
        g_assert_cmphex(p[b->pages_offset], ==, i ? 0xbb : 0xaa);
        g_assert_cmphex(p[b->pages_offset + 4095], ==, i ? 0xbb : 0xaa);
    }
    if (t->rename_b) {
        g_assert_nonnull(qevm_ram_find(back->ram, t->rename_b));
    }
}

static GBytes *
emitted_at(GBytes *bytes, guint64 from, guint64 to, GError **error)
{
    QevmSource *source = build_source(bytes, BUILD_AS_BYTES);
    g_autoptr(QevmStream) s = NULL;
    g_autoptr(QevmEdit) edit = NULL;
    GBytes *got = NULL;

    qevm_source_set_base(source, from);
    s = qevm_stream_open(source, QEVM_OPEN_WALK, NULL, error);
    g_assert_no_error(s->error);
    edit = qevm_edit_new(s);
    edit->base = to;
    (void)!emitting_emit(edit, FALSE, TRUE, &got, error);
    return got;
}

/* Where the stream begins later in its file, what its headers say is counted
 * from the start of the file all the same. */
static void
test_base(void)
{
    g_autoptr(GBytes) bytes = make_tight();
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) want = NULL, moved = NULL, back = NULL;
    QevmSource *source;
    g_autoptr(QevmStream) s = NULL;
    const QevmRamBlock *b;
    const guint8 *p;

    moved = emitted_at(bytes, 0, 2000, &error);
    g_assert_no_error(error);
    source = build_source(moved, BUILD_AS_BYTES);
    qevm_source_set_base(source, 2000);
    s = qevm_stream_open(source, QEVM_OPEN_WALK, NULL, &error);
    g_assert_no_error(error);
    g_assert_no_error(s->error);
    p = g_bytes_get_data(moved, NULL);
    for (guint i = 0; i < 2; i++) {
        b = &g_array_index(s->ram->blocks, QevmRamBlock, i);
        g_assert_cmphex(b->pages_offset, ==, (i + 1) * MIB - 2000);
        g_assert_cmphex(b->bitmap_offset, ==, b->offset + b->size);
        g_assert_cmphex(p[b->pages_offset], ==, i ? 0xbb : 0xaa);
    }
    /* And back again: as if it had not been moved, but laid out anew. */
    want = emitted_at(moved, 2000, 4000, &error);
    g_assert_no_error(error);
    back = emitted_at(want, 4000, 2000, &error);
    g_assert_no_error(error);
    build_assert_equal(back, moved);
}

/* Pages are moved by whole words of the bitmap. */
static const struct word_case {
    const char *path;
    guint length; /* of pc.ram, which has 3 pages, the first of them stored */
    gboolean top;
    QevmSpanKind room;
    const char *bitmap, *message;
} word_cases[] = {
    { "grow", 0x42000, FALSE, QEVM_SPAN_NOTHING, "01 00*15", NULL },
    { "grow/top", 0x43000, TRUE, QEVM_SPAN_ZEROS, "ff*8 01 00*7", NULL },
    { "grow/top/nothing", 0x43000, TRUE, QEVM_SPAN_NOTHING, "00*8 01 00*7",
      NULL },
    { "shrink", 0x1000, FALSE, QEVM_SPAN_ZEROS, "01 00*7", NULL },
    { "bad/grow", 0x42000, FALSE, QEVM_SPAN_ZEROS, NULL,
      "mapped-ram: block `pc.ram': pages can be moved by multiples of 0x40000 "
      "bytes only: their bitmap has words of 64 bits, in an order of bytes "
      "that nothing tells" },
    { "bad/grow/top", 0x42000, TRUE, QEVM_SPAN_NOTHING, NULL,
      "mapped-ram: block `pc.ram': pages can be moved by multiples of 0x40000 "
      "bytes only: their bitmap has words of 64 bits, in an order of bytes "
      "that nothing tells" },
};

static void
test_words(gconstpointer data)
{
    const struct word_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(BUILD_MAPPED);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GBytes) got = NULL, want = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) back = NULL;
    const QevmRamBlock *b;
    const guint8 *p;
    guint i;
    QevmRamMap *map = emitting_ram(edit, "pc.ram", &i);

    qevm_ram_map_resize(map, i, t->length, t->top, t->room);
    if (t->message) {
        emitting_refused(edit, QEVM_ERROR_UNSUPPORTED, t->message);
        return;
    }
    (void)!emitting_emit(edit, FALSE, FALSE, &got, &error);
    g_assert_no_error(error);
    back = emitting_open(got, BUILD_AS_BYTES, TRUE);
    b = qevm_ram_find(back->ram, "pc.ram");
    g_assert_cmphex(b->used_length, ==, t->length);
    p = g_bytes_get_data(got, NULL);
    want = build_bytes(t->bitmap);
    g_assert_cmpmem(p + b->bitmap_offset, g_bytes_get_size(want),
                    g_bytes_get_data(want, NULL), g_bytes_get_size(want));
    /* The page is where its bit says. */
    p += b->pages_offset + (t->top ? t->length - 0x3000 : 0);
    g_assert_cmphex(p[0], ==, 0xb1);
    g_assert_cmphex(p[4095], ==, 0xb1);
    g_assert_true(t->length == 0x1000 || p[4096] == 0);
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
    HEADER MACHINE "05 'configuration/capabilities' 00000001 00000002 "        \
                   "'x-ignore-shared' 'mapped-ram'" START_RAM                  \
                   "0000000000002004 '" name "' " PAGE ZERO                    \
                   "00000001 " PAGE ZERO ZERO "'b' " PAGE ZERO                 \
                   "00000001 " PAGE bitmap "0000000000100000 01 00*7 00*" gap  \
                   " bb*4096 " TAIL

static void
test_shared(void)
{
    g_autoptr(GBytes) bytes =
        build_bytes(SHARED("a", "00000000000000c7 ", "1048369"));
    g_autoptr(GBytes) want =
        build_bytes(SHARED("abc", "00000000000000c9 ", "1048367"));
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = NULL;

    emitting_rename(edit, "a", "abc");
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
    for (guint i = 0; i < G_N_ELEMENTS(word_cases); i++) {
        g_autofree char *path =
            g_strconcat("/emit-mapped/words/", word_cases[i].path, NULL);

        g_test_add_data_func(path, &word_cases[i], test_words);
    }
    g_test_add_func("/emit-mapped/shared", test_shared);
    g_test_add_func("/emit-mapped/base", test_base);
    g_test_add_func("/emit-mapped/refuse/pipe", test_refuse_mapped_pipe);
    return g_test_run();
}
