/* compat.c - options that give a destination's devices what those of an older
 * machine type had.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/compat.h"

#include <stdlib.h>
#include <string.h>

#include "parser/json-text.h"
#include "rewrite/packed.h"

#define MAX_BYTES (16 * 1024 * 1024)
#define DEPTH_MAX 32 /* of inheritance */

struct QevmCompat {
    json_t *machines;
};

static gboolean
is_table(json_t *machines)
{
    const char *name, *told;
    json_t *machine, *props;

    json_object_foreach(machines, name, machine)
    {
        told = json_string_value(json_object_get(machine, "qemu"));
        props = json_object_get(machine, "props");
        if (!told || !json_is_array(props)) {
            return FALSE;
        }
        for (gsize i = 0; i < json_array_size(props); i++) {
            const json_t *row = json_array_get(props, i);

            for (gsize k = 0; k < 3; k++) {
                if (!json_is_string(json_array_get(row, k))) {
                    return FALSE;
                }
            }
        }
    }
    return json_is_object(machines);
}

QevmCompat *
qevm_compat_parse(const char *text, gsize len, const char *name, GError **error)
{
    json_t *root = qevm_json_text(text, len, name, QEVM_ERROR_MALFORMED, error);
    json_t *machines = json_object_get(root, "machines");
    QevmCompat *compat;

    if (!root) {
        return NULL;
    }
    if (json_integer_value(json_object_get(root, "qevm-compat")) != 1 ||
        !is_table(machines)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "%s: is no table of machine types' properties", name);
        json_decref(root);
        return NULL;
    }
    compat = g_new0(QevmCompat, 1);
    compat->machines = json_incref(machines);
    json_decref(root);
    return compat;
}

QevmCompat *
qevm_compat_load(const char *path, GError **error)
{
    gsize len;
    g_autofree char *text = qevm_packed_read(path, MAX_BYTES, &len, error);

    return text ? qevm_compat_parse(text, len, path, error) : NULL;
}

void
qevm_compat_free(QevmCompat *compat)
{
    if (compat) {
        json_decref(compat->machines);
        g_free(compat);
    }
}

/* ---- versions of machine types ---- */

/* The bytes of a name before its version: "pc-i440fx-". */
static gsize
family_length(const char *machine)
{
    gsize len = strlen(machine);

    while (len &&
           (g_ascii_isdigit(machine[len - 1]) || machine[len - 1] == '.')) {
        len--;
    }
    return len;
}

/* Until 1.3, what is pc-i440fx was called pc (hw/i386/pc_piix.c). */
static gboolean
same_family(const char *a, const char *b)
{
    gsize la = family_length(a), lb = family_length(b);

    if (la == 3 && strncmp(a, "pc-", 3) == 0) {
        a = "pc-i440fx-";
        la = strlen(a);
    }
    return la == lb && strncmp(a, b, la) == 0 && b[lb];
}

/* "4.0.1" as a number that compares. */
static guint64
version_of(const char *text)
{
    guint64 version = 0;

    for (guint i = 0; i < 3; i++) {
        char *end;

        version = version * 1000 + g_ascii_strtoull(text, &end, 10) % 1000;
        text = *end == '.' ? end + 1 : "";
    }
    return version;
}

/* ---- properties ---- */

static const json_t *
machine_fact(const json_t *facts, const char *machine)
{
    const json_t *list = json_object_get(facts, "machines");

    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *m = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(m, "name"));

        if (g_strcmp0(name, machine) == 0) {
            return m;
        }
    }
    return NULL;
}

/* What the QEMU says of a machine type of its own; NULL: nothing. */
static const json_t *
own_props(const json_t *facts, const char *machine)
{
    return json_object_get(machine_fact(facts, machine), "compat-props");
}

/* The oldest type of that family which the QEMU knows, and which is not older
 * than a version. */
static const char *
nearest(const json_t *facts, const char *machine, guint64 version)
{
    const json_t *list = json_object_get(facts, "machines");
    const char *found = NULL;
    guint64 best = G_MAXUINT64;

    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *name =
            json_string_value(json_object_get(json_array_get(list, i), "name"));
        guint64 v;

        if (!name || !same_family(machine, name)) {
            continue;
        }
        v = version_of(name + family_length(name));
        if (v >= version && v < best) {
            best = v;
            found = name;
        }
    }
    return found;
}

static gboolean
inherits(const json_t *facts, const char *type, const char *from)
{
    const json_t *parents = json_object_get(facts, "parents");

    for (guint i = 0; type && i < DEPTH_MAX; i++) {
        if (strcmp(type, from) == 0) {
            return TRUE;
        }
        type = json_string_value(json_object_get(parents, type));
    }
    return FALSE;
}

static gboolean
has(const json_t *names, const char *name)
{
    for (gsize i = 0; i < json_array_size(names); i++) {
        if (g_strcmp0(json_string_value(json_array_get(names, i)), name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Sets a property of all types that it is one of. What a ROM's file is called
 * is nothing that a guest sees. */
static void
set_one(GHashTable *set, const json_t *facts, const char *driver,
        const char *property, const char *value)
{
    json_t *types = json_object_get(facts, "types"), *names;
    const char *type;

    if (!driver || !property || !value || strcmp(property, "romfile") == 0) {
        return;
    }
    json_object_foreach(types, type, names)
    {
        if (inherits(facts, type, driver) && has(names, property)) {
            g_hash_table_insert(set, g_strconcat(type, ".", property, NULL),
                                g_strdup(value));
        }
    }
}

static void
set_own(GHashTable *set, const json_t *facts, const json_t *props)
{
    for (gsize i = 0; i < json_array_size(props); i++) {
        const json_t *p = json_array_get(props, i);

        set_one(set, facts, json_string_value(json_object_get(p, "qom-type")),
                json_string_value(json_object_get(p, "property")),
                json_string_value(json_object_get(p, "value")));
    }
}

static void
set_table(GHashTable *set, const json_t *facts, const json_t *machine)
{
    const json_t *props = json_object_get(machine, "props");

    for (gsize i = 0; i < json_array_size(props); i++) {
        const json_t *row = json_array_get(props, i);

        set_one(set, facts, json_string_value(json_array_get(row, 0)),
                json_string_value(json_array_get(row, 1)),
                json_string_value(json_array_get(row, 2)));
    }
}

/* What the devices of a machine type have: what the QEMU says itself; else what
 * the table says, on top of what the QEMU says of the release that told it. */
static GHashTable *
properties_of(const QevmCompat *compat, const json_t *facts,
              const char *machine)
{
    GHashTable *set =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const json_t *own = own_props(facts, machine);
    const json_t *known = json_object_get(compat->machines, machine);
    const char *teller = json_string_value(json_object_get(known, "qemu"));

    if (own) {
        set_own(set, facts, own);
    } else if (known) {
        const char *near = nearest(facts, machine, version_of(teller));

        set_own(set, facts, near ? own_props(facts, near) : NULL);
        set_table(set, facts, known);
    }
    return set;
}

gboolean
qevm_compat_knows(const QevmCompat *compat, const json_t *facts,
                  const char *machine)
{
    return own_props(facts, machine) ||
           json_object_get(compat->machines, machine);
}

static int
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *
qevm_compat_options(const QevmCompat *compat, const json_t *facts,
                    const char *machine)
{
    const char *here = json_string_value(json_object_get(facts, "machine"));
    g_autoptr(GHashTable) want = NULL, have = NULL;
    GPtrArray *options;
    GHashTableIter iter;
    gpointer name, value;

    if (!qevm_compat_knows(compat, facts, machine)) {
        return NULL;
    }
    options = g_ptr_array_new_with_free_func(g_free);
    if (!here || strcmp(here, machine) == 0) {
        return options;
    }
    want = properties_of(compat, facts, machine);
    have = properties_of(compat, facts, here);
    g_hash_table_iter_init(&iter, want);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        if (g_strcmp0(g_hash_table_lookup(have, name), value) != 0) {
            g_ptr_array_add(options,
                            g_strconcat(name, "=", (char *)value, NULL));
        }
    }
    g_ptr_array_sort(options, compare);
    return options;
}

/* ---- from one QEMU to another ---- */

/* The value in what the monitor prints: `3 (0x3)`, `true`, `"16"`
 * (hw/core/qdev-properties.c); NULL: it is none that an option can give. */
static char *
printed_value(const char *text)
{
    gsize len = strlen(text);

    if (len > 2 && text[0] == '"' && text[len - 1] == '"') {
        return g_strndup(text + 1, len - 2);
    }
    len = strcspn(text, " ");
    return len && g_ascii_isalnum(text[0]) ? g_strndup(text, len) : NULL;
}

/* What all devices of a type have; NULL: there is none, or they differ. */
static char *
common_value(const json_t *facts, const char *type, const char *property)
{
    const json_t *devices = json_object_get(facts, "devices");
    const char *found = NULL;

    for (gsize i = 0; i < json_array_size(devices); i++) {
        const json_t *device = json_array_get(devices, i);
        const char *text;

        if (g_strcmp0(json_string_value(json_object_get(device, "type")),
                      type) != 0) {
            continue;
        }
        text = json_string_value(
            json_object_get(json_object_get(device, "properties"), property));
        if (!text || (found && strcmp(found, text) != 0)) {
            return NULL;
        }
        found = text;
    }
    return found ? printed_value(found) : NULL;
}

typedef struct {
    GHashTable *seen; /* "TYPE.PROPERTY" */
    const json_t *facts, *from;
    GPtrArray *options;
} Differences;

static void
add_difference(Differences *d, const char *driver, const char *property)
{
    json_t *types = json_object_get(d->facts, "types"), *names;
    const char *type;

    if (!driver || !property || strcmp(property, "romfile") == 0) {
        return;
    }
    json_object_foreach(types, type, names)
    {
        g_autofree char *there = NULL, *here = NULL, *name = NULL;

        name = g_strconcat(type, ".", property, NULL);
        if (!inherits(d->facts, type, driver) ||
            !g_hash_table_add(d->seen, g_strdup(name))) {
            continue;
        }
        there = common_value(d->from, type, property);
        here = common_value(d->facts, type, property);
        if (there && here && strcmp(there, here) != 0) {
            g_ptr_array_add(d->options, g_strconcat(name, "=", there, NULL));
        }
    }
}

static void
add_told(Differences *d, const json_t *facts)
{
    const json_t *list = json_object_get(facts, "machines");

    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *props =
            json_object_get(json_array_get(list, i), "compat-props");

        for (gsize k = 0; k < json_array_size(props); k++) {
            const json_t *p = json_array_get(props, k);

            add_difference(d, json_string_value(json_object_get(p, "qom-type")),
                           json_string_value(json_object_get(p, "property")));
        }
    }
}

GPtrArray *
qevm_compat_differences(const QevmCompat *compat, const json_t *facts,
                        const json_t *from)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Differences d = { seen, facts, from,
                      g_ptr_array_new_with_free_func(g_free) };
    const char *machine;
    json_t *known;

    add_told(&d, facts);
    add_told(&d, from);
    json_object_foreach(compat->machines, machine, known)
    {
        const json_t *props = json_object_get(known, "props");

        for (gsize i = 0; i < json_array_size(props); i++) {
            const json_t *row = json_array_get(props, i);

            add_difference(&d, json_string_value(json_array_get(row, 0)),
                           json_string_value(json_array_get(row, 1)));
        }
    }
    g_ptr_array_sort(d.options, compare);
    return d.options;
}
