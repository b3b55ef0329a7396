/* ops-run.c - elements of arrays of structs and of lists, put in and out.
 *
 * In a description an array of structs is one object with `array_len` where
 * all elements have one layout for certain, else an object for each
 * (vmsd_can_compress(), migration/vmstate.c), and a list one object with the
 * vmsds of its elements inside. An array of one element cannot be told from a
 * struct. In the tree these are a STRUCTS, a row of STRUCTs of one name, a LIST
 * and a STRUCT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

#include "parser/overlay.h"
#include "parser/place.h"
#include "parser/standing.h"
#include "rewrite/evidence.h"

/* What a node takes: itself, bytes of its own, a description. */
#define NODE_BYTES (sizeof(QevmNode) + 64 + sizeof(QevmFieldDesc))

gboolean
qevm_is_run(const QevmMatch *match)
{
    const QevmNode *node = match->place.node;

    return match->place.kind == QEVM_PLACE_NODE &&
           (node->kind == QEVM_NODE_STRUCTS || node->kind == QEVM_NODE_LIST ||
            node->kind == QEVM_NODE_STRUCT) &&
           !qevm_node_is_overlay(node);
}

static gboolean
is_in_run(const QevmNode *node)
{
    return node->parent->kind == QEVM_NODE_STRUCTS ||
           node->parent->kind == QEVM_NODE_LIST;
}

guint64
qevm_run_count(const QevmMatch *match)
{
    return qevm_place_elements(match->place.node) + match->place.index;
}

/* Element `index`, which there is. */
static QevmNode *
element_at(const QevmMatch *match, guint64 index)
{
    QevmNode *node = match->place.node;

    if (node->kind != QEVM_NODE_STRUCT) {
        node = qevm_node_children(node);
    }
    while (index-- > 0) {
        node = node->next;
    }
    return node;
}

/* A name of what is in the way of a copy, or NULL: bytes of unknown form. */
static const char *
find_obstacle(QevmNode *node)
{
    if (node->kind == QEVM_NODE_RAW) {
        return "bytes that are not described";
    }
    if (node->kind == QEVM_NODE_FIELD &&
        node->desc.field->shape == QEVM_SHAPE_LIST) {
        return "a tree that is not decoded";
    }
    for (QevmNode *c = qevm_node_children(node);
         c && node->kind != QEVM_NODE_LIST; c = c->next) {
        const char *found = find_obstacle(c);

        if (found) {
            return found;
        }
    }
    return NULL;
}

/* How many of its siblings have its name, and are those that are no structs
 * among them? Then pointers to structs are null there. */
static guint64
count_alike(const QevmNode *node, gboolean *nulls)
{
    QevmStanding standing;

    qevm_standing_of_node(node, &standing);
    *nulls = standing.alike > 1 && node->kind != QEVM_NODE_STRUCT;
    for (QevmNode *c = node->parent->children; standing.alike > 1 && c;
         c = c->next) {
        if (c->kind != QEVM_NODE_STRUCT && c->kind != QEVM_NODE_SUBSECTION &&
            strcmp(qevm_node_name(c), qevm_node_name(node)) == 0) {
            *nulls = TRUE;
        }
    }
    return standing.alike;
}

gboolean
qevm_check_run(const QevmMatch *match, GError **error)
{
    QevmNode *node = match->place.node;
    gboolean nulls;
    guint64 alike = count_alike(node, &nulls);

    if (nulls) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "%s: is of an array with null pointers, whose elements "
                    "cannot be changed",
                    match->path);
        return FALSE;
    }
    if (is_in_run(node) || alike != match->place.index + 1) {
        return qevm_apply_fail(match->path, error,
                               "is an element; name the array");
    }
    for (QevmNode *c = qevm_node_children(node);
         c && node->kind != QEVM_NODE_STRUCT; c = c->next) {
        if (c->kind == QEVM_NODE_RAW) {
            return qevm_apply_fail(match->path, error, "could not be decoded");
        }
    }
    return TRUE;
}

/* ---- copies ---- */

static QevmFieldDesc *
copy_desc(const QevmNode *node, const QevmFieldDesc *of)
{
    QevmArena *arena = qevm_edit_arena((QevmNode *)(guintptr)node);

    return qevm_field_desc_copy(arena, of);
}

/* Zeros, but what tells null pointers from others belongs to the layout. */
static GBytes *
zero_bytes(QevmNode *leaf)
{
    const QevmFieldDesc *f = leaf->desc.field;
    gsize size;
    const guint8 *data = qevm_node_bytes(leaf, &size);

    if (f->shape == QEVM_SHAPE_STRUCT ||
        (f->prim && (f->prim->kind == QEVM_PRIM_NULLPTR ||
                     f->prim->kind == QEVM_PRIM_MARKER))) {
        return g_bytes_new(data, size);
    }
    return g_bytes_new_take(g_malloc0(size), size);
}

/* What an overlay stands for. */
static QevmNode *
copy_overlay(QevmNode *to, QevmNode *after, QevmNode *from)
{
    QevmFieldDesc leaf = qevm_overlay_leaf(from);
    gsize size = (gsize)qevm_node_wire_size(from);
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_malloc0(size), size);

    return qevm_node_insert_field(to, after, copy_desc(from, &leaf), bytes);
}

static const QevmFieldDesc *
empty_list(const QevmNode *node)
{
    QevmFieldDesc *f = copy_desc(node, node->desc.field);

    f->vmsds = NULL;
    f->n_vmsds = 0;
    f->inline_vmsd = FALSE;
    return f;
}

static void copy_children(QevmNode *to, QevmNode *from);

static QevmNode *
copy_child(QevmNode *to, QevmNode *after, QevmNode *from)
{
    g_autoptr(GBytes) bytes = NULL;
    QevmNode *node;

    if (qevm_node_is_overlay(from)) {
        return copy_overlay(to, after, from);
    }
    switch ((QevmNodeKind)from->kind) {
    case QEVM_NODE_SUBSECTION:
        if (after && after->kind != QEVM_NODE_SUBSECTION) {
            after = NULL;
        }
        node = qevm_node_insert_subsection(to, after, from->desc.vmsd);
        break;
    case QEVM_NODE_LIST:
        return qevm_node_insert_struct(to, after, QEVM_NODE_LIST,
                                       empty_list(from));
    case QEVM_NODE_STRUCT:
    case QEVM_NODE_STRUCTS:
        node = qevm_node_insert_struct(to, after, from->kind, from->desc.field);
        node->index = from->index;
        break;
    default:
        bytes = zero_bytes(from);
        return qevm_node_insert_field(to, after, from->desc.field, bytes);
    }
    copy_children(node, from);
    return node;
}

static void
copy_children(QevmNode *to, QevmNode *from)
{
    QevmNode *last = NULL;

    for (QevmNode *c = qevm_node_children(from); c; c = c->next) {
        last = copy_child(to, last, c);
    }
}

static guint64
count_nodes(QevmNode *node)
{
    guint64 n = 1;

    for (QevmNode *c = qevm_node_children(node);
         c && node->kind != QEVM_NODE_LIST; c = c->next) {
        n += count_nodes(c);
    }
    return n;
}

/* ---- shapes ---- */

/* Would QEMU describe an array of such structs as one object? Of fields that
 * are not always there a description says nothing, so this is a guess, and
 * either way describes the bytes. */
static gboolean
is_compressible(QevmNode *node)
{
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        gboolean row = c->next && c->next->kind == QEVM_NODE_STRUCT &&
                       strcmp(qevm_node_name(c->next), qevm_node_name(c)) == 0;

        if (c->kind == QEVM_NODE_SUBSECTION ||
            (c->kind == QEVM_NODE_STRUCT && (row || !is_compressible(c)))) {
            return FALSE;
        }
        if (c->kind == QEVM_NODE_STRUCTS && qevm_node_children(c) &&
            !is_compressible(qevm_node_children(c))) {
            return FALSE;
        }
    }
    return TRUE;
}

/* A single struct becomes an array of one. */
static QevmNode *
to_structs(QevmNode *single)
{
    QevmFieldDesc *f = copy_desc(single, single->desc.field);
    QevmNode *run, *element;

    f->array_len = f->count;
    run = qevm_node_insert_struct(single->parent, single, QEVM_NODE_STRUCTS, f);
    element = qevm_node_insert_struct(run, NULL, QEVM_NODE_STRUCT, f);
    qevm_node_adopt(element, single);
    qevm_node_remove(single);
    return run;
}

/* An array of one becomes a single struct. */
static void
to_single(QevmNode *run)
{
    QevmFieldDesc *f = copy_desc(run, run->desc.field);
    QevmNode *single;

    f->count = 1;
    f->array_len = 0;
    single = qevm_node_insert_struct(run->parent, run, QEVM_NODE_STRUCT, f);
    qevm_node_adopt(single, qevm_node_children(run));
    qevm_node_remove(run);
}

static void
describe_structs(QevmNode *run)
{
    QevmFieldDesc *f = copy_desc(run, run->desc.field);

    f->count = 0;
    for (QevmNode *c = qevm_node_children(run); c; c = c->next) {
        f->count++;
    }
    f->array_len = f->count;
    qevm_node_set_run(run, f);
    if (f->count == 1) {
        to_single(run);
    }
}

static void
describe_list(QevmNode *list)
{
    QevmFieldDesc *f = copy_desc(list, list->desc.field);
    gsize n = (gsize)qevm_place_elements(list);
    QevmArena *arena = qevm_edit_arena(list);
    const QevmVmsd **vmsds = NULL;

    if (n) {
        vmsds = qevm_arena_alloc0(arena, n * sizeof(*vmsds));
    }
    f->vmsds = vmsds;
    f->n_vmsds = 0;
    f->inline_vmsd = n > 0;
    for (QevmNode *c = qevm_node_children(list); c; c = c->next) {
        vmsds[f->n_vmsds++] = qevm_node_vmsd(c);
    }
    qevm_node_set_run(list, f);
}

/* Which elements of a row have the "index" key: until 9.2 all, in 10.0 to 10.2
 * all but the last, since 11.0 none. */
typedef enum { INDEX_NONE, INDEX_ALL, INDEX_BUT_LAST } IndexStyle;

static IndexStyle
style_between(const QevmFieldDesc *first, const QevmFieldDesc *last)
{
    if (last->index >= 0) {
        return INDEX_ALL;
    }
    return first->index >= 0 ? INDEX_BUT_LAST : INDEX_NONE;
}

/* How many fields from `first` on have its name, and are they all structs? A
 * row of others has null pointers in it. */
static gboolean
is_row(const QevmVmsd *vmsd, guint first, guint *n)
{
    gboolean structs = TRUE;

    for (*n = 0;
         first + *n < vmsd->n_fields &&
         strcmp(vmsd->fields[first + *n]->name, vmsd->fields[first]->name) == 0;
         ++*n) {
        structs &= vmsd->fields[first + *n]->shape == QEVM_SHAPE_STRUCT;
    }
    return structs && *n > 1;
}

static gboolean
find_style(const QevmVmsd *vmsd, IndexStyle *style)
{
    guint n;

    for (guint i = 0; i < vmsd->n_fields; i += n) {
        const QevmFieldDesc *f = vmsd->fields[i];

        if (is_row(vmsd, i, &n)) {
            *style = style_between(f, vmsd->fields[i + n - 1]);
            return TRUE;
        }
        for (guint k = 0; k < f->n_vmsds; k++) {
            if (find_style(f->vmsds[k], style)) {
                return TRUE;
            }
        }
    }
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        if (find_style(vmsd->subsections[i], style)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* That of the oldest QEMU that can have written the stream: all versions of
 * scripts/analyze-migration.py know what to do with an index. Fixes of arrays
 * with null pointers brought that of 10.0, and came with them to 9.2. */
static IndexStyle
style_of_writer(QevmStream *stream)
{
    g_autoptr(QevmWriter) writer = qevm_writer_of(stream);

    if (writer->from >= 1100) {
        return INDEX_NONE;
    }
    return writer->from >= 1000 || (writer->from >= 902 && writer->to == 1002)
               ? INDEX_BUT_LAST
               : INDEX_ALL;
}

/* A row tells; for a single struct, any other row in the stream does, or
 * else who wrote it. */
static IndexStyle
style_of(const QevmApply *apply, const QevmMatch *match)
{
    const QevmNode *first = match->place.node;
    const QevmNode *last = element_at(match, match->place.index);
    QevmStream *stream = apply->edit->stream;
    const QevmVmdesc *vmdesc = stream->vmdesc;
    IndexStyle style;

    if (last != first) {
        return style_between(first->desc.field, last->desc.field);
    }
    for (guint i = 0; vmdesc && i < vmdesc->n_devices; i++) {
        if (find_style(vmdesc->devices[i].vmsd, &style)) {
            return style;
        }
    }
    return vmdesc ? style_of_writer(stream) : INDEX_NONE;
}

static void
describe_row(QevmNode *first, guint64 count, IndexStyle style)
{
    for (guint64 i = 0; i < count; i++, first = first->next) {
        gboolean has =
            count > 1 &&
            (style == INDEX_ALL || (style == INDEX_BUT_LAST && i + 1 < count));
        gint32 index = has ? (gint32)i : -1;

        if (first->desc.field->index != index) {
            QevmFieldDesc *f = copy_desc(first, first->desc.field);

            f->index = index;
            qevm_node_set_desc(first, f);
        }
    }
}

/* ---- in ---- */

/* Is there room for `n` more of these, and memory? */
static gboolean
allow_elements(QevmApply *apply, const QevmMatch *match, QevmNode *like,
               guint64 n, GError **error)
{
    guint64 one = like ? qevm_node_wire_size(like) : 1;
    guint64 nodes = like ? count_nodes(like) : 1;
    guint64 old = 0, count = qevm_run_count(match), more;
    QevmNode *node = match->place.node;

    for (guint64 i = 0; i <= match->place.index; i++, node = node->next) {
        old += qevm_node_wire_size(node);
    }
    if (old > QEVM_RULE_FIELD_MAX ||
        (one && n > (QEVM_RULE_FIELD_MAX - old) / one)) {
        return qevm_array_too_large(error);
    }
    if (!g_uint64_checked_mul(&more, nodes * NODE_BYTES, n) ||
        !g_uint64_checked_add(&more, more,
                              (count + n) * sizeof(QevmFieldDesc))) {
        more = G_MAXUINT64;
    }
    return qevm_apply_room(apply, more, error) &&
           qevm_apply_make(apply, one * n, error);
}

/* The vmsd of an element that the rule itself describes. */
static const QevmFieldDesc *
new_list_desc(QevmNode *list, QevmNode *like)
{
    QevmArena *arena = qevm_edit_arena(list);
    QevmVmsd *vmsd = qevm_arena_alloc0(arena, sizeof(*vmsd));
    QevmFieldDesc *f = copy_desc(list, list->desc.field);

    vmsd->name = like ? qevm_node_vmsd(like)->name : list->desc.field->name;
    vmsd->version = like ? qevm_node_vmsd(like)->version : 1;
    f->vmsds = qevm_arena_alloc0(arena, sizeof(*f->vmsds));
    *f->vmsds = vmsd;
    f->n_vmsds = 1;
    f->inline_vmsd = TRUE;
    return f;
}

/* Behind `after`, NULL: at the front. Returns the first of them. */
static QevmNode *
insert_copies(QevmNode *parent, QevmNode *after, QevmNode *like, guint64 n)
{
    QevmNode *first = NULL;

    while (n-- > 0) {
        after = qevm_node_insert_struct(parent, after, QEVM_NODE_STRUCT,
                                        like->desc.field);
        after->index = like->index;
        copy_children(after, like);
        first = first ? first : after;
    }
    return first;
}

/* The sibling before a struct. */
static QevmNode *
before(QevmNode *node)
{
    QevmNode *previous = NULL;

    for (QevmNode *c = node->parent->children; c != node; c = c->next) {
        previous = c;
    }
    return previous;
}

static gboolean
insert_in_list(QevmApply *apply, const QevmMatch *match, QevmNode *after,
               QevmNode *like, guint64 n, GError **error)
{
    QevmNode *list = match->place.node, *added;

    if (!apply->rule->fields->len) {
        (void)insert_copies(list, after, like, n);
        describe_list(list);
        return TRUE;
    }
    added = qevm_node_insert_struct(list, after, QEVM_NODE_STRUCT,
                                    new_list_desc(list, like));
    describe_list(list);
    return qevm_insert_fields(apply, &match->place, added, NULL, error);
}

static void
insert_structs(QevmApply *apply, const QevmMatch *match, guint64 index,
               QevmNode *like, guint64 n)
{
    QevmNode *run = match->place.node;
    guint64 count = qevm_run_count(match);
    IndexStyle style;
    QevmNode *added;

    if (run->kind == QEVM_NODE_STRUCT && count == 1 && is_compressible(run)) {
        run = to_structs(run);
        like = qevm_node_children(run);
    }
    if (run->kind == QEVM_NODE_STRUCTS) {
        QevmMatch whole = { .place = { .kind = QEVM_PLACE_NODE, .node = run } };

        (void)insert_copies(run, index ? element_at(&whole, index - 1) : NULL,
                            like, n);
        describe_structs(run);
        return;
    }
    style = style_of(apply, match);
    added = insert_copies(run->parent,
                          index ? element_at(match, index - 1) : before(run),
                          like, n);
    describe_row(index ? run : added, count + n, style);
}

static char *
count_text(guint64 count)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT " element%s", count,
                           count == 1 ? "" : "s");
}

static gboolean
check_insert(QevmApply *apply, const QevmMatch *match, QevmNode *like,
             GError **error)
{
    gboolean list = match->place.node->kind == QEVM_NODE_LIST;
    const char *obstacle;

    if (qevm_operand_given(&apply->rule->value)) {
        return qevm_apply_fail(match->path, error,
                               "has structs for elements; they are made of "
                               "zeros, and set after that");
    }
    if (apply->rule->fields->len) {
        return list ? TRUE
                    : qevm_apply_fail(match->path, error,
                                      "\"fields\" are for lists");
    }
    if (!like) {
        return qevm_apply_fail(match->path, error,
                               "has no element whose layout a new one could "
                               "have%s",
                               apply->rule->op == QEVM_OP_ADD_ELEMENT
                                   ? "; name its \"fields\""
                                   : "; use add-element with \"fields\"");
    }
    obstacle = find_obstacle(like);
    return obstacle ? qevm_apply_fail(match->path, error,
                                      "has elements with %s", obstacle)
                    : TRUE;
}

gboolean
qevm_run_insert(QevmApply *apply, const QevmMatch *match, guint64 index,
                guint64 n, GError **error)
{
    QevmNode *node = match->place.node;
    guint64 count = qevm_run_count(match);
    QevmNode *like = count ? element_at(match, index ? index - 1 : 0) : NULL;

    if (!check_insert(apply, match, like, error)) {
        return FALSE;
    }
    if (!allow_elements(apply, match, like, n, error)) {
        g_prefix_error(error, "%s: ", match->path);
        return FALSE;
    }
    if (!qevm_apply_change(apply, match->path, node->offset, count_text(count),
                           count_text(count + n), QEVM_LOSS_LOSSLESS, NULL,
                           error)) {
        return FALSE;
    }
    if (node->kind != QEVM_NODE_LIST) {
        insert_structs(apply, match, index, like, n);
        return TRUE;
    }
    if (!insert_in_list(apply, match, index ? like : NULL, like, n, error)) {
        g_prefix_error(error, "%s: ", match->path);
        return FALSE;
    }
    return TRUE;
}

/* ---- out ---- */

static gboolean
elements_equal(QevmApply *apply, const QevmMatch *match, QevmNode *element,
               guint64 n, gboolean *equal, char **why, GError **error)
{
    *equal = TRUE;
    for (; n-- > 0 && *equal; element = element->next) {
        if (!qevm_if_equals(apply, match->place.record, element, &match->place,
                            equal, why, error)) {
            g_prefix_error(error, "%s: ", match->path);
            return FALSE;
        }
    }
    return TRUE;
}

static char *
loss_text(guint64 index, QevmNode *element, guint64 n, const char *why)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autofree char *value = NULL;

    for (; n-- > 0; element = element->next) {
        qevm_node_emit(element, all);
    }
    value = qevm_bytes_brief(all->data, all->len);
    return g_strdup_printf("elements from [%" G_GUINT64_FORMAT
                           "], %s, are dropped%s%s",
                           index, value, why ? "; " : "", why ? why : "");
}

static void
drop_elements(const QevmApply *apply, const QevmMatch *match, guint64 index,
              guint64 n)
{
    QevmNode *run = match->place.node;
    QevmNode *first = element_at(match, index);
    guint64 count = qevm_run_count(match);
    IndexStyle style = INDEX_NONE;
    QevmNode *rest = run;

    if (run->kind == QEVM_NODE_LIST) {
        qevm_node_remove_many(first, n);
        describe_list(run);
        return;
    }
    if (run->kind == QEVM_NODE_STRUCTS) {
        if (n == count) {
            qevm_node_remove(run);
            return;
        }
        qevm_node_remove_many(first, n);
        describe_structs(run);
        return;
    }
    style = style_of(apply, match);
    if (!index && n < count) {
        rest = element_at(match, n);
    }
    qevm_node_remove_many(first, n);
    if (n < count) {
        describe_row(rest, count - n, style);
    }
}

gboolean
qevm_run_drop(QevmApply *apply, const QevmMatch *match, guint64 index,
              guint64 n, GError **error)
{
    QevmNode *first = element_at(match, index);
    guint64 count = qevm_run_count(match);
    g_autofree char *why = NULL;
    gboolean equal, list = match->place.node->kind == QEVM_NODE_LIST;
    char *what = NULL;

    if (!elements_equal(apply, match, first, n, &equal, &why, error)) {
        return FALSE;
    }
    if (!equal) {
        what = loss_text(index, first, n, why);
    }
    if (!qevm_apply_change(apply, match->path, first->offset, count_text(count),
                           n < count || list ? count_text(count - n) : NULL,
                           equal ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSY, what,
                           error)) {
        return FALSE;
    }
    if (!qevm_apply_room(apply, (count - n) * sizeof(QevmFieldDesc), error)) {
        return FALSE;
    }
    drop_elements(apply, match, index, n);
    return TRUE;
}
