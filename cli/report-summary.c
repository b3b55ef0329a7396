/* report-summary.c - what a stream is and how it fares, above all the rest. */
#include "cli/info.h"
#include "cli/report.h"
#include "parser/path.h"

#define TEXT_MAX 1024

/* With a libvirt image comes whose guest it is. */
static GPtrArray *
rows_of(const QevmHtmlReport *report)
{
    GPtrArray *rows = qevm_info_new();
    const GPtrArray *layers = report->container->layers;

    if (!report->redact) {
        qevm_info_container(rows, report->container);
    }
    for (guint i = 0; report->redact && i < layers->len; i++) {
        qevm_info_add(rows, QEVM_INFO_FACT, i ? "in it" : "container", "%s",
                      qevm_layer_name(g_ptr_array_index(layers, i)));
    }
    qevm_info_stream(rows, report->stream, QEVM_INFO_NONE);
    return rows;
}

static void
render_row(const QevmInfoRow *row, GString *html)
{
    g_autofree char *text = qevm_html_cut(row->text, TEXT_MAX);

    if (row->label) {
        qevm_html(html, "<dt>%s</dt>", row->label);
    }
    qevm_html(html,
              row->kind == QEVM_INFO_REASON ? "<dd class=\"because\">%s</dd>"
                                            : "<dd>%s</dd>",
              text);
    g_string_append_c(html, '\n');
}

static void
render_count(GString *html, guint n, const char *class, const char *what)
{
    if (n) {
        qevm_html(html, "<a class=\"badge %s\" href=\"#findings\">%u %s%s</a> ",
                  class, n, what, n == 1 ? "" : "s");
    }
}

static void
render_badges(const QevmHtmlReport *report, GString *html)
{
    QevmFindingCounts counts = qevm_findings_count(report->findings);

    g_string_append(html, "<p id=\"badges\">");
    for (guint s = QEVM_SEVERITY_ERROR + 1; s-- > 0;) {
        const char *name = qevm_severity_name((QevmSeverity)s);

        render_count(html, counts.of[s], name, name);
    }
    if (report->findings->len == 0) {
        g_string_append(html, "<span class=\"badge fine\">no findings</span> ");
    }
    if (report->target) {
        qevm_html(html, "<span class=\"badge\">compared with %s</span> ",
                  report->against);
    }
    if (report->redact) {
        g_string_append(html, "<span class=\"badge\">redacted</span>");
    }
    g_string_append(html, "</p>\n");
}

void
qevm_html_summary(const QevmHtmlReport *report, GString *html)
{
    guint64 size = qevm_source_size(report->stream->source);
    g_autofree char *bytes = qevm_info_size(size);
    g_autofree char *quoted = report->stream->machine
                                  ? qevm_path_quote(report->stream->machine)
                                  : NULL;
    g_autofree char *machine = quoted ? qevm_html_cut(quoted, TEXT_MAX) : NULL;

    qevm_html(html, "<header><h1>%s</h1><p>QEMU migration stream%s%s%s%s</p>",
              report->name, machine ? " of a " : "", machine ? machine : "",
              size == G_MAXUINT64 ? "" : ", ",
              size == G_MAXUINT64 ? "" : bytes);
    render_badges(report, html);
    g_string_append(html, "</header>\n");
}

void
qevm_html_about(const QevmHtmlReport *report, GString *html)
{
    g_autoptr(GPtrArray) rows = rows_of(report);
    gsize end = html->len + QEVM_HTML_MAX_TABLE;

    g_string_append(html, "<section id=\"about\"><h2>What it is</h2>\n<dl>\n");
    for (guint i = 0; i < rows->len && html->len < end; i++) {
        const QevmInfoRow *row = g_ptr_array_index(rows, i);

        if (row->kind == QEVM_INFO_FACT || row->kind == QEVM_INFO_REASON) {
            render_row(row, html);
        }
    }
    g_string_append(html, "</dl></section>\n");
}
