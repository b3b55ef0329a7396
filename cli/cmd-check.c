/* cmd-check.c - qevm check: what is wrong with a stream by itself. */
#include "cli/check.h"
#include "cli/container.h"
#include "cli/render.h"
#include "cli/repairs.h"
#include "cli/target.h"
#include "rewrite/check.h"

static const QevmOption options[] = {
    QEVM_OPTION_AGAINST,
    { "quick", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quick), NULL,
      "do not read RAM, and say what was not looked at" },
    QEVM_OPTION_STRICT,
    { "quiet", 'q', G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quiet),
      NULL, "print errors and warnings only" },
    QEVM_OPTION_FORMAT_FINDINGS,
    QEVM_OPTION_JSON,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

/* A line of its own: whoever collects the output of many runs can rely on
 * that. */
static void
print_line(QevmPrint *out, json_t *json)
{
    qevm_render_json_print(out, json);
    qevm_print(out, "\n");
    json_decref(json);
}

static void
print_json(const QevmReport *report, const QevmStream *stream, QevmPrint *out)
{
    json_t *json = json_object();

    json_object_set_new(json, "file", qevm_render_json_text(report->subject));
    qevm_report_json_counts(report, json);
    json_object_set_new(json, "findings", qevm_report_json_findings(report));
    json_object_set_new(json, "not_looked_at",
                        qevm_report_json_list(qevm_check_skipped(stream)));
    print_line(out, json);
}

static void
print_unread(QevmCli *cli, const char *file, QevmFormat format)
{
    json_t *json;

    if (format == QEVM_FORMAT_JUNIT) {
        qevm_junit_error(cli->out, file, cli->failure);
    } else if (format == QEVM_FORMAT_JSON) {
        json = json_object();
        json_object_set_new(json, "file", qevm_render_json_text(file));
        json_object_set_new(json, "error", qevm_render_json_text(cli->failure));
        print_line(cli->out, json);
    }
}

static int
check_file(QevmCli *cli, const char *file, const QevmTarget *target,
           QevmFormat format)
{
    QevmSource *source;
    g_autoptr(QevmContainer) c = qevm_cli_container(cli, file, 0, &source);
    g_autoptr(QevmStream) stream =
        c ? qevm_cli_parse(cli, file, source,
                           cli->options.quick ? 0 : QEVM_OPEN_WALK)
          : NULL;
    g_autoptr(GPtrArray) findings = NULL;
    g_autoptr(GError) error = NULL;
    QevmReport report = { .subject = file,
                          .offsets = TRUE,
                          .notes = !cli->options.quiet,
                          .strict = cli->options.strict };

    if (!stream) {
        print_unread(cli, file, format);
        return QEVM_EXIT_INPUT;
    }
    findings = qevm_check_all(c, stream, target, &error);
    if (!findings) {
        int code = qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);

        print_unread(cli, file, format);
        return code;
    }
    report.findings = findings;
    if (target) {
        qevm_cli_repairs(stream, target, findings);
    }
    if (format == QEVM_FORMAT_JSON) {
        print_json(&report, stream, cli->out);
    } else if (format == QEVM_FORMAT_JUNIT) {
        qevm_junit_suite(&report, cli->out);
    } else {
        qevm_check_print(&report, stream, cli->out);
    }
    return qevm_report_code(&report);
}

/* What is known of a file is printed before the next one is looked at. */
static int
check_files(QevmCli *cli, int argc, char **argv, const QevmTarget *target,
            QevmFormat format)
{
    int code = QEVM_EXIT_OK, number;

    for (int i = 0; i < argc; i++) {
        code = qevm_cli_worse(code, check_file(cli, argv[i], target, format));
        if (!qevm_print_flush(cli->out, &number)) {
            break;
        }
    }
    return code;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmTarget) target = NULL;
    QevmFormat format;
    int code;

    if (!qevm_cli_format(cli, &format)) {
        return QEVM_EXIT_USAGE;
    }
    if (cli->options.against && !(target = qevm_cli_target(cli))) {
        return QEVM_EXIT_INPUT;
    }
    if (format == QEVM_FORMAT_JUNIT) {
        qevm_junit_begin(cli->out);
    }
    code = check_files(cli, argc, argv, target, format);
    if (format == QEVM_FORMAT_JUNIT) {
        qevm_junit_end(cli->out);
    }
    return code;
}

const QevmCommand qevm_command_check = {
    .name = "check",
    .args = "FILE...",
    .summary = "report what is wrong with a stream",
    .details =
        "Reads every record, RAM page headers included, decodes every "
        "section, and prints what it finds, a line each:\n\n  FILE: PATH at "
        "OFFSET: SEVERITY[FINDING]: what is wrong\n\nAn error stops any "
        "QEMU, a warning loses something, a note is worth knowing. \"qevm "
        "help FINDING\" explains one, \"qevm help findings\" lists all. The "
        "exit status is 1 if there are errors.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
