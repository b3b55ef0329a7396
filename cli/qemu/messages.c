/* messages.c - what a QEMU says. */
#include "cli/qemu/messages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_KEPT 4096

struct QevmMessages {
    int fd;
    GThread *thread; /* NULL once it was waited for */
    GMutex lock;     /* of what follows */
    GString *text;   /* all lines kept */
    gsize shown;     /* bytes of it */
    gboolean show;
    QevmLoadPlace place;
};

/* Of a section, of each vmsd, of each field. Others name the pages of RAM. */
const char *const qevm_messages_events[] = {
    "qemu_loadvm_state_section_startfull",
    "vmstate_load_state",
    "vmstate_load_state_field",
    "vmstate_subsection_load",
    NULL,
};

void
qevm_load_place_clear(QevmLoadPlace *place)
{
    g_clear_pointer(&place->section, g_free);
    g_clear_pointer(&place->field, g_free);
}

/* ---- traces ---- */

/* "2(ram) 0 4": section_id, idstr, instance_id, version_id. */
static void
note_section(QevmLoadPlace *place, const char *text)
{
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    char *end;

    if (!open || !close || close < open) {
        return;
    }
    qevm_load_place_clear(place);
    place->section = g_strndup(open + 1, (gsize)(close - open - 1));
    place->instance_id = (guint32)g_ascii_strtoull(close + 1, &end, 10);
    place->version_id = (guint32)g_ascii_strtoull(end, NULL, 10);
}

/* "VMSD:FIELD", from 10.0 on with " exists=1" behind. */
static void
note_field(QevmLoadPlace *place, const char *text)
{
    static const char is[] = " exists=1", is_not[] = " exists=0";
    gsize n = strlen(text);

    if (g_str_has_suffix(text, is_not)) {
        return;
    }
    if (g_str_has_suffix(text, is)) {
        n -= strlen(is);
    }
    g_free(place->field);
    place->field = g_strndup(text, n);
}

/* The event that a line is of, and what it says; until 6.2 "PID@TIME:" comes
 * before it. NULL: it is no trace of a load. */
static const char *
trace_event(const char *line, const char **rest)
{
    const char *start = line;

    if (g_ascii_isdigit(*line)) {
        start += strspn(start, "0123456789@.");
        start = *start == ':' ? start + 1 : line;
    }
    for (guint i = 0; qevm_messages_events[i]; i++) {
        gsize n = strlen(qevm_messages_events[i]);

        if (strncmp(start, qevm_messages_events[i], n) == 0 &&
            start[n] == ' ') {
            *rest = start + n + 1;
            return qevm_messages_events[i];
        }
    }
    return NULL;
}

static gboolean
take_trace(QevmLoadPlace *place, const char *line)
{
    const char *rest, *event = trace_event(line, &rest);

    if (event == qevm_messages_events[0]) {
        note_section(place, rest);
    } else if (event == qevm_messages_events[2]) {
        note_field(place, rest);
    }
    return event != NULL;
}

/* ---- lines ---- */

static void
show_new(QevmMessages *m)
{
    fwrite(m->text->str + m->shown, 1, m->text->len - m->shown, stderr);
    fflush(stderr);
    m->shown = m->text->len;
}

static void
take_line(QevmMessages *m, const char *line)
{
    g_mutex_lock(&m->lock);
    if (!take_trace(&m->place, line) && *line &&
        m->text->len + strlen(line) < QEVM_MESSAGES_MAX) {
        g_string_append(m->text, line);
        g_string_append_c(m->text, '\n');
        if (m->show) {
            show_new(m);
        }
    }
    g_mutex_unlock(&m->lock);
}

static void
take_bytes(QevmMessages *m, GString *line, const char *bytes, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            take_line(m, line->str);
            g_string_truncate(line, 0);
        } else if (bytes[i] && bytes[i] != '\r' && line->len < LINE_MAX_KEPT) {
            g_string_append_c(line, bytes[i]);
        }
    }
}

static gpointer
pump(gpointer data)
{
    QevmMessages *m = data;
    g_autoptr(GString) line = g_string_new(NULL);
    char buffer[4096];
    gssize got;

    while ((got = read(m->fd, buffer, sizeof(buffer))) != 0) {
        if (got > 0) {
            take_bytes(m, line, buffer, (gsize)got);
        } else if (errno != EINTR) {
            break;
        }
    }
    if (line->len) {
        take_line(m, line->str);
    }
    return NULL;
}

/* ---- for those who read them ---- */

QevmMessages *
qevm_messages_new(int fd, gboolean show)
{
    QevmMessages *m = g_new0(QevmMessages, 1);

    m->fd = fd;
    m->text = g_string_new(NULL);
    m->show = show;
    g_mutex_init(&m->lock);
    m->thread = g_thread_new("messages", pump, m);
    return m;
}

void
qevm_messages_finish(QevmMessages *m)
{
    if (m->thread) {
        g_thread_join(m->thread);
        m->thread = NULL;
    }
}

void
qevm_messages_free(QevmMessages *m)
{
    if (m) {
        qevm_messages_finish(m);
        close(m->fd);
        g_mutex_clear(&m->lock);
        g_string_free(m->text, TRUE);
        qevm_load_place_clear(&m->place);
        g_free(m);
    }
}

void
qevm_messages_show(QevmMessages *m, gboolean show)
{
    g_mutex_lock(&m->lock);
    if (show && !m->show) {
        m->shown = m->text->len;
    }
    m->show = show;
    g_mutex_unlock(&m->lock);
}

void
qevm_messages_show_rest(QevmMessages *m)
{
    g_mutex_lock(&m->lock);
    show_new(m);
    g_mutex_unlock(&m->lock);
}

char *
qevm_messages_text(QevmMessages *m, gsize from, gsize *end)
{
    char *text;

    g_mutex_lock(&m->lock);
    text = g_strdup(m->text->str + MIN(from, m->text->len));
    if (end) {
        *end = m->text->len;
    }
    g_mutex_unlock(&m->lock);
    return text;
}

QevmLoadPlace
qevm_messages_place(QevmMessages *m)
{
    QevmLoadPlace place;

    g_mutex_lock(&m->lock);
    place = m->place;
    place.section = g_strdup(place.section);
    place.field = g_strdup(place.field);
    g_mutex_unlock(&m->lock);
    return place;
}
