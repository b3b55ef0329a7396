/* cmd-container.c - qevm container: the stream out of its container, another
 * one in its place, and libvirt's XML.
 */
#include "cli/output.h"
#include "cli/transform.h"

#include <string.h>

/* ---- extract ---- */

/* Pages of mapped-ram are found from the start of the file: where that is
 * another one, what points to them is written anew. */
static gboolean
must_move(QevmSource *source, const char *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmContainer) c = NULL;
    g_autoptr(QevmStream) stream = NULL;
    QevmSource *again;

    if (!qevm_source_seekable(source) || qevm_source_base(source) == 0) {
        return FALSE;
    }
    c = qevm_container_open(file, 0, 0, &again, &error);
    stream = c ? qevm_stream_open(again, 0, NULL, &error) : NULL;
    return stream && stream->ram && stream->ram->mapped;
}

static gboolean
copy_out(QevmCli *cli, const QevmContainer *c, QevmSource *source,
         GError **error)
{
    const char *const inputs[] = { c->path, NULL };
    const QevmOptions *o = &cli->options;
    g_autoptr(QevmOutput) output = qevm_output_open(o->output, inputs, error);
    g_autoptr(QevmWrap) wrap = output ? qevm_wrap_new(c, o, error) : NULL;

    return wrap &&
           qevm_wrap_begin(wrap, qevm_output_fd(output),
                           qevm_output_sparse(output), error) &&
           qevm_source_copy_all(source, qevm_wrap_fd(wrap),
                                qevm_wrap_sparse(wrap), error) &&
           qevm_wrap_end(wrap, error) &&
           qevm_output_commit(output, !o->no_sync, error);
}

static int
output_failed(QevmCli *cli, const char *file, const GError *error)
{
    return qevm_cli_fail(
        cli, file, error,
        g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_INVAL)
            ? QEVM_EXIT_USAGE
            : QEVM_EXIT_SYSTEM);
}

static const QevmOption extract_options[] = {
    QEVM_OPTION_OUTPUT,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_END,
};

static int
run_extract(QevmCli *cli, int argc, char **argv)
{
    const QevmTransform transform = { .file = argv[0] };
    g_autoptr(GError) error = NULL;
    QevmSource *opened;
    g_autoptr(QevmContainer) c = qevm_cli_container(cli, argv[0], 0, &opened);
    g_autoptr(QevmSource) source = c ? opened : NULL;

    (void)argc;
    if (!c) {
        return QEVM_EXIT_INPUT;
    }
    if (!cli->options.output) {
        return qevm_cli_usage(cli, "needs -o OUT");
    }
    cli->options.bare = TRUE;
    if (must_move(source, argv[0])) {
        return qevm_transform_run(cli, &transform);
    }
    return copy_out(cli, c, source, &error)
               ? QEVM_EXIT_OK
               : output_failed(cli, argv[0], error);
}

static const QevmCommand container_extract = {
    .name = "container extract",
    .args = "FILE",
    .summary = "write the stream alone",
    .details = "Writes the stream in FILE to OUT, as it is.",
    .options = extract_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_extract,
};

/* ---- replace ---- */

static const QevmOption replace_options[] = {
    QEVM_OPTION_OUTPUT, QEVM_OPTION_COMPRESS, QEVM_OPTION_AS,
    QEVM_OPTION_ALSO,   QEVM_OPTION_NO_SYNC,  QEVM_OPTION_END,
};

static int
run_replace(QevmCli *cli, int argc, char **argv)
{
    const QevmTransform transform = { .file = argv[1], .into = argv[0] };

    (void)argc;
    return qevm_transform_run(cli, &transform);
}

static const QevmCommand container_replace = {
    .name = "container replace",
    .args = "FILE STREAM",
    .summary = "put another stream in",
    .details =
        "Writes FILE to OUT with STREAM in the place of the stream in it. The "
        "machine in a libvirt save image becomes that of STREAM.",
    .options = replace_options,
    .min_args = 2,
    .max_args = 2,
    .run = run_replace,
};

/* ---- xml ---- */

static const QevmOption xml_options[] = {
    { "set", 0, G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET(QevmOptions, set), "XML",
      "put this file in" },
    QEVM_OPTION_OUTPUT,
    QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_END,
};

static int
print_xml(QevmCli *cli, const char *file)
{
    QevmSource *opened;
    g_autoptr(QevmContainer) c = qevm_cli_container(cli, file, 0, &opened);
    g_autoptr(QevmSource) source = c ? opened : NULL;
    g_autoptr(GError) error = NULL;
    const QevmLayer *layer;

    if (!c) {
        return QEVM_EXIT_INPUT;
    }
    layer = qevm_container_layer(c, QEVM_LAYER_LIBVIRT);
    if (!layer) {
        error = g_error_new(QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                            "not a libvirt save image: it has no XML");
        return qevm_cli_fail(cli, file, error, QEVM_EXIT_INPUT);
    }
    qevm_print(cli->out, layer->libvirt->xml);
    if (!g_str_has_suffix(layer->libvirt->xml, "\n")) {
        qevm_print(cli->out, "\n");
    }
    return QEVM_EXIT_OK;
}

static int
run_xml(QevmCli *cli, int argc, char **argv)
{
    QevmTransform transform = { .file = argv[0] };
    g_autofree char *xml = NULL;
    g_autoptr(GError) error = NULL;

    (void)argc;
    if (!cli->options.set) {
        return print_xml(cli, argv[0]);
    }
    if (!g_file_get_contents(cli->options.set, &xml, NULL, &error)) {
        return qevm_cli_fail(cli, cli->options.set, error, QEVM_EXIT_INPUT);
    }
    transform.xml = xml;
    return qevm_transform_run(cli, &transform);
}

static const QevmCommand container_xml = {
    .name = "container xml",
    .args = "FILE",
    .summary = "print or change the XML of a libvirt save image",
    .details = "Prints the XML of the domain in a libvirt save image, or "
               "writes the image to OUT with the XML that --set names.",
    .options = xml_options,
    .min_args = 1,
    .max_args = 1,
    .run = run_xml,
};

/* ---- the subcommands ---- */

static const QevmCommand *const subcommands[] = {
    &container_extract,
    &container_replace,
    &container_xml,
    NULL,
};

const QevmCommand qevm_command_container = {
    .name = "container",
    .args = "SUBCOMMAND ...",
    .summary = "take a stream out of a container, or put one in",
    .details =
        "A container is recognised by its content: a libvirt save image, a "
        "qcow2 image (IMAGE#SNAPSHOT names a snapshot in it), a save file of "
        "Xen, or one compressed with gzip, bzip2, xz, zstd, lz4 or lzop.",
    .subcommands = subcommands,
};
