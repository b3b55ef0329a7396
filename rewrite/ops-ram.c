/* ops-ram.c - operations on RAM blocks, done by the walk over their pages.
 *
 * A block goes by the name that earlier rules gave it; the walk knows it by
 * the one it has in the source (live.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

/* A block's name after the rules so far; NULL: it was dropped. */
static const char *
current_name(const QevmApply *apply, const QevmRamBlock *block)
{
    const QevmBlockEdit *edit =
        qevm_live_edit_find(apply->edit->live, block->idstr);

    if (!edit) {
        return block->idstr;
    }
    return edit->drop_block ? NULL : edit->rename ? edit->rename : block->idstr;
}

static char *
block_path(const char *name)
{
    g_autofree char *step = qevm_path_quote_step(name, FALSE);

    return g_strconcat("ram//.blocks/", step, NULL);
}

typedef gboolean BlockFunc(QevmApply *apply, const QevmRamBlock *block,
                           const char *name, GError **error);

static gboolean
each_block(QevmApply *apply, BlockFunc *func, GError **error)
{
    const QevmRam *ram = apply->edit->stream->ram;
    g_auto(QevmPattern) pattern = { 0 };

    /* Pages are on their way when the devices are read. */
    if (apply->phase == QEVM_PHASE_DEVICES) {
        return TRUE;
    }
    if (!qevm_pattern_parse(apply->rule->at_text, FALSE, &pattern, error)) {
        return FALSE;
    }
    for (guint i = 0; ram && i < ram->blocks->len; i++) {
        const QevmRamBlock *block =
            &g_array_index(ram->blocks, QevmRamBlock, i);
        const char *name = current_name(apply, block);
        g_autofree char *kept = g_strdup(name);

        if (!name || !qevm_pattern_match(&pattern, name)) {
            continue;
        }
        apply->matched++;
        if (!func(apply, block, kept, error)) {
            return FALSE;
        }
    }
    if (!apply->matched) {
        g_set_error(&apply->nothing, QEVM_ERROR, QEVM_ERROR_RULE,
                    ram ? "no RAM block `%s`"
                        : "no RAM block `%s`: there is no `ram` section",
                    apply->rule->at_text);
    }
    return TRUE;
}

static gboolean
rename_block(QevmApply *apply, const QevmRamBlock *block, const char *name,
             GError **error)
{
    const QevmRam *ram = apply->edit->stream->ram;
    const char *to = apply->rule->to;
    g_autofree char *path = block_path(name);
    QevmBlockEdit *edit;

    if (strcmp(name, to) == 0) {
        return TRUE;
    }
    for (guint i = 0; i < ram->blocks->len; i++) {
        const char *other =
            current_name(apply, &g_array_index(ram->blocks, QevmRamBlock, i));

        if (other && strcmp(other, to) == 0) {
            return qevm_apply_fail(path, error,
                                   "there is a RAM block `%s` already", to);
        }
    }
    edit = qevm_live_edit_block(apply->edit->live, block->idstr);
    g_free(edit->rename);
    edit->rename = strcmp(to, block->idstr) == 0 ? NULL : g_strdup(to);
    return qevm_apply_change(apply, path, block->offset, g_strdup(name),
                             g_strdup(to), QEVM_LOSS_LOSSLESS, NULL, error);
}

static gboolean
drop_block(QevmApply *apply, const QevmRamBlock *block, const char *name,
           GError **error)
{
    g_autofree char *path = block_path(name);

    qevm_live_edit_block(apply->edit->live, block->idstr)->drop_block = TRUE;
    return qevm_apply_change(
        apply, path, block->offset,
        g_strdup_printf("0x%" G_GINT64_MODIFIER "x bytes", block->used_length),
        NULL, QEVM_LOSS_LOSSY,
        g_strdup_printf("the block, 0x%" G_GINT64_MODIFIER
                        "x bytes, and its pages are dropped",
                        block->used_length),
        error);
}

static gboolean
drop_pages(QevmApply *apply, const QevmRamBlock *block, const char *name,
           GError **error)
{
    g_autofree char *path = block_path(name);

    qevm_live_edit_block(apply->edit->live, block->idstr)->drop_pages = TRUE;
    return qevm_apply_change(
        apply, path, block->offset, g_strdup("its pages"), NULL,
        QEVM_LOSS_LOSSY,
        g_strdup_printf("the pages of 0x%" G_GINT64_MODIFIER
                        "x bytes are dropped",
                        block->used_length),
        error);
}

gboolean
qevm_op_rename_ram_block(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    return each_block(apply, rename_block, error);
}

gboolean
qevm_op_drop_ram_block(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    return each_block(apply, drop_block, error);
}

gboolean
qevm_op_drop_ram_pages(QevmApply *apply, GArray *matches, GError **error)
{
    g_assert(!matches);
    if (!each_block(apply, drop_pages, error)) {
        return FALSE;
    }
    if (apply->matched && strcmp(apply->rule->at_text, "*") == 0) {
        apply->edit->live->drop_all_pages = TRUE;
    }
    return TRUE;
}
