/* cmd-ram-diff.c - qevm ram diff: which pages of two streams differ. */
#include "cli/ram-commands.h"
#include "cli/ram.h"
#include "cli/render.h"

#include <string.h>

#define CHUNK (1024 * 1024)
#define SOME_RANGES 10

static const QevmOption options[] = {
    { "all", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, all), NULL,
      "print all ranges" },
    { "quiet", 'q', G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quiet),
      NULL, "print nothing" },
    QEVM_OPTION_JSON,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_END,
};

typedef struct {
    const char *name;
    QevmRamRead read;
    QevmRamFile file;
    guint8 *buf; /* CHUNK */
} Side;

typedef struct {
    QevmCli *cli;
    Side a, b;
    guint64 page;
    gboolean differ;
    /* of the block at hand */
    const char *idstr;
    guint64 from, to; /* a range that differs; empty: none */
    guint64 ranges, pages;
} Diff;

static void
print_json_line(Diff *d, const char *what, guint64 offset, guint64 size)
{
    json_t *json = json_object();

    json_object_set_new(json, "block", qevm_render_json_text(d->idstr));
    json_object_set_new(json, "what", json_string(what));
    json_object_set_new(json, "offset", json_integer((json_int_t)offset));
    json_object_set_new(json, "size", json_integer((json_int_t)size));
    qevm_render_json_print(d->cli->out, json);
    qevm_print(d->cli->out, "\n");
    json_decref(json);
}

/* What is so of the rest of a block, or all of it, on one side. */
static void
report_only(Diff *d, gboolean a, guint64 offset, guint64 size)
{
    g_autofree char *name = qevm_path_quote(d->idstr);

    d->differ = TRUE;
    if (d->cli->options.quiet) {
        return;
    }
    if (d->cli->options.json) {
        print_json_line(d, a ? "only-a" : "only-b", offset, size);
        return;
    }
    qevm_print_styled(d->cli->out, a ? QEVM_STYLE_REMOVED : QEVM_STYLE_ADDED,
                      "%s %s", a ? "-" : "+", name);
    qevm_print_format(d->cli->out,
                      ": 0x%" G_GINT64_MODIFIER "x to 0x%" G_GINT64_MODIFIER
                      "x\n",
                      offset, offset + size - 1);
}

static void
end_range(Diff *d)
{
    g_autofree char *name = qevm_path_quote(d->idstr);
    guint64 size = d->to - d->from;

    if (size == 0) {
        return;
    }
    d->differ = TRUE;
    d->ranges++;
    d->pages += (size + d->page - 1) / d->page;
    if (d->cli->options.json && !d->cli->options.quiet) {
        print_json_line(d, "differs", d->from, size);
    } else if (!d->cli->options.quiet &&
               (d->cli->options.all || d->ranges <= SOME_RANGES)) {
        qevm_print_format(d->cli->out,
                          "  %s: 0x%" G_GINT64_MODIFIER
                          "x to 0x%" G_GINT64_MODIFIER "x\n",
                          name, d->from, d->to - 1);
    }
    d->from = d->to = 0;
}

static void
add_page(Diff *d, guint64 offset, guint64 size)
{
    if (d->to != offset || d->to == d->from) {
        end_range(d);
        d->from = offset;
    }
    d->to = offset + size;
}

/* Of n bytes from `offset` on, which pages differ. */
static void
compare_chunk(Diff *d, guint64 offset, gsize n)
{
    if (memcmp(d->a.buf, d->b.buf, n) == 0) {
        return;
    }
    for (gsize i = 0; i < n; i += (gsize)d->page) {
        gsize size = MIN((gsize)d->page, n - i);

        if (memcmp(d->a.buf + i, d->b.buf + i, size) != 0) {
            add_page(d, offset + i, size);
        }
    }
}

/* Where neither side has anything but zeros is not read. */
static gboolean
compare_common(Diff *d, guint block_a, guint block_b, guint64 size,
               GError **error)
{
    guint64 at = 0;

    while (at < size && !(d->cli->options.quiet && d->differ)) {
        guint64 data_a = qevm_ram_file_data(&d->a.file, block_a, at, size);
        guint64 data_b = qevm_ram_file_data(&d->b.file, block_b, at, size);
        guint64 data = MIN(data_a, data_b);
        gsize n;

        at = data - data % d->page;
        if (data == size) {
            break;
        }
        n = (gsize)MIN(size - at, (guint64)CHUNK);
        if (!qevm_ram_file_read(&d->a.file, block_a, at, n, d->a.buf, error) ||
            !qevm_ram_file_read(&d->b.file, block_b, at, n, d->b.buf, error)) {
            return FALSE;
        }
        compare_chunk(d, at, n);
        at += n;
    }
    end_range(d);
    return TRUE;
}

static void
print_sum(Diff *d, guint64 size)
{
    g_autofree char *name = qevm_path_quote(d->idstr);

    if (!d->pages || d->cli->options.quiet || d->cli->options.json) {
        return;
    }
    if (!d->cli->options.all && d->ranges > SOME_RANGES) {
        qevm_print_format(d->cli->out, "  ... %" G_GUINT64_FORMAT " more\n",
                          d->ranges - SOME_RANGES);
    }
    qevm_print_styled(d->cli->out, QEVM_STYLE_NAME, "%s", name);
    qevm_print_format(d->cli->out,
                      ": %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                      " pages differ\n",
                      d->pages, (size + d->page - 1) / d->page);
}

static gboolean
compare_block(Diff *d, guint block_a, GError **error)
{
    const QevmRamBlock *a = qevm_ram_block_at(d->a.read.stream, block_a);
    const QevmRamBlock *b = qevm_ram_find(d->b.read.stream->ram, a->idstr);
    guint64 both, len_a = a->used_length, len_b = b ? b->used_length : 0;
    guint block_b = 0;

    d->idstr = a->idstr;
    d->ranges = d->pages = 0;
    if (b && !qevm_ram_block(d->b.read.stream, a->idstr, &block_b, error)) {
        return FALSE;
    }
    both = MIN(len_a, len_b);
    if (!compare_common(d, block_a, block_b, both, error)) {
        return FALSE;
    }
    print_sum(d, both);
    if (len_a != len_b) {
        report_only(d, len_a > len_b, both, MAX(len_a, len_b) - both);
    }
    return TRUE;
}

static gboolean
compare(Diff *d, GError **error)
{
    const QevmStream *a = d->a.read.stream, *b = d->b.read.stream;
    gsize page_a = d->a.read.count->page_size;
    gsize page_b = d->b.read.count->page_size;

    d->page = MAX(page_a, page_b);
    d->page = d->page ? d->page : 4096;
    for (guint i = 0; i < a->ram->blocks->len; i++) {
        if (!compare_block(d, i, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < b->ram->blocks->len; i++) {
        const QevmRamBlock *block = qevm_ram_block_at(b, i);

        if (!qevm_ram_find(a->ram, block->idstr)) {
            d->idstr = block->idstr;
            report_only(d, FALSE, 0, block->used_length);
        }
    }
    return TRUE;
}

static int
open_side(QevmCli *cli, Side *side)
{
    int code = qevm_ram_read(cli, side->name, qevm_ram_place_all, &side->file,
                             &side->read);

    if (code == QEVM_EXIT_OK) {
        side->buf = g_malloc(CHUNK);
        qevm_ram_say_lacks(side->name, &side->read);
    }
    return code;
}

static void
close_side(Side *side)
{
    qevm_ram_read_clear(&side->read);
    qevm_ram_file_clear(&side->file);
    g_free(side->buf);
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    Diff d = { .cli = cli,
               .a = { .name = argv[0], .file = QEVM_RAM_FILE_INIT },
               .b = { .name = argv[1], .file = QEVM_RAM_FILE_INIT } };
    g_autoptr(GError) error = NULL;
    int code = open_side(cli, &d.a);

    (void)argc;
    if (code == QEVM_EXIT_OK) {
        code = open_side(cli, &d.b);
    }
    if (code == QEVM_EXIT_OK && !compare(&d, &error)) {
        code = qevm_cli_fail_output(cli, argv[0], error);
    } else if (code == QEVM_EXIT_OK) {
        code = d.differ ? QEVM_EXIT_FINDINGS : QEVM_EXIT_OK;
        code = qevm_cli_worse(
            code, qevm_cli_stream_error(cli, argv[0], d.a.read.stream));
        code = qevm_cli_worse(
            code, qevm_cli_stream_error(cli, argv[1], d.b.read.stream));
    }
    close_side(&d.a);
    close_side(&d.b);
    return code;
}

const QevmCommand qevm_command_ram_diff = {
    .name = "ram diff",
    .args = "A B",
    .summary = "tell which pages differ between two streams",
    .details =
        "Compares the contents of blocks of the same name, and prints the "
        "ranges in which pages differ, ten of each block unless --all asks for "
        "all of them. Lines with - and + are what only A or B has.",
    .options = options,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
