/* lend-dump.c - descriptions out of what -dump-vmstate writes.
 *
 * A dump tells fields and their sizes in memory (migration/savevm.c:
 * dump_vmstate_vmsd()), but no types, no counts of arrays that have a length
 * of their own, and not what a condition decides. Where that leaves the bytes
 * open, the device is left out. What is in is still only likely, which is
 * enough for lending: a description that does not fit is not used.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/lend-file.h"

#include <jansson.h>
#include <string.h>

#define NESTING_MAX 64
#define BYTES_MAX (G_GUINT64_CONSTANT(1) << 32)

static gboolean
get_number(const json_t *json, const char *key, guint64 *out)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return FALSE;
    }
    *out = (guint64)json_integer_value(value);
    return TRUE;
}

/* Is a field there in a stream of that version? */
static gboolean
is_sent(const json_t *field, guint64 version)
{
    guint64 since = 0;

    return !get_number(field, "version_id", &since) || since <= version;
}

static guint64
field_count(const json_t *field)
{
    guint64 n;

    return get_number(field, "num", &n) ? n : 1;
}

static gboolean desc_size(const json_t *desc, guint depth, guint64 *size);

/* Wire bytes of one element; FALSE: the dump does not tell. */
static gboolean
element_size(const json_t *field, guint depth, guint64 *size)
{
    const json_t *desc = json_object_get(field, "Description");

    if (!json_is_string(json_object_get(field, "field")) ||
        json_is_true(json_object_get(field, "field_exists"))) {
        return FALSE;
    }
    return desc ? desc_size(desc, depth + 1, size)
                : get_number(field, "size", size) && *size > 0;
}

/* The fields' bytes; subsections are not counted, since none need be there. */
static gboolean
desc_size(const json_t *desc, guint depth, guint64 *size)
{
    const json_t *fields = json_object_get(desc, "Fields");
    guint64 version;

    *size = 0;
    if (depth > NESTING_MAX || !json_is_string(json_object_get(desc, "name")) ||
        !get_number(desc, "version_id", &version) || version > G_MAXUINT32) {
        return FALSE;
    }
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        guint64 one, all;

        if (!is_sent(field, version)) {
            continue;
        }
        if (!element_size(field, depth, &one) ||
            !g_uint64_checked_mul(&all, one, field_count(field)) ||
            all > BYTES_MAX || *size > BYTES_MAX) {
            return FALSE;
        }
        *size += all;
    }
    return TRUE;
}

static const char *
leaf_type(guint64 size)
{
    switch (size) {
    case 1:
        return "uint8";
    case 2:
        return "uint16";
    case 4:
        return "uint32";
    case 8:
        return "uint64";
    default:
        return "buffer";
    }
}

static void put_desc(QevmJsonOut *out, const json_t *desc, guint depth);

static void
put_field(QevmJsonOut *out, const json_t *field, guint depth)
{
    const json_t *desc = json_object_get(field, "Description");
    guint64 count = field_count(field), size = 0;

    if (count == 0 || !element_size(field, depth, &size)) {
        return;
    }
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_string(out, "name",
                         json_string_value(json_object_get(field, "field")));
    if (count > 1) {
        qevm_json_out_uint(out, "array_len", count);
    }
    qevm_json_out_string(out, "type", desc ? "struct" : leaf_type(size));
    if (desc) {
        qevm_json_out_begin_object(out, "struct");
        put_desc(out, desc, depth + 1);
        qevm_json_out_end_object(out);
    }
    qevm_json_out_uint(out, "size", size);
    qevm_json_out_end_object(out);
}

static void
put_subsections(QevmJsonOut *out, const json_t *desc, guint depth)
{
    const json_t *list = json_object_get(desc, "Subsections");
    gboolean any = FALSE;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *sub = json_array_get(list, i);
        guint64 size;

        if (!desc_size(sub, depth + 1, &size)) {
            continue;
        }
        if (!any) {
            qevm_json_out_begin_array(out, "subsections");
            any = TRUE;
        }
        qevm_json_out_begin_object(out, NULL);
        put_desc(out, sub, depth + 1);
        qevm_json_out_end_object(out);
    }
    if (any) {
        qevm_json_out_end_array(out);
    }
}

/* What stands between a vmsd's braces. Its size is known. */
static void
put_desc(QevmJsonOut *out, const json_t *desc, guint depth)
{
    const json_t *fields = json_object_get(desc, "Fields");
    guint64 version = 0;

    (void)get_number(desc, "version_id", &version);
    qevm_json_out_string(out, "vmsd_name",
                         json_string_value(json_object_get(desc, "name")));
    qevm_json_out_uint(out, "version", version);
    qevm_json_out_begin_array(out, "fields");
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);

        if (is_sent(field, version)) {
            put_field(out, field, depth);
        }
    }
    qevm_json_out_end_array(out);
    put_subsections(out, desc, depth);
}

/* Several types can share one vmsd. */
static void
put_devices(QevmJsonOut *out, json_t *root, guint *left_out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const char *key;
    json_t *value;

    json_object_foreach(root, key, value)
    {
        const json_t *desc = json_object_get(value, "Description");
        const char *name = json_string_value(json_object_get(desc, "name"));
        guint64 size;

        if (!desc || (name && g_hash_table_contains(seen, name))) {
            continue;
        }
        if (!name || !desc_size(desc, 0, &size)) {
            ++*left_out;
            continue;
        }
        g_hash_table_add(seen, (gpointer)(guintptr)name);
        qevm_json_out_begin_object(out, NULL);
        qevm_json_out_string(out, "name", name);
        qevm_json_out_uint(out, "instance_id", 0);
        put_desc(out, desc, 0);
        qevm_json_out_end_object(out);
    }
}

QevmVmdesc *
qevm_lend_dump_read(const char *text, gsize len, char **machine,
                    guint *left_out, GError **error)
{
    json_error_t wrong;
    json_t *root = json_loadb(text, len, 0, &wrong);
    g_autoptr(QevmJsonOut) out = NULL;
    g_autoptr(GBytes) made = NULL;
    const char *name;

    if (!json_is_object(root)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "line %d: what -dump-vmstate writes, wanted: %s",
                    root ? 1 : wrong.line, root ? "no object" : wrong.text);
        json_decref(root);
        return NULL;
    }
    name = json_string_value(
        json_object_get(json_object_get(root, "vmschkmachine"), "Name"));
    *machine = g_strdup(name);
    out = qevm_json_out_new(QEVM_DIALECT_JSON_WRITER);
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_begin_array(out, "devices");
    put_devices(out, root, left_out);
    qevm_json_out_end_array(out);
    qevm_json_out_end_object(out);
    json_decref(root);
    made = qevm_json_out_finish(g_steal_pointer(&out));
    return qevm_vmdesc_parse(made, 0, error);
}
