/* decode.c - what descriptions cost: decode SCHEMAS FILE prints the best times,
 * in microseconds, of opening the stream, of decoding all its device sections
 * as far as its vmdesc describes them, and of visiting every value then, and
 * how many values there are; without descriptions, then with those of the
 * folder, which explain to the last byte what they decode. Last comes how long
 * these take to load.
 */
#include "parser/stream.h"

#include <stdio.h>
#include <string.h>

#define RUNS 15

enum { OPEN, DECODE, VISIT, STEPS };

static guint64 values;
static guint64 sum; /* of what was seen: nobody can leave out looking at it */

static void
visit(QevmNode *node)
{
    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY) {
        guint64 count = qevm_node_count(node);

        for (guint64 i = 0; i < count; i++) {
            g_auto(QevmValue) value = QEVM_VALUE_INIT;

            qevm_node_value(node, i, &value);
            sum += value.kind;
            values++;
        }
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        visit(c);
    }
}

static gboolean
once(const char *file, QevmSchemas *schemas, gint64 times[STEPS])
{
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time(), now;
    QevmSource *source = qevm_source_open(file, &error);
    g_autoptr(QevmStream) s =
        source ? qevm_stream_open(source, 0, NULL, &error) : NULL;

    if (!s) {
        fprintf(stderr, "%s: %s\n", file, error->message);
        return FALSE;
    }
    qevm_stream_set_schemas(s, schemas);
    values = 0;
    now = g_get_monotonic_time();
    times[OPEN] = MIN(times[OPEN], now - start);
    start = now;
    for (guint pass = DECODE; pass < STEPS; pass++) {
        for (guint i = 0; i < s->records->len; i++) {
            QevmRecord *r = g_ptr_array_index(s->records, i);
            QevmTree *tree = r->type == QEVM_RECORD_FULL
                                 ? qevm_record_tree(s, r, NULL)
                                 : NULL;

            if (tree && pass == DECODE) {
                qevm_tree_descend_all(tree);
            } else if (tree) {
                visit(&tree->root);
            }
        }
        now = g_get_monotonic_time();
        times[pass] = MIN(times[pass], now - start);
        start = now;
    }
    return TRUE;
}

static gboolean
measure(const char *file, QevmSchemas *schemas)
{
    gint64 times[STEPS] = { G_MAXINT64, G_MAXINT64, G_MAXINT64 };

    for (guint i = 0; i < RUNS; i++) {
        if (!once(file, schemas, times)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < STEPS; i++) {
        printf("%" G_GINT64_FORMAT " ", times[i]);
    }
    printf("%" G_GUINT64_FORMAT " ", values);
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
    gint64 start = g_get_monotonic_time(), loaded;

    if (argc != 3) {
        fprintf(stderr, "usage: decode SCHEMAS FILE\n");
        return 2;
    }
    qevm_schemas_add_folder(schemas, argv[1]);
    if (!qevm_schemas_load(schemas, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    loaded = g_get_monotonic_time() - start;
    if (!measure(argv[2], NULL) || !measure(argv[2], schemas)) {
        return 1;
    }
    printf("%" G_GINT64_FORMAT "\n", loaded);
    return sum == 0;
}
