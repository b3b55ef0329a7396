/* source.h - where the bytes of a stream live.
 *
 * Four kinds: a seekable file, read with pread and never mapped (the user
 * may truncate it under us); a pipe, read once from front to back, of which
 * only what was asked to be kept can be read again; a list of pieces, each
 * bytes of ours or an extent of another source, which is what a rewritten
 * stream is before it is written; and a mapping, whose pieces are looked up
 * when they are wanted. A stream inside a container is a window of a file, a
 * mapping of one, or a pipe of what a decompressor gives.
 */
#ifndef QEVM_PARSER_SOURCE_H
#define QEVM_PARSER_SOURCE_H

#include "parser/cursor.h"

typedef struct QevmSource QevmSource;

/* Opens `path`; "-" is standard input. A path that is no regular file or
 * block device becomes a pipe source. */
QevmSource *qevm_source_open(const char *path, GError **error);
/* Takes over `fd`. `name` is used in messages. */
QevmSource *qevm_source_new_fd(int fd, const char *name, GError **error);
QevmSource *qevm_source_new_bytes(GBytes *bytes, const char *name);
/* An empty list of pieces; grow it with the functions below. */
QevmSource *qevm_source_new_pieces(const char *name);
void qevm_source_add_bytes(QevmSource *pieces, GBytes *bytes);
/* The same; takes the array over. */
void qevm_source_add_array(QevmSource *pieces, GByteArray *bytes);
/* `of` is borrowed and must outlive the list. */
void qevm_source_add_extent(QevmSource *pieces, QevmSource *of, guint64 offset,
                            guint64 size);
/* Zeros, which become a hole where the output can have one. */
void qevm_source_add_zeros(QevmSource *pieces, guint64 size);

/* A pipe that `pull` fills: up to n bytes into buf, *got 0 at the end. `user`
 * is freed with the source. */
typedef gboolean (*QevmPull)(gpointer user, gsize n, void *buf, gsize *got,
                             GError **error);
QevmSource *qevm_source_new_pulled(const char *name, QevmPull pull,
                                   gpointer user, GDestroyNotify free_user);

/* What stands at an offset of a mapping, and for how many bytes (> 0). */
typedef struct {
    guint64 size;
    QevmSource *of;     /* borrowed; an extent of that one */
    guint64 offset;     /* ... from there */
    const guint8 *data; /* without `of`: these bytes, borrowed until the next
                           lookup; NULL: zeros */
} QevmStretch;
typedef gboolean (*QevmFindStretch)(gpointer user, guint64 offset,
                                    QevmStretch *run, GError **error);
QevmSource *qevm_source_new_mapped(const char *name, guint64 size,
                                   QevmFindStretch find, gpointer user,
                                   GDestroyNotify free_user);

/* Only the `size` bytes at `offset` of a source, which it takes over, also on
 * failure; G_MAXUINT64: up to the end. What is missing of them is not there.
 * Of a pipe nothing may have been read yet. */
QevmSource *qevm_source_window(QevmSource *of, guint64 offset, guint64 size,
                               GError **error);
/* All of a source in a file of its own, so that it can be read in any order.
 * Takes over `of`, also on failure, and `fd`, an empty file. */
QevmSource *qevm_source_spool(QevmSource *of, int fd, GError **error);
void qevm_source_free(QevmSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmSource, qevm_source_free)

const char *qevm_source_name(const QevmSource *source);
gboolean qevm_source_seekable(const QevmSource *source);

/* The descriptor of a source that is one file from its beginning to its end,
 * borrowed; -1: it is no such thing. */
int qevm_source_file(const QevmSource *source);

/* Where the file that the source is a part of has the source's first byte: what
 * the offsets that a mapped-ram stream holds are counted from. */
guint64 qevm_source_base(const QevmSource *source);
void qevm_source_set_base(QevmSource *source, guint64 base);

/* Total bytes. Of a pipe: known (G_MAXUINT64 before) once its end was met. */
guint64 qevm_source_size(const QevmSource *source);

/* Fills buf with the n bytes at offset; fewer there is TRUNCATED. On a pipe
 * the bytes must be kept ones (else QEVM_ERROR_UNSUPPORTED). */
QEVM_CHECKED gboolean qevm_source_read(QevmSource *source, guint64 offset,
                                       gsize n, void *buf, const char *what,
                                       GError **error);
/* As above into new memory. The range is checked against the source's size
 * before anything is allocated. */
GBytes *qevm_source_get(QevmSource *source, guint64 offset, guint64 n,
                        const char *what, GError **error);
/* Up to n bytes at offset; *got is 0 at the end. Pipes: only at the front,
 * and it moves the front. */
QEVM_CHECKED gboolean qevm_source_read_some(QevmSource *source, guint64 offset,
                                            gsize n, void *buf, gsize *got,
                                            GError **error);

/* Up to n of the first bytes; *got tells how many there are. A pipe gives them
 * again: nothing may have been read of it yet. */
QEVM_CHECKED gboolean qevm_source_peek(QevmSource *source, gsize n, void *buf,
                                       gsize *got, GError **error);

/* Pipes: remember bytes that were read, to be read again at `offset`. A
 * piece that joins the last one kept is appended to it. No-op otherwise. */
void qevm_source_keep(QevmSource *source, guint64 offset, const void *data,
                      gsize n);

/* Copies an extent to a file descriptor without passing it through user
 * memory where the system allows (copy_file_range, then read and write).
 * Holes of a sparse file are skipped with lseek if `sparse`. */
QEVM_CHECKED gboolean qevm_source_copy(QevmSource *source, guint64 offset,
                                       guint64 n, int fd, gboolean sparse,
                                       GError **error);

/* Copies all of it; of a pipe all that comes. */
QEVM_CHECKED gboolean qevm_source_copy_all(QevmSource *source, int fd,
                                           gboolean sparse, GError **error);

/* Bytes read so far from the file or pipe (of a window or mapping: from what it
 * is in); for the promise that looking at a stream does not read its RAM. */
guint64 qevm_source_bytes_read(const QevmSource *source);

#endif
