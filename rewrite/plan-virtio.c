/* plan-virtio.c - what virtio devices check: queues, features, requests, the
 * blocks of memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/path.h"
#include "rewrite/plan-private.h"

/* ---- queues ---- */

QevmNode *
qevm_plan_first_queue(QevmNode *overlay)
{
    QevmNode *queue = qevm_node_child(overlay, "queue");

    return queue && queue->kind == QEVM_NODE_STRUCTS ? qevm_node_children(queue)
                                                     : queue;
}

QevmNode *
qevm_plan_next_queue(QevmNode *queue)
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

    if (!qevm_node_child_number(queue, "num", &incoming) || incoming <= local) {
        return TRUE;
    }
    if (qevm_node_child_number(queue, "desc", &desc) && desc) {
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
    at = qevm_plan_path(r->plan, r->record, qevm_node_child(queue, "num"), -1);
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
    QevmNode *x = a ? qevm_plan_first_queue(a) : NULL;
    QevmNode *y = b ? qevm_plan_first_queue(b) : NULL;

    for (guint i = 0; x && y; i++) {
        guint64 local;

        if (qevm_node_child_number(y, "num", &local) &&
            !repair_queue(r, x, local, i, error)) {
            return FALSE;
        }
        x = qevm_plan_next_queue(x);
        y = qevm_plan_next_queue(y);
    }
    return TRUE;
}

/* ---- features ---- */

#define BIT(n) (G_GUINT64_CONSTANT(1) << (n))

/* Features that change nothing of how the two sides talk: without them the
 * guest was told something that is not so any more, or asks for something that
 * fails (the virtio specification, of each device). */
static guint64
is_advice(const char *device)
{
    static const struct {
        const char *vmsd;
        guint64 bits;
    } devices[] = {
        { "virtio-net", BIT(3) | BIT(21) | BIT(63) },   /* MTU, GUEST_ANNOUNCE,
                                                           SPEED_DUPLEX */
        { "virtio-blk", BIT(10) | BIT(13) | BIT(14) },  /* TOPOLOGY, DISCARD,
                                                           WRITE_ZEROES */
        { "virtio-balloon", BIT(1) | BIT(3) | BIT(5) }, /* STATS_VQ,
                                                           FREE_PAGE_HINT,
                                                           PAGE_REPORTING */
    };
    const guint64 ring_reset = BIT(40);

    for (guint i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (g_strcmp0(devices[i].vmsd, device) == 0) {
            return devices[i].bits | ring_reset;
        }
    }
    return ring_reset;
}

static gboolean
clear_features(QevmRepair *r, QevmNode *node, guint64 bits, GError **error)
{
    g_autofree char *at = qevm_plan_path(r->plan, r->record, node, -1);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *text = NULL;
    json_t *rule;

    qevm_node_value(node, 0, &value);
    if (value.kind != QEVM_VALUE_UINT || !(value.as.u & bits)) {
        return TRUE;
    }
    text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", value.as.u & ~bits);
    rule = qevm_plan_op("set", at);
    json_object_set_new(rule, "value", json_string(text));
    return qevm_plan_repair(r, rule, QEVM_LOSS_VISIBLE,
                            "features that the destination does not offer, and "
                            "that it does without",
                            error);
}

gboolean
qevm_plan_features(QevmRepair *r, GError **error)
{
    const QevmVmsd *vmsd = qevm_node_vmsd(r->source);
    QevmNode *overlay = qevm_plan_find_type(r->source, "virtio");
    QevmNode *low = overlay ? qevm_node_child(overlay, "guest_features") : NULL;
    QevmNode *own = overlay ? qevm_node_child(overlay, "virtio") : NULL;
    QevmNode *more = own ? qevm_node_child(own, "virtio/64bit_features") : NULL;
    QevmNode *all = more ? qevm_node_child(more, "guest_features") : NULL;
    guint64 missing = r->stop->incoming & ~r->stop->local;

    if (!low || (missing & ~is_advice(vmsd ? vmsd->name : NULL))) {
        qevm_plan_problem(
            r->plan, qevm_plan_path(r->plan, r->record, NULL, -1),
            g_strdup_printf(
                "the guest took features that the destination does "
                "not offer, and works by them: 0x%" G_GINT64_MODIFIER "x",
                missing),
            g_strdup("turn them on at the destination's device, or give it the "
                     "backend that has them"));
        return TRUE;
    }
    return clear_features(r, low, missing, error) &&
           (!all || clear_features(r, all, missing, error));
}

/* ---- requests under way ---- */

/* They carry the number of their queue where the device has several. The guest
 * uses as many as it did, so that it is 0 if there was one. */
static gboolean
repair_request(QevmRepair *r, QevmNode *request, gboolean wanted,
               GError **error)
{
    QevmNode *queue = qevm_node_child(request, "vq");
    g_autofree char *at =
        qevm_plan_path(r->plan, r->record, wanted ? request : queue, -1);
    json_t *rule;

    if (wanted) {
        rule = json_pack("{s:s,s:s,s:s,s:s,s:i,s:s}", "op", "add-field", "at",
                         at, "name", "vq", "type", "uint32", "value", 0,
                         "before", "elem");
    } else {
        rule = qevm_plan_op("remove-field", at);
        json_object_set_new(rule, "if-equals", json_integer(0));
    }
    return qevm_plan_repair(r, rule,
                            wanted ? QEVM_LOSS_LOSSLESS : QEVM_LOSS_DEFAULT,
                            wanted ? "of several queues it is the first"
                                   : "the destination has one queue",
                            error);
}

static gboolean
plan_requests(QevmRepair *r, QevmNode *overlay, guint64 queues, GError **error)
{
    QevmNode *list = qevm_node_child(overlay, "rq");

    for (QevmNode *n = list ? qevm_node_children(list) : NULL; n; n = n->next) {
        guint64 queue = 0;
        gboolean has = qevm_node_child_number(n, "vq", &queue);

        if (strcmp(qevm_node_name(n), "element") == 0 && has != (queues > 1) &&
            queue == 0) {
            return repair_request(r, n, queues > 1, error);
        }
    }
    return TRUE;
}

/* ---- memory ---- */

/* The map of blocks that are plugged, where each has become several. */
static GByteArray *
widen(GBytes *bytes, guint64 factor, guint64 bits)
{
    gsize size, words = (gsize)((bits + 63) / 64);
    const guint8 *data = g_bytes_get_data(bytes, &size);
    GByteArray *out = g_byte_array_new();

    for (gsize word = 0; word < words; word++) {
        guint64 value = 0;

        for (guint bit = 0; bit < 64; bit++) {
            guint64 old = (64 * word + bit) / factor;

            if (old / 64 < size / 8 &&
                qevm_be_get(data + 8 * (old / 64), 8) >> (old % 64) & 1) {
                value |= BIT(bit);
            }
        }
        qevm_be_append(out, 8, value);
    }
    return out;
}

static gboolean
plan_memory(QevmRepair *r, QevmNode *there, QevmNode *here, GError **error)
{
    static const char why[] = "the destination plugs memory in these blocks";
    QevmNode *checks = qevm_node_child(there, "sanity_checks");
    QevmNode *local = qevm_node_child(here, "sanity_checks");
    QevmNode *map = qevm_node_child(there, "bitmap");
    g_autoptr(GBytes) bytes = map ? qevm_plan_bytes(map) : NULL;
    g_autoptr(GByteArray) wide = NULL;
    g_autofree char *at_size = NULL, *at_map = NULL;
    guint64 from, to, region;
    json_t *set, *resize, *fill;

    if (!checks || !local || !bytes ||
        !qevm_node_child_number(checks, "block_size", &from) ||
        !qevm_node_child_number(local, "block_size", &to) ||
        !qevm_node_child_number(checks, "region_size", &region) || from == to) {
        return TRUE;
    }
    if (to == 0 || from % to || region / to > 8 * QEVM_PLAN_MAP_MAX) {
        qevm_plan_problem(
            r->plan, qevm_plan_path(r->plan, r->record, NULL, -1),
            g_strdup_printf(
                "memory is plugged in blocks of 0x%" G_GINT64_MODIFIER
                "x bytes, at the destination of 0x%" G_GINT64_MODIFIER "x",
                from, to),
            g_strdup_printf("give the destination's device "
                            "block-size=%" G_GUINT64_FORMAT,
                            from));
        return TRUE;
    }
    wide = widen(bytes, from / to, region / to);
    at_size = qevm_plan_path(r->plan, r->record,
                             qevm_node_child(checks, "block_size"), -1);
    at_map = qevm_plan_path(r->plan, r->record, map, -1);
    set = qevm_plan_op("set", at_size);
    json_object_set_new(set, "value", json_integer((json_int_t)to));
    resize = qevm_plan_op("resize-array", at_map);
    json_object_set_new(resize, "count", json_integer(wide->len / 8));
    fill = qevm_plan_op("set-bytes", at_map);
    json_object_set_new(fill, "value",
                        qevm_rule_hex_json(wide->data, wide->len));
    return qevm_plan_repair(r, set, QEVM_LOSS_STATED, why, error) &&
           qevm_plan_repair(r, resize, QEVM_LOSS_STATED, why, error) &&
           qevm_plan_repair(r, fill, QEVM_LOSS_STATED, why, error);
}

/* ---- balloon ---- */

/* What is not zero goes on under the right name. */
static gboolean
plan_balloon(QevmRepair *r, QevmNode *misspelt, GError **error)
{
    g_autofree char *at = qevm_plan_path(r->plan, r->record, misspelt, -1);
    g_autoptr(GBytes) bytes = qevm_plan_bytes(misspelt);
    g_autofree char *parent =
        qevm_plan_path(r->plan, r->record, misspelt->parent, -1);
    guint64 value = 0;

    if (qevm_node_child_number(misspelt, "poison_val", &value) && value) {
        if (!qevm_plan_repair(r,
                              json_pack("{s:s,s:s,s:s,s:i,s:[{s:s,s:s,s:I}]}",
                                        "op", "add-subsection", "at", parent,
                                        "to", QEVM_BALLOON_POISON, "version", 1,
                                        "fields", "name", "poison_val", "type",
                                        "uint32", "value", (json_int_t)value),
                              QEVM_LOSS_LOSSLESS,
                              "its name as the destination spells it", error)) {
            return FALSE;
        }
    }
    return qevm_plan_repair(
        r,
        qevm_plan_leave_out(qevm_plan_op("strip-subsection", at), bytes,
                            QEVM_PLAN_HEAD(QEVM_BALLOON_MISSPELT)),
        QEVM_LOSS_DEFAULT, "no loader takes the name that it has", error);
}

/* A loader that has the wrong name takes the right one for none of its own. */
static gboolean
strip_poison(QevmRepair *r, QevmNode *poison, GError **error)
{
    g_autofree char *at = qevm_plan_path(r->plan, r->record, poison, -1);
    g_autoptr(GBytes) bytes = qevm_plan_bytes(poison);
    json_t *rule = qevm_plan_op("strip-subsection", at);
    guint64 value = 0;
    gboolean used =
        qevm_node_child_number(poison, "poison_val", &value) && value;

    if (!used) {
        qevm_plan_leave_out(rule, bytes, QEVM_PLAN_HEAD(QEVM_BALLOON_POISON));
    }
    return qevm_plan_repair(r, rule, used ? QEVM_LOSS_LOSSY : QEVM_LOSS_DEFAULT,
                            "the destination cannot load it, by any name",
                            error);
}

gboolean
qevm_plan_virtio(QevmRepair *r, GError **error)
{
    QevmNode *there = qevm_plan_find_type(r->source, "virtio");
    QevmNode *here = qevm_plan_find_type(r->like, "virtio");
    QevmNode *a = there ? qevm_node_child(there, "device") : NULL;
    QevmNode *b = here ? qevm_node_child(here, "device") : NULL;
    QevmNode *misspelt = a ? qevm_node_child(a, QEVM_BALLOON_MISSPELT) : NULL;
    QevmNode *poison = a ? qevm_node_child(a, QEVM_BALLOON_POISON) : NULL;
    guint64 queues;

    if (!there || !here) {
        return TRUE;
    }
    if (misspelt) {
        return plan_balloon(r, misspelt, error);
    }
    if (poison && qevm_target_is_before(r->plan->target, 602)) {
        return strip_poison(r, poison, error);
    }
    return (!a || !b || plan_memory(r, a, b, error)) &&
           (r->done || !qevm_node_child_number(here, "num_queues", &queues) ||
            plan_requests(r, there, queues, error));
}
