/* report-order.c - the records along the stream, in their order. */
#include "cli/render.h"
#include "cli/report.h"
#include "parser/path.h"

static void
render_record(const QevmHtmlReport *report, guint i, GString *html)
{
    QevmStream *stream = report->stream;
    QevmRecord *r = g_ptr_array_index(stream->records, i);
    g_autofree char *bytes = qevm_html_number(r->size);

    qevm_html(html,
              "<tr><td class=\"n\"><code>0x%" G_GINT64_MODIFIER
              "x</code></td><td>",
              r->offset);
    if (qevm_record_is_section(r)) {
        QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = r };
        g_autofree char *path = qevm_path_of(stream, &place);

        qevm_html(html, "%s</td><td>", qevm_record_type_name(r));
        qevm_html_link(report, html, i, path);
    } else {
        g_autofree char *what = qevm_render_other(r);

        qevm_html(html, "%s</td><td>", what);
    }
    qevm_html(html, "</td><td class=\"n\">%s</td></tr>", bytes);
    g_string_append_c(html, '\n');
}

void
qevm_html_order(const QevmHtmlReport *report, GString *html)
{
    const GPtrArray *records = report->stream->records;
    gsize end = html->len + QEVM_HTML_MAX_ORDER;
    guint shown = 0;

    g_string_append(
        html,
        "<section id=\"order\"><h2>Along the stream</h2>\n<details>"
        "<summary>All records, in their order</summary>\n<div class=\"wide\">"
        "<table><thead><tr><th scope=\"col\" class=\"n\">Offset</th>"
        "<th scope=\"col\">Record</th><th scope=\"col\">Section</th>"
        "<th scope=\"col\" class=\"n\">Bytes</th></tr></thead><tbody>\n");
    while (shown < records->len && html->len < end) {
        render_record(report, shown++, html);
    }
    g_string_append(html, "</tbody></table></div>\n");
    if (shown < records->len) {
        qevm_html(html,
                  "<p class=\"left-out\">%u more are left out, for the page to "
                  "stay small. <kbd>qevm info --sections</kbd> has all.</p>",
                  records->len - shown);
    }
    g_string_append(html, "</details></section>\n");
}
