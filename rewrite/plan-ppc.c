/* plan-ppc.c - what a Power CPU needs to go on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/decrementer.h"
#include "rewrite/plan-private.h"

static gboolean
set(QevmPlan *plan, QevmRecord *record, const char *field, guint64 value,
    GError **error)
{
    g_autofree char *section = qevm_plan_path(plan, record, NULL, -1);
    g_autofree char *at = g_strdup_printf("%s//%s", section, field);
    json_t *rule = qevm_plan_op("set", at);
    QevmValue number = { .kind = QEVM_VALUE_UINT, .as.u = value };

    json_object_set_new(rule, "value", qevm_plan_value(&number));
    return qevm_plan_rule(plan, rule, QEVM_LOSS_STATED,
                          "the destination does not start the decrementer: the "
                          "CPU takes its interrupt now, and sets it anew",
                          error);
}

gboolean
qevm_plan_decrementer(QevmPlan *plan, QevmRecord *record, GError **error)
{
    QevmDecrementer d =
        qevm_decrementer(plan->edit->stream, record, plan->target);

    if (d.kind == QEVM_DECREMENTER_MASKED) {
        qevm_plan_problem(
            plan, qevm_plan_path(plan, record, NULL, -1),
            g_strdup("the destination does not start the CPU's timer after a "
                     "load, and the CPU takes no interrupt where it is: the "
                     "guest would stand still"),
            g_strdup("save the guest at another moment, or load it into QEMU "
                     "8.2 or newer, or with KVM"));
    }
    return d.kind != QEVM_DECREMENTER_STOPS ||
           ((!d.common || set(plan, d.common, "halted", 0, error)) &&
            set(plan, record, "env.nip", d.nip, error) &&
            set(plan, record, "env.msr", d.msr, error) &&
            set(plan, record, "env.spr[26]", d.srr0, error) &&
            set(plan, record, "env.spr[27]", d.srr1, error));
}
