/* file.h - all of some bytes into a file descriptor.
 *
 * Errors are G_FILE_ERRORs that begin with `name`: "output: cannot be written:
 * No space left on device".
 */
#ifndef QEVM_PARSER_FILE_H
#define QEVM_PARSER_FILE_H

#include "parser/error.h"

/* At the file's position. */
gboolean qevm_file_write(int fd, gconstpointer data, gsize n, const char *name,
                         GError **error);
/* At an offset; the position stays. */
gboolean qevm_file_write_at(int fd, guint64 at, gconstpointer data, gsize n,
                            const char *name, GError **error);

/* Up to `most` bytes, as many as bring the position to the end of a block of a
 * file system: writing whole blocks is faster by half. Of what has no position,
 * `most`, which is more than a block. */
gsize qevm_file_room(int fd, gsize most);

/* A pipe gets as much room as the system gives without privileges; anything
 * else stays as it is. */
void qevm_file_widen(int fd);

/* Would an extent that starts at `offset` of another file start at the same
 * place of a block here? */
gboolean qevm_file_aligned(int fd, guint64 offset);

#endif
