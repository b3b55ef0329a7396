/* cmd-diff.c - qevm diff: in what two streams differ. */
#include "cli/command.h"
#include "cli/diff.h"

static const QevmOption options[] = {
    { "all", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, all), NULL,
      "show long bytes, and every element of an array" },
    { "quiet", 'q', G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quiet),
      NULL, "print nothing, only exit with 1 if they differ" },
    QEVM_OPTION_JSON,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

static json_t *
text_or_null(const char *text)
{
    return text ? qevm_render_json_text(text) : json_null();
}

/* The differences are members of one object, printed as they are found. */
typedef struct {
    QevmCli *cli;
    gboolean any;
} JsonList;

static void
print_json(const QevmDifference *d, gpointer user)
{
    JsonList *list = user;
    json_t *json = json_object();

    json_object_set_new(json, "what", json_string(d->what));
    json_object_set_new(json, "path", qevm_render_json_text(d->path));
    json_object_set_new(json, "a", text_or_null(d->a));
    json_object_set_new(json, "b", text_or_null(d->b));
    qevm_print(list->cli->out, list->any ? ",\n" : "\n");
    list->any = TRUE;
    qevm_render_json_print(list->cli->out, json);
    json_decref(json);
}

static void
print_nothing(const QevmDifference *d, gpointer user)
{
    (void)d;
    (void)user;
}

static gboolean
diff_json(QevmCli *cli, QevmDiff *diff, char **argv, GError **error)
{
    JsonList list = { cli, FALSE };
    json_t *a = qevm_render_json_text(argv[0]);
    json_t *b = qevm_render_json_text(argv[1]);
    gboolean ok;

    qevm_print(cli->out, "{\"a\": ");
    qevm_render_json_print(cli->out, a);
    qevm_print(cli->out, ", \"b\": ");
    qevm_render_json_print(cli->out, b);
    qevm_print(cli->out, ", \"differences\": [");
    json_decref(a);
    json_decref(b);
    diff->all = TRUE;
    diff->each = print_json;
    diff->user = &list;
    ok = qevm_diff_run(diff, error);
    qevm_print_format(cli->out, "%s], \"ram_pages_compared\": false}\n",
                      list.any ? "\n" : "");
    return ok;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmStream) a = qevm_cli_open(cli, argv[0], 0);
    g_autoptr(QevmStream) b = qevm_cli_open(cli, argv[1], 0);
    g_autoptr(GError) error = NULL;
    QevmDiff diff = { .a = a, .b = b, .all = cli->options.all };
    int code = QEVM_EXIT_OK;
    gboolean ok;

    (void)argc;
    if (!a || !b) {
        return QEVM_EXIT_INPUT;
    }
    if (cli->options.json) {
        ok = diff_json(cli, &diff, argv, &error);
    } else {
        diff.each = cli->options.quiet ? print_nothing : qevm_diff_print;
        diff.user = cli->out;
        ok = qevm_diff_run(&diff, &error);
    }
    if (!ok) {
        code = qevm_cli_fail(cli, NULL, error, QEVM_EXIT_SYSTEM);
    } else if (diff.count) {
        code = QEVM_EXIT_FINDINGS;
    }
    code = qevm_cli_worse(code, qevm_cli_stream_error(cli, argv[0], a));
    return qevm_cli_worse(code, qevm_cli_stream_error(cli, argv[1], b));
}

const QevmCommand qevm_command_diff = {
    .name = "diff",
    .args = "A B",
    .summary = "tell in what two streams differ",
    .details =
        "Compares configuration, RAM blocks, sections, versions and fields "
        "of two streams by path. \"-\" marks what only A has, \"+\" what only "
        "B has. The contents of RAM are not compared. The exit status is 1 "
        "if they differ.",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
