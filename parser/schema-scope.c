/* schema-scope.c - what the expressions of a description see: the fields read
 * so far, and what is around them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/path.h"
#include "parser/schema-reader.h"

#include <string.h>

/* A step of work is worth so many bytes looked at. */
#define BYTES_A_STEP 16

gboolean
qevm_reader_step(QevmReader *r, guint64 n)
{
    if (n > r->steps) {
        r->steps = 0;
        g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "takes too long for its size");
        return FALSE;
    }
    r->steps -= n;
    return !qevm_budget_spent(qevm_arena_budget(r->arena)) ||
           qevm_budget_fail(r->error, "what is read of it");
}

gboolean
qevm_reader_fail(QevmReader *r, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "at 0x%" G_GINT64_MODIFIER "x: %s", qevm_cursor_offset(&r->c),
                text);
    return FALSE;
}

/* ---- what a path leads to ---- */

typedef struct {
    int frame;                  /* a struct under construction; -1: none */
    const QevmVmsd *vmsd;       /* a finished one, its bytes at pos; NULL: */
    const QevmFieldDesc *field; /* a field at pos, or */
    gint64 index;               /* one of its elements; -1: all of it */
    gsize pos;
    guint64 alike; /* how many siblings have its name */
} Target;

/* All that a struct holds, in the order of the bytes. */
typedef struct {
    const QevmFrame *frame;
    const QevmVmsd *vmsd;
    guint next;
    gsize pos;
} Walk;

/* What was made is a field or a subsection. */
static const char *
name_of(const QevmMade *made)
{
    return made->field ? made->field->name : made->sub ? made->sub->name : "";
}

static gboolean
walk_next(Walk *w, QevmMade *out)
{
    const QevmVmsd *v = w->vmsd;
    guint64 size = 0;

    if (w->frame) {
        if (w->next >= w->frame->made->len) {
            return FALSE;
        }
        *out = g_array_index(w->frame->made, QevmMade, w->next++);
        return TRUE;
    }
    *out = (QevmMade){ .pos = w->pos };
    if (!v) {
        return FALSE;
    }
    if (w->next < v->n_fields) {
        out->field = v->fields[w->next];
        size = out->field->size * out->field->count;
    } else if (w->next - v->n_fields < v->n_subsections) {
        out->sub = v->subsections[w->next - v->n_fields];
        out->pos += 6 + strlen(out->sub->name);
        if (!qevm_vmsd_size(out->sub, &size)) {
            return FALSE;
        }
    } else {
        return FALSE;
    }
    w->next++;
    w->pos = out->pos + (gsize)size;
    return TRUE;
}

/* One step of a path: a name, its index if it ends in one. */
typedef struct {
    const char *name;
    gsize len, base; /* base: without [index]; 0: there is none */
    guint64 index;
    gboolean sub;
} Step;

static gboolean
is_named(const char *name, const char *text, gsize len)
{
    /* Most names differ at once. */
    return *name == *text && strncmp(name, text, len) == 0 && name[len] == '\0';
}

static Step
parse_step(const char **at)
{
    const char *p = *at, *end, *open;
    Step step = { .sub = *p == '{' };

    end = strchr(p, step.sub ? '}' : '/');
    end = end ? end : p + strlen(p);
    step.name = p + step.sub;
    step.len = (gsize)(end - step.name);
    *at = *end == '}' ? end + 1 : end;
    if (**at == '/') {
        ++*at;
    }
    open = step.len ? memrchr(step.name, '[', step.len) : NULL;
    if (open && step.name[step.len - 1] == ']') {
        const char *number = open + 1;

        if (!qevm_scan_integer(&number, &step.index) &&
            number == step.name + step.len - 1) {
            step.base = (gsize)(open - step.name);
        }
    }
    return step;
}

/* The last one of that name in a struct under construction, looked for from
 * behind: most conditions are about what has just been read. */
static gboolean
find_last(QevmReader *r, const QevmFrame *frame, const Step *step, Target *t,
          gboolean *found)
{
    guint i = frame->made->len;

    *found = FALSE;
    while (i > 0 && !*found) {
        const QevmMade *m = &g_array_index(frame->made, QevmMade, --i);
        const char *name = name_of(m);

        *found =
            step->sub == !m->field && is_named(name, step->name, step->len);
        *t = (Target){ .frame = -1,
                       .field = m->field,
                       .vmsd = m->sub,
                       .pos = m->pos,
                       .index = -1,
                       .alike = 1 };
    }
    return qevm_reader_step(r, 1 + (frame->made->len - i) /
                                       QEVM_SCHEMA_NAMES_A_STEP);
}

/* The last one of that name, or with [I] the I-th, or its element. */
static gboolean
find_in(QevmReader *r, Walk w, const Step *step, Target *t, gboolean *found)
{
    QevmMade m, exact = { NULL, NULL, 0 }, nth = { NULL, NULL, 0 }, only = nth;
    guint64 alike = 0, based = 0;

    while (walk_next(&w, &m)) {
        const char *name = name_of(&m);

        if (step->sub != !m.field) {
            continue;
        }
        if (is_named(name, step->name, step->len)) {
            exact = m;
            alike++;
        } else if (step->base && is_named(name, step->name, step->base)) {
            only = m;
            if (based++ == step->index) {
                nth = m;
            }
        }
    }
    *t = (Target){ .frame = -1, .index = -1, .alike = MAX(alike, 1) };
    if (alike) {
        m = exact;
    } else if (based == 1) {
        m = only;
        t->index = (gint64)MIN(step->index, G_MAXINT64);
    } else {
        m = nth;
    }
    t->field = m.field;
    t->vmsd = m.sub;
    t->pos = m.pos;
    *found = (m.field || m.sub) &&
             !(m.field && t->index >= 0 && step->index >= m.field->count);
    return qevm_reader_step(r, 1 + w.next / QEVM_SCHEMA_NAMES_A_STEP);
}

/* From a struct to what is in it; `count` all of that name. */
static gboolean
take_step(QevmReader *r, const Step *step, gboolean count, Target *t,
          gboolean *found)
{
    Walk w = { .vmsd = t->vmsd, .pos = t->pos };
    const QevmFieldDesc *f = t->field;
    int frame = t->frame;

    *found = FALSE;
    if (frame >= 0) {
        w.frame = &r->frames[frame];
    } else if (f) {
        if (f->shape != QEVM_SHAPE_STRUCT || (t->index < 0 && f->count != 1)) {
            return TRUE;
        }
        w.vmsd = f->vmsds[0];
        w.pos += t->index > 0 ? (gsize)t->index * (gsize)f->size : 0;
    }
    if (w.frame && !step->base && !count
            ? !find_last(r, w.frame, step, t, found)
            : !find_in(r, w, step, t, found)) {
        return FALSE;
    }
    /* A struct that is being read is not yet among the fields around it. */
    if (!*found && frame >= 0 && (guint)frame + 1 < r->n_frames &&
        is_named(r->frames[frame + 1].name, step->name, step->len)) {
        *t = (Target){ .frame = frame + 1, .index = -1, .alike = 1 };
        *found = TRUE;
    }
    return TRUE;
}

static gboolean
find(QevmReader *r, const char *path, gboolean count, Target *t,
     gboolean *found)
{
    const char *at = path;

    *t = (Target){ .frame = (int)r->n_frames - 1, .index = -1, .alike = 1 };
    *found = TRUE;
    if (g_str_has_prefix(at, "//")) {
        t->frame = 0;
        at += 2;
    }
    while (*at && *found) {
        Step step = parse_step(&at);

        if (!step.sub && step.len == 2 && memcmp(step.name, "..", 2) == 0) {
            /* bounds: "..", of which the step has two bytes */
            *found = t->frame > 0;
            t->frame--;
        } else if (!take_step(r, &step, count, t, found)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- answers ---- */

static gboolean
value_of(QevmReader *r, const Target *t, const char *path, QevmValue *out)
{
    const QevmFieldDesc *f = t->field;
    const guint8 *at;
    QevmCursor c = r->c;
    gsize size;

    if (!f || f->shape != QEVM_SHAPE_LEAF || (f->array_len && t->index < 0)) {
        g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "$\"%s\" has no value of its own", path);
        return FALSE;
    }
    size = (gsize)f->size;
    /* What was made was read: the bytes are there. */
    c.pos = t->pos + (gsize)MAX(t->index, 0) * size;
    c.len = MAX(c.len, c.pos + size);
    if (!qevm_cursor_take(&c, size, f->name, &at, r->error) ||
        !qevm_reader_step(r, size / BYTES_A_STEP)) {
        return FALSE;
    }
    qevm_prim_decode(f->prim, at, size, out);
    return TRUE;
}

static guint64
size_of(const QevmReader *r, const Target *t)
{
    guint64 size = 0;

    if (t->field) {
        return t->index < 0 ? t->field->size * t->field->count : t->field->size;
    }
    if (t->vmsd) {
        return qevm_vmsd_size(t->vmsd, &size) ? size : 0;
    }
    if (t->frame >= 0 && r->frames[t->frame].made->len) {
        return r->c.pos -
               g_array_index(r->frames[t->frame].made, QevmMade, 0).pos;
    }
    return 0;
}

/* 0000:00:04.0/0:0:0/scsi-disk has a sibling virtio-scsi if there is
 * 0000:00:04.0/virtio-scsi, or the same below a part of that path. */
static gboolean
has_sibling(QevmReader *r, const char *vmsd)
{
    g_autofree char *prefix = g_strdup(r->scope->idstr ? r->scope->idstr : "");
    char *slash;

    while (r->scope->exists && (slash = strrchr(prefix, '/')) != NULL) {
        g_autofree char *name = NULL;

        *slash = '\0';
        name = g_strdup_printf("%s/%s", prefix, vmsd);
        if (r->scope->exists(r->scope->user, name)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
it(QevmReader *r, Target *t)
{
    if (!r->it) {
        g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "`.` is only known in \"expect\"");
        return FALSE;
    }
    *t = (Target){ .frame = -1,
                   .field = r->it->field,
                   .vmsd = r->it->sub,
                   .pos = r->it->pos,
                   .index = -1,
                   .alike = 1 };
    return TRUE;
}

static gboolean
lookup(gpointer user, QevmLookup what, const char *path, QevmValue *out,
       GError **error)
{
    QevmReader *r = user;
    gboolean found = TRUE;
    Target t;

    (void)error; /* the reader's */
    switch (what) {
    case QEVM_LOOKUP_VERSION:
        qevm_value_set_uint(out, r->frames[r->n_frames - 1].version);
        return TRUE;
    case QEVM_LOOKUP_LEFT:
        qevm_value_set_uint(out, qevm_cursor_left(&r->c));
        return TRUE;
    case QEVM_LOOKUP_SIBLING:
        qevm_value_set_bool(out, has_sibling(r, path));
        return qevm_reader_step(r, BYTES_A_STEP);
    case QEVM_LOOKUP_IDSTR_IS:
        qevm_value_set_bool(out,
                            r->scope->idstr &&
                                qevm_path_match(path, FALSE, r->scope->idstr));
        return qevm_reader_step(r, BYTES_A_STEP);
    default:
        break;
    }
    if (path ? !find(r, path, what == QEVM_LOOKUP_COUNT, &t, &found)
             : !it(r, &t)) {
        return FALSE;
    }
    if (what == QEVM_LOOKUP_EXISTS) {
        qevm_value_set_bool(out, found);
        return TRUE;
    }
    if (!found) {
        g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "there is no $\"%s\"", path);
        return FALSE;
    }
    if (what == QEVM_LOOKUP_SIZE) {
        qevm_value_set_uint(out, size_of(r, &t));
        return TRUE;
    }
    if (what == QEVM_LOOKUP_COUNT) {
        qevm_value_set_uint(out, t.field && t.field->array_len && t.index < 0
                                     ? t.field->count
                                     : t.alike);
        return TRUE;
    }
    return value_of(r, &t, path ? path : ".", out);
}

/* "at 0x..: "if": " before what is wrong. */
static void
prefix(QevmReader *r, const char *member, const char *of)
{
    if (of) {
        g_prefix_error(r->error,
                       "at 0x%" G_GINT64_MODIFIER "x: \"%s\" of `%s': ",
                       qevm_cursor_offset(&r->c), member, of);
    } else {
        g_prefix_error(r->error, "at 0x%" G_GINT64_MODIFIER "x: \"%s\": ",
                       qevm_cursor_offset(&r->c), member);
    }
}

static gboolean
fail_kind(QevmReader *r, const char *member, const char *of, const char *wanted,
          const char *got)
{
    g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "expected %s, not %s", wanted, got);
    prefix(r, member, of);
    return FALSE;
}

gboolean
qevm_reader_value(QevmReader *r, const QevmExpr *expr, const char *member,
                  const char *of, QevmValue *out)
{
    QevmScope scope = { lookup, r };

    if (!qevm_reader_step(r, qevm_expr_cost(expr))) {
        return FALSE;
    }
    if (!qevm_expr_eval(expr, &scope, out, r->error)) {
        if (r->error) {
            prefix(r, member, of);
        }
        return FALSE;
    }
    return TRUE;
}

gboolean
qevm_reader_bool(QevmReader *r, const QevmExpr *expr, const char *member,
                 gboolean *out)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!qevm_reader_value(r, expr, member, NULL, &value)) {
        return FALSE;
    }
    if (value.kind != QEVM_VALUE_BOOL) {
        return fail_kind(r, member, NULL, "a condition",
                         qevm_value_kind_name(value.kind));
    }
    *out = value.as.b != FALSE;
    return TRUE;
}

gboolean
qevm_reader_number(QevmReader *r, const QevmExpr *expr, const char *member,
                   const char *of, guint64 *out)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!qevm_reader_value(r, expr, member, of, &value)) {
        return FALSE;
    }
    if ((value.kind != QEVM_VALUE_UINT && value.kind != QEVM_VALUE_SINT) ||
        (value.kind == QEVM_VALUE_SINT && value.as.s < 0)) {
        g_autofree char *text = qevm_value_format(&value);

        return fail_kind(r, member, of, "a number", text);
    }
    *out = value.as.u;
    return TRUE;
}
