/* repairs.c - what repairs the findings of a comparison. */
#include "cli/repairs.h"

#include "cli/target.h"
#include "rewrite/repairs.h"

void
qevm_cli_repairs(QevmStream *stream, const QevmTarget *target,
                 GPtrArray *findings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmHints) hints = NULL;
    g_autoptr(QevmEdit) edit = NULL;
    g_autoptr(QevmPlan) plan = NULL;

    if (!qevm_target_reference(target) || stream->error ||
        !qevm_findings_count(findings).of[QEVM_SEVERITY_ERROR]) {
        return;
    }
    hints = qevm_cli_hints(&error);
    edit = qevm_edit_new(stream);
    plan = qevm_plan_new(edit, target, NULL, hints);
    /* What is found is what counts: without a plan, it has no rules. */
    if (hints && qevm_plan_make(plan, &error)) {
        qevm_repairs_assign(findings, plan);
    }
}
