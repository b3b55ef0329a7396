#include "parser/tail.h"

#include <string.h>

#define STEP (64 * 1024)
#define RESYNC_MAX (64 * 1024 * 1024)
#define START_MAX 32 /* of a vmdesc, enough to know it by */
#define CANDIDATES_MAX 65536
#define HEAD_MAX 1024 /* records before the live part; more are walked */

/* Does `00 06 u32(len) {` at p[0..] describe text that ends within `left`
 * bytes (those behind the length)? */
static gboolean
looks_like(const guint8 *p, guint64 left, guint64 *len)
{
    if (p[0] != QEMU_VM_EOF || p[1] != QEMU_VM_VMDESCRIPTION || p[6] != '{') {
        return FALSE;
    }
    *len = qevm_be_get(p + 2, 4);
    return *len >= 2 && *len <= left;
}

/* Does the text start and end as QEMU's does? A few bytes tell, so that memory
 * full of what is none costs no more than to look at each. */
static gboolean
starts_well(QevmSource *source, guint64 offset, guint64 len)
{
    guint8 head[START_MAX];
    gsize n = (gsize)MIN(len, (guint64)sizeof head);

    if (!qevm_source_read(source, offset + len - 1, 1, &head[n - 1], "vmdesc",
                          NULL) ||
        head[n - 1] != '}' ||
        !qevm_source_read(source, offset, n - 1, head, "vmdesc", NULL)) {
        return FALSE;
    }
    return qevm_vmdesc_plausible(head, n);
}

/* Reads a candidate; NULL with no error: it only looked like one. */
static QevmVmdesc *
read_candidate(QevmSource *source, guint64 offset, guint64 len, GError **error)
{
    g_autoptr(GBytes) text = NULL;

    if (!starts_well(source, offset + 5, len)) {
        return NULL;
    }
    if (len > QEVM_VMDESC_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "at 0x%" G_GINT64_MODIFIER
                    "x: a vmdesc of %" G_GUINT64_FORMAT " bytes, more than %d",
                    offset, len, QEVM_VMDESC_MAX);
        return NULL;
    }
    text = qevm_source_get(source, offset + 5, len, "vmdesc", NULL);
    return text ? qevm_vmdesc_parse(text, offset + 5, error) : NULL;
}

QevmVmdesc *
qevm_tail_find_vmdesc(QevmSource *source, guint64 from, guint64 *offset,
                      GError **error)
{
    guint64 size = qevm_source_size(source), end = size, floor;
    g_autofree guint8 *buf = g_malloc(STEP + 7);
    guint candidates = 0;

    /* The text, and as much again of bytes behind it. */
    floor = MAX(from, size > 2 * (guint64)QEVM_VMDESC_MAX
                          ? size - 2 * (guint64)QEVM_VMDESC_MAX
                          : 0);
    while (end > floor) {
        guint64 start = end - MIN((guint64)STEP, end - floor);
        gsize n = (gsize)MIN(end - start + 6, size - start);

        if (!qevm_source_read(source, start, n, buf, "vmdesc", NULL)) {
            return NULL;
        }
        for (gsize i = n >= 7 ? n - 6 : 0; i-- > 0;) {
            guint64 at = start + i + 1, len;
            QevmVmdesc *found;
            GError *local = NULL;

            if (!looks_like(buf + i, size - at - 5, &len)) {
                continue;
            }
            if (++candidates > CANDIDATES_MAX) {
                return NULL;
            }
            found = read_candidate(source, at, len, &local);
            *offset = at;
            if (found || local) {
                if (local) {
                    g_propagate_error(error, local);
                }
                return found;
            }
        }
        end = start;
    }
    return NULL;
}

typedef struct {
    QevmStream *stream;
    guint64 floor; /* nothing stands before */
    guint64 p;     /* start of what was placed so far */
    gboolean footers;
    GPtrArray *found; /* QevmRecord, last first */
    guint64 charged;  /* for them, to the stream's budget */
    guint8 *zone; /* the bytes [zone_at, zone_at + zone_len), read at once */
    guint64 zone_at;
    gsize zone_len;
} Tail;

/* Bytes [offset, offset + n) out of the zone, which moves back as the proof
 * does. */
static const guint8 *
look(Tail *t, guint64 offset, gsize n)
{
    if (offset < t->zone_at || offset + n > t->zone_at + t->zone_len) {
        guint64 end = offset + n;
        guint64 start = end - MIN((guint64)STEP, end - t->floor);

        if (start > offset) {
            start = offset;
        }
        t->zone_at = start;
        t->zone_len = 0;
        if (end - start > STEP ||
            !qevm_source_read(t->stream->source, start, (gsize)(end - start),
                              t->zone, "section", NULL)) {
            return NULL;
        }
        t->zone_len = (gsize)(end - start);
    }
    return t->zone + (offset - t->zone_at);
}

/* A FULL header of this device at `at`? Sets *id. */
static gboolean
header_at(Tail *t, guint64 at, const QevmDevice *d, guint32 *id,
          guint32 *version)
{
    gsize len = strlen(d->name), n = 14 + len;
    const guint8 *p = look(t, at, n);

    if (!p || p[0] != QEMU_VM_SECTION_FULL || p[5] != len ||
        memcmp(p + 6, d->name, len) != 0 ||
        qevm_be_get(p + 6 + len, 4) != d->instance_id) {
        return FALSE;
    }
    *id = (guint32)qevm_be_get(p + 1, 4);
    *version = (guint32)qevm_be_get(p + 10 + len, 4);
    return TRUE;
}

static gboolean
footer_at(Tail *t, guint64 at, guint32 *id)
{
    const guint8 *p = look(t, at, 5);

    if (!p || p[0] != QEMU_VM_SECTION_FOOTER) {
        return FALSE;
    }
    *id = (guint32)qevm_be_get(p + 1, 4);
    return TRUE;
}

static void
place(Tail *t, guint64 at, const char *name, guint32 id, guint32 instance,
      guint32 version, const QevmDevice *device)
{
    QevmRecord *r = g_new0(QevmRecord, 1);

    r->type = QEVM_RECORD_FULL;
    r->offset = at;
    r->size = t->p - at;
    r->section_id = id;
    r->instance_id = instance;
    r->version_id = version;
    r->idstr = g_strdup(name);
    r->payload_offset = at + 14 + strlen(name);
    r->footer = t->footers;
    r->payload_size = t->p - (t->footers ? 5 : 0) - r->payload_offset;
    r->device = device;
    g_ptr_array_add(t->found, r);
    t->charged += qevm_record_cost(r);
    qevm_budget_charge(t->stream->budget, qevm_record_cost(r));
    t->p = at;
}

/* The device just where its size says, with (or without) footers. */
static gboolean
place_exact(Tail *t, const QevmDevice *d, gboolean footers)
{
    guint64 all = 14 + strlen(d->name) + d->size + (footers ? 5 : 0);
    guint32 id, version, foot;

    if (d->size > G_MAXINT64 || all > t->p - t->floor ||
        !header_at(t, t->p - all, d, &id, &version) ||
        (footers && (!footer_at(t, t->p - 5, &foot) || foot != id))) {
        return FALSE;
    }
    place(t, t->p - all, d->name, id, d->instance_id, version, d);
    return TRUE;
}

/* The size was wrong (s390_css before 10.0), or a section stands here that
 * the vmdesc does not list. The footer's id leads to the header: the last
 * place before it where `04 id` starts a well-formed FULL. One of this name
 * is the device; one of another name is stepped over. */
static gboolean
place_by_footer(Tail *t, const QevmDevice *d, gboolean *unlisted)
{
    guint32 id;
    guint64 low, at;
    gsize len = strlen(d->name);
    guint found = 0, others = 0;
    guint64 found_at = 0, other_at = 0;
    guint32 version;

    *unlisted = FALSE;
    if (!t->footers || !footer_at(t, t->p - 5, &id)) {
        return FALSE;
    }
    low = t->p - t->floor > RESYNC_MAX ? t->p - RESYNC_MAX : t->floor;
    for (at = t->p - 5; at-- > low;) {
        const guint8 *p = look(t, at, 6);
        guint32 got;
        gsize name_len;

        if (!p) {
            return FALSE;
        }
        if (p[0] != QEMU_VM_SECTION_FULL || qevm_be_get(p + 1, 4) != id) {
            continue;
        }
        if (p[5] == len && header_at(t, at, d, &got, &version)) {
            found++;
            found_at = at;
            break;
        }
        name_len = p[5];
        if (others == 0 && name_len > 0 && at + 14 + name_len <= t->p - 5) {
            p = look(t, at, 6 + name_len);
            if (!p) {
                return FALSE;
            }
            for (gsize i = 0; i < name_len; i++) {
                if (p[6 + i] < 0x20 || p[6 + i] > 0x7e) {
                    name_len = 0;
                }
            }
            if (name_len) {
                others++;
                other_at = at;
                break;
            }
        }
    }
    if (found) {
        if (!header_at(t, found_at, d, &id, &version)) {
            return FALSE;
        }
        place(t, found_at, d->name, id, d->instance_id, version, d);
        ((QevmRecord *)g_ptr_array_index(t->found, t->found->len - 1))
            ->resynced = TRUE;
        return TRUE;
    }
    if (others) {
        const guint8 *p = look(t, other_at, 6);
        gsize n = p ? p[5] : 0;
        g_autofree char *name = NULL;
        guint32 instance;
        QevmRecord *r;

        p = look(t, other_at, 14 + n);
        if (!p) {
            return FALSE;
        }
        name = g_strndup((const char *)p + 6, n);
        instance = (guint32)qevm_be_get(p + 6 + n, 4);
        version = (guint32)qevm_be_get(p + 10 + n, 4);
        place(t, other_at, name, id, instance, version, NULL);
        r = g_ptr_array_index(t->found, t->found->len - 1);
        r->resynced = r->opaque = TRUE;
        *unlisted = TRUE;
        return TRUE;
    }
    return FALSE;
}

/* Is this device in the head already (early setup)? */
static gboolean
in_head(const QevmStream *s, const QevmDevice *d)
{
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->type == QEVM_RECORD_FULL && r->instance_id == d->instance_id &&
            strcmp(r->idstr, d->name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* What stands before the first device section: the footer of a live section,
 * or without footers the EOS that ends ram's last payload. */
static gboolean
live_part_ends(Tail *t, guint64 head_end)
{
    const guint8 *p;
    guint32 id;

    if (t->p == head_end) {
        return TRUE;
    }
    if (t->p < head_end + 8) {
        return FALSE;
    }
    if (!t->footers) {
        p = look(t, t->p - 8, 8);
        return p && qevm_be_get(p, 8) == 0x10;
    }
    if (!footer_at(t, t->p - 5, &id)) {
        return FALSE;
    }
    for (guint i = 0; i < t->stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(t->stream->records, i);

        if (r->type == QEVM_RECORD_START && r->section_id == id) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
prove(Tail *t, guint64 head_end)
{
    const QevmVmdesc *d = t->stream->vmdesc;
    guint unlisted = 0;

    t->footers = t->stream->footers;
    for (guint i = d->n_devices; i-- > 0;) {
        const QevmDevice *dev = &d->devices[i];
        gboolean other;

        if (qevm_budget_spent(t->stream->budget)) {
            return FALSE; /* the walk says so */
        }
        if (t->p == head_end && in_head(t->stream, dev)) {
            continue;
        }
        if (place_exact(t, dev, t->stream->footers)) {
            continue;
        }
        if (in_head(t->stream, dev)) {
            continue;
        }
        if (!place_by_footer(t, dev, &other)) {
            return FALSE;
        }
        if (other) {
            if (++unlisted > 64) {
                return FALSE;
            }
            i++; /* the same device again */
        }
    }
    return live_part_ends(t, head_end);
}

gboolean
qevm_tail_prove(QevmStream *stream, guint64 head_end, guint64 eof,
                GPtrArray *records)
{
    Tail t = { .stream = stream, .floor = head_end, .p = eof };
    gboolean ok;

    t.found = g_ptr_array_new();
    t.zone = g_malloc(STEP);
    ok = eof >= head_end && stream->records->len <= HEAD_MAX &&
         prove(&t, head_end);
    for (guint i = t.found->len; i-- > 0;) {
        if (ok) {
            g_ptr_array_add(records, g_ptr_array_index(t.found, i));
        } else {
            qevm_record_free(g_ptr_array_index(t.found, i));
        }
    }
    if (ok) {
        stream->charged += t.charged;
    } else {
        qevm_budget_give(stream->budget, t.charged);
    }
    g_ptr_array_unref(t.found);
    g_free(t.zone);
    return ok;
}
