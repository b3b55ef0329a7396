/* test-baseline.c - baselines that are wrong, and what a good one accepts. */
#include "rewrite/baseline.h"

#include <glib/gstdio.h>
#include <string.h>

#include "parser/error.h"

#define HEAD "{'qevm-baseline': 1, 'accepted': ["
#define ENTRY(finding, path, more, until)                                      \
    "{'finding': '" finding "', 'path': '" path "', " more                     \
    "'reason': 'why', 'until': '" until "'}"

/* ' for ". The message comes after the file's name and ": ". */
/* clang-format off */
static const struct bad {
    const char *name, *text, *message;
} bads[] = {
    { "json", "{", "line 1: string or '}' expected near end of file" },
    { "twice", "{'qevm-baseline': 1, 'qevm-baseline': 1}",
      "line 1: duplicate object key near '\"qevm-baseline\"'" },
    { "version", "{'qevm-baseline': 2, 'accepted': []}",
      "no baseline: expected {\"qevm-baseline\": 1, \"accepted\": [...]}" },
    { "more", "{'qevm-baseline': 1, 'accepted': [], 'x': 1}",
      "no baseline: expected {\"qevm-baseline\": 1, \"accepted\": [...]}" },
    { "rules", "{'qevm-rules': 1, 'rules': []}",
      "no baseline: expected {\"qevm-baseline\": 1, \"accepted\": [...]}" },
    { "entry/text", HEAD "'x']}", "accepted[0]: must be an object" },
    { "entry/empty", HEAD "{}]}", "accepted[0]: \"finding\" must be text" },
    { "entry/member", HEAD "{'x': 1}]}",
      "accepted[0]: unknown member \"x\"; there can be: finding, path, direction, reason, until" },
    { "entry/finding", HEAD ENTRY("x", "p", "", "2027-01-01") "]}",
      "accepted[0]: no finding \"x\"; \"qevm help findings\" lists them all" },
    { "entry/path", HEAD ENTRY("device-gone", "", "", "2027-01-01") "]}",
      "accepted[0]: \"path\" must be text" },
    { "entry/direction", HEAD ENTRY("device-gone", "p", "'direction': 'up', ", "2027-01-01") "]}",
      "accepted[0]: \"direction\" must be \"forward\" or \"backward\"" },
    { "entry/reason", HEAD "{'finding': 'device-gone', 'path': 'p', 'reason': '', 'until': '2027-01-01'}]}",
      "accepted[0]: \"reason\" must be text" },
    { "until/none", HEAD ENTRY("device-gone", "p", "", "2027-01-01") ", "
      "{'finding': 'device-gone', 'path': 'p', 'reason': 'why'}]}",
      "accepted[1]: \"until\" must be text" },
    { "until/short", HEAD ENTRY("device-gone", "p", "", "2027-1-1") "]}",
      "accepted[0]: \"until\" must be a day, as 2027-01-31" },
    { "until/no-day", HEAD ENTRY("device-gone", "p", "", "2027-02-29") "]}",
      "accepted[0]: \"until\" must be a day, as 2027-01-31" },
    { "until/letters", HEAD ENTRY("device-gone", "p", "", "2027-ab-01") "]}",
      "accepted[0]: \"until\" must be a day, as 2027-01-31" },
    { "until/dots", HEAD ENTRY("device-gone", "p", "", "2027.01.01") "]}",
      "accepted[0]: \"until\" must be a day, as 2027-01-31" },
    { "until/year-0", HEAD ENTRY("device-gone", "p", "", "0000-01-01") "]}",
      "accepted[0]: \"until\" must be a day, as 2027-01-31" },
};
/* clang-format on */

static QevmBaseline *
load(const char *quoted, char **path, GError **error)
{
    g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
    int fd = g_file_open_tmp("qevm-XXXXXX", path, error);
    QevmBaseline *baseline;

    g_assert_cmpint(fd, >=, 0);
    g_assert_true(g_close(fd, error));
    g_assert_true(g_file_set_contents(*path, text, -1, error));
    baseline = qevm_baseline_load(*path, error);
    g_unlink(*path);
    return baseline;
}

static void
test_bad(gconstpointer data)
{
    const struct bad *bad = data;
    g_autofree char *path = NULL;
    g_autofree char *message = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmBaseline) baseline = load(bad->text, &path, &error);

    g_assert_null(baseline);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
    message = g_strconcat(path, ": ", bad->message, NULL);
    g_assert_cmpstr(error->message, ==, message);
}

static GPtrArray *
some_findings(void)
{
    GPtrArray *findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);

    qevm_finding_add(findings, "device-gone", g_strdup("a"), 0, "s");
    qevm_finding_add(findings, "device-gone", g_strdup("b//x"), 0, "s");
    qevm_finding_add(findings, "field-missing", g_strdup("b//x"), 0, "s");
    qevm_finding_add(findings, "device-new", g_strdup("c"), 0, "s");
    return findings;
}

/* "a=why (until ...)" of what is accepted. */
static char *
accepted_text(const GPtrArray *findings)
{
    g_autoptr(GString) text = g_string_new("");

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        if (f->accepted) {
            g_string_append_printf(text, "%s %s: %s\n", f->info->slug, f->path,
                                   f->accepted);
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
sentences(const GPtrArray *findings)
{
    g_autoptr(GString) text = g_string_new("");

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        g_string_append_printf(text, "%s: %s: %s\n", f->path, f->info->slug,
                               f->sentence);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* clang-format off */
static const struct row {
    const char *name, *entries, *accepted, *stale;
} rows[] = {
    { "none", "", "", "" },
    { "exact", ENTRY("device-gone", "a", "", "2027-01-01"),
      "device-gone a: why (until 2027-01-01)\n", "" },
    { "glob", ENTRY("device-gone", "*", "", "2027-01-01"),
      "device-gone a: why (until 2027-01-01)\n"
      "device-gone b//x: why (until 2027-01-01)\n", "" },
    { "other-finding", ENTRY("field-extra", "a", "", "2027-01-01"), "",
      "a: baseline-unused: accepted[0] accepts no field-extra\n" },
    { "last-day", ENTRY("device-gone", "a", "", "2026-06-15"),
      "device-gone a: why (until 2026-06-15)\n", "" },
    { "expired", ENTRY("device-gone", "a", "", "2026-06-14"), "",
      "a: baseline-expired: accepted[0] accepted device-gone until 2026-06-14: why\n" },
    { "expired-and-unused", ENTRY("device-gone", "z", "", "2026-06-14"), "",
      "z: baseline-unused: accepted[0] accepts no device-gone\n" },
    { "direction", ENTRY("device-gone", "a", "'direction': 'forward', ", "2027-01-01"),
      "device-gone a: why (until 2027-01-01)\n", "" },
    { "other-direction", ENTRY("device-gone", "a", "'direction': 'backward', ", "2027-01-01"), "",
      "a: baseline-unused: accepted[0] accepts no device-gone\n" },
    /* the first that holds counts, both are in use */
    { "two", ENTRY("device-gone", "a", "", "2026-06-14") ", " ENTRY("device-gone", "?", "", "2028-01-01"),
      "device-gone a: why (until 2028-01-01)\n",
      "a: baseline-expired: accepted[0] accepted device-gone until 2026-06-14: why\n" },
};
/* clang-format on */

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autofree char *path = NULL, *accepted = NULL, *stale = NULL;
    g_autofree char *text = g_strconcat(HEAD, row->entries, "]}", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmBaseline) baseline = load(text, &path, &error);
    g_autoptr(GPtrArray) findings = some_findings(), past = NULL;

    g_assert_no_error(error);
    qevm_baseline_apply(baseline, findings, "forward", "2026-06-15");
    past = qevm_baseline_check(baseline);
    accepted = accepted_text(findings);
    stale = sentences(past);
    g_assert_cmpstr(accepted, ==, row->accepted);
    g_assert_cmpstr(stale, ==, row->stale);
}

/* What is in use stays, what is not goes, what is new comes; what was written
 * accepts all of it. */
static void
test_write(void)
{
    g_autofree char *path = NULL, *text = NULL, *again = NULL, *stale = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmBaseline) baseline =
        load(HEAD ENTRY("device-gone", "a", "", "2027-01-01") ", " ENTRY(
                 "device-gone", "z", "",
                 "2027-01-01") ", " ENTRY("device-gone", "b*", "",
                                          "2026-01-01") "]}",
             &path, &error);
    g_autoptr(QevmBaseline) written = NULL;
    g_autoptr(GPtrArray) findings = some_findings(), same = some_findings();
    g_autoptr(GPtrArray) past = NULL;
    QevmFindingCounts counts;

    g_assert_no_error(error);
    qevm_baseline_apply(baseline, findings, "forward", "2026-06-15");
    qevm_baseline_add(baseline, findings, "forward", "new", "2026-12-31");
    text = qevm_baseline_text(baseline);
    g_assert_cmpstr(text, ==,
                    "{\"qevm-baseline\": 1, \"accepted\": [\n"
                    " {\"finding\": \"device-gone\", \"path\": \"a\", "
                    "\"reason\": \"why\", \"until\": \"2027-01-01\"},\n"
                    " {\"finding\": \"device-gone\", \"path\": \"b//x\", "
                    "\"direction\": \"forward\", \"reason\": \"new\", "
                    "\"until\": \"2026-12-31\"},\n"
                    " {\"finding\": \"field-missing\", \"path\": \"b//x\", "
                    "\"direction\": \"forward\", \"reason\": \"new\", "
                    "\"until\": \"2026-12-31\"}]}\n");
    g_clear_pointer(&path, g_free);
    written = load(text, &path, &error);
    g_assert_no_error(error);
    qevm_baseline_apply(written, same, "forward", "2026-06-15");
    past = qevm_baseline_check(written);
    stale = sentences(past);
    g_assert_cmpstr(stale, ==, "");
    counts = qevm_findings_count(same);
    g_assert_cmpuint(counts.of[QEVM_SEVERITY_ERROR], ==, 0);
    g_assert_cmpuint(counts.of[QEVM_SEVERITY_NOTE], ==, 1);
    g_assert_cmpuint(counts.accepted, ==, 3);
    again = qevm_baseline_text(written);
    g_assert_cmpstr(again, ==, text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bads); i++) {
        g_autofree char *path =
            g_strconcat("/baseline/bad/", bads[i].name, NULL);

        g_test_add_data_func(path, &bads[i], test_bad);
    }
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/baseline/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    g_test_add_func("/baseline/write", test_write);
    return g_test_run();
}
