/* check.c - all that can be found in a stream, and its text. */
#include "cli/check.h"
#include "rewrite/against.h"
#include "rewrite/check-container.h"
#include "rewrite/check.h"

GPtrArray *
qevm_check_all(const QevmContainer *c, QevmStream *stream,
               const QevmTarget *target, GError **error)
{
    g_autoptr(GPtrArray) findings =
        qevm_check(stream, target && qevm_target_reference(target));

    qevm_check_container(c, stream, findings);
    if (target && !qevm_check_against(stream, target, findings, error)) {
        return NULL;
    }
    qevm_findings_sort(findings);
    return g_steal_pointer(&findings);
}

void
qevm_check_print(const QevmReport *report, const QevmStream *stream,
                 QevmPrint *out)
{
    const char *const *skipped = qevm_check_skipped(stream);

    qevm_report_text(report, out);
    if (!report->notes) {
        return;
    }
    qevm_report_summary(report, out);
    for (guint i = 0; skipped[i]; i++) {
        qevm_print_format(out, "%s: not looked at: %s\n", report->subject,
                          skipped[i]);
    }
}
