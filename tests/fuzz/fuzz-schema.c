/* fuzz-schema.c - any text as a description, any bytes read by it: reading
 * ends, in bounded time and memory, with fields that are all of the bytes, or
 * with a reason.
 *
 * The input is a description with bytes behind it, a zero byte between them.
 * Its type `t` reads them, its rules for leaves those of a section of them.
 */
#include "parser/node.h"
#include "parser/pointers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
fail(const char *what)
{
    fprintf(stderr, "fuzz-schema: %s\n", what);
    abort();
}

static gboolean
exists(gpointer user, const char *idstr)
{
    (void)user;
    return strlen(idstr) % 2 == 0;
}

/* All nodes can be made, and print. */
static void
visit(QevmNode *node, guint depth)
{
    if (depth > 70) {
        fail("a deep tree");
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        if (c->kind == QEVM_NODE_FIELD || c->kind == QEVM_NODE_ARRAY) {
            g_auto(QevmValue) value = QEVM_VALUE_INIT;

            qevm_node_value(c, 0, &value);
        }
        visit(c, depth + 1);
    }
}

/* What comes out of the tree is what went in. */
static void
check_emitted(QevmTree *tree, GBytes *payload)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    gsize size;
    const guint8 *data = g_bytes_get_data(payload, &size);

    visit(&tree->root, 0);
    if (tree->error) {
        fail(tree->error->message);
    }
    for (QevmNode *c = qevm_node_children(&tree->root); c; c = c->next) {
        qevm_node_emit(c, out);
    }
    if (out->len != size || (size && memcmp(out->data, data, size) != 0)) {
        fail("other bytes come out");
    }
}

static void
read_bytes(QevmSchemas *schemas, QevmReading reading, GBytes *payload)
{
    g_autoptr(QevmArena) arena = qevm_arena_new();
    QevmReadingScope scope = { .idstr = "a/b", .version = 1, .exists = exists };
    guint left = QEVM_READING_FIELDS_MAX;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmTree) tree = NULL;
    const QevmVmsd *vmsd;
    gsize size;
    const guint8 *data = g_bytes_get_data(payload, &size);
    guint64 sum;

    vmsd = qevm_schemas_read(schemas, reading, &scope, data, size, arena, &left,
                             &error);
    if (!vmsd != !!error) {
        fail("neither fields nor an error, or both");
    }
    if (!vmsd) {
        return;
    }
    if (!qevm_vmsd_size(vmsd, &sum) || sum != size) {
        fail("fields that are not all of the bytes");
    }
    tree = qevm_tree_new(vmsd, payload, 0);
    check_emitted(tree, payload);
}

static const QevmFieldDesc *
leaf(QevmArena *arena, const char *name, const char *type, guint64 size,
     guint64 count, gsize *left)
{
    QevmFieldDesc *f;

    count = MIN(count, *left / size);
    f = qevm_field_desc_new(arena, name, type, size, MAX(count, 1));
    if (count == 0) {
        f->size = 0;
        f->prim = NULL;
    }
    f->array_len = count;
    *left -= (gsize)(size * count);
    return f;
}

/* Rules for leaves, over a section of some arrays and a rest. */
static void
read_leaves(QevmSchemas *schemas, GBytes *payload)
{
    g_autoptr(QevmArena) arena = qevm_arena_new();
    QevmTreeReader reader = { .schemas = schemas,
                              .scope = { .idstr = "a/v", .version = 1 } };
    gsize left = g_bytes_get_size(payload);
    const QevmFieldDesc *fields[] = {
        leaf(arena, "index", "uint16", 2, 5, &left),
        leaf(arena, "value", "uint16", 2, 5, &left),
        leaf(arena, "buffers", "buffer", 6, 4, &left),
        leaf(arena, "word", "uint32", 4, 1, &left),
        qevm_field_desc_new(arena, "rest", "buffer", left, 1),
    };
    QevmVmsd vmsd = { .name = "v",
                      .version = 1,
                      .fields = fields,
                      .n_fields = G_N_ELEMENTS(fields) };
    g_autoptr(QevmTree) tree =
        qevm_tree_new_read(&vmsd, payload, 0, &reader, NULL);

    check_emitted(tree, payload);
}

/* An array of pointers that is described wrongly. */
static void
read_pointers(QevmSchemas *schemas, GBytes *payload)
{
    static const QevmVmsd null = { .name = NULL };
    const QevmVmsd *nulls[] = { &null };
    QevmFieldDesc array = { .name = "p",
                            .type = "struct",
                            .size = 1,
                            .count = 8,
                            .array_len = 8,
                            .shape = QEVM_SHAPE_STRUCT,
                            .vmsds = nulls,
                            .n_vmsds = 1 };
    const QevmFieldDesc *fields[] = { &array };
    QevmVmsd vmsd = {
        .name = "v", .version = 1, .fields = fields, .n_fields = 1
    };
    QevmReadingScope scope = { .idstr = "a/v", .version = 1 };
    g_autoptr(QevmArena) arena = qevm_arena_new();
    const QevmVmsd *mended =
        qevm_pointers_mend(schemas, &vmsd, &scope, payload, arena);

    if (mended) {
        g_autoptr(QevmTree) tree = qevm_tree_new(mended, payload, 0);

        check_emitted(tree, payload);
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    const guint8 *end = size ? memchr(data, 0, size) : NULL;
    gsize text = end ? (gsize)(end - data) : size;
    gsize used = end ? text + 1 : text;
    g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
    g_autoptr(GBytes) payload = g_bytes_new(data + used, size - used);
    g_autoptr(GError) error = NULL;
    QevmReading reading;

    if (!qevm_schemas_add_text(schemas, "fuzz", (const char *)data, text,
                               &error) ||
        !qevm_schemas_load(schemas, &error)) {
        if (!error) {
            fail("no error");
        }
        return 0;
    }
    read_leaves(schemas, payload);
    read_pointers(schemas, payload);
    reading = qevm_schemas_for_type(schemas, "t");
    if (reading.type) {
        read_bytes(schemas, reading, payload);
        reading.big = TRUE;
        read_bytes(schemas, reading, payload);
    }
    return 0;
}
