/* resolve.c - from a path to the places it names. */
#include "parser/place.h"

/* Spelling a section's path looks at all records: so many are spelt. */
#define SPELL_MAX 1000

static gboolean
visible(const QevmRecord *record)
{
    return qevm_record_is_section(record) && !record->dropped;
}

static void
collect_sections(QevmStream *stream, const char *name, gboolean pattern,
                 GPtrArray *out)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *record = stream->records->pdata[i];

        if (visible(record) &&
            qevm_path_match(name, !pattern, qevm_record_name(record))) {
            g_ptr_array_add(out, record);
        }
    }
}

/* Those of an instance, and of a rank among their equals, if asked for. */
static GPtrArray *
narrow_sections(const QevmPath *path, GPtrArray *records)
{
    g_autoptr(GHashTable) counters =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GPtrArray *out = g_ptr_array_new();

    for (guint i = 0; i < records->len; i++) {
        QevmRecord *record = records->pdata[i];
        guint64 *rank;
        char *key;

        if (path->which == QEVM_INSTANCE_IS &&
            record->instance_id != path->instance_id) {
            continue;
        }
        key = g_strdup_printf("%u %s", record->instance_id,
                              qevm_record_name(record));
        rank = g_hash_table_lookup(counters, key);
        if (!rank) {
            rank = g_new0(guint64, 1);
            g_hash_table_insert(counters, key, rank);
        } else {
            g_free(key);
        }
        if (path->ordinal < 0 || *rank == (guint64)path->ordinal) {
            g_ptr_array_add(out, record);
        }
        *rank += 1;
    }
    return out;
}

/* Names all of them that fit in a message as paths do. */
static GPtrArray *
section_names(QevmStream *stream, GPtrArray *records)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < records->len; i++) {
        QevmPlace place = { .kind = QEVM_PLACE_SECTION,
                            .record = records->pdata[i] };

        /* Names are dear to make, and those past the list are counted. */
        g_ptr_array_add(names, i < SPELL_MAX ? qevm_path_of(stream, &place)
                                             : g_strdup(""));
    }
    return names;
}

static char *
spell_section(const QevmPath *path)
{
    GString *out = g_string_new(NULL);
    g_autofree char *quoted = path->section_literal
                                  ? qevm_path_quote(path->section)
                                  : g_strdup(path->section);

    g_string_append(out, quoted);
    if (path->which == QEVM_INSTANCE_IS) {
        g_string_append_printf(out, "@%u", path->instance_id);
    } else if (path->which == QEVM_INSTANCE_ALL) {
        g_string_append(out, "@*");
    }
    if (path->ordinal >= 0) {
        g_string_append_printf(out, "#%d", path->ordinal);
    }
    return g_string_free(out, FALSE);
}

/* The records that the section part names: at least one, else NULL with
 * *missing or *error set. */
static GPtrArray *
find_sections(QevmStream *stream, const QevmPath *path, GError **missing,
              GError **error)
{
    g_autoptr(GPtrArray) named = g_ptr_array_new();
    g_autoptr(GPtrArray) found = NULL;
    g_autoptr(GPtrArray) names = NULL;
    g_autofree char *spelled = spell_section(path);
    gboolean pattern = FALSE;

    collect_sections(stream, path->section, FALSE, named);
    if (named->len == 0 &&
        qevm_path_is_pattern(path->section, path->section_literal)) {
        pattern = TRUE;
        collect_sections(stream, path->section, TRUE, named);
    }
    found = narrow_sections(path, named);
    if (found->len == 0) {
        if (named->len == 0) {
            collect_sections(stream, "*", TRUE, named);
        }
        names = section_names(stream, named);
        qevm_places_missing(missing, "section", spelled, "this stream", names);
        return NULL;
    }
    if (found->len > 1 && !pattern && path->which != QEVM_INSTANCE_ALL) {
        g_autoptr(GString) text = g_string_new(NULL);

        names = section_names(stream, found);
        qevm_places_list(text, names);
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "`%s` is %u sections: say one of %s, or %s@* for all",
                    spelled, found->len, text->str, path->section);
        return NULL;
    }
    return g_steal_pointer(&found);
}

/* What the path names in one section, added to *out. */
static gboolean
resolve_section(QevmResolver *r, QevmRecord *record, const QevmPath *path,
                GArray **out, GError **error)
{
    gboolean decoded = record->tree != NULL;
    QevmPlace from = { .kind = QEVM_PLACE_SECTION,
                       .record = record,
                       .node = decoded ? &record->tree->root : NULL };
    g_autoptr(GArray) places = qevm_steps_take(r, &from, path->steps, error);

    if (!places) {
        return FALSE;
    }
    if (places->len > QEVM_PATH_PLACES_MAX - (*out)->len) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "the path names more than %u places", QEVM_PATH_PLACES_MAX);
        return FALSE;
    }
    /* Looked into in vain: a pattern shall not keep every tree. */
    if (places->len == 0 && !decoded && record->tree) {
        qevm_record_forget(record);
    }
    if ((*out)->len == 0) {
        g_array_unref(*out);
        *out = g_steal_pointer(&places);
    } else {
        g_array_append_vals(*out, places->data, places->len);
    }
    return TRUE;
}

GArray *
qevm_path_resolve_any(QevmStream *stream, const QevmPath *path,
                      GError **missing, GError **error)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(QevmPlace));
    g_autoptr(GPtrArray) records = NULL;
    QevmResolver r = { stream, NULL };
    GError *failed = NULL;

    g_return_val_if_fail(path->section, NULL);
    records = find_sections(stream, path, &r.missing, &failed);
    for (guint i = 0; records && !failed && i < records->len; i++) {
        (void)!resolve_section(&r, records->pdata[i], path, &out, &failed);
    }
    if (failed) {
        g_clear_error(&r.missing);
        g_propagate_error(error, failed);
        return NULL;
    }
    if (out->len > 0) {
        g_clear_error(&r.missing);
    } else {
        g_propagate_error(missing, r.missing);
    }
    return g_steal_pointer(&out);
}

GArray *
qevm_path_resolve(QevmStream *stream, const QevmPath *path, GError **error)
{
    GError *missing = NULL;
    g_autoptr(GArray) out =
        qevm_path_resolve_any(stream, path, &missing, error);

    if (missing) {
        g_propagate_error(error, missing);
        return NULL;
    }
    return g_steal_pointer(&out);
}

GArray *
qevm_path_resolve_below(QevmRecord *record, QevmNode *node, const char *text,
                        GError **error)
{
    g_autoptr(QevmPath) path = qevm_path_parse_below(text, error);
    g_autoptr(GArray) out = NULL;
    QevmResolver r = { NULL, NULL };
    QevmPlace from = { .kind = QEVM_PLACE_NODE,
                       .record = record,
                       .node = node };

    if (!path) {
        return NULL;
    }
    while (path->has_tree && from.node->parent) {
        from.node = from.node->parent;
    }
    /* The parent of an element, to a path, is what holds the array. */
    if (from.node->kind == QEVM_NODE_STRUCTS ||
        from.node->kind == QEVM_NODE_LIST) {
        from.node = from.node->parent;
    }
    if (from.node->kind == QEVM_NODE_SECTION) {
        from.kind = QEVM_PLACE_SECTION;
    }
    out = qevm_steps_take(&r, &from, path->steps, error);
    if (out && out->len == 0) {
        g_propagate_error(error, r.missing);
        return NULL;
    }
    g_clear_error(&r.missing);
    return g_steal_pointer(&out);
}
