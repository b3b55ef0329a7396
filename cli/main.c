/* main.c - finds the command that was named. */
#include "cli/command.h"
#include "cli/complete.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* How many letters must change to make b of a; names are short. */
static guint
distance(const char *a, const char *b)
{
    guint row[32];
    gsize n = MIN(strlen(b), G_N_ELEMENTS(row) - 1);

    for (gsize j = 0; j <= n; j++) {
        row[j] = (guint)j;
    }
    for (gsize i = 0; a[i]; i++) {
        guint corner = row[0];

        row[0] = (guint)i + 1;
        for (gsize j = 0; j < n; j++) {
            guint replace = corner + (a[i] != b[j]);

            corner = row[j + 1];
            row[j + 1] = MIN(replace, 1 + MIN(row[j], corner));
        }
    }
    return row[n];
}

/* `parent`: the command of which there is no such subcommand, or NULL. */
static int
unknown_command(const QevmCommand *parent, const char *name)
{
    const QevmCommand *const *list =
        parent ? parent->subcommands : qevm_commands;
    const char *near = NULL;
    guint best = 3;

    for (; *list; list++) {
        guint d = distance(name, qevm_command_word(*list));

        if (d < best) {
            best = d;
            near = qevm_command_word(*list);
        }
    }
    fprintf(stderr, "qevm: %s%s \"%s\"", parent ? parent->name : "",
            parent ? ": no subcommand" : "no command", name);
    if (near) {
        fprintf(stderr, "; did you mean \"%s\"?\n", near);
    } else {
        fprintf(stderr, "; see \"qevm help%s%s\"\n", parent ? " " : "",
                parent ? parent->name : "");
    }
    return QEVM_EXIT_USAGE;
}

int
main(int argc, char **argv)
{
    char help[] = "help", *help_argv[] = { help, NULL };
    const QevmCommand *command;
    int words;

    /* A write past `ulimit -f` then fails as one to a full disk does. */
    signal(SIGXFSZ, SIG_IGN);
    if (argc < 2) {
        fprintf(stderr, "Usage: qevm COMMAND [OPTIONS] FILE...\n"
                        "See \"qevm help\".\n");
        return QEVM_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        return qevm_command_run(&qevm_command_help, 1, help_argv);
    }
    if (strcmp(argv[1], "--version") == 0) {
        if (printf("qevm %s\n", QEVM_VERSION) < 0 || fflush(stdout) != 0) {
            fprintf(stderr, "qevm: cannot write standard output: %s\n",
                    g_strerror(errno));
            return QEVM_EXIT_SYSTEM;
        }
        return QEVM_EXIT_OK;
    }
    /* For the completions of shells: in no help. */
    if (strcmp(argv[1], "--complete") == 0) {
        return qevm_complete(argc - 2, argv + 2);
    }
    if (argv[1][0] == '-') {
        fprintf(stderr,
                "qevm: no option \"%s\" before a command; "
                "see \"qevm help\"\n",
                argv[1]);
        return QEVM_EXIT_USAGE;
    }
    command = qevm_command_find(argc - 1, argv + 1, &words);
    if (!command) {
        return unknown_command(NULL, argv[1]);
    }
    if (command->subcommands && argc > 2 && argv[2][0] != '-') {
        return unknown_command(command, argv[2]);
    }
    return qevm_command_run(command, argc - words, argv + words);
}
