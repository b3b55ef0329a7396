/* plan-device.c - what devices check: virtqueues, registers, capabilities.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/path.h"
#include "rewrite/plan-private.h"

/* ---- virtqueues ---- */

static QevmNode *
first_queue(QevmNode *overlay)
{
    QevmNode *queue = qevm_plan_child(overlay, "queue");

    return queue && queue->kind == QEVM_NODE_STRUCTS ? qevm_node_children(queue)
                                                     : queue;
}

static QevmNode *
next_queue(QevmNode *queue)
{
    QevmNode *next = queue ? queue->next : NULL;

    return next && strcmp(qevm_node_name(next), "queue") == 0 ? next : NULL;
}

static gboolean
repair_queue(QevmRepair *r, QevmNode *queue, guint64 local, guint index,
             GError **error)
{
    guint64 incoming = 0, desc = 0;
    g_autofree char *at = NULL;
    json_t *rule;

    if (!qevm_plan_number(queue, "num", &incoming) || incoming <= local) {
        return TRUE;
    }
    if (qevm_plan_number(queue, "desc", &desc) && desc) {
        qevm_plan_problem(
            r->plan, qevm_plan_path(r->plan, r->record, NULL, -1),
            g_strdup_printf("queue %u is in use with %u entries, and the "
                            "destination has room for %u",
                            index, (guint)incoming, (guint)local),
            g_strdup_printf("give the destination's device queue-size=%u "
                            "(virtqueue_size=%u of virtio-scsi), where it has "
                            "that property",
                            (guint)incoming, (guint)incoming));
        return TRUE;
    }
    at = qevm_plan_path(r->plan, r->record, qevm_plan_child(queue, "num"), -1);
    rule = qevm_plan_op("set", at);
    json_object_set_new(rule, "value", json_integer((json_int_t)local));
    return qevm_plan_repair(
        r, rule, QEVM_LOSS_STATED,
        "the guest does not use this queue, and the destination has "
        "room for so many entries",
        error);
}

gboolean
qevm_plan_queues(QevmRepair *r, GError **error)
{
    QevmNode *a = qevm_plan_find_type(r->source, "virtio");
    QevmNode *b = qevm_plan_find_type(r->like, "virtio");
    QevmNode *x = a ? first_queue(a) : NULL, *y = b ? first_queue(b) : NULL;

    for (guint i = 0; x && y; i++) {
        guint64 local;

        if (qevm_plan_number(y, "num", &local) &&
            !repair_queue(r, x, local, i, error)) {
            return FALSE;
        }
        x = next_queue(x);
        y = next_queue(y);
    }
    return TRUE;
}

/* ---- devices ---- */

typedef gboolean DeviceFunc(QevmRepair *r, GError **error);

static gboolean
element(GBytes *bytes, gsize index, guint64 *number_out)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);

    if (size / 8 <= index) {
        return FALSE;
    }
    *number_out = qevm_be_get(data + 8 * index, 8);
    return TRUE;
}

/* The list of system registers as the destination has it, with the stream's
 * values of those that both have and that can be written to. */
static gboolean
merge_registers(QevmRepair *r, GByteArray *indexes, GByteArray *values)
{
    QevmNode *nodes[4] = { qevm_plan_child(r->source, "cpreg_vmstate_indexes"),
                           qevm_plan_child(r->source, "cpreg_vmstate_values"),
                           qevm_plan_child(r->like, "cpreg_vmstate_indexes"),
                           qevm_plan_child(r->like, "cpreg_vmstate_values") };
    GBytes *bytes[4] = { NULL };
    guint64 a, b, value;
    gsize i = 0, k = 0;

    for (guint n = 0; n < 4; n++) {
        if (!nodes[n]) {
            return FALSE;
        }
    }
    for (guint n = 0; n < 4; n++) {
        bytes[n] = qevm_plan_bytes(nodes[n]);
    }
    while (element(bytes[2], k, &b)) {
        gboolean have = element(bytes[0], i, &a);

        if (have && a < b) {
            i++;
            continue;
        }
        if (!element(bytes[3], k, &value)) {
            break;
        }
        if (have && a == b) {
            guint64 own;

            if (!qevm_arm_is_fixed(b) && element(bytes[1], i, &own)) {
                value = own;
            }
            i++;
        }
        qevm_be_append(indexes, 8, b);
        qevm_be_append(values, 8, value);
        k++;
    }
    for (guint n = 0; n < 4; n++) {
        g_bytes_unref(bytes[n]);
    }
    return TRUE;
}

static gboolean
set_array(QevmRepair *r, const char *name, GByteArray *bytes, GError **error)
{
    QevmNode *node = qevm_plan_child(r->source, name);
    g_autofree char *at = qevm_plan_path(r->plan, r->record, node, -1);
    g_autoptr(GBytes) now = qevm_plan_bytes(node);
    json_t *rule;
    gsize size;
    const guint8 *data;

    if (g_bytes_get_size(now) != bytes->len) {
        rule = qevm_plan_op("resize-array", at);
        json_object_set_new(rule, "count", json_integer(bytes->len / 8));
        if (!qevm_plan_repair(r, rule, QEVM_LOSS_LOSSY,
                              "the destination has so many registers", error)) {
            return FALSE;
        }
    }
    node = qevm_plan_child(r->source, name);
    g_clear_pointer(&now, g_bytes_unref);
    now = qevm_plan_bytes(node);
    data = g_bytes_get_data(now, &size);
    if (size == bytes->len && memcmp(data, bytes->data, size) == 0) {
        return TRUE;
    }
    rule = qevm_plan_op("set-bytes", at);
    json_object_set_new(rule, "value", qevm_plan_hex(bytes->data, bytes->len));
    return qevm_plan_repair(
        r, rule, QEVM_LOSS_STATED,
        "the registers that the destination has, with the guest's "
        "values",
        error);
}

static gboolean
repair_registers(QevmRepair *r, GError **error)
{
    g_autoptr(GByteArray) indexes = g_byte_array_new();
    g_autoptr(GByteArray) values = g_byte_array_new();
    g_autofree char *at = NULL;
    json_t *rule;
    QevmNode *len = qevm_plan_child(r->source, "cpreg_vmstate_array_len");

    if (!len || !merge_registers(r, indexes, values)) {
        return TRUE;
    }
    at = qevm_plan_path(r->plan, r->record, len, -1);
    rule = qevm_plan_op("set", at);
    json_object_set_new(rule, "value", json_integer(indexes->len / 8));
    return qevm_plan_repair(r, rule, QEVM_LOSS_STATED,
                            "the destination has so many registers", error) &&
           set_array(r, "cpreg_vmstate_indexes", indexes, error) &&
           set_array(r, "cpreg_vmstate_values", values, error);
}

static gboolean
strip_timer(QevmRepair *r, GError **error)
{
    QevmNode *timer = qevm_plan_child(r->source, "cpu/wfxt-timer");
    g_autofree char *at = qevm_plan_path(r->plan, r->record, timer, -1);
    g_autoptr(GBytes) bytes = qevm_plan_bytes(timer);
    json_t *rule = qevm_plan_op("strip-subsection", at);
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    gsize head = 6 + strlen(qevm_node_name(timer));

    json_object_set_new(rule, "if-equals",
                        qevm_plan_hex(data + head, size - head));
    return qevm_plan_repair(
        r, rule, QEVM_LOSS_DEFAULT,
        "a timer of instructions that this CPU does not have", error);
}

#define SPR_PVR 287

static gboolean
set_processor(QevmRepair *r, GError **error)
{
    QevmNode *there = qevm_plan_child(r->source, "env.spr");
    QevmNode *here = qevm_plan_child(r->like, "env.spr");
    g_autoptr(GBytes) local = here ? qevm_plan_bytes(here) : NULL;
    g_autofree char *at = NULL, *text = NULL;
    guint64 version;
    json_t *rule;

    if (!there || !local || !element(local, SPR_PVR, &version)) {
        return TRUE;
    }
    at = qevm_plan_path(r->plan, r->record, there, SPR_PVR);
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
    if (qevm_plan_child(r->source, "cpreg_vmstate_indexes")) {
        return qevm_plan_child(r->source, "cpu/wfxt-timer") &&
                       !qevm_plan_child(r->like, "cpu/wfxt-timer") &&
                       r->plan->target->release < 1100
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
    QevmNode *here = qevm_plan_child(r->like, name),
             *there = qevm_plan_child(r->source, name);
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
        json_object_set_new(rule, "value", qevm_plan_hex(data, size));
    } else {
        rule = json_pack("{s:s,s:s,s:s,s:I,s:[{s:s,s:s,s:o}]}", "op",
                         "add-subsection", "at", at, "to", name, "version",
                         (json_int_t)here->desc.vmsd->version, "fields", "name",
                         qevm_node_name(leaf), "type", leaf->desc.field->type,
                         "value", qevm_plan_hex(data, size));
    }
    return qevm_plan_repair(r, rule, QEVM_LOSS_VISIBLE,
                            "a mitigation that the destination does not give",
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
