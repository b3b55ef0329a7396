/* schema-reader.h - one reading of bytes by a description, under way.
 *
 * Private to schema-apply.c, which makes fields, and schema-scope.c, which
 * answers what expressions ask about those made so far.
 */
#ifndef QEVM_PARSER_SCHEMA_READER_H
#define QEVM_PARSER_SCHEMA_READER_H

#include "parser/schema-apply.h"
#include "parser/schema-read.h"

/* A field or subsection that was made, and where its bytes begin. */
typedef struct {
    const QevmFieldDesc *field; /* NULL: */
    const QevmVmsd *sub;        /* a subsection; pos is behind its header */
    gsize pos;
} QevmMade;

/* A struct under construction. */
typedef struct {
    const char *name; /* of the field or subsection that it becomes */
    GArray *made;     /* QevmMade, in the order of the bytes */
    guint n_subs;     /* how many at the end of `made` are subsections */
    guint32 version;
} QevmFrame;

/* A choice between alternatives, in the order they are met. */
typedef struct {
    guint taken, n;
    gboolean prefer;
    gboolean fits; /* with `taken`, some reading did */
} QevmChoice;

/* What a part was read as, by a reading that may have failed later. */
typedef struct {
    const QevmRead *read;
    gsize pos, end;
    const QevmFieldDesc *field;
    guint fields; /* that were made inside it */
} QevmKnown;

typedef struct {
    QevmSchemas *schemas;
    const QevmReadingScope *scope;
    gboolean big;
    QevmArena *arena;
    QevmCursor c;
    QevmFrame frames[QEVM_SCHEMA_NEST_MAX + 1];
    guint n_frames; /* the last one is the one being read */
    guint nesting;
    guint64 steps;      /* left */
    guint fields;       /* left */
    QevmArena *kept;    /* of what all readings share */
    GArray *chains;     /* QevmKnown; closed ones that were read before */
    GArray *choices;    /* QevmChoice */
    guint n_choices;    /* met in this run */
    const QevmMade *it; /* what `.` is; NULL: nothing */
    GError **error;
} QevmReader;

/* Counts work; FALSE, with an error, when it is too much. */
QEVM_CHECKED gboolean qevm_reader_step(QevmReader *r, guint64 n);

/* "at 0x..: ..", where the reader is; FALSE. */
gboolean qevm_reader_fail(QevmReader *r, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* Expressions; errors say which member it was, and of which field unless `of`
 * is NULL. */
QEVM_CHECKED gboolean qevm_reader_bool(QevmReader *r, const QevmExpr *expr,
                                       const char *member, gboolean *out);
QEVM_CHECKED gboolean qevm_reader_value(QevmReader *r, const QevmExpr *expr,
                                        const char *member, const char *of,
                                        QevmValue *out);
QEVM_CHECKED gboolean qevm_reader_number(QevmReader *r, const QevmExpr *expr,
                                         const char *member, const char *of,
                                         guint64 *out);

/* ---- making fields (schema-apply.c) ---- */

QevmFrame *qevm_reader_top(QevmReader *r);
/* Begins a struct that becomes a field of that name. */
QEVM_CHECKED gboolean qevm_reader_push(QevmReader *r, const char *name);
/* Ends it: it is a field now, from `pos` to here. */
QEVM_CHECKED gboolean qevm_reader_put_struct(QevmReader *r,
                                             const char *type_name,
                                             const char *name, gsize pos);
/* A field or (NULL) a subsection of the struct on top, that begins at `pos`. */
QEVM_CHECKED gboolean qevm_reader_put(QevmReader *r, const QevmFieldDesc *field,
                                      const QevmVmsd *sub, gsize pos);
QevmFieldDesc *qevm_reader_leaf(QevmArena *arena, const char *name,
                                const char *type, guint64 size);
/* Moves over `count` elements, if they are there. */
QEVM_CHECKED gboolean qevm_reader_pass(QevmReader *r, const char *name,
                                       guint64 size, guint64 count);
/* A number, `otherwise` if none is given. */
QEVM_CHECKED gboolean qevm_reader_amount(QevmReader *r, const QevmAmount *a,
                                         const char *name, const char *what,
                                         guint64 otherwise, guint64 *out);
/* The fields and subsections of a type, into the struct on top. */
QEVM_CHECKED gboolean qevm_reader_body(QevmReader *r, const QevmType *type);

/* ---- schema-chain.c, schema-rules.c ---- */

QEVM_CHECKED gboolean qevm_reader_chain(QevmReader *r, const QevmRead *read);
gboolean qevm_schema_has_version(const guint32 *versions, guint n,
                                 guint32 version);

#endif
