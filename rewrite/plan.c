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
qevm_plan_new(QevmEdit *edit, const QevmTarget *target, QevmStream *base)
{
    QevmPlan *plan = g_new0(QevmPlan, 1);

    plan->edit = edit;
    plan->target = target;
    plan->base = base;
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

json_t *
qevm_plan_hex(const guint8 *data, gsize size)
{
    GString *text = g_string_sized_new(2 * size);
    json_t *hex;

    for (gsize i = 0; i < size; i++) {
        g_string_append_printf(text, "%02x", data[i]);
    }
    hex = json_pack("{s:s}", "hex", text->str);
    g_string_free(text, TRUE);
    return hex;
}

json_t *
qevm_plan_value(const QevmValue *value)
{
    g_autofree char *text = NULL;
    gsize size;
    const guint8 *data;

    switch (value->kind) {
    case QEVM_VALUE_BOOL:
        return json_boolean(value->as.b);
    case QEVM_VALUE_SINT:
        return json_integer(value->as.s);
    case QEVM_VALUE_UINT:
        if (value->as.u <= G_MAXINT64) {
            return json_integer((json_int_t)value->as.u);
        }
        text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", value->as.u);
        return json_string(text);
    case QEVM_VALUE_STRING:
    case QEVM_VALUE_BYTES:
        data = g_bytes_get_data(value->bytes, &size);
        return qevm_plan_hex(data, size);
    default:
        return json_null();
    }
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
    plan->worst = MAX(plan->worst, loss);
    file = json_pack("{s:i,s:[O]}", "qevm-rules", 1, "rules", rule);
    text = json_dumps(file, JSON_COMPACT);
    json_decref(file);
    if (text) {
        rules = qevm_rules_parse(text, strlen(text), "plan", error);
    }
    if (!rules || !qevm_edit_apply(plan->edit, rules, QEVM_PHASE_ALL, error)) {
        g_prefix_error(error, "rule %u: ", (guint)json_array_size(plan->rules));
        return FALSE;
    }
    return TRUE;
}

void
qevm_plan_problem(QevmPlan *plan, char *path, char *sentence, char *advice)
{
    QevmProblem *problem = g_new0(QevmProblem, 1);

    problem->path = path;
    problem->sentence = sentence;
    problem->advice = advice;
    g_ptr_array_add(plan->problems, problem);
}

/* ---- places ---- */

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

/* ---- configuration ---- */

static QevmRecord *
configuration_of(const QevmStream *stream)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_CONFIGURATION && !r->dropped) {
            return r;
        }
    }
    return NULL;
}

static gboolean
plan_machine(QevmPlan *plan, GError **error)
{
    const char *incoming = plan->edit->stream->machine;
    const char *local = qevm_target_reference(plan->target)->machine;
    json_t *rule;

    if (strncmp(incoming, local, strlen(incoming)) == 0) {
        return TRUE;
    }
    rule = qevm_plan_op("set", "configuration//name");
    json_object_set_new(rule, "value", json_string(local));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_STATED,
                          "the destination's machine type", error);
}

static gboolean
plan_page_size(QevmPlan *plan, GError **error)
{
    guint64 incoming = plan->edit->stream->page_size;
    guint64 local = qevm_target_reference(plan->target)->page_size;
    json_t *rule;

    if (!incoming || !local || incoming == local) {
        return TRUE;
    }
    rule = qevm_plan_op("regroup-ram-pages", NULL);
    json_object_set_new(rule, "size", json_integer((json_int_t)local));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSLESS,
                          "the destination's pages have this size", error);
}

static QevmNode *
find_subsection(QevmStream *stream, const char *name)
{
    QevmRecord *record = configuration_of(stream);
    QevmTree *tree = record ? qevm_record_tree(stream, record, NULL) : NULL;

    for (QevmNode *n = tree ? qevm_node_children(&tree->root) : NULL; n;
         n = n->next) {
        if (n->kind == QEVM_NODE_SUBSECTION &&
            strcmp(qevm_node_name(n), name) == 0) {
            return n;
        }
    }
    return NULL;
}

static gboolean
strip_configuration(QevmPlan *plan, const char *name, const char *why,
                    GError **error)
{
    g_autofree char *at = g_strdup_printf("configuration//{%s}", name);

    return qevm_plan_rule(plan, qevm_plan_op("strip-subsection", at),
                          QEVM_LOSS_LOSSY, why, error);
}

/* The capabilities say how RAM is sent. Shared blocks are not in the stream. */
static gboolean
plan_capabilities(QevmPlan *plan, GError **error)
{
    QevmStream *s = plan->edit->stream;
    QevmStream *ref = qevm_target_reference(plan->target);

    if (s->capability_mapped_ram != ref->capability_mapped_ram) {
        qevm_plan_problem(
            plan, g_strdup("configuration"),
            g_strdup("the capability mapped-ram is on at one side only, and "
                     "RAM is laid out otherwise with it"),
            g_strdup(s->capability_mapped_ram
                         ? "turn mapped-ram on at the destination"
                         : "turn mapped-ram off at the destination"));
        return TRUE;
    }
    if (!s->capability_ignore_shared || ref->capability_ignore_shared ||
        !find_subsection(s, "configuration/capabilities")) {
        return TRUE;
    }
    return strip_configuration(
        plan, "configuration/capabilities",
        "x-ignore-shared is off at the destination; what was in shared blocks "
        "is not in the stream",
        error);
}

static gboolean
plan_uuid(QevmPlan *plan, GError **error)
{
    QevmNode *there = find_subsection(plan->edit->stream, "configuration/uuid");
    QevmNode *here = find_subsection(qevm_target_reference(plan->target),
                                     "configuration/uuid");
    g_autoptr(GBytes) a = there ? qevm_plan_bytes(there) : NULL;
    g_autoptr(GBytes) b = here ? qevm_plan_bytes(here) : NULL;

    if (!a || (b && g_bytes_equal(a, b))) {
        return TRUE;
    }
    return strip_configuration(plan, "configuration/uuid",
                               "it only says which machine it was", error);
}

static gboolean
plan_configuration(QevmPlan *plan, GError **error)
{
    QevmStream *ref = qevm_target_reference(plan->target);
    gboolean incoming = configuration_of(plan->edit->stream) != NULL;
    gboolean local = configuration_of(ref) != NULL;
    json_t *rule;

    if (!incoming && local) {
        rule = json_pack("{s:s,s:s,s:[{s:s,s:s}]}", "op", "add-section", "to",
                         "configuration", "fields", "name", "name", "value",
                         ref->machine);
        return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSLESS,
                              "the destination wants a configuration", error) &&
               plan_page_size(plan, error);
    }
    if (incoming && !local) {
        return qevm_plan_rule(
            plan, qevm_plan_op("drop-section", "configuration"),
            QEVM_LOSS_LOSSY, "the destination takes no configuration", error);
    }
    return !incoming ||
           (plan_machine(plan, error) && plan_page_size(plan, error) &&
            plan_capabilities(plan, error) && plan_uuid(plan, error));
}

static gboolean
plan_footers(QevmPlan *plan, GError **error)
{
    gboolean wanted = qevm_target_reference(plan->target)->footers;
    json_t *rule;

    if (plan->edit->stream->footers == wanted) {
        return TRUE;
    }
    rule = qevm_plan_op("set-footers", NULL);
    json_object_set_new(rule, "value", json_boolean(wanted));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSLESS,
                          wanted ? "the destination wants them"
                                 : "the destination takes none",
                          error);
}

/* ---- commands ---- */

enum {
    MIG_CMD_OPEN_RETURN_PATH = 1,
    MIG_CMD_PING = 2,
    MIG_CMD_SWITCHOVER_START = 11,
};

/* Of a stream with these, an answer was expected that nobody needs. */
static gboolean
plan_command(QevmPlan *plan, guint16 command, GError **error)
{
    gboolean unknown = command == MIG_CMD_SWITCHOVER_START &&
                       plan->target->release && plan->target->release < 1000;

    if (!unknown && command != MIG_CMD_OPEN_RETURN_PATH &&
        command != MIG_CMD_PING) {
        return TRUE;
    }
    return qevm_plan_rule(
        plan, qevm_plan_op("drop-command", qevm_command_name(command)),
        QEVM_LOSS_LOSSY,
        unknown ? "the destination does not know it, and needs no such sign"
                : "nobody is there to answer",
        error);
}

static gboolean
plan_commands(QevmPlan *plan, GError **error)
{
    QevmStream *s = plan->edit->stream;
    gboolean seen[12] = { FALSE };

    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->type != QEVM_RECORD_COMMAND || r->dropped ||
            r->command >= G_N_ELEMENTS(seen) || seen[r->command]) {
            continue;
        }
        seen[r->command] = TRUE;
        if (!plan_command(plan, r->command, error)) {
            return FALSE;
        }
    }
    return TRUE;
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

static const char *
vmsd_of(const QevmRecord *record)
{
    const QevmVmsd *vmsd = record->device ? record->device->vmsd : NULL;

    return vmsd ? vmsd->name : NULL;
}

/* A section of the same vmsd that the stream does not have. With `moved`, one
 * of another place. */
static QevmRecord *
find_other(QevmPlan *plan, const QevmRecord *record, gboolean moved)
{
    QevmStream *ref = qevm_target_reference(plan->target);
    QevmRecord *found = NULL;
    const char *vmsd = vmsd_of(record);

    for (guint i = 0; vmsd && i < ref->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(ref->records, i);

        if (!is_section(r) || g_strcmp0(vmsd_of(r), vmsd) != 0 ||
            (!moved && !is_same_device(r->idstr, record->idstr))) {
            continue;
        }
        found = found ? found : r;
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
    if (qevm_plan_untouched(plan, record)) {
        QevmTree *tree = qevm_record_tree(plan->edit->stream, record, NULL);
        g_autoptr(GBytes) bytes = tree ? qevm_plan_bytes(&tree->root) : NULL;
        gsize size = 0;
        const guint8 *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

        json_object_set_new(rule, "if-equals", qevm_plan_hex(data, size));
        return qevm_plan_rule(plan, rule, QEVM_LOSS_DEFAULT,
                              "the destination has no such device, and the "
                              "guest never used it",
                              error);
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
    return qevm_plan_section(plan, record, ref, error);
}

gboolean
qevm_plan_make(QevmPlan *plan, GError **error)
{
    QevmStream *s = plan->edit->stream;

    if (!plan_configuration(plan, error) || !plan_footers(plan, error) ||
        !plan_commands(plan, error) || !qevm_plan_ram(plan, error)) {
        return FALSE;
    }
    for (guint i = 0; i < s->records->len; i++) {
        QevmRecord *record = g_ptr_array_index(s->records, i);

        if (is_section(record) && !plan_one(plan, record, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
