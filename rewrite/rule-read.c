/* rule-read.c - the members of one rule, from JSON.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/rule-read.h"

#include <string.h>

/* ---- JSON values ---- */

gboolean
qevm_rule_fail(const QevmRuleReader *r, GError **error, const char *format, ...)
{
    g_autofree char *prefix = qevm_rule_prefix(r->rules, r->rule);
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE, "%s%s", prefix, message);
    return FALSE;
}

/* Turns an error about a member into one about the rule. Takes it over. */
gboolean
qevm_rule_fail_with(const QevmRuleReader *r, const char *what, GError *cause,
                    GError **error)
{
    gboolean ok = qevm_rule_fail(r, error, "\"%s\": %s", what, cause->message);

    g_error_free(cause);
    return ok;
}

static gboolean
read_text(const QevmRuleReader *r, const char *what, json_t *json, char **out,
          GError **error)
{
    if (!json_is_string(json)) {
        return qevm_rule_fail(r, error, "\"%s\" must be a string", what);
    }
    if (!json_string_length(json)) {
        return qevm_rule_fail(r, error, "\"%s\" is empty", what);
    }
    *out = g_strdup(json_string_value(json));
    return TRUE;
}

/* jansson's integers end at 2^63 - 1, so strings are numbers too. */
static gboolean
read_number(const QevmRuleReader *r, const char *what, json_t *json,
            guint64 least, guint64 most, guint64 *out, GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    gboolean ok = FALSE;
    guint64 n = 0;

    if (json_is_integer(json)) {
        ok = json_integer_value(json) >= 0;
        n = (guint64)json_integer_value(json);
    } else if (json_is_string(json) &&
               qevm_value_parse(json_string_value(json), &value, NULL)) {
        ok = value.kind == QEVM_VALUE_UINT ||
             (value.kind == QEVM_VALUE_SINT && value.as.s >= 0);
        n = value.as.u;
    }
    if (!ok || n < least || n > most) {
        return qevm_rule_fail(r, error,
                              "\"%s\" must be a number from %" G_GUINT64_FORMAT
                              " to %" G_GUINT64_FORMAT,
                              what, least, most);
    }
    *out = n;
    return TRUE;
}

static gboolean
read_hex(const QevmRuleReader *r, const char *what, json_t *json, GBytes **out,
         GError **error)
{
    const char *text = json_string_value(json);
    gsize len = text ? strlen(text) : 0;
    g_autofree guint8 *data = NULL;

    if (!text || len % 2) {
        return qevm_rule_fail(
            r, error, "\"%s\": \"hex\" must be a string of digit pairs", what);
    }
    data = g_malloc(len / 2 + 1);
    for (gsize i = 0; i < len / 2; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = g_ascii_xdigit_value(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return qevm_rule_fail(r, error,
                                  "\"%s\": \"hex\" is not hexadecimal at "
                                  "digit %" G_GSIZE_FORMAT,
                                  what, 2 * i + (high < 0 ? 1 : 2));
        }
        data[i] = (guint8)(high << 4 | low);
    }
    *out = g_bytes_new_take(g_steal_pointer(&data), len / 2);
    return TRUE;
}

static json_t *
only_member(json_t *json, const char *name)
{
    return json_object_size(json) == 1 ? json_object_get(json, name) : NULL;
}

static gboolean
read_literal(const QevmRuleReader *r, const char *what, json_t *json,
             QevmValue *out, GError **error)
{
    json_t *hex = only_member(json, "hex");

    if (json_is_boolean(json)) {
        out->kind = QEVM_VALUE_BOOL;
        out->as.b = json_is_true(json);
    } else if (json_is_integer(json)) {
        out->kind = QEVM_VALUE_SINT;
        out->as.s = json_integer_value(json);
    } else if (json_is_string(json)) {
        out->bytes =
            g_bytes_new(json_string_value(json), json_string_length(json));
        out->kind = QEVM_VALUE_STRING;
    } else if (json_is_null(json)) {
        out->kind = QEVM_VALUE_NULL;
    } else if (hex) {
        if (!read_hex(r, what, hex, &out->bytes, error)) {
            return FALSE;
        }
        out->kind = QEVM_VALUE_BYTES;
    } else {
        return qevm_rule_fail(
            r, error,
            "\"%s\" must be true, false, an integer, a string, null "
            "or {\"hex\": ..}",
            what);
    }
    return TRUE;
}

static gboolean
read_expr(const QevmRuleReader *r, const char *what, json_t *json, char **text,
          QevmExpr **out, GError **error)
{
    GError *cause = NULL;

    if (!read_text(r, what, json, text, error)) {
        return FALSE;
    }
    *out = qevm_expr_parse(*text, &cause);
    return *out ? TRUE : qevm_rule_fail_with(r, what, cause, error);
}

static gboolean
read_operand(const QevmRuleReader *r, const char *what, json_t *json,
             QevmOperand *out, GError **error)
{
    json_t *expr = only_member(json, "expr");
    g_autofree char *text = NULL;

    if (expr) {
        return read_expr(r, what, expr, &text, &out->expr, error);
    }
    if (json_is_object(json) && !only_member(json, "hex")) {
        return qevm_rule_fail(r, error,
                              "\"%s\" must be a literal, {\"hex\": ..} or "
                              "{\"expr\": ..}",
                              what);
    }
    return read_literal(r, what, json, &out->literal, error);
}

/* ---- members ---- */

#define READER(member)                                                         \
    static gboolean read_##member(QevmRuleReader *r, json_t *json,             \
                                  GError **error)

READER(at)
{
    return read_text(r, "at", json, &r->rule->at_text, error);
}

READER(value)
{
    return read_operand(r, "value", json, &r->rule->value, error);
}

READER(mask)
{
    json_t *hex = only_member(json, "hex");

    if (!hex) {
        return qevm_rule_fail(r, error, "\"mask\" must be {\"hex\": ..}");
    }
    return read_hex(r, "mask", hex, &r->rule->mask, error);
}

READER(when)
{
    return read_expr(r, "when", json, &r->rule->when_text, &r->rule->when,
                     error);
}

/* Every name that a rule can give is a length byte and text on the wire. */
static gboolean
read_idstr(const QevmRuleReader *r, const char *what, json_t *json, char **out,
           GError **error)
{
    if (!read_text(r, what, json, out, error)) {
        return FALSE;
    }
    if (strlen(*out) > 255) {
        g_clear_pointer(out, g_free);
        return qevm_rule_fail(r, error, "\"%s\" is longer than 255 bytes",
                              what);
    }
    return TRUE;
}

/* The name of one more block. */
static gboolean
add_block(QevmRuleReader *r, const char *what, json_t *json, GError **error)
{
    char *name = NULL;

    if (!read_idstr(r, what, json, &name, error)) {
        return FALSE;
    }
    g_ptr_array_add(r->rule->names, name);
    return TRUE;
}

static gboolean
read_part(QevmRuleReader *r, guint number, json_t *json, GError **error)
{
    g_autofree char *what = g_strdup_printf("to[%u]/name", number);
    g_autofree char *length_of = g_strdup_printf("to[%u]/length", number);
    json_t *length = json_object_get(json, "length");
    guint64 n = 0;

    if (json_object_size(json) != 2 || !length) {
        return qevm_rule_fail(r, error,
                              "\"to[%u]\" must be {\"name\": .., "
                              "\"length\": ..}",
                              number);
    }
    if (!add_block(r, what, json_object_get(json, "name"), error) ||
        !read_number(r, length_of, length, 1, QEVM_RULE_LENGTH_MAX, &n,
                     error)) {
        return FALSE;
    }
    g_array_append_val(r->rule->lengths, n);
    return TRUE;
}

static gboolean
read_parts(QevmRuleReader *r, json_t *json, GError **error)
{
    if (!json_is_array(json) || json_array_size(json) < 2) {
        return qevm_rule_fail(r, error,
                              "\"to\" must be an array of two blocks or "
                              "more");
    }
    for (gsize i = 0; i < json_array_size(json); i++) {
        if (!read_part(r, (guint)i, json_array_get(json, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

READER(to)
{
    r->rule->has_to = TRUE;
    return r->rule->op == QEVM_OP_SPLIT_RAM_BLOCK
               ? read_parts(r, json, error)
               : read_idstr(r, "to", json, &r->rule->to, error);
}

READER(from)
{
    if (!json_is_array(json) || json_array_size(json) < 2) {
        return qevm_rule_fail(r, error,
                              "\"from\" must be an array of two names or "
                              "more");
    }
    for (gsize i = 0; i < json_array_size(json); i++) {
        g_autofree char *what = g_strdup_printf("from[%u]", (guint)i);

        if (!add_block(r, what, json_array_get(json, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

READER(length)
{
    return read_number(r, "length", json, 1, QEVM_RULE_LENGTH_MAX,
                       &r->rule->length, error);
}

/* One of two words. */
static gboolean
read_word(const QevmRuleReader *r, const char *what, json_t *json,
          const char *no, const char *yes, gboolean *out, GError **error)
{
    const char *word = json_string_value(json);

    *out = g_strcmp0(word, yes) == 0;
    return *out || g_strcmp0(word, no) == 0 ||
           qevm_rule_fail(r, error, "\"%s\" must be \"%s\" or \"%s\"", what, no,
                          yes);
}

READER(align)
{
    r->rule->has_align = TRUE;
    return read_word(r, "align", json, "bottom", "top", &r->rule->top, error);
}

READER(fill)
{
    return read_word(r, "fill", json, "zero", "leave", &r->rule->leave, error);
}

/* Relative to the folder of the rules file. */
READER(file)
{
    g_autofree char *name = NULL, *folder = NULL;

    if (!read_text(r, "file", json, &name, error)) {
        return FALSE;
    }
    folder = g_path_get_dirname(r->rules->name);
    r->rule->file = g_path_is_absolute(name) || strcmp(folder, ".") == 0
                        ? g_steal_pointer(&name)
                        : g_build_filename(folder, name, NULL);
    return TRUE;
}

READER(name)
{
    return read_text(r, "name", json, &r->single.name, error);
}

READER(type)
{
    return read_text(r, "type", json, &r->rule->type, error);
}

READER(size)
{
    return read_number(r, "size", json, 1, QEVM_RULE_FIELD_MAX, &r->rule->size,
                       error);
}

READER(count)
{
    r->rule->has_count = TRUE;
    return read_number(r, "count", json, 0, QEVM_RULE_FIELD_MAX,
                       &r->rule->count, error);
}

READER(version)
{
    r->rule->has_version = TRUE;
    return read_number(r, "version", json, 0, G_MAXUINT32, &r->rule->version,
                       error);
}

READER(instance)
{
    r->rule->has_instance = TRUE;
    return read_number(r, "instance", json, 0, G_MAXUINT32, &r->rule->instance,
                       error);
}

READER(index)
{
    guint64 index = 0;

    if (!read_number(r, "index", json, 0, G_MAXUINT32, &index, error)) {
        return FALSE;
    }
    r->rule->index = (gint64)index;
    return TRUE;
}

READER(before)
{
    return read_text(r, "before", json, &r->rule->before, error);
}

READER(after)
{
    return read_text(r, "after", json, &r->rule->after, error);
}

READER(optional)
{
    if (!json_is_boolean(json)) {
        return qevm_rule_fail(r, error, "\"optional\" must be true or false");
    }
    r->rule->optional = json_is_true(json);
    return TRUE;
}

READER(why)
{
    return read_text(r, "why", json, &r->rule->why, error);
}

READER(class)
{
    const char *name = json_string_value(json);

    for (guint i = 0; name && i <= QEVM_LOSS_LOSSY; i++) {
        if (strcmp(name, qevm_loss_name(i)) == 0) {
            r->rule->has_class = TRUE;
            r->rule->loss = i;
            return TRUE;
        }
    }
    return qevm_rule_fail(
        r, error,
        "\"class\" must be lossless, default, stated, visible or "
        "lossy");
}

READER(if_equals)
{
    const char *path;
    json_t *value;

    if (!json_is_object(json) || only_member(json, "hex") ||
        only_member(json, "expr")) {
        return read_operand(r, "if-equals", json, &r->rule->if_equals, error);
    }
    /* The object is kept as it is; each value must be a literal. */
    json_object_foreach(json, path, value)
    {
        g_autofree char *what = g_strdup_printf("if-equals/%s", path);
        g_auto(QevmValue) literal = QEVM_VALUE_INIT;

        if (!read_literal(r, what, value, &literal, error)) {
            return FALSE;
        }
    }
    r->rule->if_equals_fields = json_incref(json);
    return TRUE;
}

static gboolean
read_new_field(QevmRuleReader *r, guint number, json_t *json, QevmNewField *f,
               GError **error)
{
    g_autofree char *where = g_strdup_printf("field %u: ", number);
    const char *name;
    json_t *member;

    f->count = 1;
    if (!json_is_object(json)) {
        return qevm_rule_fail(r, error, "%smust be an object", where);
    }
    json_object_foreach(json, name, member)
    {
        g_autofree char *what = g_strdup_printf("fields[%u]/%s", number, name);
        gboolean ok;

        if (strcmp(name, "name") == 0) {
            ok = read_text(r, what, member, &f->name, error);
        } else if (strcmp(name, "type") == 0) {
            ok = read_text(r, what, member, &f->type, error);
        } else if (strcmp(name, "size") == 0) {
            ok = read_number(r, what, member, 1, QEVM_RULE_FIELD_MAX, &f->size,
                             error);
        } else if (strcmp(name, "count") == 0) {
            ok = read_number(r, what, member, 1, QEVM_RULE_FIELD_MAX, &f->count,
                             error);
        } else if (strcmp(name, "value") == 0) {
            ok = read_operand(r, what, member, &f->value, error);
        } else {
            ok = qevm_rule_fail(
                r, error,
                "%sno member \"%s\"; there are: name, type, size, "
                "count, value",
                where, name);
        }
        if (!ok) {
            return FALSE;
        }
    }
    return TRUE;
}

READER(fields)
{
    r->has_fields = TRUE;
    if (!json_is_array(json)) {
        return qevm_rule_fail(r, error, "\"fields\" must be an array");
    }
    for (gsize i = 0; i < json_array_size(json); i++) {
        QevmNewField *f;

        g_array_set_size(r->rule->fields, (guint)i + 1);
        f = &g_array_index(r->rule->fields, QevmNewField, i);
        if (!read_new_field(r, (guint)i, json_array_get(json, i), f, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static const struct {
    const char *name;
    gboolean (*read)(QevmRuleReader *r, json_t *json, GError **error);
} members[] = {
    { "at", read_at },
    { "value", read_value },
    { "mask", read_mask },
    { "when", read_when },
    { "to", read_to },
    { "from", read_from },
    { "length", read_length },
    { "align", read_align },
    { "fill", read_fill },
    { "file", read_file },
    { "name", read_name },
    { "type", read_type },
    { "size", read_size },
    { "count", read_count },
    { "version", read_version },
    { "instance", read_instance },
    { "index", read_index },
    { "fields", read_fields },
    { "before", read_before },
    { "after", read_after },
    { "if-equals", read_if_equals },
    { "optional", read_optional },
    { "why", read_why },
    { "class", read_class },
};

gboolean
qevm_has_word(const char *words, const char *word)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);

    for (guint i = 0; list[i]; i++) {
        if (strcmp(list[i] + (list[i][0] == '!'), word) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
fail_unknown(const QevmRuleReader *r, const char *name, GError **error)
{
    g_autoptr(GString) known = g_string_new("op");
    g_auto(GStrv) own = g_strsplit(qevm_op_info(r->rule->op)->members, " ", -1);
    g_auto(GStrv) common = g_strsplit(qevm_op_common_members(), " ", -1);

    for (guint i = 0; own[i]; i++) {
        g_string_append_printf(known, ", %s", own[i] + (own[i][0] == '!'));
    }
    for (guint i = 0; common[i]; i++) {
        g_string_append_printf(known, ", %s", common[i]);
    }
    return qevm_rule_fail(r, error, "no member \"%s\"; there are: %s", name,
                          known->str);
}

static gboolean
check_required(const QevmRuleReader *r, json_t *json, GError **error)
{
    g_auto(GStrv) list =
        g_strsplit(qevm_op_info(r->rule->op)->members, " ", -1);

    for (guint i = 0; list[i]; i++) {
        if (list[i][0] == '!' && !json_object_get(json, list[i] + 1)) {
            return qevm_rule_fail(r, error, "\"%s\" is missing", list[i] + 1);
        }
    }
    return TRUE;
}

static gboolean
read_member(QevmRuleReader *r, const char *name, json_t *json, GError **error)
{
    if (!qevm_has_word(qevm_op_info(r->rule->op)->members, name) &&
        !qevm_has_word(qevm_op_common_members(), name)) {
        return fail_unknown(r, name, error);
    }
    for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
        if (strcmp(members[i].name, name) == 0) {
            return members[i].read(r, json, error);
        }
    }
    g_return_val_if_reached(FALSE);
}

gboolean
qevm_rule_read(QevmRuleReader *r, json_t *json, GError **error)
{
    const char *name;
    json_t *value;

    json_object_foreach(json, name, value)
    {
        if (strcmp(name, "op") != 0 && !read_member(r, name, value, error)) {
            return FALSE;
        }
    }
    return check_required(r, json, error);
}
