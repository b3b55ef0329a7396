/* packed.h - small files that may be packed. */
#ifndef QEVM_REWRITE_PACKED_H
#define QEVM_REWRITE_PACKED_H

#include <glib.h>

/* All of a file, unpacked if it is gzip by its content, and no more than `most`
 * bytes: LIMIT. Owned; a NUL is behind the `len` bytes. */
char *qevm_packed_read(const char *path, gsize most, gsize *len,
                       GError **error);

#endif
