/* cmd-show.c - qevm show: the tree of a stream, or parts of it. */
#include "cli/container.h"
#include "cli/show.h"

#include <string.h>

static const QevmOption options[] = {
    { "depth", 0, G_OPTION_ARG_INT, G_STRUCT_OFFSET(QevmOptions, depth), "N",
      "show N levels; 0: sections only" },
    { "offsets", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, offsets),
      NULL, "begin lines with the offset in the stream" },
    { "hex", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, hex), NULL,
      "begin lines with offset and bytes" },
    { "types", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, types), NULL,
      "show types, and the vmsds of structures" },
    { "all", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, all), NULL,
      "show long arrays and bytes in full" },
    { "format", 0, G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET(QevmOptions, format),
      "FORMAT", "text, json, or analyze: as QEMU's script" },
    QEVM_OPTION_WALK,
    QEVM_OPTION_JSON,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

static QevmTextRender
text_render(const QevmCli *cli)
{
    const QevmOptions *o = &cli->options;
    QevmTextRender render = { cli->out, o->depth, o->offsets || o->hex,
                              o->hex,   o->types, o->all };

    return render;
}

/* ---- the whole stream ---- */

static void
print_member(QevmPrint *out, const char *name, json_t *value)
{
    qevm_print_format(out, ", \"%s\": ", name);
    qevm_render_json_print(out, value);
    json_decref(value);
}

/* Printed piece by piece: only one section is ever held. */
static int
show_json(QevmCli *cli, const char *file, QevmStream *stream)
{
    const QevmJsonRender render = { cli->options.depth };
    int code = QEVM_EXIT_OK;
    gboolean first = TRUE;
    json_t *name = qevm_render_json_text(file);

    qevm_print(cli->out, "{\"file\": ");
    qevm_render_json_print(cli->out, name);
    json_decref(name);
    print_member(cli->out, "machine",
                 stream->machine ? qevm_render_json_text(stream->machine)
                                 : json_null());
    print_member(cli->out, "walked", json_boolean(stream->walked));
    qevm_print(cli->out, ", \"records\": [");
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *record = g_ptr_array_index(stream->records, i);
        g_autoptr(GError) error = NULL;
        json_t *json = qevm_render_json_record(&render, stream, record, &error);

        qevm_record_forget(record);
        if (!json) {
            code = qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
            continue;
        }
        qevm_print(cli->out, first ? "\n" : ",\n");
        first = FALSE;
        qevm_render_json_print(cli->out, json);
        json_decref(json);
        if (qevm_print_broken(cli->out)) {
            return code;
        }
    }
    qevm_print(cli->out, "]");
    if (stream->error) {
        print_member(cli->out, "error",
                     qevm_render_json_text(stream->error->message));
    }
    qevm_print(cli->out, "}\n");
    return code;
}

static int
show_analyze(QevmCli *cli, const char *file, QevmStream *stream)
{
    g_autoptr(GError) error = NULL;

    return qevm_render_analyze(cli->out, stream, &error)
               ? QEVM_EXIT_OK
               : qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
}

/* ---- parts of it ---- */

static json_t *
place_json(const QevmCli *cli, QevmStream *stream, const QevmPlace *place,
           GError **error)
{
    const QevmJsonRender render = { cli->options.depth };
    g_autofree char *path = qevm_path_of(stream, place);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    json_t *json, *named;

    if (place->kind == QEVM_PLACE_SECTION) {
        return qevm_render_json_record(&render, stream, place->record, error);
    }
    if (place->kind == QEVM_PLACE_NODE) {
        json = qevm_render_json_node(&render, place->node);
    } else {
        if (!qevm_place_value(place, &value, error)) {
            return NULL;
        }
        json = json_object();
        json_object_set_new(json, "value", qevm_render_json_value(&value));
    }
    named = json_object();
    json_object_set_new(named, "path", qevm_render_json_text(path));
    json_object_update(named, json);
    json_decref(json);
    return named;
}

static int
show_place(QevmCli *cli, const char *file, QevmStream *stream,
           const QevmPlace *place)
{
    const QevmTextRender render = text_render(cli);
    g_autoptr(GError) error = NULL;
    gboolean ok;

    if (cli->options.json) {
        json_t *json = place_json(cli, stream, place, &error);

        ok = json != NULL;
        if (ok) {
            qevm_render_json_print(cli->out, json);
            qevm_print(cli->out, "\n");
            json_decref(json);
        }
    } else {
        ok = qevm_render_text_place(&render, stream, place, &error);
    }
    return ok ? QEVM_EXIT_OK
              : qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
}

static int
show_path(QevmCli *cli, const char *file, QevmStream *stream, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(text, &error);
    g_autoptr(GArray) places = NULL;
    int code = QEVM_EXIT_OK;

    if (!path) {
        return qevm_cli_usage(cli, "%s", error->message);
    }
    places = qevm_path_resolve(stream, path, &error);
    if (!places) {
        return qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
    }
    for (guint i = 0; i < places->len; i++) {
        code = qevm_cli_worse(code,
                              show_place(cli, file, stream,
                                         &g_array_index(places, QevmPlace, i)));
    }
    return code;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    const char *file = argv[0], *format = cli->options.format;
    const QevmTextRender text = text_render(cli);
    g_autoptr(QevmStream) stream = NULL;
    int code = QEVM_EXIT_OK;
    gboolean analyze = FALSE;

    if (format && strcmp(format, "json") == 0) {
        cli->options.json = TRUE;
    } else if (format && strcmp(format, "analyze") == 0) {
        analyze = TRUE;
    } else if (format && strcmp(format, "text") != 0) {
        return qevm_cli_usage(cli, "no format \"%s\"", format);
    }
    if (analyze && argc > 1) {
        return qevm_cli_usage(cli, "--format analyze shows whole streams");
    }
    stream = qevm_cli_open(cli, file, cli->options.walk ? QEVM_OPEN_WALK : 0);
    if (!stream) {
        return QEVM_EXIT_INPUT;
    }
    for (int i = 1; i < argc; i++) {
        code = qevm_cli_worse(code, show_path(cli, file, stream, argv[i]));
    }
    if (argc == 1) {
        code = analyze             ? show_analyze(cli, file, stream)
               : cli->options.json ? show_json(cli, file, stream)
                                   : qevm_show_text(cli, file, stream, &text);
    }
    return qevm_cli_worse(code, qevm_cli_stream_error(cli, file, stream));
}

const QevmCommand qevm_command_show = {
    .name = "show",
    .args = "FILE [PATH...]",
    .summary = "print the tree of a stream, or parts of it",
    .details =
        "Prints sections, fields and subsections in the order of the "
        "stream, or only what the PATHs name. Long arrays and bytes are "
        "cut short; --all shows them in full. What could be decoded of a "
        "broken stream is printed, then where it broke.\n\n--format analyze "
        "prints what scripts/analyze-migration.py of QEMU 10.0 prints, "
        "also for streams on which that script fails.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
