/* cmd-ram-extract.c - qevm ram extract: blocks as files. */
#include "cli/ram-commands.h"
#include "cli/ram.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_NAME_MAX 200 /* of 255 that most file systems have */

static const QevmOption options[] = {
    { "all", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, all), NULL,
      "write all blocks, to a folder" },
    { "dir", 'd', G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET(QevmOptions, dir),
      "DIR", "the folder for --all; made if it is not there" },
    QEVM_OPTION_OUTPUT,
    QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_END,
};

typedef struct {
    QevmCli *cli;
    const char *file;
    const char *name;  /* of the block that is wanted; NULL: all */
    guint block;       /* its number */
    GPtrArray *outs;   /* QevmOutput; of each block, or of the one */
    QevmRamFile spool; /* where a block goes first if its output cannot seek */
} Extract;

static void
output_free(gpointer p)
{
    qevm_output_free(p);
}

static void
extract_clear(Extract *x)
{
    g_ptr_array_unref(x->outs);
    qevm_ram_file_clear(&x->spool);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Extract, extract_clear)

/* ---- one block ---- */

static gboolean
place_one(const QevmRamRead *read, QevmStream *stream, gpointer user,
          GError **error)
{
    Extract *x = user;
    QevmOutput *out = qevm_ram_output(read, x->cli->options.output, error);
    QevmPageExtent extent = { 0 };

    if (!out) {
        return FALSE;
    }
    g_ptr_array_add(x->outs, out);
    if (!qevm_ram_block(stream, x->name, &x->block, error) ||
        !qevm_pages_fit(stream->ram, error)) {
        return FALSE;
    }
    extent.fd = qevm_output_fd(out);
    if (!qevm_output_sparse(out)) {
        x->spool.fd = extent.fd = qevm_output_unnamed(error);
        if (extent.fd < 0) {
            return FALSE;
        }
    }
    extent.block = x->block;
    extent.size = qevm_ram_block_at(stream, x->block)->used_length;
    qevm_page_writer_add(read->writer, &extent);
    return TRUE;
}

static gboolean
commit(const Extract *x, QevmOutput *out, GError **error)
{
    return qevm_output_commit(out, !x->cli->options.no_sync, error);
}

static gboolean
finish_one(Extract *x, const QevmStream *stream, GError **error)
{
    QevmOutput *out = g_ptr_array_index(x->outs, 0);
    guint64 size = qevm_ram_block_at(stream, x->block)->used_length;

    if (x->spool.fd >= 0) {
        g_autoptr(QevmSource) source = qevm_ram_file_source(&x->spool, error);

        if (!source || !qevm_source_copy(source, 0, size, qevm_output_fd(out),
                                         FALSE, error)) {
            return FALSE;
        }
    }
    return commit(x, out, error);
}

static int
extract_one(Extract *x)
{
    g_auto(QevmRamRead) read = { 0 };
    g_autoptr(GError) error = NULL;
    g_autofree char *lack = NULL;
    int code;

    code = qevm_ram_read(x->cli, x->file, place_one, x, &read);
    if (code != QEVM_EXIT_OK) {
        return code;
    }
    if (qevm_ram_lack(&read, x->block, &lack) == QEVM_RAM_LACKS_ALL) {
        g_set_error_literal(&error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED, lack);
        return qevm_cli_fail(x->cli, x->file, error, QEVM_EXIT_INPUT);
    }
    if (lack) {
        fprintf(stderr, "qevm: %s: %s\n", x->file, lack);
    }
    return finish_one(x, read.stream, &error)
               ? qevm_cli_stream_error(x->cli, x->file, read.stream)
               : qevm_cli_fail_output(x->cli, x->file, error);
}

/* ---- all blocks ---- */

/* A file name of a block's name, another one for each: what is no letter, no
 * digit and none of these becomes %XX, and so does a dot in front. A name that
 * gets too long is %block-N, its number, which no other can be. */
static char *
file_name(const char *idstr, guint number)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (const char *c = idstr; *c; c++) {
        if (g_ascii_isalnum(*c) || strchr("_-+@=,:", *c) ||
            (*c == '.' && c > idstr)) {
            g_string_append_c(out, *c);
        } else {
            g_string_append_printf(out, "%%%02X", (guint8)*c);
        }
    }
    return out->len <= FILE_NAME_MAX ? g_strdup(out->str)
                                     : g_strdup_printf("%%block-%u", number);
}

static gboolean
place_each(const QevmRamRead *read, QevmStream *stream, gpointer user,
           GError **error)
{
    Extract *x = user;

    if (!qevm_pages_fit(stream->ram, error)) {
        return FALSE;
    }
    if (mkdir(x->cli->options.dir, 0700) != 0 && errno != EEXIST) {
        return qevm_error_errno(error, errno, "cannot make the folder \"%s\"",
                                x->cli->options.dir);
    }
    for (guint i = 0; i < stream->ram->blocks->len; i++) {
        const QevmRamBlock *b = qevm_ram_block_at(stream, i);
        g_autofree char *name = file_name(b->idstr, i);
        g_autofree char *path =
            g_build_filename(x->cli->options.dir, name, NULL);
        QevmOutput *out = qevm_ram_output(read, path, error);
        QevmPageExtent extent = { .block = i, .size = b->used_length };

        if (!out) {
            return FALSE;
        }
        g_ptr_array_add(x->outs, out);
        if (!qevm_output_sparse(out)) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                        "\"%s\" is no file", path);
            return FALSE;
        }
        extent.fd = qevm_output_fd(out);
        qevm_page_writer_add(read->writer, &extent);
    }
    return TRUE;
}

static int
finish_each(Extract *x, const QevmRamRead *read)
{
    for (guint i = 0; i < x->outs->len; i++) {
        const char *idstr = qevm_ram_block_at(read->stream, i)->idstr;
        g_autofree char *quoted = qevm_path_quote(idstr);
        g_autofree char *name = file_name(idstr, i);
        g_autofree char *lack = NULL;
        g_autoptr(GError) error = NULL;
        QevmRamLack how = qevm_ram_lack(read, i, &lack);

        if (lack) {
            fprintf(stderr, "qevm: %s: %s\n", x->file, lack);
        }
        if (how == QEVM_RAM_LACKS_ALL) {
            continue;
        }
        if (!commit(x, g_ptr_array_index(x->outs, i), &error)) {
            return qevm_cli_fail_output(x->cli, x->file, error);
        }
        qevm_print_format(x->cli->out, "%s: %s/%s\n", quoted,
                          x->cli->options.dir, name);
    }
    return QEVM_EXIT_OK;
}

static int
extract_all(Extract *x)
{
    g_auto(QevmRamRead) read = { 0 };
    int code = qevm_ram_read(x->cli, x->file, place_each, x, &read);

    if (code == QEVM_EXIT_OK) {
        code = finish_each(x, &read);
        code = qevm_cli_worse(
            code, qevm_cli_stream_error(x->cli, x->file, read.stream));
    }
    return code;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    const QevmOptions *o = &cli->options;
    g_auto(Extract) x = { .cli = cli,
                          .outs = g_ptr_array_new_with_free_func(output_free),
                          .spool = QEVM_RAM_FILE_INIT };

    if (o->all && (!o->dir || o->output || argc != 1)) {
        return qevm_cli_usage(cli, "--all needs -d DIR and a file");
    }
    if (!o->all && (!o->output || o->dir || argc != 2)) {
        return qevm_cli_usage(cli, "needs a block, a file and -o OUT");
    }
    x.file = argv[argc - 1];
    if (o->all) {
        return extract_all(&x);
    }
    x.name = argv[0];
    return extract_one(&x);
}

const QevmCommand qevm_command_ram_extract = {
    .name = "ram extract",
    .args = "BLOCK FILE | --all -d DIR FILE",
    .summary = "write blocks to files",
    .details =
        "Writes the contents of a block, as \"qevm ram list\" names it, to "
        "OUT; pages that are zero become holes where the file can have some.\n"
        "\n"
        "With --all, each block goes to a file in DIR. Its name is that of the "
        "block with %XX for each character that a file name should not have; "
        "which is which is printed.",
    .options = options,
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
