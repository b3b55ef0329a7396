/* test-ram.c - `ram`: block lists of every kind, page records of every kind
 * and size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/ram-stream.h"

static QevmStream *
open_walk(GBytes *bytes, BuildKind kind)
{
    g_autoptr(GError) error = NULL;
    QevmStream *s = qevm_stream_open(build_source(bytes, kind), QEVM_OPEN_WALK,
                                     NULL, &error);

    g_assert_no_error(error);
    return s;
}

/* ---- block lists ---- */

/* "NAME+LENGTH" of each, with pPAGESIZE, aADDRESS, mBITMAP:PAGES. */
static char *
blocks_text(const QevmRam *ram)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; ram && i < ram->blocks->len; i++) {
        const QevmRamBlock *b = &g_array_index(ram->blocks, QevmRamBlock, i);

        g_string_append_printf(out, "%s%s+%x", i ? " " : "", b->idstr,
                               (guint)b->used_length);
        if (b->has_page_size) {
            g_string_append_printf(out, "p%x", (guint)b->page_size);
        }
        if (b->has_address) {
            g_string_append_printf(out, "a%x", (guint)b->address);
        }
        if (b->mapped) {
            g_string_append_printf(out, "m%x:%x", (guint)b->bitmap_offset,
                                   (guint)b->pages_offset);
        }
    }
    return g_string_free(out, FALSE);
}

/* The payload of START stands at 0x24; with one capability 0x2a + 26 + what
 * its name is long, so at 0x58 or 0x53. */
#define CAPABILITY(name)                                                       \
    "05 'configuration/capabilities' 00000001 00000001 '" name "' "
#define PLAIN HEADER MACHINE START_RAM
#define SHARED HEADER MACHINE CAPABILITY("x-ignore-shared") START_RAM
#define MAPPED HEADER MACHINE CAPABILITY("mapped-ram") START_RAM
/* A block `a` of a page in a mapped-ram file: its header ends at 0x81. */
#define MAPPED_A MAPPED TOTAL("1") "'a' " LEN
#define MAPPED_A_TAIL " 00*3959 b1*4096 "
#define W64 "0000000000000000"

static const struct list_case {
    const char *path, *bytes, *blocks;
    QevmError code;
    const char *message;
} list_cases[] = {
    { "none", PLAIN TOTAL("0") EOS, "", 0, NULL },
    { "one", PLAIN TOTAL("1") "'pc.ram' " LEN EOS, "pc.ram+1000", 0, NULL },
    { "two", PLAIN TOTAL("2") "'a' " LEN "'b' " LEN EOS, "a+1000 b+1000", 0,
      NULL },
    { "length-zero", PLAIN TOTAL("1") "'a' " W64 "'b' " LEN EOS, "a+0 b+1000",
      0, NULL },
    { "flush", PLAIN TOTAL("1") "'a' " LEN "0000000000000200" EOS, "a+1000", 0,
      NULL },
    { "small-pages", PLAIN "0000000000000104 'a' 0000000000000100" EOS, "a+100",
      0, NULL },
    { "page-size", PLAIN TOTAL("1") "'a' " LEN "0000000000200000" EOS,
      "a+1000p200000", 0, NULL },
    { "page-size/first",
      PLAIN TOTAL("2") "'a' " LEN "0000000000200000 'b' " LEN EOS,
      "a+1000p200000 b+1000", 0, NULL },
    { "page-size/last",
      PLAIN TOTAL("2") "'a' " LEN "'b' " LEN "0000000040000000" EOS,
      "a+1000 b+1000p40000000", 0, NULL },
    { "page-size/all",
      PLAIN TOTAL("2") "'a' " LEN LEN "'b' " LEN "0000000000010000" EOS,
      "a+1000p1000 b+1000p10000", 0, NULL },
    { "address", SHARED TOTAL("2") "'a' " LEN W64 "'b' " LEN LEN EOS,
      "a+1000a0 b+1000a1000", 0, NULL },
    { "mapped",
      MAPPED_A "00000001 " LEN "0000000000000081" LEN
               "01 00*7" MAPPED_A_TAIL EOS,
      "a+1000m81:1000", 0, NULL },
    { "mapped/gap-before-bitmap",
      MAPPED_A "00000001 " LEN "0000000000000100" LEN
               "01 00*7" MAPPED_A_TAIL EOS,
      "a+1000m100:1000", 0, NULL },
    { "mapped/shared", MAPPED_A "00000001 " LEN W64 W64 EOS, "a+1000m0:0", 0,
      NULL },
    { "mapped/version-0",
      MAPPED_A "00000000 " LEN "0000000000000081" LEN
               "01 00*7" MAPPED_A_TAIL EOS,
      "a+1000m81:1000", 0, NULL },

    { "bad/version",
      HEADER MACHINE START(ID_RAM, "ram", "00000003") TOTAL("0") EOS, NULL,
      QEVM_ERROR_MALFORMED, "ram: at 0x24: version_id 3, only 4 can be read" },
    { "bad/word", PLAIN "0000000000001000", NULL, QEVM_ERROR_MALFORMED,
      "ram: at 0x24: block list word is 0x1000, flags 0x04 wanted" },
    { "bad/word/flags", PLAIN "000000000000100c", NULL, QEVM_ERROR_MALFORMED,
      "ram: at 0x24: block list word is 0x100c, flags 0x04 wanted" },
    { "bad/word/short", PLAIN "00000000001004", NULL, QEVM_ERROR_TRUNCATED,
      "ram: at 0x24: block list word needs 8 bytes, 7 left" },
    { "bad/total/less",
      PLAIN TOTAL("1") "'a' "
                       "0000000000001001" EOS,
      "", QEVM_ERROR_MALFORMED,
      "ram: at 0x2c: block `a' of 0x1001 bytes, 0x1000 left of the total" },
    { "bad/total/second", PLAIN TOTAL("1") "'a' " W64 "'b' 0000000000002000",
      "a+0", QEVM_ERROR_MALFORMED,
      "ram: at 0x36: block `b' of 0x2000 bytes, 0x1000 left of the total" },
    { "bad/total/more", PLAIN TOTAL("2") "'a' " LEN EOS, "",
      QEVM_ERROR_MALFORMED, "ram: at 0x36: block name is empty" },
    { "bad/name/empty", PLAIN TOTAL("1") "00" LEN EOS, "", QEVM_ERROR_MALFORMED,
      "ram: at 0x2c: block name is empty" },
    { "bad/name/empty-second", PLAIN TOTAL("2") "'a' " LEN "00 " LEN EOS, "",
      QEVM_ERROR_MALFORMED, "ram: at 0x36: block name is empty" },
    { "bad/name/empty-shared", SHARED TOTAL("2") "'a' " LEN W64 "00" LEN EOS,
      "a+1000a0", QEVM_ERROR_MALFORMED, "ram: at 0x72: block name is empty" },
    { "bad/name/zero-byte", PLAIN TOTAL("1") "02 6100" LEN EOS, "",
      QEVM_ERROR_MALFORMED, "ram: at 0x2c: block name has a zero byte in it" },
    { "bad/name/short", PLAIN TOTAL("1") "05 61", "", QEVM_ERROR_TRUNCATED,
      "ram: at 0x2c: block name needs 6 bytes, 2 left" },
    { "bad/length/short", PLAIN TOTAL("1") "'a' 0000", "", QEVM_ERROR_TRUNCATED,
      "ram: at 0x2e: block length needs 8 bytes, 2 left" },
    { "bad/address/short", SHARED TOTAL("1") "'a' " LEN "00", "",
      QEVM_ERROR_TRUNCATED,
      "ram: at 0x6a: block address needs 8 bytes, 1 left" },
    { "bad/end/none", PLAIN TOTAL("1") "'a' " LEN, "a+1000",
      QEVM_ERROR_TRUNCATED, "ram: at 0x36: record needs 8 bytes, 0 left" },
    { "bad/end/word", PLAIN TOTAL("1") "'a' " LEN "0000000000000008", "a+1000",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x36: word 0x8 after the block list, EOS (0x10) wanted" },
    { "bad/second-list",
      PLAIN TOTAL("0") EOS FOOTER(ID_RAM) START("00000003", "ram", "00000004")
          TOTAL("0") EOS,
      "", QEVM_ERROR_MALFORMED, "ram: at 0x4a: a second block list" },
    { "bad/mapped/short", MAPPED_A "00000001 " LEN "0000000000000081", "a+1000",
      QEVM_ERROR_TRUNCATED,
      "ram: at 0x79: mapped-ram pages offset needs 8 bytes, 0 left" },
    { "bad/mapped/version", MAPPED_A "00000002 " LEN W64 W64 EOS, "a+1000",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x65: mapped-ram version 2, known up to 1" },
    { "bad/mapped/page-size", MAPPED_A "00000001 0000000000001001" W64 W64 EOS,
      "a+1000", QEVM_ERROR_MALFORMED,
      "ram: at 0x69: mapped-ram page size 0x1001 is no power of two" },
    { "bad/mapped/page-size-0", MAPPED_A "00000001 " W64 W64 W64 EOS, "a+1000",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x69: mapped-ram page size 0x0 is no power of two" },
    { "bad/mapped/unaligned",
      MAPPED_A "00000001 " LEN "0000000000000081 0000000000001001",
      "a+1000m81:1001", QEVM_ERROR_MALFORMED,
      "ram: at 0x65: block `a': bitmap at 0x81 and pages at 0x1001 do not "
      "fit" },
    { "bad/mapped/bitmap-behind",
      MAPPED_A "00000001 " LEN "0000000000002000" LEN, "a+1000m2000:1000",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x65: block `a': bitmap at 0x2000 and pages at 0x1000 do not "
      "fit" },
    { "bad/mapped/bitmap-in-header",
      MAPPED_A "00000001 " LEN "0000000000000080" LEN
               "01 00*7" MAPPED_A_TAIL EOS,
      "a+1000m80:1000", QEVM_ERROR_MALFORMED,
      "ram: at 0x65: block `a': bitmap at 0x80 and pages at 0x1000 do not "
      "fit" },
    { "bad/mapped/bitmap-long", MAPPED_A "00000001 " LEN "0000000000000ff9" LEN,
      "a+1000mff9:1000", QEVM_ERROR_MALFORMED,
      "ram: at 0x65: block `a': bitmap at 0xff9 and pages at 0x1000 do not "
      "fit" },
    { "bad/mapped/wraps",
      MAPPED_A "00000001 " LEN "0000000000000081 fffffffffffff000",
      "a+1000m81:fffff000", QEVM_ERROR_MALFORMED,
      "ram: at 0x65: block `a': bitmap at 0x81 and pages at "
      "0xfffffffffffff000 do not fit" },
    { "bad/mapped/past-end",
      MAPPED_A "00000001 " LEN "0000000000000081" LEN "01 00*7" MAPPED_A_TAIL,
      "a+1000m81:1000", QEVM_ERROR_TRUNCATED,
      "ram: at 0x2000: record needs 8 bytes, 0 left" },
    { "bad/mapped/cut",
      MAPPED_A "00000001 " LEN "0000000000000081" LEN "01 00*7",
      "a+1000m81:1000", QEVM_ERROR_TRUNCATED,
      "ram: at 0x81: the end of a block's pages needs 8063 bytes, 8 left" },
};

static void
test_list(gconstpointer data)
{
    const struct list_case *t = data;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GBytes) all = NULL;
    g_autoptr(QevmStream) s = NULL;
    g_autofree char *blocks = NULL;

    build_text(bytes, t->bytes);
    if (!t->message) {
        build_text(bytes, FOOTER(ID_RAM) END(ID_RAM) EOS FOOTER(ID_RAM) "00");
    }
    all = g_bytes_new(bytes->data, bytes->len);
    s = open_walk(all, BUILD_AS_BYTES);
    blocks = blocks_text(s->ram);
    if (t->message) {
        g_assert_error(s->error, QEVM_ERROR, (int)t->code);
        g_assert_cmpstr(s->error->message, ==, t->message);
    } else {
        g_assert_no_error(s->error);
    }
    if (t->blocks) {
        g_assert_cmpstr(blocks, ==, t->blocks);
    } else {
        g_assert_null(s->ram);
    }
}

static void
test_many_blocks(void)
{
    for (guint n = 4096; n <= 4097; n++) {
        GByteArray *bytes = g_byte_array_new();
        g_autoptr(GBytes) all = NULL;
        g_autoptr(QevmStream) s = NULL;

        build_text(bytes, PLAIN TOTAL("1"));
        for (guint i = 0; i + 1 < n; i++) {
            build_format(bytes, "'b%u' " W64, i);
        }
        build_text(bytes, "'last' " LEN EOS FOOTER(ID_RAM) "00");
        all = g_byte_array_free_to_bytes(bytes);
        s = open_walk(all, BUILD_AS_BYTES);
        if (n == 4096) {
            g_assert_no_error(s->error);
            g_assert_cmpuint(s->ram->blocks->len, ==, 4096);
            g_assert_nonnull(qevm_ram_find(s->ram, "b4094"));
            g_assert_null(qevm_ram_find(s->ram, "b4095"));
            continue;
        }
        g_assert_error(s->error, QEVM_ERROR, QEVM_ERROR_LIMIT);
        g_assert_cmpstr(s->error->message, ==,
                        "ram: at 0xdbd6: more than 4096 RAM blocks");
    }
    g_assert_null(qevm_ram_find(NULL, "x"));
}

/* ---- page records ---- */

static const struct page_case {
    const char *path, *bytes;
    const char *pages; /* normal zero XBZRLE compressed, then notes */
    QevmError code;
    const char *message;
} page_cases[] = {
    { "none", PARTS("") ENDS, "0 0 0 0", 0, NULL },
    { "page", PARTS(W("0008") "'pc.ram' a5*4096 ") ENDS, "1 0 0 0", 0, NULL },
    { "page/continue",
      PARTS(W("0008") "'pc.ram' a5*4096 " W("2028") "a5*4096 ") ENDS, "2 0 0 0",
      0, NULL },
    { "page/in-end",
      HEAD END(ID_RAM) W("0008") "'vga' a5*4096 " EOS FOOTER(ID_RAM) "00",
      "1 0 0 0", 0, NULL },
    { "continue-across-sections",
      PARTS(W("0002") "'pc.ram' 00") PART(ID_RAM)
          W("1022") "00" EOS FOOTER(ID_RAM) ENDS,
      "0 2 0 0", 0, NULL },
    { "zero", PARTS(W("0002") "'pc.ram' 00" W("1022") "00" W("2022") "00") ENDS,
      "0 3 0 0", 0, NULL },
    { "zero/fill", PARTS(W("0002") "'pc.ram' 5a" W("1022") "5b") ENDS,
      "0 2 0 0 ram at 0x81: a page filled with 0x5a; QEMU 8.2 and newer refuse "
      "that",
      0, NULL },
    { "xbzrle",
      PARTS(W("0040") "'vga' 01 0003 020155" W("0060") "01 0000") ENDS,
      "0 0 2 0", 0, NULL },
    { "xbzrle/longest", PARTS(W("0040") "'vga' 01 1000 00*4096 ") ENDS,
      "0 0 1 0", 0, NULL },
    { "compress",
      PARTS(W("0100") "'vga' 00000002 789c" W("0120") "00000000") ENDS,
      "0 0 0 2", 0, NULL },
    { "compress/longest", PARTS(W("0100") "'vga' 00001044 00*4164 ") ENDS,
      "0 0 0 1", 0, NULL },
    { "flush", PARTS(W("0200") W("0200")) ENDS, "0 0 0 0", 0, NULL },
    { "flush/continue", PARTS(W("0220")) ENDS, "0 0 0 0", 0, NULL },
    { "eos/offset", HEAD PART(ID_RAM) W("1010") FOOTER(ID_RAM) ENDS, "0 0 0 0",
      0, NULL },
    { "all",
      PARTS(W("0008") "'pc.ram' 00*4096 " W("0002") "'vga' 00" W("0200")
                W("0060") "01 0001 00" W("2100") "'pc.ram' 00000001 00") ENDS,
      "1 1 1 1", 0, NULL },

    { "bad/flags/none", PARTS(W("1000")), "0 0 0 0", QEVM_ERROR_MALFORMED,
      "ram: at 0x81: unknown flags 0x0 in word 0x1000" },
    { "bad/flags/full", PARTS(W("0001")), "0 0 0 0", QEVM_ERROR_MALFORMED,
      "ram: at 0x81: unknown flags 0x1 in word 0x1" },
    { "bad/flags/mem-size", PARTS(W("1004")), "0 0 0 0", QEVM_ERROR_MALFORMED,
      "ram: at 0x81: unknown flags 0x4 in word 0x1004" },
    { "bad/flags/hook", PARTS(W("0080")), "0 0 0 0", QEVM_ERROR_MALFORMED,
      "ram: at 0x81: unknown flags 0x80 in word 0x80" },
    { "bad/flags/two", PARTS(W("000a")), "0 0 0 0", QEVM_ERROR_MALFORMED,
      "ram: at 0x81: unknown flags 0xa in word 0xa" },
    { "bad/flags/continue-alone", PARTS(W("0020")), "0 0 0 0",
      QEVM_ERROR_MALFORMED, "ram: at 0x81: unknown flags 0x20 in word 0x20" },
    { "bad/flags/new", PARTS(W("0400")), "0 0 0 0", QEVM_ERROR_MALFORMED,
      "ram: at 0x81: unknown flags 0x400 in word 0x400" },
    { "bad/block/unknown", PARTS(W("0002") "'pc.rom' 00"), "0 0 0 0",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x81: a page of block `pc.rom', which is not in the block "
      "list" },
    { "bad/block/empty", PARTS(W("0002") "00 00"), "0 0 0 0",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x81: a page of block `', which is not in the block list" },
    { "bad/block/zero-byte", PARTS(W("0002") "05 \"vga\" 00 61 00"), "0 0 0 0",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x81: a page of block `vga', which is not in the block list" },
    { "bad/block/not-named", PARTS(W("0022") "00"), "0 0 0 0",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x81: a page of the same block as before, and none was named "
      "yet" },
    { "bad/block/short", HEAD PART(ID_RAM) W("0002") "04 61", "0 0 0 0",
      QEVM_ERROR_TRUNCATED,
      "ram: at 0x81: block name needs 13 bytes, 10 left" },
    { "bad/offset", PARTS(W("1002") "'vga' 00"), "0 0 0 0",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x81: page 0x1000 of block `vga', which has 0x1000 bytes" },
    { "bad/offset/continue", PARTS(W("2002") "'pc.ram' 00" W("3022") "00"),
      "0 1 0 0", QEVM_ERROR_MALFORMED,
      "ram: at 0x91: page 0x3000 of block `pc.ram', which has 0x3000 bytes" },
    { "bad/offset/huge", PARTS("fffffffffffff002 'vga' 00"), "0 0 0 0",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x81: page 0xfffffffffffff000 of block `vga', which has 0x1000 "
      "bytes" },
    { "bad/zero/short", HEAD PART(ID_RAM) W("0002") "'vga'", "0 0 0 0",
      QEVM_ERROR_TRUNCATED, "ram: at 0x81: fill byte needs 13 bytes, 12 left" },
    { "bad/page/short", HEAD PART(ID_RAM) W("0008") "'vga' 00*4095", "1 0 0 0",
      QEVM_ERROR_TRUNCATED, "ram: at 0x81: page needs 4108 bytes, 4107 left" },
    { "bad/xbzrle/encoding", PARTS(W("0040") "'vga' 02 0001 00"), "0 0 0 0",
      QEVM_ERROR_MALFORMED, "ram: at 0x81: XBZRLE encoding 2 of 1 bytes" },
    { "bad/xbzrle/long", PARTS(W("0040") "'vga' 01 1001 00*4097 "), "0 0 0 0",
      QEVM_ERROR_MALFORMED, "ram: at 0x81: XBZRLE encoding 1 of 4097 bytes" },
    { "bad/xbzrle/short", HEAD PART(ID_RAM) W("0040") "'vga' 01 0004 00",
      "0 0 1 0", QEVM_ERROR_TRUNCATED,
      "ram: at 0x81: page needs 19 bytes, 16 left" },
    { "bad/xbzrle/header-short", HEAD PART(ID_RAM) W("0040") "'vga' 01",
      "0 0 0 0", QEVM_ERROR_TRUNCATED,
      "ram: at 0x81: XBZRLE header needs 15 bytes, 13 left" },
    { "bad/compress/long", PARTS(W("0100") "'vga' 00001045 00*4165 "),
      "0 0 0 0", QEVM_ERROR_MALFORMED,
      "ram: at 0x81: a compressed page of 4165 bytes" },
    { "bad/compress/huge", PARTS(W("0100") "'vga' ffffffff"), "0 0 0 0",
      QEVM_ERROR_MALFORMED,
      "ram: at 0x81: a compressed page of 4294967295 bytes" },
    { "bad/compress/short", HEAD PART(ID_RAM) W("0100") "'vga' 000000",
      "0 0 0 0", QEVM_ERROR_TRUNCATED,
      "ram: at 0x81: compressed size needs 16 bytes, 15 left" },
    { "bad/end", HEAD PART(ID_RAM) "000000000000", "0 0 0 0",
      QEVM_ERROR_TRUNCATED, "ram: at 0x81: record needs 8 bytes, 6 left" },
};

static void
test_page(gconstpointer data)
{
    const struct page_case *t = data;
    g_autoptr(GBytes) bytes = build_bytes(t->bytes);

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
        g_autoptr(QevmStream) s = open_walk(bytes, kind);
        g_autofree char *notes = build_notes(s);
        g_autofree char *pages = g_strdup_printf(
            "%u %u %u %u%s%s", (guint)s->pages_normal, (guint)s->pages_zero,
            (guint)s->pages_xbzrle, (guint)s->pages_compressed,
            *notes ? " " : "", notes);

        if (t->message && kind == BUILD_AS_PIPE &&
            g_str_has_prefix(t->path, "bad/page/")) {
            continue; /* seen only at the pipe's end */
        }
        if (t->message && !(kind == BUILD_AS_PIPE &&
                            g_str_has_prefix(t->path, "bad/xbzrle/short"))) {
            g_assert_error(s->error, QEVM_ERROR, (int)t->code);
            g_assert_cmpstr(s->error->message, ==, t->message);
        }
        g_assert_cmpint(!s->error, ==, !t->message);
        g_assert_cmpstr(pages, ==, t->pages);
    }
}

/* ---- page sizes ---- */

/* Every kind of page, in blocks of eight of them. */
static GBytes *
make_sized(guint bits, gboolean told)
{
    GByteArray *b = g_byte_array_new();
    guint size = 1u << bits;

    build_text(b, HEADER MACHINE);
    if (told) {
        build_format(b, "05 'configuration/target-page-bits' 00000001 %08x",
                     bits);
    }
    build_text(b, START_RAM);
    build_format(b, "%016x 'pc.ram' %016x", 8 * size | 4, 8 * size);
    build_text(b,
               EOS FOOTER(ID_RAM) PART(ID_RAM) EOS FOOTER(ID_RAM) PART(ID_RAM));
    build_format(b, "%016x 'pc.ram' a5*%u", 8u, size);
    build_format(b, "%016x 00", size | 0x22);
    build_format(b, "%016x 01 0001 00", 2 * size | 0x60);
    build_format(b, "%016x 5a*%u", 3 * size | 0x28, size);
    build_format(b, "%016x 3c*%u", 7 * size | 0x28, size);
    if (bits > 8) {
        build_format(b, "%016x 00000003 000000", 4 * size | 0x120);
    }
    build_text(b, EOS FOOTER(ID_RAM) END(ID_RAM) EOS FOOTER(ID_RAM) "00");
    return g_byte_array_free_to_bytes(b);
}

static void
test_sizes(gconstpointer data)
{
    gboolean told = GPOINTER_TO_INT(data);

    for (guint bits = 8; bits <= 16; bits++) {
        g_autoptr(GBytes) bytes = make_sized(bits, told);

        if (!told && bits == 15) {
            continue; /* no target has such pages */
        }
        for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
            g_autoptr(QevmStream) s = open_walk(bytes, kind);
            g_autofree char *notes = build_notes(s);
            g_autofree char *note = g_strdup_printf(
                "page size %u is a guess from the page records", 1u << bits);

            g_assert_no_error(s->error);
            g_assert_cmpuint(s->page_size, ==, 1u << bits);
            g_assert_cmpint(s->page_size_exact, ==, told);
            g_assert_cmpstr(notes, ==, told ? "" : note);
            g_assert_cmpuint(s->pages_normal, ==, 3);
            g_assert_cmpuint(s->pages_zero, ==, 1);
            g_assert_cmpuint(s->pages_xbzrle, ==, 1);
            g_assert_cmpuint(s->pages_compressed, ==, bits > 8);
        }
    }
}

/* Zero pages have no size of their own: of many, the largest that all fit. */
static void
test_zero_guess(void)
{
    for (guint bits = 8; bits <= 16; bits += bits == 14 ? 2 : 1) {
        GByteArray *b = g_byte_array_new();
        g_autoptr(GBytes) bytes = NULL;
        g_autoptr(QevmStream) s = NULL;

        build_text(b, HEADER MACHINE START_RAM);
        build_format(b, "%016x 'pc.ram' %016x", 9u << bits | 4, 9u << bits);
        build_text(b, EOS FOOTER(ID_RAM) PART(ID_RAM));
        for (guint i = 0; i < 9; i++) {
            build_format(b, "%016x", i << bits | (i ? 0x22 : 2));
            build_text(b, i ? "00" : "'pc.ram' 00");
        }
        build_text(b, EOS FOOTER(ID_RAM) "00");
        bytes = g_byte_array_free_to_bytes(b);
        s = open_walk(bytes, BUILD_AS_BYTES);
        g_assert_no_error(s->error);
        g_assert_cmpuint(s->page_size, ==, 1u << bits);
        g_assert_cmpuint(s->pages_zero, ==, 9);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(list_cases); i++) {
        g_autofree char *path =
            g_strconcat("/ram/list/", list_cases[i].path, NULL);

        g_test_add_data_func(path, &list_cases[i], test_list);
    }
    g_test_add_func("/ram/list/bad/many", test_many_blocks);
    for (guint i = 0; i < G_N_ELEMENTS(page_cases); i++) {
        g_autofree char *path =
            g_strconcat("/ram/page/", page_cases[i].path, NULL);

        g_test_add_data_func(path, &page_cases[i], test_page);
    }
    g_test_add_data_func("/ram/size/told", GINT_TO_POINTER(TRUE), test_sizes);
    g_test_add_data_func("/ram/size/guessed", GINT_TO_POINTER(FALSE),
                         test_sizes);
    g_test_add_func("/ram/size/zeros", test_zero_guess);
    return g_test_run();
}
