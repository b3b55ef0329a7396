/* schema-apply.c - reads bytes as a description says.
 *
 * Where a description offers alternatives, the bytes are read again from the
 * start for each combination of them; a reading counts if it consumes them
 * all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/schema-apply.h"
#include "parser/path.h"
#include "parser/schema-reader.h"

#include <string.h>

#define READINGS_MAX 64
#define STEPS_A_BYTE 64
#define STEPS_MORE 65536
#define NULL_POINTER 0x30

static gboolean read_one(QevmReader *r, const QevmRead *read);

/* ---- fields of vmsds ---- */

/* Numbers as a host or device keeps them. */
static const char *
wire_type(const char *type, gboolean big)
{
    static const char *const hosts[][2] = {
        { "host16", "uint16" }, { "host32", "uint32" }, { "host64", "uint64" },
        { "host16s", "int16" }, { "host32s", "int32" }, { "host64s", "int64" },
    };

    for (guint i = 0; big && i < G_N_ELEMENTS(hosts); i++) {
        if (strcmp(type, hosts[i][0]) == 0) {
            return hosts[i][1];
        }
    }
    return type;
}

QevmFieldDesc *
qevm_reader_leaf(QevmArena *arena, const char *name, const char *type,
                 guint64 size)
{
    QevmFieldDesc *f = qevm_arena_alloc0(arena, sizeof *f);

    f->name = name;
    f->type = type;
    f->prim = qevm_prim_find(type);
    f->size = size;
    f->count = 1;
    f->index = -1;
    f->shape = QEVM_SHAPE_LEAF;
    return f;
}

static QevmFieldDesc *
struct_new(QevmArena *arena, const char *name, const QevmVmsd *vmsd,
           guint64 size)
{
    QevmFieldDesc *f = qevm_reader_leaf(arena, name, "struct", size);

    f->shape = QEVM_SHAPE_STRUCT;
    f->n_vmsds = 1;
    f->vmsds = qevm_arena_alloc0(arena, sizeof *f->vmsds);
    f->vmsds[0] = vmsd;
    return f;
}

static void
set_count(QevmFieldDesc *f, const QevmAmount *given, guint64 count)
{
    f->count = count;
    f->array_len = given->given ? count : 0;
}

/* ---- static types: made once, in the arena of the schemas ---- */

static const QevmVmsd *static_vmsd(QevmSchemas *s, const QevmType *type,
                                   gboolean big);

static void
add_static(QevmSchemas *s, GPtrArray *fields, const QevmType *type,
           gboolean big)
{
    for (guint i = 0; i < type->n_fields; i++) {
        const QevmRead *read = type->fields[i];
        guint64 count = read->count.given ? read->count.number : 1;
        QevmFieldDesc *f;

        if (count == 0) {
            continue;
        }
        if (read->kind == QEVM_READ_GROUP) {
            add_static(s, fields, read->body, big);
            continue;
        }
        if (read->kind == QEVM_READ_LEAF) {
            f = qevm_reader_leaf(
                s->arena, read->name, wire_type(read->type, big),
                read->prim->size ? read->prim->size : read->size.number);
            f->names = read->names;
            f->standard = read->standard;
        } else {
            f = struct_new(s->arena, read->name,
                           static_vmsd(s, read->body, big), read->body->size);
        }
        set_count(f, &read->count, count);
        g_ptr_array_add(fields, f);
    }
}

static const QevmVmsd *
static_vmsd(QevmSchemas *s, const QevmType *type, gboolean big)
{
    g_autoptr(GPtrArray) fields = NULL;
    QevmType *owner = (QevmType *)(guintptr)type;
    QevmVmsd *v;

    big = !!big;
    if (type->made[big]) {
        return type->made[big];
    }
    fields = g_ptr_array_new();
    add_static(s, fields, type, big);
    v = qevm_arena_alloc0(s->arena, sizeof *v);
    v->name = type->name;
    v->n_fields = fields->len;
    v->fields = qevm_arena_alloc0(s->arena, fields->len * sizeof *v->fields);
    for (guint i = 0; i < fields->len; i++) {
        v->fields[i] = g_ptr_array_index(fields, i);
    }
    owner->made[big] = v;
    return v;
}

/* ---- structs under construction ---- */

QevmFrame *
qevm_reader_top(QevmReader *r)
{
    return &r->frames[r->n_frames - 1];
}

gboolean
qevm_reader_push(QevmReader *r, const char *name)
{
    guint32 version =
        r->n_frames ? qevm_reader_top(r)->version : r->scope->version;
    QevmFrame *f;

    if (r->n_frames >= G_N_ELEMENTS(r->frames)) {
        return qevm_reader_fail(r, "more than %d levels of nesting",
                                QEVM_SCHEMA_NEST_MAX);
    }
    f = &r->frames[r->n_frames++];
    f->name = name;
    f->version = version;
    f->n_subs = 0;
    if (!f->made) {
        f->made = g_array_new(FALSE, FALSE, sizeof(QevmMade));
    }
    g_array_set_size(f->made, 0);
    return TRUE;
}

static const QevmVmsd *
pop(QevmReader *r, const char *name)
{
    QevmFrame *f = qevm_reader_top(r);
    QevmVmsd *v = qevm_arena_alloc0(r->arena, sizeof *v);

    v->name = name;
    v->version = f->version;
    v->n_fields = f->made->len - f->n_subs;
    v->n_subsections = f->n_subs;
    v->has_subsections = f->n_subs > 0;
    v->fields = qevm_arena_alloc0(r->arena, v->n_fields * sizeof *v->fields);
    v->subsections =
        qevm_arena_alloc0(r->arena, f->n_subs * sizeof *v->subsections);
    for (guint i = 0; i < f->made->len; i++) {
        const QevmMade *m = &g_array_index(f->made, QevmMade, i);

        if (i < v->n_fields) {
            v->fields[i] = m->field;
        } else {
            v->subsections[i - v->n_fields] = m->sub;
        }
    }
    r->n_frames--;
    return v;
}

/* Counts what is made against its limit. */
static gboolean
spend(QevmReader *r)
{
    if (r->fields == 0) {
        g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "more than %d fields", QEVM_READING_FIELDS_MAX);
        return FALSE;
    }
    r->fields--;
    return TRUE;
}

gboolean
qevm_reader_put(QevmReader *r, const QevmFieldDesc *field, const QevmVmsd *sub,
                gsize pos)
{
    QevmMade m = { field, sub, pos };
    QevmFrame *f = qevm_reader_top(r);

    if (field && f->n_subs) {
        return qevm_reader_fail(r, "`%s' comes behind subsections",
                                field->name);
    }
    f->n_subs += !field;
    g_array_append_val(f->made, m);
    return spend(r);
}

/* The struct on top is done, and was at `pos`. */
gboolean
qevm_reader_put_struct(QevmReader *r, const char *type_name, const char *name,
                       gsize pos)
{
    const QevmVmsd *v = pop(r, type_name);

    return qevm_reader_put(r, struct_new(r->arena, name, v, r->c.pos - pos),
                           NULL, pos);
}

/* Moves over `count` elements, if they are there. */
gboolean
qevm_reader_pass(QevmReader *r, const char *name, guint64 size, guint64 count)
{
    gsize left = qevm_cursor_left(&r->c);

    if (size > left / count) {
        return count == 1
                   ? qevm_reader_fail(r,
                                      "`%s' needs %" G_GUINT64_FORMAT
                                      " byte%s, %" G_GSIZE_FORMAT " left",
                                      name, size, size == 1 ? "" : "s", left)
                   : qevm_reader_fail(r,
                                      "`%s' needs %" G_GUINT64_FORMAT
                                      " x %" G_GUINT64_FORMAT
                                      " bytes, %" G_GSIZE_FORMAT " left",
                                      name, count, size, left);
    }
    if (size == 0 && count > 1) {
        return qevm_reader_fail(r, "`%s' has elements of no bytes", name);
    }
    r->c.pos += (gsize)(size * count);
    return TRUE;
}

/* ---- fields ---- */

gboolean
qevm_reader_amount(QevmReader *r, const QevmAmount *a, const char *name,
                   const char *what, guint64 otherwise, guint64 *out)
{
    *out = a->given ? a->number : otherwise;
    return !a->expr || qevm_reader_number(r, a->expr, what, name, out);
}

static gboolean
leaf_size(QevmReader *r, const QevmRead *read, guint64 *size)
{
    int len;

    if (read->prim->size) {
        *size = read->prim->size;
        return TRUE;
    }
    if (read->size.given) {
        return qevm_reader_amount(r, &read->size, read->name, "size", 0, size);
    }
    /* A length byte and text. */
    len = qevm_cursor_peek(&r->c, 0);
    *size = len < 0 ? 1 : (guint64)len + 1;
    return TRUE;
}

static gboolean
read_leaf(QevmReader *r, const QevmRead *read)
{
    gboolean same = !read->size.expr && !read->count.expr &&
                    (read->size.given || read->prim->size),
             big = !!r->big;
    QevmRead *owner = (QevmRead *)(guintptr)read;
    guint64 size, count;
    gsize pos = r->c.pos;
    QevmFieldDesc *f;

    if (!leaf_size(r, read, &size) ||
        !qevm_reader_amount(r, &read->count, read->name, "count", 1, &count)) {
        return FALSE;
    }
    if (count == 0) {
        return TRUE;
    }
    if (!qevm_reader_pass(r, read->name, size, count)) {
        return FALSE;
    }
    if (same && read->made[big]) {
        return qevm_reader_put(r, read->made[big], NULL, pos);
    }
    f = qevm_reader_leaf(same ? r->schemas->arena : r->arena, read->name,
                         wire_type(read->type, big), size);
    f->names = read->names;
    f->standard = read->standard;
    set_count(f, &read->count, count);
    if (same) {
        owner->made[big] = f;
    }
    return qevm_reader_put(r, f, NULL, pos);
}

static gboolean
read_static(QevmReader *r, const QevmRead *read, const char *name,
            guint64 count)
{
    gboolean same = !read->count.expr && name == read->name, big = !!r->big;
    QevmRead *owner = (QevmRead *)(guintptr)read;
    gsize pos = r->c.pos;
    QevmFieldDesc *f;

    if (!qevm_reader_pass(r, name, read->body->size, count)) {
        return FALSE;
    }
    if (same && read->made[big]) {
        return qevm_reader_put(r, read->made[big], NULL, pos);
    }
    f = struct_new(same ? r->schemas->arena : r->arena, name,
                   static_vmsd(r->schemas, read->body, big), read->body->size);
    set_count(f, &read->count, count);
    if (same) {
        owner->made[big] = f;
    }
    return qevm_reader_put(r, f, NULL, pos);
}

/* Null pointers from here on, as one array. */
static gboolean
read_nulls(QevmReader *r, const char *name, guint64 most, guint64 *n)
{
    QevmFieldDesc *f = qevm_reader_leaf(r->arena, name, "nullptr", 1);
    gsize pos = r->c.pos;

    *n = 0;
    while (*n < most && qevm_cursor_peek(&r->c, 0) == NULL_POINTER) {
        r->c.pos++;
        ++*n;
    }
    f->count = *n;
    f->array_len = *n > 1 ? *n : 0;
    return qevm_reader_step(r, *n) &&
           (*n == 0 || qevm_reader_put(r, f, NULL, pos));
}

/* 0x30 or an element, `count` times, in runs as QEMU 10.0 describes them
 * (migration/vmstate.c: vmstate_save_vmsd_v()). */
static gboolean
read_pointers(QevmReader *r, const QevmRead *read, const char *name,
              guint64 count)
{
    while (count > 0) {
        gsize pos = r->c.pos;
        guint64 n;

        if (!read_nulls(r, name, count, &n)) {
            return FALSE;
        }
        count -= n;
        if (n == 0) {
            if (!qevm_reader_step(r, 1) || !qevm_reader_push(r, name) ||
                !qevm_reader_body(r, read->body) ||
                !qevm_reader_put_struct(r, read->body->name, name, pos)) {
                return FALSE;
            }
            count--;
        }
    }
    return TRUE;
}

static gboolean
read_struct(QevmReader *r, const QevmRead *read, const char *name)
{
    guint64 count;

    if (!qevm_reader_amount(r, &read->count, name, "count", 1, &count)) {
        return FALSE;
    }
    if (count == 0) {
        return TRUE;
    }
    if (read->pointers) {
        return read_pointers(r, read, name, count);
    }
    if (read->body->is_static) {
        return read_static(r, read, name, count);
    }
    for (guint64 i = 0; i < count; i++) {
        gsize pos = r->c.pos;

        if (!qevm_reader_step(r, 1) || !qevm_reader_push(r, name) ||
            !qevm_reader_body(r, read->body) ||
            !qevm_reader_put_struct(r, read->body->name, name, pos)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
read_switch(QevmReader *r, const QevmRead *read)
{
    const QevmSwitch *sw = read->sw;
    const QevmType *body = sw->otherwise;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!qevm_reader_value(r, sw->on, "switch", NULL, &value) ||
        !qevm_reader_step(r, sw->n_cases / QEVM_SCHEMA_NAMES_A_STEP)) {
        return FALSE;
    }
    if (value.kind == QEVM_VALUE_BOOL) {
        qevm_value_set_uint(&value, value.as.b != FALSE);
    }
    if (value.kind != QEVM_VALUE_UINT && value.kind != QEVM_VALUE_SINT) {
        return qevm_reader_fail(r, "\"switch\": expected a number, not %s",
                                qevm_value_kind_name(value.kind));
    }
    for (guint i = 0; i < sw->n_cases; i++) {
        if (sw->cases[i].value == value.as.u) {
            body = sw->cases[i].body;
        }
    }
    return !body || qevm_reader_body(r, body);
}

/* ---- loops ---- */

static gboolean
goes_on(const QevmLoop *loop, guint64 marker)
{
    for (guint i = 0; i < loop->n_values; i++) {
        if (loop->values[i] == marker) {
            return TRUE;
        }
    }
    return !loop->values;
}

/* The marker as a field of the struct on top. */
static gboolean
put_marker(QevmReader *r, const QevmLoop *loop, const char *name)
{
    QevmFieldDesc *f = qevm_reader_leaf(
        r->arena, name, wire_type(loop->marker, r->big), loop->marker_size);
    gsize pos = r->c.pos;

    f->names = loop->names;
    r->c.pos += loop->marker_size;
    return qevm_reader_put(r, f, NULL, pos);
}

static gboolean
peek_marker(QevmReader *r, const QevmRead *read, guint64 *out)
{
    const QevmLoop *loop = read->loop;
    const QevmPrim *prim = qevm_prim_find(wire_type(loop->marker, r->big));
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    QevmCursor c = r->c;
    const guint8 *at;

    if (!qevm_cursor_take(&c, loop->marker_size, "marker", &at, NULL)) {
        return qevm_reader_fail(r, "loop `%s' has no end marker", read->name);
    }
    qevm_prim_decode(prim, at, loop->marker_size, &value);
    *out = value.as.u;
    return TRUE;
}

/* { marker body } end-marker */
static gboolean
read_loop(QevmReader *r, const QevmRead *read)
{
    const QevmLoop *loop = read->loop;
    gsize start = r->c.pos;
    guint64 marker = 0;

    if (!qevm_reader_push(r, read->name)) {
        return FALSE;
    }
    for (guint64 turn = 0;; turn++) {
        gsize pos = r->c.pos;

        if (!qevm_reader_step(r, 1) || !peek_marker(r, read, &marker)) {
            return FALSE;
        }
        if (marker == loop->end) {
            break;
        }
        if (!goes_on(loop, marker)) {
            return qevm_reader_fail(
                r, "loop `%s': marker %" G_GUINT64_FORMAT " is none of its own",
                read->name, marker);
        }
        if (loop->max && turn >= loop->max) {
            return qevm_reader_fail(
                r, "loop `%s': more than %" G_GUINT64_FORMAT " elements",
                read->name, loop->max);
        }
        if (!qevm_reader_push(r, "element") ||
            !put_marker(r, loop, loop->name) ||
            (read->body && !qevm_reader_body(r, read->body)) ||
            !qevm_reader_put_struct(r, read->name, "element", pos)) {
            return FALSE;
        }
    }
    return put_marker(r, loop, ".end") &&
           qevm_reader_put_struct(r, read->name, read->name, start);
}

/* ---- alternatives ---- */

static gboolean
choose(QevmReader *r, const QevmRead *read, guint *taken)
{
    QevmChoice choice = { 0, read->n_readings, read->prefer, FALSE };

    if (r->n_choices == r->choices->len) {
        if (r->choices->len >= STEPS_MORE) {
            return qevm_reader_fail(r, "too many alternatives");
        }
        g_array_append_val(r->choices, choice);
    }
    *taken = g_array_index(r->choices, QevmChoice, r->n_choices++).taken;
    return TRUE;
}

static gboolean
read_alternatives(QevmReader *r, const QevmRead *read)
{
    const QevmRead *reading;
    guint taken = 0;

    if (!choose(r, read, &taken)) {
        return FALSE;
    }
    reading = read->readings[taken];
    if (read->name && !reading->name) {
        return read_struct(r, reading, read->name);
    }
    return read_one(r, reading);
}

/* ---- subsections ---- */

/* The one of these that the next bytes are, behind its name; NULL: none. */
static const QevmTypeSub *
next_sub(const QevmType *type, QevmCursor *c)
{
    g_autofree char *name = NULL;

    if (qevm_cursor_peek(c, 0) != 0x05 || !qevm_cursor_skip(c, 1, "", NULL) ||
        !qevm_cursor_idstr(c, "", &name, NULL)) {
        return NULL;
    }
    for (guint i = 0; i < type->n_subs; i++) {
        if (strcmp(type->subs[i]->name, name) == 0) {
            return type->subs[i];
        }
    }
    return NULL;
}

static gboolean
read_sub(QevmReader *r, const QevmType *type, gboolean *more)
{
    QevmCursor c = r->c;
    const QevmTypeSub *sub = next_sub(type, &c);
    const QevmVmsd *v;
    guint32 version;
    gsize pos;

    *more = sub != NULL;
    if (!sub) {
        return TRUE;
    }
    if (!qevm_cursor_be32(&c, sub->name, &version, NULL) ||
        !qevm_schema_has_version(sub->versions, sub->n_versions, version)) {
        return qevm_reader_fail(r,
                                "subsection `%s' of a version that is not "
                                "described",
                                sub->name);
    }
    pos = c.pos;
    r->c.pos = pos;
    if (!qevm_reader_push(r, sub->name)) {
        return FALSE;
    }
    qevm_reader_top(r)->version = version;
    if (!qevm_reader_body(r, sub->body)) {
        return FALSE;
    }
    v = pop(r, sub->name);
    return qevm_reader_put(r, NULL, v, pos);
}

/* ---- bodies ---- */

static gboolean
check_expect(QevmReader *r, const QevmRead *read, gsize pos)
{
    const GArray *made = qevm_reader_top(r)->made;
    const QevmMade *last =
        made->len ? &g_array_index(made, QevmMade, made->len - 1) : NULL;
    const char *name = read->name ? read->name : "these fields";
    gboolean holds;
    QevmMade it;

    if (last && last->pos >= pos) {
        it = *last;
        r->it = &it;
    }
    if (!qevm_reader_bool(r, read->expect, "expect", &holds)) {
        r->it = NULL;
        return FALSE;
    }
    r->it = NULL;
    return holds || qevm_reader_fail(r, "`%s' is not as expected", name);
}

static gboolean
read_kind(QevmReader *r, const QevmRead *read)
{
    switch (read->kind) {
    case QEVM_READ_LEAF:
        return read_leaf(r, read);
    case QEVM_READ_STRUCT:
        return read_struct(r, read, read->name);
    case QEVM_READ_GROUP:
        return qevm_reader_body(r, read->body);
    case QEVM_READ_SWITCH:
        return read_switch(r, read);
    case QEVM_READ_LOOP:
        return read_loop(r, read);
    case QEVM_READ_ALTERNATIVES:
        return read_alternatives(r, read);
    case QEVM_READ_CHAIN:
        return qevm_reader_chain(r, read);
    }
    return FALSE;
}

static gboolean
read_one(QevmReader *r, const QevmRead *read)
{
    gboolean there = TRUE;
    gsize pos = r->c.pos;

    if (!qevm_reader_step(r, 1) ||
        (read->condition &&
         !qevm_reader_bool(r, read->condition, "if", &there))) {
        return FALSE;
    }
    if (!there) {
        return TRUE;
    }
    return read_kind(r, read) && (!read->expect || check_expect(r, read, pos));
}

gboolean
qevm_reader_body(QevmReader *r, const QevmType *type)
{
    gboolean more = type->n_subs > 0;

    if (++r->nesting > 2 * QEVM_SCHEMA_NEST_MAX) {
        return qevm_reader_fail(r, "more than %d levels of nesting",
                                QEVM_SCHEMA_NEST_MAX);
    }
    for (guint i = 0; i < type->n_fields; i++) {
        if (!read_one(r, type->fields[i])) {
            return FALSE;
        }
    }
    while (more) {
        if (!qevm_reader_step(r, 1 + type->n_subs / QEVM_SCHEMA_NAMES_A_STEP) ||
            !read_sub(r, type, &more)) {
            return FALSE;
        }
    }
    r->nesting--;
    return TRUE;
}

/* ---- readings ---- */

static void
fail_left(QevmReader *r, gsize left)
{
    g_autofree char *name = NULL, *quoted = NULL;
    QevmCursor c = r->c;

    if (qevm_cursor_peek(&c, 0) == 0x05 && qevm_cursor_skip(&c, 1, "", NULL) &&
        qevm_cursor_idstr(&c, "", &name, NULL)) {
        quoted = qevm_path_quote(name);
        qevm_reader_fail(r, "subsection %s is not described here", quoted);
    } else {
        qevm_reader_fail(r, "%" G_GSIZE_FORMAT " byte%s left over", left,
                         left == 1 ? "" : "s");
    }
}

/* One reading, with the choices made so far. */
static const QevmVmsd *
run(QevmReader *r, const QevmType *type)
{
    gsize left;

    r->n_frames = r->nesting = r->n_choices = 0;
    r->it = NULL;
    r->c.pos = 0;
    if (!qevm_reader_push(r, "") || !qevm_reader_body(r, type)) {
        return NULL;
    }
    left = qevm_cursor_left(&r->c);
    if (left) {
        fail_left(r, left);
        return NULL;
    }
    return pop(r, type->name);
}

/* On to the next combination. FALSE: there is none. */
static gboolean
next_choices(QevmReader *r, gboolean fits)
{
    /* A reading that broke off met fewer choices. */
    g_array_set_size(r->choices, r->n_choices);
    for (guint i = 0; fits && i < r->choices->len; i++) {
        g_array_index(r->choices, QevmChoice, i).fits = TRUE;
    }
    while (r->choices->len) {
        QevmChoice *last =
            &g_array_index(r->choices, QevmChoice, r->choices->len - 1);

        if (last->taken + 1 < last->n && !(last->prefer && last->fits)) {
            last->taken++;
            last->fits = FALSE;
            return TRUE;
        }
        g_array_set_size(r->choices, r->choices->len - 1);
    }
    return FALSE;
}

typedef struct {
    const QevmVmsd *vmsd;
    QevmArena *arena; /* owned; of vmsd */
    guint fits;
    guint fields_left;
    GError *why; /* owned; of the reading that came furthest */
    gsize furthest;
} Outcome;

static void
keep_reason(Outcome *o, GError *error, gsize pos)
{
    if (!o->why || pos > o->furthest) {
        g_clear_error(&o->why);
        o->why = error;
        o->furthest = pos;
    } else {
        g_error_free(error);
    }
}

/* All combinations; FALSE: there are too many. */
static gboolean
try_all(QevmReader *r, const QevmType *type, guint fields, QevmBudget *budget,
        Outcome *o)
{
    for (guint tries = 1;; tries++) {
        g_autoptr(QevmArena) arena = qevm_arena_new_within(budget);
        const QevmVmsd *vmsd;
        GError *error = NULL;
        gsize len = r->c.len;

        r->arena = arena;
        r->fields = fields;
        r->error = &error;
        vmsd = run(r, type);
        r->c.len = len;
        if (!vmsd) {
            keep_reason(o, error, r->c.pos);
        } else if (++o->fits == 1) {
            o->vmsd = vmsd;
            o->fields_left = r->fields;
            o->arena = g_steal_pointer(&arena);
        }
        /* Two are as wrong as three. */
        if (o->fits > 1 || r->steps == 0 || !next_choices(r, vmsd != NULL)) {
            return TRUE;
        }
        if (tries >= READINGS_MAX) {
            return FALSE;
        }
    }
}

static gboolean
conclude(Outcome *o, gboolean all_tried, GError **error)
{
    if (!all_tried) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "there are more than %d readings to try", READINGS_MAX);
    } else if (o->fits > 1) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "more than one reading fits");
    } else if (!o->fits) {
        g_propagate_error(error, g_steal_pointer(&o->why));
    }
    g_clear_error(&o->why);
    return all_tried && o->fits == 1;
}

gboolean
qevm_reading_is_fixed(QevmReading reading, gsize size)
{
    return reading.type->is_static && reading.type->size == size;
}

const QevmVmsd *
qevm_schemas_read(QevmSchemas *schemas, QevmReading reading,
                  const QevmReadingScope *scope, const guint8 *data, gsize size,
                  QevmArena *arena, guint *fields_left, GError **error)
{
    const QevmType *type = reading.type;
    QevmReader r = { .schemas = schemas,
                     .scope = scope,
                     .big = !!reading.big,
                     .c = { data, size, 0, scope->offset },
                     .steps = STEPS_MORE + (guint64)size * STEPS_A_BYTE };
    Outcome o = { 0 };
    g_autoptr(QevmArena) kept = NULL;
    gboolean ok;

    if (qevm_reading_is_fixed(reading, size)) {
        return static_vmsd(schemas, type, r.big);
    }
    kept = qevm_arena_new_within(qevm_arena_budget(arena));
    r.choices = g_array_new(FALSE, FALSE, sizeof(QevmChoice));
    r.chains = g_array_new(FALSE, FALSE, sizeof(QevmKnown));
    r.kept = kept;
    ok = try_all(&r, type, *fields_left, qevm_arena_budget(arena), &o);
    g_array_unref(r.choices);
    g_array_unref(r.chains);
    for (guint i = 0; i < G_N_ELEMENTS(r.frames); i++) {
        g_clear_pointer(&r.frames[i].made, g_array_unref);
    }
    if (!conclude(&o, ok, error)) {
        g_clear_pointer(&o.arena, qevm_arena_free);
        return NULL;
    }
    *fields_left = o.fields_left;
    qevm_arena_adopt(arena, o.arena);
    qevm_arena_adopt(arena, g_steal_pointer(&kept));
    return o.vmsd;
}
