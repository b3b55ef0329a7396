/* ahead.h - the bytes of a source one after the other, of which the next are
 * read while the last are used.
 *
 * Half of what it costs to take a file out of a fast compressor is to read it.
 */
#ifndef QEVM_PARSER_AHEAD_H
#define QEVM_PARSER_AHEAD_H

#include "parser/source.h"

typedef struct QevmAhead QevmAhead;

/* Takes over `of`. Another thread reads it, if it is seekable and no small one:
 * of a pipe, nobody knows how long that takes. */
QevmAhead *qevm_ahead_new(QevmSource *of);
void qevm_ahead_free(QevmAhead *ahead);

/* What stands next, borrowed until the next call: at least `n` bytes, up to
 * QEVM_AHEAD_LEAST, unless there are no more; *len tells how many. */
#define QEVM_AHEAD_LEAST 16
QEVM_CHECKED gboolean qevm_ahead_look(QevmAhead *ahead, gsize n,
                                      const guint8 **data, gsize *len,
                                      GError **error);
/* So many of them are done with. */
void qevm_ahead_pass(QevmAhead *ahead, gsize n);
/* Bytes done with. */
guint64 qevm_ahead_offset(const QevmAhead *ahead);

#endif
