/* cmd-set.c - qevm set: a stream with some values changed. */
#include "cli/transform.h"

static const QevmOption options[] = {
    QEVM_OPTION_OUTPUT,        QEVM_OPTION_DRY_RUN,
    QEVM_OPTION_JOURNAL,       QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_OFFSET,        QEVM_OPTION_BARE,
    QEVM_OPTION_COMPRESS,      QEVM_OPTION_AS,
    QEVM_OPTION_ALSO,          QEVM_OPTION_SPOOL,
    QEVM_OPTION_DESCRIBE_WITH, QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,    QEVM_OPTION_END,
};

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmRules) all = NULL;
    QevmTransform transform = { .file = argv[0] };

    if (argc % 2 == 0) {
        return qevm_cli_usage(cli, "no value for %s", argv[argc - 1]);
    }
    for (int i = 1; i < argc; i += 2) {
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmRules) one =
            qevm_rules_for_set(argv[i], argv[i + 1], &error);

        if (!one) {
            return qevm_cli_usage(cli, "%s %s: %s", argv[i], argv[i + 1],
                                  error->message);
        }
        if (!all) {
            all = g_steal_pointer(&one);
        } else {
            qevm_transform_join(all, one);
        }
    }
    transform.rules = all;
    return qevm_transform_run(cli, &transform);
}

const QevmCommand qevm_command_set = {
    .name = "set",
    .args = "FILE PATH VALUE [PATH VALUE...]",
    .summary = "change values by path",
    .details =
        "Writes the stream to OUT with the VALUE in each PATH. Values are "
        "written as \"qevm get\" prints them: 7, 0x1f, true, \"text\", "
        "hex:00ff. A PATH that is a pattern sets all it matches.",
    .options = options,
    .min_args = 3,
    .max_args = -1,
    .run = run,
};
