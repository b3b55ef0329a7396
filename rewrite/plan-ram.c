/* plan-ram.c - RAM blocks: which is which, and of what size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/path.h"
#include "rewrite/plan-private.h"

typedef struct {
    QevmPlan *plan;
    GPtrArray *there, *here; /* QevmRamBlock without a mate of that name */
} Blocks;

/* The destination takes what length they have. */
static gboolean
is_resizable(const char *idstr)
{
    return g_str_has_prefix(idstr, "/rom@etc/");
}

static gboolean
is_rom(const char *idstr)
{
    return g_str_has_prefix(idstr, "/rom@") || g_str_has_suffix(idstr, ".rom");
}

/* A block as rules name it. Owned. */
static char *
block_name(const char *idstr)
{
    return qevm_path_quote_step(idstr, FALSE);
}

static char *
block_path(const char *idstr)
{
    g_autofree char *name = block_name(idstr);

    return g_strdup_printf("ram//.blocks/%s", name);
}

/* ---- names ---- */

static gboolean
rename_block(Blocks *b, QevmRamBlock *block, const char *to, const char *why,
             GError **error)
{
    g_autofree char *at = block_name(block->idstr);
    json_t *rule = qevm_plan_op("rename-ram-block", at);

    json_object_set_new(rule, "to", json_string(to));
    return qevm_plan_rule(b->plan, rule, QEVM_LOSS_LOSSLESS, why, error);
}

/* What is behind the device path or the folder of objects. */
static const char *
last_part(const char *idstr)
{
    const char *slash = strrchr(idstr, '/');

    return slash ? slash + 1 : idstr;
}

static QevmRamBlock *
find_alike(Blocks *b, const QevmRamBlock *block)
{
    QevmRamBlock *found = NULL;

    for (guint i = 0; i < b->here->len; i++) {
        QevmRamBlock *other = g_ptr_array_index(b->here, i);

        if (strcmp(last_part(other->idstr), last_part(block->idstr)) == 0) {
            if (found) {
                return NULL;
            }
            found = other;
        }
    }
    return found;
}

/* Main memory is the largest block, and has the name of its backend
 * (system/memory.c:memory_region_init_ram(), backends/hostmem.c). */
static QevmRamBlock *
find_largest(const GPtrArray *blocks)
{
    QevmRamBlock *largest = NULL;

    for (guint i = 0; i < blocks->len; i++) {
        QevmRamBlock *block = g_ptr_array_index(blocks, i);

        if (!is_rom(block->idstr) &&
            (!largest || block->used_length > largest->used_length)) {
            largest = block;
        }
    }
    return largest;
}

static gboolean
is_largest(const QevmRam *ram, const QevmRamBlock *block)
{
    for (guint i = 0; i < ram->blocks->len; i++) {
        const QevmRamBlock *other =
            &g_array_index(ram->blocks, QevmRamBlock, i);

        if (!is_rom(other->idstr) && other->used_length > block->used_length) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
take(Blocks *b, QevmRamBlock *there, QevmRamBlock *here)
{
    return g_ptr_array_remove(b->there, there) &&
           g_ptr_array_remove(b->here, here);
}

static gboolean resize_block(Blocks *b, const char *idstr, guint64 there,
                             guint64 here, GError **error);

static gboolean
plan_names(Blocks *b, GError **error)
{
    QevmRamBlock *there, *here;

    for (guint i = 0; i < b->there->len;) {
        there = g_ptr_array_index(b->there, i);
        here = find_alike(b, there);
        if (!here) {
            i++;
            continue;
        }
        if (!rename_block(b, there, here->idstr,
                          "what the destination calls it", error) ||
            !resize_block(b, here->idstr, there->used_length, here->used_length,
                          error)) {
            return FALSE;
        }
        take(b, there, here);
    }
    there = find_largest(b->there);
    here = find_largest(b->here);
    if (there && here && there->used_length == here->used_length &&
        is_largest(b->plan->edit->stream->ram, there)) {
        if (!rename_block(b, there, here->idstr,
                          "guest memory has the name of its backend", error)) {
            return FALSE;
        }
        take(b, there, here);
    }
    return TRUE;
}

/* ---- one and several ---- */

static guint64
sum_memory(const GPtrArray *blocks, GPtrArray *found)
{
    guint64 sum = 0;

    for (guint i = 0; i < blocks->len; i++) {
        QevmRamBlock *block = g_ptr_array_index(blocks, i);

        if (!is_rom(block->idstr)) {
            sum += block->used_length;
            g_ptr_array_add(found, block);
        }
    }
    return sum;
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
    const QevmRamBlock *x = *(QevmRamBlock *const *)a;
    const QevmRamBlock *y = *(QevmRamBlock *const *)b;

    return strcmp(x->idstr, y->idstr);
}

static json_t *
names_of(const GPtrArray *blocks, gboolean lengths)
{
    json_t *list = json_array();

    for (guint i = 0; i < blocks->len; i++) {
        const QevmRamBlock *block = g_ptr_array_index(blocks, i);
        g_autofree char *length =
            g_strdup_printf("0x%" G_GINT64_MODIFIER "x", block->used_length);

        json_array_append_new(list, lengths ? json_pack("{s:s,s:s}", "name",
                                                        block->idstr, "length",
                                                        length)
                                            : json_string(block->idstr));
    }
    return list;
}

/* Memory that is one block here and one for each NUMA node there. */
static gboolean
plan_nodes(Blocks *b, GError **error)
{
    g_autoptr(GPtrArray) there = g_ptr_array_new();
    g_autoptr(GPtrArray) here = g_ptr_array_new();
    guint64 incoming = sum_memory(b->there, there);
    guint64 local = sum_memory(b->here, here);
    const QevmRamBlock *one;
    json_t *rule;

    if (incoming != local || (there->len != 1 && here->len != 1) ||
        there->len == here->len) {
        return TRUE;
    }
    g_ptr_array_sort(there, by_name);
    g_ptr_array_sort(here, by_name);
    if (there->len == 1) {
        g_autofree char *at = NULL;

        one = g_ptr_array_index(there, 0);
        at = block_name(one->idstr);
        rule = qevm_plan_op("split-ram-block", at);
        json_object_set_new(rule, "to", names_of(here, TRUE));
    } else {
        one = g_ptr_array_index(here, 0);
        rule = qevm_plan_op("merge-ram-blocks", NULL);
        json_object_set_new(rule, "from", names_of(there, FALSE));
        json_object_set_new(rule, "to", json_string(one->idstr));
    }
    for (guint i = 0; i < there->len; i++) {
        g_ptr_array_remove(b->there, g_ptr_array_index(there, i));
    }
    for (guint i = 0; i < here->len; i++) {
        g_ptr_array_remove(b->here, g_ptr_array_index(here, i));
    }
    return qevm_plan_rule(b->plan, rule, QEVM_LOSS_LOSSLESS,
                          "guest memory is divided otherwise", error);
}

/* ---- sizes ---- */

/* A BIOS ends where it did: below 4 GiB. An option ROM begins where it did. A
 * smaller ROM is filled up with what the destination has. */
static gboolean
resize_block(Blocks *b, const char *idstr, guint64 there, guint64 here,
             GError **error)
{
    g_autofree char *at = block_name(idstr);
    g_autofree char *length =
        g_strdup_printf("0x%" G_GINT64_MODIFIER "x", here);
    gboolean top =
        strcmp(idstr, "pc.bios") == 0 || strcmp(idstr, "system.flash0") == 0;
    gboolean firmware = top || is_rom(idstr);
    json_t *rule;

    if (there == here || is_resizable(idstr)) {
        return TRUE;
    }
    if (!firmware) {
        qevm_plan_problem(
            b->plan, block_path(idstr),
            g_strdup_printf("the block has 0x%" G_GINT64_MODIFIER
                            "x bytes, at the destination 0x%" G_GINT64_MODIFIER
                            "x, and the guest knows its size",
                            there, here),
            g_strdup(g_str_has_suffix(idstr, "vram")
                         ? "give the destination's display the size that it "
                           "has in the stream (vgamem_mb=, vram_size_mb=)"
                         : "give the destination as much memory as the stream "
                           "has (-m, or the size of the backend)"));
        return TRUE;
    }
    rule = qevm_plan_op("resize-ram-block", at);
    json_object_set_new(rule, "length", json_string(length));
    if (top) {
        json_object_set_new(rule, "align", json_string("top"));
    }
    return qevm_plan_rule(b->plan, rule,
                          here > there ? QEVM_LOSS_LOSSLESS : QEVM_LOSS_LOSSY,
                          "firmware of another size, of which the guest keeps "
                          "its own",
                          error);
}

/* ---- all of them ---- */

static gboolean
drop_block(Blocks *b, const QevmRamBlock *block, GError **error)
{
    g_autofree char *at = block_name(block->idstr);
    const char *copy = qevm_ram_copy_why(block->idstr);

    if (!copy && !is_rom(block->idstr)) {
        qevm_plan_problem(b->plan, block_path(block->idstr),
                          g_strdup("the destination has no such block, nor "
                                   "one that could be it"),
                          NULL);
        return TRUE;
    }
    return qevm_plan_rule(
        b->plan, qevm_plan_op("drop-ram-block", at),
        copy ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSY,
        copy ? copy : "the destination's device has no boot ROM", error);
}

static gboolean
match_same(Blocks *b, const QevmRam *there, const QevmRam *here, GError **error)
{
    for (guint i = 0; i < there->blocks->len; i++) {
        QevmRamBlock *block = &g_array_index(there->blocks, QevmRamBlock, i);
        const QevmRamBlock *mate = qevm_ram_find(here, block->idstr);

        if (!mate) {
            g_ptr_array_add(b->there, block);
        } else if (!resize_block(b, block->idstr, block->used_length,
                                 mate->used_length, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < here->blocks->len; i++) {
        QevmRamBlock *block = &g_array_index(here->blocks, QevmRamBlock, i);

        if (!qevm_ram_find(there, block->idstr)) {
            g_ptr_array_add(b->here, block);
        }
    }
    return TRUE;
}

gboolean
qevm_plan_ram(QevmPlan *plan, GError **error)
{
    const QevmRam *there = plan->edit->stream->ram;
    const QevmRam *here = qevm_target_reference(plan->target)->ram;
    g_autoptr(GPtrArray) a = g_ptr_array_new(), b = g_ptr_array_new();
    Blocks blocks = { plan, a, b };

    if (!there || !here) {
        return TRUE;
    }
    if (!match_same(&blocks, there, here, error) ||
        !plan_names(&blocks, error) || !plan_nodes(&blocks, error)) {
        return FALSE;
    }
    for (guint i = 0; i < a->len; i++) {
        if (!drop_block(&blocks, g_ptr_array_index(a, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}
