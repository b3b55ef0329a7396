/* planning.c - from a command line to a plan. */
#include "cli/planning.h"

#include "cli/container.h"
#include "cli/transform.h"
#include "parser/libvirt.h"
#include "parser/path.h"

#include <stdio.h>
#include <string.h>

gboolean
qevm_planning_words(QevmCli *cli, int argc, char **argv, char ***words,
                    int *code)
{
    *words = NULL;
    if (cli->dashes < 0 && argc == 1) {
        return TRUE;
    }
    if (cli->dashes != 1 || argc < 2) {
        *code = qevm_cli_usage(cli, "needs one FILE, and \"-- QEMU...\" behind "
                                    "it, if at all");
        return FALSE;
    }
    if (cli->options.timeout < 1) {
        *code = qevm_cli_usage(cli, "--timeout needs at least one second");
        return FALSE;
    }
    *words = argv + 1;
    return TRUE;
}

/* ---- what is compared ---- */

/* NULL: it was said why. */
static QevmReference *
capture(QevmCli *cli, char **words, const char *machine, const json_t *from,
        const char *what, int *code)
{
    g_autoptr(GError) error = NULL;
    QevmReference *r = qevm_reference_new(cli, words, machine, from, &error);

    if (!r) {
        *code = qevm_cli_qemu_fail(cli, what, error);
    }
    return r;
}

static QevmStream *
stream_of(QevmCli *cli, QevmReference *r, const char *name)
{
    return qevm_cli_parse(cli, name, g_steal_pointer(&r->source), 0);
}

static const char *
machine_of(const json_t *facts)
{
    return json_string_value(json_object_get(facts, "machine"));
}

/* What --base or --from give, and the machine type that it is of, if that is
 * known. FALSE: it was said why. */
static gboolean
open_base(QevmCli *cli, QevmPlanning *p, char **machine, int *code)
{
    const QevmOptions *o = &cli->options;
    g_auto(GStrv) words = NULL;
    g_autoptr(QevmReference) r = NULL;
    g_autoptr(GError) error = NULL;

    *code = QEVM_EXIT_INPUT;
    if (o->base) {
        p->base = qevm_cli_facts(cli, o->base, &p->from)
                      ? qevm_cli_open(cli, o->base, 0)
                      : NULL;
        if (p->base) {
            *machine = g_strdup(p->base->machine);
        }
        return p->base != NULL;
    }
    if (!o->from) {
        return TRUE;
    }
    if (!g_shell_parse_argv(o->from, NULL, &words, &error)) {
        *code = qevm_cli_usage(cli, "--from: %s", error->message);
        return FALSE;
    }
    r = capture(cli, words, NULL, NULL, "--from", code);
    if (!r) {
        return FALSE;
    }
    p->from = json_incref(r->facts);
    *machine = g_strdup(machine_of(p->from));
    p->base = stream_of(cli, r, "--from");
    return p->base != NULL;
}

/* The stream itself, and the machine type that its container names. */
static gboolean
open_stream(QevmCli *cli, QevmPlanning *p, const char *file, char **machine,
            int *code)
{
    QevmSource *source;
    g_autoptr(QevmContainer) c = qevm_cli_container(cli, file, 0, &source);
    const QevmLayer *layer;

    *code = QEVM_EXIT_INPUT;
    if (!c) {
        return FALSE;
    }
    layer = qevm_container_layer(c, QEVM_LAYER_LIBVIRT);
    if (layer && layer->libvirt->machine) {
        *machine = g_strdup(layer->libvirt->machine);
    }
    p->stream = qevm_cli_parse(cli, file, source, 0);
    if (p->stream) {
        *code = qevm_cli_stream_error(cli, file, p->stream);
    }
    return p->stream && *code == QEVM_EXIT_OK;
}

static gboolean
open_target(QevmCli *cli, QevmPlanning *p, char **qemu, const char *machine,
            int *code)
{
    QevmStream *stream;
    const json_t *from;

    *code = QEVM_EXIT_INPUT;
    if (!qemu) {
        p->target = qevm_cli_target(cli);
        return p->target != NULL;
    }
    /* It may be of another machine type than the stream. */
    from = g_strcmp0(machine_of(p->from), machine) == 0 ? p->from : NULL;
    p->reference = capture(cli, qemu, machine, from, NULL, code);
    stream =
        p->reference ? stream_of(cli, p->reference, "the reference") : NULL;
    if (!stream) {
        return FALSE;
    }
    p->target = qevm_cli_target_captured(cli, stream, p->reference->facts);
    return p->target != NULL;
}

/* ---- what the user says of it ---- */

static char *
moved(const char *name, const char *from, const char *to)
{
    gsize len = strlen(from);

    return name && strncmp(name, from, len) == 0 &&
                   (name[len] == '/' || name[len] == '\0')
               ? g_strconcat(to, name + len, NULL)
               : NULL;
}

static void
add_move(json_t *rules, const char *op, char *at, char *to)
{
    if (to) {
        json_array_append_new(
            rules, json_pack("{s:s,s:s,s:s,s:s}", "op", op, "at", at, "to", to,
                             "why", "where the destination has the device"));
    }
    g_free(at);
    g_free(to);
}

/* The rules for one --map. FALSE: nothing is there. */
static gboolean
map_one(QevmStream *stream, const char *from, const char *to, json_t *rules)
{
    gsize before = json_array_size(rules);

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);
        char *name =
            r->type == QEVM_RECORD_FULL ? moved(r->idstr, from, to) : NULL;
        g_autofree char *quoted = name ? qevm_path_quote(r->idstr) : NULL;

        if (name) {
            add_move(rules, "rename-section",
                     g_strdup_printf("%s@%u", quoted, r->instance_id), name);
        }
    }
    for (guint i = 0; stream->ram && i < stream->ram->blocks->len; i++) {
        const QevmRamBlock *block =
            &g_array_index(stream->ram->blocks, QevmRamBlock, i);
        char *name = moved(block->idstr, from, to);

        if (name) {
            g_autofree char *quoted = qevm_path_quote(block->idstr);

            add_move(rules, "rename-ram-block", g_steal_pointer(&quoted), name);
        }
    }
    return json_array_size(rules) > before;
}

static QevmRules *
map_rules(const QevmCli *cli, QevmPlanning *p, GError **error)
{
    json_t *file;
    char **map = cli->options.map;
    g_autofree char *text = NULL;

    p->moves = json_array();
    for (; map && *map; map++) {
        g_auto(GStrv) sides = g_strsplit(*map, "=", 2);

        if (!sides[0] || !sides[1] || !*sides[0] || !*sides[1] ||
            !map_one(p->stream, sides[0], sides[1], p->moves)) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH, "--map %s: %s",
                        *map,
                        sides[0] && sides[1]
                            ? "the stream has no section or RAM block there"
                            : "is not OLD=NEW");
            return NULL;
        }
    }
    file = json_pack("{s:i,s:O}", "qevm-rules", 1, "rules", p->moves);
    text = json_dumps(file, JSON_COMPACT);
    json_decref(file);
    return qevm_rules_parse(text, strlen(text), "--map", error);
}

static gboolean
apply_first(QevmCli *cli, QevmPlanning *p, GError **error)
{
    char **files = cli->options.rules;

    /* What is allowed is decided when the stream is written. */
    p->edit->allow_visible = p->edit->allow_lossy = TRUE;
    p->rules = map_rules(cli, p, error);
    if (!p->rules ||
        !qevm_edit_apply(p->edit, p->rules, QEVM_PHASE_ALL, error)) {
        return FALSE;
    }
    for (; files && *files; files++) {
        g_autoptr(QevmRules) more = qevm_rules_load(*files, error);

        if (!more || !qevm_edit_apply(p->edit, more, QEVM_PHASE_ALL, error)) {
            return FALSE;
        }
        qevm_transform_join(p->rules, more);
    }
    return TRUE;
}

/* ---- all of it ---- */

static void
say_options(const QevmReference *r)
{
    for (guint i = 0; i < r->failed->len; i++) {
        fprintf(stderr, "qevm: QEMU does not start with -global %s: left out\n",
                (const char *)g_ptr_array_index(r->failed, i));
    }
    for (guint i = 0; i < r->notes->len; i++) {
        fprintf(stderr, "qevm: %s\n",
                (const char *)g_ptr_array_index(r->notes, i));
    }
}

QevmPlanning *
qevm_planning_new(QevmCli *cli, const char *file, char **qemu, int *code)
{
    g_autoptr(QevmPlanning) p = g_new0(QevmPlanning, 1);
    g_autofree char *of_base = NULL, *of_file = NULL;
    g_autoptr(GError) error = NULL;
    const char *machine = cli->options.from_machine;

    if (!qemu == !cli->options.like) {
        *code =
            qevm_cli_usage(cli, qemu ? "--like and \"-- QEMU...\" are two "
                                       "ways to say the same"
                                     : "needs --like REF or \"-- QEMU...\"");
        return NULL;
    }
    if (cli->options.base && cli->options.from) {
        *code = qevm_cli_usage(cli, "--base and --from are two ways to say the "
                                    "same");
        return NULL;
    }
    if (!open_stream(cli, p, file, &of_file, code) ||
        !open_base(cli, p, &of_base, code)) {
        return NULL;
    }
    machine = machine              ? machine
              : p->stream->machine ? p->stream->machine
              : of_file            ? of_file
                                   : of_base;
    if (!open_target(cli, p, qemu, machine, code)) {
        return NULL;
    }
    if (p->reference) {
        say_options(p->reference);
    }
    p->edit = qevm_edit_new(p->stream);
    *code = QEVM_EXIT_INPUT;
    if (!apply_first(cli, p, &error)) {
        *code = qevm_cli_fail(cli, file, error, QEVM_EXIT_INPUT);
        return NULL;
    }
    p->hints = qevm_cli_hints(&error);
    if (!p->hints) {
        *code = qevm_cli_fail(cli, NULL, error, QEVM_EXIT_SYSTEM);
        return NULL;
    }
    p->plan = qevm_plan_new(p->edit, p->target, p->base, p->hints);
    if (!qevm_plan_make(p->plan, &error)) {
        *code = qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
        return NULL;
    }
    return g_steal_pointer(&p);
}

void
qevm_planning_free(QevmPlanning *p)
{
    if (!p) {
        return;
    }
    qevm_plan_free(p->plan);
    qevm_hints_free(p->hints);
    qevm_rules_free(p->rules);
    json_decref(p->moves);
    qevm_edit_free(p->edit);
    qevm_stream_free(p->stream);
    qevm_stream_free(p->base);
    json_decref(p->from);
    qevm_target_free(p->target);
    qevm_reference_free(p->reference);
    g_free(p);
}

gboolean
qevm_planning_problems(const QevmCli *cli, const QevmPlanning *planning)
{
    const GPtrArray *problems = planning->plan->problems;
    int number;

    (void)qevm_print_flush(cli->out, &number);
    for (guint i = 0; i < problems->len; i++) {
        const QevmProblem *p = g_ptr_array_index(problems, i);

        g_autofree char *sentence = qevm_printable(p->sentence);
        g_autofree char *advice = qevm_printable(p->advice ? p->advice : "");

        fprintf(stderr, "qevm: %s: %s\n", p->path, sentence);
        if (p->advice) {
            fprintf(stderr, "      %s\n", advice);
        }
    }
    return problems->len > 0;
}

void
qevm_planning_command(const QevmPlanning *p)
{
    g_autofree char *text = NULL;

    if (p->reference && p->reference->added->len) {
        text = qevm_qemu_words_text(p->reference->words);
        fprintf(stderr,
                "qevm: its devices are those of the old machine type with\n"
                "      %s\n",
                text);
    }
}

gboolean
qevm_planning_join(QevmPlanning *p, GError **error)
{
    json_t *file = qevm_plan_file(p->plan);
    g_autofree char *text = json_dumps(file, JSON_COMPACT);
    g_autoptr(QevmRules) planned = NULL;

    json_decref(file);
    planned = qevm_rules_parse(text, strlen(text), "plan", error);
    if (planned) {
        qevm_transform_join(p->rules, planned);
    }
    return planned != NULL;
}
