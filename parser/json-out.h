/* json-out.h - writes JSON as QEMU lays out its vmdesc, in either dialect. */
#ifndef QEVM_PARSER_JSON_OUT_H
#define QEVM_PARSER_JSON_OUT_H

#include <glib.h>

typedef enum {
    QEVM_DIALECT_QJSON,       /* 2.3-5.2: `{ "a" : 1, "b" : [`, unescaped */
    QEVM_DIALECT_JSON_WRITER, /* 6.0-: `{"a": 1, "b": [`, escaped */
} QevmDialect;

/* Commas are the writer's business. `name` is NULL inside arrays and for the
 * outermost object. */
typedef struct QevmJsonOut QevmJsonOut;
QevmJsonOut *qevm_json_out_new(QevmDialect dialect);
void qevm_json_out_free(QevmJsonOut *out);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmJsonOut, qevm_json_out_free)
void qevm_json_out_begin_object(QevmJsonOut *out, const char *name);
void qevm_json_out_end_object(QevmJsonOut *out);
void qevm_json_out_begin_array(QevmJsonOut *out, const char *name);
void qevm_json_out_end_array(QevmJsonOut *out);
void qevm_json_out_uint(QevmJsonOut *out, const char *name, guint64 value);
void qevm_json_out_int(QevmJsonOut *out, const char *name, gint64 value);
/* Bytes that are not UTF-8 come out as QEMU writes them: as they are in the
 * old dialect, U+FFFD in the new one. */
void qevm_json_out_string(QevmJsonOut *out, const char *name,
                          const char *value);
/* A value that is JSON text of the same dialect already. */
void qevm_json_out_text(QevmJsonOut *out, const char *name, const char *text,
                        gsize len);
/* The text so far; frees `out`. */
GBytes *qevm_json_out_finish(QevmJsonOut *out);

#endif
