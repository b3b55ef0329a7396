/* qcow2.h - qcow2 images: their internal snapshots, and the vm states in them.
 *
 * Reads versions 2 and 3 (docs/interop/qcow2.txt and block/qcow2*.c of QEMU
 * 10.0). Nothing is written and nothing locked. Tables are read when a byte
 * behind them is wanted, so that looking into a large vm state costs little.
 */
#ifndef QEVM_PARSER_QCOW2_H
#define QEVM_PARSER_QCOW2_H

#include "parser/source.h"

typedef struct {
    char *id, *name;
    guint64 vm_state_size; /* 0: of the disk only */
    guint64 disk_size;     /* in bytes, as it was */
    guint64 vm_clock;      /* nanoseconds */
    guint32 date;          /* seconds of the epoch */
    guint64 l1_offset;
    guint32 l1_size;                  /* entries */
    guint64 entry_offset, entry_size; /* of its entry in the table */
} QevmQcow2Snapshot;

typedef struct {
    guint32 version, cluster_bits, refcount_order, header_length, crypt_method;
    guint64 size; /* of the disk, in bytes */
    guint32 l1_size;
    guint64 l1_offset;
    guint64 refcount_table_offset;
    guint32 refcount_table_clusters;
    guint64 snapshots_offset;
    guint64 incompatible, autoclear; /* feature bits */
    guint8 compression;              /* 0 zlib, 1 zstd */
    GPtrArray *snapshots;            /* QevmQcow2Snapshot */
} QevmQcow2;

enum {
    QEVM_QCOW2_DIRTY = 1 << 0, /* incompatible features */
    QEVM_QCOW2_CORRUPT = 1 << 1,
    QEVM_QCOW2_DATA_FILE = 1 << 2,
    QEVM_QCOW2_COMPRESSION = 1 << 3,
    QEVM_QCOW2_EXTENDED_L2 = 1 << 4,
};

gboolean qevm_qcow2_is(const guint8 *head, gsize n);

/* Header and snapshot table. */
QevmQcow2 *qevm_qcow2_read(QevmSource *image, GError **error);
void qevm_qcow2_free(QevmQcow2 *q);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmQcow2, qevm_qcow2_free)

/* Can what is in this image be read? UNSUPPORTED says why not. */
QEVM_CHECKED gboolean qevm_qcow2_check(const QevmQcow2 *q, GError **error);

/* The one that is called `name`, or has that ID; "id:ID" is an ID. NULL: the
 * only one with a vm state. PATH error: none, or many; it lists them. */
const QevmQcow2Snapshot *qevm_qcow2_find(const QevmQcow2 *q, const char *name,
                                         GError **error);

/* Where in the guest's address space its vm state begins. */
guint64 qevm_qcow2_vm_state_offset(const QevmQcow2 *q,
                                   const QevmQcow2Snapshot *s);

/* The vm state as a source. Takes over `image`, also on failure. */
QevmSource *qevm_qcow2_vm_state(const QevmQcow2 *q, const QevmQcow2Snapshot *s,
                                QevmSource *image, GError **error);

/* Bytes of a cluster; entries of an L2 table. */
guint64 qevm_qcow2_cluster(const QevmQcow2 *q);
guint64 qevm_qcow2_l2_entries(const QevmQcow2 *q);

#endif
