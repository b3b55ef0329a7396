/* cmd-rewrite.c - qevm rewrite: a stream changed by rules. */
#include "cli/transform.h"

static const QevmOption options[] = {
    { "rules", 'r', G_OPTION_ARG_FILENAME_ARRAY,
      G_STRUCT_OFFSET(QevmOptions, rules), "RULES",
      "apply the rules in this file; may be repeated" },
    QEVM_OPTION_OUTPUT,
    QEVM_OPTION_DRY_RUN,
    QEVM_OPTION_JOURNAL,
    QEVM_OPTION_ALLOW_VISIBLE,
    QEVM_OPTION_ALLOW_LOSSY,
    QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_BARE,
    QEVM_OPTION_COMPRESS,
    QEVM_OPTION_AS,
    QEVM_OPTION_ALSO,
    QEVM_OPTION_SPOOL,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

/* All files as one list of rules, numbered on. NULL: it was said why. */
static QevmRules *
load_rules(QevmCli *cli, char **files)
{
    g_autoptr(QevmRules) all = NULL;

    for (guint i = 0; files[i]; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmRules) rules = qevm_rules_load(files[i], &error);

        if (!rules) {
            qevm_cli_fail(cli, NULL, error, QEVM_EXIT_INPUT);
            return NULL;
        }
        if (!all) {
            all = g_steal_pointer(&rules);
        } else {
            qevm_transform_join(all, rules);
        }
    }
    return g_steal_pointer(&all);
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmRules) rules = NULL;
    QevmTransform transform = { .file = argv[0] };

    (void)argc;
    if (!cli->options.rules) {
        return qevm_cli_usage(cli, "needs -r RULES");
    }
    rules = load_rules(cli, cli->options.rules);
    if (!rules) {
        return QEVM_EXIT_INPUT;
    }
    transform.rules = rules;
    return qevm_transform_run(cli, &transform);
}

const QevmCommand qevm_command_rewrite = {
    .name = "rewrite",
    .args = "-r RULES FILE",
    .summary = "change a stream by rules",
    .details =
        "Applies the rules and writes the new stream to OUT, which is "
        "whole or absent: it is written under another name, read back, "
        "synced and renamed. Rules that lose state or that the guest can "
        "notice stop the rewrite unless allowed; what they would lose is "
        "named.\n\nFrom a pipe, RAM is passed on as it arrives. If a rule "
        "fails after that, nothing more is written and the exit status is "
        "3.",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
