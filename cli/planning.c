/* planning.c - from a command line to a plan. */
#include "cli/planning.h"

#include <stdio.h>

QevmPlanning *
qevm_planning_new(QevmCli *cli, const char *file)
{
    g_autoptr(QevmPlanning) p = g_new0(QevmPlanning, 1);
    g_autoptr(GError) error = NULL;

    if (!cli->options.like) {
        (void)qevm_cli_usage(cli, "needs --like REF");
        return NULL;
    }
    p->target = qevm_cli_target(cli);
    p->base = p->target && cli->options.base
                  ? qevm_cli_open(cli, cli->options.base, 0)
                  : NULL;
    if (!p->target || (cli->options.base && !p->base)) {
        return NULL;
    }
    p->stream = qevm_cli_open(cli, file, 0);
    if (!p->stream ||
        qevm_cli_stream_error(cli, file, p->stream) != QEVM_EXIT_OK) {
        return NULL;
    }
    p->edit = qevm_edit_new(p->stream);
    p->plan = qevm_plan_new(p->edit, p->target, p->base);
    if (!qevm_plan_make(p->plan, &error)) {
        (void)qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
        return NULL;
    }
    return g_steal_pointer(&p);
}

void
qevm_planning_free(QevmPlanning *p)
{
    if (!p) {
        return;
    }
    qevm_plan_free(p->plan);
    qevm_edit_free(p->edit);
    qevm_stream_free(p->stream);
    qevm_stream_free(p->base);
    qevm_target_free(p->target);
    g_free(p);
}

gboolean
qevm_planning_problems(const QevmCli *cli, const QevmPlanning *planning)
{
    const GPtrArray *problems = planning->plan->problems;
    int number;

    (void)qevm_print_flush(cli->out, &number);
    for (guint i = 0; i < problems->len; i++) {
        const QevmProblem *p = g_ptr_array_index(problems, i);

        fprintf(stderr, "qevm: %s: %s\n", p->path, p->sentence);
        if (p->advice) {
            fprintf(stderr, "      %s\n", p->advice);
        }
    }
    return problems->len > 0;
}
