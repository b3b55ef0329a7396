/* cmd-info.c - qevm info: what a stream is, on one screen. */
#include "cli/container.h"
#include "cli/info.h"
#include "cli/render.h"
#include "rewrite/evidence.h"

static const QevmOption options[] = {
    { "sections", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, sections),
      NULL, "list all sections, in the order of the stream" },
    QEVM_OPTION_WALK,
    QEVM_OPTION_JSON,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

/* ---- text ---- */

static void
print_row(QevmPrint *out, const QevmInfoRow *row)
{
    if (row->kind == QEVM_INFO_FACT && row->label) {
        qevm_print_styled(out, QEVM_STYLE_NAME, "  %-11s", row->label);
    } else if (row->label) {
        qevm_print_format(out, "%12s ", row->label);
    } else {
        qevm_print_format(out, "%13s", "");
    }
    qevm_print_styled(out,
                      row->kind == QEVM_INFO_REASON ||
                              row->kind == QEVM_INFO_HEAD
                          ? QEVM_STYLE_DIM
                          : QEVM_STYLE_PLAIN,
                      "%s", row->text);
    qevm_print(out, "\n");
}

static void
print_rows(QevmPrint *out, const GPtrArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        print_row(out, g_ptr_array_index(rows, i));
    }
}

static void
print_text(QevmCli *cli, const char *file, const QevmContainer *container,
           QevmStream *stream)
{
    QevmPrint *out = cli->out;
    g_autoptr(GPtrArray) rows = qevm_info_new();
    guint64 size = qevm_source_size(stream->source);
    g_autofree char *bytes = qevm_info_size(size);

    qevm_print_styled(out, QEVM_STYLE_NAME, "%s", file);
    qevm_print_format(out, ": migration stream%s%s\n",
                      size == G_MAXUINT64 ? "" : ", ",
                      size == G_MAXUINT64 ? "" : bytes);
    qevm_info_container(rows, container);
    qevm_info_stream(rows, stream,
                     cli->options.sections ? QEVM_INFO_ALL : QEVM_INFO_SOME);
    print_rows(out, rows);
}

/* ---- JSON ---- */

static json_t *
writer_json(QevmStream *stream)
{
    g_autoptr(QevmWriter) writer = qevm_writer_of(stream);
    json_t *json = json_object(), *list = json_array();
    g_autofree char *from = qevm_release_text(writer->from);
    g_autofree char *to = qevm_release_text(writer->to);

    json_object_set_new(json, "from", from ? json_string(from) : json_null());
    json_object_set_new(json, "to", to ? json_string(to) : json_null());
    for (guint i = 0; i < writer->evidence->len; i++) {
        const QevmEvidence *e =
            &g_array_index(writer->evidence, QevmEvidence, i);
        g_autofree char *a = qevm_release_text(e->from);
        g_autofree char *b = qevm_release_text(e->to);
        json_t *one = json_object();

        if (a) {
            json_object_set_new(one, "from", json_string(a));
        }
        if (b) {
            json_object_set_new(one, "to", json_string(b));
        }
        json_object_set_new(one, "because", qevm_render_json_text(e->because));
        json_array_append_new(list, one);
    }
    json_object_set_new(json, "evidence", list);
    return json;
}

static json_t *
unsigned_json(guint64 value)
{
    g_auto(QevmValue) v = QEVM_VALUE_INIT;

    qevm_value_set_uint(&v, value);
    return qevm_render_json_value(&v);
}

static json_t *
ram_json(const QevmStream *stream)
{
    json_t *json, *blocks = json_array();

    if (!stream->ram) {
        json_decref(blocks);
        return json_null();
    }
    for (guint i = 0; i < stream->ram->blocks->len; i++) {
        const QevmRamBlock *b =
            &g_array_index(stream->ram->blocks, QevmRamBlock, i);
        json_t *block = json_object();

        json_object_set_new(block, "idstr", qevm_render_json_text(b->idstr));
        json_object_set_new(block, "used_length",
                            unsigned_json(b->used_length));
        json_array_append_new(blocks, block);
    }
    json = json_object();
    json_object_set_new(json, "total", unsigned_json(stream->ram->total));
    json_object_set_new(json, "mapped", json_boolean(stream->ram->mapped));
    json_object_set_new(json, "blocks", blocks);
    if (stream->walked) {
        json_object_set_new(json, "pages_normal",
                            unsigned_json(stream->pages_normal));
        json_object_set_new(json, "pages_zero",
                            unsigned_json(stream->pages_zero));
        json_object_set_new(json, "pages_xbzrle",
                            unsigned_json(stream->pages_xbzrle));
        json_object_set_new(json, "pages_compressed",
                            unsigned_json(stream->pages_compressed));
    }
    return json;
}

static json_t *
sections_json(QevmStream *stream, GPtrArray *records)
{
    const QevmJsonRender render = { 0 };
    json_t *list = json_array();

    for (guint i = 0; i < records->len; i++) {
        /* Depth 0 reads nothing, so it cannot fail. */
        json_array_append_new(
            list, qevm_render_json_record(&render, stream,
                                          g_ptr_array_index(records, i), NULL));
    }
    return list;
}

static json_t *
notes_json(const QevmStream *stream)
{
    json_t *list = json_array();

    for (guint i = 0; i < stream->notes->len; i++) {
        json_array_append_new(
            list, qevm_render_json_text(g_ptr_array_index(stream->notes, i)));
    }
    return list;
}

static void
print_json(QevmCli *cli, const char *file, const QevmContainer *container,
           QevmStream *stream)
{
    g_auto(QevmFacts) facts = { 0 };
    guint64 size = qevm_source_size(stream->source);
    json_t *json = json_object();

    qevm_facts_of(&facts, stream);
    json_object_set_new(json, "file", qevm_render_json_text(file));
    json_object_set_new(
        json, "size", size == G_MAXUINT64 ? json_null() : unsigned_json(size));
    json_object_set_new(json, "container",
                        qevm_render_container_json(container));
    json_object_set_new(json, "machine",
                        stream->machine ? qevm_render_json_text(stream->machine)
                                        : json_null());
    json_object_set_new(json, "writer", writer_json(stream));
    json_object_set_new(json, "page_size", unsigned_json(stream->page_size));
    json_object_set_new(json, "page_size_exact",
                        json_boolean(stream->page_size_exact));
    json_object_set_new(json, "footers", json_boolean(stream->footers));
    json_object_set_new(json, "walked", json_boolean(stream->walked));
    json_object_set_new(json, "ram", ram_json(stream));
    json_object_set_new(json, "iterative", sections_json(stream, facts.starts));
    json_object_set_new(json, "commands",
                        sections_json(stream, facts.commands));
    json_object_set_new(json, "sections", sections_json(stream, facts.devices));
    json_object_set_new(json, "vmdesc", json_boolean(stream->vmdesc != NULL));
    json_object_set_new(json, "notes", notes_json(stream));
    if (stream->error) {
        json_object_set_new(json, "error",
                            qevm_render_json_text(stream->error->message));
    }
    qevm_render_json_print(cli->out, json);
    qevm_print(cli->out, "\n");
    json_decref(json);
}

/* An image with many snapshots, of which none was named. */
static void
print_list(QevmCli *cli, const char *file, const QevmContainer *container)
{
    json_t *json;

    if (!cli->options.json) {
        g_autoptr(GPtrArray) rows = qevm_info_new();

        qevm_print_styled(cli->out, QEVM_STYLE_NAME, "%s", file);
        qevm_print(cli->out, ": snapshots\n");
        qevm_info_container(rows, container);
        print_rows(cli->out, rows);
        return;
    }
    json = json_object();
    json_object_set_new(json, "file", qevm_render_json_text(file));
    json_object_set_new(json, "container",
                        qevm_render_container_json(container));
    qevm_render_json_print(cli->out, json);
    qevm_print(cli->out, "\n");
    json_decref(json);
}

static int
info_file(QevmCli *cli, const char *file)
{
    QevmSource *source;
    g_autoptr(QevmContainer) container =
        qevm_cli_container(cli, file, QEVM_CONTAINER_LIST, &source);
    g_autoptr(QevmStream) stream = NULL;

    if (container && !source) {
        print_list(cli, file, container);
        return QEVM_EXIT_OK;
    }
    stream = container ? qevm_cli_parse(cli, file, source,
                                        cli->options.walk ? QEVM_OPEN_WALK : 0)
                       : NULL;
    if (!stream) {
        return QEVM_EXIT_INPUT;
    }
    if (cli->options.json) {
        print_json(cli, file, container, stream);
    } else {
        print_text(cli, file, container, stream);
    }
    return qevm_cli_stream_error(cli, file, stream);
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    int code = QEVM_EXIT_OK;

    for (int i = 0; i < argc; i++) {
        code = qevm_cli_worse(code, info_file(cli, argv[i]));
    }
    return code;
}

const QevmCommand qevm_command_info = {
    .name = "info",
    .args = "FILE...",
    .summary = "tell what a stream is, on one screen",
    .details =
        "Prints the machine, which QEMU may have written the stream and "
        "what tells so, RAM blocks, the largest device sections and what "
        "is odd. RAM pages are not read unless --walk is given.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
