/* pages.h - the pages of RAM, one after the other as they stand in the stream.
 *
 * The walk that goes past page records shows them to a visitor on its way;
 * what is not asked for is not read. No list of pages is kept.
 */
#ifndef QEVM_PARSER_PAGES_H
#define QEVM_PARSER_PAGES_H

#include "parser/stream.h"

typedef enum {
    QEVM_PAGE_ZERO,       /* data: the byte that fills it */
    QEVM_PAGE_FULL,       /* data: the page */
    QEVM_PAGE_XBZRLE,     /* data: what changed of it */
    QEVM_PAGE_COMPRESSED, /* data: a zlib stream */
    QEVM_PAGE_KINDS
} QevmPageKind;

typedef struct {
    guint64 at;     /* of the record in the stream; in a mapped-ram file, of the
                       page */
    guint block;    /* its number in the block list */
    guint64 offset; /* in the block; less than its length, but the page may go
                       on behind the end */
    gsize size;     /* of every page of the stream */
    QevmPageKind kind;
    const guint8 *data; /* borrowed for the call; NULL: it was not wanted */
    gsize len;          /* of data, also if that is NULL */
} QevmPage;

typedef struct QevmPageVisitor {
    /* Will the data of this page be looked at? NULL: that of none. */
    gboolean (*wanted)(gpointer user, guint block, guint64 offset);
    /* One page. FALSE ends the walk with this error. */
    gboolean (*page)(gpointer user, const QevmPage *page, GError **error);
    gpointer user;
} QevmPageVisitor;

/* Pages that can be looked at; QEMU's targets have 256 bytes (avr) to 64 KiB
 * (hexagon). */
#define QEVM_PAGE_SIZE_MIN 256
#define QEVM_PAGE_SIZE_MAX 65536
/* What all blocks together may have if their contents are wanted: 16 TiB. */
#define QEVM_PAGES_MAX (G_GUINT64_CONSTANT(1) << 44)

/* Shows all pages of an open stream, which must be seekable; the pages of a
 * pipe go by while it is opened (see QevmStreamHooks). Of a mapped-ram file,
 * pages that are not stored, and so are zero, are left out. `progress` may be
 * NULL. */
QEVM_CHECKED gboolean qevm_pages_visit(QevmStream *stream,
                                       const QevmPageVisitor *visitor,
                                       QevmProgress progress, gpointer user,
                                       GError **error);

/* Is that little enough? Else LIMIT. */
QEVM_CHECKED gboolean qevm_pages_fit(const QevmRam *ram, GError **error);

/* Do the pages end where they should, so that none can be missing? Not if the
 * stream breaks among them. */
gboolean qevm_pages_complete(const QevmStream *stream);

#endif
