/* ops-array.c - operations on the number of elements of an array.
 *
 * An array of one is described as a plain field, so each takes that too. Of
 * leaves they are done here, of structs in ops-run.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include "parser/overlay.h"
#include "parser/standing.h"

gboolean
qevm_check_leaf(const QevmMatch *match, GError **error)
{
    QevmNode *node = match->place.node;

    /* What a rule takes as bytes is bytes. */
    if (node && qevm_node_is_overlay(node) &&
        node->parent->kind != QEVM_NODE_STRUCTS) {
        qevm_node_close_overlay(node);
    }
    if (node &&
        (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY)) {
        return TRUE;
    }
    return qevm_apply_fail(match->path, error, "is no leaf, it has fields");
}

/* Has it siblings of its name? Of leaves, these are runs of null pointers. */
static gboolean
is_part(const QevmNode *node)
{
    QevmStanding standing;

    qevm_standing_of_node(node, &standing);
    return standing.alike > 1;
}

static gboolean
check_array(const QevmMatch *match, GError **error)
{
    const QevmNode *node = match->place.node;

    if (match->place.kind == QEVM_PLACE_ELEMENT) {
        return qevm_apply_fail(match->path, error,
                               "is an element; name the array");
    }
    if (qevm_is_run(match)) {
        return qevm_check_run(match, error);
    }
    if (!qevm_check_leaf(match, error) || !qevm_check_described(match, error)) {
        return FALSE;
    }
    if (!node->desc.field->size) {
        return qevm_apply_fail(match->path, error, "has elements of no size");
    }
    if (node->desc.field->shape != QEVM_SHAPE_LEAF || is_part(node)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "%s: is %s, whose elements cannot be changed", match->path,
                    node->desc.field->shape == QEVM_SHAPE_LIST
                        ? "a tree that is not decoded"
                        : "of an array with null pointers");
        return FALSE;
    }
    return TRUE;
}

/* Cuts `cut` elements out at `index`, then puts `put` there. */
static gboolean
splice(QevmApply *apply, const QevmMatch *match, guint64 index, guint64 cut,
       GBytes *put, QevmLoss loss, char *what, GError **error)
{
    QevmNode *node = match->place.node;
    const QevmFieldDesc *desc = node->desc.field;
    gsize step = (gsize)desc->size, size, put_size = 0;
    const guint8 *old = qevm_node_bytes(node, &size);
    const guint8 *mine = put ? g_bytes_get_data(put, &put_size) : NULL;
    gsize head = (gsize)index * step, tail = head + (gsize)cut * step;
    GByteArray *all = g_byte_array_new();
    g_autoptr(GBytes) bytes = NULL;
    char *after = NULL;
    guint64 count;

    g_byte_array_append(all, old, (guint)head);
    g_byte_array_append(all, mine, (guint)put_size);
    g_byte_array_append(all, old + tail, (guint)(size - tail));
    bytes = g_byte_array_free_to_bytes(all);
    count = g_bytes_get_size(bytes) / step;
    if (count) {
        after = qevm_bytes_brief(g_bytes_get_data(bytes, NULL),
                                 g_bytes_get_size(bytes));
    }
    if (!qevm_apply_change(apply, match->path, node->offset,
                           qevm_bytes_brief(old, size), after, loss, what,
                           error)) {
        return FALSE;
    }
    /* An array of none is not described: it is not there. */
    if (!count) {
        qevm_node_remove(node);
    } else {
        qevm_replace_leaf(node, desc->type, step, count, bytes);
    }
    return TRUE;
}

gboolean
qevm_array_too_large(GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                "the array would have more than %d bytes", QEVM_RULE_FIELD_MAX);
    return FALSE;
}

/* Bytes of `count` new elements, each the rule's value. */
static GBytes *
new_elements(QevmApply *apply, const QevmMatch *match, guint64 count,
             GError **error)
{
    const QevmRule *rule = apply->rule;
    QevmFieldDesc desc = *match->place.node->desc.field;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    GBytes *bytes;
    guint64 total, whole;
    gsize size;

    (void)qevm_node_bytes(match->place.node, &size);
    if (rule->fields->len) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "\"fields\" are for lists");
        return NULL;
    }
    if (!g_uint64_checked_mul(&total, desc.size, count) ||
        !g_uint64_checked_add(&whole, total, size) ||
        whole > QEVM_RULE_FIELD_MAX) {
        (void)qevm_array_too_large(error);
        return NULL;
    }
    if (!qevm_apply_make(apply, whole, error) ||
        !qevm_operand_eval(apply, &rule->value, &match->place, &value, error)) {
        return NULL;
    }
    desc.count = count;
    bytes = qevm_encode_run(&desc, &value, !rule->value.expr, error);
    if (bytes && g_bytes_get_size(bytes) != total) {
        g_bytes_unref(bytes);
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "an element has %" G_GUINT64_FORMAT " bytes", desc.size);
        return NULL;
    }
    return bytes;
}

static gboolean
drop_elements(QevmApply *apply, const QevmMatch *match, guint64 index,
              guint64 count, GError **error)
{
    QevmNode *node = match->place.node;
    const QevmFieldDesc *desc = node->desc.field;
    gsize step = (gsize)desc->size, size;
    const guint8 *data = NULL;
    gboolean equal = FALSE;
    char *what = NULL;

    if (qevm_is_run(match)) {
        return qevm_run_drop(apply, match, index, count, error);
    }
    if (apply->rule->if_equals_fields) {
        return qevm_apply_fail(match->path, error,
                               "has values for elements; \"if-equals\" must "
                               "be one value");
    }
    data = qevm_node_bytes(node, &size) + index * step;
    if (!qevm_if_equals_elements(apply, &match->place, desc, data,
                                 (gsize)count * step, &equal, error)) {
        g_prefix_error(error, "%s: ", match->path);
        return FALSE;
    }
    if (!equal) {
        g_autofree char *value = qevm_bytes_brief(data, (gsize)count * step);

        what = g_strdup_printf("elements from [%" G_GUINT64_FORMAT
                               "], %s, are dropped",
                               index, value);
    }
    return splice(apply, match, index, count, NULL,
                  equal ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSY, what, error);
}

static gboolean
insert_elements(QevmApply *apply, const QevmMatch *match, guint64 index,
                guint64 count, GError **error)
{
    g_autoptr(GBytes) put = NULL;

    if (qevm_is_run(match)) {
        return qevm_run_insert(apply, match, index, count, error);
    }
    put = new_elements(apply, match, count, error);
    if (!put) {
        g_prefix_error(error, "%s: ", match->path);
        return FALSE;
    }
    return splice(apply, match, index, 0, put, QEVM_LOSS_LOSSLESS, NULL, error);
}

static guint64
elements_of(const QevmMatch *match)
{
    return qevm_is_run(match) ? qevm_run_count(match)
                              : qevm_node_count(match->place.node);
}

gboolean
qevm_op_resize_array(QevmApply *apply, GArray *matches, GError **error)
{
    guint64 count = apply->rule->count;

    for (guint i = 0; i < matches->len; i++) {
        const QevmMatch *match = &g_array_index(matches, QevmMatch, i);
        gboolean ok = check_array(match, error);
        guint64 old = ok ? elements_of(match) : 0;

        if (ok && count > old) {
            ok = insert_elements(apply, match, old, count - old, error);
        } else if (ok && count < old) {
            ok = drop_elements(apply, match, count, old - count, error);
        }
        if (!ok) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
check_index(const QevmMatch *match, guint64 index, guint64 limit,
            GError **error)
{
    if (index < limit) {
        return TRUE;
    }
    return qevm_apply_fail(match->path, error,
                           "has %" G_GUINT64_FORMAT
                           " elements, there is no place %" G_GUINT64_FORMAT,
                           elements_of(match), index);
}

gboolean
qevm_op_add_element(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        const QevmMatch *match = &g_array_index(matches, QevmMatch, i);
        guint64 count, index;

        if (!check_array(match, error)) {
            return FALSE;
        }
        count = elements_of(match);
        index = apply->rule->index < 0 ? count : (guint64)apply->rule->index;
        if (!check_index(match, index, count + 1, error) ||
            !insert_elements(apply, match, index, 1, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_op_remove_element(QevmApply *apply, GArray *matches, GError **error)
{
    guint64 index = (guint64)apply->rule->index;

    for (guint i = 0; i < matches->len; i++) {
        const QevmMatch *match = &g_array_index(matches, QevmMatch, i);

        if (!check_array(match, error) ||
            !check_index(match, index, elements_of(match), error) ||
            !drop_elements(apply, match, index, 1, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
