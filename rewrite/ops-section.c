/* ops-section.c - operations on whole sections and their headers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

#include "parser/describe.h"

gboolean
qevm_section_exists(const QevmStream *stream, const char *idstr,
                    guint32 instance_id, const QevmRecord *but)
{
    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r != but && qevm_record_is_section(r) && !r->dropped &&
            r->instance_id == instance_id &&
            strcmp(qevm_record_name(r), idstr) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* ---- header facts ---- */

static gboolean
record_number(QevmApply *apply, const QevmMatch *match, guint32 before,
              guint64 after, GError **error)
{
    return qevm_apply_change(apply, match->path, match->place.record->offset,
                             g_strdup_printf("%u", before),
                             g_strdup_printf("%" G_GUINT64_FORMAT, after),
                             QEVM_LOSS_LOSSLESS, NULL, error);
}

static gboolean
put_subsection_version(QevmApply *apply, const QevmMatch *match,
                       guint64 version, GError **error)
{
    QevmNode *node = match->place.node;
    guint32 old = node->desc.vmsd->version;

    if (version > 255) {
        return qevm_apply_fail(match->path, error,
                               "the version of a subsection must be below "
                               "256");
    }
    if (version == old) {
        return TRUE;
    }
    qevm_node_own_vmsd(node)->version = (guint32)version;
    return record_number(apply, match, old, version, error);
}

gboolean
qevm_put_version(QevmApply *apply, const QevmMatch *match, guint64 version,
                 GError **error)
{
    QevmRecord *record = match->place.record;
    guint32 old = record->version_id;

    if (match->place.node && match->place.node->kind == QEVM_NODE_SUBSECTION) {
        return put_subsection_version(apply, match, version, error);
    }
    if (record->type == QEVM_RECORD_CONFIGURATION) {
        return qevm_apply_fail(match->path, error,
                               "the configuration has no version");
    }
    if (version == old) {
        return TRUE;
    }
    /* The vmdesc repeats the version of what it describes. */
    if (record->added || (record->device && !record->device->legacy)) {
        QevmTree *tree = qevm_record_tree(apply->edit->stream, record, error);

        if (!tree) {
            return FALSE;
        }
        qevm_node_own_vmsd(&tree->root)->version = (guint32)version;
    }
    record->version_id = (guint32)version;
    record->header_dirty = TRUE;
    return record_number(apply, match, old, version, error);
}

gboolean
qevm_put_instance(QevmApply *apply, const QevmMatch *match, guint64 instance,
                  GError **error)
{
    QevmRecord *record = match->place.record;
    guint32 old = record->instance_id;

    if (record->type == QEVM_RECORD_CONFIGURATION) {
        return qevm_apply_fail(match->path, error,
                               "the configuration has no instance");
    }
    if (instance == old) {
        return TRUE;
    }
    if (qevm_section_exists(apply->edit->stream, record->idstr,
                            (guint32)instance, record)) {
        return qevm_apply_fail(
            match->path, error,
            "there is an instance %" G_GUINT64_FORMAT " already", instance);
    }
    record->instance_id = (guint32)instance;
    record->header_dirty = TRUE;
    return record_number(apply, match, old, instance, error);
}

gboolean
qevm_op_set_version(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        if (!qevm_put_version(apply, &g_array_index(matches, QevmMatch, i),
                              apply->rule->version, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_op_set_instance(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        if (!qevm_put_instance(apply, &g_array_index(matches, QevmMatch, i),
                               apply->rule->instance, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
rename_one(QevmApply *apply, const QevmMatch *match, GError **error)
{
    QevmStream *stream = apply->edit->stream;
    QevmRecord *record = match->place.record;
    const char *to = apply->rule->to;
    g_autofree char *before = NULL;

    if (record->type == QEVM_RECORD_CONFIGURATION) {
        return qevm_apply_fail(match->path, error,
                               "the configuration has no idstr");
    }
    if (strcmp(record->idstr, to) == 0) {
        return TRUE;
    }
    if (qevm_section_exists(stream, to, record->instance_id, record)) {
        return qevm_apply_fail(match->path, error,
                               "there is a section `%s` already", to);
    }
    before = g_steal_pointer(&record->idstr);
    record->idstr = g_strdup(to);
    record->header_dirty = TRUE;
    for (guint i = 0;
         record->type == QEVM_RECORD_START && i < stream->records->len; i++) {
        QevmRecord *end = g_ptr_array_index(stream->records, i);

        if (end->type == QEVM_RECORD_END &&
            end->section_id == record->section_id) {
            g_free(end->idstr);
            end->idstr = g_strdup(to);
        }
    }
    return qevm_apply_change(apply, match->path, record->offset,
                             g_steal_pointer(&before), g_strdup(to),
                             QEVM_LOSS_LOSSLESS, NULL, error);
}

gboolean
qevm_op_rename_section(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        if (!rename_one(apply, &g_array_index(matches, QevmMatch, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- add-section ---- */

gboolean
qevm_apply_position(QevmApply *apply, guint standard, guint *index,
                    QevmRecord **beside, gboolean *here, GError **error)
{
    const QevmRule *rule = apply->rule;
    QevmEdit *edit = apply->edit;
    gboolean head = apply->phase == QEVM_PHASE_HEAD;
    guint64 done = g_array_index(edit->matches, guint64, rule->number - 1);
    const char *text = rule->before ? rule->before : rule->after;
    GError *cause = NULL;
    QevmRecord *found;

    *beside = NULL;
    *here = FALSE;
    if (!text || (apply->phase == QEVM_PHASE_DEVICES && done)) {
        *index = standard;
        *here = !head && !done;
        return TRUE;
    }
    if (!qevm_apply_anchor(apply, rule->before ? "before" : "after", text,
                           index, &cause)) {
        if (head && g_error_matches(cause, QEVM_ERROR, QEVM_ERROR_PATH)) {
            g_error_free(cause);
            return TRUE;
        }
        g_propagate_error(error, cause);
        return FALSE;
    }
    found = g_ptr_array_index(edit->stream->records, *index);
    if (apply->phase == QEVM_PHASE_DEVICES &&
        g_hash_table_contains(edit->passed, found)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "`%s` was passed on already", text);
        return FALSE;
    }
    if (rule->before && found->type == QEVM_RECORD_CONFIGURATION) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "nothing can stand before the configuration");
        return FALSE;
    }
    *index += rule->after ? 1 : 0;
    *beside = found;
    *here = TRUE;
    return TRUE;
}

static guint
end_of_sections(const QevmStream *stream)
{
    guint last = 0, end = stream->records->len;

    for (guint i = stream->records->len; i > 0; i--) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i - 1);

        if (r->type == QEVM_RECORD_FULL && !r->early && !last) {
            last = i;
        }
        if (r->type == QEVM_RECORD_EOF || r->type == QEVM_RECORD_VMDESC ||
            r->type == QEVM_RECORD_TRAILING || r->type == QEVM_RECORD_RAW) {
            end = i - 1;
        }
    }
    return last ? last : end;
}

static guint32
free_section_id(const QevmStream *stream)
{
    guint32 id = 0;

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_START || r->type == QEVM_RECORD_FULL) {
            /* A stream may use up all numbers; the loader does not mind. */
            id = MAX(id, r->section_id + (r->section_id < G_MAXUINT32));
        }
    }
    return id;
}

static gboolean
has_footers(const QevmEdit *edit)
{
    return edit->live->footers == QEVM_FOOTERS_ADD ||
           (edit->live->footers == QEVM_FOOTERS_AS_THEY_ARE &&
            edit->stream->footers);
}

/* The name in the vmdesc: what follows the device's place in the idstr. */
static const char *
vmsd_name(const QevmRule *rule)
{
    const char *slash = strrchr(rule->to, '/');

    return rule->type ? rule->type : slash && slash[1] ? slash + 1 : rule->to;
}

static QevmRecord *
new_section(QevmApply *apply, const QevmRecord *beside, guint index)
{
    const QevmRule *rule = apply->rule;
    QevmStream *stream = apply->edit->stream;
    QevmVmsd *vmsd = qevm_arena_alloc0(stream->arena, sizeof(*vmsd));
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    QevmRecord *record = g_new0(QevmRecord, 1);
    const QevmRecord *last =
        index ? g_ptr_array_index(stream->records, index - 1) : NULL;

    vmsd->name = qevm_arena_string(stream->arena, vmsd_name(rule));
    vmsd->version = (guint32)rule->version;
    record->type = QEVM_RECORD_FULL;
    record->section_id = free_section_id(stream);
    record->instance_id = (guint32)rule->instance;
    record->version_id = (guint32)rule->version;
    record->idstr = g_strdup(rule->to);
    record->footer = has_footers(apply->edit);
    record->early =
        beside && (beside->early || beside->type != QEVM_RECORD_FULL);
    record->packaged = beside ? beside->packaged : last && last->packaged;
    record->added = TRUE;
    record->tree = qevm_tree_new_read(vmsd, nothing, 0, NULL, stream->budget);
    return record;
}

/* Marked as edited, so that nobody frees what no source has. */
static void
mark_ours(QevmRecord *record)
{
    record->tree->root.dirty = TRUE;
    record->tree->root.reshaped = TRUE;
}

static gboolean
add_configuration(QevmApply *apply, GError **error)
{
    QevmEdit *edit = apply->edit;
    QevmStream *stream = edit->stream;
    const QevmNewField *name =
        &g_array_index(apply->rule->fields, QevmNewField, 0);
    GBytes *text = name->value.literal.bytes;
    GByteArray *all = g_byte_array_new();
    g_autoptr(GBytes) payload = NULL;
    QevmRecord *record;
    guint index = 0;

    qevm_be_append(all, 4, g_bytes_get_size(text));
    g_byte_array_append(all, g_bytes_get_data(text, NULL),
                        (guint)g_bytes_get_size(text));
    payload = g_byte_array_free_to_bytes(all);
    while (index < stream->records->len &&
           ((QevmRecord *)g_ptr_array_index(stream->records, index))->type ==
               QEVM_RECORD_HEADER) {
        index++;
    }
    record = g_new0(QevmRecord, 1);
    record->type = QEVM_RECORD_CONFIGURATION;
    record->added = TRUE;
    record->tree =
        qevm_tree_new_read(qevm_describe_configuration(stream->arena, payload),
                           payload, 0, NULL, stream->budget);
    mark_ours(record);
    g_ptr_array_insert(stream->records, (gint)index, record);
    edit->add_configuration = TRUE;
    apply->matched++;
    return qevm_apply_change(apply, "configuration", 0, NULL,
                             qevm_value_brief(&name->value.literal),
                             QEVM_LOSS_LOSSLESS, NULL, error);
}

gboolean
qevm_op_add_section(QevmApply *apply, GArray *matches, GError **error)
{
    const QevmRule *rule = apply->rule;
    QevmStream *stream = apply->edit->stream;
    gboolean configuration = strcmp(rule->to, "configuration") == 0, here;
    QevmRecord *record, *beside;
    g_autofree char *path = NULL;
    QevmPlace place = { .kind = QEVM_PLACE_SECTION };
    guint index;

    g_assert(!matches);
    if (configuration && apply->phase == QEVM_PHASE_DEVICES) {
        return TRUE;
    }
    if (!configuration) {
        if (!qevm_apply_position(apply, end_of_sections(stream), &index,
                                 &beside, &here, error)) {
            return FALSE;
        }
        if (!here) {
            return TRUE;
        }
    }
    if (qevm_section_exists(stream, rule->to, (guint32)rule->instance, NULL)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "there is a section `%s` already", rule->to);
        return FALSE;
    }
    if (configuration) {
        return add_configuration(apply, error);
    }
    record = new_section(apply, beside, index);
    place.record = record;
    place.node = &record->tree->root;
    g_ptr_array_insert(stream->records, (gint)index, record);
    mark_ours(record);
    apply->matched++;
    path = qevm_path_of(stream, &place);
    return qevm_apply_change(apply, path, 0, NULL,
                             g_strdup_printf("version %u", record->version_id),
                             QEVM_LOSS_LOSSLESS, NULL, error) &&
           qevm_insert_fields(apply, &place, place.node, NULL, error);
}

/* ---- drop-section ---- */

/* The live part is filtered by section id on its way (live.h). */
static void
drop_live(QevmEdit *edit, const QevmRecord *start)
{
    g_array_append_val(edit->live->section_ids, start->section_id);
    for (guint i = 0; i < edit->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(edit->stream->records, i);

        if (r->type == QEVM_RECORD_END && r->section_id == start->section_id) {
            r->dropped = TRUE;
        }
    }
}

static gboolean
drop_one(QevmApply *apply, const QevmMatch *match, GError **error)
{
    const QevmRule *rule = apply->rule;
    QevmRecord *record = match->place.record;
    gboolean tells = record->type == QEVM_RECORD_CONFIGURATION;
    g_autofree char *why = NULL;
    gboolean equal = FALSE;
    char *what = NULL;
    guint64 size = record->payload_size;
    QevmLoss loss;

    if (rule->if_equals_fields || qevm_operand_given(&rule->if_equals)) {
        QevmNode *root = qevm_apply_node(apply, &match->place, error);

        if (!root || !qevm_if_equals(apply, record, root, &match->place, &equal,
                                     &why, error)) {
            g_prefix_error(error, "%s: ", match->path);
            return FALSE;
        }
    }
    if (record->tree) {
        size = qevm_node_wire_size(&record->tree->root);
    }
    /* The configuration says what the stream is for, it is no guest state. */
    loss = equal || tells ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSY;
    if (loss == QEVM_LOSS_LOSSY) {
        what = record->type == QEVM_RECORD_START
                   ? g_strdup_printf("the section and all its parts are "
                                     "dropped%s%s",
                                     why ? "; " : "", why ? why : "")
                   : g_strdup_printf("the section, %" G_GUINT64_FORMAT
                                     " bytes, is dropped%s%s",
                                     size, why ? "; " : "", why ? why : "");
    }
    if (!qevm_apply_change(apply, match->path, record->offset,
                           g_strdup_printf("%" G_GUINT64_FORMAT " bytes", size),
                           NULL, loss, what, error)) {
        return FALSE;
    }
    record->dropped = TRUE;
    if (record->type == QEVM_RECORD_START) {
        drop_live(apply->edit, record);
    }
    if (tells) {
        apply->edit->add_configuration = FALSE;
    }
    return TRUE;
}

gboolean
qevm_op_drop_section(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        if (!drop_one(apply, &g_array_index(matches, QevmMatch, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- move-section ---- */

static gboolean
check_move(const QevmMatch *match, const QevmRecord *anchor, GError **error)
{
    const QevmRecord *record = match->place.record;

    if (record == anchor) {
        return qevm_apply_fail(match->path, error,
                               "cannot be put beside itself");
    }
    /* Elsewhere the place of a section is part of what it means. */
    if (record->type != QEVM_RECORD_FULL || anchor->type != QEVM_RECORD_FULL ||
        record->early != anchor->early ||
        record->packaged != anchor->packaged) {
        return qevm_apply_fail(match->path, error,
                               "only device sections can be moved, and only "
                               "among each other");
    }
    return TRUE;
}

gboolean
qevm_op_move_section(QevmApply *apply, GArray *matches, GError **error)
{
    const QevmRule *rule = apply->rule;
    GPtrArray *records = apply->edit->stream->records;
    const char *text = rule->before ? rule->before : rule->after;
    QevmRecord *anchor;
    guint at = 0;

    if (!qevm_apply_anchor(apply, rule->before ? "before" : "after", text, &at,
                           error)) {
        return FALSE;
    }
    anchor = g_ptr_array_index(records, at);
    for (guint i = 0; i < matches->len; i++) {
        if (!check_move(&g_array_index(matches, QevmMatch, i), anchor, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < matches->len; i++) {
        const QevmMatch *match = &g_array_index(matches, QevmMatch, i);
        QevmRecord *record = match->place.record;
        guint from = 0;

        if (!qevm_apply_change(
                apply, match->path, record->offset, NULL,
                g_strdup_printf("%s %s", rule->before ? "before" : "after",
                                text),
                QEVM_LOSS_LOSSLESS, NULL, error)) {
            return FALSE;
        }
        if (!g_ptr_array_find(records, record, &from)) {
            continue;
        }
        g_ptr_array_steal_index(records, from);
        g_ptr_array_find(records, anchor, &at);
        g_ptr_array_insert(records, (gint)at + (rule->after ? 1 : 0), record);
        /* Several keep their order: the next one goes behind this one. */
        if (rule->after) {
            anchor = record;
        }
    }
    return TRUE;
}
