/* lend-walk.c - reads a payload forward by a description of other bytes.
 *
 * What comes out is a description of these bytes. It shares with the lent one
 * all that is the same, so that an ordinary section costs next to nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/lend.h"

#include "parser/prim.h"

#include <string.h>

#define NESTING_MAX 64
#define ITEM_COST (3 * sizeof(gpointer)) /* in a list, and where that goes */
enum { FIXED_UNKNOWN, FIXED_YES, FIXED_NO };

typedef struct {
    const QevmLendWalk *in;
    QevmCursor c;
    guint depth;
    gboolean ran_out;
    guint elastic; /* met so far */
    gint stretch;  /* which of them is `more` bytes longer; -1: none */
    gint64 more;
    guint64 items; /* put into lists so far */
} Walk;

/* Lengths that guest state decides and that stand nowhere around them
 * (FORMAT: hw/virtio/virtio.c:virtio_save(), hw/scsi/scsi-bus.c,
 * hw/usb/redirect.c, hw/display/virtio-gpu.c). */
static const char *const elastic_types[] = {
    "virtio",
    "virtio-gpu",
    "blob",
    "scsi-requests",
    "usb-redir-parser",
    "usb-redir-bufpq",
    "usb-redir-packet-id-q",
    "virtio-fs back-end state",
    "virtio-net vhost-user backend state",
    "vdagent/cbinfos",
    "irqs",
    NULL,
};

static gboolean fail(Walk *w, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static gboolean
fail(Walk *w, GError **error, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "at 0x%" G_GINT64_MODIFIER "x: %s", qevm_cursor_offset(&w->c),
                text);
    return FALSE;
}

static gboolean
skip(Walk *w, guint64 n, const char *what, GError **error)
{
    if (qevm_cursor_skip(&w->c, n, what, error)) {
        return TRUE;
    }
    w->ran_out = !w->in->whole;
    return FALSE;
}

static gboolean
has_memory(const Walk *w)
{
    const QevmBudget *budget = qevm_arena_budget(w->in->arena);

    return !budget || budget->left >= (gint64)(w->items * ITEM_COST);
}

static gboolean
count_work(Walk *w, GError **error)
{
    if (*w->in->work == 0) {
        return fail(w, error, "describing it by what is lent takes too long");
    }
    --*w->in->work;
    return has_memory(w) ||
           qevm_budget_fail(error, "describing it by what is lent");
}

/* ---- what has one length always ---- */

static gboolean is_fixed(const QevmLend *lend, const QevmVmsd *vmsd);

static gboolean
is_elastic(const QevmFieldDesc *f)
{
    return f->shape == QEVM_SHAPE_LEAF && f->count == 1 &&
           g_strv_contains(elastic_types, f->type);
}

static gboolean
is_fixed_field(const QevmLend *lend, const QevmFieldDesc *f)
{
    switch ((QevmShape)f->shape) {
    case QEVM_SHAPE_STRUCT:
        return f->n_vmsds == 1 && is_fixed(lend, f->vmsds[0]);
    case QEVM_SHAPE_LIST:
        return FALSE;
    default:
        return !is_elastic(f) && strcmp(f->type, "nullptr") != 0 &&
               strcmp(f->type, "capability") != 0;
    }
}

static gboolean
is_fixed(const QevmLend *lend, const QevmVmsd *vmsd)
{
    guint memo = qevm_lend_memo(lend, vmsd);
    gboolean fixed = TRUE;

    if (memo != FIXED_UNKNOWN) {
        return memo == FIXED_YES;
    }
    fixed = !qevm_lend_has_subsections(lend, vmsd) &&
            !qevm_lend_variants(lend, vmsd);
    for (guint i = 0; fixed && i < vmsd->n_fields; i++) {
        fixed = is_fixed_field(lend, vmsd->fields[i]);
    }
    qevm_lend_set_memo(lend, vmsd, fixed ? FIXED_YES : FIXED_NO);
    return fixed;
}

/* ---- have two vmsds the same layout? ---- */

static gboolean same_vmsd(const QevmVmsd *a, const QevmVmsd *b);

gboolean
qevm_lend_same_field(const QevmFieldDesc *a, const QevmFieldDesc *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->type, b->type) == 0 &&
           a->count == b->count && a->shape == b->shape &&
           (a->shape != QEVM_SHAPE_LEAF || a->size == b->size) &&
           (a->shape != QEVM_SHAPE_STRUCT ||
            (a->n_vmsds == b->n_vmsds &&
             g_strcmp0(a->vmsds[0]->name, b->vmsds[0]->name) == 0));
}

static gboolean
same_field(const QevmFieldDesc *a, const QevmFieldDesc *b)
{
    if (a == b) {
        return TRUE;
    }
    if (!qevm_lend_same_field(a, b) || a->size != b->size ||
        a->n_vmsds != b->n_vmsds) {
        return FALSE;
    }
    for (guint i = 0; i < a->n_vmsds; i++) {
        if (!same_vmsd(a->vmsds[i], b->vmsds[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
same_vmsd(const QevmVmsd *a, const QevmVmsd *b)
{
    if (a == b) {
        return TRUE;
    }
    if (g_strcmp0(a->name, b->name) != 0 || a->n_fields != b->n_fields ||
        a->n_subsections != b->n_subsections) {
        return FALSE;
    }
    for (guint i = 0; i < a->n_fields; i++) {
        if (!same_field(a->fields[i], b->fields[i])) {
            return FALSE;
        }
    }
    for (guint i = 0; i < a->n_subsections; i++) {
        if (!same_vmsd(a->subsections[i], b->subsections[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- fields ---- */

static const QevmVmsd *walk_vmsd(Walk *w, const QevmVmsd *vmsd, GError **error);

static gpointer
freeze(Walk *w, const GPtrArray *list)
{
    gpointer *copy = qevm_arena_alloc0(w->in->arena, list->len * sizeof *copy);

    for (guint i = 0; i < list->len; i++) {
        *(copy + i) = g_ptr_array_index(list, i);
    }
    return copy;
}

static void
append(Walk *w, GPtrArray *list, gconstpointer item)
{
    w->items++;
    g_ptr_array_add(list, (gpointer)(guintptr)item);
}

/* `count` structs alike, of the vmsd that was read. */
static void
append_structs(Walk *w, GPtrArray *out, const QevmFieldDesc *f,
               const QevmVmsd *vmsd, guint64 size, guint64 first, guint64 count)
{
    QevmFieldDesc *copy;

    if (vmsd == f->vmsds[0] && size == f->size && count == f->count) {
        append(w, out, f);
        return;
    }
    copy = qevm_field_desc_copy(w->in->arena, f);
    copy->vmsds = qevm_arena_alloc0(w->in->arena, sizeof *copy->vmsds);
    *copy->vmsds = vmsd;
    copy->size = size;
    copy->count = count;
    copy->array_len = f->array_len && count > 1 ? count : 0;
    if (f->array_len && count == 1) {
        /* As QEMU tells elements that differ apart. */
        copy->index = (gint32)first;
    }
    append(w, out, copy);
}

/* Each element can have subsections of its own; neighbours that are alike
 * stay one run. */
static gboolean
walk_structs(Walk *w, GPtrArray *out, const QevmFieldDesc *f, GError **error)
{
    const QevmVmsd *last = NULL;
    guint64 last_size = 0, first = 0;

    for (guint64 i = 0; i < f->count; i++) {
        gsize at = w->c.pos;
        const QevmVmsd *vmsd;
        guint64 size;

        if (!count_work(w, error)) {
            return FALSE;
        }
        vmsd = walk_vmsd(w, f->vmsds[0], error);
        if (!vmsd) {
            g_prefix_error(error, "%s: ", f->name);
            return FALSE;
        }
        size = w->c.pos - at;
        if (last && size == last_size && same_vmsd(vmsd, last)) {
            continue;
        }
        if (last) {
            append_structs(w, out, f, last, last_size, first, i - first);
        }
        last = vmsd;
        last_size = size;
        first = i;
    }
    if (last) {
        append_structs(w, out, f, last, last_size, first, f->count - first);
    }
    return TRUE;
}

static void
append_sized(Walk *w, GPtrArray *out, const QevmFieldDesc *f, guint64 size)
{
    QevmFieldDesc *copy;

    if (size == f->size) {
        append(w, out, f);
        return;
    }
    copy = qevm_field_desc_copy(w->in->arena, f);
    copy->size = size;
    copy->prim = qevm_field_prim(copy->type, size);
    append(w, out, copy);
}

/* { 01 element } 00; any other byte than 0 is a 01
 * (migration/vmstate-types.c:get_qtailq()). */
static gboolean
walk_list(Walk *w, GPtrArray *out, const QevmVmsd *of, const QevmFieldDesc *f,
          GError **error)
{
    g_autoptr(GPtrArray) elements = g_ptr_array_new();
    gsize at = w->c.pos;
    QevmFieldDesc *copy;
    int mark;

    for (;;) {
        const QevmVmsd *vmsd =
            f->n_vmsds ? f->vmsds[MIN(elements->len, f->n_vmsds - 1)]
                       : qevm_lend_element(w->in->lend, of, f);

        mark = qevm_cursor_peek(&w->c, 0);
        if (!skip(w, 1, "list marker", error) || !count_work(w, error)) {
            return FALSE;
        }
        if (mark == 0) {
            break;
        }
        if (!vmsd) {
            return fail(w, error,
                        "list `%s' has elements, and its lender's was empty",
                        f->name);
        }
        vmsd = walk_vmsd(w, vmsd, error);
        if (!vmsd) {
            g_prefix_error(error, "%s: ", f->name);
            return FALSE;
        }
        append(w, elements, vmsd);
    }
    if (elements->len == 0 && f->n_vmsds == 0) {
        append_sized(w, out, f, w->c.pos - at);
        return TRUE;
    }
    copy = qevm_field_desc_copy(w->in->arena, f);
    copy->size = w->c.pos - at;
    copy->n_vmsds = elements->len;
    copy->vmsds = freeze(w, elements);
    copy->inline_vmsd = elements->len > 0;
    copy->count = 1;
    copy->array_len = 0;
    append(w, out, copy);
    return TRUE;
}

/* A gtree is a count, elements as in a list, and 00 (put_gtree()): of one
 * with elements only the size that was lent is known. */
static gboolean
walk_gtree(Walk *w, GPtrArray *out, const QevmFieldDesc *f, GError **error)
{
    QevmCursor peek = w->c;
    guint32 count;
    QevmFieldDesc *copy;

    if (!qevm_cursor_be32(&peek, f->name, &count, error)) {
        w->ran_out = !w->in->whole;
        return FALSE;
    }
    if (count > 0 || f->size == 5) {
        append(w, out, f);
        return skip(w, f->size, f->name, error);
    }
    copy = qevm_field_desc_copy(w->in->arena, f);
    copy->size = 5;
    copy->n_vmsds = 0;
    copy->inline_vmsd = FALSE;
    append(w, out, copy);
    return skip(w, 5, f->name, error);
}

static gboolean
walk_elastic(Walk *w, GPtrArray *out, const QevmFieldDesc *f, GError **error)
{
    guint64 size = f->size;

    if (w->stretch >= 0 && w->elastic == (guint)w->stretch) {
        if (w->more < 0 && (guint64)-w->more > size) {
            return fail(w, error, "`%s' is too short", f->name);
        }
        size += (guint64)w->more;
    }
    w->elastic++;
    append_sized(w, out, f, size);
    return skip(w, size, f->name, error);
}

static gboolean
walk_bytes(Walk *w, GPtrArray *out, const QevmFieldDesc *f, GError **error)
{
    guint64 bytes;

    if (!g_uint64_checked_mul(&bytes, f->size, f->count)) {
        return fail(w, error, "`%s' has no size", f->name);
    }
    if (strcmp(f->type, "nullptr") == 0) {
        for (guint64 i = 0; i < f->count; i++) {
            int mark = qevm_cursor_peek(&w->c, 0);

            if (!skip(w, 1, f->name, error) || !count_work(w, error)) {
                return FALSE;
            }
            if (mark != 0x30) {
                return fail(w, error, "`%s' is null in the lender only",
                            f->name);
            }
        }
        append(w, out, f);
        return TRUE;
    }
    append(w, out, f);
    return skip(w, bytes, f->name, error);
}

static gboolean
walk_field(Walk *w, GPtrArray *out, const QevmVmsd *of, const QevmFieldDesc *f,
           GError **error)
{
    if (!count_work(w, error)) {
        return FALSE;
    }
    if (f->shape == QEVM_SHAPE_STRUCT && f->n_vmsds == 1 &&
        !is_fixed(w->in->lend, f->vmsds[0])) {
        return walk_structs(w, out, f, error);
    }
    if (f->shape == QEVM_SHAPE_LIST && strcmp(f->type, "gtree") == 0) {
        return walk_gtree(w, out, f, error);
    }
    if (f->shape == QEVM_SHAPE_LIST) {
        for (guint64 i = 0; i < f->count; i++) {
            if (!walk_list(w, out, of, f, error)) {
                return FALSE;
            }
        }
        return TRUE;
    }
    if (is_elastic(f)) {
        return walk_elastic(w, out, f, error);
    }
    if (strcmp(f->type, "capability") == 0 && f->count == 1) {
        int len = qevm_cursor_peek(&w->c, 0);

        append_sized(w, out, f, len < 0 ? f->size : 1 + (guint64)len);
        return skip(w, len < 0 ? f->size : 1 + (guint64)len, f->name, error);
    }
    return walk_bytes(w, out, f, error);
}

/* ---- subsections ---- */

/* The name of the subsection that starts here and that a loader of `vmsd`
 * would take for one of its own; "" if none does. */
static gboolean
look_ahead(Walk *w, const QevmVmsd *vmsd, char name[256], GError **error)
{
    gsize want = strlen(vmsd->name) + 1;
    QevmCursor peek = w->c;
    const guint8 *p;
    int len = qevm_cursor_peek(&peek, 1);

    name[0] = '\0';
    if (qevm_cursor_peek(&peek, 0) != 0x05) {
        w->ran_out = !w->in->whole && qevm_cursor_left(&peek) == 0;
        return !w->ran_out ||
               fail(w, error, "`%s' goes on behind this", vmsd->name);
    }
    if (len >= 0 && (gsize)len < want) {
        return TRUE;
    }
    if (len < 0 || qevm_cursor_left(&peek) < 2 + (gsize)len) {
        w->ran_out = !w->in->whole;
        return w->in->whole ||
               fail(w, error, "`%s' goes on behind this", vmsd->name);
    }
    if (!qevm_cursor_skip(&peek, 1, "05", error) ||
        !qevm_cursor_take(&peek, 1 + (gsize)len, "name", &p, error)) {
        return FALSE;
    }
    if (!qevm_cstr8_get(p, name) || !g_str_has_prefix(name, vmsd->name)) {
        name[0] = '\0';
    }
    return TRUE;
}

static gboolean
walk_subsections(Walk *w, const QevmVmsd *vmsd, GPtrArray *out, GError **error)
{
    char name[256];
    guint next = 0;

    for (;;) {
        const QevmVmsd *sub;
        guint32 version;

        if (!look_ahead(w, vmsd, name, error)) {
            return FALSE;
        }
        if (!name[0]) {
            return TRUE;
        }
        sub = qevm_lend_subsection(w->in->lend, vmsd, name, &next, w->in->work);
        if (!sub) {
            return fail(w, error,
                        "nothing that was lent describes subsection `%s'",
                        name);
        }
        if (!count_work(w, error) || !skip(w, 2 + strlen(name), name, error)) {
            return FALSE;
        }
        if (!qevm_cursor_be32(&w->c, "subsection version", &version, error)) {
            w->ran_out = !w->in->whole;
            return FALSE;
        }
        if (version != sub->version) {
            return fail(w, error, "version %u of subsection `%s', %u is lent",
                        version, name, sub->version);
        }
        sub = walk_vmsd(w, sub, error);
        if (!sub) {
            g_prefix_error(error, "{%s}: ", name);
            return FALSE;
        }
        append(w, out, sub);
    }
}

static gboolean
same_list(const GPtrArray *list, gconstpointer old, guint n)
{
    return list->len == n &&
           (n == 0 || memcmp(list->pdata, old, n * sizeof(gpointer)) == 0);
}

static const QevmVmsd *
put_together(Walk *w, const QevmVmsd *vmsd, const GPtrArray *fields,
             const GPtrArray *subsections)
{
    QevmVmsd *copy;

    if (same_list(fields, vmsd->fields, vmsd->n_fields) &&
        same_list(subsections, vmsd->subsections, vmsd->n_subsections)) {
        return vmsd;
    }
    copy = qevm_vmsd_copy(w->in->arena, vmsd);
    copy->fields = freeze(w, fields);
    copy->n_fields = fields->len;
    copy->subsections = freeze(w, subsections);
    copy->n_subsections = subsections->len;
    copy->has_subsections = subsections->len > 0;
    return copy;
}

/* ---- variants ---- */

static const QevmFieldDesc *
field_at(const QevmVmsd *vmsd, guint i)
{
    return i < vmsd->n_fields ? vmsd->fields[i] : NULL;
}

static gboolean
has_field(const QevmVmsd *vmsd, guint from, const QevmFieldDesc *f)
{
    for (guint i = from; i < vmsd->n_fields; i++) {
        if (qevm_lend_same_field(vmsd->fields[i], f)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Has `a` at this place what `b` does not have at all, and goes on with what
 * b has here? */
static gboolean
has_more(const QevmVmsd *a, const QevmVmsd *b, guint i)
{
    const QevmFieldDesc *mine = field_at(a, i), *other = field_at(b, i);

    return mine && !has_field(b, i, mine) &&
           (!other || has_field(a, i + 1, other));
}

static gboolean
agree(const QevmVmsd *a, const QevmVmsd *b, guint i)
{
    const QevmFieldDesc *x = field_at(a, i), *y = field_at(b, i);

    return x == y || (x && y && qevm_lend_same_field(x, y));
}

/* Is the number that was read last, `size` bytes before here, not 0? A
 * field that is there or not is nearly always announced by the one before it
 * (as ide_drive's identify_data is by identify_set). */
static gboolean
is_announced(const Walk *w, const QevmFieldDesc *before, gboolean *known)
{
    gsize size = before ? (gsize)MIN(before->size, 9) : 9;
    gboolean any = FALSE;

    *known = before && before->shape == QEVM_SHAPE_LEAF && before->count == 1 &&
             before->prim && size <= 8 && w->c.pos >= size &&
             (before->prim->kind == QEVM_PRIM_BOOL ||
              before->prim->kind == QEVM_PRIM_SINT ||
              before->prim->kind == QEVM_PRIM_UINT);
    for (gsize i = 0; *known && i < size; i++) {
        QevmCursor c = w->c;

        c.pos -= size;
        any |= qevm_cursor_peek(&c, i) > 0;
    }
    return any;
}

/* Of layouts that are alike so far, which one goes on as the bytes do? The
 * first is the one that was lent for this place. */
static void
choose(const Walk *w, GPtrArray *variants, guint i)
{
    const QevmVmsd *first = g_ptr_array_index(variants, 0), *chosen = first;
    const QevmFieldDesc *before = i ? field_at(first, i - 1) : NULL;
    gboolean known, announced = is_announced(w, before, &known);

    for (guint k = 1; known && k < variants->len; k++) {
        const QevmVmsd *other = g_ptr_array_index(variants, k);

        if (agree(first, other, i)) {
            continue;
        }
        if (announced ? has_more(other, first, i) : has_more(first, other, i)) {
            chosen = other;
            break;
        }
    }
    for (guint k = variants->len; k-- > 0;) {
        if (!agree(g_ptr_array_index(variants, k), chosen, i)) {
            g_ptr_array_remove_index(variants, k);
        }
    }
}

static GPtrArray *
variants_of(Walk *w, const QevmVmsd *vmsd)
{
    GPtrArray *list = g_ptr_array_new();
    const GPtrArray *all =
        w->in->plain ? NULL : qevm_lend_variants(w->in->lend, vmsd);

    append(w, list, vmsd);
    for (guint i = 0; all && i < all->len; i++) {
        const QevmVmsd *v = g_ptr_array_index(all, i);

        if (v != vmsd && v->version == vmsd->version) {
            append(w, list, v);
        }
    }
    return list;
}

static gboolean
walk_fields(Walk *w, const QevmVmsd *vmsd, GPtrArray *out, GError **error)
{
    g_autoptr(GPtrArray) variants = variants_of(w, vmsd);

    for (guint i = 0;; i++) {
        const QevmVmsd *v;

        if (variants->len > 1) {
            choose(w, variants, i);
        }
        v = g_ptr_array_index(variants, 0);
        if (i == v->n_fields) {
            return TRUE;
        }
        if (!walk_field(w, out, v, v->fields[i], error)) {
            return FALSE;
        }
    }
}

static const QevmVmsd *
walk_vmsd(Walk *w, const QevmVmsd *vmsd, GError **error)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new();
    g_autoptr(GPtrArray) subsections = g_ptr_array_new();

    if (w->depth >= NESTING_MAX) {
        fail(w, error, "more than %d structs inside one another", NESTING_MAX);
        return NULL;
    }
    w->depth++;
    if (!walk_fields(w, vmsd, fields, error)) {
        return NULL;
    }
    if (vmsd->name && !walk_subsections(w, vmsd, subsections, error)) {
        return NULL;
    }
    w->depth--;
    return put_together(w, vmsd, fields, subsections);
}

/* A legacy handler's bytes: all of them, or as many as were lent. */
static gboolean
walk_legacy(Walk *w, const QevmLendWalk *in, GPtrArray *out, GError **error)
{
    const QevmFieldDesc *f;

    if (in->vmsd->n_fields != 1) {
        return fail(w, error, "the lender does not say how long it is");
    }
    f = in->vmsd->fields[0];
    return f->shape == QEVM_SHAPE_LEAF && f->count == 1
               ? walk_elastic(w, out, f, error)
               : walk_field(w, out, in->vmsd, f, error);
}

gboolean
qevm_lend_walk(const QevmLendWalk *walk, gint elastic, gint64 more,
               QevmLendWalked *walked, GError **error)
{
    Walk w = { .in = walk,
               .c = { walk->data, walk->len, 0, walk->base },
               .stretch = elastic,
               .more = more };

    walked->vmsd = NULL;
    if (walk->legacy) {
        g_autoptr(GPtrArray) fields = g_ptr_array_new();
        g_autoptr(GPtrArray) none = g_ptr_array_new();

        if (walk_legacy(&w, walk, fields, error)) {
            walked->vmsd = put_together(&w, walk->vmsd, fields, none);
        }
    } else {
        walked->vmsd = walk_vmsd(&w, walk->vmsd, error);
    }
    walked->ran_out = w.ran_out;
    walked->elastic = w.elastic;
    walked->size = w.c.pos;
    return walked->vmsd != NULL;
}
