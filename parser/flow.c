#include "parser/flow.h"

#include "parser/file.h"

#include <string.h>

#define WINDOW_MAX (256 * 1024) /* of the read window */
#define WINDOW_MIN 64           /* after a long jump */
#define JUMP_MIN (16 * 1024)    /* shorter ones cost more than reading on */
#define OUT_MAX (128 * 1024)    /* small pieces are written together */
#define COPY_MIN (16 * 1024)    /* shorter extents go through the buffer */
#define PROGRESS_STEP (64 * 1024 * 1024)

struct QevmFlow {
    QevmSource *source; /* borrowed */
    gboolean pipe;
    guint64 offset; /* next byte */
    /* The window: bytes [start, start + len) of the source. On a pipe the
     * front of the source is its end. */
    guint8 *window;
    guint64 start;
    gsize len;
    gsize ahead;    /* how much the next refill reads */
    guint64 looked; /* where was last looked */
    /* Files: what was passed last was short, so bytes that are jumped over
     * will be asked for. */
    gboolean dense;
    /* Passed bytes that the sink has not yet: [pending, offset). */
    guint64 pending;
    int fd;
    gboolean sparse, keep, muted;
    guint8 *out;
    gsize out_len;
    gsize out_room; /* with as many it is written */
    guint64 written;
    QevmProgress progress;
    gpointer progress_user;
    guint64 progress_next;
};

QevmFlow *
qevm_flow_new(QevmSource *source, guint64 offset)
{
    QevmFlow *f = g_new0(QevmFlow, 1);

    f->source = source;
    /* A pipe that was read to its end is what was kept of it. */
    f->pipe = !qevm_source_seekable(source) &&
              qevm_source_size(source) == G_MAXUINT64;
    f->offset = f->start = f->pending = f->looked = offset;
    f->window = g_malloc(WINDOW_MAX);
    f->ahead = 4096;
    f->fd = -1;
    f->progress_next = offset + PROGRESS_STEP;
    return f;
}

void
qevm_flow_free(QevmFlow *flow)
{
    if (!flow) {
        return;
    }
    g_free(flow->window);
    g_free(flow->out);
    g_free(flow);
}

void
qevm_flow_set_progress(QevmFlow *flow, QevmProgress progress, gpointer user)
{
    flow->progress = progress;
    flow->progress_user = user;
}

void
qevm_flow_set_sink(QevmFlow *flow, int fd, gboolean sparse)
{
    flow->fd = fd;
    flow->sparse = sparse;
    flow->pending = flow->offset;
    if (fd >= 0 && !flow->out) {
        flow->out = g_malloc(OUT_MAX);
    }
}

void
qevm_flow_set_keep(QevmFlow *flow, gboolean keep)
{
    flow->keep = keep;
}

gboolean
qevm_flow_mute(QevmFlow *flow, gboolean mute, GError **error)
{
    flow->muted = mute;
    return qevm_flow_flush(flow, error);
}

guint64
qevm_flow_offset(const QevmFlow *flow)
{
    return flow->offset;
}

guint64
qevm_flow_written(const QevmFlow *flow)
{
    return flow->written;
}

/* Bytes of the window at and after the offset. */
static gsize
window_left(const QevmFlow *f)
{
    if (f->offset < f->start || f->offset - f->start >= f->len) {
        return 0;
    }
    return f->len - (gsize)(f->offset - f->start);
}

static gboolean
flush_out(QevmFlow *f, GError **error)
{
    gsize n = f->out_len;

    f->out_len = 0;
    f->out_room = 0;
    return qevm_file_write(f->fd, f->out, n, "output", error);
}

static gboolean
put_small(QevmFlow *f, const guint8 *data, gsize n, GError **error)
{
    while (n > 0) {
        gsize run;

        if (f->out_len == f->out_room) {
            if (!flush_out(f, error)) {
                return FALSE;
            }
            f->out_room = qevm_file_room(f->fd, OUT_MAX);
        }
        run = MIN(n, f->out_room - f->out_len);
        memcpy(f->out + f->out_len, data, run);
        f->out_len += run;
        data += run;
        n -= run;
    }
    return TRUE;
}

/* Moves [pending, offset) to the sink. On a pipe it is all in the window. */
static gboolean
flush_pending(QevmFlow *f, GError **error)
{
    guint64 from = f->pending, n = f->offset - from;
    guint8 small[COPY_MIN];

    f->pending = f->offset;
    if (f->fd < 0 || n == 0) {
        return TRUE;
    }
    f->written += n;
    if (f->pipe) {
        return flush_out(f, error) &&
               qevm_file_write(f->fd, f->window + (from - f->start), (gsize)n,
                               "output", error);
    }
    f->dense = n <= sizeof small;
    if (f->dense && from >= f->start && from - f->start <= f->len &&
        n <= f->len - (from - f->start)) {
        return put_small(f, f->window + (from - f->start), (gsize)n, error);
    }
    if (f->dense) {
        return qevm_source_read(f->source, from, (gsize)n, small, "copy",
                                error) &&
               put_small(f, small, (gsize)n, error);
    }
    return flush_out(f, error) &&
           qevm_source_copy(f->source, from, n, f->fd, f->sparse, error);
}

gboolean
qevm_flow_flush(QevmFlow *flow, GError **error)
{
    return flush_pending(flow, error) &&
           (flow->fd < 0 || flush_out(flow, error));
}

static void
report_progress(QevmFlow *f)
{
    if (f->progress && f->offset >= f->progress_next) {
        f->progress_next = f->offset + PROGRESS_STEP;
        f->progress(f->offset, qevm_source_size(f->source), f->progress_user);
    }
}

/* Seekable: reads a new window at the offset. A walk that runs on through the
 * window reads more at a time, and so does one that jumps over small pages: a
 * system call takes longer than they do. Jumps over larger ones are jumps, if
 * these are not wanted, too. */
static gboolean
refill_file(QevmFlow *f, gsize n, GError **error)
{
    guint64 end = f->start + f->len;
    gsize got;

    if (f->offset <= end) {
        f->ahead = MIN(f->ahead * 2, WINDOW_MAX / 2);
    } else if (f->dense || f->offset - f->looked < JUMP_MIN) {
        f->ahead = WINDOW_MAX / 2;
    } else {
        f->ahead = WINDOW_MIN;
    }
    f->start = f->offset;
    f->len = 0;
    n = MAX(n, f->ahead);
    while (f->len < n) {
        if (!qevm_source_read_some(f->source, f->start + f->len, n - f->len,
                                   f->window + f->len, &got, error)) {
            return FALSE;
        }
        if (got == 0) {
            break;
        }
        f->len += got;
    }
    return TRUE;
}

/* Pipes: what is left moves to the front of the window, more comes behind. */
static gboolean
refill_pipe(QevmFlow *f, gsize n, GError **error)
{
    gsize left = window_left(f), got;

    if (!flush_pending(f, error)) {
        return FALSE;
    }
    memmove(f->window, f->window + f->len - left, left);
    f->start = f->offset;
    f->len = left;
    do {
        if (!qevm_source_read_some(f->source, f->start + f->len,
                                   WINDOW_MAX - f->len, f->window + f->len,
                                   &got, error)) {
            return FALSE;
        }
        f->len += got;
    } while (f->len < n && got > 0);
    return TRUE;
}

gboolean
qevm_flow_peek_some(QevmFlow *flow, gsize n, const guint8 **out, gsize *got,
                    GError **error)
{
    gsize left;

    g_assert(n <= QEVM_FLOW_PEEK);
    if (window_left(flow) < n) {
        if (!(flow->pipe ? refill_pipe(flow, n, error)
                         : refill_file(flow, n, error))) {
            return FALSE;
        }
    }
    left = window_left(flow);
    *got = MIN(n, left);
    flow->looked = flow->offset;
    *out = flow->window + (flow->offset - flow->start);
    return TRUE;
}

static gboolean
fail_short(QevmFlow *f, const char *what, guint64 n, guint64 left,
           GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                "at 0x%" G_GINT64_MODIFIER "x: %s needs %" G_GUINT64_FORMAT
                " bytes, %" G_GUINT64_FORMAT " left",
                f->offset, what, n, left);
    return FALSE;
}

gboolean
qevm_flow_peek(QevmFlow *flow, gsize n, const char *what, const guint8 **out,
               GError **error)
{
    gsize got;

    if (!qevm_flow_peek_some(flow, n, out, &got, error)) {
        return FALSE;
    }
    return got == n || fail_short(flow, what, n, got, error);
}

/* Moves n bytes on; what a pipe holds of them goes to the sink or is kept. */
static gboolean
advance(QevmFlow *f, guint64 n, const char *what, gboolean pass, GError **error)
{
    guint64 wanted = n;

    pass = pass && !f->muted;
    if (!pass && !flush_pending(f, error)) {
        return FALSE;
    }
    if (!f->pipe) {
        guint64 size = qevm_source_size(f->source);
        guint64 left = f->offset < size ? size - f->offset : 0;

        if (n > left) {
            return fail_short(f, what, n, left, error);
        }
        f->offset += n;
        n = 0;
    }
    while (n > 0) {
        gsize left = window_left(f);
        gsize run = (gsize)MIN((guint64)left, n);

        if (left == 0) {
            if (!refill_pipe(f, 1, error)) {
                return FALSE;
            }
            if (window_left(f) == 0) {
                return fail_short(f, what, wanted, wanted - n, error);
            }
            continue;
        }
        if (pass && f->keep) {
            qevm_source_keep(f->source, f->offset,
                             f->window + (f->offset - f->start), run);
        }
        f->offset += run;
        n -= run;
        if (!pass) {
            f->pending = f->offset;
        }
    }
    if (!pass || f->fd < 0) {
        f->pending = f->offset;
    }
    report_progress(f);
    return TRUE;
}

gboolean
qevm_flow_pass(QevmFlow *flow, guint64 n, const char *what, GError **error)
{
    return advance(flow, n, what, TRUE, error);
}

gboolean
qevm_flow_drop(QevmFlow *flow, guint64 n, const char *what, GError **error)
{
    return advance(flow, n, what, FALSE, error);
}

gboolean
qevm_flow_insert(QevmFlow *flow, gconstpointer data, gsize n, GError **error)
{
    if (flow->fd < 0 || flow->muted) {
        return TRUE;
    }
    flow->written += n;
    /* flush_pending() counts its own bytes. */
    return flush_pending(flow, error) && put_small(flow, data, n, error);
}

gboolean
qevm_flow_jump(QevmFlow *flow, guint64 offset, const char *what, GError **error)
{
    if (offset < flow->offset) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "at 0x%" G_GINT64_MODIFIER
                    "x: %s lies before, at 0x%" G_GINT64_MODIFIER "x",
                    flow->offset, what, offset);
        return FALSE;
    }
    return qevm_flow_pass(flow, offset - flow->offset, what, error);
}
