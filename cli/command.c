/* command.c - the table of commands, and how one is run. */
#include "cli/command.h"
#include "cli/container.h"
#include "cli/schemas.h"
#include "parser/lend.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const QevmCommand *const qevm_commands[] = {
    &qevm_command_info,
    &qevm_command_show,
    &qevm_command_get,
    &qevm_command_diff,
    &qevm_command_check,
    &qevm_command_report,
    &qevm_command_explain,
    &qevm_command_set,
    &qevm_command_set_machine,
    &qevm_command_rewrite,
    &qevm_command_plan,
    &qevm_command_convert,
    &qevm_command_strip,
    &qevm_command_ram,
    &qevm_command_container,
    &qevm_command_schema,
    &qevm_command_target,
    &qevm_command_recover,
    &qevm_command_capture,
    &qevm_command_try,
    &qevm_command_shell,
    &qevm_command_help,
    NULL,
};

const char *
qevm_command_word(const QevmCommand *command)
{
    const char *blank = strchr(command->name, ' ');

    return blank ? blank + 1 : command->name;
}

static const QevmCommand *
find_in(const QevmCommand *const *list, const char *word)
{
    for (; *list; list++) {
        if (strcmp(word, qevm_command_word(*list)) == 0) {
            return *list;
        }
    }
    return NULL;
}

const QevmCommand *
qevm_command_find(int argc, char **argv, int *words)
{
    const QevmCommand *command =
        argc > 0 ? find_in(qevm_commands, argv[0]) : NULL;
    const QevmCommand *sub = command && command->subcommands && argc > 1
                                 ? find_in(command->subcommands, argv[1])
                                 : NULL;

    *words = sub ? 2 : 1;
    return sub ? sub : command;
}

/* ---- help ---- */

static void
print_commands(QevmPrint *out, const QevmCommand *const *list)
{
    for (; *list; list++) {
        qevm_print(out, "  ");
        qevm_print_styled(out, QEVM_STYLE_NAME, "%-11s",
                          qevm_command_word(*list));
        qevm_print_format(out, " %s\n", (*list)->summary);
    }
}

void
qevm_command_print_list(QevmPrint *out)
{
    qevm_print(out, "Usage: qevm COMMAND [OPTIONS] FILE...\n\n"
                    "Looks into, checks and rewrites QEMU migration "
                    "streams.\n\nCommands:\n");
    print_commands(out, qevm_commands);
    qevm_print(out, "\nA FILE of \"-\" is standard input. "
                    "\"qevm help COMMAND\" tells more of one command,\n"
                    "\"qevm help FINDING\" of what check finds.\n");
}

static void
print_option(QevmPrint *out, const QevmOption *option)
{
    g_autofree char *left = NULL;
    char letter[] = "    ";

    if (option->letter) {
        g_snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    }
    left = g_strdup_printf("%s--%s%s%s", letter, option->name,
                           option->what ? " " : "",
                           option->what ? option->what : "");
    qevm_print_format(out, "  %-24s %s\n", left, option->help);
}

void
qevm_command_print_options(const QevmOption *options, QevmPrint *out)
{
    for (const QevmOption *o = options; o->name; o++) {
        print_option(out, o);
    }
}

void
qevm_command_print_help(const QevmCommand *command, QevmPrint *out)
{
    qevm_print_format(out, "Usage: qevm %s%s%s%s\n\n", command->name,
                      command->options ? " [OPTIONS]" : "",
                      *command->args ? " " : "", command->args);
    qevm_print_prose(out, command->details);
    if (command->subcommands) {
        qevm_print(out, "\nSubcommands:\n");
        print_commands(out, command->subcommands);
        qevm_print_format(out,
                          "\n\"qevm help %s SUBCOMMAND\" tells more of "
                          "one.\n",
                          command->name);
    }
    if (command->options) {
        qevm_print(out, "\nOptions:\n");
        qevm_command_print_options(command->options, out);
    }
}

/* ---- errors ---- */

/* Names out of a stream are in it. Of our own messages, those about loss have
 * several lines; what others say has as many as it likes. */
static char *
printable_message(const GError *error)
{
    gboolean one_line =
        error->domain == QEVM_ERROR && error->code != QEVM_ERROR_LOSS;
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", one_line ? 1 : -1);

    for (char **line = lines; *line; line++) {
        char *printable = qevm_printable(*line);

        g_free(*line);
        *line = printable;
    }
    return g_strjoinv("\n", lines);
}

int
qevm_cli_fail(QevmCli *cli, const char *name, const GError *error,
              QevmExit system)
{
    /* The errors of files name them already. */
    gboolean named = !name || (g_str_has_prefix(error->message, name) &&
                               error->message[strlen(name)] == ':');
    g_autofree char *message = printable_message(error);

    /* What was decoded comes before what went wrong. */
    int number;

    (void)qevm_print_flush(cli->out, &number);
    fprintf(stderr, "qevm: %s%s%s\n", named ? "" : name, named ? "" : ": ",
            message);
    g_free(cli->failure);
    cli->failure = g_strdup(error->message);
    if (error->domain != QEVM_ERROR) {
        return (int)system;
    }
    return error->code == QEVM_ERROR_LOSS ? QEVM_EXIT_FINDINGS
                                          : QEVM_EXIT_INPUT;
}

int
qevm_cli_fail_output(QevmCli *cli, const char *file, const GError *error)
{
    gboolean ours = error->domain == QEVM_ERROR;
    gboolean misused = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);

    return qevm_cli_fail(cli, ours ? file : NULL, error,
                         misused ? QEVM_EXIT_USAGE : QEVM_EXIT_SYSTEM);
}

int
qevm_cli_worse(int a, int b)
{
    return MAX(a, b);
}

static int
usage_error(const QevmCommand *command, const char *message)
{
    fprintf(stderr,
            "qevm: %s: %s\nUsage: qevm %s%s%s%s\n"
            "See \"qevm help %s\".\n",
            command->name, message, command->name,
            command->options ? " [OPTIONS]" : "", *command->args ? " " : "",
            command->args, command->name);
    return QEVM_EXIT_USAGE;
}

int
qevm_cli_usage(const QevmCli *cli, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    return usage_error(cli->command, message);
}

/* ---- streams ---- */

struct QevmLend *
qevm_cli_lend(QevmCli *cli)
{
    g_autoptr(QevmLend) lend = NULL;
    g_autoptr(GError) error = NULL;

    if (cli->lend) {
        return cli->lend;
    }
    lend = qevm_lend_new();
    if (cli->options.describe_with) {
        for (char **file = cli->options.describe_with; *file; file++) {
            if (!qevm_lend_add_file(lend, *file, &error)) {
                qevm_cli_fail(cli, *file, error, QEVM_EXIT_INPUT);
                return NULL;
            }
        }
    } else {
        g_autofree char *machines = qevm_schemas_folder("machines");

        qevm_lend_set_shipped(lend, machines);
    }
    cli->lend = g_steal_pointer(&lend);
    return cli->lend;
}

/* What a user names is read at once, so that its errors are said once. */
gboolean
qevm_cli_schemas(QevmCli *cli, QevmSchemas **schemas)
{
    g_autofree char *shipped = qevm_schemas_folder("devices");
    g_autoptr(GError) error = NULL;

    if (!cli->schemas && !cli->options.no_schemas) {
        cli->schemas = qevm_schemas_new();
        for (char **dir = cli->options.schema; dir && *dir; dir++) {
            qevm_schemas_add_folder(cli->schemas, *dir);
        }
        if (g_file_test(shipped, G_FILE_TEST_IS_DIR)) {
            qevm_schemas_add_folder(cli->schemas, shipped);
        }
    }
    *schemas = cli->schemas;
    if (!cli->options.schema || !cli->schemas ||
        qevm_schemas_load(cli->schemas, &error)) {
        return TRUE;
    }
    qevm_cli_fail(cli, NULL, error, QEVM_EXIT_INPUT);
    return FALSE;
}

QevmStream *
qevm_cli_open(QevmCli *cli, const char *file, QevmOpenFlags flags)
{
    QevmSource *source;
    g_autoptr(QevmContainer) c = qevm_cli_container(cli, file, 0, &source);

    return c ? qevm_cli_parse(cli, file, source, flags) : NULL;
}

int
qevm_cli_stream_error(QevmCli *cli, const char *file, const QevmStream *stream)
{
    return stream->error
               ? qevm_cli_fail(cli, file, stream->error, QEVM_EXIT_INPUT)
               : QEVM_EXIT_OK;
}

/* ---- running ---- */

/* The arguments from `--` on; NULL-terminated, cut off `args`. */
static char **
take_operands(char **args, gboolean *dashes)
{
    for (guint i = 1; args[i]; i++) {
        if (strcmp(args[i], "--") == 0) {
            char **operands = g_strdupv(args + i + 1);

            *dashes = TRUE;
            for (guint k = i; args[k]; k++) {
                g_clear_pointer(&args[k], g_free);
            }
            return operands;
        }
    }
    return g_new0(char *, 1);
}

/* A negative number is a value and no option: it is hidden from GOption
 * behind a byte that no argument begins with. */
static void
hide_numbers(char **args, gboolean hide)
{
    for (guint i = 1; args[i]; i++) {
        char *old = args[i];

        if (hide && old[0] == '-' && g_ascii_isdigit(old[1])) {
            args[i] = g_strconcat("\001", old, NULL);
            g_free(old);
        } else if (!hide && old[0] == '\001') {
            args[i] = g_strdup(old + 1);
            g_free(old);
        }
    }
}

/* They stay bytes, whatever the locale: they are file names and paths of
 * whatever a stream holds. */
gboolean
qevm_command_parse(QevmCli *cli, char ***args, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GArray) entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
    gboolean dashes = FALSE;
    g_auto(GStrv) operands = take_operands(*args, &dashes);
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    GOptionEntry help = { "help", 'h', 0, G_OPTION_ARG_NONE, &cli->options.help,
                          NULL,   NULL };
    gboolean ok;

    for (const QevmOption *o = cli->command->options; o && o->name; o++) {
        GOptionEntry entry = {
            o->name, o->letter, 0, o->arg, (char *)&cli->options + o->at,
            NULL,    NULL,
        };

        g_array_append_val(entries, entry);
    }
    g_array_append_val(entries, help);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(
        context, (const GOptionEntry *)(gconstpointer)entries->data, NULL);
    hide_numbers(*args, TRUE);
    ok = g_option_context_parse_strv(context, args, error);
    hide_numbers(*args, FALSE);
    for (guint i = 0; (*args)[i]; i++) {
        g_ptr_array_add(all, g_strdup((*args)[i]));
    }
    cli->dashes = dashes ? (int)all->len - 1 : -1;
    for (guint i = 0; operands[i]; i++) {
        g_ptr_array_add(all, g_strdup(operands[i]));
    }
    g_ptr_array_add(all, NULL);
    g_strfreev(*args);
    *args = (char **)g_ptr_array_free(g_steal_pointer(&all), FALSE);
    return ok;
}

static int
run_parsed(QevmCli *cli, char **argv)
{
    const QevmCommand *command = cli->command;
    int argc = (int)g_strv_length(argv);

    if (cli->options.help) {
        qevm_command_print_help(command, cli->out);
        return QEVM_EXIT_OK;
    }
    if (command->subcommands) {
        return usage_error(command, "needs a subcommand");
    }
    if (argc < command->min_args) {
        return usage_error(command,
                           argc == 0 && g_str_has_prefix(command->args, "FILE")
                               ? "needs a file"
                               : "needs more arguments");
    }
    if (command->max_args >= 0 && argc > command->max_args) {
        return usage_error(command, "too many arguments");
    }
    return command->run(cli, argc, argv);
}

void
qevm_options_clear(QevmOptions *options)
{
    g_free(options->format);
    g_free(options->output);
    g_free(options->journal);
    g_free(options->qemu);
    g_free(options->machine);
    g_free(options->from);
    g_free(options->from_machine);
    g_free(options->account);
    g_strfreev(options->layout);
    g_strfreev(options->map);
    g_free(options->src);
    g_free(options->dest);
    g_free(options->direction);
    g_free(options->baseline);
    g_free(options->write_baseline);
    g_free(options->compress);
    g_free(options->set);
    g_free(options->as);
    g_free(options->value);
    g_free(options->where);
    g_free(options->bytes);
    g_strfreev(options->commands);
    g_strfreev(options->also);
    g_free(options->dir);
    g_strfreev(options->rules);
    g_strfreev(options->describe_with);
    g_strfreev(options->schema);
    g_strfreev(options->against);
    g_free(options->like);
    g_free(options->base);
}

void
qevm_cli_clear(QevmCli *cli)
{
    qevm_options_clear(&cli->options);
    g_free(cli->failure);
    qevm_lend_unref(cli->lend);
    qevm_schemas_free(cli->schemas);
}

int
qevm_command_run(const QevmCommand *command, int argc, char **argv)
{
    QevmCli cli = { .command = command, .options = QEVM_OPTIONS_INIT };
    const char *no_colour = g_getenv("NO_COLOR"), *term = g_getenv("TERM");
    gboolean colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour) &&
                      g_strcmp0(term, "dumb") != 0;
    g_autoptr(QevmPrint) out = qevm_print_new(STDOUT_FILENO, colour);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) args = g_new0(char *, (gsize)argc + 1);
    int code, number;

    for (int i = 0; i < argc; i++) {
        args[i] = g_strdup(argv[i]);
    }
    cli.out = out;
    if (!qevm_command_parse(&cli, &args, &error)) {
        code = usage_error(command, error->message);
    } else {
        code = run_parsed(&cli, args + 1);
    }
    qevm_cli_clear(&cli);
    if (!qevm_print_flush(out, &number)) {
        /* A reader that went away has seen enough. */
        if (number != EPIPE) {
            fprintf(stderr, "qevm: cannot write standard output: %s\n",
                    g_strerror(number));
        }
        return QEVM_EXIT_SYSTEM;
    }
    return code;
}
