/* cmd-get.c - qevm get: values by path. */
#include "cli/container.h"
#include "cli/get.h"

static const QevmOption options[] = {
    QEVM_OPTION_WALK,          QEVM_OPTION_JSON,   QEVM_OPTION_OFFSET,
    QEVM_OPTION_DESCRIBE_WITH, QEVM_OPTION_SCHEMA, QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

/* {"path": .., "value": ..}, or what show --json prints of a struct. */
static gboolean
get_json(QevmCli *cli, QevmStream *stream, const QevmPlace *place,
         GError **error)
{
    const QevmJsonRender render = { -1 };
    g_autofree char *path = qevm_path_of(stream, place);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    json_t *json, *named;

    if (qevm_get_is_leaf(place)) {
        if (!qevm_place_value(place, &value, error)) {
            return FALSE;
        }
        json = json_object();
        json_object_set_new(json, "value", qevm_render_json_value(&value));
        qevm_render_json_names(json, qevm_get_node(place), &value);
    } else if (place->kind == QEVM_PLACE_NODE) {
        json = qevm_render_json_node(&render, place->node);
    } else {
        json = qevm_render_json_record(&render, stream, place->record, error);
    }
    if (!json) {
        return FALSE;
    }
    named = json_object();
    json_object_set_new(named, "path", qevm_render_json_text(path));
    json_object_update(named, json);
    qevm_render_json_print(cli->out, named);
    qevm_print(cli->out, "\n");
    json_decref(named);
    json_decref(json);
    return TRUE;
}

static int
get_path(QevmCli *cli, const char *file, QevmStream *stream, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(text, &error);
    g_autoptr(GArray) places = NULL;

    if (!path) {
        return qevm_cli_usage(cli, "%s", error->message);
    }
    places = qevm_path_resolve(stream, path, &error);
    for (guint i = 0; places && i < places->len; i++) {
        const QevmPlace *place = &g_array_index(places, QevmPlace, i);

        if (cli->options.json
                ? !get_json(cli, stream, place, &error)
                : !qevm_get_print(cli->out, stream, place,
                                  qevm_get_asks_many(path), &error)) {
            break;
        }
    }
    return error ? qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM)
                 : QEVM_EXIT_OK;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    const char *file = argv[0];
    g_autoptr(QevmStream) stream =
        qevm_cli_open(cli, file, cli->options.walk ? QEVM_OPEN_WALK : 0);
    int code = QEVM_EXIT_OK;

    if (!stream) {
        return QEVM_EXIT_INPUT;
    }
    for (int i = 1; i < argc; i++) {
        code = qevm_cli_worse(code, get_path(cli, file, stream, argv[i]));
    }
    return qevm_cli_worse(code, qevm_cli_stream_error(cli, file, stream));
}

const QevmCommand qevm_command_get = {
    .name = "get",
    .args = "FILE PATH...",
    .summary = "print values by path",
    .details =
        "Prints the value of each PATH on a line of its own, as \"qevm set\" "
        "reads it back; a struct or section as a tree. If a PATH is a "
        "pattern, each line is PATH = VALUE. With --json each place is an "
        "object on a line.",
    .options = options,
    .min_args = 2,
    .max_args = -1,
    .run = run,
};
