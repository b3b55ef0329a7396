#include "parser/describe.h"
#include "parser/value.h"

#include <string.h>

/* A vmsd under construction. */
typedef struct {
    QevmArena *arena;
    GPtrArray *fields, *subsections;
} Builder;

static Builder
builder(QevmArena *arena)
{
    Builder b = { arena, g_ptr_array_new(), g_ptr_array_new() };

    return b;
}

static QevmFieldDesc *
add(Builder *b, const char *name, const char *type, guint64 size)
{
    QevmFieldDesc *f = qevm_field_desc_new(b->arena, name, type, size, 1);

    g_ptr_array_add(b->fields, f);
    return f;
}

static gpointer
freeze(QevmArena *arena, GPtrArray *list)
{
    gpointer *copy = qevm_arena_alloc0(arena, MAX(list->len, 1) * sizeof *copy);

    for (guint i = 0; i < list->len; i++) {
        copy[i] = g_ptr_array_index(list, i);
    }
    g_ptr_array_unref(list);
    return copy;
}

static const QevmVmsd *
finish(Builder *b, const char *name, guint32 version)
{
    QevmVmsd *v = qevm_arena_alloc0(b->arena, sizeof *v);

    v->name = name ? qevm_arena_string(b->arena, name) : NULL;
    v->version = version;
    v->n_fields = b->fields->len;
    v->fields = freeze(b->arena, b->fields);
    v->n_subsections = b->subsections->len;
    v->has_subsections = v->n_subsections > 0;
    v->subsections = freeze(b->arena, b->subsections);
    return v;
}

static void
add_struct(Builder *b, const char *name, const QevmVmsd *vmsd)
{
    guint64 size = 0;
    QevmFieldDesc *f;

    if (!qevm_vmsd_size(vmsd, &size)) {
        return;
    }
    f = add(b, name, "struct", size);
    f->shape = QEVM_SHAPE_STRUCT;
    f->n_vmsds = 1;
    f->vmsds = qevm_arena_alloc0(b->arena, sizeof *f->vmsds);
    f->vmsds[0] = vmsd;
}

const QevmVmsd *
qevm_describe_opaque(QevmArena *arena, guint64 size)
{
    Builder b = builder(arena);

    add(&b, "data", "buffer", size);
    return finish(&b, NULL, 0);
}

/* count, then names of their own lengths: one field each. */
static gboolean
add_capabilities(Builder *b, QevmCursor *c)
{
    guint32 count;
    guint8 len;

    if (!qevm_cursor_be32(c, "count", &count, NULL)) {
        return FALSE;
    }
    add(b, "caps_count", "uint32", 4);
    for (; count > 0; count--) {
        if (!qevm_cursor_u8(c, "length", &len, NULL) ||
            !qevm_cursor_skip(c, len, "name", NULL)) {
            return FALSE;
        }
        add(b, "capabilities", "capability", 1u + len);
    }
    return TRUE;
}

/* Field names as the vmdesc of 8.2 and later has them
 * (migration/savevm.c:vmstate_configuration). */
static const QevmVmsd *
describe_subsection(QevmArena *arena, QevmCursor *c)
{
    Builder b = builder(arena);
    g_autofree char *name = NULL;
    guint32 version;
    guint8 mark;

    if (qevm_cursor_u8(c, "mark", &mark, NULL) &&
        qevm_cursor_idstr(c, "name", &name, NULL) &&
        qevm_cursor_be32(c, "version", &version, NULL)) {
        if (strcmp(name, "configuration/capabilities") == 0) {
            if (add_capabilities(&b, c)) {
                return finish(&b, name, version);
            }
        } else if (strcmp(name, "configuration/target-page-bits") == 0) {
            if (qevm_cursor_skip(c, 4, "bits", NULL)) {
                add(&b, "target_page_bits", "uint32", 4);
                return finish(&b, name, version);
            }
        } else if (strcmp(name, "configuration/uuid") == 0) {
            QevmFieldDesc *f = add(&b, "uuid.data", "uint8", 1);

            f->count = f->array_len = 16;
            if (qevm_cursor_skip(c, 16, "uuid", NULL)) {
                return finish(&b, name, version);
            }
        }
    }
    g_ptr_array_unref(b.fields);
    g_ptr_array_unref(b.subsections);
    return NULL;
}

const QevmVmsd *
qevm_describe_configuration(QevmArena *arena, GBytes *payload)
{
    Builder b = builder(arena);
    gsize size;
    const guint8 *data = g_bytes_get_data(payload, &size);
    QevmCursor c = { data, size, 0, 0 };
    guint32 len;

    if (qevm_cursor_be32(&c, "len", &len, NULL) &&
        qevm_cursor_skip(&c, len, "name", NULL)) {
        add(&b, "len", "uint32", 4);
        add(&b, "name", "buffer", len);
        while (qevm_cursor_left(&c)) {
            const QevmVmsd *sub = describe_subsection(arena, &c);

            if (!sub) {
                break;
            }
            g_ptr_array_add(b.subsections, (gpointer)(guintptr)sub);
        }
    }
    return finish(&b, "configuration", 1);
}

static const QevmVmsd *
describe_block(QevmArena *arena, const QevmRamBlock *block)
{
    Builder b = builder(arena);

    add(&b, "idstr", "capability", 1 + strlen(block->idstr));
    add(&b, "used_length", "uint64", 8);
    if (block->has_page_size) {
        add(&b, "page_size", "uint64", 8);
    }
    if (block->has_address) {
        add(&b, "address", "uint64", 8);
    }
    if (block->mapped) {
        add(&b, "mapped_ram.version", "uint32", 4);
        add(&b, "mapped_ram.page_size", "uint64", 8);
        add(&b, "mapped_ram.bitmap_offset", "uint64", 8);
        add(&b, "mapped_ram.pages_offset", "uint64", 8);
    }
    return finish(&b, block->idstr, 0);
}

const QevmVmsd *
qevm_describe_ram(QevmArena *arena, const QevmRam *ram, guint64 payload_size)
{
    Builder all = builder(arena), blocks = builder(arena);
    guint64 used = 8;

    add(&all, ".mem_size", "uint64", 8);
    for (guint i = 0; i < ram->blocks->len; i++) {
        const QevmRamBlock *b = &g_array_index(ram->blocks, QevmRamBlock, i);

        add_struct(&blocks, b->idstr, describe_block(arena, b));
        used += b->size;
    }
    add_struct(&all, ".blocks", finish(&blocks, ".blocks", 0));
    if (payload_size > used) {
        add(&all, ".end", "buffer", payload_size - used);
    }
    return finish(&all, "ram", 4);
}
