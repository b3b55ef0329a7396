/* plan-device.c - what devices check: registers, capabilities, connections.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/path.h"
#include "rewrite/plan-private.h"

/* ---- devices ---- */

typedef gboolean DeviceFunc(QevmRepair *r, GError **error);

static gboolean
has_register(const QevmArmRegisters *list, guint64 id, guint64 value)
{
    guint64 other;

    for (gsize i = 0; qevm_node_word(list->indexes, i, &other); i++) {
        if (other == id) {
            return qevm_node_word(list->values, i, &other) && other == value;
        }
    }
    return FALSE;
}

/* The list as the destination has it, with the stream's values of those that
 * both have, but for the bits that are constants. FALSE: a register is left out
 * that the guest may have written to. */
static gboolean
merge_registers(const QevmArmRegisters *there, const QevmArmRegisters *here,
                const QevmArmRegisters *base, GByteArray *indexes,
                GByteArray *values)
{
    guint64 a, b, value, own;
    gboolean kept = TRUE;
    gsize i = 0, k = 0;

    while (qevm_node_word(here->indexes, k, &b) &&
           qevm_node_word(here->values, k, &value)) {
        while (qevm_node_word(there->indexes, i, &a) && a < b &&
               qevm_node_word(there->values, i, &own)) {
            kept = kept && (own == 0 || qevm_arm_fixed_bits(a) ||
                            has_register(base, a, own));
            i++;
        }
        if (qevm_node_word(there->indexes, i, &a) && a == b &&
            qevm_node_word(there->values, i, &own)) {
            guint64 fixed = qevm_arm_fixed_bits(b);

            value = (value & fixed) | (own & ~fixed);
            i++;
        }
        qevm_be_append(indexes, 8, b);
        qevm_be_append(values, 8, value);
        k++;
    }
    while (qevm_node_word(there->indexes, i, &a) &&
           qevm_node_word(there->values, i, &own)) {
        kept = kept && (own == 0 || qevm_arm_fixed_bits(a) ||
                        has_register(base, a, own));
        i++;
    }
    return kept;
}

static gboolean
resize_array(QevmRepair *r, QevmNode *node, gsize count, gboolean shrinks,
             GError **error)
{
    static const guint8 zero[8];
    g_autofree char *at = qevm_plan_path(r->plan, r->record, node, -1);
    json_t *rule = qevm_plan_op("resize-array", at);

    json_object_set_new(rule, "count", json_integer((json_int_t)count));
    if (shrinks) {
        json_object_set_new(rule, "if-equals", qevm_rule_hex_json(zero, 8));
    }
    return qevm_plan_repair(r, rule,
                            shrinks ? QEVM_LOSS_DEFAULT : QEVM_LOSS_STATED,
                            "the destination has so many registers", error);
}

/* What is to go is zero before it goes. */
static gboolean
set_array(QevmRepair *r, const char *name, GByteArray *bytes, QevmLoss loss,
          GError **error)
{
    QevmNode *node = qevm_node_child(r->source, name);
    g_autofree char *at = qevm_plan_path(r->plan, r->record, node, -1);
    g_autoptr(GBytes) now = qevm_plan_bytes(node);
    gsize count = bytes->len / 8, before = g_bytes_get_size(now) / 8;
    g_autoptr(GByteArray) wanted = g_byte_array_new();
    gsize size;
    const guint8 *data;

    if (count > before && !resize_array(r, node, count, FALSE, error)) {
        return FALSE;
    }
    g_clear_pointer(&now, g_bytes_unref);
    now = qevm_plan_bytes(qevm_node_child(r->source, name));
    data = g_bytes_get_data(now, &size);
    g_byte_array_append(wanted, bytes->data, bytes->len);
    while (wanted->len < size) {
        qevm_be_append(wanted, 8, 0);
    }
    if (size == wanted->len && memcmp(data, wanted->data, size) != 0) {
        json_t *rule = qevm_plan_op("set-bytes", at);

        json_object_set_new(rule, "value",
                            qevm_rule_hex_json(wanted->data, wanted->len));
        if (!qevm_plan_repair(r, rule, loss,
                              "the registers that the destination has, with "
                              "the guest's values",
                              error)) {
            return FALSE;
        }
    }
    return count >= before || resize_array(r, qevm_node_child(r->source, name),
                                           count, TRUE, error);
}

static gboolean
repair_registers(QevmRepair *r, GError **error)
{
    QevmRecord *base = qevm_plan_base(r->plan, r->record);
    QevmTree *then = base ? qevm_record_tree(r->plan->base, base, NULL) : NULL;
    QevmNode *len = qevm_node_child(r->source, "cpreg_vmstate_array_len");
    QevmArmRegisters there = qevm_arm_registers(r->source);
    QevmArmRegisters here = qevm_arm_registers(r->like);
    QevmArmRegisters idle = qevm_arm_registers(then ? &then->root : NULL);
    g_autoptr(GByteArray) indexes = g_byte_array_new();
    g_autoptr(GByteArray) values = g_byte_array_new();
    g_autofree char *at = NULL;
    QevmLoss loss;
    json_t *rule;

    if (!len || !there.indexes || !there.values || !here.indexes ||
        !here.values) {
        return TRUE;
    }
    loss = merge_registers(&there, &here, &idle, indexes, values)
               ? QEVM_LOSS_STATED
               : QEVM_LOSS_LOSSY;
    at = qevm_plan_path(r->plan, r->record, len, -1);
    rule = qevm_plan_op("set", at);
    json_object_set_new(rule, "value", json_integer(indexes->len / 8));
    return qevm_plan_repair(r, rule, QEVM_LOSS_STATED,
                            "the destination has so many registers", error) &&
           set_array(r, "cpreg_vmstate_indexes", indexes, QEVM_LOSS_STATED,
                     error) &&
           set_array(r, "cpreg_vmstate_values", values, loss, error);
}

/* The bytes that newer versions leave unused are behind the same field. */
static gboolean
set_features(QevmRepair *r, GError **error)
{
    QevmNode *before = NULL, *there;
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *at = NULL;
    gsize size;
    const guint8 *data;
    json_t *rule;

    for (QevmNode *n = qevm_node_children(r->like); n != r->stop->at;
         n = n->next) {
        before = n;
    }
    there = before ? qevm_node_child(r->source, qevm_node_name(before)) : NULL;
    there = there ? there->next : NULL;
    if (!there || qevm_node_wire_size(there) != 8) {
        return TRUE;
    }
    bytes = qevm_plan_bytes(r->stop->at);
    data = g_bytes_get_data(bytes, &size);
    at = qevm_plan_path(r->plan, r->record, there, -1);
    rule = qevm_plan_op("set-bytes", at);
    json_object_set_new(rule, "value", qevm_rule_hex_json(data, size));
    return qevm_plan_repair(r, rule, QEVM_LOSS_STATED,
                            "what the destination's CPU has, which it takes "
                            "from the stream",
                            error);
}

static gboolean
strip_timer(QevmRepair *r, GError **error)
{
    QevmNode *timer = qevm_node_child(r->source, QEVM_ARM_TIMER);
    g_autofree char *at = qevm_plan_path(r->plan, r->record, timer, -1);
    g_autoptr(GBytes) bytes = qevm_plan_bytes(timer);
    json_t *rule = qevm_plan_op("strip-subsection", at);

    qevm_plan_leave_out(rule, bytes, QEVM_PLAN_HEAD(qevm_node_name(timer)));
    return qevm_plan_repair(
        r, rule, QEVM_LOSS_DEFAULT,
        "a timer of instructions that this CPU does not have", error);
}

static gboolean
set_processor(QevmRepair *r, GError **error)
{
    QevmNode *there = qevm_node_child(r->source, "env.spr");
    QevmNode *here = qevm_node_child(r->like, "env.spr");
    g_autofree char *at = NULL, *text = NULL;
    guint64 version;
    json_t *rule;

    if (!there || !qevm_node_word(here, QEVM_PPC_SPR_PVR, &version)) {
        return TRUE;
    }
    at = qevm_plan_path(r->plan, r->record, there, QEVM_PPC_SPR_PVR);
    text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", version);
    rule = qevm_plan_op("set", at);
    json_object_set_new(rule, "value", json_string(text));
    return qevm_plan_repair(r, rule, QEVM_LOSS_VISIBLE,
                            "the destination's processor is another version",
                            error);
}

static gboolean
repair_cpu(QevmRepair *r, GError **error)
{
    if (r->stop->at &&
        r->stop->at == qevm_node_child(r->like, QEVM_ARM_FEATURES)) {
        return set_features(r, error);
    }
    if (qevm_node_child(r->source, "cpreg_vmstate_indexes")) {
        return qevm_node_child(r->source, QEVM_ARM_TIMER) &&
                       !qevm_node_child(r->like, QEVM_ARM_TIMER) &&
                       qevm_target_is_before(r->plan->target, 1100)
                   ? strip_timer(r, error)
                   : repair_registers(r, error);
    }
    return set_processor(r, error);
}

/* A capability of the machine that is lower at the destination. */
static gboolean
repair_spapr(QevmRepair *r, GError **error)
{
    const char *cap =
        r->stop->message ? qevm_message_text(r->stop->message, "cap") : NULL;
    g_autofree char *name = g_strconcat("spapr/cap/", cap ? cap : "", NULL);
    QevmNode *here = qevm_node_child(r->like, name),
             *there = qevm_node_child(r->source, name);
    g_autofree char *at = qevm_plan_path(r->plan, r->record, there, -1);
    g_autoptr(GBytes) bytes = NULL;
    QevmNode *leaf = here ? qevm_node_children(here) : NULL;
    json_t *rule;
    gsize size;
    const guint8 *data;

    if (!leaf) {
        return TRUE;
    }
    bytes = qevm_plan_bytes(leaf);
    data = g_bytes_get_data(bytes, &size);
    if (there) {
        g_autofree char *value =
            qevm_plan_path(r->plan, r->record, qevm_node_children(there), -1);

        rule = qevm_plan_op("set", value);
        json_object_set_new(rule, "value", qevm_rule_hex_json(data, size));
    } else {
        rule = json_pack("{s:s,s:s,s:s,s:I,s:[{s:s,s:s,s:o}]}", "op",
                         "add-subsection", "at", at, "to", name, "version",
                         (json_int_t)here->desc.vmsd->version, "fields", "name",
                         qevm_node_name(leaf), "type", leaf->desc.field->type,
                         "value", qevm_rule_hex_json(data, size));
    }
    return qevm_plan_repair(r, rule, QEVM_LOSS_VISIBLE,
                            "a mitigation that the destination does not give",
                            error);
}

gboolean
qevm_plan_connections(QevmPlan *plan, QevmRecord *record, GError **error)
{
    QevmTree *tree = qevm_record_tree(plan->edit->stream, record, NULL);
    QevmNode *data = tree ? qevm_node_child(&tree->root, "data") : NULL;
    QevmNode *list = data ? qevm_node_child(data, "sockets") : NULL;
    QevmNode *first = list ? qevm_node_child(list, "element") : NULL;
    g_autofree char *at = NULL;
    json_t *rule;

    if (!first ||
        qevm_target_says(plan->target, "guestfwd") != QEVM_TARGET_NO) {
        return TRUE;
    }
    at = qevm_plan_path(plan, record, first, -1);
    rule = qevm_plan_op("resize-array", at);
    json_object_set_new(rule, "count", json_integer(0));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_LOSSY,
                          "the destination has no guestfwd rule, and refuses "
                          "connections to where there was one; the guest sees "
                          "them stall",
                          error);
}

gboolean
qevm_plan_device(QevmRepair *r, GError **error)
{
    static const struct {
        const char *vmsd;
        DeviceFunc *repair;
    } devices[] = {
        { "cpu", repair_cpu },
        { "spapr", repair_spapr },
    };
    const QevmVmsd *vmsd = qevm_node_vmsd(r->like);

    for (guint i = 0; vmsd && vmsd->name && i < G_N_ELEMENTS(devices); i++) {
        if (strcmp(devices[i].vmsd, vmsd->name) == 0) {
            return devices[i].repair(r, error);
        }
    }
    return TRUE;
}
