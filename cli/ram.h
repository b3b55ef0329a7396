/* ram.h - streams opened for the contents of their RAM: what the subcommands of
 * `qevm ram` have in common.
 */
#ifndef QEVM_CLI_RAM_H
#define QEVM_CLI_RAM_H

#include "cli/container.h"
#include "cli/output.h"
#include "parser/page-writer.h"
#include "parser/path.h"

/* A stream, and what became of its pages. */
typedef struct {
    QevmContainer *container; /* owned; what the stream is in */
    QevmStream *stream;       /* owned */
    QevmPageCount *count;     /* owned */
    QevmPageWriter *writer;   /* owned; NULL: pages are only counted */
} QevmRamRead;
void qevm_ram_read_clear(QevmRamRead *read);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QevmRamRead, qevm_ram_read_clear)

/* Says to read->writer what is wanted of which block of `stream`. Called once
 * the blocks are known, which in a pipe is before anything else is. */
typedef gboolean (*QevmRamPlace)(const QevmRamRead *read, QevmStream *stream,
                                 gpointer user, GError **error);

/* Opens a stream and has its pages counted and, unless `place` is NULL,
 * written; with multifd there are none to write. Gives a QevmExit; unless it is
 * OK, it was said why. A stream that breaks behind its pages is read; say so
 * when the rest is done, by qevm_cli_stream_error(). */
int qevm_ram_read(QevmCli *cli, const char *file, QevmRamPlace place,
                  gpointer user, QevmRamRead *out);

const QevmRamBlock *qevm_ram_block_at(const QevmStream *stream, guint i);
/* An output that is not what is read; see qevm_output_open(). */
QevmOutput *qevm_ram_output(const QevmRamRead *read, const char *path,
                            GError **error);

/* The number of a block by its name, as it is or as qevm_path_quote() spells
 * it. FALSE is a PATH error that lists those there are. */
gboolean qevm_ram_block(const QevmStream *stream, const char *name, guint *out,
                        GError **error);

/* What there is in place of RAM; NULL: RAM. With multifd, pages are sent over
 * other channels, which is said from QEMU 8.1 on; before, what is not zero is
 * missing of all blocks. */
const char *qevm_ram_elsewhere(const QevmRamRead *read);
typedef enum {
    QEVM_RAM_LACKS_NOTHING,
    QEVM_RAM_LACKS_SOME,
    QEVM_RAM_LACKS_ALL,
} QevmRamLack;
/* Which pages of a block are not in the stream, and so zero where it was
 * written; *what tells a user, or is NULL. Owned. */
QevmRamLack qevm_ram_lack(const QevmRamRead *read, guint block, char **what);
/* Tells the user of all blocks, on stderr. */
void qevm_ram_say_lacks(const char *file, const QevmRamRead *read);

/* ---- blocks in a temporary file ---- */

/* Where blocks are, one behind the other, in a file without a name. */
typedef struct {
    int fd;      /* owned; -1: none yet */
    guint64 *at; /* owned; by block */
} QevmRamFile;
void qevm_ram_file_clear(QevmRamFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QevmRamFile, qevm_ram_file_clear)
/* To read it when all is written. Owned. */
QevmSource *qevm_ram_file_source(const QevmRamFile *file, GError **error);
/* Bytes of a block; zeros behind the end of the file. */
QEVM_CHECKED gboolean qevm_ram_file_read(const QevmRamFile *file, guint block,
                                         guint64 offset, gsize n, guint8 *buf,
                                         GError **error);
/* Where in a block, from `offset` on, something may be that is not zero;
 * `size` (of the block) if nothing is. */
guint64 qevm_ram_file_data(const QevmRamFile *file, guint block, guint64 offset,
                           guint64 size);
#define QEVM_RAM_FILE_INIT                                                     \
    {                                                                          \
        -1, NULL                                                               \
    }

/* A QevmRamPlace for all blocks; `user` is the QevmRamFile. */
gboolean qevm_ram_place_all(const QevmRamRead *read, QevmStream *stream,
                            gpointer user, GError **error);
/* Only the page of a block that has the byte at `offset`, and what is near. */
gboolean qevm_ram_place_page(const QevmRamRead *read, QevmStream *stream,
                             QevmRamFile *file, guint block, guint64 offset,
                             GError **error);

#endif
