/* pages.c - the pages of RAM, one after the other. */
#include "parser/pages.h"
#include "parser/walk.h"

#include <string.h>

/* ---- page records ---- */

/* What a package holds is device state. */
static gboolean
has_pages(const QevmRecord *r)
{
    return !r->packaged &&
           (r->type == QEVM_RECORD_PARTS || r->type == QEVM_RECORD_END ||
            r->type == QEVM_RECORD_LIVE);
}

static gboolean
visit_record(QevmWalk *walk, const QevmRecord *record, QevmProgress progress,
             gpointer user, GError **error)
{
    g_autoptr(QevmFlow) flow =
        qevm_flow_new(walk->stream->source, record->offset);

    walk->flow = flow;
    qevm_flow_set_progress(flow, progress, user);
    while (qevm_flow_offset(flow) < record->offset + record->size) {
        if (!qevm_walk_record(walk, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- a mapped-ram file ----
 *
 * Each block has a bitmap, a bit for each page, and room for all pages; a page
 * whose bit is not set is zero. The bitmap consists of longs of the host that
 * wrote it, so that these are bytes with the lowest bit first only if that was
 * little-endian (migration/ram.c:mapped_ram_setup_ramblock()).
 */
#define BITMAP_CHUNK 4096
#define DATA_CHUNK (256 * 1024)

typedef struct {
    QevmStream *stream;
    const QevmPageVisitor *visitor;
    const QevmRamBlock *block;
    guint number; /* of the block */
    guint8 *data; /* DATA_CHUNK */
    gsize page;   /* size */
    QevmProgress progress;
    gpointer user;
} Mapped;

/* Shows pages [from, to), which are all there. */
static gboolean
visit_run(Mapped *m, guint64 from, guint64 to, GError **error)
{
    const QevmPageVisitor *v = m->visitor;
    guint64 start = from, end = from; /* pages in m->data */

    for (guint64 i = from; i < to; i++) {
        QevmPage page = { .at = m->block->pages_offset + i * m->page,
                          .block = m->number,
                          .offset = i * m->page,
                          .size = m->page,
                          .kind = QEVM_PAGE_FULL,
                          .len = m->page };

        if (v->wanted && v->wanted(v->user, m->number, page.offset)) {
            if (i >= end) {
                start = i;
                end = MIN(to, i + DATA_CHUNK / m->page);
                if (!qevm_source_read(m->stream->source, page.at,
                                      (gsize)(end - i) * m->page, m->data,
                                      "pages", error)) {
                    return FALSE;
                }
            }
            page.data = m->data + (i - start) * m->page;
        }
        if (!v->page(v->user, &page, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* `bits` are those of pages from `first` on. */
static gboolean
visit_bits(Mapped *m, guint64 first, const guint8 *bits, gsize n,
           GError **error)
{
    gsize run = 0;

    for (gsize i = 0; i <= n; i++) {
        /* bounds: the caller read n bits. */
        if (i < n && bits[i / 8] >> i % 8 & 1) {
            continue;
        }
        if (i > run && !visit_run(m, first + run, first + i, error)) {
            return FALSE;
        }
        run = i + 1;
    }
    return TRUE;
}

static gboolean
visit_mapped_block(Mapped *m, GError **error)
{
    const QevmRamBlock *b = m->block;
    guint64 pages = b->used_length / m->page;
    guint8 bits[BITMAP_CHUNK];

    if (b->bitmap_offset == 0) {
        return TRUE; /* shared memory, which is not in the file */
    }
    if (b->mapped_page_size != m->page) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "ram: at 0x%" G_GINT64_MODIFIER
                    "x: block `%s' has pages of %" G_GUINT64_FORMAT
                    " bytes, the first block of %" G_GSIZE_FORMAT,
                    b->offset, b->idstr, b->mapped_page_size, m->page);
        return FALSE;
    }
    for (guint64 i = 0; i < pages; i += BITMAP_CHUNK * 8) {
        gsize n = (gsize)MIN(pages - i, (guint64)BITMAP_CHUNK * 8);

        if (m->progress) {
            m->progress(b->pages_offset + i * m->page,
                        qevm_source_size(m->stream->source), m->user);
        }
        if (!qevm_source_read(m->stream->source, b->bitmap_offset + i / 8,
                              (n + 7) / 8, bits, "bitmap", error) ||
            !visit_bits(m, i, bits, n, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
visit_mapped(QevmStream *stream, const QevmPageVisitor *visitor,
             QevmProgress progress, gpointer user, GError **error)
{
    const QevmRam *ram = stream->ram;
    g_autofree guint8 *data = g_malloc(DATA_CHUNK);
    Mapped m = { .stream = stream,
                 .visitor = visitor,
                 .data = data,
                 .progress = progress,
                 .user = user };
    guint64 page = g_array_index(ram->blocks, QevmRamBlock, 0).mapped_page_size;

    /* A sparse file can be of any size. */
    if (!qevm_pages_fit(ram, error)) {
        return FALSE;
    }
    if (page < QEVM_PAGE_SIZE_MIN || page > QEVM_PAGE_SIZE_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "ram: at 0x%" G_GINT64_MODIFIER
                    "x: pages of %" G_GUINT64_FORMAT " bytes",
                    ram->list_offset, page);
        return FALSE;
    }
    m.page = (gsize)page;
    for (guint i = 0; i < stream->ram->blocks->len; i++) {
        m.block = &g_array_index(stream->ram->blocks, QevmRamBlock, i);
        m.number = i;
        if (!visit_mapped_block(&m, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- both ---- */

gboolean
qevm_pages_fit(const QevmRam *ram, GError **error)
{
    if (ram->total > QEVM_PAGES_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "ram: at 0x%" G_GINT64_MODIFIER
                    "x: blocks of 0x%" G_GINT64_MODIFIER
                    "x bytes, more than 16 TiB",
                    ram->list_offset, ram->total);
        return FALSE;
    }
    return TRUE;
}

gboolean
qevm_pages_visit(QevmStream *stream, const QevmPageVisitor *visitor,
                 QevmProgress progress, gpointer user, GError **error)
{
    g_autoptr(QevmWalk) walk = NULL;

    if (stream->ram && stream->ram->mapped) {
        return visit_mapped(stream, visitor, progress, user, error);
    }
    walk = qevm_walk_new(stream, NULL);
    walk->filter = TRUE;
    walk->visitor = visitor;
    qevm_walk_catch_up(walk);
    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (has_pages(r) && !visit_record(walk, r, progress, user, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_pages_complete(const QevmStream *stream)
{
    const QevmRecord *last = NULL;
    gboolean package = FALSE;

    if (!stream->error) {
        return TRUE;
    }
    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_END && strcmp(r->idstr, "ram") == 0) {
            return TRUE;
        }
        package |= r->package_size != 0;
        last = r->type == QEVM_RECORD_RAW ? last : r;
    }
    /* A background snapshot has no END. Behind a package, pages follow. */
    return last && last->type == QEVM_RECORD_FULL && !last->early && !package;
}
