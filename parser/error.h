/* error.h - the one error domain of the library.
 *
 * A code exists only where a caller acts on it; everything else a user needs
 * is in the message: what was wanted, where, and what was there. Offsets in
 * messages are absolute stream offsets. Errors of the system (open, read,
 * write) keep GLib's own domain, G_FILE_ERROR.
 */
#ifndef QEVM_PARSER_ERROR_H
#define QEVM_PARSER_ERROR_H

#include <glib.h>

typedef enum {
    QEVM_ERROR_TRUNCATED,   /* the bytes ended inside something */
    QEVM_ERROR_MALFORMED,   /* the bytes are there and break the format */
    QEVM_ERROR_LIMIT,       /* legal, but past a limit of ours */
    QEVM_ERROR_UNSUPPORTED, /* legal, and we do not know it yet */
    QEVM_ERROR_PATH,        /* a path is misspelt, or names no or many things */
    QEVM_ERROR_EXPR,        /* an expression is wrong, or has no value */
    QEVM_ERROR_RULE,        /* the rewrite rule is wrong, not the stream */
    QEVM_ERROR_LOSS,        /* the rules would lose or show something */
} QevmError;

#define QEVM_ERROR (qevm_error_quark())
GQuark qevm_error_quark(void);

/* What the system refused, with the errno: the text, ": ", and the system's
 * words for it. Returns FALSE. */
gboolean qevm_error_errno(GError **error, int number, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

#endif
