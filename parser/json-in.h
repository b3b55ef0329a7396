/* json-in.h - reads JSON in one ordered pass, repeated keys and all.
 *
 * There is no value tree: the caller gets each member as it comes and says
 * what it must be. Errors are MALFORMED or LIMIT and give the stream offset
 * and the JSON path. Used by vmdesc.c and lend-file.c.
 */
#ifndef QEVM_PARSER_JSON_IN_H
#define QEVM_PARSER_JSON_IN_H

#include "parser/cursor.h"

/* One object or array being read, and so one step of the JSON path. */
typedef struct QevmJsonLevel {
    const struct QevmJsonLevel *up;
    gsize start, end; /* of its text; `end` is known once it was left */
    gboolean array;
    gboolean begun; /* a member was read */
    guint index;    /* of the member being read, in an array */
    guint key;      /* the same in an object: row of `keys`, or n_keys */
    guint32 seen;   /* bits of the keys noted by qevm_json_in_once() */
} QevmJsonLevel;

typedef struct {
    QevmCursor c;
    const char *what;        /* what the text is, for messages */
    const char *const *keys; /* those that mean something; at most 32 */
    guint n_keys;
    gboolean raw; /* strings have no escapes, see qevm_json_in_string() */
    guint depth_max;
    guint depth;     /* see qevm_json_in_deeper() */
    GString *string; /* owned; the last string read */
    const QevmJsonLevel *level;
} QevmJsonIn;

/* One member of an array, or of an object after its key; reads its value. */
typedef gboolean (*QevmJsonItem)(QevmJsonIn *in, GError **error);
typedef gboolean (*QevmJsonMember)(QevmJsonIn *in, QevmJsonLevel *level,
                                   gpointer self, GError **error);

/* All of these return FALSE with error set. */
QEVM_CHECKED gboolean qevm_json_in_array(QevmJsonIn *in, QevmJsonItem item,
                                         GError **error);
/* Leaves in `level` what is known of the object afterwards. */
QEVM_CHECKED gboolean qevm_json_in_object(QevmJsonIn *in, QevmJsonLevel *level,
                                          QevmJsonMember member, gpointer self,
                                          GError **error);
/* A string into in->string, a NUL as c0 80. */
QEVM_CHECKED gboolean qevm_json_in_string(QevmJsonIn *in, GError **error);
QEVM_CHECKED gboolean qevm_json_in_number(QevmJsonIn *in, guint64 max,
                                          guint64 *out, GError **error);
/* Any value. */
QEVM_CHECKED gboolean qevm_json_in_skip(QevmJsonIn *in, GError **error);
/* Nothing but white space is left. */
QEVM_CHECKED gboolean qevm_json_in_end(QevmJsonIn *in, GError **error);

/* Moves over a minus if there is one. */
gboolean qevm_json_in_minus(QevmJsonIn *in);

/* Notes a key that may be there once. */
QEVM_CHECKED gboolean qevm_json_in_once(QevmJsonIn *in, QevmJsonLevel *level,
                                        GError **error);
/* Were all keys of a set noted? */
QEVM_CHECKED gboolean qevm_json_in_had(QevmJsonIn *in,
                                       const QevmJsonLevel *level, guint32 want,
                                       GError **error);
/* Counts one level of recursion; the caller counts down again. */
QEVM_CHECKED gboolean qevm_json_in_deeper(QevmJsonIn *in, GError **error);

/* Sets an error "at OFFSET: WHAT PATH: ..." for byte `pos`; always FALSE. */
gboolean qevm_json_in_fail(const QevmJsonIn *in, gsize pos, QevmError code,
                           GError **error, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

#endif
