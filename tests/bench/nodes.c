/* nodes.c - what a tree takes: nodes FILE... prints for each file the nodes of
 * its device sections, and the bytes that all of them hold at once.
 */
#include "parser/stream.h"

#include <malloc.h>
#include <stdio.h>

static guint64
count(QevmNode *node)
{
    guint64 n = 1;

    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        n += count(c);
    }
    return n;
}

static gsize
in_use(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

static gboolean
measure(const char *file)
{
    g_autoptr(GError) error = NULL;
    QevmSource *source = qevm_source_open(file, &error);
    gsize start = in_use(), opened, all;
    g_autoptr(QevmStream) s =
        source ? qevm_stream_open(source, 0, NULL, &error) : NULL;
    guint64 nodes = 0, payload = 0;

    if (!s) {
        fprintf(stderr, "%s: %s\n", file, error->message);
        return FALSE;
    }
    opened = in_use();
    for (guint i = 0; i < s->records->len; i++) {
        QevmTree *tree =
            qevm_record_tree(s, g_ptr_array_index(s->records, i), NULL);

        if (tree) {
            nodes += count(&tree->root);
            payload += g_bytes_get_size(tree->payload);
        }
    }
    all = in_use();
    /* The payloads themselves are not what a node costs. */
    printf("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %zu %.1f\n", nodes,
           payload, opened - start,
           nodes ? (double)(all - opened - payload) / (double)nodes : 0.0);
    return TRUE;
}

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!measure(argv[i])) {
            return 1;
        }
    }
    return 0;
}
