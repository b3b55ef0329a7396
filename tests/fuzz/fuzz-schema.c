/* fuzz-schema.c - any text as a description, any bytes read by it: reading
 * ends, in bounded time and memory, with fields that are all of the bytes, or
 * with a reason.
 *
 * The input is a description with bytes behind it, a zero byte between them.
 * Its type `t` reads them.
 */
#include "parser/node.h"

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

static void
read_bytes(QevmSchemas *schemas, QevmReading reading, GBytes *payload)
{
    g_autoptr(QevmArena) arena = qevm_arena_new();
    QevmReadingScope scope = { .idstr = "a/b", .version = 1, .exists = exists };
    guint left = QEVM_READING_FIELDS_MAX;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmTree) tree = NULL;
    g_autoptr(GByteArray) out = g_byte_array_new();
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
    reading = qevm_schemas_for_type(schemas, "t");
    if (reading.type) {
        read_bytes(schemas, reading, payload);
        reading.big = TRUE;
        read_bytes(schemas, reading, payload);
    }
    return 0;
}
