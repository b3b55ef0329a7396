/* transform.c - from a stream and rules to a new stream. */
#include "cli/transform.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "rewrite/emit.h"

#include <errno.h>

typedef struct {
    QevmCli *cli;                   /* borrowed; NULL: no options */
    const QevmTransform *transform; /* borrowed */
    QevmStream *stream;             /* owned; NULL until it was read */
    QevmEdit *edit;                 /* owned; of that stream */
    const QevmContainer *container; /* of the input */
    QevmContainer *opened;          /* owned; that, unless it was given */
    QevmContainer *into;            /* owned; of the output, if not the same */
    QevmSource *into_source;        /* owned; the stream in that */
    QevmOutput *output;             /* owned; NULL: a dry run, or only `fd` */
    QevmWrap *wrap;                 /* owned; around what goes to the output */
    int fd;                         /* to write to; -1: a dry run */
    QevmOutput *journal;            /* owned; NULL: none wanted */
    QevmSource *head;               /* owned; of a pipe, once it is written */
    QevmProgressLine line;
    gboolean writing; /* an error now is one of the output */
} Run;

static void
run_clear(Run *run)
{
    /* The edit borrows from the stream. */
    qevm_edit_free(run->edit);
    qevm_source_free(run->head);
    qevm_stream_free(run->stream);
    qevm_wrap_free(run->wrap);
    qevm_container_free(run->opened);
    qevm_source_free(run->into_source);
    qevm_container_free(run->into);
    qevm_output_free(run->output);
    qevm_output_free(run->journal);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static const char *
op_name(QevmOp op)
{
    guint count;
    const QevmOpInfo *table = qevm_op_table(&count);

    for (guint i = 0; i < count; i++) {
        if (table[i].op == op) {
            return table[i].name;
        }
    }
    return "?";
}

/* ---- what changed ---- */

static void
print_change(QevmPrint *out, const QevmChange *c)
{
    gboolean plain = c->loss < QEVM_LOSS_VISIBLE;

    qevm_print_format(out, "rule %u: %s ", c->rule, op_name(c->op));
    qevm_print_styled(out, QEVM_STYLE_NAME, "%s", c->path ? c->path : "");
    if (c->before || c->after) {
        qevm_print_format(out, ": %s -> %s", c->before ? c->before : "nothing",
                          c->after ? c->after : "nothing");
    }
    qevm_print_styled(out, plain ? QEVM_STYLE_DIM : QEVM_STYLE_WARNING, " (%s)",
                      qevm_loss_name(c->loss));
    qevm_print(out, "\n");
    if (c->what) {
        qevm_print_format(out, "    %s\n", c->what);
    }
}

static void
print_changes(const Run *run)
{
    const GPtrArray *changes = run->edit->changes;

    for (guint i = 0; i < changes->len; i++) {
        print_change(run->cli->out, g_ptr_array_index(changes, i));
    }
    qevm_print_format(run->cli->out, "%u change%s, nothing written\n",
                      changes->len, changes->len == 1 ? "" : "s");
}

static json_t *
text_or_null(const char *text)
{
    return text ? qevm_render_json_text(text) : json_null();
}

static json_t *
change_json(const QevmChange *c)
{
    json_t *json = json_object();

    json_object_set_new(json, "rule", json_integer(c->rule));
    json_object_set_new(json, "op", json_string(op_name(c->op)));
    json_object_set_new(json, "path", text_or_null(c->path));
    json_object_set_new(json, "offset", json_integer((json_int_t)c->offset));
    json_object_set_new(json, "before", text_or_null(c->before));
    json_object_set_new(json, "after", text_or_null(c->after));
    json_object_set_new(json, "class", json_string(qevm_loss_name(c->loss)));
    json_object_set_new(json, "what", text_or_null(c->what));
    return json;
}

/* One object a line. */
static gboolean
write_journal(Run *run, GError **error)
{
    g_autoptr(QevmPrint) out = NULL;
    int number;

    if (!run->journal) {
        return TRUE;
    }
    out = qevm_print_new(qevm_output_fd(run->journal), FALSE);
    for (guint i = 0; i < run->edit->changes->len; i++) {
        json_t *json = change_json(g_ptr_array_index(run->edit->changes, i));

        qevm_render_json_print(out, json);
        qevm_print(out, "\n");
        json_decref(json);
    }
    if (!qevm_print_flush(out, &number)) {
        return qevm_error_errno(error, number, "cannot write \"%s\"",
                                run->cli->options.journal);
    }
    return TRUE;
}

/* ---- editing ---- */

static gboolean
apply(Run *run, QevmPhase phase, GError **error)
{
    return !run->transform->rules ||
           qevm_edit_apply(run->edit, run->transform->rules, phase, error);
}

static void
begin_edit(Run *run, QevmStream *stream)
{
    run->edit = qevm_edit_new(stream);
    if (run->cli) {
        run->edit->allow_visible = run->cli->options.allow_visible;
        run->edit->allow_lossy = run->cli->options.allow_lossy;
    }
    run->edit->live->unnamed = qevm_output_unnamed;
    run->edit->live->drop_all_pages = run->transform->drop_all_pages;
}

static void
show_progress(guint64 done, guint64 total, gpointer user)
{
    Run *run = user;

    qevm_progress_update(done, total, &run->line);
}

static const QevmContainer *
output_container(const Run *run)
{
    return run->into ? run->into : run->container;
}

/* Once the rules are applied, to the head at least: the container names the
 * machine that the stream names, and the stream begins where it ends. */
static gboolean
begin_output(Run *run, GError **error)
{
    g_autofree char *machine = NULL;

    if (!run->output) {
        return TRUE;
    }
    machine = qevm_edit_machine(run->edit);
    run->wrap = qevm_wrap_new(output_container(run), &run->cli->options, error);
    if (!run->wrap ||
        (run->transform->xml &&
         !qevm_wrap_set_xml(run->wrap, run->transform->xml, error))) {
        return FALSE;
    }
    if (machine &&
        (run->into || g_strcmp0(machine, run->edit->stream->machine) != 0) &&
        !qevm_wrap_set_machine(run->wrap, machine, error)) {
        return FALSE;
    }
    if (run->transform->args &&
        !qevm_wrap_add_args(run->wrap, run->transform->args, error)) {
        return FALSE;
    }
    run->edit->base = qevm_wrap_base(run->wrap);
    return TRUE;
}

static gboolean
write_before(Run *run, GError **error)
{
    run->writing = TRUE;
    return !run->wrap ||
           qevm_wrap_begin(run->wrap, run->fd, qevm_output_sparse(run->output),
                           error);
}

/* Where the bytes of the stream go. */
static int
sink_fd(const Run *run)
{
    return run->wrap ? qevm_wrap_fd(run->wrap) : run->fd;
}

/* ---- a pipe: the head goes out before the pages come in ---- */

static gboolean
write_source(Run *run, QevmSource *source, GError **error)
{
    return qevm_source_copy(source, 0, qevm_source_size(source), sink_fd(run),
                            FALSE, error);
}

static gboolean
live_hook(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **edit,
          gpointer user, GError **error)
{
    Run *run = user;

    begin_edit(run, stream);
    if (!apply(run, QEVM_PHASE_HEAD, error)) {
        return FALSE;
    }
    if (run->fd < 0) {
        return TRUE;
    }
    *edit = run->edit->live;
    if (!begin_output(run, error)) {
        return FALSE;
    }
    run->head = qevm_emit_head(run->edit, error);
    if (!run->head) {
        return FALSE;
    }
    if (!write_before(run, error) || !write_source(run, run->head, error)) {
        return FALSE;
    }
    qevm_flow_set_sink(flow, sink_fd(run), FALSE);
    return TRUE;
}

/* Behind the pages: nothing of it is written unless all of it is right, so
 * that a loader meets a stream that was cut, not one that is wrong. */
static gboolean
finish_pipe(Run *run, GError **error)
{
    g_autoptr(QevmSource) rest = NULL;

    run->writing = FALSE;
    if (!apply(run, QEVM_PHASE_DEVICES, error)) {
        return FALSE;
    }
    if (run->fd < 0) {
        return TRUE;
    }
    rest = qevm_emit_rest(run->edit, error);
    if (!rest || !qevm_emit_verify(run->edit, run->head, rest, error)) {
        return FALSE;
    }
    run->writing = TRUE;
    return write_source(run, rest, error);
}

static gboolean
finish_file(Run *run, GError **error)
{
    gboolean ok;

    begin_edit(run, run->stream);
    if (!apply(run, QEVM_PHASE_ALL, error)) {
        return FALSE;
    }
    if (run->fd < 0) {
        return TRUE;
    }
    if (!begin_output(run, error) || !write_before(run, error)) {
        return FALSE;
    }
    qevm_progress_start(&run->line, "writing");
    ok = qevm_emit_fd(run->edit, sink_fd(run),
                      run->wrap && qevm_wrap_sparse(run->wrap), show_progress,
                      run, error);
    qevm_progress_stop(&run->line);
    return ok;
}

/* ---- input and output ---- */

/* NULL: it was said why, and `*code` is for that. */
static QevmSource *
open_source(Run *run, int *code)
{
    g_autoptr(GError) error = NULL;
    QevmSource *source;

    if (run->transform->source) {
        run->container = run->transform->container;
        return run->transform->source;
    }
    *code = QEVM_EXIT_INPUT;
    run->opened =
        qevm_cli_container(run->cli, run->transform->file, 0, &source);
    run->container = run->opened;
    if (!run->container || !run->cli->options.spool ||
        qevm_source_seekable(source)) {
        return run->container ? source : NULL;
    }
    source = qevm_output_spool(source, &error);
    if (!source) {
        *code = qevm_cli_fail(run->cli, run->transform->file, error,
                              QEVM_EXIT_SYSTEM);
    }
    return source;
}

/* A name of a snapshot is of no file; what is before it is. */
static void
add_input(GPtrArray *inputs, const char *name)
{
    const char *hash = name ? strrchr(name, '#') : NULL;

    if (name) {
        g_ptr_array_add(inputs, g_strdup(name));
    }
    if (hash) {
        g_ptr_array_add(inputs, g_strndup(name, (gsize)(hash - name)));
    }
}

GPtrArray *
qevm_transform_inputs(const QevmOptions *o, const char *file)
{
    GPtrArray *inputs = g_ptr_array_new_with_free_func(g_free);
    char **const lists[] = { o->rules, o->against, o->describe_with };

    add_input(inputs, file);
    add_input(inputs, o->like);
    add_input(inputs, o->base);
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (char **name = lists[i]; name && *name; name++) {
            add_input(inputs, *name);
        }
    }
    return inputs;
}

static gboolean
is_apart(const QevmOutput *a, const QevmOutput *b, const char *what,
         const char *name, GError **error)
{
    if (!a || !b || !qevm_output_same(a, b)) {
        return TRUE;
    }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "\"%s\" cannot be both %s", name, what);
    return FALSE;
}

static gboolean
open_outputs(Run *run, GError **error)
{
    const QevmOptions *o = &run->cli->options;
    const QevmRules *rules = run->transform->rules;
    g_autoptr(GPtrArray) inputs =
        qevm_transform_inputs(o, run->container->path);

    if (run->into) {
        g_ptr_array_add(inputs, g_strdup(run->into->path));
    }
    for (guint i = 0; run->transform->keep && run->transform->keep[i]; i++) {
        g_ptr_array_add(inputs, g_strdup(run->transform->keep[i]));
    }
    for (guint i = 0; rules && i < rules->rules->len; i++) {
        const QevmRule *rule = g_ptr_array_index(rules->rules, i);

        if (rule->file) {
            g_ptr_array_add(inputs, g_strdup(rule->file));
        }
    }
    g_ptr_array_add(inputs, NULL);
    if (o->as && !qevm_snapshot_check(output_container(run), o, error)) {
        return FALSE;
    }
    if (!o->dry_run) {
        run->output =
            o->as
                ? qevm_output_temporary(error)
                : qevm_output_open(o->output,
                                   (const char *const *)(gpointer)inputs->pdata,
                                   error);
        if (!run->output) {
            return FALSE;
        }
        run->fd = qevm_output_fd(run->output);
    }
    if (o->journal) {
        run->journal = qevm_output_open(
            o->journal, (const char *const *)(gpointer)inputs->pdata, error);
        if (!run->journal) {
            return FALSE;
        }
    }
    return is_apart(run->output, run->journal, "the stream and its journal",
                    o->journal, error) &&
           is_apart(run->output, run->transform->beside,
                    "the stream and its account", o->account, error) &&
           is_apart(run->journal, run->transform->beside,
                    "the journal and the account", o->account, error);
}

/* All is written that goes before the stream gets its name. */
static gboolean
complete(Run *run, GError **error)
{
    return write_journal(run, error) &&
           (!run->wrap || qevm_wrap_end(run->wrap, error));
}

/* The journal is complete on disk before the stream gets its name. */
static gboolean
commit(Run *run, GError **error)
{
    const QevmOptions *o = &run->cli->options;
    gboolean sync = !o->no_sync;

    return (!o->as || !run->output ||
            qevm_snapshot_add(output_container(run), o,
                              qevm_output_fd(run->output), error)) &&
           (!run->output || qevm_output_commit(run->output, sync, error)) &&
           (!run->journal || qevm_output_commit(run->journal, sync, error));
}

static int
judge(Run *run)
{
    const QevmTransform *t = run->transform;
    g_autofree char *path = NULL;

    if (!t->judge || !run->output) {
        return QEVM_EXIT_OK;
    }
    path = g_strdup_printf("/proc/self/fd/%d", qevm_output_fd(run->output));
    return t->judge(run->cli, path, t->user);
}

static int
fail(const Run *run, const GError *error)
{
    return qevm_cli_fail(run->cli, run->transform->file, error,
                         run->writing ? QEVM_EXIT_SYSTEM : QEVM_EXIT_INPUT);
}

/* Reads the source, which it takes over, and writes what becomes of it. */
static gboolean
copy_source(Run *run, QevmSource *source, QevmStreamHooks *hooks,
            GError **error)
{
    gboolean pipe = !qevm_source_seekable(source);
    gboolean whole = run->output && qevm_output_sparse(run->output);
    gboolean walk = run->transform->rules &&
                    qevm_rules_need_walk(run->transform->rules, whole);

    hooks->progress = show_progress;
    hooks->live = pipe ? live_hook : NULL;
    hooks->user = run;
    qevm_progress_start(&run->line,
                        pipe && run->fd >= 0 ? "writing" : "reading");
    run->stream =
        qevm_stream_open(source, walk ? QEVM_OPEN_WALK : 0, hooks, error);
    qevm_progress_stop(&run->line);
    if (!run->stream) {
        return FALSE;
    }
    if (run->stream->error) {
        run->writing = run->stream->error->domain != QEVM_ERROR;
        g_propagate_error(error, g_error_copy(run->stream->error));
        return FALSE;
    }
    /* A pipe without a live part never called back. */
    return run->edit ? finish_pipe(run, error) : finish_file(run, error);
}

static int
run_opened(Run *run, QevmSource *source)
{
    QevmStreamHooks hooks = { 0 };
    g_autoptr(GError) error = NULL;
    int code;

    hooks.lend = qevm_cli_lend(run->cli);
    if (!hooks.lend || !qevm_cli_schemas(run->cli, &hooks.schemas)) {
        qevm_source_free(source);
        return QEVM_EXIT_INPUT;
    }
    if (!copy_source(run, source, &hooks, &error)) {
        return fail(run, error);
    }
    if (run->cli->options.dry_run && !run->cli->options.json) {
        print_changes(run);
    }
    run->writing = TRUE;
    if (!complete(run, &error)) {
        return fail(run, error);
    }
    code = judge(run);
    if (code != QEVM_EXIT_OK) {
        return code;
    }
    return commit(run, &error) ? QEVM_EXIT_OK : fail(run, error);
}

gboolean
qevm_transform_copy(const QevmTransform *transform, QevmSource *source, int fd,
                    GError **error)
{
    g_auto(Run) run = { .transform = transform, .fd = fd };
    QevmStreamHooks hooks = { 0 };

    return copy_source(&run, source, &hooks, error);
}

void
qevm_transform_join(QevmRules *rules, QevmRules *more)
{
    while (more->rules->len) {
        QevmRule *rule = g_ptr_array_steal_index(more->rules, 0);

        rule->number = rules->rules->len + 1;
        g_ptr_array_add(rules->rules, rule);
    }
}

int
qevm_transform_run(QevmCli *cli, const QevmTransform *transform)
{
    g_auto(Run) run = { .cli = cli, .transform = transform, .fd = -1 };
    g_autoptr(GError) error = NULL;
    QevmSource *source;
    int code;

    if (!cli->options.output && !cli->options.as && !cli->options.dry_run) {
        return qevm_cli_usage(cli, transform->rules
                                       ? "needs -o OUT or --dry-run"
                                       : "needs -o OUT");
    }
    if (cli->options.as && (cli->options.output || cli->options.compress)) {
        return qevm_cli_usage(cli, "--as goes with neither -o nor --compress");
    }
    if (cli->options.also && !cli->options.as) {
        return qevm_cli_usage(cli, "--also goes with --as NAME");
    }
    source = open_source(&run, &code);
    if (!source) {
        return code;
    }
    if (transform->into && !(run.into = qevm_cli_container(
                                 cli, transform->into, 0, &run.into_source))) {
        qevm_source_free(source);
        return QEVM_EXIT_INPUT;
    }
    if (!open_outputs(&run, &error)) {
        qevm_source_free(source);
        return qevm_cli_fail_output(cli, NULL, error);
    }
    return run_opened(&run, source);
}
