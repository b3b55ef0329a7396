/* plan-layout.c - fields that only one side has, or of another size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/path.h"
#include "parser/prim.h"
#include "rewrite/align.h"
#include "rewrite/load-private.h"
#include "rewrite/plan-private.h"

/* Values of new elements that are not zero are set one by one, so many at
 * most; more of them are no defaults. */
#define ELEMENTS_MAX 256

static gboolean
make(QevmRepair *r, json_t *rule, QevmLoss loss, const char *why,
     GError **error)
{
    r->done = TRUE;
    return qevm_plan_rule(r->plan, rule, loss, why, error);
}

static gboolean
is_accepted(const QevmRepair *r, QevmNode *node)
{
    return qevm_stop_accepts(r->stop, node);
}

/* An element of an array of several: what is done to one is done to all. */
static gboolean
is_element(const QevmNode *node)
{
    return node->kind == QEVM_NODE_STRUCT && node->parent &&
           node->parent->kind == QEVM_NODE_STRUCTS;
}

/* The path of a struct that fields go into or come out of. */
static char *
container_path(QevmRepair *r, QevmNode *node)
{
    g_autofree char *array = NULL;

    if (!node->parent) {
        return qevm_plan_path(r->plan, r->record, NULL, -1);
    }
    if (!is_element(node)) {
        return qevm_plan_path(r->plan, r->record, node, -1);
    }
    array = qevm_plan_path(r->plan, r->record, node->parent, -1);
    return g_strconcat(array, "[*]", NULL);
}

static char *
field_path(QevmRepair *r, QevmNode *node)
{
    g_autofree char *container = NULL, *name = NULL;

    if (!is_element(node->parent)) {
        return qevm_plan_path(r->plan, r->record, node, -1);
    }
    container = container_path(r, node->parent);
    name = qevm_path_quote_step(qevm_node_name(node), FALSE);
    return g_strconcat(container, "/", name, NULL);
}

/* ---- fields that the destination does not read ---- */

/* What goes out of one element goes out of all. */
static gboolean
is_same_in_all(QevmNode *node, GBytes *now)
{
    QevmNode *element = node->parent;

    if (!is_element(element)) {
        return TRUE;
    }
    for (QevmNode *n = qevm_node_children(element->parent); n; n = n->next) {
        QevmNode *other = qevm_node_child(n, qevm_node_name(node));
        g_autoptr(GBytes) bytes = other ? qevm_plan_bytes(other) : NULL;

        if (bytes && !g_bytes_equal(bytes, now)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* First what is the same in all. */
static gboolean
set_zero(QevmRepair *r, const char *at, gsize size, const char *why,
         GError **error)
{
    g_autofree guint8 *zero = g_malloc0(size + 1);
    json_t *rule = qevm_plan_op("set-bytes", at);

    json_object_set_new(rule, "value", qevm_rule_hex_json(zero, size));
    return make(r, rule, QEVM_LOSS_VISIBLE, why, error);
}

static gboolean
remove_field(QevmRepair *r, QevmNode *node, GError **error)
{
    g_autofree char *at = field_path(r, node);
    g_autoptr(GBytes) now = qevm_plan_bytes(node);
    const char *seen = qevm_hints_visible(r->plan->hints, node);
    gboolean same = is_same_in_all(node, now);
    json_t *rule;

    if (seen && !same) {
        return set_zero(r, at, g_bytes_get_size(now), seen, error);
    }
    rule = qevm_plan_op("remove-field", at);

    if (same && qevm_plan_says_nothing(r->plan, r->record, node)) {
        return make(r, qevm_plan_leave_out(rule, now, 0), QEVM_LOSS_DEFAULT,
                    "the destination does not read it", error);
    }
    if (seen) {
        return make(r, qevm_plan_leave_out(rule, now, 0), QEVM_LOSS_VISIBLE,
                    seen, error);
    }
    return make(r, rule, QEVM_LOSS_LOSSY, "the destination does not read it",
                error);
}

/* ---- fields that the stream lacks ---- */

/* The leaf behind one, in the order of the wire. */
static QevmNode *
next_leaf(QevmNode *node)
{
    while (node && !node->next) {
        node = node->parent;
    }
    node = node ? node->next : NULL;
    while (
        node &&
        (node->kind == QEVM_NODE_STRUCT || node->kind == QEVM_NODE_STRUCTS) &&
        !(node->kind == QEVM_NODE_STRUCT && node->desc.field->overlay)) {
        node = qevm_node_children(node);
    }
    return node;
}

/* A name that the struct does not have yet, as QEMU numbers equal ones. */
static char *
new_name(QevmNode *parent, GHashTable *used, const char *name)
{
    char *unique = g_strdup(name);

    for (guint i = 1;
         qevm_node_child(parent, unique) || g_hash_table_contains(used, unique);
         i++) {
        g_free(unique);
        unique = g_strdup_printf("%s[%u]", name, i);
    }
    g_hash_table_add(used, g_strdup(unique));
    return unique;
}

static json_t *
field_json(QevmNode *like, const char *name)
{
    const QevmFieldDesc *field = like->desc.field;
    g_autoptr(GBytes) bytes = qevm_plan_bytes(like);
    const QevmPrim *prim = qevm_prim_find(field->type);
    json_t *json = json_object();
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);

    json_object_set_new(json, "name", json_string(name));
    json_object_set_new(json, "type", json_string(field->type));
    if (!prim || prim->size != field->size) {
        json_object_set_new(json, "size",
                            json_integer((json_int_t)field->size));
    }
    if (field->count > 1) {
        json_object_set_new(json, "count",
                            json_integer((json_int_t)field->count));
    }
    if (!qevm_is_zero(data, size)) {
        json_object_set_new(json, "value", qevm_rule_hex_json(data, size));
    }
    return json;
}

/* Where a field can go in between two items: into the struct of the one before
 * or of the one behind, whichever is the kind of struct it comes from. */
typedef struct {
    QevmNode *parent;
    QevmNode *sibling; /* NULL: behind the last field */
    gboolean before;   /* before the sibling; else behind it */
} Spot;

static const char *
vmsd_name(const QevmNode *node)
{
    const QevmVmsd *vmsd = node ? qevm_node_vmsd(node) : NULL;

    return vmsd ? vmsd->name : NULL;
}

static gboolean
is_kind(const QevmNode *parent, const QevmNode *like)
{
    return g_strcmp0(vmsd_name(parent), vmsd_name(like->parent)) == 0;
}

static gboolean
is_first(QevmNode *node)
{
    return node->parent && qevm_node_children(node->parent) == node;
}

static gboolean
is_last_field(const QevmNode *node)
{
    return !node->next || node->next->kind == QEVM_NODE_SUBSECTION;
}

static gboolean
has_subsections(QevmNode *node)
{
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        if (n->kind == QEVM_NODE_SUBSECTION) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
find_spot(QevmNode *root, QevmNode *before, QevmNode *behind, QevmNode *like,
          Spot *spot)
{
    /* Behind the one before, or behind a struct that it ends. */
    for (QevmNode *n = before;
         n && n != root && n->parent && n->kind != QEVM_NODE_SUBSECTION;
         n = n->parent) {
        if (is_kind(n->parent, like) && n->parent->kind != QEVM_NODE_STRUCTS) {
            *spot = (Spot){ n->parent, n, FALSE };
            return TRUE;
        }
        if (!is_last_field(n) || has_subsections(n->parent)) {
            break;
        }
    }
    for (QevmNode *n = behind;
         n && n != root && n->parent && n->kind != QEVM_NODE_SUBSECTION;
         n = n->parent) {
        if (is_kind(n->parent, like) && n->parent->kind != QEVM_NODE_STRUCTS) {
            *spot = (Spot){ n->parent, n, TRUE };
            return TRUE;
        }
        if (!is_first(n)) {
            break;
        }
    }
    /* No struct of that kind: it only has to be in the right place. */
    if (before && before->kind != QEVM_NODE_SUBSECTION) {
        *spot = (Spot){ before->parent, before, FALSE };
        return TRUE;
    }
    if (behind && behind->kind != QEVM_NODE_SUBSECTION) {
        *spot = (Spot){ behind->parent, behind, TRUE };
        return TRUE;
    }
    *spot = (Spot){ root, NULL, FALSE };
    return !before;
}

/* Among children of one name, with its number. */
static char *
step_name(QevmNode *node)
{
    const char *name = qevm_node_name(node);
    g_autofree char *step = qevm_path_quote_step(name, FALSE);
    guint index = 0, count = 0;

    for (QevmNode *n = qevm_node_children(node->parent); n; n = n->next) {
        if (strcmp(qevm_node_name(n), name) == 0) {
            index = n == node ? count : index;
            count++;
        }
    }
    return count > 1 ? g_strdup_printf("%s[%u]", step, index)
                     : g_steal_pointer(&step);
}

/* Fields that go into one place. */
typedef struct {
    Spot spot;
    json_t *fields;   /* owned */
    GHashTable *used; /* owned; their names */
} Addition;

static void
addition_clear(Addition *add)
{
    json_decref(add->fields);
    g_hash_table_unref(add->used);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Addition, addition_clear)
#define ADDITION_INIT                                                          \
    {                                                                          \
        .fields = json_array(),                                                \
        .used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)   \
    }

static void
addition_take(Addition *add, QevmNode *first, const QevmNode *last)
{
    for (QevmNode *n = first; n; n = n == last ? NULL : next_leaf(n)) {
        g_autofree char *name =
            new_name(add->spot.parent, add->used, qevm_node_name(n));

        json_array_append_new(add->fields, field_json(n, name));
    }
}

static const char as_idle[] =
    "the destination reads it, and it is there while idle";

static gboolean
addition_make(QevmRepair *r, const Addition *add, const char *why,
              GError **error)
{
    g_autofree char *path = container_path(r, add->spot.parent);
    json_t *rule = qevm_plan_op("add-field", path);

    json_object_set(rule, "fields", add->fields);
    if (add->spot.sibling) {
        g_autofree char *name = step_name(add->spot.sibling);

        json_object_set_new(rule, add->spot.before ? "before" : "after",
                            json_string(name));
    }
    return make(r, rule, QEVM_LOSS_LOSSLESS, why, error);
}

static gboolean
add_fields(QevmRepair *r, QevmNode *root, const GArray *there,
           const GArray *here, const GArray *runs, guint at, GError **error)
{
    const QevmAlignRun *run = &g_array_index(runs, QevmAlignRun, at);
    const QevmItem *first = &g_array_index(here, QevmItem, run->b);
    QevmNode *before =
        run->a ? g_array_index(there, QevmItem, run->a - 1).last : NULL;
    QevmNode *behind = run->a < there->len
                           ? g_array_index(there, QevmItem, run->a).first
                           : NULL;
    g_auto(Addition) add = ADDITION_INIT;

    if (!find_spot(root, before, behind, first->first, &add.spot)) {
        return TRUE;
    }
    for (guint i = at; i < runs->len; i++) {
        const QevmAlignRun *one = &g_array_index(runs, QevmAlignRun, i);
        const QevmItem *item =
            one->n_b ? &g_array_index(here, QevmItem, one->b) : NULL;

        if (one->kind != QEVM_ALIGN_MISSING || item->kind != QEVM_ITEM_FIELDS ||
            is_accepted(r, item->first) ||
            (i > at && is_element(add.spot.parent))) {
            break;
        }
        addition_take(&add, item->first, item->last);
    }
    return addition_make(r, &add, as_idle, error);
}

/* ---- scanouts of virtio-gpu ---- */

static QevmNode *
first_scanout(QevmNode *root)
{
    QevmNode *state = qevm_plan_find_type(root, "virtio-gpu");
    QevmNode *run = state ? qevm_node_child(state, "scanout") : NULL;

    return run ? qevm_node_children(run) : NULL;
}

/* Without a format, the framebuffer is taken from the resource
 * (hw/display/virtio-gpu.c:virtio_gpu_post_load()). */
static gboolean
add_framebuffer(QevmRepair *r, QevmNode *scanout, QevmNode *first,
                GError **error)
{
    g_auto(Addition) add = ADDITION_INIT;
    gsize i;
    json_t *field;

    add.spot.parent = scanout;
    addition_take(&add, first, NULL);
    json_array_foreach(add.fields, i, field)
    {
        json_object_del(field, "value");
    }
    return addition_make(r, &add,
                         "without a format, the destination takes the "
                         "framebuffer from the resource",
                         error);
}

/* Those with a framebuffer have it behind the fields of all. */
static gboolean
plan_scanouts(QevmRepair *r, GError **error)
{
    QevmNode *there = first_scanout(r->source), *here = first_scanout(r->like);
    QevmNode *a, *b;

    if (!there || !here) {
        return TRUE;
    }
    a = qevm_node_children(there);
    b = qevm_node_children(here);
    while (a && b) {
        a = a->next;
        b = b->next;
    }
    return a   ? remove_field(r, a, error)
           : b ? add_framebuffer(r, there, b, error)
               : TRUE;
}

/* ---- other sizes ---- */

static gboolean
is_integer(const QevmFieldDesc *field)
{
    return field->prim && qevm_prim_is_number(field->prim) &&
           field->count == 1 && field->size <= 8;
}

/* One element of another type: a number as it is, bytes with zeros behind them,
 * or fewer. NULL: the number does not fit. */
static GBytes *
retype_element(const QevmFieldDesc *from, const QevmFieldDesc *to,
               const guint8 *data, gsize size, gboolean *lossy)
{
    const QevmPrim *prim = qevm_prim_find(to->type);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    gsize want = (gsize)to->size, kept;
    guint8 *bytes;

    if (from->prim && qevm_prim_is_number(from->prim) && prim &&
        qevm_prim_is_number(prim) && size <= 8 && want <= 8) {
        qevm_prim_decode(from->prim, data, size, &value);
        return qevm_prim_encode(prim, want, &value, NULL);
    }
    /* Of other types, what is where in them is their own business. */
    kept = from->prim && from->prim->kind == QEVM_PRIM_BUFFER ? MIN(size, want)
                                                              : 0;
    *lossy = *lossy || !qevm_is_zero(data + kept, size - kept);
    bytes = g_malloc0(want + 1);
    memcpy(bytes, data, MIN(size, want));
    return g_bytes_new_take(bytes, want);
}

/* All elements of one; NULL: one of them does not fit. */
static GByteArray *
retype_elements(const QevmFieldDesc *from, const QevmFieldDesc *to, GBytes *now,
                gboolean *lossy)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(now, &size);
    /* What is read by a description has the size that it has. */
    gboolean apart = from->size && size == from->size * from->count;
    gsize step = apart ? (gsize)from->size : size;
    g_autoptr(GByteArray) all = g_byte_array_new();

    for (gsize at = 0; at < size; at += step) {
        g_autoptr(GBytes) one =
            retype_element(from, to, data + at, step, lossy);
        gsize n;
        const guint8 *bytes = one ? g_bytes_get_data(one, &n) : NULL;

        if (!one) {
            return NULL;
        }
        g_byte_array_append(all, bytes, (guint)n);
    }
    return g_steal_pointer(&all);
}

static gboolean
retype(QevmRepair *r, QevmNode *node, QevmNode *like, GError **error)
{
    const QevmFieldDesc *from = node->desc.field, *to = like->desc.field;
    g_autofree char *at = field_path(r, node);
    json_t *rule = qevm_plan_op("retype", at);
    g_autoptr(GBytes) now = qevm_plan_bytes(node);
    g_autoptr(GByteArray) bytes = NULL;
    const QevmPrim *prim = qevm_prim_find(to->type);
    const char *why = "the destination reads as many bytes";
    const char *expr = qevm_hints_retype(r->plan->hints, node, &why);
    gboolean lossy = FALSE;

    json_object_set_new(rule, "type", json_string(to->type));
    if (!prim || prim->size != to->size) {
        json_object_set_new(rule, "size", json_integer((json_int_t)to->size));
    }
    if (is_integer(from) && is_integer(to)) {
        /* A number that does not fit is refused. */
        json_object_set_new(rule, "value",
                            json_pack("{s:s}", "expr", expr ? expr : "."));
    } else {
        lossy = !is_same_in_all(node, now);
        bytes = retype_elements(from, to, now, &lossy);
        if (!bytes) {
            json_decref(rule);
            qevm_plan_problem(
                r->plan, qevm_plan_path(r->plan, r->record, node, -1),
                g_strdup_printf("an element does not fit the %" G_GUINT64_FORMAT
                                " bytes that the destination reads",
                                to->size),
                NULL);
            return TRUE;
        }
        json_object_set_new(rule, "value",
                            qevm_rule_hex_json(bytes->data, bytes->len));
    }
    return make(r, rule, lossy ? QEVM_LOSS_LOSSY : QEVM_LOSS_LOSSLESS, why,
                error);
}

/* ---- several fields of one name ---- */

/* Those of the stream, and of the reference, in a row: the first that differ,
 * or those that only one of them has. What is in an array of structs is as
 * often there as there are structs. */
static gboolean
resize_row(QevmRepair *r, QevmNode *root, const QevmItem *there,
           const QevmItem *here, GError **error)
{
    QevmNode *a = there->first, *b = here->first;
    g_auto(Addition) add = ADDITION_INIT;

    while (a && b && qevm_node_wire_size(a) == qevm_node_wire_size(b)) {
        a = a == there->last ? NULL : next_leaf(a);
        b = b == here->last ? NULL : next_leaf(b);
    }
    if (a && b) {
        return retype(r, a, b, error);
    }
    if ((a && is_element(a->parent)) || (b && is_element(b->parent))) {
        return TRUE;
    }
    if (a) {
        return remove_field(r, a, error);
    }
    if (!b || !find_spot(root, there->last, NULL, b, &add.spot)) {
        return TRUE;
    }
    addition_take(&add, b, here->last);
    return addition_make(r, &add, as_idle, error);
}

/* ---- other counts ---- */

/* The path of an array as a whole, however it is described. */
static char *
array_path(QevmRepair *r, QevmNode *node)
{
    g_autofree char *parent = NULL;
    g_autofree char *name = qevm_path_quote_step(qevm_node_name(node), FALSE);

    if (node->kind != QEVM_NODE_STRUCT || is_element(node)) {
        return qevm_plan_path(r->plan, r->record, node, -1);
    }
    parent = container_path(r, node->parent);
    return g_strconcat(parent, node->parent->parent ? "/" : "//", name, NULL);
}

static guint64
count_alike(const QevmNode *node)
{
    guint64 n = 0;

    for (const QevmNode *x = node;
         x && x->kind == node->kind &&
         strcmp(qevm_node_name(x), qevm_node_name(node)) == 0;
         x = x->next) {
        n++;
    }
    return n;
}

/* Are the elements of an array zero from one on? */
static gboolean
is_zero_behind(QevmNode *node, guint64 from)
{
    gsize at, size;
    const guint8 *all;

    if (node->kind == QEVM_NODE_ARRAY) {
        all = qevm_node_bytes(node, &size);
        at = size / qevm_node_count(node) * from;
        return qevm_is_zero(all + at, size - at);
    }
    if (node->kind == QEVM_NODE_FIELD) {
        return FALSE;
    }
    node = node->kind == QEVM_NODE_STRUCTS ? qevm_node_children(node) : node;
    for (guint64 left = count_alike(node); left; left--, node = node->next) {
        g_autoptr(GBytes) bytes = qevm_plan_bytes(node);

        all = g_bytes_get_data(bytes, &size);
        if (from) {
            from--;
        } else if (!qevm_is_zero(all, size)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
resize(QevmRepair *r, QevmNode *node, guint64 there, guint64 here,
       GError **error)
{
    g_autofree char *at = array_path(r, node);
    json_t *rule = qevm_plan_op("resize-array", at);

    json_object_set_new(rule, "count", json_integer((json_int_t)here));
    if (here < there) {
        json_object_set_new(rule, "if-equals", json_integer(0));
    }
    return make(r, rule,
                here > there                 ? QEVM_LOSS_LOSSLESS
                : is_zero_behind(node, here) ? QEVM_LOSS_DEFAULT
                                             : QEVM_LOSS_LOSSY,
                "the destination has so many of them", error);
}

/* New elements are what they are at the destination. */
static gboolean
fill(QevmRepair *r, QevmNode *node, QevmNode *like, guint64 from,
     GError **error)
{
    guint n = 0;

    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY) {
        for (guint64 i = from;
             i < qevm_node_count(like) && i < qevm_node_count(node); i++) {
            g_auto(QevmValue) a = QEVM_VALUE_INIT, b = QEVM_VALUE_INIT;
            g_autofree char *at = NULL;
            json_t *rule;

            qevm_node_value(node, i, &a);
            qevm_node_value(like, i, &b);
            if (qevm_value_equal(&a, &b) || n++ >= ELEMENTS_MAX) {
                continue;
            }
            at = qevm_plan_path(r->plan, r->record, node,
                                node->kind == QEVM_NODE_ARRAY ? (gint64)i : -1);
            rule = qevm_plan_op("set", at);
            json_object_set_new(rule, "value", qevm_plan_value(&b));
            if (!make(r, rule, QEVM_LOSS_STATED,
                      "what it is at the destination", error)) {
                return FALSE;
            }
        }
        return TRUE;
    }
    for (QevmNode *a = qevm_node_children(node), *b = qevm_node_children(like);
         a && b; a = a->next, b = b->next) {
        if (from && a->kind == QEVM_NODE_STRUCT && a->index < from) {
            continue;
        }
        if (a->kind == b->kind && !fill(r, a, b, 0, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
is_plain_struct(const QevmNode *node)
{
    return node->kind == QEVM_NODE_STRUCT && !node->desc.field->overlay;
}

static gboolean resize_runs(QevmRepair *r, QevmNode *source, QevmNode *like,
                            GError **error);

static gboolean
resize_pair(QevmRepair *r, const QevmLoadPair *pair, GError **error)
{
    QevmNode *a = pair->source, *b = pair->ref;
    guint64 there, here;

    if (!a || !b || is_accepted(r, a) || is_accepted(r, b)) {
        return TRUE;
    }
    if (is_plain_struct(a) && is_plain_struct(b)) {
        there = count_alike(a);
        here = count_alike(b);
        if (a->index == 0 && b->index == 0 && there != here &&
            MAX(there, here) > 1) {
            return resize(r, a, there, here, error);
        }
        return resize_runs(r, a, b, error);
    }
    if (a->kind == QEVM_NODE_STRUCTS && b->kind == QEVM_NODE_STRUCTS &&
        qevm_node_count(a) == qevm_node_count(b)) {
        return resize_runs(r, qevm_node_children(a), qevm_node_children(b),
                           error);
    }
    if ((a->kind == QEVM_NODE_STRUCTS && b->kind == QEVM_NODE_STRUCTS) ||
        ((a->kind == QEVM_NODE_ARRAY || a->kind == QEVM_NODE_FIELD) &&
         (b->kind == QEVM_NODE_ARRAY || b->kind == QEVM_NODE_FIELD) &&
         a->desc.field->size == b->desc.field->size)) {
        there = qevm_node_count(a);
        here = qevm_node_count(b);
        return there == here || (resize(r, a, there, here, error) &&
                                 fill(r, a, b, there, error));
    }
    return TRUE;
}

/* Arrays that have another number of elements. */
static gboolean
resize_runs(QevmRepair *r, QevmNode *source, QevmNode *like, GError **error)
{
    g_autoptr(GArray) pairs = NULL;
    QevmNode *b = like ? qevm_node_children(like) : NULL;

    if (!source || !like) {
        return TRUE;
    }
    pairs = qevm_load_pairs(like, source);
    for (guint i = 0; i < pairs->len && !r->done; i++) {
        if (!resize_pair(r, &g_array_index(pairs, QevmLoadPair, i), error)) {
            return FALSE;
        }
    }
    for (; b && !r->done; b = b->next) {
        if (b->kind == QEVM_NODE_SUBSECTION) {
            for (QevmNode *a = qevm_node_children(source); a; a = a->next) {
                if (a->kind == QEVM_NODE_SUBSECTION &&
                    strcmp(qevm_node_name(a), qevm_node_name(b)) == 0 &&
                    !resize_runs(r, a, b, error)) {
                    return FALSE;
                }
            }
        }
    }
    return TRUE;
}

/* ---- the first difference ---- */

static gboolean compare(QevmRepair *r, QevmNode *source, QevmNode *like,
                        guint64 base, GError **error);

static gboolean
compare_run(QevmRepair *r, QevmNode *root, const GArray *there,
            const GArray *here, const GArray *runs, guint at, guint64 base,
            GError **error)
{
    const QevmAlignRun *run = &g_array_index(runs, QevmAlignRun, at);
    const QevmItem *a =
        run->n_a ? &g_array_index(there, QevmItem, run->a) : NULL;
    const QevmItem *b =
        run->n_b ? &g_array_index(here, QevmItem, run->b) : NULL;

    if ((a && is_accepted(r, a->first)) || (b && is_accepted(r, b->first))) {
        return TRUE;
    }
    switch (run->kind) {
    case QEVM_ALIGN_EXTRA:
        return !a || a->kind != QEVM_ITEM_FIELDS ||
               remove_field(r, a->first, error);
    case QEVM_ALIGN_MISSING:
        return !b || b->kind != QEVM_ITEM_FIELDS ||
               add_fields(r, root, there, here, runs, at, error);
    case QEVM_ALIGN_RESIZED:
        return !a || !b || a->kind != QEVM_ITEM_FIELDS ||
               resize_row(r, root, a, b, error);
    default:
        break;
    }
    for (guint i = 0; i < run->n_a && i < run->n_b && !r->done; i++) {
        a = &g_array_index(there, QevmItem, run->a + i);
        b = &g_array_index(here, QevmItem, run->b + i);
        if (a->kind == QEVM_ITEM_SUBSECTION && b->kind == a->kind &&
            !compare(r, a->first, b->first, base + a->pos + 6 + strlen(a->name),
                     error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static guint64
run_pos(const GArray *there, const QevmAlignRun *run)
{
    if (run->a < there->len) {
        return g_array_index(there, QevmItem, run->a).pos;
    }
    if (there->len) {
        const QevmItem *last = &g_array_index(there, QevmItem, there->len - 1);

        return last->pos + qevm_item_bytes(last);
    }
    return 0;
}

static gboolean
compare(QevmRepair *r, QevmNode *source, QevmNode *like, guint64 base,
        GError **error)
{
    g_autoptr(GArray) there = qevm_items_of(source);
    g_autoptr(GArray) here = qevm_items_of(like);
    g_autoptr(GArray) runs = qevm_align(there, here);

    for (guint i = 0; i < runs->len && !r->done; i++) {
        const QevmAlignRun *run = &g_array_index(runs, QevmAlignRun, i);

        if (base + run_pos(there, run) > r->stop->pos) {
            return TRUE;
        }
        if (!compare_run(r, source, there, here, runs, i, base, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_plan_layout(QevmRepair *repair, GError **error)
{
    switch (repair->stop->kind) {
    case QEVM_STOP_VIRTIO_QUEUE_SIZE:
    case QEVM_STOP_VIRTIO_QUEUES:
    case QEVM_STOP_VIRTIO_FEATURES:
    case QEVM_STOP_DEVICE:
        return TRUE;
    default:
        break;
    }
    if (!plan_scanouts(repair, error)) {
        return FALSE;
    }
    if (repair->done) {
        return TRUE;
    }
    if (repair->stop->kind != QEVM_STOP_LESS_OR_EQUAL &&
        !resize_runs(repair, repair->source, repair->like, error)) {
        return FALSE;
    }
    return repair->done ||
           compare(repair, repair->source, repair->like, 0, error);
}
