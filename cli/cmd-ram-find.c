/* cmd-ram-find.c - qevm ram find: where bytes are in RAM. */
#include "cli/memory-map.h"
#include "cli/ram-commands.h"
#include "cli/ram.h"
#include "cli/render.h"

#include <string.h>

#define CHUNK (1024 * 1024)
#define PATTERN_MAX 65536

static const QevmOption options[] = {
    QEVM_OPTION_LAYOUT, QEVM_OPTION_JSON,       QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA, QEVM_OPTION_NO_SCHEMAS, QEVM_OPTION_OFFSET,
    QEVM_OPTION_END,
};

typedef struct {
    QevmCli *cli;
    const char *file;
    const guint8 *pattern;
    gsize len;
    QevmRamFile ram;
    GArray *layout; /* owned; NULL: not known */
    guint8 *buf;    /* CHUNK */
    guint64 found;
} Find;

static void
report(Find *f, const char *idstr, guint block, guint64 offset)
{
    QevmPrint *out = f->cli->out;
    guint64 address;
    gboolean seen = qevm_memory_map_address(f->layout, block, offset, &address);

    f->found++;
    if (f->cli->options.json) {
        json_t *json = json_object();

        json_object_set_new(json, "file", qevm_render_json_text(f->file));
        json_object_set_new(json, "block", qevm_render_json_text(idstr));
        json_object_set_new(json, "offset", json_integer((json_int_t)offset));
        json_object_set_new(json, "address",
                            seen ? json_integer((json_int_t)address)
                                 : json_null());
        qevm_render_json_print(out, json);
        json_decref(json);
    } else {
        g_autofree char *name = qevm_path_quote(idstr);

        qevm_print_styled(out, QEVM_STYLE_NAME, "%s:0x%" G_GINT64_MODIFIER "x",
                          name, offset);
        if (seen) {
            qevm_print_format(out, ", guest-physical 0x%" G_GINT64_MODIFIER "x",
                              address);
        }
    }
    qevm_print(out, "\n");
}

/* What is not all zeros can begin at most its length before the data. */
static gboolean
search_block(Find *f, const QevmRamBlock *b, guint block, GError **error)
{
    guint64 at = 0, size = b->used_length;

    while (size - at >= f->len && !qevm_print_broken(f->cli->out)) {
        guint64 data = qevm_ram_file_data(&f->ram, block, at, size);
        const guint8 *p = f->buf, *end;
        gsize n;

        if (data == size) {
            break;
        }
        if (data - at >= f->len) {
            at = data - (f->len - 1);
        }
        n = (gsize)MIN(size - at, (guint64)CHUNK);
        if (!qevm_ram_file_read(&f->ram, block, at, n, f->buf, error)) {
            return FALSE;
        }
        end = f->buf + n;
        while ((p = memmem(p, (gsize)(end - p), f->pattern, f->len))) {
            report(f, b->idstr, block, at + (guint64)(p - f->buf));
            p++;
        }
        at += MAX(n, f->len) - (f->len - 1);
    }
    return TRUE;
}

static gboolean
search(Find *f, QevmRamRead *read, GError **error)
{
    const QevmRam *ram = read->stream->ram;
    char **maps = f->cli->options.layout;

    /* Without, it is only not said where the guest sees what was found. */
    f->layout = qevm_memory_map_of(read->stream, maps, maps ? error : NULL);
    if (maps && !f->layout) {
        return FALSE;
    }
    for (guint i = 0; i < ram->blocks->len; i++) {
        if (!search_block(f, qevm_ram_block_at(read->stream, i), i, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static int
find_in(QevmCli *cli, const char *file, GBytes *pattern)
{
    g_auto(QevmRamRead) read = { 0 };
    Find f = { .cli = cli, .file = file, .ram = QEVM_RAM_FILE_INIT };
    g_autoptr(GError) error = NULL;
    int code = qevm_ram_read(cli, file, qevm_ram_place_all, &f.ram, &read);

    if (code == QEVM_EXIT_OK) {
        f.pattern = g_bytes_get_data(pattern, &f.len);
        f.buf = g_malloc(CHUNK);
        qevm_ram_say_lacks(file, &read);
        if (!search(&f, &read, &error)) {
            code = qevm_cli_fail_output(cli, file, error);
        } else {
            code = qevm_cli_stream_error(cli, file, read.stream);
            code = qevm_cli_worse(code,
                                  f.found ? QEVM_EXIT_OK : QEVM_EXIT_FINDINGS);
        }
    }
    g_free(f.buf);
    g_clear_pointer(&f.layout, g_array_unref);
    qevm_ram_file_clear(&f.ram);
    return code;
}

/* hex:.. and "text" as values are written; anything else is text as it is. */
static GBytes *
scan_pattern(const char *text, GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!g_str_has_prefix(text, "hex:") && text[0] != '"') {
        return g_bytes_new(text, strlen(text));
    }
    return qevm_value_parse(text, &value, error) ? g_bytes_ref(value.bytes)
                                                 : NULL;
}

static gboolean
all_zeros(const guint8 *p, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        if (p[i] != 0) {
            return FALSE;
        }
    }
    return TRUE;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) pattern = scan_pattern(argv[0], &error);
    gsize n = 0;
    const guint8 *p = pattern ? g_bytes_get_data(pattern, &n) : NULL;
    int code = QEVM_EXIT_OK;

    if (!pattern) {
        return qevm_cli_usage(cli, "%s", error->message);
    }
    if (n > PATTERN_MAX || all_zeros(p, n)) {
        return qevm_cli_usage(cli, n ? n > PATTERN_MAX
                                           ? "more than 64 KiB to look for"
                                           : "zeros are everywhere"
                                     : "nothing to look for");
    }
    for (int i = 1; i < argc; i++) {
        code = qevm_cli_worse(code, find_in(cli, argv[i], pattern));
    }
    return code;
}

const QevmCommand qevm_command_ram_find = {
    .name = "ram find",
    .args = "BYTES FILE...",
    .summary = "tell where bytes are",
    .details =
        "Prints each place where BYTES are, as BLOCK:OFFSET and, if that is "
        "known, the guest-physical address. BYTES are hex:0a0b.., \"text\" "
        "with \\xNN in it, or text as it is; they may go on from one page to "
        "the next. The exit code is 1 if they are nowhere.",
    .options = options,
    .min_args = 2,
    .max_args = -1,
    .run = run,
};
