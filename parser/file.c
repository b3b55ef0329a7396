#include "parser/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BLOCK 4096
#define PIPE_ROOM (1024 * 1024)

static gboolean
fail(const char *name, GError **error)
{
    return qevm_error_errno(error, errno, "%s: cannot be written", name);
}

gboolean
qevm_file_write(int fd, gconstpointer data, gsize n, const char *name,
                GError **error)
{
    const guint8 *p = data;

    while (n > 0) {
        ssize_t w = write(fd, p, n);

        if (w < 0 && errno != EINTR) {
            return fail(name, error);
        }
        p += MAX(w, 0);
        n -= (gsize)MAX(w, 0);
    }
    return TRUE;
}

gboolean
qevm_file_write_at(int fd, guint64 at, gconstpointer data, gsize n,
                   const char *name, GError **error)
{
    const guint8 *p = data;

    while (n > 0) {
        ssize_t w = pwrite(fd, p, n, (off_t)at);

        if (w < 0 && errno != EINTR) {
            return fail(name, error);
        }
        w = MAX(w, 0);
        p += w;
        at += (guint64)w;
        n -= (gsize)w;
    }
    return TRUE;
}

/* Where in a block the next byte goes; -1: nobody knows. */
static gint
place(int fd)
{
    off_t at = lseek(fd, 0, SEEK_CUR);

    return at < 0 ? -1 : (gint)(at % BLOCK);
}

gsize
qevm_file_room(int fd, gsize most)
{
    gint at = place(fd);

    return at < 0 ? most : most - (gsize)at;
}

void
qevm_file_widen(int fd)
{
    (void)fcntl(fd, F_SETPIPE_SZ, PIPE_ROOM);
}

gboolean
qevm_file_aligned(int fd, guint64 offset)
{
    gint at = place(fd);

    return at < 0 || offset % BLOCK == (guint64)at;
}
