/* ram-unpack.h - the bodies of page records that are not the page itself.
 * Private to parser/.
 */
#ifndef QEVM_PARSER_RAM_UNPACK_H
#define QEVM_PARSER_RAM_UNPACK_H

#include "parser/cursor.h"

/* A zlib stream that inflates to exactly `size` bytes. FALSE: it does not. */
QEVM_CHECKED gboolean qevm_ram_inflate(const guint8 *body, gsize n,
                                       guint8 *page, gsize size);
/* Changes a page as an XBZRLE record says. FALSE: it says nothing that makes
 * sense; the page may have changed. */
QEVM_CHECKED gboolean qevm_ram_patch(const guint8 *body, gsize n, guint8 *page,
                                     gsize size);

#endif
