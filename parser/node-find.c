/* node-find.c - looking for a node by its name, and numbers in nodes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "parser/node.h"

/* ---- children ---- */

static QevmNode *
find_child(QevmNode *parent, const char *name, gboolean subsection)
{
    QevmNode *n = parent ? qevm_node_children(parent) : NULL;

    while (n && ((subsection && n->kind != QEVM_NODE_SUBSECTION) ||
                 strcmp(qevm_node_name(n), name) != 0)) {
        n = n->next;
    }
    return n;
}

QevmNode *
qevm_node_child(QevmNode *parent, const char *name)
{
    return find_child(parent, name, FALSE);
}

QevmNode *
qevm_node_subsection(QevmNode *parent, const char *name)
{
    return find_child(parent, name, TRUE);
}

guint64
qevm_node_child_count(QevmNode *parent)
{
    guint64 count = 0;

    for (QevmNode *n = parent ? qevm_node_children(parent) : NULL; n;
         n = n->next) {
        count++;
    }
    return count;
}

static gboolean
is_mate(const QevmNode *n, const QevmNode *like)
{
    return n->kind == like->kind && n->index == like->index &&
           strcmp(qevm_node_name(n), qevm_node_name(like)) == 0;
}

QevmNode *
qevm_node_mate(QevmNode *parent, const QevmNode *like, QevmNode *likely)
{
    QevmNode *n = parent ? qevm_node_children(parent) : NULL;

    if (likely && is_mate(likely, like)) {
        return likely;
    }
    while (n && !is_mate(n, like)) {
        n = n->next;
    }
    return n;
}

/* ---- numbers ---- */

gboolean
qevm_node_child_number(QevmNode *parent, const char *name, guint64 *number)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    QevmNode *node = qevm_node_child(parent, name);

    if (!node || node->kind != QEVM_NODE_FIELD) {
        return FALSE;
    }
    qevm_node_value(node, 0, &value);
    if (value.kind != QEVM_VALUE_UINT) {
        return FALSE;
    }
    *number = value.as.u;
    return TRUE;
}

gboolean
qevm_node_number(QevmNode *node, guint64 index, guint64 *number)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!node ||
        (node->kind != QEVM_NODE_FIELD && node->kind != QEVM_NODE_ARRAY) ||
        index >= qevm_node_count(node)) {
        return FALSE;
    }
    qevm_node_value(node, index, &value);
    switch (value.kind) {
    case QEVM_VALUE_BOOL:
        *number = value.as.b;
        return TRUE;
    case QEVM_VALUE_SINT:
    case QEVM_VALUE_UINT:
        *number = value.as.u;
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean
qevm_node_word(QevmNode *node, guint64 index, guint64 *number)
{
    g_autoptr(GByteArray) made = NULL;
    guint64 size = node && node->kind <= QEVM_NODE_ARRAY &&
                           node->kind != QEVM_NODE_SECTION &&
                           node->kind != QEVM_NODE_SUBSECTION
                       ? node->desc.field->size
                       : 0;
    const guint8 *data;
    gsize len;

    if (size < 1 || size > 8) {
        return FALSE;
    }
    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY) {
        data = qevm_node_bytes(node, &len);
    } else {
        made = g_byte_array_new();
        qevm_node_emit(node, made);
        data = made->data;
        len = made->len;
    }
    if (len / size <= index) {
        return FALSE;
    }
    *number = qevm_be_get(data + index * size, (gsize)size);
    return TRUE;
}
