/* cmd-convert.c - qevm convert: a stream that a destination loads. */
#include "cli/account.h"
#include "cli/command.h"
#include "cli/container.h"
#include "cli/planning.h"
#include "cli/qemu/load.h"
#include "cli/render.h"
#include "cli/transform.h"

#include <stdio.h>
#include <string.h>

static const QevmOption options[] = {
    QEVM_OPTION_OUTPUT,
    QEVM_OPTIONS_PLANNING,
    QEVM_OPTION_ALLOW_VISIBLE,
    QEVM_OPTION_ALLOW_LOSSY,
    { "account", 0, G_OPTION_ARG_FILENAME,
      G_STRUCT_OFFSET(QevmOptions, account), "FILE",
      "write what became of each byte to FILE" },
    QEVM_OPTION_JOURNAL,
    QEVM_OPTION_DRY_RUN,
    QEVM_OPTION_JSON,
    QEVM_OPTION_BARE,
    QEVM_OPTION_COMPRESS,
    QEVM_OPTION_AS,
    QEVM_OPTION_ALSO,
    QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_END,
};

/* ---- QEMU's word ---- */

static int
say_verdict(QevmCli *cli, const QevmQemu *qemu, const QevmLoad *load)
{
    g_auto(GStrv) lines = g_strsplit(load->messages, "\n", -1);

    (void)cli;
    if (load->result == QEVM_LOAD_LOADED) {
        return QEVM_EXIT_OK;
    }
    fprintf(stderr,
            "qevm: QEMU %s does not load what came out, and nothing is "
            "written:\n",
            qemu->version);
    for (char **line = lines; *line; line++) {
        if (**line) {
            fprintf(stderr, "      %s\n", *line);
        }
    }
    fprintf(stderr, "      \"qevm plan\" prints the rules, \"qevm explain\" "
                    "tells what this means\n");
    return QEVM_EXIT_FINDINGS;
}

static int
judge(QevmCli *cli, const char *path, gpointer user)
{
    const QevmPlanning *p = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmQemu) qemu = NULL;
    g_autoptr(QevmLoad) load = NULL;
    QevmSource *source;
    g_autoptr(QevmContainer) c =
        qevm_container_open(path, 0, 0, &source, &error);

    if (!c) {
        return qevm_cli_fail(cli, NULL, error, QEVM_EXIT_SYSTEM);
    }
    qemu = qevm_qemu_start(p->reference->command, qevm_qemu_load_options,
                           (guint)cli->options.timeout, FALSE, &error);
    if (!qemu) {
        qevm_source_free(source);
        return qevm_cli_qemu_fail(cli, NULL, error);
    }
    load = qevm_qemu_load(qemu, source, &error);
    return load ? say_verdict(cli, qemu, load)
                : qevm_cli_qemu_fail(cli, NULL, error);
}

/* ---- what was done ---- */

static json_t *
texts(char *const *list, guint count)
{
    json_t *json = json_array();

    for (guint i = 0; i < count; i++) {
        json_array_append_new(json, qevm_render_json_text(list[i]));
    }
    return json;
}

/* Changes by class. */
static void
count_changes(const QevmEdit *edit, guint of[QEVM_LOSS_LOSSY + 1])
{
    for (guint i = 0; i < edit->changes->len; i++) {
        const QevmChange *c = g_ptr_array_index(edit->changes, i);

        of[c->loss]++;
    }
}

static void
print_text(QevmCli *cli, const QevmPlanning *p)
{
    guint of[QEVM_LOSS_LOSSY + 1] = { 0 }, count = p->edit->changes->len;
    const char *name = cli->options.as ? cli->options.as : cli->options.output;
    const char *between = " (";

    count_changes(p->edit, of);
    qevm_print_format(cli->out, "%s: for %s, %u change%s", name,
                      p->target->name, count, count == 1 ? "" : "s");
    for (guint i = 0; i < G_N_ELEMENTS(of); i++) {
        if (of[i]) {
            qevm_print_format(cli->out, "%s%u %s", between, of[i],
                              qevm_loss_name((QevmLoss)i));
            between = ", ";
        }
    }
    qevm_print_format(cli->out, "%s%s\n", count ? ")" : "",
                      p->reference ? "; it has loaded it" : "");
    if (p->reference) {
        g_autofree char *text = qevm_qemu_words_text(p->reference->words);

        qevm_print_format(cli->out, "start it with\n  %s\n", text);
    }
}

static void
print_json(QevmCli *cli, const QevmPlanning *p)
{
    guint of[QEVM_LOSS_LOSSY + 1] = { 0 };
    const char *name = cli->options.dry_run ? NULL
                       : cli->options.as    ? cli->options.as
                                            : cli->options.output;
    json_t *json = json_object(), *changes = json_object();

    count_changes(p->edit, of);
    for (guint i = 0; i < G_N_ELEMENTS(of); i++) {
        json_object_set_new(changes, qevm_loss_name((QevmLoss)i),
                            json_integer(of[i]));
    }
    json_object_set_new(json, "file",
                        name ? qevm_render_json_text(name) : json_null());
    json_object_set_new(json, "target", qevm_render_json_text(p->target->name));
    json_object_set_new(json, "changes", changes);
    json_object_set_new(json, "loaded", json_boolean(p->reference != NULL));
    if (p->reference) {
        json_object_set_new(json, "options",
                            texts((char *const *)p->reference->added->pdata,
                                  p->reference->added->len));
        json_object_set_new(json, "failed",
                            texts((char *const *)p->reference->failed->pdata,
                                  p->reference->failed->len));
        json_object_set_new(
            json, "command",
            texts(p->reference->words, g_strv_length(p->reference->words)));
    }
    qevm_render_json_print(cli->out, json);
    qevm_print(cli->out, "\n");
    json_decref(json);
}

/* The options that were added, for a container that has a command line. */
static char **
added_args(const QevmReference *r)
{
    GPtrArray *args = g_ptr_array_new();

    for (guint i = 0; r && i < r->added->len; i++) {
        g_ptr_array_add(args, g_strdup("-global"));
        g_ptr_array_add(args, g_strdup(g_ptr_array_index(r->added, i)));
    }
    g_ptr_array_add(args, NULL);
    return (char **)g_ptr_array_free(args, FALSE);
}

static int
convert(QevmCli *cli, const char *file, QevmPlanning *p)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmOutput) account = NULL;
    g_auto(GStrv) args = added_args(p->reference);
    QevmTransform transform = { .file = file,
                                .args = *args ? args : NULL,
                                .judge = p->reference ? judge : NULL,
                                .user = p };
    int code;

    if (qevm_planning_problems(cli, p)) {
        fprintf(stderr, "qevm: %s: not converted\n", file);
        return QEVM_EXIT_FINDINGS;
    }
    if (!qevm_planning_join(p, &error)) {
        return qevm_cli_fail(cli, NULL, error, QEVM_EXIT_SYSTEM);
    }
    if (cli->options.account) {
        account = qevm_account_write(cli, file, p->edit, &code);
        if (!account) {
            return code;
        }
    }
    transform.rules = p->rules;
    transform.beside = account;
    code = qevm_transform_run(cli, &transform);
    if (code == QEVM_EXIT_OK && account) {
        code = qevm_account_commit(cli, account);
    }
    if (code == QEVM_EXIT_OK && cli->options.json) {
        print_json(cli, p);
    } else if (code == QEVM_EXIT_OK && !cli->options.dry_run) {
        print_text(cli, p);
    }
    return code;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmPlanning) p = NULL;
    char **words;
    int code;

    if (!cli->options.output && !cli->options.as && !cli->options.dry_run) {
        return qevm_cli_usage(cli, "needs -o OUT or --dry-run");
    }
    if (strcmp(argv[0], "-") == 0 || g_strcmp0(cli->options.output, "-") == 0) {
        return qevm_cli_usage(cli,
                              "reads its input twice and has QEMU read its "
                              "output: both have to be files");
    }
    if (!qevm_planning_words(cli, argc, argv, &words, &code)) {
        return code;
    }
    p = qevm_planning_new(cli, argv[0], words, &code);
    return qevm_cli_qemu_done(cli, p ? convert(cli, argv[0], p) : code);
}

const QevmCommand qevm_command_convert = {
    .name = "convert",
    .args = "FILE [-- QEMU...]",
    .summary = "make a stream that a destination loads",
    .details =
        "Plans as \"qevm plan\" does, rewrites as \"qevm rewrite\" does, and, "
        "if the destination is a QEMU behind \"--\", has it load what came "
        "out: OUT is there only if it did. The command to start it with is "
        "printed, for it may need more options than were given.\n\nWhat would "
        "lose state that matters is refused, with the reason. So is what the "
        "guest can notice or what is lost, unless that is allowed.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
