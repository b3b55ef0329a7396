/* walk-lend.c - device sections whose description is borrowed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/lend.h"
#include "parser/pointers.h"
#include "parser/walk.h"

#include <string.h>

#define LOOKAHEAD (5 + 14 + 255)
#define CHUNK (64 * 1024)
#define NAMES_MAX 6
#define PACKAGE_COMMANDS_MAX 64 /* bytes at the end of one; 23 are known */
#define NOTES_MAX 16 /* descriptions that do not fit, told one by one */
/* Wilder numbers in a header are more likely somebody's data. */
#define SECTION_ID_MAX 0xffff
#define VERSION_ID_MAX 0xfff

QevmLend *
qevm_walk_lender(QevmWalk *walk)
{
    QevmStream *s = walk->stream;

    return s->lend && !(s->vmdesc && qevm_lend_is_shipped(s->lend)) &&
                   qevm_lend_ready(s->lend, s->notes)
               ? s->lend
               : NULL;
}

/* The header of a FULL section: of one that a lender has, or else of one that
 * looks like QEMU's. */
static gboolean
is_header(const QevmWalk *walk, const guint8 *p, gsize n)
{
    char name[256];
    guint64 id, version;

    if (n < 14 || p[0] != QEMU_VM_SECTION_FULL || n < 14u + p[5] ||
        !qevm_cstr8_get(p + 5, name) || !name[0]) {
        return FALSE;
    }
    for (const char *c = name; *c; c++) {
        if (*c < 0x20 || *c > 0x7e) {
            return FALSE;
        }
    }
    id = qevm_be_get(p + 1, 4);
    version = qevm_be_get(p + 10 + p[5], 4);
    return (walk->stream->lend &&
            qevm_lend_knows(walk->stream->lend, name, (guint32)version)) ||
           (id <= SECTION_ID_MAX && version <= VERSION_ID_MAX && name[1] &&
            g_ascii_isalnum(name[0]) &&
            !g_hash_table_contains(walk->full_ids, GUINT_TO_POINTER(id)));
}

typedef struct {
    QevmWalk *walk;
    const QevmRecord *record;
} Section;

/* Can this section end there? What has no footer has to be followed by
 * something that a loader takes. */
static gboolean
ends_there(guint64 size, gpointer user)
{
    const Section *s = user;
    QevmWalk *walk = s->walk;
    guint8 p[LOOKAHEAD];
    guint64 end;
    gsize n;

    if (!g_uint64_checked_add(&end, s->record->payload_offset, size) ||
        (walk->package_end && end > walk->package_end)) {
        return FALSE;
    }
    n = qevm_walk_look(walk, end, sizeof p, p);
    if ((walk->stream->footers || !walk->footers_known) && n >= 5 &&
        p[0] == QEMU_VM_SECTION_FOOTER &&
        qevm_be_get(p + 1, 4) == s->record->section_id) {
        return TRUE;
    }
    if (walk->footers_known && walk->stream->footers) {
        return FALSE;
    }
    if (n == 0) {
        return walk->package_end && end == walk->package_end;
    }
    switch (p[0]) {
    case QEMU_VM_SECTION_FULL:
        return is_header(walk, p, n);
    default:
        return qevm_walk_record_follows(walk, p, n, end);
    }
}

/* A question about this record's payload; FALSE: its bytes are not at hand. */
static gboolean
ask_about(QevmWalk *walk, const QevmRecord *record, QevmLendAsk *ask)
{
    QevmSource *source = walk->stream->source;
    guint64 size = qevm_source_size(source);

    if (size == G_MAXUINT64 || record->payload_offset > size) {
        return FALSE;
    }
    if (walk->package_end) {
        size = MIN(size, walk->package_end);
    }
    *ask = (QevmLendAsk){ .idstr = record->idstr,
                          .instance_id = record->instance_id,
                          .version_id = record->version_id,
                          .source = source,
                          .offset = record->payload_offset,
                          .max = size > record->payload_offset
                                     ? size - record->payload_offset
                                     : 0,
                          .prefer = walk->lender,
                          .work = &walk->work };
    return TRUE;
}

gboolean
qevm_walk_lend(QevmWalk *walk, QevmRecord *record, GError **why)
{
    QevmLend *lend = qevm_walk_lender(walk);
    Section section = { walk, record };
    QevmLendAsk ask;
    const QevmDevice *device;

    if (!lend || !ask_about(walk, record, &ask)) {
        return FALSE;
    }
    ask.fits = ends_there;
    ask.user = &section;
    device =
        qevm_lend_describe(lend, walk->stream->arena, &ask, &record->lent, why);
    if (!device) {
        return FALSE;
    }
    record->device = device;
    walk->lender = record->lent;
    return TRUE;
}

/* A description that is known to be wrong, mended. */
static const QevmDevice *
describe_mended(QevmWalk *walk, QevmRecord *record, const QevmLendAsk *ask)
{
    QevmStream *s = walk->stream;
    const char *whose = NULL;
    const QevmVmsd *vmsd =
        qevm_lend_suspect(qevm_walk_lender(walk), ask, &whose);
    QevmReadingScope scope = { .idstr = record->idstr,
                               .version = record->version_id,
                               .offset = record->payload_offset };
    g_autoptr(GBytes) payload = NULL;
    QevmDevice *d;

    if (!vmsd || !s->schemas || !qevm_schemas_load(s->schemas, NULL)) {
        return NULL;
    }
    payload = qevm_source_get(s->source, record->payload_offset,
                              record->payload_size, "payload", NULL);
    vmsd = payload
               ? qevm_pointers_mend(s->schemas, vmsd, &scope, payload, s->arena)
               : NULL;
    if (!vmsd) {
        return NULL;
    }
    d = qevm_arena_alloc0(s->arena, sizeof *d);
    d->name = qevm_arena_string(s->arena, record->idstr);
    d->instance_id = record->instance_id;
    d->vmsd = vmsd;
    d->size = record->payload_size;
    record->lent = whose;
    return d;
}

void
qevm_walk_lend_exact(QevmWalk *walk, QevmRecord *record, GError **why)
{
    QevmLend *lend = qevm_walk_lender(walk);
    QevmLendAsk ask;
    const QevmDevice *device;

    if (!lend || !ask_about(walk, record, &ask) ||
        ask.max < record->payload_size) {
        return;
    }
    ask.max = record->payload_size;
    ask.exact = TRUE;
    device =
        qevm_lend_describe(lend, walk->stream->arena, &ask, &record->lent, why);
    if (!device) {
        device = describe_mended(walk, record, &ask);
        if (device) {
            g_clear_error(why);
        }
    }
    if (device) {
        record->device = device;
        record->opaque = FALSE;
        record->resynced &= !record->footer;
    }
}

/* Where the commands begin that end a package of device sections: PING and
 * POSTCOPY_RUN (migration/migration.c:postcopy_start()). Not before `floor`. */
static guint64
package_commands(const QevmWalk *walk, guint64 floor)
{
    guint64 end = walk->package_end;
    guint8 p[PACKAGE_COMMANDS_MAX];
    gsize n = (gsize)MIN(end - floor, (guint64)sizeof p);

    n = qevm_walk_look(walk, end - n, n, p);
    for (gsize i = 0; i < n; i++) {
        gsize at = i;

        while (at < n && qevm_walk_is_command(p + at, n - at)) {
            at += 5 + (gsize)qevm_be_get(p + at + 3, 2);
        }
        if (at == n) {
            return end - (n - i);
        }
    }
    return end;
}

gboolean
qevm_walk_lend_scan(QevmWalk *walk, const QevmRecord *record, guint64 *size)
{
    guint64 start = record->payload_offset, at = start;
    guint64 end = walk->package_end ? walk->package_end
                                    : qevm_source_size(walk->stream->source);
    g_autofree guint8 *buf = g_malloc(CHUNK);
    gsize chunk = 4 * LOOKAHEAD; /* most sections are short */

    if (!qevm_walk_lender(walk) || at > end) {
        return FALSE;
    }
    for (;;) {
        gsize n =
            qevm_walk_look(walk, at, (gsize)MIN((guint64)chunk, end - at), buf);
        const guint8 *p = buf;
        gsize left = n;

        while ((p = memchr(p, QEMU_VM_SECTION_FULL, left))) {
            left = n - (gsize)(p - buf);
            if (left < LOOKAHEAD && n == chunk) {
                break; /* look again with more behind it */
            }
            if (is_header(walk, p, left)) {
                *size = at + (gsize)(p - buf) - start;
                return TRUE;
            }
            p++;
            left--;
        }
        if (n < chunk && walk->package_end) {
            *size = package_commands(walk, start) - start;
            return TRUE;
        }
        if (n < chunk) {
            /* The last section: EOF is the last byte there is. */
            *size = at + n - 1 - start;
            return n > 0 && buf[n - 1] == QEMU_VM_EOF;
        }
        at += p ? (gsize)(p - buf) : n;
        chunk = MIN(2 * chunk, CHUNK);
    }
}

/* ---- afterwards ---- */

static void
note_use(QevmStream *s, const char *whose)
{
    guint count = 0;
    gboolean footers = TRUE;

    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->lent == whose) {
            count++;
            footers &= r->footer;
        }
    }
    g_ptr_array_add(
        s->notes,
        g_strdup_printf("the layout%s of %u device section%s %s of %s, "
                        "proved by %s",
                        count == 1 ? "" : "s", count, count == 1 ? "" : "s",
                        count == 1 ? "is that" : "are those", whose,
                        footers ? "the footers" : "exact fit"));
}

/* Many devices look alike in all machines: who lent most lends those, too. */
static void
settle(QevmWalk *walk)
{
    QevmStream *s = walk->stream;
    g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
    guint most = 0;

    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);
        gpointer key = (gpointer)(guintptr)r->lent;
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key)) + 1;

        if (r->lent) {
            g_hash_table_insert(counts, key, GUINT_TO_POINTER(count));
            if (count > most) {
                most = count;
                walk->lender = r->lent;
            }
        }
    }
    for (guint i = 0; most && i < s->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->lent && r->lent != walk->lender) {
            qevm_walk_lend_exact(walk, r, NULL);
        }
    }
}

/* What was asked for and does not fit is told in full; of what came by itself,
 * only that it does not help. */
static void
note_misfits(QevmStream *s, guint count, const GString *names)
{
    if (count) {
        g_ptr_array_add(
            s->notes,
            g_strdup_printf("the descriptions that come with qevm do not fit "
                            "%u device section%s: %s%s",
                            count, count == 1 ? "" : "s", names->str,
                            count > NAMES_MAX ? ", ..." : ""));
    }
}

void
qevm_walk_lend_finish(QevmWalk *walk)
{
    QevmStream *s = walk->stream;
    g_autoptr(GHashTable) told = g_hash_table_new(NULL, NULL);
    g_autoptr(GString) names = g_string_new(NULL);
    gboolean shipped = s->lend && qevm_lend_is_shipped(s->lend);
    guint failed = 0, misfits = 0;

    for (guint i = 0; i < s->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(s->records, i);
        g_autoptr(GError) why = NULL;

        if (r->type != QEVM_RECORD_FULL || r->device || !r->opaque) {
            continue;
        }
        qevm_walk_lend_exact(walk, r, &why);
        if (why && shipped) {
            if (misfits++ < NAMES_MAX) {
                g_string_append_printf(names, "%s%s", names->len ? ", " : "",
                                       r->idstr);
            }
        } else if (why && failed++ < NOTES_MAX) {
            g_ptr_array_add(s->notes,
                            g_strdup_printf("%s: %s", r->idstr, why->message));
        }
    }
    note_misfits(s, misfits, names);
    settle(walk);
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->lent && g_hash_table_add(told, (gpointer)(guintptr)r->lent)) {
            note_use(s, r->lent);
        }
    }
}
