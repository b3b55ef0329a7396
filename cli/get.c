/* get.c - values by path, as text. */
#include "cli/get.h"
#include "parser/names.h"

#include <string.h>

gboolean
qevm_get_asks_many(const QevmPath *path)
{
    if (path->which == QEVM_INSTANCE_ALL ||
        (!path->section_literal && strpbrk(path->section, "*?"))) {
        return TRUE;
    }
    for (guint i = 0; i < path->steps->len; i++) {
        const QevmStep *step = &g_array_index(path->steps, QevmStep, i);

        if (step->select == QEVM_SELECT_ALL ||
            (step->name && !step->literal && strpbrk(step->name, "*?"))) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
qevm_get_is_leaf(const QevmPlace *place)
{
    return place->kind == QEVM_PLACE_ELEMENT ||
           place->kind == QEVM_PLACE_FACT ||
           (place->kind == QEVM_PLACE_NODE &&
            (place->node->kind == QEVM_NODE_FIELD ||
             place->node->kind == QEVM_NODE_RAW));
}

const QevmNode *
qevm_get_node(const QevmPlace *place)
{
    return place->kind == QEVM_PLACE_FACT ? NULL : place->node;
}

/* An array of leaves on one line, whole. */
static void
print_array(QevmPrint *out, QevmNode *node)
{
    guint64 count = qevm_node_count(node);

    qevm_print(out, "[");
    for (guint64 i = 0; i < count; i++) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        g_autofree char *text = NULL;

        qevm_node_value(node, i, &value);
        text = qevm_names_format(qevm_node_names(node), &value);
        qevm_print_format(out, "%s%s", i ? ", " : "", text);
    }
    qevm_print(out, "]\n");
}

gboolean
qevm_get_print(QevmPrint *out, QevmStream *stream, const QevmPlace *place,
               gboolean named, GError **error)
{
    const QevmTextRender render = { .out = out, .depth = -1, .all = TRUE };
    gboolean array =
        place->kind == QEVM_PLACE_NODE && place->node->kind == QEVM_NODE_ARRAY;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *path = NULL, *text = NULL;

    if (!qevm_get_is_leaf(place) && !array) {
        return qevm_render_text_place(&render, stream, place, error);
    }
    if (named) {
        path = qevm_path_of(stream, place);
        qevm_print_format(out, "%s = ", path);
    }
    if (array) {
        print_array(out, place->node);
        return TRUE;
    }
    if (!qevm_place_value(place, &value, error)) {
        return FALSE;
    }
    text = qevm_names_format(
        qevm_get_node(place) ? qevm_node_names(qevm_get_node(place)) : NULL,
        &value);
    qevm_print_format(out, "%s\n", text);
    return TRUE;
}
