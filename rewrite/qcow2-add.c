/* qcow2-add.c - a new internal snapshot in a qcow2 image.
 *
 * The steps, each on disk before the next:
 *
 *   1. new refcount blocks (and table), vm state, its L2 tables, the L1 table
 *      and the snapshot table, behind all that there is
 *   2. counts of clusters that the new snapshot shares, and of the new ones
 *   3. the header: the new snapshot table
 *   4. counts of the old snapshot table, which nothing points to any more
 */
#define _GNU_SOURCE
#include "rewrite/qcow2-add.h"
#include "parser/file.h"
#include "parser/path.h"
#include "rewrite/qcow2-count.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define OFFSET_MASK 0x00fffffffffffe00ull
#define L2_COMPRESSED (1ull << 62)
#define SECTOR 512
#define L1_MAX (32 * 1024 * 1024 / 8)
#define TABLE_MAX (64 * 1024 * 1024)

enum { AT_SNAPSHOTS = 60, AT_AUTOCLEAR = 88, ENTRY = 40, EXTRA = 16 };

typedef struct {
    const QevmQcow2Add *add;
    int fd;            /* owned, with the locks */
    QevmSource *image; /* owned; what was there */
    QevmQcow2 *q;      /* owned */
    const QevmQcow2Snapshot *old;
    guint64 cluster;
    QevmCounts *counts; /* owned */
    /* The new snapshot. */
    guint64 vm_size, vm_clusters;
    guint64 l1_kept; /* entries of the disk, as the old one has them */
    GArray *l1;      /* guint64; owned */
    GByteArray *table;
    guint64 vm_at, l2_at, l1_at, table_at; /* offsets */
    guint64 old_table_size;
} Add;

static void
add_clear(Add *a)
{
    g_clear_pointer(&a->counts, qevm_counts_free);
    g_clear_pointer(&a->q, qevm_qcow2_free);
    g_clear_pointer(&a->image, qevm_source_free);
    if (a->l1) {
        g_array_unref(a->l1);
    }
    if (a->table) {
        g_byte_array_unref(a->table);
    }
    if (a->fd >= 0) {
        close(a->fd); /* and the locks are gone */
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Add, add_clear)

/* ---- locks ----
 *
 * A byte for each permission that one uses and for each that one denies to
 * others, at these places; all are read locks, and who wants to know tests for
 * a conflict with a write lock (block/file-posix.c).
 */

enum { LOCK_USED = 100, LOCK_DENIED = 200 };
enum { PERM_READ = 0, PERM_WRITE = 1, PERM_RESIZE = 3 };

static gboolean
lock_byte(const Add *a, off_t at, GError **error)
{
    struct flock lock = {
        .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1
    };

    return fcntl(a->fd, F_OFD_SETLK, &lock) == 0 ||
           qevm_error_errno(error, errno, "cannot be locked");
}

static gboolean
test_byte(const Add *a, off_t at, GError **error)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1
    };

    if (fcntl(a->fd, F_OFD_GETLK, &lock) != 0) {
        return qevm_error_errno(error, errno, "cannot be locked");
    }
    if (lock.l_type == F_UNLCK) {
        return TRUE;
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                "the image is in use by another process, a QEMU perhaps; a "
                "snapshot can be added when that has ended");
    return FALSE;
}

static gboolean
take_locks(const Add *a, GError **error)
{
    static const off_t used[] = { PERM_READ, PERM_WRITE, PERM_RESIZE };
    static const off_t denied[] = { PERM_WRITE, PERM_RESIZE };

    for (guint i = 0; i < G_N_ELEMENTS(used); i++) {
        if (!lock_byte(a, LOCK_USED + used[i], error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(denied); i++) {
        if (!lock_byte(a, LOCK_DENIED + denied[i], error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(used); i++) {
        if (!test_byte(a, LOCK_DENIED + used[i], error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(denied); i++) {
        if (!test_byte(a, LOCK_USED + denied[i], error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- what is there ---- */

static gboolean
find_old(Add *a, GError **error)
{
    const char *name = a->add->old;
    gboolean by_id = g_str_has_prefix(name, "id:");
    g_autofree char *quoted = qevm_path_quote(name);

    for (guint i = 0; i < a->q->snapshots->len; i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(a->q->snapshots, i);

        if (strcmp(s->name, a->add->name) == 0) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                        "the image has a snapshot of the name %s already",
                        a->add->name);
            return FALSE;
        }
        if (!a->old &&
            strcmp(by_id ? s->id : s->name, by_id ? name + 3 : name) == 0) {
            a->old = s;
        }
    }
    if (!a->old) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "the image has no snapshot %s", quoted);
    }
    return a->old != NULL;
}

static gboolean
check_name(const char *name, GError **error)
{
    gsize len = strlen(name);

    if (len == 0 || len > 255) { /* QEMU prints and compares 256 bytes */
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_PATH,
                            "the name of a snapshot has 1 to 255 bytes");
        return FALSE;
    }
    return TRUE;
}

static gboolean
open_image(Add *a, GError **error)
{
    const guint64 by_hand = 3; /* autoclear features that stay true: bitmaps
                                  are of the disk, which is not touched */

    a->fd = open(a->add->path, O_RDWR | O_CLOEXEC);
    if (a->fd < 0) {
        return qevm_error_errno(error, errno, "cannot be opened for writing");
    }
    if (!check_name(a->add->name, error) || !take_locks(a, error)) {
        return FALSE;
    }
    a->image = qevm_source_new_fd(dup(a->fd), a->add->path, error);
    a->q = a->image ? qevm_qcow2_read(a->image, error) : NULL;
    if (!a->q || !qevm_qcow2_check(a->q, error) || !find_old(a, error)) {
        return FALSE;
    }
    if (a->q->autoclear & ~by_hand) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "qcow2: the image has features that are not known and do "
                    "not allow writing: 0x%" G_GINT64_MODIFIER "x",
                    a->q->autoclear & ~by_hand);
        return FALSE;
    }
    a->cluster = qevm_qcow2_cluster(a->q);
    a->counts = qevm_counts_new(a->q, a->image, error);
    return a->counts != NULL;
}

/* ---- the clusters that are shared ---- */

static gboolean
raise_entry(Add *a, guint64 entry, GError **error)
{
    guint x = 62 - (a->q->cluster_bits - 8);
    guint64 offset = entry & OFFSET_MASK, sectors;

    if (entry & L2_COMPRESSED) {
        offset = entry & (((guint64)1 << x) - 1) & ~(guint64)(SECTOR - 1);
        sectors = ((entry & (L2_COMPRESSED - 1)) >> x) + 1;
        return qevm_counts_raise(a->counts, offset, sectors * SECTOR, error);
    }
    return offset == 0 ||
           qevm_counts_raise(a->counts, offset, a->cluster, error);
}

static gboolean
raise_table(Add *a, guint64 table, GError **error)
{
    g_autofree guint8 *bytes = g_malloc(a->cluster);
    gsize step = a->q->incompatible & QEVM_QCOW2_EXTENDED_L2 ? 16 : 8;

    if (!qevm_source_read(a->image, table, a->cluster, bytes,
                          "L2 table of the snapshot", error) ||
        !qevm_counts_raise(a->counts, table, a->cluster, error)) {
        return FALSE;
    }
    for (gsize i = 0; i < a->cluster; i += step) {
        if (!raise_entry(a, qevm_be_get(bytes + i, 8), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The L1 entries of the disk: they stay, without the flag that says that
 * nobody else has the table. */
static gboolean
share_disk(Add *a, GError **error)
{
    guint64 unit = a->cluster * qevm_qcow2_l2_entries(a->q), disk;
    g_autofree guint8 *bytes = NULL;
    gsize n;

    disk = qevm_qcow2_vm_state_offset(a->q, a->old) / unit;
    a->l1_kept = MIN(a->old->l1_size, disk);
    a->l1 = g_array_new(FALSE, TRUE, sizeof(guint64));
    n = (gsize)a->l1_kept * 8;
    if (a->l1_kept > L1_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "qcow2: an L1 table of %" G_GUINT64_FORMAT " entries",
                    a->l1_kept);
        return FALSE;
    }
    bytes = g_malloc(n + 1);
    if (!qevm_source_read(a->image, a->old->l1_offset, n, bytes,
                          "L1 table of the snapshot", error)) {
        return FALSE;
    }
    for (gsize i = 0; i < n; i += 8) {
        guint64 entry = qevm_be_get(bytes + i, 8) & OFFSET_MASK;

        g_array_append_val(a->l1, entry);
        if (entry && !raise_table(a, entry, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- the snapshot table ---- */

static guint64
new_id(const QevmQcow2 *q)
{
    guint64 most = 0;

    for (guint i = 0; i < q->snapshots->len; i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(q->snapshots, i);
        guint64 id = g_ascii_strtoull(s->id, NULL, 10);

        if (id < G_MAXUINT32) {
            most = MAX(most, id);
        }
    }
    return most + 1;
}

static gboolean
table_is_full(GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                "qcow2: the image holds no more snapshots");
    return FALSE;
}

/* The old table as it is, and an entry that is a copy of the old snapshot's but
 * for what is new. */
static gboolean
make_table(Add *a, GError **error)
{
    const QevmQcow2Snapshot *last =
        g_ptr_array_index(a->q->snapshots, a->q->snapshots->len - 1);
    guint64 from = a->q->snapshots_offset;
    g_autofree char *id = g_strdup_printf("%" G_GUINT64_FORMAT, new_id(a->q));
    gsize id_len = strlen(id), name_len = strlen(a->add->name);
    gsize old_texts = strlen(a->old->id) + strlen(a->old->name), extra, at;
    g_autoptr(GBytes) entry = NULL, table = NULL;
    guint8 *p;

    a->old_table_size = last->entry_offset + last->entry_size - from;
    if (a->old_table_size > TABLE_MAX) {
        return table_is_full(error);
    }
    entry = qevm_source_get(a->image, a->old->entry_offset, a->old->entry_size,
                            "snapshot", error);
    table = entry ? qevm_source_get(a->image, from, a->old_table_size,
                                    "snapshot table", error)
                  : NULL;
    if (!table) {
        return FALSE;
    }
    g_byte_array_append(a->table, g_bytes_get_data(table, NULL),
                        (guint)a->old_table_size);
    /* What extra data there is, and at least the two sizes. */
    extra = g_bytes_get_size(entry) - ENTRY - old_texts;
    at = (a->table->len + 7u) & ~(gsize)7;
    g_byte_array_set_size(a->table, (guint)(at + ENTRY));
    memset(a->table->data + a->old_table_size, 0, at - a->old_table_size);
    p = g_memdup2(g_bytes_get_data(entry, NULL), g_bytes_get_size(entry));
    memcpy(a->table->data + at, p, ENTRY);
    g_byte_array_append(a->table, p + ENTRY, (guint)extra);
    g_free(p);
    if (extra < EXTRA) {
        g_byte_array_set_size(a->table, (guint)(at + ENTRY + EXTRA));
        extra = EXTRA;
    }
    p = a->table->data + at;
    qevm_be_put(p, 8, a->l1_at);
    qevm_be_put(p + 8, 4, a->l1->len);
    qevm_be_put(p + 12, 2, id_len);
    qevm_be_put(p + 14, 2, name_len);
    qevm_be_put(p + 16, 4, (guint32)time(NULL));
    qevm_be_put(p + 20, 4, 0);
    qevm_be_put(p + 32, 4, MIN(a->vm_size, (guint64)G_MAXUINT32));
    qevm_be_put(p + 36, 4, extra);
    qevm_be_put(p + ENTRY, 8, a->vm_size);
    qevm_be_put(p + ENTRY + 8, 8, a->old->disk_size);
    g_byte_array_append(a->table, (const guint8 *)id, (guint)id_len);
    g_byte_array_append(a->table, (const guint8 *)a->add->name,
                        (guint)name_len);
    return TRUE;
}

/* ---- where everything goes ---- */

static guint64
clusters_of(const Add *a, guint64 size)
{
    return (size + a->cluster - 1) / a->cluster;
}

/* A file grows at its end, whatever stands there: nothing of it is written
 * over. A device does not grow: it is used behind the last counted cluster. */
static gboolean
find_end(const Add *a, guint64 *first, gboolean *device, GError **error)
{
    struct stat st;

    if (fstat(a->fd, &st) != 0) {
        return qevm_error_errno(error, errno, "cannot be examined");
    }
    if (!qevm_counts_end(a->counts, first, error)) {
        return FALSE;
    }
    *device = S_ISBLK(st.st_mode);
    if (!*device) {
        guint64 size = clusters_of(a, qevm_source_size(a->image));

        *first = MAX(*first, size);
    }
    return TRUE;
}

static gboolean
check_room(const Add *a, gboolean device, guint64 end, GError **error)
{
    if (device && end > qevm_source_size(a->image)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "the device has no room for %" G_GUINT64_FORMAT
                    " bytes behind what is in use",
                    a->vm_size);
        return FALSE;
    }
    return TRUE;
}

/* In clusters behind the end: counts, vm state, L2 tables, L1, snapshots. */
static gboolean
place(Add *a, GError **error)
{
    guint64 entries = qevm_qcow2_l2_entries(a->q), first, next, l2, l1, table;
    guint64 taken, all;
    gboolean device = FALSE;

    a->vm_size = a->add->vm_state ? qevm_source_size(a->add->vm_state) : 0;
    a->vm_clusters = clusters_of(a, a->vm_size);
    l2 = (a->vm_clusters + entries - 1) / entries;
    /* The vm state begins where the L1 entries of the disk end. */
    if (l2) {
        a->l1_kept =
            qevm_qcow2_vm_state_offset(a->q, a->old) / (a->cluster * entries);
    }
    if (a->l1_kept + l2 > L1_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "qcow2: the vm state is too large for clusters of "
                    "%" G_GUINT64_FORMAT " bytes",
                    a->cluster);
        return FALSE;
    }
    g_array_set_size(a->l1, (guint)(a->l1_kept + l2));
    a->table = g_byte_array_new();
    if (!make_table(a, error)) {
        return FALSE;
    }
    if (a->table->len > TABLE_MAX || a->q->snapshots->len >= 65536) {
        return table_is_full(error);
    }
    l1 = clusters_of(a, (guint64)a->l1->len * 8);
    table = clusters_of(a, a->table->len);
    all = a->vm_clusters + l2 + l1 + table;
    if (!find_end(a, &first, &device, error) ||
        !qevm_counts_grow(a->counts, first, all, &next, error)) {
        return FALSE;
    }
    taken = next * a->cluster;
    a->vm_at = taken;
    a->l2_at = a->vm_at + a->vm_clusters * a->cluster;
    a->l1_at = a->l2_at + l2 * a->cluster;
    a->table_at = a->l1_at + l1 * a->cluster;
    for (guint64 i = 0; i < l2; i++) {
        g_array_index(a->l1, guint64, a->l1_kept + i) =
            a->l2_at + i * a->cluster;
    }
    /* The table knows now where its L1 is. */
    g_byte_array_set_size(a->table, 0);
    return make_table(a, error) &&
           qevm_counts_take(a->counts, taken, all * a->cluster, error) &&
           check_room(a, device, a->table_at + table * a->cluster, error);
}

/* ---- writing ---- */

static gboolean
barrier(const Add *a, GError **error)
{
    return !a->add->sync || fdatasync(a->fd) == 0 ||
           qevm_error_errno(error, errno, "cannot be written");
}

/* What `size` bytes leave of their last cluster is zeros. */
static gboolean
write_rest(const Add *a, guint64 at, guint64 size, GError **error)
{
    g_autofree guint8 *zeros = g_malloc0(a->cluster);

    return qevm_file_write_at(a->fd, at + size, zeros,
                              (gsize)(clusters_of(a, size) * a->cluster - size),
                              "the image", error);
}

static gboolean
write_padded(const Add *a, guint64 at, const guint8 *data, gsize n,
             GError **error)
{
    return qevm_file_write_at(a->fd, at, data, n, "the image", error) &&
           write_rest(a, at, n, error);
}

static gboolean
write_vm_state(const Add *a, GError **error)
{
    if (a->vm_size == 0) {
        return TRUE;
    }
    return (lseek(a->fd, (off_t)a->vm_at, SEEK_SET) >= 0 ||
            qevm_error_errno(error, errno, "cannot be written")) &&
           qevm_source_copy(a->add->vm_state, 0, a->vm_size, a->fd, FALSE,
                            error) &&
           write_rest(a, a->vm_at, a->vm_size, error);
}

static gboolean
write_l2(const Add *a, GError **error)
{
    gboolean extended = (a->q->incompatible & QEVM_QCOW2_EXTENDED_L2) != 0;
    guint64 entries = qevm_qcow2_l2_entries(a->q);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint64 at = a->l2_at;

    for (guint64 i = 0; i < a->vm_clusters; i++) {
        qevm_be_append(bytes, 8, a->vm_at + i * a->cluster);
        if (extended) {
            qevm_be_append(bytes, 8, G_MAXUINT32); /* all parts are there */
        }
        if ((i + 1) % entries == 0 || i + 1 == a->vm_clusters) {
            if (!write_padded(a, at, bytes->data, bytes->len, error)) {
                return FALSE;
            }
            at += a->cluster;
            g_byte_array_set_size(bytes, 0);
        }
    }
    return TRUE;
}

static gboolean
write_l1(const Add *a, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (guint i = 0; i < a->l1->len; i++) {
        qevm_be_append(bytes, 8, g_array_index(a->l1, guint64, i));
    }
    return write_padded(a, a->l1_at, bytes->data, bytes->len, error);
}

static gboolean
write_header(const Add *a, GError **error)
{
    guint8 bytes[12];

    qevm_be_put(bytes, 4, a->q->snapshots->len + 1);
    qevm_be_put(bytes + 4, 8, a->table_at);
    return qevm_file_write_at(a->fd, AT_SNAPSHOTS, bytes, sizeof bytes,
                              "the image", error);
}

static gboolean
write_all(Add *a, GError **error)
{
    guint64 old_table = a->q->snapshots_offset;

    return qevm_counts_write_new(a->counts, a->fd, error) &&
           write_vm_state(a, error) && write_l2(a, error) &&
           write_l1(a, error) &&
           write_padded(a, a->table_at, a->table->data, a->table->len, error) &&
           barrier(a, error) && qevm_counts_write(a->counts, a->fd, error) &&
           barrier(a, error) && write_header(a, error) && barrier(a, error) &&
           qevm_counts_lower(a->counts, old_table, a->old_table_size, error) &&
           qevm_counts_drop_old(a->counts, error) &&
           qevm_counts_write(a->counts, a->fd, error) && barrier(a, error);
}

static gboolean
prepare(Add *a, GError **error)
{
    return open_image(a, error) && share_disk(a, error) && place(a, error);
}

static gboolean
run(const QevmQcow2Add *add, gboolean write, GError **error)
{
    g_auto(Add) a = { .add = add, .fd = -1 };

    if (prepare(&a, error) && (!write || write_all(&a, error))) {
        return TRUE;
    }
    g_prefix_error(error, "%s: ", add->path);
    return FALSE;
}

gboolean
qevm_qcow2_add(const QevmQcow2Add *add, GError **error)
{
    return run(add, TRUE, error);
}

gboolean
qevm_qcow2_can_add(const QevmQcow2Add *add, GError **error)
{
    return run(add, FALSE, error);
}
