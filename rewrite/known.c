/* known.c - reads what -dump-vmstate writes.
 *
 *   {"vmschkmachine": {"Name": MACHINE},
 *    TYPE: {"Name", "version_id", "minimum_version_id", "Description": VMSD}}
 *   VMSD: {"name", "version_id", "minimum_version_id",
 *          "Fields": [{"field", "version_id", "field_exists", "num"?, "size",
 *                      "Description": VMSD?}],
 *          "Subsections": [VMSD]}
 *
 * (migration/savevm.c:dump_vmstate_json_to_file())
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/known.h"
#include "rewrite/packed.h"

#include <jansson.h>
#include <string.h>

#define NESTING_MAX 64
#define MACHINE_KEY "vmschkmachine"

typedef struct {
    QevmKnown *known;
    char *where; /* the type being read, for messages */
    GError **error;
} Reader;

static gboolean
fail(Reader *r, const char *what)
{
    g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "%s: no -dump-vmstate file: %s%s%s", r->known->name,
                r->where ? r->where : "", r->where ? ": " : "", what);
    return FALSE;
}

static gboolean
get_number(const json_t *json, const char *key, guint64 max, guint64 *out)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (guint64)json_integer_value(value) > max) {
        return FALSE;
    }
    *out = (guint64)json_integer_value(value);
    return TRUE;
}

static const char *
get_text(Reader *r, const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text ? qevm_arena_string(r->known->arena, text) : NULL;
}

static const QevmKnownVmsd *read_vmsd(Reader *r, const json_t *json,
                                      guint depth);

static gboolean
read_field(Reader *r, const json_t *json, guint depth, QevmKnownField *field)
{
    const json_t *inner = json_object_get(json, "Description");
    guint64 version = 0;

    field->name = get_text(r, json, "field");
    if (!field->name) {
        return fail(r, "a field without a name");
    }
    (void)get_number(json, "version_id", G_MAXUINT32, &version);
    field->version_id = (guint32)version;
    field->conditional = json_is_true(json_object_get(json, "field_exists"));
    if (get_number(json, "num", G_MAXINT64, &field->num)) {
        r->known->lengths = TRUE;
    }
    (void)get_number(json, "size", G_MAXINT64, &field->size);
    field->count = get_text(r, json, "count");
    if (inner) {
        field->vmsd = read_vmsd(r, inner, depth + 1);
    }
    return !inner || field->vmsd;
}

static gboolean
read_fields(Reader *r, const json_t *list, guint depth, QevmKnownVmsd *vmsd)
{
    gsize n = json_array_size(list);
    QevmKnownField *fields =
        qevm_arena_alloc0(r->known->arena, n * sizeof(*fields));

    for (gsize i = 0; i < n; i++) {
        if (!read_field(r, json_array_get(list, i), depth, &fields[i])) {
            return FALSE;
        }
    }
    vmsd->fields = fields;
    vmsd->n_fields = (guint)n;
    return TRUE;
}

static gboolean
read_subsections(Reader *r, const json_t *list, guint depth,
                 QevmKnownVmsd *vmsd)
{
    gsize n = json_array_size(list);
    const QevmKnownVmsd **subs =
        qevm_arena_alloc0(r->known->arena, n * sizeof(gpointer));

    for (gsize i = 0; i < n; i++) {
        subs[i] = read_vmsd(r, json_array_get(list, i), depth + 1);
        if (!subs[i]) {
            return FALSE;
        }
    }
    vmsd->subsections = subs;
    vmsd->n_subsections = (guint)n;
    return TRUE;
}

static const QevmKnownVmsd *
read_vmsd(Reader *r, const json_t *json, guint depth)
{
    QevmKnownVmsd *vmsd;
    guint64 version, minimum = 0;

    if (depth > NESTING_MAX) {
        fail(r, "descriptions nest too deep");
        return NULL;
    }
    if (!json_is_object(json)) {
        fail(r, "a description that is no object");
        return NULL;
    }
    vmsd = qevm_arena_alloc0(r->known->arena, sizeof(*vmsd));
    vmsd->name = get_text(r, json, "name");
    if (!vmsd->name || !get_number(json, "version_id", G_MAXUINT32, &version)) {
        fail(r, "a description without a name or a version");
        return NULL;
    }
    (void)get_number(json, "minimum_version_id", G_MAXUINT32, &minimum);
    vmsd->version_id = (guint32)version;
    vmsd->minimum_version_id = (guint32)minimum;
    vmsd->unmigratable = !json_object_get(json, "Fields");
    if (!read_fields(r, json_object_get(json, "Fields"), depth, vmsd) ||
        !read_subsections(r, json_object_get(json, "Subsections"), depth,
                          vmsd)) {
        return NULL;
    }
    return qevm_known_share(r->known, vmsd);
}

static gboolean
read_device(Reader *r, const char *type, const json_t *json)
{
    const json_t *inner = json_object_get(json, "Description");
    const QevmKnownVmsd *vmsd;

    r->where = (char *)(guintptr)type;
    if (!json_is_object(json)) {
        return fail(r, "no object");
    }
    /* A class may have a vmsd without fields to show. */
    if (!inner) {
        return TRUE;
    }
    vmsd = read_vmsd(r, inner, 0);
    if (!vmsd) {
        return FALSE;
    }
    qevm_known_add(r->known, qevm_arena_string(r->known->arena, type), vmsd);
    return TRUE;
}

static gboolean
read_root(Reader *r, const json_t *root)
{
    const json_t *machine = json_object_get(root, MACHINE_KEY);
    const char *type;
    json_t *value;

    if (!json_is_object(root) || !json_is_object(machine)) {
        return fail(r, "\"" MACHINE_KEY "\" is missing");
    }
    r->known->machine =
        g_strdup(json_string_value(json_object_get(machine, "Name")));
    r->known->partial = json_object_get(machine, "partial") != NULL;
    json_object_foreach((json_t *)(guintptr)root, type, value)
    {
        if (strcmp(type, MACHINE_KEY) != 0 && !read_device(r, type, value)) {
            return FALSE;
        }
    }
    return TRUE;
}

QevmKnown *
qevm_known_new(const json_t *dump, const char *name, GError **error)
{
    g_autoptr(QevmKnown) known = qevm_known_empty(name);
    Reader r = { known, NULL, error };

    return read_root(&r, dump) ? g_steal_pointer(&known) : NULL;
}

QevmKnown *
qevm_known_parse(const char *text, gsize len, const char *name, GError **error)
{
    json_error_t wrong;
    json_t *root = json_loadb(text, len, 0, &wrong);
    QevmKnown *known;

    if (!root) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "%s: no -dump-vmstate file: line %d: %s", name, wrong.line,
                    wrong.text);
        return NULL;
    }
    known = qevm_known_new(root, name, error);
    json_decref(root);
    return known;
}

/* ---- what is known ---- */

/* Strings of an arena are equal if their pointers are, and what is inside a
 * vmsd was shared before it is. */
static guint
vmsd_hash(gconstpointer key)
{
    const QevmKnownVmsd *vmsd = key;
    guint hash = g_direct_hash(vmsd->name) + vmsd->version_id;

    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmKnownField *f = &vmsd->fields[i];

        hash = hash * 31 + g_direct_hash(f->name) + g_direct_hash(f->vmsd) +
               (guint)f->size;
    }
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        hash = hash * 31 + g_direct_hash(vmsd->subsections[i]);
    }
    return hash;
}

static gboolean
field_equal(const QevmKnownField *a, const QevmKnownField *b)
{
    return a->name == b->name && a->version_id == b->version_id &&
           a->conditional == b->conditional && a->num == b->num &&
           a->size == b->size && a->count == b->count &&
           a->opaque == b->opaque && a->vmsd == b->vmsd;
}

static gboolean
vmsd_equal(gconstpointer key_a, gconstpointer key_b)
{
    const QevmKnownVmsd *a = key_a, *b = key_b;

    if (a->name != b->name || a->version_id != b->version_id ||
        a->minimum_version_id != b->minimum_version_id ||
        a->n_fields != b->n_fields || a->n_subsections != b->n_subsections ||
        a->unmigratable != b->unmigratable ||
        a->undescribed != b->undescribed) {
        return FALSE;
    }
    for (guint i = 0; i < a->n_fields; i++) {
        if (!field_equal(&a->fields[i], &b->fields[i])) {
            return FALSE;
        }
    }
    for (guint i = 0; i < a->n_subsections; i++) {
        if (a->subsections[i] != b->subsections[i]) {
            return FALSE;
        }
    }
    return TRUE;
}

QevmKnown *
qevm_known_empty(const char *name)
{
    QevmKnown *known = g_new0(QevmKnown, 1);

    known->name = g_strdup(name);
    known->devices = g_array_new(FALSE, FALSE, sizeof(QevmKnownDevice));
    known->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                           (GDestroyNotify)g_ptr_array_unref);
    known->shared = g_hash_table_new(vmsd_hash, vmsd_equal);
    known->top_level = g_hash_table_new(g_str_hash, g_str_equal);
    known->arena = qevm_arena_new();
    return known;
}

static void
note_name(QevmKnown *known, const QevmKnownVmsd *vmsd)
{
    GPtrArray *same = g_hash_table_lookup(known->by_name, vmsd->name);

    if (!same) {
        same = g_ptr_array_new();
        g_hash_table_insert(known->by_name, (gpointer)(guintptr)vmsd->name,
                            same);
    }
    g_ptr_array_add(same, (gpointer)(guintptr)vmsd);
}

const QevmKnownVmsd *
qevm_known_share(QevmKnown *known, const QevmKnownVmsd *vmsd)
{
    const QevmKnownVmsd *same = g_hash_table_lookup(known->shared, vmsd);

    if (same) {
        return same;
    }
    g_hash_table_add(known->shared, (gpointer)(guintptr)vmsd);
    note_name(known, vmsd);
    return vmsd;
}

void
qevm_known_add(QevmKnown *known, const char *type, const QevmKnownVmsd *vmsd)
{
    QevmKnownDevice device = { type, vmsd };

    g_array_append_val(known->devices, device);
    if (!g_hash_table_contains(known->top_level, vmsd->name)) {
        g_hash_table_insert(known->top_level, (gpointer)(guintptr)vmsd->name,
                            (gpointer)(guintptr)vmsd);
    }
}

void
qevm_known_free(QevmKnown *known)
{
    if (!known) {
        return;
    }
    g_free(known->name);
    g_free(known->machine);
    g_array_unref(known->devices);
    g_hash_table_unref(known->by_name);
    g_hash_table_unref(known->shared);
    g_hash_table_unref(known->top_level);
    qevm_arena_free(known->arena);
    g_free(known);
}

/* ---- files ---- */

gboolean
qevm_known_plausible(const char *text, gsize len)
{
    gsize i = 0;

    while (i < len && g_ascii_isspace(text[i])) {
        i++;
    }
    if (i == len || text[i] != '{') {
        return FALSE;
    }
    i++;
    while (i < len && g_ascii_isspace(text[i])) {
        i++;
    }
    return len - i > strlen(MACHINE_KEY) + 2 &&
           memcmp(text + i, "\"" MACHINE_KEY "\"", strlen(MACHINE_KEY) + 2) ==
               0;
}

QevmKnown *
qevm_known_load(const char *path, GError **error)
{
    gsize len;
    g_autofree char *text =
        qevm_packed_read(path, QEVM_KNOWN_MAX_BYTES, &len, error);

    return text ? qevm_known_parse(text, len, path, error) : NULL;
}

/* ---- questions ---- */

const QevmKnownVmsd *
qevm_known_device(const QevmKnown *known, const char *vmsd_name)
{
    return g_hash_table_lookup(known->top_level, vmsd_name);
}

const QevmKnownVmsd *
qevm_known_subsection(const QevmKnownVmsd *vmsd, const char *name)
{
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        if (strcmp(vmsd->subsections[i]->name, name) == 0) {
            return vmsd->subsections[i];
        }
    }
    return NULL;
}

gsize
qevm_known_bare_length(const char *name)
{
    gsize len = strlen(name), at = len;

    if (len < 3 || name[len - 1] != ']') {
        return len;
    }
    for (at = len - 2; at > 0 && g_ascii_isdigit(name[at]); at--) {
    }
    return at > 0 && at < len - 2 && name[at] == '[' ? at : len;
}

const QevmKnownField *
qevm_known_field(const QevmKnownVmsd *vmsd, const char *name)
{
    gsize bare = qevm_known_bare_length(name);
    const QevmKnownField *without = NULL;

    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmKnownField *field = &vmsd->fields[i];

        if (strcmp(field->name, name) == 0) {
            return field;
        }
        if (!without && strlen(field->name) == bare &&
            strncmp(field->name, name, bare) == 0) {
            without = field;
        }
    }
    return without;
}

const GPtrArray *
qevm_known_named(const QevmKnown *known, const char *vmsd_name)
{
    return g_hash_table_lookup(known->by_name, vmsd_name);
}
