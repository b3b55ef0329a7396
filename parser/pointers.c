/* pointers.c - finds arrays of pointers that are described wrongly, and has
 * them read by a description.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/pointers.h"

static gboolean
is_suspect(const QevmFieldDesc *f)
{
    const QevmVmsd *element = f->n_vmsds ? f->vmsds[0] : NULL;

    return f->shape == QEVM_SHAPE_STRUCT && f->array_len > 1 && element &&
           (f->size > 1 ||
            (f->size == 1 && !element->name && element->n_fields == 0));
}

/* Could as many elements as would explain the difference be null? */
static gboolean
explains(const QevmFieldDesc *f, guint64 described, guint64 payload)
{
    guint64 missing = described - payload;

    return f->size == 1 ? payload > described
                        : described > payload && missing % (f->size - 1) == 0 &&
                              missing / (f->size - 1) < f->array_len;
}

const QevmFieldDesc *
qevm_pointers_suspect(const QevmVmsd *vmsd, guint64 payload)
{
    const QevmFieldDesc *found = NULL;
    guint64 described;

    if (!qevm_vmsd_size(vmsd, &described)) {
        return NULL;
    }
    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmFieldDesc *f = vmsd->fields[i];

        if (!is_suspect(f) || !explains(f, described, payload)) {
            continue;
        }
        if (found) {
            return NULL;
        }
        found = f;
    }
    return found;
}

/* All fields, those of `part` in place of the one. */
static const QevmVmsd *
splice(const QevmVmsd *vmsd, const QevmFieldDesc *field, const QevmVmsd *part,
       QevmArena *arena)
{
    QevmVmsd *v = qevm_vmsd_copy(arena, vmsd);
    guint n = 0;

    v->fields = qevm_arena_alloc0(arena, (vmsd->n_fields + part->n_fields) *
                                             sizeof *v->fields);
    for (guint i = 0; i < vmsd->n_fields; i++) {
        if (vmsd->fields[i] != field) {
            v->fields[n++] = vmsd->fields[i];
            continue;
        }
        for (guint k = 0; k < part->n_fields; k++) {
            v->fields[n++] = part->fields[k];
        }
    }
    v->n_fields = n;
    return v;
}

const QevmVmsd *
qevm_pointers_mend(QevmSchemas *schemas, const QevmVmsd *vmsd,
                   const QevmReadingScope *scope, GBytes *payload,
                   QevmArena *arena)
{
    gsize size = g_bytes_get_size(payload);
    const QevmFieldDesc *field = qevm_pointers_suspect(vmsd, size);
    guint fields_left = QEVM_READING_FIELDS_MAX;
    QevmReadingScope inside = *scope;
    QevmCursor c = { g_bytes_get_data(payload, NULL), size, 0, 0 };
    QevmReading reading;
    const QevmVmsd *part;
    const guint8 *data;
    guint64 described = 0, array;

    if (!field || !qevm_vmsd_size(vmsd, &described)) {
        return NULL;
    }
    reading = qevm_schemas_for_leaf(schemas, vmsd->name, scope->version,
                                    field->type, field->name);
    /* All other fields are what they are said to be. */
    described -= field->size * field->count;
    if (!reading.type || described > size) {
        return NULL;
    }
    array = size - described;
    for (guint i = 0; vmsd->fields[i] != field; i++) {
        c.pos += (gsize)(vmsd->fields[i]->size * vmsd->fields[i]->count);
    }
    inside.offset += c.pos;
    if (!qevm_cursor_take(&c, (gsize)array, field->name, &data, NULL)) {
        return NULL;
    }
    part = qevm_schemas_read(schemas, reading, &inside, data, (gsize)array,
                             arena, &fields_left, NULL);
    return part ? splice(vmsd, field, part, arena) : NULL;
}
