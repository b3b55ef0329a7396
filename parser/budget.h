/* budget.h - the memory that a stream may take besides its own bytes.
 *
 * Bytes of a stream are in memory while they are looked at: the payload of a
 * section, the text of the vmdesc, in a pipe all of the device state; and when
 * rewriting, of sections that rules look into, also as they are written and as
 * they read back. That is what "the device state" means where we promise to
 * need 64 MiB and the device state at most. What is made of those bytes can be
 * a hundred times as much, a node for a byte, a record for a section without
 * any, and is charged to a budget. The rest of the 64 MiB is for what has
 * limits of its own: windows, lists of places, descriptions that come with
 * qevm.
 *
 * Of some 480 streams of real machines, the one that takes most takes 0.4 MiB
 * for its records and vmdesc, and 3 MiB for its largest section, which has
 * 25,000 nodes; 16 MiB with all sections at once, which has 113,000.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_PARSER_BUDGET_H
#define QEVM_PARSER_BUDGET_H

#include "parser/error.h"

/* Of one stream, with that which it is rewritten to. */
#define QEVM_BUDGET_MAX (40 * 1024 * 1024)

/* Where it is optional, NULL is a budget without end. */
typedef struct {
    gint64 left; /* bytes; less than 0: overdrawn */
} QevmBudget;

/* Takes bytes if that many are left. */
gboolean qevm_budget_take(QevmBudget *budget, guint64 bytes);
/* Takes them in any case: those who allocate in a loop ask
 * qevm_budget_spent() in each turn. */
void qevm_budget_charge(QevmBudget *budget, guint64 bytes);
void qevm_budget_give(QevmBudget *budget, guint64 bytes);
gboolean qevm_budget_spent(const QevmBudget *budget);

/* What to say then: "... takes more than 32 MiB of memory", a LIMIT. Returns
 * FALSE. */
gboolean qevm_budget_fail(GError **error, const char *what);

#endif
