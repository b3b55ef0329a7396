/* cmd-check.c - qevm check: what is wrong with a stream by itself. */
#include "cli/container.h"
#include "cli/render.h"
#include "cli/target.h"
#include "rewrite/against.h"
#include "rewrite/check-container.h"
#include "rewrite/check.h"

static const QevmOption options[] = {
    QEVM_OPTION_AGAINST,
    { "quick", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quick), NULL,
      "do not read RAM, and say what was not looked at" },
    { "strict", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, strict),
      NULL, "count warnings as errors" },
    { "quiet", 'q', G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, quiet),
      NULL, "print errors and warnings only" },
    QEVM_OPTION_JSON,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_SCHEMA,
    QEVM_OPTION_NO_SCHEMAS,
    QEVM_OPTION_END,
};

static void
count(const GPtrArray *findings, guint counts[3])
{
    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        counts[f->info->severity]++;
    }
}

static void
print_finding(QevmPrint *out, const char *file, const QevmFinding *f)
{
    static const QevmStyle styles[] = { QEVM_STYLE_DIM, QEVM_STYLE_WARNING,
                                        QEVM_STYLE_ERROR };

    qevm_print_format(out, "%s: %s%sat 0x%" G_GINT64_MODIFIER "x: ", file,
                      f->path, *f->path ? " " : "", f->offset);
    qevm_print_styled(out, styles[f->info->severity], "%s[%s]",
                      qevm_severity_name(f->info->severity), f->info->slug);
    qevm_print_format(out, ": %s\n", f->sentence);
    for (guint i = 0; f->lines && i < f->lines->len; i++) {
        qevm_print_format(out, "    QEMU%s: %s\n", f->likely ? ", likely" : "",
                          (char *)g_ptr_array_index(f->lines, i));
    }
}

static const char *
plural(guint n)
{
    return n == 1 ? "" : "s";
}

static void
print_text(QevmCli *cli, const char *file, const QevmStream *stream,
           const GPtrArray *findings)
{
    const char *const *skipped = qevm_check_skipped(stream);
    guint counts[3] = { 0 };

    count(findings, counts);
    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        if (!cli->options.quiet || f->info->severity > QEVM_SEVERITY_NOTE) {
            print_finding(cli->out, file, f);
        }
    }
    if (cli->options.quiet) {
        return;
    }
    qevm_print_format(cli->out, "%s: %u error%s, %u warning%s, %u note%s\n",
                      file, counts[2], plural(counts[2]), counts[1],
                      plural(counts[1]), counts[0], plural(counts[0]));
    for (guint i = 0; skipped[i]; i++) {
        qevm_print_format(cli->out, "%s: not looked at: %s\n", file,
                          skipped[i]);
    }
}

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
finding_json(const QevmFinding *f)
{
    json_t *json = json_object();

    json_object_set_new(json, "finding", json_string(f->info->slug));
    json_object_set_new(json, "severity",
                        json_string(qevm_severity_name(f->info->severity)));
    json_object_set_new(json, "path", qevm_render_json_text(f->path));
    json_object_set_new(json, "offset", json_integer((json_int_t)f->offset));
    json_object_set_new(json, "sentence", qevm_render_json_text(f->sentence));
    if (f->lines) {
        json_object_set_new(json, "qemu", lines_json(f->lines));
    }
    if (f->likely) {
        json_object_set_new(json, "likely", json_true());
    }
    return json;
}

static void
print_json(QevmCli *cli, const char *file, const QevmStream *stream,
           const GPtrArray *findings)
{
    const char *const *skipped = qevm_check_skipped(stream);
    json_t *json = json_object(), *list = json_array();
    json_t *unseen = json_array();
    guint counts[3] = { 0 };

    count(findings, counts);
    for (guint i = 0; i < findings->len; i++) {
        json_array_append_new(list,
                              finding_json(g_ptr_array_index(findings, i)));
    }
    for (guint i = 0; skipped[i]; i++) {
        json_array_append_new(unseen, json_string(skipped[i]));
    }
    json_object_set_new(json, "file", qevm_render_json_text(file));
    json_object_set_new(json, "errors", json_integer(counts[2]));
    json_object_set_new(json, "warnings", json_integer(counts[1]));
    json_object_set_new(json, "notes", json_integer(counts[0]));
    json_object_set_new(json, "findings", list);
    json_object_set_new(json, "not_looked_at", unseen);
    qevm_render_json_print(cli->out, json);
    qevm_print(cli->out, "\n");
    json_decref(json);
}

static int
check_file(QevmCli *cli, const char *file, const QevmTarget *target)
{
    QevmSource *source;
    g_autoptr(QevmContainer) c = qevm_cli_container(cli, file, 0, &source);
    g_autoptr(QevmStream) stream =
        c ? qevm_cli_parse(cli, file, source,
                           cli->options.quick ? 0 : QEVM_OPEN_WALK)
          : NULL;
    g_autoptr(GPtrArray) findings = NULL;
    g_autoptr(GError) error = NULL;
    guint counts[3] = { 0 };

    if (!stream) {
        return QEVM_EXIT_INPUT;
    }
    findings = qevm_check(stream, target && qevm_target_reference(target));
    qevm_check_container(c, stream, findings);
    if (target && !qevm_check_against(stream, target, findings, &error)) {
        return qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
    }
    qevm_findings_sort(findings);
    count(findings, counts);
    if (cli->options.json) {
        print_json(cli, file, stream, findings);
    } else {
        print_text(cli, file, stream, findings);
    }
    return counts[QEVM_SEVERITY_ERROR] ||
                   (cli->options.strict && counts[QEVM_SEVERITY_WARNING])
               ? QEVM_EXIT_FINDINGS
               : QEVM_EXIT_OK;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmTarget) target = NULL;
    int code = QEVM_EXIT_OK;

    if (cli->options.against && !(target = qevm_cli_target(cli))) {
        return QEVM_EXIT_INPUT;
    }
    for (int i = 0; i < argc; i++) {
        code = qevm_cli_worse(code, check_file(cli, argv[i], target));
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
