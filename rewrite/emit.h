/* emit.h - an edited stream as bytes.
 *
 * Untouched spans are extents of the source and are never decoded or copied
 * through memory; edited sections are written from their trees, and the
 * vmdesc anew in its own dialect if what it describes changed.
 */
#ifndef QEVM_REWRITE_EMIT_H
#define QEVM_REWRITE_EMIT_H

#include "rewrite/edit.h"

/* The head, up to the live part, and the rest after it, as piece sources
 * (owned by the caller; they borrow from the stream's source). */
QevmSource *qevm_emit_head(QevmEdit *edit, GError **error);
QevmSource *qevm_emit_rest(QevmEdit *edit, GError **error);

/* All of it as one piece source (owned by the caller; it borrows from the
 * stream's source), for looking at what would be written. UNSUPPORTED if the
 * edit filters the live part. */
QevmSource *qevm_emit_source(QevmEdit *edit, GError **error);

/* Parses head and rest back and compares with the edited stream: sections,
 * headers, sizes, and the bytes of every edited one. */
QEVM_CHECKED gboolean qevm_emit_verify(QevmEdit *edit, QevmSource *head,
                                       QevmSource *rest, GError **error);

/* All of it to a file descriptor: head, live part (copied, or filtered when
 * the edit asks for it), rest. Verified before the first byte. */
QEVM_CHECKED gboolean qevm_emit_fd(QevmEdit *edit, int fd, gboolean sparse,
                                   QevmProgress progress, gpointer user,
                                   GError **error);

/* The vmdesc of the edited stream, in the dialect of the old one. `anew`
 * renders even what did not change (for tests: equals the old text).
 * Owned; NULL with no error: there is none. */
GBytes *qevm_emit_vmdesc(QevmEdit *edit, gboolean anew, GError **error);

#endif
