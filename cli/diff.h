/* diff.h - in what two streams differ, field by field. */
#ifndef QEVM_CLI_DIFF_H
#define QEVM_CLI_DIFF_H

#include "cli/render.h"

typedef struct {
    const char *what;  /* "section", "version", "subsection", "field", "type",
                          "count", "value" */
    const char *path;  /* of A; of B if only B has it */
    const char *range; /* "bytes 4 to 9 of 256": a and b are only these;
                          NULL: they are the whole value */
    const char *a, *b; /* what each has there; NULL: nothing */
} QevmDifference;

typedef struct {
    QevmStream *a, *b; /* borrowed; trees are freed on the way */
    gboolean all;      /* every element, long bytes in full */
    void (*each)(const QevmDifference *difference, gpointer user);
    gpointer user;
    guint64 count; /* set by the run */
} QevmDiff;

/* Calls back for each difference, in the order of A, what only B has at the
 * end of what holds it. FALSE: the bytes of a section could not be read. */
gboolean qevm_diff_run(QevmDiff *diff, GError **error);

/* An `each` that prints a line; `out` is a QevmPrint. */
void qevm_diff_print(const QevmDifference *difference, gpointer out);

#endif
