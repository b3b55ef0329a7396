/* report-page.c - the page around the parts of a report. */
#include <gio/gio.h>

#include "cli/repairs.h"
#include "cli/report.h"

void
qevm_html_link(const QevmHtmlReport *report, GString *html, guint section,
               const char *text)
{
    if (section < report->shown) {
        qevm_html(html, "<a href=\"#section-%u\">%s</a>", section, text);
    } else {
        qevm_html(html, "<span>%s</span>", text);
    }
}

/* A file of cli/report/, which the program has in it (report.gresource.xml). */
static GBytes *
resource(const char *name)
{
    g_autofree char *path = g_strconcat("/qevm/report/", name, NULL);
    GBytes *bytes =
        g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

    g_assert(bytes);
    return bytes;
}

static void
append_bytes(GString *html, GBytes *bytes)
{
    g_string_append_len(html, g_bytes_get_data(bytes, NULL),
                        (gssize)g_bytes_get_size(bytes));
}

/* Names a style or script in a Content-Security-Policy. Owned. */
static char *
hash_of(GBytes *bytes)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize n = sizeof(digest);

    g_checksum_update(sum, g_bytes_get_data(bytes, NULL),
                      (gssize)g_bytes_get_size(bytes));
    g_checksum_get_digest(sum, digest, &n);
    return g_base64_encode(digest, n);
}

/* No network, and no script or style but ours, whatever the rest of the page
 * were to hold. */
static void
render_head(const QevmHtmlReport *report, GString *html, GBytes *style,
            GBytes *script)
{
    g_autofree char *style_hash = hash_of(style);
    g_autofree char *script_hash = hash_of(script);

    g_string_append(html,
                    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                    "<meta charset=\"utf-8\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    qevm_html(html,
              "default-src 'none'; style-src 'sha256-%s'; script-src "
              "'sha256-%s'; base-uri 'none'; form-action 'none'",
              style_hash, script_hash);
    g_string_append(html, "\">\n<meta name=\"viewport\" "
                          "content=\"width=device-width, initial-scale=1\">\n"
                          "<meta name=\"color-scheme\" content=\"light dark\">"
                          "\n<meta name=\"generator\" content=\"");
    qevm_html(html, "qevm " QEVM_VERSION "\"><title>%s: qevm report</title>",
              report->name);
    g_string_append(html, "\n<style>");
    append_bytes(html, style);
    g_string_append(html, "</style>\n</head>\n<body>\n"
                          "<a class=\"skip\" href=\"#tree\">Skip to the "
                          "sections</a>\n");
}

static void
render_nav(const QevmHtmlReport *report, GString *html)
{
    const struct {
        gboolean there;
        const char *id, *title;
    } entries[] = {
        { TRUE, "about", "What it is" },
        { TRUE, "findings", "Findings" },
        { TRUE, "bytes", "Where its bytes are" },
        { report->stream->ram != NULL, "ram", "RAM" },
        { TRUE, "order", "Along the stream" },
        { report->target != NULL, "layouts", "Beside the destination" },
        { TRUE, "tree", "Sections and fields" },
    };

    g_string_append(html, "<nav aria-label=\"Parts of this report\"><ul>");
    for (guint i = 0; i < G_N_ELEMENTS(entries); i++) {
        if (entries[i].there) {
            qevm_html(html, "<li><a href=\"#%s\">%s</a></li>", entries[i].id,
                      entries[i].title);
        }
    }
    g_string_append(html, "</ul></nav>\n");
}

/* The script shows what needs it. */
static const char search[] =
    "<form id=\"search\" role=\"search\" hidden>"
    "<label for=\"words\">Find names, values, types, or the field at an "
    "offset</label>\n"
    "<input id=\"words\" type=\"search\" autocomplete=\"off\" "
    "spellcheck=\"false\" placeholder=\"config, 0x1d3a40, mac ...\" "
    "aria-describedby=\"found keys\">\n"
    "<button type=\"button\" id=\"next\">Next</button>\n"
    "<button type=\"button\" id=\"open\">Open all</button>\n"
    "<button type=\"button\" id=\"close\">Close all</button>\n"
    "<output id=\"found\" for=\"words\" aria-live=\"polite\"></output>\n"
    "<small id=\"keys\"><kbd>/</kbd> to search, <kbd>Enter</kbd> for the next "
    "one, <kbd>Esc</kbd> to see all again</small></form>\n";

static void
render_footer(const QevmHtmlReport *report, GString *html)
{
    g_string_append(html, "<footer><p>");
    qevm_html(html, "Made by qevm " QEVM_VERSION ". What is in the pages of "
                    "guest RAM is not in this report. ");
    if (report->redact) {
        g_string_append(
            html,
            "Addresses of network cards, serial numbers, UUIDs, registers "
            "of CPUs, and buffers are hidden.");
    } else {
        g_string_append(html,
                        "Device state can hold data of the guest, too; "
                        "<kbd>--redact</kbd> hides what can be told apart.");
    }
    g_string_append(html, "</p></footer>\n");
}

GString *
qevm_html_page(QevmHtmlReport *report, GError **error)
{
    g_autoptr(GBytes) style = resource("report.css");
    g_autoptr(GBytes) script = resource("report.js");
    g_autoptr(GString) tree = g_string_new(NULL);
    g_autoptr(GString) rest = g_string_new(NULL);
    GString *html;

    /* First, since the other parts link to what is in it. */
    if (!qevm_html_tree(report, tree, error)) {
        return NULL;
    }
    html = g_string_sized_new(tree->len + 256 * 1024);
    render_head(report, html, style, script);
    qevm_html_summary(report, html);
    render_nav(report, html);
    g_string_append(html, "<main>\n");
    qevm_html_about(report, html);
    qevm_html_map(report, rest);
    qevm_html_ram(report, rest);
    qevm_html_order(report, rest);
    qevm_html_layouts(report, rest);
    /* To find what repairs it changes the stream, which was shown by now. */
    if (report->target) {
        qevm_cli_repairs(report->stream, report->target, report->findings);
    }
    qevm_html_findings(report, html);
    g_string_append_len(html, rest->str, (gssize)rest->len);
    g_string_append(html,
                    "<section id=\"tree\"><h2>Sections and fields</h2>\n");
    g_string_append(html, search);
    g_string_append(html, "<div id=\"nodes\">\n");
    g_string_append_len(html, tree->str, (gssize)tree->len);
    g_string_append(html, "</div></section>\n</main>\n");
    render_footer(report, html);
    g_string_append(html, "<script>");
    append_bytes(html, script);
    g_string_append(html, "</script>\n</body>\n</html>\n");
    g_assert(html->len <= QEVM_HTML_MAX);
    return html;
}
