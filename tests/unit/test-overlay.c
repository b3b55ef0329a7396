/* test-overlay.c - leaves and arrays of leaves that descriptions read. */
#include "parser/overlay.h"
#include "parser/schema-load.h"
#include "parser/vmdesc.h"
#include "tests/unit/description.h"

#define DESCRIPTION                                                            \
    "{'qevm-schema': 1,"                                                       \
    " 'names': {'reg': {'kind': 'enum', '16': 'A', '0x11': 'B'},"              \
    "           'bits': {'kind': 'flags', '0': 'on'},"                         \
    "           'n': {'kind': 'enum', '0': 'zero', '1': 'one'}},"              \
    " 'types': {"                                                              \
    "  'pair': {'fields': [{'name': 'x', 'type': 'uint8'},"                    \
    "                      {'name': 'y', 'type': 'uint8'}]},"                  \
    "  'sized': {'fields': [{'name': 'n', 'type': 'uint8'},"                   \
    "    {'name': 'a', 'type': 'uint8', 'count': '$`n`'},"                     \
    "    {'name': 'rest', 'type': 'bytes', 'size': 'left()',"                  \
    "     'if': 'left() != 0'}]}},"                                            \
    " 'leaves': ["                                                             \
    "  {'vmsd': 'v', 'type': 'buffer', 'field': 'pair*', 'is': 'pair'},"       \
    "  {'vmsd': 'v', 'type': 'buffer', 'field': 'sized*', 'is': 'sized'},"     \
    "  {'vmsd': 'v', 'type': 'uint16', 'field': 'index', 'names': 'reg'},"     \
    "  {'vmsd': 'v', 'type': 'uint16', 'field': 'value', 'elements': 'reg',"   \
    "   'keys': 'index'},"                                                     \
    "  {'vmsd': 'v', 'type': 'uint16', 'field': 'flags', 'names': 'bits'},"    \
    "  {'vmsd': 'v', 'type': 'buffer', 'field': 'text', 'names': 'bits'},"     \
    "  {'vmsd': 'v', 'version': [1, 3], 'type': 'uint8', 'field': 'counted',"  \
    "   'elements': 'n'},"                                                     \
    "  {'vmsd': 'v', 'version': 2, 'type': 'uint8', 'field': 'other',"         \
    "   'elements': 'n'}]}"

#define LEAF(name, type, size)                                                 \
    "{'name': '" name "', 'type': '" type "', 'size': " size "}"
#define RUN(name, n, type, size)                                               \
    "{'name': '" name "', 'array_len': " n ", 'type': '" type                  \
    "', 'size': " size "}"

/* clang-format off */
static const struct row {
    const char *name, *fields, *hex;
    const char *dump; /* as description_dump() writes it */
    const char *note; /* on the last field */
} rows[] = {
    { "one", LEAF("pair", "buffer", "2"), "0102", "pair{x=1 y=2}", NULL },
    { "array", RUN("pair", "2", "buffer", "2"), "01020304",
      "pair[{x=1 y=2}{x=3 y=4}]", NULL },
    { "array-of-one", RUN("pair", "1", "buffer", "2"), "0102",
      "pair[{x=1 y=2}]", NULL },
    { "array-of-other-size", RUN("pair", "2", "buffer", "1"), "0102",
      "pair=[hex:01 hex:02]", "at 0x101: `y' needs 1 byte, 0 left" },
    /* Each element is read by itself. */
    { "array-of-various", RUN("sized", "3", "buffer", "3"),
      "010203 020304 000506",
      "sized[{n=1 a=[2] rest=hex:03}{n=2 a=[3 4]}{n=0 rest=hex:0506}]", NULL },
    { "array-where-one-does-not-fit", RUN("sized", "2", "buffer", "3"),
      "010203 030304", "sized=[hex:010203 hex:030304]",
      "at 0x104: `a' needs 3 x 1 bytes, 2 left" },
    { "array-too-many", RUN("sized", "20000", "buffer", "1"), NULL,
      NULL, "there are too many elements to read" },
    /* Names, without other fields. */
    { "names", LEAF("flags", "uint16", "2"), "0001", "flags=1", NULL },
    { "names-of-array", RUN("index", "2", "uint16", "2"), "00100011",
      "index=[16 17]", NULL },
    { "names-of-no-number", LEAF("text", "buffer", "2"), "0001",
      "text=hex:0001", NULL },
    /* Elements called as those of another array. */
    { "keys",
      RUN("index", "3", "uint16", "2") ", " RUN("value", "3", "uint16", "2"),
      "0010 0011 0012 0001 0002 0003", "index=[16 17 18] "
      "value{A=1 B=2 0x12=3}", NULL },
    { "keys-missing", RUN("value", "3", "uint16", "2"), "0001 0002 0003",
      "value=[1 2 3]", "the array that names its elements is not there" },
    { "keys-of-other-count",
      RUN("index", "2", "uint16", "2") ", " RUN("value", "3", "uint16", "2"),
      "0010 0011 0001 0002 0003", "index=[16 17] value=[1 2 3]",
      "the array that names its elements is not there" },
    { "keys-behind",
      RUN("value", "1", "uint16", "2") ", " RUN("index", "1", "uint16", "2"),
      "0001 0010", "value=[1] index=[16]", NULL },
    /* Called by their own index; a version of another section is no match. */
    { "elements", RUN("counted", "3", "uint8", "1"), "010203",
      "counted{zero=1 one=2 0x2=3}", NULL },
    { "elements-of-no-array", LEAF("counted", "uint8", "1"), "01",
      "counted=1", NULL },
    { "elements-of-other-version", RUN("other", "1", "uint8", "1"), "01",
      "other=[1]", NULL },
    { "keys-of-no-array", LEAF("value", "uint16", "2"), "0001", "value=1",
      NULL },
};
/* clang-format on */

typedef struct {
    QevmSchemas *schemas;
    QevmVmdesc *vmdesc;
    GBytes *payload;
    QevmTree *tree;
} Fixture;

static void
set_up(Fixture *f, const char *fields, const char *hex)
{
    g_autofree char *description = description_json(DESCRIPTION);
    g_autofree char *text = g_strdup_printf(
        "{'devices': [{'name': 'v', 'instance_id': 0, 'vmsd_name': 'v', "
        "'version': 1, 'fields': [%s]}]}",
        fields);
    char *json = description_json(text);
    g_autoptr(GBytes) vmdesc = g_bytes_new_take(json, strlen(json));
    QevmTreeReader reader = { .scope = { .idstr = "v", .version = 1 } };

    f->schemas = reader.schemas = qevm_schemas_new();
    g_assert_true(qevm_schemas_add_text(f->schemas, "a.json", description,
                                        strlen(description), NULL));
    g_assert_true(qevm_schemas_load(f->schemas, NULL));
    f->vmdesc = qevm_vmdesc_parse(vmdesc, 0, NULL);
    g_assert_nonnull(f->vmdesc);
    f->payload = hex ? description_bytes(hex)
                     : g_bytes_new_take(g_malloc0(20000), 20000);
    f->tree = qevm_tree_new_read(f->vmdesc->devices[0].vmsd, f->payload, 0x100,
                                 &reader, NULL);
    g_assert_no_error(f->tree->error);
}

static void
tear_down(Fixture *f)
{
    qevm_tree_free(f->tree);
    g_bytes_unref(f->payload);
    qevm_vmdesc_free(f->vmdesc);
    qevm_schemas_free(f->schemas);
}

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(GString) dump = g_string_new(NULL);
    g_autoptr(GByteArray) out = g_byte_array_new();
    QevmNode *last = NULL;
    Fixture f;

    set_up(&f, t->fields, t->hex);
    if (t->dump) {
        description_dump(&f.tree->root, dump);
        g_assert_cmpstr(dump->str, ==, t->dump);
    }
    for (QevmNode *c = f.tree->root.children; c; c = c->next) {
        qevm_node_emit(c, out);
        last = c;
    }
    g_assert_cmpstr(qevm_node_note(last), ==, t->note);
    g_assert_cmpmem(out->data, out->len, g_bytes_get_data(f.payload, NULL),
                    g_bytes_get_size(f.payload));
    tear_down(&f);
}

static void
assert_leaf(const QevmFieldDesc *leaf, guint64 size, guint64 count,
            guint64 array_len)
{
    g_assert_cmpint(leaf->shape, ==, QEVM_SHAPE_LEAF);
    g_assert_null(leaf->overlay);
    g_assert_cmpuint(leaf->size, ==, size);
    g_assert_cmpuint(leaf->count, ==, count);
    g_assert_cmpuint(leaf->array_len, ==, array_len);
}

/* What an overlay is to QEMU, and what becomes of it when it is closed. */
static void
test_leaf(void)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    QevmFieldDesc leaf;
    QevmNode *run, *keyed;
    Fixture f;

    set_up(&f,
           RUN("pair", "2", "buffer",
               "2") ", " RUN("index", "2", "uint16",
                             "2") ", " RUN("value", "2", "uint16", "2"),
           "01020304 00100011 00010002");
    run = f.tree->root.children;
    g_assert_true(qevm_node_is_overlay(run));
    g_assert_false(qevm_node_is_keyed(run));
    g_assert_true(qevm_node_overlay(run->children ? run->children : run) ==
                  run);
    leaf = qevm_overlay_leaf(run);
    assert_leaf(&leaf, 2, 2, 2);
    leaf = qevm_overlay_leaf(qevm_node_children(run)->next);
    assert_leaf(&leaf, 2, 1, 0);
    keyed = run->next->next;
    g_assert_true(qevm_node_is_keyed(keyed));
    leaf = qevm_overlay_leaf(keyed);
    assert_leaf(&leaf, 2, 2, 2);
    qevm_node_remove(qevm_node_children(keyed));
    leaf = qevm_overlay_leaf(keyed);
    assert_leaf(&leaf, 2, 1, 1);
    qevm_node_close_overlay(keyed);
    assert_leaf(keyed->desc.field, 2, 1, 1);
    g_assert_cmpint(keyed->kind, ==, QEVM_NODE_ARRAY);
    qevm_node_value(keyed, 0, &value);
    g_assert_cmpuint(value.as.u, ==, 2);
    tear_down(&f);
}

static void
test_names(void)
{
    QevmNode *node;
    Fixture f;

    set_up(&f, LEAF("flags", "uint16", "2") ", " LEAF("x", "uint16", "2"),
           "00010001");
    node = f.tree->root.children;
    g_assert_cmpstr(qevm_node_names(node)->name, ==, "bits");
    g_assert_null(qevm_node_names(node->next));
    tear_down(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/overlay/%s", rows[i].name);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    g_test_add_func("/overlay/stands-for", test_leaf);
    g_test_add_func("/overlay/names-of-one", test_names);
    return g_test_run();
}
