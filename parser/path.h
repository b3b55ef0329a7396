/* path.h - how a user names a section, a node, an element or a header fact.
 *
 *   SECTION[@INSTANCE][#K]//STEP/STEP..
 *
 * Grammar and examples: qevm(1), PATHS. Every path we print resolves back to
 * the same place.
 */
#ifndef QEVM_PARSER_PATH_H
#define QEVM_PARSER_PATH_H

#include "parser/stream.h"

typedef enum {
    QEVM_SELECT_NONE,
    QEVM_SELECT_INDEX, /* NAME[I]: an element, or the I-th so named */
    QEVM_SELECT_ALL,   /* NAME[*]: each element */
    QEVM_SELECT_RUN,   /* NAME#K: the K-th node so named, a run of elements
                          whole */
} QevmSelect;

typedef struct {
    char *name;          /* unescaped; a pattern unless literal */
    char *spelled;       /* NAME[I] or NAME#K as written, which may be all of
                            a name; NULL: cannot be */
    gboolean literal;    /* was in double quotes */
    gboolean subsection; /* was in braces */
    gboolean fact;       /* .version_id and the like */
    gboolean up;         /* .. */
    gboolean run;        /* structs of one name in a row are one place, as an
                            array of them would be; see QevmPlace */
    QevmSelect select;
    guint64 index;
} QevmStep;

typedef struct {
    char *section; /* NULL: relative, see qevm_path_parse_below() */
    gboolean section_literal;
    enum { QEVM_INSTANCE_ANY, QEVM_INSTANCE_IS, QEVM_INSTANCE_ALL } which;
    guint32 instance_id;
    gint ordinal;      /* #K, -1 without */
    gboolean has_tree; /* "//" was there */
    GArray *steps;     /* QevmStep */
} QevmPath;

QevmPath *qevm_path_parse(const char *text, GError **error);
/* The path of an expression's $"path": STEP/STEP.., `..` goes up, "//" in
 * front starts at the section's root. */
QevmPath *qevm_path_parse_below(const char *text, GError **error);
void qevm_path_free(QevmPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmPath, qevm_path_free)

/* A section as it must be written in a path: as it is, or quoted where it
 * would read as something else or holds control or non-UTF-8 bytes (\xNN).
 * Owned. */
char *qevm_path_quote(const char *name);
/* The same of a step's name; a subsection's comes with its braces. */
char *qevm_path_quote_step(const char *name, gboolean subsection);

/* Does a step's pattern (`*` and `?` unless literal) match a name? */
gboolean qevm_path_match(const char *pattern, gboolean literal,
                         const char *name);
gboolean qevm_path_is_pattern(const char *name, gboolean literal);

typedef enum {
    QEVM_PLACE_SECTION, /* a record and all of it */
    QEVM_PLACE_NODE,
    QEVM_PLACE_ELEMENT, /* element `index` of an ARRAY */
    QEVM_PLACE_FACT,    /* a header fact of a record or subsection */
} QevmPlaceKind;

typedef enum {
    QEVM_FACT_VERSION_ID,
    QEVM_FACT_INSTANCE_ID,
    QEVM_FACT_SECTION_ID,
} QevmFact;

typedef struct {
    QevmPlaceKind kind;
    QevmFact fact;
    QevmRecord *record;
    QevmNode *node; /* NULL for a SECTION that is not decoded; of a FACT the
                       subsection, NULL if it is the record's */
    guint64 index;  /* ELEMENT: which; NODE: how many siblings behind it are
                       the same array, where a step asked for runs */
} QevmPlace;

/* How many places one path may name, at any of its steps: 8 MiB of them. It is
 * the elements of the longest table known, spapr_iommu//mig_table. */
#define QEVM_PATH_PLACES_MAX (256 * 1024)

/* All places the path names, in stream order: a GArray of QevmPlace, owned.
 * Nothing named, or several sections where no `@*`, glob or `#K` asked for
 * them, or several fields of one name without [I], is QEVM_ERROR_PATH; the
 * message lists what there is. Too many places are LIMIT. */
GArray *qevm_path_resolve(QevmStream *stream, const QevmPath *path,
                          GError **error);
/* The same, but that nothing is named is no error: the array is empty, and
 * *missing (owned by the caller) says why. */
GArray *qevm_path_resolve_any(QevmStream *stream, const QevmPath *path,
                              GError **missing, GError **error);
/* Steps relative to a node (expressions' $"path": pass the parent of `.`, or
 * what the rule's path names); "../" goes up. */
GArray *qevm_path_resolve_below(QevmRecord *record, QevmNode *node,
                                const char *text, GError **error);

/* The shortest path that names the place and resolves to it alone. Owned. */
char *qevm_path_of(QevmStream *stream, const QevmPlace *place);

/* The value of a leaf, element or fact; PATH error for anything else. */
QEVM_CHECKED gboolean qevm_place_value(const QevmPlace *place, QevmValue *out,
                                       GError **error);

#endif
