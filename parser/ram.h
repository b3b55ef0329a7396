/* ram.h - the `ram` section's block list (migration/ram.c). */
#ifndef QEVM_PARSER_RAM_H
#define QEVM_PARSER_RAM_H

#include "parser/cursor.h"

#define QEVM_RAM_BLOCKS_MAX 4096 /* that a stream may list */

typedef struct {
    char *idstr;
    guint64 used_length;
    guint64 offset;         /* of the entry (its length byte) */
    guint64 size;           /* of the entry, mapped-ram header included */
    gboolean has_page_size; /* postcopy-ram with an unusual page size */
    guint64 page_size;
    gboolean has_address; /* x-ignore-shared */
    guint64 address;
    gboolean mapped; /* mapped-ram header; offsets 0: shared block */
    guint64 mapped_page_size;
    /* In the stream; on the wire they count from the start of its file, which
       is qevm_source_base() before. 0, 0: it has neither. */
    guint64 bitmap_offset, pages_offset;
} QevmRamBlock;

typedef struct {
    GArray *blocks;      /* QevmRamBlock */
    guint64 total;       /* sum of the lengths, as the first word says */
    guint64 list_offset; /* of the first entry */
    gboolean mapped;     /* the file is mapped-ram */
} QevmRam;

void qevm_ram_free(QevmRam *ram);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmRam, qevm_ram_free)
const QevmRamBlock *qevm_ram_find(const QevmRam *ram, const char *idstr);

/* Why no guest misses the block of that name where the destination has none: it
 * is a copy of what that has itself. NULL: it is none. */
const char *qevm_ram_copy_why(const char *idstr);

#endif
