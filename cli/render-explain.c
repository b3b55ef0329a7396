/* render-explain.c - a failed load and what is known of it. */
#include "cli/render-explain.h"

#include <string.h>

#include "cli/findings.h"
#include "cli/render.h"
#include "parser/value.h"
#include "rewrite/evidence.h"

#define OFFSET "0x%" G_GINT64_MODIFIER "x"
/* Causes are printed while they fit as well as the best, or up to so many. */
#define MAX_CAUSES 4

/* "check_section_footer() in migration/savevm.c". Owned. */
static char *
source_text(const QevmMessageForm *form)
{
    const char *colon = strchr(form->source, ':');

    return g_strdup_printf("%s in %.*s", colon + 1, (int)(colon - form->source),
                           form->source);
}

/* What fits less well than the best is worth less room. */
static GArray *
causes_of(const QevmExplained *e)
{
    GArray *causes = qevm_causes_of(e->causes, e->failure);
    guint n = 0;

    while (
        n < causes->len &&
        (n < MAX_CAUSES || g_array_index(causes, QevmKnownCause, n).fits ==
                               g_array_index(causes, QevmKnownCause, 0).fits)) {
        n++;
    }
    g_array_set_size(causes, n);
    return causes;
}

/* How the user finds out more. Owned. */
static char *
next_step(const QevmExplained *e)
{
    if (!e->file) {
        return g_strdup("give the stream, too, to see what it has there: "
                        "\"qevm explain MESSAGE STREAM\"; and the destination "
                        "with --against, to see in what they differ");
    }
    if (!e->target) {
        return g_strdup_printf("\"qevm check %s --against TARGET\" compares it "
                               "with what the destination accepts",
                               e->file);
    }
    if (e->findings->len == 0) {
        return g_strdup("the comparison does not show this failure: was it "
                        "this stream, and this destination?");
    }
    if (e->reference) {
        return g_strdup_printf("\"qevm plan %s --like %s\" prints rules that "
                               "make the stream load there",
                               e->file, e->reference);
    }
    return g_strdup_printf("\"qevm check %s --against %s\" lists all "
                           "differences",
                           e->file, e->target);
}

static const char *
verdict_text(QevmSightVerdict verdict)
{
    switch (verdict) {
    case QEVM_SIGHT_SAME:
        return "This is what QEMU complained of: it read this stream, or one "
               "like it.";
    case QEVM_SIGHT_OTHER:
        return "This is not the stream that QEMU read, or it was changed "
               "since.";
    default:
        return NULL;
    }
}

/* ---- text ---- */

static void
print_lines(const QevmExplained *e, QevmPrint *out)
{
    const QevmFailure *f = e->failure;

    for (guint i = 0; i < f->lines->len; i++) {
        g_autofree char *text = qevm_printable(g_ptr_array_index(f->lines, i));

        qevm_print_styled(out, QEVM_STYLE_ERROR, "%s", text);
        qevm_print(out, "\n");
    }
    if (f->times > 1) {
        qevm_print_format(out, "(%u times)\n", f->times);
    }
}

static void
print_facts(const QevmExplained *e, QevmPrint *out)
{
    const QevmFailure *f = e->failure;
    g_autofree char *releases = qevm_releases_text(f->from, f->to);
    g_autofree char *source = source_text(f->cause->form);
    g_autoptr(GPtrArray) places = qevm_failure_places(f);

    qevm_print_format(out, "  worded by  %s\n", releases);
    qevm_print_format(out, "  check      %s\n", source);
    if (f->idstr) {
        g_autofree char *idstr = qevm_printable(f->idstr);

        qevm_print_format(out, "  section    %s", idstr);
        if (f->instance_id != G_MAXUINT64) {
            qevm_print_format(out, ", instance %" G_GUINT64_FORMAT,
                              f->instance_id);
        }
        qevm_print(out, "\n");
    } else if (f->section_id != G_MAXUINT64) {
        qevm_print_format(out, "  section    id %" G_GUINT64_FORMAT "\n",
                          f->section_id);
    }
    for (guint i = 0; i < places->len; i++) {
        g_autofree char *place = qevm_printable(g_ptr_array_index(places, i));

        qevm_print_format(out, "  %-10s %s\n", i ? "" : "in", place);
    }
    if (f->cause->form->finding) {
        qevm_print_format(out, "  finding    %s\n", f->cause->form->finding);
    }
    if (f->rest) {
        g_autofree char *rest = qevm_printable(f->rest);

        qevm_print_format(out, "  not understood: %s\n", rest);
    }
}

static void
print_sight(const QevmExplained *e, QevmPrint *out)
{
    const QevmSight *sight = e->sight;
    const char *verdict = verdict_text(sight->verdict);

    qevm_print(out, "\n");
    qevm_print_format(out, "In %s", e->file);
    if (sight->path) {
        qevm_print_format(out, ", %s", sight->path);
    }
    if (sight->offset) {
        qevm_print_format(out, " at " OFFSET, sight->offset);
    }
    qevm_print(out, ":\n");
    for (guint i = 0; i < sight->facts->len; i++) {
        g_autofree char *fact =
            qevm_printable(g_ptr_array_index(sight->facts, i));

        qevm_print_indented(out, 4, fact);
    }
    if (verdict) {
        qevm_print_indented(out, 4, verdict);
    }
}

static void
print_findings(const QevmExplained *e, QevmPrint *out)
{
    if (e->findings->len == 0) {
        return;
    }
    qevm_print_format(out, "\nFound in %s%s%s:\n", e->file,
                      e->target ? " against " : "", e->target ? e->target : "");
    for (guint i = 0; i < e->findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(e->findings, i);
        g_autofree char *text = g_strdup_printf(
            "%s%sat " OFFSET ": %s[%s]: %s", f->path, *f->path ? " " : "",
            f->offset, qevm_severity_name(f->info->severity), f->info->slug,
            f->sentence);

        qevm_print_indented(out, 4, text);
        qevm_report_repairs(f, "        ", out);
    }
}

static void
print_causes(const QevmExplained *e, QevmPrint *out)
{
    g_autoptr(GArray) causes = causes_of(e);

    if (causes->len) {
        qevm_print(out, "\nWhat it usually comes from:\n");
    }
    for (guint i = 0; i < causes->len; i++) {
        const QevmKnownCause *c = &g_array_index(causes, QevmKnownCause, i);
        g_autofree char *source = g_strdup_printf("(%s)", c->source);

        qevm_print(out, "  ");
        qevm_print_styled(out, QEVM_STYLE_NAME, "%s", c->name);
        qevm_print(out, "\n");
        qevm_print_indented(out, 4, c->cause);
        qevm_print_indented(out, 4, c->remedy);
        qevm_print_indented(out, 4, source);
    }
}

void
qevm_explained_text(const QevmExplained *e, QevmPrint *out)
{
    const char *next;
    const char *means =
        qevm_causes_meaning(e->causes, e->failure->cause->id, &next);
    g_autofree char *step = next ? g_strdup(next) : next_step(e);
    g_autofree char *last = g_strdup_printf("Next: %s", step);

    print_lines(e, out);
    print_facts(e, out);
    if (means) {
        qevm_print(out, "\n");
        qevm_print_prose(out, means);
    }
    if (e->sight) {
        print_sight(e, out);
        print_findings(e, out);
    }
    print_causes(e, out);
    qevm_print(out, "\n");
    qevm_print_prose(out, last);
}

void
qevm_explained_notice_text(const QevmCauses *causes, const QevmMessage *message,
                           QevmPrint *out)
{
    const char *next;
    const char *means = qevm_causes_meaning(causes, message->id, &next);
    g_autofree char *words = qevm_message_format(message, message->form->from);
    gboolean warning = message->form->kind == QEVM_MESSAGE_WARNING;

    qevm_print_styled(out, QEVM_STYLE_WARNING, "%s%s",
                      warning ? "warning: " : "", words);
    qevm_print(out, "\n");
    if (means) {
        qevm_print_indented(out, 4, means);
    }
}

/* ---- JSON ---- */

static void
set_text(json_t *json, const char *member, const char *text)
{
    if (text) {
        json_object_set_new(json, member, qevm_render_json_text(text));
    }
}

static json_t *
texts_json(const GPtrArray *texts)
{
    json_t *list = json_array();

    for (guint i = 0; i < texts->len; i++) {
        json_array_append_new(
            list, qevm_render_json_text(g_ptr_array_index(texts, i)));
    }
    return list;
}

/* {"id", "kind", "arguments": {NAME: TEXT}}; numbers as QEMU writes them. */
static json_t *
message_json(const QevmMessage *message)
{
    json_t *json = json_object(), *arguments = json_object();
    g_auto(GStrv) names = qevm_message_names(message->form);

    for (guint i = 0; names[i]; i++) {
        g_autofree char *value = qevm_message_argument(message, names[i]);

        set_text(arguments, names[i], value);
    }
    set_text(json, "id", message->id);
    set_text(json, "kind", qevm_message_kind_name(message->form->kind));
    json_object_set_new(json, "arguments", arguments);
    return json;
}

static json_t *
messages_json(const GPtrArray *messages)
{
    json_t *list = json_array();

    for (guint i = 0; i < messages->len; i++) {
        json_array_append_new(list,
                              message_json(g_ptr_array_index(messages, i)));
    }
    return list;
}

static json_t *
sight_json(const QevmExplained *e)
{
    static const char *const verdicts[] = { "open", "same", "other" };
    json_t *json = json_object();

    set_text(json, "file", e->file);
    set_text(json, "path", e->sight->path);
    json_object_set_new(json, "offset",
                        json_integer((json_int_t)e->sight->offset));
    set_text(json, "stream", verdicts[e->sight->verdict]);
    json_object_set_new(json, "facts", texts_json(e->sight->facts));
    return json;
}

static json_t *
findings_json(const GPtrArray *findings)
{
    json_t *list = json_array();

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);
        json_t *json = json_object();

        set_text(json, "finding", f->info->slug);
        set_text(json, "severity", qevm_severity_name(f->info->severity));
        set_text(json, "path", f->path);
        json_object_set_new(json, "offset",
                            json_integer((json_int_t)f->offset));
        set_text(json, "sentence", f->sentence);
        if (f->rules) {
            json_object_set(json, "rules", f->rules);
        }
        set_text(json, "advice", f->advice);
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *
causes_json(const QevmExplained *e)
{
    g_autoptr(GArray) causes = causes_of(e);
    json_t *list = json_array();

    for (guint i = 0; i < causes->len; i++) {
        const QevmKnownCause *c = &g_array_index(causes, QevmKnownCause, i);
        json_t *json = json_object();

        set_text(json, "name", c->name);
        set_text(json, "cause", c->cause);
        set_text(json, "remedy", c->remedy);
        set_text(json, "source", c->source);
        json_array_append_new(list, json);
    }
    return list;
}

json_t *
qevm_explained_json(const QevmExplained *e)
{
    const QevmFailure *f = e->failure;
    g_autofree char *from = qevm_release_text(f->from);
    g_autofree char *to = qevm_release_text(f->to);
    g_autoptr(GPtrArray) places = qevm_failure_places(f);
    json_t *json = json_object();
    const char *next, *means;

    means = qevm_causes_meaning(e->causes, f->cause->id, &next);
    json_object_set_new(json, "lines", texts_json(f->lines));
    json_object_set_new(json, "times", json_integer(f->times));
    json_object_set_new(json, "messages", messages_json(f->messages));
    json_object_set_new(json, "cause", message_json(f->cause));
    set_text(json, "not_understood", f->rest);
    set_text(json, "from", from);
    set_text(json, "to", to);
    set_text(json, "check", f->cause->form->source);
    set_text(json, "section", f->idstr);
    if (f->instance_id != G_MAXUINT64) {
        json_object_set_new(json, "instance_id",
                            json_integer((json_int_t)f->instance_id));
    }
    json_object_set_new(json, "places", texts_json(places));
    set_text(json, "finding", f->cause->form->finding);
    set_text(json, "means", means);
    if (e->sight) {
        json_object_set_new(json, "stream", sight_json(e));
        json_object_set_new(json, "findings", findings_json(e->findings));
    }
    json_object_set_new(json, "causes", causes_json(e));
    return json;
}

json_t *
qevm_explained_notice_json(const QevmCauses *causes, const QevmMessage *message)
{
    json_t *json = message_json(message);
    const char *next;

    set_text(json, "means", qevm_causes_meaning(causes, message->id, &next));
    return json;
}
