/* schema-field.c - compiles what stands in the "fields" and "subsections" of
 * a description.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/schema-read.h"

#include <string.h>

#define NAME_MAX_BYTES 255
/* What no vmdesc of a thousand fields comes near. */
#define FIELDS_MAX 65536

static gconstpointer read_field(QevmSchemaRead *r, json_t *json);

/* Names are steps of paths, in expressions as they are. */
static gboolean
check_name(QevmSchemaRead *r, const char *member, const char *name,
           const char *but)
{
    if (strlen(name) > NAME_MAX_BYTES) {
        return qevm_schema_fail_at(r, member, "a name of more than %d bytes",
                                   NAME_MAX_BYTES);
    }
    if (strpbrk(name, but) || !g_utf8_validate(name, -1, NULL) ||
        qevm_needs_escape(name, strlen(name)) || strcmp(name, "..") == 0) {
        return qevm_schema_fail_at(r, member,
                                   "expected a name without %s, quotes and "
                                   "control characters",
                                   but);
    }
    return TRUE;
}

/* ---- bodies ---- */

static QevmType *
type_new(QevmSchemaRead *r, const char *name)
{
    QevmType *type = qevm_arena_alloc0(r->schemas->arena, sizeof *type);

    type->where = qevm_schema_where(r);
    type->name = qevm_schema_string(r, name);
    g_ptr_array_add(r->schemas->all_types, type);
    return type;
}

static gboolean
read_fields(QevmSchemaRead *r, json_t *json, const char *member, QevmType *type)
{
    gconstpointer *list;

    if (++r->nesting > QEVM_SCHEMA_NEST_MAX) {
        return qevm_schema_fail(r, "more than %d levels of nesting",
                                QEVM_SCHEMA_NEST_MAX);
    }
    if (!qevm_schema_list(r, json, member, read_field, &list,
                          &type->n_fields)) {
        return FALSE;
    }
    type->fields = (const QevmRead *const *)list;
    r->nesting--;
    return TRUE;
}

static gconstpointer
read_subsection(QevmSchemaRead *r, json_t *json)
{
    static const char *const members[] = { "name",   "version",     "type",
                                           "fields", "subsections", "why",
                                           NULL };
    QevmTypeSub *sub = qevm_arena_alloc0(r->schemas->arena, sizeof *sub);

    if (!qevm_schema_object(r, json, members) ||
        !qevm_schema_text(r, json, "name", &sub->name) ||
        !qevm_schema_text(r, json, "type", &sub->type) ||
        !qevm_schema_versions(r, json, "version", &sub->versions,
                              &sub->n_versions)) {
        return NULL;
    }
    if (!sub->name || !sub->n_versions) {
        qevm_schema_fail(r, "expected \"%s\"", sub->name ? "version" : "name");
        return NULL;
    }
    if (!check_name(r, "name", sub->name, "{}")) {
        return NULL;
    }
    sub->where = qevm_schema_where(r);
    if (!sub->type) {
        sub->body = qevm_schema_body(r, json, sub->name);
        return sub->body ? sub : NULL;
    }
    if (json_object_get(json, "fields") ||
        json_object_get(json, "subsections")) {
        qevm_schema_fail(r, "expected \"type\" or \"fields\", not both");
        return NULL;
    }
    qevm_schema_refer(r, "type", sub->type, &sub->body);
    return sub;
}

const QevmType *
qevm_schema_body(QevmSchemaRead *r, json_t *json, const char *name)
{
    QevmType *type = type_new(r, name);
    gconstpointer *list;

    if (!qevm_schema_text(r, json, "vmsd", &type->name) ||
        !read_fields(r, json, "fields", type)) {
        return NULL;
    }
    if (++r->nesting > QEVM_SCHEMA_NEST_MAX) {
        qevm_schema_fail(r, "more than %d levels of nesting",
                         QEVM_SCHEMA_NEST_MAX);
        return NULL;
    }
    if (!qevm_schema_list(r, json, "subsections", read_subsection, &list,
                          &type->n_subs)) {
        return NULL;
    }
    r->nesting--;
    type->subs = (const QevmTypeSub *const *)list;
    for (guint i = 0; i < type->n_subs; i++) {
        for (guint k = 0; k < i; k++) {
            if (strcmp(type->subs[i]->name, type->subs[k]->name) == 0) {
                qevm_schema_fail(r, "subsection `%s' is there twice",
                                 type->subs[i]->name);
                return NULL;
            }
        }
    }
    return type;
}

/* "type" or "fields" of a read that has a body. */
static gboolean
read_body(QevmSchemaRead *r, json_t *json, QevmRead *read, gboolean wanted)
{
    gboolean fields =
        json_object_get(json, "fields") || json_object_get(json, "subsections");

    if (read->type && fields) {
        return qevm_schema_fail(r, "expected \"type\" or \"fields\", not both");
    }
    if (read->type) {
        qevm_schema_refer(r, "type", read->type, &read->body);
        return TRUE;
    }
    if (!fields) {
        return !wanted || qevm_schema_fail(r, "expected \"type\" or "
                                              "\"fields\"");
    }
    read->body = qevm_schema_body(r, json, read->name ? read->name : "");
    return read->body != NULL;
}

/* ---- loops ---- */

static gboolean
read_loop_values(QevmSchemaRead *r, json_t *json, QevmLoop *loop)
{
    json_t *values = json_object_get(json, "values");
    gsize n = json_array_size(values);
    guint64 *copy;

    if (!values) {
        return TRUE;
    }
    copy = qevm_arena_alloc0(r->schemas->arena, n * sizeof *copy);
    for (gsize i = 0; i < n; i++) {
        json_t *one = json_array_get(values, i);

        if (!json_is_integer(one) || json_integer_value(one) < 0) {
            return qevm_schema_fail_at(r, "values", "expected numbers");
        }
        copy[i] = (guint64)json_integer_value(one);
        if (copy[i] == loop->end) {
            return qevm_schema_fail_at(
                r, "values", "%" G_GUINT64_FORMAT " is what ends the loop",
                copy[i]);
        }
    }
    if (n == 0) {
        return qevm_schema_fail_at(r, "values", "expected an array of numbers");
    }
    loop->values = copy;
    loop->n_values = (guint)n;
    return TRUE;
}

static gboolean
read_meaning(QevmSchemaRead *r, json_t *json, QevmLoop *loop)
{
    static const char *const members[] = { "name", "names", "why", NULL };
    json_t *meaning = json_object_get(json, "meaning");
    gsize len;

    loop->name = ".marker";
    if (!meaning) {
        return TRUE;
    }
    len = qevm_schema_enter(r, "meaning");
    if (!qevm_schema_object(r, meaning, members) ||
        !qevm_schema_text(r, meaning, "name", &loop->name) ||
        !qevm_schema_names(r, meaning, "names", &loop->names) ||
        !check_name(r, "name", loop->name, "/{}*?")) {
        return FALSE;
    }
    qevm_schema_leave(r, len);
    return TRUE;
}

static gboolean
read_loop(QevmSchemaRead *r, json_t *json, QevmRead *read)
{
    static const char *const members[] = { "marker", "end", "values", "meaning",
                                           "max",    "why", NULL };
    static const struct {
        const char *spelled, *type;
        guint8 size;
    } markers[] = { { "uint8", "uint8", 1 },   { "uint16", "uint16", 2 },
                    { "be16", "uint16", 2 },   { "uint32", "uint32", 4 },
                    { "be32", "uint32", 4 },   { "le32", "le32", 4 },
                    { "host32", "host32", 4 }, { "uint64", "uint64", 8 } };
    QevmLoop *loop = qevm_arena_alloc0(r->schemas->arena, sizeof *loop);
    json_t *object = json_object_get(json, "loop");
    gsize len = qevm_schema_enter(r, "loop");
    const char *marker = NULL;

    read->kind = QEVM_READ_LOOP;
    read->loop = loop;
    if (!qevm_schema_object(r, object, members) ||
        !qevm_schema_text(r, object, "marker", &marker) ||
        !qevm_schema_number(r, object, "end", G_MAXUINT32, &loop->end) ||
        !qevm_schema_number(r, object, "max", G_MAXUINT32, &loop->max) ||
        !read_loop_values(r, object, loop) || !read_meaning(r, object, loop)) {
        return FALSE;
    }
    for (guint i = 0; marker && i < G_N_ELEMENTS(markers); i++) {
        if (strcmp(markers[i].spelled, marker) == 0) {
            loop->marker = markers[i].type;
            loop->marker_size = markers[i].size;
        }
    }
    if (!loop->marker) {
        return qevm_schema_fail_at(r, "marker",
                                   "expected \"uint8\", \"be16\" or \"be32\"");
    }
    qevm_schema_leave(r, len);
    return read_body(r, json, read, FALSE);
}

/* ---- switches and chains ---- */

/* {"KEY": .., ..} with `one` for what stands behind a key. */
static gboolean
read_cases(QevmSchemaRead *r, json_t *object, const char *member,
           gboolean (*one)(QevmSchemaRead *, json_t *, const char *,
                           QevmCase *),
           const QevmCase **out, guint *n)
{
    json_t *json = json_object_get(object, member), *value;
    gsize outer = qevm_schema_enter(r, member);
    QevmCase *cases;
    const char *key;

    if (!json_is_object(json)) {
        return qevm_schema_fail(r, "expected an object");
    }
    if (json_object_size(json) > QEVM_SCHEMA_LIST_MAX) {
        return qevm_schema_fail(r, "more than %d of them",
                                QEVM_SCHEMA_LIST_MAX);
    }
    cases = qevm_arena_alloc0(r->schemas->arena,
                              json_object_size(json) * sizeof *cases);
    json_object_foreach(json, key, value)
    {
        QevmCase *c = &cases[*n];
        gsize inner = qevm_schema_enter(r, key);

        if (!qevm_schema_key(key, &c->value)) {
            return qevm_schema_fail(r, "expected a number, true or false");
        }
        for (guint i = 0; i < *n; i++) {
            if (cases[i].value == c->value) {
                return qevm_schema_fail(r, "is there twice");
            }
        }
        if (!one(r, value, key, c)) {
            return FALSE;
        }
        ++*n;
        qevm_schema_leave(r, inner);
    }
    qevm_schema_leave(r, outer);
    *out = cases;
    return TRUE;
}

/* An array of fields that has no name of its own. */
static const QevmType *
read_array(QevmSchemaRead *r, json_t *array)
{
    json_t *object = json_object();
    const QevmType *type;

    json_object_set(object, "fields", array);
    type = qevm_schema_body(r, object, "");
    json_decref(object);
    return type;
}

static gboolean
read_case(QevmSchemaRead *r, json_t *json, const char *key, QevmCase *out)
{
    out->text = qevm_schema_string(r, key);
    out->body = read_array(r, json);
    return out->body != NULL;
}

static gboolean
read_switch(QevmSchemaRead *r, json_t *json, QevmRead *read)
{
    QevmSwitch *sw = qevm_arena_alloc0(r->schemas->arena, sizeof *sw);
    json_t *otherwise = json_object_get(json, "default");
    gsize len;

    read->kind = QEVM_READ_SWITCH;
    read->sw = sw;
    if (!qevm_schema_expr(r, json, "switch", &sw->on) ||
        !read_cases(r, json, "cases", read_case, &sw->cases, &sw->n_cases)) {
        return FALSE;
    }
    if (otherwise) {
        len = qevm_schema_enter(r, "default");
        sw->otherwise = read_array(r, otherwise);
        if (!sw->otherwise) {
            return FALSE;
        }
        qevm_schema_leave(r, len);
    }
    return TRUE;
}

static gboolean
read_item(QevmSchemaRead *r, json_t *json, const char *key, QevmCase *out)
{
    static const char *const members[] = { "name", "type",        "fields",
                                           "why",  "subsections", NULL };
    const char *name = NULL, *type = NULL;

    (void)key;
    if (!qevm_schema_object(r, json, members) ||
        !qevm_schema_text(r, json, "name", &name) ||
        !qevm_schema_text(r, json, "type", &type)) {
        return FALSE;
    }
    if (!name) {
        return qevm_schema_fail(r, "expected \"name\"");
    }
    if (!check_name(r, "name", name, "/{}*?")) {
        return FALSE;
    }
    out->text = name;
    if (type) {
        qevm_schema_refer(r, "type", type, &out->body);
        return TRUE;
    }
    out->body = qevm_schema_body(r, json, name);
    return out->body != NULL;
}

static gboolean
read_chain(QevmSchemaRead *r, json_t *json, QevmRead *read)
{
    static const char *const members[] = { "size",   "first", "next",
                                           "id",     "items", "other",
                                           "header", "why",   NULL };
    QevmChain *chain = qevm_arena_alloc0(r->schemas->arena, sizeof *chain);
    json_t *object = json_object_get(json, "chain"), *header;
    gsize outer = qevm_schema_enter(r, "chain"), len;

    read->kind = QEVM_READ_CHAIN;
    read->chain = chain;
    chain->next = 1;
    if (!qevm_schema_object(r, object, members) ||
        !qevm_schema_amount(r, object, "size", &read->size) ||
        !qevm_schema_expr(r, object, "first", &chain->first) ||
        !qevm_schema_number(r, object, "next", 255, &chain->next) ||
        !qevm_schema_number(r, object, "id", 255, &chain->id) ||
        !qevm_schema_text(r, object, "other", &chain->other) ||
        !read_cases(r, object, "items", read_item, &chain->items,
                    &chain->n_items)) {
        return FALSE;
    }
    if (!read->size.given || !chain->first) {
        return qevm_schema_fail(r, "expected \"%s\"",
                                read->size.given ? "first" : "size");
    }
    if (chain->id == chain->next) {
        return qevm_schema_fail(r, "\"id\" and \"next\" are one byte");
    }
    if (chain->other && !check_name(r, "other", chain->other, "/{}*?")) {
        return FALSE;
    }
    header = json_object_get(object, "header");
    if (header) {
        len = qevm_schema_enter(r, "header");
        chain->header = read_array(r, header);
        if (!chain->header) {
            return FALSE;
        }
        qevm_schema_leave(r, len);
    }
    qevm_schema_leave(r, outer);
    return TRUE;
}

/* ---- alternatives ---- */

static gconstpointer
read_reading(QevmSchemaRead *r, json_t *json)
{
    static const char *const members[] = { "name",   "type",        "vmsd",
                                           "fields", "why",         "note",
                                           "expect", "subsections", NULL };
    QevmRead *read = qevm_arena_alloc0(r->schemas->arena, sizeof *read);

    if (!qevm_schema_object(r, json, members) ||
        !qevm_schema_text(r, json, "name", &read->name) ||
        !qevm_schema_text(r, json, "type", &read->type) ||
        !qevm_schema_expr(r, json, "expect", &read->expect) ||
        (read->name && !check_name(r, "name", read->name, "/{}*?")) ||
        !read_body(r, json, read, TRUE)) {
        return NULL;
    }
    read->kind = read->name ? QEVM_READ_STRUCT : QEVM_READ_GROUP;
    g_ptr_array_add(r->schemas->all_reads, read);
    return read;
}

static gboolean
read_alternatives(QevmSchemaRead *r, json_t *json, QevmRead *read)
{
    gconstpointer *list;

    read->kind = QEVM_READ_ALTERNATIVES;
    if (!qevm_schema_bool(r, json, "prefer", &read->prefer) ||
        !qevm_schema_list(r, json, "alternatives", read_reading, &list,
                          &read->n_readings)) {
        return FALSE;
    }
    read->readings = (const QevmRead *const *)list;
    return read->n_readings > 0 ||
           qevm_schema_fail_at(r, "alternatives", "expected at least one");
}

/* ---- leaves and structs ---- */

static gboolean
read_leaf(QevmSchemaRead *r, json_t *json, QevmRead *read)
{
    read->kind = QEVM_READ_LEAF;
    if (!qevm_schema_amount(r, json, "size", &read->size) ||
        !qevm_schema_names(r, json, "names", &read->names) ||
        !qevm_schema_value(r, json, "default", &read->standard)) {
        return FALSE;
    }
    if (!read->name) {
        return qevm_schema_fail(r, "expected \"name\"");
    }
    if (read->prim->size && read->size.given) {
        return qevm_schema_fail_at(r, "size", "`%s' has a size of its own",
                                   read->type);
    }
    if (!read->prim->size && !read->size.given &&
        read->prim->kind != QEVM_PRIM_STRING8) {
        return qevm_schema_fail(r,
                                "expected \"size\": `%s' has none of its "
                                "own",
                                read->type);
    }
    if (json_object_get(json, "names") && !qevm_prim_is_number(read->prim)) {
        return qevm_schema_fail_at(r, "names", "`%s' is no number", read->type);
    }
    return TRUE;
}

/* Which kind of field this is, by the member that tells; and the members that
 * it can have. */
static const struct {
    const char *tells;
    gboolean (*read)(QevmSchemaRead *r, json_t *json, QevmRead *read);
    const char *members[12];
} kinds[] = {
    { "switch", read_switch, { "switch", "cases", "default", "if", "why" } },
    { "alternatives",
      read_alternatives,
      { "name", "alternatives", "prefer", "if", "expect", "why" } },
    { "loop",
      read_loop,
      { "name", "loop", "type", "fields", "subsections", "if", "expect",
        "why" } },
    { "chain", read_chain, { "name", "chain", "if", "expect", "why" } },
};
static const char *const leaf_members[] = { "name",   "type",    "size",
                                            "count",  "if",      "names",
                                            "expect", "default", "why",
                                            NULL };
static const char *const struct_members[] = {
    "name",     "type", "vmsd",   "fields", "subsections", "count",
    "pointers", "if",   "expect", "why",    NULL
};

static gboolean
read_plain(QevmSchemaRead *r, json_t *json, QevmRead *read)
{
    read->prim = read->type ? qevm_prim_find(read->type) : NULL;
    if (!qevm_schema_object(r, json,
                            read->prim ? leaf_members : struct_members) ||
        !qevm_schema_amount(r, json, "count", &read->count)) {
        return FALSE;
    }
    if (read->prim) {
        return read_leaf(r, json, read);
    }
    read->kind = read->name ? QEVM_READ_STRUCT : QEVM_READ_GROUP;
    if (!qevm_schema_bool(r, json, "pointers", &read->pointers)) {
        return FALSE;
    }
    if (read->pointers && !read->count.given) {
        return qevm_schema_fail_at(r, "pointers", "expected a \"count\" too");
    }
    if (!read->name && read->count.given) {
        return qevm_schema_fail(r, "expected \"name\"");
    }
    return read_body(r, json, read, TRUE);
}

static gboolean
read_kind(QevmSchemaRead *r, json_t *json, QevmRead *read)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!json_object_get(json, kinds[i].tells)) {
            continue;
        }
        if (!qevm_schema_object(r, json, kinds[i].members) ||
            !kinds[i].read(r, json, read)) {
            return FALSE;
        }
        if (!read->name &&
            (read->kind == QEVM_READ_LOOP || read->kind == QEVM_READ_CHAIN)) {
            return qevm_schema_fail(r, "expected \"name\"");
        }
        return TRUE;
    }
    return read_plain(r, json, read);
}

static gconstpointer
read_field(QevmSchemaRead *r, json_t *json)
{
    QevmRead *read = qevm_arena_alloc0(r->schemas->arena, sizeof *read);

    if (r->schemas->all_reads->len >= FIELDS_MAX) {
        qevm_schema_fail(r, "more than %d fields in all", FIELDS_MAX);
        return NULL;
    }
    g_ptr_array_add(r->schemas->all_reads, read);
    if (!qevm_schema_object(r, json, NULL) ||
        !qevm_schema_text(r, json, "name", &read->name) ||
        !qevm_schema_text(r, json, "type", &read->type) ||
        !qevm_schema_expr(r, json, "if", &read->condition) ||
        !qevm_schema_expr(r, json, "expect", &read->expect) ||
        (read->name && !check_name(r, "name", read->name, "/{}*?")) ||
        !read_kind(r, json, read)) {
        return NULL;
    }
    return read;
}
