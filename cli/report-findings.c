/* report-findings.c - what check finds, with the place in the tree. */
#include <stdlib.h>

#include "cli/report.h"

#define TEXT_MAX 2048
#define RULES_SHOWN 8

static void
render_place(const QevmHtmlReport *report, guint i, GString *html)
{
    const QevmFinding *f = g_ptr_array_index(report->findings, i);
    const QevmHtmlFinding *place = &report->places[i];
    g_autofree char *path = qevm_html_cut(f->path, TEXT_MAX);

    g_string_append(html, "<p class=\"place\">");
    if (place->marked) {
        qevm_html(html, "<a href=\"#at-%u\">%s</a> ", i, path);
    } else {
        qevm_html_link(report, html, place->section, path);
        g_string_append_c(html, ' ');
    }
    qevm_html(html, "at <code>0x%" G_GINT64_MODIFIER "x</code></p>", f->offset);
}

static void
render_lines(const QevmFinding *f, GString *html)
{
    if (!f->lines || f->lines->len == 0) {
        return;
    }
    qevm_html(html, "<p>QEMU will print%s:</p>", f->likely ? ", likely" : "");
    g_string_append(html, "<pre>");
    for (guint i = 0; i < f->lines->len; i++) {
        g_autofree char *line =
            qevm_html_cut(g_ptr_array_index(f->lines, i), TEXT_MAX);

        qevm_html(html, "%s", line);
        g_string_append_c(html, '\n');
    }
    g_string_append(html, "</pre>");
}

/* What a rule writes may be what is to be hidden. */
static void
render_rule(const QevmHtmlReport *report, json_t *rule, GString *html)
{
    static const char *const values[] = { "value", "if-equals", "fields",
                                          "why" };
    json_t *shown = json_copy(rule);
    g_autofree char *cut = NULL;
    char *text;

    for (guint i = 0; report->redact && i < G_N_ELEMENTS(values); i++) {
        json_object_del(shown, values[i]);
    }
    text = json_dumps(shown, 0);
    cut = qevm_html_cut(text ? text : "", TEXT_MAX);
    qevm_html(html, "%s", cut);
    g_string_append_c(html, '\n');
    free(text);
    json_decref(shown);
}

static void
render_repairs(const QevmHtmlReport *report, const QevmFinding *f,
               GString *html)
{
    size_t count = json_array_size(f->rules);

    if (count) {
        qevm_html(html, "<p>%s it:</p>",
                  count == 1 ? "This rule repairs" : "These rules repair");
        g_string_append(html, "<pre>");
        for (size_t i = 0; i < MIN(count, RULES_SHOWN); i++) {
            render_rule(report, json_array_get(f->rules, i), html);
        }
        if (count > RULES_SHOWN) {
            qevm_html(html, "... %zu more", count - RULES_SHOWN);
        }
        g_string_append(html, "</pre>");
    }
    if (f->advice) {
        g_autofree char *advice = qevm_html_cut(f->advice, TEXT_MAX);

        qevm_html(html, "<p>%s</p>", advice);
    }
}

static void
render_finding(const QevmHtmlReport *report, guint i, GString *html)
{
    const QevmFinding *f = g_ptr_array_index(report->findings, i);
    const char *severity = qevm_severity_name(f->info->severity);
    g_autofree char *sentence = qevm_html_cut(f->sentence, TEXT_MAX);

    qevm_html(html, "<li id=\"finding-%u\" class=\"%s\">", i,
              f->accepted ? "accepted" : severity);
    qevm_html(html, "<h3><span class=\"badge %s\">%s%s</span> %s</h3>",
              f->accepted ? "accepted" : severity,
              f->accepted ? "accepted " : "", severity, f->info->slug);
    render_place(report, i, html);
    if (report->places[i].withheld) {
        qevm_html(html, "<p>%s (details are hidden)</p>", f->info->summary);
    } else {
        qevm_html(html, "<p>%s</p>", sentence);
        render_lines(f, html);
        render_repairs(report, f, html);
    }
    g_string_append(html, "<details><summary>What that means</summary>");
    qevm_html(html, "<p>%s</p>", f->info->text);
    g_string_append(html, "</details></li>\n");
}

void
qevm_html_findings(const QevmHtmlReport *report, GString *html)
{
    gsize end = html->len + QEVM_HTML_MAX_FINDINGS;
    guint shown = 0;

    g_string_append(html, "<section id=\"findings\"><h2>Findings</h2>\n");
    if (report->findings->len == 0) {
        g_string_append(html, "<p>None.</p>");
    }
    g_string_append(html, "<ol>\n");
    while (shown < report->n_places && html->len < end) {
        render_finding(report, shown++, html);
    }
    g_string_append(html, "</ol>\n");
    if (shown < report->findings->len) {
        qevm_html(html,
                  "<p class=\"left-out\">%u more are left out, for the page to "
                  "stay small. <kbd>qevm check</kbd> has all.</p>",
                  report->findings->len - shown);
    }
    for (guint i = 0; report->skipped[i]; i++) {
        qevm_html(html, "<p class=\"left-out\">Not looked at: %s.</p>",
                  report->skipped[i]);
    }
    g_string_append(html, "</section>\n");
}
