/* cursor.h - bounds-checked reads over bytes in memory.
 *
 * Nothing else in parser/ indexes untrusted bytes. A read that would pass the
 * end fails with QEVM_ERROR_TRUNCATED, names what it wanted, gives the
 * absolute offset, and does not move. All integers are big-endian, as in
 * migration/qemu-file.c.
 */
#ifndef QEVM_PARSER_CURSOR_H
#define QEVM_PARSER_CURSOR_H

#include "parser/error.h"

typedef struct {
    const guint8 *data; /* borrowed; outlives the cursor */
    gsize len, pos;     /* invariant: pos <= len */
    guint64 base;       /* stream offset of data[0] */
} QevmCursor;

#define QEVM_CHECKED G_GNUC_WARN_UNUSED_RESULT

/* Bytes not yet taken, and the stream offset of the next one. */
gsize qevm_cursor_left(const QevmCursor *c);
guint64 qevm_cursor_offset(const QevmCursor *c);

/* Hands out n bytes (borrowed from the cursor's data) and moves past them. */
QEVM_CHECKED gboolean qevm_cursor_take(QevmCursor *c, gsize n, const char *what,
                                       const guint8 **out, GError **error);
QEVM_CHECKED gboolean qevm_cursor_skip(QevmCursor *c, guint64 n,
                                       const char *what, GError **error);
QEVM_CHECKED gboolean qevm_cursor_u8(QevmCursor *c, const char *what,
                                     guint8 *out, GError **error);
QEVM_CHECKED gboolean qevm_cursor_be16(QevmCursor *c, const char *what,
                                       guint16 *out, GError **error);
QEVM_CHECKED gboolean qevm_cursor_be32(QevmCursor *c, const char *what,
                                       guint32 *out, GError **error);
QEVM_CHECKED gboolean qevm_cursor_be64(QevmCursor *c, const char *what,
                                       guint64 *out, GError **error);

/* A length byte and that many bytes (1..255); *out is NUL-terminated, owned
 * by the caller. A NUL inside is MALFORMED: QEMU's names are C strings. */
QEVM_CHECKED gboolean qevm_cursor_idstr(QevmCursor *c, const char *what,
                                        char **out, GError **error);

/* The byte `ahead` bytes on, or -1 past the end. */
int qevm_cursor_peek(const QevmCursor *c, gsize ahead);

/* A length byte and text out of checked memory, NUL-terminated; FALSE if a
 * zero byte in it makes it shorter. */
gboolean qevm_cstr8_get(const guint8 *data, char out[256]);

/* Integers of `size` 1..8 bytes out of checked memory. */
guint64 qevm_be_get(const guint8 *data, gsize size);
gint64 qevm_be_get_signed(const guint8 *data, gsize size);
void qevm_be_put(guint8 *data, gsize size, guint64 value);
void qevm_be_append(GByteArray *out, gsize size, guint64 value);
/* Are all bytes 0? */
gboolean qevm_is_zero(const guint8 *data, gsize size);
/* A length byte and text of up to 255 bytes. */
void qevm_cstr8_append(GByteArray *out, const char *text);

#endif
