#include "parser/ram-map.h"

#include <string.h>

static void
new_block_free(gpointer p)
{
    QevmNewBlock *b = p;

    g_free(b->idstr);
    g_array_unref(b->spans);
    g_free(b);
}

static QevmNewBlock *
new_block(const char *idstr, guint64 length, guint like, guint64 address)
{
    QevmNewBlock *b = g_new0(QevmNewBlock, 1);

    b->idstr = g_strdup(idstr);
    b->length = length;
    b->like = like;
    b->address = address;
    b->spans = g_array_new(FALSE, FALSE, sizeof(QevmSpan));
    return b;
}

/* Does `b` go on where `a` ends? */
static gboolean
goes_on(const QevmSpan *a, const QevmSpan *b)
{
    gboolean bytes = a->kind == QEVM_SPAN_BLOCK || a->kind == QEVM_SPAN_FILE;

    return a->kind == b->kind && a->block == b->block && a->file == b->file &&
           (!bytes || a->from + a->length == b->from);
}

/* Adds a span behind the last one, or to it. */
static void
append(GArray *spans, QevmSpan span)
{
    QevmSpan *last =
        spans->len ? &g_array_index(spans, QevmSpan, spans->len - 1) : NULL;

    if (span.length == 0) {
        return;
    }
    if (last && goes_on(last, &span)) {
        last->length += span.length;
        return;
    }
    span.at = last ? last->at + last->length : 0;
    g_array_append_val(spans, span);
}

/* The same for `length` bytes of other spans, from `from` on. */
static void
append_part(GArray *spans, const GArray *of, guint64 from, guint64 length)
{
    for (guint i = 0; i < of->len; i++) {
        QevmSpan s = g_array_index(of, QevmSpan, i);
        guint64 skip = s.at < from ? from - s.at : 0;
        guint64 end = MIN(s.at + s.length, from + length);

        if (s.at + skip >= end) {
            continue;
        }
        s.length = end - s.at - skip;
        s.from +=
            s.kind == QEVM_SPAN_BLOCK || s.kind == QEVM_SPAN_FILE ? skip : 0;
        append(spans, s);
    }
}

QevmRamMap *
qevm_ram_map_new(const QevmRam *ram)
{
    QevmRamMap *map = g_new0(QevmRamMap, 1);

    map->blocks = g_ptr_array_new_with_free_func(new_block_free);
    map->files =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_source_free);
    for (guint i = 0; i < ram->blocks->len; i++) {
        const QevmRamBlock *b = &g_array_index(ram->blocks, QevmRamBlock, i);
        QevmNewBlock *n = new_block(b->idstr, b->used_length, i, b->address);

        append(n->spans, (QevmSpan){ .kind = QEVM_SPAN_BLOCK,
                                     .length = b->used_length,
                                     .block = i });
        g_ptr_array_add(map->blocks, n);
    }
    return map;
}

void
qevm_ram_map_free(QevmRamMap *map)
{
    if (!map) {
        return;
    }
    g_ptr_array_unref(map->blocks);
    g_ptr_array_unref(map->files);
    g_free(map);
}

QevmNewBlock *
qevm_ram_map_block(const QevmRamMap *map, guint index)
{
    return g_ptr_array_index(map->blocks, index);
}

gboolean
qevm_ram_map_find(const QevmRamMap *map, const char *idstr, guint *index)
{
    for (*index = 0; *index < map->blocks->len; (*index)++) {
        if (strcmp(qevm_ram_map_block(map, *index)->idstr, idstr) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
qevm_ram_map_total(const QevmRamMap *map, guint64 *total)
{
    *total = 0;
    for (guint i = 0; i < map->blocks->len; i++) {
        if (!g_uint64_checked_add(total, *total,
                                  qevm_ram_map_block(map, i)->length) ||
            *total > (guint64)G_MAXINT64) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_ram_map_makes_pages(const QevmRamMap *map)
{
    for (guint i = 0; i < map->blocks->len; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(map, i);

        for (guint k = 0; k < b->spans->len; k++) {
            QevmSpanKind kind = g_array_index(b->spans, QevmSpan, k).kind;

            if (kind == QEVM_SPAN_ZEROS || kind == QEVM_SPAN_FILE) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

void
qevm_ram_map_rename(QevmRamMap *map, guint index, const char *idstr)
{
    QevmNewBlock *block = qevm_ram_map_block(map, index);

    g_free(block->idstr);
    block->idstr = g_strdup(idstr);
    map->changed = TRUE;
}

void
qevm_ram_map_drop(QevmRamMap *map, guint index)
{
    g_ptr_array_remove_index(map->blocks, index);
    map->changed = TRUE;
}

void
qevm_ram_map_empty(QevmRamMap *map, guint index)
{
    QevmNewBlock *block = qevm_ram_map_block(map, index);

    g_array_set_size(block->spans, 0);
    append(block->spans,
           (QevmSpan){ .kind = QEVM_SPAN_NOTHING, .length = block->length });
    map->changed = TRUE;
}

void
qevm_ram_map_resize(QevmRamMap *map, guint index, guint64 length, gboolean top,
                    QevmSpanKind room)
{
    QevmNewBlock *block = qevm_ram_map_block(map, index);
    g_autoptr(GArray) old = g_steal_pointer(&block->spans);
    guint64 more = length > block->length ? length - block->length : 0;
    guint64 less = length < block->length ? block->length - length : 0;

    block->spans = g_array_new(FALSE, FALSE, sizeof(QevmSpan));
    if (top) {
        append(block->spans, (QevmSpan){ .kind = room, .length = more });
        append_part(block->spans, old, less, block->length - less);
        block->address = block->address + less - more;
    } else {
        append_part(block->spans, old, 0, block->length - less);
        append(block->spans, (QevmSpan){ .kind = room, .length = more });
    }
    block->length = length;
    map->changed = TRUE;
}

void
qevm_ram_map_load(QevmRamMap *map, guint index, QevmSource *file, gboolean top)
{
    QevmNewBlock *block = qevm_ram_map_block(map, index);
    guint64 size = qevm_source_size(file);
    QevmSource *all = qevm_source_new_pieces(qevm_source_name(file));

    g_ptr_array_add(map->files, file);
    g_ptr_array_add(map->files, all);
    qevm_source_add_zeros(all, top ? block->length - size : 0);
    qevm_source_add_extent(all, file, 0, size);
    qevm_source_add_zeros(all, block->length - qevm_source_size(all));
    g_array_set_size(block->spans, 0);
    append(block->spans, (QevmSpan){ .kind = QEVM_SPAN_FILE,
                                     .length = block->length,
                                     .file = all });
    map->changed = TRUE;
}

void
qevm_ram_map_split(QevmRamMap *map, guint index, guint n, char *const *idstrs,
                   const guint64 *lengths)
{
    QevmNewBlock *whole = g_ptr_array_steal_index(map->blocks, index);
    guint64 from = 0;

    for (guint i = 0; i < n; i++) {
        QevmNewBlock *part = new_block(idstrs[i], lengths[i], whole->like,
                                       whole->address + from);

        append_part(part->spans, whole->spans, from, lengths[i]);
        g_ptr_array_insert(map->blocks, (gint)(index + i), part);
        from += lengths[i];
    }
    new_block_free(whole);
    map->changed = TRUE;
}

void
qevm_ram_map_merge(QevmRamMap *map, const guint *indexes, guint n,
                   const char *idstr)
{
    const QevmNewBlock *first = qevm_ram_map_block(map, indexes[0]);
    QevmNewBlock *all = new_block(idstr, 0, first->like, first->address);

    for (guint i = 0; i < n; i++) {
        QevmNewBlock *part = qevm_ram_map_block(map, indexes[i]);

        append_part(all->spans, part->spans, 0, part->length);
        all->length += part->length;
        /* Its place is kept until all have been found. */
        map->blocks->pdata[indexes[i]] = i ? NULL : all;
        new_block_free(part);
    }
    for (guint i = map->blocks->len; i > 0; i--) {
        if (!map->blocks->pdata[i - 1]) {
            (void)g_ptr_array_steal_index(map->blocks, i - 1);
        }
    }
    map->changed = TRUE;
}
