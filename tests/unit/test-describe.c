/* test-describe.c - descriptions of ours: configuration, ram and what nobody
 * describes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/describe.h"
#include "tests/unit/builder-stream.h"

/* NAME+SIZE=VALUES, structs and subsections with what is inside. */
static void
dump(GString *out, QevmNode *parent)
{
    for (QevmNode *n = qevm_node_children(parent); n; n = n->next) {
        if (out->len && out->str[out->len - 1] != '(') {
            g_string_append_c(out, ' ');
        }
        g_string_append_printf(out, "%s+%u", qevm_node_name(n), (guint)n->size);
        if (n->kind < QEVM_NODE_FIELD) {
            g_string_append_c(out, '(');
            dump(out, n);
            g_string_append_c(out, ')');
        }
        for (guint64 i = 0;
             n->kind >= QEVM_NODE_FIELD && i < qevm_node_count(n); i++) {
            g_auto(QevmValue) value = QEVM_VALUE_INIT;
            g_autofree char *text = NULL;

            qevm_node_value(n, i, &value);
            text = qevm_value_format(&value);
            g_string_append_printf(out, "%s%s", i ? "," : "=", text);
        }
    }
}

static char *
dump_tree(QevmTree *tree)
{
    GString *out = g_string_new(NULL);

    dump(out, &tree->root);
    return g_string_free(out, FALSE);
}

/* ---- the configuration ---- */

#define CONF "00000006 <pc-1.0> "
#define BITS "05 'configuration/target-page-bits' 00000001 0000000c "
#define UUID "05 'configuration/uuid' 00000001 01 02 11*14 "

static const struct conf_case {
    const char *path, *payload, *tree;
} conf_cases[] = {
    { "plain", CONF, "len+4=6 name+6=\"pc-1.0\"" },
    { "no-name", "00000000", "len+4=0 name+0=hex:" },
    { "bits", CONF BITS,
      "len+4=6 name+6=\"pc-1.0\" configuration/target-page-bits+40("
      "target_page_bits+4=12)" },
    { "capabilities",
      CONF "05 'configuration/capabilities' 00000001 00000002 "
           "'x-ignore-shared' 'mapped-ram'",
      "len+4=6 name+6=\"pc-1.0\" configuration/capabilities+63(caps_count+4=2 "
      "capabilities+16=\"x-ignore-shared\" capabilities+11=\"mapped-ram\")" },
    { "no-capabilities",
      CONF "05 'configuration/capabilities' 00000001 00000000",
      "len+4=6 name+6=\"pc-1.0\" configuration/capabilities+36("
      "caps_count+4=0)" },
    { "uuid", CONF UUID,
      "len+4=6 name+6=\"pc-1.0\" configuration/uuid+40(uuid.data+16=1,2,17,17,"
      "17,17,17,17,17,17,17,17,17,17,17,17)" },
    { "all", CONF BITS UUID,
      "len+4=6 name+6=\"pc-1.0\" configuration/target-page-bits+40("
      "target_page_bits+4=12) configuration/uuid+40(uuid.data+16=1,2,17,17,17,"
      "17,17,17,17,17,17,17,17,17,17,17)" },
    /* What cannot be: the walk has refused it before. Nothing is lost. */
    { "unknown", CONF "05 'x' 00000001 00",
      "len+4=6 name+6=\"pc-1.0\" +8=hex:0501780000000100" },
    { "name-short", "00000007 <pc-1.0>", "+10=hex:0000000770632d312e30" },
    { "length-short", "000000", "+3=hex:000000" },
    { "bits-short", CONF "05 'configuration/target-page-bits' 00000001 0000",
      "len+4=6 name+6=\"pc-1.0\" "
      "+38=hex:051e636f6e66696775726174696f6e2f7461726765742d706167652d62697473"
      "000000010000" },
    { "capability-short",
      CONF "05 'configuration/capabilities' 00000001 ffffffff 05",
      "len+4=6 name+6=\"pc-1.0\" "
      "+37=hex:051a636f6e66696775726174696f6e2f6361706162696c697469657300000001"
      "ffffffff05" },
    { "uuid-short", CONF "05 'configuration/uuid' 00000001 11*15",
      "len+4=6 name+6=\"pc-1.0\" "
      "+39=hex:0512636f6e66696775726174696f6e2f757569640000000111111111111111"
      "1111111111111111" },
};

static void
test_configuration(gconstpointer data)
{
    const struct conf_case *t = data;
    g_autoptr(GBytes) payload = build_bytes(t->payload);
    g_autoptr(QevmArena) arena = qevm_arena_new();
    const QevmVmsd *vmsd = qevm_describe_configuration(arena, payload);
    g_autoptr(QevmTree) tree = qevm_tree_new(vmsd, payload, 9);
    g_autofree char *text = dump_tree(tree);

    g_assert_cmpstr(vmsd->name, ==, "configuration");
    g_assert_cmpuint(vmsd->version, ==, 1);
    g_assert_cmpstr(text, ==, t->tree);
}

/* QEMU's own description, since 8.2, says the same as ours. */
static void
test_as_qemu(void)
{
    g_autoptr(GBytes) bytes =
        build_stream(BUILD_CONF_DESCRIBED | BUILD_SUBSECTIONS);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s =
        qevm_stream_open(build_source(bytes, BUILD_AS_BYTES), 0, NULL, &error);
    QevmRecord *conf = g_ptr_array_index(s->records, 1);
    QevmTree *ours = qevm_record_tree(s, conf, &error);
    g_autoptr(QevmTree) theirs = qevm_tree_new(
        s->vmdesc->configuration, ours->payload, conf->payload_offset);
    g_autofree char *a = dump_tree(ours), *b = dump_tree(theirs);

    g_assert_no_error(error);
    g_assert_no_error(theirs->error);
    g_assert_cmpstr(a, ==, b);
}

/* ---- ram ---- */

#define END_WORD ".end+8=hex:0000000000000010"

static const struct ram_case {
    const char *path;
    guint flags;
    const char *tree;
} ram_cases[] = {
    { "plain", 0,
      ".mem_size+8=24580 .blocks+47("
      "pc.ram+15(idstr+7=\"pc.ram\" used_length+8=12288) "
      "vga.vram+17(idstr+9=\"vga.vram\" used_length+8=8192) "
      "pc.rom+15(idstr+7=\"pc.rom\" used_length+8=4096)) " END_WORD },
    { "huge", BUILD_HUGE,
      ".mem_size+8=24580 .blocks+63("
      "pc.ram+23(idstr+7=\"pc.ram\" used_length+8=12288 page_size+8=2097152) "
      "vga.vram+17(idstr+9=\"vga.vram\" used_length+8=8192) "
      "pc.rom+23(idstr+7=\"pc.rom\" used_length+8=4096 "
      "page_size+8=65536)) " END_WORD },
    { "shared", BUILD_SHARED,
      ".mem_size+8=24580 .blocks+71("
      "pc.ram+23(idstr+7=\"pc.ram\" used_length+8=12288 address+8=0) "
      "vga.vram+25(idstr+9=\"vga.vram\" used_length+8=8192 "
      "address+8=65536) "
      "pc.rom+23(idstr+7=\"pc.rom\" used_length+8=4096 "
      "address+8=131072)) " END_WORD },
    { "mapped", BUILD_MAPPED,
      ".mem_size+8=24580 .blocks+131("
      "pc.ram+43(idstr+7=\"pc.ram\" used_length+8=12288 "
      "mapped_ram.version+4=1 mapped_ram.page_size+8=4096 "
      "mapped_ram.bitmap_offset+8=134 mapped_ram.pages_offset+8=1048576) "
      "vga.vram+45(idstr+9=\"vga.vram\" used_length+8=8192 "
      "mapped_ram.version+4=1 mapped_ram.page_size+8=4096 "
      "mapped_ram.bitmap_offset+8=1060909 mapped_ram.pages_offset+8=2097152) "
      "pc.rom+43(idstr+7=\"pc.rom\" used_length+8=4096 "
      "mapped_ram.version+4=1 mapped_ram.page_size+8=4096 "
      "mapped_ram.bitmap_offset+8=2105387 "
      "mapped_ram.pages_offset+8=3145728))" },
};

static void
test_ram(gconstpointer data)
{
    const struct ram_case *t = data;
    g_autoptr(GBytes) bytes = build_stream(t->flags);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s =
        qevm_stream_open(build_source(bytes, BUILD_AS_BYTES), 0, NULL, &error);
    QevmTree *tree =
        qevm_record_tree(s, g_ptr_array_index(s->records, 2), &error);
    g_autofree char *text = dump_tree(tree);

    g_assert_no_error(error);
    g_assert_no_error(tree->error);
    g_assert_cmpstr(text, ==, t->tree);
}

static void
test_no_blocks(void)
{
    g_autoptr(GBytes) bytes = build_bytes(
        HEADER START_RAM
        "0000000000000004 0000000000000200" EOS FOOTER(ID_RAM) "00");
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s =
        qevm_stream_open(build_source(bytes, BUILD_AS_BYTES), 0, NULL, &error);
    QevmTree *tree =
        qevm_record_tree(s, g_ptr_array_index(s->records, 1), &error);
    g_autofree char *text = dump_tree(tree);

    g_assert_no_error(error);
    g_assert_cmpstr(text, ==,
                    ".mem_size+8=4 .blocks+0() "
                    ".end+16=hex:00000000000002000000000000000010");
}

/* ---- bytes ---- */

static void
test_opaque(void)
{
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(GBytes) payload = build_bytes("00 01 ff");
    const QevmVmsd *vmsd = qevm_describe_opaque(arena, 3);
    g_autoptr(QevmTree) tree = qevm_tree_new(vmsd, payload, 0);
    g_autofree char *text = dump_tree(tree);

    g_assert_null(vmsd->name);
    g_assert_cmpstr(text, ==, "data+3=hex:0001ff");
    g_assert_no_error(tree->error);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(conf_cases); i++) {
        g_autofree char *path =
            g_strconcat("/describe/configuration/", conf_cases[i].path, NULL);

        g_test_add_data_func(path, &conf_cases[i], test_configuration);
    }
    g_test_add_func("/describe/configuration/as-qemu", test_as_qemu);
    for (guint i = 0; i < G_N_ELEMENTS(ram_cases); i++) {
        g_autofree char *path =
            g_strconcat("/describe/ram/", ram_cases[i].path, NULL);

        g_test_add_data_func(path, &ram_cases[i], test_ram);
    }
    g_test_add_func("/describe/ram/no-blocks", test_no_blocks);
    g_test_add_func("/describe/opaque", test_opaque);
    return g_test_run();
}
