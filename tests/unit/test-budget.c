/* test-budget.c - what is charged to a stream's budget, given back, and said
 * when there is no more of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/lend.h"
#include "parser/path.h"
#include "rewrite/check.h"
#include "rewrite/emit.h"
#include "tests/unit/builder.h"

#define WANTS " takes more memory than the 40 MiB that a stream may"

static void
test_count(void)
{
    QevmBudget b = { 10 };
    GError *error = NULL;

    g_assert_true(qevm_budget_take(&b, 10));
    g_assert_false(qevm_budget_take(&b, 1));
    g_assert_false(qevm_budget_take(&b, G_MAXUINT64));
    g_assert_true(qevm_budget_take(&b, 0));
    g_assert_false(qevm_budget_spent(&b));
    qevm_budget_charge(&b, 1);
    g_assert_true(qevm_budget_spent(&b));
    g_assert_false(qevm_budget_take(&b, 0));
    qevm_budget_give(&b, 11);
    g_assert_cmpint(b.left, ==, 10);
    /* One without end. */
    g_assert_true(qevm_budget_take(NULL, G_MAXUINT64));
    g_assert_false(qevm_budget_spent(NULL));
    g_assert_false(qevm_budget_fail(&error, "this"));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==, "this" WANTS);
    g_error_free(error);
}

static void
test_arena(void)
{
    QevmBudget b = { 1 << 20 };
    QevmArena *arena = qevm_arena_new_within(&b);

    g_assert_true(qevm_arena_budget(arena) == &b);
    qevm_arena_alloc0(arena, 100000);
    g_assert_cmpint(b.left, <=, (1 << 20) - 100000);
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *name = g_strdup_printf("name %u", i % 5000);

        qevm_arena_string(arena, name);
    }
    /* Twice the same string is one. */
    g_assert_cmpint(b.left, <=, (1 << 20) - 100000 - 5000 * 40);
    g_assert_cmpint(b.left, >, (1 << 20) - 100000 - 5000 * 100);
    qevm_arena_alloc0(arena, 1 << 20);
    g_assert_true(qevm_budget_spent(&b));
    qevm_arena_free(arena);
    g_assert_cmpint(b.left, ==, 1 << 20);
}

/* ---- streams ---- */

#define STREAM HEADER MACHINE START_RAM "0000000000000004" EOS FOOTER(ID_RAM)
#define EMPTY_SECTION FULL("00000007", "x", "00000001") FOOTER("00000007")

static QevmStream *
open_text(const GString *text, const QevmStreamHooks *hooks)
{
    g_autoptr(GBytes) bytes = build_bytes(text->str);

    return qevm_stream_open(qevm_source_new_bytes(bytes, "t"), 0, hooks, NULL);
}

static GString *
repeated(const char *before, const char *part, guint n, const char *after)
{
    GString *text = g_string_new(before);

    while (n-- > 0) {
        g_string_append(text, part);
    }
    return g_string_append(text, after);
}

static void
test_sections(void)
{
    g_autoptr(GString) text = repeated(STREAM, EMPTY_SECTION, 30000, "00");
    QevmBudget b = { QEVM_BUDGET_MAX };
    QevmStreamHooks hooks = { .budget = &b };
    QevmStream *s = open_text(text, &hooks);
    const QevmRecord *last = g_ptr_array_index(s->records, s->records->len - 1);

    g_assert_error(s->error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_true(g_str_has_suffix(
        s->error->message, ": the list of sections and commands" WANTS));
    g_assert_cmpuint(s->records->len, >, 10000);
    g_assert_cmpint(last->type, ==, QEVM_RECORD_RAW);
    g_assert_cmpint(b.left, <, 4096);
    qevm_stream_free(s);
    g_assert_cmpint(b.left, ==, QEVM_BUDGET_MAX);
}

static void
test_notes(void)
{
    g_autoptr(GString) text = g_string_new(
        HEADER MACHINE START_RAM "0000000000000004" EOS END(ID_RAM) EOS);
    g_autoptr(QevmLend) lend = qevm_lend_new();
    QevmStreamHooks hooks = { .lend = lend };
    QevmVmdesc *nothing = g_new0(QevmVmdesc, 1);
    g_autoptr(QevmStream) s = NULL;

    for (guint i = 0; i < 1000; i++) {
        g_string_append_printf(text, "04 %08x 'ab' 00000000 00000001 1234",
                               i + 16);
    }
    g_string_append(text, "00");
    nothing->arena = qevm_arena_new();
    qevm_lend_add(lend, nothing, "nobody");
    s = open_text(text, &hooks);
    g_assert_no_error(s->error);
    g_assert_cmpuint(s->records->len, >, 1000);
    g_assert_cmpuint(s->notes->len, ==, 257);
    g_assert_cmpstr(g_ptr_array_index(s->notes, 256), ==,
                    "there are more notes than these");
}

/* Thousands of notes, and an error behind them. */
static void
test_findings(void)
{
    g_autoptr(GString) text = repeated(STREAM, EMPTY_SECTION, 5000, "09");
    g_autoptr(QevmStream) s = open_text(text, NULL);
    g_autoptr(GPtrArray) findings = qevm_check(s, FALSE);
    const QevmFinding *f;

    g_assert_nonnull(s->error);
    g_assert_cmpuint(findings->len, ==, QEVM_FINDINGS_MAX + 2);
    f = g_ptr_array_index(findings, QEVM_FINDINGS_MAX);
    g_assert_cmpint(f->info->severity, ==, QEVM_SEVERITY_ERROR);
    f = g_ptr_array_index(findings, QEVM_FINDINGS_MAX + 1);
    g_assert_cmpstr(f->info->slug, ==, "more-findings");
}

/* ---- descriptions and trees ---- */

#define FIELD "{\"name\": \"f\", \"type\": \"uint8\", \"size\": 1}"

/* A vmdesc with one device `x`. */
static GBytes *
vmdesc_with(const char *field, guint n)
{
    GString *text = g_string_new(
        "{\"page_size\": 4096, \"devices\": [{\"name\": \"x\", "
        "\"instance_id\": 0, \"vmsd_name\": \"x\", \"version\": 1, "
        "\"fields\": [");

    for (guint i = 0; i < n; i++) {
        g_string_append_printf(text, "%s%s", i ? ", " : "", field);
    }
    g_string_append(text, "]}]}");
    return g_string_free_to_bytes(text);
}

static void
test_vmdesc(void)
{
    g_autoptr(GBytes) large = vmdesc_with(FIELD, 200000);
    g_autoptr(GBytes) small = vmdesc_with(FIELD, 20000);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmVmdesc) d = qevm_vmdesc_parse(small, 0, &error);

    g_assert_no_error(error);
    g_assert_cmpint(d->budget.left, <,
                    QEVM_VMDESC_MEMORY_MAX -
                        20000 * (gint64)sizeof(QevmFieldDesc));
    g_assert_null(qevm_vmdesc_parse(large, 0, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_true(g_str_has_suffix(
        error->message, ": it takes more than 16777216 bytes of memory"));
}

#define STRUCTS(n)                                                             \
    "{\"name\": \"s\", \"array_len\": " n ", \"type\": \"struct\", "           \
    "\"struct\": {\"vmsd_name\": \"e\", \"version\": 1, \"fields\": [" FIELD   \
    "]}, \"size\": 1}"

static void
test_nodes(void)
{
    g_autoptr(GBytes) text = vmdesc_with(STRUCTS("150000"), 2);
    g_autoptr(GBytes) payload = g_bytes_new_take(g_malloc0(300000), 300000);
    g_autoptr(QevmVmdesc) d = qevm_vmdesc_parse(text, 0, NULL);
    QevmBudget b = { QEVM_BUDGET_MAX };
    QevmTree *tree =
        qevm_tree_new_read(d->devices[0].vmsd, payload, 0x100, NULL, &b);
    g_autoptr(GByteArray) out = g_byte_array_new();
    QevmNode *second;

    g_assert_no_error(tree->error);
    qevm_tree_descend_all(tree);
    g_assert_error(tree->error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_cmpstr(tree->error->message, ==,
                    "at 0x24af0: what is decoded of it" WANTS);
    /* In the place of its elements are their bytes. */
    second = qevm_node_children(&tree->root)->next;
    g_assert_cmpint(qevm_node_children(second)->kind, ==, QEVM_NODE_RAW);
    g_assert_cmpuint(qevm_node_children(second)->size, ==, 150000);
    qevm_node_emit(&tree->root, out);
    g_assert_cmpuint(out->len, ==, 300000);
    qevm_tree_free(tree);
    g_assert_cmpint(b.left, ==, QEVM_BUDGET_MAX);
}

/* ---- rules ---- */

static void
check_rule(QevmStream *s, const char *rule, const char *message)
{
    g_autofree char *text =
        g_strdup_printf("{\"qevm-rules\": 1, \"rules\": [%s]}", rule);
    g_autoptr(QevmRules) rules =
        qevm_rules_parse(text, strlen(text), "r", NULL);
    g_autoptr(QevmEdit) edit = qevm_edit_new(s);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(rules);
    g_assert_false(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==, message);
}

static QevmStream *
open_structs(const char *structs, guint n)
{
    g_autoptr(GString) text = g_string_new(STREAM);
    g_autoptr(GBytes) vmdesc = vmdesc_with(structs, 1);

    g_string_append_printf(
        text, FULL("00000007", "x", "00000001") "00*%u " FOOTER("00000007"), n);
    g_string_append_printf(text, "00 06 %08x <%s>",
                           (guint)g_bytes_get_size(vmdesc),
                           (const char *)g_bytes_get_data(vmdesc, NULL));
    return open_text(text, NULL);
}

static void
test_rules(void)
{
    static const char set[] =
        "{\"op\": \"set\", \"at\": \"x//s[*]/f\", \"value\": 1}";
    g_autoptr(QevmStream) most = open_structs(STRUCTS("150000"), 150000);
    g_autoptr(QevmStream) many = open_structs(STRUCTS("90000"), 90000);
    g_autoptr(QevmStream) some = open_structs(STRUCTS("30000"), 30000);

    check_rule(most, set, "r: rule 1 (set): what the rule matches" WANTS);
    check_rule(many, set, "r: rule 1 (set): what the rules change" WANTS);
    check_rule(some,
               "{\"op\": \"resize-array\", \"at\": \"x//s\", \"count\": 90000}",
               "r: rule 1 (resize-array): x//s: what the rules add" WANTS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/budget/count", test_count);
    g_test_add_func("/budget/arena", test_arena);
    g_test_add_func("/budget/sections", test_sections);
    g_test_add_func("/budget/notes", test_notes);
    g_test_add_func("/budget/findings", test_findings);
    g_test_add_func("/budget/vmdesc", test_vmdesc);
    g_test_add_func("/budget/nodes", test_nodes);
    g_test_add_func("/budget/rules", test_rules);
    return g_test_run();
}
