/* emit-ram.h - the block list of `ram`, anew; private to emit.c. */
#ifndef QEVM_REWRITE_EMIT_RAM_H
#define QEVM_REWRITE_EMIT_RAM_H

#include "rewrite/edit.h"

/* Does a mapped-ram stream begin elsewhere in its file than its source does?
 * Its pages are found from the start of the file. */
gboolean qevm_emit_ram_moves(const QevmEdit *edit);

/* Is the payload of ram's START another one than in the source, where the
 * section begins `at` bytes into the new stream? */
gboolean qevm_emit_ram_differs(const QevmEdit *edit, const QevmRecord *start,
                               guint64 at);
/* Appends it to what is there of the new stream. UNSUPPORTED: a mapped-ram
 * file cannot be laid out so. */
QEVM_CHECKED gboolean qevm_emit_ram(const QevmEdit *edit,
                                    const QevmRecord *start, QevmSource *out,
                                    GError **error);
/* Does a block list that was read back say what it should? */
QEVM_CHECKED gboolean qevm_emit_ram_same(const QevmEdit *edit,
                                         const QevmRam *back, GError **error);

#endif
