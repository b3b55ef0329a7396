/* cmd-plan.c - qevm plan: the rules that make a destination load a stream. */
#include "cli/command.h"
#include "cli/planning.h"
#include "cli/render.h"

static const QevmOption options[] = {
    QEVM_OPTION_LIKE,          QEVM_OPTION_BASE,   QEVM_OPTION_AGAINST,
    QEVM_OPTION_DESCRIBE_WITH, QEVM_OPTION_SCHEMA, QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

/* A rule a line, so that a plan can be read and edited. */
static void
print_plan(QevmPrint *out, const QevmPlan *plan)
{
    gsize n = json_array_size(plan->rules);

    qevm_print(out, "{\"qevm-rules\": 1, \"rules\": [");
    for (gsize i = 0; i < n; i++) {
        char *text = json_dumps(json_array_get(plan->rules, i), 0);

        qevm_print_format(out, "%s\n  %s", i ? "," : "", text);
        free(text);
    }
    qevm_print_format(out, "%s]}\n", n ? "\n" : "");
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmPlanning) planning = qevm_planning_new(cli, argv[0]);

    (void)argc;
    if (!planning) {
        return QEVM_EXIT_INPUT;
    }
    print_plan(cli->out, planning->plan);
    return qevm_planning_problems(cli, planning) ? QEVM_EXIT_FINDINGS
                                                 : QEVM_EXIT_OK;
}

const QevmCommand qevm_command_plan = {
    .name = "plan",
    .args = "FILE",
    .summary = "print the rules that make a destination load a stream",
    .details =
        "Compares the stream with what the destination itself saves while "
        "idle (--like), and prints a rules file for \"qevm rewrite\": only "
        "what the destination would refuse is changed. Each rule says why, and "
        "its class what it costs. With --base, which the source's own QEMU "
        "saved while idle, what the guest never touched is known. What cannot "
        "be repaired is said on standard error, and what helps instead; the "
        "exit status is 1 then.",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
