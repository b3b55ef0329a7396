/* schema-link.c - puts descriptions together: finds the types and names they
 * refer to, and which types are the same whatever the bytes say.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/schema-read.h"

enum { NOT_VISITED, UNDER_WAY, DONE };

/* A chain with more fields in it is not looked through. */
#define CLOSED_FIELDS_MAX 1024

static gboolean
fail(GError **error, const char *where, const char *what, const char *name)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED, "%s: %s `%s'", where,
                what, name);
    return FALSE;
}

static gboolean
find_all(QevmSchemas *s, GError **error)
{
    for (guint i = 0; i < s->type_refs->len; i++) {
        const QevmTypeRef *ref = &g_array_index(s->type_refs, QevmTypeRef, i);

        *ref->body = g_hash_table_lookup(s->types, ref->type);
        if (!*ref->body) {
            return fail(error, ref->where, "there is no type", ref->type);
        }
    }
    for (guint i = 0; i < s->names_refs->len; i++) {
        const QevmNamesRef *ref =
            &g_array_index(s->names_refs, QevmNamesRef, i);

        *ref->names = g_hash_table_lookup(s->names, ref->name);
        if (!*ref->names) {
            return fail(error, ref->where, "there are no names", ref->name);
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

/* ---- chains that depend on their own bytes only ---- */

typedef struct {
    guint structs; /* levels of them inside the chain */
    gboolean closed;
} Inside;

static void
check_lookup(QevmLookup what, const char *path, gpointer user)
{
    Inside *in = user;
    guint up = 0;

    (void)what;
    if (!path || what == QEVM_LOOKUP_SIBLING || what == QEVM_LOOKUP_IDSTR_IS) {
        return;
    }
    for (; g_str_has_prefix(path, ".."); path += path[2] == '/' ? 3 : 2) {
        up++;
    }
    in->closed = in->closed && *path != '/' && up <= in->structs;
}

static void
check_expr(const QevmExpr *expr, Inside *in)
{
    if (expr) {
        qevm_expr_foreach_lookup(expr, check_lookup, in);
    }
}

static void check_inside(const QevmType *type, Inside in, gboolean *closed,
                         guint *budget);

static void
check_read(const QevmRead *read, Inside in, gboolean *closed, guint *budget)
{
    check_expr(read->condition, &in);
    check_expr(read->expect, &in);
    check_expr(read->size.expr, &in);
    check_expr(read->count.expr, &in);
    if (read->sw) {
        check_expr(read->sw->on, &in);
        check_inside(read->sw->otherwise, in, closed, budget);
    }
    *closed = *closed && in.closed && !read->loop && !read->chain &&
              read->kind != QEVM_READ_ALTERNATIVES;
    for (guint i = 0; read->sw && i < read->sw->n_cases; i++) {
        check_inside(read->sw->cases[i].body, in, closed, budget);
    }
    in.structs += read->kind == QEVM_READ_STRUCT;
    check_inside(read->body, in, closed, budget);
}

/* `budget`: fields that may still be looked at. */
static void
check_inside(const QevmType *type, Inside in, gboolean *closed, guint *budget)
{
    for (guint i = 0; type && *closed && i < type->n_fields; i++) {
        if (*budget == 0 || in.structs > QEVM_SCHEMA_NEST_MAX) {
            *closed = FALSE;
            return;
        }
        --*budget;
        check_read(type->fields[i], in, closed, budget);
    }
    *closed = *closed && (!type || type->n_subs == 0);
}

static void
close_chain(QevmChain *chain)
{
    Inside top = { 0, TRUE }, item = { 1, TRUE };
    guint budget = CLOSED_FIELDS_MAX;

    chain->closed = TRUE;
    check_inside(chain->header, top, &chain->closed, &budget);
    for (guint i = 0; i < chain->n_items; i++) {
        check_inside(chain->items[i].body, item, &chain->closed, &budget);
    }
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
    for (guint i = 0; i < schemas->all_reads->len; i++) {
        const QevmRead *read = g_ptr_array_index(schemas->all_reads, i);

        if (read->chain) {
            close_chain((QevmChain *)(guintptr)read->chain);
        }
    }
    return TRUE;
}
