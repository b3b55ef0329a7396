/* schema-chain.c - reads lists of items that point at one another, as the
 * capabilities of PCI devices do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/schema-reader.h"

/* So many are remembered. */
#define CHAINS_MAX 16

typedef struct {
    gsize at; /* offset in the chain */
    guint8 id;
} Item;

static gint
by_offset(gconstpointer a, gconstpointer b)
{
    const Item *x = a, *y = b;

    return x->at < y->at ? -1 : x->at > y->at;
}

/* Follows the pointers. FALSE: they lead astray. */
static gboolean
find_items(QevmReader *r, const QevmChain *chain, gsize start, gsize size,
           gsize first, GArray *items)
{
    gsize header = r->c.pos - start, need = MAX(chain->id, chain->next) + 1;
    QevmCursor c = { r->c.data, start + size, start, 0 };

    for (gsize at = first; at != 0;) {
        Item item = { at, 0 };

        /* No two items fit closer than their first bytes; more is a circle. */
        if (at < header || need > size || at > size - need ||
            items->len >= size / need) {
            return FALSE;
        }
        c.pos = start + at;
        item.id = (guint8)qevm_cursor_peek(&c, chain->id);
        g_array_append_val(items, item);
        at = (gsize)qevm_cursor_peek(&c, chain->next);
    }
    g_array_sort(items, by_offset);
    for (guint i = 1; i < items->len; i++) {
        if (g_array_index(items, Item, i - 1).at + need >
            g_array_index(items, Item, i).at) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Bytes between items, up to `end`. */
static gboolean
put_gap(QevmReader *r, gsize start, gsize end)
{
    gsize pos = r->c.pos;
    g_autofree char *name = NULL;

    if (pos >= end) {
        return TRUE;
    }
    name = g_strdup_printf("gap.0x%" G_GSIZE_MODIFIER "x", pos - start);
    r->c.pos = end;
    return qevm_reader_put(r,
                           qevm_reader_leaf(r->arena,
                                            qevm_arena_string(r->arena, name),
                                            "bytes", end - pos),
                           NULL, pos);
}

static const char *
item_name(QevmReader *r, const char *name)
{
    g_autofree char *whole = g_strdup_printf("cap.%s", name);

    return qevm_arena_string(r->arena, whole);
}

static gboolean
put_byte(QevmReader *r, const char *name)
{
    gsize pos = r->c.pos++;

    return qevm_reader_put(r, qevm_reader_leaf(r->arena, name, "uint8", 1),
                           NULL, pos);
}

/* An item nobody described: what is known of all of them. */
static gboolean
read_other(QevmReader *r, const QevmChain *chain, gsize pos)
{
    gsize low = MIN(chain->id, chain->next), high = MAX(chain->id, chain->next);

    return put_gap(r, pos, pos + low) &&
           put_byte(r, low == chain->id ? "id" : "next") &&
           put_gap(r, pos, pos + high) &&
           put_byte(r, high == chain->id ? "id" : "next");
}

/* *room is FALSE if it does not end where the next one begins. */
static gboolean
read_item(QevmReader *r, const QevmChain *chain, const Item *item, gsize start,
          gboolean *room)
{
    const QevmCase *found = NULL;
    gsize pos = start + item->at;
    const char *name = chain->other;

    for (guint i = 0; i < chain->n_items; i++) {
        if (chain->items[i].value == item->id) {
            found = &chain->items[i];
            name = found->text;
        }
    }
    *room = r->c.pos <= pos;
    if (!name || !*room) {
        return TRUE;
    }
    name = item_name(r, name);
    return put_gap(r, start, pos) && qevm_reader_push(r, name) &&
           (found ? qevm_reader_body(r, found->body)
                  : read_other(r, chain, pos)) &&
           qevm_reader_put_struct(r, found ? found->body->name : "other", name,
                                  pos);
}

static gboolean
read_items(QevmReader *r, const QevmRead *read, gsize start, gsize size)
{
    const QevmChain *chain = read->chain;
    g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(Item));
    gsize header = r->c.pos;
    guint made = qevm_reader_top(r)->made->len;
    gboolean room = TRUE;
    guint64 first;

    if (!qevm_reader_number(r, chain->first, "first", NULL, &first)) {
        return FALSE;
    }
    room =
        find_items(r, chain, start, size, (gsize)MIN(first, G_MAXINT32), items);
    for (guint i = 0; room && i < items->len; i++) {
        if (!qevm_reader_step(r,
                              1 + chain->n_items / QEVM_SCHEMA_NAMES_A_STEP) ||
            !read_item(r, chain, &g_array_index(items, Item, i), start,
                       &room)) {
            return FALSE;
        }
    }
    if (!room) {
        g_array_set_size(qevm_reader_top(r)->made, made);
        r->c.pos = header;
    }
    return put_gap(r, start, start + size);
}

/* A closed chain that another reading met at the same place. */
static const QevmKnown *
find_known(const QevmReader *r, const QevmRead *read)
{
    for (guint i = 0; i < r->chains->len; i++) {
        const QevmKnown *known = &g_array_index(r->chains, QevmKnown, i);

        if (known->read == read && known->pos == r->c.pos) {
            return known;
        }
    }
    return NULL;
}

static gboolean
read_chain(QevmReader *r, const QevmRead *read)
{
    gsize start = r->c.pos, len = r->c.len;
    guint64 size;

    if (!qevm_reader_amount(r, &read->size, read->name, "size", 0, &size)) {
        return FALSE;
    }
    if (size == 0 || !qevm_reader_pass(r, read->name, size, 1)) {
        return size == 0;
    }
    /* Nothing in it reaches past its end. */
    r->c.pos = start;
    r->c.len = start + (gsize)size;
    if (!qevm_reader_push(r, read->name) ||
        (read->chain->header && !qevm_reader_body(r, read->chain->header)) ||
        !read_items(r, read, start, (gsize)size)) {
        return FALSE;
    }
    r->c.len = len;
    return qevm_reader_put_struct(r, read->name, read->name, start);
}

static gboolean
put_known(QevmReader *r, const QevmKnown *known)
{
    if (known->fields > r->fields) {
        r->fields = 0; /* putting one more says so */
    } else {
        r->fields -= known->fields;
    }
    r->c.pos = known->end;
    return qevm_reader_put(r, known->field, NULL, known->pos);
}

/* What is the same in all readings is read once, into memory that stays. */
gboolean
qevm_reader_chain(QevmReader *r, const QevmRead *read)
{
    const QevmKnown *known = find_known(r, read);
    QevmKnown one = { read, r->c.pos, 0, NULL, r->fields };
    QevmArena *arena = r->arena;
    gboolean ok;

    if (known) {
        return put_known(r, known);
    }
    if (!read->chain->closed) {
        return read_chain(r, read);
    }
    r->arena = r->kept;
    ok = read_chain(r, read);
    r->arena = arena;
    if (ok && r->c.pos > one.pos && r->chains->len < CHAINS_MAX) {
        const GArray *made = qevm_reader_top(r)->made;

        one.end = r->c.pos;
        one.field = g_array_index(made, QevmMade, made->len - 1).field;
        one.fields -= r->fields + 1; /* without the chain itself */
        g_array_append_val(r->chains, one);
    }
    return ok;
}
