/* load-leaf.c - leaves, and what QEMU checks of them while it reads.
 *
 * The checks are those of migration/vmstate-types.c and hw/pci/pci.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <string.h>

#include "rewrite/load-private.h"
#include "rewrite/pci-masks.h"

enum { POINTER_NULL = 0x30, POINTER_THERE = 0x31 };

/* One check of one leaf whose bytes are at `pos`. */
typedef gboolean CheckFunc(QevmLoad *load, QevmNode *ref, gsize pos, gsize size,
                           guint64 index);

static gboolean
ref_number(QevmNode *ref, guint64 index, gsize size, guint64 *number)
{
    gsize len;
    const guint8 *bytes = qevm_node_bytes(ref, &len);

    if (size < 1 || size > 8 || len / size <= index) {
        return FALSE;
    }
    *number = qevm_be_get(bytes + index * size, size);
    return TRUE;
}

static gboolean
check_equal(QevmLoad *load, QevmNode *ref, gsize pos, gsize size, guint64 index)
{
    guint64 local, incoming;

    if (!ref_number(ref, index, size, &local)) {
        return TRUE;
    }
    incoming = qevm_be_get(load->c.data + pos, size);
    return incoming == local ||
           qevm_load_stop_values(load, QEVM_STOP_EQUAL, pos, ref, incoming,
                                 local);
}

static gboolean
check_less_or_equal(QevmLoad *load, QevmNode *ref, gsize pos, gsize size,
                    guint64 index)
{
    guint64 local;
    gint64 incoming;

    if (!ref_number(ref, index, size, &local)) {
        return TRUE;
    }
    incoming = qevm_be_get_signed(load->c.data + pos, size);
    return (incoming >= 0 && (guint64)incoming <= local) ||
           qevm_load_stop_values(load, QEVM_STOP_LESS_OR_EQUAL, pos, ref,
                                 (guint64)incoming, local);
}

static gboolean
check_null(QevmLoad *load, QevmNode *ref, gsize pos, gsize size, guint64 index)
{
    guint8 marker = load->c.data[pos];

    (void)size;
    (void)index;
    return marker == POINTER_NULL ||
           (marker == POINTER_THERE &&
            strcmp(ref->desc.field->type, "ptr-marker") == 0) ||
           qevm_load_stop_values(load, QEVM_STOP_NULL_MARKER, pos, ref, marker,
                                 POINTER_NULL);
}

static gboolean
check_irq_state(QevmLoad *load, QevmNode *ref, gsize pos, gsize size,
                guint64 index)
{
    (void)index;
    for (gsize i = 0; i + 4 <= size; i += 4) {
        guint64 level = qevm_be_get(load->c.data + pos + i, 4);

        if (level > 1) {
            load->stop->index = (guint)(i / 4);
            return qevm_load_stop_values(load, QEVM_STOP_IRQ_STATE, pos + i,
                                         ref, level, 1);
        }
    }
    return TRUE;
}

/* (hw/pci/pci.c:get_pci_config_device()) */
static gboolean
check_pci_config(QevmLoad *load, QevmNode *ref, gsize pos, gsize size,
                 guint64 index)
{
    g_autofree QevmPciMasks *masks = g_new(QevmPciMasks, 1);
    const guint8 *incoming = load->c.data + pos;
    QevmPciFacts facts;
    gsize len;
    const guint8 *config = qevm_node_source_bytes(ref, &len);
    gboolean exact = TRUE;
    gint at;

    (void)index;
    if (!config || len != size) {
        return TRUE;
    }
    qevm_target_pci(load->target, load->ref->idstr, &facts);
    qevm_pci_masks(config, size, &facts, masks);
    at = qevm_pci_masks_compare(masks, config, incoming, &exact);
    if (!exact) {
        qevm_load_guess(load);
    }
    if (at < 0) {
        return TRUE;
    }
    load->stop->index = (guint)at;
    load->stop->cmask = masks->cmask[at];
    load->stop->wmask = masks->wmask[at];
    load->stop->w1cmask = masks->w1cmask[at];
    return qevm_load_stop_values(load, QEVM_STOP_PCI_CONFIG, pos + (gsize)at,
                                 ref, incoming[at], config[at]);
}

static CheckFunc *
find_check(const char *type)
{
    static const struct {
        const char *type;
        CheckFunc *check;
    } checks[] = {
        { "uint8 equal", check_equal },
        { "uint16 equal", check_equal },
        { "int32 equal", check_equal },
        { "uint32 equal", check_equal },
        { "int64 equal", check_equal },
        { "int32 le", check_less_or_equal },
        { "nullptr", check_null },
        { "ptr-marker", check_null },
        { "pci config", check_pci_config },
        { "pci irq state", check_irq_state },
    };

    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (strcmp(checks[i].type, type) == 0) {
            return checks[i].check;
        }
    }
    return NULL;
}

gboolean
qevm_load_leaf(QevmLoad *load, const GArray *before, const QevmLoadPair *pair,
               const char *vmsd)
{
    QevmNode *ref = pair->ref ? pair->ref : pair->source;
    const QevmFieldDesc *field = ref->desc.field;
    CheckFunc *check = find_check(field->type);
    guint64 size = qevm_load_size(load, before, pair, vmsd);
    guint64 count = qevm_load_count(load, before, pair, vmsd);
    gsize pos = load->c.pos;
    guint64 bytes;

    if (!g_uint64_checked_mul(&bytes, size, count)) {
        bytes = G_MAXUINT64;
    }
    if (!qevm_load_skip(load, bytes, ref)) {
        return FALSE;
    }
    g_hash_table_insert(load->places, ref, GSIZE_TO_POINTER(pos + 1));
    for (guint64 i = 0; check && pair->ref && i < count; i++) {
        if (!check(load, ref, pos + (gsize)(i * size), (gsize)size, i)) {
            return FALSE;
        }
    }
    if (strcmp(field->type, "virtio") == 0) {
        return qevm_load_virtio(load, pair->ref, pair->source);
    }
    return TRUE;
}
