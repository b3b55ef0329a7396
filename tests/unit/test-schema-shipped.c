/* test-schema-shipped.c - the shipped descriptions on the shipped streams: all
 * that they are for they read, and every value goes back to its bytes.
 */
#include "parser/overlay.h"
#include "parser/stream.h"

#include <string.h>

#define FOLDER "schemas/devices"

typedef struct {
    guint overlays, leaves;
} Count;

static void
check_value(QevmNode *node, guint64 index)
{
    gsize size, one;
    const guint8 *data = qevm_node_bytes(node, &size);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autoptr(GBytes) back = NULL;
    g_autoptr(GError) error = NULL;

    one = node->kind == QEVM_NODE_ARRAY ? (gsize)node->desc.field->size : size;
    qevm_node_value(node, index, &value);
    back = qevm_prim_encode(node->desc.field->prim, one, &value, &error);
    g_assert_no_error(error);
    /* Any byte but 0 is true, and comes back as 1. */
    if (value.kind != QEVM_VALUE_BOOL) {
        g_assert_cmpmem(data + index * one, one, g_bytes_get_data(back, NULL),
                        g_bytes_get_size(back));
    }
}

static void
check_node(QevmNode *node, Count *count)
{
    gboolean leaf =
        node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY;

    if (leaf && qevm_node_overlay(node)) {
        guint64 n = qevm_node_count(node);

        count->leaves++;
        for (guint64 i = 0; i < MIN(n, 16); i++) {
            check_value(node, i);
        }
    }
    if (qevm_node_is_overlay(node)) {
        gsize size;
        const guint8 *data = qevm_node_source_bytes(node, &size);
        g_autoptr(GByteArray) out = g_byte_array_new();

        count->overlays++;
        for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
            qevm_node_emit(c, out);
        }
        g_assert_cmpmem(out->data, out->len, data, size);
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        check_node(c, count);
    }
}

static void
check_stream(const char *file, QevmSchemas *schemas, Count *count)
{
    const QevmStreamHooks hooks = { .schemas = schemas };
    g_autoptr(GError) error = NULL;
    QevmSource *source = qevm_source_open(file, &error);
    g_autoptr(QevmStream) stream = NULL;

    g_assert_no_error(error);
    stream = qevm_stream_open(source, 0, &hooks, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);
        QevmTree *tree;

        if (r->type != QEVM_RECORD_FULL) {
            continue;
        }
        tree = qevm_record_tree(stream, r, &error);
        g_assert_no_error(error);
        for (guint k = 0; tree->notes && k < tree->notes->len; k++) {
            const QevmTreeNote *n =
                &g_array_index(tree->notes, QevmTreeNote, k);

            g_test_message("%s: %s: %s: %s", file, r->idstr, n->name, n->why);
            g_test_fail();
        }
        check_node(&tree->root, count);
        qevm_record_forget(r);
    }
}

static void
test_streams(void)
{
    const char *folder = g_getenv("STREAMS");
    g_autoptr(GDir) dir =
        g_dir_open(folder ? folder : "build/streams", 0, NULL);
    g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
    g_autoptr(GError) error = NULL;
    Count count = { 0 };
    const char *name;

    g_assert_nonnull(dir);
    qevm_schemas_add_folder(schemas, FOLDER);
    g_assert_true(qevm_schemas_load(schemas, &error));
    g_assert_no_error(error);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file =
            g_build_filename(folder ? folder : "build/streams", name, NULL);

        if (g_str_has_suffix(name, ".mig")) {
            check_stream(file, schemas, &count);
        }
    }
    g_test_message("%u overlays, %u leaves", count.overlays, count.leaves);
    g_assert_cmpuint(count.overlays, >, 50);
    g_assert_cmpuint(count.leaves, >, 5000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schema-shipped/streams", test_streams);
    return g_test_run();
}
