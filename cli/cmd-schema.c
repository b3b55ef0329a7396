/* cmd-schema.c - qevm schema: descriptions of devices as files. */
#include "cli/command.h"
#include "cli/output.h"
#include "parser/lend-file.h"

#include <stdio.h>

/* ---- extract ---- */

static const QevmOption extract_options[] = {
    { "machine", 0, G_OPTION_ARG_STRING, G_STRUCT_OFFSET(QevmOptions, machine),
      "NAME", "whose description this is" },
    QEVM_OPTION_OUTPUT,
    QEVM_OPTION_NO_SYNC,
    { "qemu", 0, G_OPTION_ARG_STRING, G_STRUCT_OFFSET(QevmOptions, qemu),
      "VERSION", "which QEMU has these layouts" },
    QEVM_OPTION_END,
};

static gboolean
write_text(QevmCli *cli, char **inputs, GBytes *text, GError **error)
{
    const QevmOptions *o = &cli->options;
    g_autoptr(QevmOutput) output = qevm_output_open(
        o->output, (const char *const *)(gpointer)inputs, error);
    g_autoptr(QevmSource) source = qevm_source_new_bytes(text, "description");

    return output &&
           qevm_source_copy(source, 0, qevm_source_size(source),
                            qevm_output_fd(output), FALSE, error) &&
           qevm_output_commit(output, !o->no_sync, error);
}

static int
run_extract(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmLendFile) file = qevm_lend_file_new();
    g_autoptr(GBytes) text = NULL;
    g_autoptr(GError) error = NULL;

    if (!cli->options.output) {
        return qevm_cli_usage(cli, "needs -o OUT");
    }
    file->qemu = g_strdup(cli->options.qemu);
    file->machine = g_strdup(cli->options.machine);
    for (int i = 0; i < argc; i++) {
        if (!qevm_lend_file_add(file, argv[i], &error)) {
            return qevm_cli_fail(cli, argv[i], error, QEVM_EXIT_INPUT);
        }
    }
    if (file->left_out) {
        fprintf(stderr,
                "qevm: %u device%s of the dump left out: it does not tell how "
                "many bytes they have\n",
                file->left_out, file->left_out == 1 ? "" : "s");
    }
    text = qevm_lend_file_text(file);
    return write_text(cli, argv, text, &error)
               ? QEVM_EXIT_OK
               : qevm_cli_fail_output(cli, NULL, error);
}

static const QevmCommand schema_extract = {
    .name = "schema extract",
    .args = "FILE...",
    .summary = "write what a vmdesc says to a file",
    .details =
        "Writes what the vmdesc of a stream says to a file that "
        "--describe-with takes, for streams that do not describe "
        "themselves. Several streams make one file; of devices that look "
        "alike, one is kept. What QEMU's -dump-vmstate writes will do, too, "
        "but it describes less: no types, and not all devices.",
    .options = extract_options,
    .min_args = 1,
    .max_args = -1,
    .run = run_extract,
};

/* ---- the subcommands ---- */

static const QevmCommand *const subcommands[] = { &schema_extract,
                                                  &qevm_command_schema_compare,
                                                  NULL };

const QevmCommand qevm_command_schema = {
    .name = "schema",
    .args = "SUBCOMMAND ...",
    .summary = "keep and compare descriptions of devices",
    .details = "Descriptions of devices: those for streams that do not "
               "describe themselves, and those of whole QEMUs.",
    .subcommands = subcommands,
};
