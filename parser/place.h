/* place.h - what the files that resolve and print paths share. */
#ifndef QEVM_PARSER_PLACE_H
#define QEVM_PARSER_PLACE_H

#include "parser/path.h"

/* Elements of a run (ARRAY, STRUCTS, LIST); 1 of any other node. */
guint64 qevm_place_elements(QevmNode *node);

/* The node that one step fewer names: of a struct in an array that which has
 * the array. NULL of a section's root. */
QevmNode *qevm_place_parent(const QevmNode *node);

typedef struct {
    QevmStream *stream; /* NULL: all places are in decoded trees */
    GError *missing;    /* owned; why the first place that led nowhere did */
} QevmResolver;

/* Where the steps (QevmStep) lead from one place: a GArray of QevmPlace, empty
 * if nowhere (then `missing` is set). NULL is an error. */
GArray *qevm_steps_take(QevmResolver *r, const QevmPlace *from, GArray *steps,
                        GError **error);

/* "no WHAT `WANTED` in WHERE; there are: .."; names are spelt as in paths. */
void qevm_places_missing(GError **error, const char *what, const char *wanted,
                         const char *where, GPtrArray *names);
/* "a, b, c, … and N more" */
void qevm_places_list(GString *text, GPtrArray *names);

#endif
