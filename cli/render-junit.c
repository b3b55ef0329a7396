/* render-junit.c - findings as the XML that test reporters of CI systems read.
 *
 *   testsuites
 *     testsuite name tests failures errors skipped      a subject
 *       testcase classname name                         a finding that counts
 *         failure type message | skipped message | error message
 *       system-out                                      the others
 */
#include "cli/findings.h"

#include <string.h>

/* Text for XML 1.0, which has no control characters, not even escaped. */
static char *
xml(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    for (char *p = valid; *p; p++) {
        if (g_ascii_iscntrl(*p) && *p != '\n' && *p != '\t') {
            *p = '?';
        }
    }
    return g_markup_escape_text(valid, -1);
}

/* The same of a value, with its name. */
static void
print_value(QevmPrint *out, const char *name, const char *value)
{
    g_autofree char *escaped = xml(value);

    qevm_print_format(out, " %s=\"%s\"", name, escaped);
}

static void
print_number(QevmPrint *out, const char *name, guint value)
{
    qevm_print_format(out, " %s=\"%u\"", name, value);
}

static void
begin_suite(QevmPrint *out, const char *subject, guint tests, guint failures,
            guint errors, guint skipped)
{
    qevm_print(out, "<testsuite");
    print_value(out, "name", subject);
    print_number(out, "tests", tests);
    print_number(out, "failures", failures);
    print_number(out, "errors", errors);
    print_number(out, "skipped", skipped);
    qevm_print(out, ">\n");
}

static void
begin_case(QevmPrint *out, const char *subject, const char *name)
{
    qevm_print(out, "<testcase");
    print_value(out, "classname", subject);
    print_value(out, "name", name);
    qevm_print(out, ">");
}

static gboolean
is_failure(const QevmReport *report, const QevmFinding *f)
{
    return !f->accepted &&
           (f->info->severity == QEVM_SEVERITY_ERROR ||
            (report->strict && f->info->severity == QEVM_SEVERITY_WARNING));
}

/* As a line of text has it, from the path on. */
static char *
case_name(const QevmReport *report, const QevmFinding *f)
{
    g_autofree char *at =
        report->offsets ? g_strdup_printf("%sat 0x%" G_GINT64_MODIFIER "x",
                                          *f->path ? " " : "", f->offset)
                        : g_strdup("");

    return g_strdup_printf("%s%s: %s", f->path, at, f->info->slug);
}

static void
print_failure(QevmPrint *out, const QevmFinding *f)
{
    qevm_print(out, "<failure");
    print_value(out, "type", f->info->slug);
    print_value(out, "message", f->sentence);
    qevm_print(out, ">");
    for (guint i = 0; f->lines && i < f->lines->len; i++) {
        g_autofree char *line = xml(g_ptr_array_index(f->lines, i));

        qevm_print_format(out, "QEMU%s: %s\n", f->likely ? ", likely" : "",
                          line);
    }
    qevm_print(out, "</failure>");
}

static void
print_case(const QevmReport *report, const QevmFinding *f, QevmPrint *out)
{
    g_autofree char *name = case_name(report, f);

    begin_case(out, report->subject, name);
    if (f->accepted) {
        qevm_print(out, "<skipped");
        print_value(out, "message", f->accepted);
        qevm_print(out, "/>");
    } else {
        print_failure(out, f);
    }
    qevm_print(out, "</testcase>\n");
}

static void
print_others(const QevmReport *report, QevmPrint *out)
{
    qevm_print(out, "<system-out>");
    for (guint i = 0; i < report->findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(report->findings, i);
        g_autofree char *name = case_name(report, f);
        g_autofree char *line = g_strdup_printf(
            "%s: %s: %s\n", qevm_severity_name(f->info->severity), name,
            f->sentence);
        g_autofree char *text = xml(line);

        if (!f->accepted && !is_failure(report, f) &&
            (report->notes || f->info->severity > QEVM_SEVERITY_NOTE)) {
            qevm_print(out, text);
        }
    }
    qevm_print(out, "</system-out>\n");
}

void
qevm_junit_begin(QevmPrint *out)
{
    qevm_print(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<testsuites>\n");
}

void
qevm_junit_suite(const QevmReport *report, QevmPrint *out)
{
    guint failures = 0, skipped = 0;

    for (guint i = 0; i < report->findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(report->findings, i);

        skipped += f->accepted != NULL;
        failures += is_failure(report, f);
    }
    begin_suite(out, report->subject, MAX(failures + skipped, 1), failures, 0,
                skipped);
    for (guint i = 0; i < report->findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(report->findings, i);

        if (f->accepted || is_failure(report, f)) {
            print_case(report, f, out);
        }
    }
    if (failures + skipped == 0) {
        begin_case(out, report->subject, "no errors");
        qevm_print(out, "</testcase>\n");
    }
    print_others(report, out);
    qevm_print(out, "</testsuite>\n");
}

void
qevm_junit_error(QevmPrint *out, const char *subject, const char *message)
{
    begin_suite(out, subject, 1, 0, 1, 0);
    begin_case(out, subject, "readable");
    qevm_print(out, "<error");
    print_value(out, "message", message);
    qevm_print(out, "/></testcase>\n</testsuite>\n");
}

void
qevm_junit_end(QevmPrint *out)
{
    qevm_print(out, "</testsuites>\n");
}
