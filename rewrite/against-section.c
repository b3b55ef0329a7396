/* against-section.c - why a section does not load.
 *
 * load.c says that the destination stops, and where; align.c says in what the
 * layouts differ. A difference before the place where it stops is the cause,
 * and what QEMU complains of is its consequence.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <string.h>

#include "rewrite/against-private.h"
#include "rewrite/align.h"
#include "rewrite/decrementer.h"
#include "rewrite/pci-masks.h"

#define SLIRP_SOCKET 42

/* The section being explained. */
typedef struct {
    QevmAgainst *a;
    QevmRecord *record, *ref;
    const QevmStop *stop;
    guint causes; /* findings about the layout */
} Section;

static const char *
plural(guint64 n)
{
    return n == 1 ? "" : "s";
}

static QevmFinding *
add(Section *s, const char *slug, QevmNode *node, gint64 index, guint64 offset,
    const char *sentence)
{
    QevmFinding *f = qevm_finding_add(
        s->a->findings, slug,
        qevm_against_path(s->a->stream, s->record, node, index), offset, "%s",
        sentence);

    f->likely = !s->stop->exact;
    return f;
}

/* Only what stands before the place where it stops can be why. */
static gboolean
is_cause(const Section *s, guint64 offset)
{
    return offset <= s->stop->offset;
}

/* ---- the layout ---- */

static char *
bytes_text(guint64 bytes)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT " byte%s", bytes,
                           plural(bytes));
}

static gboolean
is_accepted(const Section *s, const QevmItem *item)
{
    return qevm_stop_accepts(s->stop, item->first) ||
           qevm_stop_accepts(s->stop, item->last);
}

/* Where in the stream something is missing: before item `at`, or at the end of
 * what holds them. */
static guint64
offset_before(const GArray *items, guint at, QevmNode *parent)
{
    if (at < items->len) {
        return g_array_index(items, QevmItem, at).first->offset;
    }
    return parent->offset + parent->size;
}

/* "`first' and 3 more (12 bytes)". */
static char *
items_text(const QevmItem *first, guint n, guint64 bytes)
{
    g_autofree char *size = bytes_text(bytes);
    g_autofree char *more =
        n > 1 ? g_strdup_printf(" and %u more", n - 1) : g_strdup("");

    return g_strdup_printf("`%.*s'%s (%s)", (int)first->name_len, first->name,
                           more, size);
}

static void
add_missing(Section *s, const QevmItem *first, guint n, guint64 bytes,
            guint64 offset, QevmNode *parent)
{
    g_autofree char *what = items_text(first, n, bytes);
    g_autofree char *sentence = g_strdup_printf(
        "the destination reads %s here, which the stream does not have", what);

    if (!is_cause(s, offset)) {
        return;
    }
    add(s, "field-missing", parent->parent ? parent : NULL, -1, offset,
        sentence);
    s->causes++;
}

static void
add_extra(Section *s, const QevmItem *first, guint n, guint64 bytes)
{
    g_autofree char *what = items_text(first, n, bytes);
    g_autofree char *sentence =
        g_strdup_printf("the destination does not read %s", what);

    if (!is_cause(s, first->first->offset)) {
        return;
    }
    add(s, "field-extra", first->first, -1, first->first->offset, sentence);
    s->causes++;
}

static void
add_unknown_subsection(Section *s, const QevmItem *item)
{
    const QevmVmsd *owner = qevm_node_vmsd(item->first->parent);
    const char *vmsd = owner && owner->name ? owner->name : "";
    g_autofree char *sentence = NULL;

    if (qevm_target_subsection(s->a->target, vmsd, item->name, NULL) !=
        QEVM_TARGET_NO) {
        return;
    }
    sentence =
        g_strdup_printf("the destination knows no such subsection of %s", vmsd);
    add(s, "subsection-unknown", item->first, -1, item->first->offset,
        sentence);
    s->causes++;
}

static void
add_resized(Section *s, const QevmItem *there, const QevmItem *here)
{
    g_autofree char *sentence = NULL;

    if (there->kind != QEVM_ITEM_FIELDS || is_accepted(s, there) ||
        is_accepted(s, here) || !is_cause(s, there->first->offset)) {
        return;
    }
    sentence =
        there->size == here->size
            ? g_strdup_printf(
                  "the stream has %" G_GUINT64_FORMAT
                  " element%s of %" G_GUINT64_FORMAT
                  " bytes, the destination reads %" G_GUINT64_FORMAT,
                  there->count, plural(there->count), there->size, here->count)
            : g_strdup_printf(
                  "the stream has %" G_GUINT64_FORMAT
                  " bytes, the destination reads %" G_GUINT64_FORMAT,
                  qevm_item_bytes(there), qevm_item_bytes(here));
    add(s, "field-resized", there->first, -1, there->first->offset, sentence);
    s->causes++;
}

static void compare(Section *s, QevmNode *there, QevmNode *here);

/* Fields that only one of them has, from run `i` on: how many runs of them are
 * in a row, and their bytes. */
static guint
count_fields(const Section *s, const GArray *items, const GArray *runs, guint i,
             guint64 *bytes, guint *n)
{
    QevmAlignKind kind = g_array_index(runs, QevmAlignRun, i).kind;
    guint from = i;

    for (*bytes = *n = 0; i < runs->len; i++) {
        const QevmAlignRun *run = &g_array_index(runs, QevmAlignRun, i);
        const QevmItem *item = &g_array_index(
            items, QevmItem, kind == QEVM_ALIGN_EXTRA ? run->a : run->b);

        if (run->kind != kind || item->kind != QEVM_ITEM_FIELDS ||
            is_accepted(s, item)) {
            break;
        }
        *bytes += qevm_item_bytes(item);
        ++*n;
    }
    return i - from;
}

static void
compare_inside(Section *s, const GArray *there, const GArray *here,
               const QevmAlignRun *run)
{
    for (guint i = 0; i < run->n_a && i < run->n_b; i++) {
        const QevmItem *a = &g_array_index(there, QevmItem, run->a + i);
        const QevmItem *b = &g_array_index(here, QevmItem, run->b + i);

        if (a->kind == QEVM_ITEM_SUBSECTION &&
            b->kind == QEVM_ITEM_SUBSECTION) {
            compare(s, a->first, b->first);
        }
    }
}

/* What only the stream has, from run `i` on. */
static guint
compare_extra(Section *s, const GArray *there, const GArray *runs, guint i)
{
    const QevmItem *item =
        &g_array_index(there, QevmItem, g_array_index(runs, QevmAlignRun, i).a);
    guint64 bytes;
    guint n, taken = count_fields(s, there, runs, i, &bytes, &n);

    if (taken) {
        add_extra(s, item, n, bytes);
        return taken;
    }
    if (item->kind == QEVM_ITEM_SUBSECTION && !is_accepted(s, item)) {
        add_unknown_subsection(s, item);
    }
    return 1;
}

/* What only the destination has. A subsection that is not sent keeps its
 * default. */
static guint
compare_missing(Section *s, const GArray *there, const GArray *here,
                const GArray *runs, guint i, QevmNode *parent)
{
    const QevmAlignRun *run = &g_array_index(runs, QevmAlignRun, i);
    guint64 bytes;
    guint n, taken = count_fields(s, here, runs, i, &bytes, &n);

    if (taken) {
        add_missing(s, &g_array_index(here, QevmItem, run->b), n, bytes,
                    offset_before(there, run->a, parent), parent);
    }
    return MAX(taken, 1);
}

static void
compare(Section *s, QevmNode *there, QevmNode *here)
{
    g_autoptr(GArray) a = qevm_items_of(there), b = qevm_items_of(here);
    g_autoptr(GArray) runs = qevm_align(a, b);
    guint i = 0;

    while (i < runs->len) {
        const QevmAlignRun *run = &g_array_index(runs, QevmAlignRun, i);

        switch (run->kind) {
        case QEVM_ALIGN_EXTRA:
            i += compare_extra(s, a, runs, i);
            break;
        case QEVM_ALIGN_MISSING:
            i += compare_missing(s, a, b, runs, i, there);
            break;
        case QEVM_ALIGN_RESIZED:
            add_resized(s, &g_array_index(a, QevmItem, run->a),
                        &g_array_index(b, QevmItem, run->b));
            i++;
            break;
        default:
            compare_inside(s, a, b, run);
            i++;
        }
    }
}

/* ---- what stops it ---- */

static QevmNode *
source_node(Section *s, guint64 offset)
{
    QevmTree *tree = qevm_record_tree(s->a->stream, s->record, NULL);
    QevmNode *node = tree ? qevm_node_children(&tree->root) : NULL;
    QevmNode *best = NULL;

    while (node) {
        if (offset >= node->offset && offset < node->offset + node->size) {
            best = node;
            if (node->kind == QEVM_NODE_FIELD ||
                node->kind == QEVM_NODE_ARRAY || qevm_node_overlay(node)) {
                break;
            }
            node = qevm_node_children(node);
        } else {
            node = node->next;
        }
    }
    return best;
}

static void
explain_pci(Section *s)
{
    const QevmStop *stop = s->stop;
    gsize size = 0;
    const guint8 *config = qevm_node_source_bytes(stop->at, &size);
    g_autofree char *place = qevm_pci_place(config, size, stop->index);
    g_autofree char *sentence = g_strdup_printf(
        "byte 0x%x of config space (%s) is 0x%02x, at the destination 0x%02x, "
        "and the guest cannot have changed it",
        stop->index, place, (guint)stop->incoming, (guint)stop->local);

    add(s, "pci-config-differs", source_node(s, stop->offset), -1, stop->offset,
        sentence);
}

static void
explain_end(Section *s)
{
    const QevmStop *stop = s->stop;
    guint64 size = s->record->payload_size;
    g_autofree char *sentence = NULL;

    if (stop->consumed > size) {
        sentence = g_strdup_printf("the destination reads %" G_GUINT64_FORMAT
                                   " bytes, %" G_GUINT64_FORMAT
                                   " more than the section has",
                                   stop->consumed, stop->consumed - size);
    } else if (stop->consumed < size) {
        sentence = g_strdup_printf("the destination reads %" G_GUINT64_FORMAT
                                   " bytes, %" G_GUINT64_FORMAT
                                   " fewer than the section has",
                                   stop->consumed, size - stop->consumed);
    } else {
        sentence = g_strdup("the section does not end with its footer");
    }
    add(s, "bytes-shifted", NULL, -1, stop->offset, sentence);
}

static void
explain_stop(Section *s)
{
    const QevmStop *stop = s->stop;
    QevmNode *node = source_node(s, stop->offset);
    g_autofree char *sentence = NULL;

    switch (stop->kind) {
    case QEVM_STOP_VERSION_TOO_NEW:
        sentence = g_strdup_printf(
            "the section has version %u, the destination knows %u",
            (guint)stop->incoming, (guint)stop->local);
        add(s, "version-too-new", NULL, -1, s->record->offset, sentence);
        break;
    case QEVM_STOP_VERSION_TOO_OLD:
        sentence = g_strdup_printf(
            "the section has version %u, the destination takes %u and newer",
            (guint)stop->incoming, (guint)stop->local);
        add(s, "version-too-old", NULL, -1, s->record->offset, sentence);
        break;
    case QEVM_STOP_SUBSECTION_UNKNOWN:
        sentence = g_strdup_printf(
            "the destination knows no subsection %s here", stop->text);
        add(s, "subsection-unknown", node, -1, stop->offset, sentence);
        break;
    case QEVM_STOP_SUBSECTION_TOO_NEW:
    case QEVM_STOP_SUBSECTION_TOO_OLD:
        sentence = g_strdup_printf(
            "subsection %s has version %u, the destination %s %u", stop->text,
            (guint)stop->incoming,
            stop->kind == QEVM_STOP_SUBSECTION_TOO_NEW ? "knows"
                                                       : "takes no older than",
            (guint)stop->local);
        add(s,
            stop->kind == QEVM_STOP_SUBSECTION_TOO_NEW ? "version-too-new"
                                                       : "version-too-old",
            node, -1, stop->offset, sentence);
        break;
    case QEVM_STOP_EQUAL:
        sentence = g_strdup_printf("the value is 0x%" G_GINT64_MODIFIER
                                   "x, at the destination 0x%" G_GINT64_MODIFIER
                                   "x, and must be the same",
                                   stop->incoming, stop->local);
        add(s, "value-differs", node, -1, stop->offset, sentence);
        break;
    case QEVM_STOP_LESS_OR_EQUAL:
        sentence =
            g_strdup_printf("the value is %" G_GINT64_FORMAT
                            ", the destination takes 0 to %" G_GUINT64_FORMAT,
                            (gint64)stop->incoming, stop->local);
        add(s, "value-too-large", node, -1, stop->offset, sentence);
        break;
    case QEVM_STOP_PCI_CONFIG:
        explain_pci(s);
        break;
    case QEVM_STOP_VIRTIO_QUEUE_SIZE:
        sentence = g_strdup_printf(
            "queue %u has %u entries, the destination has room for %u",
            stop->index, (guint)stop->incoming, (guint)stop->local);
        add(s, "virtio-queue-size", node, -1, stop->offset, sentence);
        break;
    case QEVM_STOP_VIRTIO_FEATURES:
        sentence =
            g_strdup_printf("the guest took the features 0x%" G_GINT64_MODIFIER
                            "x that the destination does not offer",
                            stop->incoming & ~stop->local);
        add(s, "virtio-features", node, -1, stop->offset, sentence);
        break;
    case QEVM_STOP_DEVICE:
        add(s, "device-refuses", node, -1, stop->offset,
            stop->text ? stop->text
                       : "the device of the destination does not take what is "
                         "here");
        break;
    case QEVM_STOP_FOOTER_MISSING:
    case QEVM_STOP_FOOTER_ID:
    case QEVM_STOP_EARLY_EOF:
        explain_end(s);
        break;
    default:
        add(s, "value-refused", node, -1, stop->offset,
            "the destination does not take this value");
    }
}

static gboolean
is_about_layout(QevmStopKind kind)
{
    return kind != QEVM_STOP_VERSION_TOO_NEW &&
           kind != QEVM_STOP_VERSION_TOO_OLD;
}

static void
explain(Section *s)
{
    QevmTree *there = qevm_record_tree(s->a->stream, s->record, NULL);
    QevmTree *here = qevm_record_tree(s->a->reference, s->ref, NULL);
    guint first = s->a->findings->len;

    if (is_about_layout(s->stop->kind) && there && here && !there->error &&
        !here->error && s->record->device && s->ref->device &&
        !s->record->device->legacy && !s->ref->device->legacy) {
        compare(s, &there->root, &here->root);
    }
    if (!s->causes) {
        explain_stop(s);
    }
    if (first < s->a->findings->len) {
        qevm_against_say_stop(s->a, g_ptr_array_index(s->a->findings, first),
                              s->record, s->ref, s->stop);
    }
}

/* ---- sections that are not there ---- */

/* These handlers exist whether they have anything to send or not
 * (migration/block-dirty-bitmap.c, migration/block.c until 9.0,
 * hw/s390x/s390-stattrib.c). */
static gboolean
is_always_there(const QevmAgainst *a, const char *idstr)
{
    return strcmp(idstr, "s390-storage_attributes") == 0 ||
           (strcmp(idstr, "dirty-bitmap") == 0 &&
            !qevm_target_is_before(a->target, 212)) ||
           (strcmp(idstr, "block") == 0 &&
            !qevm_target_is_since(a->target, 901));
}

/* A section of the same device that the stream does not have. */
static QevmRecord *
find_other(QevmAgainst *a, const QevmRecord *record)
{
    const QevmVmsd *vmsd = record->device ? record->device->vmsd : NULL;
    QevmRecord *other = NULL;

    for (guint i = 0; vmsd && vmsd->name && i < a->reference->records->len;
         i++) {
        QevmRecord *r = g_ptr_array_index(a->reference->records, i);
        const QevmVmsd *v = r->device ? r->device->vmsd : NULL;

        if (r->type != QEVM_RECORD_FULL || !v || !v->name ||
            strcmp(v->name, vmsd->name) != 0 ||
            qevm_sections_find(a->sections, r->idstr, r->instance_id)) {
            continue;
        }
        if (other) {
            return NULL;
        }
        other = r;
    }
    return other;
}

static void
add_unknown_section(QevmAgainst *a, QevmRecord *record)
{
    g_autoptr(QevmRefusal) r = qevm_refusal_new();
    QevmMessage *message = qevm_refusal_add(r, "section-unknown");
    QevmRecord *other = find_other(a, record);
    char *path = qevm_against_path(a->stream, record, NULL, -1);
    QevmFinding *f;

    if (other) {
        g_autofree char *instead =
            qevm_against_path(a->reference, other, NULL, -1);

        f = qevm_finding_add(a->findings, "section-unknown", path,
                             record->offset,
                             "the destination has no such section; of the same "
                             "kind it has %s",
                             instead);
    } else if (qevm_target_any_section(a->target, record->idstr)) {
        f = qevm_finding_add(
            a->findings, "section-unknown", path, record->offset,
            "the destination has no instance %u of it", record->instance_id);
    } else {
        f = qevm_finding_add(a->findings, "section-unknown", path,
                             record->offset,
                             "the destination has no such section");
    }
    qevm_message_set_text(message, "idstr", record->idstr);
    qevm_message_set_number(message, "instance", record->instance_id);
    qevm_refusal_outcome(r, -EINVAL);
    qevm_against_say(a, f, r);
}

/* Each connection that was saved belongs to a guestfwd rule, and one that the
 * destination does not have is refused (net/slirp.c); its stream does not show
 * which it has. */
static void
note_connections(QevmAgainst *a, QevmRecord *record)
{
    g_autoptr(QevmRefusal) r = qevm_refusal_new();
    QevmTargetKnows knows;
    guint8 marker = 0;
    QevmFinding *f;

    if (strcmp(record->idstr, "slirp") != 0 || !record->payload_size ||
        !qevm_source_read(a->stream->source, record->payload_offset, 1, &marker,
                          "marker", NULL) ||
        marker != SLIRP_SOCKET) {
        return;
    }
    knows = qevm_target_says(a->target, "guestfwd");
    if (knows == QEVM_TARGET_YES) {
        return;
    }
    f = qevm_finding_add(
        a->findings,
        knows == QEVM_TARGET_NO ? "slirp-refused" : "slirp-connection",
        qevm_against_path(a->stream, record, NULL, -1), record->payload_offset,
        "an open connection is in it; a destination without "
        "the same guestfwd rule refuses it");
    f->likely = knows == QEVM_TARGET_MAYBE;
    qevm_refusal_section(r, record->idstr, record->instance_id);
    qevm_refusal_outcome(r, -EINVAL);
    qevm_against_say(a, f, r);
}

/* It loads, and hangs. */
static void
note_decrementer(QevmAgainst *a, QevmRecord *record)
{
    QevmDecrementer d = qevm_decrementer(a->stream, record, a->target);

    if (d.kind != QEVM_DECREMENTER_FINE) {
        qevm_finding_add(a->findings, "timer-stops",
                         qevm_against_path(a->stream, record, NULL, -1),
                         record->offset,
                         "without KVM the destination does not start the CPU's "
                         "decrementer after a load, and the guest hangs%s",
                         d.kind == QEVM_DECREMENTER_MASKED
                             ? "; nor does the CPU take interrupts now"
                             : "");
    }
}

gboolean
qevm_against_section(QevmAgainst *a, QevmRecord *record, GError **error)
{
    g_auto(QevmStop) stop = QEVM_STOP_INIT;
    Section s = { a, record, NULL, &stop, 0 };

    if (!a->reference) {
        return TRUE;
    }
    s.ref = qevm_target_section(a->target, record->idstr, record->instance_id);
    if (!s.ref) {
        if (!is_always_there(a, record->idstr)) {
            add_unknown_section(a, record);
        }
        return TRUE;
    }
    if (!qevm_load_section(a->target, a->stream, record, s.ref, &stop, error)) {
        return FALSE;
    }
    note_connections(a, record);
    note_decrementer(a, record);
    if (stop.kind != QEVM_STOP_NONE) {
        explain(&s);
    }
    qevm_record_forget(record);
    qevm_record_forget(s.ref);
    return TRUE;
}

static guint64
end_of(const QevmStream *stream)
{
    const QevmRecord *last = NULL;

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        last = r->type == QEVM_RECORD_VMDESC || r->type == QEVM_RECORD_TRAILING
                   ? last
                   : r;
    }
    return last ? last->offset : 0;
}

void
qevm_against_missing(QevmAgainst *a)
{
    guint64 end = end_of(a->stream);

    for (guint i = 0; a->reference && i < a->reference->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(a->reference->records, i);

        if ((r->type != QEVM_RECORD_FULL && r->type != QEVM_RECORD_START) ||
            qevm_sections_find(a->sections, r->idstr, r->instance_id)) {
            continue;
        }
        qevm_finding_add(a->findings, "section-missing",
                         qevm_against_path(a->reference, r, NULL, -1), end,
                         "the stream has no such section; the device stays as "
                         "after a reset");
    }
}
