/* ram-filter.c - page records of `ram` on their way through an edit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/ram-filter.h"
#include "parser/ram-spool.h"
#include "parser/ram-unpack.h"

#include <string.h>

/* Where a part of a block of the source went. */
typedef struct {
    guint block;
    guint64 from, length; /* in it */
    guint to;             /* index in the map */
    guint64 at;
    gboolean renamed; /* that block has another name */
} Route;

struct QevmRamFilter {
    const QevmRamMap *map; /* borrowed */
    GArray *routes;        /* Route, by block and from */
    guint last;            /* the one found last */
    gboolean finished;     /* what is sent at the end was sent */
    QevmRamSpool *spool;   /* owned; NULL: no page waits */
    guint64 *bases;        /* owned; where in it each block of the map is */
};

void
qevm_ram_filter_free(QevmRamFilter *filter)
{
    if (!filter) {
        return;
    }
    g_array_unref(filter->routes);
    qevm_ram_spool_free(filter->spool);
    g_free(filter->bases);
    g_free(filter);
}

static gint
compare_routes(gconstpointer a, gconstpointer b)
{
    const Route *x = a, *y = b;

    return x->block != y->block ? (x->block < y->block ? -1 : 1)
           : x->from != y->from ? (x->from < y->from ? -1 : 1)
                                : 0;
}

static QevmRamFilter *
filter_new(const QevmRamMap *map, const QevmRam *ram)
{
    QevmRamFilter *f = g_new0(QevmRamFilter, 1);

    f->map = map;
    f->routes = g_array_new(FALSE, FALSE, sizeof(Route));
    for (guint i = 0; i < map->blocks->len; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(map, i);

        for (guint k = 0; k < b->spans->len; k++) {
            const QevmSpan *s = &g_array_index(b->spans, QevmSpan, k);
            Route r = { s->block, s->from, s->length, i, s->at, FALSE };

            if (s->kind == QEVM_SPAN_BLOCK) {
                r.renamed =
                    strcmp(b->idstr,
                           g_array_index(ram->blocks, QevmRamBlock, s->block)
                               .idstr) != 0;
                g_array_append_val(f->routes, r);
            }
        }
    }
    g_array_sort(f->routes, compare_routes);
    return f;
}

/* The filter of the walk; made when first needed, since the map is final only
 * then. */
static QevmRamFilter *
filter_of(QevmWalk *walk)
{
    if (!walk->ram_filter) {
        walk->ram_filter = filter_new(walk->edit->ram, walk->stream->ram);
    }
    return walk->ram_filter;
}

/* Is the route before (-1), at (0) or behind (1) a place? */
static int
place_of(const Route *r, guint block, guint64 offset)
{
    if (r->block != block) {
        return r->block < block ? -1 : 1;
    }
    return offset < r->from ? 1 : offset - r->from >= r->length ? -1 : 0;
}

/* NULL: nobody wants that page. */
static const Route *
find_route(QevmRamFilter *f, guint block, guint64 offset)
{
    guint lo = 0, hi = f->routes->len;

    if (f->last < hi) {
        const Route *r = &g_array_index(f->routes, Route, f->last);

        if (place_of(r, block, offset) == 0) {
            return r;
        }
    }
    while (lo < hi) {
        guint mid = lo + (hi - lo) / 2;
        const Route *r = &g_array_index(f->routes, Route, mid);
        int place = place_of(r, block, offset);

        if (place == 0) {
            f->last = mid;
            return r;
        }
        lo = place < 0 ? mid + 1 : lo;
        hi = place > 0 ? mid : hi;
    }
    return NULL;
}

/* Bytes of a page of the source; 0: not known yet. */
static guint64
old_size(const QevmWalk *walk)
{
    return walk->page_mask ? walk->page_mask + 1 : 0;
}

/* Of the new stream. */
static guint64
new_size(const QevmWalk *walk)
{
    return walk->edit->page_size ? walk->edit->page_size : old_size(walk);
}

static gboolean
fail_page(const QevmRamPage *page, QevmError code, const char *what,
          GError **error)
{
    g_set_error(error, QEVM_ERROR, (gint)code,
                "at 0x%" G_GINT64_MODIFIER "x: %s", page->at, what);
    return FALSE;
}

/* Does a block begin or end within a page? Where nothing told their size,
 * rules could not be refused for that. */
static gboolean
check_route(const QevmWalk *walk, const QevmRamPage *page, const Route *r,
            GError **error)
{
    guint64 old = old_size(walk), unit = new_size(walk);
    guint64 end = r->from + r->length;
    const QevmRamBlock *b =
        &g_array_index(walk->stream->ram->blocks, QevmRamBlock, r->block);

    unit = MIN(unit, old);
    return (r->at % unit == 0 && r->from % unit == 0 &&
            (end % unit == 0 || end == b->used_length)) ||
           fail_page(page, QEVM_ERROR_UNSUPPORTED,
                     "the rules move or cut its block by less than a page",
                     error);
}

/* ---- heads ---- */

/* Puts in W and, if it has no CONTINUE, the block's name. */
static gboolean
put_head(QevmWalk *walk, guint64 w, guint to, GError **error)
{
    const char *name = qevm_ram_map_block(walk->edit->ram, to)->idstr;
    gsize len = strlen(name);
    guint8 head[9];

    walk->block_out = (gint)to;
    qevm_be_put(head, 8, w);
    head[8] = (guint8)len;
    return qevm_flow_insert(walk->flow, head,
                            w & RAM_SAVE_FLAG_CONTINUE ? 8 : 9, error) &&
           (w & RAM_SAVE_FLAG_CONTINUE ||
            qevm_flow_insert(walk->flow, name, len, error));
}

/* The head of a record that is all ours. */
static gboolean
put_own_head(QevmWalk *walk, guint64 offset, guint64 action, guint to,
             GError **error)
{
    gboolean go_on = walk->block_out == (gint)to;

    return put_head(walk,
                    offset | action | (go_on ? RAM_SAVE_FLAG_CONTINUE : 0), to,
                    error);
}

/* ---- pages of the size they had ---- */

/* The loader remembers the block that was named last. A name that the source
 * left out must come back where the record it leaned on is gone, and can be
 * left out where its block is that of the record before now. A name that is
 * right stays, needed or not. */
static gboolean
pass_page(QevmWalk *walk, const QevmRamPage *page, const Route *r,
          GError **error)
{
    gboolean named = !(page->w & RAM_SAVE_FLAG_CONTINUE);
    gboolean leave_out = walk->block_out == (gint)r->to &&
                         (!named || (page->turn && r->renamed));
    guint64 offset = page->w & ~walk->page_mask;
    guint64 w = r->at + (offset - r->from) + page->action;

    w |= leave_out ? RAM_SAVE_FLAG_CONTINUE : 0;
    if (w == page->w && (leave_out || !r->renamed)) {
        walk->block_out = (gint)r->to;
        return qevm_flow_pass(walk->flow, page->size, "page", error);
    }
    return qevm_flow_drop(walk->flow, page->head, "page", error) &&
           put_head(walk, w, r->to, error) &&
           qevm_flow_pass(walk->flow, page->size - page->head, "page", error);
}

/* ---- pages of another size ---- */

/* The record's bytes behind its head, borrowed from the flow. */
static gboolean
peek_body(QevmWalk *walk, const QevmRamPage *page, const guint8 **body,
          gsize *n, GError **error)
{
    const guint8 *p;

    if (page->size > QEVM_FLOW_PEEK) {
        return fail_page(page, QEVM_ERROR_UNSUPPORTED,
                         "a page too large to be put together anew", error);
    }
    if (!qevm_flow_peek(walk->flow, (gsize)page->size, "page", &p, error)) {
        return FALSE;
    }
    *body = p + page->head;
    *n = (gsize)page->size - page->head;
    return TRUE;
}

/* What the record makes of a page: `out` holds what that was before, which only
 * XBZRLE asks for. */
static gboolean
unpack(QevmWalk *walk, const QevmRamPage *page, guint8 *out, GError **error)
{
    gsize size = (gsize)old_size(walk), n;
    const guint8 *body;

    if (!peek_body(walk, page, &body, &n, error)) {
        return FALSE;
    }
    /* bounds: the walk has read one byte of ZERO, three of XBZRLE's kind and
     * length, four of a compressed length */
    switch (page->action) {
    case RAM_SAVE_FLAG_ZERO:
        memset(out, body[0], size);
        return TRUE;
    case RAM_SAVE_FLAG_PAGE:
        memcpy(out, body, size); /* bounds: all of the record was peeked at */
        return TRUE;
    case RAM_SAVE_FLAG_XBZRLE:
        return qevm_ram_patch(body + 3, n - 3, out, size) ||
               fail_page(page, QEVM_ERROR_MALFORMED,
                         "an XBZRLE page that is none", error);
    default:
        return qevm_ram_inflate(body + 4, n - 4, out, size) ||
               fail_page(page, QEVM_ERROR_MALFORMED,
                         "a compressed page that is none", error);
    }
}

/* The part of a page that begins `at` bytes into it: a head, and n bytes out of
 * `bytes`, or NULL: out of the flow. */
static gboolean
put_part(QevmWalk *walk, const QevmRamPage *page, guint64 at,
         const guint8 *bytes, gsize n, GError **error)
{
    guint64 offset = (page->w & ~walk->page_mask) + at;
    guint64 action = page->action == RAM_SAVE_FLAG_ZERO ? RAM_SAVE_FLAG_ZERO
                                                        : RAM_SAVE_FLAG_PAGE;
    const Route *r = find_route(filter_of(walk), (guint)walk->block_in, offset);

    if (!r) {
        return bytes || qevm_flow_drop(walk->flow, n, "page", error);
    }
    return check_route(walk, page, r, error) &&
           put_own_head(walk, r->at + (offset - r->from), action, r->to,
                        error) &&
           (bytes ? qevm_flow_insert(walk->flow, bytes, n, error)
                  : qevm_flow_pass(walk->flow, n, "page", error));
}

/* A page in parts: each is a record of its own. */
static gboolean
part_page(QevmWalk *walk, const QevmRamPage *page, GError **error)
{
    gsize old = (gsize)old_size(walk), size = (gsize)new_size(walk);
    gboolean packed = page->action != RAM_SAVE_FLAG_PAGE;
    gboolean zero = page->action == RAM_SAVE_FLAG_ZERO;
    g_autofree guint8 *whole = packed ? g_malloc(old) : NULL;

    if (page->action == RAM_SAVE_FLAG_XBZRLE) {
        return fail_page(page, QEVM_ERROR_UNSUPPORTED,
                         "an XBZRLE page, which tells only what changed in it, "
                         "cannot be parted",
                         error);
    }
    if ((packed && !unpack(walk, page, whole, error)) ||
        !qevm_flow_drop(walk->flow, packed ? page->size : page->head, "page",
                        error)) {
        return FALSE;
    }
    for (gsize at = 0; at < old; at += size) {
        if (!put_part(walk, page, at, packed ? whole + at : NULL,
                      zero ? 1 : size, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Where the blocks of the map are in the temporary file. */
static gboolean
open_spool(QevmWalk *walk, QevmRamFilter *f, GError **error)
{
    guint64 size = new_size(walk), base = 0;

    if (f->spool) {
        return TRUE;
    }
    f->bases = g_new(guint64, f->map->blocks->len + 1);
    for (guint i = 0; i < f->map->blocks->len; i++) {
        f->bases[i] = base;
        base +=
            (qevm_ram_map_block(f->map, i)->length + size - 1) / size * size;
    }
    f->bases[f->map->blocks->len] = base;
    f->spool = qevm_ram_spool_new(old_size(walk), walk->edit->unnamed, error);
    return f->spool != NULL;
}

/* A page that is a part of a new one waits until all parts are known. */
static gboolean
collect_page(QevmWalk *walk, const QevmRamPage *page, const Route *r,
             GError **error)
{
    QevmRamFilter *f = filter_of(walk);
    gsize size = (gsize)old_size(walk);
    g_autofree guint8 *bytes = g_malloc(size);
    guint64 at;

    if (f->finished) {
        return fail_page(page, QEVM_ERROR_MALFORMED,
                         "a page behind the END of `ram`", error);
    }
    if (!open_spool(walk, f, error)) {
        return FALSE;
    }
    at = f->bases[r->to] + r->at + ((page->w & ~walk->page_mask) - r->from);
    return (page->action != RAM_SAVE_FLAG_XBZRLE ||
            qevm_ram_spool_get(f->spool, at, bytes, error)) &&
           unpack(walk, page, bytes, error) &&
           qevm_ram_spool_put(
               f->spool, at, qevm_is_zero(bytes, size) ? NULL : bytes, error) &&
           qevm_flow_drop(walk->flow, page->size, "page", error);
}

gboolean
qevm_ram_filter_page(QevmWalk *walk, const QevmRamPage *page, GError **error)
{
    const Route *r;

    if (walk->edit->drop_all_pages) {
        return qevm_flow_drop(walk->flow, page->size, "page", error);
    }
    if (!walk->edit->ram) {
        return qevm_flow_pass(walk->flow, page->size, "page", error);
    }
    if (new_size(walk) < old_size(walk)) {
        return part_page(walk, page, error);
    }
    r = find_route(filter_of(walk), (guint)walk->block_in,
                   page->w & ~walk->page_mask);
    if (r && !check_route(walk, page, r, error)) {
        return FALSE;
    }
    return !r ? qevm_flow_drop(walk->flow, page->size, "page", error)
           : new_size(walk) > old_size(walk)
               ? collect_page(walk, page, r, error)
               : pass_page(walk, page, r, error);
}

/* ---- what is sent at the end ---- */

static gboolean
put_page(QevmWalk *walk, guint to, guint64 offset, const guint8 *page,
         GError **error)
{
    gsize size = (gsize)new_size(walk);
    gboolean zero = !page || qevm_is_zero(page, size);

    return put_own_head(walk, offset,
                        zero ? RAM_SAVE_FLAG_ZERO : RAM_SAVE_FLAG_PAGE, to,
                        error) &&
           (zero ? qevm_flow_insert(walk->flow, "", 1, error)
                 : qevm_flow_insert(walk->flow, page, size, error));
}

/* Of a span of our own: into the stream, or to the pages that wait. */
static gboolean
put_span(QevmWalk *walk, guint to, const QevmSpan *s, GError **error)
{
    QevmRamFilter *f = filter_of(walk);
    gsize size = (gsize)(f->spool ? old_size(walk) : new_size(walk));
    gboolean file = s->kind == QEVM_SPAN_FILE;
    g_autofree guint8 *buffer = g_malloc(size);
    const guint8 *page = file ? buffer : NULL;

    if (s->at % size || s->length % size) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "block `%s': 0x%" G_GINT64_MODIFIER
                    "x bytes at 0x%" G_GINT64_MODIFIER
                    "x are no whole pages of 0x%" G_GSIZE_MODIFIER "x bytes",
                    qevm_ram_map_block(f->map, to)->idstr, s->length, s->at,
                    size);
        return FALSE;
    }
    for (guint64 done = 0; done < s->length; done += size) {
        if ((file && !qevm_source_read(s->file, s->from + done, size, buffer,
                                       qevm_source_name(s->file), error)) ||
            !(f->spool ? qevm_ram_spool_put(
                             f->spool, f->bases[to] + s->at + done, page, error)
                       : put_page(walk, to, s->at + done, page, error))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
put_waiting(QevmWalk *walk, GError **error)
{
    QevmRamFilter *f = filter_of(walk);
    gsize size = (gsize)new_size(walk);
    g_autofree guint8 *page = g_malloc(size);
    guint to = 0;
    guint64 at = 0;
    gboolean found;

    for (;;) {
        if (!qevm_ram_spool_next(f->spool, &at, f->bases[f->map->blocks->len],
                                 size, page, &found, error)) {
            return FALSE;
        }
        if (!found) {
            return TRUE;
        }
        while (at >= f->bases[to + 1]) {
            to++;
        }
        if (!put_page(walk, to, at - f->bases[to], page, error)) {
            return FALSE;
        }
        at += size;
    }
}

/* The source's page size, of the new stream's if that is another. */
static gboolean
know_size(QevmWalk *walk, GError **error)
{
    if (!walk->page_mask && walk->stream->page_size) {
        walk->page_mask = walk->stream->page_size - 1;
    }
    if (!new_size(walk)) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                            "pages of RAM are to be added, and nothing before "
                            "them tells how large pages are; --spool lets the "
                            "description be read first");
        return FALSE;
    }
    return TRUE;
}

gboolean
qevm_ram_filter_waits(QevmWalk *walk)
{
    const QevmRamMap *map = walk->edit ? walk->edit->ram : NULL;

    return map && !walk->edit->drop_all_pages && !walk->stream->ram->mapped &&
           !filter_of(walk)->finished &&
           (filter_of(walk)->spool || qevm_ram_map_makes_pages(map));
}

gboolean
qevm_ram_filter_finish(QevmWalk *walk, GError **error)
{
    const QevmRamMap *map;

    if (!qevm_ram_filter_waits(walk)) {
        return TRUE;
    }
    if (!know_size(walk, error)) {
        return FALSE;
    }
    map = walk->edit->ram;
    for (guint i = 0; i < map->blocks->len; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(map, i);

        for (guint k = 0; k < b->spans->len; k++) {
            const QevmSpan *s = &g_array_index(b->spans, QevmSpan, k);

            if ((s->kind == QEVM_SPAN_ZEROS || s->kind == QEVM_SPAN_FILE) &&
                !put_span(walk, i, s, error)) {
                return FALSE;
            }
        }
    }
    filter_of(walk)->finished = TRUE;
    return !filter_of(walk)->spool || put_waiting(walk, error);
}

/* ---- POSTCOPY_RAM_DISCARD ---- */

/* migration/savevm.c:qemu_savevm_send_postcopy_ram_discard(): u8 0, block,
 * u8 0, then pairs of u64 start and length. */
typedef struct {
    QevmWalk *walk;
    GByteArray *out; /* commands for the blocks there are now */
    guint start;     /* of the last one in it */
    gint to;         /* its block; -1: there is none */
} Discard;

static void
put_discard(Discard *d, const Route *r, guint64 start, guint64 end)
{
    enum { HEAD = 5, PAIR = 16 };
    gsize size = d->out->len - d->start;

    if (d->to != (gint)r->to || size - HEAD + PAIR > G_MAXUINT16) {
        d->start = d->out->len;
        d->to = (gint)r->to;
        qevm_be_append(d->out, 1, QEMU_VM_COMMAND);
        qevm_be_append(d->out, 2, 6);
        qevm_be_append(d->out, 2, 0);
        qevm_be_append(d->out, 1, 0);
        qevm_cstr8_append(d->out,
                          qevm_ram_map_block(d->walk->edit->ram, r->to)->idstr);
        qevm_be_append(d->out, 1, 0);
    }
    qevm_be_append(d->out, 8, r->at + (start - r->from));
    qevm_be_append(d->out, 8, end - start);
    /* bounds: the head was appended above */
    qevm_be_put(d->out->data + d->start + 3, 2, d->out->len - d->start - HEAD);
}

static void
map_discard(Discard *d, guint block, guint64 start, guint64 length)
{
    const GArray *routes = filter_of(d->walk)->routes;
    guint64 end = start;

    if (!g_uint64_checked_add(&end, start, length)) {
        end = G_MAXUINT64;
    }
    for (guint i = 0; i < routes->len; i++) {
        const Route *r = &g_array_index(routes, Route, i);

        if (r->block == block && r->from < end && start < r->from + r->length) {
            put_discard(d, r, MAX(start, r->from),
                        MIN(end, r->from + r->length));
        }
    }
}

/* FALSE: not as QEMU writes it. */
static gboolean
read_discard(Discard *d, GBytes *data)
{
    gsize size;
    const guint8 *p = g_bytes_get_data(data, &size);
    QevmCursor c = { p, size, 0, 0 };
    g_autofree char *name = NULL;
    guint64 start, length;
    gpointer found;

    if (!qevm_cursor_skip(&c, 1, "version", NULL) ||
        !qevm_cursor_idstr(&c, "block", &name, NULL) ||
        !qevm_cursor_skip(&c, 1, "zero", NULL) ||
        qevm_cursor_left(&c) % 16 != 0) {
        return FALSE;
    }
    found = g_hash_table_lookup(d->walk->blocks, name);
    while (found && qevm_cursor_be64(&c, "start", &start, NULL) &&
           qevm_cursor_be64(&c, "length", &length, NULL)) {
        map_discard(d, GPOINTER_TO_UINT(found) - 1, start, length);
    }
    return found != NULL;
}

gboolean
qevm_ram_filter_discard(QevmWalk *walk, gsize size, GBytes *data,
                        GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    Discard d = { walk, out, 0, -1 };

    if (!walk->edit || !walk->edit->ram || !walk->blocks ||
        !read_discard(&d, data)) {
        return qevm_flow_pass(walk->flow, size, "command", error);
    }
    return qevm_flow_drop(walk->flow, size, "command", error) &&
           (out->len == 0 ||
            qevm_flow_insert(walk->flow, out->data, out->len, error));
}
