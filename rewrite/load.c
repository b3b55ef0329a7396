/* load.c - how a destination would load one section of a stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/load.h"

#include <errno.h>
#include <string.h>

#include "rewrite/load-private.h"

/* What is read of a stream behind the section: a destination that reads more
 * than the section has goes on into the next ones. */
#define BEHIND_MIN (64 * 1024)
#define BEHIND_MAX (16 * 1024 * 1024)
#define FOOTER_SIZE 5
#define NESTING_MAX 64

gboolean
qevm_stop_accepts(const QevmStop *stop, const QevmNode *node)
{
    while (node && !g_hash_table_contains(stop->accepted, node)) {
        node = node->parent;
    }
    return node != NULL;
}

void
qevm_stop_clear(QevmStop *stop)
{
    g_clear_pointer(&stop->levels, g_array_unref);
    g_clear_pointer(&stop->text, g_free);
    g_clear_pointer(&stop->message, qevm_message_free);
    g_clear_pointer(&stop->accepted, g_hash_table_unref);
    g_clear_pointer(&stop->layouts, g_ptr_array_unref);
    memset(stop, 0, sizeof(*stop));
}

gboolean
qevm_load_stop(QevmLoad *load, QevmStopKind kind, int number, gsize pos,
               QevmNode *at)
{
    load->stop->kind = kind;
    load->stop->number = number;
    load->stop->pos = pos;
    load->stop->offset = load->c.base + pos;
    load->stop->at = at;
    return FALSE;
}

gboolean
qevm_load_stop_values(QevmLoad *load, QevmStopKind kind, gsize pos,
                      QevmNode *at, guint64 incoming, guint64 local)
{
    load->stop->incoming = incoming;
    load->stop->local = local;
    return qevm_load_stop(load, kind, EINVAL, pos, at);
}

gboolean
qevm_load_within(QevmLoad *load, const char *vmsd, const char *field,
                 const char *type)
{
    QevmLoadLevel level = { QEVM_LEVEL_FIELD, vmsd, field, type, 0, 0 };

    g_array_append_val(load->stop->levels, level);
    return FALSE;
}

gboolean
qevm_load_stop_device(QevmLoad *load, int number, gsize pos, QevmNode *at,
                      const QevmVmsd *vmsd, QevmMessage *message)
{
    QevmLoadLevel level = { QEVM_LEVEL_POST_LOAD, NULL, NULL, NULL, 0, 0 };

    load->stop->message = message;
    if (vmsd && vmsd->name) {
        level.vmsd = vmsd->name;
        level.version = level.minimum = vmsd->version;
        (void)qevm_target_minimum(load->target, vmsd->name, vmsd->version,
                                  &level.minimum, NULL);
        g_array_append_val(load->stop->levels, level);
    }
    return qevm_load_stop(load, QEVM_STOP_DEVICE, number, pos, at);
}

void
qevm_load_guess(QevmLoad *load)
{
    load->stop->exact = FALSE;
}

gboolean
qevm_load_skip(QevmLoad *load, guint64 n, QevmNode *at)
{
    if (n > qevm_cursor_left(&load->c)) {
        return qevm_load_stop(load, QEVM_STOP_EARLY_EOF, EIO, load->c.len, at);
    }
    load->c.pos += (gsize)n;
    return TRUE;
}

/* ---- structs ---- */

static gboolean load_vmsd(QevmLoad *load, QevmNode *ref, QevmNode *source,
                          guint32 version, const GArray *around, guint depth);

static void
push_field(QevmLoad *load, const char *vmsd, const QevmNode *field)
{
    gboolean is_struct =
        (field->kind == QEVM_NODE_STRUCT && !field->desc.field->overlay &&
         !field->desc.field->inline_vmsd) ||
        field->kind == QEVM_NODE_STRUCTS;

    (void)qevm_load_within(
        load, vmsd, qevm_node_name(field),
        is_struct || !field->desc.field ? NULL : field->desc.field->type);
}

static void
push_subsection(QevmLoad *load, const char *vmsd, const char *name)
{
    QevmLoadLevel level = { QEVM_LEVEL_SUBSECTION, vmsd, name, NULL, 0, 0 };

    g_array_append_val(load->stop->levels, level);
}

/* Without a version on the wire. */
static gboolean
load_struct(QevmLoad *load, QevmNode *ref, QevmNode *source, guint depth)
{
    const QevmVmsd *vmsd = qevm_node_vmsd(ref);

    return load_vmsd(load, ref, source, vmsd ? vmsd->version : 0, NULL,
                     depth + 1);
}

static gboolean
is_struct(const QevmNode *node)
{
    return node->kind == QEVM_NODE_STRUCT && !node->desc.field->overlay;
}

/* Elements that the reference does not have look like its last one, or like
 * the stream's. */
static gboolean
load_structs(QevmLoad *load, const QevmLoadPair *pair, guint64 count,
             guint depth)
{
    QevmNode *shown = pair->ref ? pair->ref : pair->source;
    QevmNode *ref = qevm_node_children(shown);
    QevmNode *source = pair->source && pair->source->kind == QEVM_NODE_STRUCTS
                           ? qevm_node_children(pair->source)
                           : NULL;
    guint64 left = qevm_cursor_left(&load->c);

    for (guint64 i = 0; i < count && ref; i++) {
        /* Elements without bytes must not take forever. */
        if (i > left) {
            break;
        }
        if (!load_struct(load, ref, source, depth)) {
            return FALSE;
        }
        ref = ref->next ? ref->next : ref;
        source = source ? source->next : NULL;
    }
    return TRUE;
}

/* A byte before each element, a 0 behind the last one
 * (migration/vmstate-types.c:get_qtailq()). */
static gboolean
load_list(QevmLoad *load, const QevmLoadPair *pair, guint depth)
{
    QevmNode *shown = pair->ref ? pair->ref : pair->source;
    QevmNode *source = pair->source && pair->source->kind == QEVM_NODE_LIST
                           ? pair->source
                           : NULL;
    QevmNode *ref = qevm_node_children(shown);
    QevmNode *element = source ? qevm_node_children(source) : NULL;

    if (strcmp(shown->desc.field->type, "gtree") == 0) {
        qevm_load_guess(load);
        return qevm_load_skip(
            load, qevm_node_wire_size(source ? source : shown), shown);
    }
    for (;;) {
        int marker = qevm_cursor_peek(&load->c, 0);

        if (!qevm_load_skip(load, 1, shown)) {
            return FALSE;
        }
        if (marker == 0) {
            return TRUE;
        }
        if (!ref) {
            qevm_load_guess(load);
        }
        if (!ref && !element) {
            /* Nobody knows the element. */
            return TRUE;
        }
        if (!load_struct(load, ref ? ref : element, element, depth)) {
            return FALSE;
        }
        element = element ? element->next : NULL;
    }
}

static gboolean
load_pair(QevmLoad *load, const GArray *before, const QevmLoadPair *pair,
          const char *vmsd, guint depth)
{
    QevmNode *node = pair->ref ? pair->ref : pair->source;

    if (pair->ref && qevm_load_newer(load, pair->ref, vmsd)) {
        g_hash_table_add(load->stop->accepted, node);
        return TRUE;
    }
    if (!pair->ref || !pair->source) {
        gboolean reads = qevm_load_reads(load, before, pair, vmsd);

        if (reads == !pair->ref) {
            g_hash_table_add(load->stop->accepted, node);
        }
        if (!reads) {
            return TRUE;
        }
    }
    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_STRUCT:
        if (is_struct(node)) {
            return load_struct(
                load, node,
                pair->source && is_struct(pair->source) ? pair->source : NULL,
                depth);
        }
        return qevm_load_leaf(load, before, pair, vmsd);
    case QEVM_NODE_STRUCTS:
        return load_structs(load, pair,
                            qevm_load_count(load, before, pair, vmsd), depth);
    case QEVM_NODE_LIST:
        return load_list(load, pair, depth);
    case QEVM_NODE_FIELD:
    case QEVM_NODE_ARRAY:
        return qevm_load_leaf(load, before, pair, vmsd);
    default:
        /* The reference could not be decoded there. */
        qevm_load_guess(load);
        return qevm_load_skip(
            load, qevm_node_wire_size(pair->source ? pair->source : node),
            node);
    }
}

/* ---- subsections ---- */

/* The name of a subsection of that vmsd at the cursor; FALSE: none is there.
 * A prefix is enough: QEMU looks for no slash. */
static gboolean
peek_subsection(const QevmLoad *load, const char *vmsd, char name[256])
{
    int mark = qevm_cursor_peek(&load->c, 0);
    int len = qevm_cursor_peek(&load->c, 1);

    if (mark != 0x05 || len < 0 || (gsize)len < strlen(vmsd) + 1 ||
        qevm_cursor_left(&load->c) < (gsize)len + 2) {
        return FALSE;
    }
    memcpy(name, load->c.data + load->c.pos + 2, (gsize)len);
    name[len] = '\0';
    return g_str_has_prefix(name, vmsd);
}

/* Is a version older than any that the destination takes? */
static gboolean
is_too_old(QevmLoad *load, const char *vmsd, guint32 version, guint32 local,
           guint32 *minimum)
{
    gboolean exact = FALSE;

    if (version >= local) {
        return FALSE;
    }
    if (!qevm_target_minimum(load->target, vmsd, local, minimum, &exact)) {
        *minimum = 0;
    }
    if (!exact) {
        qevm_load_guess(load);
    }
    return version < *minimum;
}

static gboolean
stop_subsection(QevmLoad *load, QevmStopKind kind, const char *name,
                QevmNode *at, guint64 incoming, guint64 local)
{
    load->stop->text = g_strdup(name);
    qevm_load_stop_values(load, kind, load->c.pos, at, incoming, local);
    if (kind == QEVM_STOP_SUBSECTION_UNKNOWN) {
        load->stop->number = ENOENT;
    }
    return FALSE;
}

/* The description of a subsection, below `vmsd`. */
static const QevmVmsd *
find_description(const QevmVmsd *vmsd, const char *name, guint depth)
{
    const QevmVmsd *found = NULL;

    for (guint i = 0; i < vmsd->n_subsections && !found; i++) {
        const QevmVmsd *sub = vmsd->subsections[i];

        found = g_strcmp0(sub->name, name) == 0 ? sub
                : depth < NESTING_MAX ? find_description(sub, name, depth + 1)
                                      : NULL;
    }
    for (guint i = 0; i < vmsd->n_fields && !found && depth < NESTING_MAX;
         i++) {
        const QevmFieldDesc *field = vmsd->fields[i];

        for (guint k = 0; k < field->n_vmsds && !found; k++) {
            found = find_description(field->vmsds[k], name, depth + 1);
        }
    }
    return found;
}

/* A subsection as the stream describes it, where its bytes do not show it: of
 * zeros, which are enough for what has no lists. */
static QevmNode *
described_layout(QevmLoad *load, const char *name)
{
    const QevmDevice *device = load->record->device;
    const QevmVmsd *vmsd =
        device ? find_description(device->vmsd, name, 0) : NULL;
    g_autoptr(GBytes) zeros = NULL;
    QevmTree *tree;
    guint64 size;

    if (!vmsd || !qevm_vmsd_size(vmsd, &size) || size > BEHIND_MAX) {
        return NULL;
    }
    zeros = g_bytes_new_take(g_malloc0((gsize)size), (gsize)size);
    tree = qevm_tree_new(vmsd, zeros, 0);
    g_ptr_array_add(load->stop->layouts, tree);
    return &tree->root;
}

/* What the destination reads a subsection by; NULL: it does not know it, or
 * (*known) nobody can tell how it is laid out. */
static QevmNode *
subsection_layout(QevmLoad *load, QevmNode *ref, QevmNode *source,
                  const char *vmsd, const char *name, gboolean *known)
{
    QevmNode *layout = qevm_node_subsection(ref, name);
    QevmTargetKnows knows;

    *known = TRUE;
    if (layout) {
        return layout;
    }
    knows = qevm_target_subsection(load->target, vmsd, name, NULL);
    *known = knows != QEVM_TARGET_NO;
    if (!*known) {
        return NULL;
    }
    layout = qevm_node_subsection(source, name);
    if (layout) {
        g_hash_table_add(load->stop->accepted, layout);
    } else {
        layout = described_layout(load, name);
    }
    if (knows == QEVM_TARGET_MAYBE || !qevm_node_subsection(source, name)) {
        qevm_load_guess(load);
    }
    return layout;
}

/* `fields` are the pairs of what they are subsections of. */
static gboolean
load_subsections(QevmLoad *load, QevmNode *ref, QevmNode *source,
                 const char *vmsd, const GArray *fields, guint depth)
{
    char name[256];

    while (vmsd && peek_subsection(load, vmsd, name)) {
        gboolean known;
        QevmNode *layout =
            subsection_layout(load, ref, source, vmsd, name, &known);
        gsize head = 2 + strlen(name);
        guint32 version, local, minimum;

        if (!layout && known) {
            /* What follows cannot be told from it. */
            load->c.pos = MAX(load->c.pos, load->end);
            return TRUE;
        }
        if (!layout) {
            return stop_subsection(load, QEVM_STOP_SUBSECTION_UNKNOWN, name,
                                   ref, 0, 0);
        }
        if (qevm_cursor_left(&load->c) < head + 4) {
            return qevm_load_stop(load, QEVM_STOP_EARLY_EOF, EIO, load->c.len,
                                  layout);
        }
        /* Of 32 bits, 8 are kept. */
        version = load->c.data[load->c.pos + head + 3];
        local = layout->desc.vmsd->version;
        if (version > local) {
            push_subsection(load, vmsd, layout->desc.vmsd->name);
            return stop_subsection(load, QEVM_STOP_SUBSECTION_TOO_NEW, name,
                                   layout, version, local);
        }
        if (is_too_old(load, name, version, local, &minimum)) {
            push_subsection(load, vmsd, layout->desc.vmsd->name);
            return stop_subsection(load, QEVM_STOP_SUBSECTION_TOO_OLD, name,
                                   layout, version, minimum);
        }
        load->c.pos += head + 4;
        if (!load_vmsd(load, layout, qevm_node_subsection(source, name),
                       version, fields, depth + 1)) {
            push_subsection(load, vmsd, layout->desc.vmsd->name);
            return FALSE;
        }
    }
    return TRUE;
}

/* A subsection is about the same object as what it is in: a count of its can
 * stand there, in a pair of `around`. NULL: it is no subsection. */
static gboolean
load_vmsd(QevmLoad *load, QevmNode *ref, QevmNode *source, guint32 version,
          const GArray *around, guint depth)
{
    const QevmVmsd *vmsd = qevm_node_vmsd(ref);
    const char *name = vmsd && vmsd->name ? vmsd->name : "";
    g_autoptr(GArray) pairs = qevm_load_pairs(ref, source);
    g_autoptr(GArray) before =
        g_array_sized_new(FALSE, FALSE, sizeof(QevmLoadPair), pairs->len);

    if (depth > NESTING_MAX) {
        qevm_load_guess(load);
        return TRUE;
    }
    if (around) {
        g_array_append_vals(before, around->data, around->len);
    }
    for (guint i = 0; i < pairs->len; i++) {
        const QevmLoadPair *pair = &g_array_index(pairs, QevmLoadPair, i);

        load->version = version;
        if (!load_pair(load, before, pair, name, depth)) {
            push_field(load, name, pair->ref ? pair->ref : pair->source);
            return FALSE;
        }
        g_array_append_val(before, *pair);
    }
    return load_subsections(load, ref, source, vmsd ? vmsd->name : NULL, before,
                            depth) &&
           qevm_load_device(load, ref, source);
}

/* ---- sections ---- */

/* A section that was edited, and zeros behind it. */
static GBytes *
edited_section(QevmTree *tree)
{
    GByteArray *bytes = g_byte_array_new();
    guint end;

    qevm_node_emit(&tree->root, bytes);
    end = bytes->len;
    g_byte_array_set_size(bytes, end + BEHIND_MIN);
    memset(bytes->data + end, 0, BEHIND_MIN);
    return g_byte_array_free_to_bytes(bytes);
}

static gboolean
is_edited(const QevmRecord *record)
{
    return record->added || (record->tree && (record->tree->root.dirty ||
                                              record->tree->root.reshaped));
}

/* The section's bytes and some behind them. */
static GBytes *
read_section(QevmStream *stream, const QevmRecord *record, guint64 wanted,
             GError **error)
{
    guint64 size = qevm_source_size(stream->source);
    guint64 there = size - MIN(size, record->payload_offset);
    guint64 n = MAX(record->payload_size, MIN(wanted, BEHIND_MAX)) + BEHIND_MIN;
    GBytes *bytes;

    bytes = qevm_source_get(stream->source, record->payload_offset,
                            MIN(n, there), "section", NULL);
    /* A pipe has kept the sections alone. */
    return bytes ? bytes
                 : qevm_source_get(stream->source, record->payload_offset,
                                   record->payload_size +
                                       (record->footer ? FOOTER_SIZE : 0),
                                   "section", error);
}

static gboolean
load_version(QevmLoad *load)
{
    const QevmRecord *record = load->record, *ref = load->ref;
    const QevmVmsd *vmsd = ref->device ? ref->device->vmsd : NULL;
    guint32 minimum;

    if (record->version_id > ref->version_id) {
        return qevm_load_stop_values(load, QEVM_STOP_VERSION_TOO_NEW, 0, NULL,
                                     record->version_id, ref->version_id);
    }
    return !vmsd || !vmsd->name ||
           !is_too_old(load, vmsd->name, record->version_id, ref->version_id,
                       &minimum) ||
           qevm_load_stop_values(load, QEVM_STOP_VERSION_TOO_OLD, 0, NULL,
                                 record->version_id, minimum);
}

/* (migration/savevm.c:check_section_footer()) */
static gboolean
load_footer(QevmLoad *load)
{
    const guint8 *p = load->c.data + load->c.pos;
    gsize left = qevm_cursor_left(&load->c);

    if (load->edited || !load->ref->footer || !load->record->footer) {
        if (load->c.pos == load->end) {
            return TRUE;
        }
        if (!load->edited) {
            qevm_load_guess(load);
        }
        return qevm_load_stop_values(load, QEVM_STOP_FOOTER_MISSING,
                                     load->c.pos, NULL, left ? p[0] : 0, 0);
    }
    if (left < 1 || p[0] != QEMU_VM_SECTION_FOOTER) {
        return qevm_load_stop_values(load, QEVM_STOP_FOOTER_MISSING,
                                     load->c.pos, NULL, left ? p[0] : 0, 0);
    }
    if (left < FOOTER_SIZE ||
        qevm_be_get(p + 1, 4) != load->record->section_id) {
        return qevm_load_stop_values(
            load, QEVM_STOP_FOOTER_ID, load->c.pos, NULL,
            left < FOOTER_SIZE ? 0 : qevm_be_get(p + 1, 4),
            load->record->section_id);
    }
    return TRUE;
}

/* Sections of old handlers, and those without a description, have a length
 * that only they know. */
static gboolean
load_opaque(QevmLoad *load)
{
    qevm_load_guess(load);
    return qevm_load_skip(load, load->end - load->c.pos, NULL);
}

static gboolean
load_payload(QevmLoad *load, QevmTree *ref, QevmTree *source)
{
    const QevmDevice *device = load->ref->device;

    if (!device || device->legacy || !device->vmsd->name || ref->error) {
        return load_opaque(load);
    }
    return load_vmsd(load, &ref->root, source ? &source->root : NULL,
                     load->record->version_id, NULL, 0);
}

gboolean
qevm_load_section(const QevmTarget *target, QevmStream *stream,
                  QevmRecord *record, QevmRecord *ref, QevmStop *stop,
                  GError **error)
{
    QevmStream *reference = qevm_target_reference(target);
    g_autoptr(GHashTable) places = g_hash_table_new(NULL, NULL);
    QevmLoad load = { .target = target,
                      .record = record,
                      .ref = ref,
                      .places = places,
                      .stop = stop };
    g_autoptr(GBytes) bytes = NULL;
    QevmTree *ref_tree, *tree;

    qevm_stop_clear(stop);
    stop->exact = TRUE;
    stop->levels = g_array_new(FALSE, FALSE, sizeof(QevmLoadLevel));
    stop->accepted = g_hash_table_new(NULL, NULL);
    stop->layouts =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_tree_free);
    load.c.base = record->payload_offset;
    if (!load_version(&load) || record->type != QEVM_RECORD_FULL) {
        return TRUE;
    }
    ref_tree = qevm_record_tree(reference, ref, error);
    tree = ref_tree ? qevm_record_tree(stream, record, error) : NULL;
    load.edited = is_edited(record);
    bytes = !tree ? NULL
            : load.edited
                ? edited_section(tree)
                : read_section(stream, record, ref->payload_size, error);
    if (!bytes) {
        return FALSE;
    }
    load.c.data = g_bytes_get_data(bytes, &load.c.len);
    load.end = load.edited ? load.c.len - BEHIND_MIN
                           : (gsize)MIN(record->payload_size, load.c.len);
    /* A description that does not fit its bytes helps nobody. */
    qevm_tree_descend_all(tree);
    if (load_payload(&load, ref_tree, tree->error ? NULL : tree)) {
        (void)load_footer(&load);
    }
    stop->consumed = load.c.pos;
    return TRUE;
}
