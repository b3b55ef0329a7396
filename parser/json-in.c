/* json-in.c - reads JSON in one ordered pass, repeated keys and all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/json-in.h"

#include <string.h>

static char *
json_path(const QevmJsonIn *in)
{
    GString *path = g_string_new(NULL);

    for (const QevmJsonLevel *level = in->level; level; level = level->up) {
        g_autofree char *step = NULL;

        if (!level->begun) {
            continue;
        }
        if (level->array) {
            step = g_strdup_printf("[%u]", level->index);
        } else {
            step = g_strdup_printf(
                "%s%s", level->up ? "." : " ",
                level->key < in->n_keys ? in->keys[level->key] : "?");
        }
        g_string_prepend(path, step);
    }
    return g_string_free(path, FALSE);
}

gboolean
qevm_json_in_fail(const QevmJsonIn *in, gsize pos, QevmError code,
                  GError **error, const char *format, ...)
{
    g_autofree char *path = json_path(in);
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, QEVM_ERROR, (gint)code,
                "at 0x%" G_GINT64_MODIFIER "x: %s%s: %s", in->c.base + pos,
                in->what, path, what);
    return FALSE;
}

static char *
describe_byte(int byte)
{
    if (byte < 0) {
        return g_strdup("the end");
    }
    if (g_ascii_isdigit(byte)) {
        return g_strdup("a number");
    }
    switch (byte) {
    case '{':
        return g_strdup("an object");
    case '[':
        return g_strdup("an array");
    case '"':
        return g_strdup("a string");
    case '-':
        return g_strdup("a negative number");
    default:
        return g_strdup_printf(g_ascii_isgraph(byte) ? "'%c'" : "byte 0x%02x",
                               byte);
    }
}

/* Something else than what the next byte begins. */
static gboolean
fail_wanted(const QevmJsonIn *in, const char *wanted, GError **error)
{
    g_autofree char *found = describe_byte(qevm_cursor_peek(&in->c, 0));

    return qevm_json_in_fail(in, in->c.pos, QEVM_ERROR_MALFORMED, error,
                             "wanted %s, found %s", wanted, found);
}

/* ---- tokens ---- */

/* Moves over n bytes that were peeked at. */
static const char *
take(QevmJsonIn *in, gsize n)
{
    const guint8 *bytes = NULL;

    if (!qevm_cursor_take(&in->c, n, in->what, &bytes, NULL)) {
        g_assert_not_reached();
    }
    return (const char *)bytes;
}

static gsize
spaces(const QevmCursor *c, gsize ahead)
{
    gsize n = 0;
    int byte;

    while ((byte = qevm_cursor_peek(c, ahead + n)) == ' ' || byte == '\n' ||
           byte == '\r' || byte == '\t') {
        n++;
    }
    return n;
}

static void
skip_spaces(QevmJsonIn *in)
{
    gsize n = spaces(&in->c, 0);

    if (n) {
        take(in, n);
    }
}

static gboolean
read_byte(QevmJsonIn *in, char want, const char *wanted, GError **error)
{
    skip_spaces(in);
    if (qevm_cursor_peek(&in->c, 0) != want) {
        return fail_wanted(in, wanted, error);
    }
    take(in, 1);
    return TRUE;
}

/* QEMU <= 5.2 escapes nothing (migration/qjson.c:json_prop_str()), so that a
 * device id with a quote in it gives text that is no JSON. Its keys have no
 * quotes, and after a string value there is `}`, `]`, or a comma and the next
 * key: so a key ends at its first quote, and a value at the first one that is
 * followed by one of those. */
static gboolean
raw_string_ends(const QevmCursor *c, gsize ahead, gboolean key)
{
    int byte;

    if (key) {
        return TRUE;
    }
    ahead += spaces(c, ahead);
    byte = qevm_cursor_peek(c, ahead);
    if (byte == ',') {
        ahead++;
        ahead += spaces(c, ahead);
        return qevm_cursor_peek(c, ahead) == '"';
    }
    return byte == '}' || byte == ']';
}

static gboolean
read_hex4(QevmJsonIn *in, guint32 *out, GError **error)
{
    guint32 value = 0;

    for (guint i = 0; i < 4; i++) {
        int byte = qevm_cursor_peek(&in->c, 0);

        if (byte < 0 || !g_ascii_isxdigit(byte)) {
            return fail_wanted(in, "four hex digits after \\u", error);
        }
        value = value << 4 | (guint32)g_ascii_xdigit_value(*take(in, 1));
    }
    *out = value;
    return TRUE;
}

/* The part of an escape after the backslash. */
static gboolean
read_escape(QevmJsonIn *in, GError **error)
{
    static const char letters[] = "\"\\/bfnrt", plain[] = "\"\\/\b\f\n\r\t";
    gsize at = in->c.pos - 1;
    int byte = qevm_cursor_peek(&in->c, 0);
    const char *letter = byte > 0 ? strchr(letters, byte) : NULL;
    guint32 point, low;

    if (letter) {
        take(in, 1);
        g_string_append_c(in->string, plain[letter - letters]);
        return TRUE;
    }
    if (byte != 'u') {
        return fail_wanted(in, "an escape", error);
    }
    take(in, 1);
    if (!read_hex4(in, &point, error)) {
        return FALSE;
    }
    if (point >= 0xd800 && point < 0xdc00 &&
        qevm_cursor_peek(&in->c, 0) == '\\' &&
        qevm_cursor_peek(&in->c, 1) == 'u') {
        take(in, 2);
        if (!read_hex4(in, &low, error)) {
            return FALSE;
        }
        if (low >= 0xdc00 && low < 0xe000) {
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    if (point >= 0xd800 && point < 0xe000) {
        return qevm_json_in_fail(in, at, QEVM_ERROR_MALFORMED, error,
                                 "wanted a surrogate pair, found half of one");
    }
    if (point == 0) {
        g_string_append(in->string, "\xc0\x80"); /* as QEMU spells it */
    } else {
        g_string_append_unichar(in->string, point);
    }
    return TRUE;
}

/* Into in->string. */
static gboolean
read_string(QevmJsonIn *in, gboolean key, GError **error)
{
    gsize n = 0;

    if (!read_byte(in, '"', key ? "a key" : "a string", error)) {
        return FALSE;
    }
    g_string_truncate(in->string, 0);
    for (;;) {
        int byte = qevm_cursor_peek(&in->c, n);

        if (byte == '"' && (!in->raw || raw_string_ends(&in->c, n + 1, key))) {
            break;
        }
        if (byte < (in->raw ? 1 : ' ')) {
            take(in, n);
            return fail_wanted(in, "the rest of a string", error);
        }
        if (byte != '\\' || in->raw) {
            n++;
            continue;
        }
        g_string_append_len(in->string, take(in, n), (gssize)n);
        take(in, 1);
        n = 0;
        if (!read_escape(in, error)) {
            return FALSE;
        }
    }
    g_string_append_len(in->string, take(in, n), (gssize)n);
    take(in, 1);
    return TRUE;
}

gboolean
qevm_json_in_string(QevmJsonIn *in, GError **error)
{
    return read_string(in, FALSE, error);
}

gboolean
qevm_json_in_number(QevmJsonIn *in, guint64 max, guint64 *out, GError **error)
{
    gboolean fits = TRUE;
    guint64 value = 0;
    gsize start;
    int byte;

    skip_spaces(in);
    start = in->c.pos;
    byte = qevm_cursor_peek(&in->c, 0);
    if (byte < 0 || !g_ascii_isdigit(byte)) {
        return fail_wanted(in, "a number", error);
    }
    for (; byte >= 0 && g_ascii_isdigit(byte);
         byte = qevm_cursor_peek(&in->c, 0)) {
        fits = fits && g_uint64_checked_mul(&value, value, 10) &&
               g_uint64_checked_add(&value, value, (guint64)(byte - '0'));
        take(in, 1);
    }
    if (!fits) {
        return qevm_json_in_fail(in, start, QEVM_ERROR_LIMIT, error,
                                 "wanted at most %" G_GUINT64_FORMAT
                                 ", found more than 64 bits",
                                 max);
    }
    if (value > max) {
        return qevm_json_in_fail(in, start, QEVM_ERROR_LIMIT, error,
                                 "wanted at most %" G_GUINT64_FORMAT
                                 ", found %" G_GUINT64_FORMAT,
                                 max, value);
    }
    *out = value;
    return TRUE;
}

gboolean
qevm_json_in_minus(QevmJsonIn *in)
{
    skip_spaces(in);
    if (qevm_cursor_peek(&in->c, 0) != '-') {
        return FALSE;
    }
    take(in, 1);
    return TRUE;
}

gboolean
qevm_json_in_end(QevmJsonIn *in, GError **error)
{
    skip_spaces(in);
    return qevm_cursor_left(&in->c) == 0 ||
           fail_wanted(in, "nothing more", error);
}

/* ---- containers ---- */

static gboolean
enter(QevmJsonIn *in, QevmJsonLevel *level, gboolean array, GError **error)
{
    *level = (QevmJsonLevel){ .up = in->level, .array = array };
    if (!read_byte(in, array ? '[' : '{', array ? "an array" : "an object",
                   error)) {
        return FALSE;
    }
    level->start = in->c.pos - 1;
    in->level = level;
    return TRUE;
}

/* Moves to the next member and reads its key, or leaves at the end. */
static gboolean
next(QevmJsonIn *in, QevmJsonLevel *level, gboolean *more, GError **error)
{
    skip_spaces(in);
    *more = qevm_cursor_peek(&in->c, 0) != (level->array ? ']' : '}');
    if (!*more) {
        take(in, 1);
        level->end = in->c.pos;
        in->level = level->up;
        return TRUE;
    }
    if (level->begun) {
        if (!read_byte(in, ',',
                       level->array ? "a comma or the end of the array"
                                    : "a comma or the end of the object",
                       error)) {
            return FALSE;
        }
        level->index++;
    }
    if (level->array) {
        level->begun = TRUE;
        return TRUE;
    }
    if (!read_string(in, TRUE, error)) {
        return FALSE;
    }
    level->begun = TRUE;
    level->key = 0;
    while (level->key < in->n_keys &&
           strcmp(in->string->str, in->keys[level->key]) != 0) {
        level->key++;
    }
    return read_byte(in, ':', "a colon", error);
}

gboolean
qevm_json_in_array(QevmJsonIn *in, QevmJsonItem item, GError **error)
{
    gboolean more;
    QevmJsonLevel level;

    if (!enter(in, &level, TRUE, error) || !next(in, &level, &more, error)) {
        return FALSE;
    }
    while (more) {
        if (!item(in, error) || !next(in, &level, &more, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_json_in_object(QevmJsonIn *in, QevmJsonLevel *level, QevmJsonMember member,
                    gpointer self, GError **error)
{
    gboolean more;

    if (!enter(in, level, FALSE, error) || !next(in, level, &more, error)) {
        return FALSE;
    }
    while (more) {
        if (!member(in, level, self, error) || !next(in, level, &more, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_json_in_once(QevmJsonIn *in, QevmJsonLevel *level, GError **error)
{
    guint32 bit = 1u << level->key;

    if (level->seen & bit) {
        return qevm_json_in_fail(in, in->c.pos, QEVM_ERROR_MALFORMED, error,
                                 "wanted the key once, found it twice");
    }
    level->seen |= bit;
    return TRUE;
}

gboolean
qevm_json_in_had(QevmJsonIn *in, const QevmJsonLevel *level, guint32 want,
                 GError **error)
{
    guint32 missing = want & ~level->seen;

    for (guint key = 0; key < in->n_keys; key++) {
        if (missing & 1u << key) {
            return qevm_json_in_fail(in, level->start, QEVM_ERROR_MALFORMED,
                                     error, "wanted the key \"%s\", found none",
                                     in->keys[key]);
        }
    }
    return TRUE;
}

gboolean
qevm_json_in_deeper(QevmJsonIn *in, GError **error)
{
    if (in->depth == in->depth_max) {
        return qevm_json_in_fail(in, in->c.pos, QEVM_ERROR_LIMIT, error,
                                 "nested more than %u deep", in->depth_max);
    }
    in->depth++;
    return TRUE;
}

static gboolean
skip_scalar(QevmJsonIn *in, GError **error)
{
    static const char *const words[] = { "true", "false", "null" };
    gsize n = 0;
    int byte;

    skip_spaces(in);
    while ((byte = qevm_cursor_peek(&in->c, n)) > 0 &&
           strchr("+-.0123456789Ee", byte)) {
        n++;
    }
    for (guint i = 0; i < G_N_ELEMENTS(words) && n == 0; i++) {
        gsize same = 0;

        while (*(words[i] + same) &&
               qevm_cursor_peek(&in->c, same) == *(words[i] + same)) {
            same++;
        }
        n = *(words[i] + same) ? 0 : same;
    }
    if (n == 0) {
        return fail_wanted(in, "a value", error);
    }
    take(in, n);
    return TRUE;
}

static gboolean
skip_member(QevmJsonIn *in, QevmJsonLevel *level, gpointer self, GError **error)
{
    (void)level;
    (void)self;
    return qevm_json_in_skip(in, error);
}

gboolean
qevm_json_in_skip(QevmJsonIn *in, GError **error)
{
    QevmJsonLevel level;

    skip_spaces(in);
    switch (qevm_cursor_peek(&in->c, 0)) {
    case '"':
        return read_string(in, FALSE, error);
    case '{':
        if (!qevm_json_in_deeper(in, error) ||
            !qevm_json_in_object(in, &level, skip_member, NULL, error)) {
            return FALSE;
        }
        break;
    case '[':
        if (!qevm_json_in_deeper(in, error) ||
            !qevm_json_in_array(in, qevm_json_in_skip, error)) {
            return FALSE;
        }
        break;
    default:
        return skip_scalar(in, error);
    }
    in->depth--;
    return TRUE;
}
