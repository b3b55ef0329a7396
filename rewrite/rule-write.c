/* rule-write.c - rules as JSON, to be put into a rules file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/rule-write.h"

json_t *
qevm_rule_hex_json(const guint8 *data, gsize size)
{
    GString *text = g_string_sized_new(2 * size);
    json_t *hex;

    for (gsize i = 0; i < size; i++) {
        g_string_append_printf(text, "%02x", data[i]);
    }
    hex = json_pack("{s:s}", "hex", text->str);
    g_string_free(text, TRUE);
    return hex;
}

/* Text that is no UTF-8 cannot stand in JSON; in an expression it can. */
static json_t *
text_json(const QevmValue *value)
{
    gsize size;
    const char *text = g_bytes_get_data(value->bytes, &size);
    g_autofree char *literal = NULL;

    if (size == 0) {
        return json_string("");
    }
    if (g_utf8_validate(text, (gssize)size, NULL)) {
        return json_stringn(text, size);
    }
    literal = qevm_value_format(value);
    return json_pack("{s:s}", "expr", literal);
}

json_t *
qevm_rule_value_json(const QevmValue *value)
{
    g_autofree char *text = NULL;
    gsize size;
    const guint8 *data;

    switch (value->kind) {
    case QEVM_VALUE_BOOL:
        return json_boolean(value->as.b);
    case QEVM_VALUE_SINT:
        return json_integer(value->as.s);
    case QEVM_VALUE_UINT:
        if (value->as.u <= G_MAXINT64) {
            return json_integer((json_int_t)value->as.u);
        }
        text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", value->as.u);
        return json_string(text);
    case QEVM_VALUE_STRING:
        return text_json(value);
    case QEVM_VALUE_BYTES:
        data = g_bytes_get_data(value->bytes, &size);
        return qevm_rule_hex_json(data, size);
    default:
        return json_null();
    }
}

json_t *
qevm_rule_set_json(const char *path, const char *value, GError **error)
{
    g_autoptr(QevmRules) rules = qevm_rules_for_set(path, value, error);
    const QevmRule *rule;

    if (!rules) {
        return NULL;
    }
    if (!g_utf8_validate(path, -1, NULL)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "the path is no UTF-8; write such bytes as \"\\xNN\"");
        return NULL;
    }
    rule = g_ptr_array_index(rules->rules, 0);
    return json_pack("{s:s,s:s,s:o}", "op", "set", "at", path, "value",
                     qevm_rule_value_json(&rule->value.literal));
}
