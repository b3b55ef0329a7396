/* load-virtio.c - what a virtio device checks while it loads.
 *
 * The vmdesc shows all of a virtio device's state as one leaf. Descriptions
 * read it (schemas/devices/virtio*.json); the checks are those of
 * hw/virtio/virtio.c:virtio_load() and of what it calls.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <string.h>

#include "rewrite/load-private.h"
#include "rewrite/pci-masks.h"

#define VIRTIO_QUEUE_MAX 1024
/* Since then a queue may not be larger than what was allocated for it. */
#define RELEASE_QUEUE_SIZE 1100

/* Where a node of the stream's tree stands in `load->c`. */
static gsize
place_of(const QevmLoad *load, const QevmNode *node)
{
    return node && node->offset >= load->c.base
               ? (gsize)(node->offset - load->c.base)
               : 0;
}

/* 32 bits, and all of them in a subsection if they are more. */
gboolean
qevm_virtio_features(QevmNode *overlay, guint64 *features)
{
    QevmNode *more = qevm_node_child(qevm_node_child(overlay, "virtio"),
                                     "virtio/64bit_features");

    return qevm_node_child_number(more, "guest_features", features) ||
           qevm_node_child_number(overlay, "guest_features", features);
}

/* ---- transport pci ---- */

static gboolean
check_config(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    g_autofree QevmPciMasks *masks = g_new(QevmPciMasks, 1);
    g_autoptr(GByteArray) here = NULL, there = NULL;
    gsize n_ref, n_source;
    const guint8 *local, *incoming;
    QevmPciFacts facts;
    gboolean exact;
    gint at;

    if (!ref || !source) {
        return TRUE;
    }
    here = g_byte_array_new();
    there = g_byte_array_new();
    qevm_node_emit(ref, here);
    qevm_node_emit(source, there);
    local = here->data;
    incoming = there->data;
    n_ref = here->len;
    n_source = there->len;
    if (n_ref != n_source) {
        qevm_load_guess(load);
        return TRUE;
    }
    qevm_target_pci(load->target, load->ref->idstr, &facts);
    qevm_pci_masks(local, n_ref, &facts, masks);
    at = qevm_pci_masks_compare(masks, local, incoming, &exact);
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
    (void)qevm_load_stop_values(load, QEVM_STOP_PCI_CONFIG,
                                place_of(load, source) + (gsize)at, ref,
                                incoming[at], local[at]);
    return qevm_load_within(load, "PCIDevice", "config", "pci config");
}

static gboolean
check_pci(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    guint64 local, incoming;

    if (qevm_node_child_number(ref, "version_id", &local) &&
        qevm_node_child_number(source, "version_id", &incoming) &&
        incoming > local) {
        (void)qevm_load_stop_values(load, QEVM_STOP_LESS_OR_EQUAL,
                                    place_of(load, source), ref, incoming,
                                    local);
        return qevm_load_within(load, "PCIDevice", "version_id", "int32 le");
    }
    return check_config(load, qevm_node_child(ref, "config"),
                        qevm_node_child(source, "config"));
}

/* ---- queues ---- */

static QevmNode *
first_queue(QevmNode *overlay, QevmNode **run)
{
    QevmNode *queue = qevm_node_child(overlay, "queue");

    *run = queue && queue->kind == QEVM_NODE_STRUCTS ? queue : NULL;
    return *run ? qevm_node_children(queue) : queue;
}

static QevmNode *
next_queue(QevmNode *queue)
{
    QevmNode *next = queue ? queue->next : NULL;

    return next && strcmp(qevm_node_name(next), "queue") == 0 ? next : NULL;
}

static gboolean
check_queue(QevmLoad *load, QevmNode *ref, QevmNode *source, guint index)
{
    guint64 local = 0, incoming = 0, desc = 0, avail = 0;
    QevmNode *node = qevm_node_child(source, "num");

    (void)qevm_node_child_number(source, "num", &incoming);
    (void)qevm_node_child_number(source, "desc", &desc);
    (void)qevm_node_child_number(source, "last_avail_idx", &avail);
    load->stop->index = index;
    if (ref && qevm_node_child_number(ref, "num", &local) && incoming > local &&
        qevm_target_is_since(load->target, RELEASE_QUEUE_SIZE)) {
        return qevm_load_stop_values(load, QEVM_STOP_VIRTIO_QUEUE_SIZE,
                                     place_of(load, node), ref, incoming,
                                     local);
    }
    if (!desc && avail) {
        QevmMessage *message = qevm_message_new("virtio-queue-address");

        qevm_message_set_number(message, "queue", index);
        qevm_message_set_number(message, "index", avail);
        return qevm_load_stop_device(load, EPERM, place_of(load, source), ref,
                                     NULL, message);
    }
    return TRUE;
}

static gboolean
check_queues(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmNode *ref_run, *source_run;
    QevmNode *r = first_queue(ref, &ref_run);
    QevmNode *s = first_queue(source, &source_run);

    for (guint i = 0; s; i++) {
        if (!check_queue(load, r, s, i)) {
            return FALSE;
        }
        r = next_queue(r);
        s = next_queue(s);
    }
    return TRUE;
}

/* Requests under way carry the number of their queue where there are several,
 * and the destination goes by its own
 * (hw/block/virtio-blk.c:virtio_blk_load_device()). */
static gboolean
check_requests(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmNode *element =
        qevm_node_child(qevm_node_child(source, "rq"), "element");
    guint64 local = 0;

    if (!element || !qevm_node_child_number(ref, "num_queues", &local) ||
        (local > 1) == (qevm_node_child(element, "vq") != NULL)) {
        return TRUE;
    }
    qevm_load_guess(load);
    return qevm_load_stop_device(load, 0, place_of(load, element), ref, NULL,
                                 qevm_message_new("virtio-map"));
}

static gboolean
check_balloon(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmNode *device = qevm_node_child(source, "device");
    QevmNode *misspelt = qevm_node_child(device, QEVM_BALLOON_MISSPELT);
    QevmNode *poison = qevm_node_child(device, QEVM_BALLOON_POISON);

    if (misspelt) {
        qevm_load_guess(load);
        return qevm_load_stop_device(load, EINVAL, place_of(load, misspelt),
                                     ref, NULL, NULL);
    }
    if (poison && qevm_target_is_before(load->target, 602)) {
        qevm_load_guess(load);
        return qevm_load_stop_device(load, ENOENT, place_of(load, poison), ref,
                                     NULL, NULL);
    }
    return TRUE;
}

/* (hw/virtio/virtio-mem.c:virtio_mem_mig_sanity_checks_post_load()) */
static gboolean
check_memory(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    static const struct {
        const char *field, *property, *message;
    } fields[] = {
        { "addr", "memaddr", "virtio-mem-property" },
        { "region_size", "memdev", "virtio-mem-size" },
        { "block_size", "block-size", "virtio-mem-property" },
        { "node", "node", "virtio-mem-number" },
    };
    QevmNode *r =
        qevm_node_child(qevm_node_child(ref, "device"), "sanity_checks");
    QevmNode *s =
        qevm_node_child(qevm_node_child(source, "device"), "sanity_checks");

    for (guint i = 0; r && s && i < G_N_ELEMENTS(fields); i++) {
        guint64 local, incoming;
        QevmMessage *message;

        if (!qevm_node_child_number(r, fields[i].field, &local) ||
            !qevm_node_child_number(s, fields[i].field, &incoming) ||
            local == incoming) {
            continue;
        }
        message = qevm_message_new(fields[i].message);
        qevm_message_set_text(message, "property", fields[i].property);
        qevm_message_set_number(message, "incoming", incoming);
        qevm_message_set_number(message, "local", local);
        (void)qevm_load_stop_device(
            load, EINVAL, place_of(load, qevm_node_child(s, fields[i].field)),
            r, NULL, message);
        return qevm_load_within(load, "virtio-mem-device", "tmp", "tmp");
    }
    return TRUE;
}

/* What the guest took has to be offered (hw/virtio/virtio.c:
 * virtio_set_features_nocheck()). Since 11.0 what is not offered is taken out
 * before it is printed. */
static gboolean
check_features(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    guint64 incoming, offered;

    if (!qevm_target_features(load->target, load->ref->idstr,
                              load->ref->instance_id, &offered) ||
        !qevm_virtio_features(source, &incoming) || !(incoming & ~offered)) {
        return TRUE;
    }
    (void)qevm_load_stop_values(
        load, QEVM_STOP_VIRTIO_FEATURES,
        place_of(load, qevm_node_child(source, "guest_features")), ref,
        incoming, offered);
    load->stop->number = EPERM;
    return FALSE;
}

gboolean
qevm_load_virtio(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    guint64 queues;

    /* What could not be read here may be read there all the same. */
    if (!ref || !source || ref->kind != QEVM_NODE_STRUCT ||
        source->kind != QEVM_NODE_STRUCT) {
        qevm_load_guess(load);
        return TRUE;
    }
    if (!check_pci(load, qevm_node_child(ref, "pci"),
                   qevm_node_child(source, "pci"))) {
        return FALSE;
    }
    if (qevm_node_child_number(source, "num_queues", &queues) &&
        queues > VIRTIO_QUEUE_MAX) {
        return qevm_load_stop_values(
            load, QEVM_STOP_VIRTIO_QUEUES,
            place_of(load, qevm_node_child(source, "num_queues")), ref, queues,
            VIRTIO_QUEUE_MAX);
    }
    return check_queues(load, ref, source) &&
           check_requests(load, ref, source) &&
           check_memory(load, ref, source) &&
           check_balloon(load, ref, source) &&
           check_features(load, ref, source);
}
