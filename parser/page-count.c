/* page-count.c - how many pages of each block a stream has, of which kind. */
#include "parser/page-count.h"

#define BITS_MAX (32 * 1024 * 1024) /* bytes */

static gboolean
count_page(gpointer user, const QevmPage *page, GError **error)
{
    (void)error;
    qevm_page_count_add(user, page);
    return TRUE;
}

QevmPageCount *
qevm_page_count_new(const QevmStream *stream)
{
    QevmPageCount *count = g_new0(QevmPageCount, 1);

    count->stream = stream;
    count->visitor.page = count_page;
    count->visitor.user = count;
    return count;
}

const QevmPageVisitor *
qevm_page_count_visitor(QevmPageCount *count)
{
    return &count->visitor;
}

void
qevm_page_count_free(QevmPageCount *count)
{
    if (!count) {
        return;
    }
    g_free(count->blocks);
    g_free(count->bits);
    g_free(count->first);
    g_free(count);
}

/* With the first page: in a pipe, the size of pages is not known before. */
static void
begin(QevmPageCount *count, gsize page_size)
{
    const GArray *list = count->stream->ram ? count->stream->ram->blocks : NULL;
    guint n = list ? list->len : 0;
    guint64 all = 0;

    count->blocks = g_new0(QevmBlockPages, n + 1);
    count->first = g_new0(guint64, n + 1);
    count->page_size = page_size;
    for (guint i = 0; i < n && page_size; i++) {
        guint64 length = g_array_index(list, QevmRamBlock, i).used_length;

        count->first[i] = all;
        count->blocks[i].pages =
            length / page_size + (length % page_size ? 1 : 0);
        all += count->blocks[i].pages;
    }
    /* Lengths add up to 64 bits at most, so this does not overflow. Memory
     * that no page touches is never there. */
    count->exact = all / 4 < BITS_MAX;
    count->bits = count->exact ? g_malloc0(all / 4 + 1) : NULL;
}

gboolean
qevm_page_count_add(QevmPageCount *count, const QevmPage *page)
{
    QevmBlockPages *block;
    guint64 number;
    guint8 *byte, seen, again;

    if (!count->blocks) {
        begin(count, page->size);
    }
    block = &count->blocks[page->block];
    block->records[page->kind]++;
    if (!count->exact) {
        return TRUE;
    }
    number = count->first[page->block] + page->offset / count->page_size;
    byte = &count->bits[number / 4];
    seen = (guint8)(1 << number % 4 * 2);
    again = (guint8)(seen << 1);
    if (!(*byte & seen)) {
        *byte |= seen;
        block->sent++;
        return FALSE;
    }
    block->again += !(*byte & again);
    *byte |= again;
    return TRUE;
}

void
qevm_page_count_finish(QevmPageCount *count)
{
    const QevmRam *ram = count->stream->ram;

    if (!count->blocks) {
        begin(count, (gsize)count->stream->page_size);
    }
    for (guint i = 0; ram && ram->mapped && i < ram->blocks->len; i++) {
        QevmBlockPages *block = &count->blocks[i];

        if (g_array_index(ram->blocks, QevmRamBlock, i).bitmap_offset) {
            block->records[QEVM_PAGE_ZERO] =
                block->pages - block->records[QEVM_PAGE_FULL];
            block->sent = block->pages;
        }
    }
}

gboolean
qevm_page_count_sent(const QevmPageCount *count, guint block, guint64 offset)
{
    const QevmBlockPages *b = &count->blocks[block];
    guint64 number;

    if (!count->exact || b->sent == b->pages) {
        return TRUE;
    }
    number = count->first[block] + offset / count->page_size;
    return count->bits[number / 4] >> number % 4 * 2 & 1;
}
