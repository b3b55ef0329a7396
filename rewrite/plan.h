/* plan.h - the rules that turn a stream into one that a destination loads.
 *
 * What the destination would refuse (load.h) is repaired rule by rule, each
 * applied to the stream before the next is looked for, until nothing is left
 * or nothing helps. What it would load is left alone, but for what it would
 * hang at (decrementer.h). Bytes that the stream lacks are those of the
 * reference.
 */
#ifndef QEVM_REWRITE_PLAN_H
#define QEVM_REWRITE_PLAN_H

#include "rewrite/edit.h"
#include "rewrite/hints.h"
#include "rewrite/target.h"

/* What cannot be repaired, or should not be. */
typedef struct {
    char *path;
    char *sentence; /* no full stop */
    char *advice;   /* what helps instead; NULL: nothing known */
} QevmProblem;

typedef struct {
    QevmEdit *edit;           /* borrowed; its stream is changed on the way */
    const QevmTarget *target; /* borrowed; has a reference */
    QevmStream *base;         /* borrowed; what the source saves while idle;
                                 NULL: not known */
    const QevmHints *hints;   /* borrowed; NULL: none */
    json_t *rules;            /* owned; an array */
    GPtrArray *problems;      /* owned; QevmProblem */
} QevmPlan;

QevmPlan *qevm_plan_new(QevmEdit *edit, const QevmTarget *target,
                        QevmStream *base, const QevmHints *hints);
void qevm_plan_free(QevmPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmPlan, qevm_plan_free)

/* Makes the rules. FALSE: a stream cannot be read, or a rule of ours did not
 * do what it should. */
QEVM_CHECKED gboolean qevm_plan_make(QevmPlan *plan, GError **error);

/* The rules as a file; new reference. */
json_t *qevm_plan_file(const QevmPlan *plan);

#endif
