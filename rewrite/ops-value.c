/* ops-value.c - operations that put values in place: set, set-bytes, map.
 *
 * All values of a rule are computed before the first is put, so that an
 * expression sees the stream as it was before the rule.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

static QevmNode *
configuration_len(const QevmPlace *place)
{
    const QevmNode *node = place->node;

    if (place->record->type != QEVM_RECORD_CONFIGURATION || !node->parent ||
        node->parent->parent || strcmp(qevm_node_name(node), "name") != 0) {
        return NULL;
    }
    return qevm_node_child(node->parent, "len");
}

static gboolean
is_marker(const QevmFieldDesc *desc)
{
    return desc->prim && desc->prim->kind == QEVM_PRIM_MARKER;
}

/* The new bytes of a place; of an element only its own. */
static GBytes *
value_bytes(QevmApply *apply, const QevmMatch *match, GError **error)
{
    const QevmOperand *operand = &apply->rule->value;
    const QevmPlace *place = &match->place;
    const QevmFieldDesc *desc = place->node->desc.field;
    QevmFieldDesc one = *desc;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    gsize size;

    if (!qevm_operand_eval(apply, operand, place, &value, error)) {
        return NULL;
    }
    if (configuration_len(place) && value.bytes) {
        size = g_bytes_get_size(value.bytes);
        /* The loader has a buffer of 256 for it (load_machine_type()). */
        if (size < 1 || size > 255) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                        "a machine type has 1 to 255 bytes, not %zu", size);
            return NULL;
        }
        return g_bytes_ref(value.bytes);
    }
    if (place->kind == QEVM_PLACE_ELEMENT) {
        one.count = 1;
    } else if (place->node->kind == QEVM_NODE_ARRAY &&
               (value.kind != QEVM_VALUE_BYTES ||
                g_bytes_get_size(value.bytes) / MAX(one.size, 1) !=
                    one.count)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "is an array of %" G_GUINT64_FORMAT
                    "; name an element with [I] or all with [*]",
                    one.count);
        return NULL;
    }
    return qevm_encode_run(&one, &value, !operand->expr, error);
}

static GBytes *
masked_bytes(QevmApply *apply, const QevmMatch *match, const guint8 *old,
             gsize size, GError **error)
{
    const QevmRule *rule = apply->rule;
    gsize start = rule->index < 0 ? 0 : (gsize)rule->index;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    const guint8 *put, *mask = NULL;
    g_autofree guint8 *data = NULL;
    gsize len, mask_len = 0;

    if (!qevm_operand_eval(apply, &rule->value, &match->place, &value, error)) {
        return NULL;
    }
    if (!value.bytes) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "\"value\" is %s, not bytes",
                    qevm_value_kind_name(value.kind));
        return NULL;
    }
    put = g_bytes_get_data(value.bytes, &len);
    if (rule->mask) {
        mask = g_bytes_get_data(rule->mask, &mask_len);
    }
    if (start > size || len > size - start ||
        (rule->index < 0 && len != size) || (mask && mask_len != len)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%zu bytes do not fit %zu bytes from %zu%s", len, size,
                    start, mask && mask_len != len ? " or the mask" : "");
        return NULL;
    }
    data = size ? g_memdup2(old, size) : NULL;
    for (gsize i = 0; i < len; i++) {
        guint8 bits = mask ? mask[i] : 0xff;

        data[start + i] = (guint8)((data[start + i] & ~bits) | (put[i] & bits));
    }
    return g_bytes_new_take(g_steal_pointer(&data), size);
}

/* What a place holds now; an element's own bytes. */
static const guint8 *
place_bytes(const QevmPlace *place, gsize *size)
{
    const guint8 *data = qevm_node_bytes(place->node, size);
    gsize one;

    if (place->kind != QEVM_PLACE_ELEMENT) {
        return data;
    }
    one = (gsize)place->node->desc.field->size;
    /* The resolver gave an index below the count. */
    *size = one;
    return data + place->index * one;
}

static char *
place_brief(const QevmPlace *place)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (place->kind != QEVM_PLACE_ELEMENT) {
        return qevm_node_brief(place->node);
    }
    qevm_node_value(place->node, place->index, &value);
    return qevm_value_brief(&value);
}

static char *
new_brief(const QevmPlace *place, GBytes *bytes)
{
    const QevmFieldDesc *desc = place->node->desc.field;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);

    if (place->kind == QEVM_PLACE_NODE &&
        place->node->kind == QEVM_NODE_ARRAY) {
        return qevm_bytes_brief(data, size);
    }
    qevm_prim_decode(desc->prim, data, size, &value);
    return qevm_value_brief(&value);
}

/* Puts what was computed. Elements of one array that follow each other are
 * put together, so that a long array is copied once. */
static void
put_run(const GArray *matches, GPtrArray *bytes, guint first, guint end)
{
    const QevmPlace *place = &g_array_index(matches, QevmMatch, first).place;
    QevmNode *node = place->node, *len = configuration_len(place);
    g_autoptr(GBytes) all = NULL;
    GByteArray *copy;
    const guint8 *old;
    gsize size;

    if (place->kind != QEVM_PLACE_ELEMENT) {
        GBytes *whole = g_ptr_array_index(bytes, first);

        qevm_node_set_bytes(node, whole);
        if (len) {
            guint8 word[4];

            qevm_be_put(word, 4, g_bytes_get_size(whole));
            all = g_bytes_new(word, sizeof(word));
            qevm_node_set_bytes(len, all);
        }
        return;
    }
    old = qevm_node_bytes(node, &size);
    copy = g_byte_array_sized_new((guint)size);
    g_byte_array_append(copy, old, (guint)size);
    for (guint i = first; i < end; i++) {
        const QevmPlace *p = &g_array_index(matches, QevmMatch, i).place;
        gsize one;
        const guint8 *data =
            g_bytes_get_data(g_ptr_array_index(bytes, i), &one);

        if (one) {
            memcpy(copy->data + p->index * one, data, one);
        }
    }
    all = g_byte_array_free_to_bytes(copy);
    qevm_node_set_bytes(node, all);
}

static gboolean
record_put(QevmApply *apply, const QevmMatch *match, GBytes *bytes,
           gboolean *changed, GError **error)
{
    const QevmPlace *place = &match->place;
    gsize old_size, size;
    const guint8 *old = place_bytes(place, &old_size);
    const guint8 *data = g_bytes_get_data(bytes, &size);

    *changed = size != old_size || (size && memcmp(old, data, size) != 0);
    if (!*changed) {
        return TRUE;
    }
    if (is_marker(place->node->desc.field)) {
        return qevm_apply_fail(match->path, error,
                               "which elements are null cannot be changed");
    }
    if (place->kind == QEVM_PLACE_ELEMENT && size != old_size) {
        return qevm_apply_fail(match->path, error,
                               "an element cannot change its size");
    }
    return qevm_apply_make(apply, size, error) &&
           qevm_apply_change(apply, match->path,
                             qevm_node_value_offset(place->node, place->index),
                             place_brief(place), new_brief(place, bytes),
                             QEVM_LOSS_STATED, NULL, error);
}

typedef GBytes *NewBytes(QevmApply *apply, const QevmMatch *match,
                         const guint8 *old, gsize size, GError **error);

static GBytes *
new_value(QevmApply *apply, const QevmMatch *match, const guint8 *old,
          gsize size, GError **error)
{
    (void)old;
    (void)size;
    return value_bytes(apply, match, error);
}

static gboolean
put_all(QevmApply *apply, GArray *matches, NewBytes *make, GError **error)
{
    g_autoptr(GPtrArray) bytes =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(gboolean));

    for (guint i = 0; i < matches->len; i++) {
        const QevmMatch *match = &g_array_index(matches, QevmMatch, i);
        gboolean differs = FALSE;
        const guint8 *old;
        GBytes *made;
        gsize size;

        if (!qevm_check_leaf(match, error)) {
            return FALSE;
        }
        old = place_bytes(&match->place, &size);
        made = make(apply, match, old, size, error);
        if (!made) {
            g_prefix_error(error, "%s: ", match->path);
            return FALSE;
        }
        g_ptr_array_add(bytes, made);
        if (!record_put(apply, match, made, &differs, error)) {
            return FALSE;
        }
        g_array_append_val(changed, differs);
    }
    for (guint i = 0, end; i < matches->len; i = end) {
        const QevmPlace *place = &g_array_index(matches, QevmMatch, i).place;
        gboolean any = g_array_index(changed, gboolean, i);

        for (end = i + 1;
             end < matches->len && place->kind == QEVM_PLACE_ELEMENT &&
             g_array_index(matches, QevmMatch, end).place.node == place->node;
             end++) {
            any = any || g_array_index(changed, gboolean, end);
        }
        if (any) {
            put_run(matches, bytes, i, end);
        }
    }
    return TRUE;
}

/* A header fact: what set-version and set-instance do. */
static gboolean
set_fact(QevmApply *apply, const QevmMatch *match, GError **error)
{
    /* Only a 32-bit number can be there, as for a field of that type. */
    const QevmFieldDesc desc = { .type = "uint32",
                                 .prim = qevm_prim_find("uint32"),
                                 .size = 4,
                                 .count = 1 };
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autoptr(GBytes) bytes = NULL;
    guint64 number;

    if (!qevm_operand_eval(apply, &apply->rule->value, &match->place, &value,
                           error)) {
        return FALSE;
    }
    bytes = qevm_encode_one(&desc, &value, !apply->rule->value.expr, error);
    if (!bytes) {
        g_prefix_error(error, "%s: ", match->path);
        return FALSE;
    }
    if (g_bytes_get_size(bytes) != 4) {
        return qevm_apply_fail(match->path, error, "takes a number");
    }
    number = qevm_be_get(g_bytes_get_data(bytes, NULL), 4);
    switch (match->place.fact) {
    case QEVM_FACT_VERSION_ID:
        return qevm_put_version(apply, match, number, error);
    case QEVM_FACT_INSTANCE_ID:
        return qevm_put_instance(apply, match, number, error);
    default:
        return qevm_apply_fail(match->path, error,
                               "is chosen by qevm and cannot be set");
    }
}

gboolean
qevm_op_set(QevmApply *apply, GArray *matches, GError **error)
{
    const QevmMatch *first = &g_array_index(matches, QevmMatch, 0);

    /* A path ends in a fact for all of its places or for none. */
    if (first->place.kind != QEVM_PLACE_FACT) {
        return put_all(apply, matches, new_value, error);
    }
    for (guint i = 0; i < matches->len; i++) {
        if (!set_fact(apply, &g_array_index(matches, QevmMatch, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_op_map(QevmApply *apply, GArray *matches, GError **error)
{
    return put_all(apply, matches, new_value, error);
}

gboolean
qevm_op_set_bytes(QevmApply *apply, GArray *matches, GError **error)
{
    return put_all(apply, matches, masked_bytes, error);
}
