/* plan-pci.c - what a destination compares in PCI config space.
 *
 * Bytes that a guest can write to are its own, and stay. The others are the
 * hardware's: the destination compares them, and its own are taken, unless the
 * guest has been using what they tell it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/prim.h"
#include "rewrite/pci-masks.h"
#include "rewrite/plan-private.h"

#define COMMAND_MASTER 0x04
#define DRIVER_OK 0x04 /* of virtio's device status */

/* One place where the two differ, and what the rule for it says. */
typedef struct {
    char *at;
    gint64 index; /* the first byte, of bytes; -1: a number */
    json_t *value, *mask;
} Edit;

static void
edit_free(gpointer data)
{
    Edit *edit = data;

    g_free(edit->at);
    json_decref(edit->value);
    json_decref(edit->mask);
    g_free(edit);
}

/* What differs and may not: `mask` has the bits, `value` the destination's. */
typedef struct {
    QevmRepair *repair;
    guint8 value[QEVM_PCI_CONFIG_MAX], mask[QEVM_PCI_CONFIG_MAX];
    gsize size;
    GPtrArray *edits;
} Difference;

/* The transport of a virtio device; NULL: it is none. */
static QevmNode *
find_transport(QevmNode *root)
{
    QevmNode *overlay = qevm_plan_find_type(root, "virtio");

    return overlay ? qevm_node_child(overlay, "pci") : NULL;
}

/* Config space in a plain device or in a virtio one. */
static QevmNode *
find_config(QevmNode *root)
{
    return qevm_plan_find_type(root, "virtio")
               ? qevm_node_child(find_transport(root), "config")
               : qevm_plan_find_type(root, "pci config");
}

/* Has the guest a driver for it? It lets the device work on its memory. */
static gboolean
is_driven(QevmRepair *r, const guint8 *config)
{
    QevmNode *virtio = qevm_plan_find_type(r->source, "virtio");
    guint64 status;

    if (qevm_plan_untouched(r->plan, r->record)) {
        return FALSE;
    }
    if (virtio && qevm_node_child_number(virtio, "status", &status)) {
        return (status & DRIVER_OK) != 0;
    }
    return (config[4] & COMMAND_MASTER) != 0;
}

/* Where the capabilities are is what a driver keeps in mind. */
static gboolean
is_chain(const guint8 *config, gsize size, guint at)
{
    g_autofree char *place = qevm_pci_place(config, size, at);

    return at == 0x34 || strstr(place, "link to the next") != NULL;
}

static void
stop_at_chain(QevmRepair *r, guint at, const char *why)
{
    qevm_plan_problem(
        r->plan, qevm_plan_path(r->plan, r->record, NULL, -1),
        g_strdup_printf("the device has other PCI capabilities at the "
                        "destination (byte 0x%x of config space), and %s",
                        at, why),
        g_strdup("give the destination's device the properties that it had: "
                 "those of the old machine type"));
}

/* ---- edits ---- */

static void
add_edit(Difference *d, QevmNode *node, gint64 element, gint64 index,
         json_t *value, json_t *mask)
{
    Edit *edit = g_new0(Edit, 1);

    edit->at =
        qevm_plan_path(d->repair->plan, d->repair->record, node, element);
    edit->index = index;
    edit->value = value;
    edit->mask = mask;
    g_ptr_array_add(d->edits, edit);
}

/* Bytes: those from the first to the last that differ. */
static void
edit_bytes(Difference *d, QevmNode *node, gsize at, gsize size)
{
    gsize from = 0, to = size;

    while (from < to && !d->mask[at + from]) {
        from++;
    }
    while (to > from && !d->mask[at + to - 1]) {
        to--;
    }
    if (from < to) {
        add_edit(d, node, -1, (gint64)from,
                 qevm_rule_hex_json(d->value + at + from, to - from),
                 qevm_rule_hex_json(d->mask + at + from, to - from));
    }
}

static void
edit_number(Difference *d, QevmNode *node, gint64 element, const guint8 *now,
            gsize at, gsize size)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    guint8 bytes[8];
    gboolean differs = FALSE;

    for (gsize i = 0; i < size; i++) {
        differs = differs || d->mask[at + i];
        bytes[i] = (guint8)((now[i] & ~d->mask[at + i]) | d->value[at + i]);
    }
    if (differs) {
        qevm_prim_decode(node->desc.field->prim, bytes, size, &value);
        add_edit(d, node, element, -1, qevm_plan_value(&value), NULL);
    }
}

/* A leaf of config space, which begins at byte `at` of it. Gives its size. */
static gsize
edit_leaf(Difference *d, QevmNode *node, gsize at)
{
    const QevmPrim *prim = node->desc.field ? node->desc.field->prim : NULL;
    gsize size, one = prim ? (gsize)node->desc.field->size : 0;
    const guint8 *now = qevm_node_bytes(node, &size);

    if (at + size > d->size) {
        return size;
    }
    if (!prim || !qevm_prim_is_number(prim) || one > 8 || one == 0) {
        edit_bytes(d, node, at, size);
        return size;
    }
    for (gsize i = 0; i < size / one; i++) {
        edit_number(d, node, node->kind == QEVM_NODE_ARRAY ? (gint64)i : -1,
                    now + i * one, at + i * one, one);
    }
    return size;
}

static gsize
edit_node(Difference *d, QevmNode *node, gsize at, guint depth)
{
    gsize from = at;

    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY) {
        return edit_leaf(d, node, at);
    }
    for (QevmNode *n = depth ? qevm_node_children(node) : NULL; n;
         n = n->next) {
        at += edit_node(d, n, at, depth - 1);
    }
    return at - from;
}

static gboolean
apply_edits(Difference *d, QevmLoss loss, GError **error)
{
    for (guint i = 0; i < d->edits->len; i++) {
        const Edit *edit = g_ptr_array_index(d->edits, i);
        json_t *rule =
            qevm_plan_op(edit->index < 0 ? "set" : "set-bytes", edit->at);

        if (edit->index >= 0) {
            json_object_set_new(rule, "index", json_integer(edit->index));
            json_object_set(rule, "mask", edit->mask);
        }
        json_object_set(rule, "value", edit->value);
        if (!qevm_plan_repair(d->repair, rule, loss,
                              "what the destination's device has there, and "
                              "no guest can write to",
                              error)) {
            return FALSE;
        }
    }
    return TRUE;
}

#define DEPTH 8 /* of descriptions of config space */

gboolean
qevm_plan_pci_config(QevmRepair *r, GError **error)
{
    g_autofree QevmPciMasks *masks = g_new(QevmPciMasks, 1);
    g_autoptr(GPtrArray) edits = g_ptr_array_new_with_free_func(edit_free);
    g_autofree Difference *d = g_new0(Difference, 1);
    g_autoptr(GBytes) a = NULL, b = NULL;
    QevmNode *there = find_config(r->source), *here = find_config(r->like);
    QevmNode *virtio = qevm_plan_find_type(r->source, "virtio");
    const guint8 *incoming, *local;
    QevmPciFacts facts;
    gboolean driven, ok = TRUE;
    gsize other;

    if (!there || !here) {
        return TRUE;
    }
    a = qevm_plan_bytes(there);
    b = qevm_plan_bytes(here);
    incoming = g_bytes_get_data(a, &d->size);
    local = g_bytes_get_data(b, &other);
    if (d->size != other || other < 64 || other > QEVM_PCI_CONFIG_MAX) {
        return TRUE;
    }
    driven = is_driven(r, incoming);
    qevm_target_pci(r->plan->target, r->ref->idstr, &facts);
    qevm_pci_masks(local, other, &facts, masks);
    for (guint i = 0; i < other; i++) {
        d->mask[i] = (incoming[i] ^ local[i]) & masks->cmask[i] &
                     (guint8)~masks->wmask[i] & (guint8)~masks->w1cmask[i];
        d->value[i] = local[i] & d->mask[i];
        /* What MSI-X of virtio has follows in the same bytes. */
        if (d->mask[i] && (driven || virtio) && is_chain(local, other, i)) {
            stop_at_chain(r, i,
                          driven ? "the guest uses it as it was"
                                 : "its state is laid out by them");
            return TRUE;
        }
    }
    if (virtio && !qevm_plan_vectors(r, virtio, there->parent, here->parent,
                                     &ok, error)) {
        return FALSE;
    }
    if (!ok) {
        return TRUE;
    }
    d->repair = r;
    d->edits = edits;
    edit_node(d, there, 0, DEPTH);
    return apply_edits(d, driven ? QEVM_LOSS_VISIBLE : QEVM_LOSS_STATED, error);
}
