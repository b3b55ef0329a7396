/* complete.c - what the last word of a command line can become. */
#include "cli/complete.h"
#include "cli/complete-path.h"
#include "cli/container.h"
#include "cli/target.h"
#include "rewrite/finding.h"

#include <string.h>
#include <unistd.h>

typedef struct {
    QevmPrint *out;
    const char *word;           /* what is typed of it */
    const QevmCommand *command; /* NULL: it is one, or a word of help */
    GPtrArray
        *arguments; /* char *, borrowed: those before it, without options */
    const QevmOption *option; /* whose argument it is; NULL: of none */
    gboolean operands;        /* a `--` was before it */
} Line;

static void
offer(const Line *line, const char *word, const char *what)
{
    if (g_str_has_prefix(word, line->word)) {
        qevm_print_format(line->out, "%s%s%s\n", word, what ? "\t" : "",
                          what ? what : "");
    }
}

static void
offer_files(const Line *line)
{
    qevm_print(line->out, "\tfiles\n");
}

/* Those that are shipped, besides files. */
static void
offer_targets(const Line *line)
{
    g_autoptr(GPtrArray) names = qevm_cli_shipped();

    for (guint i = 0; i < names->len; i++) {
        offer(line, g_ptr_array_index(names, i), NULL);
    }
    offer_files(line);
}

/* ---- commands ---- */

static void
offer_commands(const Line *line, const QevmCommand *const *list)
{
    for (; *list; list++) {
        offer(line, qevm_command_word(*list), (*list)->summary);
    }
}

static void
offer_findings(const Line *line)
{
    guint count;
    const QevmFindingInfo *table = qevm_finding_table(&count);

    offer(line, "findings", "what check finds");
    for (guint i = 0; i < count; i++) {
        offer(line, table[i].slug, table[i].summary);
    }
}

/* ---- options ---- */

static void
offer_options(const Line *line)
{
    g_autofree char *name = NULL;

    for (const QevmOption *o = line->command->options; o && o->name; o++) {
        g_free(name);
        name = g_strconcat("--", o->name, NULL);
        offer(line, name, o->help);
    }
    offer(line, "--help", "print help");
}

/* "text, json, or junit: XML of test results": the words of its help. */
static void
offer_formats(const Line *line)
{
    const char *help = line->option->help;
    g_autofree char *list = g_strndup(help, strcspn(help, ":"));
    g_auto(GStrv) words = g_strsplit_set(list, ", ", -1);

    for (guint i = 0; words[i]; i++) {
        if (*words[i] && strcmp(words[i], "or") != 0) {
            offer(line, words[i], NULL);
        }
    }
}

static void
offer_option_argument(const Line *line)
{
    if (strcmp(line->option->name, "format") == 0) {
        offer_formats(line);
    } else if (strcmp(line->option->name, "against") == 0) {
        offer_targets(line);
    } else if (line->option->arg == G_OPTION_ARG_FILENAME ||
               line->option->arg == G_OPTION_ARG_FILENAME_ARRAY) {
        offer_files(line);
    }
}

/* The option of that name or letter which takes the next word. */
static const QevmOption *
option_of(const QevmCommand *command, const char *word)
{
    for (const QevmOption *o = command->options; o && o->name; o++) {
        if (o->what &&
            ((g_str_has_prefix(word, "--") && strcmp(word + 2, o->name) == 0) ||
             (word[0] == '-' && word[1] == o->letter && word[1] && !word[2]))) {
            return o;
        }
    }
    return NULL;
}

/* ---- paths of the stream on the line ---- */

/* Only of one that can be looked into at once. NULL: it is none. */
static QevmShellFile *
open_stream(QevmCli *cli, const char *name)
{
    QevmSource *source;
    QevmContainer *container = strcmp(name, "-") == 0
                                   ? NULL
                                   : qevm_cli_container(cli, name, 0, &source);

    if (container && !qevm_source_seekable(source)) {
        qevm_source_free(source);
        qevm_container_free(container);
        return NULL;
    }
    return container ? qevm_shell_file_new(cli, name, container, source) : NULL;
}

static void
offer_places(const Line *line, QevmCli *cli)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    guint n = line->arguments->len;
    g_autoptr(QevmShellFile) file =
        open_stream(cli, g_ptr_array_index(line->arguments, 0));
    QevmCompletion completion = { file, line->word, found };

    if (!file) {
        return;
    }
    if (strstr(line->command->args, "VALUE") && n % 2 == 0) {
        qevm_complete_value(&completion,
                            g_ptr_array_index(line->arguments, n - 1));
    } else {
        qevm_complete_path(&completion);
    }
    for (guint i = 0; i < found->len; i++) {
        offer(line, g_ptr_array_index(found, i), NULL);
    }
}

/* ---- the line ---- */

/* Takes the words before the last apart. */
static void
read_words(Line *line, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const QevmOption *option =
            line->operands ? NULL : option_of(line->command, argv[i]);

        if (option && i + 1 == argc) {
            line->option = option;
        } else if (option) {
            i++;
        } else if (!line->operands && strcmp(argv[i], "--") == 0) {
            line->operands = TRUE;
        } else if (line->operands || argv[i][0] != '-' || !argv[i][1]) {
            g_ptr_array_add(line->arguments, argv[i]);
        }
    }
}

/* `argc` words are before it, those of the command among them. */
static void
offer_help(Line *line, int argc, char **argv)
{
    int words;
    const QevmCommand *command = qevm_command_find(argc - 1, argv + 1, &words);

    if (argc == 1) {
        offer_commands(line, qevm_commands);
        offer_findings(line);
    } else if (argc == 2 && command && command->subcommands) {
        offer_commands(line, command->subcommands);
    }
}

static void
offer_argument(Line *line, QevmCli *cli)
{
    const QevmCommand *c = line->command;

    if (line->option) {
        offer_option_argument(line);
    } else if (!line->operands && line->word[0] == '-') {
        offer_options(line);
    } else if (!line->operands && line->arguments->len &&
               g_str_has_prefix(c->args, "FILE") &&
               (strstr(c->args, " PATH") || strstr(c->args, "[PATH"))) {
        offer_places(line, cli);
    } else if (g_str_has_prefix(c->args, "TARGET")) {
        offer_targets(line);
    } else {
        offer_files(line);
    }
}

static void
offer_words(Line *line, QevmCli *cli, int argc, char **argv)
{
    int words;
    const QevmCommand *command = qevm_command_find(argc, argv, &words);

    if (argc == 0) {
        offer_commands(line, qevm_commands);
        if (line->word[0] == '-') {
            offer(line, "--help", "list the commands");
            offer(line, "--version", "print the version");
        }
        return;
    }
    if (!command) {
        return;
    }
    line->command = cli->command = command;
    if (command == &qevm_command_help && line->word[0] != '-') {
        offer_help(line, argc, argv);
    } else if (command->subcommands && argc == words && line->word[0] != '-') {
        offer_commands(line, command->subcommands);
    } else {
        read_words(line, argc - words, argv + words);
        offer_argument(line, cli);
    }
}

int
qevm_complete(int argc, char **argv)
{
    g_autoptr(QevmPrint) out = qevm_print_new(STDOUT_FILENO, FALSE);
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    QevmCli cli = { .out = out, .options = QEVM_OPTIONS_INIT };
    Line line = { .out = out,
                  .word = argc ? argv[argc - 1] : "",
                  .arguments = arguments };
    int number;

    offer_words(&line, &cli, MAX(argc - 1, 0), argv);
    qevm_cli_clear(&cli);
    return qevm_print_flush(out, &number) ? QEVM_EXIT_OK : QEVM_EXIT_SYSTEM;
}
