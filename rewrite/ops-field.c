/* ops-field.c - operations that add, remove and retype fields.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include <string.h>

#include "parser/standing.h"

QevmArena *
qevm_edit_arena(QevmNode *node)
{
    return qevm_tree_arena(qevm_node_tree(node));
}

QevmNode *
qevm_last_field(QevmNode *parent)
{
    QevmNode *last = NULL;

    for (QevmNode *c = qevm_node_children(parent);
         c && c->kind != QEVM_NODE_SUBSECTION; c = c->next) {
        last = c;
    }
    return last;
}

void
qevm_replace_leaf(QevmNode *node, const char *type, guint64 size, guint64 count,
                  GBytes *bytes)
{
    const QevmFieldDesc *old = node->desc.field;
    QevmFieldDesc *desc = qevm_field_desc_new(qevm_edit_arena(node), old->name,
                                              type, size, count);

    desc->index = old->index;
    desc->array_len = count > 1 ? count : 0;
    qevm_node_set_desc(node, desc);
    qevm_node_set_bytes(node, bytes);
}

/* ---- add-field ---- */

static gboolean
add_one(QevmApply *apply, const QevmPlace *place, QevmNode *parent,
        QevmNode **after, const QevmNewField *field, GError **error)
{
    QevmArena *arena = qevm_edit_arena(parent);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *path = NULL;
    QevmPlace added = { .kind = QEVM_PLACE_NODE, .record = place->record };
    QevmFieldDesc *desc;
    guint64 size;

    for (QevmNode *c = qevm_node_children(parent); c; c = c->next) {
        if (c->kind != QEVM_NODE_SUBSECTION &&
            strcmp(qevm_node_name(c), field->name) == 0) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                        "there is a field `%s` already", field->name);
            return FALSE;
        }
    }
    if (!qevm_type_size(field->type, field->size, &size, error) ||
        !qevm_operand_eval(apply, &field->value, place, &value, error) ||
        !qevm_apply_make(apply, size * field->count, error)) {
        return FALSE;
    }
    desc = qevm_field_desc_new(arena, field->name, field->type, size,
                               field->count);
    /* Of strings with a length byte the value alone tells the size. */
    desc->prim = qevm_prim_find(field->type);
    desc->array_len = field->count > 1 ? field->count : 0;
    bytes = qevm_encode_run(desc, &value, !field->value.expr, error);
    if (!bytes) {
        return FALSE;
    }
    if (!size) {
        desc->size = g_bytes_get_size(bytes);
    }
    added.node = qevm_node_insert_field(parent, *after, desc, bytes);
    *after = added.node;
    path = qevm_path_of(apply->edit->stream, &added);
    return qevm_apply_change(apply, path, 0, NULL, qevm_node_brief(added.node),
                             QEVM_LOSS_LOSSLESS, NULL, error);
}

gboolean
qevm_insert_fields(QevmApply *apply, const QevmPlace *place, QevmNode *parent,
                   QevmNode *after, GError **error)
{
    const GArray *fields = apply->rule->fields;

    for (guint i = 0; i < fields->len; i++) {
        const QevmNewField *field = &g_array_index(fields, QevmNewField, i);

        if (!add_one(apply, place, parent, &after, field, error)) {
            g_prefix_error(error, "field `%s`: ", field->name);
            return FALSE;
        }
    }
    return TRUE;
}

static QevmNode *
previous_of(QevmNode *node)
{
    QevmNode *previous = NULL;

    for (QevmNode *c = node->parent->children; c != node; c = c->next) {
        previous = c;
    }
    return previous;
}

/* The field after which the first new one goes; NULL: at the front. */
static gboolean
find_sibling(QevmApply *apply, const QevmMatch *match, QevmNode *parent,
             QevmNode **after, GError **error)
{
    const QevmRule *rule = apply->rule;
    const char *name = rule->before ? rule->before : rule->after;
    g_autoptr(GArray) places = NULL;
    const QevmPlace *place;

    if (!name) {
        *after = qevm_last_field(parent);
        return TRUE;
    }
    places = qevm_path_resolve_below(match->place.record, parent, name, error);
    if (!places) {
        g_prefix_error(error, "%s: ", match->path);
        return FALSE;
    }
    place = places->len == 1 ? &g_array_index(places, QevmPlace, 0) : NULL;
    if (!place || place->kind != QEVM_PLACE_NODE ||
        place->node->parent != parent ||
        place->node->kind == QEVM_NODE_SUBSECTION) {
        return qevm_apply_fail(match->path, error, "`%s` is no field of it",
                               name);
    }
    *after = rule->before ? previous_of(place->node) : place->node;
    return TRUE;
}

gboolean
qevm_check_described(const QevmMatch *match, GError **error)
{
    const QevmDevice *device = match->place.record->device;

    if (!device || !device->legacy) {
        return TRUE;
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                "%s: the section is described as nothing but bytes; use "
                "retype on its `data`",
                match->path);
    return FALSE;
}

static gboolean
check_parent(const QevmMatch *match, const QevmNode *parent, GError **error)
{
    if (match->place.kind == QEVM_PLACE_ELEMENT ||
        (parent->kind != QEVM_NODE_SECTION &&
         parent->kind != QEVM_NODE_SUBSECTION &&
         parent->kind != QEVM_NODE_STRUCT)) {
        return qevm_apply_fail(match->path, error, "is no struct%s",
                               parent->kind == QEVM_NODE_STRUCTS ||
                                       parent->kind == QEVM_NODE_LIST
                                   ? "; name its elements with [I] or [*]"
                                   : "");
    }
    return qevm_check_described(match, error);
}

gboolean
qevm_op_add_field(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        const QevmMatch *match = &g_array_index(matches, QevmMatch, i);
        QevmNode *parent = qevm_apply_node(apply, &match->place, error);
        QevmNode *after = NULL;

        if (!parent || !check_parent(match, parent, error) ||
            !find_sibling(apply, match, parent, &after, error)) {
            return FALSE;
        }
        if (!qevm_insert_fields(apply, &match->place, parent, after, error)) {
            g_prefix_error(error, "%s: ", match->path);
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- remove-field ---- */

static gboolean
check_removable(const QevmMatch *match, GError **error)
{
    const QevmNode *node = match->place.node;
    gboolean element = match->place.kind == QEVM_PLACE_ELEMENT ||
                       node->parent->kind == QEVM_NODE_STRUCTS ||
                       node->parent->kind == QEVM_NODE_LIST;

    if (!element && node->kind == QEVM_NODE_STRUCT) {
        QevmStanding standing;

        qevm_standing_of_node(node, &standing);
        element = standing.alike > match->place.index + 1;
    }
    if (element) {
        return qevm_apply_fail(match->path, error,
                               "is an element; use remove-element");
    }
    return qevm_check_described(match, error);
}

/* Does if-equals hold for a field, or for each struct of an array of them? */
static gboolean
all_equal(QevmApply *apply, const QevmMatch *match, gboolean *equal, char **why,
          GError **error)
{
    QevmNode *node = match->place.node;

    *equal = TRUE;
    for (guint64 i = 0; i <= match->place.index && *equal; i++) {
        if (!qevm_if_equals(apply, match->place.record, node, &match->place,
                            equal, why, error)) {
            g_prefix_error(error, "%s: ", match->path);
            return FALSE;
        }
        node = node->next;
    }
    return TRUE;
}

/* The value of a field, or the bytes of all structs of an array. */
static char *
place_brief(const QevmPlace *place)
{
    g_autoptr(GByteArray) all = NULL;
    QevmNode *node = place->node;

    if (!place->index) {
        return qevm_node_brief(node);
    }
    all = g_byte_array_new();
    for (guint64 i = 0; i <= place->index; i++, node = node->next) {
        qevm_node_emit(node, all);
    }
    return qevm_bytes_brief(all->data, all->len);
}

gboolean
qevm_op_remove_field(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        const QevmMatch *match = &g_array_index(matches, QevmMatch, i);
        QevmNode *node = match->place.node;
        g_autofree char *why = NULL;
        g_autofree char *value = NULL;
        gboolean equal = FALSE;
        char *what = NULL;

        if (!check_removable(match, error)) {
            return FALSE;
        }
        if (!all_equal(apply, match, &equal, &why, error)) {
            return FALSE;
        }
        value = place_brief(&match->place);
        if (!equal) {
            what = g_strdup_printf("value %s is dropped%s%s", value,
                                   why ? "; " : "", why ? why : "");
        }
        if (!qevm_apply_change(
                apply, match->path, node->offset, g_steal_pointer(&value), NULL,
                equal ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSY, what, error)) {
            return FALSE;
        }
        qevm_node_remove_many(node, match->place.index + 1);
    }
    return TRUE;
}

/* ---- retype ---- */

static gboolean
retype_one(QevmApply *apply, const QevmMatch *match, guint64 size,
           GError **error)
{
    const QevmRule *rule = apply->rule;
    QevmNode *node = match->place.node;
    gboolean given = qevm_operand_given(&rule->value);
    guint64 count = qevm_node_count(node);
    QevmFieldDesc desc = { .type = rule->type,
                           .prim = qevm_prim_find(rule->type),
                           .size = size,
                           .count = count };
    g_autofree char *before = NULL;
    g_autoptr(GBytes) bytes = NULL;
    gsize old_size;
    const guint8 *old = qevm_node_bytes(node, &old_size);
    guint64 offset = node->offset;

    if (!given && size != node->desc.field->size) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "has %" G_GUINT64_FORMAT
                    " bytes; a type of %" G_GUINT64_FORMAT " needs a \"value\"",
                    node->desc.field->size, size);
        return FALSE;
    }
    if (given) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;

        if (!qevm_operand_eval(apply, &rule->value, &match->place, &value,
                               error)) {
            return FALSE;
        }
        bytes = qevm_encode_run(&desc, &value, !rule->value.expr, error);
    } else {
        bytes = g_bytes_new(old, old_size);
    }
    if (!bytes || !qevm_apply_make(apply, g_bytes_get_size(bytes), error)) {
        return FALSE;
    }
    before = qevm_node_brief(node);
    qevm_replace_leaf(node, rule->type,
                      size ? size : g_bytes_get_size(bytes) / count, count,
                      bytes);
    return qevm_apply_change(apply, match->path, offset,
                             g_steal_pointer(&before), qevm_node_brief(node),
                             given ? QEVM_LOSS_STATED : QEVM_LOSS_LOSSLESS,
                             NULL, error);
}

gboolean
qevm_op_retype(QevmApply *apply, GArray *matches, GError **error)
{
    guint64 size;

    if (!qevm_type_size(apply->rule->type, apply->rule->size, &size, error)) {
        return FALSE;
    }
    for (guint i = 0; i < matches->len; i++) {
        const QevmMatch *match = &g_array_index(matches, QevmMatch, i);

        if (match->place.kind == QEVM_PLACE_ELEMENT) {
            return qevm_apply_fail(match->path, error,
                                   "is an element; only all of them can "
                                   "have another type");
        }
        if (!qevm_check_leaf(match, error)) {
            return FALSE;
        }
        if (!retype_one(apply, match, size, error)) {
            g_prefix_error(error, "%s: ", match->path);
            return FALSE;
        }
    }
    return TRUE;
}
