/* value.h - a value out of a field, a rule or an expression. */
#ifndef QEVM_PARSER_VALUE_H
#define QEVM_PARSER_VALUE_H

#include "parser/prim.h"

typedef enum {
    QEVM_VALUE_NONE,
    QEVM_VALUE_NULL, /* a null pointer's marker */
    QEVM_VALUE_BOOL,
    QEVM_VALUE_SINT,
    QEVM_VALUE_UINT,
    QEVM_VALUE_STRING, /* bytes holds the text, unterminated, any encoding */
    QEVM_VALUE_BYTES,
} QevmValueKind;

struct QevmValue {
    QevmValueKind kind;
    union {
        gboolean b;
        gint64 s;
        guint64 u;
    } as;
    GBytes *bytes; /* owned; STRING and BYTES only */
    guint8 hex;    /* UINT: print as this many hex digits; 0: decimal */
};

#define QEVM_VALUE_INIT                                                        \
    {                                                                          \
        QEVM_VALUE_NONE, { 0 }, NULL, 0                                        \
    }
void qevm_value_clear(QevmValue *value);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QevmValue, qevm_value_clear)

/* Puts a value into *out, freeing what was there. Bytes are copied. */
void qevm_value_set_bool(QevmValue *out, gboolean b);
void qevm_value_set_sint(QevmValue *out, gint64 s);
void qevm_value_set_uint(QevmValue *out, guint64 u);
void qevm_value_set_bytes(QevmValue *out, QevmValueKind kind,
                          gconstpointer data, gsize size);
void qevm_value_copy(QevmValue *out, const QevmValue *from);

/* "an integer", "a string", ..: for messages. */
const char *qevm_value_kind_name(QevmValueKind kind);

/* Equal in meaning: 1 (signed) equals 1 (unsigned); a string equals bytes that
 * are its text and then nothing but zeros, as a field holds it. */
gboolean qevm_value_equal(const QevmValue *a, const QevmValue *b);

/* As `get` and `show` print it and `set` reads it back: decimal integers,
 * true/false, "text" with escapes, hex:00ff.. for bytes, null. Owned. */
char *qevm_value_format(const QevmValue *value);

/* A literal: decimal, 0x hex, true, false, null, "text", hex:.., else
 * RULE error. */
QEVM_CHECKED gboolean qevm_value_parse(const char *text, QevmValue *out,
                                       GError **error);

/* ---- the spelling of literals, shared with expressions and paths ---- */

/* Appends text as it stands between double quotes: `"` and `\` escaped, what
 * is no printable UTF-8 as \xNN. */
void qevm_escape(GString *out, const char *text, gsize len);
/* Words of others as they can be shown: only what is no printable UTF-8 becomes
 * \xNN, so that it cannot be read back. Owned. */
char *qevm_printable(const char *text);
/* Would qevm_escape() change the text? */
gboolean qevm_needs_escape(const char *text, gsize len);

/* Scanners move *at past what they read. On failure they leave it at what is
 * wrong and return what was expected (static text); NULL is success. */

/* From the opening quote to past the closing one, escapes resolved. */
const char *qevm_scan_string(const char **at, GString *out);
/* Decimal or 0x hex, no sign. */
const char *qevm_scan_integer(const char **at, guint64 *out);
/* Pairs of hex digits, as after hex: */
const char *qevm_scan_hex(const char **at, GByteArray *out);

#endif
