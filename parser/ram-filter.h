/* ram-filter.h - page records of `ram` on their way through an edit.
 *
 * Private to parser/ and rewrite/. The walk meets a record, knows its block and
 * size, and hands it to the filter, which looks its page up in the map of
 * blocks (ram-map.h) and passes it, with another head where that is another
 * block or offset now, or drops it.
 */
#ifndef QEVM_PARSER_RAM_FILTER_H
#define QEVM_PARSER_RAM_FILTER_H

#include "parser/walk.h"

/* migration/ram.c */
enum {
    RAM_SAVE_FLAG_ZERO = 0x02,
    RAM_SAVE_FLAG_MEM_SIZE = 0x04,
    RAM_SAVE_FLAG_PAGE = 0x08,
    RAM_SAVE_FLAG_EOS = 0x10,
    RAM_SAVE_FLAG_CONTINUE = 0x20,
    RAM_SAVE_FLAG_XBZRLE = 0x40,
    RAM_SAVE_FLAG_COMPRESS_PAGE = 0x100,
    RAM_SAVE_FLAG_MULTIFD_FLUSH = 0x200,
};

/* A page record, peeked at: W, unless W has CONTINUE the name of the block,
 * and the body. */
typedef struct {
    guint64 at, w, action; /* offset in the stream; W; its flag */
    gsize head;            /* bytes of W and the name */
    guint64 size;          /* bytes of all of it */
    gboolean turn;         /* its block is another than that of the one
                              before */
} QevmRamPage;

typedef struct QevmRamFilter QevmRamFilter;
void qevm_ram_filter_free(QevmRamFilter *filter);

/* Passes, changes or drops the record that the flow stands at, a page of block
 * walk->block_in, by walk->edit. */
QEVM_CHECKED gboolean qevm_ram_filter_page(QevmWalk *walk,
                                           const QevmRamPage *page,
                                           GError **error);
/* Before the EOS of END: sends the pages that the map makes. */
QEVM_CHECKED gboolean qevm_ram_filter_finish(QevmWalk *walk, GError **error);
/* Is any of that still to be sent? */
gboolean qevm_ram_filter_waits(QevmWalk *walk);
/* A POSTCOPY_RAM_DISCARD of `size` bytes that the flow stands at; its data are
 * borrowed. Passes it, or puts in one for each block that it is about now. */
QEVM_CHECKED gboolean qevm_ram_filter_discard(QevmWalk *walk, gsize size,
                                              GBytes *data, GError **error);

#endif
