/* cmd-schema.c - qevm schema: descriptions of devices as files. */
#include "cli/command.h"
#include "cli/output.h"
#include "parser/lend-file.h"

#include <stdio.h>
#include <string.h>

static const QevmOption options[] = {
    { "machine", 0, G_OPTION_ARG_STRING, G_STRUCT_OFFSET(QevmOptions, machine),
      "NAME", "extract: whose description this is" },
    { "no-sync", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, no_sync),
      NULL, "do not wait until the output is on disk" },
    { "output", 'o', G_OPTION_ARG_FILENAME,
      G_STRUCT_OFFSET(QevmOptions, output), "OUT",
      "write to OUT; \"-\" is standard output" },
    { "qemu", 0, G_OPTION_ARG_STRING, G_STRUCT_OFFSET(QevmOptions, qemu),
      "VERSION", "extract: which QEMU has these layouts" },
    QEVM_OPTION_END,
};

/* ---- extract ---- */

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

    if (argc == 0) {
        return qevm_cli_usage(cli, "extract needs a stream or a dump");
    }
    if (!cli->options.output) {
        return qevm_cli_usage(cli, "extract needs -o OUT");
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
               : qevm_cli_fail(
                     cli, NULL, error,
                     g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_INVAL)
                         ? QEVM_EXIT_USAGE
                         : QEVM_EXIT_SYSTEM);
}

/* ---- the subcommands ---- */

static const struct {
    const char *name;
    int (*run)(QevmCli *cli, int argc, char **argv);
} subcommands[] = {
    { "extract", run_extract },
};

static int
run(QevmCli *cli, int argc, char **argv)
{
    for (guint i = 0; i < G_N_ELEMENTS(subcommands); i++) {
        if (strcmp(argv[0], subcommands[i].name) == 0) {
            return subcommands[i].run(cli, argc - 1, argv + 1);
        }
    }
    return qevm_cli_usage(cli, "no subcommand \"%s\"", argv[0]);
}

const QevmCommand qevm_command_schema = {
    .name = "schema",
    .args = "extract FILE...",
    .summary = "keep descriptions of devices in files",
    .details =
        "\"schema extract\" writes what the vmdesc of a stream says to a file "
        "that --describe-with takes, for streams that do not describe "
        "themselves. Several streams make one file; of devices that look "
        "alike, one is kept. What QEMU's -dump-vmstate writes will do, too, "
        "but it describes less: no types, and not all devices.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
