/* walk-section.c - the walk past a section, and where its payload ends. */
#include "parser/walk.h"

#include <string.h>

#define SEARCH_MAX (16 * 1024 * 1024) /* vmdesc entries looked at in a walk */

/* ---- footers and resynchronisation ---- */

static gboolean
is_footer(const guint8 *p, gsize n, guint32 section_id)
{
    return n >= 5 && p[0] == QEMU_VM_SECTION_FOOTER &&
           qevm_be_get(p + 1, 4) == section_id;
}

static gboolean
pass_footer(QevmWalk *walk, QevmRecord *record, const char *idstr,
            GError **error)
{
    QevmStream *s = walk->stream;
    const guint8 *p;
    gsize got;

    if (!qevm_flow_peek_some(walk->flow, 5, &p, &got, error)) {
        return FALSE;
    }
    if (!walk->footers_known) {
        walk->footers_known = TRUE;
        s->footers = is_footer(p, got, record->section_id);
    }
    if (!s->footers) {
        guint8 footer[5] = { QEMU_VM_SECTION_FOOTER };

        qevm_be_put(footer + 1, 4, record->section_id);
        return !walk->edit || walk->edit->footers != QEVM_FOOTERS_ADD ||
               qevm_flow_insert(walk->flow, footer, sizeof footer, error);
    }
    if (got < 5) {
        return qevm_flow_peek(walk->flow, 5, "section footer", &p, error);
    }
    if (!is_footer(p, got, record->section_id)) {
        return qevm_walk_fail(walk, qevm_flow_offset(walk->flow), error,
                              "the footer of section %u (`%s') wanted, found "
                              "%02x %02x %02x %02x %02x",
                              record->section_id, idstr, p[0], p[1], p[2], p[3],
                              p[4]);
    }
    record->footer = TRUE;
    if (walk->edit && walk->edit->footers == QEVM_FOOTERS_REMOVE) {
        return qevm_flow_drop(walk->flow, 5, "section footer", error);
    }
    return qevm_flow_pass(walk->flow, 5, "section footer", error);
}

static gboolean
printable(const guint8 *p, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        if (p[i] < 0x20 || p[i] > 0x7e) {
            return FALSE;
        }
    }
    return TRUE;
}

/* EOF as the last byte, before a vmdesc, or before what makes a file longer
 * and means nothing: a volume of a fixed size, a whole last cluster. */
static gboolean
is_end(QevmWalk *walk, const guint8 *p, gsize n, guint64 offset)
{
    static const guint8 zeros[4096];
    guint8 buf[sizeof zeros];
    gsize more;

    if (walk->package_end || p[0] != QEMU_VM_EOF) {
        return FALSE;
    }
    if (n == 1 || (n > 6 && p[1] == QEMU_VM_VMDESCRIPTION && p[6] == '{')) {
        return TRUE;
    }
    n = MIN(n, sizeof zeros);
    if (memcmp(p, zeros, n) != 0) {
        return FALSE;
    }
    for (offset += n;
         (more = qevm_walk_look(walk, offset, sizeof buf, buf)) > 0;
         offset += more) {
        if (more / 64 >= walk->work || memcmp(buf, zeros, more) != 0) {
            return FALSE;
        }
        walk->work -= more / 64;
    }
    return offset == qevm_source_size(walk->stream->source);
}

/* Can a record start here? Of an unknown payload this is all the proof that
 * its footer is one. */
gboolean
qevm_walk_record_follows(QevmWalk *walk, const guint8 *p, gsize n,
                         guint64 offset)
{
    if (n == 0 || (walk->package_end && offset == walk->package_end)) {
        return TRUE;
    }
    switch (p[0]) {
    case QEMU_VM_EOF:
        return is_end(walk, p, n, offset);
    case QEMU_VM_SECTION_START:
    case QEMU_VM_SECTION_FULL:
        return n >= 14 && p[5] > 0 && n >= 14u + p[5] && printable(p + 6, p[5]);
    case QEMU_VM_SECTION_PART:
    case QEMU_VM_SECTION_END:
        return n >= 5 && g_hash_table_contains(
                             walk->sections,
                             GUINT_TO_POINTER((guint)qevm_be_get(p + 1, 4)));
    case QEMU_VM_COMMAND:
        return qevm_walk_is_command(p, n);
    default:
        return FALSE;
    }
}

gboolean
qevm_walk_resync(QevmWalk *walk, guint32 section_id, GError **error)
{
    enum { LOOKAHEAD = 5 + 14 + 255 };
    guint64 start = qevm_flow_offset(walk->flow);

    for (;;) {
        const guint8 *p, *at;
        gsize got, left;

        if (!qevm_flow_peek_some(walk->flow, QEVM_FLOW_PEEK, &p, &got, error)) {
            return FALSE;
        }
        for (at = p;
             (at = memchr(at, QEMU_VM_SECTION_FOOTER, got - (gsize)(at - p)));
             at++) {
            left = got - (gsize)(at - p);
            if (left < LOOKAHEAD && got == QEVM_FLOW_PEEK) {
                break; /* look again with more behind it */
            }
            if (is_footer(at, left, section_id) &&
                qevm_walk_record_follows(walk, at + 5, left - 5,
                                         qevm_flow_offset(walk->flow) +
                                             (gsize)(at - p) + 5)) {
                return qevm_flow_pass(walk->flow, (gsize)(at - p), "payload",
                                      error);
            }
        }
        if (got < QEVM_FLOW_PEEK) {
            return qevm_walk_fail(walk, start, error,
                                  "nothing describes this payload, and no "
                                  "footer of section %u ends it",
                                  section_id);
        }
        if (!qevm_flow_pass(walk->flow, at ? (gsize)(at - p) : got, "payload",
                            error)) {
            return FALSE;
        }
    }
}

/* ---- headers ---- */

static gboolean
walk_section_header(QevmWalk *walk, QevmRecord *record, GError **error)
{
    char name[256];
    guint64 v;

    if (!qevm_flow_pass(walk->flow, 1, "section type", error) ||
        !qevm_walk_be(walk, 4, "section_id", &v, error)) {
        return FALSE;
    }
    record->section_id = (guint32)v;
    if (record->type == QEVM_RECORD_PARTS || record->type == QEVM_RECORD_END) {
        return TRUE;
    }
    if (!qevm_walk_name(walk, "idstr", name, error)) {
        return FALSE;
    }
    record->idstr = g_strdup(name);
    if (!qevm_walk_be(walk, 4, "instance_id", &v, error)) {
        return FALSE;
    }
    record->instance_id = (guint32)v;
    if (!qevm_walk_be(walk, 4, "version_id", &v, error)) {
        return FALSE;
    }
    record->version_id = (guint32)v;
    return TRUE;
}

QevmLiveSection *
qevm_walk_add_live(QevmWalk *walk, const QevmRecord *record)
{
    QevmLiveSection *s = g_new0(QevmLiveSection, 1);

    s->section_id = record->section_id;
    s->instance_id = record->instance_id;
    s->version_id = record->version_id;
    s->idstr = g_strdup(record->idstr);
    s->handler = qevm_handler_find(record->idstr);
    g_hash_table_insert(walk->sections, GUINT_TO_POINTER(record->section_id),
                        s);
    return s;
}

/* ---- live sections ---- */

/* The payload by its handler, or by its footer where there is none. */
static gboolean
walk_payload(QevmWalk *walk, QevmRecord *record, QevmLiveSection *section,
             gboolean (*handle)(QevmWalk *, QevmLiveSection *, GError **),
             GError **error)
{
    record->payload_offset = qevm_flow_offset(walk->flow);
    if (handle) {
        if (!handle(walk, section, error)) {
            return FALSE;
        }
    } else {
        if (!qevm_walk_resync(walk, record->section_id, error)) {
            return FALSE;
        }
        record->resynced = record->opaque = TRUE;
    }
    record->payload_size =
        qevm_flow_offset(walk->flow) - record->payload_offset;
    return pass_footer(walk, record, section->idstr, error);
}

static gboolean
walk_start(QevmWalk *walk, QevmRecord *record, GError **error)
{
    QevmLiveSection *section;

    if (!walk_section_header(walk, record, error)) {
        return FALSE;
    }
    if (g_hash_table_contains(walk->sections,
                              GUINT_TO_POINTER(record->section_id))) {
        return qevm_walk_fail(walk, record->offset, error,
                              "section_id %u is in use already",
                              record->section_id);
    }
    section = qevm_walk_add_live(walk, record);
    return walk_payload(walk, record, section,
                        section->handler ? section->handler->start : NULL,
                        error);
}

gboolean
qevm_walk_drops(const QevmWalk *walk, guint32 section_id)
{
    for (guint i = 0; walk->edit && i < walk->edit->section_ids->len; i++) {
        if (g_array_index(walk->edit->section_ids, guint32, i) == section_id) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
walk_part_body(QevmWalk *walk, QevmRecord *record, QevmLiveSection *section,
               GError **error)
{
    const QevmHandler *h = section->handler;

    if (record->type == QEVM_RECORD_END) {
        section->ended = TRUE;
        record->idstr = g_strdup(section->idstr);
        record->instance_id = section->instance_id;
        return walk_payload(walk, record, section, h ? h->end : NULL, error);
    }
    return walk_payload(walk, record, section, h ? h->part : NULL, error);
}

static gboolean
walk_part(QevmWalk *walk, QevmRecord *record, GError **error)
{
    QevmLiveSection *section;
    const guint8 *p;
    gboolean ok, mute;

    record->count = 1;
    if (!qevm_flow_peek(walk->flow, 5, "section_id", &p, error)) {
        return FALSE;
    }
    mute = qevm_walk_drops(walk, (guint32)qevm_be_get(p + 1, 4));
    if (mute && !qevm_flow_mute(walk->flow, TRUE, error)) {
        return FALSE;
    }
    if (!walk_section_header(walk, record, error)) {
        return FALSE;
    }
    section = g_hash_table_lookup(walk->sections,
                                  GUINT_TO_POINTER(record->section_id));
    if (!section) {
        return qevm_walk_fail(walk, record->offset, error,
                              "section_id %u was not introduced by a START",
                              record->section_id);
    }
    ok = walk_part_body(walk, record, section, error);
    if (!ok) {
        g_prefix_error(error, "%s: ", section->idstr);
        return FALSE;
    }
    return !mute || qevm_flow_mute(walk->flow, FALSE, error);
}

/* ---- device sections ---- */

/* The vmdesc's entry for a section: the one expected next, else the only one
 * of that name and instance (early-setup devices come first in the list and
 * need not in the stream). */
static const QevmDevice *
find_device(QevmWalk *walk, const QevmRecord *record)
{
    const QevmVmdesc *d = walk->stream->vmdesc;
    const QevmDevice *found = NULL;

    for (guint i = 0; d && i < d->n_devices && walk->searched < SEARCH_MAX;
         i++) {
        guint k = (walk->next_device + i) % d->n_devices;
        const QevmDevice *dev = &d->devices[k];

        walk->searched++;

        if (dev->instance_id == record->instance_id &&
            strcmp(dev->name, record->idstr) == 0) {
            found = dev;
            walk->next_device = k + 1;
            break;
        }
    }
    return found;
}

/* Does a described payload end where it should? */
static gboolean
device_fits(QevmWalk *walk, const QevmRecord *record, guint64 size)
{
    QevmSource *source = walk->stream->source;
    guint64 end = record->payload_offset + size, left;
    guint8 p[5];

    left = qevm_source_size(source);
    if (end < record->payload_offset || end > left) {
        return FALSE;
    }
    if (walk->footers_known && !walk->stream->footers) {
        return TRUE;
    }
    if (left - end < 5) {
        return walk->footers_known ? FALSE : TRUE;
    }
    return qevm_source_read(source, end, 5, p, "footer", NULL) &&
           (is_footer(p, 5, record->section_id) || !walk->footers_known);
}

/* A payload that nothing describes, in a stream without footers. */
static gboolean
walk_undescribed(QevmWalk *walk, QevmRecord *record, const GError *why,
                 GError **error)
{
    guint64 size;

    if (!qevm_walk_lend_scan(walk, record, &size)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "at 0x%" G_GINT64_MODIFIER
                    "x: nothing tells how long this payload is: %s, and the "
                    "stream has no footers",
                    record->payload_offset,
                    why              ? why->message
                    : record->device ? "the vmdesc does not fit it"
                                     : "no vmdesc describes it");
        return FALSE;
    }
    qevm_walk_note(walk,
                   "%s: at 0x%" G_GINT64_MODIFIER
                   "x: the end of this section was found by what follows",
                   record->idstr, record->offset);
    record->device = NULL;
    record->resynced = record->opaque = TRUE;
    record->payload_size = size;
    return qevm_flow_pass(walk->flow, size, "payload", error) &&
           pass_footer(walk, record, record->idstr, error);
}

static gboolean
walk_full_body(QevmWalk *walk, QevmRecord *record, GError **error)
{
    const QevmHandler *h = qevm_handler_find(record->idstr);
    const QevmDevice *device = find_device(walk, record);
    g_autoptr(GError) why = NULL;
    QevmLiveSection self = { .section_id = record->section_id,
                             .idstr = record->idstr };

    record->payload_offset = qevm_flow_offset(walk->flow);
    record->device = device;
    if (device && device_fits(walk, record, device->size)) {
        record->payload_size = device->size;
        return qevm_flow_pass(walk->flow, device->size, "payload", error) &&
               pass_footer(walk, record, record->idstr, error);
    }
    if (qevm_walk_lend(walk, record, &why)) {
        record->payload_size = record->device->size;
        return qevm_flow_pass(walk->flow, record->payload_size, "payload",
                              error) &&
               pass_footer(walk, record, record->idstr, error);
    }
    if (!device && h && h->full) {
        return walk_payload(walk, record, &self, h->full, error);
    }
    if (walk->footers_known && !walk->stream->footers) {
        return walk_undescribed(walk, record, why, error);
    }
    if (!walk_payload(walk, record, &self, NULL, error)) {
        return FALSE;
    }
    record->opaque = !device;
    return TRUE;
}

static gboolean
walk_full(QevmWalk *walk, QevmRecord *record, GError **error)
{
    if (!walk_section_header(walk, record, error)) {
        return FALSE;
    }
    g_hash_table_add(walk->full_ids, GUINT_TO_POINTER(record->section_id));
    return walk_full_body(walk, record, error);
}

gboolean
qevm_walk_section(QevmWalk *walk, QevmRecordType type, GError **error)
{
    QevmRecord *record = g_new0(QevmRecord, 1);
    gboolean ok;

    record->type = type;
    record->offset = qevm_flow_offset(walk->flow);
    ok = type == QEVM_RECORD_START  ? walk_start(walk, record, error)
         : type == QEVM_RECORD_FULL ? walk_full(walk, record, error)
                                    : walk_part(walk, record, error);
    if (!ok) {
        if (record->idstr && type != QEVM_RECORD_END) {
            g_prefix_error(error, "%s: ", record->idstr);
        }
        qevm_record_free(record);
        return FALSE;
    }
    return qevm_walk_add(walk, record, error);
}
