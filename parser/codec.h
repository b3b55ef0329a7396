/* codec.h - compressed bytes, as gzip, bzip2, xz, zstd, lz4 and lzop write
 * them.
 *
 * What QEMU's `exec:` and libvirt's save images are compressed with. Each is a
 * row of a table; the work is done by the library that the program of that
 * name is made of.
 */
#ifndef QEVM_PARSER_CODEC_H
#define QEVM_PARSER_CODEC_H

#include "parser/source.h"

typedef struct QevmCodec QevmCodec;

/* "gzip", "bzip2", "xz", "zstd", "lz4", "lzop"; NULL: none of that name. */
const QevmCodec *qevm_codec_named(const char *name);
const char *qevm_codec_name(const QevmCodec *codec);
/* All names, with blanks between, for messages. */
const char *qevm_codec_names(void);

/* By the first bytes of what it wrote; NULL: by none of them. */
#define QEVM_CODEC_MAGIC 9
const QevmCodec *qevm_codec_of(const guint8 *head, gsize n);

/* A pipe of what was compressed: all members, one after the other; what stands
 * behind the last is not looked at. Takes over `of`. Windows and blocks of
 * more than 128 MiB are LIMIT. */
QevmSource *qevm_codec_decompress(const QevmCodec *codec, QevmSource *of);

/* Compresses what comes out of `in`, to its end, into `out`. On failure the
 * rest is read all the same, so that its writer does not meet a closed pipe. */
QEVM_CHECKED gboolean qevm_codec_compress(const QevmCodec *codec, int in,
                                          int out, GError **error);

/* One piece of raw deflate data, or one frame of zstd, of which all `n` bytes
 * are wanted: the compressed clusters of qcow2. FALSE: they are not there. */
gboolean qevm_codec_inflate(const guint8 *data, gsize len, guint8 *out,
                            gsize n);
gboolean qevm_codec_unzstd(const guint8 *data, gsize len, guint8 *out, gsize n);

#endif
