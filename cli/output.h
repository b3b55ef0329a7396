/* output.h - an output file that is whole or absent.
 *
 * Bytes go to a temporary file (mode 0600: it holds guest memory) in the
 * folder of the one wanted, which takes its name when it is complete and on
 * disk. Given up, or left by a signal, the temporary file is removed.
 */
#ifndef QEVM_CLI_OUTPUT_H
#define QEVM_CLI_OUTPUT_H

#include "parser/source.h"

typedef struct QevmOutput QevmOutput;

/* "-" is standard output, which is refused if it is a terminal; a device or
 * FIFO is written to as it is. A symbolic link is followed. `inputs` is
 * NULL-terminated: files that `path` must not be, by device and inode ("-" is
 * standard input). Errors are G_FILE_ERROR. */
QevmOutput *qevm_output_open(const char *path, const char *const *inputs,
                             GError **error);
/* A file that nobody sees, for what becomes part of another. */
QevmOutput *qevm_output_temporary(GError **error);
int qevm_output_fd(const QevmOutput *output);
/* Would one take the place of the other, or mix with it? */
gboolean qevm_output_same(const QevmOutput *a, const QevmOutput *b);
/* Can holes be left by seeking over them? */
gboolean qevm_output_sparse(const QevmOutput *output);

/* Puts the file in place; `sync`: on disk first. The output is given up on
 * failure. */
gboolean qevm_output_commit(QevmOutput *output, gboolean sync, GError **error);
/* Frees; removes what was not committed. */
void qevm_output_free(QevmOutput *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmOutput, qevm_output_free)

/* A new file without a name, for what must not outlive us: -1 on failure. */
int qevm_output_unnamed(GError **error);
/* What comes out of a pipe in such a file. Takes over `pipe`, also on
 * failure. */
QevmSource *qevm_output_spool(QevmSource *pipe, GError **error);

#endif
