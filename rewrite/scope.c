/* scope.c - what an expression sees at a place of a stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/scope.h"
#include "parser/place.h"

QevmNode *
qevm_place_node(QevmStream *stream, const QevmPlace *place, GError **error)
{
    QevmTree *tree;

    if (place->node) {
        return place->node;
    }
    tree = qevm_record_tree(stream, place->record, error);
    if (!tree && error && !*error) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%s: there are no fields in it",
                    qevm_record_name(place->record));
    }
    return tree ? &tree->root : NULL;
}

static gboolean
is_container(const QevmNode *node)
{
    return node->kind == QEVM_NODE_SECTION ||
           node->kind == QEVM_NODE_SUBSECTION || node->kind == QEVM_NODE_STRUCT;
}

/* Where $"path" starts: the struct that a value or array is in; a struct,
 * subsection or section itself. */
static QevmNode *
scope_base(const QevmPlaceScope *scope, GError **error)
{
    QevmNode *node = qevm_place_node(scope->stream, scope->place, error);
    gboolean run = scope->place->kind == QEVM_PLACE_NODE && scope->place->index;

    return !node || (is_container(node) && !run) || !node->parent
               ? node
               : node->parent;
}

static gboolean
scope_version(const QevmPlaceScope *scope, QevmValue *out)
{
    const QevmNode *node = scope->place->node;

    while (node && node->kind != QEVM_NODE_SUBSECTION) {
        node = node->parent;
    }
    qevm_value_set_uint(out, node ? node->desc.vmsd->version
                                  : scope->place->record->version_id);
    return TRUE;
}

static gboolean
place_measure(QevmStream *stream, const QevmPlace *place, QevmLookup what,
              QevmValue *out, GError **error)
{
    QevmNode *node = qevm_place_node(stream, place, error);
    gboolean element = place->kind == QEVM_PLACE_ELEMENT;
    guint64 behind = place->kind == QEVM_PLACE_NODE ? place->index : 0;
    guint64 size = 0;

    if (!node) {
        return FALSE;
    }
    if (what == QEVM_LOOKUP_COUNT) {
        qevm_value_set_uint(out,
                            element ? 1 : qevm_place_elements(node) + behind);
        return TRUE;
    }
    for (guint64 i = 0; i <= behind; i++, node = node->next) {
        size += element ? node->desc.field->size : qevm_node_wire_size(node);
    }
    qevm_value_set_uint(out, size);
    return TRUE;
}

static gboolean
scope_lookup(gpointer user, QevmLookup what, const char *path, QevmValue *out,
             GError **error)
{
    const QevmPlaceScope *scope = user;
    QevmPlace place = *scope->place;
    g_autoptr(GArray) places = NULL;

    if (what == QEVM_LOOKUP_VERSION) {
        return scope_version(scope, out);
    }
    if (path) {
        QevmNode *base = scope_base(scope, error);

        if (!base) {
            return FALSE;
        }
        places =
            qevm_path_resolve_below(place.record, base, path,
                                    what == QEVM_LOOKUP_EXISTS ? NULL : error);
        if (what == QEVM_LOOKUP_EXISTS) {
            qevm_value_set_bool(out, places && places->len);
            return TRUE;
        }
        if (!places) {
            return FALSE;
        }
        if (places->len != 1) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                        "$\"%s\" names %u places", path, places->len);
            return FALSE;
        }
        place = g_array_index(places, QevmPlace, 0);
    }
    switch (what) {
    case QEVM_LOOKUP_EXISTS:
        qevm_value_set_bool(out, TRUE);
        return TRUE;
    case QEVM_LOOKUP_SIZE:
    case QEVM_LOOKUP_COUNT:
        return place_measure(scope->stream, &place, what, out, error);
    default:
        return qevm_place_value(&place, out, error);
    }
}

QevmScope
qevm_place_scope(QevmPlaceScope *at)
{
    return (QevmScope){ scope_lookup, at };
}
