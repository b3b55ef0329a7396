/* node-edit.c - what changes a tree that was decoded. */
#include "parser/node-private.h"
#include "parser/overlay.h"

#include <string.h>

static void
touch(QevmNode *node, gboolean reshaped)
{
    for (; node; node = node->parent) {
        /* Before its source extent is wrong. */
        (void)qevm_node_children(node);
        node->dirty = TRUE;
        if (reshaped) {
            node->reshaped = TRUE;
        }
    }
}

void
qevm_node_set_bytes(QevmNode *node, GBytes *bytes)
{
    gsize size = g_bytes_get_size(bytes), old;
    gboolean reshaped = FALSE;

    qevm_node_bytes(node, &old);
    if (size != old && node->kind != QEVM_NODE_RAW) {
        QevmFieldDesc *f = qevm_field_desc_copy(
            qevm_tree_arena(qevm_node_tree(node)), node->desc.field);

        if (node->kind == QEVM_NODE_ARRAY && f->size) {
            f->count = size / f->size;
            f->array_len = f->count;
        } else {
            f->size = size;
        }
        node->desc.field = f;
        reshaped = TRUE;
    }
    g_bytes_ref(bytes);
    g_clear_pointer(&node->edited, g_bytes_unref);
    node->edited = bytes;
    node->owned = FALSE;
    touch(node, reshaped);
}

void
qevm_node_close_overlay(QevmNode *node)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    QevmFieldDesc leaf = qevm_overlay_leaf(node);

    g_assert(node->parent->kind != QEVM_NODE_STRUCTS);
    qevm_node_emit(node, bytes);
    qevm_node_clear(node);
    node->desc.field =
        qevm_field_desc_copy(qevm_tree_arena(qevm_node_tree(node)), &leaf);
    node->kind = (guint8)qevm_node_kind_of(&leaf);
    node->descended = TRUE;
    if (node->dirty) {
        node->edited = g_bytes_new(bytes->data, bytes->len);
        node->owned = FALSE;
    }
}

void
qevm_node_set_element(QevmNode *node, guint64 index, GBytes *bytes)
{
    gsize size, one;
    const guint8 *data = qevm_node_bytes(node, &size);
    const guint8 *value = g_bytes_get_data(bytes, &one);
    guint8 *mine;

    g_assert(one == node->desc.field->size && index < node->desc.field->count);
    /* An array is copied once: after that this tree alone holds its bytes,
     * so that setting every element stays linear. */
    if (!node->owned) {
        GBytes *copy = g_bytes_new_take(g_memdup2(data, size), size);

        g_clear_pointer(&node->edited, g_bytes_unref);
        node->edited = copy;
        node->owned = TRUE;
    }
    mine = (guint8 *)(guintptr)g_bytes_get_data(node->edited, &size);
    g_assert(index < size / one);
    /* bounds: index < size / one, asserted above */
    memcpy(mine + index * one, value, one);
    touch(node, FALSE);
}

void
qevm_node_set_desc(QevmNode *node, const QevmFieldDesc *desc)
{
    node->desc.field = desc;
    node->kind = (guint8)qevm_node_kind_of(desc);
    touch(node, TRUE);
}

static void
insert_after(QevmNode *parent, QevmNode *after, QevmNode *node)
{
    if (after) {
        node->next = after->next;
        after->next = node;
    } else {
        node->next = parent->children;
        parent->children = node;
    }
    node->descended = TRUE;
    touch(node, TRUE);
}

QevmNode *
qevm_node_insert_field(QevmNode *parent, QevmNode *after,
                       const QevmFieldDesc *desc, GBytes *bytes)
{
    QevmNode *node;

    (void)qevm_node_children(parent);
    node = qevm_node_new(qevm_node_tree(parent), parent,
                         qevm_node_kind_of(desc), 0, 0);
    node->desc.field = desc;
    node->edited = g_bytes_ref(bytes);
    insert_after(parent, after, node);
    return node;
}

QevmNode *
qevm_node_insert_subsection(QevmNode *parent, QevmNode *after,
                            const QevmVmsd *vmsd)
{
    QevmNode *node;

    for (QevmNode *c = qevm_node_children(parent); !after && c; c = c->next) {
        /* First of the subsections: behind the last field. */
        if (!c->next || c->next->kind == QEVM_NODE_SUBSECTION) {
            after = c->kind == QEVM_NODE_SUBSECTION ? NULL : c;
            break;
        }
    }
    node = qevm_node_new(qevm_node_tree(parent), parent, QEVM_NODE_SUBSECTION,
                         0, 0);
    node->desc.vmsd = vmsd;
    insert_after(parent, after, node);
    return node;
}

QevmNode *
qevm_node_insert_struct(QevmNode *parent, QevmNode *after, QevmNodeKind kind,
                        const QevmFieldDesc *desc)
{
    QevmNode *node;

    (void)qevm_node_children(parent);
    node = qevm_node_new(qevm_node_tree(parent), parent, kind, 0, 0);
    node->desc.field = desc;
    insert_after(parent, after, node);
    return node;
}

void
qevm_node_adopt(QevmNode *to, QevmNode *from)
{
    g_assert(!qevm_node_children(to));
    to->children = qevm_node_children(from);
    from->children = NULL;
    for (QevmNode *c = to->children; c; c = c->next) {
        c->parent = to;
    }
    touch(to, TRUE);
}

void
qevm_node_set_run(QevmNode *run, const QevmFieldDesc *desc)
{
    guint32 index = 0;

    run->desc.field = desc;
    for (QevmNode *c = qevm_node_children(run); c; c = c->next) {
        if (c->kind == QEVM_NODE_STRUCT) {
            c->desc.field = desc;
            c->index = index++;
        }
    }
    touch(run, TRUE);
}

QevmVmsd *
qevm_node_own_vmsd(QevmNode *node)
{
    QevmVmsd *v =
        qevm_vmsd_copy(qevm_tree_arena(qevm_node_tree(node)), node->desc.vmsd);

    node->desc.vmsd = v;
    touch(node, TRUE);
    return v;
}

void
qevm_node_remove_many(QevmNode *first, guint64 n)
{
    QevmNode *parent = first->parent, *node = first;
    QevmNode **link = &parent->children;

    touch(parent, TRUE);
    while (*link != first) {
        link = &(*link)->next;
    }
    while (node && n-- > 0) {
        qevm_node_clear(node);
        node = node->next;
    }
    *link = node;
}

void
qevm_node_remove(QevmNode *node)
{
    qevm_node_remove_many(node, 1);
}
