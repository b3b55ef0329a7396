/* planning.h - rows of plans: from a stream to what a destination loads.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_PLANNING_H
#define QEVM_TESTS_UNIT_PLANNING_H

#include "rewrite/against.h"
#include "rewrite/plan.h"
#include "tests/unit/dump.h"
#include "tests/unit/emitting.h"
#include "tests/unit/stream-words.h"

/* Streams as in stream-words.h. `plan` is each rule on a line, ' for ", then
 * each problem as "! PATH: SENTENCE; ADVICE". */
struct plan_row {
    const char *name, *stream, *like, *plan;
    const char *base; /* NULL: none */
    const char *dump; /* what is known of the destination; NULL: nothing */
    guint release;    /* of the destination; 0: not told */
    gboolean free;    /* it may cost something, but not of this stream */
};

typedef struct {
    QevmStream *stream, *base;
    QevmTarget *target;
    QevmHints *hints;
    QevmEdit *edit;
    QevmPlan *plan;
} Planned;

static inline void
planned_clear(Planned *p)
{
    qevm_plan_free(p->plan);
    qevm_edit_free(p->edit);
    qevm_stream_free(p->stream);
    qevm_stream_free(p->base);
    qevm_target_free(p->target);
    qevm_hints_free(p->hints);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Planned, planned_clear)

/* Takes over all of them; `base` may be NULL. */
static inline void
planned_make(Planned *p, QevmStream *stream, QevmTarget *target,
             QevmStream *base)
{
    g_autoptr(GError) error = NULL;

    p->stream = stream;
    p->target = target;
    p->base = base;
    p->edit = qevm_edit_new(stream);
    p->hints = qevm_hints_load("schemas/rules/hints.json", &error);
    g_assert_no_error(error);
    p->plan = qevm_plan_new(p->edit, target, base, p->hints);
    g_assert_true(qevm_plan_make(p->plan, &error));
    g_assert_no_error(error);
}

static inline char *
planned_text(const Planned *p)
{
    GString *text = g_string_new("");

    for (gsize i = 0; i < json_array_size(p->plan->rules); i++) {
        char *rule =
            json_dumps(json_array_get(p->plan->rules, i), JSON_COMPACT);

        g_string_append_printf(text, "%s\n", g_strdelimit(rule, "\"", '\''));
        free(rule);
    }
    for (guint i = 0; i < p->plan->problems->len; i++) {
        const QevmProblem *problem = g_ptr_array_index(p->plan->problems, i);

        g_string_append_printf(text, "! %s: %s%s%s\n", problem->path,
                               problem->sentence, problem->advice ? "; " : "",
                               problem->advice ? problem->advice : "");
    }
    return g_string_free(text, FALSE);
}

static inline GBytes *
planned_emit(QevmEdit *edit)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = NULL;

    g_assert_true(emitting_emit(edit, FALSE, FALSE, &bytes, &error));
    g_assert_no_error(error);
    return bytes;
}

static inline gboolean
planned_apply(const Planned *p, QevmEdit *edit, GError **error)
{
    json_t *file = qevm_plan_file(p->plan);
    char *text = json_dumps(file, 0);
    g_autoptr(QevmRules) rules =
        qevm_rules_parse(text, strlen(text), "plan", error);

    json_decref(file);
    free(text);
    return rules && qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, error);
}

static inline gboolean
planned_costs(const char *text)
{
    return strstr(text, "'class':'visible'") || strstr(text, "'class':'lossy'");
}

/* The printed rules give the bytes of the plan where all is allowed, and are
 * refused where nothing is and they cost something. */
static inline void
planned_check_rules(const Planned *p, QevmStream *allowed, QevmStream *refused,
                    gboolean costs, GBytes *bytes)
{
    g_autoptr(QevmEdit) edit = qevm_edit_new(allowed);
    g_autoptr(QevmEdit) strict = qevm_edit_new(refused);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) again = NULL;

    edit->allow_visible = edit->allow_lossy = TRUE;
    g_assert_true(planned_apply(p, edit, &error));
    g_assert_no_error(error);
    again = planned_emit(edit);
    g_assert_true(g_bytes_equal(bytes, again));
    g_assert_cmpint(planned_apply(p, strict, &error), ==, !costs);
    if (costs) {
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LOSS);
    }
}

/* What keeps the target from loading these bytes. Owned. */
static inline char *
planned_errors(GBytes *bytes, const QevmTarget *target)
{
    g_autoptr(QevmStream) stream = emitting_open(bytes, BUILD_AS_BYTES, TRUE);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new("");

    g_assert_true(qevm_check_against(stream, target, findings, &error));
    g_assert_no_error(error);
    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        if (f->info->severity == QEVM_SEVERITY_ERROR) {
            g_string_append_printf(text, "%s: %s\n", f->path, f->sentence);
        }
    }
    return g_string_free(text, FALSE);
}

/* ---- rows ---- */

static inline QevmTarget *
plan_row_target(const struct plan_row *row)
{
    QevmTarget *target = qevm_target_new("t");

    if (row->release) {
        qevm_target_set_release(target, row->release);
    }
    qevm_target_add_reference(target, words_open(row->like));
    if (row->dump) {
        qevm_target_add_known(target, dump_parse(row->dump, "dump"));
    }
    return target;
}

static inline void
plan_row_make(const struct plan_row *row, Planned *p)
{
    planned_make(p, words_open(row->stream), plan_row_target(row),
                 row->base ? words_open(row->base) : NULL);
}

/* The plan is this one each time; without a problem, the destination loads what
 * it makes. */
static inline void
test_plan_row(gconstpointer data)
{
    const struct plan_row *row = data;
    g_auto(Planned) p = { NULL }, again = { NULL };
    g_autoptr(QevmStream) allowed = words_open(row->stream);
    g_autoptr(QevmStream) refused = words_open(row->stream);
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *text = NULL, *text_again = NULL, *errors = NULL;

    plan_row_make(row, &p);
    plan_row_make(row, &again);
    text = planned_text(&p);
    text_again = planned_text(&again);
    g_assert_cmpstr(text, ==, row->plan);
    g_assert_cmpstr(text_again, ==, row->plan);
    bytes = planned_emit(p.edit);
    planned_check_rules(&p, allowed, refused, planned_costs(text) && !row->free,
                        bytes);
    errors = planned_errors(bytes, p.target);
    if (p.plan->problems->len) {
        g_assert_cmpstr(errors, !=, "");
    } else {
        g_assert_cmpstr(errors, ==, "");
    }
}

static inline void
add_plan_rows(const char *prefix, const struct plan_row *rows, guint count)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *path = g_strconcat(prefix, rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_plan_row);
    }
}

#endif
