/* schema.c - memory for descriptions, and the few questions asked of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/schema.h"

#include "parser/prim.h"

#include <string.h>

#define ARENA_FIRST 512 /* an edit's arena often holds one object */
#define ARENA_LARGEST (64 * 1024)
#define ARENA_ALIGN sizeof(guint64)
#define STRING_COST 64 /* in memory of its own, and in a table */

struct QevmArena {
    QevmBudget *budget;  /* borrowed; NULL: none */
    guint64 charged;     /* to it */
    GSList *blocks;      /* owned */
    guint8 *next;        /* free bytes of the newest ordinary block */
    gsize left;          /* how many */
    gsize total;         /* bytes of all ordinary blocks */
    GHashTable *strings; /* NULL before the first one */
    GSList *adopted;     /* QevmArena; owned */
};

QevmArena *
qevm_arena_new(void)
{
    return qevm_arena_new_within(NULL);
}

QevmArena *
qevm_arena_new_within(QevmBudget *budget)
{
    QevmArena *arena = g_new0(QevmArena, 1);

    arena->budget = budget;
    return arena;
}

QevmBudget *
qevm_arena_budget(const QevmArena *arena)
{
    return arena->budget;
}

static void
charge(QevmArena *arena, guint64 bytes)
{
    arena->charged += bytes;
    qevm_budget_charge(arena->budget, bytes);
}

void
qevm_arena_free(QevmArena *arena)
{
    if (!arena) {
        return;
    }
    g_slist_free_full(arena->blocks, g_free);
    g_clear_pointer(&arena->strings, g_hash_table_unref);
    qevm_budget_give(arena->budget, arena->charged);
    while (arena->adopted) {
        qevm_arena_free(arena->adopted->data);
        arena->adopted = g_slist_delete_link(arena->adopted, arena->adopted);
    }
    g_free(arena);
}

void
qevm_arena_adopt(QevmArena *by, QevmArena *arena)
{
    by->adopted = g_slist_prepend(by->adopted, arena);
}

/* Few blocks, and little of the last one unused. */
static gsize
next_block(const QevmArena *arena)
{
    gsize size = CLAMP(arena->total / 4, ARENA_FIRST, ARENA_LARGEST);

    return size & ~(ARENA_ALIGN - 1);
}

static gpointer
add_block(QevmArena *arena, gsize size)
{
    gpointer memory = g_malloc0(size);

    arena->blocks = g_slist_prepend(arena->blocks, memory);
    charge(arena, size);
    return memory;
}

void
qevm_arena_reserve(QevmArena *arena, gsize size)
{
    if (size > arena->left && size <= ARENA_LARGEST) {
        arena->next = add_block(arena, size);
        arena->left = size;
        arena->total += size;
    }
}

gpointer
qevm_arena_alloc0(QevmArena *arena, gsize size)
{
    gsize want = (MAX(size, 1) + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
    gpointer memory;

    g_assert(want >= size);
    if (want > arena->left && want > next_block(arena) / 2) {
        /* Its own block; the one in use may still have room for others. */
        return add_block(arena, want);
    }
    if (want > arena->left) {
        qevm_arena_reserve(arena, next_block(arena));
    }
    memory = arena->next;
    arena->next += want;
    arena->left -= want;
    return memory;
}

const char *
qevm_arena_string(QevmArena *arena, const char *text)
{
    char *copy;

    if (!arena->strings) {
        arena->strings =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    copy = g_hash_table_lookup(arena->strings, text);
    if (!copy) {
        copy = g_strdup(text);
        g_hash_table_add(arena->strings, copy);
        charge(arena, strlen(copy) + STRING_COST);
    }
    return copy;
}

const QevmPrim *
qevm_field_prim(const char *type, guint64 size)
{
    const QevmPrim *prim = qevm_prim_find(type);

    /* The size is what is on the wire; a type that contradicts it explains
     * nothing. */
    return prim && (!prim->size || prim->size == size) ? prim : NULL;
}

QevmFieldDesc *
qevm_field_desc_copy(QevmArena *arena, const QevmFieldDesc *of)
{
    QevmFieldDesc *field = qevm_arena_alloc0(arena, sizeof(*field));

    *field = *of;
    return field;
}

QevmVmsd *
qevm_vmsd_copy(QevmArena *arena, const QevmVmsd *of)
{
    QevmVmsd *vmsd = qevm_arena_alloc0(arena, sizeof(*vmsd));

    *vmsd = *of;
    return vmsd;
}

QevmFieldDesc *
qevm_field_desc_new(QevmArena *arena, const char *name, const char *type,
                    guint64 size, guint64 count)
{
    QevmFieldDesc *field = qevm_arena_alloc0(arena, sizeof(*field));

    field->name = qevm_arena_string(arena, name);
    field->type = qevm_arena_string(arena, type);
    field->prim = qevm_field_prim(type, size);
    field->size = size;
    field->count = count;
    field->index = -1;
    field->shape = QEVM_SHAPE_LEAF;
    return field;
}

gboolean
qevm_vmsd_size(const QevmVmsd *vmsd, guint64 *size)
{
    guint64 sum = 0, part;

    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmFieldDesc *field = vmsd->fields[i];

        if (!g_uint64_checked_mul(&part, field->size, field->count) ||
            !g_uint64_checked_add(&sum, sum, part)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        const QevmVmsd *sub = vmsd->subsections[i];
        guint64 header = 6 + (sub->name ? strlen(sub->name) : 0);

        if (!qevm_vmsd_size(sub, &part) ||
            !g_uint64_checked_add(&sum, sum, part) ||
            !g_uint64_checked_add(&sum, sum, header)) {
            return FALSE;
        }
    }
    *size = sum;
    return TRUE;
}
