/* cmd-schema-compare.c - qevm schema compare: does one QEMU load what another
 * one saves?
 */
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/target.h"
#include "rewrite/baseline.h"
#include "rewrite/compare.h"

#include <stdio.h>
#include <string.h>

#define NEW_REASON "not looked at yet"
#define NEW_DAYS 365

static const QevmOption options[] = {
    { "baseline", 0, G_OPTION_ARG_FILENAME,
      G_STRUCT_OFFSET(QevmOptions, baseline), "FILE",
      "accept the differences that FILE lists" },
    { "write-baseline", 0, G_OPTION_ARG_FILENAME,
      G_STRUCT_OFFSET(QevmOptions, write_baseline), "FILE",
      "write FILE to accept what was found" },
    { "direction", 0, G_OPTION_ARG_STRING,
      G_STRUCT_OFFSET(QevmOptions, direction), "WHICH",
      "forward, backward, or both" },
    { "src", 's', G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET(QevmOptions, src),
      "FILE", "OLD, forward only: as vmstate-static-checker.py" },
    { "dest", 'd', G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET(QevmOptions, dest),
      "FILE", "NEW, with --src" },
    { "reverse", 'r', G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, reverse),
      NULL, "backward only" },
    QEVM_OPTION_STRICT,
    { "verbose", 'v', G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, verbose),
      NULL, "print notes, and what is accepted" },
    QEVM_OPTION_FORMAT_FINDINGS,
    QEVM_OPTION_JSON,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_END,
};

/* A comparison, and what came out. */
typedef struct {
    QevmCli *cli;
    const char *names[2]; /* old, new */
    QevmKnown *known[2];  /* owned */
    gboolean wanted[2];   /* by QevmDirection */
    GPtrArray *found[2];  /* owned */
    QevmFormat format;
    QevmBaseline *baseline; /* owned; NULL: none */
    GPtrArray *stale;       /* owned; findings about the baseline */
    char *today;            /* owned */
} Comparison;

static void
comparison_clear(Comparison *c)
{
    for (guint i = 0; i < 2; i++) {
        qevm_known_free(c->known[i]);
        g_clear_pointer(&c->found[i], g_ptr_array_unref);
    }
    qevm_baseline_free(c->baseline);
    g_clear_pointer(&c->stale, g_ptr_array_unref);
    g_free(c->today);
}

/* A day from now, as "YYYY-MM-DD". */
static char *
day_in(gint days)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autoptr(GDateTime) then = g_date_time_add_days(now, days);

    return g_date_time_format(then, "%Y-%m-%d");
}

/* ---- the command line ---- */

static gboolean
read_names(Comparison *c, int argc, char **argv)
{
    const QevmOptions *o = &c->cli->options;

    if (!o->src != !o->dest) {
        (void)qevm_cli_usage(c->cli, "--src and --dest go together");
        return FALSE;
    }
    if (argc != (o->src ? 0 : 2)) {
        (void)qevm_cli_usage(c->cli, o->src ? "too many arguments"
                                            : "needs OLD and NEW");
        return FALSE;
    }
    c->names[0] = o->src ? o->src : argv[0];
    c->names[1] = o->src ? o->dest : argv[1];
    return TRUE;
}

static gboolean
read_direction(Comparison *c)
{
    const QevmOptions *o = &c->cli->options;
    const char *which = o->reverse ? "backward" : o->src ? "forward" : "both";

    if (o->direction) {
        if (o->reverse) {
            (void)qevm_cli_usage(
                c->cli, "--reverse and --direction exclude each other");
            return FALSE;
        }
        which = o->direction;
    }
    c->wanted[QEVM_COMPARE_FORWARD] = strcmp(which, "backward") != 0;
    c->wanted[QEVM_COMPARE_BACKWARD] = strcmp(which, "forward") != 0;
    if (strcmp(which, "both") != 0 && c->wanted[0] && c->wanted[1]) {
        (void)qevm_cli_usage(c->cli,
                             "no direction \"%s\"; there are forward, backward "
                             "and both",
                             which);
        return FALSE;
    }
    return TRUE;
}

static gboolean
load(Comparison *c)
{
    for (guint i = 0; i < 2; i++) {
        c->known[i] = qevm_cli_known(c->cli, c->names[i]);
        if (!c->known[i]) {
            return FALSE;
        }
    }
    if (!c->known[0]->sent != !c->known[1]->sent) {
        g_autoptr(GError) error = g_error_new(
            QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
            "a stream and a dump do not compare; \"qevm check STREAM --against "
            "DUMP\" tells whether one takes the other");

        qevm_cli_fail(c->cli, NULL, error, QEVM_EXIT_INPUT);
        return FALSE;
    }
    return TRUE;
}

static gboolean
load_baseline(Comparison *c)
{
    const char *file = c->cli->options.baseline;
    g_autoptr(GError) error = NULL;

    if (!file) {
        return TRUE;
    }
    c->baseline = qevm_baseline_load(file, &error);
    if (!c->baseline) {
        qevm_cli_fail(c->cli, file, error, QEVM_EXIT_INPUT);
    }
    return c->baseline != NULL;
}

/* ---- comparing ---- */

static void
compare(Comparison *c)
{
    for (guint i = 0; i < 2; i++) {
        if (!c->wanted[i]) {
            continue;
        }
        c->found[i] =
            qevm_compare(c->known[i], c->known[1 - i], (QevmDirection)i);
        if (c->baseline) {
            qevm_baseline_apply(c->baseline, c->found[i],
                                qevm_direction_name((QevmDirection)i),
                                c->today);
        }
    }
    if (c->baseline) {
        c->stale = qevm_baseline_check(c->baseline);
    }
}

/* The report of a direction, or of the baseline: `which` 2. FALSE: there is
 * none. `subject` is to be freed. */
static gboolean
report_of(const Comparison *c, guint which, QevmReport *report, char **subject)
{
    *subject = which == 2 ? g_strdup(c->cli->options.baseline)
                          : g_strdup_printf("%s -> %s", c->names[which],
                                            c->names[1 - which]);
    *report = (QevmReport){ .subject = *subject,
                            .findings = which == 2 ? c->stale : c->found[which],
                            .notes = c->cli->options.verbose,
                            .strict = c->cli->options.strict };
    return report->findings != NULL;
}

#define REPORTS 3

/* ---- what is said ---- */

static void
print_text(const Comparison *c)
{
    g_autoptr(GPtrArray) untold = qevm_compare_untold(c->known[0], c->known[1]);
    QevmPrint *out = c->cli->out;

    for (guint i = 0; i < REPORTS; i++) {
        g_autofree char *subject = NULL;
        QevmReport report;

        if (report_of(c, i, &report, &subject)) {
            qevm_report_text(&report, out);
            qevm_report_summary(&report, out);
        }
    }
    for (guint i = 0; i + 1 < untold->len; i++) {
        qevm_print_format(out, "not told: %s\n",
                          (char *)g_ptr_array_index(untold, i));
    }
}

static void
print_junit(const Comparison *c)
{
    qevm_junit_begin(c->cli->out);
    for (guint i = 0; i < REPORTS; i++) {
        g_autofree char *subject = NULL;
        QevmReport report;

        if (report_of(c, i, &report, &subject)) {
            qevm_junit_suite(&report, c->cli->out);
        }
    }
    qevm_junit_end(c->cli->out);
}

static json_t *
report_json(const QevmReport *report)
{
    json_t *json = json_object();

    QevmFindingCounts counts = qevm_findings_count(report->findings);

    qevm_report_json_counts(report, json);
    json_object_set_new(json, "accepted", json_integer(counts.accepted));
    json_object_set_new(json, "findings", qevm_report_json_findings(report));
    return json;
}

static void
print_json(const Comparison *c)
{
    static const char *const members[REPORTS] = { "forward", "backward",
                                                  "baseline" };
    g_autoptr(GPtrArray) untold = qevm_compare_untold(c->known[0], c->known[1]);
    json_t *json = json_object();

    json_object_set_new(json, "old", qevm_render_json_text(c->names[0]));
    json_object_set_new(json, "new", qevm_render_json_text(c->names[1]));
    for (guint i = 0; i < REPORTS; i++) {
        g_autofree char *subject = NULL;
        QevmReport report;

        if (report_of(c, i, &report, &subject)) {
            json_object_set_new(json, members[i], report_json(&report));
        }
    }
    json_object_set_new(
        json, "not_told",
        qevm_report_json_list((const char *const *)untold->pdata));
    qevm_render_json_print(c->cli->out, json);
    qevm_print(c->cli->out, "\n");
    json_decref(json);
}

static int
print_all(const Comparison *c)
{
    int code = QEVM_EXIT_OK;

    if (c->format == QEVM_FORMAT_JSON) {
        print_json(c);
    } else if (c->format == QEVM_FORMAT_JUNIT) {
        print_junit(c);
    } else {
        print_text(c);
    }
    for (guint i = 0; i < REPORTS; i++) {
        g_autofree char *subject = NULL;
        QevmReport report;

        if (report_of(c, i, &report, &subject)) {
            code = qevm_cli_worse(code, qevm_report_code(&report));
        }
    }
    return code;
}

/* ---- a new baseline ---- */

static gboolean
write_text(const char *path, const char *text, GError **error)
{
    g_autoptr(QevmOutput) output = qevm_output_open(path, NULL, error);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(QevmSource) source = qevm_source_new_bytes(bytes, "baseline");

    return output &&
           qevm_source_copy(source, 0, qevm_source_size(source),
                            qevm_output_fd(output), FALSE, error) &&
           qevm_output_commit(output, TRUE, error);
}

/* Entries that are in use stay as they are. */
static int
write_baseline(Comparison *c)
{
    const char *path = c->cli->options.write_baseline;
    g_autofree char *until = day_in(NEW_DAYS);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    if (!c->baseline) {
        c->baseline = qevm_baseline_new(path);
    }
    for (guint i = 0; i < 2; i++) {
        if (c->found[i]) {
            qevm_baseline_add(c->baseline, c->found[i],
                              qevm_direction_name((QevmDirection)i), NEW_REASON,
                              until);
        }
    }
    text = qevm_baseline_text(c->baseline);
    return write_text(path, text, &error)
               ? QEVM_EXIT_OK
               : qevm_cli_fail(c->cli, path, error, QEVM_EXIT_SYSTEM);
}

static int
run_comparison(Comparison *c, int argc, char **argv)
{
    if (!qevm_cli_format(c->cli, &c->format) || !read_names(c, argc, argv) ||
        !read_direction(c)) {
        return QEVM_EXIT_USAGE;
    }
    if (!load_baseline(c) || !load(c)) {
        return QEVM_EXIT_INPUT;
    }
    c->today = day_in(0);
    compare(c);
    return c->cli->options.write_baseline ? write_baseline(c) : print_all(c);
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    Comparison c = { .cli = cli };
    int code = run_comparison(&c, argc, argv);

    comparison_clear(&c);
    return code;
}

const QevmCommand qevm_command_schema_compare = {
    .name = "schema compare",
    .args = "OLD NEW",
    .summary = "tell whether one QEMU loads what another saves",
    .details =
        "OLD and NEW are what two QEMUs wrote with -dump-vmstate, names of "
        "shipped targets as \"qemu-10.0/x86_64\", or two streams. What counts "
        "is the bytes on the wire: other names are no difference. Prints a "
        "line for each finding, forward and backward:\n\n  FROM -> TO: PATH: "
        "SEVERITY[FINDING]: what differs\n\nAn error refuses all state of "
        "that device or subsection, a warning depends on what the "
        "descriptions do not tell. The exit status is 1 if there are errors.",
    .options = options,
    .max_args = 2,
    .run = run,
};
