/* repairs.c - which rules of a plan repair which finding.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/repairs.h"

#include <string.h>

#include "parser/path.h"

#define BLOCKS "ram//.blocks/"

/* Findings of no place, and the rules for them; of several, the one whose
 * sentence has the rule's `at`. */
static const struct {
    const char *op, *slug;
    gboolean named;
} placeless[] = {
    { "set-footers", "footers-missing", FALSE },
    { "set-footers", "footers-unexpected", FALSE },
    { "regroup-ram-pages", "page-size-differs", FALSE },
    { "add-section", "config-missing", FALSE },
    { "drop-section", "config-unexpected", FALSE },
    { "drop-command", "command-unknown", TRUE },
    { "drop-command", "command-live", TRUE },
};

typedef struct {
    GPtrArray *findings;
    GHashTable *was; /* the name that a rule gave -> the one before */
} Assign;

static const char *
member(const json_t *rule, const char *name)
{
    const char *text = json_string_value(json_object_get(rule, name));

    return text ? text : "";
}

/* ---- places ---- */

static gboolean
is_within(const char *path, const char *other)
{
    gsize len = strlen(other);

    return strncmp(path, other, len) == 0 &&
           (path[len] == '\0' || path[len] == '/' || path[len] == '[');
}

static gsize
section_length(const char *path)
{
    const char *end = strstr(path, "//");

    return end ? (gsize)(end - path) : strlen(path);
}

static gsize
idstr_length(const char *path)
{
    gsize len = section_length(path);
    const char *at = memrchr(path, '@', len);

    return at ? (gsize)(at - path) : len;
}

/* How near two paths are: 3, one within the other; 2, in one section; 1, in
 * sections of one name; 0. */
static guint
nearness(const char *a, const char *b)
{
    gsize n = section_length(a), m = section_length(b);

    if (is_within(a, b) || is_within(b, a)) {
        return 3;
    }
    if (n == m && strncmp(a, b, n) == 0) {
        return is_within(a, "ram") ? 0 : 2;
    }
    n = idstr_length(a);
    m = idstr_length(b);
    return n == m && n && strncmp(a, b, n) == 0;
}

/* What a rule is about, by the names that the findings have. Owned. */
static char *
place_of(Assign *a, const json_t *rule)
{
    const char *op = member(rule, "op"), *at = member(rule, "at");
    const json_t *from = json_object_get(rule, "from");
    gboolean block = strstr(op, "-ram-block") != NULL;
    gsize len = section_length(at);
    g_autofree char *section = NULL, *first = NULL;
    const char *was;

    if (json_is_array(from)) {
        const char *name = json_string_value(json_array_get(from, 0));

        first = qevm_path_quote_step(name ? name : "", FALSE);
        return g_strconcat(BLOCKS, first, NULL);
    }
    section = block ? g_strconcat(BLOCKS, at, NULL) : g_strndup(at, len);
    was = g_hash_table_lookup(a->was, section);
    return block ? g_strdup(was ? was : section)
                 : g_strconcat(was ? was : section, at + len, NULL);
}

static void
note_name(Assign *a, const json_t *rule, const char *place)
{
    const char *op = member(rule, "op"), *to = member(rule, "to");

    if (strcmp(op, "rename-section") == 0) {
        g_hash_table_insert(a->was, qevm_path_quote(to), g_strdup(place));
    } else if (strcmp(op, "rename-ram-block") == 0) {
        g_autofree char *name = qevm_path_quote_step(to, FALSE);

        g_hash_table_insert(a->was, g_strconcat(BLOCKS, name, NULL),
                            g_strdup(place));
    }
}

/* ---- findings ---- */

static QevmFinding *
find_placeless(const Assign *a, const json_t *rule)
{
    const char *op = member(rule, "op"), *at = member(rule, "at");

    for (guint i = 0; i < a->findings->len; i++) {
        QevmFinding *f = g_ptr_array_index(a->findings, i);

        for (guint k = 0; k < G_N_ELEMENTS(placeless); k++) {
            if (strcmp(placeless[k].op, op) == 0 &&
                strcmp(placeless[k].slug, f->info->slug) == 0 &&
                (!placeless[k].named || strstr(f->sentence, at))) {
                return f;
            }
        }
    }
    return NULL;
}

/* The first of the nearest; errors before others. */
static QevmFinding *
find_nearest(const Assign *a, const char *place)
{
    QevmFinding *found = NULL;
    guint best = 0;

    for (guint i = 0; i < a->findings->len; i++) {
        QevmFinding *f = g_ptr_array_index(a->findings, i);
        guint near = *f->path ? nearness(f->path, place) : 0;

        near = near ? near + 4 * f->info->severity : 0;
        if (near > best) {
            found = f;
            best = near;
        }
    }
    return found;
}

static void
assign_rule(Assign *a, json_t *rule)
{
    g_autofree char *place = place_of(a, rule);
    QevmFinding *f = find_placeless(a, rule);

    if (!f && *place) {
        f = find_nearest(a, place);
    }
    if (f && !f->rules) {
        f->rules = json_array();
    }
    if (f) {
        json_array_append(f->rules, rule);
    }
    note_name(a, rule, place);
}

void
qevm_repairs_assign(GPtrArray *findings, const QevmPlan *plan)
{
    g_autoptr(GHashTable) was =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Assign a = { findings, was };

    for (size_t i = 0; i < json_array_size(plan->rules); i++) {
        assign_rule(&a, json_array_get(plan->rules, i));
    }
    for (guint i = 0; i < plan->problems->len; i++) {
        const QevmProblem *p = g_ptr_array_index(plan->problems, i);
        QevmFinding *f = p->advice ? find_nearest(&a, p->path) : NULL;

        if (f && !f->advice) {
            f->advice = g_strdup(p->advice);
        }
    }
}
