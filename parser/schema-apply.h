/* schema-apply.h - bytes and a description to a vmsd of exactly these bytes.
 *
 * What comes out has no conditions any more: names, sizes and counts as they
 * are here, so that trees, paths, edits and emission need to know nothing of
 * descriptions.
 */
#ifndef QEVM_PARSER_SCHEMA_APPLY_H
#define QEVM_PARSER_SCHEMA_APPLY_H

#include "parser/schema-load.h"

typedef struct QevmType QevmType;

/* Which description to read bytes with, and how. */
typedef struct {
    const QevmType *type;   /* NULL: none */
    gboolean big;           /* the host was big-endian */
    const QevmNames *names; /* no type: what values are called, */
    gboolean elements;      /* or an array's elements, which are counted so */
    const char *keys;       /* unless this names the array that counts them */
} QevmReading;

/* What the bytes are in. */
typedef struct {
    const char *idstr; /* of the section; NULL: unknown */
    guint32 version;   /* of the section or subsection */
    guint64 offset;    /* of the first byte, for messages */
    /* Is there a section of that name? NULL: there is none. */
    gboolean (*exists)(gpointer user, const char *idstr);
    gpointer user;
} QevmReadingScope;

/* As many fields may be read of the leaves of one tree, whatever its budget
 * is; the most that were seen are 632. */
#define QEVM_READING_FIELDS_MAX (128 * 1024)

/* The rule for a leaf in a vmsd (`vmsd` may be NULL) of a section or subsection
 * of that version, or for a payload. */
QevmReading qevm_schemas_for_leaf(const QevmSchemas *schemas, const char *vmsd,
                                  guint32 version, const char *type,
                                  const char *field);
QevmReading qevm_schemas_for_payload(const QevmSchemas *schemas,
                                     const char *idstr, guint32 version);
/* Is every element of that size read alike, whatever its bytes say? */
gboolean qevm_reading_is_fixed(QevmReading reading, gsize size);
/* A type by its name. */
QevmReading qevm_schemas_for_type(const QevmSchemas *schemas, const char *type);

/* The vmsd of these bytes: covers all of them, lives in `arena` and in that of
 * the schemas, and is charged to the budget of `arena`. *fields_left is how
 * many fields it may still make, and what is left afterwards. NULL, with why
 * not: no reading fits, or more than one. */
const QevmVmsd *qevm_schemas_read(QevmSchemas *schemas, QevmReading reading,
                                  const QevmReadingScope *scope,
                                  const guint8 *data, gsize size,
                                  QevmArena *arena, guint *fields_left,
                                  GError **error);

#endif
