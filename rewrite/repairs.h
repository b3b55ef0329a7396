/* repairs.h - which rules of a plan repair which finding.
 *
 * A plan is made section by section, as a comparison is: what it has for a
 * section is for the finding that is there.
 */
#ifndef QEVM_REWRITE_REPAIRS_H
#define QEVM_REWRITE_REPAIRS_H

#include "rewrite/finding.h"
#include "rewrite/plan.h"

/* Gives the findings of a comparison the rules and the advice that a plan of
 * the same stream and target has for them. Rules that are for none, since
 * nothing was found there, are left out. */
void qevm_repairs_assign(GPtrArray *findings, const QevmPlan *plan);

#endif
