/* cmd-report.c - qevm report: a page of HTML about a stream. */
#include <string.h>

#include "cli/check.h"
#include "cli/container.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/redact.h"
#include "cli/report.h"
#include "cli/target.h"
#include "parser/path.h"
#include "rewrite/check.h"

static const QevmOption options[] = {
    QEVM_OPTION_AGAINST,
    { "redact", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, redact),
      NULL, "hide what tells whose guest it is" },
    { "quick", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quick), NULL,
      "do not read RAM, and say what was not looked at" },
    QEVM_OPTION_OUTPUT,
    QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

static void
report_clear(QevmHtmlReport *report)
{
    g_free(report->places);
    g_free(report->uncounted);
    g_free(report->against);
    g_clear_pointer(&report->findings, g_ptr_array_unref);
    g_clear_pointer(&report->count, qevm_page_count_free);
    g_clear_pointer(&report->target, qevm_target_free);
    g_clear_pointer(&report->stream, qevm_stream_free);
    g_clear_pointer(&report->container, qevm_container_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QevmHtmlReport, report_clear)

/* ---- the stream and its pages ---- */

typedef struct {
    QevmHtmlReport *report;
    QevmPageVisitor visitor; /* filled in once there are pages to come */
} Reading;

/* The pages of a pipe are counted as they go by. */
static gboolean
live(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **edit,
     gpointer user, GError **error)
{
    Reading *r = user;

    (void)flow;
    (void)edit;
    (void)error;
    if (stream->ram && !stream->capability_mapped_ram) {
        r->report->count = qevm_page_count_new(stream);
        r->visitor = *qevm_page_count_visitor(r->report->count);
    }
    return TRUE;
}

/* Those of a file, when all else is known. */
static gboolean
count_pages(QevmHtmlReport *report, GError **error)
{
    QevmStream *stream = report->stream;
    g_autoptr(QevmPageCount) count = NULL;
    QevmProgressLine line;
    gboolean ok;

    if (!qevm_source_seekable(stream->source)) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                            "those of a mapped-ram file cannot be read from a "
                            "pipe");
        return FALSE;
    }
    count = qevm_page_count_new(stream);
    qevm_progress_start(&line, "counting pages");
    ok = qevm_pages_visit(stream, qevm_page_count_visitor(count),
                          qevm_progress_update, &line, error);
    qevm_progress_stop(&line);
    if (ok) {
        report->count = g_steal_pointer(&count);
    }
    return ok;
}

/* What cannot be counted is said in the report. */
static void
read_pages(QevmHtmlReport *report, gboolean quick)
{
    g_autoptr(GError) error = NULL;

    if (!report->stream->ram) {
        return;
    }
    if (quick && !report->count) {
        report->uncounted = g_strdup("--quick was given");
    } else if (!qevm_pages_complete(report->stream)) {
        g_clear_pointer(&report->count, qevm_page_count_free);
        report->uncounted = g_strdup("the stream breaks among them");
    } else if (!report->count && !count_pages(report, &error)) {
        report->uncounted = g_strdup(error->message);
    }
    if (report->count) {
        qevm_page_count_finish(report->count);
    }
}

static int
read_stream(QevmCli *cli, const char *file, QevmHtmlReport *report)
{
    Reading r = { .report = report };
    QevmStreamHooks hooks = { .live = live, .user = &r, .pages = &r.visitor };
    QevmSource *source;
    int code;

    report->container = qevm_cli_container(cli, file, 0, &source);
    if (!report->container) {
        return QEVM_EXIT_INPUT;
    }
    report->stream = qevm_cli_parse_hooked(
        cli, file, source, cli->options.quick ? 0 : QEVM_OPEN_WALK, &hooks,
        &code);
    if (!report->stream) {
        return code;
    }
    read_pages(report, cli->options.quick);
    return QEVM_EXIT_OK;
}

/* ---- findings ---- */

static int
worst_first(gconstpointer a, gconstpointer b)
{
    const QevmFinding *fa = *(QevmFinding *const *)a;
    const QevmFinding *fb = *(QevmFinding *const *)b;
    int sa = fa->accepted ? -1 : (int)fa->info->severity;
    int sb = fb->accepted ? -1 : (int)fb->info->severity;

    return sb - sa;
}

/* The section that a path begins with; NULL: none, or not one. */
static QevmRecord *
section_of(QevmStream *stream, const char *text)
{
    g_autoptr(QevmPath) path = qevm_path_parse(text, NULL);
    g_autoptr(GArray) found = NULL;

    if (!path) {
        return NULL;
    }
    path->has_tree = FALSE;
    g_array_set_size(path->steps, 0);
    found = qevm_path_resolve(stream, path, NULL);
    return found && found->len == 1 ? g_array_index(found, QevmPlace, 0).record
                                    : NULL;
}

/* What is said of a section that is hidden, or that holds a uuid, may say what
 * is in it. */
static void
place_findings(QevmHtmlReport *report)
{
    g_autoptr(GHashTable) numbers = g_hash_table_new(NULL, NULL);
    const GPtrArray *records = report->stream->records;

    for (guint i = 0; i < records->len; i++) {
        g_hash_table_insert(numbers, g_ptr_array_index(records, i),
                            GUINT_TO_POINTER(i));
    }
    report->n_places = MIN(report->findings->len, QEVM_HTML_MAX_PLACES);
    report->places = g_new0(QevmHtmlFinding, report->n_places + 1);
    for (guint i = 0; i < report->n_places; i++) {
        const QevmFinding *f = g_ptr_array_index(report->findings, i);
        QevmRecord *record = section_of(report->stream, f->path);
        QevmHtmlFinding *place = &report->places[i];

        place->section =
            record ? GPOINTER_TO_UINT(g_hash_table_lookup(numbers, record))
                   : G_MAXUINT;
        place->withheld = report->redact && record &&
                          (record->type == QEVM_RECORD_CONFIGURATION ||
                           qevm_redact_section(record));
    }
}

static gboolean
find(QevmHtmlReport *report, GError **error)
{
    report->findings = qevm_check_all(report->container, report->stream,
                                      report->target, error);
    if (!report->findings) {
        return FALSE;
    }
    g_ptr_array_sort(report->findings, worst_first);
    report->skipped = qevm_check_skipped(report->stream);
    place_findings(report);
    return TRUE;
}

/* ---- the page ---- */

/* A file without its folders, which are nobody else's business. */
static char *
shown_name(const char *file)
{
    g_autofree char *name = g_path_get_basename(file);

    return strcmp(file, "-") == 0 ? g_strdup("standard input")
                                  : g_filename_display_name(name);
}

/* A shipped target is no file. */
static char *
shown_targets(char **against)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (char **name = against; name && *name; name++) {
        g_autofree char *shown = g_file_test(*name, G_FILE_TEST_EXISTS)
                                     ? shown_name(*name)
                                     : g_filename_display_name(*name);

        g_string_append_printf(text, "%s%s", name == against ? "" : ", ",
                               shown);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean
write_page(const GString *html, QevmOutput *out, gboolean sync, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(html->str, html->len);
    g_autoptr(QevmSource) source = qevm_source_new_pieces("report");

    qevm_source_add_bytes(source, bytes);
    return qevm_source_copy_all(source, qevm_output_fd(out), FALSE, error) &&
           qevm_output_commit(out, sync, error);
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    const char *file = argv[0];
    g_auto(QevmHtmlReport) report = { .redact = cli->options.redact };
    g_autofree char *name = shown_name(file);
    g_autoptr(QevmOutput) out = NULL;
    g_autoptr(GString) html = NULL;
    g_autoptr(GError) error = NULL;
    int code;

    (void)argc;
    if (!cli->options.output) {
        return qevm_cli_usage(cli, "needs -o OUT");
    }
    if (cli->options.against && !(report.target = qevm_cli_target(cli))) {
        return QEVM_EXIT_INPUT;
    }
    report.name = name;
    report.against = shown_targets(cli->options.against);
    code = read_stream(cli, file, &report);
    if (code != QEVM_EXIT_OK) {
        return code;
    }
    out = qevm_output_open(
        cli->options.output,
        (const char *const[]){ report.container->path, NULL }, &error);
    if (!out) {
        return qevm_cli_fail_output(cli, file, error);
    }
    if (!find(&report, &error) || !(html = qevm_html_page(&report, &error))) {
        return qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
    }
    return write_page(html, out, !cli->options.no_sync, &error)
               ? QEVM_EXIT_OK
               : qevm_cli_fail_output(cli, file, error);
}

const QevmCommand qevm_command_report = {
    .name = "report",
    .args = "FILE",
    .summary = "write a page of HTML to attach to a bug",
    .details =
        "Writes OUT, a page that needs no network and nothing beside it: what "
        "the stream is, what check finds and where, where the bytes are, RAM "
        "by block and kind of page, the records in their order, and all "
        "sections with their fields, to be searched. With --against also the "
        "layouts of the destination beside those of the stream.\n"
        "\n"
        "What is in the pages of guest RAM is never in it. Long arrays and "
        "bytes are cut short, and what would make it larger than 5 MiB is left "
        "out; it says so. --redact hides addresses of network cards, serial "
        "numbers, UUIDs, registers of CPUs, and buffers. The exit status tells "
        "only whether the page was written, whatever is wrong with the stream.",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
