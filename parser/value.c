/* value.c - values as they are written, and compared. */
#include "parser/value.h"

#include <string.h>

void
qevm_value_clear(QevmValue *value)
{
    g_clear_pointer(&value->bytes, g_bytes_unref);
    value->kind = QEVM_VALUE_NONE;
    value->as.u = 0;
    value->hex = 0;
}

void
qevm_value_set_bool(QevmValue *out, gboolean b)
{
    qevm_value_clear(out);
    out->kind = QEVM_VALUE_BOOL;
    out->as.b = b;
}

void
qevm_value_set_sint(QevmValue *out, gint64 s)
{
    qevm_value_clear(out);
    out->kind = QEVM_VALUE_SINT;
    out->as.s = s;
}

void
qevm_value_set_uint(QevmValue *out, guint64 u)
{
    qevm_value_clear(out);
    out->kind = QEVM_VALUE_UINT;
    out->as.u = u;
}

void
qevm_value_set_bytes(QevmValue *out, QevmValueKind kind, gconstpointer data,
                     gsize size)
{
    GBytes *bytes = g_bytes_new(data, size);

    qevm_value_clear(out);
    out->kind = kind;
    out->bytes = bytes;
}

void
qevm_value_copy(QevmValue *out, const QevmValue *from)
{
    QevmValue copy = *from;

    if (copy.bytes) {
        g_bytes_ref(copy.bytes);
    }
    qevm_value_clear(out);
    *out = copy;
}

const char *
qevm_value_kind_name(QevmValueKind kind)
{
    switch (kind) {
    case QEVM_VALUE_NULL:
        return "null";
    case QEVM_VALUE_BOOL:
        return "a boolean";
    case QEVM_VALUE_SINT:
    case QEVM_VALUE_UINT:
        return "an integer";
    case QEVM_VALUE_STRING:
        return "a string";
    case QEVM_VALUE_BYTES:
        return "bytes";
    case QEVM_VALUE_NONE:
        break;
    }
    return "no value";
}

static gboolean
bytes_equal(const QevmValue *a, const QevmValue *b)
{
    gsize na, nb;
    const guint8 *pa = g_bytes_get_data(a->bytes, &na);
    const guint8 *pb = g_bytes_get_data(b->bytes, &nb);
    gsize common = MIN(na, nb);

    if (common > 0 && memcmp(pa, pb, common) != 0) {
        return FALSE;
    }
    if (na == nb) {
        return TRUE;
    }
    if (a->kind == b->kind) {
        return FALSE;
    }
    /* Text in a field is padded; the longer one must be the bytes. */
    if (na > nb) {
        return a->kind == QEVM_VALUE_BYTES && qevm_is_zero(pa + nb, na - nb);
    }
    return b->kind == QEVM_VALUE_BYTES && qevm_is_zero(pb + na, nb - na);
}

static gboolean
is_bytes(const QevmValue *v)
{
    return v->kind == QEVM_VALUE_STRING || v->kind == QEVM_VALUE_BYTES;
}

static gboolean
is_integer(const QevmValue *v)
{
    return v->kind == QEVM_VALUE_SINT || v->kind == QEVM_VALUE_UINT;
}

gboolean
qevm_value_equal(const QevmValue *a, const QevmValue *b)
{
    if (is_integer(a) && is_integer(b)) {
        gboolean a_negative = a->kind == QEVM_VALUE_SINT && a->as.s < 0;
        gboolean b_negative = b->kind == QEVM_VALUE_SINT && b->as.s < 0;

        return a_negative == b_negative && a->as.u == b->as.u;
    }
    if (is_bytes(a) && is_bytes(b)) {
        return bytes_equal(a, b);
    }
    if (a->kind != b->kind) {
        return FALSE;
    }
    return a->kind != QEVM_VALUE_BOOL || !a->as.b == !b->as.b;
}

/* The length of the printable UTF-8 character at p, 0 if there is none. */
static gsize
printable(const char *p, gsize left)
{
    gunichar c;

    if ((guchar)*p < 0x80) {
        return *p >= 0x20 && *p < 0x7f;
    }
    c = g_utf8_get_char_validated(p, (gssize)left);
    if (c == (gunichar)-1 || c == (gunichar)-2 || !g_unichar_isprint(c)) {
        return 0;
    }
    return (gsize)g_unichar_to_utf8(c, NULL);
}

static void
escape(GString *out, const char *text, gsize len, gboolean quoted)
{
    for (gsize i = 0; i < len;) {
        gsize n = printable(text + i, len - i);

        if (n == 0) {
            g_string_append_printf(out, "\\x%02x", (guchar)text[i]);
            i++;
            continue;
        }
        if (quoted && (text[i] == '"' || text[i] == '\\')) {
            g_string_append_c(out, '\\');
        }
        g_string_append_len(out, text + i, (gssize)n);
        i += n;
    }
}

void
qevm_escape(GString *out, const char *text, gsize len)
{
    escape(out, text, len, TRUE);
}

char *
qevm_printable(const char *text)
{
    GString *out = g_string_new(NULL);

    escape(out, text, strlen(text), FALSE);
    return g_string_free(out, FALSE);
}

gboolean
qevm_needs_escape(const char *text, gsize len)
{
    for (gsize i = 0; i < len;) {
        gsize n = printable(text + i, len - i);

        if (n == 0 || text[i] == '"' || text[i] == '\\') {
            return TRUE;
        }
        i += n;
    }
    return FALSE;
}

static char *
format_hex(GBytes *bytes)
{
    static const char digits[] = "0123456789abcdef";
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    /* No GString, which may take twice what it needs. */
    char *out = g_malloc(sizeof "hex:" + 2 * size), *at = g_stpcpy(out, "hex:");

    for (gsize i = 0; i < size; i++) {
        *at++ = digits[data[i] >> 4];
        *at++ = digits[data[i] & 15];
    }
    *at = '\0';
    return out;
}

static char *
format_string(GBytes *bytes)
{
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    GString *out = g_string_new("\"");

    qevm_escape(out, text, size);
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

char *
qevm_value_format(const QevmValue *value)
{
    switch (value->kind) {
    case QEVM_VALUE_NULL:
        return g_strdup("null");
    case QEVM_VALUE_BOOL:
        return g_strdup(value->as.b ? "true" : "false");
    case QEVM_VALUE_SINT:
        return g_strdup_printf("%" G_GINT64_FORMAT, value->as.s);
    case QEVM_VALUE_UINT:
        if (value->hex > 0) {
            return g_strdup_printf("0x%0*" G_GINT64_MODIFIER "x", value->hex,
                                   value->as.u);
        }
        return g_strdup_printf("%" G_GUINT64_FORMAT, value->as.u);
    case QEVM_VALUE_STRING:
        return format_string(value->bytes);
    case QEVM_VALUE_BYTES:
        return format_hex(value->bytes);
    case QEVM_VALUE_NONE:
        break;
    }
    return g_strdup("");
}

const char *
qevm_scan_string(const char **at, GString *out)
{
    const char *p = *at;

    if (*p != '"') {
        return "a string in double quotes";
    }
    for (p++; *p != '"'; p++) {
        *at = p;
        if (*p == '\0') {
            return "a closing double quote";
        }
        if (*p != '\\') {
            g_string_append_c(out, *p);
            continue;
        }
        p++;
        if (*p == '"' || *p == '\\') {
            g_string_append_c(out, *p);
        } else if (*p == 'x' && g_ascii_isxdigit(p[1]) &&
                   g_ascii_isxdigit(p[2])) {
            g_string_append_c(out, (char)(g_ascii_xdigit_value(p[1]) << 4 |
                                          g_ascii_xdigit_value(p[2])));
            p += 2;
        } else {
            return "an escape \\\\, \\\" or \\xNN";
        }
    }
    *at = p + 1;
    return NULL;
}

const char *
qevm_scan_integer(const char **at, guint64 *out)
{
    const char *p = *at;
    guint base = 10;
    guint64 v = 0;

    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        base = 16;
        p += 2;
    } else if (p[0] == '0' && g_ascii_isdigit(p[1])) {
        /* 010 is eight to some readers and ten to others. */
        return "a decimal number without leading zeros";
    }
    if (base == 16 ? !g_ascii_isxdigit(*p) : !g_ascii_isdigit(*p)) {
        return base == 16 ? "hex digits" : "a number";
    }
    for (; base == 16 ? g_ascii_isxdigit(*p) : g_ascii_isdigit(*p); p++) {
        guint64 digit = (guint64)g_ascii_xdigit_value(*p);

        if (v > (G_MAXUINT64 - digit) / base) {
            return "a number of at most 64 bits";
        }
        v = v * base + digit;
    }
    if (g_ascii_isalnum(*p) || *p == '_') {
        *at = p;
        return base == 16 ? "hex digits" : "decimal digits";
    }
    *at = p;
    *out = v;
    return NULL;
}

const char *
qevm_scan_hex(const char **at, GByteArray *out)
{
    const char *p = *at;

    while (g_ascii_isxdigit(*p)) {
        guint8 byte;

        if (!g_ascii_isxdigit(p[1])) {
            *at = p;
            return "an even number of hex digits";
        }
        byte = (guint8)(g_ascii_xdigit_value(p[0]) << 4 |
                        g_ascii_xdigit_value(p[1]));
        g_byte_array_append(out, &byte, 1);
        p += 2;
    }
    *at = p;
    return NULL;
}

static const char *
parse_integer(const char **at, QevmValue *out)
{
    gboolean negative = **at == '-';
    const char *wanted;
    guint64 v;

    *at += negative;
    wanted = qevm_scan_integer(at, &v);
    if (wanted) {
        return wanted;
    }
    if (negative) {
        if (v > (guint64)G_MAXINT64 + 1) {
            return "a number not below -9223372036854775808";
        }
        qevm_value_set_sint(out, (gint64)-v);
    } else if (v > G_MAXINT64) {
        qevm_value_set_uint(out, v);
    } else {
        qevm_value_set_sint(out, (gint64)v);
    }
    return NULL;
}

static const char *
parse_literal(const char **at, QevmValue *out)
{
    if (**at == '"') {
        g_autoptr(GString) text = g_string_new(NULL);
        const char *wanted = qevm_scan_string(at, text);

        qevm_value_set_bytes(out, QEVM_VALUE_STRING, text->str, text->len);
        return wanted;
    }
    if (g_str_has_prefix(*at, "hex:")) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        const char *wanted;

        *at += strlen("hex:");
        wanted = qevm_scan_hex(at, bytes);
        qevm_value_set_bytes(out, QEVM_VALUE_BYTES, bytes->data, bytes->len);
        return wanted;
    }
    if (g_ascii_isdigit((*at)[**at == '-'])) {
        return parse_integer(at, out);
    }
    return "a decimal or 0x number, true, false, null, \"text\" or hex:..";
}

gboolean
qevm_value_parse(const char *text, QevmValue *out, GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    const char *at = text, *wanted;

    if (g_str_equal(text, "true") || g_str_equal(text, "false")) {
        qevm_value_set_bool(out, *text == 't');
        return TRUE;
    }
    if (g_str_equal(text, "null")) {
        qevm_value_clear(out);
        out->kind = QEVM_VALUE_NULL;
        return TRUE;
    }
    wanted = parse_literal(&at, &value);
    if (!wanted && *at != '\0') {
        wanted = "nothing more";
    }
    if (wanted) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "value: column %u: expected %s", (guint)(at - text) + 1,
                    wanted);
        return FALSE;
    }
    qevm_value_copy(out, &value);
    return TRUE;
}
