#include "tests/hostile/image.h"
#include "tests/hostile/exercise.h"

#include <string.h>

#define SECTIONS_MAX (4 * 1024 * 1024) /* bytes of PARTs and END */

/* One piece of a block: what it holds, as a number that is not 0. */
typedef struct {
    GHashTable *pieces; /* key of block and offset -> that number */
    QevmStream *stream;
    gsize piece;
    guint block; /* of the record before */
} Image;

static void
image_free(Image *image)
{
    if (image) {
        g_hash_table_unref(image->pieces);
        qevm_stream_free(image->stream);
        g_free(image);
    }
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Image, image_free)

static gpointer
key_of(guint block, guint64 offset)
{
    return (gpointer)(guintptr)((guint64)block << 48 | offset >> 8);
}

/* FNV-1a. */
static gpointer
sum_of(const guint8 *data, gsize n)
{
    guint64 sum = G_GUINT64_CONSTANT(14695981039346656037);

    for (gsize i = 0; i < n; i++) {
        sum = (sum ^ data[i]) * G_GUINT64_CONSTANT(1099511628211);
    }
    return (gpointer)(guintptr)(sum | 1);
}

static gpointer
sum_of_zeros(gsize n)
{
    g_autofree guint8 *zeros = g_malloc0(n);

    return sum_of(zeros, n);
}

static gboolean
find_block(const QevmRam *ram, const char *name, guint *index)
{
    for (guint i = 0; i < ram->blocks->len; i++) {
        if (strcmp(g_array_index(ram->blocks, QevmRamBlock, i).idstr, name) ==
            0) {
            *index = i;
            return TRUE;
        }
    }
    return FALSE;
}

/* One page record behind its W; FALSE: none that is read here. */
static gboolean
read_page(Image *image, QevmCursor *c, guint64 w)
{
    gsize page = image->stream->page_size;
    guint64 flags = w & (page - 1), offset = w & ~(guint64)(page - 1);
    g_autofree char *name = NULL;
    g_autofree guint8 *zero = NULL;
    const guint8 *data;
    guint8 fill;

    if (!(flags & 0x20) &&
        (!qevm_cursor_idstr(c, "name", &name, NULL) ||
         !find_block(image->stream->ram, name, &image->block))) {
        return FALSE;
    }
    switch (flags & ~(guint64)0x20) {
    case 0x02:
        if (!qevm_cursor_u8(c, "fill", &fill, NULL)) {
            return FALSE;
        }
        zero = g_malloc(page);
        memset(zero, fill, page);
        data = zero;
        break;
    case 0x08:
        if (!qevm_cursor_take(c, page, "page", &data, NULL)) {
            return FALSE;
        }
        break;
    default:
        return FALSE;
    }
    for (gsize i = 0; i < page; i += image->piece) {
        g_hash_table_insert(image->pieces, key_of(image->block, offset + i),
                            sum_of(data + i, image->piece));
    }
    return TRUE;
}

static gboolean
read_section(Image *image, QevmCursor *c)
{
    guint64 w;

    if (!qevm_cursor_skip(c, 5, "header", NULL)) {
        return FALSE;
    }
    for (;;) {
        if (!qevm_cursor_be64(c, "record", &w, NULL)) {
            return FALSE;
        }
        if (w == 0x10) {
            return !image->stream->footers ||
                   qevm_cursor_skip(c, 5, "footer", NULL);
        }
        if ((w & (image->stream->page_size - 1)) != 0x200 &&
            !read_page(image, c, w)) {
            return FALSE;
        }
    }
}

/* Is `ram` all there is among the pages, and small enough? */
static gboolean
is_plain(const QevmStream *s)
{
    if (s->error || !s->ram || s->ram->mapped) {
        return FALSE;
    }
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if ((r->type == QEVM_RECORD_START && strcmp(r->idstr, "ram") != 0) ||
            (r->type == QEVM_RECORD_COMMAND && r->package_size) ||
            ((r->type == QEVM_RECORD_PARTS || r->type == QEVM_RECORD_END) &&
             r->size > SECTIONS_MAX)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < s->ram->blocks->len; i++) {
        if (g_array_index(s->ram->blocks, QevmRamBlock, i).used_length >> 48) {
            return FALSE;
        }
    }
    return TRUE;
}

/* NULL: it is not read here. */
static Image *
image_new(GBytes *bytes)
{
    g_autoptr(Image) image = g_new0(Image, 1);

    image->pieces = g_hash_table_new(NULL, NULL);
    image->stream = exercise_open(bytes, QEVM_OPEN_WALK, NULL);
    return image->stream && is_plain(image->stream) ? g_steal_pointer(&image)
                                                    : NULL;
}

static gboolean
image_read(Image *image, gsize piece)
{
    const QevmStream *s = image->stream;

    image->piece = piece;
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);
        g_autoptr(GBytes) bytes = NULL;
        QevmCursor c = { 0 };

        if (r->type != QEVM_RECORD_PARTS && r->type != QEVM_RECORD_END) {
            continue;
        }
        bytes = qevm_source_get(s->source, r->offset, r->size, "pages", NULL);
        c.data = g_bytes_get_data(bytes, &c.len);
        while (qevm_cursor_left(&c)) {
            if (!read_section(image, &c)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}

static const QevmSpan *
span_at(const QevmNewBlock *b, guint64 offset)
{
    for (guint i = 0; i < b->spans->len; i++) {
        const QevmSpan *s = &g_array_index(b->spans, QevmSpan, i);

        if (offset >= s->at && offset - s->at < s->length) {
            return s;
        }
    }
    return NULL;
}

static gpointer
sum_of_file(const QevmSpan *s, guint64 offset, gsize piece)
{
    g_autoptr(GBytes) bytes = qevm_source_get(
        s->file, s->from + (offset - s->at), piece, "file", NULL);

    return bytes ? sum_of(g_bytes_get_data(bytes, NULL), piece) : NULL;
}

/* What a piece of a new block must hold: NULL, nothing. */
static gpointer
wanted(const Image *from, const QevmNewBlock *b, guint64 offset)
{
    const QevmSpan *s = span_at(b, offset);

    if (!s || s->kind == QEVM_SPAN_NOTHING) {
        return NULL;
    }
    if (s->kind == QEVM_SPAN_ZEROS) {
        return sum_of_zeros(from->piece);
    }
    if (s->kind == QEVM_SPAN_FILE) {
        return sum_of_file(s, offset, from->piece);
    }
    return g_hash_table_lookup(from->pieces,
                               key_of(s->block, s->from + (offset - s->at)));
}

/* Every piece that came out. Of a page that is put together of several, those
 * that nobody sent are zero. */
static void
check_results(const Image *from, const Image *to, const QevmRamMap *map)
{
    gboolean together = to->stream->page_size > from->stream->page_size;
    gpointer zero = sum_of_zeros(to->piece), key, sum;
    GHashTableIter iter;

    g_hash_table_iter_init(&iter, to->pieces);
    while (g_hash_table_iter_next(&iter, &key, &sum)) {
        guint block = (guint)((guintptr)key >> 48);
        guint64 offset = (guint64)(guintptr)key << 16 >> 8;
        const QevmNewBlock *b = qevm_ram_map_block(map, block);
        gpointer want = wanted(from, b, offset);

        if (sum != want && !(!want && together && sum == zero)) {
            exercise_fail("RAM of `%s' at 0x%" G_GINT64_MODIFIER
                          "x is not what it should be",
                          b->idstr, offset);
        }
    }
}

/* Every piece that went in, and those of our own. */
static void
check_sources(const Image *from, const Image *to, const QevmRamMap *map)
{
    for (guint i = 0; i < map->blocks->len; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(map, i);

        for (guint64 at = 0; at < b->length; at += from->piece) {
            if (wanted(from, b, at) &&
                !g_hash_table_contains(to->pieces, key_of(i, at))) {
                exercise_fail("RAM of `%s' at 0x%" G_GINT64_MODIFIER
                              "x was lost",
                              b->idstr, at);
            }
        }
    }
}

void
image_check(GBytes *source, GBytes *result, const QevmEdit *edit)
{
    const QevmRamMap *map = edit->live->ram;
    g_autoptr(Image) from = image_new(source);
    g_autoptr(Image) to = image_new(result);
    guint64 total, a, b;

    if (!map || !from || !to || edit->live->drop_all_pages ||
        edit->live->section_ids->len || !qevm_ram_map_total(map, &total) ||
        total > SECTIONS_MAX * G_GUINT64_CONSTANT(64)) {
        return;
    }
    a = from->stream->page_size;
    b = to->stream->page_size;
    if (!a || !b || !image_read(from, MIN(a, b)) ||
        !image_read(to, MIN(a, b))) {
        return;
    }
    check_results(from, to, map);
    check_sources(from, to, map);
}
