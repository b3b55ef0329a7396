/* test-ram-filter.c - pages of RAM through rules: each comes out where it
 * should, out of a file and a pipe.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-rules.h"
#include "tests/unit/emitting.h"

#include <glib/gstdio.h>

/* A stream of `ram` alone: bits of a page, the block list, what is in a PART
 * and in END; NULL: there is no END. */
typedef struct {
    const char *bits, *list, *part, *end;
} Ram;

#define K1 "0a"
#define K4 "0c"
#define TOTAL(n) "0000000000" n "4 "
#define W(n) " 000000000000" n " "
#define LEN(n) " 0000000000" n "0 "
/* a of 16 KiB, b of 8 KiB. */
#define LIST TOTAL("00600") "'a'" LEN("00400") "'b'" LEN("00200")
/* 41*2048 42*2048 */
#define ZLIB "0000001c 789cedc1010100000001a06dfc1f65882a0100de1400b833059c183d"
/* In a PART: its end, a command of POSTCOPY_RAM_DISCARD, and the next PART. */
#define PART_END EOS FOOTER(ID_RAM)
#define PAIR(start, length) "000000000000" start " 000000000000" length " "
#define DISCARD(len, name, start, length)                                      \
    "08 0006 " len " 00 " name " 00 " PAIR(start, length)
#define REST PART(ID_RAM)
/* In rules, ' is ", and FILE has ten bytes. */
static const struct filter_case {
    const char *path, *rules;
    Ram from, want;
} cases[] = {
    { "rename",
      "{'op': 'rename-ram-block', 'at': 'a', 'to': 'xy'}",
      { K4, LIST, W("0008") "'a' a0*4096" W("1022") "00" W("0002") "'b' 00",
        W("1022") "00" },
      { K4, TOTAL("00600") "'xy'" LEN("00400") "'b'" LEN("00200"),
        W("0008") "'xy' a0*4096" W("1022") "00" W("0002") "'b' 00",
        W("1022") "00" } },
    { "drop/antecedent",
      "{'op': 'drop-ram-block', 'at': 'a'}, {'op': 'rename-ram-block', "
      "'at': 'b', 'to': 'c'}",
      { K4, LIST, W("0002") "'b' 00" W("0008") "'a' a0*4096",
        W("1002") "'b' 00" W("1022") "00" },
      { K4, TOTAL("00200") "'c'" LEN("00200"), W("0002") "'c' 00",
        W("1022") "00" W("1022") "00" } },

    { "resize/grow",
      "{'op': 'resize-ram-block', 'at': 'b', 'length': '0x4000'}",
      { K4, LIST, W("0008") "'b' b0*4096", W("0002") "'a' 00" },
      { K4, TOTAL("00800") "'a'" LEN("00400") "'b'" LEN("00400"),
        W("0008") "'b' b0*4096",
        W("0002") "'a' 00" W("2002") "'b' 00" W("3022") "00" } },
    { "resize/grow/top",
      "{'op': 'resize-ram-block', 'at': 'b', 'length': 16384, 'align': 'top'}",
      { K4, LIST, W("0008") "'b' b0*4096" W("1022") "00", "" },
      { K4, TOTAL("00800") "'a'" LEN("00400") "'b'" LEN("00400"),
        W("2008") "'b' b0*4096" W("3022") "00",
        W("0022") "00" W("1022") "00" } },
    { "resize/grow/top/leave",
      "{'op': 'resize-ram-block', 'at': 'b', 'length': 16384, 'align': 'top', "
      "'fill': 'leave'}",
      { K4, LIST, W("1040") "'b' 01 0003 020155", "" },
      { K4, TOTAL("00800") "'a'" LEN("00400") "'b'" LEN("00400"),
        W("3040") "'b' 01 0003 020155", "" } },
    { "resize/shrink",
      "{'op': 'resize-ram-block', 'at': 'a', 'length': 4096}",
      { K4, LIST, W("0008") "'a' a0*4096" W("1028") "a1*4096",
        W("3022") "00" W("0022") "00" },
      { K4, TOTAL("00300") "'a'" LEN("00100") "'b'" LEN("00200"),
        W("0008") "'a' a0*4096", W("0022") "00" } },
    { "resize/shrink/top",
      "{'op': 'resize-ram-block', 'at': 'a', 'length': 4096, 'align': 'top'}",
      { K4, LIST, W("3008") "'a' a3*4096" W("1028") "a1*4096", W("3022") "00" },
      { K4, TOTAL("00300") "'a'" LEN("00100") "'b'" LEN("00200"),
        W("0008") "'a' a3*4096", W("0022") "00" } },
    { "resize/no-end",
      "{'op': 'resize-ram-block', 'at': 'b', 'length': '0x3000'}",
      { K4, LIST, W("0008") "'b' b0*4096", NULL },
      { K4, TOTAL("00700") "'a'" LEN("00400") "'b'" LEN("00300"),
        W("0008") "'b' b0*4096 " EOS FOOTER(ID_RAM) PART(ID_RAM) W("2022") "00",
        NULL } },

    { "split",
      "{'op': 'split-ram-block', 'at': 'a', 'to': [{'name': 'x', 'length': "
      "4096}, {'name': 'y', 'length': '0x3000'}]}",
      { K4, LIST,
        W("0008") "'a' a0*4096" W("1028") "a1*4096" W("2022") "00" W(
            "0022") "00" W("0002") "'b' 00",
        W("3002") "'a' 00" W("1022") "00" },
      { K4,
        TOTAL("00600") "'x'" LEN("00100") "'y'" LEN("00300") "'b'" LEN("00200"),
        W("0008") "'x' a0*4096" W("0008") "'y' a1*4096" W("1022") "00" W(
            "0002") "'x' 00" W("0002") "'b' 00",
        W("2002") "'y' 00" W("0022") "00" } },
    { "split/packed",
      "{'op': 'split-ram-block', 'at': 'a', 'to': [{'name': 'x', 'length': "
      "4096}, {'name': 'y', 'length': '0x3000'}]}",
      { K4, LIST, W("1040") "'a' 01 0003 020155" W("0120") "00000002 789c",
        "" },
      { K4,
        TOTAL("00600") "'x'" LEN("00100") "'y'" LEN("00300") "'b'" LEN("00200"),
        W("0040") "'y' 01 0003 020155" W("0100") "'x' 00000002 789c", "" } },
    { "merge",
      "{'op': 'merge-ram-blocks', 'from': ['b', 'a'], 'to': 'c'}",
      { K4, LIST, W("0008") "'a' a0*4096" W("1022") "00" W("0002") "'b' 00",
        W("1022") "00" W("0002") "'a' 00" },
      { K4, TOTAL("00600") "'c'" LEN("00600"),
        W("2008") "'c' a0*4096" W("3022") "00" W("0022") "00",
        W("1022") "00" W("2022") "00" } },
    { "merge/into-one-of-them",
      "{'op': 'merge-ram-blocks', 'from': ['a', 'b'], 'to': 'b'}",
      { K4, LIST, W("0002") "'a' 00" W("0002") "'b' 00", "" },
      { K4, TOTAL("00600") "'b'" LEN("00600"),
        W("0002") "'b' 00" W("4002") "'b' 00", "" } },

    { "discard/split",
      "{'op': 'split-ram-block', 'at': 'a', 'to': [{'name': 'x', 'length': "
      "4096}, {'name': 'y', 'length': '0x3000'}]}",
      { K4, LIST,
        PART_END DISCARD("0024", "'a'", "0000", "4000") PAIR("3000", "1000")
            REST,
        "" },
      { K4,
        TOTAL("00600") "'x'" LEN("00100") "'y'" LEN("00300") "'b'" LEN("00200"),
        PART_END DISCARD("0014", "'x'", "0000", "1000")
            DISCARD("0024", "'y'", "0000", "3000") PAIR("2000", "1000") REST,
        "" } },
    { "discard/moved",
      "{'op': 'resize-ram-block', 'at': 'b', 'length': 4096, 'align': 'top'}",
      { K4, LIST,
        PART_END DISCARD("0014", "'b'", "0000", "2000")
            DISCARD("0014", "'a'", "1000", "1000") REST,
        "" },
      { K4, TOTAL("00500") "'a'" LEN("00400") "'b'" LEN("00100"),
        PART_END DISCARD("0014", "'b'", "0000", "1000")
            DISCARD("0014", "'a'", "1000", "1000") REST,
        "" } },
    { "discard/dropped",
      "{'op': 'drop-ram-block', 'at': 'a'}",
      { K4, LIST, PART_END DISCARD("0014", "'a'", "0000", "2000") REST, "" },
      { K4, TOTAL("00200") "'b'" LEN("00200"), PART_END REST, "" } },
    /* Not as QEMU writes it. */
    { "discard/odd",
      "{'op': 'rename-ram-block', 'at': 'a', 'to': 'c'}",
      { K4, LIST, PART_END DISCARD("0015", "'a'", "0000", "2000") "00" REST,
        "" },
      { K4, TOTAL("00600") "'c'" LEN("00400") "'b'" LEN("00200"),
        PART_END DISCARD("0015", "'a'", "0000", "2000") "00" REST, "" } },

    { "load",
      "{'op': 'load-ram-block', 'at': 'b', 'file': 'FILE', 'align': 'bottom'}",
      { K4, LIST, W("0008") "'a' a0*4096" W("0008") "'b' b0*4096", "" },
      { K4, LIST, W("0008") "'a' a0*4096",
        W("0008") "'b' \"some bytes\" 00*4086" W("1022") "00" } },
    { "load/top",
      "{'op': 'load-ram-block', 'at': 'b', 'file': 'FILE', 'align': 'top'}",
      { K4, LIST, "", "" },
      { K4, LIST, "", W("0002") "'b' 00" W("1028") "00*4086 \"some bytes\"" } },

    { "regroup/parts",
      "{'op': 'regroup-ram-pages', 'size': 2048}",
      { K4, LIST, W("1008") "'a' a0*2048 a1*2048" W("2022") "00",
        W("0100") "'b' " ZLIB },
      { "0b", LIST,
        W("1008") "'a' a0*2048" W("1828") "a1*2048" W("2022") "00" W(
            "2822") "00",
        W("0008") "'b' 41*2048" W("0828") "42*2048" } },
    { "regroup/collect",
      "{'op': 'regroup-ram-pages', 'size': 4096}",
      { K1, LIST,
        W("0c08") "'b' b3*1024" W("1022") "00" W("0008") "'a' a0*1024" W(
            "1422") "00",
        /* the first one changes, another comes, and one changes its mind */
        W("0060") "01 0003 020155" W("0428") "a1*1024" W("1022") "00" W(
            "0c22") "00" W("0c28") "a3*1024" },
      { K4, LIST, "",
        W("0008") "'a' a0*2 55 a0*1021 a1*1024 00*1024 a3*1024" W(
            "1022") "00" W("0008") "'b' 00*3072 b3*1024" W("1022") "00" } },
    { "regroup/collect/no-end",
      "{'op': 'regroup-ram-pages', 'size': 4096}",
      { K1, LIST, W("0408") "'a' a1*1024", NULL },
      { K4, LIST,
        EOS FOOTER(ID_RAM) PART(ID_RAM) W("0008") "'a' 00*1024 "
                                                  "a1*1024 00*2048",
        NULL } },
    { "regroup/same",
      "{'op': 'regroup-ram-pages', 'size': 4096}",
      { K4, LIST, W("0008") "'a' a0*4096", W("1022") "00" },
      { K4, LIST, W("0008") "'a' a0*4096", W("1022") "00" } },
    { "regroup/split-within-a-page",
      "{'op': 'regroup-ram-pages', 'size': 1024}, {'op': 'split-ram-block', "
      "'at': 'b', 'to': [{'name': 'x', 'length': 1024}, {'name': 'y', "
      "'length': 7168}]}",
      { K4, LIST, W("0002") "'b' 00", W("1028") "b0*1024 b1*3072" },
      { K1,
        TOTAL("00600") "'a'" LEN("00400") "'x'" LEN("00040") "'y'" LEN("001c0"),
        W("0002") "'x' 00" W("0002") "'y' 00" W("0422") "00" W("0822") "00",
        W("0c28") "b0*1024" W("1028") "b1*1024" W("1428") "b1*1024" W(
            "1828") "b1*1024" } },
    { "regroup/made-pages",
      "{'op': 'resize-ram-block', 'at': 'b', 'length': 9216, 'align': 'top'}, "
      "{'op': 'resize-ram-block', 'at': 'b', 'length': 12288}, "
      "{'op': 'regroup-ram-pages', 'size': 4096}",
      { K1, LIST, W("0008") "'b' b0*1024", "" },
      { K4, TOTAL("00700") "'a'" LEN("00400") "'b'" LEN("00300"), "",
        W("0008") "'b' 00*1024 b0*1024 00*2048" W("2022") "00" } },
};

static const struct bad_case {
    const char *path, *rules;
    Ram from;
    gboolean in_pipe; /* only there */
    const char *message;
} bad_cases[] = {
    { "parts/xbzrle",
      "{'op': 'regroup-ram-pages', 'size': 1024}",
      { K4, LIST, W("0040") "'b' 01 0003 020155", "" },
      FALSE,
      "r: rule 1 (regroup-ram-pages): XBZRLE pages, which tell only what "
      "changed in them, cannot be parted" },
    { "parts/xbzrle/pipe",
      "{'op': 'regroup-ram-pages', 'size': 1024}",
      { K4, LIST, W("0040") "'b' 01 0003 020155", "" },
      TRUE,
      "ram: at 0x7a: an XBZRLE page, which tells only what changed in it, "
      "cannot be parted" },
    { "parts/zlib",
      "{'op': 'regroup-ram-pages', 'size': 1024}",
      { K4, LIST, W("0100") "'b' 00000003 789c00", "" },
      FALSE,
      "ram: at 0x7a: a compressed page that is none" },
    { "collect/zlib",
      "{'op': 'regroup-ram-pages', 'size': 8192}",
      { K4, LIST, W("0100") "'b' 00000003 789c00", "" },
      FALSE,
      "ram: at 0x7a: a compressed page that is none" },
    { "collect/xbzrle",
      "{'op': 'regroup-ram-pages', 'size': 8192}",
      { K4, LIST, W("0040") "'b' 01 0003 020255", "" },
      FALSE,
      "ram: at 0x7a: an XBZRLE page that is none" },
    { "size",
      "{'op': 'regroup-ram-pages', 'size': 16384}",
      { K4, LIST, "", "" },
      FALSE,
      "r: rule 1 (regroup-ram-pages): ram//.blocks/b: 0x2000 bytes are no "
      "multiple of 16384" },
    { "unknown-size/made-pages",
      "{'op': 'resize-ram-block', 'at': 'a', 'length': 32768}",
      { NULL, LIST, "", "" },
      FALSE,
      "ram: pages of RAM are to be added, and nothing before them tells how "
      "large pages are; --spool lets the description be read first" },
    { "unknown-size/moved",
      "{'op': 'resize-ram-block', 'at': 'a', 'length': 17408, 'align': 'top', "
      "'fill': 'leave'}",
      { NULL, LIST, W("0008") "'a' a0*4096" W("1022") "00", "" },
      TRUE,
      "ram: at 0x52: the rules move or cut its block by less than a page" },
    { "unknown-size/room",
      "{'op': 'resize-ram-block', 'at': 'a', 'length': 17408}",
      { NULL, LIST, W("0008") "'a' a0*4096" W("1022") "00", "" },
      TRUE,
      "ram: block `a': 0x400 bytes at 0x4000 are no whole pages of 0x1000 "
      "bytes" },
};

static const char *file_name;

/* A page of nothing else: no vmdesc, no devices. */
static GBytes *
ram_stream(const Ram *ram)
{
    GByteArray *b = g_byte_array_new();

    build_text(b, HEADER MACHINE);
    if (ram->bits) {
        build_format(b,
                     "05 'configuration/target-page-bits' 00000001 "
                     "000000%s",
                     ram->bits);
    }
    build_format(b, START_RAM "%s " EOS FOOTER(ID_RAM), ram->list);
    build_format(b, PART(ID_RAM) "%s " EOS FOOTER(ID_RAM), ram->part);
    if (ram->end) {
        build_format(b, END(ID_RAM) "%s " EOS FOOTER(ID_RAM), ram->end);
    }
    build_text(b, "00");
    return g_byte_array_free_to_bytes(b);
}

static gboolean
apply(QevmEdit *edit, QevmPhase phase, gpointer user, GError **error)
{
    edit->allow_lossy = TRUE;
    edit->live->unnamed = unnamed_file;
    return qevm_edit_apply(edit, user, phase, error);
}

/* Applied to a file, or bytes, that was walked. NULL: that failed. */
static GBytes *
rewrite_file(GBytes *bytes, QevmRules *rules, BuildKind kind, GError **error)
{
    g_autoptr(QevmStream) s = emitting_open(bytes, kind, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    GBytes *got = NULL;

    if (!apply(edit, QEVM_PHASE_ALL, rules, error)) {
        return NULL;
    }
    if (!emitting_emit(edit, FALSE, FALSE, &got, error)) {
        g_clear_pointer(&got, g_bytes_unref);
    }
    return got;
}

static void
test_filter(gconstpointer data)
{
    const struct filter_case *t = data;
    g_autoptr(GBytes) bytes = ram_stream(&t->from);
    g_autoptr(GBytes) want = ram_stream(&t->want);
    g_autoptr(QevmRules) rules = quoted_rules(t->rules, file_name);

    for (guint way = 0; way < 3; way++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got =
            way < 2 ? rewrite_file(bytes, rules,
                                   way ? BUILD_AS_FILE : BUILD_AS_BYTES, &error)
                    : emitting_pipe(bytes, apply, rules, &error);

        g_assert_no_error(error);
        build_assert_equal(got, want);
    }
}

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autoptr(GBytes) bytes = ram_stream(&t->from);
    g_autoptr(QevmRules) rules = quoted_rules(t->rules, file_name);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got =
        t->in_pipe ? emitting_pipe(bytes, apply, rules, &error)
                   : rewrite_file(bytes, rules, BUILD_AS_BYTES, &error);

    g_assert_null(got);
    g_assert_nonnull(error);
    g_assert_cmpstr(error->message, ==, t->message);
}

int
main(int argc, char **argv)
{
    g_autofree char *name = NULL;
    int fd, code;

    g_test_init(&argc, &argv, NULL);
    fd = g_file_open_tmp("qevm-test-XXXXXX", &name, NULL);
    g_assert_cmpint(write(fd, "some bytes", 10), ==, 10);
    close(fd);
    file_name = name;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path =
            g_strconcat("/ram-filter/", cases[i].path, NULL);

        g_test_add_data_func(path, &cases[i], test_filter);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/ram-filter/bad/", bad_cases[i].path, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    code = g_test_run();
    g_unlink(name);
    return code;
}
