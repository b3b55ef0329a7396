/* cmd-ram-list.c - qevm ram list: the blocks, and what there is of their pages.
 */
#include "cli/ram-commands.h"
#include "cli/ram.h"
#include "cli/render.h"

#include <string.h>

#define NAME_MAX_WIDTH 40

static const QevmOption options[] = {
    QEVM_OPTION_JSON,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_END,
};

/* ---- text ---- */

static int
name_width(const QevmRamRead *read)
{
    gsize width = strlen("block");

    for (guint i = 0; i < read->stream->ram->blocks->len; i++) {
        g_autofree char *name =
            qevm_path_quote(qevm_ram_block_at(read->stream, i)->idstr);
        gsize len = strlen(name);

        width = MAX(width, len);
    }
    return (int)MIN(width, NAME_MAX_WIDTH);
}

/* "-" where it was not counted. */
static void
print_counted(QevmPrint *out, gboolean known, guint64 value)
{
    g_autofree char *text =
        known ? g_strdup_printf("%" G_GUINT64_FORMAT, value) : g_strdup("-");

    qevm_print_format(out, " %8s", text);
}

static void
print_block(QevmPrint *out, const QevmRamRead *read, guint i, int width)
{
    const QevmRamBlock *b = qevm_ram_block_at(read->stream, i);
    const QevmBlockPages *p = &read->count->blocks[i];
    gboolean exact = read->count->exact;
    g_autofree char *name = qevm_path_quote(b->idstr);

    qevm_print(out, "  ");
    qevm_print_styled(out, QEVM_STYLE_NAME, "%-*s", width, name);
    qevm_print_format(out, " %12" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT,
                      b->used_length, p->pages);
    for (guint k = 0; k < QEVM_PAGE_KINDS; k++) {
        print_counted(out, TRUE, p->records[k]);
    }
    print_counted(out, exact, p->again);
    print_counted(out, exact, p->pages - p->sent);
    qevm_print(out, "\n");
}

static void
print_text(QevmPrint *out, const char *file, const QevmRamRead *read)
{
    const QevmRam *ram = read->stream->ram;
    g_autofree char *total =
        g_format_size_full(ram->total, G_FORMAT_SIZE_IEC_UNITS);
    const char *elsewhere = qevm_ram_elsewhere(read);
    int width = name_width(read);

    qevm_print_styled(out, QEVM_STYLE_NAME, "%s", file);
    qevm_print_format(
        out, ": %u block%s, %s, pages of %" G_GSIZE_FORMAT " bytes%s%s%s\n",
        ram->blocks->len, ram->blocks->len == 1 ? "" : "s", total,
        read->count->page_size, ram->mapped ? ", mapped-ram" : "",
        elsewhere ? ": " : "", elsewhere ? elsewhere : "");
    qevm_print_styled(out, QEVM_STYLE_DIM,
                      "  %-*s %12s %8s %8s %8s %8s %8s %8s %8s", width, "block",
                      "bytes", "pages", "zero", "full", "xbzrle", "zlib",
                      "again", "never");
    qevm_print(out, "\n");
    for (guint i = 0; i < ram->blocks->len; i++) {
        print_block(out, read, i, width);
    }
}

/* ---- JSON ---- */

static json_t *
integer(guint64 value)
{
    return json_integer((json_int_t)value);
}

static json_t *
block_json(const QevmRamRead *read, guint i)
{
    const QevmRamBlock *b = qevm_ram_block_at(read->stream, i);
    const QevmBlockPages *p = &read->count->blocks[i];
    gboolean exact = read->count->exact;
    json_t *json = json_object();

    json_object_set_new(json, "idstr", qevm_render_json_text(b->idstr));
    json_object_set_new(json, "used_length", integer(b->used_length));
    json_object_set_new(json, "pages", integer(p->pages));
    json_object_set_new(json, "zero", integer(p->records[QEVM_PAGE_ZERO]));
    json_object_set_new(json, "full", integer(p->records[QEVM_PAGE_FULL]));
    json_object_set_new(json, "xbzrle", integer(p->records[QEVM_PAGE_XBZRLE]));
    json_object_set_new(json, "compressed",
                        integer(p->records[QEVM_PAGE_COMPRESSED]));
    json_object_set_new(json, "again", exact ? integer(p->again) : json_null());
    json_object_set_new(json, "never",
                        exact ? integer(p->pages - p->sent) : json_null());
    return json;
}

static void
print_json(QevmPrint *out, const char *file, const QevmRamRead *read)
{
    const QevmStream *s = read->stream;
    json_t *json = json_object(), *blocks = json_array();

    json_object_set_new(json, "file", qevm_render_json_text(file));
    json_object_set_new(json, "page_size", integer(read->count->page_size));
    json_object_set_new(json, "total", integer(s->ram->total));
    json_object_set_new(json, "mapped", json_boolean(s->ram->mapped));
    json_object_set_new(json, "multifd", json_boolean(s->multifd));
    for (guint i = 0; i < s->ram->blocks->len; i++) {
        json_array_append_new(blocks, block_json(read, i));
    }
    json_object_set_new(json, "blocks", blocks);
    qevm_render_json_print(out, json);
    qevm_print(out, "\n");
    json_decref(json);
}

/* ---- the command ---- */

static int
list_file(QevmCli *cli, const char *file)
{
    g_auto(QevmRamRead) read = { 0 };
    int code = qevm_ram_read(cli, file, NULL, NULL, &read);

    if (code != QEVM_EXIT_OK) {
        return code;
    }
    if (cli->options.json) {
        print_json(cli->out, file, &read);
    } else {
        print_text(cli->out, file, &read);
    }
    return qevm_cli_stream_error(cli, file, read.stream);
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    int code = QEVM_EXIT_OK;

    for (int i = 0; i < argc; i++) {
        code = qevm_cli_worse(code, list_file(cli, argv[i]));
    }
    return code;
}

const QevmCommand qevm_command_ram_list = {
    .name = "ram list",
    .args = "FILE...",
    .summary = "list the blocks, and what there is of their pages",
    .details =
        "Prints the length of each block, how many page records of each kind "
        "there are: zero, full, xbzrle (what changed of the page) and zlib "
        "(compressed); and how many of its pages were sent again, that is more "
        "than once, and never. In a mapped-ram file, pages are full or zero.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
