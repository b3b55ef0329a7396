/* render.h - a stream's records and trees as text, as JSON, and as the JSON
 * of QEMU's own analyzer.
 */
#ifndef QEVM_CLI_RENDER_H
#define QEVM_CLI_RENDER_H

#include "cli/print.h"
#include "parser/path.h"
#include <jansson.h>

/* ---- text ---- */

typedef struct {
    QevmPrint *out; /* borrowed */
    int depth;      /* levels below the first; -1: all */
    gboolean offsets, hex, types;
    gboolean all; /* long arrays and bytes in full */
} QevmTextRender;

/* One record: a section with its tree, anything else on one line. FALSE: its
 * bytes could not be read. */
gboolean qevm_render_text_record(const QevmTextRender *render,
                                 QevmStream *stream, QevmRecord *record,
                                 GError **error);
/* A place under its path; sections as above. */
gboolean qevm_render_text_place(const QevmTextRender *render,
                                QevmStream *stream, const QevmPlace *place,
                                GError **error);
/* What a record is that is no section: "command PING". Owned. */
char *qevm_render_other(const QevmRecord *record);
/* A value as text prints it: long bytes are cut unless `all`. Owned. */
char *qevm_render_value(const QevmValue *value, gboolean all);

/* ---- JSON ----
 *
 * A record:  {"type": "full", "offset": 1, "size": 2}, and of sections also
 *   "path", "idstr", "instance_id", "section_id", "version_id",
 *   "payload_offset", "payload_size", flags that are true ("opaque",
 *   "resynced", "early", "packaged"), "fields", "subsections", and "error"
 *   if not all could be decoded.
 * A field:   {"name", "type", "offset", and one of
 *   "value"     a leaf, with "names" if its bits or values have any, and
 *               "note" if a description of it did not fit
 *   "values"    an array of leaves
 *   "fields" [, "subsections"]   a struct
 *   "elements"  an array or list of structs: [{"fields", "subsections"}]}
 * A subsection: {"name", "version_id", "offset", "fields", "subsections"}
 * Bytes that could not be decoded are a field of the type "raw".
 *
 * "fields" are arrays in the order of the wire, since names repeat. A value
 * is null, true, false, a number, or a string: text, "hex:00ff" for bytes,
 * "0x.." for an integer above 2^63-1. Names that are not UTF-8 have \xNN for
 * what is not. */
typedef struct {
    int depth; /* levels below the section; -1: all */
} QevmJsonRender;

/* NULL: the bytes of the section could not be read. New reference. */
json_t *qevm_render_json_record(const QevmJsonRender *render,
                                QevmStream *stream, QevmRecord *record,
                                GError **error);
json_t *qevm_render_json_node(const QevmJsonRender *render, QevmNode *node);
/* Adds "names", if values of the node have any. */
void qevm_render_json_names(json_t *json, const QevmNode *node,
                            const QevmValue *value);
json_t *qevm_render_json_value(const QevmValue *value);
/* A string of a stream, which may be no UTF-8. */
json_t *qevm_render_json_text(const char *text);
/* What qevm_record_type_name() is in JSON: "full", "command", ... */
const char *qevm_render_json_type(const QevmRecord *record);
/* Prints compact JSON. */
void qevm_render_json_print(QevmPrint *out, const json_t *json);

/* A rules file of what is in two arrays, a rule a line so that it can be read
 * and edited. `more` may be NULL. */
void qevm_render_json_rules(QevmPrint *out, const json_t *rules,
                            const json_t *more);

/* ---- as scripts/analyze-migration.py prints it ---- */

/* The device state of the whole stream, as the script of QEMU 10.0 shows it.
 * Stops at a section whose bytes cannot be read. */
gboolean qevm_render_analyze(QevmPrint *out, QevmStream *stream,
                             GError **error);

#endif
