/* plan-msix.c - how many MSI-X vectors a virtio device has.
 *
 * Their table and their pending bits are in the device's one leaf, as many as
 * config space says (hw/virtio/virtio-pci.c:virtio_pci_save_config(),
 * hw/pci/msix.c:msix_save()), so that they go with it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/plan-private.h"

#define TABLE_SIZE 0x7ff  /* of the capability's control: vectors less 1 */
#define NO_VECTOR 0xffffu /* VIRTIO_NO_VECTOR */
#define MASKED 1          /* of an entry's control: so it is after a reset */

/* What config space says; 0: it has no MSI-X. */
static guint
count_vectors(QevmNode *pci)
{
    QevmNode *config = qevm_node_child(pci, "config");
    QevmNode *fields = qevm_node_child(config, "pci");
    QevmNode *msix = qevm_node_child(fields, "cap.msix");
    guint64 control;

    return qevm_node_child_number(msix, "control", &control)
               ? (guint)(control & TABLE_SIZE) + 1
               : 0;
}

static gboolean
is_idle(QevmNode *entry)
{
    static const struct {
        const char *name;
        guint64 value;
    } fields[] = {
        { "address", 0 },
        { "address_upper", 0 },
        { "data", 0 },
        { "vector_control", MASKED },
    };

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        guint64 value;

        if (!qevm_node_child_number(entry, fields[i].name, &value) ||
            value != fields[i].value) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
is_beyond(QevmNode *parent, const char *name, guint count)
{
    guint64 vector;

    return qevm_node_child_number(parent, name, &vector) &&
           vector != NO_VECTOR && vector >= count;
}

static gboolean
is_pending_beyond(QevmNode *pba, guint count)
{
    gsize size;
    const guint8 *bits = qevm_node_bytes(pba, &size);

    for (gsize i = count; i < 8 * size; i++) {
        if (bits[i / 8] >> (i % 8) & 1) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Has the guest anything to do with vectors from `count` on? */
static gboolean
uses_beyond(QevmNode *overlay, QevmNode *pci, QevmNode *table, QevmNode *pba,
            guint count)
{
    guint i = 0;

    for (QevmNode *n = qevm_node_children(table); n; n = n->next) {
        if (i++ >= count && !is_idle(n)) {
            return TRUE;
        }
    }
    for (QevmNode *n = qevm_plan_first_queue(overlay); n;
         n = qevm_plan_next_queue(n)) {
        if (is_beyond(n, "vector", count)) {
            return TRUE;
        }
    }
    return is_beyond(pci, "config_vector", count) ||
           is_pending_beyond(pba, count);
}

static gboolean
resize(QevmRepair *r, QevmNode *pci, const char *name, guint count,
       json_t *if_equals, QevmLoss loss, GError **error)
{
    g_autofree char *parent = qevm_plan_path(r->plan, r->record, pci, -1);
    g_autofree char *at = g_strconcat(parent, "/", name, NULL);
    json_t *rule = qevm_plan_op("resize-array", at);

    json_object_set_new(rule, "count", json_integer(count));
    if (if_equals) {
        json_object_set_new(rule, "if-equals", if_equals);
    }
    return qevm_plan_repair(
        r, rule, loss, "the destination's device has so many vectors", error);
}

/* New entries are as after a reset. */
static gboolean
mask(QevmRepair *r, QevmNode *pci, guint index, GError **error)
{
    g_autofree char *parent = qevm_plan_path(r->plan, r->record, pci, -1);
    g_autofree char *at =
        g_strdup_printf("%s/msix_table[%u]/vector_control", parent, index);
    json_t *rule = qevm_plan_op("set", at);

    json_object_set_new(rule, "value", json_integer(MASKED));
    return qevm_plan_repair(r, rule, QEVM_LOSS_STATED,
                            "a vector that nobody uses is masked", error);
}

static gboolean
resize_both(QevmRepair *r, QevmNode *pci, guint from, guint to, GError **error)
{
    gboolean fewer = to < from;
    QevmLoss loss = fewer ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSLESS;
    guint bytes = (to + 7) / 8;

    if (!resize(r, pci, "msix_table", to,
                fewer ? json_pack("{s:i,s:i}", "vector_control", MASKED, "*", 0)
                      : NULL,
                loss, error) ||
        ((from + 7) / 8 != bytes &&
         !resize(r, pci, "msix_pba", bytes, fewer ? json_integer(0) : NULL,
                 loss, error))) {
        return FALSE;
    }
    for (guint i = from; i < to; i++) {
        if (!mask(r, pci, i, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_plan_vectors(QevmRepair *r, QevmNode *overlay, QevmNode *pci,
                  QevmNode *like, gboolean *ok, GError **error)
{
    guint from = count_vectors(pci), to = count_vectors(like);
    QevmNode *table = qevm_node_child(pci, "msix_table");
    QevmNode *pba = qevm_node_child(pci, "msix_pba");

    *ok = TRUE;
    if (!table || !pba || !from || !to || from == to) {
        return TRUE;
    }
    if (to < from && uses_beyond(overlay, pci, table, pba, to)) {
        *ok = FALSE;
        qevm_plan_problem(
            r->plan, qevm_plan_path(r->plan, r->record, NULL, -1),
            g_strdup_printf("the guest uses more MSI-X vectors than the "
                            "destination's device has, of which there are %u",
                            to),
            g_strdup_printf("give the destination's device vectors=%u", from));
        return TRUE;
    }
    return resize_both(r, pci, from, to, error);
}
