/* qcow2-count.h - the reference counts of a qcow2 image, in memory until they
 * are written.
 *
 *   refcount table: u64 offset of a refcount block, each
 *   refcount block: counts of 2^refcount_order bits, for a cluster each
 *
 * Counts below 8 bits begin at the least significant bit of a byte
 * (block/qcow2-refcount.c).
 */
#ifndef QEVM_REWRITE_QCOW2_COUNT_H
#define QEVM_REWRITE_QCOW2_COUNT_H

#include "parser/qcow2.h"

typedef struct QevmCounts QevmCounts;

/* Reads the table. `image` is borrowed. */
QevmCounts *qevm_counts_new(const QevmQcow2 *q, QevmSource *image,
                            GError **error);
void qevm_counts_free(QevmCounts *counts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmCounts, qevm_counts_free)

/* The first cluster behind all that have a count. */
QEVM_CHECKED gboolean qevm_counts_end(QevmCounts *counts, guint64 *cluster,
                                      GError **error);
/* One more, or one less, for each cluster that [offset, offset + size) touches.
 * Each must have a count already; more than fit is UNSUPPORTED. */
QEVM_CHECKED gboolean qevm_counts_raise(QevmCounts *counts, guint64 offset,
                                        guint64 size, GError **error);
QEVM_CHECKED gboolean qevm_counts_lower(QevmCounts *counts, guint64 offset,
                                        guint64 size, GError **error);

/* Room for `clusters` more from cluster `first` on, the end: blocks that are
 * missing, and a larger table if the old one is too short, are put at `first`,
 * and count themselves. *next is the first cluster behind them. */
QEVM_CHECKED gboolean qevm_counts_grow(QevmCounts *counts, guint64 first,
                                       guint64 clusters, guint64 *next,
                                       GError **error);
/* New clusters get a count of one. */
QEVM_CHECKED gboolean qevm_counts_take(QevmCounts *counts, guint64 offset,
                                       guint64 size, GError **error);

/* What qevm_counts_grow() made: nothing points to it yet. */
QEVM_CHECKED gboolean qevm_counts_write_new(QevmCounts *counts, int fd,
                                            GError **error);
/* All blocks that changed; then what points to new ones. */
QEVM_CHECKED gboolean qevm_counts_write(QevmCounts *counts, int fd,
                                        GError **error);
/* The table's place is another one: its old clusters are lowered. */
QEVM_CHECKED gboolean qevm_counts_drop_old(QevmCounts *counts, GError **error);

#endif
