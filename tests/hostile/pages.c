/* pages.c - the pages of any bytes that are taken for a stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/hostile/pages.h"
#include "parser/page-writer.h"
#include "tests/hostile/exercise.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_MAX (16 * 4096) /* what fits in a pipe that nobody reads */
#define ALIGN QEVM_PAGE_SIZE_MAX

/* What became of the pages of one stream. */
typedef struct {
    int fd; /* blocks one behind the other; -1: it did not come to that */
    guint64 size;
    QevmPageCount *count;
    QevmPageWriter *writer;
    QevmPageVisitor visitor;
    QevmStream *stream;
    gboolean whole; /* nothing was wrong */
} Pages;

static gboolean
place(Pages *p, QevmStream *stream, GError **error)
{
    guint64 at = 0;

    p->count = qevm_page_count_new(stream);
    p->writer = qevm_page_writer_new(p->count);
    p->visitor = *qevm_page_writer_visitor(p->writer);
    if (!stream->ram || !qevm_pages_fit(stream->ram, error)) {
        return stream->ram == NULL;
    }
    p->fd = memfd_create("pages", MFD_CLOEXEC);
    if (p->fd < 0) {
        exercise_fail("memfd_create: %s", g_strerror(errno));
    }
    for (guint i = 0; i < stream->ram->blocks->len; i++) {
        guint64 size =
            g_array_index(stream->ram->blocks, QevmRamBlock, i).used_length;
        QevmPageExtent extent = { i, 0, size, p->fd, at };

        qevm_page_writer_add(p->writer, &extent);
        p->size = at + size;
        at += (size + ALIGN - 1) / ALIGN * ALIGN;
    }
    return TRUE;
}

static gboolean
live(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **edit,
     gpointer user, GError **error)
{
    (void)flow;
    (void)edit;
    return place(user, stream, error);
}

static void
read_pages(Pages *p, QevmSource *source)
{
    QevmStreamHooks hooks = { .live = live, .user = p, .pages = &p->visitor };
    g_autoptr(GError) error = NULL;

    p->fd = -1;
    p->stream = qevm_stream_open(source, 0, &hooks, &error);
    p->whole = p->stream && !p->stream->error;
    if (p->whole && !p->count) {
        p->whole = place(p, p->stream, &error) &&
                   qevm_pages_visit(p->stream, &p->visitor, NULL, NULL, &error);
    }
    if (p->whole && p->count) {
        qevm_page_count_finish(p->count);
        p->whole = qevm_page_writer_finish(p->writer, &error);
    }
    if (error && error->domain != QEVM_ERROR) {
        exercise_fail("pages: %s", error->message);
    }
}

static void
pages_clear(Pages *p)
{
    g_clear_pointer(&p->writer, qevm_page_writer_free);
    g_clear_pointer(&p->count, qevm_page_count_free);
    g_clear_pointer(&p->stream, qevm_stream_free);
    if (p->fd >= 0) {
        close(p->fd);
    }
}

static void
check_counts(const Pages *p)
{
    const QevmRam *ram = p->stream->ram;

    for (guint i = 0; ram && i < ram->blocks->len; i++) {
        const QevmBlockPages *b = &p->count->blocks[i];
        guint64 records = 0;

        for (guint k = 0; k < QEVM_PAGE_KINDS; k++) {
            records += b->records[k];
        }
        if (p->count->exact &&
            (b->sent > b->pages || b->again > b->sent ||
             records < b->sent + b->again || (records && !b->sent))) {
            exercise_fail("block %u: %" G_GUINT64_FORMAT
                          " pages sent, %" G_GUINT64_FORMAT
                          " again, of %" G_GUINT64_FORMAT
                          " in %" G_GUINT64_FORMAT " records",
                          i, b->sent, b->again, b->pages, records);
        }
    }
}

/* Nothing is written behind the last block. */
static void
check_size(const Pages *p)
{
    struct stat st;

    if (p->fd >= 0 &&
        (fstat(p->fd, &st) != 0 || (guint64)st.st_size != p->size)) {
        exercise_fail("blocks of %" G_GUINT64_FORMAT
                      " bytes are %" G_GUINT64_FORMAT " in the file",
                      p->size, (guint64)st.st_size);
    }
}

/* Files with huge holes are compared where they have data. */
static void
check_same(const Pages *a, const Pages *b)
{
    guint8 buf_a[4096], buf_b[4096];

    if (a->size != b->size) {
        exercise_fail("the blocks of a pipe have another size");
    }
    for (guint64 at = 0; at < a->size;) {
        off_t in_a = lseek(a->fd, (off_t)at, SEEK_DATA);
        off_t in_b = lseek(b->fd, (off_t)at, SEEK_DATA);
        off_t next = in_a < 0 ? in_b : in_b < 0 ? in_a : MIN(in_a, in_b);

        if (next < 0) {
            break;
        }
        memset(buf_a, 0, sizeof buf_a);
        memset(buf_b, 0, sizeof buf_b);
        next -= next % (off_t)sizeof buf_a;
        if (pread(a->fd, buf_a, sizeof buf_a, next) < 0 ||
            pread(b->fd, buf_b, sizeof buf_b, next) < 0 ||
            memcmp(buf_a, buf_b, sizeof buf_a) != 0) {
            exercise_fail("the pages of a pipe differ at 0x%" G_GINT64_MODIFIER
                          "x",
                          (guint64)next);
        }
        at = (guint64)next + sizeof buf_a;
    }
}

static QevmSource *
pipe_of(GBytes *bytes)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    QevmSource *source;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0 ||
        write(fds[1], data, size) != (gssize)size) {
        exercise_fail("pipe: %s", g_strerror(errno));
    }
    close(fds[1]);
    source = qevm_source_new_fd(fds[0], "pipe", NULL);
    g_assert_nonnull(source);
    return source;
}

void
exercise_pages(GBytes *bytes)
{
    Pages file = { 0 }, pipe = { 0 };

    read_pages(&file, qevm_source_new_bytes(bytes, "bytes"));
    if (file.whole) {
        check_counts(&file);
        check_size(&file);
    }
    /* A pipe has gone by when the end tells the size of pages, and where the
     * pages of mapped-ram are. */
    if (file.whole && file.fd >= 0 && !file.stream->ram->mapped &&
        g_bytes_get_size(bytes) <= PIPE_MAX) {
        read_pages(&pipe, pipe_of(bytes));
        if (pipe.whole && pipe.fd >= 0 &&
            pipe.count->page_size == file.count->page_size) {
            check_size(&pipe);
            check_same(&file, &pipe);
        }
        pages_clear(&pipe);
    }
    pages_clear(&file);
}
