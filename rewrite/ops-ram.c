/* ops-ram.c - operations on RAM blocks: their names, and what is in them.
 *
 * They change the map of blocks (ram-map.h), in which a block goes by the name
 * that earlier rules gave it; what becomes of its pages is done by the walk
 * over them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

QevmRamMap *
qevm_apply_ram(QevmApply *apply)
{
    const QevmRam *ram = apply->edit->stream->ram;

    /* Pages are on their way when the devices are read. */
    return ram && apply->phase != QEVM_PHASE_DEVICES
               ? qevm_live_edit_ram(apply->edit->live, ram)
               : NULL;
}

char *
qevm_block_path(const QevmNewBlock *block)
{
    g_autofree char *step = qevm_path_quote_step(block->idstr, FALSE);

    return g_strconcat("ram//.blocks/", step, NULL);
}

guint64
qevm_block_offset(const QevmApply *apply, const QevmNewBlock *block)
{
    return g_array_index(apply->edit->stream->ram->blocks, QevmRamBlock,
                         block->like)
        .offset;
}

char *
qevm_size_brief(guint64 size)
{
    return g_strdup_printf("0x%" G_GINT64_MODIFIER "x bytes", size);
}

guint64
qevm_block_granule(const QevmApply *apply, const QevmNewBlock *block)
{
    enum { LEAST = 1024 }; /* below that, flags of page records do not fit */
    const QevmEdit *edit = apply->edit;
    guint64 page =
        edit->live->page_size ? edit->live->page_size : edit->stream->page_size;
    const QevmRamBlock *like =
        &g_array_index(edit->stream->ram->blocks, QevmRamBlock, block->like);

    page = page ? page : LEAST;
    return like->has_page_size ? MAX(page, like->page_size) : page;
}

gboolean
qevm_make_pages(QevmApply *apply, const QevmNewBlock *block, guint64 length,
                GError **error)
{
    enum { ZERO_RECORD = 9 };

    return qevm_apply_make(
        apply, length / qevm_block_granule(apply, block) * ZERO_RECORD, error);
}

gboolean
qevm_check_block_name(QevmApply *apply, const char *path, const char *name,
                      GError **error)
{
    guint other;

    return !qevm_ram_map_find(apply->edit->live->ram, name, &other) ||
           qevm_apply_fail(path, error, "there is a RAM block `%s` already",
                           name);
}

void
qevm_set_no_block(QevmApply *apply, const char *name)
{
    g_set_error(&apply->nothing, QEVM_ERROR, QEVM_ERROR_RULE,
                apply->edit->stream->ram
                    ? "no RAM block `%s`"
                    : "no RAM block `%s`: there is no `ram` section",
                name);
}

gboolean
qevm_each_block(QevmApply *apply, QevmBlockFunc *func, GError **error)
{
    QevmRamMap *map = qevm_apply_ram(apply);
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_auto(QevmPattern) pattern = { 0 };

    if (!map) {
        if (apply->phase != QEVM_PHASE_DEVICES) {
            qevm_set_no_block(apply, apply->rule->at_text);
        }
        return TRUE;
    }
    if (!qevm_pattern_parse(apply->rule->at_text, FALSE, &pattern, error)) {
        return FALSE;
    }
    for (guint i = 0; i < map->blocks->len; i++) {
        QevmNewBlock *block = qevm_ram_map_block(map, i);

        if (qevm_pattern_match(&pattern, block->idstr)) {
            g_ptr_array_add(found, block);
        }
    }
    for (guint i = 0; i < found->len; i++) {
        QevmNewBlock *block = g_ptr_array_index(found, i);
        g_autofree char *path = qevm_block_path(block);
        guint index;

        if (g_ptr_array_find(map->blocks, block, &index) &&
            !func(apply, map, index, path, error)) {
            return FALSE;
        }
    }
    apply->matched = found->len;
    if (!found->len) {
        qevm_set_no_block(apply, apply->rule->at_text);
    }
    return TRUE;
}

static gboolean
rename_block(QevmApply *apply, QevmRamMap *map, guint index, const char *path,
             GError **error)
{
    const QevmNewBlock *block = qevm_ram_map_block(map, index);
    const char *to = apply->rule->to;
    g_autofree char *before = g_strdup(block->idstr);

    if (strcmp(before, to) == 0) {
        return TRUE;
    }
    if (!qevm_check_block_name(apply, path, to, error)) {
        return FALSE;
    }
    qevm_ram_map_rename(map, index, to);
    return qevm_apply_change(apply, path, qevm_block_offset(apply, block),
                             g_steal_pointer(&before), g_strdup(to),
                             QEVM_LOSS_LOSSLESS, NULL, error);
}

static gboolean
drop_block(QevmApply *apply, QevmRamMap *map, guint index, const char *path,
           GError **error)
{
    const QevmNewBlock *block = qevm_ram_map_block(map, index);
    guint64 offset = qevm_block_offset(apply, block), length = block->length;
    gboolean own = qevm_ram_copy_why(block->idstr) != NULL;

    qevm_ram_map_drop(map, index);
    return qevm_apply_change(
        apply, path, offset, qevm_size_brief(length), NULL,
        own ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSY,
        own ? NULL
            : g_strdup_printf("the block, 0x%" G_GINT64_MODIFIER
                              "x bytes, and its pages are dropped",
                              length),
        error);
}

static gboolean
drop_pages(QevmApply *apply, QevmRamMap *map, guint index, const char *path,
           GError **error)
{
    const QevmNewBlock *block = qevm_ram_map_block(map, index);

    qevm_ram_map_empty(map, index);
    return qevm_apply_change(
        apply, path, qevm_block_offset(apply, block), g_strdup("its pages"),
        NULL, QEVM_LOSS_LOSSY,
        g_strdup_printf("the pages of 0x%" G_GINT64_MODIFIER
                        "x bytes are dropped",
                        block->length),
        error);
}

/* The file of a rule, which is read when the pages are written. */
static QevmSource *
open_file(const QevmRule *rule, const QevmNewBlock *block, const char *path,
          GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(QevmSource) file = NULL;
    guint64 size;

    /* Opening a FIFO would wait for somebody to write to it. */
    if (g_file_test(rule->file, G_FILE_TEST_EXISTS) &&
        !g_file_test(rule->file, G_FILE_TEST_IS_REGULAR)) {
        qevm_apply_fail(path, error, "`%s` is no file", rule->file);
        return NULL;
    }
    file = qevm_source_open(rule->file, &cause);
    if (!file) {
        qevm_apply_fail(path, error, "%s", cause->message);
        return NULL;
    }
    size = qevm_source_size(file);
    if (size == 0 || size > block->length ||
        (size < block->length && !rule->has_align)) {
        qevm_apply_fail(path, error,
                        "`%s` has 0x%" G_GINT64_MODIFIER
                        "x bytes, the block 0x%" G_GINT64_MODIFIER "x%s",
                        rule->file, size, block->length,
                        size && size < block->length
                            ? "; \"align\" says where in it they are"
                            : "");
        return NULL;
    }
    return g_steal_pointer(&file);
}

static gboolean
load_block(QevmApply *apply, QevmRamMap *map, guint index, const char *path,
           GError **error)
{
    const QevmRule *rule = apply->rule;
    const QevmNewBlock *block = qevm_ram_map_block(map, index);
    QevmSource *file = open_file(rule, block, path, error);
    g_autofree char *size = NULL;

    if (!file) {
        return FALSE;
    }
    if (!qevm_make_pages(apply, block, block->length, error)) {
        qevm_source_free(file);
        return FALSE;
    }
    size = qevm_size_brief(qevm_source_size(file));
    qevm_ram_map_load(map, index, file, rule->top);
    return qevm_apply_change(apply, path, qevm_block_offset(apply, block),
                             g_strdup("its pages"),
                             g_strdup_printf("%s, %s", rule->file, size),
                             QEVM_LOSS_STATED, NULL, error);
}

gboolean
qevm_op_rename_ram_block(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    return qevm_each_block(apply, rename_block, error);
}

gboolean
qevm_op_drop_ram_block(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    return qevm_each_block(apply, drop_block, error);
}

gboolean
qevm_op_drop_ram_pages(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    return qevm_each_block(apply, drop_pages, error);
}

gboolean
qevm_op_load_ram_block(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    return qevm_each_block(apply, load_block, error);
}
