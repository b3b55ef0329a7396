/* plan-section.c - one section, repaired until the destination loads it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "rewrite/plan-private.h"

gboolean
qevm_plan_repair(QevmRepair *r, json_t *rule, QevmLoss loss, const char *why,
                 GError **error)
{
    r->done = TRUE;
    return qevm_plan_rule(r->plan, rule, loss, why, error);
}

QevmNode *
qevm_plan_find_type(QevmNode *parent, const char *type)
{
    QevmNode *found = NULL;

    for (QevmNode *n = qevm_node_children(parent); n && !found; n = n->next) {
        if (n->kind == QEVM_NODE_SUBSECTION || n->kind == QEVM_NODE_RAW) {
            continue;
        }
        if (strcmp(n->desc.field->type, type) == 0) {
            found = n;
        } else if (n->kind == QEVM_NODE_STRUCT && !n->desc.field->overlay) {
            found = qevm_plan_find_type(n, type);
        }
    }
    return found;
}

/* Repairs of one section; each makes a rule. */
#define REPAIRS_MAX 1000

static json_t *
op_at(QevmRepair *r, const char *op, QevmNode *node, gint64 index)
{
    g_autofree char *at = qevm_plan_path(r->plan, r->record, node, index);

    return qevm_plan_op(op, at);
}

static gboolean
make(QevmRepair *r, json_t *rule, QevmLoss loss, const char *why,
     GError **error)
{
    r->done = TRUE;
    return qevm_plan_rule(r->plan, rule, loss, why, error);
}

/* ---- versions and subsections ---- */

static const char as_known[] = "what the destination knows";

static gboolean
set_version(QevmRepair *r, QevmNode *node, guint32 version, const char *why,
            GError **error)
{
    json_t *rule = op_at(r, "set-version", node, -1);

    json_object_set_new(rule, "version", json_integer(version));
    return make(r, rule, QEVM_LOSS_LOSSLESS, why, error);
}

/* The first subsection of that name, however deep. */
static QevmNode *
subsection_below(QevmNode *parent, const char *name)
{
    QevmNode *found = NULL;

    for (QevmNode *n = qevm_node_children(parent); n && !found; n = n->next) {
        if (n->kind == QEVM_NODE_SUBSECTION &&
            strcmp(qevm_node_name(n), name) == 0) {
            found = n;
        } else if (n->kind != QEVM_NODE_FIELD && n->kind != QEVM_NODE_ARRAY &&
                   n->kind != QEVM_NODE_RAW) {
            found = subsection_below(n, name);
        }
    }
    return found;
}

static gboolean
strip(QevmRepair *r, QevmNode *node, const char *why, GError **error)
{
    json_t *rule = op_at(r, "strip-subsection", node, -1);
    gsize head = QEVM_PLAN_HEAD(qevm_node_name(node));
    g_autoptr(GBytes) now = qevm_plan_bytes(node);
    const char *idle = qevm_hints_idle(r->plan->hints, r->record, node);
    const char *lost = qevm_hints_lossy(r->plan->hints, node);

    if (idle || qevm_plan_says_nothing(r->plan, r->record, node)) {
        return make(r, qevm_plan_leave_out(rule, now, head), QEVM_LOSS_DEFAULT,
                    idle ? idle : why, error);
    }
    return make(r, rule, QEVM_LOSS_LOSSY, lost ? lost : why, error);
}

static gboolean
repair_subsection(QevmRepair *r, GError **error)
{
    QevmNode *node = subsection_below(r->source, r->stop->text);

    if (!node) {
        return TRUE;
    }
    return r->stop->kind == QEVM_STOP_SUBSECTION_UNKNOWN
               ? strip(r, node, "the destination does not know it", error)
               : set_version(r, node, (guint32)r->stop->local, as_known, error);
}

/* ---- values ---- */

/* The node of the stream that pairs with the one of the reference where the
 * loader stopped, by its place in the tree. */
static QevmNode *
mate_of(QevmRepair *r, QevmNode *like)
{
    return like->parent ? qevm_node_mate(mate_of(r, like->parent), like, NULL)
                        : r->source;
}

static gboolean
set_like(QevmRepair *r, const char *why, GError **error)
{
    QevmNode *like = r->stop->at;
    QevmNode *node = like ? mate_of(r, like) : NULL;

    for (guint64 i = 0; node && i < qevm_node_count(like); i++) {
        g_auto(QevmValue) here = QEVM_VALUE_INIT, there = QEVM_VALUE_INIT;
        json_t *rule;

        qevm_node_value(like, i, &here);
        qevm_node_value(node, i, &there);
        if (qevm_value_equal(&here, &there)) {
            continue;
        }
        rule = op_at(r, "set", node,
                     node->kind == QEVM_NODE_ARRAY ? (gint64)i : -1);
        json_object_set_new(rule, "value", qevm_plan_value(&here));
        return make(r, rule, QEVM_LOSS_VISIBLE, why, error);
    }
    return TRUE;
}

/* ---- versions that are too old ---- */

static gboolean
is_alike(QevmNode *a, QevmNode *b)
{
    QevmNode *x = qevm_node_children(a), *y = qevm_node_children(b);

    for (; x && y; x = x->next, y = y->next) {
        if (x->kind != y->kind ||
            strcmp(qevm_node_name(x), qevm_node_name(y)) != 0 ||
            qevm_node_wire_size(x) != qevm_node_wire_size(y)) {
            return FALSE;
        }
    }
    return !x && !y;
}

/* Fields that have the same names since may mean something else: the privilege
 * levels of riscv CPUs are counted otherwise since 7.0, for one. */
static void
refuse_old(QevmRepair *r)
{
    qevm_plan_problem(
        r->plan, qevm_plan_path(r->plan, r->record, NULL, -1),
        g_strdup_printf("it has version %u, and the destination takes none "
                        "before version %" G_GUINT64_FORMAT
                        ", whose fields are others, or mean something else",
                        r->record->version_id, r->stop->local),
        NULL);
}

static gboolean
raise_version(QevmRepair *r, GError **error)
{
    guint32 from = r->record->version_id, to = r->ref->version_id;
    const char *why = as_known;

    if (from != to && !is_alike(r->source, r->like)) {
        why =
            qevm_hints_versions(r->plan->hints, r->record, r->source, from, to);
        if (!why) {
            refuse_old(r);
            return TRUE;
        }
    }
    return set_version(r, NULL, to, why, error);
}

/* ---- the repair ---- */

static gboolean
repair(QevmRepair *r, GError **error)
{
    switch (r->stop->kind) {
    case QEVM_STOP_VERSION_TOO_NEW:
        return set_version(r, NULL, r->ref->version_id, as_known, error);
    case QEVM_STOP_VERSION_TOO_OLD:
        return raise_version(r, error);
    case QEVM_STOP_SUBSECTION_UNKNOWN:
    case QEVM_STOP_SUBSECTION_TOO_NEW:
    case QEVM_STOP_SUBSECTION_TOO_OLD:
        return repair_subsection(r, error);
    default:
        break;
    }
    if (!qevm_plan_layout(r, error)) {
        return FALSE;
    }
    if (r->done) {
        r->laid_out = TRUE;
        return TRUE;
    }
    switch (r->stop->kind) {
    case QEVM_STOP_EQUAL:
        return set_like(r, "the destination has this number of them", error);
    case QEVM_STOP_PCI_CONFIG:
        return qevm_plan_pci_config(r, error);
    case QEVM_STOP_VIRTIO_QUEUE_SIZE:
        return qevm_plan_queues(r, error);
    case QEVM_STOP_VIRTIO_FEATURES:
        return qevm_plan_features(r, error);
    case QEVM_STOP_LESS_OR_EQUAL:
    case QEVM_STOP_DEVICE:
        return qevm_plan_virtio(r, error) &&
               (r->done || qevm_plan_device(r, error));
    default:
        return TRUE;
    }
}

/* Fields are those of the reference now. What the destination reads of an older
 * version may be others, unless it is known to read these. */
static gboolean
is_in_doubt(const QevmRepair *r, const char *vmsd, guint32 version,
            guint32 wanted)
{
    guint32 minimum;

    return version < wanted &&
           !qevm_target_minimum(r->plan->target, vmsd, wanted, &minimum, NULL);
}

static gboolean
finish_subsections(QevmRepair *r, QevmNode *source, QevmNode *like,
                   GError **error)
{
    for (QevmNode *n = qevm_node_children(source); n; n = n->next) {
        const char *name = qevm_node_name(n);
        QevmNode *here = n->kind == QEVM_NODE_SUBSECTION
                             ? qevm_node_subsection(like, name)
                             : NULL;
        guint32 wanted = here ? here->desc.vmsd->version : 0;

        if (here && ((is_in_doubt(r, name, n->desc.vmsd->version, wanted) &&
                      !set_version(r, n, wanted, as_known, error)) ||
                     !finish_subsections(r, n, here, error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
finish_versions(QevmRepair *r, GError **error)
{
    const char *vmsd = qevm_plan_vmsd(r->ref);

    return (!vmsd ||
            !is_in_doubt(r, vmsd, r->record->version_id, r->ref->version_id) ||
            set_version(r, NULL, r->ref->version_id, as_known, error)) &&
           finish_subsections(r, r->source, r->like, error);
}

static void
add_problem(QevmRepair *r)
{
    const QevmStop *stop = r->stop;
    const char *what =
        stop->text ? stop->text
        : stop->kind == QEVM_STOP_PCI_CONFIG
            ? "a byte of PCI config space that the guest knows is another one"
        : stop->kind == QEVM_STOP_DEVICE
            ? "the destination's device does not take this state"
            : "the destination cannot read it, and nothing here tells why";

    qevm_plan_problem(r->plan, qevm_plan_path(r->plan, r->record, NULL, -1),
                      g_strdup(what), NULL);
}

/* Was a rule, of those from `from` on, made for this section before? Then it
 * did not help, and goes. */
static gboolean
is_stuck(QevmPlan *plan, gsize from, GHashTable *made)
{
    gboolean again = FALSE;

    for (gsize i = from; i < json_array_size(plan->rules) && !again; i++) {
        again = !g_hash_table_add(
            made, json_dumps(json_array_get(plan->rules, i), JSON_COMPACT));
    }
    while (again && json_array_size(plan->rules) > from) {
        json_array_remove(plan->rules, json_array_size(plan->rules) - 1);
    }
    return again;
}

gboolean
qevm_plan_section(QevmPlan *plan, QevmRecord *record, QevmRecord *ref,
                  GError **error)
{
    QevmStream *stream = plan->edit->stream;
    guint problems = plan->problems->len;
    gboolean laid_out = FALSE;
    g_autoptr(GHashTable) made =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < REPAIRS_MAX; i++) {
        g_auto(QevmStop) stop = QEVM_STOP_INIT;
        QevmRepair r = {
            .plan = plan, .record = record, .ref = ref, .stop = &stop
        };
        QevmTree *source, *like;
        gsize rules;

        if (!qevm_load_section(plan->target, stream, record, ref, &stop,
                               error)) {
            return FALSE;
        }
        if (stop.kind == QEVM_STOP_NONE && !laid_out) {
            return TRUE;
        }
        source = qevm_record_tree(stream, record, error);
        like = source ? qevm_record_tree(qevm_target_reference(plan->target),
                                         ref, error)
                      : NULL;
        if (!like) {
            return FALSE;
        }
        r.source = &source->root;
        r.like = &like->root;
        if (stop.kind == QEVM_STOP_NONE) {
            return finish_versions(&r, error);
        }
        rules = json_array_size(plan->rules);
        if (!repair(&r, error)) {
            return FALSE;
        }
        laid_out = laid_out || r.laid_out;
        if (!r.done || is_stuck(plan, rules, made)) {
            if (problems == plan->problems->len) {
                add_problem(&r);
            }
            return TRUE;
        }
    }
    return TRUE;
}
