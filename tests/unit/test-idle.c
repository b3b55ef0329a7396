/* Unit tests of rewrite/idle.c: what says nothing, by a table. */
#include <glib.h>
#include <string.h>

#include "parser/error.h"
#include "rewrite/idle.h"

static QevmIdle *
parse(const char *text, GError **error)
{
    return qevm_idle_parse(text, strlen(text), "table", error);
}

static void
wrong_tables_say_where(void)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "{", "table: line 1: " },
        { "{}", "table: is no table of what says nothing" },
        { "{\"qevm-idle\": 2, \"idle\": []}",
          "table: is no table of what says nothing" },
        { "{\"qevm-idle\": 1, \"idle\": [{\"vmsd\": \"a\"}]}",
          "table: row 1: wants vmsd, when, why and source" },
        { "{\"qevm-idle\": 1, \"idle\": [{\"vmsd\": \"a\", \"when\": \"1 +\","
          " \"why\": \"b\", \"source\": \"c\"}]}",
          "table: a: " },
        { "{\"qevm-idle\": 1, \"idle\": [{\"vmsd\": \"a\", \"when\": \"1\","
          " \"why\": \"b\", \"source\": \"c\", \"more\": 1}]}",
          "table: row 1: wants" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(parse(rows[i].text, &error));
        g_assert_nonnull(error);
        g_assert_true(g_str_has_prefix(error->message, rows[i].message));
    }
}

/* ---- conditions, of the subsections of pckbd in a shipped stream ---- */

static QevmNode *
find(QevmNode *node, const char *vmsd)
{
    QevmNode *found = NULL;

    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
        node->kind == QEVM_NODE_RAW) {
        return NULL;
    }
    if (qevm_node_vmsd(node) &&
        g_strcmp0(qevm_node_vmsd(node)->name, vmsd) == 0) {
        return node;
    }
    for (QevmNode *n = qevm_node_children(node); n && !found; n = n->next) {
        found = find(n, vmsd);
    }
    return found;
}

static void
conditions(void)
{
    static const struct {
        const char *when, *why;
    } rows[] = {
        { "$\\\"migration_flags\\\" == 0", "it says nothing" },
        { "$\\\"migration_flags\\\" == 1", NULL },
        { "$\\\"none\\\" == 0", NULL },
        { "exists($\\\"obdata\\\")", NULL },
    };
    const char *folder = g_getenv("STREAMS");
    g_autofree char *file = g_strdup_printf("%s/7.2-pc-i440fx-6.2.mig",
                                            folder ? folder : "build/streams");
    g_autoptr(GError) error = NULL;
    QevmSource *source = qevm_source_open(file, &error);
    QevmStream *stream = qevm_stream_open(source, 0, NULL, &error);
    QevmRecord *record = NULL;
    QevmNode *node;

    g_assert_no_error(error);
    for (guint i = 0; i < stream->records->len && !record; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        record = g_strcmp0(r->idstr, "pckbd") == 0 ? r : NULL;
    }
    node = find(&qevm_record_tree(stream, record, &error)->root,
                "pckbd/extended_state");
    g_assert_nonnull(node);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"qevm-idle\": 1, \"idle\": [{\"vmsd\": "
            "\"pckbd/extended_state\", \"when\": \"%s\", \"why\": \"it says "
            "nothing\", \"source\": \"here\"}]}",
            rows[i].when);
        g_autoptr(QevmIdle) idle = parse(text, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(qevm_idle_why(idle, record, node), ==, rows[i].why);
        g_assert_null(qevm_idle_why(idle, record, node->parent));
        g_assert_null(qevm_idle_why(NULL, record, node));
    }
    qevm_stream_free(stream);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/idle/wrong", wrong_tables_say_where);
    g_test_add_func("/idle/conditions", conditions);
    return g_test_run();
}
