/* align.c - two layouts side by side.
 *
 * First items that are equal in name and size pair by the shortest edit script
 * (Myers, "An O(ND) difference algorithm and its variations", 1986). What is
 * left between them pairs by name, then by size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/align.h"

#include <string.h>

#include "parser/prim.h"
#include "rewrite/known.h"

/* Of what is left between equal items; beyond it pairs are not looked for. */
#define GAP_MAX 512

/* ---- items ---- */

static gboolean
same_name(const QevmItem *a, const QevmItem *b)
{
    return a->kind == b->kind && a->name_len == b->name_len &&
           memcmp(a->name, b->name, a->name_len) == 0;
}

static gboolean
is_bytes(const QevmFieldDesc *field)
{
    return !field->prim || field->prim->kind == QEVM_PRIM_BYTES ||
           field->prim->kind == QEVM_PRIM_BUFFER;
}

static void
add_leaf(GArray *items, QevmNode *node)
{
    const QevmFieldDesc *field = node->desc.field;
    gboolean bytes = is_bytes(field) && !field->overlay;
    QevmItem item = {
        .kind = QEVM_ITEM_FIELDS,
        .name = field->name,
        .name_len = qevm_known_bare_length(field->name),
        .type = field->type,
        .size = bytes ? 1 : field->size,
        .count = bytes ? field->size * field->count : field->count,
        .first = node,
        .last = node,
    };
    QevmItem *before =
        items->len ? &g_array_index(items, QevmItem, items->len - 1) : NULL;

    /* Types without bytes of their own tell nothing of the wire. */
    if (item.count == 0 || item.size == 0) {
        return;
    }
    if (before && before->kind == QEVM_ITEM_FIELDS &&
        before->size == item.size && same_name(before, &item)) {
        before->count += item.count;
        before->last = node;
        return;
    }
    g_array_append_val(items, item);
}

static void
add_other(GArray *items, QevmNode *node, QevmItemKind kind)
{
    const char *name = qevm_node_name(node);
    QevmItem item = {
        .kind = kind,
        .name = name,
        .name_len = strlen(name),
        .type = kind == QEVM_ITEM_LIST ? node->desc.field->type : "",
        .first = node,
        .last = node,
    };

    g_array_append_val(items, item);
}

static void
add_items(GArray *items, QevmNode *parent)
{
    for (QevmNode *n = qevm_node_children(parent); n; n = n->next) {
        switch ((QevmNodeKind)n->kind) {
        case QEVM_NODE_FIELD:
        case QEVM_NODE_ARRAY:
            add_leaf(items, n);
            break;
        case QEVM_NODE_LIST:
            add_other(items, n, QEVM_ITEM_LIST);
            break;
        case QEVM_NODE_SUBSECTION:
            add_other(items, n, QEVM_ITEM_SUBSECTION);
            break;
        case QEVM_NODE_RAW:
            add_other(items, n, QEVM_ITEM_RAW);
            break;
        default:
            if (n->kind == QEVM_NODE_STRUCT && n->desc.field->overlay) {
                add_leaf(items, n);
            } else {
                add_items(items, n);
            }
        }
    }
}

GArray *
qevm_items_of(QevmNode *parent)
{
    GArray *items = g_array_new(FALSE, FALSE, sizeof(QevmItem));
    guint64 pos = 0;

    add_items(items, parent);
    for (guint i = 0; i < items->len; i++) {
        QevmItem *item = &g_array_index(items, QevmItem, i);

        item->pos = pos;
        pos += qevm_item_bytes(item);
    }
    return items;
}

guint64
qevm_item_bytes(const QevmItem *item)
{
    return item->kind == QEVM_ITEM_FIELDS ? item->size * item->count
                                          : qevm_node_wire_size(item->first);
}

/* ---- runs ---- */

typedef struct {
    const QevmItem *a, *b;
    GArray *runs;
} Align;

static void
add_run(Align *align, QevmAlignKind kind, guint a, guint n_a, guint b,
        guint n_b)
{
    QevmAlignRun run = { kind, a, n_a, b, n_b };
    QevmAlignRun *before =
        align->runs->len
            ? &g_array_index(align->runs, QevmAlignRun, align->runs->len - 1)
            : NULL;

    if (n_a + n_b == 0) {
        return;
    }
    if (before && kind == before->kind && kind == QEVM_ALIGN_SAME) {
        before->n_a += n_a;
        before->n_b += n_b;
        return;
    }
    g_array_append_val(align->runs, run);
}

static gboolean
same_item(const QevmItem *a, const QevmItem *b)
{
    return same_name(a, b) && a->size == b->size && a->count == b->count;
}

static gboolean
same_size(const QevmItem *a, const QevmItem *b)
{
    return a->kind == QEVM_ITEM_FIELDS && b->kind == QEVM_ITEM_FIELDS &&
           a->size == b->size && a->count == b->count;
}

/* ---- what is left between equal items ---- */

typedef gboolean SameFunc(const QevmItem *a, const QevmItem *b);
typedef void GapFunc(Align *align, guint a, guint n_a, guint b, guint n_b);

/* The longest sequence of pairs, each handed on as a run of `kind`; what is
 * between them goes to `between`. */
static void
pair(Align *align, guint a, guint n_a, guint b, guint n_b, SameFunc *same,
     QevmAlignKind kind, GapFunc *between)
{
    gsize width = (gsize)n_b + 1;
    g_autofree guint16 *best = g_new0(guint16, ((gsize)n_a + 1) * width);
    guint i = 0, k = 0, from_a = 0, from_b = 0;

    for (guint x = n_a; x-- > 0;) {
        for (guint y = n_b; y-- > 0;) {
            guint16 *at = &best[x * width + y];

            *at = same(&align->a[a + x], &align->b[b + y])
                      ? (guint16)(at[width + 1] + 1)
                      : MAX(at[width], at[1]);
        }
    }
    while (i < n_a && k < n_b) {
        const guint16 *at = &best[i * width + k];

        if (same(&align->a[a + i], &align->b[b + k]) &&
            *at == at[width + 1] + 1) {
            between(align, a + from_a, i - from_a, b + from_b, k - from_b);
            add_run(align, kind, a + i, 1, b + k, 1);
            from_a = ++i;
            from_b = ++k;
        } else if (at[width] >= at[1]) {
            i++;
        } else {
            k++;
        }
    }
    between(align, a + from_a, n_a - from_a, b + from_b, n_b - from_b);
}

static void
leave(Align *align, guint a, guint n_a, guint b, guint n_b)
{
    for (guint i = 0; i < n_a; i++) {
        add_run(align, QEVM_ALIGN_EXTRA, a + i, 1, b, 0);
    }
    for (guint i = 0; i < n_b; i++) {
        add_run(align, QEVM_ALIGN_MISSING, a + n_a, 0, b + i, 1);
    }
}

/* FALSE: not all of them are fields. */
static gboolean
sum(const QevmItem *items, guint n, guint64 *bytes)
{
    *bytes = 0;
    for (guint i = 0; i < n; i++) {
        if (items[i].kind != QEVM_ITEM_FIELDS) {
            return FALSE;
        }
        *bytes += items[i].size * items[i].count;
    }
    return TRUE;
}

static void
by_size(Align *align, guint a, guint n_a, guint b, guint n_b)
{
    guint64 bytes_a, bytes_b;

    if (n_a && n_b && sum(align->a + a, n_a, &bytes_a) &&
        sum(align->b + b, n_b, &bytes_b) && bytes_a == bytes_b) {
        add_run(align, QEVM_ALIGN_ALIKE, a, n_a, b, n_b);
    } else if (n_a && n_b && n_a <= GAP_MAX && n_b <= GAP_MAX) {
        pair(align, a, n_a, b, n_b, same_size, QEVM_ALIGN_ALIKE, leave);
    } else {
        leave(align, a, n_a, b, n_b);
    }
}

static void
by_name(Align *align, guint a, guint n_a, guint b, guint n_b)
{
    guint64 bytes_a, bytes_b;

    /* As many bytes of one name, however divided, are the same bytes. */
    if (n_a && n_b && sum(align->a + a, n_a, &bytes_a) &&
        sum(align->b + b, n_b, &bytes_b) && bytes_a == bytes_b) {
        add_run(align, QEVM_ALIGN_ALIKE, a, n_a, b, n_b);
    } else if (n_a && n_b && n_a <= GAP_MAX && n_b <= GAP_MAX) {
        pair(align, a, n_a, b, n_b, same_name, QEVM_ALIGN_RESIZED, by_size);
    } else {
        leave(align, a, n_a, b, n_b);
    }
}

/* ---- equal items ---- */

/* The furthest x on each diagonal k = x - y after d differences: `reach` has
 * rows of 2 d + 1 entries, one row for each d. NULL: too many. */
typedef struct {
    GPtrArray *rows; /* gint32 *, owned */
    guint d;
} Script;

static gint32
reach_of(const Script *script, guint d, gint k)
{
    const gint32 *row = g_ptr_array_index(script->rows, d);

    return row[k + (gint)d];
}

/* Does diagonal k come down from k + 1 (an item of B) after d differences? */
static gboolean
comes_down(const Script *script, guint d, gint k)
{
    return k == -(gint)d ||
           (k != (gint)d &&
            reach_of(script, d - 1, k - 1) < reach_of(script, d - 1, k + 1));
}

static gboolean
find_script(const Align *align, guint a, guint n_a, guint b, guint n_b,
            Script *script)
{
    guint most = MIN(n_a + n_b, QEVM_ALIGN_DIFFERENCES);

    for (guint d = 0; d <= most; d++) {
        gint32 *row = g_new0(gint32, 2 * (gsize)d + 1);

        g_ptr_array_add(script->rows, row);
        for (gint k = -(gint)d; k <= (gint)d; k += 2) {
            gint32 x = d == 0 ? 0
                       : comes_down(script, d, k)
                           ? reach_of(script, d - 1, k + 1)
                           : reach_of(script, d - 1, k - 1) + 1;
            gint32 y = x - k;

            while (
                x >= 0 && y >= 0 && x < (gint32)n_a && y < (gint32)n_b &&
                same_item(&align->a[a + (guint)x], &align->b[b + (guint)y])) {
                x++;
                y++;
            }
            row[k + (gint)d] = x;
            if (x >= (gint32)n_a && y >= (gint32)n_b) {
                script->d = d;
                return TRUE;
            }
        }
    }
    return FALSE;
}

/* Marks in `mates`, for each item of A, which one of B it equals; -1: none. */
static void
trace_script(const Script *script, guint n_a, guint n_b, gint32 *mates)
{
    gint32 x = (gint32)n_a, y = (gint32)n_b;

    for (guint i = 0; i < n_a; i++) {
        mates[i] = -1;
    }
    for (guint d = script->d; d > 0; d--) {
        gint k = x - y;
        gboolean down = comes_down(script, d, k);
        gint before = down ? k + 1 : k - 1;
        gint32 from = reach_of(script, d - 1, before);
        gint32 start = down ? from : from + 1;

        while (x > start) {
            mates[--x] = --y;
        }
        x = from;
        y = from - before;
    }
    while (x > 0) {
        mates[--x] = --y;
    }
}

static void
align_middle(Align *align, guint a, guint n_a, guint b, guint n_b)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    Script script = { rows, 0 };
    g_autofree gint32 *mates = NULL;
    guint from_a = 0, from_b = 0;

    if (!n_a || !n_b || !find_script(align, a, n_a, b, n_b, &script)) {
        by_name(align, a, n_a, b, n_b);
        return;
    }
    mates = g_new(gint32, n_a);
    trace_script(&script, n_a, n_b, mates);
    for (guint i = 0; i < n_a; i++) {
        guint mate = (guint)mates[i];

        if (mates[i] < 0) {
            continue;
        }
        by_name(align, a + from_a, i - from_a, b + from_b, mate - from_b);
        add_run(align, QEVM_ALIGN_SAME, a + i, 1, b + mate, 1);
        from_a = i + 1;
        from_b = mate + 1;
    }
    by_name(align, a + from_a, n_a - from_a, b + from_b, n_b - from_b);
}

/* ---- subsections in another order ---- */

static void
find_moved(Align *align)
{
    for (guint i = 0; i < align->runs->len; i++) {
        QevmAlignRun *extra = &g_array_index(align->runs, QevmAlignRun, i);

        if (extra->kind != QEVM_ALIGN_EXTRA ||
            align->a[extra->a].kind != QEVM_ITEM_SUBSECTION) {
            continue;
        }
        for (guint k = 0; k < align->runs->len; k++) {
            const QevmAlignRun *missing =
                &g_array_index(align->runs, QevmAlignRun, k);

            if (missing->kind == QEVM_ALIGN_MISSING &&
                same_name(&align->a[extra->a], &align->b[missing->b])) {
                extra->kind = QEVM_ALIGN_MOVED;
                extra->b = missing->b;
                extra->n_b = 1;
                g_array_remove_index(align->runs, k);
                i -= k < i;
                break;
            }
        }
    }
}

GArray *
qevm_align(const GArray *a, const GArray *b)
{
    Align align = {
        .a = (const QevmItem *)(gconstpointer)a->data,
        .b = (const QevmItem *)(gconstpointer)b->data,
        .runs = g_array_new(FALSE, FALSE, sizeof(QevmAlignRun)),
    };
    guint head = 0, tail = 0, least = MIN(a->len, b->len);

    while (head < least && same_item(&align.a[head], &align.b[head])) {
        head++;
    }
    while (tail < least - head && same_item(&align.a[a->len - tail - 1],
                                            &align.b[b->len - tail - 1])) {
        tail++;
    }
    add_run(&align, QEVM_ALIGN_SAME, 0, head, 0, head);
    align_middle(&align, head, a->len - head - tail, head,
                 b->len - head - tail);
    add_run(&align, QEVM_ALIGN_SAME, a->len - tail, tail, b->len - tail, tail);
    find_moved(&align);
    return align.runs;
}
