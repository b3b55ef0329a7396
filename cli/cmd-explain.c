/* cmd-explain.c - qevm explain: what QEMU printed, and what it means. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/explain.h"
#include "cli/render-explain.h"
#include "cli/render.h"
#include "cli/repairs.h"
#include "cli/schemas.h"
#include "cli/target.h"
#include "rewrite/against.h"
#include "rewrite/check.h"

static const QevmOption options[] = {
    QEVM_OPTION_AGAINST, QEVM_OPTION_JSON,       QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,  QEVM_OPTION_NO_SCHEMAS, QEVM_OPTION_END,
};

/* What a run works with. */
typedef struct {
    QevmCli *cli;
    QevmLog *log;
    QevmCauses *causes;
    const char *file; /* NULL: no stream */
    QevmStream *stream;
    QevmTarget *target;  /* NULL: no --against */
    GPtrArray *findings; /* all of the stream and of the comparison */
} Explain;

/* ---- input ---- */

/* The end of a line that is longer than any message does not count. */
static void
read_log(QevmLog *log)
{
    char buffer[16384];
    gboolean begins = TRUE;

    while (fgets(buffer, sizeof(buffer), stdin)) {
        gsize len = strlen(buffer);
        gboolean ends = len > 0 && buffer[len - 1] == '\n';

        if (begins) {
            buffer[ends ? len - 1 : len] = '\0';
            qevm_log_add(log, buffer);
        }
        begins = ends;
    }
}

static void
read_message(QevmLog *log, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        qevm_log_add(log, lines[i]);
    }
}

static gboolean
needs_walk(const QevmLog *log)
{
    for (guint i = 0; i < log->failures->len; i++) {
        if (qevm_sight_needs_walk(g_ptr_array_index(log->failures, i))) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A plan changes the stream, which is still to be looked at. */
static gboolean
add_repairs(Explain *x)
{
    g_autoptr(QevmStream) stream = qevm_cli_open(x->cli, x->file, 0);

    if (stream) {
        qevm_cli_repairs(stream, x->target, x->findings);
    }
    return stream != NULL;
}

/* The stream, and what is wrong with it, alone and at the destination. */
static gboolean
open_stream(Explain *x)
{
    g_autoptr(GError) error = NULL;

    x->stream =
        qevm_cli_open(x->cli, x->file, needs_walk(x->log) ? QEVM_OPEN_WALK : 0);
    if (!x->stream) {
        return FALSE;
    }
    if (x->cli->options.against) {
        x->target = qevm_cli_target(x->cli);
        if (!x->target) {
            return FALSE;
        }
    }
    x->findings =
        qevm_check(x->stream, x->target && qevm_target_reference(x->target));
    if (x->target &&
        !qevm_check_against(x->stream, x->target, x->findings, &error)) {
        qevm_cli_fail(x->cli, x->file, error, QEVM_EXIT_SYSTEM);
        return FALSE;
    }
    return !x->target || add_repairs(x);
}

/* ---- answers ---- */

/* A finding without QEMU's words is about the same thing if it is of the kind
 * that the message belongs to, or an error, in the same section. */
static gboolean
is_about(const Explain *x, const QevmFinding *finding, const QevmFailure *f,
         const QevmSight *sight)
{
    const char *slug = f->cause->form->finding;

    if (x->target && finding->lines) {
        return qevm_failure_is_finding(f, finding);
    }
    if (sight->verdict == QEVM_SIGHT_OTHER ||
        finding->info->severity != QEVM_SEVERITY_ERROR) {
        return FALSE;
    }
    if (f->idstr) {
        gsize len = strlen(f->idstr);

        return strncmp(finding->path, f->idstr, len) == 0 &&
               !g_ascii_isalnum(finding->path[len]);
    }
    return slug && strcmp(finding->info->slug, slug) == 0;
}

/* Borrowed findings. */
static GPtrArray *
findings_about(const Explain *x, const QevmFailure *f, const QevmSight *sight)
{
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; i < x->findings->len; i++) {
        QevmFinding *finding = g_ptr_array_index(x->findings, i);

        if (is_about(x, finding, f, sight)) {
            g_ptr_array_add(found, finding);
        }
    }
    return found;
}

/* FALSE: it was said why. With `list` as JSON into that, else as text. */
static gboolean
explain(const Explain *x, const QevmFailure *failure, json_t *list)
{
    QevmExplained e = { .failure = failure,
                        .causes = x->causes,
                        .file = x->file,
                        .target = x->target ? x->target->name : NULL };
    QevmStream *reference = x->target ? qevm_target_reference(x->target) : NULL;
    g_autoptr(QevmSight) sight = NULL;
    g_autoptr(GPtrArray) findings = NULL;
    g_autoptr(GError) error = NULL;

    if (reference) {
        e.reference = qevm_source_name(reference->source);
    }
    if (x->stream) {
        sight = qevm_sight_new(x->stream, failure, &error);
        if (!sight) {
            qevm_cli_fail(x->cli, x->file, error, QEVM_EXIT_SYSTEM);
            return FALSE;
        }
        findings = findings_about(x, failure, sight);
        e.sight = sight;
        e.findings = findings;
    }
    if (list) {
        json_array_append_new(list, qevm_explained_json(&e));
    } else {
        qevm_explained_text(&e, x->cli->out);
    }
    return TRUE;
}

static gboolean
print_text(const Explain *x)
{
    const QevmLog *log = x->log;
    QevmPrint *out = x->cli->out;
    gboolean any = log->failures->len > 0;

    for (guint i = 0; i < log->failures->len; i++) {
        qevm_print(out, i ? "\n" : "");
        if (!explain(x, g_ptr_array_index(log->failures, i), NULL)) {
            return FALSE;
        }
    }
    if (log->notices->len) {
        qevm_print_format(out, "%sThis stopped nothing:\n", any ? "\n" : "");
        any = TRUE;
    }
    for (guint i = 0; i < log->notices->len; i++) {
        qevm_explained_notice_text(x->causes,
                                   g_ptr_array_index(log->notices, i), out);
    }
    if (log->unknown->len) {
        qevm_print_format(out, "%sNot understood:\n", any ? "\n" : "");
        any = TRUE;
    }
    for (guint i = 0; i < log->unknown->len; i++) {
        g_autofree char *text =
            qevm_printable(g_ptr_array_index(log->unknown, i));

        qevm_print_format(out, "  %s\n", text);
    }
    if (!any) {
        qevm_print_format(out,
                          "No message of a QEMU that refuses a stream in "
                          "%" G_GUINT64_FORMAT " line%s.\n",
                          log->lines, log->lines == 1 ? "" : "s");
    }
    return TRUE;
}

/* New reference. NULL: it was said why. */
static json_t *
to_json(const Explain *x)
{
    json_t *json = json_object(), *failures = json_array();
    json_t *notices = json_array(), *unknown = json_array();
    gboolean ok = TRUE;

    for (guint i = 0; ok && i < x->log->failures->len; i++) {
        ok = explain(x, g_ptr_array_index(x->log->failures, i), failures);
    }
    for (guint i = 0; i < x->log->notices->len; i++) {
        json_array_append_new(
            notices, qevm_explained_notice_json(
                         x->causes, g_ptr_array_index(x->log->notices, i)));
    }
    for (guint i = 0; i < x->log->unknown->len; i++) {
        json_array_append_new(unknown, qevm_render_json_text(g_ptr_array_index(
                                           x->log->unknown, i)));
    }
    json_object_set_new(json, "lines", json_integer((json_int_t)x->log->lines));
    json_object_set_new(json, "failures", failures);
    json_object_set_new(json, "notices", notices);
    json_object_set_new(json, "not_understood", unknown);
    if (!ok) {
        json_decref(json);
        return NULL;
    }
    return json;
}

static gboolean
print_json(const Explain *x)
{
    json_t *json = to_json(x);

    if (json) {
        qevm_render_json_print(x->cli->out, json);
        qevm_print(x->cli->out, "\n");
    }
    json_decref(json);
    return json != NULL;
}

/* Something is left that nobody explained. */
static gboolean
is_open(const QevmLog *log, gboolean is_log)
{
    for (guint i = 0; i < log->failures->len; i++) {
        const QevmFailure *failure = g_ptr_array_index(log->failures, i);

        if (failure->rest) {
            return TRUE;
        }
    }
    return log->failures->len == 0 &&
           (log->unknown->len > 0 || (!is_log && log->notices->len == 0));
}

static void
clear(Explain *x)
{
    if (x->findings) {
        g_ptr_array_unref(x->findings);
    }
    qevm_target_free(x->target);
    qevm_stream_free(x->stream);
    qevm_causes_free(x->causes);
    qevm_log_free(x->log);
}

static gboolean
load_causes(Explain *x)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = qevm_schemas_folder("causes.json");

    x->causes = qevm_causes_load(path, &error);
    if (!x->causes) {
        qevm_cli_fail(x->cli, path, error, QEVM_EXIT_SYSTEM);
    }
    return x->causes != NULL;
}

gboolean
qevm_explain(QevmCli *cli, const char *messages, const char *file,
             json_t **json)
{
    Explain x = { .cli = cli, .file = file, .log = qevm_log_new() };
    gboolean ok;

    read_message(x.log, messages);
    qevm_log_end(x.log);
    ok = load_causes(&x) && (!file || open_stream(&x));
    if (ok && json) {
        ok = (*json = to_json(&x)) != NULL;
    } else if (ok) {
        ok = print_text(&x);
    }
    clear(&x);
    return ok;
}

static int
run_with(Explain *x, const char *message)
{
    gboolean is_log = strcmp(message, "-") == 0;

    if (!load_causes(x)) {
        return QEVM_EXIT_SYSTEM;
    }
    if (is_log) {
        read_log(x->log);
    } else {
        read_message(x->log, message);
    }
    qevm_log_end(x->log);
    if (x->file && !open_stream(x)) {
        return QEVM_EXIT_INPUT;
    }
    if (!(x->cli->options.json ? print_json(x) : print_text(x))) {
        return QEVM_EXIT_INPUT;
    }
    return is_open(x->log, is_log) ? QEVM_EXIT_FINDINGS : QEVM_EXIT_OK;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    Explain x = { .cli = cli, .file = argc > 1 ? argv[1] : NULL };
    int code;

    if (cli->options.against && !x.file) {
        return qevm_cli_usage(cli, "--against needs a stream to compare");
    }
    if (x.file && strcmp(argv[0], "-") == 0 && strcmp(x.file, "-") == 0) {
        return qevm_cli_usage(cli, "standard input is the log or the stream");
    }
    x.log = qevm_log_new();
    code = run_with(&x, argv[0]);
    clear(&x);
    return code;
}

const QevmCommand qevm_command_explain = {
    .name = "explain",
    .args = "MESSAGE [FILE]",
    .summary = "tell what QEMU means by a message",
    .details =
        "MESSAGE is what a QEMU from 2.0 to 11.1 printed when it refused a "
        "stream, one line or several; \"-\" reads a log from standard input, "
        "with whatever else is in it. What belongs together is one failure, "
        "and of each is printed what it means, which check of which releases "
        "printed it, in which section and field, what it usually comes from "
        "and what helps.\n\nWith the stream FILE: where in it that is, "
        "what is there, and whether this is the stream that QEMU read. With "
        "--against also what the comparison with the destination says of "
        "it.\n\nThe exit status is 1 if something was not understood.",
    .options = options,
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
