/* codec-lib.c - the codecs that a library has whole: gzip, bzip2, xz, zstd,
 * lz4.
 *
 * All of them take what is there, give what fits, and say when a member ended.
 */
#include "parser/codec-step.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* zlib and bzip2 count in 32 bits. */
#define PIECE (1024 * 1024)

static void
moved(QevmCodecIo *io, gsize used, gsize made)
{
    io->in += used;
    io->in_len -= used;
    io->out += made;
    io->out_len -= made;
}

/* ---- gzip ---- */

enum { GZIP_WINDOW = 15 + 16, RAW_WINDOW = -15 };

typedef struct {
    z_stream z;
    gboolean compress;
} Gzip;

static gpointer
gzip_open(gboolean compress)
{
    Gzip *g = g_new0(Gzip, 1);
    int r;

    g->compress = compress;
    r = compress ? deflateInit2(&g->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY)
                 : inflateInit2(&g->z, GZIP_WINDOW);
    g_assert(r == Z_OK);
    return g;
}

static QevmCodecResult
gzip_step(gpointer state, QevmCodecIo *io, gboolean last)
{
    Gzip *g = state;
    guint in = (guint)MIN(io->in_len, (gsize)PIECE);
    guint out = (guint)MIN(io->out_len, (gsize)PIECE);
    int r;

    g->z.next_in = (guint8 *)(guintptr)io->in;
    g->z.avail_in = in;
    g->z.next_out = io->out;
    g->z.avail_out = out;
    r = g->compress
            ? deflate(&g->z, last && in == io->in_len ? Z_FINISH : Z_NO_FLUSH)
            : inflate(&g->z, Z_NO_FLUSH);
    moved(io, in - g->z.avail_in, out - g->z.avail_out);
    return r == Z_STREAM_END               ? QEVM_CODEC_END
           : r == Z_OK || r == Z_BUF_ERROR ? QEVM_CODEC_ON
                                           : QEVM_CODEC_BAD;
}

static void
gzip_close(gpointer state)
{
    Gzip *g = state;

    if (g->compress) {
        deflateEnd(&g->z);
    } else {
        inflateEnd(&g->z);
    }
    g_free(g);
}

const QevmCodec qevm_codec_gzip = { "gzip",    "\x1f\x8b", 2,
                                    gzip_open, gzip_step,  gzip_close };

gboolean
qevm_codec_inflate(const guint8 *data, gsize len, guint8 *out, gsize n)
{
    z_stream z = { .next_in = (guint8 *)(guintptr)data,
                   .avail_in = (guint)len,
                   .next_out = out,
                   .avail_out = (guint)n };
    int r = inflateInit2(&z, RAW_WINDOW);

    g_assert(r == Z_OK);
    r = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return (r == Z_STREAM_END || r == Z_BUF_ERROR) && z.avail_out == 0;
}

/* ---- bzip2 ---- */

enum { BZIP2_LEVEL = 9 }; /* the program's own */

typedef struct {
    bz_stream bz;
    gboolean compress;
} Bzip2;

static gpointer
bzip2_open(gboolean compress)
{
    Bzip2 *b = g_new0(Bzip2, 1);
    int r;

    b->compress = compress;
    r = compress ? BZ2_bzCompressInit(&b->bz, BZIP2_LEVEL, 0, 0)
                 : BZ2_bzDecompressInit(&b->bz, 0, 0);
    g_assert(r == BZ_OK);
    return b;
}

static QevmCodecResult
bzip2_step(gpointer state, QevmCodecIo *io, gboolean last)
{
    Bzip2 *b = state;
    guint in = (guint)MIN(io->in_len, (gsize)PIECE);
    guint out = (guint)MIN(io->out_len, (gsize)PIECE);
    int r;

    b->bz.next_in = (char *)(guintptr)io->in;
    b->bz.avail_in = in;
    b->bz.next_out = (char *)io->out;
    b->bz.avail_out = out;
    r = b->compress ? BZ2_bzCompress(&b->bz, last ? BZ_FINISH : BZ_RUN)
                    : BZ2_bzDecompress(&b->bz);
    moved(io, in - b->bz.avail_in, out - b->bz.avail_out);
    return r == BZ_STREAM_END                                  ? QEVM_CODEC_END
           : r == BZ_OK || r == BZ_RUN_OK || r == BZ_FINISH_OK ? QEVM_CODEC_ON
           : r == BZ_MEM_ERROR ? QEVM_CODEC_LARGE
                               : QEVM_CODEC_BAD;
}

static void
bzip2_close(gpointer state)
{
    Bzip2 *b = state;

    if (b->compress) {
        BZ2_bzCompressEnd(&b->bz);
    } else {
        BZ2_bzDecompressEnd(&b->bz);
    }
    g_free(b);
}

const QevmCodec qevm_codec_bzip2 = { "bzip2",    "BZh",      3,
                                     bzip2_open, bzip2_step, bzip2_close };

/* ---- xz ---- */

enum {
    XZ_PRESET = 3
}; /* as libvirt has it; the program's 6 takes thrice as
      long */

static gpointer
xz_open(gboolean compress)
{
    lzma_stream *xz = g_new0(lzma_stream, 1);
    lzma_ret r = compress ? lzma_easy_encoder(xz, XZ_PRESET, LZMA_CHECK_CRC64)
                          : lzma_stream_decoder(xz, QEVM_CODEC_WINDOW, 0);

    g_assert(r == LZMA_OK);
    return xz;
}

static QevmCodecResult
xz_step(gpointer state, QevmCodecIo *io, gboolean last)
{
    lzma_stream *xz = state;
    lzma_ret r;

    xz->next_in = io->in;
    xz->avail_in = io->in_len;
    xz->next_out = io->out;
    xz->avail_out = io->out_len;
    r = lzma_code(xz, last ? LZMA_FINISH : LZMA_RUN);
    moved(io, io->in_len - xz->avail_in, io->out_len - xz->avail_out);
    switch (r) {
    case LZMA_OK:
    case LZMA_BUF_ERROR:
        return QEVM_CODEC_ON;
    case LZMA_STREAM_END:
        return QEVM_CODEC_END;
    case LZMA_MEMLIMIT_ERROR:
    case LZMA_MEM_ERROR:
        return QEVM_CODEC_LARGE;
    default:
        return QEVM_CODEC_BAD;
    }
}

static void
xz_close(gpointer state)
{
    lzma_end(state);
    g_free(state);
}

const QevmCodec qevm_codec_xz = { "xz",    "\xfd\x37zXZ\0", 6,
                                  xz_open, xz_step,         xz_close };

/* ---- zstd ---- */

typedef struct {
    ZSTD_CCtx *c; /* one of them */
    ZSTD_DCtx *d;
} Zstd;

static gpointer
zstd_open(gboolean compress)
{
    Zstd *z = g_new0(Zstd, 1);

    if (compress) {
        z->c = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(z->c, ZSTD_c_checksumFlag, 1);
    } else {
        z->d = ZSTD_createDCtx();
    }
    g_assert(z->c || z->d);
    return z;
}

static QevmCodecResult
zstd_step(gpointer state, QevmCodecIo *io, gboolean last)
{
    Zstd *z = state;
    ZSTD_inBuffer in = { io->in, io->in_len, 0 };
    ZSTD_outBuffer out = { io->out, io->out_len, 0 };
    gsize r = z->c ? ZSTD_compressStream2(z->c, &out, &in,
                                          last ? ZSTD_e_end : ZSTD_e_continue)
                   : ZSTD_decompressStream(z->d, &out, &in);

    moved(io, in.pos, out.pos);
    if (ZSTD_isError(r)) {
        return ZSTD_getErrorCode(r) == ZSTD_error_frameParameter_windowTooLarge
                   ? QEVM_CODEC_LARGE
                   : QEVM_CODEC_BAD;
    }
    return r == 0 && (last || z->d) ? QEVM_CODEC_END : QEVM_CODEC_ON;
}

static void
zstd_close(gpointer state)
{
    Zstd *z = state;

    ZSTD_freeCCtx(z->c);
    ZSTD_freeDCtx(z->d);
    g_free(z);
}

const QevmCodec qevm_codec_zstd = { "zstd",    "\x28\xb5\x2f\xfd", 4,
                                    zstd_open, zstd_step,          zstd_close };

/* Bytes may follow the frame: qcow2 counts compressed data in sectors. */
gboolean
qevm_codec_unzstd(const guint8 *data, gsize len, guint8 *out, gsize n)
{
    gpointer state = zstd_open(FALSE);
    QevmCodecIo io = { data, len, out, n };
    QevmCodecResult r = QEVM_CODEC_ON;

    for (gsize left = 0;
         r == QEVM_CODEC_ON && left != io.in_len + io.out_len;) {
        left = io.in_len + io.out_len;
        r = zstd_step(state, &io, FALSE);
    }
    zstd_close(state);
    return r == QEVM_CODEC_END && io.out_len == 0;
}

/* ---- lz4 ---- */

enum { LZ4_PIECE = 64 * 1024 };

typedef struct {
    LZ4F_cctx *c; /* one of them */
    LZ4F_dctx *d;
    LZ4F_preferences_t how;
    guint8 *made; /* owned; what LZ4F_compressUpdate() gave all at once */
    gsize at, len, room;
    gboolean begun, ended;
} Lz4;

static gpointer
lz4_open(gboolean compress)
{
    Lz4 *l = g_new0(Lz4, 1);
    gsize r;

    if (compress) {
        l->how.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
        r = LZ4F_createCompressionContext(&l->c, LZ4F_VERSION);
        l->room = MAX(LZ4F_compressBound(LZ4_PIECE, &l->how),
                      (gsize)LZ4F_HEADER_SIZE_MAX);
        l->made = g_malloc(l->room);
    } else {
        r = LZ4F_createDecompressionContext(&l->d, LZ4F_VERSION);
    }
    g_assert(!LZ4F_isError(r));
    return l;
}

static QevmCodecResult
lz4_compress(Lz4 *l, QevmCodecIo *io, gboolean last)
{
    gsize n;

    if (l->at == l->len && !l->ended) {
        gsize in = MIN(io->in_len, (gsize)LZ4_PIECE);

        if (!l->begun) {
            n = LZ4F_compressBegin(l->c, l->made, l->room, &l->how);
            in = 0;
            l->begun = TRUE;
        } else if (in > 0) {
            n = LZ4F_compressUpdate(l->c, l->made, l->room, io->in, in, NULL);
        } else if (last) {
            n = LZ4F_compressEnd(l->c, l->made, l->room, NULL);
            l->ended = TRUE;
        } else {
            n = 0;
        }
        if (LZ4F_isError(n)) {
            return QEVM_CODEC_BAD;
        }
        l->at = 0;
        l->len = n;
        moved(io, in, 0);
    }
    n = MIN(l->len - l->at, io->out_len);
    memcpy(io->out, l->made + l->at, n); /* bounds: n is the smaller of both */
    l->at += n;
    moved(io, 0, n);
    return l->ended && l->at == l->len ? QEVM_CODEC_END : QEVM_CODEC_ON;
}

static QevmCodecResult
lz4_step(gpointer state, QevmCodecIo *io, gboolean last)
{
    Lz4 *l = state;
    gsize in = io->in_len, out = io->out_len, r;

    if (l->c) {
        return lz4_compress(l, io, last);
    }
    r = LZ4F_decompress(l->d, io->out, &out, io->in, &in, NULL);
    moved(io, in, out);
    return LZ4F_isError(r) ? QEVM_CODEC_BAD
           : r == 0        ? QEVM_CODEC_END
                           : QEVM_CODEC_ON;
}

static void
lz4_close(gpointer state)
{
    Lz4 *l = state;

    LZ4F_freeCompressionContext(l->c);
    LZ4F_freeDecompressionContext(l->d);
    g_free(l->made);
    g_free(l);
}

const QevmCodec qevm_codec_lz4 = { "lz4",    "\x04\x22\x4d\x18", 4,
                                   lz4_open, lz4_step,           lz4_close };
