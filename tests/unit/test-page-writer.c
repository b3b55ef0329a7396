/* test-page-writer.c - the last version of each page, where it is wanted, and
 * how many there were.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/page-writer.h"
#include "tests/unit/ram-stream.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

/* Both blocks of HEAD go to one file: pc.ram's three pages, then vga's. */
#define ALL "0:0+3000@0 1:0+1000@3000"

typedef struct {
    const char *extents; /* BLOCK:FROM+SIZE@AT.., in hex */
    int fd;              /* owned */
    QevmPageCount *count;
    QevmPageWriter *writer;
    QevmPageVisitor visitor;
} Write;

static void
begin(Write *w, const QevmStream *stream)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_auto(GStrv) parts = g_strsplit_set(w->extents, " :+@", -1);

    w->fd = build_file(nothing);
    w->count = qevm_page_count_new(stream);
    w->writer = qevm_page_writer_new(w->count);
    for (guint i = 0; parts[i]; i += 4) {
        QevmPageExtent e = {
            .block = (guint)g_ascii_strtoull(parts[i], NULL, 16),
            .from = g_ascii_strtoull(parts[i + 1], NULL, 16),
            .size = g_ascii_strtoull(parts[i + 2], NULL, 16),
            .fd = w->fd,
            .at = g_ascii_strtoull(parts[i + 3], NULL, 16),
        };

        qevm_page_writer_add(w->writer, &e);
    }
    w->visitor = *qevm_page_writer_visitor(w->writer);
}

static gboolean
live(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **edit,
     gpointer user, GError **error)
{
    (void)flow;
    (void)edit;
    (void)error;
    begin(user, stream);
    return TRUE;
}

/* The file as it is in the end; NULL: an error. */
static GBytes *
run(Write *w, GBytes *bytes, BuildKind kind, GError **error)
{
    QevmStreamHooks hooks = { .live = live, .user = w, .pages = &w->visitor };
    g_autoptr(QevmStream) stream =
        qevm_stream_open(build_source(bytes, kind), 0, &hooks, error);
    gboolean ok = stream != NULL;

    if (ok && !w->count) {
        begin(w, stream);
        ok = qevm_pages_visit(stream, &w->visitor, NULL, NULL, error);
    }
    if (ok && stream->error) {
        g_propagate_error(error, g_error_copy(stream->error));
        ok = FALSE;
    }
    if (ok) {
        qevm_page_count_finish(w->count);
        ok = qevm_page_writer_finish(w->writer, error);
    }
    /* What is asked later does not need the stream. */
    return ok ? build_read_back(w->fd) : NULL;
}

static void
write_clear(Write *w)
{
    g_clear_pointer(&w->writer, qevm_page_writer_free);
    g_clear_pointer(&w->count, qevm_page_count_free);
    close(w->fd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Write, write_clear)

/* pages zero full xbzrle zlib sent again, of a block */
static char *
count_text(const QevmBlockPages *p)
{
    return g_strdup_printf("%u %u %u %u %u %u %u", (guint)p->pages,
                           (guint)p->records[QEVM_PAGE_ZERO],
                           (guint)p->records[QEVM_PAGE_FULL],
                           (guint)p->records[QEVM_PAGE_XBZRLE],
                           (guint)p->records[QEVM_PAGE_COMPRESSED],
                           (guint)p->sent, (guint)p->again);
}

#define ZERO "00*4096 "
/* zlib streams of a page of a5, of zeros, and of one byte less and more. */
#define Z_A5                                                                   \
    "0000001c 789cedc1010d000000c2a0fe41ded31e0e28000000e0dd000e165097 "
#define Z_ZERO "0000001a 789cedc1010d000000c2a0f74f6d0f0714000000f06e10000001 "
#define Z_LESS                                                                 \
    "0000001c 789cedc1010d000000c2a0fe41ded31e0e28000000e0dc00bd704ff2 "
#define Z_MORE                                                                 \
    "0000001c 789cedc1010d000000c2a0fe41ded31e0e28000000e0de005f52513c "

static const struct write_case {
    const char *path, *records, *extents, *wanted;
    const char *count; /* of pc.ram */
} write_cases[] = {
    { "none", "", ALL, ZERO ZERO ZERO ZERO, "3 0 0 0 0 0 0" },
    { "full", W("1008") "'pc.ram' a5*4096 ", ALL, ZERO "a5*4096 " ZERO ZERO,
      "3 0 1 0 0 1 0" },
    { "full/of-zeros", W("1008") "'pc.ram' 00*4096 ", ALL, ZERO ZERO ZERO ZERO,
      "3 0 1 0 0 1 0" },
    { "run",
      W("0008") "'pc.ram' 01*4096 " W("1028") "02*4096 " W("2028") "03*4096 ",
      ALL, "01*4096 02*4096 03*4096 " ZERO, "3 0 3 0 0 3 0" },
    { "backwards",
      W("2008") "'pc.ram' 01*4096 " W("1028") "02*4096 " W("0028") "03*4096 ",
      ALL, "03*4096 02*4096 01*4096 " ZERO, "3 0 3 0 0 3 0" },
    { "last-counts", W("1008") "'pc.ram' 01*4096 " W("1028") "02*4096 ", ALL,
      ZERO "02*4096 " ZERO ZERO, "3 0 2 0 0 1 1" },
    { "last-counts/three",
      W("1008") "'pc.ram' 01*4096 " W("1028") "02*4096 " W("1028") "04*4096 ",
      ALL, ZERO "04*4096 " ZERO ZERO, "3 0 3 0 0 1 1" },
    { "zero-again", W("1008") "'pc.ram' 01*4096 " W("1022") "00", ALL,
      ZERO ZERO ZERO ZERO, "3 1 1 0 0 1 1" },
    { "zeros-again", W("1008") "'pc.ram' 01*4096 " W("1028") "00*4096 ", ALL,
      ZERO ZERO ZERO ZERO, "3 0 2 0 0 1 1" },
    { "zero-first", W("1002") "'pc.ram' 00" W("1028") "01*4096 ", ALL,
      ZERO "01*4096 " ZERO ZERO, "3 1 1 0 0 1 1" },
    { "fill", W("1002") "'pc.ram' 5a" W("1022") "5b", ALL,
      ZERO "5b*4096 " ZERO ZERO, "3 2 0 0 0 1 1" },
    { "xbzrle/of-nothing", W("1040") "'pc.ram' 01 0004 0202aabb ", ALL,
      ZERO "0000aabb 00*4092 " ZERO ZERO, "3 0 0 1 0 1 0" },
    { "xbzrle/of-page",
      W("1008") "'pc.ram' 11*4096 " W("1060") "01 0007 0001aa 030255bb ", ALL,
      ZERO "aa 11*3 55bb 11*4090 " ZERO ZERO, "3 0 1 1 0 1 1" },
    { "xbzrle/twice",
      W("1008") "'pc.ram' 11*4096 " W("1060") "01 0003 0001aa " W(
          "1060") "01 0003 0101bb ",
      ALL, ZERO "aabb 11*4094 " ZERO ZERO, "3 0 1 2 0 1 1" },
    { "xbzrle/long-runs",
      W("1008") "'pc.ram' 11*4096 " W("1060") "01 0004 ff1f01cc ", ALL,
      ZERO "11*4095 cc" ZERO ZERO, "3 0 1 1 0 1 1" },
    { "xbzrle/to-zero",
      W("1002") "'pc.ram' 00" W("1060") "01 0003 0001aa " W(
          "1060") "01 0003 000100 ",
      ALL, ZERO ZERO ZERO ZERO, "3 1 0 2 0 1 1" },
    { "xbzrle/nothing", W("1008") "'pc.ram' 11*4096 " W("1060") "01 0000 ", ALL,
      ZERO "11*4096 " ZERO ZERO, "3 0 1 1 0 1 1" },
    { "compressed", W("1100") "'pc.ram' " Z_A5 W("2120") Z_ZERO, ALL,
      ZERO "a5*4096 " ZERO ZERO, "3 0 0 0 2 2 0" },
    { "compressed/again", W("1008") "'pc.ram' 01*4096 " W("1120") Z_ZERO, ALL,
      ZERO ZERO ZERO ZERO, "3 0 1 0 1 1 1" },
    { "blocks",
      W("0008") "'pc.ram' 01*4096 " W("0008") "'vga' 02*4096 " W(
          "1008") "'pc.ram' 03*4096 ",
      ALL, "01*4096 03*4096 " ZERO "02*4096 ", "3 0 2 0 0 2 0" },
    /* Only what is wanted is written. */
    { "extent/one", W("0008") "'pc.ram' 01*4096 " W("0008") "'vga' 02*4096 ",
      "1:0+1000@0", "02*4096 ", "3 0 1 0 0 1 0" },
    { "extent/part",
      W("0008") "'pc.ram' 01*4096 " W("1028") "02*4096 " W("2028") "03*4096 ",
      "0:1000+1000@10", "00*16 02*4096 ", "3 0 3 0 0 3 0" },
    { "extent/split",
      W("0008") "'pc.ram' 01*4096 " W("1028") "02*4096 " W("2028") "03*4096 ",
      "0:0+1000@2800 0:1000+2000@0", "02*4096 03*4096 00*2048 01*4096 ",
      "3 0 3 0 0 3 0" },
    { "extent/cut", W("1008") "'pc.ram' 01*4096 ", "0:0+1800@0",
      ZERO "01*2048 ", "3 0 1 0 0 1 0" },
    { "extent/cut/xbzrle",
      W("1008") "'pc.ram' 01*4096 " W("1060") "01 0004 fe0f0109 ",
      "0:0+1800@0 1:0+1000@1800", ZERO "01*2046 09 01 " ZERO, "3 0 1 1 0 1 1" },
    { "extent/cut/zero", W("1008") "'pc.ram' 01*4096 " W("1022") "00",
      "1:0+1000@1800 0:0+1800@0", ZERO "00*2048 " ZERO, "3 1 1 0 0 1 1" },
};

static void
test_write(gconstpointer data)
{
    const struct write_case *t = data;
    g_autofree char *text = g_strconcat(HEAD PART(ID_RAM), t->records,
                                        EOS FOOTER(ID_RAM) ENDS, NULL);
    g_autoptr(GBytes) bytes = build_bytes(text);
    g_autoptr(GBytes) wanted = build_bytes(t->wanted);

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
        g_auto(Write) w = { .extents = t->extents };
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = run(&w, bytes, kind, &error);
        g_autofree char *count = NULL;

        g_assert_no_error(error);
        build_assert_equal(got, wanted);
        count = count_text(&w.count->blocks[0]);
        g_assert_cmpstr(count, ==, t->count);
    }
}

static const struct bad_case {
    const char *path, *records, *message;
} bad_cases[] = {
    { "xbzrle/past-end", W("0040") "'vga' 01 0004 ff1f02aa ",
      "ram: at 0x81: an XBZRLE record of 4 bytes that makes no page" },
    { "xbzrle/cut", W("0040") "'vga' 01 0003 0002aa ",
      "ram: at 0x81: an XBZRLE record of 3 bytes that makes no page" },
    { "xbzrle/one-byte", W("0040") "'vga' 01 0001 00 ",
      "ram: at 0x81: an XBZRLE record of 1 bytes that makes no page" },
    { "xbzrle/empty-run", W("0040") "'vga' 01 0002 0000 ",
      "ram: at 0x81: an XBZRLE record of 2 bytes that makes no page" },
    { "compressed/empty", W("0100") "'vga' 00000000 ",
      "ram: at 0x81: a zlib stream of 0 bytes that makes no page" },
    { "compressed/no-zlib", W("0100") "'vga' 00000004 01020304 ",
      "ram: at 0x81: a zlib stream of 4 bytes that makes no page" },
    { "compressed/less", W("0100") "'vga' " Z_LESS,
      "ram: at 0x81: a zlib stream of 28 bytes that makes no page" },
    { "compressed/more", W("0100") "'vga' " Z_MORE,
      "ram: at 0x81: a zlib stream of 28 bytes that makes no page" },
    { "compressed/cut", W("0100") "'vga' 00000008 789cedc1010d0000 ",
      "ram: at 0x81: a zlib stream of 8 bytes that makes no page" },
};

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autofree char *text = g_strconcat(HEAD PART(ID_RAM), t->records,
                                        EOS FOOTER(ID_RAM) ENDS, NULL);
    g_autoptr(GBytes) bytes = build_bytes(text);

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
        g_auto(Write) w = { .extents = ALL };
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = run(&w, bytes, kind, &error);

        g_assert_null(got);
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
        g_assert_cmpstr(error->message, ==, t->message);
    }
}

/* Runs of pages that are longer than what is written at a time, in pages of
 * 1 KiB; and what is never sent takes no room. */
static void
test_long(void)
{
    enum { PAGES = 1000, SIZE = 1024 };
    GByteArray *b = g_byte_array_new(), *want = g_byte_array_new();
    g_autoptr(GBytes) bytes = NULL, wanted = NULL, got = NULL;
    g_auto(Write) w = { .extents = "0:0+3e80000@0" };
    g_autoptr(GError) error = NULL;
    struct stat st;

    build_text(b, HEADER MACHINE "05 'configuration/target-page-bits' "
                                 "00000001 0000000a " START_RAM);
    build_format(b, "%016x 'a' %016x", 64 * PAGES * SIZE | 4,
                 64 * PAGES * SIZE);
    build_text(b, EOS FOOTER(ID_RAM) PART(ID_RAM));
    for (guint i = 0; i < PAGES; i++) {
        build_format(b, "%016x %s %02x*%u", i * SIZE | (i ? 0x28 : 8),
                     i ? "" : "'a'", 1 + i % 255, SIZE);
        build_format(want, "%02x*%u", 1 + i % 255, SIZE);
    }
    build_text(b, EOS FOOTER(ID_RAM) ENDS);
    bytes = g_byte_array_free_to_bytes(b);
    build_format(want, "00*%u", 63 * PAGES * SIZE);
    wanted = g_byte_array_free_to_bytes(want);
    got = run(&w, bytes, BUILD_AS_FILE, &error);
    g_assert_no_error(error);
    build_assert_equal(got, wanted);
    g_assert_cmpint(fstat(w.fd, &st), ==, 0);
    g_assert_cmpint(st.st_blocks * 512, <, 2 * PAGES * SIZE);
    g_assert_cmpuint(w.count->blocks[0].pages, ==, 64 * PAGES);
    g_assert_cmpuint(w.count->blocks[0].sent, ==, PAGES);
    g_assert_true(qevm_page_count_sent(w.count, 0, PAGES * SIZE - 1));
    g_assert_false(qevm_page_count_sent(w.count, 0, PAGES * SIZE));
}

/* A block that no memory could count the pages of. */
static void
test_huge(void)
{
    g_autoptr(GBytes) bytes = build_bytes(
        HEADER MACHINE BITS START_RAM
        "1000000000001004 'a' 1000000000000000 'b' " LEN EOS FOOTER(ID_RAM)
            PART(
                ID_RAM) "0fffffffff000008 'a' a5*4096 0fffffffff000028 5a*4096 "
                        "0000000000000002 'b' 00" EOS FOOTER(ID_RAM) ENDS);

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
        g_auto(Write) w = { .extents = "0:fffffffff000000+1000@0 "
                                       "1:0+1000@1000" };
        g_autoptr(GBytes) wanted = build_bytes("5a*4096 " ZERO);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = run(&w, bytes, kind, &error);

        g_assert_no_error(error);
        build_assert_equal(got, wanted);
        g_assert_false(w.count->exact);
        g_assert_null(w.count->bits);
        g_assert_cmpuint(w.count->blocks[0].records[QEVM_PAGE_FULL], ==, 2);
        g_assert_true(qevm_page_count_sent(w.count, 0, 0));
    }
}

/* A full disk ends the walk, with the error of the system. */
static void
test_full_disk(void)
{
    g_autoptr(GBytes) bytes =
        build_bytes(PARTS(W("0008") "'pc.ram' a5*4096 ") ENDS);
    g_autoptr(QevmStream) stream = NULL;
    g_autoptr(QevmPageCount) count = NULL;
    g_autoptr(QevmPageWriter) writer = NULL;
    g_autoptr(GError) error = NULL;
    QevmPageExtent extent = { .size = 0x3000 };
    int fd = g_open("/dev/full", O_RDWR, 0);

    if (fd < 0) {
        g_test_skip("no /dev/full");
        return;
    }
    stream =
        qevm_stream_open(build_source(bytes, BUILD_AS_BYTES), 0, NULL, &error);
    g_assert_no_error(error);
    count = qevm_page_count_new(stream);
    writer = qevm_page_writer_new(count);
    extent.fd = fd;
    qevm_page_writer_add(writer, &extent);
    g_assert_true(qevm_pages_visit(stream, qevm_page_writer_visitor(writer),
                                   NULL, NULL, &error));
    g_assert_false(qevm_page_writer_finish(writer, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_assert_cmpstr(error->message, ==,
                    "output: cannot be written: No space left on device");
    close(fd);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(write_cases); i++) {
        g_autofree char *path =
            g_strconcat("/page-writer/", write_cases[i].path, NULL);

        g_test_add_data_func(path, &write_cases[i], test_write);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/page-writer/bad/", bad_cases[i].path, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    g_test_add_func("/page-writer/long", test_long);
    g_test_add_func("/page-writer/huge", test_huge);
    g_test_add_func("/page-writer/full-disk", test_full_disk);
    return g_test_run();
}
