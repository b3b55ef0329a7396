/* qcow2-count.c - the reference counts of a qcow2 image. */
#include "rewrite/qcow2-count.h"
#include "parser/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TABLE_MAX (8 * 1024 * 1024) /* as QEMU's QCOW_MAX_REFTABLE_SIZE */
#define OFFSET_MASK 0x00fffffffffffe00ull

/* One refcount block. */
typedef struct {
    guint64 index; /* in the table */
    guint64 offset;
    guint8 *bytes;         /* owned; a cluster */
    gboolean dirty, fresh; /* fresh: nothing on disk points to it */
} Block;

struct QevmCounts {
    QevmSource *image; /* borrowed */
    guint64 cluster;   /* bytes */
    guint64 per_block; /* counts */
    guint bits;
    guint64 table_offset;
    guint64 table_clusters;
    GArray *table;      /* guint64, as it will be */
    GHashTable *blocks; /* by index: Block */
    /* The table is to be at another place than it is. */
    gboolean moved;
    guint64 old_offset, old_clusters;
};

static void
block_free(gpointer p)
{
    Block *b = p;

    g_free(b->bytes);
    g_free(b);
}

void
qevm_counts_free(QevmCounts *counts)
{
    if (!counts) {
        return;
    }
    g_array_unref(counts->table);
    g_hash_table_unref(counts->blocks);
    g_free(counts);
}

static gboolean
malformed(GError **error, guint64 at, const char *what)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "at 0x%" G_GINT64_MODIFIER
                "x: qcow2: %s; \"qemu-img check\" says more",
                at, what);
    return FALSE;
}

QevmCounts *
qevm_counts_new(const QevmQcow2 *q, QevmSource *image, GError **error)
{
    g_autoptr(QevmCounts) c = g_new0(QevmCounts, 1);
    g_autoptr(GBytes) bytes = NULL;
    guint64 size;
    const guint8 *p;

    c->image = image;
    c->cluster = qevm_qcow2_cluster(q);
    c->bits = 1u << q->refcount_order;
    c->per_block = c->cluster * 8 / c->bits;
    c->table_offset = q->refcount_table_offset;
    c->table_clusters = q->refcount_table_clusters;
    c->table = g_array_new(FALSE, TRUE, sizeof(guint64));
    c->blocks =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, block_free);
    size = c->table_clusters * c->cluster;
    if (size == 0 || size > TABLE_MAX || c->table_offset < c->cluster ||
        c->table_offset % c->cluster != 0) {
        malformed(error, 48, "no refcount table");
        return NULL;
    }
    bytes =
        qevm_source_get(image, c->table_offset, size, "refcount table", error);
    if (!bytes) {
        return NULL;
    }
    p = g_bytes_get_data(bytes, NULL);
    for (guint64 i = 0; i < size; i += 8) {
        guint64 entry = qevm_be_get(p + i, 8) & OFFSET_MASK;

        g_array_append_val(c->table, entry);
    }
    return g_steal_pointer(&c);
}

/* ---- blocks ---- */

static Block *
add_block(QevmCounts *c, guint64 index, guint64 offset)
{
    Block *b = g_new0(Block, 1);

    b->index = index;
    b->offset = offset;
    b->bytes = g_malloc0(c->cluster);
    g_hash_table_insert(c->blocks, &b->index, b);
    return b;
}

/* NULL without an error: there is none. */
static Block *
get_block(QevmCounts *c, guint64 index, GError **error)
{
    Block *b = g_hash_table_lookup(c->blocks, &index);
    guint64 offset;

    if (b || index >= c->table->len) {
        return b;
    }
    offset = g_array_index(c->table, guint64, index);
    if (offset == 0) {
        return NULL;
    }
    if (offset % c->cluster != 0) {
        malformed(error, c->table_offset + index * 8,
                  "a refcount block where no cluster begins");
        return NULL;
    }
    b = add_block(c, index, offset);
    if (!qevm_source_read(c->image, offset, c->cluster, b->bytes,
                          "refcount block", error)) {
        g_hash_table_remove(c->blocks, &index);
        return NULL;
    }
    return b;
}

static guint64
get_count(const QevmCounts *c, const Block *b, guint64 i)
{
    if (c->bits >= 8) {
        return qevm_be_get(b->bytes + i * (c->bits / 8), c->bits / 8);
    }
    return (guint64)(b->bytes[i * c->bits / 8] >> i * c->bits % 8) &
           ((1u << c->bits) - 1);
}

static void
set_count(const QevmCounts *c, Block *b, guint64 i, guint64 value)
{
    guint8 *byte = b->bytes + i * c->bits / 8;

    b->dirty = TRUE;
    if (c->bits >= 8) {
        qevm_be_put(byte, c->bits / 8, value);
    } else {
        guint shift = (guint)(i * c->bits % 8);
        guint8 mask = (guint8)(((1u << c->bits) - 1) << shift);

        *byte = (guint8)((*byte & ~mask) | (guint8)(value << shift));
    }
}

/* ---- counting ---- */

gboolean
qevm_counts_end(QevmCounts *counts, guint64 *cluster, GError **error)
{
    GError *local = NULL;

    for (guint64 k = counts->table->len; k-- > 0;) {
        const Block *b = get_block(counts, k, &local);

        if (local) {
            g_propagate_error(error, local);
            return FALSE;
        }
        for (guint64 i = b ? counts->per_block : 0; i-- > 0;) {
            if (get_count(counts, b, i)) {
                *cluster = k * counts->per_block + i + 1;
                return TRUE;
            }
        }
    }
    return malformed(error, counts->table_offset, "no cluster is counted");
}

typedef enum { RAISE, LOWER, TAKE } Change;

static gboolean
change_one(QevmCounts *c, guint64 cluster, Change change, GError **error)
{
    GError *local = NULL;
    Block *b = get_block(c, cluster / c->per_block, &local);
    guint64 i = cluster % c->per_block, count = b ? get_count(c, b, i) : 0;
    guint64 most = c->bits == 64 ? G_MAXUINT64 : ((guint64)1 << c->bits) - 1;

    if (local) {
        g_propagate_error(error, local);
        return FALSE;
    }
    if (change == TAKE ? !b || count != 0 : count == 0) {
        return malformed(error, cluster * c->cluster,
                         change == TAKE ? "a free cluster is counted"
                                        : "a cluster in use is not counted");
    }
    if (change == RAISE && count == most) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "at 0x%" G_GINT64_MODIFIER
                    "x: qcow2: reference counts of %u bits hold no more than "
                    "%" G_GUINT64_FORMAT
                    "; \"qemu-img amend -o refcount_bits=16\" makes room",
                    cluster * c->cluster, c->bits, most);
        return FALSE;
    }
    set_count(c, b, i, change == LOWER ? count - 1 : count + 1);
    return TRUE;
}

static gboolean
change_all(QevmCounts *c, guint64 offset, guint64 size, Change change,
           GError **error)
{
    guint64 last = size ? (offset + size - 1) / c->cluster : 0;

    for (guint64 k = offset / c->cluster; size && k <= last; k++) {
        if (!change_one(c, k, change, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_counts_raise(QevmCounts *counts, guint64 offset, guint64 size,
                  GError **error)
{
    return change_all(counts, offset, size, RAISE, error);
}

gboolean
qevm_counts_lower(QevmCounts *counts, guint64 offset, guint64 size,
                  GError **error)
{
    return change_all(counts, offset, size, LOWER, error);
}

gboolean
qevm_counts_take(QevmCounts *counts, guint64 offset, guint64 size,
                 GError **error)
{
    return change_all(counts, offset, size, TAKE, error);
}

/* ---- growing ---- */

/* Blocks that [first, first + n) needs and that are not there. */
static guint64
missing_blocks(const QevmCounts *c, guint64 first, guint64 n)
{
    guint64 missing = 0;

    for (guint64 k = first / c->per_block; k <= (first + n - 1) / c->per_block;
         k++) {
        missing +=
            k >= c->table->len || g_array_index(c->table, guint64, k) == 0;
    }
    return missing;
}

static guint64
table_needed(const QevmCounts *c, guint64 end)
{
    guint64 entries = (end - 1) / c->per_block + 1, per = c->cluster / 8;

    return entries <= c->table->len
               ? 0
               : (entries + entries / 2 + per - 1) / per; /* and some more */
}

/* Each new block stands at or behind the range that it counts for, except the
 * ones before it in the table do: the blocks are usable in the order of the
 * table, however many entries of it have been written. */
gboolean
qevm_counts_grow(QevmCounts *counts, guint64 first, guint64 clusters,
                 guint64 *next, GError **error)
{
    QevmCounts *c = counts;
    guint64 blocks = 0, table = 0, all = clusters, at = first;

    /* Blocks count themselves, and may need one more for that. */
    for (guint64 before = 0; all != before;) {
        before = all;
        blocks = missing_blocks(c, first, all);
        table = table_needed(c, first + all);
        all = clusters + blocks + table;
    }
    if (table * c->cluster > TABLE_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "qcow2: the image would get too large for its refcounts");
        return FALSE;
    }
    if (table) {
        c->moved = TRUE;
        c->old_offset = c->table_offset;
        c->old_clusters = c->table_clusters;
        c->table_offset = (first + blocks) * c->cluster;
        c->table_clusters = table;
        g_array_set_size(c->table, (guint)(table * c->cluster / 8));
    }
    for (guint64 k = first / c->per_block;
         k <= (first + all - 1) / c->per_block; k++) {
        guint64 *entry = &g_array_index(c->table, guint64, k);

        if (*entry == 0) {
            *entry = at * c->cluster;
            add_block(c, k, at * c->cluster)->fresh = TRUE;
            at++;
        }
    }
    *next = first + blocks + table;
    return qevm_counts_take(c, first * c->cluster,
                            (blocks + table) * c->cluster, error);
}

/* ---- writing ---- */

static gboolean
write_blocks(QevmCounts *c, int fd, gboolean fresh, GError **error)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, c->blocks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Block *b = value;

        if (!b->dirty || b->fresh != fresh) {
            continue;
        }
        if (!qevm_file_write_at(fd, b->offset, b->bytes, c->cluster,
                                "the image", error)) {
            return FALSE;
        }
        b->dirty = FALSE;
    }
    return TRUE;
}

/* Entries [from, to) of the table. */
static gboolean
write_table(const QevmCounts *c, int fd, guint from, guint to, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (guint i = from; i < to; i++) {
        qevm_be_append(bytes, 8, g_array_index(c->table, guint64, i));
    }
    return qevm_file_write_at(fd, c->table_offset + (guint64)from * 8,
                              bytes->data, bytes->len, "the image", error);
}

gboolean
qevm_counts_write_new(QevmCounts *counts, int fd, GError **error)
{
    return write_blocks(counts, fd, TRUE, error) &&
           (!counts->moved ||
            write_table(counts, fd, 0, counts->table->len, error));
}

/* The entries of new blocks, all in one piece, or the header's of the table. */
static gboolean
point_to_new(QevmCounts *c, int fd, GError **error)
{
    guint8 header[12];
    guint64 from = G_MAXUINT64, to = 0;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, c->blocks);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Block *b = value;

        if (b->fresh) {
            from = MIN(from, b->index);
            to = MAX(to, b->index + 1);
            b->fresh = FALSE;
        }
    }
    if (c->moved) {
        qevm_be_put(header, 8, c->table_offset);
        qevm_be_put(header + 8, 4, c->table_clusters);
        return qevm_file_write_at(fd, 48, header, sizeof header, "the image",
                                  error);
    }
    return to == 0 || write_table(c, fd, (guint)from, (guint)to, error);
}

gboolean
qevm_counts_write(QevmCounts *counts, int fd, GError **error)
{
    return write_blocks(counts, fd, FALSE, error) &&
           point_to_new(counts, fd, error);
}

gboolean
qevm_counts_drop_old(QevmCounts *counts, GError **error)
{
    gboolean moved = counts->moved;

    counts->moved = FALSE;
    return !moved ||
           qevm_counts_lower(counts, counts->old_offset,
                             counts->old_clusters * counts->cluster, error);
}
