/* baseline.c - differences that were looked at and are accepted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/baseline.h"

#include <string.h>

#include "parser/json-text.h"
#include "parser/path.h"

#define VERSION_KEY "qevm-baseline"

static void
accepted_free(gpointer data)
{
    QevmAccepted *entry = data;

    g_free(entry->path);
    g_free(entry->direction);
    g_free(entry->reason);
    g_free(entry->until);
    g_free(entry);
}

QevmBaseline *
qevm_baseline_new(const char *name)
{
    QevmBaseline *baseline = g_new0(QevmBaseline, 1);

    baseline->name = g_strdup(name);
    baseline->entries = g_ptr_array_new_with_free_func(accepted_free);
    return baseline;
}

void
qevm_baseline_free(QevmBaseline *baseline)
{
    if (baseline) {
        g_free(baseline->name);
        g_ptr_array_unref(baseline->entries);
        g_free(baseline);
    }
}

/* ---- reading ---- */

typedef struct {
    QevmBaseline *baseline;
    gsize index; /* of the entry being read */
    GError **error;
} Reader;

static gboolean G_GNUC_PRINTF(2, 3)
    fail(const Reader *r, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_RULE,
                "%s: accepted[%" G_GSIZE_FORMAT "]: %s", r->baseline->name,
                r->index, message);
    return FALSE;
}

static gboolean
read_text(const Reader *r, const json_t *json, const char *member, char **out)
{
    const json_t *value = json_object_get(json, member);

    if (!json_is_string(value) || json_string_length(value) == 0) {
        return fail(r, "\"%s\" must be text", member);
    }
    *out = g_strdup(json_string_value(value));
    return TRUE;
}

static gboolean
is_day(const char *text)
{
    guint n[3] = { 0 };

    if (strlen(text) != strlen("YYYY-MM-DD")) {
        return FALSE;
    }
    for (guint i = 0; text[i]; i++) {
        guint part = i < 4 ? 0 : i < 7 ? 1 : 2;

        if (i == 4 || i == 7) {
            if (text[i] != '-') {
                return FALSE;
            }
        } else if (g_ascii_isdigit(text[i])) {
            n[part] = n[part] * 10 + (guint)(text[i] - '0');
        } else {
            return FALSE;
        }
    }
    return g_date_valid_dmy((GDateDay)n[2], (GDateMonth)n[1], (GDateYear)n[0]);
}

static gboolean
check_members(const Reader *r, json_t *json)
{
    static const char *const members[] = { "finding", "path",  "direction",
                                           "reason",  "until", NULL };
    const char *member;
    json_t *value;

    json_object_foreach(json, member, value)
    {
        if (!g_strv_contains(members, member)) {
            return fail(r,
                        "unknown member \"%s\"; there can be: finding, path, "
                        "direction, reason, until",
                        member);
        }
    }
    return TRUE;
}

static gboolean
read_direction(const Reader *r, const json_t *json, QevmAccepted *entry)
{
    static const char *const directions[] = { "forward", "backward", NULL };

    if (!json_object_get(json, "direction")) {
        return TRUE;
    }
    if (!read_text(r, json, "direction", &entry->direction)) {
        return FALSE;
    }
    return g_strv_contains(directions, entry->direction) ||
           fail(r, "\"direction\" must be \"forward\" or \"backward\"");
}

static gboolean
read_entry(const Reader *r, json_t *json, QevmAccepted *entry)
{
    g_autofree char *slug = NULL;

    if (!json_is_object(json)) {
        return fail(r, "must be an object");
    }
    if (!check_members(r, json) || !read_text(r, json, "finding", &slug) ||
        !read_text(r, json, "path", &entry->path) ||
        !read_direction(r, json, entry) ||
        !read_text(r, json, "reason", &entry->reason) ||
        !read_text(r, json, "until", &entry->until)) {
        return FALSE;
    }
    entry->info = qevm_finding_find(slug);
    if (!entry->info) {
        return fail(r,
                    "no finding \"%s\"; \"qevm help findings\" lists them all",
                    slug);
    }
    return is_day(entry->until) ||
           fail(r, "\"until\" must be a day, as 2027-01-31");
}

static gboolean
read_root(Reader *r, const json_t *root)
{
    const json_t *version = json_object_get(root, VERSION_KEY);
    const json_t *list = json_object_get(root, "accepted");

    if (!json_is_integer(version) || json_integer_value(version) != 1 ||
        !json_is_array(list) || json_object_size(root) != 2) {
        g_set_error(r->error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%s: no baseline: expected {\"" VERSION_KEY
                    "\": 1, \"accepted\": [...]}",
                    r->baseline->name);
        return FALSE;
    }
    for (r->index = 0; r->index < json_array_size(list); r->index++) {
        QevmAccepted *entry = g_new0(QevmAccepted, 1);

        g_ptr_array_add(r->baseline->entries, entry);
        if (!read_entry(r, json_array_get(list, r->index), entry)) {
            return FALSE;
        }
    }
    return TRUE;
}

QevmBaseline *
qevm_baseline_load(const char *path, GError **error)
{
    g_autoptr(QevmBaseline) baseline = qevm_baseline_new(path);
    Reader r = { baseline, 0, error };
    g_autofree char *text = NULL;
    gsize len;
    json_t *root;
    gboolean ok;

    if (!g_file_get_contents(path, &text, &len, error)) {
        return NULL;
    }
    root = qevm_json_text(text, len, path, QEVM_ERROR_RULE, error);
    ok = root && read_root(&r, root);
    json_decref(root);
    return ok ? g_steal_pointer(&baseline) : NULL;
}

/* ---- what it accepts ---- */

static gboolean
covers(const QevmAccepted *entry, const QevmFinding *finding,
       const char *direction)
{
    return entry->info == finding->info &&
           (!entry->direction || strcmp(entry->direction, direction) == 0) &&
           qevm_path_match(entry->path, FALSE, finding->path);
}

void
qevm_baseline_apply(QevmBaseline *baseline, GPtrArray *findings,
                    const char *direction, const char *today)
{
    for (guint i = 0; i < findings->len; i++) {
        QevmFinding *finding = g_ptr_array_index(findings, i);

        for (guint k = 0; k < baseline->entries->len; k++) {
            QevmAccepted *entry = g_ptr_array_index(baseline->entries, k);

            if (!covers(entry, finding, direction)) {
                continue;
            }
            entry->used = TRUE;
            entry->expired = strcmp(entry->until, today) < 0;
            if (!finding->accepted && !entry->expired) {
                finding->accepted = g_strdup_printf(
                    "%s (until %s)", entry->reason, entry->until);
            }
        }
    }
}

GPtrArray *
qevm_baseline_check(const QevmBaseline *baseline)
{
    GPtrArray *findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);

    for (guint i = 0; i < baseline->entries->len; i++) {
        const QevmAccepted *entry = g_ptr_array_index(baseline->entries, i);

        if (!entry->used) {
            qevm_finding_add(findings, "baseline-unused", g_strdup(entry->path),
                             0, "accepted[%u] accepts no %s", i,
                             entry->info->slug);
        } else if (entry->expired) {
            qevm_finding_add(findings, "baseline-expired",
                             g_strdup(entry->path), 0,
                             "accepted[%u] accepted %s until %s: %s", i,
                             entry->info->slug, entry->until, entry->reason);
        }
    }
    return findings;
}

/* ---- writing ---- */

void
qevm_baseline_add(QevmBaseline *baseline, const GPtrArray *findings,
                  const char *direction, const char *reason, const char *until)
{
    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *finding = g_ptr_array_index(findings, i);
        QevmAccepted *entry;

        if (finding->accepted ||
            finding->info->severity == QEVM_SEVERITY_NOTE) {
            continue;
        }
        entry = g_new0(QevmAccepted, 1);
        entry->info = finding->info;
        entry->path = g_strdup(finding->path);
        entry->direction = g_strdup(direction);
        entry->reason = g_strdup(reason);
        entry->until = g_strdup(until);
        entry->used = TRUE;
        g_ptr_array_add(baseline->entries, entry);
    }
}

static void
add_member(json_t *json, const char *member, const char *text)
{
    json_object_set_new(json, member, json_string(text));
}

char *
qevm_baseline_text(const QevmBaseline *baseline)
{
    g_autoptr(GString) text =
        g_string_new("{\"" VERSION_KEY "\": 1, \"accepted\": [");
    const char *between = "\n ";

    for (guint i = 0; i < baseline->entries->len; i++) {
        const QevmAccepted *entry = g_ptr_array_index(baseline->entries, i);
        json_t *json = json_object();
        char *line;

        add_member(json, "finding", entry->info->slug);
        add_member(json, "path", entry->path);
        if (entry->direction) {
            add_member(json, "direction", entry->direction);
        }
        add_member(json, "reason", entry->reason);
        add_member(json, "until", entry->until);
        line = json_dumps(json, 0);
        if (entry->used && !entry->expired) {
            g_string_append_printf(text, "%s%s", between, line);
            between = ",\n ";
        }
        free(line);
        json_decref(json);
    }
    g_string_append(text, "]}\n");
    return g_string_free(g_steal_pointer(&text), FALSE);
}
