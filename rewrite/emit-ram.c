/* emit-ram.c - the block list of `ram`, anew, and the pages of mapped-ram
 * files.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/emit-ram.h"

#include <string.h>

enum { RAM_SAVE_FLAG_MEM_SIZE = 0x04 };

/* migration/ram.c: MAPPED_RAM_FILE_OFFSET_ALIGNMENT */
#define PAGES_ALIGNMENT (1024 * 1024)
#define MAPPED_RAM_HDR_VERSION 1
/* A bitmap is words of 64 bits in the byte order of its host. */
#define BITS 64

static gboolean
names_capability(QevmNode *node, const char *capability)
{
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        gsize size;
        const char *text;

        if (c->kind != QEVM_NODE_FIELD) {
            if (names_capability(c, capability)) {
                return TRUE;
            }
            continue;
        }
        qevm_node_value(c, 0, &value);
        if (value.kind == QEVM_VALUE_STRING) {
            text = g_bytes_get_data(value.bytes, &size);
            if (size == strlen(capability) &&
                memcmp(text, capability, size) == 0) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

/* With x-ignore-shared each block has its guest address behind it, and the
 * loader reads one if its configuration says so. Where an edit took the
 * capability out of the configuration, the addresses go with it. */
static gboolean
drop_addresses(const QevmEdit *edit)
{
    if (!edit->stream->capability_ignore_shared) {
        return FALSE;
    }
    for (guint i = 0; i < edit->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(edit->stream->records, i);

        if (r->type == QEVM_RECORD_CONFIGURATION && !r->dropped) {
            return r->tree && r->tree->root.dirty &&
                   !names_capability(&r->tree->root, "x-ignore-shared");
        }
    }
    return TRUE;
}

gboolean
qevm_emit_ram_moves(const QevmEdit *edit)
{
    return edit->stream->ram && edit->stream->ram->mapped &&
           edit->base != qevm_source_base(edit->stream->source);
}

gboolean
qevm_emit_ram_differs(const QevmEdit *edit, const QevmRecord *start, guint64 at)
{
    const QevmLiveEdit *live = edit->live;

    return (live->ram && live->ram->changed) || drop_addresses(edit) ||
           (edit->stream->ram->mapped &&
            (live->drop_all_pages || start->header_dirty ||
             at != start->offset || qevm_emit_ram_moves(edit)));
}

typedef struct {
    const QevmStream *stream;
    const QevmRamMap *map;
    QevmSource *out;
    gboolean bare;  /* addresses are left out */
    gboolean pages; /* those of mapped-ram are sent */
    guint64 base;   /* where in its file the stream begins */
} EmitRam;

static const QevmRamBlock *
source_block(const EmitRam *e, guint index)
{
    return &g_array_index(e->stream->ram->blocks, QevmRamBlock, index);
}

static void
put_entry(const EmitRam *e, const QevmNewBlock *b)
{
    const QevmRamBlock *like = source_block(e, b->like);
    GByteArray *w = g_byte_array_new();

    qevm_cstr8_append(w, b->idstr);
    qevm_be_append(w, 8, b->length);
    if (like->has_page_size) {
        qevm_be_append(w, 8, like->page_size);
    }
    if (like->has_address && !e->bare) {
        qevm_be_append(w, 8, b->address);
    }
    qevm_source_add_array(e->out, w);
}

/* ---- mapped-ram (migration/ram.c:mapped_ram_setup_ramblock()) ---- */

/* A bitmap has a bit for each page, in whole words. */
static guint64
bitmap_size(guint64 length, guint64 page)
{
    return (length / page + BITS - 1) / BITS * (BITS / 8);
}

/* Can a span be a part of the block, which has pages or is shared? */
static gboolean
span_fits(const EmitRam *e, const QevmSpan *s, gboolean shared, guint64 page)
{
    const QevmRamBlock *from;

    if (s->kind != QEVM_SPAN_BLOCK) {
        return !shared || s->kind == QEVM_SPAN_NOTHING;
    }
    from = source_block(e, s->block);
    return from->mapped_page_size == page &&
           (from->pages_offset == 0) == shared;
}

/* Do its bits stand in whole words, here and in the source? Behind those of a
 * block's last pages there are zeros. */
static gboolean
words_fit(const EmitRam *e, const QevmNewBlock *b, const QevmSpan *s,
          guint64 word)
{
    guint64 from = s->kind == QEVM_SPAN_BLOCK ? s->from : 0;
    guint64 end = s->at + s->length;

    return s->kind == QEVM_SPAN_NOTHING ||
           (s->at % word == 0 && from % word == 0 &&
            (end % word == 0 || end == b->length ||
             (s->kind == QEVM_SPAN_BLOCK &&
              from + s->length == source_block(e, s->block)->used_length)));
}

static gboolean
check_mapped(const EmitRam *e, const QevmNewBlock *b, gboolean shared,
             guint64 page, GError **error)
{
    for (guint i = 0; i < b->spans->len; i++) {
        const QevmSpan *s = &g_array_index(b->spans, QevmSpan, i);

        if (!span_fits(e, s, shared, page)) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                        "mapped-ram: block `%s': what is shared has no pages "
                        "in the stream, and gets none",
                        b->idstr);
            return FALSE;
        }
        if (!shared && !words_fit(e, b, s, BITS * page)) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                        "mapped-ram: block `%s': pages can be moved by "
                        "multiples of 0x%" G_GINT64_MODIFIER
                        "x bytes only: their bitmap has words of %d bits, in "
                        "an order of bytes that nothing tells",
                        b->idstr, BITS * page, BITS);
            return FALSE;
        }
    }
    return TRUE;
}

/* The bits of one span: those of the source, or all. */
static void
put_bits(const EmitRam *e, const QevmSpan *s, guint64 page)
{
    guint64 size = bitmap_size(s->length, page);

    if (s->kind == QEVM_SPAN_BLOCK) {
        const QevmRamBlock *b = source_block(e, s->block);

        qevm_source_add_extent(e->out, e->stream->source,
                               b->bitmap_offset + s->from / page / 8, size);
    } else {
        GByteArray *ones = g_byte_array_new();

        g_byte_array_set_size(ones, (guint)size);
        memset(ones->data, 0xff, size);
        qevm_source_add_array(e->out, ones);
    }
}

static void
put_bitmap(const EmitRam *e, const QevmNewBlock *b, guint64 page)
{
    guint64 start = qevm_source_size(e->out);
    guint64 size = bitmap_size(b->length, page);

    for (guint i = 0; e->pages && i < b->spans->len; i++) {
        const QevmSpan *s = &g_array_index(b->spans, QevmSpan, i);

        if (s->kind != QEVM_SPAN_NOTHING) {
            qevm_source_add_zeros(e->out, start + s->at / page / 8 -
                                              qevm_source_size(e->out));
            put_bits(e, s, page);
        }
    }
    qevm_source_add_zeros(e->out, start + size - qevm_source_size(e->out));
}

static void
put_bytes(const EmitRam *e, const QevmSpan *s)
{
    if (s->kind == QEVM_SPAN_BLOCK && e->pages) {
        qevm_source_add_extent(
            e->out, e->stream->source,
            source_block(e, s->block)->pages_offset + s->from, s->length);
    } else if (s->kind == QEVM_SPAN_FILE && e->pages) {
        qevm_source_add_extent(e->out, s->file, s->from, s->length);
    } else {
        qevm_source_add_zeros(e->out, s->length);
    }
}

/* Behind the entry: version, page size, where the bitmap is and where the
 * pages are in the file, each block's on a border of 1 MiB; then both. A
 * block that is shared has neither. */
static gboolean
put_mapped(const EmitRam *e, const QevmNewBlock *b, GError **error)
{
    const QevmRamBlock *like = source_block(e, b->like);
    guint64 page = like->mapped_page_size, bitmap, pages;
    guint64 align = MAX((guint64)PAGES_ALIGNMENT, page);
    gboolean shared = like->pages_offset == 0;
    GByteArray *w;

    if (!check_mapped(e, b, shared, page, error)) {
        return FALSE;
    }

    bitmap = e->base + qevm_source_size(e->out) + 28;
    pages = bitmap + bitmap_size(b->length, page);
    pages = (pages + align - 1) / align * align;
    if (shared) {
        bitmap = pages = 0;
    }
    w = g_byte_array_new();
    qevm_be_append(w, 4, MAPPED_RAM_HDR_VERSION);
    qevm_be_append(w, 8, page);
    qevm_be_append(w, 8, bitmap);
    qevm_be_append(w, 8, pages);
    qevm_source_add_array(e->out, w);
    if (shared) {
        return TRUE;
    }
    put_bitmap(e, b, page);
    qevm_source_add_zeros(e->out, pages - e->base - qevm_source_size(e->out));
    for (guint i = 0; i < b->spans->len; i++) {
        put_bytes(e, &g_array_index(b->spans, QevmSpan, i));
    }
    return TRUE;
}

/* ---- all of it ---- */

/* What follows the list of the source: behind the last entry, or its pages. */
static guint64
end_of_list(const QevmRam *ram)
{
    const QevmRamBlock *last =
        ram->blocks->len
            ? &g_array_index(ram->blocks, QevmRamBlock, ram->blocks->len - 1)
            : NULL;

    return !last                ? ram->list_offset
           : last->pages_offset ? last->pages_offset + last->used_length
                                : last->offset + last->size;
}

gboolean
qevm_emit_ram(const QevmEdit *edit, const QevmRecord *start, QevmSource *out,
              GError **error)
{
    const QevmStream *s = edit->stream;
    g_autoptr(QevmRamMap) as_it_is =
        edit->live->ram ? NULL : qevm_ram_map_new(s->ram);
    const EmitRam e = { s,
                        as_it_is ? as_it_is : edit->live->ram,
                        out,
                        drop_addresses(edit),
                        !edit->live->drop_all_pages,
                        edit->base };
    guint64 total, end = end_of_list(s->ram);
    GByteArray *w;

    if (!qevm_ram_map_total(e.map, &total)) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                            "the RAM blocks have more than 2^63 bytes");
        return FALSE;
    }
    w = g_byte_array_new();
    qevm_be_append(w, 8, total | RAM_SAVE_FLAG_MEM_SIZE);
    qevm_source_add_array(out, w);
    for (guint i = 0; i < e.map->blocks->len; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(e.map, i);

        put_entry(&e, b);
        if (s->ram->mapped && !put_mapped(&e, b, error)) {
            return FALSE;
        }
    }
    qevm_source_add_extent(out, s->source, end,
                           start->payload_offset + start->payload_size - end);
    return TRUE;
}

static gboolean
same_block(const QevmEdit *edit, const QevmRam *back, guint i)
{
    const QevmRamBlock *got = &g_array_index(back->blocks, QevmRamBlock, i);
    const QevmRamMap *map = edit->live->ram;
    const QevmRamBlock *old;

    if (map) {
        const QevmNewBlock *b = qevm_ram_map_block(map, i);

        return strcmp(b->idstr, got->idstr) == 0 &&
               b->length == got->used_length;
    }
    old = &g_array_index(edit->stream->ram->blocks, QevmRamBlock, i);
    return strcmp(old->idstr, got->idstr) == 0 &&
           old->used_length == got->used_length;
}

gboolean
qevm_emit_ram_same(const QevmEdit *edit, const QevmRam *back, GError **error)
{
    const QevmRamMap *map = edit->live->ram;
    guint n = map ? map->blocks->len : edit->stream->ram->blocks->len;
    gboolean same = back && back->blocks->len == n;

    for (guint i = 0; same && i < n; i++) {
        same = same_block(edit, back, i);
    }
    if (!same) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                            "the rewritten stream does not read back: ram: "
                            "its block list differs");
    }
    return same;
}
