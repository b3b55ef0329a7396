/* page-count.h - how many pages of each block a stream has, of which kind. */
#ifndef QEVM_PARSER_PAGE_COUNT_H
#define QEVM_PARSER_PAGE_COUNT_H

#include "parser/pages.h"

typedef struct {
    guint64 pages;                    /* that the block has */
    guint64 records[QEVM_PAGE_KINDS]; /* as they are in the stream; in a
                                         mapped-ram file, a page is FULL or
                                         ZERO */
    guint64 sent, again; /* pages that were sent, and those more than once; 0 if
                            not `exact` */
} QevmBlockPages;

/* Two bits for each page: 4 MiB for a guest with 64 GiB of 4 KiB pages. With
 * more than 512 GiB there are none. */
typedef struct {
    const QevmStream *stream; /* borrowed */
    QevmBlockPages *blocks;   /* owned; as many as the list has, once there was
                                 a page or qevm_page_count_finish() */
    gsize page_size;
    gboolean exact; /* there are bits */
    guint8 *bits;   /* owned; NULL: not exact */
    guint64 *first; /* owned; by block, the number of its first page */
    QevmPageVisitor visitor;
} QevmPageCount;

/* `stream` must outlive it, and may still be on its way to be opened. */
QevmPageCount *qevm_page_count_new(const QevmStream *stream);
void qevm_page_count_free(QevmPageCount *count);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmPageCount, qevm_page_count_free)

/* Counts pages and looks at nothing of theirs; borrowed. */
const QevmPageVisitor *qevm_page_count_visitor(QevmPageCount *count);
/* Counts a page. TRUE: it may have been sent before. */
gboolean qevm_page_count_add(QevmPageCount *count, const QevmPage *page);
/* When all pages were: adds what was not shown. */
void qevm_page_count_finish(QevmPageCount *count);
/* Was the page of a block sent that has the byte at `offset`? TRUE, too, if
 * that is not known. */
gboolean qevm_page_count_sent(const QevmPageCount *count, guint block,
                              guint64 offset);

#endif
