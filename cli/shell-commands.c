/* shell-commands.c - the commands of the shell, in one table. */
#include "cli/check.h"
#include "cli/diff.h"
#include "cli/get.h"
#include "cli/shell-words.h"
#include "cli/shell.h"
#include "cli/show.h"
#include "cli/target.h"
#include "cli/wrap.h"
#include "parser/expr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Scripts in scripts. */
#define SOURCES_MAX 16

/* ---- looking ---- */

static int
cmd_cd(QevmShell *shell, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    return qevm_shell_go(shell->at, argc ? argv[0] : "/", &error)
               ? QEVM_EXIT_OK
               : qevm_shell_fail(shell, error);
}

/* What a word names, with a line for each place. */
static int
show_word(QevmShell *shell, const char *word, const QevmTextRender *render)
{
    QevmShellFile *file = shell->at;
    g_autoptr(GError) error = NULL;
    gboolean all;
    g_autoptr(GArray) places =
        qevm_shell_places(file, word, &all, NULL, &error);

    if (all) {
        return qevm_show_text(shell->cli, file->name, file->stream, render);
    }
    for (guint i = 0; places && !error && i < places->len; i++) {
        (void)!qevm_render_text_place(
            render, file->stream, &g_array_index(places, QevmPlace, i), &error);
    }
    return error ? qevm_shell_fail(shell, error) : QEVM_EXIT_OK;
}

static int
show_words(QevmShell *shell, int argc, char **argv,
           const QevmTextRender *render)
{
    int code = QEVM_EXIT_OK;

    for (int i = 0; i < MAX(argc, 1); i++) {
        code =
            qevm_cli_worse(code, show_word(shell, argc ? argv[i] : "", render));
    }
    return code;
}

/* What is directly below: of the stream its sections, without what is in
 * them. */
static int
cmd_ls(QevmShell *shell, int argc, char **argv)
{
    g_autofree char *path =
        qevm_shell_path(shell->at, argc ? argv[0] : "", NULL);
    const QevmTextRender render = { .out = shell->cli->out,
                                    .depth = path && *path ? 1 : 0 };

    return show_words(shell, argc, argv, &render);
}

static int
cmd_show(QevmShell *shell, int argc, char **argv)
{
    const QevmOptions *o = &shell->cli->options;
    const QevmTextRender render = { shell->cli->out, o->depth, o->offsets,
                                    FALSE,           o->types, o->all };

    return show_words(shell, argc, argv, &render);
}

static int
cmd_hex(QevmShell *shell, int argc, char **argv)
{
    const QevmOptions *o = &shell->cli->options;
    const QevmTextRender render = {
        .out = shell->cli->out, .depth = -1, .hex = TRUE, .all = o->all
    };

    return show_words(shell, argc, argv, &render);
}

static int
get_word(QevmShell *shell, const char *word)
{
    QevmShellFile *file = shell->at;
    g_autoptr(GError) error = NULL;
    gboolean all, many;
    g_autoptr(GArray) places =
        qevm_shell_places(file, word, &all, &many, &error);

    if (all) {
        return qevm_shell_usage(shell, "%s is all of the stream, and no value",
                                word);
    }
    for (guint i = 0; places && !error && i < places->len; i++) {
        (void)!qevm_get_print(shell->cli->out, file->stream,
                              &g_array_index(places, QevmPlace, i), many,
                              &error);
    }
    return error ? qevm_shell_fail(shell, error) : QEVM_EXIT_OK;
}

static int
cmd_get(QevmShell *shell, int argc, char **argv)
{
    int code = QEVM_EXIT_OK;

    for (int i = 0; i < argc; i++) {
        code = qevm_cli_worse(code, get_word(shell, argv[i]));
    }
    return code;
}

/* ---- finding ---- */

/* As `qevm set` reads it: a bare word is text. */
static gboolean
parse_value(const char *text, QevmValue *out, GError **error)
{
    if (qevm_value_parse(text, out, error)) {
        return TRUE;
    }
    if (!g_ascii_isalpha(*text) || g_str_has_prefix(text, "hex:")) {
        return FALSE;
    }
    g_clear_error(error);
    qevm_value_set_bytes(out, QEVM_VALUE_STRING, text, strlen(text));
    return TRUE;
}

/* hex:.. or text. NULL: neither, or nothing. */
static GBytes *
parse_bytes(const char *text, GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!parse_value(text, &value, error)) {
        return NULL;
    }
    if (!value.bytes || g_bytes_get_size(value.bytes) == 0) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "bytes are hex:0a0b.. or \"text\"");
        return NULL;
    }
    return g_bytes_ref(value.bytes);
}

static int
find(QevmShell *shell, QevmShellFind *what)
{
    g_autoptr(GError) error = NULL;
    guint64 found = 0;

    if (!qevm_shell_find(shell, what, &found, &error)) {
        return qevm_shell_fail(shell, error);
    }
    if (!found && shell->terminal) {
        qevm_print(shell->cli->out, "nothing\n");
    }
    if (what->bytes && !*shell->at->place) {
        qevm_print_styled(shell->cli->out, QEVM_STYLE_DIM,
                          "(RAM was not searched: \"qevm ram find\" does)");
        qevm_print(shell->cli->out, "\n");
    }
    return found ? QEVM_EXIT_OK : QEVM_EXIT_FINDINGS;
}

static int
cmd_find(QevmShell *shell, int argc, char **argv)
{
    const QevmOptions *o = &shell->cli->options;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autoptr(QevmExpr) where = NULL;
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    QevmShellFind what = { .name = argc ? argv[0] : NULL };

    if (!argc && !o->value && !o->where && !o->bytes) {
        return qevm_shell_usage(shell, "nothing to look for");
    }
    if (o->bytes && (o->value || o->where)) {
        return qevm_shell_usage(shell, "--bytes goes with neither --value nor "
                                       "--where");
    }
    if ((o->value && !parse_value(o->value, &value, &error)) ||
        (o->where && !(where = qevm_expr_parse(o->where, &error))) ||
        (o->bytes && !(bytes = parse_bytes(o->bytes, &error)))) {
        return qevm_shell_usage(shell, "%s", error->message);
    }
    what.value = o->value ? &value : NULL;
    what.where = where;
    what.bytes = bytes;
    return find(shell, &what);
}

/* ---- comparing ---- */

/* A stream that is open, by its number or its name. NULL: it was said that
 * there is none. */
static QevmShellFile *
open_file(QevmShell *shell, const char *word)
{
    g_autofree char *name = qevm_words_plain(word, NULL);
    guint64 number;

    for (guint i = 0; name && i < shell->files->len; i++) {
        QevmShellFile *file = g_ptr_array_index(shell->files, i);

        if (strcmp(file->name, name) == 0) {
            return file;
        }
    }
    if (g_ascii_string_to_unsigned(word, 10, 1, shell->files->len, &number,
                                   NULL)) {
        return g_ptr_array_index(shell->files, number - 1);
    }
    (void)qevm_shell_usage(shell, "no stream %s is open; see \"use\"", word);
    return NULL;
}

/* What the destination of --against makes of the stream as it is. */
static int
judge(QevmShell *shell, const QevmTarget *target, QevmOpenFlags flags)
{
    QevmCli *cli = shell->cli;
    const QevmShellFile *file = shell->at;
    g_autoptr(QevmStream) stream =
        qevm_shell_file_parse(cli, file, TRUE, flags);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings =
        stream ? qevm_check_all(file->container, stream, target, &error) : NULL;
    const QevmReport report = { .subject = file->name,
                                .findings = findings,
                                .offsets = TRUE,
                                .notes = !cli->options.quiet };

    if (!findings) {
        return stream ? qevm_shell_fail(shell, error) : QEVM_EXIT_INPUT;
    }
    qevm_check_print(&report, stream, cli->out);
    return qevm_report_code(&report);
}

static int
judge_against(QevmShell *shell, QevmOpenFlags flags)
{
    g_autoptr(QevmTarget) target = NULL;

    if (shell->cli->options.against &&
        !(target = qevm_cli_target(shell->cli))) {
        return QEVM_EXIT_INPUT;
    }
    return judge(shell, target, flags);
}

static int
cmd_check(QevmShell *shell, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return judge_against(shell, shell->cli->options.quick ? 0 : QEVM_OPEN_WALK);
}

static int
compare(QevmShell *shell, QevmStream *a, QevmStream *b)
{
    g_autoptr(GError) error = NULL;
    QevmDiff diff = { .a = a,
                      .b = b,
                      .all = shell->cli->options.all,
                      .each = qevm_diff_print,
                      .user = shell->cli->out };

    if (!qevm_diff_run(&diff, &error)) {
        return qevm_shell_fail(shell, error);
    }
    return diff.count ? QEVM_EXIT_FINDINGS : QEVM_EXIT_OK;
}

static int
cmd_diff(QevmShell *shell, int argc, char **argv)
{
    g_autoptr(QevmStream) before = NULL;
    QevmShellFile *other;

    if (shell->cli->options.against) {
        return argc ? qevm_shell_usage(shell,
                                       "--against goes with no other stream")
                    : judge_against(shell, 0);
    }
    if (argc) {
        other = open_file(shell, argv[0]);
        return other ? compare(shell, shell->at->stream, other->stream)
                     : QEVM_EXIT_USAGE;
    }
    before = qevm_shell_file_parse(shell->cli, shell->at, FALSE, 0);
    return before ? compare(shell, before, shell->at->stream) : QEVM_EXIT_INPUT;
}

/* ---- changing ---- */

/* All words behind the path are the value, so that one is pasted as it is
 * printed. */
static int
cmd_set(QevmShell *shell, int argc, char **argv)
{
    QevmShellFile *file = shell->at;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = qevm_shell_path(file, argv[0], &error);
    g_autofree char *value = g_strjoinv(" ", argv + 1);
    guint first = file->edit ? file->edit->changes->len : 0;

    (void)argc;
    if (!path || !qevm_shell_file_set(shell->cli, file, path, value, &error)) {
        return qevm_shell_fail(shell, error);
    }
    for (guint i = first; shell->terminal && i < file->edit->changes->len;
         i++) {
        const QevmChange *c = g_ptr_array_index(file->edit->changes, i);

        qevm_print_format(shell->cli->out, "%s: %s -> %s\n", c->path, c->before,
                          c->after);
    }
    return QEVM_EXIT_OK;
}

/* `step` is NULL with an error, or if it was said what is wrong. */
static int
say_step(QevmShell *shell, const char *what, const QevmShellStep *step,
         const GError *error)
{
    if (!step) {
        return error ? qevm_shell_fail(shell, error) : QEVM_EXIT_INPUT;
    }
    if (shell->terminal) {
        qevm_print_format(shell->cli->out, "%s: %s\n", what, step->line);
    }
    return QEVM_EXIT_OK;
}

static int
cmd_undo(QevmShell *shell, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    const QevmShellStep *step =
        qevm_shell_file_undo(shell->cli, shell->at, &error);

    (void)argc;
    (void)argv;
    return say_step(shell, "undone", step, error);
}

static int
cmd_redo(QevmShell *shell, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    const QevmShellStep *step =
        qevm_shell_file_redo(shell->cli, shell->at, &error);

    (void)argc;
    (void)argv;
    return say_step(shell, "done again", step, error);
}

static int
cmd_rules(QevmShell *shell, int argc, char **argv)
{
    json_t *rules = qevm_shell_file_rules(shell->at);

    (void)argc;
    (void)argv;
    qevm_render_json_rules(shell->cli->out, rules, NULL);
    json_decref(rules);
    return QEVM_EXIT_OK;
}

static int
cmd_write(QevmShell *shell, int argc, char **argv)
{
    g_autoptr(GPtrArray) keep = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    char *out = qevm_words_plain(argv[0], &error);
    int code;

    (void)argc;
    if (!out) {
        return qevm_shell_usage(shell, "%s", error->message);
    }
    shell->cli->options.output = out;
    for (guint i = 0; i < shell->files->len; i++) {
        const QevmShellFile *file = g_ptr_array_index(shell->files, i);

        g_ptr_array_add(keep, file->container->path);
    }
    g_ptr_array_add(keep, NULL);
    code = qevm_shell_file_write(shell->cli, shell->at, (char **)keep->pdata);
    if (code == QEVM_EXIT_OK && shell->terminal) {
        g_autofree char *name = qevm_path_quote(out);

        qevm_print_format(shell->cli->out, "written: %s\n", name);
    }
    return code;
}

/* ---- the rest ---- */

static int
cmd_use(QevmShell *shell, int argc, char **argv)
{
    QevmShellFile *file = argc ? open_file(shell, argv[0]) : shell->at;

    if (!file) {
        return QEVM_EXIT_USAGE;
    }
    shell->at = file;
    for (guint i = 0; !argc && i < shell->files->len; i++) {
        const QevmShellFile *f = g_ptr_array_index(shell->files, i);
        g_autofree char *name = qevm_path_quote(f->name);

        qevm_print_format(shell->cli->out, "%c %u %s%s\n",
                          f == shell->at ? '*' : ' ', i + 1, name,
                          qevm_shell_file_unsaved(f) ? ", changed" : "");
    }
    return QEVM_EXIT_OK;
}

static int
cmd_source(QevmShell *shell, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = qevm_words_plain(argv[0], &error);
    int fd, code;

    (void)argc;
    if (!name) {
        return qevm_shell_usage(shell, "%s", error->message);
    }
    if (shell->sources == SOURCES_MAX) {
        return qevm_shell_usage(shell, "more than %d scripts in each other",
                                SOURCES_MAX);
    }
    fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "qevm: %s: %s\n", name, g_strerror(errno));
        return QEVM_EXIT_INPUT;
    }
    shell->sources++;
    code = qevm_shell_script(shell, fd, name);
    shell->sources--;
    return code;
}

void
qevm_shell_print_help(QevmShell *shell, const QevmShellCommand *command)
{
    const QevmCommand *c = &command->command;
    QevmPrint *out = shell->cli->out;

    qevm_print_format(out, "Usage: %s%s%s%s\n\n", c->name,
                      c->options ? " [OPTIONS]" : "", *c->args ? " " : "",
                      c->args);
    qevm_print_prose(out, c->details);
    if (c->options) {
        qevm_print(out, "\nOptions:\n");
        qevm_command_print_options(c->options, out);
    }
}

static int
cmd_help(QevmShell *shell, int argc, char **argv)
{
    QevmPrint *out = shell->cli->out;
    const QevmShellCommand *one =
        argc ? qevm_shell_command_find(argv[0]) : NULL;

    if (one) {
        qevm_shell_print_help(shell, one);
        return QEVM_EXIT_OK;
    }
    if (argc) {
        return qevm_shell_usage(shell, "no command \"%s\"", argv[0]);
    }
    for (const QevmShellCommand *c = qevm_shell_commands; c->command.name;
         c++) {
        g_autofree char *left =
            g_strdup_printf("%s %s", c->command.name, c->command.args);

        qevm_print(out, "  ");
        qevm_print_styled(out, QEVM_STYLE_NAME, "%-17s", left);
        qevm_print_format(out, " %s\n", c->command.summary);
    }
    qevm_print(out, "\n\"help COMMAND\" tells more of one.\n");
    return QEVM_EXIT_OK;
}

static int
cmd_quit(QevmShell *shell, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    shell->quit = TRUE;
    return QEVM_EXIT_OK;
}

/* ---- the table ---- */

static const QevmOption show_options[] = {
    { "depth", 0, G_OPTION_ARG_INT, G_STRUCT_OFFSET(QevmOptions, depth), "N",
      "show N levels; 0: sections only" },
    { "offsets", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, offsets),
      NULL, "begin lines with the offset in the stream" },
    { "types", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, types), NULL,
      "show types, and the vmsds of structures" },
    { "all", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, all), NULL,
      "show long arrays and bytes in full" },
    QEVM_OPTION_END,
};

static const QevmOption hex_options[] = {
    { "all", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, all), NULL,
      "show long arrays and bytes in full" },
    QEVM_OPTION_END,
};

static const QevmOption find_options[] = {
    { "value", 0, G_OPTION_ARG_STRING, G_STRUCT_OFFSET(QevmOptions, value),
      "VALUE", "with this value" },
    { "where", 0, G_OPTION_ARG_STRING, G_STRUCT_OFFSET(QevmOptions, where),
      "EXPR", "where this expression holds, as in rules" },
    { "bytes", 0, G_OPTION_ARG_STRING, G_STRUCT_OFFSET(QevmOptions, bytes),
      "BYTES", "where these bytes begin, hex:0a0b.. or \"text\"" },
    QEVM_OPTION_END,
};

static const QevmOption diff_options[] = {
    QEVM_OPTION_AGAINST,
    { "all", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, all), NULL,
      "show long bytes, and every element of an array" },
    QEVM_OPTION_END,
};

static const QevmOption check_options[] = {
    QEVM_OPTION_AGAINST,
    { "quick", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quick), NULL,
      "do not read RAM, and say what was not looked at" },
    { "quiet", 'q', G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quiet),
      NULL, "print errors and warnings only" },
    QEVM_OPTION_END,
};

static const QevmOption write_options[] = {
    QEVM_OPTION_BARE,
    QEVM_OPTION_COMPRESS,
    QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_END,
};

/* clang-format off */
const QevmShellCommand qevm_shell_commands[] = {
    { { "cd", "[PATH]", "go to a section or into a struct",
        "Paths are then looked for there first. \"..\" is one up, \"/\" or "
        "nothing all of the stream.",
        NULL, 0, 1, NULL, NULL },
      NULL, QEVM_WORDS_PATHS, cmd_cd },
    { { "ls", "[PATH]", "list what is directly below",
        "Of all of the stream the sections, of a section or struct its "
        "fields.",
        NULL, 0, 1, NULL, NULL },
      NULL, QEVM_WORDS_PATHS, cmd_ls },
    { { "show", "[PATH...]", "print as a tree; cat is the same",
        "Without a PATH, prints where we are. Long arrays and bytes are cut "
        "short.",
        show_options, 0, -1, NULL, NULL },
      "cat", QEVM_WORDS_PATHS, cmd_show },
    { { "get", "PATH...", "print values",
        "Prints each as \"set\" reads it back.",
        NULL, 1, -1, NULL, NULL },
      NULL, QEVM_WORDS_PATHS, cmd_get },
    { { "hex", "[PATH...]", "print offsets, bytes and values",
        "Offsets are those in the stream that was opened.",
        hex_options, 0, -1, NULL, NULL },
      NULL, QEVM_WORDS_PATHS, cmd_hex },
    { { "find", "[NAME]", "find by name, value, condition or bytes",
        "Prints what is below where we are, has NAME in its name (* and ? make "
        "it a pattern for all of the name), and for which the options hold. "
        "Bytes are looked for "
        "in the device state, not in RAM. The exit status is 1 if there is "
        "nothing.",
        find_options, 0, 1, NULL, NULL },
      NULL, QEVM_WORDS_NONE, cmd_find },
    { { "diff", "[STREAM]", "compare with the file, a stream, a target",
        "Tells in what the stream that was opened and what it is now differ, "
        "or what it is now and another STREAM that is open. With --against it "
        "tells what a destination makes of it. The exit status is 1 if there "
        "is something to tell.",
        diff_options, 0, 1, NULL, NULL },
      NULL, QEVM_WORDS_STREAMS, cmd_diff },
    { { "check", "", "report what is wrong with the stream as it is now",
        "Does what \"qevm check\" does.",
        check_options, 0, 0, NULL, NULL },
      NULL, QEVM_WORDS_NONE, cmd_check },
    { { "set", "PATH VALUE", "change a value",
        "The VALUE, all up to the end of the line, is written as \"get\" "
        "prints it: 7, 0x1f, true, \"text\", hex:00ff. A PATH that is a "
        "pattern sets all it matches. Nothing is written before \"write\".",
        NULL, 2, -1, NULL, NULL },
      NULL, QEVM_WORDS_SETTING, cmd_set },
    { { "undo", "", "take the last change back",
        "The stream is read anew, and what was changed before is done again.",
        NULL, 0, 0, NULL, NULL },
      NULL, QEVM_WORDS_NONE, cmd_undo },
    { { "redo", "", "do again what was taken back",
        "A change after \"undo\" forgets what was taken back.", NULL, 0, 0, NULL, NULL },
      NULL, QEVM_WORDS_NONE, cmd_redo },
    { { "rules", "", "print what was changed, for qevm rewrite -r",
        "Prints a rules file: see qevm-rules(5).",
        NULL, 0, 0, NULL, NULL },
      NULL, QEVM_WORDS_NONE, cmd_rules },
    { { "write", "OUT", "write the stream as it is now",
        "OUT is whole or absent, and can be none of the files that are open. "
        "It is in what the stream was in.",
        write_options, 1, 1, NULL, NULL },
      NULL, QEVM_WORDS_FILES, cmd_write },
    { { "use", "[STREAM]", "go to another stream, or list them",
        "STREAM is a number or the name of a file.",
        NULL, 0, 1, NULL, NULL },
      NULL, QEVM_WORDS_STREAMS, cmd_use },
    { { "source", "SCRIPT", "run the lines of a file",
        "It ends with the first error.",
        NULL, 1, 1, NULL, NULL },
      NULL, QEVM_WORDS_FILES, cmd_source },
    { { "help", "[COMMAND]", "tell of a command",
        "Without an argument, lists the commands.", NULL, 0, 1, NULL, NULL },
      NULL, QEVM_WORDS_COMMANDS, cmd_help },
    { { "quit", "", "leave", "So does the end of the input.",
        NULL, 0, 0, NULL, NULL },
      NULL, QEVM_WORDS_NONE, cmd_quit },
    { { .name = NULL }, NULL, QEVM_WORDS_NONE, NULL },
};
/* clang-format on */

const QevmShellCommand *
qevm_shell_command_find(const char *name)
{
    for (const QevmShellCommand *c = qevm_shell_commands; c->command.name;
         c++) {
        if (strcmp(name, c->command.name) == 0 ||
            g_strcmp0(name, c->alias) == 0) {
            return c;
        }
    }
    return NULL;
}
