#include "parser/ram-unpack.h"

#include <gio/gio.h>
#include <string.h>

gboolean
qevm_ram_inflate(const guint8 *body, gsize n, guint8 *page, gsize size)
{
    g_autoptr(GZlibDecompressor) zlib =
        g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
    gsize in = 0, out = 0;

    for (;;) {
        guint8 more;
        gsize read = 0, written = 0;
        GConverterResult result = g_converter_convert(
            G_CONVERTER(zlib), body + in, n - in,
            out < size ? page + out : &more, out < size ? size - out : 1,
            G_CONVERTER_INPUT_AT_END, &read, &written, NULL);

        in += read;
        out += written;
        if (result == G_CONVERTER_FINISHED) {
            return out == size;
        }
        if (result == G_CONVERTER_ERROR || out > size) {
            return FALSE;
        }
    }
}

/* One or two bytes, seven bits each, the low ones first
 * (util/cutils.c:uleb128_decode_small()). */
static gboolean
take_length(QevmCursor *c, gsize *length)
{
    guint8 low, high = 0;

    if (!qevm_cursor_u8(c, "length", &low, NULL) ||
        (low & 0x80 && !qevm_cursor_u8(c, "length", &high, NULL)) ||
        high & 0x80) {
        return FALSE;
    }
    *length = (gsize)(low & 0x7f) | (gsize)high << 7;
    return TRUE;
}

/* Pairs of a length of bytes that stay and a length of bytes that follow;
 * neither is 0, but for the first (migration/xbzrle.c). */
gboolean
qevm_ram_patch(const guint8 *body, gsize n, guint8 *page, gsize size)
{
    QevmCursor c = { body, n, 0, 0 };
    gsize at = 0, length;
    const guint8 *bytes;

    while (qevm_cursor_left(&c)) {
        gboolean first = c.pos == 0;

        if (!take_length(&c, &length) || (length == 0 && !first) ||
            length > size - at) {
            return FALSE;
        }
        at += length;
        if (!take_length(&c, &length) || length == 0 || length > size - at ||
            !qevm_cursor_take(&c, length, "bytes", &bytes, NULL)) {
            return FALSE;
        }
        /* bounds: compared with what is left of the page */
        memcpy(page + at, bytes, length);
        at += length;
    }
    return TRUE;
}
