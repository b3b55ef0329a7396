/* cmd-shell.c - qevm shell: a stream as a place to look around in and to
 * change. */
#include "cli/container.h"
#include "cli/shell.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const QevmOption options[] = {
    { "command", 'c', G_OPTION_ARG_STRING_ARRAY,
      G_STRUCT_OFFSET(QevmOptions, commands), "COMMAND",
      "run this and leave; may be repeated" },
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

static void
free_file(gpointer p)
{
    qevm_shell_file_free(p);
}

/* Of a broken stream there is something to look at too. */
static int
open_files(QevmShell *shell, int argc, char **argv)
{
    int code = QEVM_EXIT_OK;

    for (int i = 0; i < argc; i++) {
        QevmShellFile *file = qevm_shell_file_open(shell->cli, argv[i]);

        if (!file) {
            return QEVM_EXIT_INPUT;
        }
        g_ptr_array_add(shell->files, file);
        code = qevm_cli_worse(
            code, qevm_cli_stream_error(shell->cli, argv[i], file->stream));
    }
    return code;
}

static int
run_commands(QevmShell *shell, char **commands)
{
    int code = QEVM_EXIT_OK, worst = QEVM_EXIT_OK;

    for (guint i = 0; commands[i] && !shell->quit; i++) {
        code = qevm_shell_line(shell, commands[i]);
        worst = qevm_cli_worse(worst, code);
        if (code > QEVM_EXIT_FINDINGS) {
            break;
        }
    }
    return worst;
}

static void
say_unsaved(const QevmShell *shell)
{
    for (guint i = 0; i < shell->files->len; i++) {
        const QevmShellFile *file = g_ptr_array_index(shell->files, i);

        if (qevm_shell_file_unsaved(file)) {
            fprintf(stderr, "qevm: %s: was changed and not written\n",
                    file->name);
        }
    }
}

static int
run_shell(QevmShell *shell, char **commands)
{
    int code;

    if (!commands && isatty(STDIN_FILENO)) {
        shell->terminal = TRUE;
        return qevm_shell_terminal(shell);
    }
    code = commands
               ? run_commands(shell, commands)
               : qevm_shell_script(shell, dup(STDIN_FILENO), "standard input");
    say_unsaved(shell);
    return code;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(free_file);
    QevmShell shell = { .cli = cli, .files = files };
    int code;

    for (int i = 0; i < argc && !cli->options.commands; i++) {
        if (strcmp(argv[i], "-") == 0) {
            return qevm_cli_usage(cli, "a stream on standard input goes with "
                                       "-c COMMAND only");
        }
    }
    code = open_files(&shell, argc, argv);
    if (files->len < (guint)argc) {
        return code;
    }
    shell.at = g_ptr_array_index(files, 0);
    return qevm_cli_worse(code, run_shell(&shell, cli->options.commands));
}

const QevmCommand qevm_command_shell = {
    .name = "shell",
    .args = "FILE...",
    .summary = "look around in a stream, and change it",
    .details =
        "Opens the streams and reads commands, from a terminal with history "
        "and completion; \"help\" lists them. Nothing is written but by the "
        "command \"write\", and never to a FILE. A script on standard input, "
        "or what -c gives, ends with the first error and its exit status.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
