/* baseline.h - differences that were looked at and are accepted, each with a
 * reason and until a day.
 *
 *   {"qevm-baseline": 1, "accepted": [
 *     {"finding": SLUG, "path": GLOB, "direction": "forward",
 *      "reason": TEXT, "until": "YYYY-MM-DD"}]}
 *
 * Without "direction" an entry is for both. Days are those of UTC, the last
 * one included.
 */
#ifndef QEVM_REWRITE_BASELINE_H
#define QEVM_REWRITE_BASELINE_H

#include "rewrite/finding.h"

typedef struct {
    const QevmFindingInfo *info; /* borrowed */
    char *path;                  /* a pattern */
    char *direction;             /* NULL: any */
    char *reason;
    char *until;            /* sorts as text */
    gboolean used, expired; /* as of qevm_baseline_apply() */
} QevmAccepted;

typedef struct {
    char *name;         /* owned; the file's */
    GPtrArray *entries; /* owned; QevmAccepted, in the file's order */
} QevmBaseline;

/* RULE: it is not of that form, or has members that are not known. */
QevmBaseline *qevm_baseline_load(const char *path, GError **error);
QevmBaseline *qevm_baseline_new(const char *name); /* accepts nothing */
void qevm_baseline_free(QevmBaseline *baseline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmBaseline, qevm_baseline_free)

/* Sets `accepted` of what entries accept on that day ("YYYY-MM-DD"). */
void qevm_baseline_apply(QevmBaseline *baseline, GPtrArray *findings,
                         const char *direction, const char *today);
/* Entries that are past their day, and those that accepted nothing, as
 * findings; after all that there is was applied. */
GPtrArray *qevm_baseline_check(const QevmBaseline *baseline);

/* Adds an entry for each error and warning that is not accepted. */
void qevm_baseline_add(QevmBaseline *baseline, const GPtrArray *findings,
                       const char *direction, const char *reason,
                       const char *until);
/* The file, without entries that accept nothing any more. Owned. */
char *qevm_baseline_text(const QevmBaseline *baseline);

#endif
