/* test-ops-ram.c - rules for RAM: what they say they change, what that costs,
 * and what they are refused for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-rules.h"
#include "tests/unit/emitting.h"

#include <glib/gstdio.h>

/* Of the builder's stream: pc.ram has 3 pages, of which the second is zero at
 * first, vga.vram 2, of which the first is zero, pc.rom 1. */
static const struct ram_case {
    const char *path;
    guint flags;
    const char *rules; /* ' is ", FILE one of ten bytes */
    const char *journal;
    const char *blocks; /* NULL: refused with `message` */
    QevmError code;
    const char *message;
} cases[] = {
    { "rename", 0, "{'op': 'rename-ram-block', 'at': '*.ram', 'to': 'x'}",
      "ram//.blocks/pc.ram: pc.ram -> x [lossless]",
      "x+3000 vga.vram+2000 pc.rom+1000", 0, NULL },
    { "rename/same", 0,
      "{'op': 'rename-ram-block', 'at': 'pc.ram', 'to': 'pc.ram'}", "",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000", 0, NULL },
    { "drop", 0, "{'op': 'drop-ram-block', 'at': 'vga.*'}",
      "ram//.blocks/vga.vram: 0x2000 bytes -> - [lossy] the block, 0x2000 "
      "bytes, and its pages are dropped",
      "pc.ram+3000 pc.rom+1000", 0, NULL },
    { "drop/own-rom", 0,
      "{'op': 'rename-ram-block', 'at': 'pc.rom', 'to': '/rom@genroms/x'},"
      "{'op': 'drop-ram-block', 'at': '*genroms*', 'class': 'default'}",
      "ram//.blocks/pc.rom: pc.rom -> /rom@genroms/x [lossless]\n"
      "ram//.blocks/\"/rom@genroms/x\": 0x1000 bytes -> - [default]",
      "pc.ram+3000 vga.vram+2000", 0, NULL },
    { "drop/optional", 0,
      "{'op': 'drop-ram-block', 'at': 'none', 'optional': true}", "",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000", 0, NULL },

    { "resize/grow", 0,
      "{'op': 'resize-ram-block', 'at': 'pc.rom', 'length': '0x4000'}",
      "ram//.blocks/pc.rom: 0x1000 bytes -> 0x4000 bytes [lossless]",
      "pc.ram+3000 vga.vram+2000 pc.rom+4000", 0, NULL },
    { "resize/same", 0,
      "{'op': 'resize-ram-block', 'at': 'pc.rom', 'length': 4096}", "",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000", 0, NULL },
    { "resize/several", 0,
      "{'op': 'resize-ram-block', 'at': 'pc.*', 'length': '0x4000', 'fill': "
      "'leave'}",
      "ram//.blocks/pc.ram: 0x3000 bytes -> 0x4000 bytes [lossless]\n"
      "ram//.blocks/pc.rom: 0x1000 bytes -> 0x4000 bytes [lossless]",
      "pc.ram+4000 vga.vram+2000 pc.rom+4000", 0, NULL },
    { "resize/shrink", 0,
      "{'op': 'resize-ram-block', 'at': 'pc.ram', 'length': 4096}",
      "ram//.blocks/pc.ram: 0x3000 bytes -> 0x1000 bytes [lossy] pages that "
      "are not zero are cut off, as the one at 0x2000",
      "pc.ram+1000 vga.vram+2000 pc.rom+1000", 0, NULL },
    { "resize/shrink/zero", 0,
      "{'op': 'resize-ram-block', 'at': 'vga.vram', 'length': 4096, 'align': "
      "'top', 'class': 'default'}",
      "ram//.blocks/vga.vram: 0x2000 bytes -> 0x1000 bytes [default]",
      "pc.ram+3000 vga.vram+1000 pc.rom+1000", 0, NULL },
    { "resize/shrink/xbzrle", 0,
      "{'op': 'resize-ram-block', 'at': 'vga.vram', 'length': 4096}",
      "ram//.blocks/vga.vram: 0x2000 bytes -> 0x1000 bytes [lossy] pages that "
      "are not zero are cut off, as the one at 0x1000",
      "pc.ram+3000 vga.vram+1000 pc.rom+1000", 0, NULL },
    { "resize/shrink/what-grew", 0,
      "{'op': 'resize-ram-block', 'at': 'pc.rom', 'length': '0x4000'}, {'op': "
      "'resize-ram-block', 'at': 'pc.rom', 'length': 4096}",
      "ram//.blocks/pc.rom: 0x1000 bytes -> 0x4000 bytes [lossless]\n"
      "ram//.blocks/pc.rom: 0x4000 bytes -> 0x1000 bytes [default]",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000", 0, NULL },
    /* The page is found under the name and at the offset it has by then. */
    { "resize/shrink/moved", 0,
      "{'op': 'merge-ram-blocks', 'from': ['vga.vram', 'pc.ram'], 'to': 'm'}, "
      "{'op': 'resize-ram-block', 'at': 'm', 'length': '0x4000'}",
      "ram//.blocks/vga.vram: vga.vram, pc.ram -> m 0x5000 bytes [lossless]\n"
      "ram//.blocks/m: 0x5000 bytes -> 0x4000 bytes [lossy] pages that are "
      "not zero are cut off, as the one at 0x4000",
      "m+4000 pc.rom+1000", 0, NULL },
    { "resize/shrink/mapped", BUILD_MAPPED,
      "{'op': 'resize-ram-block', 'at': 'pc.ram', 'length': 4096}",
      "ram//.blocks/pc.ram: 0x3000 bytes -> 0x1000 bytes [default]",
      "pc.ram+1000 vga.vram+2000 pc.rom+1000", 0, NULL },
    { "resize/shrink/mapped/lossy", BUILD_MAPPED,
      "{'op': 'resize-ram-block', 'at': 'pc.ram', 'length': 4096, 'align': "
      "'top', 'class': 'default'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (resize-ram-block): ram//.blocks/pc.ram: \"class\" is "
      "default, but this is lossy: pages that are not zero are cut off, as "
      "the one at 0x0" },
    { "resize/none", 0, "{'op': 'resize-ram-block', 'at': 'x', 'length': 4096}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (resize-ram-block): no RAM block `x`" },
    { "resize/unaligned", 0,
      "{'op': 'resize-ram-block', 'at': 'pc.ram', 'length': 5120}", NULL, NULL,
      QEVM_ERROR_RULE,
      "r: rule 1 (resize-ram-block): ram//.blocks/pc.ram: 0x1400 bytes are no "
      "multiple of the page size, 0x1000" },
    { "resize/unaligned/huge", BUILD_HUGE,
      "{'op': 'resize-ram-block', 'at': 'pc.ram', 'length': '0x4000'}", NULL,
      NULL, QEVM_ERROR_RULE,
      "r: rule 1 (resize-ram-block): ram//.blocks/pc.ram: 0x4000 bytes are no "
      "multiple of the page size, 0x200000" },
    { "resize/address", BUILD_SHARED,
      "{'op': 'resize-ram-block', 'at': 'pc.ram', 'length': '0x4000', 'align': "
      "'top'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (resize-ram-block): ram//.blocks/pc.ram: no room for 0x1000 "
      "bytes below its address, 0x0" },
    { "resize/much", 0,
      "{'op': 'resize-ram-block', 'at': 'pc.ram', 'length': "
      "'0x10000000000'}",
      NULL, NULL, QEVM_ERROR_LIMIT,
      "r: rule 1 (resize-ram-block): the rules make more than 536870912 "
      "bytes" },
    { "resize/too-much", 0,
      "{'op': 'resize-ram-block', 'at': 'p*', 'length': "
      "'0x4000000000000000', 'fill': 'leave'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (resize-ram-block): ram//.blocks/pc.rom: all blocks together "
      "have more than 2^63 bytes" },

    { "split", 0,
      "{'op': 'split-ram-block', 'at': 'pc.ram', 'to': [{'name': 'a', "
      "'length': 4096}, {'name': 'pc.ram', 'length': 8192}]}",
      "ram//.blocks/pc.ram: 0x3000 bytes -> a 0x1000 bytes, pc.ram 0x2000 "
      "bytes [lossless]",
      "a+1000 pc.ram+2000 vga.vram+2000 pc.rom+1000", 0, NULL },
    { "split/and-merge", BUILD_SHARED,
      "{'op': 'split-ram-block', 'at': 'pc.ram', 'to': [{'name': 'a', "
      "'length': 4096}, {'name': 'b', 'length': 8192}]}, {'op': "
      "'merge-ram-blocks', 'from': ['a', 'b'], 'to': 'pc.ram'}",
      "ram//.blocks/pc.ram: 0x3000 bytes -> a 0x1000 bytes, b 0x2000 bytes "
      "[lossless]\n"
      "ram//.blocks/a: a, b -> pc.ram 0x3000 bytes [lossless]",
      "pc.ram+3000 vga.vram+2000@10000 pc.rom+1000@20000", 0, NULL },
    { "split/addresses", BUILD_SHARED,
      "{'op': 'split-ram-block', 'at': 'vga.vram', 'to': [{'name': 'a', "
      "'length': 4096}, {'name': 'b', 'length': 4096}]}",
      "ram//.blocks/vga.vram: 0x2000 bytes -> a 0x1000 bytes, b 0x1000 bytes "
      "[lossless]",
      "pc.ram+3000 a+1000@10000 b+1000@11000 pc.rom+1000@20000", 0, NULL },
    { "split/sum", 0,
      "{'op': 'split-ram-block', 'at': 'pc.ram', 'to': [{'name': 'a', "
      "'length': 4096}, {'name': 'b', 'length': 4096}]}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (split-ram-block): ram//.blocks/pc.ram: has 0x3000 bytes, "
      "the blocks in \"to\" have 0x2000" },
    { "split/there", 0,
      "{'op': 'split-ram-block', 'at': 'pc.ram', 'to': [{'name': 'pc.rom', "
      "'length': 4096}, {'name': 'b', 'length': 8192}]}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (split-ram-block): ram//.blocks/pc.ram: there is a RAM block "
      "`pc.rom` already" },
    { "split/unaligned", 0,
      "{'op': 'split-ram-block', 'at': 'pc.ram', 'to': [{'name': 'a', "
      "'length': 1024}, {'name': 'b', 'length': 11264}]}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (split-ram-block): ram//.blocks/pc.ram: 0x400 bytes are no "
      "multiple of the page size, 0x1000" },

    { "merge", 0,
      "{'op': 'merge-ram-blocks', 'from': ['pc.rom', 'pc.ram'], 'to': "
      "'pc.rom'}",
      "ram//.blocks/pc.rom: pc.rom, pc.ram -> pc.rom 0x4000 bytes [lossless]",
      "vga.vram+2000 pc.rom+4000", 0, NULL },
    { "merge/none", 0,
      "{'op': 'merge-ram-blocks', 'from': ['pc.rom', 'x'], 'to': 'y'}", NULL,
      NULL, QEVM_ERROR_RULE, "r: rule 1 (merge-ram-blocks): no RAM block `x`" },
    { "merge/there", 0,
      "{'op': 'merge-ram-blocks', 'from': ['pc.rom', 'pc.ram'], 'to': "
      "'vga.vram'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (merge-ram-blocks): ram//.blocks/pc.rom: there is a RAM block "
      "`vga.vram` already" },
    { "merge/host-pages", BUILD_HUGE,
      "{'op': 'merge-ram-blocks', 'from': ['pc.ram', 'pc.rom'], 'to': 'x'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (merge-ram-blocks): ram//.blocks/pc.rom: has other pages than "
      "`pc.ram` in the host that sent it" },
    { "merge/addresses", BUILD_SHARED,
      "{'op': 'merge-ram-blocks', 'from': ['pc.ram', 'vga.vram'], 'to': 'x'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (merge-ram-blocks): ram//.blocks/vga.vram: its address is "
      "0x10000; behind what is before it, 0x3000" },

    { "load", 0,
      "{'op': 'load-ram-block', 'at': 'pc.rom', 'file': 'FILE', 'align': "
      "'top'}",
      "ram//.blocks/pc.rom: its pages -> FILE, 0xa bytes [stated]",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000", 0, NULL },
    { "load/short", 0,
      "{'op': 'load-ram-block', 'at': 'pc.rom', 'file': 'FILE'}", NULL, NULL,
      QEVM_ERROR_RULE,
      "r: rule 1 (load-ram-block): ram//.blocks/pc.rom: `FILE` has 0xa bytes, "
      "the block 0x1000; \"align\" says where in it they are" },
    { "load/empty", 0,
      "{'op': 'load-ram-block', 'at': 'pc.rom', 'file': 'FILE.empty', 'align': "
      "'top'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (load-ram-block): ram//.blocks/pc.rom: `FILE.empty` has 0x0 "
      "bytes, the block 0x1000" },
    { "load/long", 0,
      "{'op': 'load-ram-block', 'at': 'pc.rom', 'file': 'FILE.long', 'align': "
      "'top'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (load-ram-block): ram//.blocks/pc.rom: `FILE.long` has 0x1001 "
      "bytes, the block 0x1000" },
    { "load/folder", 0, "{'op': 'load-ram-block', 'at': 'pc.rom', 'file': '/'}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 1 (load-ram-block): ram//.blocks/pc.rom: `/` is no file" },
    { "load/shared", BUILD_MAPPED,
      "{'op': 'load-ram-block', 'at': 'pc.rom', 'file': 'FILE', 'align': "
      "'top'}",
      "ram//.blocks/pc.rom: its pages -> FILE, 0xa bytes [stated]",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000", 0, NULL },

    { "regroup", BUILD_NO_PAGES | BUILD_CONF_DESCRIBED,
      "{'op': 'regroup-ram-pages', 'size': 1024}",
      "ram: pages of 4096 bytes -> pages of 1024 bytes [lossless]\n"
      "configuration//{configuration/target-page-bits}/target_page_bits: - -> "
      "10 [lossless]",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000/1024", 0, NULL },
    { "regroup/there",
      BUILD_NO_PAGES | BUILD_CONF_DESCRIBED | BUILD_SUBSECTIONS,
      "{'op': 'regroup-ram-pages', 'size': 2048}",
      "ram: pages of 4096 bytes -> pages of 2048 bytes [lossless]\n"
      "configuration//{configuration/target-page-bits}/target_page_bits: 12 -> "
      "11 [lossless]",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000/2048", 0, NULL },
    { "regroup/same", BUILD_SUBSECTIONS,
      "{'op': 'regroup-ram-pages', 'size': 4096}", "",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000/4096", 0, NULL },
    { "regroup/and-back", BUILD_SUBSECTIONS,
      "{'op': 'regroup-ram-pages', 'size': 1024}, {'op': "
      "'regroup-ram-pages', 'size': 4096}",
      NULL, NULL, QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (regroup-ram-pages): XBZRLE pages, which tell only what "
      "changed in them, cannot be parted" },
    { "regroup/no-configuration", BUILD_NO_CONFIGURATION | BUILD_NO_PAGES,
      "{'op': 'regroup-ram-pages', 'size': 1024}",
      "ram: pages of 4096 bytes -> pages of 1024 bytes [lossless]",
      "pc.ram+3000 vga.vram+2000 pc.rom+1000/1024", 0, NULL },
    { "regroup/length", 0, "{'op': 'regroup-ram-pages', 'size': 8192}", NULL,
      NULL, QEVM_ERROR_RULE,
      "r: rule 1 (regroup-ram-pages): ram//.blocks/pc.ram: 0x3000 bytes are no "
      "multiple of 8192" },
    { "regroup/resize-after", BUILD_NO_PAGES,
      "{'op': 'regroup-ram-pages', 'size': 1024}, {'op': 'resize-ram-block', "
      "'at': 'pc.rom', 'length': 5120}",
      "ram: pages of 4096 bytes -> pages of 1024 bytes [lossless]\n"
      "configuration//{configuration/target-page-bits}/target_page_bits: - -> "
      "10 [lossless]\n"
      "ram//.blocks/pc.rom: 0x1000 bytes -> 0x1400 bytes [lossless]",
      "pc.ram+3000 vga.vram+2000 pc.rom+1400/1024", 0, NULL },
    { "regroup/mapped", BUILD_MAPPED,
      "{'op': 'regroup-ram-pages', 'size': 1024}", NULL, NULL,
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (regroup-ram-pages): pages of mapped-ram files cannot be "
      "regrouped: what stands where no page is stored is not zero, and would "
      "become part of one" },
    { "regroup/subsection", BUILD_NO_PAGES,
      "{'op': 'add-subsection', 'at': 'configuration', 'to': "
      "'configuration/target-page-bits', 'version': 1}, {'op': "
      "'regroup-ram-pages', 'size': 1024}",
      NULL, NULL, QEVM_ERROR_RULE,
      "r: rule 2 (regroup-ram-pages): "
      "configuration//{configuration/target-page-bits}/target_page_bits: is "
      "not there, or not of 4 bytes" },
};

static const char *file_name;

/* "NAME+LENGTH@ADDRESS .." of each block, "/PAGE" if the configuration tells
 * the size of a page. */
static char *
blocks_text(const QevmStream *s, gboolean page)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < s->ram->blocks->len; i++) {
        const QevmRamBlock *b = &g_array_index(s->ram->blocks, QevmRamBlock, i);

        g_string_append_printf(out, "%s%s+%x", i ? " " : "", b->idstr,
                               (guint)b->used_length);
        if (b->address) {
            g_string_append_printf(out, "@%x", (guint)b->address);
        }
    }
    if (page) {
        g_string_append_printf(out, "/%u", (guint)s->page_size);
    }
    return g_string_free(out, FALSE);
}

static void
test_ram(gconstpointer data)
{
    const struct ram_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(t->flags), got = NULL;
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(QevmRules) rules = quoted_rules(t->rules, file_name);
    g_autofree char *changes = NULL, *want = NULL, *blocks = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) back = NULL;
    gboolean ok;

    edit->allow_lossy = TRUE;
    edit->live->unnamed = unnamed_file;
    ok = qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error);
    if (t->message) {
        want = with_file(t->message, file_name);
        g_assert_false(ok);
        g_assert_error(error, QEVM_ERROR, (int)t->code);
        g_assert_cmpstr(error->message, ==, want);
        return;
    }
    g_assert_no_error(error);
    changes = journal(edit);
    want = with_file(t->journal, file_name);
    g_assert_cmpstr(changes, ==, want);
    (void)!emitting_emit(edit, FALSE, FALSE, &got, &error);
    g_assert_no_error(error);
    back = emitting_open(got, BUILD_AS_BYTES, TRUE);
    blocks = blocks_text(back, strchr(t->blocks, '/') != NULL);
    g_assert_cmpstr(blocks, ==, t->blocks);
}

/* In the head of a pipe nobody knows what is cut off. */
static gboolean
apply(QevmEdit *edit, QevmPhase phase, gpointer user, GError **error)
{
    return qevm_edit_apply(edit, user, phase, error);
}

static void
test_pipe(void)
{
    g_autoptr(GBytes) bytes = build_stream(0);
    g_autoptr(QevmRules) rules =
        quoted_rules("{'op': 'resize-ram-block', 'at': 'vga.vram', 'length': "
                     "4096, 'align': 'top'}",
                     file_name);
    g_autoptr(GError) error = NULL;

    g_assert_null(emitting_pipe(bytes, apply, rules, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LOSS);
    g_assert_cmpstr(
        error->message, ==,
        "1 change costs more than is allowed:\n  ram//.blocks/vga.vram: lossy: "
        "pages are cut off; in a pipe nobody knows yet whether they are zero "
        "(--spool tells) (rule 1, resize-ram-block)");
}

/* Postcopy says how large pages are in a command. */
static void
test_postcopy(void)
{
    g_autoptr(GBytes) bytes =
        build_bytes(HEADER MACHINE
                    "08 0003 0010 0000000000001000 "
                    "0000000000001000" START_RAM
                    "0000000000001004 'a' 0000000000001000" EOS FOOTER(ID_RAM)
                        END(ID_RAM) EOS FOOTER(ID_RAM) "00");
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(QevmRules) rules =
        quoted_rules("{'op': 'regroup-ram-pages', 'size': 1024}", file_name);
    g_autoptr(GError) error = NULL;

    g_assert_false(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==,
                    "r: rule 1 (regroup-ram-pages): pages sent by postcopy "
                    "cannot be regrouped");
}

/* What the configuration says of pages must be true. */
static void
test_page_bits(void)
{
    g_autoptr(GBytes) bytes = build_stream(BUILD_SUBSECTIONS);
    g_autoptr(QevmStream) s = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(QevmRules) rules =
        quoted_rules("{'op': 'set', 'at': "
                     "'configuration//{configuration/target-page-bits}/"
                     "target_page_bits', 'value': 10}",
                     file_name);
    g_autoptr(GError) error = NULL;

    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    emitting_refused(edit, QEVM_ERROR_UNSUPPORTED,
                     "configuration/target-page-bits is to be 10, but the "
                     "pages of RAM have 4096 bytes; regroup-ram-pages changes "
                     "both");
}

static void
make_file(const char *suffix, gsize size)
{
    g_autofree char *name = g_strconcat(file_name, suffix, NULL);
    g_autofree char *bytes = g_malloc0(size + 1);

    g_assert_true(g_file_set_contents(name, bytes, (gssize)size, NULL));
}

static void
remove_file(const char *suffix)
{
    g_autofree char *name = g_strconcat(file_name, suffix, NULL);

    g_unlink(name);
}

int
main(int argc, char **argv)
{
    g_autofree char *dir = g_dir_make_tmp("qevm-test-XXXXXX", NULL);
    g_autofree char *name = g_build_filename(dir, "rom", NULL);
    int code;

    g_test_init(&argc, &argv, NULL);
    file_name = name;
    make_file("", 10);
    make_file(".empty", 0);
    make_file(".long", 0x1001);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/ops-ram/", cases[i].path, NULL);

        g_test_add_data_func(path, &cases[i], test_ram);
    }
    g_test_add_func("/ops-ram/pipe", test_pipe);
    g_test_add_func("/ops-ram/postcopy", test_postcopy);
    g_test_add_func("/ops-ram/page-bits", test_page_bits);
    code = g_test_run();
    remove_file("");
    remove_file(".empty");
    remove_file(".long");
    g_rmdir(dir);
    return code;
}
