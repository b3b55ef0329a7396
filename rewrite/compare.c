/* compare.c - does one QEMU load what another one saves?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/path.h"
#include "rewrite/compare-private.h"

#define TYPES_SHOWN 3

const char *
qevm_direction_name(QevmDirection direction)
{
    return direction == QEVM_COMPARE_FORWARD ? "forward" : "backward";
}

void
qevm_compare_report(QevmCompare *c, const char *slug, const char *path,
                    const char *format, ...)
{
    g_autofree char *sentence = NULL, *key = NULL;
    va_list args;

    va_start(args, format);
    sentence = g_strdup_vprintf(format, args);
    va_end(args);
    key = g_strdup_printf("%s %s %s", slug, path, sentence);
    if (g_hash_table_add(c->told, g_steal_pointer(&key))) {
        qevm_finding_add(c->findings, slug, g_strdup(path), 0, "%s%s", sentence,
                         c->types);
    }
}

/* ---- devices ---- */

/* Devices that have one description on either side. */
typedef struct {
    const QevmKnownDevice *from;
    const QevmKnownVmsd *to; /* NULL: none, */
    gboolean known_name;     /* ... but sections of that name are known */
    GPtrArray *types;        /* borrowed; of `from` */
} Group;

static guint
pair_hash(gconstpointer key)
{
    const Group *g = key;

    return g_direct_hash(g->from->vmsd) * 31 + g_direct_hash(g->to);
}

static gboolean
pair_equal(gconstpointer key_a, gconstpointer key_b)
{
    const Group *a = key_a, *b = key_b;

    return a->from->vmsd == b->from->vmsd && a->to == b->to;
}

static void
group_free(gpointer data)
{
    Group *g = data;

    g_ptr_array_unref(g->types);
    g_free(g);
}

static GHashTable *
types_of(const QevmKnown *known)
{
    GHashTable *types = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < known->devices->len; i++) {
        const QevmKnownDevice *d =
            &g_array_index(known->devices, QevmKnownDevice, i);

        g_hash_table_insert(types, (gpointer)(guintptr)d->type,
                            (gpointer)(guintptr)d->vmsd);
    }
    return types;
}

/* The vmsds of types that the other side does not have, by name: a type that is
 * gone may go on under another name. */
static GHashTable *
new_vmsds(const QevmKnown *known, GHashTable *others)
{
    GHashTable *vmsds = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < known->devices->len; i++) {
        const QevmKnownDevice *d =
            &g_array_index(known->devices, QevmKnownDevice, i);

        if (!g_hash_table_contains(others, d->type)) {
            g_hash_table_insert(vmsds, (gpointer)(guintptr)d->vmsd->name,
                                (gpointer)(guintptr)d->vmsd);
        }
    }
    return vmsds;
}

char *
qevm_compare_path(const QevmKnown *known, const QevmKnownDevice *device)
{
    return known->sent ? g_strdup(device->type)
                       : qevm_path_quote(device->vmsd->name);
}

/* What state of the device is loaded into. */
static Group
find_counterpart(const QevmCompare *c, GHashTable *types, GHashTable *renamed,
                 const QevmKnownDevice *device)
{
    const char *name = device->vmsd->name;
    Group group = { device, g_hash_table_lookup(types, device->type), FALSE,
                    NULL };

    if (!group.to && !c->from->sent && !c->to->partial) {
        group.to = g_hash_table_lookup(renamed, name);
        group.known_name = !group.to && qevm_known_device(c->to, name);
    }
    return group;
}

static GPtrArray *
group_devices(const QevmCompare *c)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
    g_autoptr(GHashTable) from = types_of(c->from), to = types_of(c->to);
    g_autoptr(GHashTable) renamed = new_vmsds(c->to, from);
    g_autoptr(GHashTable) seen = g_hash_table_new(pair_hash, pair_equal);

    for (guint i = 0; i < c->from->devices->len; i++) {
        const QevmKnownDevice *d =
            &g_array_index(c->from->devices, QevmKnownDevice, i);
        Group key = find_counterpart(c, to, renamed, d);
        gboolean alone = c->from->sent && !key.to;
        Group *group = alone ? NULL : g_hash_table_lookup(seen, &key);

        if (!group) {
            group = g_memdup2(&key, sizeof(key));
            group->types = g_ptr_array_new();
            g_hash_table_add(seen, group);
            g_ptr_array_add(groups, group);
        }
        g_ptr_array_add(group->types, (gpointer)(guintptr)d->type);
    }
    return groups;
}

/* " (a, b, c and 2 more)"; nothing if the path says it. */
static char *
types_text(const Group *group, const char *path)
{
    g_autoptr(GString) text = g_string_new("");
    guint n = group->types->len;

    if (n == 1 && strcmp(g_ptr_array_index(group->types, 0), path) == 0) {
        return g_strdup("");
    }
    for (guint i = 0; i < MIN(n, TYPES_SHOWN); i++) {
        g_string_append_printf(text, "%s%s", i ? ", " : " (",
                               (char *)g_ptr_array_index(group->types, i));
    }
    if (n > TYPES_SHOWN) {
        g_string_append_printf(text, " and %u more", n - TYPES_SHOWN);
    }
    g_string_append_c(text, ')');
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
report_gone(QevmCompare *c, const char *path)
{
    if (c->from->sent) {
        qevm_compare_report(
            c, "section-absent", path,
            "the destination's own state does not have this section");
    } else if (c->direction == QEVM_COMPARE_BACKWARD) {
        qevm_compare_report(c, "device-new", path,
                            "the destination has no such device yet");
    } else {
        qevm_compare_report(c, "device-gone", path,
                            "the destination has no such device");
    }
}

static void
compare_group(QevmCompare *c, const Group *group)
{
    const QevmKnownVmsd *from = group->from->vmsd, *to = group->to;
    g_autofree char *path = qevm_compare_path(c->from, group->from);
    g_autofree char *types = types_text(group, path);

    c->types = types;
    if (from->unmigratable) {
        return;
    }
    if (!to) {
        if (!c->to->partial && !group->known_name) {
            report_gone(c, path);
        }
    } else if (to->unmigratable) {
        qevm_compare_report(
            c, "device-unmigratable", path,
            "the source saves this device, the destination cannot");
    } else if (!c->from->sent && strcmp(from->name, to->name) != 0) {
        qevm_compare_report(
            c, "section-unknown", path,
            "the source calls this section %s, the destination %s", from->name,
            to->name);
    } else {
        qevm_compare_vmsds(c, path, TRUE, from, to);
    }
}

GPtrArray *
qevm_compare(const QevmKnown *from, const QevmKnown *to,
             QevmDirection direction)
{
    GPtrArray *findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);
    g_autoptr(GHashTable) told =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    QevmCompare c = { from, to, direction, findings, told, "" };
    g_autoptr(GPtrArray) groups = group_devices(&c);

    for (guint i = 0; i < groups->len; i++) {
        compare_group(&c, g_ptr_array_index(groups, i));
    }
    qevm_compare_names(&c);
    return findings;
}

static void
add_partial(GPtrArray *untold, const QevmKnown *known)
{
    if (known->partial) {
        g_ptr_array_add(untold, g_strdup_printf("devices that %s, which is not "
                                                "complete, does not have",
                                                known->name));
    }
}

GPtrArray *
qevm_compare_untold(const QevmKnown *from, const QevmKnown *to)
{
    static const char *const dumps[] = {
        "conditions: of fields, and when a subsection is needed",
        "types, and lengths that are in a field",
        "what is no device: ram, timer, cpu_common, apic, globalstate, ...",
        NULL,
    };
    static const char *const streams[] = {
        "what is sent only in another state of the guest",
        "the oldest version that is taken",
        "elements of lists, and what devices write by code of their own",
        NULL,
    };
    GPtrArray *untold = g_ptr_array_new_with_free_func(g_free);

    for (const char *const *s = from->sent ? streams : dumps; *s; s++) {
        g_ptr_array_add(untold, g_strdup(*s));
    }
    if (!from->lengths || !to->lengths) {
        g_ptr_array_add(untold, g_strdup("lengths of arrays, by a QEMU before "
                                         "8.1"));
    }
    add_partial(untold, from);
    if (strcmp(from->name, to->name) != 0) {
        add_partial(untold, to);
    }
    g_ptr_array_add(untold, NULL);
    return untold;
}
