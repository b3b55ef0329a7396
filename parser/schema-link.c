/* schema-link.c - puts descriptions together: finds the types and names they
 * refer to, and which types are the same whatever the bytes say.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/schema-read.h"

enum { NOT_VISITED, UNDER_WAY, DONE };

static gboolean
fail(GError **error, const char *where, const char *what, const char *name)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED, "%s: %s `%s'", where,
                what, name);
    return FALSE;
}

static gboolean
find_names(const QevmSchemas *s, const char *where, const char *name,
           const QevmNames **out, GError **error)
{
    if (!name) {
        return TRUE;
    }
    *out = g_hash_table_lookup(s->names, name);
    return *out || fail(error, where, "there are no names", name);
}

static gboolean
find_all(QevmSchemas *s, GError **error)
{
    for (guint i = 0; i < s->all_refs->len; i++) {
        const QevmTypeRef *ref = &g_array_index(s->all_refs, QevmTypeRef, i);

        *ref->body = g_hash_table_lookup(s->types, ref->type);
        if (!*ref->body) {
            return fail(error, ref->where, "there is no type", ref->type);
        }
    }
    for (guint i = 0; i < s->names_refs->len; i++) {
        const QevmNamesRef *ref =
            &g_array_index(s->names_refs, QevmNamesRef, i);

        if (!find_names(s, ref->where, ref->name, ref->names, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < s->all_reads->len; i++) {
        QevmRead *read = g_ptr_array_index(s->all_reads, i);

        if (!find_names(s, read->where, read->names_name, &read->names,
                        error)) {
            return FALSE;
        }
        if (read->loop) {
            QevmLoop *loop = (QevmLoop *)(guintptr)read->loop;

            if (!find_names(s, read->where, loop->names_name, &loop->names,
                            error)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}

/* ---- static types ---- */

/* Is a body there, whatever the bytes say? */
static gboolean
is_certain(const QevmRead *read)
{
    return (read->kind == QEVM_READ_STRUCT || read->kind == QEVM_READ_GROUP) &&
           !read->condition && !read->pointers && !read->count.expr &&
           (!read->count.given || read->count.number > 0);
}

/* Wire bytes of a field that is always the same. */
static gboolean
static_size(const QevmRead *read, guint64 *size)
{
    guint64 one, count = read->count.given ? read->count.number : 1;

    if (read->condition || read->expect || read->count.expr ||
        read->size.expr || read->pointers) {
        return FALSE;
    }
    switch (read->kind) {
    case QEVM_READ_LEAF:
        one = read->prim->size ? read->prim->size : read->size.number;
        if (!read->prim->size && !read->size.given) {
            return FALSE;
        }
        break;
    case QEVM_READ_STRUCT:
    case QEVM_READ_GROUP:
        one = read->body->size;
        if (!read->body->is_static || (read->count.given && !one)) {
            return FALSE;
        }
        break;
    default:
        return FALSE;
    }
    return g_uint64_checked_mul(size, one, count);
}

static gboolean
visit(QevmType *type, GError **error)
{
    guint64 one;

    if (type->visit == DONE) {
        return TRUE;
    }
    if (type->visit == UNDER_WAY) {
        return fail(error, type->where,
                    "this type contains itself:", type->name);
    }
    type->visit = UNDER_WAY;
    type->is_static = type->n_subs == 0;
    for (guint i = 0; i < type->n_fields; i++) {
        const QevmRead *read = type->fields[i];

        if (is_certain(read)) {
            if (!visit((QevmType *)(guintptr)read->body, error)) {
                return FALSE;
            }
            type->depth = MAX(type->depth, read->body->depth + 1);
        }
        type->is_static = type->is_static && static_size(read, &one) &&
                          g_uint64_checked_add(&type->size, type->size, one);
    }
    if (type->depth > QEVM_SCHEMA_NEST_MAX) {
        return fail(error, type->where, "too many levels of nesting in",
                    type->name);
    }
    type->visit = DONE;
    return TRUE;
}

gboolean
qevm_schema_link(QevmSchemas *schemas, GError **error)
{
    if (!find_all(schemas, error)) {
        return FALSE;
    }
    for (guint i = 0; i < schemas->all_types->len; i++) {
        if (!visit(g_ptr_array_index(schemas->all_types, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}
