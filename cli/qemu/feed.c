/* feed.c - a source on its way into a pipe. */
#include "cli/qemu/feed.h"

#include "cli/qemu/error.h"
#include "cli/qemu/interrupt.h"
#include "parser/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define CHUNK (1024 * 1024)
#define TURN_MS 100
/* How long a source may take to give its bytes once nobody wants them. */
#define PATIENCE (2 * G_USEC_PER_SEC)

struct QevmFeed {
    QevmSource *source;
    GMutex lock; /* of what follows */
    GCond changed;
    int fd;       /* -1: not known yet */
    GBytes *head; /* owned; NULL: not read yet */
    guint64 done;
    gboolean stop, ended;
    GError *error; /* owned */
    guint users;   /* we and the thread */
};

static void
release(QevmFeed *feed)
{
    gboolean last;

    g_mutex_lock(&feed->lock);
    last = --feed->users == 0;
    g_mutex_unlock(&feed->lock);
    if (last) {
        qevm_source_free(feed->source);
        g_clear_error(&feed->error);
        g_clear_pointer(&feed->head, g_bytes_unref);
        g_mutex_clear(&feed->lock);
        g_cond_clear(&feed->changed);
        g_free(feed);
    }
}

static gboolean
stopped(QevmFeed *feed)
{
    gboolean stop;

    g_mutex_lock(&feed->lock);
    stop = feed->stop;
    g_mutex_unlock(&feed->lock);
    return stop;
}

/* FALSE: nobody reads on. */
static gboolean
write_all(QevmFeed *feed, const guint8 *data, gsize n)
{
    while (n > 0) {
        gssize written = write(feed->fd, data, n);

        if (written > 0) {
            data += written;
            n -= (gsize)written;
            g_mutex_lock(&feed->lock);
            feed->done += (guint64)written;
            g_mutex_unlock(&feed->lock);
        } else if (errno != EINTR) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- the thread ---- */

static GBytes *
read_head(QevmFeed *feed, GError **error)
{
    g_autofree guint8 *head = g_malloc(QEVM_FEED_HEAD);
    gsize size = 0, got = 1;

    while (got > 0 && size < QEVM_FEED_HEAD) {
        if (!qevm_source_read_some(feed->source, size, QEVM_FEED_HEAD - size,
                                   head + size, &got, error)) {
            return NULL;
        }
        size += got;
    }
    return g_bytes_new(head, size);
}

/* FALSE: there is nothing to be done. */
static gboolean
wait_for_fd(QevmFeed *feed, GBytes *head)
{
    gboolean go;

    g_mutex_lock(&feed->lock);
    feed->head = head;
    g_cond_broadcast(&feed->changed);
    while (feed->fd < 0 && !feed->stop) {
        g_cond_wait(&feed->changed, &feed->lock);
    }
    go = feed->fd >= 0 && !feed->stop;
    g_mutex_unlock(&feed->lock);
    return go;
}

static void
pour(QevmFeed *feed, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(CHUNK);
    gsize got = g_bytes_get_size(feed->head);
    guint64 offset = got;

    if (!write_all(feed, g_bytes_get_data(feed->head, NULL), got)) {
        return;
    }
    while (got > 0 && !stopped(feed) &&
           qevm_source_read_some(feed->source, offset, CHUNK, buffer, &got,
                                 error) &&
           write_all(feed, buffer, got)) {
        offset += got;
    }
}

static gpointer
run(gpointer data)
{
    QevmFeed *feed = data;
    GError *error = NULL;
    sigset_t broken;
    GBytes *head;

    /* A reader that goes away is told by write(). */
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, NULL);
    head = read_head(feed, &error);
    if (head && wait_for_fd(feed, head)) {
        pour(feed, &error);
    }
    if (feed->fd >= 0) {
        close(feed->fd);
    }
    g_mutex_lock(&feed->lock);
    feed->error = error;
    feed->ended = TRUE;
    g_cond_broadcast(&feed->changed);
    g_mutex_unlock(&feed->lock);
    release(feed);
    return NULL;
}

/* ---- for its owner ---- */

QevmFeed *
qevm_feed_new(QevmSource *source)
{
    QevmFeed *feed = g_new0(QevmFeed, 1);

    feed->source = source;
    feed->fd = -1;
    feed->users = 2;
    g_mutex_init(&feed->lock);
    g_cond_init(&feed->changed);
    g_thread_unref(g_thread_new("feed", run, feed));
    return feed;
}

GBytes *
qevm_feed_head(QevmFeed *feed, guint seconds, GError **error)
{
    gint64 now = g_get_monotonic_time();
    gint64 until = now + (gint64)seconds * G_USEC_PER_SEC;
    GBytes *head = NULL;

    g_mutex_lock(&feed->lock);
    while (!feed->head && !feed->ended && now < until &&
           !qevm_interrupt_came(NULL)) {
        now = g_get_monotonic_time();
        (void)g_cond_wait_until(&feed->changed, &feed->lock,
                                now + TURN_MS * 1000);
    }
    if (feed->head) {
        head = g_bytes_ref(feed->head);
    } else if (feed->error) {
        g_propagate_error(error, g_error_copy(feed->error));
    } else if (!qevm_interrupt_came(error)) {
        g_set_error(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_TIMEOUT,
                    "the stream gives no bytes for %u s", seconds);
    }
    g_mutex_unlock(&feed->lock);
    return head;
}

QevmSource *
qevm_feed_source(QevmFeed *feed)
{
    return feed->source;
}

void
qevm_feed_begin(QevmFeed *feed, int fd)
{
    qevm_file_widen(fd);
    g_mutex_lock(&feed->lock);
    feed->fd = fd;
    g_cond_broadcast(&feed->changed);
    g_mutex_unlock(&feed->lock);
}

guint64
qevm_feed_done(QevmFeed *feed)
{
    guint64 done;

    g_mutex_lock(&feed->lock);
    done = feed->done;
    g_mutex_unlock(&feed->lock);
    return done;
}

/* A source that is a pipe may never give another byte, and a QEMU that hangs
 * takes none: then the thread is left to itself until that has ended. */
gboolean
qevm_feed_stop(QevmFeed *feed, GError **error)
{
    gint64 until = g_get_monotonic_time() + PATIENCE;
    gboolean ok;

    g_mutex_lock(&feed->lock);
    feed->stop = TRUE;
    while (!feed->ended &&
           g_cond_wait_until(&feed->changed, &feed->lock, until)) {
    }
    ok = !feed->error;
    if (!ok) {
        g_propagate_error(error, g_steal_pointer(&feed->error));
    }
    g_mutex_unlock(&feed->lock);
    release(feed);
    return ok;
}
