/* ops-equal.c - if-equals: is what a rule drops what it says it may drop?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

static gboolean
bytes_are(GBytes *bytes, const guint8 *data, gsize size)
{
    gsize n;
    const guint8 *want = g_bytes_get_data(bytes, &n);

    return n == size && (!n || memcmp(want, data, n) == 0);
}

/* Elements against one value: each of them; or bytes for all of them. */
static gboolean
elements_equal(const QevmFieldDesc *desc, const guint8 *data, gsize size,
               const QevmValue *value, gboolean literal, gboolean *equal,
               GError **error)
{
    g_autoptr(GBytes) one = NULL;
    gsize step = desc->size;

    if (value->kind == QEVM_VALUE_BYTES) {
        one = g_bytes_ref(value->bytes);
    } else {
        one = qevm_encode_one(desc, value, literal, error);
    }
    if (!one) {
        return FALSE;
    }
    *equal = bytes_are(one, data, size);
    if (*equal || !step || g_bytes_get_size(one) != step || size % step) {
        return TRUE;
    }
    for (gsize at = 0; at < size; at += step) {
        if (!bytes_are(one, data + at, step)) {
            return TRUE;
        }
    }
    *equal = TRUE;
    return TRUE;
}

gboolean
qevm_if_equals_elements(QevmApply *apply, const QevmPlace *place,
                        const QevmFieldDesc *desc, const guint8 *data,
                        gsize size, gboolean *equal, GError **error)
{
    const QevmOperand *operand = &apply->rule->if_equals;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    *equal = FALSE;
    if (!qevm_operand_given(operand)) {
        return TRUE;
    }
    return qevm_operand_eval(apply, operand, place, &value, error) &&
           elements_equal(desc, data, size, &value, !operand->expr, equal,
                          error);
}

static gboolean
is_leaf(const QevmNode *node)
{
    return node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY;
}

/* One subtree against one value. */
static gboolean
node_equals(QevmNode *node, const QevmValue *value, gboolean literal,
            gboolean *equal, GError **error)
{
    g_autoptr(GByteArray) all = NULL;

    if (is_leaf(node)) {
        gsize size;
        const guint8 *data = qevm_node_bytes(node, &size);

        return elements_equal(node->desc.field, data, size, value, literal,
                              equal, error);
    }
    if (value->kind != QEVM_VALUE_BYTES) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "\"if-equals\": only {\"hex\": ..} or an object of "
                    "FIELD: VALUE can be compared with a struct");
        return FALSE;
    }
    all = g_byte_array_new();
    qevm_node_emit(node, all);
    *equal = bytes_are(value->bytes, all->data, all->len);
    return TRUE;
}

/* ---- an object of FIELD: VALUE ---- */

static gboolean
json_value(json_t *json, QevmValue *out, GError **error)
{
    json_t *hex = json_object_get(json, "hex");

    if (json_is_boolean(json)) {
        qevm_value_set_bool(out, json_is_true(json));
    } else if (json_is_integer(json)) {
        qevm_value_set_sint(out, json_integer_value(json));
    } else if (json_is_string(json)) {
        qevm_value_set_bytes(out, QEVM_VALUE_STRING, json_string_value(json),
                             json_string_length(json));
    } else if (hex) {
        g_autofree char *text =
            g_strconcat("hex:", json_string_value(hex), NULL);

        return qevm_value_parse(text, out, error);
    } else {
        out->kind = QEVM_VALUE_NULL;
    }
    return TRUE;
}

/* Which values an object has spoken for: node -> GByteArray of a flag by
 * element, or NULL for all of it. */
static void
cover(GHashTable *covered, const QevmPlace *place)
{
    gpointer found = NULL;
    gboolean known =
        g_hash_table_lookup_extended(covered, place->node, NULL, &found);
    GByteArray *flags = found;
    guint count;

    if (place->kind != QEVM_PLACE_ELEMENT) {
        g_hash_table_insert(covered, place->node, NULL);
        return;
    }
    count = (guint)qevm_node_count(place->node);
    if (!known) {
        flags = g_byte_array_new_take(g_malloc0(count), count);
        g_hash_table_insert(covered, place->node, flags);
    }
    if (flags && place->index < count) {
        flags->data[place->index] = 1;
    }
}

static void
flags_free(gpointer p)
{
    if (p) {
        g_byte_array_unref(p);
    }
}

/* The first leaf that nothing spoke for. */
static QevmNode *
uncovered(GHashTable *covered, QevmNode *node)
{
    gpointer value;
    const GByteArray *flags;

    if (g_hash_table_lookup_extended(covered, node, NULL, &value)) {
        flags = value;
        return !flags || !flags->len || !memchr(flags->data, 0, flags->len)
                   ? NULL
                   : node;
    }
    if (is_leaf(node) || node->kind == QEVM_NODE_RAW) {
        return node;
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        QevmNode *found = uncovered(covered, c);

        if (found) {
            return found;
        }
    }
    return NULL;
}

static gboolean
field_equals(const QevmPlace *place, json_t *json, gboolean *equal,
             GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    const QevmFieldDesc *desc;
    const guint8 *data;
    gsize size;

    if (!json_value(json, &value, error)) {
        return FALSE;
    }
    if (place->kind == QEVM_PLACE_FACT || !place->node) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE, "is no field");
        return FALSE;
    }
    if (place->kind != QEVM_PLACE_ELEMENT) {
        return node_equals(place->node, &value, TRUE, equal, error);
    }
    desc = place->node->desc.field;
    data = qevm_node_bytes(place->node, &size);
    return elements_equal(desc, data + place->index * desc->size,
                          (gsize)desc->size, &value, TRUE, equal, error);
}

static gboolean
fields_equal(QevmApply *apply, QevmRecord *record, QevmNode *node,
             gboolean *equal, char **why, GError **error)
{
    g_autoptr(GHashTable) covered =
        g_hash_table_new_full(NULL, NULL, NULL, flags_free);
    const char *text;
    json_t *json;
    QevmNode *left;

    json_object_foreach(apply->rule->if_equals_fields, text, json)
    {
        g_autoptr(GArray) places =
            qevm_path_resolve_below(record, node, text, error);

        for (guint i = 0; places && i < places->len; i++) {
            const QevmPlace *place = &g_array_index(places, QevmPlace, i);

            if (!field_equals(place, json, equal, error)) {
                g_prefix_error(error, "if-equals/%s: ", text);
                return FALSE;
            }
            if (!*equal) {
                *why = g_strdup_printf("`%s` differs from \"if-equals\"", text);
                return TRUE;
            }
            cover(covered, place);
        }
        if (!places) {
            g_prefix_error(error, "\"if-equals\": ");
            return FALSE;
        }
    }
    left = uncovered(covered, node);
    *equal = !left;
    if (left) {
        *why = g_strdup_printf("`%s` is not in \"if-equals\"",
                               qevm_node_name(left));
    }
    return TRUE;
}

gboolean
qevm_if_equals(QevmApply *apply, QevmRecord *record, QevmNode *node,
               const QevmPlace *place, gboolean *equal, char **why,
               GError **error)
{
    const QevmOperand *operand = &apply->rule->if_equals;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    *equal = FALSE;
    *why = NULL;
    if (apply->rule->if_equals_fields) {
        return fields_equal(apply, record, node, equal, why, error);
    }
    if (!qevm_operand_given(operand)) {
        return TRUE;
    }
    if (!qevm_operand_eval(apply, operand, place, &value, error) ||
        !node_equals(node, &value, !operand->expr, equal, error)) {
        return FALSE;
    }
    if (!*equal) {
        *why = g_strdup("differs from \"if-equals\"");
    }
    return TRUE;
}
