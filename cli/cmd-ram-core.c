/* cmd-ram-core.c - qevm ram core: physical memory and registers as an ELF core.
 */
#include "cli/core.h"
#include "cli/ram-commands.h"
#include "cli/ram.h"

#include <stdio.h>

static const QevmOption options[] = {
    QEVM_OPTION_LAYOUT,        QEVM_OPTION_OUTPUT, QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_DESCRIBE_WITH, QEVM_OPTION_SCHEMA, QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_OFFSET,        QEVM_OPTION_END,
};

typedef struct {
    QevmCli *cli;
    const char *file;
    QevmOutput *out;   /* owned */
    GArray *layout;    /* owned; NULL: not known yet */
    GBytes *head;      /* owned */
    QevmRamFile spool; /* where blocks go first if they cannot go to `out` */
} Core;

static void
core_clear(Core *c)
{
    qevm_output_free(c->out);
    g_clear_pointer(&c->layout, g_array_unref);
    g_clear_pointer(&c->head, g_bytes_unref);
    qevm_ram_file_clear(&c->spool);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Core, core_clear)

static gboolean
know(Core *c, QevmStream *stream, GError **error)
{
    c->layout = qevm_memory_map_of(stream, c->cli->options.layout, error);
    c->head = c->layout ? qevm_core_head(stream, c->layout, error) : NULL;
    return c->head != NULL;
}

/* Of a file, all is known by now, and pages go where they belong at once. In a
 * pipe the registers are still to come. */
static gboolean
place(const QevmRamRead *read, QevmStream *stream, gpointer user,
      GError **error)
{
    Core *c = user;
    guint64 at;

    c->out = qevm_ram_output(read, c->cli->options.output, error);
    if (!c->out) {
        return FALSE;
    }
    if (!qevm_source_seekable(stream->source)) {
        return qevm_ram_place_all(read, stream, &c->spool, error);
    }
    if (!know(c, stream, error) || !qevm_pages_fit(stream->ram, error)) {
        return FALSE;
    }
    if (!qevm_output_sparse(c->out)) {
        return qevm_ram_place_all(read, stream, &c->spool, error);
    }
    at = g_bytes_get_size(c->head);
    for (guint i = 0; i < c->layout->len; i++) {
        const QevmRamRange *r = &g_array_index(c->layout, QevmRamRange, i);
        QevmPageExtent extent = { r->block, r->offset, r->size,
                                  qevm_output_fd(c->out), at };

        qevm_page_writer_add(read->writer, &extent);
        at = qevm_core_align(at + r->size);
    }
    return TRUE;
}

/* Head and memory, one after the other. */
static gboolean
write_all(const Core *c, GError **error)
{
    int fd = qevm_output_fd(c->out);
    g_autoptr(QevmSource) all = qevm_source_new_pieces("core");
    g_autoptr(QevmSource) memory = NULL;

    qevm_source_add_bytes(all, c->head);
    if (c->spool.fd < 0) {
        return qevm_source_copy(all, 0, qevm_source_size(all), fd, FALSE,
                                error);
    }
    memory = qevm_ram_file_source(&c->spool, error);
    if (!memory) {
        return FALSE;
    }
    for (guint i = 0; i < c->layout->len; i++) {
        const QevmRamRange *r = &g_array_index(c->layout, QevmRamRange, i);

        qevm_source_add_extent(all, memory, c->spool.at[r->block] + r->offset,
                               r->size);
        qevm_source_add_zeros(all, qevm_core_align(r->size) - r->size);
    }
    return qevm_source_copy(all, 0, qevm_source_size(all), fd,
                            qevm_output_sparse(c->out), error);
}

static int
say_lacks(const Core *c, const QevmRamRead *read)
{
    for (guint i = 0; i < c->layout->len; i++) {
        guint block = g_array_index(c->layout, QevmRamRange, i).block;
        g_autofree char *lack = NULL;
        g_autoptr(GError) error = NULL;

        if (qevm_ram_lack(read, block, &lack) == QEVM_RAM_LACKS_ALL) {
            g_set_error_literal(&error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                                lack);
            return qevm_cli_fail(c->cli, c->file, error, QEVM_EXIT_INPUT);
        }
        if (lack) {
            fprintf(stderr, "qevm: %s: %s\n", c->file, lack);
        }
    }
    return QEVM_EXIT_OK;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_auto(QevmRamRead) read = { 0 };
    g_auto(Core)
        c = { .cli = cli, .file = argv[0], .spool = QEVM_RAM_FILE_INIT };
    g_autoptr(GError) error = NULL;
    int code;

    (void)argc;
    if (!cli->options.output) {
        return qevm_cli_usage(cli, "needs -o OUT");
    }

    code = qevm_ram_read(cli, c.file, place, &c, &read);
    if (code != QEVM_EXIT_OK) {
        return code;
    }
    if (!c.layout && !know(&c, read.stream, &error)) {
        return qevm_cli_fail_output(cli, c.file, error);
    }
    code = say_lacks(&c, &read);
    if (code != QEVM_EXIT_OK) {
        return code;
    }
    return write_all(&c, &error) &&
                   qevm_output_commit(c.out, !cli->options.no_sync, &error)
               ? qevm_cli_stream_error(cli, c.file, read.stream)
               : qevm_cli_fail_output(cli, c.file, error);
}

const QevmCommand qevm_command_ram_core = {
    .name = "ram core",
    .args = "FILE",
    .summary = "write an ELF core for gdb, crash and volatility3",
    .details =
        "Writes physical memory, at the addresses where the guest sees it, and "
        "the registers of the CPUs to OUT, as QEMU's dump-guest-memory does. "
        "x86, 64-bit Arm, Power, s390x and RISC-V are known.\n"
        "\n"
        "Which block is where depends on the machine type; of those that are "
        "not known, --layout says it.",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
