/* ram-filter.c - page records of `ram` on their way through an edit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/ram-filter.h"

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
};

void
qevm_ram_filter_free(QevmRamFilter *filter)
{
    if (!filter) {
        return;
    }
    g_array_unref(filter->routes);
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

/* Puts in W and, unless it has CONTINUE, the block's name. */
static gboolean
put_head(QevmWalk *walk, guint64 w, guint to, GError **error)
{
    const char *name = qevm_ram_map_block(walk->edit->ram, to)->idstr;
    gsize len = strlen(name);
    guint8 head[9];

    qevm_be_put(head, 8, w);
    head[8] = (guint8)len;
    return qevm_flow_insert(walk->flow, head,
                            w & RAM_SAVE_FLAG_CONTINUE ? 8 : 9, error) &&
           (w & RAM_SAVE_FLAG_CONTINUE ||
            qevm_flow_insert(walk->flow, name, len, error));
}

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

    walk->block_out = (gint)r->to;
    w |= leave_out ? RAM_SAVE_FLAG_CONTINUE : 0;
    if (w == page->w && (leave_out || !r->renamed)) {
        return qevm_flow_pass(walk->flow, page->size, "page", error);
    }
    return qevm_flow_drop(walk->flow, page->head, "page", error) &&
           put_head(walk, w, r->to, error) &&
           qevm_flow_pass(walk->flow, page->size - page->head, "page", error);
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
    r = find_route(filter_of(walk), (guint)walk->block_in,
                   page->w & ~walk->page_mask);
    return r ? pass_page(walk, page, r, error)
             : qevm_flow_drop(walk->flow, page->size, "page", error);
}
