/* json-out.c - writes JSON as QEMU lays out its vmdesc, in either dialect.
 *
 * Mirrors what migration/qjson.c (until 5.2) and qobject/json-writer.c put
 * out: `{ "a" : [ 1, 2 ], "b" : {  } }` and `{"a": [1, 2], "b": {}}`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/json-out.h"

#include "parser/cursor.h"

#include <string.h>

struct QevmJsonOut {
    GString *text;
    QevmDialect dialect;
    gboolean comma; /* the next value has one before it */
};

QevmJsonOut *
qevm_json_out_new(QevmDialect dialect)
{
    QevmJsonOut *out = g_new0(QevmJsonOut, 1);

    out->text = g_string_new(NULL);
    out->dialect = dialect;
    return out;
}

void
qevm_json_out_free(QevmJsonOut *out)
{
    if (!out) {
        return;
    }
    if (out->text) {
        g_string_free(out->text, TRUE);
    }
    g_free(out);
}

GBytes *
qevm_json_out_finish(QevmJsonOut *out)
{
    GBytes *text = g_string_free_to_bytes(g_steal_pointer(&out->text));

    qevm_json_out_free(out);
    return text;
}

/* The next code point of what QEMU calls modified UTF-8 (util/unicode.c:
 * mod_utf8_codepoint()), -1 for a sequence that it takes for broken. *pos
 * moves over the sequence; a broken one ends before the first byte that
 * cannot continue it. Needs a byte at *pos. */
static gint32
next_codepoint(const QevmCursor *c, gsize *pos)
{
    static const gint32 lowest[] = { 0x80, 0x800, 0x10000 };
    int byte = qevm_cursor_peek(c, (*pos)++);
    guint more = 0;
    gint32 point;

    if (byte < 0x80) {
        return byte;
    }
    while (more < 6 && (byte & (0x40 >> more))) {
        more++;
    }
    if (more == 0 || more == 6) {
        return -1; /* a continuation, 0xfe or 0xff */
    }
    point = byte & (0x3f >> more);
    for (guint i = 0; i < more; i++, (*pos)++) {
        byte = qevm_cursor_peek(c, *pos);
        if (byte < 0 || (byte & 0xc0) != 0x80) {
            return -1;
        }
        point = (gint32)((guint32)point << 6 | (guint32)(byte & 0x3f));
    }
    if (more > 3 || point > 0x10ffff || (point >= 0xfdd0 && point <= 0xfdef) ||
        (point & 0xfffe) == 0xfffe || (point >= 0xd800 && point <= 0xdfff)) {
        return -1;
    }
    /* c0 80 is how a NUL is spelled. */
    if (point < lowest[more - 1] && !(point == 0 && more == 1)) {
        return -1;
    }
    return point;
}

static void
append_codepoint(GString *text, gint32 point)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letter[] = "\"\\bfnrt";
    const char *special =
        point > 0 && point < 0x80 ? strchr(plain, point) : NULL;

    if (special) {
        g_string_append_c(text, '\\');
        g_string_append_c(text, letter[special - plain]);
    } else if (point > 0xffff) {
        g_string_append_printf(text, "\\u%04X\\u%04X",
                               0xd800 + (guint)((point - 0x10000) >> 10),
                               0xdc00 + (guint)((point - 0x10000) & 0x3ff));
    } else if (point < 0x20 || point >= 0x7f) {
        g_string_append_printf(text, "\\u%04X",
                               point < 0 ? 0xfffdu : (guint)point);
    } else {
        g_string_append_c(text, (char)point);
    }
}

static void
append_quoted(QevmJsonOut *out, const char *value)
{
    QevmCursor c = { (const guint8 *)value, strlen(value), 0, 0 };

    g_string_append_c(out->text, '"');
    if (out->dialect == QEVM_DIALECT_QJSON) {
        g_string_append(out->text, value);
    } else {
        for (gsize pos = 0; pos < c.len;) {
            append_codepoint(out->text, next_codepoint(&c, &pos));
        }
    }
    g_string_append_c(out->text, '"');
}

static void
append_name(QevmJsonOut *out, const char *name)
{
    if (out->comma) {
        g_string_append(out->text, ", ");
    }
    out->comma = TRUE;
    if (name) {
        append_quoted(out, name);
        g_string_append(out->text,
                        out->dialect == QEVM_DIALECT_QJSON ? " : " : ": ");
    }
}

static void
begin(QevmJsonOut *out, const char *name, char bracket)
{
    append_name(out, name);
    g_string_append_c(out->text, bracket);
    if (out->dialect == QEVM_DIALECT_QJSON) {
        g_string_append_c(out->text, ' ');
    }
    out->comma = FALSE;
}

static void
end(QevmJsonOut *out, char bracket)
{
    if (out->dialect == QEVM_DIALECT_QJSON) {
        g_string_append_c(out->text, ' ');
    }
    g_string_append_c(out->text, bracket);
    out->comma = TRUE;
}

void
qevm_json_out_begin_object(QevmJsonOut *out, const char *name)
{
    begin(out, name, '{');
}

void
qevm_json_out_end_object(QevmJsonOut *out)
{
    end(out, '}');
}

void
qevm_json_out_begin_array(QevmJsonOut *out, const char *name)
{
    begin(out, name, '[');
}

void
qevm_json_out_end_array(QevmJsonOut *out)
{
    end(out, ']');
}

void
qevm_json_out_uint(QevmJsonOut *out, const char *name, guint64 value)
{
    append_name(out, name);
    g_string_append_printf(out->text, "%" G_GUINT64_FORMAT, value);
}

void
qevm_json_out_int(QevmJsonOut *out, const char *name, gint64 value)
{
    append_name(out, name);
    g_string_append_printf(out->text, "%" G_GINT64_FORMAT, value);
}

void
qevm_json_out_string(QevmJsonOut *out, const char *name, const char *value)
{
    append_name(out, name);
    append_quoted(out, value);
}

void
qevm_json_out_text(QevmJsonOut *out, const char *name, const char *text,
                   gsize len)
{
    append_name(out, name);
    g_string_append_len(out->text, text, (gssize)len);
}
