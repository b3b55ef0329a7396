/* shell-file.c - a stream that the shell has open, and what was done to it.
 *
 * What was done is a list of rules. Doing one more applies it to the stream;
 * undoing applies those before it to the stream parsed anew.
 */
#include "cli/shell.h"

#include "cli/container.h"
#include "cli/transform.h"
#include "rewrite/emit.h"
#include "rewrite/rule-write.h"

#include <string.h>

static void
step_free(gpointer p)
{
    QevmShellStep *step = p;

    g_free(step->line);
    json_decref(step->rule);
    g_free(step);
}

static void
forget_stream(QevmShellFile *file)
{
    g_clear_pointer(&file->edit, qevm_edit_free);
    g_clear_pointer(&file->stream, qevm_stream_free);
}

void
qevm_shell_file_free(QevmShellFile *file)
{
    forget_stream(file);
    qevm_source_free(file->source);
    qevm_container_free(file->container);
    g_ptr_array_unref(file->steps);
    g_free(file->place);
    g_free(file->name);
    g_free(file);
}

/* All of the file's stream, for one parse of it. */
static QevmSource *
view(const QevmShellFile *file)
{
    QevmSource *all = qevm_source_new_pieces(file->name);

    qevm_source_add_extent(all, file->source, 0,
                           qevm_source_size(file->source));
    qevm_source_set_base(all, qevm_source_base(file->source));
    return all;
}

QevmShellFile *
qevm_shell_file_new(QevmCli *cli, const char *name, QevmContainer *container,
                    QevmSource *source)
{
    g_autoptr(QevmShellFile) file = g_new0(QevmShellFile, 1);

    file->name = g_strdup(name);
    file->place = g_strdup("");
    file->steps = g_ptr_array_new_with_free_func(step_free);
    file->container = container;
    file->source = source;
    file->stream = qevm_cli_parse(cli, name, view(file), 0);
    return file->stream ? g_steal_pointer(&file) : NULL;
}

QevmShellFile *
qevm_shell_file_open(QevmCli *cli, const char *name)
{
    QevmSource *source;
    QevmContainer *container = qevm_cli_container_seekable(cli, name, &source);

    return container ? qevm_shell_file_new(cli, name, container, source) : NULL;
}

gboolean
qevm_shell_file_unsaved(const QevmShellFile *file)
{
    return file->done != file->saved;
}

/* ---- rules ---- */

/* Takes over the array. */
static json_t *
rules_file(json_t *rules)
{
    return json_pack("{s:i,s:o}", "qevm-rules", 1, "rules", rules);
}

/* Takes over `file`; `name` is for messages, NULL: they name no rule. */
static QevmRules *
read_rules(json_t *file, const char *name, GError **error)
{
    char *text = json_dumps(file, 0);
    QevmRules *rules = qevm_rules_parse(text, strlen(text), name, error);

    free(text);
    json_decref(file);
    return rules;
}

json_t *
qevm_shell_file_rules(const QevmShellFile *file)
{
    json_t *rules = json_array();

    for (guint i = 0; i < file->done; i++) {
        const QevmShellStep *step = g_ptr_array_index(file->steps, i);

        json_array_append(rules, step->rule);
    }
    return rules;
}

static gboolean
apply_step(QevmShellFile *file, const QevmShellStep *step, GError **error)
{
    g_autoptr(QevmRules) one =
        read_rules(rules_file(json_pack("[O]", step->rule)), NULL, error);

    if (!file->edit) {
        file->edit = qevm_edit_new(file->stream);
    }
    return one && qevm_edit_apply(file->edit, one, QEVM_PHASE_ALL, error);
}

/* The stream anew, with the first `done` steps. FALSE: it was said why, and
 * nothing changed. */
static gboolean
rebuild(QevmCli *cli, QevmShellFile *file, guint done)
{
    QevmShellFile fresh = *file;
    g_autoptr(GError) error = NULL;

    fresh.edit = NULL;
    fresh.stream = qevm_cli_parse(cli, file->name, view(file), 0);
    for (guint i = 0; fresh.stream && !error && i < done; i++) {
        (void)!apply_step(&fresh, g_ptr_array_index(file->steps, i), &error);
    }
    if (error) {
        qevm_cli_fail(cli, file->name, error, QEVM_EXIT_INPUT);
        forget_stream(&fresh);
    }
    if (!fresh.stream) {
        return FALSE;
    }
    forget_stream(file);
    file->stream = fresh.stream;
    file->edit = fresh.edit;
    file->done = done;
    return TRUE;
}

/* ---- doing and undoing ---- */

gboolean
qevm_shell_file_set(QevmCli *cli, QevmShellFile *file, const char *path,
                    const char *value, GError **error)
{
    guint changes = file->edit ? file->edit->changes->len : 0;
    QevmShellStep *step;
    json_t *rule;

    if (file->stream->error) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "a broken stream cannot be changed: %s",
                    file->stream->error->message);
        return FALSE;
    }
    rule = qevm_rule_set_json(path, value, error);
    if (!rule) {
        return FALSE;
    }
    step = g_new0(QevmShellStep, 1);
    step->line = g_strdup_printf("set %s %s", path, value);
    step->rule = rule;
    if (!apply_step(file, step, error)) {
        step_free(step);
        (void)!rebuild(cli, file, file->done);
        return FALSE;
    }
    if (file->edit->changes->len == changes) {
        step_free(step);
        return TRUE;
    }
    if (file->saved > file->done) {
        file->saved = G_MAXUINT;
    }
    g_ptr_array_set_size(file->steps, (gint)file->done);
    g_ptr_array_add(file->steps, step);
    file->done++;
    return TRUE;
}

const QevmShellStep *
qevm_shell_file_undo(QevmCli *cli, QevmShellFile *file, GError **error)
{
    if (file->done == 0) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                            "nothing was changed");
        return NULL;
    }
    return rebuild(cli, file, file->done - 1)
               ? g_ptr_array_index(file->steps, file->done)
               : NULL;
}

const QevmShellStep *
qevm_shell_file_redo(QevmCli *cli, QevmShellFile *file, GError **error)
{
    if (file->done == file->steps->len) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                            "nothing was undone");
        return NULL;
    }
    return rebuild(cli, file, file->done + 1)
               ? g_ptr_array_index(file->steps, file->done - 1)
               : NULL;
}

/* ---- reading and writing it as it is now ---- */

QevmStream *
qevm_shell_file_parse(QevmCli *cli, const QevmShellFile *file, gboolean edited,
                      QevmOpenFlags flags)
{
    g_autoptr(GError) error = NULL;
    QevmSource *source = edited && file->edit
                             ? qevm_emit_source(file->edit, &error)
                             : view(file);

    if (!source) {
        qevm_cli_fail(cli, file->name, error, QEVM_EXIT_INPUT);
        return NULL;
    }
    return qevm_cli_parse(cli, file->name, source, flags);
}

int
qevm_shell_file_write(QevmCli *cli, QevmShellFile *file, char **keep)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmRules) rules = read_rules(
        rules_file(qevm_shell_file_rules(file)), "what was changed", &error);
    QevmTransform transform = { .file = file->name,
                                .container = file->container,
                                .keep = keep,
                                .rules = rules };
    int code;

    if (!rules) {
        return qevm_cli_fail(cli, file->name, error, QEVM_EXIT_INPUT);
    }
    transform.source = view(file);
    code = qevm_transform_run(cli, &transform);
    if (code == QEVM_EXIT_OK) {
        file->saved = file->done;
    }
    return code;
}
