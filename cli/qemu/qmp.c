/* qmp.c - a QEMU's monitor. */
#include "cli/qemu/qmp.h"

#include "cli/qemu/error.h"
#include "cli/qemu/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct QevmQmp {
    int fd, also;
    guint seconds;
    GByteArray *text; /* that came and was not yet read as lines */
    GQueue *events;   /* json_t */
};

QevmQmp *
qevm_qmp_new(int fd, int also, guint seconds)
{
    QevmQmp *qmp = g_new0(QevmQmp, 1);

    qmp->fd = fd;
    qmp->also = also;
    qmp->seconds = seconds;
    qmp->text = g_byte_array_new();
    qmp->events = g_queue_new();
    return qmp;
}

static void
event_free(gpointer event)
{
    json_decref(event);
}

void
qevm_qmp_free(QevmQmp *qmp)
{
    if (qmp) {
        close(qmp->fd);
        g_byte_array_unref(qmp->text);
        g_queue_free_full(qmp->events, event_free);
        g_free(qmp);
    }
}

static gboolean
gone(GError **error)
{
    g_set_error_literal(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ENDED,
                        "QEMU ended");
    return FALSE;
}

/* ---- lines ---- */

#define DIGITS 18 /* of a number that certainly is a json_int_t */

/* jansson has no integers above 2^63 - 1, and QEMU's defaults of properties go
 * up to 2^64 - 1 (hw/pci-bridge/gen_pcie_root_port.c: "io-reserve"): as "e0"
 * behind them makes them, they are real numbers. */
static json_t *
parse(const char *text, gsize len)
{
    g_autoptr(GString) copy = g_string_sized_new(len);
    gboolean quoted = FALSE;
    gsize digits = 0;

    for (gsize i = 0; i < len; i++) {
        if (!quoted && digits > DIGITS && !g_ascii_isdigit(text[i]) &&
            !strchr(".eE", text[i])) {
            g_string_append(copy, "e0");
        }
        digits = g_ascii_isdigit(text[i]) ? digits + 1 : 0;
        g_string_append_c(copy, text[i]);
        if (quoted && text[i] == '\\' && i + 1 < len) {
            g_string_append_c(copy, text[++i]);
        } else if (text[i] == '"') {
            quoted = !quoted;
        }
    }
    return json_loadb(copy->str, copy->len, 0, NULL);
}

/* A whole line that is there, as JSON; NULL: none, or no JSON (error set). */
static json_t *
take_line(QevmQmp *qmp, GError **error)
{
    guint8 *end =
        qmp->text->len ? memchr(qmp->text->data, '\n', qmp->text->len) : NULL;
    json_t *json;
    gsize size;

    if (!end) {
        return NULL;
    }
    size = (gsize)(end - qmp->text->data);
    json = parse((const char *)qmp->text->data, size);
    g_byte_array_remove_range(qmp->text, 0, (guint)size + 1);
    if (!json_is_object(json)) {
        json_decref(json);
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_PROTOCOL,
                    "QEMU's monitor does not speak QMP");
        return NULL;
    }
    return json;
}

static gboolean
read_more(QevmQmp *qmp, GError **error)
{
    guint8 buffer[16 * 1024];
    gssize got = recv(qmp->fd, buffer, sizeof(buffer), MSG_DONTWAIT);

    if (got > 0) {
        g_byte_array_append(qmp->text, buffer, (guint)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        return gone(error);
    }
    if (qmp->text->len > QEVM_QMP_LINE_MAX) {
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_PROTOCOL,
                    "an answer of QEMU's monitor has more than %d bytes",
                    QEVM_QMP_LINE_MAX);
        return FALSE;
    }
    return TRUE;
}

/* The next line, whatever it is. `until`: monotonic time. NULL without an
 * error: the time is up. */
static json_t *
next_line(QevmQmp *qmp, gint64 until, GError **error)
{
    for (;;) {
        struct pollfd wait[] = {
            { .fd = qmp->fd, .events = POLLIN },
            { .fd = qevm_interrupt_fd(), .events = POLLIN },
            { .fd = qmp->also, .events = POLLIN },
        };
        GError *problem = NULL;
        json_t *line = take_line(qmp, &problem);
        gint64 left = until - g_get_monotonic_time();

        if (problem) {
            g_propagate_error(error, problem);
            return NULL;
        }
        if (line) {
            return line;
        }
        if (qevm_interrupt_came(error)) {
            return NULL;
        }
        if (poll(wait, G_N_ELEMENTS(wait),
                 left > 0 ? (int)(left / 1000) + 1 : 0) == 0) {
            return NULL;
        }
        if (wait[0].revents) {
            if (!read_more(qmp, error)) {
                return NULL;
            }
        } else if (wait[2].revents) {
            gone(error);
            return NULL;
        }
    }
}

/* ---- commands ---- */

static gint64
deadline(const QevmQmp *qmp)
{
    return g_get_monotonic_time() + (gint64)qmp->seconds * G_USEC_PER_SEC;
}

static void
late(const QevmQmp *qmp, const char *what, GError **error)
{
    if (!*error) {
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_TIMEOUT,
                    "QEMU does not %s in %u s", what, qmp->seconds);
    }
}

static gboolean
send_line(const QevmQmp *qmp, const char *line, int fd, GError **error)
{
    struct iovec data = { .iov_base = (char *)(guintptr)line,
                          .iov_len = strlen(line) };
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
    }
    while (data.iov_len > 0) {
        gssize sent = sendmsg(qmp->fd, &message, MSG_NOSIGNAL);

        if (sent < 0 && errno != EINTR) {
            return gone(error);
        }
        if (sent > 0) {
            data.iov_base = (char *)data.iov_base + sent;
            data.iov_len -= (gsize)sent;
            message.msg_control = NULL;
            message.msg_controllen = 0;
        }
    }
    return TRUE;
}

/* An answer, or NULL with error set; events are kept. */
static json_t *
receive(QevmQmp *qmp, GError **error)
{
    gint64 until = deadline(qmp);

    for (;;) {
        GError *problem = NULL;
        json_t *line = next_line(qmp, until, &problem);
        json_t *refused = json_object_get(line, "error");
        json_t *answer = json_object_get(line, "return");

        if (!line) {
            late(qmp, "answer", &problem);
            g_propagate_error(error, problem);
            return NULL;
        }
        if (refused) {
            const char *why =
                json_string_value(json_object_get(refused, "desc"));

            g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ANSWER, "%s",
                        why ? why : "it failed");
            json_decref(line);
            return NULL;
        }
        if (answer) {
            json_incref(answer);
            json_decref(line);
            return answer;
        }
        g_queue_push_tail(qmp->events, line);
    }
}

static json_t *
exchange(QevmQmp *qmp, const char *name, json_t *arguments, int fd,
         GError **error)
{
    json_t *command = json_object(), *answer = NULL;
    char *text;
    g_autofree char *line = NULL;
    GError *problem = NULL;

    json_object_set_new(command, "execute", json_string(name));
    if (arguments) {
        json_object_set_new(command, "arguments", arguments);
    }
    text = json_dumps(command, JSON_COMPACT);
    json_decref(command);
    line = g_strconcat(text, "\n", NULL);
    free(text);
    if (send_line(qmp, line, fd, &problem)) {
        answer = receive(qmp, &problem);
    }
    if (g_error_matches(problem, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ANSWER)) {
        g_prefix_error(&problem, "%s: ", name);
    }
    if (problem) {
        g_propagate_error(error, problem);
    }
    return answer;
}

gboolean
qevm_qmp_greet(QevmQmp *qmp, GError **error)
{
    GError *problem = NULL;
    json_t *line = next_line(qmp, deadline(qmp), &problem);

    if (!line) {
        late(qmp, "start", &problem);
        g_propagate_error(error, problem);
        return FALSE;
    }
    json_decref(line);
    return qevm_qmp_do(qmp, "qmp_capabilities", NULL, -1, error);
}

json_t *
qevm_qmp_command(QevmQmp *qmp, const char *name, json_t *arguments,
                 GError **error)
{
    return exchange(qmp, name, arguments, -1, error);
}

gboolean
qevm_qmp_do(QevmQmp *qmp, const char *name, json_t *arguments, int fd,
            GError **error)
{
    json_t *answer = exchange(qmp, name, arguments, fd, error);

    json_decref(answer);
    return answer != NULL;
}

char *
qevm_qmp_human(QevmQmp *qmp, const char *line, GError **error)
{
    json_t *answer =
        qevm_qmp_command(qmp, "human-monitor-command",
                         json_pack("{s:s}", "command-line", line), error);
    char *text = answer && json_string_value(answer)
                     ? g_strdup(json_string_value(answer))
                     : NULL;

    if (answer && !text) {
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ANSWER,
                    "%s: no text", line);
    }
    json_decref(answer);
    return text;
}

json_t *
qevm_qmp_event(QevmQmp *qmp, int milliseconds, GError **error)
{
    gint64 until = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    json_t *event = g_queue_pop_head(qmp->events);

    while (!event) {
        GError *problem = NULL;
        json_t *line = next_line(qmp, until, &problem);

        if (!line) {
            if (problem) {
                g_propagate_error(error, problem);
            }
            return NULL;
        }
        if (json_object_get(line, "event")) {
            event = line;
        } else {
            json_decref(line);
        }
    }
    return event;
}
