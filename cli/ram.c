/* ram.c - streams opened for the contents of their RAM. */
#include "cli/ram.h"
#include "cli/progress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
qevm_ram_read_clear(QevmRamRead *read)
{
    g_clear_pointer(&read->writer, qevm_page_writer_free);
    g_clear_pointer(&read->count, qevm_page_count_free);
    g_clear_pointer(&read->stream, qevm_stream_free);
    g_clear_pointer(&read->container, qevm_container_free);
}

typedef struct {
    QevmRamRead *read;
    QevmRamPlace place;
    gpointer user;
    QevmPageVisitor visitor; /* copied once there is one */
} Reading;

const char *
qevm_ram_elsewhere(const QevmRamRead *read)
{
    const QevmStream *s = read->stream;
    gboolean any = FALSE, missing = FALSE;

    if (s->ram->mapped) {
        return NULL;
    }
    if (s->multifd) {
        return "pages were sent over other channels (multifd)";
    }
    for (guint i = 0; i < s->ram->blocks->len; i++) {
        const QevmBlockPages *p = &read->count->blocks[i];

        if (p->records[QEVM_PAGE_FULL] || p->records[QEVM_PAGE_COMPRESSED]) {
            return NULL;
        }
        any |= p->records[QEVM_PAGE_ZERO] > 0;
        missing |= p->sent < p->pages;
    }
    if (!missing || !read->count->exact) {
        return NULL;
    }
    return any ? "only zero pages (others were sent over other channels: "
                 "multifd)"
               : "no pages (stripped, or sent over other channels: multifd)";
}

static gboolean
has_ram(const QevmStream *stream, GError **error)
{
    if (!stream->ram) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                            "there is no RAM in this stream");
        return FALSE;
    }
    return TRUE;
}

static gboolean
begin(Reading *r, QevmStream *stream, GError **error)
{
    QevmRamRead *read = r->read;

    if (!has_ram(stream, error)) {
        return FALSE;
    }
    read->count = qevm_page_count_new(stream);
    if (!r->place) {
        r->visitor = *qevm_page_count_visitor(read->count);
        return TRUE;
    }
    read->writer = qevm_page_writer_new(read->count);
    r->visitor = *qevm_page_writer_visitor(read->writer);
    return r->place(read, stream, r->user, error);
}

static gboolean
live(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **edit,
     gpointer user, GError **error)
{
    (void)flow;
    (void)edit;
    if (stream->capability_mapped_ram) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                            "the pages of a mapped-ram file cannot be read "
                            "from a pipe; put it into a file");
        return FALSE;
    }
    return begin(user, stream, error);
}

/* The pages of a file, when all else is known. */
static gboolean
read_file(Reading *r, GError **error)
{
    QevmProgressLine line;
    gboolean ok;

    if (!begin(r, r->read->stream, error)) {
        return FALSE;
    }
    qevm_progress_start(&line, "reading");
    ok = qevm_pages_visit(r->read->stream, &r->visitor, qevm_progress_update,
                          &line, error);
    qevm_progress_stop(&line);
    return ok;
}

static gboolean
finish(Reading *r, GError **error)
{
    QevmRamRead *read = r->read;
    const char *elsewhere;

    qevm_page_count_finish(read->count);
    if (!read->writer) {
        return TRUE;
    }
    elsewhere = qevm_ram_elsewhere(read);
    if (elsewhere) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "RAM is not in this stream: %s", elsewhere);
        return FALSE;
    }
    return qevm_page_writer_finish(read->writer, error);
}

int
qevm_ram_read(QevmCli *cli, const char *file, QevmRamPlace place, gpointer user,
              QevmRamRead *out)
{
    Reading r = { .read = out, .place = place, .user = user };
    QevmStreamHooks hooks = { .live = live, .user = &r, .pages = &r.visitor };
    g_autoptr(GError) error = NULL;
    QevmSource *source;
    int code;

    out->container = qevm_cli_container(cli, file, 0, &source);
    if (!out->container) {
        return QEVM_EXIT_INPUT;
    }
    out->stream = qevm_cli_parse_hooked(cli, file, source, 0, &hooks, &code);
    if (!out->stream) {
        return code;
    }
    if (!qevm_pages_complete(out->stream)) {
        return qevm_cli_stream_error(cli, file, out->stream);
    }
    /* A pipe called back, unless it has no live part. */
    if ((!out->count && !read_file(&r, &error)) || !finish(&r, &error)) {
        return qevm_cli_fail_output(cli, file, error);
    }
    return QEVM_EXIT_OK;
}

QevmOutput *
qevm_ram_output(const QevmRamRead *read, const char *path, GError **error)
{
    const char *const inputs[] = { read->container->path, NULL };

    return qevm_output_open(path, inputs, error);
}

const QevmRamBlock *
qevm_ram_block_at(const QevmStream *stream, guint i)
{
    return &g_array_index(stream->ram->blocks, QevmRamBlock, i);
}

gboolean
qevm_ram_block(const QevmStream *stream, const char *name, guint *out,
               GError **error)
{
    const GArray *blocks = stream->ram->blocks;
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < blocks->len; i++) {
        const char *idstr = g_array_index(blocks, QevmRamBlock, i).idstr;
        g_autofree char *quoted = qevm_path_quote(idstr);

        if (strcmp(name, idstr) == 0 || strcmp(name, quoted) == 0) {
            *out = i;
            return TRUE;
        }
        g_string_append_printf(list, "%s%s", i ? ", " : "", quoted);
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                "no RAM block `%s'; there are: %s", name, list->str);
    return FALSE;
}

QevmRamLack
qevm_ram_lack(const QevmRamRead *read, guint block, char **what)
{
    const QevmStream *s = read->stream;
    const QevmBlockPages *p = &read->count->blocks[block];
    g_autofree char *name = qevm_path_quote(qevm_ram_block_at(s, block)->idstr);

    if (!read->count->exact || p->sent == p->pages) {
        *what = NULL;
        return QEVM_RAM_LACKS_NOTHING;
    }
    if (p->sent == 0) {
        *what = g_strdup_printf("the pages of %s are not in the stream%s", name,
                                s->capability_ignore_shared
                                    ? ": it is shared memory (x-ignore-shared)"
                                    : "");
        return QEVM_RAM_LACKS_ALL;
    }
    *what = g_strdup_printf("%" G_GUINT64_FORMAT " of the %" G_GUINT64_FORMAT
                            " pages of %s are not in the stream, and zero here",
                            p->pages - p->sent, p->pages, name);
    return QEVM_RAM_LACKS_SOME;
}

/* ---- blocks in a temporary file ---- */

/* The largest pages there are: extents start with one. */
#define ALIGN QEVM_PAGE_SIZE_MAX

void
qevm_ram_file_clear(QevmRamFile *file)
{
    if (file->fd >= 0) {
        close(file->fd);
    }
    g_clear_pointer(&file->at, g_free);
}

QevmSource *
qevm_ram_file_source(const QevmRamFile *file, GError **error)
{
    int fd = dup(file->fd);

    if (fd < 0) {
        qevm_error_errno(error, errno, "temporary file");
        return NULL;
    }
    return qevm_source_new_fd(fd, "temporary file", error);
}

gboolean
qevm_ram_file_read(const QevmRamFile *file, guint block, guint64 offset,
                   gsize n, guint8 *buf, GError **error)
{
    guint64 at = file->at[block] + offset;

    memset(buf, 0, n);
    while (n > 0) {
        ssize_t r = pread(file->fd, buf, n, (off_t)at);

        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return qevm_error_errno(error, errno, "temporary file");
        }
        if (r == 0) {
            break;
        }
        buf += r;
        at += (guint64)r;
        n -= (gsize)r;
    }
    return TRUE;
}

guint64
qevm_ram_file_data(const QevmRamFile *file, guint block, guint64 offset,
                   guint64 size)
{
    off_t at = (off_t)(file->at[block] + offset);
    off_t data = lseek(file->fd, at, SEEK_DATA);

    if (data < 0) {
        /* Holes to the end; or they cannot be told, and all may be data. */
        return errno == ENXIO ? size : offset;
    }
    offset += (guint64)(data - at);
    return MIN(offset, size);
}

void
qevm_ram_say_lacks(const char *file, const QevmRamRead *read)
{
    for (guint i = 0; i < read->stream->ram->blocks->len; i++) {
        g_autofree char *lack = NULL;

        if (qevm_ram_lack(read, i, &lack) != QEVM_RAM_LACKS_NOTHING) {
            fprintf(stderr, "qevm: %s: %s\n", file, lack);
        }
    }
}

/* Makes the file and says where blocks go in it, which takes room in none of
 * them yet. */
static gboolean
begin_file(QevmRamFile *file, const QevmRam *ram, GError **error)
{
    guint64 at = 0;

    file->fd = qevm_output_unnamed(error);
    if (file->fd < 0 || !qevm_pages_fit(ram, error)) {
        return FALSE;
    }
    file->at = g_new0(guint64, ram->blocks->len + 1);
    for (guint i = 0; i < ram->blocks->len; i++) {
        guint64 size = g_array_index(ram->blocks, QevmRamBlock, i).used_length;

        file->at[i] = at;
        at += (size + ALIGN - 1) / ALIGN * ALIGN;
    }
    return TRUE;
}

static void
add_extent(const QevmRamFile *file, QevmPageWriter *writer, guint block,
           guint64 from, guint64 size)
{
    QevmPageExtent extent = { block, from, size, file->fd,
                              file->at[block] + from };

    qevm_page_writer_add(writer, &extent);
}

gboolean
qevm_ram_place_all(const QevmRamRead *read, QevmStream *stream, gpointer user,
                   GError **error)
{
    QevmRamFile *file = user;

    if (!begin_file(file, stream->ram, error)) {
        return FALSE;
    }
    for (guint i = 0; i < stream->ram->blocks->len; i++) {
        add_extent(file, read->writer, i, 0,
                   qevm_ram_block_at(stream, i)->used_length);
    }
    return TRUE;
}

gboolean
qevm_ram_place_page(const QevmRamRead *read, QevmStream *stream,
                    QevmRamFile *file, guint block, guint64 offset,
                    GError **error)
{
    guint64 from = offset - offset % ALIGN;
    guint64 left = qevm_ram_block_at(stream, block)->used_length - from;

    if (!begin_file(file, stream->ram, error)) {
        return FALSE;
    }
    add_extent(file, read->writer, block, from, MIN(left, ALIGN));
    return TRUE;
}
