/* messages.c - what a QEMU says. */
#include "cli/qemu/messages.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_KEPT 4096
#define READ 4096
#define READS_MAX 16 /* as much as a pipe holds */

struct QevmMessages {
    int fd;
    GThread *thread; /* NULL once it was waited for */
    GMutex lock;     /* of what follows, and of reading */
    GString *line;   /* the one that has not ended yet */
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
take_line(QevmMessages *m)
{
    if (!take_trace(&m->place, m->line->str) && m->line->len &&
        m->text->len + m->line->len < QEVM_MESSAGES_MAX) {
        g_string_append_len(m->text, m->line->str, (gssize)m->line->len);
        g_string_append_c(m->text, '\n');
        if (m->show) {
            show_new(m);
        }
    }
    g_string_truncate(m->line, 0);
}

/* Reads once. FALSE: that was the end. */
static gboolean
take_some(QevmMessages *m)
{
    char buffer[READ];
    gssize got = read(m->fd, buffer, sizeof(buffer));

    for (gssize i = 0; i < got; i++) {
        if (buffer[i] == '\n') {
            take_line(m);
        } else if (buffer[i] && buffer[i] != '\r' &&
                   m->line->len < LINE_MAX_KEPT) {
            g_string_append_c(m->line, buffer[i]);
        }
    }
    return got > 0 || (got < 0 && errno == EINTR);
}

/* Is there something to read, or the end? `timeout`: as of poll(). */
static gboolean
is_ready(const QevmMessages *m, int timeout)
{
    struct pollfd ready = { .fd = m->fd, .events = POLLIN };

    return poll(&ready, 1, timeout) > 0;
}

/* Reads what there is, not what will be. */
static void
catch_up(QevmMessages *m)
{
    guint reads = 0;

    while (is_ready(m, 0) && take_some(m) && ++reads < READS_MAX) {
    }
}

static gpointer
pump(gpointer data)
{
    QevmMessages *m = data;
    gboolean more = TRUE;

    while (more) {
        (void)is_ready(m, -1);
        g_mutex_lock(&m->lock);
        /* Unless catch_up() was faster. */
        if (is_ready(m, 0)) {
            more = take_some(m);
        }
        g_mutex_unlock(&m->lock);
    }
    g_mutex_lock(&m->lock);
    take_line(m);
    g_mutex_unlock(&m->lock);
    return NULL;
}

/* ---- for those who read them ---- */

QevmMessages *
qevm_messages_new(int fd, gboolean show)
{
    QevmMessages *m = g_new0(QevmMessages, 1);

    m->fd = fd;
    m->line = g_string_new(NULL);
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
        g_string_free(m->line, TRUE);
        g_string_free(m->text, TRUE);
        qevm_load_place_clear(&m->place);
        g_free(m);
    }
}

void
qevm_messages_show(QevmMessages *m, gboolean show)
{
    g_mutex_lock(&m->lock);
    catch_up(m);
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
    catch_up(m);
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
