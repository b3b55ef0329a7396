/* report-ram.c - the blocks of RAM, and what kinds of pages they have. */
#include "cli/report.h"
#include "parser/path.h"

#define WIDTH 200.0 /* of a bar */

enum {
    KIND_NEVER = QEVM_PAGE_KINDS, /* pages that were not sent */
    KINDS
};
static const struct {
    const char *class, *what;
} kinds[KINDS] = {
    [QEVM_PAGE_ZERO] = { "zero", "zero" },
    [QEVM_PAGE_FULL] = { "full", "full" },
    [QEVM_PAGE_XBZRLE] = { "xbzrle", "XBZRLE" },
    [QEVM_PAGE_COMPRESSED] = { "compressed", "compressed" },
    [KIND_NEVER] = { "never", "not sent" },
};

/* FALSE: this is not known of any block. */
static gboolean
count_of(const QevmPageCount *count, guint block, guint kind, guint64 *out)
{
    const QevmBlockPages *p = &count->blocks[block];

    *out = kind < KIND_NEVER ? p->records[kind]
           : count->exact    ? p->pages - p->sent
                             : 0;
    return kind < KIND_NEVER || count->exact;
}

static void
render_bar(GString *html, const QevmPageCount *count, guint block)
{
    guint64 counts[KINDS], sum = 0, at = 0;

    for (guint k = 0; k < KINDS; k++) {
        (void)count_of(count, block, k, &counts[k]);
        sum += counts[k];
    }
    g_string_append(html, "<td><svg class=\"bar\" viewBox=\"0 0 200 12\" "
                          "preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (guint k = 0; k < KINDS; k++) {
        char x[G_ASCII_DTOSTR_BUF_SIZE], width[G_ASCII_DTOSTR_BUF_SIZE];

        if (counts[k]) {
            g_ascii_formatd(x, sizeof(x), "%.2f",
                            WIDTH * (double)at / (double)sum);
            g_ascii_formatd(width, sizeof(width), "%.2f",
                            WIDTH * (double)counts[k] / (double)sum);
            qevm_html(html,
                      "<rect class=\"%s\" x=\"%s\" width=\"%s\" height=\"12\">"
                      "</rect>",
                      kinds[k].class, x, width);
        }
        at += counts[k];
    }
    g_string_append(html, "</svg></td>");
}

static void
render_number(GString *html, gboolean known, guint64 n)
{
    g_autofree char *text = known ? qevm_html_number(n) : g_strdup("-");

    qevm_html(html, "<td class=\"n\">%s</td>", text);
}

static void
render_block(const QevmHtmlReport *report, guint i, GString *html)
{
    const QevmRamBlock *b =
        &g_array_index(report->stream->ram->blocks, QevmRamBlock, i);
    const QevmPageCount *count = report->count;
    g_autofree char *name = qevm_path_quote(b->idstr);

    qevm_html(html, "<tr><th scope=\"row\">%s</th>", name);
    render_number(html, TRUE, b->used_length);
    if (count) {
        render_bar(html, count, i);
        for (guint k = 0; k < KINDS; k++) {
            guint64 n;
            gboolean known = count_of(count, i, k, &n);

            render_number(html, known, n);
        }
        render_number(html, count->exact, count->blocks[i].again);
    }
    g_string_append(html, "</tr>\n");
}

static void
render_header(const QevmHtmlReport *report, GString *html)
{
    g_string_append(html, "<div class=\"wide\"><table><thead><tr>"
                          "<th scope=\"col\">Block</th>"
                          "<th scope=\"col\" class=\"n\">Bytes</th>");
    if (report->count) {
        g_string_append(html, "<th scope=\"col\">Pages</th>");
        for (guint k = 0; k < KINDS; k++) {
            qevm_html(html,
                      "<th scope=\"col\" class=\"n\"><svg class=\"key\" "
                      "aria-hidden=\"true\"><rect class=\"%s\" width=\"12\" "
                      "height=\"12\"></rect></svg> %s</th>",
                      kinds[k].class, kinds[k].what);
        }
        g_string_append(html, "<th scope=\"col\" class=\"n\">sent again</th>");
    }
    g_string_append(html, "</tr></thead><tbody>\n");
}

void
qevm_html_ram(const QevmHtmlReport *report, GString *html)
{
    const QevmRam *ram = report->stream->ram;
    gsize end = html->len + QEVM_HTML_MAX_TABLE;
    guint shown = 0;

    if (!ram) {
        return;
    }
    g_string_append(html, "<section id=\"ram\"><h2>RAM</h2>\n");
    if (report->count) {
        g_autofree char *size = qevm_html_number(report->count->page_size);

        qevm_html(html,
                  "<p>Pages of %s bytes, by how they are in the stream. What "
                  "is in them is not in this report.</p>",
                  size);
    } else {
        qevm_html(html, "<p>Its pages were not counted: %s.</p>",
                  report->uncounted);
    }
    render_header(report, html);
    while (shown < ram->blocks->len && html->len < end) {
        render_block(report, shown++, html);
    }
    g_string_append(html, "</tbody></table></div>\n");
    if (shown < ram->blocks->len) {
        qevm_html(html, "<p class=\"left-out\">%u more blocks.</p>",
                  ram->blocks->len - shown);
    }
    g_string_append(html, "</section>\n");
}
