/* json-text.h - JSON that is small, and read into memory as a whole. */
#ifndef QEVM_PARSER_JSON_TEXT_H
#define QEVM_PARSER_JSON_TEXT_H

#include <jansson.h>

#include "parser/error.h"

/* The root of the text of a file, owned. NULL: "NAME: line N: what is wrong",
 * with that code; it may be a key that comes twice. `text` may be NULL if it is
 * empty. */
json_t *qevm_json_text(const char *text, gsize len, const char *name,
                       QevmError code, GError **error);

#endif
