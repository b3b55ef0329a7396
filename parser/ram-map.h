/* ram-map.h - RAM blocks as they are to be, and where their pages come from.
 *
 * A map is the new block list. Spans cover each of its blocks from end to end
 * and say what is sent of it: pages of a block of the source, bytes of a file,
 * zeros, or nothing, so that the destination keeps what it has there. Rules
 * change the map; no page is touched before the walk over them looks each one
 * up (ram-filter.h), so what a map takes does not depend on the size of RAM.
 */
#ifndef QEVM_PARSER_RAM_MAP_H
#define QEVM_PARSER_RAM_MAP_H

#include "parser/ram.h"
#include "parser/source.h"

typedef enum {
    QEVM_SPAN_NOTHING,
    QEVM_SPAN_ZEROS,
    QEVM_SPAN_BLOCK,
    QEVM_SPAN_FILE,
} QevmSpanKind;

typedef struct {
    QevmSpanKind kind;
    guint64 at, length; /* in the new block, bytes; length > 0 */
    guint block;        /* BLOCK: index in the source's list */
    guint64 from;       /* BLOCK: offset there; FILE: in `file` */
    QevmSource *file;   /* FILE: its bytes and zeros; borrowed from the map */
} QevmSpan;

typedef struct {
    char *idstr;
    guint64 length;  /* what its entry says: used_length */
    guint like;      /* the block of the source whose entry's other words it
                        has: index there */
    guint64 address; /* where entries have one (x-ignore-shared) */
    GArray *spans;   /* QevmSpan, in order, without gaps */
} QevmNewBlock;

typedef struct {
    GPtrArray *blocks; /* QevmNewBlock, as they are listed */
    GPtrArray *files;  /* QevmSource; owned */
    gboolean changed;  /* by one of the functions below */
} QevmRamMap;

/* Every block as it is in the source. */
QevmRamMap *qevm_ram_map_new(const QevmRam *ram);
void qevm_ram_map_free(QevmRamMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmRamMap, qevm_ram_map_free)

QevmNewBlock *qevm_ram_map_block(const QevmRamMap *map, guint index);
gboolean qevm_ram_map_find(const QevmRamMap *map, const char *idstr,
                           guint *index);
/* Sum of the lengths; FALSE: more than 2^63. */
QEVM_CHECKED gboolean qevm_ram_map_total(const QevmRamMap *map, guint64 *total);
/* Are there pages to send that no record of the source stands for: ZEROS, a
 * FILE? */
gboolean qevm_ram_map_makes_pages(const QevmRamMap *map);

/* ---- changes; lengths are not checked against pages here ---- */

void qevm_ram_map_rename(QevmRamMap *map, guint index, const char *idstr);
void qevm_ram_map_drop(QevmRamMap *map, guint index);
/* Nothing of it is sent. */
void qevm_ram_map_empty(QevmRamMap *map, guint index);
/* Grows or shrinks to a length > 0 at its end or, `top`, at its start. New
 * room is NOTHING or ZEROS. */
void qevm_ram_map_resize(QevmRamMap *map, guint index, guint64 length,
                         gboolean top, QevmSpanKind room);
/* The bytes of `file` (taken over), which is no longer than the block, at its
 * start or, `top`, at its end; the rest is zeros. */
void qevm_ram_map_load(QevmRamMap *map, guint index, QevmSource *file,
                       gboolean top);
/* n > 0 blocks of these names and lengths, whose sum is its length, in the
 * place of one. */
void qevm_ram_map_split(QevmRamMap *map, guint index, guint n,
                        char *const *idstrs, const guint64 *lengths);
/* One block in the place of the first of n > 0 different ones, which it holds
 * one after the other; it has the first one's address. */
void qevm_ram_map_merge(QevmRamMap *map, const guint *indexes, guint n,
                        const char *idstr);

#endif
