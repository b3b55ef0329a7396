/* test-pages.c - what pages are shown of a stream, and when they are all there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/pages.h"
#include "tests/unit/ram-stream.h"

typedef struct {
    GString *text;
    const char *wanted; /* blocks by their numbers; NULL: "01" */
    guint stop;         /* at this page; 0: never */
    QevmPageVisitor visitor;
} Shown;

static gboolean
is_wanted(gpointer user, guint block, guint64 offset)
{
    const Shown *s = user;

    (void)offset;
    return strchr(s->wanted ? s->wanted : "01", (char)('0' + block)) != NULL;
}

/* KIND BLOCK:OFFSET@AT+LEN=FIRST-BYTE */
static gboolean
show(gpointer user, const QevmPage *page, GError **error)
{
    static const char kinds[] = "ZFXC";
    Shown *s = user;

    g_string_append_printf(s->text, "%s%c%u:%x@%x+%x", s->text->len ? " " : "",
                           kinds[page->kind], page->block, (guint)page->offset,
                           (guint)page->at, (guint)page->len);
    if (page->data) {
        g_string_append_printf(s->text, "=%02x", page->data[0]);
    }
    if (s->stop && --s->stop == 0) {
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "enough");
        return FALSE;
    }
    return TRUE;
}

/* Opens a stream and has its pages shown: those of a pipe on the way. */
static QevmStream *
open_shown(GBytes *bytes, BuildKind kind, Shown *s, GError **error)
{
    QevmStreamHooks hooks = { .pages = &s->visitor };
    QevmStream *stream;

    s->text = g_string_new(NULL);
    s->visitor = (QevmPageVisitor){ is_wanted, show, s };
    stream = qevm_stream_open(build_source(bytes, kind), 0, &hooks, error);
    if (stream && kind != BUILD_AS_PIPE) {
        g_assert_cmpstr(s->text->str, ==, "");
        if (!qevm_pages_visit(stream, &s->visitor, NULL, NULL, error)) {
            g_clear_pointer(&stream, qevm_stream_free);
        }
    }
    return stream;
}

#define PACKAGE "08 0007 0004 0000000c " FULL("00000007", "d", "00000001")

static const struct shown_case {
    const char *path, *bytes, *shown;
    gboolean incomplete;
} shown_cases[] = {
    { "none", PARTS("") ENDS, "", FALSE },
    { "kinds",
      PARTS(W("0008") "'pc.ram' a5*4096 " W("1022") "00" W(
          "2060") "01 0003 020155" W("0100") "'vga' 00000002 789c") ENDS,
      "F0:0@81+1000=a5 Z0:1000@1090+1=00 X0:2000@1099+3=02 C1:0@10a7+2=78",
      FALSE },
    { "fill", PARTS(W("0002") "'vga' 5a") ENDS, "Z1:0@81+1=5a", FALSE },
    { "twice", PARTS(W("0002") "'vga' 00" W("0028") "11*4096 ") ENDS,
      "Z1:0@81+1=00 F1:0@8e+1000=11", FALSE },
    { "across-sections",
      PARTS(W("0002") "'pc.ram' 00") PART(ID_RAM)
          W("1022") "00" EOS FOOTER(ID_RAM) ENDS,
      "Z0:0@81+1=00 Z0:1000@a3+1=00", FALSE },
    { "in-end", HEAD END(ID_RAM) W("0002") "'vga' 00" EOS FOOTER(ID_RAM) "00",
      "Z1:0@81+1=00", FALSE },
    { "empty-xbzrle", PARTS(W("0040") "'vga' 01 0000") ENDS, "X1:0@81+0=00",
      FALSE },
    { "no-end",
      PARTS(W("0002") "'vga' 00")
          FULL("00000007", "d", "00000001") "01" FOOTER("00000007") "00",
      "Z1:0@81+1=00", FALSE },
    /* Broken streams. */
    { "cut/in-part", PARTS(W("0002") "'vga' 00"), "Z1:0@81+1=00", TRUE },
    { "cut/before", HEAD, "", TRUE },
    { "cut/in-end",
      PARTS(W("0002") "'vga' 00") END(ID_RAM) W("0002") "'vga' 00",
      "Z1:0@81+1=00", TRUE },
    { "cut/behind-end",
      PARTS(W("0002") "'vga' 00") END(ID_RAM) EOS FOOTER(ID_RAM),
      "Z1:0@81+1=00", FALSE },
    { "cut/behind-full",
      PARTS(W("0002") "'vga' 00")
          FULL("00000007", "d", "00000001") "01" FOOTER("00000007"),
      "Z1:0@81+1=00", FALSE },
};

static void
test_shown(gconstpointer data)
{
    const struct shown_case *t = data;
    g_autoptr(GBytes) bytes = build_bytes(t->bytes);

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
        g_autoptr(GError) error = NULL;
        Shown s = { NULL };
        g_autoptr(QevmStream) stream = open_shown(bytes, kind, &s, &error);

        g_assert_no_error(error);
        /* A pipe is shown what a file has in what can be read of it. */
        if (kind != BUILD_AS_PIPE || !g_str_has_prefix(t->path, "cut/")) {
            g_assert_cmpstr(s.text->str, ==, t->shown);
        }
        g_assert_cmpint(qevm_pages_complete(stream), ==, !t->incomplete);
        g_string_free(s.text, TRUE);
    }
}

/* Of a package it is not known whether pages follow, unless END comes. */
static void
test_package(void)
{
    g_autoptr(GBytes) bytes = build_bytes(PARTS(W("0002") "'vga' 00") PACKAGE
                                          "01" FOOTER("00000007"));
    g_autoptr(GError) error = NULL;
    Shown s = { NULL };
    g_autoptr(QevmStream) stream =
        open_shown(bytes, BUILD_AS_BYTES, &s, &error);

    g_assert_no_error(error);
    g_assert_nonnull(stream->error);
    g_assert_false(qevm_pages_complete(stream));
    g_string_free(s.text, TRUE);
}

static void
test_wanted(void)
{
    g_autoptr(GBytes) bytes = build_bytes(
        PARTS(W("0008") "'pc.ram' a5*4096 " W("0002") "'vga' 00") ENDS);

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
        g_autoptr(GError) error = NULL;
        Shown s = { .wanted = "1" };
        g_autoptr(QevmStream) stream = open_shown(bytes, kind, &s, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(s.text->str, ==, "F0:0@81+1000 Z1:0@1090+1=00");
        g_string_free(s.text, TRUE);
    }
}

static void
test_stop(void)
{
    g_autoptr(GBytes) bytes = build_bytes(
        PARTS(W("0002") "'pc.ram' 00" W("1022") "00" W("2022") "00") ENDS);

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
        g_autoptr(GError) error = NULL;
        Shown s = { .stop = 2 };
        g_autoptr(QevmStream) stream = open_shown(bytes, kind, &s, &error);

        g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
        g_assert_cmpstr(error->message, ==, "ram: enough");
        g_assert_null(stream);
        g_assert_cmpstr(s.text->str, ==, "Z0:0@81+1=00 Z0:1000@91+1=00");
        g_string_free(s.text, TRUE);
    }
}

/* Pages that do not fit in what can be looked at: 2^17 bytes. */
static void
test_large(void)
{
    g_autoptr(GBytes) bytes = build_bytes(
        HEADER MACHINE
        "05 'configuration/target-page-bits' "
        "00000001 00000011 " START_RAM
        "0000000000040004 'a' 0000000000040000" EOS FOOTER(ID_RAM)
            PART(ID_RAM) "0000000000000002 'a' 00" EOS FOOTER(ID_RAM) ENDS);
    g_autoptr(GError) error = NULL;
    Shown s = { NULL };
    g_autoptr(QevmStream) stream =
        open_shown(bytes, BUILD_AS_BYTES, &s, &error);

    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==, "ram: at 0x70: pages of 131072 bytes");
    g_string_free(s.text, TRUE);
}

/* ---- mapped-ram files ---- */

/* Block `a` of `pages` pages whose bits are in `bits`; its header ends at 0x81,
 * where the bitmap is, and pages begin at 0x1000, each full of its number. */
static GBytes *
make_mapped(guint pages, const char *bits, const char *page_size)
{
    GByteArray *b = g_byte_array_new();

    build_text(b, HEADER MACHINE
               "05 'configuration/capabilities' 00000001 00000001 "
               "'mapped-ram' " START_RAM);
    build_format(b, "%016x 'a' %016x 00000001", pages << 12 | 4, pages << 12);
    build_text(b, page_size);
    build_text(b, "0000000000000081 0000000000001000");
    build_text(b, bits);
    while (b->len < 0x1000) {
        build_text(b, "00");
    }
    for (guint i = 0; i < pages; i++) {
        build_format(b, "%02x*4096 ", i & 0xff);
    }
    build_text(b, EOS FOOTER(ID_RAM) ENDS);
    return g_byte_array_free_to_bytes(b);
}

static const struct mapped_case {
    const char *path;
    guint pages;
    const char *bits, *shown;
} mapped_cases[] = {
    { "none", 4, "00*8 ", "" },
    { "first", 4, "01 00*7 ", "F0:0@1000+1000=00" },
    { "last", 4, "08 00*7 ", "F0:3000@4000+1000=03" },
    { "run", 4, "06 00*7 ", "F0:1000@2000+1000=01 F0:2000@3000+1000=02" },
    { "runs", 10, "05 02 00*6 ",
      "F0:0@1000+1000=00 F0:2000@3000+1000=02 F0:9000@a000+1000=09" },
    /* Bits behind the last page are padding. */
    { "padding", 2, "ff*8 ", "F0:0@1000+1000=00 F0:1000@2000+1000=01" },
};

static void
test_mapped(gconstpointer data)
{
    const struct mapped_case *t = data;
    g_autoptr(GBytes) bytes = make_mapped(t->pages, t->bits, LEN);

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_FILE; kind++) {
        g_autoptr(GError) error = NULL;
        Shown s = { NULL };
        g_autoptr(QevmStream) stream = open_shown(bytes, kind, &s, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(s.text->str, ==, t->shown);
        g_string_free(s.text, TRUE);
    }
}

/* More than is read at a time. */
static void
test_mapped_long(void)
{
    g_autoptr(GBytes) bytes = make_mapped(200, "ff*25 ", LEN);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) want = g_string_new(NULL);
    Shown s = { NULL };
    g_autoptr(QevmStream) stream =
        open_shown(bytes, BUILD_AS_BYTES, &s, &error);

    g_assert_no_error(error);
    for (guint i = 0; i < 200; i++) {
        g_string_append_printf(want, "%sF0:%x@%x+1000=%02x", i ? " " : "",
                               i << 12, 0x1000 + (i << 12), i);
    }
    g_assert_cmpstr(s.text->str, ==, want->str);
    g_string_free(s.text, TRUE);
}

static void
test_mapped_bad(gconstpointer data)
{
    const char *const *t = data;
    g_autoptr(GBytes) bytes = make_mapped(4, "ff*8 ", t[1]);
    g_autoptr(GError) error = NULL;
    Shown s = { NULL };
    g_autoptr(QevmStream) stream =
        open_shown(bytes, BUILD_AS_BYTES, &s, &error);

    g_assert_null(stream);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==, t[2]);
    g_string_free(s.text, TRUE);
}

static const char *const mapped_bad[][3] = {
    { "small", "0000000000000080", "ram: at 0x5b: pages of 128 bytes" },
};

/* Two blocks whose pages are of different sizes: pages are counted by one. */
static void
test_mapped_sizes(void)
{
    GByteArray *b = g_byte_array_new();
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream = NULL;
    Shown s = { NULL };

    build_text(b, HEADER MACHINE
               "05 'configuration/capabilities' 00000001 00000001 "
               "'mapped-ram' " START_RAM TOTAL("2") "'a' " LEN "00000001" LEN
                                                    "0000000000000081" LEN);
    while (b->len < 0x2000) {
        build_text(b, "01");
    }
    build_text(b, "'b'" LEN "00000001 0000000000000800 0000000000002026 "
                  "0000000000003000");
    while (b->len < 0x4000) {
        build_text(b, "01");
    }
    build_text(b, EOS FOOTER(ID_RAM) ENDS);
    bytes = g_byte_array_free_to_bytes(b);
    stream = open_shown(bytes, BUILD_AS_BYTES, &s, &error);
    g_assert_null(stream);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
    g_assert_cmpstr(error->message, ==,
                    "ram: at 0x2000: block `b' has pages of 2048 bytes, the "
                    "first block of 4096");
    g_string_free(s.text, TRUE);
}

static void
test_fit(void)
{
    QevmRam ram = { .total = QEVM_PAGES_MAX, .list_offset = 0x2c };
    g_autoptr(GError) error = NULL;

    g_assert_true(qevm_pages_fit(&ram, &error));
    ram.total++;
    g_assert_false(qevm_pages_fit(&ram, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==,
                    "ram: at 0x2c: blocks of 0x100000000001 bytes, more than "
                    "16 TiB");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(shown_cases); i++) {
        g_autofree char *path =
            g_strconcat("/pages/shown/", shown_cases[i].path, NULL);

        g_test_add_data_func(path, &shown_cases[i], test_shown);
    }
    for (guint i = 0; i < G_N_ELEMENTS(mapped_cases); i++) {
        g_autofree char *path =
            g_strconcat("/pages/mapped/", mapped_cases[i].path, NULL);

        g_test_add_data_func(path, &mapped_cases[i], test_mapped);
    }
    for (guint i = 0; i < G_N_ELEMENTS(mapped_bad); i++) {
        g_autofree char *path =
            g_strconcat("/pages/mapped/bad/", mapped_bad[i][0], NULL);

        g_test_add_data_func(path, mapped_bad[i], test_mapped_bad);
    }
    g_test_add_func("/pages/mapped/long", test_mapped_long);
    g_test_add_func("/pages/mapped/bad/sizes", test_mapped_sizes);
    g_test_add_func("/pages/package", test_package);
    g_test_add_func("/pages/wanted", test_wanted);
    g_test_add_func("/pages/stop", test_stop);
    g_test_add_func("/pages/large", test_large);
    g_test_add_func("/pages/fit", test_fit);
    return g_test_run();
}
