/* cmd-plan.c - qevm plan: the rules that make a destination load a stream. */
#include "cli/command.h"
#include "cli/planning.h"
#include "cli/render.h"

static const QevmOption options[] = {
    QEVM_OPTIONS_PLANNING,
    QEVM_OPTION_END,
};

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
    qevm_render_json_rules(cli->out, planning->moves, planning->plan->rules);
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
        "destination would refuse, or the guest hang at there, is changed. The "
        "destination is a stream that "
        "it saved (--like, from \"qevm capture\"), or a QEMU that is started "
        "by the command behind \"--\". That one's devices get the properties "
        "that they had on the stream's machine type, where they still have "
        "them; the options for that are printed.\n\nEach rule says why, and "
        "its "
        "class what it costs. With --base or --from, which give what the "
        "source's own QEMU saves while idle, what the guest never touched is "
        "known, and what else its devices have that machine types set. What "
        "cannot be repaired is said on standard error, and what "
        "helps instead; the exit status is 1 then.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
