/* page-writer.h - puts pages where they are wanted, the last version of each.
 *
 * Files are written into as pages come by; nothing is held back but what is
 * written together. What is zero is not written, so that files are sparse.
 */
#ifndef QEVM_PARSER_PAGE_WRITER_H
#define QEVM_PARSER_PAGE_WRITER_H

#include "parser/page-count.h"

/* A part of a block that is wanted. */
typedef struct {
    guint block;        /* its number in the block list */
    guint64 from, size; /* in the block; `from` is the start of a page */
    int fd;             /* borrowed; a new file, open for reading and writing */
    guint64 at;         /* where `from` goes in it */
} QevmPageExtent;

typedef struct QevmPageWriter QevmPageWriter;

/* Pages are added to `count`, which is borrowed. */
QevmPageWriter *qevm_page_writer_new(QevmPageCount *count);
void qevm_page_writer_free(QevmPageWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmPageWriter, qevm_page_writer_free)

/* Extents of a block must not overlap; of one block few are expected. Add them
 * before the first page comes. */
void qevm_page_writer_add(QevmPageWriter *writer, const QevmPageExtent *extent);
/* Shows pages to the writer; borrowed. */
const QevmPageVisitor *qevm_page_writer_visitor(QevmPageWriter *writer);

/* When all pages came: writes what was held back, and gives files the length
 * of their extents. */
QEVM_CHECKED gboolean qevm_page_writer_finish(QevmPageWriter *writer,
                                              GError **error);

#endif
