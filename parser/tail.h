/* tail.h - device sections found from the end of a stream.
 *
 * The vmdesc names every device section in order with its size, so the first
 * one's place follows from the end without reading RAM. Nothing of that is
 * believed: each header, name, instance and footer on the way must be there,
 * and what stands before the first must end a live section.
 */
#ifndef QEVM_PARSER_TAIL_H
#define QEVM_PARSER_TAIL_H

#include "parser/stream.h"

/* Finds and reads the vmdesc. *offset gets its place (the byte 06). NULL with
 * no error: there is none. `error` is set for one that is there and cannot be
 * read. `from` bounds the search: nothing before it is looked at. */
QevmVmdesc *qevm_tail_find_vmdesc(QevmSource *source, guint64 from,
                                  guint64 *offset, GError **error);

/* Places the device sections of stream->vmdesc backwards from `eof` (offset
 * of the byte 00) and appends their records to `records`, in stream order.
 * `head_end` is where the live part starts. FALSE: the proof failed, walk
 * forward; `records` is as it was. */
gboolean qevm_tail_prove(QevmStream *stream, guint64 head_end, guint64 eof,
                         GPtrArray *records);

#endif
