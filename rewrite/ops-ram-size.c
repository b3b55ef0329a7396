/* ops-ram-size.c - operations on the lengths of RAM blocks: one block larger or
 * smaller, several of one, one of several.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/pages.h"
#include "rewrite/ops.h"

#include <string.h>

static const QevmRamBlock *
source_block(const QevmApply *apply, guint index)
{
    return &g_array_index(apply->edit->stream->ram->blocks, QevmRamBlock,
                          index);
}

static gboolean
check_length(QevmApply *apply, const QevmNewBlock *block, const char *path,
             guint64 length, GError **error)
{
    guint64 unit = qevm_block_granule(apply, block);

    return length % unit == 0 ||
           qevm_apply_fail(path, error,
                           "0x%" G_GINT64_MODIFIER
                           "x bytes are no multiple of the page size, "
                           "0x%" G_GINT64_MODIFIER "x",
                           length, unit);
}

/* ---- what a shorter block loses ---- */

/* Is a page that is not zero in that part of a block? What only changes a page,
 * or is compressed, may be one. */
typedef struct {
    guint block;
    guint64 from, length;
    gboolean found;
    guint64 offset; /* of the first one found, in the block */
} Probe;

static gboolean
is_asked(gpointer user, guint block, guint64 offset)
{
    const Probe *p = user;

    return !p->found && block == p->block && offset >= p->from &&
           offset - p->from < p->length;
}

static gboolean
look_at_page(gpointer user, const QevmPage *page, GError **error)
{
    Probe *p = user;

    (void)error;
    if (page->data) {
        p->found = page->kind == QEVM_PAGE_XBZRLE ||
                   page->kind == QEVM_PAGE_COMPRESSED ||
                   !qevm_is_zero(page->data, page->len);
        p->offset = page->offset;
    }
    return TRUE;
}

/* [from, from + length) of a block is cut off: is anything in it? *what
 * (owned) says what. */
static gboolean
find_loss(QevmApply *apply, const QevmNewBlock *block, guint64 from,
          guint64 length, char **what, GError **error)
{
    QevmStream *s = apply->edit->stream;

    for (guint i = 0; i < block->spans->len && !*what; i++) {
        const QevmSpan *span = &g_array_index(block->spans, QevmSpan, i);
        guint64 skip = span->at < from ? from - span->at : 0;
        guint64 end = MIN(span->at + span->length, from + length);
        Probe probe = { .block = span->block, .from = span->from + skip };
        QevmPageVisitor visitor = { is_asked, look_at_page, &probe };

        if (span->kind != QEVM_SPAN_BLOCK || span->at + skip >= end) {
            continue;
        }
        probe.length = end - span->at - skip;
        if (apply->phase == QEVM_PHASE_HEAD) {
            *what = g_strdup("pages are cut off; in a pipe nobody knows yet "
                             "whether they are zero (--spool tells)");
            break;
        }
        if (!qevm_pages_visit(s, &visitor, NULL, NULL, error)) {
            return FALSE;
        }
        if (probe.found) {
            *what = g_strdup_printf("pages that are not zero are cut off, as "
                                    "the one at 0x%" G_GINT64_MODIFIER "x",
                                    span->at + probe.offset - span->from);
        }
    }
    return TRUE;
}

/* ---- resize-ram-block ---- */

static gboolean
check_growth(QevmApply *apply, const QevmNewBlock *block, const char *path,
             guint64 more, GError **error)
{
    const QevmRule *rule = apply->rule;

    if (rule->top && source_block(apply, block->like)->has_address &&
        block->address < more) {
        return qevm_apply_fail(path, error,
                               "no room for 0x%" G_GINT64_MODIFIER
                               "x bytes below its address, "
                               "0x%" G_GINT64_MODIFIER "x",
                               more, block->address);
    }
    return rule->leave || qevm_make_pages(apply, block, more, error);
}

static gboolean
resize_block(QevmApply *apply, QevmRamMap *map, guint index, const char *path,
             GError **error)
{
    const QevmRule *rule = apply->rule;
    QevmNewBlock *block = qevm_ram_map_block(map, index);
    guint64 old = block->length, length = rule->length, total;
    g_autofree char *what = NULL;
    QevmLoss loss;

    if (length == old) {
        return TRUE;
    }
    if (!check_length(apply, block, path, length, error)) {
        return FALSE;
    }
    if (length > old ? !check_growth(apply, block, path, length - old, error)
                     : !find_loss(apply, block, rule->top ? 0 : length,
                                  old - length, &what, error)) {
        return FALSE;
    }
    loss = what           ? QEVM_LOSS_LOSSY
           : length < old ? QEVM_LOSS_DEFAULT
                          : QEVM_LOSS_LOSSLESS;
    qevm_ram_map_resize(map, index, length, rule->top,
                        rule->leave ? QEVM_SPAN_NOTHING : QEVM_SPAN_ZEROS);
    if (!qevm_ram_map_total(map, &total)) {
        return qevm_apply_fail(path, error,
                               "all blocks together have more than 2^63 "
                               "bytes");
    }
    return qevm_apply_change(apply, path, qevm_block_offset(apply, block),
                             qevm_size_brief(old), qevm_size_brief(length),
                             loss, g_steal_pointer(&what), error);
}

gboolean
qevm_op_resize_ram_block(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    return qevm_each_block(apply, resize_block, error);
}

/* ---- split-ram-block ---- */

/* "a 0x1000 bytes, b 0x1000 bytes" */
static char *
list_parts(const QevmRule *rule)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < rule->names->len; i++) {
        g_autofree char *size =
            qevm_size_brief(g_array_index(rule->lengths, guint64, i));

        g_string_append_printf(out, "%s%s %s", i ? ", " : "",
                               (char *)g_ptr_array_index(rule->names, i), size);
    }
    return g_string_free(out, FALSE);
}

static gboolean
check_parts(QevmApply *apply, const QevmRamMap *map, const QevmNewBlock *block,
            const char *path, GError **error)
{
    const QevmRule *rule = apply->rule;
    guint64 sum = 0;

    for (guint i = 0; i < rule->names->len; i++) {
        const char *name = g_ptr_array_index(rule->names, i);
        guint64 length = g_array_index(rule->lengths, guint64, i);

        if ((strcmp(name, block->idstr) != 0 &&
             !qevm_check_block_name(apply, path, name, error)) ||
            !check_length(apply, block, path, length, error)) {
            return FALSE;
        }
        if (!g_uint64_checked_add(&sum, sum, length)) {
            sum = G_MAXUINT64;
        }
    }
    if (sum != block->length) {
        return qevm_apply_fail(path, error,
                               "has 0x%" G_GINT64_MODIFIER
                               "x bytes, the blocks in \"to\" have "
                               "0x%" G_GINT64_MODIFIER "x",
                               block->length, sum);
    }
    return map->blocks->len - 1 + rule->names->len <= QEVM_RAM_BLOCKS_MAX ||
           qevm_apply_fail(path, error, "there would be more than %d blocks",
                           QEVM_RAM_BLOCKS_MAX);
}

static gboolean
split_block(QevmApply *apply, QevmRamMap *map, guint index, const char *path,
            GError **error)
{
    const QevmRule *rule = apply->rule;
    const QevmNewBlock *block = qevm_ram_map_block(map, index);
    guint64 offset = qevm_block_offset(apply, block), length = block->length;

    if (!check_parts(apply, map, block, path, error)) {
        return FALSE;
    }
    qevm_ram_map_split(map, index, rule->names->len,
                       (char *const *)(gpointer)rule->names->pdata,
                       (const guint64 *)(gpointer)rule->lengths->data);
    return qevm_apply_change(apply, path, offset, qevm_size_brief(length),
                             list_parts(rule), QEVM_LOSS_LOSSLESS, NULL, error);
}

gboolean
qevm_op_split_ram_block(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    return qevm_each_block(apply, split_block, error);
}

/* ---- merge-ram-blocks ---- */

/* Is everything that their entries say the same, and are their addresses one
 * behind the other? */
static gboolean
check_alike(QevmApply *apply, const QevmNewBlock *a, const QevmNewBlock *b,
            guint64 before_b, GError **error)
{
    const QevmRamBlock *x = source_block(apply, a->like);
    const QevmRamBlock *y = source_block(apply, b->like);
    g_autofree char *path = qevm_block_path(b);

    if (x->has_page_size != y->has_page_size || x->page_size != y->page_size) {
        return qevm_apply_fail(path, error,
                               "has other pages than `%s` in the host that "
                               "sent it",
                               a->idstr);
    }
    return !x->has_address || b->address == a->address + before_b ||
           qevm_apply_fail(path, error,
                           "its address is 0x%" G_GINT64_MODIFIER
                           "x; behind what is before it, "
                           "0x%" G_GINT64_MODIFIER "x",
                           b->address, a->address + before_b);
}

static gboolean
merge_blocks(QevmApply *apply, QevmRamMap *map, const guint *indexes, guint n,
             GError **error)
{
    const QevmRule *rule = apply->rule;
    const QevmNewBlock *first = qevm_ram_map_block(map, indexes[0]);
    g_autofree char *path = qevm_block_path(first);
    g_autoptr(GString) names = g_string_new(NULL);
    guint64 offset = qevm_block_offset(apply, first), length = 0;
    gboolean is_one = FALSE;

    for (guint i = 0; i < n; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(map, indexes[i]);

        if (!check_alike(apply, first, b, length, error)) {
            return FALSE;
        }
        is_one |= strcmp(b->idstr, rule->to) == 0;
        length += b->length;
        g_string_append_printf(names, "%s%s", i ? ", " : "", b->idstr);
    }
    if (!is_one && !qevm_check_block_name(apply, path, rule->to, error)) {
        return FALSE;
    }
    qevm_ram_map_merge(map, indexes, n, rule->to);
    return qevm_apply_change(
        apply, path, offset, g_strdup(names->str),
        g_strdup_printf("%s 0x%" G_GINT64_MODIFIER "x bytes", rule->to, length),
        QEVM_LOSS_LOSSLESS, NULL, error);
}

gboolean
qevm_op_merge_ram_blocks(QevmApply *apply, GArray *matches, GError **error)
{
    const GPtrArray *names = apply->rule->names;
    QevmRamMap *map = qevm_apply_ram(apply);
    g_autofree guint *indexes = g_new(guint, names->len);

    g_assert(!matches);
    if (apply->phase == QEVM_PHASE_DEVICES) {
        return TRUE;
    }
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);

        if (!map || !qevm_ram_map_find(map, name, &indexes[i])) {
            qevm_set_no_block(apply, name);
            return TRUE;
        }
    }
    apply->matched = 1;
    return merge_blocks(apply, map, indexes, names->len, error);
}
