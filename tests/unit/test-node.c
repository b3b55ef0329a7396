/* test-node.c - trees: every shape decoded, every edit emitted, and what does
 * not fit its description.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/builder.h"

#define BASE 0x1000

/* Descriptions, as the vmdesc has them. */
#define F(name, type, size)                                                    \
    "{\"name\": \"" name "\", \"type\": \"" type "\", \"size\": " size "}"
#define A(name, n, type, size)                                                 \
    "{\"name\": \"" name "\", \"array_len\": " n ", \"type\": \"" type         \
    "\", \"size\": " size "}"
#define VMSD(vmsd, fields)                                                     \
    "\"vmsd_name\": \"" vmsd "\", \"version\": 1, \"fields\": [" fields "]"
#define S(name, inside, size)                                                  \
    "{\"name\": \"" name "\", \"type\": \"struct\", \"struct\": {" inside      \
    "}, \"size\": " size "}"
#define AS(name, n, inside, size)                                              \
    "{\"name\": \"" name "\", \"array_len\": " n                               \
    ", \"type\": \"struct\", \"struct\": {" inside "}, \"size\": " size "}"
#define LIST(name, type, inside, size)                                         \
    "{\"name\": \"" name "\", \"type\": \"" type "\", " inside                 \
    ", \"size\": " size "}"
#define SUBS(subsections) ", \"subsections\": [" subsections "]"
#define D(fields) VMSD("d", fields)
#define LINK VMSD("link", F("n", "uint8", "1"))
#define SUB(name, fields) "{" VMSD(name, fields) "}"

/* What is decoded: NAME:KIND@OFFSET+SIZE, then the value or in parentheses
 * what is inside. */
static const struct shape_case {
    const char *path, *vmsd, *payload, *tree, *message;
} shape_cases[] = {
    { "empty", D(""), "", "", NULL },
    { "field", D(F("a", "uint32", "4")), "01020304", "a:F@0+4=16909060", NULL },
    { "fields", D(F("a", "uint8", "1") ", " F("b", "int16", "2")), "01 ffff",
      "a:F@0+1=1 b:F@1+2=-1", NULL },
    { "field/size-zero", D(F("a", "buffer", "0") ", " F("b", "uint8", "1")),
      "05", "a:F@0+0=hex: b:F@0+1=5", NULL },
    { "field/unknown-type", D(F("a", "colour", "2")), "0102",
      "a:F@0+2=hex:0102", NULL },
    { "field/text", D(F("a", "buffer", "6")), "<abc> 00*3", "a:F@0+6=\"abc\"",
      NULL },
    { "array", D(A("a", "3", "uint16", "2")), "0001 0002 0003", "a:A@0+6=1,2,3",
      NULL },
    { "array/one", D(A("a", "1", "uint16", "2")), "0001", "a:A@0+2=1", NULL },
    { "array/same-name", D(F("a", "uint8", "1") ", " F("a", "uint8", "1")),
      "01 02", "a:F@0+1=1 a:F@1+1=2", NULL },
    { "array/null-run", /* 10.3: one run of null pointers */
      D(A("p", "2", "nullptr", "1") ", " F("p", "uint8", "1")), "3030 07",
      "p:A@0+2=null,null p:F@2+1=7", NULL },
    { "array/null-run-2.9", D(AS("p", "2", "", "1")), "3030",
      "p:A@0+2=hex:30,hex:30", NULL },
    { "array/size-zero", D(A("a", "4", "buffer", "0")), "",
      "a:A@0+0=hex:,hex:,hex:,hex:", NULL },
    { "struct",
      D(S("s", VMSD("s", F("x", "uint8", "1") ", " F("y", "int8", "1")), "2")),
      "11 ff", "s:S@0+2(x:F@0+1=17 y:F@1+1=-1)", NULL },
    { "struct/empty", D(S("s", VMSD("s", ""), "0")), "", "s:S@0+0()", NULL },
    { "struct/nested",
      D(S("s", VMSD("s", S("t", VMSD("t", F("x", "uint8", "1")), "1")), "1")),
      "05", "s:S@0+1(t:S@0+1(x:F@0+1=5))", NULL },
    { "struct/inline",
      D("{\"name\": \"s\", \"type\": \"vstruct\", " VMSD(
          "s", F("x", "uint8", "1")) ", \"size\": 1}"),
      "05", "s:S@0+1(x:F@0+1=5)", NULL },
    { "struct/with-subsection",
      D(S("s",
          VMSD("s", F("x", "uint8", "1"))
              SUBS(SUB("s/u", F("y", "uint8", "1"))),
          "11") ", " F("b", "uint8", "1")),
      "01 05 's/u' 00000001 02 03",
      "s:S@0+11(x:F@0+1=1 s/u:U@1+10(y:F@10+1=2)) b:F@11+1=3", NULL },
    { "structs", D(AS("q", "2", VMSD("q", F("x", "uint8", "1")), "1")), "0102",
      "q:N@0+2(q:S@0+1(x:F@0+1=1) q:S@1+1(x:F@1+1=2))", NULL },
    { "structs/one", D(AS("q", "1", VMSD("q", F("x", "uint8", "1")), "1")),
      "01", "q:N@0+1(q:S@0+1(x:F@0+1=1))", NULL },
    { "structs/size-zero", D(AS("q", "2", VMSD("q", ""), "0")), "",
      "q:N@0+0(q:S@0+0() q:S@0+0())", NULL },
    { "list", D(LIST("l", "qtailq", LINK ", " LINK, "5")), "01 05 01 06 00",
      "l:L@0+5(l:S@1+1(n:F@1+1=5) l:S@3+1(n:F@3+1=6))", NULL },
    { "list/empty", D("{\"name\": \"l\", \"type\": \"qlist\", \"size\": 1}"),
      "00", "l:L@0+1()", NULL },
    { "list/marker", D(LIST("l", "qlist", LINK, "3")), "02 05 00",
      "l:L@0+3(l:S@1+1(n:F@1+1=5))", NULL },
    { "gtree", D(LIST("g", "gtree", LINK ", " LINK, "7")), "00000001 01 05 00",
      "g:F@0+7=hex:00000001010500", NULL },
    { "subsection",
      D(F("a", "uint8", "1")) SUBS(SUB("d/u", F("x", "uint8", "1"))),
      "01 05 'd/u' 00000001 09", "a:F@0+1=1 d/u:U@1+10(x:F@10+1=9)", NULL },
    { "subsection/empty", D("") SUBS(SUB("d/u", "")), "05 'd/u' 00000001",
      "d/u:U@0+9()", NULL },
    { "subsection/two", D("") SUBS(SUB("d/u", "") ", " SUB("d/v", "")),
      "05 'd/u' 00000001 05 'd/v' 00000001", "d/u:U@0+9() d/v:U@9+9()", NULL },
    { "subsection/nested",
      D("") SUBS("{" VMSD("d/u", F("x", "uint8", "1"))
                     SUBS(SUB("d/u/v", "")) "}"),
      "05 'd/u' 00000001 07 05 'd/u/v' 00000001",
      "d/u:U@0+21(x:F@9+1=7 d/u/v:U@10+11())", NULL },

    { "bad/field", D(F("a", "uint8", "1") ", " F("b", "uint32", "4")),
      "01 0203", "a:F@0+1=1 :R@1+2=hex:0203",
      "at 0x1001: `b' needs 1 x 4 bytes, 2 left" },
    { "bad/array", D(A("a", "3", "uint16", "2")), "0001000200",
      ":R@0+5=hex:0001000200", "at 0x1000: `a' needs 3 x 2 bytes, 5 left" },
    { "bad/nothing-left", D(F("a", "uint8", "1")), "", "",
      "at 0x1000: `a' needs 1 x 1 bytes, 0 left" },
    { "bad/more", D(F("a", "uint8", "1")), "01 02 03",
      "a:F@0+1=1 :R@1+2=hex:0203",
      "at 0x1001: 2 bytes of `this section' that its description does not "
      "cover" },
    { "bad/struct/more", D(S("s", VMSD("s", F("x", "uint8", "1")), "3")),
      "010203", "s:S@0+3(x:F@0+1=1 :R@1+2=hex:0203)",
      "at 0x1001: 2 bytes of `s' that its description does not cover" },
    { "bad/struct/less",
      D(S("s", VMSD("s", F("x", "uint32", "4")), "2") ", " F("b", "uint8",
                                                             "1")),
      "0102 03", "s:S@0+2(:R@0+2=hex:0102) b:F@2+1=3",
      "at 0x1000: `x' needs 1 x 4 bytes, 2 left" },
    { "bad/list/no-end", D(LIST("l", "qtailq", LINK, "2")), "01 05",
      "l:L@0+2(l:S@1+1(n:F@1+1=5) :R@2+0=hex:)",
      "at 0x1002: list `l' has no end marker" },
    { "bad/list/more-elements", D(LIST("l", "qtailq", LINK, "5")),
      "01 05 01 06 00", "l:L@0+5(l:S@1+1(n:F@1+1=5) :R@2+3=hex:010600)",
      "at 0x1002: element 1 of list `l', which the vmdesc does not describe" },
    { "bad/list/short-element",
      D(LIST("l", "qtailq", VMSD("k", F("n", "uint32", "4")), "3")), "01 05 06",
      "l:L@0+3(:R@0+3=hex:010506)",
      "at 0x1000: element 0 of list `l', which the vmdesc does not describe" },
    { "bad/list/more", D(LIST("l", "qtailq", LINK, "5")), "01 05 00 07 08",
      "l:L@0+5(l:S@1+1(n:F@1+1=5) :R@2+3=hex:000708)",
      "at 0x1003: 2 bytes after the end of list `l'" },
    { "bad/subsection/none", D("") SUBS(SUB("d/u", "")), "07", ":R@0+1=hex:07",
      "at 0x1000: subsection `d/u' wanted, found no subsection" },
    { "bad/subsection/other", D("") SUBS(SUB("d/u", "")), "05 'd/v' 00000001",
      ":R@0+9=hex:0503642f7600000001",
      "at 0x1000: subsection `d/u' wanted, found `d/v'" },
    { "bad/subsection/version", D("") SUBS(SUB("d/u", "")), "05 'd/u' 00000002",
      ":R@0+9=hex:0503642f7500000002",
      "at 0x1000: subsection `d/u' has version 2, the vmdesc says 1" },
    { "bad/subsection/short", D("") SUBS(SUB("d/u", F("x", "uint32", "4"))),
      "05 'd/u' 00000001 0000", ":R@0+11=hex:0503642f75000000010000",
      "at 0x1000: subsection `d/u' needs 4 bytes, 2 left" },
    { "bad/subsection/cut", D("") SUBS(SUB("d/u", "")), "05 'd/u' 00",
      ":R@0+6=hex:0503642f7500",
      "at 0x1000: subsection `d/u' wanted, found `d/u'" },
};

/* ---- trees out of rows ---- */

static QevmVmdesc *
describe(const char *vmsd)
{
    g_autofree char *json =
        g_strdup_printf("{\"page_size\": 4096, \"devices\": [{\"name\": \"d\", "
                        "\"instance_id\": 0, %s}]}",
                        vmsd);
    g_autoptr(GBytes) text = g_bytes_new(json, strlen(json));
    g_autoptr(GError) error = NULL;
    QevmVmdesc *d = qevm_vmdesc_parse(text, 0, &error);

    g_assert_no_error(error);
    return d;
}

static QevmTree *
decode(const QevmVmdesc *d, const char *payload)
{
    g_autoptr(GBytes) bytes = build_bytes(payload);

    return qevm_tree_new(d->devices[0].vmsd, bytes, BASE);
}

static void
dump_value(GString *out, QevmNode *node)
{
    for (guint64 i = 0; i < qevm_node_count(node); i++) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        g_autofree char *text = NULL;

        qevm_node_value(node, i, &value);
        text = qevm_value_format(&value);
        g_string_append_printf(out, "%s%s", i ? "," : "=", text);
    }
}

static void
dump(GString *out, QevmNode *parent)
{
    static const char kinds[] = "TUSNLFAR";

    for (QevmNode *n = qevm_node_children(parent); n; n = n->next) {
        gsize size;
        const guint8 *bytes = qevm_node_source_bytes(n, &size);

        g_assert_true(n->parent == parent);
        g_assert_true(qevm_node_tree(n) == qevm_node_tree(parent));
        g_assert_cmpuint(size, ==, n->size);
        g_assert_true(size == 0 || bytes);
        if (out->len && out->str[out->len - 1] != '(') {
            g_string_append_c(out, ' ');
        }
        g_string_append_printf(out, "%s:%c@%u+%u", qevm_node_name(n),
                               kinds[n->kind], (guint)(n->offset - BASE),
                               (guint)n->size);
        if (n->kind >= QEVM_NODE_FIELD) {
            dump_value(out, n);
        } else {
            g_string_append_c(out, '(');
            dump(out, n);
            g_string_append_c(out, ')');
        }
    }
}

static char *
emitted(QevmTree *tree)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    qevm_node_emit(&tree->root, out);
    g_assert_cmpuint(qevm_node_wire_size(&tree->root), ==, out->len);
    return build_hex(out->data, out->len);
}

static void
test_shape(gconstpointer data)
{
    const struct shape_case *t = data;
    g_autoptr(QevmVmdesc) d = describe(t->vmsd);
    g_autoptr(QevmTree) tree = decode(d, t->payload);
    g_autoptr(GBytes) bytes = build_bytes(t->payload);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *wire = NULL, *want = NULL;

    qevm_tree_descend_all(tree);
    dump(out, &tree->root);
    g_assert_cmpstr(out->str, ==, t->tree);
    if (t->message) {
        g_assert_error(tree->error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
        g_assert_cmpstr(tree->error->message, ==, t->message);
    } else {
        g_assert_no_error(tree->error);
    }
    wire = emitted(tree);
    want = build_hex(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_assert_cmpstr(wire, ==, want);
}

/* ---- fields without bytes have a cap ---- */

static void
test_many_empty(void)
{
    static const struct {
        const char *vmsd;
        gboolean fits;
    } rows[] = {
        { D(AS("q", "131070", VMSD("q", ""), "0")), TRUE },
        { D(AS("q", "131072", VMSD("q", ""), "0")), FALSE },
        { D(AS("q", "1000", VMSD("q", AS("r", "1000", VMSD("r", ""), "0")),
               "0")),
          FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(QevmVmdesc) d = describe(rows[i].vmsd);
        g_autoptr(QevmTree) tree = decode(d, "");

        qevm_tree_descend_all(tree);
        if (rows[i].fits) {
            g_assert_no_error(tree->error);
            continue;
        }
        g_assert_error(tree->error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
        g_assert_cmpstr(tree->error->message, ==,
                        "at 0x1000: more than 131072 fields without bytes");
    }
}

static void
test_no_name(void)
{
    const QevmVmsd nameless = { .version = 1 };
    const QevmVmsd *subsections[] = { &nameless };
    const QevmVmsd vmsd = { .name = "d",
                            .version = 1,
                            .subsections = subsections,
                            .n_subsections = 1 };
    g_autoptr(GBytes) bytes = build_bytes("05");
    g_autoptr(QevmTree) tree = qevm_tree_new(&vmsd, bytes, BASE);

    g_assert_error(tree->error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
    g_assert_cmpstr(tree->error->message, ==,
                    "at 0x1000: a subsection without a name or size");
}

/* ---- offsets of values ---- */

static void
test_offsets(void)
{
    g_autoptr(QevmVmdesc) d =
        describe(D(F("a", "uint8", "1") ", " A("b", "3", "uint16", "2")));
    g_autoptr(QevmTree) tree = decode(d, "01 0001 0002 0003");
    QevmNode *a = qevm_node_children(&tree->root);
    QevmFieldDesc *desc;
    g_autoptr(GBytes) bytes = build_bytes("07");
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    g_assert_cmphex(qevm_node_value_offset(a, 0), ==, 0x1000);
    g_assert_cmphex(qevm_node_value_offset(a->next, 2), ==, 0x1005);
    tree->arena = qevm_arena_new();
    desc = qevm_field_desc_new(tree->arena, "new", "uint8", 1, 1);
    g_assert_cmphex(qevm_node_value_offset(
                        qevm_node_insert_field(&tree->root, a, desc, bytes), 0),
                    ==, 0);
    qevm_node_value(a->next->next, 3, &value); /* one too many */
    g_assert_cmpint(value.kind, ==, QEVM_VALUE_BYTES);
    g_assert_cmpuint(g_bytes_get_size(value.bytes), ==, 0);
}

/* ---- children by name ---- */

static void
test_child(void)
{
    g_autoptr(QevmVmdesc) d =
        describe(D(F("a", "uint8", "1") ", " F("d/u", "uint16", "2") ", " A(
            "r", "3", "uint8", "1") ", " F("i", "int8", "1"))
                     SUBS(SUB("d/u", F("x", "uint8", "1"))));
    g_autoptr(QevmTree) tree =
        decode(d, "01 0203 040506 07 05 'd/u' 00000001 09");
    QevmNode *root = &tree->root;
    guint64 number = 77;

    g_assert_true(qevm_node_child(root, "a") == qevm_node_children(root));
    g_assert_true(qevm_node_child(root, "d/u") ==
                  qevm_node_children(root)->next);
    g_assert_cmpint(qevm_node_subsection(root, "d/u")->kind, ==,
                    QEVM_NODE_SUBSECTION);
    g_assert_null(qevm_node_subsection(root, "a"));
    g_assert_null(qevm_node_child(root, "x"));
    g_assert_null(qevm_node_child(NULL, "a"));
    g_assert_null(qevm_node_subsection(NULL, "d/u"));
    g_assert_false(qevm_node_child_number(root, "r", &number));
    g_assert_false(qevm_node_child_number(root, "i", &number));
    g_assert_false(qevm_node_child_number(root, "x", &number));
    g_assert_false(qevm_node_child_number(NULL, "a", &number));
    g_assert_cmpuint(number, ==, 77);
    g_assert_true(qevm_node_child_number(root, "d/u", &number));
    g_assert_cmphex(number, ==, 0x203);
}

static void
test_mate(void)
{
    static const char one[] = D(F("a", "uint8", "1") ", " A(
        "q", "1", "uint8", "1") ", " F("q", "uint8", "1"));
    g_autoptr(QevmVmdesc) d = describe(one), other = describe(one);
    g_autoptr(QevmTree) tree = decode(d, "01 02 03");
    g_autoptr(QevmTree) there = decode(other, "04 05 06");
    QevmNode *run = qevm_node_children(&tree->root)->next;

    g_assert_true(qevm_node_mate(&there->root, run, NULL) ==
                  qevm_node_children(&there->root)->next);
    g_assert_true(qevm_node_mate(&there->root, run->next, NULL) ==
                  qevm_node_children(&there->root)->next->next);
    g_assert_true(
        qevm_node_mate(&there->root, run, qevm_node_children(&there->root)) ==
        qevm_node_children(&there->root)->next);
    g_assert_true(
        qevm_node_mate(&there->root, run->next,
                       qevm_node_children(&there->root)->next->next) ==
        qevm_node_children(&there->root)->next->next);
    run->next->index = 1;
    g_assert_null(qevm_node_mate(&there->root, run->next, NULL));
    g_assert_null(qevm_node_mate(NULL, run, NULL));
    g_assert_cmpuint(qevm_node_child_count(run), ==, 0);
    g_assert_cmpuint(qevm_node_child_count(NULL), ==, 0);
    g_assert_cmpuint(qevm_node_child_count(&tree->root), ==, 3);
}

static void
test_number(void)
{
    g_autoptr(QevmVmdesc) d =
        describe(D(F("a", "uint8", "1") ", " A("r", "3", "uint8", "1") ", " F(
            "i", "int8", "1") ", " F("b", "bool",
                                     "1") ", " F("?", "x", "2") ", " F("long",
                                                                       "buffer",
                                                                       "9")));
    g_autoptr(QevmTree) tree =
        decode(d, "01 020304 fe 01 1234 000000000000000000");
    static const struct {
        const char *name;
        guint64 index;
        gboolean ok, word_ok;
        guint64 number, word;
    } rows[] = {
        { "a", 0, TRUE, TRUE, 1, 1 },
        { "a", 1, FALSE, FALSE, 77, 77 },
        { "r", 2, TRUE, TRUE, 4, 4 },
        { "r", 3, FALSE, FALSE, 77, 77 },
        { "i", 0, TRUE, TRUE, G_MAXUINT64 - 1, 0xfe },
        { "b", 0, TRUE, TRUE, 1, 1 },
        { "?", 0, FALSE, TRUE, 77, 0x1234 },
        { "long", 0, FALSE, FALSE, 77, 77 },
        { "none", 0, FALSE, FALSE, 77, 77 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        QevmNode *node = qevm_node_child(&tree->root, rows[i].name);
        guint64 number = 77, word = 77;

        g_assert_cmpint(qevm_node_number(node, rows[i].index, &number), ==,
                        rows[i].ok);
        g_assert_cmphex(number, ==, rows[i].number);
        g_assert_cmpint(qevm_node_word(node, rows[i].index, &word), ==,
                        rows[i].word_ok);
        g_assert_cmphex(word, ==, rows[i].word);
    }
    g_assert_false(qevm_node_word(&tree->root, 0, &(guint64){ 0 }));
}

/* ---- edits ----
 *
 * A script of lines: VERB PATH ARGUMENTS, with a path of names and of numbers
 * of children. */

#define ALL                                                                    \
    D(F("a", "uint8", "1") ", " A("r", "3", "uint8", "1") ", " S(              \
        "s", VMSD("s", F("x", "uint8", "1")),                                  \
        "1") ", " LIST("l", "qtailq", LINK ", " LINK, "5"))                    \
    SUBS("{" VMSD("d/u", F("i", "uint8", "1")) SUBS(SUB("d/u/v", "")) "}")
#define ALL_HEX "01 020304 05 01 06 01 07 00 "
#define U_HEX "05 'd/u' 00000001 "
#define V_HEX "05 'd/u/v' 00000001"
#define BAD_LIST D(LIST("l", "qtailq", LINK, "5") ", " F("b", "uint8", "1"))

static const struct edit_case {
    const char *path, *vmsd, *payload, *script, *wire;
    gboolean reshaped;
} edit_cases[] = {
    { "set", ALL, ALL_HEX U_HEX "08" V_HEX, "set a 11",
      "11 020304 05 01 06 01 07 00 " U_HEX "08" V_HEX, FALSE },
    { "set/twice", ALL, ALL_HEX U_HEX "08" V_HEX, "set a 11\nset a 12",
      "12 020304 05 01 06 01 07 00 " U_HEX "08" V_HEX, FALSE },
    { "set/back", ALL, ALL_HEX U_HEX "08" V_HEX, "set a 11\nset a 01",
      ALL_HEX U_HEX "08" V_HEX, FALSE },
    { "set/longer", ALL, ALL_HEX U_HEX "08" V_HEX, "set a 1122",
      "1122 020304 05 01 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "set/array-longer", ALL, ALL_HEX U_HEX "08" V_HEX, "set r 21222324",
      "01 21222324 05 01 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "set/array-empty", ALL, ALL_HEX U_HEX "08" V_HEX, "set r",
      "01 05 01 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "set/in-struct", ALL, ALL_HEX U_HEX "08" V_HEX, "set s/x 55",
      "01 020304 55 01 06 01 07 00 " U_HEX "08" V_HEX, FALSE },
    { "set/in-list", ALL, ALL_HEX U_HEX "08" V_HEX, "set l/1/n 77",
      "01 020304 05 01 06 01 77 00 " U_HEX "08" V_HEX, FALSE },
    { "set/in-subsection", ALL, ALL_HEX U_HEX "08" V_HEX, "set d/u|i 88",
      ALL_HEX U_HEX "88" V_HEX, FALSE },
    { "set/list-marker-kept", D(LIST("l", "qlist", LINK ", " LINK, "5")),
      "02 05 ff 06 00", "set l/0/n 55", "02 55 ff 06 00", FALSE },
    { "set/list-marker-empty-element",
      D(LIST("l", "qlist", VMSD("e", "") ", " LINK, "4")), "03 02 06 00",
      "set l/1/n 55", "03 02 55 00", FALSE },
    { "set/raw", D(F("a", "uint8", "1")), "01 0203", "set 1 aabbcc",
      "01 aabbcc", FALSE },
    /* A list that could not be decoded to its end keeps what it has. */
    { "set/list-undescribed", BAD_LIST, "01 05 01 06 00 09", "set l/0/n 55",
      "01 55 01 06 00 09", FALSE },
    { "set/list-more", BAD_LIST, "01 05 00 07 08 09", "set l/0/n 55",
      "01 55 00 07 08 09", FALSE },
    { "set/list-no-end",
      D(LIST("l", "qtailq", LINK, "2") ", " F("b", "uint8", "1")), "01 05 09",
      "set l/0/n 55", "01 55 09", FALSE },
    { "element", ALL, ALL_HEX U_HEX "08" V_HEX,
      "element r 0 22\nelement r 2 24",
      "01 220324 05 01 06 01 07 00 " U_HEX "08" V_HEX, FALSE },
    { "element/after-set", ALL, ALL_HEX U_HEX "08" V_HEX,
      "set r 414243\nelement r 1 00",
      "01 410043 05 01 06 01 07 00 " U_HEX "08" V_HEX, FALSE },
    { "desc", ALL, ALL_HEX U_HEX "08" V_HEX, "desc r buffer 3 1",
      ALL_HEX U_HEX "08" V_HEX, TRUE },
    { "insert/first", ALL, ALL_HEX U_HEX "08" V_HEX, "first . new uint8 99",
      "99" ALL_HEX U_HEX "08" V_HEX, TRUE },
    { "insert/after", ALL, ALL_HEX U_HEX "08" V_HEX, "insert r new uint16 9999",
      "01 020304 9999 05 01 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "insert/in-struct", ALL, ALL_HEX U_HEX "08" V_HEX,
      "insert s/x new uint8 99",
      "01 020304 05 99 01 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "insert/in-element", ALL, ALL_HEX U_HEX "08" V_HEX,
      "first l/0 new uint8 99",
      "01 020304 05 01 99 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "insert/in-empty", D(""), "", "first . new uint8 99", "99", TRUE },
    { "subsection/first", ALL, ALL_HEX U_HEX "08" V_HEX, "sub . - d/t",
      ALL_HEX "05 'd/t' 00000003" U_HEX "08" V_HEX, TRUE },
    { "subsection/after", ALL, ALL_HEX U_HEX "08" V_HEX, "sub . d/u d/w",
      ALL_HEX U_HEX "08" V_HEX "05 'd/w' 00000003", TRUE },
    { "subsection/in-subsection", ALL, ALL_HEX U_HEX "08" V_HEX,
      "sub d/u - d/u/t", ALL_HEX U_HEX "08 05 'd/u/t' 00000003" V_HEX, TRUE },
    { "subsection/of-struct", ALL, ALL_HEX U_HEX "08" V_HEX, "sub s - s/t",
      "01 020304 05 05 's/t' 00000003 01 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "subsection/of-empty", D(""), "", "sub . - d/t", "05 'd/t' 00000003",
      TRUE },
    { "subsection/before-only", D("") SUBS(SUB("d/u", "")), U_HEX,
      "sub . - d/t", "05 'd/t' 00000003" U_HEX, TRUE },
    { "subsection/with-field", ALL, ALL_HEX U_HEX "08" V_HEX,
      "sub . - d/t\nfirst d/t new uint8 99",
      ALL_HEX "05 'd/t' 00000003 99" U_HEX "08" V_HEX, TRUE },
    { "version", ALL, ALL_HEX U_HEX "08" V_HEX, "version d/u 9",
      ALL_HEX "05 'd/u' 00000009 08" V_HEX, TRUE },
    { "remove/field", ALL, ALL_HEX U_HEX "08" V_HEX, "remove r",
      "01 05 01 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "remove/struct", ALL, ALL_HEX U_HEX "08" V_HEX, "remove s",
      "01 020304 01 06 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "remove/element", ALL, ALL_HEX U_HEX "08" V_HEX, "remove l/0",
      "01 020304 05 01 07 00 " U_HEX "08" V_HEX, TRUE },
    { "remove/elements", ALL, ALL_HEX U_HEX "08" V_HEX,
      "remove l/1\nremove l/0", "01 020304 05 00 " U_HEX "08" V_HEX, TRUE },
    { "remove/subsection", ALL, ALL_HEX U_HEX "08" V_HEX, "remove d/u", ALL_HEX,
      TRUE },
    { "remove/nested-subsection", ALL, ALL_HEX U_HEX "08" V_HEX,
      "remove d/u|d/u/v", ALL_HEX U_HEX "08", TRUE },
    { "remove/inserted", ALL, ALL_HEX U_HEX "08" V_HEX,
      "first . new uint8 99\nremove new", ALL_HEX U_HEX "08" V_HEX, TRUE },
    { "remove/all", D(F("a", "uint8", "1")), "01", "remove a", "", TRUE },
};

/* Of "s/x" the x in the s; a subsection's own slashes make | of those. */
static QevmNode *
find(QevmNode *at, const char *path)
{
    g_auto(GStrv) steps =
        g_strsplit(path, g_str_has_prefix(path, "d/") ? "|" : "/", -1);

    for (guint i = 0; steps[i] && strcmp(path, "."); i++) {
        QevmNode *child = qevm_node_children(at);

        if (g_ascii_isdigit(steps[i][0])) {
            for (guint n = (guint)(steps[i][0] - '0'); n > 0; n--) {
                child = child->next;
            }
        } else {
            while (child && strcmp(qevm_node_name(child), steps[i]) != 0) {
                child = child->next;
            }
        }
        g_assert_nonnull(child);
        at = child;
    }
    return at;
}

static void
edit_once(QevmTree *tree, const char *line)
{
    g_auto(GStrv) w = g_strsplit(line, " ", -1);
    guint n = g_strv_length(w);
    QevmNode *node = find(&tree->root, w[1]);
    g_autoptr(GBytes) bytes =
        build_bytes(strcmp(w[0], "sub") && strcmp(w[0], "version") &&
                            strcmp(w[0], "desc") && n > 2
                        ? w[n - 1]
                        : "");
    QevmFieldDesc *desc;
    QevmVmsd *vmsd;

    if (!tree->arena) {
        tree->arena = qevm_arena_new();
    }
    if (strcmp(w[0], "set") == 0) {
        qevm_node_set_bytes(node, bytes);
    } else if (strcmp(w[0], "element") == 0) {
        qevm_node_set_element(node, g_ascii_strtoull(w[2], NULL, 10), bytes);
    } else if (strcmp(w[0], "desc") == 0) {
        qevm_node_set_desc(
            node, qevm_field_desc_new(tree->arena, qevm_node_name(node), w[2],
                                      g_ascii_strtoull(w[3], NULL, 10),
                                      g_ascii_strtoull(w[4], NULL, 10)));
    } else if (strcmp(w[0], "sub") == 0) {
        vmsd = qevm_arena_alloc0(tree->arena, sizeof *vmsd);
        vmsd->name = qevm_arena_string(tree->arena, w[3]);
        vmsd->version = 3;
        qevm_node_insert_subsection(
            node, strcmp(w[2], "-") ? find(node, w[2]) : NULL, vmsd);
    } else if (strcmp(w[0], "version") == 0) {
        qevm_node_own_vmsd(node)->version = (guint32)(w[2][0] - '0');
    } else if (strcmp(w[0], "remove") == 0) {
        qevm_node_remove(node);
    } else {
        gboolean first = strcmp(w[0], "first") == 0;

        desc = qevm_field_desc_new(tree->arena, w[2], w[3],
                                   g_bytes_get_size(bytes), 1);
        qevm_node_insert_field(first ? node : node->parent, first ? NULL : node,
                               desc, bytes);
    }
}

static void
test_edit(gconstpointer data)
{
    const struct edit_case *t = data;
    g_autoptr(QevmVmdesc) d = describe(t->vmsd);
    g_auto(GStrv) lines = g_strsplit(t->script, "\n", -1);
    g_autoptr(GBytes) wire = build_bytes(t->wire);
    g_autofree char *want =
        build_hex(g_bytes_get_data(wire, NULL), g_bytes_get_size(wire));

    /* Whether the tree was descended before must not matter. */
    for (int descended = 0; descended < 2; descended++) {
        g_autoptr(QevmTree) tree = decode(d, t->payload);
        g_autofree char *got = NULL;

        if (descended) {
            qevm_tree_descend_all(tree);
        }
        g_assert_false(tree->root.dirty);
        for (guint i = 0; lines[i]; i++) {
            edit_once(tree, lines[i]);
        }
        got = emitted(tree);
        g_assert_cmpstr(got, ==, want);
        g_assert_true(tree->root.dirty);
        g_assert_cmpint(tree->root.reshaped, ==, t->reshaped);
    }
}

/* Bytes that were handed out stay what they were. */
static void
test_set_shared(void)
{
    g_autoptr(QevmVmdesc) d = describe(D(A("r", "3", "uint8", "1")));
    g_autoptr(QevmTree) tree = decode(d, "010203");
    QevmNode *r = qevm_node_children(&tree->root);
    g_autoptr(GBytes) mine = build_bytes("111213");
    g_autoptr(GBytes) one = build_bytes("99");
    gsize size;

    qevm_node_set_bytes(r, mine);
    qevm_node_set_element(r, 0, one);
    g_assert_cmpmem(g_bytes_get_data(mine, NULL), 3, "\x11\x12\x13", 3);
    g_assert_cmpmem(qevm_node_bytes(r, &size), 3, "\x99\x12\x13", 3);
    g_assert_cmpmem(qevm_node_source_bytes(r, &size), 3, "\1\2\3", 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(shape_cases); i++) {
        g_autofree char *path =
            g_strconcat("/node/shape/", shape_cases[i].path, NULL);

        g_test_add_data_func(path, &shape_cases[i], test_shape);
    }
    g_test_add_func("/node/shape/bad/many-empty", test_many_empty);
    g_test_add_func("/node/shape/bad/no-name", test_no_name);
    g_test_add_func("/node/offsets", test_offsets);
    g_test_add_func("/node/child", test_child);
    g_test_add_func("/node/mate", test_mate);
    g_test_add_func("/node/number", test_number);
    for (guint i = 0; i < G_N_ELEMENTS(edit_cases); i++) {
        g_autofree char *path =
            g_strconcat("/node/edit/", edit_cases[i].path, NULL);

        g_test_add_data_func(path, &edit_cases[i], test_edit);
    }
    g_test_add_func("/node/edit/set/shared", test_set_shared);
    return g_test_run();
}
