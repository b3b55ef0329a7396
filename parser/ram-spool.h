/* ram-spool.h - pages that wait in a temporary file, the last version of each.
 *
 * A page of the destination can be several of the source, sent far apart and
 * more than once. What was sent is put here as it comes, in a sparse file as
 * long as RAM, and read in order when all of it is known. A second file has a
 * byte for each piece, which tells whether it was sent, so no list grows with
 * RAM.
 */
#ifndef QEVM_PARSER_RAM_SPOOL_H
#define QEVM_PARSER_RAM_SPOOL_H

#include "parser/cursor.h"

typedef struct QevmRamSpool QevmRamSpool;

/* For pieces of `piece` bytes. `make` makes a file without a name, or returns
 * -1 with an error. */
QevmRamSpool *qevm_ram_spool_new(gsize piece, int (*make)(GError **error),
                                 GError **error);
void qevm_ram_spool_free(QevmRamSpool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmRamSpool, qevm_ram_spool_free)

/* One piece, at a multiple of its size; `data` NULL: zeros. Errors are
 * G_FILE_ERROR. */
QEVM_CHECKED gboolean qevm_ram_spool_put(QevmRamSpool *spool, guint64 at,
                                         const guint8 *data, GError **error);
/* What was put there last; zeros if nothing was. */
QEVM_CHECKED gboolean qevm_ram_spool_get(QevmRamSpool *spool, guint64 at,
                                         guint8 *data, GError **error);
/* Looks for the next page of `size` bytes, a multiple of the piece, of which
 * any was put, from *at, a multiple of `size`, on and below `end`. *found: *at
 * is where it is, and `page` its bytes, zeros where nothing was put. */
QEVM_CHECKED gboolean qevm_ram_spool_next(QevmRamSpool *spool, guint64 *at,
                                          guint64 end, gsize size, guint8 *page,
                                          gboolean *found, GError **error);

#endif
