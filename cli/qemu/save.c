/* save.c - a QEMU saves its state. */
#define _GNU_SOURCE
#include "cli/qemu/save.h"

#include "cli/qemu/error.h"
#include "parser/error.h"
#include "parser/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TURN_MS 50
/* The most that all of 5.2 to 11.1 take, bytes a second. */
#define FASTEST G_GINT64_CONSTANT(0x100000000000)

const char *const qevm_qemu_save_options[] = { "-S", NULL };

typedef struct {
    QevmSaveReader reader;
    gpointer user;
    int fd;
    gint ended; /* atomic */
    gboolean ok;
    GError *error; /* owned */
} Reading;

static gpointer
read_stream(gpointer data)
{
    Reading *reading = data;

    reading->ok = reading->reader(reading->fd, reading->user, &reading->error);
    g_atomic_int_set(&reading->ended, 1);
    return NULL;
}

/* ---- QEMU's side ---- */

static gboolean
begin(QevmQemu *qemu, int fd, GError **error)
{
    return qevm_qmp_do(qemu->qmp, "migrate-set-capabilities",
                       json_pack("{s:[{s:s,s:b}]}", "capabilities",
                                 "capability", "events", "state", 1),
                       -1, error) &&
           qevm_qmp_do(qemu->qmp, "migrate-set-parameters",
                       json_pack("{s:I}", "max-bandwidth", (json_int_t)FASTEST),
                       -1, error) &&
           qevm_qmp_do(qemu->qmp, "getfd",
                       json_pack("{s:s}", "fdname", "qevm-stream"), fd,
                       error) &&
           qevm_qmp_do(qemu->qmp, "migrate",
                       json_pack("{s:s}", "uri", "fd:qevm-stream"), -1, error);
}

/* How far it is: TRUE if it goes on, or has come to its end (*ended). */
static gboolean
ask(QevmQemu *qemu, gint64 *transferred, gboolean *ended, GError **error)
{
    json_t *answer = qevm_qmp_command(qemu->qmp, "query-migrate", NULL, error);
    const char *status = json_string_value(json_object_get(answer, "status"));
    const char *why = json_string_value(json_object_get(answer, "error-desc"));
    gboolean failed =
        g_strcmp0(status, "failed") == 0 || g_strcmp0(status, "cancelled") == 0;

    *transferred = json_integer_value(
        json_object_get(json_object_get(answer, "ram"), "transferred"));
    *ended = g_strcmp0(status, "completed") == 0;
    if (answer && failed) {
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ANSWER,
                    "QEMU cannot save its state%s%s", why ? ": " : "",
                    why ? why : "");
    }
    json_decref(answer);
    return answer && !failed;
}

/* An event, or a moment: whichever comes first. */
static gboolean
pause_for_event(QevmQemu *qemu, GError **error)
{
    GError *problem = NULL;

    json_decref(qevm_qmp_event(qemu->qmp, TURN_MS, &problem));
    if (problem) {
        g_propagate_error(error, problem);
        return FALSE;
    }
    return TRUE;
}

/* Until QEMU has written all of it, and it was read. */
static gboolean
watch(QevmQemu *qemu, Reading *reading, GError **error)
{
    gint64 moved = g_get_monotonic_time(), done = -1, now;
    gboolean ended = FALSE;

    while (!ended || !g_atomic_int_get(&reading->ended)) {
        if (!ask(qemu, &now, &ended, error) ||
            (!ended && g_atomic_int_get(&reading->ended) && !reading->ok)) {
            return FALSE;
        }
        if (now != done) {
            done = now;
            moved = g_get_monotonic_time();
        } else if (g_get_monotonic_time() - moved >
                   (gint64)qemu->seconds * G_USEC_PER_SEC) {
            g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_TIMEOUT,
                        "QEMU does not go on saving for %u s", qemu->seconds);
            return FALSE;
        }
        if (!pause_for_event(qemu, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_qemu_save(QevmQemu *qemu, QevmSaveReader reader, gpointer user,
               GError **error)
{
    Reading reading = { .reader = reader, .user = user };
    GError *problem = NULL;
    GThread *thread;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return qevm_error_errno(error, errno, "cannot make a pipe");
    }
    qevm_file_widen(ends[1]);
    if (!begin(qemu, ends[1], error)) {
        close(ends[0]);
        close(ends[1]);
        return FALSE;
    }
    close(ends[1]);
    reading.fd = ends[0];
    thread = g_thread_new("save", read_stream, &reading);
    if (!watch(qemu, &reading, &problem)) {
        /* The reader meets the end of the pipe then, if it has not. */
        qevm_qemu_stop(qemu);
    }
    g_thread_join(thread);
    /* A reader that failed is why QEMU did, unless it is the other way
     * round. */
    if (reading.error && (!problem || reading.error->domain != QEVM_ERROR)) {
        g_clear_error(&problem);
        g_propagate_error(error, reading.error);
        return FALSE;
    }
    g_clear_error(&reading.error);
    if (problem) {
        g_propagate_error(error, problem);
        return FALSE;
    }
    return reading.ok;
}
