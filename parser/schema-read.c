/* schema-read.c - members of a description's JSON, checked, with the path to
 * them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/schema-read.h"

#include <string.h>

/* ---- where ---- */

gsize
qevm_schema_enter(QevmSchemaRead *r, const char *member)
{
    gsize len = r->path->len;

    g_string_append_printf(r->path, "%s%s", len ? "." : "", member);
    return len;
}

gsize
qevm_schema_enter_index(QevmSchemaRead *r, gsize index)
{
    gsize len = r->path->len;

    g_string_append_printf(r->path, "[%" G_GSIZE_FORMAT "]", index);
    return len;
}

void
qevm_schema_leave(QevmSchemaRead *r, gsize len)
{
    g_string_truncate(r->path, len);
}

static char *
place_of(const QevmSchemaRead *r)
{
    return r->path->len ? g_strdup_printf("%s: %s", r->file, r->path->str)
                        : g_strdup(r->file);
}

const char *
qevm_schema_where(QevmSchemaRead *r)
{
    g_autofree char *place = place_of(r);

    return qevm_arena_string(r->schemas->arena, place);
}

const char *
qevm_schema_string(QevmSchemaRead *r, const char *text)
{
    return qevm_arena_string(r->schemas->arena, text);
}

static void fail_va(QevmSchemaRead *r, const char *format, va_list ap)
    G_GNUC_PRINTF(2, 0);
static void
fail_va(QevmSchemaRead *r, const char *format, va_list ap)
{
    g_autofree char *place = place_of(r);
    g_autofree char *text = g_strdup_vprintf(format, ap);

    g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_MALFORMED, "%s: %s", place,
                text);
}

gboolean
qevm_schema_fail(QevmSchemaRead *r, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fail_va(r, format, ap);
    va_end(ap);
    return FALSE;
}

gboolean
qevm_schema_fail_at(QevmSchemaRead *r, const char *member, const char *format,
                    ...)
{
    gsize len = qevm_schema_enter(r, member);
    va_list ap;

    va_start(ap, format);
    fail_va(r, format, ap);
    va_end(ap);
    qevm_schema_leave(r, len);
    return FALSE;
}

/* ---- members ---- */

gboolean
qevm_schema_object(QevmSchemaRead *r, json_t *json, const char *const *members)
{
    g_autoptr(GString) list = g_string_new(NULL);
    const char *key;
    json_t *value;

    if (!json_is_object(json)) {
        return qevm_schema_fail(r, "expected an object");
    }
    if (!members) {
        return TRUE;
    }
    json_object_foreach(json, key, value)
    {
        if (g_strv_contains(members, key)) {
            continue;
        }
        for (guint i = 0; members[i]; i++) {
            g_string_append_printf(list, "%s%s", i ? ", " : "", members[i]);
        }
        return qevm_schema_fail(r, "unknown member \"%s\"; there can be: %s",
                                key, list->str);
    }
    return TRUE;
}

gboolean
qevm_schema_text(QevmSchemaRead *r, json_t *object, const char *member,
                 const char **out)
{
    json_t *json = json_object_get(object, member);

    if (!json) {
        return TRUE;
    }
    if (json_string_length(json) == 0) {
        return qevm_schema_fail_at(r, member, "expected a string");
    }
    *out = qevm_schema_string(r, json_string_value(json));
    return TRUE;
}

gboolean
qevm_schema_number(QevmSchemaRead *r, json_t *object, const char *member,
                   guint64 max, guint64 *out)
{
    json_t *json = json_object_get(object, member);

    if (!json) {
        return TRUE;
    }
    if (!json_is_integer(json) || json_integer_value(json) < 0 ||
        (guint64)json_integer_value(json) > max) {
        return qevm_schema_fail_at(
            r, member, "expected a number from 0 to %" G_GUINT64_FORMAT, max);
    }
    *out = (guint64)json_integer_value(json);
    return TRUE;
}

gboolean
qevm_schema_bool(QevmSchemaRead *r, json_t *object, const char *member,
                 gboolean *out)
{
    json_t *json = json_object_get(object, member);

    if (!json) {
        return TRUE;
    }
    if (!json_is_boolean(json)) {
        return qevm_schema_fail_at(r, member, "expected true or false");
    }
    *out = json_is_true(json);
    return TRUE;
}

gboolean
qevm_schema_expr(QevmSchemaRead *r, json_t *object, const char *member,
                 const QevmExpr **out)
{
    json_t *json = json_object_get(object, member);
    g_autoptr(GError) error = NULL;
    QevmExpr *expr;

    if (!json) {
        return TRUE;
    }
    if (!json_is_string(json)) {
        return qevm_schema_fail_at(r, member,
                                   "expected an expression, a "
                                   "string");
    }
    expr = qevm_expr_parse_description(json_string_value(json), &error);
    if (!expr) {
        return qevm_schema_fail_at(r, member, "%s", error->message);
    }
    g_ptr_array_add(r->schemas->exprs, expr);
    *out = expr;
    return TRUE;
}

gboolean
qevm_schema_amount(QevmSchemaRead *r, json_t *object, const char *member,
                   QevmAmount *out)
{
    json_t *json = json_object_get(object, member);

    if (!json) {
        return TRUE;
    }
    out->given = TRUE;
    if (json_is_string(json)) {
        return qevm_schema_expr(r, object, member, &out->expr);
    }
    if (!json_is_integer(json) || json_integer_value(json) < 0) {
        return qevm_schema_fail_at(r, member,
                                   "expected a number, or an expression");
    }
    out->number = (guint64)json_integer_value(json);
    return TRUE;
}

gboolean
qevm_schema_value(QevmSchemaRead *r, json_t *object, const char *member,
                  const QevmValue **out)
{
    json_t *json = json_object_get(object, member);
    QevmValue *value;
    const char *text;

    if (!json) {
        return TRUE;
    }
    value = qevm_arena_alloc0(r->schemas->arena, sizeof *value);
    g_ptr_array_add(r->schemas->values, value);
    *out = value;
    if (json_is_integer(json)) {
        qevm_value_set_sint(value, json_integer_value(json));
        return TRUE;
    }
    if (json_is_boolean(json)) {
        qevm_value_set_bool(value, json_is_true(json));
        return TRUE;
    }
    text = json_string_value(json);
    if (!text) {
        return qevm_schema_fail_at(r, member,
                                   "expected a number, true, false or a "
                                   "string");
    }
    if (!qevm_value_parse(text, value, NULL)) {
        qevm_value_set_bytes(value, QEVM_VALUE_STRING, text, strlen(text));
    }
    return TRUE;
}

static gboolean
one_version(json_t *json, guint32 *out)
{
    const char *at = json_string_value(json);
    guint64 number = 0;

    if (json_is_integer(json) && json_integer_value(json) >= 0) {
        number = (guint64)json_integer_value(json);
    } else if (!at || qevm_scan_integer(&at, &number) || *at) {
        return FALSE;
    }
    *out = (guint32)number;
    return number <= G_MAXUINT32;
}

gboolean
qevm_schema_versions(QevmSchemaRead *r, json_t *object, const char *member,
                     const guint32 **out, guint *n)
{
    json_t *json = json_object_get(object, member);
    gsize count = json_is_array(json) ? json_array_size(json) : 1;
    guint32 *versions;

    if (!json) {
        return TRUE;
    }
    versions = qevm_arena_alloc0(r->schemas->arena, count * sizeof *versions);
    for (gsize i = 0; i < count; i++) {
        json_t *one = json_is_array(json) ? json_array_get(json, i) : json;

        if (!one_version(one, &versions[i])) {
            return qevm_schema_fail_at(r, member,
                                       "expected a version, or an array of "
                                       "them");
        }
    }
    *out = versions;
    *n = (guint)count;
    return TRUE;
}

gboolean
qevm_schema_list(QevmSchemaRead *r, json_t *object, const char *member,
                 QevmSchemaItem item, gconstpointer **out, guint *n)
{
    json_t *json = json_object_get(object, member);
    gsize outer = qevm_schema_enter(r, member), count = json_array_size(json);
    gconstpointer *list;

    *out = NULL;
    *n = 0;
    if (json && !json_is_array(json)) {
        return qevm_schema_fail(r, "expected an array");
    }
    if (count > QEVM_SCHEMA_LIST_MAX) {
        return qevm_schema_fail(r, "more than %d in one array",
                                QEVM_SCHEMA_LIST_MAX);
    }
    list = qevm_arena_alloc0(r->schemas->arena, count * sizeof *list);
    for (gsize i = 0; i < count; i++) {
        gsize inner = qevm_schema_enter_index(r, i);

        list[i] = item(r, json_array_get(json, i));
        if (!list[i]) {
            return FALSE;
        }
        qevm_schema_leave(r, inner);
    }
    qevm_schema_leave(r, outer);
    *out = list;
    *n = (guint)count;
    return TRUE;
}

void
qevm_schema_refer(QevmSchemaRead *r, const char *member, const char *type,
                  const QevmType **body)
{
    gsize len = qevm_schema_enter(r, member);
    QevmTypeRef ref = { qevm_schema_where(r), type, body };

    g_array_append_val(r->schemas->type_refs, ref);
    qevm_schema_leave(r, len);
}

gboolean
qevm_schema_names(QevmSchemaRead *r, json_t *object, const char *member,
                  const QevmNames **out)
{
    QevmNamesRef ref = { NULL, NULL, out };

    if (!qevm_schema_text(r, object, member, &ref.name)) {
        return FALSE;
    }
    if (ref.name) {
        ref.where = qevm_schema_where(r);
        g_array_append_val(r->schemas->names_refs, ref);
    }
    return TRUE;
}

gboolean
qevm_schema_key(const char *key, guint64 *out)
{
    gboolean negative = *key == '-';

    if (strcmp(key, "true") == 0 || strcmp(key, "false") == 0) {
        *out = *key == 't';
        return TRUE;
    }
    key += negative;
    if (qevm_scan_integer(&key, out) || *key) {
        return FALSE;
    }
    *out = negative ? -*out : *out;
    return TRUE;
}
