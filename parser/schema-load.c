/* schema-load.c - reads the files of descriptions, and their top level.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/schema-load.h"
#include "parser/json-text.h"
#include "parser/schema-read.h"

#include <errno.h>
#include <string.h>

#define FILE_MAX (4 * 1024 * 1024)

static void
expr_free(gpointer p)
{
    qevm_expr_free(p);
}

static void
value_free(gpointer p)
{
    qevm_value_clear(p);
}

static void
array_free(gpointer p)
{
    g_ptr_array_unref(p);
}

QevmSchemas *
qevm_schemas_new(void)
{
    QevmSchemas *s = g_new0(QevmSchemas, 1);

    s->arena = qevm_arena_new();
    s->folders = g_ptr_array_new_with_free_func(g_free);
    s->exprs = g_ptr_array_new_with_free_func(expr_free);
    s->values = g_ptr_array_new_with_free_func(value_free);
    s->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    s->types = g_hash_table_new(g_str_hash, g_str_equal);
    s->names = g_hash_table_new(g_str_hash, g_str_equal);
    s->all_types = g_ptr_array_new();
    s->all_reads = g_ptr_array_new();
    s->type_refs = g_array_new(FALSE, FALSE, sizeof(QevmTypeRef));
    s->names_refs = g_array_new(FALSE, FALSE, sizeof(QevmNamesRef));
    s->leaves =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, array_free);
    s->payloads = g_ptr_array_new();
    return s;
}

void
qevm_schemas_free(QevmSchemas *schemas)
{
    if (!schemas) {
        return;
    }
    g_ptr_array_unref(schemas->folders);
    g_ptr_array_unref(schemas->exprs);
    g_ptr_array_unref(schemas->values);
    g_hash_table_unref(schemas->files);
    g_hash_table_unref(schemas->types);
    g_hash_table_unref(schemas->names);
    g_ptr_array_unref(schemas->all_types);
    g_ptr_array_unref(schemas->all_reads);
    g_array_unref(schemas->type_refs);
    g_array_unref(schemas->names_refs);
    g_hash_table_unref(schemas->leaves);
    g_ptr_array_unref(schemas->payloads);
    g_clear_error(&schemas->error);
    qevm_arena_free(schemas->arena);
    g_free(schemas);
}

void
qevm_schemas_add_folder(QevmSchemas *schemas, const char *folder)
{
    g_ptr_array_add(schemas->folders, g_strdup(folder));
}

/* ---- "names" ---- */

/* `by_name` holds the names so far, each its own value in `values`. */
static gboolean
add_name(QevmSchemaRead *r, GArray *all, GHashTable *by_name,
         GHashTable *values, gboolean flags, const char *key, json_t *json)
{
    const char *text = json_string_value(json), *other;
    QevmNamed named;

    if (!qevm_schema_key(key, &named.value) || (flags && named.value > 63)) {
        return qevm_schema_fail(r, "expected the number of a %s",
                                flags ? "bit, 0 to 63" : "value");
    }
    if (!text || !*text || strpbrk(text, "|, \"") || g_ascii_isdigit(*text)) {
        return qevm_schema_fail(r, "expected a name: a string without blanks "
                                   "and commas that does not begin with a "
                                   "digit");
    }
    named.name = qevm_schema_string(r, text);
    other = g_hash_table_lookup(values, &named.value);
    other = other ? other : g_hash_table_lookup(by_name, text);
    if (other) {
        return qevm_schema_fail(r, "`%s' and `%s' are one name or number",
                                other, text);
    }
    g_hash_table_insert(by_name, (gpointer)(guintptr)named.name,
                        (gpointer)(guintptr)named.name);
    g_hash_table_insert(values, g_memdup2(&named.value, sizeof named.value),
                        (gpointer)(guintptr)named.name);
    g_array_append_val(all, named);
    return TRUE;
}

static gint
by_value(gconstpointer a, gconstpointer b)
{
    const QevmNamed *x = a, *y = b;

    return x->value < y->value ? -1 : x->value > y->value;
}

static gboolean
read_names(QevmSchemaRead *r, const char *name, json_t *json)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(QevmNamed));
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) values =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    QevmNames *names = qevm_arena_alloc0(r->schemas->arena, sizeof *names);
    const char *kind = NULL, *key;
    json_t *value;
    gsize bytes;

    if (!qevm_schema_object(r, json, NULL) ||
        !qevm_schema_text(r, json, "kind", &kind)) {
        return FALSE;
    }
    names->flags = g_strcmp0(kind, "flags") == 0;
    if (!names->flags && g_strcmp0(kind, "enum") != 0) {
        return qevm_schema_fail_at(r, "kind", "expected \"flags\" or \"enum\"");
    }
    json_object_foreach(json, key, value)
    {
        gsize len;
        gboolean ok;

        if (strcmp(key, "kind") == 0 || strcmp(key, "why") == 0) {
            continue;
        }
        len = qevm_schema_enter(r, key);
        ok = add_name(r, all, by_name, values, names->flags, key, value);
        qevm_schema_leave(r, len);
        if (!ok) {
            return FALSE;
        }
    }
    g_array_sort(all, by_value);
    names->name = qevm_schema_string(r, name);
    names->n_named = all->len;
    bytes = all->len * sizeof(QevmNamed);
    names->named = qevm_arena_alloc0(r->schemas->arena, bytes);
    for (guint i = 0; i < all->len; i++) {
        names->named[i] = g_array_index(all, QevmNamed, i);
    }
    if (g_hash_table_contains(r->schemas->names, names->name)) {
        return qevm_schema_fail(r, "names `%s' are there twice", name);
    }
    g_hash_table_insert(r->schemas->names, (gpointer)(guintptr)names->name,
                        names);
    return TRUE;
}

/* ---- "types", "leaves", "payloads" ---- */

static gboolean
read_type(QevmSchemaRead *r, const char *name, json_t *json)
{
    static const char *const members[] = { "vmsd", "fields", "subsections",
                                           "why", NULL };
    const QevmType *other = g_hash_table_lookup(r->schemas->types, name), *type;

    if (qevm_prim_find(name)) {
        return qevm_schema_fail(r, "`%s' is a primitive type", name);
    }
    if (other) {
        return qevm_schema_fail(r, "type `%s' is defined twice: also at %s",
                                name, other->where);
    }
    if (g_hash_table_size(r->schemas->types) >= QEVM_SCHEMA_TYPES_MAX) {
        return qevm_schema_fail(r, "more than %d types", QEVM_SCHEMA_TYPES_MAX);
    }
    if (!qevm_schema_object(r, json, members)) {
        return FALSE;
    }
    type = qevm_schema_body(r, json, name);
    if (!type) {
        return FALSE;
    }
    g_hash_table_insert(r->schemas->types,
                        (gpointer)(guintptr)qevm_schema_string(r, name),
                        (gpointer)(guintptr)type);
    return TRUE;
}

static gboolean
read_endian(QevmSchemaRead *r, json_t *json, gboolean *big)
{
    const char *endian = "little";

    if (!qevm_schema_text(r, json, "endian", &endian)) {
        return FALSE;
    }
    *big = strcmp(endian, "big") == 0;
    return *big || strcmp(endian, "little") == 0 ||
           qevm_schema_fail_at(r, "endian", "expected \"little\" or \"big\"");
}

/* "names", or "elements" with "keys" or without. */
static gboolean
read_rule_names(QevmSchemaRead *r, json_t *json, QevmLeafRule *rule)
{
    rule->elements = json_object_get(json, "elements") != NULL;
    if (!qevm_schema_names(r, json, rule->elements ? "elements" : "names",
                           &rule->names) ||
        !qevm_schema_text(r, json, "keys", &rule->keys)) {
        return FALSE;
    }
    return !rule->keys || rule->elements ||
           qevm_schema_fail_at(r, "keys", "expected \"elements\" too");
}

/* One of "is", "names" and "elements"? */
static gboolean
has_one_meaning(QevmSchemaRead *r, json_t *json)
{
    guint n = !!json_object_get(json, "is") + !!json_object_get(json, "names") +
              !!json_object_get(json, "elements");

    return n == 1 ||
           qevm_schema_fail(r, "expected %s of \"is\", \"names\", \"elements\"",
                            n ? "only one" : "one");
}

static gconstpointer
read_leaf(QevmSchemaRead *r, json_t *json)
{
    static const char *const members[] = { "vmsd",  "version",  "type",
                                           "field", "is",       "endian",
                                           "names", "elements", "keys",
                                           "why",   NULL };
    QevmLeafRule *rule = qevm_arena_alloc0(r->schemas->arena, sizeof *rule);
    GPtrArray *of_type;

    if (!qevm_schema_object(r, json, members) ||
        !qevm_schema_text(r, json, "vmsd", &rule->vmsd) ||
        !qevm_schema_text(r, json, "type", &rule->type) ||
        !qevm_schema_text(r, json, "field", &rule->field) ||
        !qevm_schema_versions(r, json, "version", &rule->versions,
                              &rule->n_versions) ||
        !qevm_schema_text(r, json, "is", &rule->is) ||
        !read_rule_names(r, json, rule) || !read_endian(r, json, &rule->big)) {
        return NULL;
    }
    if (!rule->vmsd || !rule->type) {
        qevm_schema_fail(r, "expected \"%s\"", rule->vmsd ? "type" : "vmsd");
        return NULL;
    }
    if (!has_one_meaning(r, json)) {
        return NULL;
    }
    if (rule->is) {
        qevm_schema_refer(r, "is", rule->is, &rule->body);
    }
    of_type = g_hash_table_lookup(r->schemas->leaves, rule->type);
    if (!of_type) {
        of_type = g_ptr_array_new();
        g_hash_table_insert(r->schemas->leaves, (gpointer)(guintptr)rule->type,
                            of_type);
    }
    g_ptr_array_add(of_type, rule);
    return rule;
}

static gconstpointer
read_payload(QevmSchemaRead *r, json_t *json)
{
    static const char *const members[] = { "idstr", "version", "is",
                                           "why",   "endian",  NULL };
    QevmPayloadRule *rule = qevm_arena_alloc0(r->schemas->arena, sizeof *rule);

    if (!qevm_schema_object(r, json, members) ||
        !qevm_schema_text(r, json, "idstr", &rule->idstr) ||
        !qevm_schema_versions(r, json, "version", &rule->versions,
                              &rule->n_versions) ||
        !qevm_schema_text(r, json, "is", &rule->is) ||
        !read_endian(r, json, &rule->big)) {
        return NULL;
    }
    if (!rule->idstr || !rule->is) {
        qevm_schema_fail(r, "expected \"%s\"", !rule->idstr ? "idstr" : "is");
        return NULL;
    }
    qevm_schema_refer(r, "is", rule->is, &rule->body);
    g_ptr_array_add(r->schemas->payloads, rule);
    return rule;
}

/* ---- a file ---- */

typedef gboolean (*ReadNamed)(QevmSchemaRead *r, const char *name,
                              json_t *json);

/* {"NAME": {..}, ..} */
static gboolean
read_named(QevmSchemaRead *r, json_t *root, const char *member, ReadNamed each)
{
    json_t *all = json_object_get(root, member), *value;
    const char *key;
    gsize outer, inner;
    gboolean ok = TRUE;

    if (!all) {
        return TRUE;
    }
    outer = qevm_schema_enter(r, member);
    ok = qevm_schema_object(r, all, NULL);
    if (ok) {
        json_object_foreach(all, key, value)
        {
            inner = qevm_schema_enter(r, key);
            ok = (*key && g_utf8_validate(key, -1, NULL)) ||
                 qevm_schema_fail(r, "expected a name");
            ok = ok && each(r, key, value);
            qevm_schema_leave(r, inner);
            if (!ok) {
                break;
            }
        }
    }
    qevm_schema_leave(r, outer);
    return ok;
}

static gboolean
read_root(QevmSchemaRead *r, json_t *root)
{
    static const char *const members[] = { "qevm-schema", "why",    "names",
                                           "types",       "leaves", "payloads",
                                           "$schema",     NULL };
    gconstpointer *list;
    guint64 version = 0;
    guint n;

    if (!qevm_schema_object(r, root, members) ||
        !qevm_schema_number(r, root, "qevm-schema", G_MAXINT64, &version)) {
        return FALSE;
    }
    if (version != 1) {
        return qevm_schema_fail_at(r, "qevm-schema",
                                   "expected 1, the version of the format");
    }
    return read_named(r, root, "names", read_names) &&
           read_named(r, root, "types", read_type) &&
           qevm_schema_list(r, root, "leaves", read_leaf, &list, &n) &&
           qevm_schema_list(r, root, "payloads", read_payload, &list, &n);
}

gboolean
qevm_schemas_add_text(QevmSchemas *schemas, const char *file, const char *text,
                      gsize len, GError **error)
{
    g_autoptr(GString) path = g_string_new(NULL);
    QevmSchemaRead r = { schemas, file, path, 0, error };
    json_t *root;
    gboolean ok;

    if (len > FILE_MAX) {
        return qevm_schema_fail(&r, "more than 4 MiB");
    }
    root = qevm_json_text(text, len, file, QEVM_ERROR_MALFORMED, error);
    ok = root && read_root(&r, root);
    json_decref(root);
    return ok;
}

/* ---- folders ---- */

static gint
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean
load_folder(QevmSchemas *schemas, const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    if (!dir) {
        return qevm_error_errno(error, errno, "%s: cannot be opened", folder);
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".json") && *name != '.') {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    /* The order of a folder is nobody's. */
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *file = NULL, *text = NULL;
        gsize len;

        name = g_ptr_array_index(names, i);
        if (!g_hash_table_add(schemas->files, g_strdup(name))) {
            continue;
        }
        file = g_build_filename(folder, name, NULL);
        if (!g_file_get_contents(file, &text, &len, error) ||
            !qevm_schemas_add_text(schemas, file, text, len, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_schemas_load(QevmSchemas *schemas, GError **error)
{
    gboolean ok = TRUE;

    if (!schemas->loaded) {
        for (guint i = 0; ok && i < schemas->folders->len; i++) {
            ok = load_folder(schemas, g_ptr_array_index(schemas->folders, i),
                             &schemas->error);
        }
        ok = ok && qevm_schema_link(schemas, &schemas->error);
        schemas->loaded = TRUE;
    }
    if (schemas->error && error) {
        *error = g_error_copy(schemas->error);
    }
    return !schemas->error;
}
