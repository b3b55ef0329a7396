#include "parser/ram-spool.h"

#include "parser/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define NAME "a temporary file"
#define RUN_MAX (64 * 1024) /* bytes that are written together */
#define MARKS_MAX 4096      /* marks that are read together */

/* A piece's byte in the second file. */
enum { MARK_NONE, MARK_ZEROS, MARK_DATA };

struct QevmRamSpool {
    gsize piece;
    int data, marks; /* owned */
    /* Pieces one behind the other that are not written yet. */
    guint8 *run;
    guint64 run_at;
    gsize run_len;
    guint8 run_mark;
    /* Marks that were read last, of pieces from `seen_at` on. */
    guint8 seen[MARKS_MAX];
    guint64 seen_at;
    gsize seen_len;
};

QevmRamSpool *
qevm_ram_spool_new(gsize piece, int (*make)(GError **error), GError **error)
{
    g_autoptr(QevmRamSpool) s = g_new0(QevmRamSpool, 1);

    s->piece = piece;
    s->marks = -1;
    s->run = g_malloc(RUN_MAX);
    s->data = make(error);
    if (s->data < 0) {
        return NULL;
    }
    s->marks = make(error);
    return s->marks < 0 ? NULL : g_steal_pointer(&s);
}

void
qevm_ram_spool_free(QevmRamSpool *spool)
{
    if (!spool) {
        return;
    }
    if (spool->data >= 0) {
        close(spool->data);
    }
    if (spool->marks >= 0) {
        close(spool->marks);
    }
    g_free(spool->run);
    g_free(spool);
}

/* Past the end there are zeros. */
static gboolean
read_at(int fd, guint64 at, guint8 *data, gsize n, GError **error)
{
    while (n > 0) {
        ssize_t r = pread(fd, data, n, (off_t)at);

        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return qevm_error_errno(error, errno, NAME ": cannot be read");
        }
        if (r == 0) {
            memset(data, 0, n);
            return TRUE;
        }
        data += r;
        at += (guint64)r;
        n -= (gsize)r;
    }
    return TRUE;
}

static gboolean
flush(QevmRamSpool *s, GError **error)
{
    gsize n = s->run_len / s->piece;
    g_autofree guint8 *marks = g_malloc(n + 1);

    memset(marks, s->run_mark, n);
    if (!qevm_file_write_at(s->marks, s->run_at / s->piece, marks, n, NAME,
                            error) ||
        (s->run_mark == MARK_DATA &&
         !qevm_file_write_at(s->data, s->run_at, s->run, s->run_len, NAME,
                             error))) {
        return FALSE;
    }
    s->seen_len = s->run_len ? 0 : s->seen_len;
    s->run_len = 0;
    return TRUE;
}

gboolean
qevm_ram_spool_put(QevmRamSpool *spool, guint64 at, const guint8 *data,
                   GError **error)
{
    guint8 mark = data ? MARK_DATA : MARK_ZEROS;

    if ((spool->run_len + spool->piece > RUN_MAX || mark != spool->run_mark ||
         at != spool->run_at + spool->run_len) &&
        !flush(spool, error)) {
        return FALSE;
    }
    if (spool->run_len == 0) {
        spool->run_at = at;
        spool->run_mark = mark;
    }
    if (data) {
        /* bounds: a run is flushed before it is full */
        memcpy(spool->run + spool->run_len, data, spool->piece);
    }
    spool->run_len += spool->piece;
    return TRUE;
}

/* Bytes of n pieces, whose marks are known. */
static gboolean
get_pieces(QevmRamSpool *s, guint64 at, const guint8 *marks, gsize n,
           guint8 *out, GError **error)
{
    if (!read_at(s->data, at, out, n * s->piece, error)) {
        return FALSE;
    }
    for (gsize i = 0; i < n; i++) {
        if (marks[i] != MARK_DATA) {
            memset(out + i * s->piece, 0, s->piece);
        }
    }
    return TRUE;
}

gboolean
qevm_ram_spool_get(QevmRamSpool *spool, guint64 at, guint8 *data,
                   GError **error)
{
    guint8 mark;

    return flush(spool, error) &&
           read_at(spool->marks, at / spool->piece, &mark, 1, error) &&
           get_pieces(spool, at, &mark, 1, data, error);
}

/* Reads the marks of whole pages from the one at *at on, or at the first one
 * behind it that can have any; FALSE in *more: there is none. */
static gboolean
see(QevmRamSpool *s, guint64 *at, gsize size, gboolean *more, GError **error)
{
    gsize pieces = size / s->piece;
    off_t data = lseek(s->marks, (off_t)(*at / s->piece), SEEK_DATA);

    *more = data >= 0;
    if (!*more) {
        return errno == ENXIO ||
               qevm_error_errno(error, errno, NAME ": cannot be read");
    }
    *at = (guint64)data / pieces * size;
    s->seen_at = *at / s->piece;
    s->seen_len = MARKS_MAX / pieces * pieces;
    return read_at(s->marks, s->seen_at, s->seen, s->seen_len, error);
}

gboolean
qevm_ram_spool_next(QevmRamSpool *spool, guint64 *at, guint64 end, gsize size,
                    guint8 *page, gboolean *found, GError **error)
{
    gsize pieces = size / spool->piece;
    gboolean more = TRUE;

    *found = FALSE;
    if (!flush(spool, error)) {
        return FALSE;
    }
    while (*at < end) {
        guint64 first = *at / spool->piece;
        const guint8 *marks;

        if (first < spool->seen_at ||
            first - spool->seen_at >= spool->seen_len) {
            if (!see(spool, at, size, &more, error)) {
                return FALSE;
            }
            if (!more) {
                return TRUE;
            }
            continue;
        }
        marks = spool->seen + (first - spool->seen_at);
        if (!qevm_is_zero(marks, pieces)) {
            *found = TRUE;
            return get_pieces(spool, *at, marks, pieces, page, error);
        }
        *at += size;
    }
    return TRUE;
}
