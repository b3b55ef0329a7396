/* names.h - what the bits or the values of a field are called. */
#ifndef QEVM_PARSER_NAMES_H
#define QEVM_PARSER_NAMES_H

#include "parser/value.h"

typedef struct {
    guint64 value; /* a bit's number, or the value */
    const char *name;
} QevmNamed;

struct QevmNames {
    const char *name;
    gboolean flags;   /* each bit has a name; else each value */
    QevmNamed *named; /* sorted by value */
    guint n_named;
};

/* The names of a number, a space between: "csum guest_csum bit40" of flags,
 * where bits that have no name are numbered; of other values their name, "" if
 * there is none. Owned. */
char *qevm_names_of(const QevmNames *names, const QevmValue *value);
/* A value with its names as it is printed, "0x130bf (csum guest_csum)"; the
 * value alone if it has none. Names may be NULL. Owned. */
char *qevm_names_format(const QevmNames *names, const QevmValue *value);
/* Back: names and numbers with `|`, `,` or a space between; of values that are
 * no flags only one. RULE error. */
QEVM_CHECKED gboolean qevm_names_parse(const QevmNames *names, const char *text,
                                       QevmValue *out, GError **error);

#endif
