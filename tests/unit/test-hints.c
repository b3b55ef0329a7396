/* Unit tests of rewrite/hints.c. */
#include <glib.h>
#include <string.h>

#include "parser/error.h"
#include "rewrite/hints.h"

#define ROW(members) "{\"qevm-hints\": 1, \"hints\": [{" members "}]}"
#define KNOWN "\"vmsd\": \"a\", \"why\": \"b\", \"source\": \"c\""

static QevmHints *
parse(const char *text, GError **error)
{
    return qevm_hints_parse(text, strlen(text), "table", error);
}

static void
wrong_tables_say_where(void)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "{", "table: line 1: " },
        { "{}", "table: is no table of hints" },
        { "{\"qevm-hints\": 2, \"hints\": []}", "table: is no table of hints" },
        { ROW("\"vmsd\": \"a\""), "table: row 1: wants vmsd, why and source" },
        { ROW(KNOWN), "table: row 1: wants vmsd, why and source, and one of" },
        { ROW(KNOWN ", \"idle\": \"1 +\""), "table: a: " },
        { ROW(KNOWN ", \"idle\": \"1\", \"more\": 1"), "table: row 1: wants" },
        { ROW(KNOWN ", \"idle\": \"1\", \"visible\": \"f\""),
          "table: row 1: wants" },
        { ROW(KNOWN ", \"lossy\": false"), "table: row 1: wants" },
        { ROW(KNOWN ", \"retype\": \"f\""), "table: row 1: wants" },
        { ROW(KNOWN ", \"idle\": \"1\", \"expr\": \".\""),
          "table: row 1: wants" },
        { ROW(KNOWN ", \"idle\": \"1\", \"when\": \"1\""),
          "table: row 1: wants" },
        { ROW(KNOWN ", \"versions\": [1, 2], \"when\": \"(\""), "table: a: " },
        { ROW(KNOWN ", \"versions\": [2]"), "table: row 1: wants" },
        { ROW(KNOWN ", \"versions\": [3, 2]"), "table: row 1: wants" },
        { ROW(KNOWN ", \"versions\": [-3, 2]"), "table: row 1: wants" },
        { ROW(KNOWN ", \"versions\": [2, \"3\"]"), "table: row 1: wants" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(parse(rows[i].text, &error));
        g_assert_nonnull(error);
        g_assert_true(g_str_has_prefix(error->message, rows[i].message));
    }
}

/* ---- hints about a subsection of pckbd in a shipped stream ---- */

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

typedef struct {
    QevmStream *stream;
    QevmRecord *record;
    QevmNode *node;
} Shipped;

static void
shipped_open(Shipped *shipped)
{
    const char *folder = g_getenv("STREAMS");
    g_autofree char *file = g_strdup_printf("%s/7.2-pc-i440fx-6.2.mig",
                                            folder ? folder : "build/streams");
    g_autoptr(GError) error = NULL;
    QevmSource *source = qevm_source_open(file, &error);

    shipped->stream = qevm_stream_open(source, 0, NULL, &error);
    shipped->record = NULL;
    g_assert_no_error(error);
    for (guint i = 0; i < shipped->stream->records->len && !shipped->record;
         i++) {
        QevmRecord *r = g_ptr_array_index(shipped->stream->records, i);

        shipped->record = g_strcmp0(r->idstr, "pckbd") == 0 ? r : NULL;
    }
    shipped->node =
        find(&qevm_record_tree(shipped->stream, shipped->record, &error)->root,
             "pckbd/extended_state");
    g_assert_nonnull(shipped->node);
}

static QevmHints *
one_hint(const char *vmsd, const char *member)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text =
        g_strdup_printf(ROW("\"vmsd\": \"%s\", %s, \"why\": \"it is so\", "
                            "\"source\": \"here\""),
                        vmsd, member);
    QevmHints *hints = parse(text, &error);

    g_assert_no_error(error);
    return hints;
}

static void
idle(void)
{
    static const struct {
        const char *when, *why;
    } rows[] = {
        { "$\\\"migration_flags\\\" == 0", "it is so" },
        { "$\\\"migration_flags\\\" == 1", NULL },
        { "$\\\"none\\\" == 0", NULL },
        { "exists($\\\"obdata\\\")", "it is so" },
        { "exists($\\\"none\\\")", NULL },
        { "count() == 0", NULL },
    };
    Shipped s;

    shipped_open(&s);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *member =
            g_strdup_printf("\"idle\": \"%s\"", rows[i].when);
        g_autoptr(QevmHints) hints = one_hint("pckbd/extended_state", member);

        g_assert_cmpstr(qevm_hints_idle(hints, s.record, s.node), ==,
                        rows[i].why);
        g_assert_null(qevm_hints_idle(hints, s.record, s.node->parent));
        g_assert_null(qevm_hints_idle(NULL, s.record, s.node));
    }
    qevm_stream_free(s.stream);
}

static void
lossy(void)
{
    g_autoptr(QevmHints) hints =
        one_hint("pckbd/extended_state", "\"lossy\": true");
    Shipped s;

    shipped_open(&s);
    g_assert_cmpstr(qevm_hints_lossy(hints, s.node), ==, "it is so");
    g_assert_null(qevm_hints_lossy(hints, s.node->parent));
    g_assert_null(qevm_hints_lossy(NULL, s.node));
    g_assert_null(qevm_hints_idle(hints, s.record, s.node));
    qevm_stream_free(s.stream);
}

static void
visible(void)
{
    g_autoptr(QevmHints) hints =
        one_hint("pckbd/extended_state", "\"visible\": \"obdata\"");
    Shipped s;

    shipped_open(&s);
    g_assert_cmpstr(
        qevm_hints_visible(hints, qevm_node_child(s.node, "obdata")), ==,
        "it is so");
    g_assert_null(
        qevm_hints_visible(hints, qevm_node_child(s.node, "migration_flags")));
    g_assert_null(qevm_hints_visible(hints, s.node));
    g_assert_null(qevm_hints_visible(NULL, qevm_node_child(s.node, "obdata")));
    qevm_stream_free(s.stream);
}

static void
retype(void)
{
    g_autoptr(QevmHints) hints = one_hint(
        "pckbd/extended_state", "\"retype\": \"obdata\", \"expr\": \". & 1\"");
    const char *why = "no";
    Shipped s;

    shipped_open(&s);
    g_assert_null(qevm_hints_retype(
        hints, qevm_node_child(s.node, "migration_flags"), &why));
    g_assert_cmpstr(why, ==, "no");
    g_assert_cmpstr(
        qevm_hints_retype(hints, qevm_node_child(s.node, "obdata"), &why), ==,
        ". & 1");
    g_assert_cmpstr(why, ==, "it is so");
    qevm_stream_free(s.stream);
}

static void
versions(void)
{
    static const struct {
        const char *members;
        guint32 from, to;
        const char *why;
    } rows[] = {
        { "\"versions\": [2, 4]", 2, 4, "it is so" },
        { "\"versions\": [2, 4]", 3, 3, "it is so" },
        { "\"versions\": [2, 4]", 1, 4, NULL },
        { "\"versions\": [2, 4]", 2, 5, NULL },
        { "\"versions\": [2, 4], \"when\": \"exists($\\\"obdata\\\")\"", 2, 4,
          "it is so" },
        { "\"versions\": [2, 4], \"when\": \"exists($\\\"none\\\")\"", 2, 4,
          NULL },
        { "\"visible\": \"obdata\"", 2, 4, NULL },
    };
    Shipped s;

    shipped_open(&s);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(QevmHints) hints =
            one_hint("pckbd/extended_state", rows[i].members);
        g_autoptr(QevmHints) other = one_hint("pckbd", rows[i].members);

        g_assert_cmpstr(qevm_hints_versions(hints, s.record, s.node,
                                            rows[i].from, rows[i].to),
                        ==, rows[i].why);
        g_assert_null(qevm_hints_versions(other, s.record, s.node, rows[i].from,
                                          rows[i].to));
    }
    qevm_stream_free(s.stream);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hints/wrong", wrong_tables_say_where);
    g_test_add_func("/hints/idle", idle);
    g_test_add_func("/hints/lossy", lossy);
    g_test_add_func("/hints/visible", visible);
    g_test_add_func("/hints/retype", retype);
    g_test_add_func("/hints/versions", versions);
    return g_test_run();
}
