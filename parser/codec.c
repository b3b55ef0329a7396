/* codec.c - from compressed bytes to a pipe, and from a pipe to them. */
#include "parser/ahead.h"
#include "parser/codec-step.h"
#include "parser/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (128 * 1024)

static const QevmCodec *const codecs[] = {
    &qevm_codec_gzip, &qevm_codec_bzip2, &qevm_codec_xz,
    &qevm_codec_zstd, &qevm_codec_lz4,   &qevm_codec_lzop,
};

const QevmCodec *
qevm_codec_named(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(codecs); i++) {
        if (strcmp(codecs[i]->name, name) == 0) {
            return codecs[i];
        }
    }
    return NULL;
}

const char *
qevm_codec_name(const QevmCodec *codec)
{
    return codec->name;
}

const char *
qevm_codec_names(void)
{
    return "gzip bzip2 xz zstd lz4 lzop";
}

static gboolean
has_magic(const QevmCodec *codec, const guint8 *head, gsize n)
{
    return n >= codec->magic_len &&
           memcmp(head, codec->magic, codec->magic_len) == 0;
}

const QevmCodec *
qevm_codec_of(const guint8 *head, gsize n)
{
    for (guint i = 0; i < G_N_ELEMENTS(codecs); i++) {
        if (has_magic(codecs[i], head, n)) {
            return codecs[i];
        }
    }
    return NULL;
}

/* ---- out of it ---- */

typedef struct {
    const QevmCodec *codec;
    gpointer state;
    QevmAhead *of;  /* owned */
    gboolean ended; /* the last member did */
} Decoder;

static void
decoder_free(gpointer p)
{
    Decoder *d = p;

    d->codec->close(d->state);
    qevm_ahead_free(d->of);
    g_free(d);
}

/* A member ended: is there one more? */
static gboolean
next_member(Decoder *d, GError **error)
{
    const guint8 *data;
    gsize len;

    if (!qevm_ahead_look(d->of, d->codec->magic_len, &data, &len, error)) {
        return FALSE;
    }
    d->ended = !has_magic(d->codec, data, len);
    if (!d->ended) {
        d->codec->close(d->state);
        d->state = d->codec->open(FALSE);
    }
    return TRUE;
}

static gboolean
decode_fail(Decoder *d, int code, const char *what, GError **error)
{
    g_set_error(error, QEVM_ERROR, code,
                "at 0x%" G_GINT64_MODIFIER "x of the compressed bytes: %s %s",
                qevm_ahead_offset(d->of), d->codec->name, what);
    return FALSE;
}

static gboolean
decode_step(Decoder *d, QevmCodecIo *io, GError **error)
{
    gsize in, room = io->out_len;
    QevmCodecResult r;

    if (!qevm_ahead_look(d->of, 1, &io->in, &in, error)) {
        return FALSE;
    }
    io->in_len = in;
    r = d->codec->step(d->state, io, in == 0);
    qevm_ahead_pass(d->of, in - io->in_len);
    if (r == QEVM_CODEC_END) {
        return next_member(d, error);
    }
    if (r == QEVM_CODEC_LARGE) {
        return decode_fail(d, QEVM_ERROR_LIMIT,
                           "data need more than 128 MiB of memory", error);
    }
    if (r == QEVM_CODEC_ON && (io->in_len < in || io->out_len < room)) {
        return TRUE;
    }
    return r == QEVM_CODEC_ON && in == 0
               ? decode_fail(d, QEVM_ERROR_TRUNCATED, "data end early", error)
               : decode_fail(d, QEVM_ERROR_MALFORMED, "data are damaged",
                             error);
}

static gboolean
decode(gpointer user, gsize n, void *buf, gsize *got, GError **error)
{
    Decoder *d = user;
    QevmCodecIo io = { .out = buf, .out_len = n };

    while (io.out_len == n && n > 0 && !d->ended) {
        if (!decode_step(d, &io, error)) {
            return FALSE;
        }
    }
    *got = n - io.out_len;
    return TRUE;
}

QevmSource *
qevm_codec_decompress(const QevmCodec *codec, QevmSource *of)
{
    Decoder *d = g_new0(Decoder, 1);

    d->codec = codec;
    d->state = codec->open(FALSE);
    d->of = qevm_ahead_new(of);
    return qevm_source_new_pulled(qevm_source_name(of), decode, d,
                                  decoder_free);
}

/* ---- into it ---- */

static gboolean
read_chunk(int fd, guint8 *buf, gsize *got, GError **error)
{
    gssize n;

    do {
        n = read(fd, buf, CHUNK);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return qevm_error_errno(error, errno, "output: cannot be compressed");
    }
    *got = (gsize)n;
    return TRUE;
}

static gboolean
compress_chunk(const QevmCodec *codec, gpointer state, QevmCodecIo *io,
               guint8 *room, gboolean last, int fd, GError **error)
{
    QevmCodecResult r;

    do {
        io->out = room;
        io->out_len = CHUNK;
        r = codec->step(state, io, last);
        if (r != QEVM_CODEC_ON && r != QEVM_CODEC_END) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                        "output: %s cannot compress it", codec->name);
            return FALSE;
        }
        if (!qevm_file_write(fd, room, CHUNK - io->out_len, "output", error)) {
            return FALSE;
        }
    } while (last ? r != QEVM_CODEC_END : io->in_len > 0);
    return TRUE;
}

gboolean
qevm_codec_compress(const QevmCodec *codec, int in, int out, GError **error)
{
    g_autofree guint8 *buf = g_malloc(CHUNK), *room = g_malloc(CHUNK);
    gpointer state = codec->open(TRUE);
    gboolean ok = TRUE;
    gsize got = 1;

    while (got > 0) {
        QevmCodecIo io = { .in = buf };

        if (!read_chunk(in, buf, &got, ok ? error : NULL)) {
            ok = FALSE;
            break;
        }
        io.in_len = got;
        ok =
            ok && compress_chunk(codec, state, &io, room, got == 0, out, error);
    }
    codec->close(state);
    return ok;
}
