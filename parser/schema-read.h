/* schema-read.h - what the files that compile descriptions share: a place in
 * JSON that messages name, and how its members are taken.
 */
#ifndef QEVM_PARSER_SCHEMA_READ_H
#define QEVM_PARSER_SCHEMA_READ_H

#include "parser/schema-load.h"
#include "parser/schema-model.h"
#include <jansson.h>

#define QEVM_SCHEMA_NEST_MAX 32
#define QEVM_SCHEMA_TYPES_MAX 4096
/* Of one array, or cases of one switch: they are looked through one by one. */
#define QEVM_SCHEMA_LIST_MAX 4096
/* Of such a list, as many are worth a step of work. */
#define QEVM_SCHEMA_NAMES_A_STEP 8

typedef struct {
    QevmSchemas *schemas;
    const char *file;
    GString *path; /* of the JSON value being read */
    guint nesting;
    GError **error;
} QevmSchemaRead;

/* Goes to a member or an element, and back with the length it returned. */
gsize qevm_schema_enter(QevmSchemaRead *r, const char *member);
gsize qevm_schema_enter_index(QevmSchemaRead *r, gsize index);
void qevm_schema_leave(QevmSchemaRead *r, gsize len);

/* "FILE: PATH: ..."; FALSE. */
gboolean qevm_schema_fail(QevmSchemaRead *r, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
/* The same of one member. */
gboolean qevm_schema_fail_at(QevmSchemaRead *r, const char *member,
                             const char *format, ...) G_GNUC_PRINTF(3, 4);
/* "FILE: PATH" of where the reader is; lives as long as the schemas. */
const char *qevm_schema_where(QevmSchemaRead *r);
const char *qevm_schema_string(QevmSchemaRead *r, const char *text);

/* Is it an object, with no members but these (NULL-terminated)? */
QEVM_CHECKED gboolean qevm_schema_object(QevmSchemaRead *r, json_t *json,
                                         const char *const *members);

/* Members. What is not there leaves *out alone; what is there and is something
 * else is an error. */
QEVM_CHECKED gboolean qevm_schema_text(QevmSchemaRead *r, json_t *object,
                                       const char *member, const char **out);
QEVM_CHECKED gboolean qevm_schema_number(QevmSchemaRead *r, json_t *object,
                                         const char *member, guint64 max,
                                         guint64 *out);
QEVM_CHECKED gboolean qevm_schema_bool(QevmSchemaRead *r, json_t *object,
                                       const char *member, gboolean *out);
QEVM_CHECKED gboolean qevm_schema_expr(QevmSchemaRead *r, json_t *object,
                                       const char *member,
                                       const QevmExpr **out);
QEVM_CHECKED gboolean qevm_schema_amount(QevmSchemaRead *r, json_t *object,
                                         const char *member, QevmAmount *out);
QEVM_CHECKED gboolean qevm_schema_value(QevmSchemaRead *r, json_t *object,
                                        const char *member,
                                        const QevmValue **out);
/* A type by its name, as the member has it: found when all files are read. */
void qevm_schema_refer(QevmSchemaRead *r, const char *member, const char *type,
                       const QevmType **body);
/* Names, the same. */
QEVM_CHECKED gboolean qevm_schema_names(QevmSchemaRead *r, json_t *object,
                                        const char *member,
                                        const QevmNames **out);
/* 1 or [1, 2], also as text. */
QEVM_CHECKED gboolean qevm_schema_versions(QevmSchemaRead *r, json_t *object,
                                           const char *member,
                                           const guint32 **out, guint *n);
/* An array of objects, each through `item`, into *out. */
typedef gconstpointer (*QevmSchemaItem)(QevmSchemaRead *r, json_t *json);
QEVM_CHECKED gboolean qevm_schema_list(QevmSchemaRead *r, json_t *object,
                                       const char *member, QevmSchemaItem item,
                                       gconstpointer **out, guint *n);

/* What a key of "names", "cases" or "items" stands for. */
QEVM_CHECKED gboolean qevm_schema_key(const char *key, guint64 *out);

/* {"fields": [..], "subsections": [..]}, the object checked before. */
const QevmType *qevm_schema_body(QevmSchemaRead *r, json_t *json,
                                 const char *name);

/* ---- schema-link.c ---- */

/* Finds what is referred to, refuses types without end. */
QEVM_CHECKED gboolean qevm_schema_link(QevmSchemas *schemas, GError **error);

#endif
