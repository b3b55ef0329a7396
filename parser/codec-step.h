/* codec-step.h - what a row of the table of codecs is made of; codec.h is for
 * everybody else.
 */
#ifndef QEVM_PARSER_CODEC_STEP_H
#define QEVM_PARSER_CODEC_STEP_H

#include "parser/codec.h"

/* What is left of the input and of the room for output. */
typedef struct {
    const guint8 *in;
    gsize in_len;
    guint8 *out;
    gsize out_len;
} QevmCodecIo;

typedef enum {
    QEVM_CODEC_ON,    /* more input or more room is wanted */
    QEVM_CODEC_END,   /* that was the end of a member, all of it is out */
    QEVM_CODEC_BAD,   /* the bytes are none that it writes */
    QEVM_CODEC_LARGE, /* it would need too much memory */
} QevmCodecResult;

struct QevmCodec {
    const char *name;
    const char *magic; /* its first bytes */
    gsize magic_len;
    gpointer (*open)(gboolean compress);
    /* Takes from io->in and adds to io->out, and moves both on. `last`: there
     * is no input behind io->in. */
    QevmCodecResult (*step)(gpointer state, QevmCodecIo *io, gboolean last);
    void (*close)(gpointer state);
};

#define QEVM_CODEC_WINDOW (128 * 1024 * 1024)

extern const QevmCodec qevm_codec_gzip, qevm_codec_bzip2, qevm_codec_xz,
    qevm_codec_zstd, qevm_codec_lz4, qevm_codec_lzop;

#endif
