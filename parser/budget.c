/* budget.c - counts the memory that a stream takes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/budget.h"

gboolean
qevm_budget_take(QevmBudget *budget, guint64 bytes)
{
    if (!budget) {
        return TRUE;
    }
    if (budget->left < 0 || bytes > (guint64)budget->left) {
        return FALSE;
    }
    budget->left -= (gint64)bytes;
    return TRUE;
}

void
qevm_budget_charge(QevmBudget *budget, guint64 bytes)
{
    if (budget) {
        budget->left -= (gint64)bytes;
    }
}

void
qevm_budget_give(QevmBudget *budget, guint64 bytes)
{
    if (budget) {
        budget->left += (gint64)bytes;
    }
}

gboolean
qevm_budget_spent(const QevmBudget *budget)
{
    return budget && budget->left < 0;
}

gboolean
qevm_budget_fail(GError **error, const char *what)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                "%s takes more memory than the %d MiB that a stream may", what,
                QEVM_BUDGET_MAX / (1024 * 1024));
    return FALSE;
}
