/* findings.c - findings as lines of text, and as JSON. */
#include "cli/findings.h"

#include <string.h>

#include "cli/render.h"
#include "parser/path.h"

#define RULES_SHOWN 3 /* of a finding; all are in JSON */

gboolean
qevm_cli_format(const QevmCli *cli, QevmFormat *format)
{
    static const char *const names[] = { "text", "json", "junit" };
    const char *name = cli->options.format;

    *format = cli->options.json ? QEVM_FORMAT_JSON : QEVM_FORMAT_TEXT;
    for (guint i = 0; name && i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            *format = (QevmFormat)i;
            return TRUE;
        }
    }
    if (name) {
        (void)qevm_cli_usage(cli,
                             "no format \"%s\"; there are text, json "
                             "and junit",
                             name);
    }
    return !name;
}

int
qevm_report_code(const QevmReport *report)
{
    QevmFindingCounts counts = qevm_findings_count(report->findings);

    return counts.of[QEVM_SEVERITY_ERROR] ||
                   (report->strict && counts.of[QEVM_SEVERITY_WARNING])
               ? QEVM_EXIT_FINDINGS
               : QEVM_EXIT_OK;
}

/* ---- text ---- */

static void
print_rule(const json_t *rule, const char *indent, QevmPrint *out)
{
    static const char *const numbers[] = { "instance", "version", "count" };
    const char *at = json_string_value(json_object_get(rule, "at"));
    const char *to = json_string_value(json_object_get(rule, "to"));
    g_autofree char *name = to ? qevm_path_quote(to) : NULL;

    qevm_print_format(out, "%sfix: %s", indent,
                      json_string_value(json_object_get(rule, "op")));
    if (at) {
        qevm_print_format(out, " %s", at);
    }
    if (name) {
        qevm_print_format(out, " %s", name);
    }
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const json_t *number = json_object_get(rule, numbers[i]);

        if (number) {
            qevm_print_format(out, " %" JSON_INTEGER_FORMAT,
                              json_integer_value(number));
        }
    }
    qevm_print_format(out, " (%s)\n",
                      json_string_value(json_object_get(rule, "class")));
}

void
qevm_report_repairs(const QevmFinding *f, const char *indent, QevmPrint *out)
{
    size_t count = json_array_size(f->rules);

    for (size_t i = 0; i < MIN(count, RULES_SHOWN); i++) {
        print_rule(json_array_get(f->rules, i), indent, out);
    }
    if (count > RULES_SHOWN) {
        qevm_print_format(out, "%sfix: and %zu more\n", indent,
                          count - RULES_SHOWN);
    }
    if (f->advice) {
        qevm_print_format(out, "%shelp: %s\n", indent, f->advice);
    }
}

static void
print_finding(const QevmReport *report, const QevmFinding *f, QevmPrint *out)
{
    static const QevmStyle styles[] = { QEVM_STYLE_DIM, QEVM_STYLE_WARNING,
                                        QEVM_STYLE_ERROR };
    QevmStyle style = f->accepted ? QEVM_STYLE_DIM : styles[f->info->severity];

    qevm_print_format(out, "%s: ", report->subject);
    qevm_print_words(out, f->path);
    if (report->offsets) {
        qevm_print_format(out, "%sat 0x%" G_GINT64_MODIFIER "x",
                          *f->path ? " " : "", f->offset);
    }
    qevm_print(out, ": ");
    qevm_print_styled(out, style, "%s%s[%s]", f->accepted ? "accepted " : "",
                      qevm_severity_name(f->info->severity), f->info->slug);
    qevm_print(out, ": ");
    qevm_print_words(out, f->sentence);
    qevm_print(out, "\n");
    for (guint i = 0; f->lines && i < f->lines->len; i++) {
        qevm_print_format(out, "    QEMU%s: ", f->likely ? ", likely" : "");
        qevm_print_words(out, g_ptr_array_index(f->lines, i));
        qevm_print(out, "\n");
    }
    qevm_report_repairs(f, "    ", out);
    if (f->accepted) {
        qevm_print_format(out, "    accepted: %s\n", f->accepted);
    }
}

void
qevm_report_text(const QevmReport *report, QevmPrint *out)
{
    for (guint i = 0; i < report->findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(report->findings, i);

        if (report->notes ||
            (f->info->severity > QEVM_SEVERITY_NOTE && !f->accepted)) {
            print_finding(report, f, out);
        }
    }
}

static const char *
plural(guint n)
{
    return n == 1 ? "" : "s";
}

void
qevm_report_summary(const QevmReport *report, QevmPrint *out)
{
    QevmFindingCounts counts = qevm_findings_count(report->findings);
    guint errors = counts.of[QEVM_SEVERITY_ERROR];
    guint warnings = counts.of[QEVM_SEVERITY_WARNING];
    guint notes = counts.of[QEVM_SEVERITY_NOTE];

    qevm_print_format(out, "%s: %u error%s, %u warning%s, %u note%s",
                      report->subject, errors, plural(errors), warnings,
                      plural(warnings), notes, plural(notes));
    if (counts.accepted) {
        qevm_print_format(out, ", %u accepted", counts.accepted);
    }
    qevm_print(out, "\n");
}

/* ---- JSON ---- */

static json_t *
lines_json(const GPtrArray *lines)
{
    json_t *list = json_array();

    for (guint i = 0; i < lines->len; i++) {
        json_array_append_new(
            list, qevm_render_json_text(g_ptr_array_index(lines, i)));
    }
    return list;
}

static json_t *
finding_json(const QevmReport *report, const QevmFinding *f)
{
    json_t *json = json_object();

    json_object_set_new(json, "finding", json_string(f->info->slug));
    json_object_set_new(json, "severity",
                        json_string(qevm_severity_name(f->info->severity)));
    json_object_set_new(json, "path", qevm_render_json_text(f->path));
    if (report->offsets) {
        json_object_set_new(json, "offset",
                            json_integer((json_int_t)f->offset));
    }
    json_object_set_new(json, "sentence", qevm_render_json_text(f->sentence));
    if (f->lines) {
        json_object_set_new(json, "qemu", lines_json(f->lines));
    }
    if (f->likely) {
        json_object_set_new(json, "likely", json_true());
    }
    if (f->rules) {
        json_object_set(json, "rules", f->rules);
    }
    if (f->advice) {
        json_object_set_new(json, "advice", qevm_render_json_text(f->advice));
    }
    if (f->accepted) {
        json_object_set_new(json, "accepted",
                            qevm_render_json_text(f->accepted));
    }
    return json;
}

json_t *
qevm_report_json_findings(const QevmReport *report)
{
    json_t *list = json_array();

    for (guint i = 0; i < report->findings->len; i++) {
        json_array_append_new(
            list, finding_json(report, g_ptr_array_index(report->findings, i)));
    }
    return list;
}

void
qevm_report_json_counts(const QevmReport *report, json_t *json)
{
    QevmFindingCounts counts = qevm_findings_count(report->findings);

    json_object_set_new(json, "errors",
                        json_integer(counts.of[QEVM_SEVERITY_ERROR]));
    json_object_set_new(json, "warnings",
                        json_integer(counts.of[QEVM_SEVERITY_WARNING]));
    json_object_set_new(json, "notes",
                        json_integer(counts.of[QEVM_SEVERITY_NOTE]));
}

json_t *
qevm_report_json_list(const char *const *phrases)
{
    json_t *list = json_array();

    for (guint i = 0; phrases[i]; i++) {
        json_array_append_new(list, json_string(phrases[i]));
    }
    return list;
}
