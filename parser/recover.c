/* recover.c - section headers and footers found by their form.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/recover.h"

#include "parser/tail.h"
#include "parser/walk.h"

#include <string.h>

#define CHUNK (256 * 1024)
#define LOOKAHEAD (5 + 14 + 255)
/* A section's footer is looked for so far behind its header. */
#define REACH (64 * 1024 * 1024)
#define SECTION_ID_MAX 0xffff
#define VERSION_ID_MAX 0xfff

typedef struct {
    QevmStream *stream;
    QevmWalk *walk;
    GPtrArray *found;
    guint64 to;
    guint8 *buf; /* bytes [at, at + len) */
    guint64 at;
    gsize len;
    gboolean footers; /* sections may have them */
    guint64 reach;    /* bytes that may still be looked at for footers */
} Recover;

static void
found_free(gpointer p)
{
    QevmFound *f = p;

    g_free(f->idstr);
    g_free(f);
}

/* The bytes from `offset` on; *n is LOOKAHEAD or more, but at the end. */
static gboolean
look(Recover *r, guint64 offset, const guint8 **p, gsize *n, GError **error)
{
    guint64 end = r->at + r->len;

    if (offset < r->at || offset + LOOKAHEAD > end) {
        r->at = offset;
        r->len = 0;
        end = offset + MIN(CHUNK, r->to - offset);
        if (!qevm_source_read(r->stream->source, offset, (gsize)(end - offset),
                              r->buf, "stream", error)) {
            return FALSE;
        }
        r->len = (gsize)(end - offset);
    }
    *p = r->buf + (offset - r->at);
    *n = (gsize)(end - offset);
    return TRUE;
}

/* What QEMU writes as a name: device paths, backslashes included. */
static gboolean
is_name(const guint8 *p, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        if (p[i] < 0x20 || p[i] > 0x7e) {
            return FALSE;
        }
    }
    return n >= 2 && g_ascii_isalnum(p[0]);
}

static gboolean
is_header(const guint8 *p, gsize n)
{
    return n >= 14 &&
           (p[0] == QEMU_VM_SECTION_FULL || p[0] == QEMU_VM_SECTION_START) &&
           qevm_be_get(p + 1, 4) <= SECTION_ID_MAX && n >= 14u + p[5] &&
           is_name(p + 6, p[5]) &&
           qevm_be_get(p + 10 + p[5], 4) <= VERSION_ID_MAX;
}

static QevmFound *
add(Recover *r, QevmFoundKind kind, guint64 offset)
{
    QevmFound *f = g_new0(QevmFound, 1);

    f->kind = kind;
    f->offset = offset;
    g_ptr_array_add(r->found, f);
    return f;
}

static QevmFound *
add_section(Recover *r, guint64 offset, const guint8 *p)
{
    QevmFound *f = add(r, QEVM_FOUND_SECTION, offset);
    gsize len = p[5];

    f->type = p[0];
    f->section_id = (guint32)qevm_be_get(p + 1, 4);
    f->idstr = g_strndup((const char *)p + 6, len);
    f->instance_id = (guint32)qevm_be_get(p + 6 + len, 4);
    f->version_id = (guint32)qevm_be_get(p + 10 + len, 4);
    f->payload_offset = offset + 14 + len;
    return f;
}

/* The footer of that section, with a record behind it: where it is, or 0. */
static gboolean
find_footer(Recover *r, const QevmFound *f, guint64 *at, GError **error)
{
    guint64 end = MIN(r->to, f->payload_offset + MIN(REACH, r->reach));
    guint64 offset = f->payload_offset;

    *at = 0;
    while (offset < end) {
        const guint8 *p, *mark;
        gsize n;

        if (!look(r, offset, &p, &n, error)) {
            return FALSE;
        }
        n = (gsize)MIN((guint64)n, r->to - offset);
        mark = memchr(p, QEMU_VM_SECTION_FOOTER, n);
        r->reach -= MIN(r->reach, mark ? (guint64)(mark - p) + 1 : n);
        if (!mark) {
            offset += n;
            continue;
        }
        offset += (guint64)(mark - p);
        if (!look(r, offset, &p, &n, error)) {
            return FALSE;
        }
        if (n >= 5 && qevm_be_get(p + 1, 4) == f->section_id &&
            qevm_walk_record_follows(r->walk, p + 5, n - 5, offset + 5)) {
            *at = offset;
            return TRUE;
        }
        offset++;
    }
    return TRUE;
}

/* The next byte that a header or EOF may start at. */
static gboolean
next_header(Recover *r, guint64 *offset, GError **error)
{
    while (*offset < r->to) {
        const guint8 *p;
        gsize n, i = 0, last;

        if (!look(r, *offset, &p, &n, error)) {
            return FALSE;
        }
        last = *offset + n == r->to ? n : n - LOOKAHEAD + 1;
        while (i < last && !((p[i] == QEMU_VM_SECTION_FULL ||
                              p[i] == QEMU_VM_SECTION_START) &&
                             is_header(p + i, n - i))) {
            i++;
        }
        *offset += i;
        if (i < last) {
            return TRUE;
        }
    }
    return TRUE;
}

/* One section from its header on; *offset moves behind it. */
static gboolean
recover_section(Recover *r, guint64 *offset, GError **error)
{
    const guint8 *p;
    gsize n;
    QevmFound *f;
    guint64 footer = 0;

    if (!look(r, *offset, &p, &n, error)) {
        return FALSE;
    }
    f = add_section(r, *offset, p);
    if (r->footers && !find_footer(r, f, &footer, error)) {
        return FALSE;
    }
    f->footer = footer != 0;
    if (f->footer) {
        f->payload_size = footer - f->payload_offset;
        *offset = footer + 5;
    } else {
        *offset = f->payload_offset;
        if (!next_header(r, offset, error)) {
            return FALSE;
        }
        f->payload_size = *offset - f->payload_offset;
    }
    f->size = *offset - f->offset;
    return TRUE;
}

/* The last byte of all, or the one before the vmdesc, is EOF: of a section
 * without a footer it was taken for a part. */
static gboolean
add_eof(Recover *r, GError **error)
{
    QevmFound *last =
        r->found->len ? g_ptr_array_index(r->found, r->found->len - 1) : NULL;
    guint8 byte;

    if (!last || last->kind == QEVM_FOUND_EOF || last->size == 0 ||
        (last->kind == QEVM_FOUND_SECTION && r->footers)) {
        return TRUE;
    }
    if (!qevm_source_read(r->stream->source, r->to - 1, 1, &byte, "EOF",
                          error)) {
        return FALSE;
    }
    if (byte == QEMU_VM_EOF &&
        (last->kind == QEVM_FOUND_BYTES || last->payload_size > 0)) {
        last->size--;
        last->payload_size -= last->payload_size > 0;
        if (last->size == 0) {
            last->kind = QEVM_FOUND_EOF;
            last->size = 1;
        } else {
            add(r, QEVM_FOUND_EOF, r->to - 1)->size = 1;
        }
    }
    return TRUE;
}

static gboolean
recover_all(Recover *r, guint64 from, guint max, GError **error)
{
    guint64 offset = from;

    while (offset < r->to) {
        guint64 at = offset;

        if (max == 0) {
            add(r, QEVM_FOUND_BYTES, at)->size = r->to - at;
            return TRUE;
        }
        if (!next_header(r, &offset, error)) {
            return FALSE;
        }
        if (offset > at) {
            add(r, QEVM_FOUND_BYTES, at)->size = offset - at;
        }
        if (offset < r->to) {
            max--;
            if (!recover_section(r, &offset, error)) {
                return FALSE;
            }
        }
    }
    return add_eof(r, error);
}

static gboolean
started(const QevmStream *s)
{
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->type == QEVM_RECORD_START || r->type == QEVM_RECORD_FULL) {
            return TRUE;
        }
    }
    return FALSE;
}

GPtrArray *
qevm_recover(QevmStream *stream, guint64 from, guint64 to, guint max,
             GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_free);
    g_autoptr(QevmWalk) walk = qevm_walk_new(stream, NULL);
    g_autofree guint8 *buf = g_malloc(CHUNK);
    g_autoptr(QevmVmdesc) vmdesc = NULL;
    guint64 vmdesc_at = 0, end = to;
    Recover r = { .stream = stream,
                  .walk = walk,
                  .found = found,
                  .buf = buf,
                  .footers = stream->footers || !started(stream),
                  .reach = 16 * (to - from) + REACH };

    qevm_walk_catch_up(walk);
    vmdesc = qevm_tail_find_vmdesc(stream->source, from, &vmdesc_at, NULL);
    if (vmdesc && vmdesc_at >= from && vmdesc_at < to) {
        end = vmdesc_at;
    }
    r.to = end;
    if (!recover_all(&r, from, max, error)) {
        return NULL;
    }
    if (end < to) {
        QevmFound *f = add(&r, QEVM_FOUND_VMDESC, end);
        guint64 size = 5 + g_bytes_get_size(vmdesc->text);

        f->size = MIN(size, to - end);
        if (f->offset + f->size < to) {
            add(&r, QEVM_FOUND_BYTES, f->offset + f->size)->size =
                to - f->offset - f->size;
        }
    }
    return g_steal_pointer(&found);
}
