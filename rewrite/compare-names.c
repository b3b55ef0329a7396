/* compare-names.c - names of subsections that lead to the wrong place.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/path.h"
#include "rewrite/compare-private.h"

static void check_vmsd(QevmCompare *c, GHashTable *seen, const char *path,
                       const QevmKnownVmsd *vmsd);

static GHashTable *
subsection_names(const QevmKnownVmsd *vmsd)
{
    GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < vmsd->n_subsections; i++) {
        g_hash_table_add(names, (gpointer)(guintptr)vmsd->subsections[i]->name);
    }
    return names;
}

static char *
subsection_path(const char *path, const QevmKnownVmsd *sub)
{
    g_autofree char *step = qevm_path_quote_step(sub->name, TRUE);

    return g_strconcat(path, "/", step, NULL);
}

/* A struct that is loaded last looks for its subsections before what it is in
 * does, and so do those that are last in it. */
static void
check_last(QevmCompare *c, const char *path, const QevmKnownVmsd *vmsd)
{
    const QevmKnownVmsd *inner = vmsd;

    while (inner->n_fields && inner->fields[inner->n_fields - 1].vmsd) {
        g_autoptr(GHashTable) own = NULL;

        inner = inner->fields[inner->n_fields - 1].vmsd;
        own = subsection_names(inner);
        for (guint i = 0; i < vmsd->n_subsections; i++) {
            const QevmKnownVmsd *sub = vmsd->subsections[i];
            g_autofree char *below = subsection_path(path, sub);

            if (g_str_has_prefix(sub->name, inner->name) &&
                strlen(sub->name) > strlen(inner->name) &&
                !g_hash_table_contains(own, sub->name)) {
                qevm_compare_report(
                    c, "subsection-name", below,
                    "its name begins with %s, the name of the struct before "
                    "it, which takes it for one of its own",
                    inner->name);
            }
        }
    }
}

static void
check_subsections(QevmCompare *c, GHashTable *seen, const char *path,
                  const QevmKnownVmsd *vmsd)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < vmsd->n_subsections; i++) {
        const QevmKnownVmsd *sub = vmsd->subsections[i];
        g_autofree char *below = subsection_path(path, sub);

        if (!g_str_has_prefix(sub->name, vmsd->name)) {
            qevm_compare_report(
                c, "subsection-name", below,
                "its name does not begin with %s, so that it is not loaded",
                vmsd->name);
        }
        if (!g_hash_table_add(names, (gpointer)(guintptr)sub->name)) {
            qevm_compare_report(
                c, "subsection-twice", below,
                "the second of that name: the first one is loaded with "
                "its bytes");
        }
        check_vmsd(c, seen, below, sub);
    }
}

static void
check_vmsd(QevmCompare *c, GHashTable *seen, const char *path,
           const QevmKnownVmsd *vmsd)
{
    if (!g_hash_table_add(seen, (gpointer)(guintptr)vmsd)) {
        return;
    }
    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmKnownField *field = &vmsd->fields[i];

        if (field->vmsd) {
            g_autofree char *step = qevm_path_quote_step(field->name, FALSE);
            g_autofree char *below = g_strconcat(path, "/", step, NULL);

            check_vmsd(c, seen, below, field->vmsd);
        }
    }
    check_subsections(c, seen, path, vmsd);
    check_last(c, path, vmsd);
}

void
qevm_compare_names(QevmCompare *c)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    c->types = "";
    for (guint i = 0; i < c->to->devices->len; i++) {
        const QevmKnownDevice *d =
            &g_array_index(c->to->devices, QevmKnownDevice, i);
        g_autofree char *name = qevm_compare_path(c->to, d);
        g_autofree char *path = g_strconcat(name, "/", NULL);

        check_vmsd(c, seen, path, d->vmsd);
    }
}
