/* cmd-set-machine.c - qevm set-machine: another machine type, in the stream
 * and in what it is in.
 */
#include "cli/transform.h"

static const QevmOption options[] = {
    QEVM_OPTION_OUTPUT, QEVM_OPTION_DRY_RUN,  QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_BARE,   QEVM_OPTION_COMPRESS, QEVM_OPTION_AS,
    QEVM_OPTION_ALSO,   QEVM_OPTION_OFFSET,   QEVM_OPTION_SPOOL,
    QEVM_OPTION_END,
};

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmRules) rules = NULL;
    g_autofree char *value = g_strdup_printf("\"%s\"", argv[1]);
    QevmTransform transform = { .file = argv[0] };

    (void)argc;
    rules = qevm_rules_for_set("configuration//name", value, &error);
    if (!rules) {
        return qevm_cli_usage(cli, "%s: %s", argv[1], error->message);
    }
    transform.rules = rules;
    return qevm_transform_run(cli, &transform);
}

const QevmCommand qevm_command_set_machine = {
    .name = "set-machine",
    .args = "FILE MACHINE",
    .summary = "change the machine type",
    .details =
        "Writes the stream to OUT with another machine type in its "
        "configuration. In a libvirt save image, the machine in the XML of "
        "the domain is changed with it, so that libvirt starts the QEMU that "
        "the stream wants. Nothing else is changed: whether that machine "
        "takes the devices as they are, \"qevm check --against\" tells.",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
