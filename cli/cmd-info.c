/* cmd-info.c - qevm info: what a stream is, on one screen. */
#include "cli/container.h"
#include "cli/render.h"
#include "rewrite/evidence.h"

#include <stdlib.h>
#include <string.h>

#define SOME_BLOCKS 12
#define SOME_SECTIONS 8

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

/* What the records add up to. */
typedef struct {
    GPtrArray *devices; /* QevmRecord, FULL; borrowed */
    GPtrArray *starts;  /* QevmRecord, START; borrowed */
    GPtrArray *commands;
    guint64 device_bytes, live_bytes, trailing_bytes, vmdesc_bytes, parts;
    guint early, resynced, opaque, packaged, lent;
} Facts;

static void
facts_clear(Facts *facts)
{
    g_ptr_array_unref(facts->devices);
    g_ptr_array_unref(facts->starts);
    g_ptr_array_unref(facts->commands);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Facts, facts_clear)

static void
add_device(Facts *facts, QevmRecord *r)
{
    g_ptr_array_add(facts->devices, r);
    facts->device_bytes += r->size;
    facts->early += !!r->early;
    facts->resynced += r->resynced && r->footer;
    facts->lent += r->lent != NULL;
    facts->opaque += !!r->opaque;
    facts->packaged += !!r->packaged;
}

static void
collect(Facts *facts, const QevmStream *stream)
{
    facts->devices = g_ptr_array_new();
    facts->starts = g_ptr_array_new();
    facts->commands = g_ptr_array_new();
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        switch (r->type) {
        case QEVM_RECORD_FULL:
            add_device(facts, r);
            break;
        case QEVM_RECORD_START:
            g_ptr_array_add(facts->starts, r);
            break;
        case QEVM_RECORD_COMMAND:
            g_ptr_array_add(facts->commands, r);
            break;
        case QEVM_RECORD_LIVE:
        case QEVM_RECORD_END:
            facts->live_bytes += r->size;
            break;
        case QEVM_RECORD_PARTS:
            facts->live_bytes += r->size;
            facts->parts += r->count;
            break;
        case QEVM_RECORD_VMDESC:
            facts->vmdesc_bytes = r->size;
            break;
        case QEVM_RECORD_TRAILING:
            facts->trailing_bytes = r->size;
            break;
        default:
            break;
        }
    }
}

static const char *
command_name(const QevmRecord *r)
{
    const char *name = qevm_command_name(r->command);

    return name ? name : "unknown";
}

/* ---- text ---- */

static char *
human(guint64 size)
{
    return g_format_size_full(size, G_FORMAT_SIZE_IEC_UNITS);
}

/* "131072 (128.0 KiB)": exact first, since that is what must match. */
static char *
exact(guint64 size)
{
    g_autofree char *text = human(size);

    return size < 1024 ? g_strdup_printf("%" G_GUINT64_FORMAT " bytes", size)
                       : g_strdup_printf("%" G_GUINT64_FORMAT " bytes (%s)",
                                         size, text);
}

static void
label(QevmPrint *out, const char *name)
{
    qevm_print_styled(out, QEVM_STYLE_NAME, "  %-11s", name);
}

static void
print_writer(QevmPrint *out, QevmStream *stream)
{
    g_autoptr(QevmWriter) writer = qevm_writer_of(stream);
    g_autofree char *text = qevm_releases_text(writer->from, writer->to);

    label(out, "written by");
    qevm_print_format(out, "%s\n", text);
    for (guint i = 0; i < writer->evidence->len; i++) {
        const QevmEvidence *e =
            &g_array_index(writer->evidence, QevmEvidence, i);

        /* Only what bounds the range. */
        if ((e->from && e->from == writer->from) ||
            (e->to && e->to == writer->to)) {
            qevm_print_styled(out, QEVM_STYLE_DIM, "%13s%s", "", e->because);
            qevm_print(out, "\n");
        }
    }
}

static void
print_ram(QevmPrint *out, const QevmStream *stream, const Facts *facts)
{
    const QevmRam *ram = stream->ram;
    g_autofree char *total = NULL;
    g_autofree char *live = exact(facts->live_bytes);

    label(out, "RAM");
    if (!ram) {
        qevm_print(out, "no ram section\n");
        return;
    }
    total = exact(ram->total);
    qevm_print_format(out, "%u block%s, %s%s\n", ram->blocks->len,
                      ram->blocks->len == 1 ? "" : "s", total,
                      ram->mapped ? ", mapped-ram" : "");
    for (guint i = 0; i < MIN(ram->blocks->len, SOME_BLOCKS); i++) {
        const QevmRamBlock *b = &g_array_index(ram->blocks, QevmRamBlock, i);
        g_autofree char *name = qevm_path_quote(b->idstr);
        g_autofree char *size = exact(b->used_length);

        qevm_print_format(out, "%13s%-36s %s\n", "", name, size);
    }
    if (ram->blocks->len > SOME_BLOCKS) {
        qevm_print_format(out, "%13s... %u more\n", "",
                          ram->blocks->len - SOME_BLOCKS);
    }
    label(out, "pages");
    if (!stream->walked) {
        qevm_print_format(out, "RAM not walked, %s; --walk does\n", live);
        return;
    }
    qevm_print_format(
        out, "%s; %" G_GUINT64_FORMAT " normal, %" G_GUINT64_FORMAT " zero",
        live, stream->pages_normal, stream->pages_zero);
    if (stream->pages_xbzrle) {
        qevm_print_format(out, ", %" G_GUINT64_FORMAT " XBZRLE",
                          stream->pages_xbzrle);
    }
    if (stream->pages_compressed) {
        qevm_print_format(out, ", %" G_GUINT64_FORMAT " compressed",
                          stream->pages_compressed);
    }
    qevm_print(out, "\n");
}

static int
larger_first(gconstpointer a, gconstpointer b)
{
    const QevmRecord *ra = *(QevmRecord *const *)a;
    const QevmRecord *rb = *(QevmRecord *const *)b;

    if (ra->payload_size != rb->payload_size) {
        return ra->payload_size > rb->payload_size ? -1 : 1;
    }
    return ra->offset < rb->offset ? -1 : ra->offset > rb->offset;
}

static void
print_section(QevmPrint *out, const QevmRecord *r, gboolean marks)
{
    g_autofree char *name = qevm_path_quote(r->idstr);

    qevm_print_format(
        out, "%13s%-36s %8u %7u %10" G_GUINT64_FORMAT "%s%s%s\n", "", name,
        r->instance_id, r->version_id, r->payload_size,
        r->early ? " early" : "", marks && r->opaque ? " not described" : "",
        marks && r->resynced && !r->opaque
            ? r->footer ? " end found by footer" : " end found by what follows"
            : "");
}

static void
print_devices(QevmPrint *out, const Facts *facts, gboolean all)
{
    g_autofree char *bytes = exact(facts->device_bytes);
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    guint shown =
        all ? facts->devices->len : MIN(facts->devices->len, SOME_SECTIONS);

    label(out, "devices");
    qevm_print_format(
        out, "%u section%s, %s%s\n", facts->devices->len,
        facts->devices->len == 1 ? "" : "s", bytes,
        shown < facts->devices->len ? "; the largest (--sections: all):" : "");
    if (!shown) {
        return;
    }
    for (guint i = 0; i < facts->devices->len; i++) {
        g_ptr_array_add(devices, g_ptr_array_index(facts->devices, i));
    }
    if (!all) {
        g_ptr_array_sort(devices, larger_first);
    }
    qevm_print_styled(out, QEVM_STYLE_DIM, "%13s%-36s %8s %7s %10s", "",
                      "section", "instance", "version", "bytes");
    qevm_print(out, "\n");
    for (guint i = 0; i < shown; i++) {
        /* What is so of all of them is said once, below. */
        print_section(out, g_ptr_array_index(devices, i),
                      facts->opaque < facts->devices->len);
    }
}

/* Each command once, in the order of the first. */
static void
print_commands(QevmPrint *out, const Facts *facts)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
    gboolean any = FALSE;

    for (guint i = 0; i < facts->commands->len; i++) {
        const QevmRecord *r = g_ptr_array_index(facts->commands, i);
        gpointer key = GUINT_TO_POINTER(r->command);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));

        g_hash_table_insert(counts, key, GUINT_TO_POINTER(n + 1));
    }
    for (guint i = 0; i < facts->commands->len; i++) {
        const QevmRecord *r = g_ptr_array_index(facts->commands, i);
        gpointer key = GUINT_TO_POINTER(r->command);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));

        if (!n) {
            continue;
        }
        if (!any) {
            label(out, "commands");
        }
        qevm_print_format(out, "%s%s", any ? ", " : "", command_name(r));
        if (n > 1) {
            qevm_print_format(out, " (%u)", n);
        }
        g_hash_table_remove(counts, key);
        any = TRUE;
    }
    qevm_print(out, any ? "\n" : "");
}

/* Iterative sections other than ram; commands. */
static void
print_live(QevmPrint *out, const Facts *facts)
{
    gboolean any = FALSE;

    for (guint i = 0; i < facts->starts->len; i++) {
        const QevmRecord *r = g_ptr_array_index(facts->starts, i);
        g_autofree char *name = qevm_path_quote(r->idstr);

        if (strcmp(r->idstr, "ram") == 0) {
            continue;
        }
        if (!any) {
            label(out, "iterative");
        }
        qevm_print_format(out, "%s%s", any ? ", " : "", name);
        any = TRUE;
    }
    qevm_print(out, any ? "\n" : "");
    print_commands(out, facts);
}

static void
print_notes(QevmPrint *out, const QevmStream *stream, const Facts *facts)
{
    const struct {
        guint64 count;
        const char *what;
    } odd[] = {
        { facts->early, "device section(s) before RAM" },
        { facts->packaged, "device section(s) in a postcopy package" },
        { facts->resynced, "section(s) whose end was found by their footer" },
        { facts->opaque, "section(s) that nothing describes" },
        { facts->trailing_bytes, "byte(s) after the end of the stream" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
        if (odd[i].count) {
            label(out, "note");
            qevm_print_format(out, "%" G_GUINT64_FORMAT " %s\n", odd[i].count,
                              odd[i].what);
        }
    }
    for (guint i = 0; i < stream->notes->len; i++) {
        label(out, "note");
        qevm_print_format(out, "%s\n",
                          (char *)g_ptr_array_index(stream->notes, i));
    }
}

static void
print_vmdesc(QevmPrint *out, const QevmStream *stream, const Facts *facts)
{
    label(out, "vmdesc");
    if (stream->vmdesc) {
        g_autofree char *size = exact(facts->vmdesc_bytes);

        qevm_print_format(out, "%s, describes %u devices\n", size,
                          stream->vmdesc->n_devices);
    } else if (stream->vmdesc_error) {
        qevm_print_format(out, "unreadable: %s\n",
                          stream->vmdesc_error->message);
    } else {
        qevm_print(out, facts->lent ? "none: descriptions are borrowed\n"
                                    : "none: devices are not described\n");
    }
}

static void
print_text(QevmCli *cli, const char *file, const QevmContainer *container,
           QevmStream *stream)
{
    QevmPrint *out = cli->out;
    g_auto(Facts) facts = { 0 };
    guint64 size = qevm_source_size(stream->source);
    g_autofree char *bytes = exact(size);
    g_autofree char *machine =
        stream->machine ? qevm_path_quote(stream->machine) : NULL;

    collect(&facts, stream);
    qevm_print_styled(out, QEVM_STYLE_NAME, "%s", file);
    qevm_print_format(out, ": migration stream%s%s\n",
                      size == G_MAXUINT64 ? "" : ", ",
                      size == G_MAXUINT64 ? "" : bytes);
    qevm_render_container(out, container, label);
    label(out, "machine");
    qevm_print_format(
        out, "%s\n", machine ? machine : "not said: there is no configuration");
    print_writer(out, stream);
    label(out, "page size");
    if (stream->page_size) {
        qevm_print_format(out, "%" G_GUINT64_FORMAT "%s\n", stream->page_size,
                          stream->page_size_exact ? "" : " (a guess)");
    } else {
        qevm_print(out, "not known\n");
    }
    label(out, "footers");
    qevm_print(out, stream->footers ? "yes\n" : "no\n");
    print_ram(out, stream, &facts);
    print_live(out, &facts);
    print_devices(out, &facts, cli->options.sections);
    print_vmdesc(out, stream, &facts);
    print_notes(out, stream, &facts);
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
    g_auto(Facts) facts = { 0 };
    guint64 size = qevm_source_size(stream->source);
    json_t *json = json_object();

    collect(&facts, stream);
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
        qevm_print_styled(cli->out, QEVM_STYLE_NAME, "%s", file);
        qevm_print(cli->out, ": snapshots\n");
        qevm_render_container(cli->out, container, label);
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
