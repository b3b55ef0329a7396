/* failure.c - puts the messages of one failed load together. */
#include "rewrite/failure.h"

#include <jansson.h>
#include <string.h>

/* What is kept of lines that nobody understands, and of distinct failures. */
#define MAX_UNKNOWN 20
#define MAX_FAILURES 1000

static void
failure_free(gpointer data)
{
    QevmFailure *failure = data;

    if (failure) {
        g_ptr_array_unref(failure->lines);
        g_ptr_array_unref(failure->messages);
        g_free(failure->rest);
        g_free(failure->program);
        g_free(failure);
    }
}

static GPtrArray *
new_messages(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)qevm_message_free);
}

QevmLog *
qevm_log_new(void)
{
    QevmLog *log = g_new0(QevmLog, 1);

    log->failures = g_ptr_array_new_with_free_func(failure_free);
    log->unknown = g_ptr_array_new_with_free_func(g_free);
    log->notices = new_messages();
    return log;
}

void
qevm_log_free(QevmLog *log)
{
    if (log) {
        g_ptr_array_unref(log->failures);
        g_ptr_array_unref(log->unknown);
        g_ptr_array_unref(log->notices);
        failure_free(log->open);
        g_free(log);
    }
}

/* ---- what a failure says as a whole ---- */

/* What the words alone say of the section, where no argument names it. */
static const char *
usual_section(const QevmMessageForm *form)
{
    static const char *const sources[][2] = {
        { "migration/ram.c:", "ram" },
        { "arch_init.c:", "ram" },
        { "exec.c:qemu_ram", "ram" },
        { "system/physmem.c:qemu_ram", "ram" },
        { "migration/savevm.c:configuration", "configuration" },
        { "migration/savevm.c:get_capability", "configuration" },
        { "migration/savevm.c:vmstate_uuid", "configuration" },
        { "migration/block-dirty-bitmap.c:", "dirty-bitmap" },
        { "migration/block.c:", "block" },
        { "migration/global_state.c:", "globalstate" },
        { "hw/ppc/spapr.c:htab_load", "spapr/htab" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
        if (g_str_has_prefix(form->source, sources[i][0])) {
            return sources[i][1];
        }
    }
    return NULL;
}

/* The first cause is the innermost; without one, the innermost place. */
static const QevmMessage *
find_cause(const QevmFailure *failure)
{
    static const QevmMessageKind wanted[] = { QEVM_MESSAGE_CAUSE,
                                              QEVM_MESSAGE_CRASH,
                                              QEVM_MESSAGE_PLACE };

    for (guint k = 0; k < G_N_ELEMENTS(wanted); k++) {
        for (guint i = 0; i < failure->messages->len; i++) {
            const QevmMessage *m = g_ptr_array_index(failure->messages, i);

            if (m->form->kind == wanted[k]) {
                return m;
            }
        }
    }
    return g_ptr_array_index(failure->messages, 0);
}

static void
find_section(QevmFailure *failure)
{
    const char *usual = NULL;

    failure->instance_id = failure->section_id = G_MAXUINT64;
    for (guint i = 0; i < failure->messages->len; i++) {
        const QevmMessage *m = g_ptr_array_index(failure->messages, i);
        const char *vmsd = qevm_message_text(m, "vmsd");

        if (qevm_message_text(m, "idstr")) {
            failure->idstr = qevm_message_text(m, "idstr");
        }
        qevm_message_number(m, "instance", &failure->instance_id);
        qevm_message_number(m, "section", &failure->section_id);
        if (!usual) {
            usual = usual_section(m->form);
        }
        if (!usual && g_strcmp0(vmsd, "configuration") == 0) {
            usual = "configuration";
        }
    }
    if (!failure->idstr) {
        failure->idstr = usual;
    }
}

static void
find_releases(QevmFailure *failure)
{
    for (guint i = 0; i < failure->messages->len; i++) {
        const QevmMessage *m = g_ptr_array_index(failure->messages, i);

        failure->from = MAX(failure->from, m->form->from);
        if (m->form->to && (!failure->to || m->form->to < failure->to)) {
            failure->to = m->form->to;
        }
    }
}

/* ---- lines ---- */

static gboolean
same_texts(const GPtrArray *a, const GPtrArray *b)
{
    if (a->len != b->len) {
        return FALSE;
    }
    for (guint i = 0; i < a->len; i++) {
        if (strcmp(g_ptr_array_index(a, i), g_ptr_array_index(b, i)) != 0) {
            return FALSE;
        }
    }
    return TRUE;
}

static QevmFailure *
find_same(QevmLog *log, const QevmFailure *failure)
{
    for (guint i = 0; i < log->failures->len; i++) {
        QevmFailure *other = g_ptr_array_index(log->failures, i);

        if (same_texts(other->lines, failure->lines)) {
            return other;
        }
    }
    return NULL;
}

static void
close_failure(QevmLog *log)
{
    QevmFailure *failure = g_steal_pointer(&log->open), *same;

    if (!failure) {
        return;
    }
    same = find_same(log, failure);
    if (same || log->failures->len >= MAX_FAILURES) {
        if (same) {
            same->times++;
        }
        failure_free(failure);
        return;
    }
    failure->cause = find_cause(failure);
    find_section(failure);
    find_releases(failure);
    g_ptr_array_add(log->failures, failure);
}

static QevmFailure *
open_failure(QevmLog *log)
{
    if (!log->open) {
        log->open = g_new0(QevmFailure, 1);
        log->open->lines = g_ptr_array_new_with_free_func(g_free);
        log->open->messages = new_messages();
        log->open->times = 1;
    }
    return log->open;
}

/* What QEMU is called, and when it said it, differs from try to try. */
static char *
without_front(const char *text, const QevmMessageLine *line)
{
    g_autofree char *name =
        line->program ? g_strconcat(line->program, ": ", NULL) : NULL;
    const char *at = name ? strstr(text, name) : NULL;

    return g_strdup(at ? at + strlen(name) : text);
}

/* Takes over `text`. */
static void
add_unknown(QevmLog *log, char *text)
{
    if (g_ptr_array_find_with_equal_func(log->unknown, text, g_str_equal,
                                         NULL)) {
        g_free(text);
        return;
    }
    if (log->unknown->len >= MAX_UNKNOWN) {
        g_ptr_array_remove_index(log->unknown, 0);
    }
    g_ptr_array_add(log->unknown, text);
}

static gboolean
is_same(gconstpointer a, gconstpointer b)
{
    return qevm_message_agrees(a, b);
}

/* Takes over `message`. */
static void
add_notice(QevmLog *log, QevmMessage *message)
{
    if (log->notices->len >= MAX_FAILURES ||
        g_ptr_array_find_with_equal_func(log->notices, message, is_same,
                                         NULL)) {
        qevm_message_free(message);
        return;
    }
    g_ptr_array_add(log->notices, message);
}

/* Does a line with this message end what is said of one failure? After the
 * others that end QEMU one more line says why. */
static gboolean
is_last(const QevmMessage *message)
{
    if (message->form->kind == QEVM_MESSAGE_CRASH) {
        return strcmp(message->id, "error-abort") != 0 &&
               strcmp(message->id, "g-assertion") != 0;
    }
    return message->form->kind == QEVM_MESSAGE_OUTCOME;
}

static gboolean
is_notice(const QevmMessage *message)
{
    return message->form->kind == QEVM_MESSAGE_NOTICE ||
           message->form->kind == QEVM_MESSAGE_WARNING;
}

/* {"error": {"desc": TEXT}} or {"return": {"error-desc": TEXT}}; NULL: neither.
 * Owned. */
static char *
error_of_answer(const char *text)
{
    const char *brace = strchr(text, '{'), *found = NULL;
    json_t *json = NULL;
    char *desc;

    if (brace && strstr(brace, "desc\"")) {
        json = json_loads(brace, JSON_DISABLE_EOF_CHECK, NULL);
    }
    if (json_unpack(json, "{s:{s:s}}", "error", "desc", &found) != 0 &&
        json_unpack(json, "{s:{s:s}}", "return", "error-desc", &found) != 0) {
        found = NULL;
    }
    desc = g_strdup(found);
    json_decref(json);
    return desc;
}

void
qevm_log_add(QevmLog *log, const char *text)
{
    g_autofree char *answer = error_of_answer(text);
    g_autoptr(QevmMessageLine) line =
        qevm_message_parse(answer ? answer : text);
    QevmFailure *failure;
    gboolean last = FALSE;

    log->lines++;
    if (line->messages->len == 0) {
        if (line->program && !line->warning) {
            add_unknown(log, without_front(text, line));
        }
        return;
    }
    if (is_notice(g_ptr_array_index(line->messages, 0))) {
        add_notice(log, g_ptr_array_steal_index(line->messages, 0));
        return;
    }
    failure = open_failure(log);
    g_ptr_array_add(failure->lines,
                    without_front(answer ? answer : text, line));
    if (line->rest) {
        g_free(failure->rest);
        failure->rest = g_steal_pointer(&line->rest);
    }
    if (line->program && !failure->program) {
        failure->program = g_steal_pointer(&line->program);
    }
    while (line->messages->len) {
        QevmMessage *message =
            g_ptr_array_steal_index(line->messages, line->messages->len - 1);

        last |= is_last(message);
        g_ptr_array_add(failure->messages, message);
    }
    if (last) {
        close_failure(log);
    }
}

void
qevm_log_end(QevmLog *log)
{
    close_failure(log);
}

/* ---- questions ---- */

const char *
qevm_failure_architecture(const QevmFailure *failure)
{
    const char *name = failure->program;

    if (!name || !g_str_has_prefix(name, "qemu-system-")) {
        return NULL;
    }
    return name + strlen("qemu-system-");
}

/* Takes over `place`; messages that name the same in a row are one. */
static void
add_place(GPtrArray *places, char *place)
{
    if (places->len &&
        strcmp(g_ptr_array_index(places, places->len - 1), place) == 0) {
        g_free(place);
    } else {
        g_ptr_array_add(places, place);
    }
}

GPtrArray *
qevm_failure_places(const QevmFailure *failure)
{
    GPtrArray *places = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < failure->messages->len; i++) {
        const QevmMessage *m = g_ptr_array_index(failure->messages, i);
        const char *vmsd = qevm_message_text(m, "vmsd");
        const char *field = qevm_message_text(m, "field");
        const char *subsection = qevm_message_text(m, "subsection");

        if (subsection) {
            add_place(places, g_strdup(subsection));
        } else if (vmsd && field) {
            add_place(places, g_strconcat(vmsd, ":", field, NULL));
        } else if (vmsd || field) {
            add_place(places, g_strdup(vmsd ? vmsd : field));
        }
    }
    return places;
}

gboolean
qevm_failure_is_finding(const QevmFailure *failure, const QevmFinding *finding)
{
    g_autoptr(QevmLog) log = qevm_log_new();
    const QevmFailure *said;

    for (guint i = 0; finding->lines && i < finding->lines->len; i++) {
        qevm_log_add(log, g_ptr_array_index(finding->lines, i));
    }
    qevm_log_end(log);
    if (log->failures->len == 0) {
        return FALSE;
    }
    said = g_ptr_array_index(log->failures, 0);
    return qevm_message_agrees(said->cause, failure->cause) &&
           (!said->idstr || !failure->idstr ||
            strcmp(said->idstr, failure->idstr) == 0);
}
