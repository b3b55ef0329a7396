/* feed.c - a source on its way into a pipe. */
#include "cli/qemu/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define CHUNK (1024 * 1024)
#define TURN_MS 100
/* How long a source may take to give its bytes once nobody wants them. */
#define PATIENCE (2 * G_USEC_PER_SEC)

struct QevmFeed {
    QevmSource *source;
    int fd;
    GMutex lock; /* of what follows */
    GCond ends;
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
        g_mutex_clear(&feed->lock);
        g_cond_clear(&feed->ends);
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
    struct pollfd wait = { .fd = feed->fd, .events = POLLOUT };

    while (n > 0) {
        gssize written = write(feed->fd, data, n);

        if (written > 0) {
            data += written;
            n -= (gsize)written;
            g_mutex_lock(&feed->lock);
            feed->done += (guint64)written;
            g_mutex_unlock(&feed->lock);
        } else if (errno == EAGAIN && !stopped(feed)) {
            poll(&wait, 1, TURN_MS);
        } else if (errno != EINTR) {
            return FALSE;
        }
    }
    return TRUE;
}

static gpointer
run(gpointer data)
{
    QevmFeed *feed = data;
    g_autofree guint8 *buffer = g_malloc(CHUNK);
    GError *error = NULL;
    guint64 offset = 0;
    sigset_t broken;
    gsize got = 1;

    /* A reader that goes away is told by write(). */
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, NULL);
    while (got > 0 && !stopped(feed) &&
           qevm_source_read_some(feed->source, offset, CHUNK, buffer, &got,
                                 &error) &&
           write_all(feed, buffer, got)) {
        offset += got;
    }
    close(feed->fd);
    g_mutex_lock(&feed->lock);
    feed->error = error;
    feed->ended = TRUE;
    g_cond_signal(&feed->ends);
    g_mutex_unlock(&feed->lock);
    release(feed);
    return NULL;
}

QevmFeed *
qevm_feed_new(QevmSource *source, int fd)
{
    QevmFeed *feed = g_new0(QevmFeed, 1);

    feed->source = source;
    feed->fd = fd;
    feed->users = 2;
    g_mutex_init(&feed->lock);
    g_cond_init(&feed->ends);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(fd, F_SETPIPE_SZ, CHUNK);
    g_thread_unref(g_thread_new("feed", run, feed));
    return feed;
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

/* A source that is a pipe may never give another byte; then its thread is left
 * to itself. */
gboolean
qevm_feed_stop(QevmFeed *feed, GError **error)
{
    gint64 until = g_get_monotonic_time() + PATIENCE;
    gboolean ok;

    g_mutex_lock(&feed->lock);
    feed->stop = TRUE;
    while (!feed->ended && g_cond_wait_until(&feed->ends, &feed->lock, until)) {
    }
    ok = !feed->error;
    if (!ok) {
        g_propagate_error(error, g_steal_pointer(&feed->error));
    }
    g_mutex_unlock(&feed->lock);
    release(feed);
    return ok;
}
