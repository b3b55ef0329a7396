/* ops-operand.c - values in rules: evaluated, encoded, compared, printed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/names.h"
#include "rewrite/ops.h"

#include <string.h>

#include "rewrite/scope.h"

#define BRIEF_MAX 64 /* bytes of a value in a journal */

gboolean
qevm_operand_given(const QevmOperand *operand)
{
    return operand->expr || operand->literal.kind != QEVM_VALUE_NONE;
}

/* ---- expressions ---- */

gboolean
qevm_when_eval(QevmApply *apply, const QevmPlace *place, gboolean *out,
               GError **error)
{
    QevmPlaceScope at = { apply->edit->stream, place };
    QevmScope scope = qevm_place_scope(&at);

    return qevm_expr_eval_bool(apply->rule->when, &scope, out, error);
}

gboolean
qevm_operand_eval(QevmApply *apply, const QevmOperand *operand,
                  const QevmPlace *place, QevmValue *out, GError **error)
{
    QevmPlaceScope at = { apply->edit->stream, place };
    QevmScope scope = qevm_place_scope(&at);

    if (operand->expr) {
        return qevm_expr_eval(operand->expr, &scope, out, error);
    }
    qevm_value_copy(out, &operand->literal);
    return TRUE;
}

/* ---- to bytes ---- */

GBytes *
qevm_encode_one(const QevmFieldDesc *desc, const QevmValue *value,
                gboolean literal, GError **error)
{
    g_auto(QevmValue) number = QEVM_VALUE_INIT;
    gsize size = desc->size;

    if (literal && value->kind == QEVM_VALUE_STRING &&
        qevm_prim_is_number(desc->prim)) {
        gsize len;
        const char *data = g_bytes_get_data(value->bytes, &len);
        /* Of no bytes, data is NULL. */
        g_autofree char *text = g_strndup(len ? data : "", len);

        if (desc->names && !qevm_value_parse(text, &number, NULL)) {
            if (!qevm_names_parse(desc->names, text, &number, error)) {
                return NULL;
            }
        } else if (!qevm_value_parse(text, &number, error)) {
            return NULL;
        }
        value = &number;
    }
    if (desc->prim && desc->prim->kind == QEVM_PRIM_STRING8 &&
        value->kind == QEVM_VALUE_STRING) {
        size = g_bytes_get_size(value->bytes) + 1;
        if (size > 256) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                        "the string is longer than 255 bytes");
            return NULL;
        }
    }
    return qevm_prim_encode(desc->prim, size, value, error);
}

/* What a field holds that nobody gave a value. */
static GBytes *
encode_zero(const QevmFieldDesc *desc, GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (desc->prim && (desc->prim->kind == QEVM_PRIM_NULLPTR ||
                       desc->prim->kind == QEVM_PRIM_MARKER)) {
        value.kind = QEVM_VALUE_NULL;
        return qevm_prim_encode(desc->prim, desc->size, &value, error);
    }
    if (desc->prim && desc->prim->kind == QEVM_PRIM_STRING8) {
        return g_bytes_new("", 1);
    }
    return g_bytes_new_take(g_malloc0(desc->size), desc->size);
}

GBytes *
qevm_encode_run(const QevmFieldDesc *desc, const QevmValue *value,
                gboolean literal, GError **error)
{
    g_autoptr(GBytes) one = NULL;
    GByteArray *all;
    guint64 total;

    if (!g_uint64_checked_mul(&total, desc->size, desc->count) ||
        total > G_MAXINT32) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "%" G_GUINT64_FORMAT " elements are too many", desc->count);
        return NULL;
    }
    if (value->kind == QEVM_VALUE_BYTES &&
        g_bytes_get_size(value->bytes) == total) {
        return g_bytes_ref(value->bytes);
    }
    one = value->kind == QEVM_VALUE_NONE
              ? encode_zero(desc, error)
              : qevm_encode_one(desc, value, literal, error);
    if (!one || desc->count == 1) {
        return g_steal_pointer(&one);
    }
    all = g_byte_array_sized_new((guint)total);
    for (guint64 i = 0; i < desc->count; i++) {
        g_byte_array_append(all, g_bytes_get_data(one, NULL),
                            (guint)g_bytes_get_size(one));
    }
    return g_byte_array_free_to_bytes(all);
}

/* ---- printed ---- */

char *
qevm_bytes_brief(const guint8 *data, gsize size)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *text = NULL;

    qevm_value_set_bytes(&value, QEVM_VALUE_BYTES, data, MIN(size, BRIEF_MAX));
    text = qevm_value_format(&value);
    if (size <= BRIEF_MAX) {
        return g_steal_pointer(&text);
    }
    return g_strdup_printf("%s… %" G_GSIZE_FORMAT " bytes", text, size);
}

char *
qevm_value_brief(const QevmValue *value)
{
    g_auto(QevmValue) head = QEVM_VALUE_INIT;
    g_autofree char *text = NULL;
    gsize size = value->bytes ? g_bytes_get_size(value->bytes) : 0;

    if (size <= BRIEF_MAX) {
        return qevm_value_format(value);
    }
    qevm_value_set_bytes(&head, value->kind,
                         g_bytes_get_data(value->bytes, NULL), BRIEF_MAX);
    text = qevm_value_format(&head);
    return g_strdup_printf("%s… %" G_GSIZE_FORMAT " bytes", text, size);
}

char *
qevm_node_brief(QevmNode *node)
{
    g_autoptr(GByteArray) all = g_byte_array_new();

    if (node->kind == QEVM_NODE_FIELD) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;

        qevm_node_value(node, 0, &value);
        return qevm_value_brief(&value);
    }
    qevm_node_emit(node, all);
    return qevm_bytes_brief(all->data, all->len);
}
