/* cmd-ram-page.c - qevm ram page: one page, as a hex dump. */
#include "cli/memory-map.h"
#include "cli/ram-commands.h"
#include "cli/ram.h"
#include "cli/render.h"

#include <string.h>

#define COLUMNS 16 /* bytes on a line */

static const QevmOption options[] = {
    QEVM_OPTION_LAYOUT, QEVM_OPTION_JSON,       QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA, QEVM_OPTION_NO_SCHEMAS, QEVM_OPTION_OFFSET,
    QEVM_OPTION_END,
};

typedef struct {
    QevmCli *cli;
    const char *text;  /* what the user calls it */
    gboolean physical; /* that is a guest-physical address, this one: */
    guint64 address;
    guint block;
    guint64 offset; /* then of the page */
    QevmRamFile file;
} Page;

/* BLOCK:OFFSET; names have colons, too. */
static gboolean
scan_place(Page *p, const QevmStream *stream, GError **error)
{
    const char *colon = strrchr(p->text, ':');
    const char *number = colon ? colon + 1 : "";
    g_autofree char *name = NULL;

    if (!colon || qevm_scan_integer(&number, &p->offset) || *number) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "`%s' is neither a guest-physical address nor "
                    "BLOCK:OFFSET",
                    p->text);
        return FALSE;
    }
    name = g_strndup(p->text, (gsize)(colon - p->text));
    if (!qevm_ram_block(stream, name, &p->block, error)) {
        return FALSE;
    }
    if (p->offset >= qevm_ram_block_at(stream, p->block)->used_length) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "%s has 0x%" G_GINT64_MODIFIER "x bytes", name,
                    qevm_ram_block_at(stream, p->block)->used_length);
        return FALSE;
    }
    return TRUE;
}

static gboolean
find_address(Page *p, const GArray *layout, GError **error)
{
    const QevmRamRange *r =
        layout ? qevm_memory_map_find(layout, p->address) : NULL;

    if (!layout) {
        return FALSE;
    }
    if (!r) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "there is no RAM at 0x%" G_GINT64_MODIFIER "x", p->address);
        return FALSE;
    }
    p->block = r->block;
    p->offset = r->offset + (p->address - r->address);
    return TRUE;
}

static gboolean
locate(Page *p, QevmStream *stream, GError **error)
{
    g_autoptr(GArray) layout = NULL;

    if (!p->physical) {
        return scan_place(p, stream, error);
    }
    layout = qevm_memory_map_of(stream, p->cli->options.layout, error);
    return find_address(p, layout, error);
}

/* All is kept if the address can be looked up only when all went by. */
static gboolean
place(const QevmRamRead *read, QevmStream *stream, gpointer user,
      GError **error)
{
    Page *p = user;

    if (p->physical && !qevm_source_seekable(stream->source)) {
        return qevm_ram_place_all(read, stream, &p->file, error);
    }
    return locate(p, stream, error) &&
           qevm_ram_place_page(read, stream, &p->file, p->block, p->offset,
                               error);
}

/* ---- what it is ---- */

static void
print_line(QevmPrint *out, guint64 address, const guint8 *data, gsize n)
{
    char text[COLUMNS + 1];

    qevm_print_format(out, "%012" G_GINT64_MODIFIER "x ", address);
    for (gsize i = 0; i < COLUMNS; i++) {
        if (i < n) {
            qevm_print_format(out, "%s%02x", i == COLUMNS / 2 ? "  " : " ",
                              data[i]);
        } else {
            qevm_print(out, i == COLUMNS / 2 ? "    " : "   ");
        }
    }
    for (gsize i = 0; i < n; i++) {
        text[i] = g_ascii_isprint(data[i]) ? (char)data[i] : '.';
    }
    text[n] = '\0';
    qevm_print_format(out, "  |%s|\n", text);
}

/* Lines that are like the one before are left out; a star stands for them. */
static void
print_hex(QevmPrint *out, guint64 address, const guint8 *data, gsize size)
{
    gboolean starred = FALSE;

    for (gsize i = 0; i < size; i += COLUMNS) {
        gsize n = MIN(size - i, COLUMNS);

        if (i > 0 && n == COLUMNS &&
            memcmp(data + i, data + i - COLUMNS, COLUMNS) == 0) {
            qevm_print(out, starred ? "" : "*\n");
            starred = TRUE;
            continue;
        }
        starred = FALSE;
        print_line(out, address + i, data + i, n);
    }
}

static void
print_text(const Page *p, const char *name, const guint64 *address,
           const guint8 *data, gsize size)
{
    QevmPrint *out = p->cli->out;

    qevm_print_styled(out, QEVM_STYLE_NAME, "%s:0x%" G_GINT64_MODIFIER "x",
                      name, p->offset);
    if (address) {
        qevm_print_format(out, ", guest-physical 0x%" G_GINT64_MODIFIER "x",
                          *address);
    }
    qevm_print_format(out, ", %" G_GSIZE_FORMAT " bytes\n", size);
    print_hex(out, p->physical && address ? *address : p->offset, data, size);
}

static void
print_json(const Page *p, const char *idstr, const guint64 *address,
           const guint8 *data, gsize size)
{
    json_t *json = json_object();
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    json_object_set_new(json, "block", qevm_render_json_text(idstr));
    json_object_set_new(json, "offset", json_integer((json_int_t)p->offset));
    json_object_set_new(json, "address",
                        address ? json_integer((json_int_t)*address)
                                : json_null());
    qevm_value_set_bytes(&value, QEVM_VALUE_BYTES, data, size);
    json_object_set_new(json, "data", qevm_render_json_value(&value));
    qevm_render_json_print(p->cli->out, json);
    qevm_print(p->cli->out, "\n");
    json_decref(json);
}

static gboolean
print_page(Page *p, const QevmRamRead *read, GError **error)
{
    const QevmRamBlock *b = qevm_ram_block_at(read->stream, p->block);
    g_autofree char *name = qevm_path_quote(b->idstr);
    g_autoptr(GArray) layout =
        qevm_memory_map_of(read->stream, p->cli->options.layout, NULL);
    gsize size = read->count->page_size ? read->count->page_size : 4096;
    g_autofree guint8 *data = g_malloc(QEVM_PAGE_SIZE_MAX);
    guint64 address;
    gboolean seen;

    p->offset -= p->offset % size;
    size = (gsize)MIN(size, b->used_length - p->offset);
    if (!qevm_page_count_sent(read->count, p->block, p->offset)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "this page of %s is not in the stream", name);
        return FALSE;
    }
    if (!qevm_ram_file_read(&p->file, p->block, p->offset, size, data, error)) {
        return FALSE;
    }
    seen = qevm_memory_map_address(layout, p->block, p->offset, &address);
    if (p->cli->options.json) {
        print_json(p, b->idstr, seen ? &address : NULL, data, size);
    } else {
        print_text(p, name, seen ? &address : NULL, data, size);
    }
    return TRUE;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_auto(QevmRamRead) read = { 0 };
    Page p = { .cli = cli, .text = argv[0], .file = QEVM_RAM_FILE_INIT };
    const char *text = argv[0], *file = argv[1];
    g_autoptr(GError) error = NULL;
    int code;

    (void)argc;
    p.physical = !qevm_scan_integer(&text, &p.address) && !*text;
    code = qevm_ram_read(cli, file, place, &p, &read);
    if (code == QEVM_EXIT_OK) {
        gboolean known = !p.physical ||
                         qevm_source_seekable(read.stream->source) ||
                         locate(&p, read.stream, &error);

        code = known && print_page(&p, &read, &error)
                   ? qevm_cli_stream_error(cli, file, read.stream)
                   : qevm_cli_fail_output(cli, file, error);
    }
    qevm_ram_file_clear(&p.file);
    return code;
}

const QevmCommand qevm_command_ram_page = {
    .name = "ram page",
    .args = "ADDRESS FILE",
    .summary = "print a page",
    .details =
        "Prints the page that ADDRESS is in: a guest-physical address, or "
        "BLOCK:OFFSET with a block as \"qevm ram list\" names it. The first "
        "column is what was given, address or offset.",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
