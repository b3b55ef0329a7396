/* cmd-plan.c - qevm plan: the rules that make a destination load a stream. */
#include "cli/command.h"
#include "cli/planning.h"
#include "cli/render.h"

static const QevmOption options[] = {
    QEVM_OPTIONS_PLANNING,
    QEVM_OPTION_END,
};

static void
print_rules(QevmPrint *out, const json_t *rules, gboolean *first)
{
    for (gsize i = 0; i < json_array_size(rules); i++) {
        char *text = json_dumps(json_array_get(rules, i), 0);

        qevm_print_format(out, "%s\n  %s", *first ? "" : ",", text);
        free(text);
        *first = FALSE;
    }
}

/* A rule a line, so that a plan can be read and edited. */
static void
print_plan(QevmPrint *out, const QevmPlanning *planning)
{
    gboolean first = TRUE;

    qevm_print(out, "{\"qevm-rules\": 1, \"rules\": [");
    print_rules(out, planning->moves, &first);
    print_rules(out, planning->plan->rules, &first);
    qevm_print_format(out, "%s]}\n", first ? "" : "\n");
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmPlanning) planning = NULL;
    char **words;
    gboolean problems;
    int code;

    if (!qevm_planning_words(cli, argc, argv, &words, &code)) {
        return code;
    }
    planning = qevm_planning_new(cli, argv[0], words, &code);
    if (!planning) {
        return qevm_cli_qemu_done(cli, code);
    }
    print_plan(cli->out, planning);
    problems = qevm_planning_problems(cli, planning);
    qevm_planning_command(planning);
    return qevm_cli_qemu_done(cli,
                              problems ? QEVM_EXIT_FINDINGS : QEVM_EXIT_OK);
}

const QevmCommand qevm_command_plan = {
    .name = "plan",
    .args = "FILE [-- QEMU...]",
    .summary = "print the rules that make a destination load a stream",
    .details =
        "Compares the stream with what the destination itself saves while "
        "idle, and prints a rules file for \"qevm rewrite\": only what the "
        "destination would refuse is changed. The destination is a stream that "
        "it saved (--like, from \"qevm capture\"), or a QEMU that is started "
        "by the command behind \"--\". That one's devices get the properties "
        "that they had on the stream's machine type, where they still have "
        "them; the options for that are printed.\n\nEach rule says why, and "
        "its "
        "class what it costs. With --base or --from, which give what the "
        "source's own QEMU saves while idle, what the guest never touched is "
        "known. What cannot be repaired is said on standard error, and what "
        "helps instead; the exit status is 1 then.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
