/* edit.c - applies rules to a stream, one after the other.
 *
 * For each rule: the places that its path names, those of them where `when`
 * holds, then the operation (ops-*.c). Conditions are all asked before the
 * first change of a rule.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/edit.h"

#include <string.h>

#include "rewrite/ops.h"
#include "rewrite/scope.h"

#define MALLOC_COST 16
/* Of a place that a rule matches: what finds it, its path, its new bytes. */
#define MATCH_COST (sizeof(QevmMatch) + 96)

static QevmOpFunc *const funcs[] = {
    [QEVM_OP_SET] = qevm_op_set,
    [QEVM_OP_SET_BYTES] = qevm_op_set_bytes,
    [QEVM_OP_ADD_FIELD] = qevm_op_add_field,
    [QEVM_OP_REMOVE_FIELD] = qevm_op_remove_field,
    [QEVM_OP_RETYPE] = qevm_op_retype,
    [QEVM_OP_RESIZE_ARRAY] = qevm_op_resize_array,
    [QEVM_OP_ADD_ELEMENT] = qevm_op_add_element,
    [QEVM_OP_REMOVE_ELEMENT] = qevm_op_remove_element,
    [QEVM_OP_MAP] = qevm_op_map,
    [QEVM_OP_SET_VERSION] = qevm_op_set_version,
    [QEVM_OP_SET_INSTANCE] = qevm_op_set_instance,
    [QEVM_OP_RENAME_SECTION] = qevm_op_rename_section,
    [QEVM_OP_ADD_SECTION] = qevm_op_add_section,
    [QEVM_OP_DROP_SECTION] = qevm_op_drop_section,
    [QEVM_OP_MOVE_SECTION] = qevm_op_move_section,
    [QEVM_OP_ADD_SUBSECTION] = qevm_op_add_subsection,
    [QEVM_OP_STRIP_SUBSECTION] = qevm_op_strip_subsection,
    [QEVM_OP_RENAME_RAM_BLOCK] = qevm_op_rename_ram_block,
    [QEVM_OP_DROP_RAM_BLOCK] = qevm_op_drop_ram_block,
    [QEVM_OP_DROP_RAM_PAGES] = qevm_op_drop_ram_pages,
    [QEVM_OP_RESIZE_RAM_BLOCK] = qevm_op_resize_ram_block,
    [QEVM_OP_SPLIT_RAM_BLOCK] = qevm_op_split_ram_block,
    [QEVM_OP_MERGE_RAM_BLOCKS] = qevm_op_merge_ram_blocks,
    [QEVM_OP_LOAD_RAM_BLOCK] = qevm_op_load_ram_block,
    [QEVM_OP_REGROUP_RAM_PAGES] = qevm_op_regroup_ram_pages,
    [QEVM_OP_ADD_COMMAND] = qevm_op_add_command,
    [QEVM_OP_DROP_COMMAND] = qevm_op_drop_command,
    [QEVM_OP_SET_FOOTERS] = qevm_op_set_footers,
    [QEVM_OP_DROP_VMDESC] = qevm_op_drop_vmdesc,
};

static void
change_free(gpointer p)
{
    QevmChange *change = p;

    g_free(change->path);
    g_free(change->before);
    g_free(change->after);
    g_free(change->what);
    g_free(change);
}

QevmEdit *
qevm_edit_new(QevmStream *stream)
{
    QevmEdit *edit = g_new0(QevmEdit, 1);

    edit->stream = stream;
    edit->base = qevm_source_base(stream->source);
    stream->edited = TRUE;
    edit->live = qevm_live_edit_new();
    edit->changes = g_ptr_array_new_with_free_func(change_free);
    edit->matches = g_array_new(FALSE, TRUE, sizeof(guint64));
    edit->passed = g_hash_table_new(NULL, NULL);
    return edit;
}

void
qevm_edit_free(QevmEdit *edit)
{
    if (!edit) {
        return;
    }
    qevm_live_edit_free(edit->live);
    g_ptr_array_unref(edit->changes);
    g_array_unref(edit->matches);
    g_hash_table_unref(edit->passed);
    g_free(edit);
}

static char *
name_in(QevmNode *configuration)
{
    QevmNode *node = qevm_node_child(configuration, "name");
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    gsize size;
    const char *text;

    if (!node || node->kind != QEVM_NODE_FIELD) {
        return NULL;
    }
    qevm_node_value(node, 0, &value);
    if (value.kind != QEVM_VALUE_STRING) {
        return NULL;
    }
    text = g_bytes_get_data(value.bytes, &size);
    return g_strndup(text, size);
}

char *
qevm_edit_machine(QevmEdit *edit)
{
    for (guint i = 0; i < edit->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(edit->stream->records, i);

        if (r->type == QEVM_RECORD_CONFIGURATION && !r->dropped) {
            QevmTree *tree = qevm_record_tree(edit->stream, r, NULL);

            return tree ? name_in(&tree->root) : NULL;
        }
    }
    return NULL;
}

/* ---- for operations ---- */

gboolean
qevm_apply_fail(const char *path, GError **error, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE, "%s: %s", path, message);
    return FALSE;
}

static guint64
string_cost(const char *text)
{
    return text ? strlen(text) + MALLOC_COST : 0;
}

gboolean
qevm_apply_change(QevmApply *apply, const char *path, guint64 offset,
                  char *before, char *after, QevmLoss loss, char *what,
                  GError **error)
{
    const QevmRule *rule = apply->rule;
    QevmChange *change = g_new0(QevmChange, 1);
    QevmBudget *budget = apply->edit->stream->budget;

    /* What the guest can notice, and what a value is to it, only the rule
     * knows. */
    if (rule->has_class && rule->loss > loss &&
        (rule->loss == QEVM_LOSS_VISIBLE || loss == QEVM_LOSS_STATED)) {
        loss = rule->loss;
        what = what ? what : g_strdup(rule->why);
    }
    change->rule = rule->number;
    change->op = rule->op;
    change->path = g_strdup(path);
    change->offset = offset;
    change->before = before;
    change->after = after;
    change->loss = loss;
    change->what = what;
    g_ptr_array_add(apply->edit->changes, change);
    qevm_budget_charge(budget, sizeof(*change) + MALLOC_COST +
                                   string_cost(path) + string_cost(before) +
                                   string_cost(after) + string_cost(what));
    if (qevm_budget_spent(budget)) {
        return qevm_budget_fail(error, "what the rules change");
    }
    if (rule->has_class && loss > rule->loss) {
        return qevm_apply_fail(path, error,
                               "\"class\" is %s, but this is %s%s%s",
                               qevm_loss_name(rule->loss), qevm_loss_name(loss),
                               what ? ": " : "", what ? what : "");
    }
    return TRUE;
}

gboolean
qevm_apply_make(QevmApply *apply, guint64 bytes, GError **error)
{
    guint64 made = 0;

    if (!g_uint64_checked_add(&made, apply->edit->made, bytes) ||
        made > QEVM_EDIT_MAX_MADE) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "the rules make more than %d bytes", QEVM_EDIT_MAX_MADE);
        return FALSE;
    }
    apply->edit->made = made;
    return TRUE;
}

gboolean
qevm_apply_room(QevmApply *apply, guint64 bytes, GError **error)
{
    QevmBudget *budget = apply->edit->stream->budget;

    if (!qevm_budget_take(budget, bytes)) {
        return qevm_budget_fail(error, "what the rules add");
    }
    qevm_budget_give(budget, bytes);
    return TRUE;
}

gboolean
qevm_path_names(const QevmPath *path, const QevmRecord *record)
{
    return qevm_record_is_section(record) && !record->dropped &&
           qevm_path_match(path->section, path->section_literal,
                           qevm_record_name(record)) &&
           (path->which != QEVM_INSTANCE_IS ||
            path->instance_id == record->instance_id);
}

gboolean
qevm_path_asks_many(const QevmPath *path)
{
    return path->which == QEVM_INSTANCE_ALL ||
           qevm_path_is_pattern(path->section, path->section_literal);
}

gboolean
qevm_apply_anchor(QevmApply *apply, const char *member, const char *text,
                  guint *index, GError **error)
{
    QevmStream *stream = apply->edit->stream;
    g_autoptr(QevmPath) path = qevm_path_parse(text, error);
    g_autoptr(GArray) places =
        path ? qevm_path_resolve(stream, path, error) : NULL;

    if (!places) {
        g_prefix_error(error, "\"%s\": ", member);
        return FALSE;
    }
    if (places->len != 1 ||
        !g_ptr_array_find(stream->records,
                          g_array_index(places, QevmPlace, 0).record, index)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "\"%s\": `%s` names %u sections", member, text,
                    places->len);
        return FALSE;
    }
    return TRUE;
}

QevmNode *
qevm_apply_node(QevmApply *apply, const QevmPlace *place, GError **error)
{
    return qevm_place_node(apply->edit->stream, place, error);
}

/* ---- which places ---- */

static void
match_clear(gpointer p)
{
    QevmMatch *match = p;

    g_free(match->path);
}

static guint
count_named(QevmApply *apply)
{
    guint count = 0;

    for (guint i = 0; i < apply->edit->stream->records->len; i++) {
        count +=
            qevm_path_names(apply->rule->at,
                            g_ptr_array_index(apply->edit->stream->records, i));
    }
    return count;
}

/* Was an array of structs named where only one of them can be meant? Then the
 * path names something when each step may name all. */
static gboolean
is_ambiguous(QevmApply *apply)
{
    g_autoptr(QevmPath) path = qevm_path_parse(apply->rule->at_text, NULL);
    g_autoptr(GError) missing = NULL;
    g_autoptr(GArray) places = NULL;

    for (guint i = 0; path && i < path->steps->len; i++) {
        QevmStep *step = &g_array_index(path->steps, QevmStep, i);

        if (step->select == QEVM_SELECT_NONE && !step->fact && !step->up) {
            step->select = QEVM_SELECT_ALL;
        }
    }
    places =
        path && path->steps->len
            ? qevm_path_resolve_any(apply->edit->stream, path, &missing, NULL)
            : NULL;
    return places && places->len;
}

/* An ambiguous path is wrong even in an optional rule; one that means no
 * section, or nothing there, only matches nothing. */
static GArray *
resolve(QevmApply *apply, GError **error)
{
    g_autoptr(GArray) places = NULL;
    GError *missing = NULL;

    if (apply->phase == QEVM_PHASE_HEAD && !count_named(apply)) {
        return g_array_new(FALSE, FALSE, sizeof(QevmPlace));
    }
    places = qevm_path_resolve_any(apply->edit->stream, apply->rule->at,
                                   &missing, error);
    if (missing && is_ambiguous(apply)) {
        g_propagate_error(error, missing);
        return NULL;
    }
    apply->nothing = missing;
    return g_steal_pointer(&places);
}

static gboolean
is_node_op(QevmOp op)
{
    return op != QEVM_OP_SET_VERSION && op != QEVM_OP_SET_INSTANCE &&
           op != QEVM_OP_RENAME_SECTION && op != QEVM_OP_DROP_SECTION &&
           op != QEVM_OP_MOVE_SECTION;
}

/* What rules cannot reach: the head's payloads have a form of their own. */
static gboolean
check_reach(QevmApply *apply, const QevmPlace *place, const char *path,
            GError **error)
{
    QevmOp op = apply->rule->op;
    const QevmNode *node = place->node;
    gboolean own_field;

    if (place->kind == QEVM_PLACE_FACT || !is_node_op(op)) {
        return TRUE;
    }
    if (place->record->type == QEVM_RECORD_START) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "%s: the payload of an iterative section cannot be "
                    "changed field by field",
                    path);
        return FALSE;
    }
    /* The root for add-field, its children but subsections for the rest. */
    own_field = place->record->type == QEVM_RECORD_CONFIGURATION &&
                (op == QEVM_OP_ADD_FIELD
                     ? !node || !node->parent
                     : node && node->parent && !node->parent->parent &&
                           node->kind != QEVM_NODE_SUBSECTION);
    if (own_field && op != QEVM_OP_ADD_SUBSECTION &&
        !(op == QEVM_OP_SET && strcmp(qevm_node_name(node), "name") == 0)) {
        return qevm_apply_fail(path, error,
                               "of the configuration's own fields only "
                               "`name` can be changed, with set");
    }
    return TRUE;
}

/* In the second phase of a pipe what was passed on is out of reach. */
static gboolean
passed_on(QevmApply *apply, const QevmPlace *place, const char *path,
          gboolean *skip, GError **error)
{
    *skip = apply->phase == QEVM_PHASE_DEVICES &&
            g_hash_table_contains(apply->edit->passed, place->record);
    if (*skip && g_array_index(apply->edit->matches, guint64,
                               apply->rule->number - 1) == 0) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "%s: was passed on before what describes it was read",
                    path);
        return FALSE;
    }
    return TRUE;
}

static GArray *
find_matches(QevmApply *apply, GError **error)
{
    g_autoptr(GArray) places = resolve(apply, error);
    g_autoptr(GArray) matches = g_array_new(FALSE, FALSE, sizeof(QevmMatch));
    QevmBudget *budget = apply->edit->stream->budget;
    guint asked = 0;

    g_array_set_clear_func(matches, match_clear);
    for (guint i = 0; places && i < places->len; i++) {
        QevmMatch match = { .place = g_array_index(places, QevmPlace, i) };
        g_autofree char *path = qevm_path_of(apply->edit->stream, &match.place);
        gboolean skip, holds = TRUE;

        if (!passed_on(apply, &match.place, path, &skip, error)) {
            return NULL;
        }
        if (skip) {
            continue;
        }
        asked++;
        if (apply->rule->when &&
            !qevm_when_eval(apply, &match.place, &holds, error)) {
            g_prefix_error(error, "%s: \"when\": ", path);
            return NULL;
        }
        if (holds && !check_reach(apply, &match.place, path, error)) {
            return NULL;
        }
        if (holds) {
            apply->charged += MATCH_COST + strlen(path);
            qevm_budget_charge(budget, MATCH_COST + strlen(path));
            match.path = g_steal_pointer(&path);
            g_array_append_val(matches, match);
        }
        if (qevm_budget_spent(budget)) {
            (void)qevm_budget_fail(error, "what the rule matches");
            return NULL;
        }
    }
    if (places && asked && !matches->len) {
        g_set_error(&apply->nothing, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%s: \"when\" holds at none of %u places",
                    apply->rule->at_text, asked);
    }
    return places ? g_steal_pointer(&matches) : NULL;
}

/* ---- rules ---- */

static gboolean
apply_op(QevmApply *apply, GError **error)
{
    g_autoptr(GArray) matches = NULL;

    if (!apply->rule->at) {
        return funcs[apply->rule->op](apply, NULL, error);
    }
    matches = find_matches(apply, error);
    if (!matches) {
        return FALSE;
    }
    apply->matched = matches->len;
    return !matches->len || funcs[apply->rule->op](apply, matches, error);
}

/* A rule must match something, in whichever phase. In a HEAD phase that is
 * known only for paths that mean a section of the head. */
static gboolean
check_matched(QevmApply *apply, GError **error)
{
    const QevmRule *rule = apply->rule;
    guint64 *matches =
        &g_array_index(apply->edit->matches, guint64, rule->number - 1);
    gboolean known = apply->phase != QEVM_PHASE_HEAD;

    *matches += apply->matched;
    if (apply->phase == QEVM_PHASE_HEAD && rule->at && apply->nothing) {
        known = !qevm_path_asks_many(rule->at);
    }
    if (*matches || rule->optional || !known) {
        return TRUE;
    }
    if (apply->nothing) {
        g_propagate_error(error, g_steal_pointer(&apply->nothing));
    } else {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE, "matches nothing");
    }
    return FALSE;
}

static gboolean
apply_rule(QevmApply *apply, GError **error)
{
    g_autofree char *prefix = NULL;
    GError *cause = NULL;
    gboolean ok = apply_op(apply, &cause) && check_matched(apply, &cause);

    qevm_budget_give(apply->edit->stream->budget, apply->charged);
    g_clear_error(&apply->nothing);
    if (ok) {
        return TRUE;
    }
    g_assert(cause);
    /* A wrong path or expression is a wrong rule, seen from here. */
    if (g_error_matches(cause, QEVM_ERROR, QEVM_ERROR_PATH) ||
        g_error_matches(cause, QEVM_ERROR, QEVM_ERROR_EXPR)) {
        cause->code = QEVM_ERROR_RULE;
    }
    prefix = qevm_rule_prefix(apply->rules, apply->rule);
    g_propagate_prefixed_error(error, cause, "%s", prefix);
    return FALSE;
}

static gboolean
goes_too_far(const QevmEdit *edit, const QevmChange *change)
{
    return (change->loss == QEVM_LOSS_VISIBLE && !edit->allow_visible) ||
           (change->loss == QEVM_LOSS_LOSSY && !edit->allow_lossy);
}

/* Changes of one rule, which may be one for each element of an array. */
#define LISTED 4

static void
list_change(GString *list, const QevmChange *change)
{
    guint n_ops;
    const QevmOpInfo *ops = qevm_op_table(&n_ops);

    g_string_append_printf(list, "\n  %s: %s: %s (rule %u, %s)", change->path,
                           qevm_loss_name(change->loss),
                           change->what ? change->what : "is changed",
                           change->rule, ops[change->op].name);
}

static void
list_rest(GString *list, guint rule, guint listed)
{
    if (listed > LISTED) {
        g_string_append_printf(list, "\n  and %u more (rule %u)",
                               listed - LISTED, rule);
    }
}

/* Everything that goes too far, in one message. */
static gboolean
check_loss(const QevmEdit *edit, guint first, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);
    guint count = 0, rule = 0, listed = 0; /* of that rule */

    for (guint i = first; i < edit->changes->len; i++) {
        const QevmChange *change = g_ptr_array_index(edit->changes, i);

        if (!goes_too_far(edit, change)) {
            continue;
        }
        if (change->rule != rule) {
            list_rest(list, rule, listed);
            rule = change->rule;
            listed = 0;
        }
        if (listed++ < LISTED) {
            list_change(list, change);
        }
        count++;
    }
    list_rest(list, rule, listed);
    if (!count) {
        return TRUE;
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_LOSS,
                "%u change%s more than is allowed:%s", count,
                count == 1 ? " costs" : "s cost", list->str);
    return FALSE;
}

gboolean
qevm_edit_apply(QevmEdit *edit, const QevmRules *rules, QevmPhase phase,
                GError **error)
{
    guint first = edit->changes->len;

    if (phase != QEVM_PHASE_DEVICES) {
        g_array_set_size(edit->matches, 0);
    }
    g_array_set_size(edit->matches, rules->rules->len);
    for (guint i = 0; i < rules->rules->len; i++) {
        QevmApply apply = { .edit = edit,
                            .rules = rules,
                            .rule = g_ptr_array_index(rules->rules, i),
                            .phase = phase };

        if (!apply_rule(&apply, error)) {
            return FALSE;
        }
    }
    for (guint i = 0;
         phase == QEVM_PHASE_HEAD && i < edit->stream->records->len; i++) {
        g_hash_table_add(edit->passed,
                         g_ptr_array_index(edit->stream->records, i));
    }
    return check_loss(edit, first, error);
}

/* Sections with PART and END records (migration/: callers of
 * register_savevm_live()). */
static gboolean
may_be_iterative(const QevmPath *path)
{
    static const char *const names[] = {
        "ram", "block", "dirty-bitmap", "spapr/htab", "s390-storage_attributes",
        "vfio"
    };

    if (qevm_path_asks_many(path)) {
        return TRUE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(path->section, names[i]) == 0) {
            return TRUE;
        }
    }
    return g_str_has_suffix(path->section, "/vfio");
}

gboolean
qevm_rules_need_walk(const QevmRules *rules, gboolean whole)
{
    for (guint i = 0; i < rules->rules->len; i++) {
        const QevmRule *rule = g_ptr_array_index(rules->rules, i);

        switch (rule->op) {
        case QEVM_OP_RENAME_RAM_BLOCK:
        case QEVM_OP_DROP_RAM_BLOCK:
        case QEVM_OP_DROP_RAM_PAGES:
        case QEVM_OP_RESIZE_RAM_BLOCK:
        case QEVM_OP_SPLIT_RAM_BLOCK:
        case QEVM_OP_MERGE_RAM_BLOCKS:
        case QEVM_OP_LOAD_RAM_BLOCK:
        case QEVM_OP_REGROUP_RAM_PAGES:
            if (!whole) {
                return TRUE;
            }
            break;
        case QEVM_OP_ADD_COMMAND:
        case QEVM_OP_DROP_COMMAND:
        case QEVM_OP_SET_FOOTERS:
            return TRUE;
        case QEVM_OP_DROP_SECTION:
        case QEVM_OP_MOVE_SECTION:
            if (may_be_iterative(rule->at)) {
                return TRUE;
            }
            break;
        default:
            break;
        }
    }
    return FALSE;
}
