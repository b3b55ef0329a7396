/* schema-load.h - device descriptions out of JSON files: qevm-schema(5).
 *
 * A description divides bytes that a stream shows as one leaf, or as a whole
 * payload, into named fields; schema-apply.h does it. Files are read when they
 * are first needed and checked whole: whatever is wrong in one is an error
 * with file, JSON path and what was expected.
 */
#ifndef QEVM_PARSER_SCHEMA_LOAD_H
#define QEVM_PARSER_SCHEMA_LOAD_H

#include "parser/schema.h"

typedef struct QevmSchemas QevmSchemas;

QevmSchemas *qevm_schemas_new(void);
void qevm_schemas_free(QevmSchemas *schemas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmSchemas, qevm_schemas_free)

/* All *.json in a folder, which must exist. A file hides those of its name in
 * folders added later. Read by qevm_schemas_load(). */
void qevm_schemas_add_folder(QevmSchemas *schemas, const char *folder);
/* One file's text at once; `file` is its name in messages. */
QEVM_CHECKED gboolean qevm_schemas_add_text(QevmSchemas *schemas,
                                            const char *file, const char *text,
                                            gsize len, GError **error);
/* Reads what was added and not yet read, and puts it together. Called again,
 * it says what it said the first time. */
QEVM_CHECKED gboolean qevm_schemas_load(QevmSchemas *schemas, GError **error);

#endif
