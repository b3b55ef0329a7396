/* shell-run.c - lines of the shell, one by one or a script of them. */
#include "cli/shell-words.h"
#include "cli/shell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
qevm_shell_fail(QevmShell *shell, const GError *error)
{
    return qevm_cli_fail(shell->cli, shell->at->name, error, QEVM_EXIT_SYSTEM);
}

int
qevm_shell_usage(const QevmShell *shell, const char *format, ...)
{
    const QevmCommand *c = shell->cli->command;
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    fprintf(stderr,
            "qevm: %s: %s\nUsage: %s%s%s%s\n"
            "See \"help %s\".\n",
            c->name, message, c->name, c->options ? " [OPTIONS]" : "",
            *c->args ? " " : "", c->args, c->name);
    return QEVM_EXIT_USAGE;
}

static char **
argv_of(const GArray *words)
{
    char **argv = g_new0(char *, words->len + 1);

    for (guint i = 0; i < words->len; i++) {
        argv[i] = g_strdup(g_array_index(words, QevmWord, i).text);
    }
    return argv;
}

/* `cli` has the options of this command, and no others. */
static int
run_command(QevmShell *shell, const QevmShellCommand *command, char ***argv)
{
    const QevmCommand *c = &command->command;
    g_autoptr(GError) error = NULL;
    int argc;

    if (!qevm_command_parse(shell->cli, argv, &error)) {
        return qevm_shell_usage(shell, "%s", error->message);
    }
    if (shell->cli->options.help) {
        qevm_shell_print_help(shell, command);
        return QEVM_EXIT_OK;
    }
    argc = (int)g_strv_length(*argv) - 1;
    if (argc < c->min_args) {
        return qevm_shell_usage(shell, "needs more arguments");
    }
    if (c->max_args >= 0 && argc > c->max_args) {
        return qevm_shell_usage(shell, "too many arguments");
    }
    return command->run(shell, argc, *argv + 1);
}

/* The options of the command line rest meanwhile, but for what the streams
 * were opened with. */
static int
run_argv(QevmShell *shell, const QevmShellCommand *command, char ***argv)
{
    QevmCli *cli = shell->cli;
    const QevmOptions options = cli->options;
    const QevmCommand *outer = cli->command;
    int code;

    cli->command = &command->command;
    cli->options = (QevmOptions)QEVM_OPTIONS_INIT;
    cli->options.no_schemas = options.no_schemas;
    code = run_command(shell, command, argv);
    qevm_options_clear(&cli->options);
    cli->options = options;
    cli->command = outer;
    return code;
}

int
qevm_shell_line(QevmShell *shell, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) words = qevm_words_split(line, &error);
    g_auto(GStrv) argv = words ? argv_of(words) : NULL;
    const QevmShellCommand *command;
    int code, number;

    if (!words) {
        fprintf(stderr, "qevm: %s\n", error->message);
        return QEVM_EXIT_USAGE;
    }
    if (!argv[0]) {
        return QEVM_EXIT_OK;
    }
    command = qevm_shell_command_find(argv[0]);
    if (!command) {
        fprintf(stderr, "qevm: no command \"%s\"; see \"help\"\n", argv[0]);
        return QEVM_EXIT_USAGE;
    }
    code = run_argv(shell, command, &argv);
    if (!qevm_print_flush(shell->cli->out, &number)) {
        shell->quit = TRUE; /* it is said at the end */
    }
    return code;
}

int
qevm_shell_script(QevmShell *shell, int fd, const char *name)
{
    FILE *in = fdopen(fd, "r");
    char *line = NULL;
    size_t size = 0;
    guint number = 0;
    int code = QEVM_EXIT_OK, worst = QEVM_EXIT_OK;

    if (!in) {
        fprintf(stderr, "qevm: %s: %s\n", name, g_strerror(errno));
        close(fd);
        return QEVM_EXIT_SYSTEM;
    }
    while (code <= QEVM_EXIT_FINDINGS && !shell->quit &&
           getline(&line, &size, in) >= 0) {
        number++;
        code = qevm_shell_line(shell, line);
        worst = qevm_cli_worse(worst, code);
    }
    if (code > QEVM_EXIT_FINDINGS) {
        fprintf(stderr, "qevm: %s: stopped at line %u\n", name, number);
    } else if (ferror(in)) {
        fprintf(stderr, "qevm: %s: %s\n", name, g_strerror(errno));
        worst = QEVM_EXIT_SYSTEM;
    }
    free(line);
    fclose(in);
    return worst;
}
