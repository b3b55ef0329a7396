/* qcow2.c - header, snapshot table, and the lookup of what is in a snapshot. */
#include "parser/qcow2.h"
#include "parser/codec.h"
#include "parser/path.h"

#include <string.h>

#define MAGIC "QFI\xfb"
#define OFFSET_MASK 0x00fffffffffffe00ull /* of L1 and L2 entries */
#define SNAPSHOTS_MAX 65536
#define TABLE_MAX (64 * 1024 * 1024) /* bytes of the snapshot table */
#define L1_MAX (32 * 1024 * 1024)    /* bytes, as QEMU's QCOW_MAX_L1_SIZE */

enum {
    V2_HEADER = 72,
    V3_HEADER = 104,
    ENTRY = 40, /* of a snapshot, before what varies */
    SLICE = 512,
    SLICES = 64,
    SUBCLUSTERS = 32,
    SECTOR = 512,
};

#define L2_COMPRESSED (1ull << 62)
#define L2_ZERO (1ull << 0)

gboolean
qevm_qcow2_is(const guint8 *head, gsize n)
{
    return n >= 4 && memcmp(head, MAGIC, 4) == 0;
}

guint64
qevm_qcow2_cluster(const QevmQcow2 *q)
{
    return (guint64)1 << q->cluster_bits;
}

static gboolean
extended(const QevmQcow2 *q)
{
    return (q->incompatible & QEVM_QCOW2_EXTENDED_L2) != 0;
}

static gsize
entry_size(const QevmQcow2 *q)
{
    return extended(q) ? 16 : 8;
}

guint64
qevm_qcow2_l2_entries(const QevmQcow2 *q)
{
    return qevm_qcow2_cluster(q) / entry_size(q);
}

static gboolean malformed(GError **error, guint64 at, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean
malformed(GError **error, guint64 at, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "at 0x%" G_GINT64_MODIFIER "x: qcow2: %s", at, what);
    return FALSE;
}

/* ---- the header ---- */

static void
snapshot_free(gpointer p)
{
    QevmQcow2Snapshot *s = p;

    g_free(s->id);
    g_free(s->name);
    g_free(s);
}

void
qevm_qcow2_free(QevmQcow2 *q)
{
    if (!q) {
        return;
    }
    g_ptr_array_unref(q->snapshots);
    g_free(q);
}

static void
read_v3(QevmQcow2 *q, const guint8 *head)
{
    q->incompatible = qevm_be_get(head + 72, 8);
    q->autoclear = qevm_be_get(head + 88, 8);
    q->refcount_order = (guint32)qevm_be_get(head + 96, 4);
    q->header_length = (guint32)qevm_be_get(head + 100, 4);
}

static gboolean
read_header(QevmQcow2 *q, QevmSource *image, guint32 *n_snapshots,
            GError **error)
{
    guint8 head[V3_HEADER + 1] = { 0 };

    if (!qevm_source_read(image, 0, V2_HEADER, head, "qcow2 header", error)) {
        return FALSE;
    }
    if (!qevm_qcow2_is(head, V2_HEADER)) {
        return malformed(error, 0, "no image of that format");
    }
    q->version = (guint32)qevm_be_get(head + 4, 4);
    q->cluster_bits = (guint32)qevm_be_get(head + 20, 4);
    q->size = qevm_be_get(head + 24, 8);
    q->crypt_method = (guint32)qevm_be_get(head + 32, 4);
    q->l1_size = (guint32)qevm_be_get(head + 36, 4);
    q->l1_offset = qevm_be_get(head + 40, 8);
    q->refcount_table_offset = qevm_be_get(head + 48, 8);
    q->refcount_table_clusters = (guint32)qevm_be_get(head + 56, 4);
    *n_snapshots = (guint32)qevm_be_get(head + 60, 4);
    q->snapshots_offset = qevm_be_get(head + 64, 8);
    q->refcount_order = 4;
    q->header_length = V2_HEADER;
    if (q->version < 2 || q->version > 3) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "at 0x4: qcow2: 2 and 3 are known, this has version %u",
                    q->version);
        return FALSE;
    }
    if (q->cluster_bits < 9 || q->cluster_bits > 21) {
        return malformed(error, 20, "clusters of 2^%u bytes", q->cluster_bits);
    }
    if (*n_snapshots > SNAPSHOTS_MAX) {
        return malformed(error, 60, "%u snapshots", *n_snapshots);
    }
    if (q->version == 2) {
        return TRUE;
    }
    if (!qevm_source_read(image, 0, V3_HEADER, head, "qcow2 header", error)) {
        return FALSE;
    }
    read_v3(q, head);
    if (q->header_length < V3_HEADER ||
        q->header_length > qevm_qcow2_cluster(q)) {
        return malformed(error, 100, "a header of %u bytes", q->header_length);
    }
    if (q->refcount_order > 6) {
        return malformed(error, 96, "refcounts of 2^%u bits",
                         q->refcount_order);
    }
    if (q->header_length > V3_HEADER) {
        if (!qevm_source_read(image, V3_HEADER, 1, head + V3_HEADER,
                              "qcow2 header", error)) {
            return FALSE;
        }
        q->compression = head[V3_HEADER];
    }
    if (extended(q) && q->cluster_bits < 14) {
        return malformed(error, 20,
                         "clusters of 2^%u bytes are too small for subclusters",
                         q->cluster_bits);
    }
    return TRUE;
}

gboolean
qevm_qcow2_check(const QevmQcow2 *q, GError **error)
{
    const guint64 known = QEVM_QCOW2_DIRTY | QEVM_QCOW2_CORRUPT |
                          QEVM_QCOW2_DATA_FILE | QEVM_QCOW2_COMPRESSION |
                          QEVM_QCOW2_EXTENDED_L2;
    g_autofree char *bits = g_strdup_printf(
        "it has incompatible features that are not known: 0x%" G_GINT64_MODIFIER
        "x",
        q->incompatible & ~known);
    const char *why =
        q->incompatible & ~known ? bits
        : q->crypt_method
            ? "it is encrypted; \"qemu-img convert\" makes a copy that is not, "
              "but without snapshots"
        : q->incompatible & QEVM_QCOW2_CORRUPT
            ? "it is marked corrupt; \"qemu-img check -r all\" repairs it"
        : q->incompatible & QEVM_QCOW2_DIRTY
            ? "it is in use, or was not closed; \"qemu-img check -r all\" puts "
              "its refcounts right"
        : q->incompatible & QEVM_QCOW2_DATA_FILE
            ? "its data are in another file; QEMU makes no snapshots in such "
              "images"
        : q->compression > 1 ? "its clusters are compressed in an unknown way"
                             : NULL;

    if (why) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "qcow2: the image cannot be read: %s", why);
    }
    return !why;
}

/* ---- the snapshot table ---- */

static char *
get_text(QevmSource *image, guint64 at, gsize n, GError **error)
{
    g_autofree char *text = g_malloc0(n + 1);

    if (!qevm_source_read(image, at, n, text, "snapshot name", error)) {
        return NULL;
    }
    return g_steal_pointer(&text);
}

static gboolean
read_snapshot(QevmQcow2 *q, QevmSource *image, guint64 *at, GError **error)
{
    QevmQcow2Snapshot *s = g_new0(QevmQcow2Snapshot, 1);
    guint8 b[ENTRY + 16];
    gsize id_len, name_len;
    guint32 extra;

    g_ptr_array_add(q->snapshots, s);
    if (!qevm_source_read(image, *at, ENTRY, b, "snapshot", error)) {
        return FALSE;
    }
    s->entry_offset = *at;
    s->l1_offset = qevm_be_get(b, 8);
    s->l1_size = (guint32)qevm_be_get(b + 8, 4);
    id_len = (gsize)qevm_be_get(b + 12, 2);
    name_len = (gsize)qevm_be_get(b + 14, 2);
    s->date = (guint32)qevm_be_get(b + 16, 4);
    s->vm_clock = qevm_be_get(b + 24, 8);
    s->vm_state_size = qevm_be_get(b + 32, 4);
    s->disk_size = q->size;
    extra = (guint32)qevm_be_get(b + 36, 4);
    if (extra > TABLE_MAX || (q->version > 2 && extra < 16)) {
        return malformed(error, *at + 36, "%u bytes of extra data", extra);
    }
    *at += ENTRY;
    if (extra >= 8) {
        if (!qevm_source_read(image, *at, MIN(extra, 16u), b, "snapshot",
                              error)) {
            return FALSE;
        }
        s->vm_state_size = qevm_be_get(b, 8);
        if (extra >= 16) {
            s->disk_size = qevm_be_get(b + 8, 8);
        }
    }
    *at += extra;
    s->id = get_text(image, *at, id_len, error);
    *at += id_len;
    s->name = s->id ? get_text(image, *at, name_len, error) : NULL;
    *at += name_len;
    s->entry_size = *at - s->entry_offset;
    *at = (*at + 7) & ~(guint64)7;
    return s->name != NULL;
}

QevmQcow2 *
qevm_qcow2_read(QevmSource *image, GError **error)
{
    g_autoptr(QevmQcow2) q = g_new0(QevmQcow2, 1);
    guint32 n = 0;
    guint64 at;

    q->snapshots = g_ptr_array_new_with_free_func(snapshot_free);
    if (!read_header(q, image, &n, error)) {
        return NULL;
    }
    at = q->snapshots_offset;
    for (guint32 i = 0; i < n; i++) {
        if (!read_snapshot(q, image, &at, error)) {
            return NULL;
        }
        if (at - q->snapshots_offset > TABLE_MAX) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                        "at 0x%" G_GINT64_MODIFIER
                        "x: qcow2: more than 64 MiB of snapshots",
                        q->snapshots_offset);
            return NULL;
        }
    }
    return g_steal_pointer(&q);
}

/* ---- which one ---- */

static void
list_snapshots(const QevmQcow2 *q, GString *out)
{
    for (guint i = 0; i < q->snapshots->len; i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(q->snapshots, i);
        g_autofree char *name = qevm_path_quote(s->name);
        g_autofree char *id = qevm_path_quote(s->id);

        if (s->vm_state_size) {
            g_string_append_printf(out, "%s %s (id:%s)", out->len ? "," : "",
                                   name, id);
        }
    }
}

/* The first that has this name, or ID. */
static const QevmQcow2Snapshot *
named(const QevmQcow2 *q, const char *name, gboolean by_id)
{
    for (guint i = 0; i < q->snapshots->len; i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(q->snapshots, i);

        if (strcmp(by_id ? s->id : s->name, name) == 0) {
            return s;
        }
    }
    return NULL;
}

static const QevmQcow2Snapshot *
only_one(const QevmQcow2 *q)
{
    const QevmQcow2Snapshot *only = NULL;

    for (guint i = 0; i < q->snapshots->len; i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(q->snapshots, i);

        if (s->vm_state_size && only) {
            return NULL;
        }
        only = s->vm_state_size ? s : only;
    }
    return only;
}

const QevmQcow2Snapshot *
qevm_qcow2_find(const QevmQcow2 *q, const char *name, GError **error)
{
    const QevmQcow2Snapshot *s = !name ? only_one(q) : named(q, name, FALSE);
    g_autoptr(GString) all = g_string_new(NULL);
    g_autofree char *quoted = name ? qevm_path_quote(name) : NULL;

    if (name && g_str_has_prefix(name, "id:")) {
        s = named(q, name + 3, TRUE);
    } else if (name && !s) {
        s = named(q, name, TRUE);
    }
    if (s && s->vm_state_size) {
        return s;
    }
    list_snapshots(q, all);
    if (s) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "snapshot %s is one of the disk only, it has no vm state",
                    quoted);
    } else if (!all->len) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_PATH,
                            "the qcow2 image has no snapshot with a vm state");
    } else if (name) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "the qcow2 image has no snapshot %s; it has%s", quoted,
                    all->str);
    } else {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "the qcow2 image has several snapshots; name one, as in "
                    "IMAGE#NAME:%s",
                    all->str);
    }
    return NULL;
}

guint64
qevm_qcow2_vm_state_offset(const QevmQcow2 *q, const QevmQcow2Snapshot *s)
{
    guint64 unit = qevm_qcow2_cluster(q) * qevm_qcow2_l2_entries(q);

    return s->disk_size / unit * unit + (s->disk_size % unit ? unit : 0);
}

/* ---- the lookup ----
 *
 * L2 tables are read in slices of some hundred entries; those read last are
 * kept, each at a place that its number gives. */

typedef struct {
    guint64 number; /* of the slice; G_MAXUINT64: none */
    guint8 *bytes;  /* owned */
} Slice;

typedef struct {
    QevmQcow2 q; /* without its snapshots */
    QevmSource *image;
    guint64 start; /* of the vm state */
    guint64 l1_offset, l1_size;
    guint entries; /* of a slice */
    Slice slices[SLICES];
    guint8 *cluster;        /* owned; decompressed; NULL: none yet */
    guint64 cluster_number; /* whose that is */
} Map;

static void
map_free(gpointer p)
{
    Map *m = p;

    for (guint i = 0; i < SLICES; i++) {
        g_free(m->slices[i].bytes);
    }
    g_free(m->cluster);
    qevm_source_free(m->image);
    g_free(m);
}

/* The slice with the entry of a cluster; NULL in `bytes`: there is no table. */
static gboolean
get_slice(Map *m, guint64 number, const guint8 **bytes, GError **error)
{
    guint64 first = number * m->entries;
    guint64 l1_index = first / qevm_qcow2_l2_entries(&m->q);
    guint64 in_table = first % qevm_qcow2_l2_entries(&m->q) * entry_size(&m->q);
    Slice *slice = &m->slices[number % SLICES];
    guint8 l1[8];
    guint64 table;

    *bytes = NULL;
    if (slice->number == number) {
        *bytes = slice->bytes;
        return TRUE;
    }
    if (l1_index >= m->l1_size) {
        return TRUE;
    }
    if (!qevm_source_read(m->image, m->l1_offset + l1_index * 8, 8, l1,
                          "L1 table of the snapshot", error)) {
        return FALSE;
    }
    table = qevm_be_get(l1, 8) & OFFSET_MASK;
    if (table == 0) {
        return TRUE;
    }
    if (table % qevm_qcow2_cluster(&m->q) != 0) {
        return malformed(error, m->l1_offset + l1_index * 8,
                         "an L2 table at 0x%" G_GINT64_MODIFIER
                         "x, where no cluster begins",
                         table);
    }
    if (!slice->bytes) {
        slice->bytes = g_malloc(m->entries * entry_size(&m->q));
    }
    slice->number = G_MAXUINT64;
    if (!qevm_source_read(m->image, table + in_table,
                          m->entries * entry_size(&m->q), slice->bytes,
                          "L2 table of the snapshot", error)) {
        return FALSE;
    }
    slice->number = number;
    *bytes = slice->bytes;
    return TRUE;
}

/* Bytes that the file does not have any more are zeros, as for QEMU. */
static void
set_extent(Map *m, QevmStretch *run, guint64 host, guint64 size)
{
    guint64 there = qevm_source_size(m->image);

    run->size = size;
    if (host < there) {
        run->of = m->image;
        run->offset = host;
        run->size = MIN(size, there - host);
    }
}

/* Offset, then how many sectors follow the first:
 *
 *   bits 0 .. x-1   offset      x = 62 - (cluster_bits - 8)
 *   bits x .. 61    sectors
 */
static gboolean
get_compressed(Map *m, guint64 number, guint64 entry, GError **error)
{
    guint x = 62 - (m->q.cluster_bits - 8);
    guint64 size = qevm_qcow2_cluster(&m->q);
    guint64 host = entry & (((guint64)1 << x) - 1);
    guint64 sectors = (entry & (L2_COMPRESSED - 1)) >> x;
    guint64 len = (sectors + 1) * SECTOR - host % SECTOR;
    guint64 there = qevm_source_size(m->image);
    g_autoptr(GBytes) packed = NULL;
    const guint8 *p;
    gsize n;
    gboolean ok;

    if (m->cluster && m->cluster_number == number) {
        return TRUE;
    }
    if (host >= there) {
        return malformed(error, host, "a compressed cluster behind the end");
    }
    packed = qevm_source_get(m->image, host, MIN(len, there - host),
                             "compressed cluster", error);
    if (!packed) {
        return FALSE;
    }
    if (!m->cluster) {
        m->cluster = g_malloc(size);
    }
    m->cluster_number = G_MAXUINT64;
    p = g_bytes_get_data(packed, &n);
    ok = m->q.compression ? qevm_codec_unzstd(p, n, m->cluster, size)
                          : qevm_codec_inflate(p, n, m->cluster, size);
    if (!ok) {
        return malformed(error, host, "a compressed cluster is damaged");
    }
    m->cluster_number = number;
    return TRUE;
}

/* A cluster in 32 parts, each there, zeros or nowhere (which is zeros). */
static void
find_subclusters(Map *m, const guint8 *entry, guint64 in, QevmStretch *run)
{
    guint64 size = qevm_qcow2_cluster(&m->q) / SUBCLUSTERS;
    guint32 there = (guint32)qevm_be_get(entry + 12, 4);
    guint first = (guint)(in / size), k = first;
    gboolean data = there >> first & 1;

    while (k < SUBCLUSTERS && (gboolean)(there >> k & 1) == data) {
        k++;
    }
    run->size = k * size - in;
    if (data) {
        set_extent(m, run, (qevm_be_get(entry, 8) & OFFSET_MASK) + in,
                   run->size);
    }
}

static guint64
host_of(guint64 entry)
{
    return entry & L2_ZERO ? 0 : entry & OFFSET_MASK;
}

/* Whole clusters that follow each other in the file, too, or all zeros. */
static void
find_clusters(Map *m, const guint8 *slice, guint k, guint64 in,
              QevmStretch *run)
{
    guint64 size = qevm_qcow2_cluster(&m->q);
    guint64 host = host_of(qevm_be_get(slice + 8 * k, 8)), total = size;

    while (++k < m->entries) {
        guint64 next = qevm_be_get(slice + 8 * k, 8);

        if (next & L2_COMPRESSED ||
            host_of(next) != (host ? host + total : 0)) {
            break;
        }
        total += size;
    }
    run->size = total - in;
    if (host) {
        set_extent(m, run, host + in, run->size);
    }
}

static gboolean
find_run(gpointer user, guint64 offset, QevmStretch *run, GError **error)
{
    Map *m = user;
    guint64 size = qevm_qcow2_cluster(&m->q);
    guint64 number = (m->start + offset) / size;
    guint64 in = (m->start + offset) % size, entry;
    guint k = (guint)(number % m->entries);
    const guint8 *slice;

    if (!get_slice(m, number / m->entries, &slice, error)) {
        return FALSE;
    }
    if (!slice) {
        run->size = (m->entries - k) * size - in;
        return TRUE;
    }
    entry = qevm_be_get(slice + k * entry_size(&m->q), 8);
    if (entry & L2_COMPRESSED) {
        if (!get_compressed(m, number, entry, error)) {
            return FALSE;
        }
        run->data = m->cluster + in;
        run->size = size - in;
    } else if (extended(&m->q)) {
        find_subclusters(m, slice + 16 * k, in, run);
    } else {
        find_clusters(m, slice, k, in, run);
    }
    return TRUE;
}

QevmSource *
qevm_qcow2_vm_state(const QevmQcow2 *q, const QevmQcow2Snapshot *s,
                    QevmSource *image, GError **error)
{
    Map *m = g_new0(Map, 1);
    guint64 start = qevm_qcow2_vm_state_offset(q, s);

    m->q = *q;
    m->q.snapshots = NULL;
    m->image = image;
    m->start = start;
    m->l1_offset = s->l1_offset;
    m->l1_size = s->l1_size;
    m->entries = (guint)qevm_qcow2_l2_entries(q);
    m->entries = MIN(m->entries, (guint)SLICE);
    m->cluster_number = G_MAXUINT64;
    for (guint i = 0; i < SLICES; i++) {
        m->slices[i].number = G_MAXUINT64;
    }
    if (!qevm_qcow2_check(q, error)) {
        map_free(m);
        return NULL;
    }
    if (s->l1_size > L1_MAX / 8 || s->disk_size > G_MAXINT64 / 2 ||
        s->vm_state_size > G_MAXINT64 / 2) {
        malformed(error, s->entry_offset,
                  "a snapshot of %u L1 entries, %" G_GUINT64_FORMAT
                  " bytes of disk and %" G_GUINT64_FORMAT " of vm state",
                  s->l1_size, s->disk_size, s->vm_state_size);
        map_free(m);
        return NULL;
    }
    return qevm_source_new_mapped(qevm_source_name(image), s->vm_state_size,
                                  find_run, m, map_free);
}
