/* page-writer.c - puts pages where they are wanted. */
#include "parser/page-writer.h"
#include "parser/file.h"
#include "parser/ram-unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_MAX (128 * 1024) /* larger writes take what no cache has */

typedef struct {
    QevmPageExtent extent;
    guint before; /* the one of the same block that was added before, + 1 */
} Extent;

struct QevmPageWriter {
    QevmPageCount *count;
    QevmPageVisitor visitor;
    GArray *extents; /* Extent */
    GArray *last;    /* guint: by block, its last extent, + 1; 0: none */
    /* Bytes that go to [at, at + len) of fd. */
    guint8 *run; /* RUN_MAX */
    gsize len;
    int fd;
    guint64 at;
    guint8 *page; /* room for one */
};

static gboolean
flush(QevmPageWriter *w, GError **error)
{
    gsize n = w->len;

    w->len = 0;
    return qevm_file_write_at(w->fd, w->at, w->run, n, "output", error);
}

/* Behind what is held back if it joins on. */
static gboolean
put(QevmPageWriter *w, int fd, guint64 at, const guint8 *data, gsize n,
    GError **error)
{
    if (w->len > 0 &&
        (fd != w->fd || at != w->at + w->len || n > RUN_MAX - w->len)) {
        if (!flush(w, error)) {
            return FALSE;
        }
    }
    if (w->len == 0) {
        w->fd = fd;
        w->at = at;
    }
    /* bounds: a page is smaller than a run, and what is there was flushed. */
    memcpy(w->run + w->len, data, n);
    w->len += n;
    return TRUE;
}

/* Makes what was written before zero again. */
static gboolean
clear(QevmPageWriter *w, int fd, guint64 at, gsize n, GError **error)
{
    if (!flush(w, error)) {
        return FALSE;
    }
    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at,
                  (off_t)n) == 0) {
        return TRUE;
    }
    memset(w->page, 0, n);
    return qevm_file_write_at(fd, at, w->page, n, "output", error);
}

static gboolean
fail_page(const QevmPage *page, const char *what, GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "at 0x%" G_GINT64_MODIFIER "x: %s of %" G_GSIZE_FORMAT
                " bytes that makes no page",
                page->at, what, page->len);
    return FALSE;
}

/* The page as it was so far; zero where nothing was written. */
static gboolean
read_back(QevmPageWriter *w, const QevmPage *page, int fd, guint64 at, gsize n,
          GError **error)
{
    gsize done = 0;

    if (!flush(w, error)) {
        return FALSE;
    }
    memset(w->page, 0, page->size);
    while (done < n) {
        ssize_t r = pread(fd, w->page + done, n - done, (off_t)(at + done));

        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return qevm_error_errno(error, errno,
                                    "output: cannot be read back");
        }
        if (r == 0) {
            break;
        }
        done += (gsize)r;
    }
    return TRUE;
}

/* The first n bytes of a page to `at`; `again`: something may be there. */
static gboolean
write_page(QevmPageWriter *w, const QevmPage *page, int fd, guint64 at, gsize n,
           gboolean again, GError **error)
{
    const guint8 *data = page->data;

    switch (page->kind) {
    case QEVM_PAGE_ZERO:
        /* bounds: the walk has seen the byte. */
        memset(w->page, data[0], page->size);
        data = w->page;
        break;
    case QEVM_PAGE_XBZRLE:
        if (!read_back(w, page, fd, at, n, error)) {
            return FALSE;
        }
        if (!qevm_ram_patch(data, page->len, w->page, page->size)) {
            return fail_page(page, "an XBZRLE record", error);
        }
        data = w->page;
        break;
    case QEVM_PAGE_COMPRESSED:
        if (!qevm_ram_inflate(data, page->len, w->page, page->size)) {
            return fail_page(page, "a zlib stream", error);
        }
        data = w->page;
        break;
    default:
        break;
    }
    if (!qevm_is_zero(data, n)) {
        return put(w, fd, at, data, n, error);
    }
    return !again || clear(w, fd, at, n, error);
}

static const QevmPageExtent *
find_extent(const QevmPageWriter *w, guint block, guint64 offset)
{
    guint i = block < w->last->len ? g_array_index(w->last, guint, block) : 0;

    while (i) {
        const Extent *e = &g_array_index(w->extents, Extent, i - 1);

        if (offset >= e->extent.from &&
            offset - e->extent.from < e->extent.size) {
            return &e->extent;
        }
        i = e->before;
    }
    return NULL;
}

static gboolean
wanted(gpointer user, guint block, guint64 offset)
{
    return find_extent(user, block, offset) != NULL;
}

static gboolean
take_page(gpointer user, const QevmPage *page, GError **error)
{
    QevmPageWriter *w = user;
    gboolean again = qevm_page_count_add(w->count, page);
    const QevmPageExtent *e =
        page->data ? find_extent(w, page->block, page->offset) : NULL;
    guint64 in;

    if (!e) {
        return TRUE;
    }
    in = page->offset - e->from;
    return write_page(w, page, e->fd, e->at + in,
                      (gsize)MIN(page->size, e->size - in), again, error);
}

QevmPageWriter *
qevm_page_writer_new(QevmPageCount *count)
{
    QevmPageWriter *w = g_new0(QevmPageWriter, 1);

    w->count = count;
    w->visitor.wanted = wanted;
    w->visitor.page = take_page;
    w->visitor.user = w;
    w->extents = g_array_new(FALSE, FALSE, sizeof(Extent));
    w->last = g_array_new(FALSE, TRUE, sizeof(guint));
    w->run = g_malloc(RUN_MAX);
    w->page = g_malloc(QEVM_PAGE_SIZE_MAX);
    return w;
}

void
qevm_page_writer_free(QevmPageWriter *writer)
{
    if (!writer) {
        return;
    }
    g_array_unref(writer->extents);
    g_array_unref(writer->last);
    g_free(writer->run);
    g_free(writer->page);
    g_free(writer);
}

void
qevm_page_writer_add(QevmPageWriter *writer, const QevmPageExtent *extent)
{
    Extent e = { .extent = *extent };
    guint *last;

    if (extent->block >= writer->last->len) {
        g_array_set_size(writer->last, extent->block + 1);
    }
    last = &g_array_index(writer->last, guint, extent->block);
    e.before = *last;
    g_array_append_val(writer->extents, e);
    *last = writer->extents->len;
}

const QevmPageVisitor *
qevm_page_writer_visitor(QevmPageWriter *writer)
{
    return &writer->visitor;
}

gboolean
qevm_page_writer_finish(QevmPageWriter *writer, GError **error)
{
    if (!flush(writer, error)) {
        return FALSE;
    }
    for (guint i = 0; i < writer->extents->len; i++) {
        const QevmPageExtent *e =
            &g_array_index(writer->extents, Extent, i).extent;
        struct stat st;

        if (fstat(e->fd, &st) != 0 ||
            ((guint64)st.st_size < e->at + e->size &&
             ftruncate(e->fd, (off_t)(e->at + e->size)) != 0)) {
            return qevm_error_errno(error, errno, "output: cannot be written");
        }
    }
    return TRUE;
}
