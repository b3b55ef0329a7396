/* load-layout.c - which fields a destination reads, and how many elements.
 *
 * A reference shows the fields that an idle guest sends. What a condition or
 * a count decides may be otherwise in the stream. A count that stands in an
 * earlier field of both is that field's; any other is the destination's own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/prim.h"
#include "rewrite/load-private.h"

/* Fields that the guest's state decides about, by an earlier field that is not
 * 0 then. All other conditions are settings of the machine. */
static const struct {
    const char *vmsd, *field, *flag;
} dynamic[] = {
    /* hw/ide/core.c: ide_drive_pio_state and is_identify_set() */
    { "ide_drive", "identify_data", "identify_set" },
    /* hw/usb/hcd-xhci.c: xhci_er_full() */
    { "xhci-intr", "ev_buffer_put", "er_full_unused" },
    { "xhci-intr", "ev_buffer_get", "er_full_unused" },
    { "xhci-intr", "ev_buffer", "er_full_unused" },
};

/* The bytes of a name without the `[n]` behind it, which counts declarations,
 * not elements. */
static gsize
bare_length(const char *name)
{
    const char *bracket =
        g_str_has_suffix(name, "]") ? strrchr(name, '[') : NULL;

    return bracket ? (gsize)(bracket - name) : strlen(name);
}

static gboolean
same_name(const QevmNode *a, const QevmNode *b)
{
    const char *na = qevm_node_name(a), *nb = qevm_node_name(b);
    gsize la = bare_length(na), lb = bare_length(nb);

    return la == lb && strncmp(na, nb, la) == 0;
}

static void
add_pair(GArray *pairs, QevmNode *ref, QevmNode *source)
{
    QevmLoadPair pair = { ref, source };

    g_array_append_val(pairs, pair);
}

static QevmNode *
next_field(QevmNode *node)
{
    while (node && node->kind == QEVM_NODE_SUBSECTION) {
        node = node->next;
    }
    return node;
}

static QevmNode *
first_field(QevmNode *parent)
{
    return parent ? next_field(qevm_node_children(parent)) : NULL;
}

/* Is what one side has as a run of structs a field for each of them on the
 * other? QEMU describes them like that if they are not alike. */
static gboolean
is_split(const QevmNode *run, QevmNode *other)
{
    for (QevmNode *n = first_field(other); n; n = next_field(n->next)) {
        if (n->kind == QEVM_NODE_STRUCT &&
            g_str_has_suffix(qevm_node_name(n), "]") && same_name(run, n)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The fields of a node, as far apart as those of the other. */
static GPtrArray *
fields_of(QevmNode *parent, QevmNode *other)
{
    GPtrArray *fields = g_ptr_array_new();

    for (QevmNode *n = first_field(parent); n; n = next_field(n->next)) {
        if (n->kind != QEVM_NODE_STRUCTS || !is_split(n, other)) {
            g_ptr_array_add(fields, n);
            continue;
        }
        for (QevmNode *e = qevm_node_children(n); e; e = e->next) {
            g_ptr_array_add(fields, e);
        }
    }
    return fields;
}

/* Is there one with that name, from `from` on? Its index, or the length. */
static guint
find_mate(const QevmNode *of, const GPtrArray *fields, guint from)
{
    while (from < fields->len &&
           !same_name(of, g_ptr_array_index(fields, from))) {
        from++;
    }
    return from;
}

GArray *
qevm_load_pairs(QevmNode *ref, QevmNode *source)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(QevmLoadPair));
    g_autoptr(GPtrArray) rs = fields_of(ref, source);
    g_autoptr(GPtrArray) ss = fields_of(source, ref);
    guint s = 0;

    for (guint r = 0; r < rs->len; r++) {
        QevmNode *node = g_ptr_array_index(rs, r);
        guint mate = find_mate(node, ss, s);

        /* Do not run past fields that the reference has later. */
        if (mate > s && mate < ss->len &&
            find_mate(g_ptr_array_index(ss, s), rs, r + 1) < rs->len) {
            mate = ss->len;
        }
        if (mate == ss->len) {
            add_pair(pairs, node, NULL);
            continue;
        }
        for (; s < mate; s++) {
            add_pair(pairs, NULL, g_ptr_array_index(ss, s));
        }
        add_pair(pairs, node, g_ptr_array_index(ss, s++));
    }
    for (; s < ss->len; s++) {
        add_pair(pairs, NULL, g_ptr_array_index(ss, s));
    }
    return pairs;
}

/* ---- counts ---- */

/* A description of an array is one struct, and the array's elements on the
 * wire. */
static guint64
count_of(const QevmNode *node)
{
    return node->kind == QEVM_NODE_STRUCT && node->desc.field->overlay
               ? node->desc.field->count
               : qevm_node_count(node);
}

static gboolean
number_of(QevmNode *node, guint64 *number)
{
    return node && node->kind == QEVM_NODE_FIELD &&
           qevm_node_number(node, 0, number);
}

gboolean
qevm_load_number(const QevmLoad *load, const QevmNode *node, guint64 *number)
{
    gsize place = GPOINTER_TO_SIZE(g_hash_table_lookup(load->places, node));
    guint64 size = place ? node->desc.field->size : 0;

    if (size < 1 || size > 8 || place - 1 + size > load->c.len) {
        return FALSE;
    }
    *number = qevm_be_get(load->c.data + place - 1, (gsize)size);
    return TRUE;
}

static gboolean
loaded_number(const QevmLoad *load, const QevmLoadPair *pair, guint64 *number)
{
    return qevm_load_number(load, pair->ref ? pair->ref : pair->source, number);
}

/* The field before that has one number of elements in the reference and the
 * other in the stream, and what it says. Too many fields are 0 here and 1 there
 * for that to mean anything. */
static gboolean
counted_by(const QevmLoad *load, const GArray *before, guint64 in_ref,
           guint64 in_source, guint64 *count)
{
    for (guint i = MAX(in_ref, in_source) > 1 ? before->len : 0; i-- > 0;) {
        const QevmLoadPair *pair = &g_array_index(before, QevmLoadPair, i);
        guint64 a, b;

        if (number_of(pair->ref, &a) && number_of(pair->source, &b) &&
            a == in_ref && b == in_source && loaded_number(load, pair, count)) {
            return TRUE;
        }
    }
    return FALSE;
}

static void
accept(QevmLoad *load, const QevmLoadPair *pair)
{
    qevm_load_guess(load);
    g_hash_table_add(load->stop->accepted, pair->ref);
    g_hash_table_add(load->stop->accepted, pair->source);
}

/* The field that is known to have the number of elements, or of bytes, and
 * what it says. What is not among the fields before is a setting. */
static gboolean
counted_by_member(const QevmLoad *load, const GArray *before,
                  const QevmLoadPair *pair, const char *vmsd, guint64 in_ref,
                  guint64 *count)
{
    const QevmNode *node = pair->ref ? pair->ref : pair->source;
    const QevmKnownField *known;

    if (qevm_target_field(load->target, vmsd, qevm_node_name(node), &known) !=
            QEVM_TARGET_YES ||
        !known->count) {
        return FALSE;
    }
    for (guint i = before->len; i-- > 0;) {
        const QevmLoadPair *one = &g_array_index(before, QevmLoadPair, i);
        guint64 here;

        if (one->ref && strcmp(qevm_node_name(one->ref), known->count) == 0) {
            return number_of(one->ref, &here) && here == in_ref &&
                   loaded_number(load, one, count);
        }
    }
    return FALSE;
}

/* Of a number that the reference and the stream have each. */
static guint64
decided(QevmLoad *load, const GArray *before, const QevmLoadPair *pair,
        const char *vmsd, guint64 in_ref, guint64 in_source)
{
    guint64 number;

    if (counted_by_member(load, before, pair, vmsd, in_ref, &number)) {
        if (number == in_source && pair->ref && pair->source) {
            g_hash_table_add(load->stop->accepted, pair->ref);
            g_hash_table_add(load->stop->accepted, pair->source);
        }
        return number;
    }
    if (!pair->ref || !pair->source || in_ref == in_source) {
        return pair->ref ? in_ref : in_source;
    }
    if (counted_by(load, before, in_ref, in_source, &number)) {
        accept(load, pair);
        return number;
    }
    return in_ref;
}

guint64
qevm_load_count(QevmLoad *load, const GArray *before, const QevmLoadPair *pair,
                const char *vmsd)
{
    return decided(load, before, pair, vmsd,
                   pair->ref ? count_of(pair->ref) : 0,
                   pair->source ? count_of(pair->source) : 0);
}

/* Lengths that a device decides by its state and that stand nowhere around
 * them. */
static const char *const elastic[] = {
    "virtio",
    "virtio-gpu",
    "blob",
    "scsi-requests",
    "usb-redir-parser",
    "usb-redir-bufpq",
    "usb-redir-packet-id-q",
    "virtio-fs back-end state",
    "virtio-net vhost-user backend state",
    "vdagent/cbinfos",
    "irqs",
    NULL,
};

static guint64
size_of(QevmNode *node)
{
    switch ((QevmNodeKind)(node ? node->kind : QEVM_NODE_RAW)) {
    case QEVM_NODE_FIELD:
    case QEVM_NODE_ARRAY:
        return node->desc.field->size;
    case QEVM_NODE_STRUCT: /* an overlay, which may have been changed */
        return qevm_node_wire_size(node) / MAX(node->desc.field->count, 1);
    default:
        return 0;
    }
}

/* Of virtio-gpu, the destination reads as many scanouts as the stream says, but
 * each in its own layout: with the framebuffer if its machine type is of 9.0
 * or newer (hw/display/virtio-gpu.c:vmstate_virtio_gpu_scanouts,
 * hw/core/machine.c: x-scanout-vmstate-version). */
static guint64
gpu_size(const QevmLoadPair *pair, guint64 in_source)
{
    QevmNode *here = qevm_node_child(pair->ref, "scanout");
    QevmNode *there = qevm_node_child(pair->source, "scanout");
    QevmNode *like = here ? qevm_node_children(here) : NULL;

    return !like || !there
               ? in_source
               : in_source - qevm_node_wire_size(there) +
                     qevm_node_child_count(there) * qevm_node_wire_size(like);
}

guint64
qevm_load_size(QevmLoad *load, const GArray *before, const QevmLoadPair *pair,
               const char *vmsd)
{
    const QevmNode *node = pair->ref ? pair->ref : pair->source;
    guint64 in_ref = size_of(pair->ref), in_source = size_of(pair->source);

    if (strcmp(node->desc.field->type, "virtio-gpu") == 0 && pair->ref &&
        pair->source && gpu_size(pair, in_source) != in_source) {
        return gpu_size(pair, in_source);
    }
    if (g_strv_contains(elastic, node->desc.field->type)) {
        if (in_ref != in_source) {
            accept(load, pair);
        }
        return in_source ? in_source : in_ref;
    }
    /* Of bytes, one element is all of them, and the number is of bytes. */
    if (!node->desc.field->prim || node->desc.field->prim->size == 0) {
        return decided(load, before, pair, vmsd, in_ref, in_source);
    }
    return pair->ref ? in_ref : in_source;
}

/* ---- conditions ---- */

static const char *
flag_of(const char *vmsd, const char *field)
{
    for (guint i = 0; i < G_N_ELEMENTS(dynamic); i++) {
        if (strcmp(dynamic[i].vmsd, vmsd) == 0 &&
            strcmp(dynamic[i].field, field) == 0) {
            return dynamic[i].flag;
        }
    }
    return NULL;
}

static gboolean
is_set(const QevmLoad *load, const GArray *before, const char *flag)
{
    for (guint i = before->len; i-- > 0;) {
        const QevmLoadPair *pair = &g_array_index(before, QevmLoadPair, i);
        const QevmNode *node = pair->ref ? pair->ref : pair->source;
        guint64 number;

        if (strcmp(qevm_node_name(node), flag) == 0) {
            return loaded_number(load, pair, &number) && number != 0;
        }
    }
    return FALSE;
}

/* (migration/vmstate.c:vmstate_field_exists()) */
gboolean
qevm_load_newer(const QevmLoad *load, const QevmNode *ref, const char *vmsd)
{
    const QevmKnownField *field;

    return qevm_target_field(load->target, vmsd, qevm_node_name(ref), &field) ==
               QEVM_TARGET_YES &&
           !field->conditional && field->version_id > load->version;
}

/* Fields that only older versions of a vmsd have go by "mig_" and the name that
 * they had, with a condition on the version (hw/scsi/esp.c, 6.0 and newer). */
static gboolean
is_older(const QevmLoad *load, const char *vmsd, const QevmNode *source)
{
    const char *name = qevm_node_name(source);
    g_autofree char *known_as =
        g_strdup_printf("mig_%.*s", (int)bare_length(name), name);
    const QevmKnownField *known;

    return qevm_target_field(load->target, vmsd, known_as, &known) ==
               QEVM_TARGET_YES &&
           known->conditional;
}

/* Were such fields read of this struct? Then it is of the older version. */
static gboolean
has_older(const QevmLoad *load, const GArray *before, const char *vmsd)
{
    for (guint i = 0; i < before->len; i++) {
        const QevmLoadPair *pair = &g_array_index(before, QevmLoadPair, i);

        if (!pair->ref && is_older(load, vmsd, pair->source)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Is the section's own vmsd newer than the stream's? Then what only the
 * destination has came with that, as a rule. */
static gboolean
is_newer(const QevmLoad *load, const char *vmsd)
{
    const QevmDevice *device = load->ref->device;

    return load->record->version_id < load->ref->version_id && device &&
           g_strcmp0(device->vmsd->name, vmsd) == 0;
}

gboolean
qevm_load_reads(QevmLoad *load, const GArray *before, const QevmLoadPair *pair,
                const char *vmsd)
{
    QevmNode *node = pair->ref ? pair->ref : pair->source;
    const char *flag = flag_of(vmsd, qevm_node_name(node));
    guint64 elements = count_of(node), count;
    const QevmKnownField *field;
    QevmTargetKnows knows;

    if (flag) {
        return is_set(load, before, flag);
    }
    if (!pair->ref && is_older(load, vmsd, node)) {
        qevm_load_guess(load);
        return TRUE;
    }
    if (counted_by_member(load, before, pair, vmsd, pair->ref ? elements : 0,
                          &count)) {
        return count != 0;
    }
    knows = qevm_target_field(load->target, vmsd, qevm_node_name(node), &field);
    if (pair->ref) {
        /* Of an older version it may be that it is not there. */
        if (knows == QEVM_TARGET_MAYBE && is_newer(load, vmsd)) {
            qevm_load_guess(load);
            return FALSE;
        }
        if (knows == QEVM_TARGET_YES && field->conditional &&
            has_older(load, before, vmsd)) {
            qevm_load_guess(load);
            return FALSE;
        }
        if (counted_by(load, before, elements, 0, &count) && count == 0) {
            qevm_load_guess(load);
            return FALSE;
        }
        return TRUE;
    }
    if (knows != QEVM_TARGET_NO &&
        counted_by(load, before, 0, elements, &count)) {
        qevm_load_guess(load);
        return count != 0;
    }
    return FALSE;
}
