/* known-stream.c - what a stream shows that its QEMU knows: the sections it
 * has, as its vmdesc describes them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/known.h"

#include <string.h>

#include "parser/path.h"
#include "parser/prim.h"

typedef struct {
    QevmKnown *known;
    const GPtrArray *dumps; /* QevmKnown */
} Reader;

static const QevmKnownVmsd *convert(Reader *r, const QevmVmsd *vmsd,
                                    const char *name, guint32 version);

/* Bytes are an array of them, a bitmap one of words. */
static guint64
unit_of(const QevmFieldDesc *field)
{
    if (strcmp(field->type, "buffer") == 0 ||
        strcmp(field->type, "unused_buffer") == 0) {
        return 1;
    }
    return strcmp(field->type, "bitmap") == 0 ? 8 : field->size;
}

static void
convert_leaf(const QevmFieldDesc *from, QevmKnownField *to)
{
    const QevmPrim *prim = qevm_prim_find(from->type);
    guint64 unit = unit_of(from);

    to->size = from->size;
    to->num = from->count;
    if (unit && unit < from->size) {
        to->size = unit;
        to->num *= from->size / unit;
    }
    to->opaque = !prim || (!prim->size && unit == from->size &&
                           prim->kind == QEVM_PRIM_BYTES);
}

static gboolean
is_conditional(const Reader *r, const char *owner, const char *name)
{
    for (guint i = 0; i < r->dumps->len; i++) {
        const GPtrArray *same =
            qevm_known_named(g_ptr_array_index(r->dumps, i), owner);

        for (guint k = 0; same && k < same->len; k++) {
            const QevmKnownField *field =
                qevm_known_field(g_ptr_array_index(same, k), name);

            if (field && field->conditional) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

/* How many elements a list has is the guest's doing. What an element looks
 * like is left out too, since an empty list does not tell it. */
static void
convert_field(Reader *r, const char *owner, const QevmFieldDesc *from,
              QevmKnownField *to)
{
    const QevmVmsd *vmsd = from->n_vmsds == 1 ? from->vmsds[0] : NULL;

    to->name = qevm_arena_string(r->known->arena, from->name);
    to->conditional = is_conditional(r, owner, from->name);
    if (from->shape == QEVM_SHAPE_STRUCT && vmsd) {
        to->num = from->count;
        to->size = from->size;
        to->vmsd = convert(r, vmsd, vmsd->name, vmsd->version);
    } else if (from->shape != QEVM_SHAPE_LIST) {
        convert_leaf(from, to);
    }
}

static const QevmKnownVmsd *
convert(Reader *r, const QevmVmsd *vmsd, const char *name, guint32 version)
{
    QevmArena *arena = r->known->arena;
    QevmKnownVmsd *to = qevm_arena_alloc0(arena, sizeof(*to));
    QevmKnownField *fields =
        qevm_arena_alloc0(arena, vmsd->n_fields * sizeof(*fields));
    const QevmKnownVmsd **subs =
        qevm_arena_alloc0(arena, vmsd->n_subsections * sizeof(gpointer));

    to->name = qevm_arena_string(arena, name ? name : "");
    to->version_id = version;
    for (guint i = 0; i < vmsd->n_fields; i++) {
        convert_field(r, to->name, vmsd->fields[i], &fields[i]);
    }
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        const QevmVmsd *sub = vmsd->subsections[i];

        subs[i] = convert(r, sub, sub->name, sub->version);
    }
    to->fields = fields;
    to->n_fields = vmsd->n_fields;
    to->subsections = subs;
    to->n_subsections = vmsd->n_subsections;
    return qevm_known_share(r->known, to);
}

/* Iterative sections, what nothing describes, and what is described wrongly:
 * arrays of pointers until 9.1 (vmdesc.h). */
static const QevmKnownVmsd *
undescribed(Reader *r, const QevmRecord *record)
{
    QevmKnownVmsd *to = qevm_arena_alloc0(r->known->arena, sizeof(*to));

    to->name = qevm_arena_string(r->known->arena, record->idstr);
    to->version_id = record->version_id;
    to->undescribed = TRUE;
    return qevm_known_share(r->known, to);
}

static const QevmKnownVmsd *
known_section(Reader *r, const QevmRecord *record)
{
    const QevmDevice *device = record->device;

    return device && !device->legacy && device->size == record->payload_size
               ? convert(r, device->vmsd, device->vmsd->name,
                         record->version_id)
               : undescribed(r, record);
}

static void
add_section(Reader *r, const QevmRecord *record)
{
    g_autofree char *path = qevm_path_quote(record->idstr);
    g_autofree char *type =
        record->instance_id
            ? g_strdup_printf("%s@%u", path, record->instance_id)
            : g_steal_pointer(&path);

    qevm_known_add(r->known, qevm_arena_string(r->known->arena, type),
                   known_section(r, record));
}

QevmKnown *
qevm_known_of_stream(const QevmStream *stream, const char *name,
                     const GPtrArray *dumps)
{
    QevmKnown *known = qevm_known_empty(name);
    Reader r = { known, dumps };

    known->machine = g_strdup(stream->machine);
    known->lengths = known->sent = TRUE;
    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *record = g_ptr_array_index(stream->records, i);

        if (record->type == QEVM_RECORD_FULL ||
            record->type == QEVM_RECORD_START) {
            add_section(&r, record);
        }
    }
    return known;
}
