/* plan.c - the rules that turn a stream into one that a destination loads.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/plan.h"

#include <string.h>

#include "rewrite/plan-private.h"

static void
problem_free(gpointer p)
{
    QevmProblem *problem = p;

    g_free(problem->path);
    g_free(problem->sentence);
    g_free(problem->advice);
    g_free(problem);
}

QevmPlan *
qevm_plan_new(QevmEdit *edit, const QevmTarget *target, QevmStream *base,
              const QevmHints *hints)
{
    QevmPlan *plan = g_new0(QevmPlan, 1);

    plan->edit = edit;
    plan->target = target;
    plan->base = base;
    plan->hints = hints;
    plan->rules = json_array();
    plan->problems = g_ptr_array_new_with_free_func(problem_free);
    /* What it costs is judged when all is known. */
    edit->allow_visible = edit->allow_lossy = TRUE;
    return plan;
}

void
qevm_plan_free(QevmPlan *plan)
{
    if (plan) {
        json_decref(plan->rules);
        g_ptr_array_unref(plan->problems);
        g_free(plan);
    }
}

json_t *
qevm_plan_file(const QevmPlan *plan)
{
    return json_pack("{s:i,s:O}", "qevm-rules", 1, "rules", plan->rules);
}

/* ---- rules ---- */

json_t *
qevm_plan_op(const char *op, const char *at)
{
    json_t *rule = json_object();

    json_object_set_new(rule, "op", json_string(op));
    if (at) {
        json_object_set_new(rule, "at", json_string(at));
    }
    return rule;
}

/* Text is bytes, since it may end in zeros. */
json_t *
qevm_plan_value(const QevmValue *value)
{
    gsize size;
    const guint8 *data;

    if (value->kind != QEVM_VALUE_STRING) {
        return qevm_rule_value_json(value);
    }
    data = g_bytes_get_data(value->bytes, &size);
    return qevm_rule_hex_json(data, size);
}

/* The class that the engine gives at most, and no less than the plan says: what
 * is stated is no default for it. */
static gboolean
sets_value(const char *op)
{
    return strcmp(op, "set") == 0 || strcmp(op, "set-bytes") == 0 ||
           strcmp(op, "map") == 0 || strcmp(op, "retype") == 0;
}

gboolean
qevm_plan_rule(QevmPlan *plan, json_t *rule, QevmLoss loss, const char *why,
               GError **error)
{
    const char *op = json_string_value(json_object_get(rule, "op"));
    QevmLoss class = sets_value(op) ? MAX(loss, QEVM_LOSS_STATED) : loss;
    json_t *file;
    g_autofree char *text = NULL;
    g_autoptr(QevmRules) rules = NULL;

    json_object_set_new(rule, "why", json_string(why));
    json_object_set_new(rule, "class", json_string(qevm_loss_name(class)));
    json_array_append_new(plan->rules, rule);
    file = json_pack("{s:i,s:[O]}", "qevm-rules", 1, "rules", rule);
    text = json_dumps(file, JSON_COMPACT);
    json_decref(file);
    if (text) {
        rules = qevm_rules_parse(text, strlen(text), "plan", error);
    }
    return rules && qevm_edit_apply(plan->edit, rules, QEVM_PHASE_ALL, error);
}

/* A section that is repaired step by step can come to one again. */
static gboolean
is_said(const QevmPlan *plan, const char *path, const char *sentence)
{
    for (guint i = 0; i < plan->problems->len; i++) {
        const QevmProblem *p = g_ptr_array_index(plan->problems, i);

        if (strcmp(p->path, path) == 0 && strcmp(p->sentence, sentence) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

void
qevm_plan_problem(QevmPlan *plan, char *path, char *sentence, char *advice)
{
    QevmProblem *problem = g_new0(QevmProblem, 1);

    problem->path = path;
    problem->sentence = sentence;
    problem->advice = advice;
    if (is_said(plan, path, sentence)) {
        problem_free(problem);
    } else {
        g_ptr_array_add(plan->problems, problem);
    }
}

/* ---- places ---- */

json_t *
qevm_plan_leave_out(json_t *rule, GBytes *bytes, gsize head)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);

    json_object_set_new(rule, "if-equals",
                        qevm_rule_hex_json(data + head, size - head));
    return rule;
}

char *
qevm_plan_path(QevmPlan *plan, QevmRecord *record, QevmNode *node, gint64 index)
{
    QevmPlace place = { .kind = !node        ? QEVM_PLACE_SECTION
                                : index >= 0 ? QEVM_PLACE_ELEMENT
                                             : QEVM_PLACE_NODE,
                        .record = record,
                        .node = node,
                        .index = index >= 0 ? (guint64)index : 0 };

    return qevm_path_of(plan->edit->stream, &place);
}

GBytes *
qevm_plan_bytes(QevmNode *node)
{
    GByteArray *bytes = g_byte_array_new();

    qevm_node_emit(node, bytes);
    return g_byte_array_free_to_bytes(bytes);
}

QevmRecord *
qevm_plan_base(QevmPlan *plan, const QevmRecord *record)
{
    for (guint i = 0; plan->base && i < plan->base->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(plan->base->records, i);

        if (r->type == record->type && r->idstr && record->idstr &&
            strcmp(r->idstr, record->idstr) == 0 &&
            r->instance_id == record->instance_id) {
            return r;
        }
    }
    return NULL;
}

gboolean
qevm_plan_untouched(QevmPlan *plan, QevmRecord *record)
{
    QevmRecord *base = qevm_plan_base(plan, record);
    QevmTree *now =
        base ? qevm_record_tree(plan->edit->stream, record, NULL) : NULL;
    QevmTree *then = now ? qevm_record_tree(plan->base, base, NULL) : NULL;
    g_autoptr(GBytes) a = then ? qevm_plan_bytes(&now->root) : NULL;
    g_autoptr(GBytes) b = then ? qevm_plan_bytes(&then->root) : NULL;

    return a && b && g_bytes_equal(a, b);
}

static gboolean
is_section(const QevmRecord *r)
{
    return !r->dropped &&
           (r->type == QEVM_RECORD_FULL || r->type == QEVM_RECORD_START);
}

/* ---- which section is which ---- */

static GPtrArray *
instances_of(const QevmStream *stream, const char *idstr)
{
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (is_section(r) && strcmp(r->idstr, idstr) == 0) {
            g_ptr_array_add(found, r);
        }
    }
    return found;
}

static gint
by_instance(gconstpointer a, gconstpointer b)
{
    const QevmRecord *x = *(QevmRecord *const *)a;
    const QevmRecord *y = *(QevmRecord *const *)b;

    return x->instance_id < y->instance_id ? -1
                                           : x->instance_id > y->instance_id;
}

static gboolean
set_instance(QevmPlan *plan, QevmRecord *record, guint32 instance,
             GError **error)
{
    g_autofree char *at = qevm_plan_path(plan, record, NULL, -1);
    json_t *rule = qevm_plan_op("set-instance", at);

    json_object_set_new(rule, "instance", json_integer(instance));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSLESS,
                          "the destination counts them otherwise", error);
}

/* As many as at the destination, with other numbers: the first is the first.
 * Numbers grow from the last one on and shrink from the first, so that no two
 * are the same on the way. */
static gboolean
plan_instances(QevmPlan *plan, const char *idstr, GError **error)
{
    g_autoptr(GPtrArray) there = instances_of(plan->edit->stream, idstr);
    g_autoptr(GPtrArray) here =
        instances_of(qevm_target_reference(plan->target), idstr);

    if (there->len != here->len) {
        return TRUE;
    }
    g_ptr_array_sort(there, by_instance);
    g_ptr_array_sort(here, by_instance);
    /* Two of one number, as isa-ide of 5.2 has: no other stream can have that.
     */
    for (guint i = 1; i < here->len; i++) {
        if (by_instance(&here->pdata[i - 1], &here->pdata[i]) == 0) {
            return TRUE;
        }
    }
    for (guint pass = 0; pass < 2; pass++) {
        for (guint k = 0; k < there->len; k++) {
            guint i = pass == 0 ? there->len - 1 - k : k;
            QevmRecord *a = g_ptr_array_index(there, i);
            const QevmRecord *b = g_ptr_array_index(here, i);

            if ((pass == 0 ? a->instance_id < b->instance_id
                           : a->instance_id > b->instance_id) &&
                !set_instance(plan, a, b->instance_id, error)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}

/* pc-i440fx-1.6 called the root bus "0000", all others call it "0000:00"
 * (hw/pci-host/i440fx.c:i440fx_pcihost_root_bus_path(), short_root_bus). */
static char *
with_root_bus(const char *idstr)
{
    static const char form[] = "xxxx:xx.x";

    for (guint i = 0; form[i]; i++) {
        if (form[i] == 'x' ? !g_ascii_isxdigit(idstr[i])
                           : idstr[i] != form[i]) {
            return g_strdup(idstr);
        }
    }
    return g_strdup_printf("%.5s00:%s", idstr, idstr + 5);
}

/* Names that differ in the bus in front only: "1/usb-ptr" is
 * "0000:00:02.0/1/usb-ptr" (hw/core/qdev.c:qdev_get_dev_path()). */
static gboolean
is_same_device(const char *a, const char *b)
{
    g_autofree char *x = with_root_bus(a), *y = with_root_bus(b);
    const char *longer = strlen(x) > strlen(y) ? x : y;
    const char *shorter = longer == x ? y : x;
    g_autofree char *tail = g_strconcat("/", shorter, NULL);

    return strcmp(x, y) == 0 ||
           (strchr(shorter, '/') && g_str_has_suffix(longer, tail));
}

const char *
qevm_plan_vmsd(const QevmRecord *record)
{
    const QevmVmsd *vmsd = record->device ? record->device->vmsd : NULL;

    return vmsd ? vmsd->name : NULL;
}

static gboolean
has_section(const QevmStream *stream, const QevmRecord *like)
{
    g_autoptr(GPtrArray) found = instances_of(stream, like->idstr);

    for (guint i = 0; i < found->len; i++) {
        const QevmRecord *r = g_ptr_array_index(found, i);

        if (r->instance_id == like->instance_id) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A section of the same vmsd that the stream does not have. With `moved`, one
 * of another place. */
static QevmRecord *
find_other(QevmPlan *plan, const QevmRecord *record, gboolean moved)
{
    QevmStream *ref = qevm_target_reference(plan->target);
    QevmRecord *found = NULL;
    const char *vmsd = qevm_plan_vmsd(record);

    for (guint i = 0; vmsd && i < ref->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(ref->records, i);

        if (!is_section(r) || g_strcmp0(qevm_plan_vmsd(r), vmsd) != 0 ||
            (!moved && !is_same_device(r->idstr, record->idstr))) {
            continue;
        }
        if (!found && !has_section(plan->edit->stream, r)) {
            found = r;
        }
    }
    return found;
}

static gboolean
rename_section(QevmPlan *plan, QevmRecord *record, const QevmRecord *ref,
               GError **error)
{
    g_autofree char *at = qevm_plan_path(plan, record, NULL, -1);
    json_t *rule = qevm_plan_op("rename-section", at);

    json_object_set_new(rule, "to", json_string(ref->idstr));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSLESS,
                          "what the destination calls it", error) &&
           (record->instance_id == ref->instance_id ||
            set_instance(plan, record, ref->instance_id, error));
}

static gboolean
drop_section(QevmPlan *plan, QevmRecord *record, GError **error)
{
    g_autofree char *at = qevm_plan_path(plan, record, NULL, -1);
    QevmRecord *other = find_other(plan, record, TRUE);
    QevmTree *tree;
    const char *why;
    json_t *rule;

    if (other && strchr(record->idstr, ':')) {
        g_autofree char *instead = qevm_path_quote(other->idstr);

        qevm_plan_problem(
            plan, g_steal_pointer(&at),
            g_strdup_printf("the destination has this device elsewhere, as %s, "
                            "and the guest knows it where it was",
                            instead),
            g_strdup("give the destination's device the address (addr=, bus=) "
                     "that it has in the stream"));
        return TRUE;
    }
    rule = qevm_plan_op("drop-section", at);
    tree = qevm_record_tree(plan->edit->stream, record, NULL);
    why = qevm_plan_untouched(plan, record)
              ? "the destination has no such device, and the guest never used "
                "it"
          : tree ? qevm_hints_idle(plan->hints, record, &tree->root)
                 : NULL;
    if (why) {
        g_autoptr(GBytes) bytes = qevm_plan_bytes(&tree->root);

        return qevm_plan_rule(plan, qevm_plan_leave_out(rule, bytes, 0),
                              QEVM_LOSS_DEFAULT, why, error);
    }
    return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSY,
                          "the destination has no such section", error);
}

/* These handlers are there whether they send something or not. */
static gboolean
is_always_there(const char *idstr)
{
    return strcmp(idstr, "dirty-bitmap") == 0 || strcmp(idstr, "block") == 0 ||
           strcmp(idstr, "s390-storage_attributes") == 0;
}

static gboolean
plan_one(QevmPlan *plan, QevmRecord *record, GError **error)
{
    QevmRecord *ref =
        qevm_target_section(plan->target, record->idstr, record->instance_id);

    if (!ref && qevm_target_any_section(plan->target, record->idstr)) {
        g_autofree char *idstr = g_strdup(record->idstr);

        if (!plan_instances(plan, idstr, error)) {
            return FALSE;
        }
        ref = qevm_target_section(plan->target, record->idstr,
                                  record->instance_id);
    }
    if (!ref) {
        ref = find_other(plan, record, FALSE);
        if (ref && !rename_section(plan, record, ref, error)) {
            return FALSE;
        }
    }
    if (!ref) {
        return is_always_there(record->idstr) ||
               drop_section(plan, record, error);
    }
    return (strcmp(record->idstr, "slirp") != 0 ||
            qevm_plan_connections(plan, record, error)) &&
           qevm_plan_section(plan, record, ref, error) &&
           qevm_plan_decrementer(plan, record, error);
}

/* A rule that cannot be applied is the last one: it goes, and what it was to
 * repair is a problem. Other errors are those of whoever reads the stream. */
static gboolean
is_settled(QevmPlan *plan, gboolean ok, char *path, GError **cause,
           GError **error)
{
    g_autofree char *at = path;

    if (ok) {
        return TRUE;
    }
    if (!g_error_matches(*cause, QEVM_ERROR, QEVM_ERROR_RULE) &&
        !g_error_matches(*cause, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED)) {
        g_propagate_error(error, g_steal_pointer(cause));
        return FALSE;
    }
    json_array_remove(plan->rules, json_array_size(plan->rules) - 1);
    qevm_plan_problem(plan, g_steal_pointer(&at),
                      g_strdup_printf("what would repair it cannot be done: %s",
                                      (*cause)->message),
                      NULL);
    g_clear_error(cause);
    return TRUE;
}

gboolean
qevm_plan_make(QevmPlan *plan, GError **error)
{
    QevmStream *s = plan->edit->stream;
    GError *cause = NULL;

    if (!is_settled(plan, qevm_plan_head(plan, &cause),
                    g_strdup("configuration"), &cause, error) ||
        !is_settled(plan, qevm_plan_ram(plan, &cause), g_strdup("ram"), &cause,
                    error)) {
        return FALSE;
    }
    for (guint i = 0; i < s->records->len; i++) {
        QevmRecord *record = g_ptr_array_index(s->records, i);

        if (is_section(record) &&
            !is_settled(plan, plan_one(plan, record, &cause),
                        qevm_plan_path(plan, record, NULL, -1), &cause,
                        error)) {
            return FALSE;
        }
    }
    return TRUE;
}
