/* codec-lzop.c - what lzop(1) writes: its library has the blocks, not the file
 * around them.
 *
 *   magic                      9 bytes
 *   version, of the library, needed        u16 each
 *   method, level              u8 each
 *   flags                      u32
 *   filter                     u32, with flag 0x800
 *   mode, mtime, mtime high    u32 each
 *   name                       u8 length and text
 *   checksum of these          u32: adler32, crc32 with flag 0x1000
 *   extra field                u32 length, bytes, u32, with flag 0x40
 *   blocks                     u32 size, u32 size compressed, checksums, bytes
 *   end                        u32 0
 *
 * (lzop 1.04, conf.h and p_lzo.c.) A block that did not get smaller is stored.
 */
#include "parser/codec-step.h"

#include <lzo/lzo1x.h>
#include <string.h>
#include <zlib.h>

#define MAGIC "\x89LZO\0\r\n\x1a\n"
#define BLOCK (256 * 1024) /* what lzop writes */
/* It reads 64 MiB, but never wrote that. */
#define BLOCK_MAX (16 * 1024 * 1024)
#define RATIO_MAX 256 /* LZO1X makes no less of a run */
#define EXTRA_MAX (1024 * 1024)

enum {
    FLAG_ADLER32_D = 0x01,
    FLAG_ADLER32_C = 0x02,
    FLAG_EXTRA = 0x40,
    FLAG_CRC32_D = 0x100,
    FLAG_CRC32_C = 0x200,
    FLAG_FILTER = 0x800,
    FLAG_HEADER_CRC32 = 0x1000,
};

enum { FIXED = 21, VERSION = 0x1040, LIBRARY = 0x20a0, NEEDED = 0x0940 };

typedef enum {
    AT_HEADER,
    AT_NAME,
    AT_SUM,
    AT_EXTRA,
    AT_BLOCK,
    AT_SIZES,
    AT_DATA,
    AT_END
} Stage;

typedef struct {
    gboolean compress;
    Stage stage;
    GByteArray *in;  /* of this stage */
    gsize need;      /* bytes it wants to have */
    GByteArray *out; /* made, not given away yet */
    gsize out_at;
    guint32 flags, size, packed;
    guint8 *work; /* owned; of the compressor */
} Lzop;

static gpointer
lzop_open(gboolean compress)
{
    Lzop *l = g_new0(Lzop, 1);

    l->compress = compress;
    l->in = g_byte_array_new();
    l->out = g_byte_array_new();
    l->need = compress ? BLOCK : FIXED;
    if (compress) {
        l->work = g_malloc(LZO1X_1_MEM_COMPRESS);
    }
    return l;
}

static void
lzop_close(gpointer state)
{
    Lzop *l = state;

    g_byte_array_unref(l->in);
    g_byte_array_unref(l->out);
    g_free(l->work);
    g_free(l);
}

static guint32
get32(const Lzop *l, gsize at)
{
    return (guint32)qevm_be_get(l->in->data + at, 4);
}

static guint32
adler(const guint8 *data, gsize n)
{
    return (guint32)adler32(1, data, (guint)n);
}

static gboolean
same_sum(gboolean crc, const guint8 *data, gsize n, guint32 wanted)
{
    return wanted == (crc ? (guint32)crc32(0, data, (guint)n) : adler(data, n));
}

/* ---- out of it ---- */

/* The next stage begins with an empty `in`. */
static void
go_on(Lzop *l, Stage stage, gsize need)
{
    g_byte_array_set_size(l->in, 0);
    l->stage = stage;
    l->need = need;
}

static guint
checksums(const Lzop *l, guint32 first, guint32 second)
{
    return (l->flags & first ? 4 : 0) + (l->flags & second ? 4 : 0);
}

static QevmCodecResult
read_sizes(Lzop *l)
{
    l->packed = get32(l, 0);
    if (l->size > BLOCK_MAX) {
        return QEVM_CODEC_LARGE;
    }
    if (l->packed == 0 || l->packed > l->size ||
        l->size / RATIO_MAX > l->packed) {
        return QEVM_CODEC_BAD;
    }
    go_on(l, AT_DATA,
          checksums(l, FLAG_ADLER32_D, FLAG_CRC32_D) +
              (l->packed < l->size ? checksums(l, FLAG_ADLER32_C, FLAG_CRC32_C)
                                   : 0) +
              l->packed);
    return QEVM_CODEC_ON;
}

static QevmCodecResult
read_data(Lzop *l)
{
    const guint8 *data = l->in->data + (l->need - l->packed);
    lzo_uint made = l->size;

    g_byte_array_set_size(l->out, l->size);
    l->out_at = 0;
    if (l->packed == l->size) {
        memcpy(l->out->data, data, l->size); /* bounds: need has packed */
    } else if (lzo1x_decompress_safe(data, l->packed, l->out->data, &made,
                                     NULL) != LZO_E_OK ||
               made != l->size) {
        g_byte_array_set_size(l->out, 0);
        return QEVM_CODEC_BAD;
    }
    if (l->flags & (FLAG_ADLER32_D | FLAG_CRC32_D) &&
        !same_sum(!(l->flags & FLAG_ADLER32_D), l->out->data, l->size,
                  get32(l, 0))) {
        g_byte_array_set_size(l->out, 0);
        return QEVM_CODEC_BAD;
    }
    go_on(l, AT_BLOCK, 4);
    return QEVM_CODEC_ON;
}

/* `in` holds what the stage needs. */
static QevmCodecResult
stage_done(Lzop *l)
{
    guint64 method;

    switch (l->stage) {
    case AT_HEADER:
        /* Older ones lack fields; methods from 128 on are zlib's. */
        method = qevm_be_get(l->in->data + 15, 1);
        if (memcmp(l->in->data, MAGIC, QEVM_CODEC_MAGIC) != 0 ||
            qevm_be_get(l->in->data + 13, 2) < NEEDED || method == 0 ||
            method > 3) {
            return QEVM_CODEC_BAD;
        }
        l->flags = get32(l, 17);
        l->need += (l->flags & FLAG_FILTER ? 4 : 0) + 13;
        l->stage = AT_NAME;
        return QEVM_CODEC_ON;
    case AT_NAME:
        l->need += l->in->data[l->need - 1] + 4u; /* bounds: need is there */
        l->stage = AT_SUM;
        return QEVM_CODEC_ON;
    case AT_SUM:
        if (!same_sum(l->flags & FLAG_HEADER_CRC32,
                      l->in->data + QEVM_CODEC_MAGIC,
                      l->need - 4 - QEVM_CODEC_MAGIC, get32(l, l->need - 4))) {
            return QEVM_CODEC_BAD;
        }
        go_on(l, l->flags & FLAG_EXTRA ? AT_EXTRA : AT_BLOCK, 4);
        return QEVM_CODEC_ON;
    case AT_EXTRA:
        if (l->need > 4) {
            go_on(l, AT_BLOCK, 4);
        } else if (get32(l, 0) > EXTRA_MAX) {
            return QEVM_CODEC_LARGE;
        } else {
            l->need += get32(l, 0) + 4;
        }
        return QEVM_CODEC_ON;
    case AT_BLOCK:
        l->size = get32(l, 0);
        if (l->size == 0) {
            l->stage = AT_END;
            return QEVM_CODEC_END;
        }
        go_on(l, AT_SIZES, 4);
        return QEVM_CODEC_ON;
    case AT_SIZES:
        return read_sizes(l);
    case AT_DATA:
        return read_data(l);
    default:
        return QEVM_CODEC_BAD;
    }
}

/* ---- into it ---- */

static void
put_header(Lzop *l)
{
    g_byte_array_append(l->out, (const guint8 *)MAGIC, QEVM_CODEC_MAGIC);
    qevm_be_append(l->out, 2, VERSION);
    qevm_be_append(l->out, 2, LIBRARY);
    qevm_be_append(l->out, 2, NEEDED);
    qevm_be_append(l->out, 1, 1); /* LZO1X-1 */
    qevm_be_append(l->out, 1, 5);
    qevm_be_append(l->out, 4, FLAG_ADLER32_D);
    qevm_be_append(l->out, 4, 0100600);
    qevm_be_append(l->out, 8, 0);
    qevm_be_append(l->out, 1, 0);
    qevm_be_append(
        l->out, 4,
        adler(l->out->data + QEVM_CODEC_MAGIC, l->out->len - QEVM_CODEC_MAGIC));
}

static void
put_block(Lzop *l)
{
    gsize size = l->in->len;
    g_autofree guint8 *packed = g_malloc(size + size / 16 + 64 + 3);
    lzo_uint n = 0;
    int r = lzo1x_1_compress(l->in->data, size, packed, &n, l->work);

    g_assert(r == LZO_E_OK);
    qevm_be_append(l->out, 4, size);
    qevm_be_append(l->out, 4, MIN(n, size));
    qevm_be_append(l->out, 4, adler(l->in->data, size));
    g_byte_array_append(l->out, n < size ? packed : l->in->data,
                        (guint)MIN(n, size));
    g_byte_array_set_size(l->in, 0);
}

static QevmCodecResult
compress_more(Lzop *l, gboolean last)
{
    if (l->stage == AT_HEADER) {
        put_header(l);
        l->stage = AT_BLOCK;
    } else if (l->in->len == BLOCK || (last && l->in->len > 0)) {
        put_block(l);
    } else if (last && l->stage == AT_BLOCK) {
        qevm_be_append(l->out, 4, 0);
        l->stage = AT_END;
    }
    return QEVM_CODEC_ON;
}

/* ---- both ---- */

static QevmCodecResult
lzop_step(gpointer state, QevmCodecIo *io, gboolean last)
{
    Lzop *l = state;
    QevmCodecResult r = QEVM_CODEC_ON;
    gsize n;

    if (l->out_at == l->out->len) {
        g_byte_array_set_size(l->out, 0);
        l->out_at = 0;
        n = MIN(l->need - l->in->len, io->in_len);
        g_byte_array_append(l->in, io->in, (guint)n);
        io->in += n;
        io->in_len -= n;
        if (l->compress) {
            r = compress_more(l, last && io->in_len == 0);
        } else if (l->in->len == l->need) {
            r = stage_done(l);
        }
    }
    n = MIN(l->out->len - l->out_at, io->out_len);
    if (n > 0) {
        memcpy(io->out, l->out->data + l->out_at, n); /* bounds: the smaller */
        l->out_at += n;
        io->out += n;
        io->out_len -= n;
    }
    return l->compress && l->stage == AT_END && l->out_at == l->out->len
               ? QEVM_CODEC_END
               : r;
}

const QevmCodec qevm_codec_lzop = { "lzop",    MAGIC,     QEVM_CODEC_MAGIC,
                                    lzop_open, lzop_step, lzop_close };
