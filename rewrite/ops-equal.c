/* ops-equal.c - if-equals: is what a rule drops what it says it may drop?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

/* In an object of FIELD: VALUE, all leaves that no other member names. */
#define EVERY_OTHER "*"

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

/* ---- every leaf of a struct ---- */

/* Of every type: numbers, false, null pointers, bytes that are all zero. */
static gboolean
is_zero(const QevmFieldDesc *desc, const guint8 *data, gsize size)
{
    gboolean pointer = desc && desc->prim &&
                       (desc->prim->kind == QEVM_PRIM_NULLPTR ||
                        desc->prim->kind == QEVM_PRIM_MARKER);

    for (gsize i = 0; i < size; i++) {
        if (data[i] != (pointer ? '0' : 0)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Do these elements of a leaf hold a value that is meant for all leaves? One
 * that their type cannot have they do not hold. */
static gboolean
elements_hold(const QevmFieldDesc *desc, const guint8 *data, gsize size,
              const QevmValue *value, gboolean literal)
{
    gboolean equal = FALSE;

    if ((value->kind == QEVM_VALUE_SINT || value->kind == QEVM_VALUE_UINT) &&
        !value->as.u) {
        return is_zero(desc, data, size);
    }
    return desc &&
           elements_equal(desc, data, size, value, literal, &equal, NULL) &&
           equal;
}

/* What was said of some leaves, and of all others. */
typedef struct {
    GHashTable *covered;   /* see cover(); NULL: none */
    const QevmValue *rest; /* NULL: nothing is said of the others */
    gboolean literal;
} Claim;

/* Does the claim hold for a leaf, those of its elements aside that `flags`
 * has a 1 for? */
static gboolean
leaf_holds(const Claim *claim, QevmNode *leaf, const GByteArray *flags)
{
    const QevmFieldDesc *desc =
        leaf->kind == QEVM_NODE_RAW ? NULL : leaf->desc.field;
    gsize size;
    const guint8 *data = qevm_node_bytes(leaf, &size);

    if (!flags) {
        return claim->rest &&
               elements_hold(desc, data, size, claim->rest, claim->literal);
    }
    for (guint i = 0; i < flags->len; i++) {
        if (!flags->data[i] &&
            !(claim->rest &&
              elements_hold(desc, data + i * desc->size, (gsize)desc->size,
                            claim->rest, claim->literal))) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The first leaf that the claim does not hold for, or NULL. */
static QevmNode *
find_other(const Claim *claim, QevmNode *node)
{
    gpointer flags = NULL;
    gboolean known = claim->covered && g_hash_table_lookup_extended(
                                           claim->covered, node, NULL, &flags);

    if (known && !flags) {
        return NULL;
    }
    if (is_leaf(node) || node->kind == QEVM_NODE_RAW) {
        return leaf_holds(claim, node, flags) ? NULL : node;
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        QevmNode *found = find_other(claim, c);

        if (found) {
            return found;
        }
    }
    return NULL;
}

/* Bytes against all of a struct, list, section or subsection; the header is
 * not looked at. */
static gboolean
whole_is(QevmNode *node, GBytes *bytes)
{
    g_autoptr(GByteArray) all = g_byte_array_new();

    if (node->kind == QEVM_NODE_SUBSECTION) {
        for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
            qevm_node_emit(c, all);
        }
    } else {
        qevm_node_emit(node, all);
    }
    return bytes_are(bytes, all->data, all->len);
}

/* One subtree against one value. *why may be set if it is not equal. */
static gboolean
node_equals(QevmNode *node, const QevmValue *value, gboolean literal,
            gboolean *equal, char **why, GError **error)
{
    Claim claim = { NULL, value, literal };
    QevmNode *other;

    if (is_leaf(node)) {
        gsize size;
        const guint8 *data = qevm_node_bytes(node, &size);

        return elements_equal(node->desc.field, data, size, value, literal,
                              equal, error);
    }
    if (value->kind == QEVM_VALUE_BYTES) {
        *equal = whole_is(node, value->bytes);
        return TRUE;
    }
    other = find_other(&claim, node);
    *equal = !other;
    if (other) {
        *why = g_strdup_printf("`%s` differs from \"if-equals\"",
                               qevm_node_name(other));
    }
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

static gboolean
field_equals(const QevmPlace *place, json_t *json, gboolean *equal, char **why,
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
        return node_equals(place->node, &value, TRUE, equal, why, error);
    }
    desc = place->node->desc.field;
    data = qevm_node_bytes(place->node, &size);
    return elements_equal(desc, data + place->index * desc->size,
                          (gsize)desc->size, &value, TRUE, equal, error);
}

/* The leaves that one member of the object names. */
static gboolean
member_equals(QevmRecord *record, QevmNode *node, const char *text,
              json_t *json, GHashTable *covered, gboolean *equal, char **why,
              GError **error)
{
    g_autoptr(GArray) places =
        qevm_path_resolve_below(record, node, text, error);

    if (!places) {
        g_prefix_error(error, "\"if-equals\": ");
        return FALSE;
    }
    *equal = TRUE;
    for (guint i = 0; i < places->len && *equal; i++) {
        const QevmPlace *place = &g_array_index(places, QevmPlace, i);

        if (!field_equals(place, json, equal, why, error)) {
            g_prefix_error(error, "if-equals/%s: ", text);
            return FALSE;
        }
        cover(covered, place);
    }
    if (!*equal && !*why) {
        *why = g_strdup_printf("`%s` differs from \"if-equals\"", text);
    }
    return TRUE;
}

static gboolean
fields_equal(QevmApply *apply, QevmRecord *record, QevmNode *node,
             gboolean *equal, char **why, GError **error)
{
    g_autoptr(GHashTable) covered =
        g_hash_table_new_full(NULL, NULL, NULL, flags_free);
    json_t *fields = apply->rule->if_equals_fields;
    json_t *others = json_object_get(fields, EVERY_OTHER);
    g_auto(QevmValue) rest = QEVM_VALUE_INIT;
    Claim claim = { covered, others ? &rest : NULL, TRUE };
    const char *text;
    json_t *json;
    QevmNode *left;

    json_object_foreach(fields, text, json)
    {
        if (strcmp(text, EVERY_OTHER) == 0) {
            continue;
        }
        if (!member_equals(record, node, text, json, covered, equal, why,
                           error)) {
            return FALSE;
        }
        if (!*equal) {
            return TRUE;
        }
    }
    if (others && !json_value(others, &rest, error)) {
        return FALSE;
    }
    left = find_other(&claim, node);
    *equal = !left;
    if (left) {
        *why = g_strdup_printf("`%s` %s \"if-equals\"", qevm_node_name(left),
                               others ? "differs from" : "is not in");
    }
    return TRUE;
}

/* Of arrays of structs and lists, each element against the object. */
static gboolean
each_equal(QevmApply *apply, QevmRecord *record, QevmNode *node,
           gboolean *equal, char **why, GError **error)
{
    if (node->kind != QEVM_NODE_STRUCTS && node->kind != QEVM_NODE_LIST) {
        return fields_equal(apply, record, node, equal, why, error);
    }
    *equal = TRUE;
    for (QevmNode *c = qevm_node_children(node); c && *equal; c = c->next) {
        if (!fields_equal(apply, record, c, equal, why, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Is every leaf what its absence means, as its description says? */
static gboolean
all_standard(QevmNode *node)
{
    gboolean any = FALSE;

    if (is_leaf(node)) {
        const QevmFieldDesc *f = node->desc.field;
        gsize size;
        const guint8 *data = qevm_node_bytes(node, &size);

        return f->standard &&
               elements_equal(f, data, size, f->standard, TRUE, &any, NULL) &&
               any;
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        any = TRUE;
        if (!all_standard(c)) {
            return FALSE;
        }
    }
    return any;
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
        return each_equal(apply, record, node, equal, why, error);
    }
    if (!qevm_operand_given(operand)) {
        *equal = all_standard(node);
        return TRUE;
    }
    if (!qevm_operand_eval(apply, operand, place, &value, error) ||
        !node_equals(node, &value, !operand->expr, equal, why, error)) {
        return FALSE;
    }
    if (!*equal && !*why) {
        *why = g_strdup("differs from \"if-equals\"");
    }
    return TRUE;
}
