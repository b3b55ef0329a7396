/* layout.c - the bytes of two vmsds side by side, as far as they are told.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/layout.h"

#include <string.h>

#include "parser/path.h"

/* What pairing costs; leaving two items alone costs twice GAP. */
enum {
    COST_OTHER_LEVEL = 1,
    COST_RENAMED = 2,
    COST_GAP = 4,
    COST_RESIZED = 6,
    COST_NEVER = 3 * COST_GAP,
};
#define CELLS_MAX (1024 * 1024) /* of the table, a byte each */
#define ITEMS_MAX 16384         /* until which elements are written out */

/* ---- items ---- */

typedef struct {
    const QevmKnown *known;
    QevmArena *arena;
    GArray *items;
} Row;

static void add_vmsd(Row *row, const QevmKnownVmsd *vmsd, guint32 version_id,
                     const QevmLayoutLevel *level, gboolean conditional);

static gboolean
same_text(const char *a, gsize a_len, const char *b, gsize b_len)
{
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static gboolean
same_name(const QevmLayoutItem *a, const QevmLayoutItem *b)
{
    return !a->subsection == !b->subsection &&
           same_text(a->name, a->name_len, b->name, b->name_len);
}

/* Does the name say that it is an element? In a stream it need not. */
static gboolean
is_element(const Row *row, const QevmLayoutItem *item)
{
    return row->known->sent || item->name[item->name_len] == '[';
}

/* Elements that are described one by one are an array. */
static gboolean
continues(const Row *row, const QevmLayoutItem *before,
          const QevmLayoutItem *item)
{
    return before->level == item->level && before->size == item->size &&
           item->size && !before->conditional && !item->conditional &&
           !before->opaque && !item->opaque && same_name(before, item) &&
           is_element(row, before) && is_element(row, item);
}

static void
add_item(Row *row, const QevmLayoutItem *item)
{
    QevmLayoutItem *before =
        row->items->len
            ? &g_array_index(row->items, QevmLayoutItem, row->items->len - 1)
            : NULL;

    if (before && continues(row, before, item)) {
        before->count += item->count;
        before->count_told = before->count_told && item->count_told;
    } else {
        g_array_append_vals(row->items, item, 1);
    }
}

static void
add_leaf(Row *row, const QevmKnownField *field, const QevmLayoutLevel *level,
         gboolean conditional)
{
    QevmLayoutItem item = {
        .level = level,
        .name = field->name,
        .name_len = qevm_known_bare_length(field->name),
        .size = field->size,
        .count = MAX(field->num, 1),
        .count_told = field->num != 0 && !row->known->sent,
        .arrays_told = row->known->lengths,
        .conditional = conditional,
        .opaque = field->opaque,
    };

    add_item(row, &item);
}

static void
add_subsection(Row *row, const QevmKnownVmsd *sub, const QevmLayoutLevel *level,
               gboolean conditional)
{
    QevmLayoutItem item = {
        .level = level,
        .name = sub->name,
        .name_len = strlen(sub->name),
        .count = 1,
        .conditional = conditional,
        .subsection = sub,
    };

    g_array_append_val(row->items, item);
}

/* Of several of one name QEMU finds the first. */
static void
add_subsections(Row *row, const QevmKnownVmsd *vmsd,
                const QevmLayoutLevel *level, gboolean conditional)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < vmsd->n_subsections; i++) {
        const QevmKnownVmsd *sub = vmsd->subsections[i];

        if (g_hash_table_add(names, (gpointer)(guintptr)sub->name)) {
            add_subsection(row, sub, level, conditional);
        }
    }
}

/* How many fields behind this one are the next elements of an array that is
 * described one by one. */
static guint
elements_behind(const QevmKnownVmsd *vmsd, guint i)
{
    const QevmKnownField *first = &vmsd->fields[i];
    gsize len = qevm_known_bare_length(first->name);
    guint n = 0;

    while (i + n + 1 < vmsd->n_fields) {
        const QevmKnownField *f = &vmsd->fields[i + n + 1];

        if (f->vmsd != first->vmsd || f->conditional || first->conditional ||
            f->version_id != first->version_id ||
            !same_text(f->name, qevm_known_bare_length(f->name), first->name,
                       len)) {
            break;
        }
        n++;
    }
    return n;
}

static void
add_element(Row *row, const QevmKnownField *field, guint64 count,
            const QevmLayoutLevel *up, gboolean conditional)
{
    QevmLayoutLevel *level = qevm_arena_alloc0(row->arena, sizeof(*level));

    level->up = up;
    level->name = field->name;
    level->count = count;
    add_vmsd(row, field->vmsd, field->vmsd->version_id, level, conditional);
}

/* The elements of an array of structs are one, except in a stream: there they
 * can have subsections of their own. */
static void
add_struct(Row *row, const QevmKnownField *field, guint64 count,
           const QevmLayoutLevel *up, gboolean conditional)
{
    guint64 written = row->known->sent ? count : 1;
    guint start = row->items->len, size;

    add_element(row, field, written > 1 ? 1 : count, up, conditional);
    size = row->items->len - start;
    if (written > 1 && size &&
        written <= (ITEMS_MAX - MIN(start, ITEMS_MAX)) / size) {
        for (guint64 i = 1; i < written; i++) {
            add_element(row, field, 1, up, conditional);
        }
    }
}

static void
add_vmsd(Row *row, const QevmKnownVmsd *vmsd, guint32 version_id,
         const QevmLayoutLevel *level, gboolean conditional)
{
    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmKnownField *field = &vmsd->fields[i];
        gboolean maybe = conditional || field->conditional;
        guint behind;

        /* A condition overrides the version
         * (migration/vmstate.c:vmstate_field_exists()). */
        if (!field->conditional && field->version_id > version_id) {
            continue;
        }
        if (!field->vmsd) {
            add_leaf(row, field, level, maybe);
            continue;
        }
        behind = row->known->sent ? 0 : elements_behind(vmsd, i);
        add_struct(row, field, behind ? behind + 1 : field->num, level, maybe);
        i += behind;
    }
    add_subsections(row, vmsd, level, conditional);
}

GArray *
qevm_layout_of(const QevmKnown *known, const QevmKnownVmsd *vmsd,
               guint32 version_id, QevmArena *arena)
{
    Row row = { known, arena,
                g_array_new(FALSE, FALSE, sizeof(QevmLayoutItem)) };

    add_vmsd(&row, vmsd, version_id, NULL, FALSE);
    return row.items;
}

char *
qevm_layout_level_path(const QevmLayoutLevel *level)
{
    g_autofree char *step = qevm_path_quote_step(level->name, FALSE);
    g_autofree char *up = level->up ? qevm_layout_level_path(level->up) : NULL;

    return up ? g_strconcat(up, "/", step, NULL) : g_steal_pointer(&step);
}

char *
qevm_layout_path(const QevmLayoutItem *item)
{
    g_autofree char *step =
        qevm_path_quote_step(item->name, item->subsection != NULL);
    g_autofree char *up =
        item->level ? qevm_layout_level_path(item->level) : NULL;

    return up ? g_strconcat(up, "/", step, NULL) : g_steal_pointer(&step);
}

gboolean
qevm_layout_is_in(const QevmLayoutItem *item, const QevmLayoutLevel *level)
{
    for (const QevmLayoutLevel *l = item->level; l; l = l->up) {
        if (l == level) {
            return TRUE;
        }
    }
    return FALSE;
}

guint64
qevm_layout_bytes(const QevmLayoutItem *item)
{
    guint64 bytes;

    return g_uint64_checked_mul(&bytes, item->size, item->count) ? bytes : 0;
}

/* ---- two items ---- */

/* A hole that was left for others, VMSTATE_UNUSED() (include/migration/
 * vmstate.h). */
static gboolean
is_hole(const QevmLayoutItem *item)
{
    return !item->subsection &&
           same_text(item->name, item->name_len, "unused", strlen("unused"));
}

/* A buffer, or an array of bytes. */
static gboolean
is_bytes(const QevmLayoutItem *item)
{
    return item->size == 1
               ? item->count > 1
               : item->size != 2 && item->size != 4 && item->size != 8;
}

/* An array whose length is not told? */
static gboolean
may_be_array(const QevmLayoutItem *item)
{
    return !item->count_told && !item->arrays_told;
}

/* A buffer, or an array of bytes whose length is not told? */
static gboolean
may_be_bytes(const QevmLayoutItem *one, const QevmLayoutItem *other)
{
    return one->size == 1 && may_be_array(one) &&
           (other->count_told || is_hole(other) || is_bytes(other));
}

/* How many bytes each: SAME, UNTOLD, LENGTH or RESIZED. */
static QevmPairKind
compare_sizes(const QevmLayoutItem *a, const QevmLayoutItem *b)
{
    guint64 bytes_a = qevm_layout_bytes(a), bytes_b = qevm_layout_bytes(b);

    if (a->subsection || bytes_a == bytes_b) {
        return QEVM_PAIR_SAME;
    }
    if (!bytes_a || !bytes_b || may_be_bytes(a, b) || may_be_bytes(b, a)) {
        return QEVM_PAIR_UNTOLD;
    }
    if (a->size == b->size && (may_be_array(a) || may_be_array(b))) {
        return QEVM_PAIR_SAME;
    }
    if (a->size == b->size && !(a->count_told && b->count_told)) {
        return QEVM_PAIR_LENGTH;
    }
    return QEVM_PAIR_RESIZED;
}

/* Names that a row has. Equal ones may be in many structs. */
static char *
name_key(const QevmLayoutItem *item)
{
    return g_strdup_printf("%s/%.*s", item->level ? item->level->name : "",
                           (int)item->name_len, item->name);
}

static GHashTable *
names_of(const GArray *items)
{
    GHashTable *names =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < items->len; i++) {
        g_hash_table_add(names,
                         name_key(&g_array_index(items, QevmLayoutItem, i)));
    }
    return names;
}

static gboolean
has_name(GHashTable *names, const QevmLayoutItem *item)
{
    g_autofree char *key = name_key(item);

    return !is_hole(item) && g_hash_table_contains(names, key);
}

typedef struct {
    const GArray *a, *b;
    gboolean *a_in_b, *b_in_a; /* is there such a name on the other side? */
    GArray *pairs;
} Align;

static const QevmLayoutItem *
item_of(const GArray *items, guint i)
{
    return &g_array_index(items, QevmLayoutItem, i);
}

static gboolean
same_level(const QevmLayoutItem *a, const QevmLayoutItem *b)
{
    if (!a->level || !b->level) {
        return a->level == b->level;
    }
    return same_text(a->level->name, qevm_known_bare_length(a->level->name),
                     b->level->name, qevm_known_bare_length(b->level->name));
}

/* What pairing two items costs, and as what. A field that is somewhere else on
 * the other side was not renamed. */
static guint
pair_cost(const Align *align, guint i, guint j, QevmPairKind *kind)
{
    const QevmLayoutItem *a = item_of(align->a, i), *b = item_of(align->b, j);
    guint level = same_level(a, b) ? 0 : COST_OTHER_LEVEL;

    if (!a->subsection != !b->subsection) {
        return COST_NEVER;
    }
    *kind = compare_sizes(a, b);
    if (same_name(a, b)) {
        return level + (*kind == QEVM_PAIR_RESIZED ? COST_RESIZED : 0);
    }
    if (a->subsection || *kind >= QEVM_PAIR_LENGTH ||
        (*kind == QEVM_PAIR_UNTOLD && !is_hole(a) && !is_hole(b)) ||
        align->a_in_b[i] || align->b_in_a[j]) {
        return COST_NEVER;
    }
    if (*kind == QEVM_PAIR_SAME) {
        *kind = QEVM_PAIR_RENAMED;
    }
    return level + COST_RENAMED;
}

/* ---- two rows ---- */

static void
add_pair(Align *align, QevmPairKind kind, guint a, guint n_a, guint b,
         guint n_b)
{
    QevmPair pair = { kind, a, n_a, b, n_b };

    g_array_append_val(align->pairs, pair);
}

enum {
    STEP_PAIR,
    STEP_EXTRA,
    STEP_MISSING,
};

/* Fills the table of the last step on the cheapest way to each place; the rows
 * between `from` and the ends a and b. */
static void
fill_steps(const Align *align, guint from, guint a, guint b, guint8 *steps)
{
    guint width = b - from + 1;
    g_autofree guint *above = g_new(guint, width);
    g_autofree guint *here = g_new(guint, width);

    for (guint j = 0; j < width; j++) {
        here[j] = j * COST_GAP;
        steps[j] = STEP_MISSING;
    }
    for (guint i = 1; i <= a - from; i++) {
        guint *spare = above;

        above = here;
        here = spare;
        here[0] = i * COST_GAP;
        steps[(gsize)i * width] = STEP_EXTRA;
        for (guint j = 1; j < width; j++) {
            QevmPairKind kind;
            guint pair = above[j - 1] +
                         pair_cost(align, from + i - 1, from + j - 1, &kind);
            guint extra = above[j] + COST_GAP;
            guint missing = here[j - 1] + COST_GAP;

            here[j] = MIN(pair, MIN(extra, missing));
            steps[(gsize)i * width + j] = here[j] == pair    ? STEP_PAIR
                                          : here[j] == extra ? STEP_EXTRA
                                                             : STEP_MISSING;
        }
    }
}

/* Back along the cheapest way; the pairs come in reverse. */
static void
follow_steps(Align *align, guint from, guint a, guint b, const guint8 *steps)
{
    guint width = b - from + 1;

    while (a > from || b > from) {
        switch (steps[(gsize)(a - from) * width + (b - from)]) {
        case STEP_PAIR: {
            QevmPairKind kind = QEVM_PAIR_SAME;

            a--;
            b--;
            (void)pair_cost(align, a, b, &kind);
            add_pair(align, kind, a, 1, b, 1);
            break;
        }
        case STEP_EXTRA:
            a--;
            add_pair(align, QEVM_PAIR_EXTRA, a, 1, b, 0);
            break;
        default:
            b--;
            add_pair(align, QEVM_PAIR_MISSING, a, 0, b, 1);
        }
    }
}

static void
reverse_from(GArray *pairs, guint from)
{
    for (guint i = from, k = pairs->len; i + 1 < k; i++) {
        QevmPair *one = &g_array_index(pairs, QevmPair, i);
        QevmPair *other = &g_array_index(pairs, QevmPair, --k);
        QevmPair spare = *one;

        *one = *other;
        *other = spare;
    }
}

/* Does a pair cost nothing? */
static gboolean
is_free(const Align *align, guint i, guint j, QevmPairKind *kind)
{
    return pair_cost(align, i, j, kind) == 0;
}

/* Both rows between their equal beginnings and ends. */
static void
align_between(Align *align, guint from, guint a, guint b)
{
    guint start = align->pairs->len;
    guint64 cells = ((guint64)(a - from) + 1) * ((guint64)(b - from) + 1);
    g_autofree guint8 *steps = NULL;

    if (cells > CELLS_MAX) {
        for (guint i = from; i < a; i++) {
            add_pair(align, QEVM_PAIR_EXTRA, i, 1, from, 0);
        }
        for (guint j = from; j < b; j++) {
            add_pair(align, QEVM_PAIR_MISSING, a, 0, j, 1);
        }
        return;
    }
    steps = g_malloc(cells);
    fill_steps(align, from, a, b, steps);
    follow_steps(align, from, a, b, steps);
    reverse_from(align->pairs, start);
}

/* ---- as many bytes, otherwise divided ---- */

/* Pairs in a row that do not go by names: what only one side has, and what got
 * another name or cannot be compared. They have all items from a and b on. */
typedef struct {
    const QevmPair *pairs;
    guint n, a, n_a, b, n_b;
} Gap;

/* The bytes of n items; FALSE: they cannot be the same bytes as others, since
 * they are elsewhere, or there are none. */
static gboolean
sum_plain(const GArray *items, guint first, guint n, const gboolean *other,
          guint64 *sum)
{
    *sum = 0;
    for (guint i = first; i < first + n; i++) {
        const QevmLayoutItem *item = item_of(items, i);
        guint64 bytes = qevm_layout_bytes(item);

        if (item->subsection || item->conditional || !bytes ||
            (other[i] && !is_bytes(item)) ||
            !g_uint64_checked_add(sum, *sum, bytes)) {
            return FALSE;
        }
    }
    return n > 0;
}

/* Can an array that is not told to be one make up for so many bytes? */
static gboolean
stretches(const GArray *items, guint first, guint n, guint64 bytes)
{
    for (guint i = first; i < first + n; i++) {
        const QevmLayoutItem *item = item_of(items, i);

        if (may_be_array(item) && bytes % item->size == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
is_alone(const QevmPair *pair)
{
    return pair->kind == QEVM_PAIR_EXTRA || pair->kind == QEVM_PAIR_MISSING;
}

/* Cuts the gap wherever as many bytes of both sides are behind: up to there
 * they are the same bytes. */
static void
cut_gap(Align *align, const Gap *gap)
{
    guint i = 0, j = 0, done_i = 0, done_j = 0;
    guint64 sum_a = 0, sum_b = 0;

    while (i < gap->n_a || j < gap->n_b) {
        if (j == gap->n_b || (i < gap->n_a && sum_a <= sum_b)) {
            sum_a += qevm_layout_bytes(item_of(align->a, gap->a + i++));
        } else {
            sum_b += qevm_layout_bytes(item_of(align->b, gap->b + j++));
        }
        if (sum_a == sum_b) {
            gboolean one = i - done_i == 1 && j - done_j == 1;

            add_pair(align, one ? QEVM_PAIR_RENAMED : QEVM_PAIR_REGROUPED,
                     gap->a + done_i, i - done_i, gap->b + done_j, j - done_j);
            done_i = i;
            done_j = j;
        }
    }
    for (; done_i < gap->n_a; done_i++) {
        add_pair(align, QEVM_PAIR_EXTRA, gap->a + done_i, 1, gap->b + gap->n_b,
                 0);
    }
    for (; done_j < gap->n_b; done_j++) {
        add_pair(align, QEVM_PAIR_MISSING, gap->a + gap->n_a, 0,
                 gap->b + done_j, 1);
    }
}

static void
close_gap(Align *align, const Gap *gap)
{
    gboolean uneven = FALSE;
    guint64 a, b;

    for (guint i = 0; i < gap->n; i++) {
        uneven = uneven || is_alone(&gap->pairs[i]);
    }
    if (!uneven || !sum_plain(align->a, gap->a, gap->n_a, align->a_in_b, &a) ||
        !sum_plain(align->b, gap->b, gap->n_b, align->b_in_a, &b)) {
        g_array_append_vals(align->pairs, gap->pairs, gap->n);
    } else if (a < b ? stretches(align->a, gap->a, gap->n_a, b - a)
                     : a > b && stretches(align->b, gap->b, gap->n_b, a - b)) {
        add_pair(align, QEVM_PAIR_UNTOLD, gap->a, gap->n_a, gap->b, gap->n_b);
    } else {
        cut_gap(align, gap);
    }
}

/* Bytes can be cut anywhere, numbers cannot. */
static gboolean
is_in_gap(const Align *align, const QevmPair *pair)
{
    const QevmLayoutItem *a, *b;

    if (is_alone(pair) || pair->kind == QEVM_PAIR_RENAMED) {
        return TRUE;
    }
    a = item_of(align->a, pair->a);
    b = item_of(align->b, pair->b);
    return pair->kind == QEVM_PAIR_UNTOLD ? !same_name(a, b)
           : pair->kind != QEVM_PAIR_SAME ? is_bytes(a) && is_bytes(b)
                                          : FALSE;
}

static void
close_gaps(Align *align)
{
    g_autoptr(GArray) old = align->pairs;

    align->pairs = g_array_new(FALSE, FALSE, sizeof(QevmPair));
    for (guint i = 0; i < old->len; i++) {
        const QevmPair *pair = &g_array_index(old, QevmPair, i);
        Gap gap = { pair, 0, pair->a, 0, pair->b, 0 };

        while (i + gap.n < old->len && is_in_gap(align, &pair[gap.n])) {
            gap.n_a += pair[gap.n].n_a;
            gap.n_b += pair[gap.n].n_b;
            gap.n++;
        }
        if (gap.n) {
            close_gap(align, &gap);
            i += gap.n - 1;
        } else {
            g_array_append_vals(align->pairs, pair, 1);
        }
    }
}

static gboolean *
known_to(const GArray *items, const GArray *other)
{
    g_autoptr(GHashTable) names = names_of(other);
    gboolean *known = g_new0(gboolean, MAX(items->len, 1));

    for (guint i = 0; i < items->len; i++) {
        known[i] = has_name(names, item_of(items, i));
    }
    return known;
}

GArray *
qevm_layout_align(const GArray *a, const GArray *b)
{
    g_autofree gboolean *a_in_b = known_to(a, b);
    g_autofree gboolean *b_in_a = known_to(b, a);
    Align align = { a, b, a_in_b, b_in_a,
                    g_array_new(FALSE, FALSE, sizeof(QevmPair)) };
    guint from = 0, end_a = a->len, end_b = b->len;
    QevmPairKind kind;

    while (from < end_a && from < end_b && is_free(&align, from, from, &kind)) {
        add_pair(&align, kind, from, 1, from, 1);
        from++;
    }
    while (end_a > from && end_b > from &&
           is_free(&align, end_a - 1, end_b - 1, &kind)) {
        end_a--;
        end_b--;
    }
    align_between(&align, from, end_a, end_b);
    for (; end_a < a->len; end_a++, end_b++) {
        (void)is_free(&align, end_a, end_b, &kind);
        add_pair(&align, kind, end_a, 1, end_b, 1);
    }
    close_gaps(&align);
    return align.pairs;
}
