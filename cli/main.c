/* main.c - finds the command that was named. */
#include "cli/command.h"

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

static int
unknown_command(const char *name)
{
    const char *near = NULL;
    guint best = 3;

    for (guint i = 0; qevm_commands[i]; i++) {
        guint d = distance(name, qevm_commands[i]->name);

        if (d < best) {
            best = d;
            near = qevm_commands[i]->name;
        }
    }
    fprintf(stderr, "qevm: no command \"%s\"", name);
    if (near) {
        fprintf(stderr, "; did you mean \"%s\"?\n", near);
    } else {
        fprintf(stderr, "; see \"qevm help\"\n");
    }
    return QEVM_EXIT_USAGE;
}

int
main(int argc, char **argv)
{
    char help[] = "help", *help_argv[] = { help, NULL };
    const QevmCommand *command;

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
    if (argv[1][0] == '-') {
        fprintf(stderr,
                "qevm: no option \"%s\" before a command; "
                "see \"qevm help\"\n",
                argv[1]);
        return QEVM_EXIT_USAGE;
    }
    command = qevm_command_find(argv[1]);
    return command ? qevm_command_run(command, argc - 1, argv + 1)
                   : unknown_command(argv[1]);
}
