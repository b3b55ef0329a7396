/* load.c - a stream loaded into a QEMU. */
#define _GNU_SOURCE
#include "cli/qemu/load.h"

#include "cli/output.h"
#include "cli/progress.h"
#include "cli/qemu/error.h"
#include "cli/qemu/feed.h"
#include "parser/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURN_MS 200

const char *const qevm_qemu_load_options[] = { "-S", "-incoming", "defer",
                                               NULL };

void
qevm_load_free(QevmLoad *load)
{
    if (load) {
        g_free(load->messages);
        qevm_load_place_clear(&load->place);
        g_free(load->ended);
        g_ptr_array_unref(load->capabilities);
        g_free(load);
    }
}

/* ---- before ---- */

/* What the stream asks for, by its configuration. A stream that is none is
 * QEMU's to judge. */
static gboolean
look_at_head(QevmFeed *feed, guint seconds, GPtrArray *capabilities,
             gboolean *mapped_ram, GError **error)
{
    g_autoptr(GBytes) head = qevm_feed_head(feed, seconds, error);
    g_autoptr(QevmStream) stream = NULL;

    if (!head) {
        return FALSE;
    }
    /* Some QEMUs wait for more. */
    if (g_bytes_get_size(head) == 0) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                    "the stream is empty");
        return FALSE;
    }
    stream =
        qevm_stream_open(qevm_source_new_bytes(head, "head"), 0, NULL, NULL);
    *mapped_ram = stream && stream->capability_mapped_ram;
    if (stream && stream->capability_ignore_shared) {
        g_ptr_array_add(capabilities, (gpointer)(guintptr) "x-ignore-shared");
    }
    if (*mapped_ram) {
        g_ptr_array_add(capabilities, (gpointer)(guintptr) "mapped-ram");
    }
    return TRUE;
}

static gboolean
set_capability(QevmQemu *qemu, const char *name, GError **error)
{
    return qevm_qmp_do(qemu->qmp, "migrate-set-capabilities",
                       json_pack("{s:[{s:s,s:b}]}", "capabilities",
                                 "capability", name, "state", 1),
                       -1, error);
}

/* A QEMU without such traces does without. */
static void
enable_traces(QevmQemu *qemu)
{
    for (guint i = 0; qevm_messages_events[i]; i++) {
        (void)qevm_qmp_do(qemu->qmp, "trace-event-set-state",
                          json_pack("{s:s,s:b,s:b}", "name",
                                    qevm_messages_events[i], "enable", 1,
                                    "ignore-unavailable", 1),
                          -1, NULL);
    }
}

/* ---- the stream on its way ---- */

static gboolean
begin_incoming(QevmQemu *qemu, const char *uri, GError **error)
{
    return qevm_qmp_do(qemu->qmp, "migrate-incoming",
                       json_pack("{s:s}", "uri", uri), -1, error);
}

static gboolean
begin_pipe(QevmQemu *qemu, QevmFeed *feed, GError **error)
{
    int ends[2];
    gboolean ok;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return qevm_error_errno(error, errno, "cannot make a pipe");
    }
    ok = qevm_qmp_do(qemu->qmp, "getfd",
                     json_pack("{s:s}", "fdname", "qevm-stream"), ends[0],
                     error) &&
         begin_incoming(qemu, "fd:qevm-stream", error);
    close(ends[0]);
    if (!ok) {
        close(ends[1]);
        return FALSE;
    }
    qevm_feed_begin(feed, ends[1]);
    return TRUE;
}

/* A file of its own for a stream that is inside another one, at the place that
 * it has there. */
static int
spool(QevmSource *source, GError **error)
{
    int fd = qevm_output_unnamed(error);

    if (fd >= 0 && lseek(fd, (off_t)qevm_source_base(source), SEEK_SET) < 0) {
        close(fd);
        qevm_error_errno(error, errno, "cannot make a temporary file");
        return -1;
    }
    if (fd >= 0 && !qevm_source_copy(source, 0, qevm_source_size(source), fd,
                                     TRUE, error)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* QEMU takes a descriptor only if it was opened as QEMU would. */
static int
reopen(int of, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", of);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        qevm_error_errno(error, errno, "cannot make a descriptor");
    }
    return fd;
}

/* Pages are at places in the file, so QEMU needs the file. */
static gboolean
begin_file(QevmQemu *qemu, QevmSource *source, GError **error)
{
    g_autofree char *uri =
        g_strdup_printf("file:/dev/fdset/1,offset=%" G_GUINT64_FORMAT,
                        qevm_source_base(source));
    int spooled = -1, fd, of = qevm_source_file(source);
    gboolean ok;

    if (!qevm_source_seekable(source)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "a stream with mapped RAM has to be a file");
        return FALSE;
    }
    if (of < 0) {
        of = spooled = spool(source, error);
    }
    fd = of >= 0 ? reopen(of, error) : -1;
    ok = fd >= 0 &&
         qevm_qmp_do(qemu->qmp, "add-fd", json_pack("{s:i}", "fdset-id", 1), fd,
                     error) &&
         begin_incoming(qemu, uri, error);
    if (fd >= 0) {
        close(fd);
    }
    if (spooled >= 0) {
        close(spooled);
    }
    return ok;
}

/* Until the load has come to an end, either way: TRUE if it is a good one. */
static gboolean
wait_for_end(QevmQemu *qemu, QevmFeed *feed, QevmProgressLine *line,
             GError **error)
{
    QevmSource *source = qevm_feed_source(feed);
    guint64 total =
        qevm_source_seekable(source) ? qevm_source_size(source) : G_MAXUINT64;
    guint64 done = 0;
    gint64 moved = g_get_monotonic_time();

    for (;;) {
        GError *problem = NULL;
        json_t *event = qevm_qmp_event(qemu->qmp, TURN_MS, &problem);
        const char *name = json_string_value(json_object_get(event, "event"));
        const char *status = json_string_value(
            json_object_get(json_object_get(event, "data"), "status"));
        gboolean good = g_strcmp0(name, "MIGRATION") == 0 &&
                        g_strcmp0(status, "completed") == 0;
        guint64 now = qevm_feed_done(feed);

        json_decref(event);
        if (good) {
            return TRUE;
        }
        if (problem) {
            g_propagate_error(error, problem);
            return FALSE;
        }
        if (now != done) {
            done = now;
            moved = g_get_monotonic_time();
            qevm_progress_update(done, total, line);
        }
        if (g_get_monotonic_time() - moved >
            (gint64)qemu->seconds * G_USEC_PER_SEC) {
            g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_TIMEOUT,
                        "QEMU does not go on with the stream for %u s",
                        qemu->seconds);
            return FALSE;
        }
    }
}

/* ---- after ---- */

/* What is to be told of a QEMU that has ended, or will not load. */
static gboolean
judge_end(QevmQemu *qemu, QevmLoad *load, gsize from, GError **error)
{
    int status;

    if (!qevm_qemu_wait(qemu, &status, error)) {
        return FALSE;
    }
    qevm_messages_finish(qemu->messages);
    load->result = WIFSIGNALED(status) ? QEVM_LOAD_CRASHED : QEVM_LOAD_REFUSED;
    load->ended = qevm_qemu_status_text(status);
    load->messages = qevm_messages_text(qemu->messages, from, NULL);
    load->place = qevm_messages_place(qemu->messages);
    return TRUE;
}

/* A capability that QEMU does not know, for one. */
static void
judge_answer(QevmQemu *qemu, QevmLoad *load, const GError *why)
{
    load->result = QEVM_LOAD_REFUSED;
    load->messages =
        g_strdup_printf("%s (QEMU %s)\n", why->message, qemu->version);
}

/* Why it was not loaded is a verdict, or none. Takes over `problem`. */
static gboolean
judge(QevmQemu *qemu, QevmLoad *load, gsize from, GError *problem,
      GError **error)
{
    gboolean ok = TRUE;

    if (!problem) {
        load->messages = qevm_messages_text(qemu->messages, from, NULL);
        return TRUE;
    }
    if (g_error_matches(problem, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ENDED)) {
        ok = judge_end(qemu, load, from, error);
    } else if (g_error_matches(problem, QEVM_QEMU_ERROR,
                               QEVM_QEMU_ERROR_ANSWER)) {
        judge_answer(qemu, load, problem);
    } else {
        qevm_messages_show_rest(qemu->messages);
        g_propagate_error(error, problem);
        return FALSE;
    }
    g_error_free(problem);
    return ok;
}

static gboolean
hand_over(QevmQemu *qemu, QevmFeed *feed, QevmLoad *load, GError **error)
{
    gboolean mapped_ram = FALSE, ok;

    ok = look_at_head(feed, qemu->seconds, load->capabilities, &mapped_ram,
                      error) &&
         set_capability(qemu, "events", error);
    for (guint i = 0; ok && i < load->capabilities->len; i++) {
        ok = set_capability(qemu, g_ptr_array_index(load->capabilities, i),
                            error);
    }
    return ok && (mapped_ram ? begin_file(qemu, qevm_feed_source(feed), error)
                             : begin_pipe(qemu, feed, error));
}

QevmLoad *
qevm_qemu_load(QevmQemu *qemu, QevmSource *source, GError **error)
{
    g_autoptr(QevmLoad) load = g_new0(QevmLoad, 1);
    QevmFeed *feed = qevm_feed_new(source);
    QevmProgressLine line;
    GError *problem = NULL;
    gsize from;

    load->capabilities = g_ptr_array_new();
    qevm_messages_show(qemu->messages, FALSE);
    g_free(qevm_messages_text(qemu->messages, 0, &from));
    enable_traces(qemu);
    if (hand_over(qemu, feed, load, &problem)) {
        qevm_progress_start(&line, "loading");
        (void)wait_for_end(qemu, feed, &line, &problem);
        qevm_progress_stop(&line);
    }
    if (!qevm_feed_stop(feed, error)) {
        g_clear_error(&problem);
        return NULL;
    }
    return judge(qemu, load, from, problem, error) ? g_steal_pointer(&load)
                                                   : NULL;
}
