#include "parser/cursor.h"

#include <string.h>

gsize
qevm_cursor_left(const QevmCursor *c)
{
    return c->len - c->pos;
}

guint64
qevm_cursor_offset(const QevmCursor *c)
{
    return c->base + c->pos;
}

gboolean
qevm_cursor_take(QevmCursor *c, gsize n, const char *what, const guint8 **out,
                 GError **error)
{
    gsize left = c->len - c->pos;

    /* Compare with what is left: pos + n could wrap. */
    if (n > left) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                    "at 0x%" G_GINT64_MODIFIER "x: %s needs %" G_GSIZE_FORMAT
                    " bytes, %" G_GSIZE_FORMAT " left",
                    c->base + c->pos, what, n, left);
        return FALSE;
    }
    /* No arithmetic on the NULL that empty bytes may have for data. */
    *out = n ? c->data + c->pos : c->data;
    c->pos += n;
    return TRUE;
}

gboolean
qevm_cursor_skip(QevmCursor *c, guint64 n, const char *what, GError **error)
{
    const guint8 *p;

    if (n > G_MAXSIZE) {
        n = G_MAXSIZE;
    }
    return qevm_cursor_take(c, (gsize)n, what, &p, error);
}

gboolean
qevm_cursor_u8(QevmCursor *c, const char *what, guint8 *out, GError **error)
{
    const guint8 *p;

    if (!qevm_cursor_take(c, 1, what, &p, error)) {
        return FALSE;
    }
    *out = p[0];
    return TRUE;
}

gboolean
qevm_cursor_be16(QevmCursor *c, const char *what, guint16 *out, GError **error)
{
    const guint8 *p;

    if (!qevm_cursor_take(c, 2, what, &p, error)) {
        return FALSE;
    }
    *out = (guint16)qevm_be_get(p, 2);
    return TRUE;
}

gboolean
qevm_cursor_be32(QevmCursor *c, const char *what, guint32 *out, GError **error)
{
    const guint8 *p;

    if (!qevm_cursor_take(c, 4, what, &p, error)) {
        return FALSE;
    }
    *out = (guint32)qevm_be_get(p, 4);
    return TRUE;
}

gboolean
qevm_cursor_be64(QevmCursor *c, const char *what, guint64 *out, GError **error)
{
    const guint8 *p;

    if (!qevm_cursor_take(c, 8, what, &p, error)) {
        return FALSE;
    }
    *out = qevm_be_get(p, 8);
    return TRUE;
}

gboolean
qevm_cursor_idstr(QevmCursor *c, const char *what, char **out, GError **error)
{
    QevmCursor at = *c;
    const guint8 *p;
    guint8 len;

    if (!qevm_cursor_u8(&at, what, &len, error)) {
        return FALSE;
    }
    if (len == 0) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "at 0x%" G_GINT64_MODIFIER "x: %s is empty",
                    qevm_cursor_offset(c), what);
        return FALSE;
    }
    if (!qevm_cursor_take(&at, len, what, &p, error)) {
        return FALSE;
    }
    if (memchr(p, 0, len)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "at 0x%" G_GINT64_MODIFIER "x: %s has a zero byte in it",
                    qevm_cursor_offset(c), what);
        return FALSE;
    }
    *out = g_strndup((const char *)p, len);
    *c = at;
    return TRUE;
}

int
qevm_cursor_peek(const QevmCursor *c, gsize ahead)
{
    return ahead < c->len - c->pos ? c->data[c->pos + ahead] : -1;
}

gboolean
qevm_cstr8_get(const guint8 *data, char out[256])
{
    memcpy(out, data + 1, data[0]);
    out[data[0]] = 0;
    return strlen(out) == data[0];
}

guint64
qevm_be_get(const guint8 *data, gsize size)
{
    guint64 v = 0;

    for (gsize i = 0; i < size; i++) {
        v = v << 8 | data[i];
    }
    return v;
}

gint64
qevm_be_get_signed(const guint8 *data, gsize size)
{
    guint shift = (guint)(64 - 8 * size);

    return (gint64)(qevm_be_get(data, size) << shift) >> shift;
}

void
qevm_be_put(guint8 *data, gsize size, guint64 value)
{
    for (gsize i = size; i-- > 0; value >>= 8) {
        data[i] = (guint8)value;
    }
}

void
qevm_be_append(GByteArray *out, gsize size, guint64 value)
{
    guint8 b[8];

    qevm_be_put(b, size, value);
    g_byte_array_append(out, b, (guint)size);
}

void
qevm_cstr8_append(GByteArray *out, const char *text)
{
    gsize len = strlen(text);

    g_assert(len <= 255);
    qevm_be_append(out, 1, len);
    g_byte_array_append(out, (const guint8 *)text, (guint)len);
}

gboolean
qevm_is_zero(const guint8 *data, gsize size)
{
    return size == 0 || (data[0] == 0 && memcmp(data, data + 1, size - 1) == 0);
}
