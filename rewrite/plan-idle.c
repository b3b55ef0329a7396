/* plan-idle.c - state that may go without a loss, since it says nothing.
 *
 * With a base, that is what the guest left as it was: what it set to zero
 * itself is its own. What the base does not have, and without a base anything,
 * says nothing if it is zero. A timer that is not armed says nothing either:
 * the destination's is not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "rewrite/plan-private.h"

/* The same place in the section of the base; NULL: not known. */
static QevmNode *
base_node(QevmPlan *plan, QevmRecord *record, QevmNode *node)
{
    QevmRecord *base;
    QevmTree *tree;

    if (node->parent) {
        return qevm_node_mate(base_node(plan, record, node->parent), node,
                              NULL);
    }
    base = qevm_plan_base(plan, record);
    tree = base ? qevm_record_tree(plan->base, base, NULL) : NULL;
    return tree ? &tree->root : NULL;
}

static gboolean
is_leaf(const QevmNode *node)
{
    return node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
           node->kind == QEVM_NODE_RAW;
}

/* -1, or the end of time, which is where a comparator that waits for nothing
 * puts it (migration/savevm.c:timer_put(),
 * hw/intc/riscv_aclint.c:riscv_aclint_mtimer_write_timecmp()). */
static gboolean
is_unarmed(QevmNode *leaf)
{
    gsize size;
    const guint8 *data = qevm_node_bytes(leaf, &size);

    if (leaf->kind == QEVM_NODE_RAW ||
        strcmp(leaf->desc.field->type, "timer") != 0 || size % 8) {
        return FALSE;
    }
    for (gsize i = 0; i < size; i += 8) {
        gint64 expires = qevm_be_get_signed(data + i, 8);

        if (expires != -1 && expires != G_MAXINT64) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
is_same(QevmNode *a, QevmNode *b)
{
    g_autoptr(GBytes) x = qevm_plan_bytes(a), y = qevm_plan_bytes(b);

    return g_bytes_equal(x, y);
}

static gboolean
says_nothing(QevmNode *node, QevmNode *base)
{
    QevmNode *next;
    gsize size;
    const guint8 *data;

    if (base && is_same(node, base)) {
        return TRUE;
    }
    if (is_leaf(node)) {
        data = qevm_node_bytes(node, &size);
        return (!base && qevm_is_zero(data, size)) || is_unarmed(node);
    }
    if (base && qevm_node_child_count(node) != qevm_node_child_count(base)) {
        return FALSE;
    }
    next = base ? qevm_node_children(base) : NULL;
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        QevmNode *mate = qevm_node_mate(base, n, next);

        next = mate ? mate->next : NULL;
        /* That an element or a subsection is there says something itself. */
        if (!says_nothing(n, mate) ||
            (!mate && (node->kind == QEVM_NODE_LIST ||
                       n->kind == QEVM_NODE_SUBSECTION))) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
is_number(QevmNode *parent, const char *name, guint64 wanted)
{
    guint64 number;

    return qevm_node_child_number(parent, name, &number) && number == wanted;
}

/* A field of virtio-gpu about the framebuffer of a scanout that is off, or that
 * shows all of a resource, from which a destination that does not read the
 * field takes it (hw/display/virtio-gpu.c:virtio_gpu_post_load()). */
static gboolean
is_of_resource(QevmNode *scanout)
{
    QevmNode *state = scanout->parent ? scanout->parent->parent : NULL;
    QevmNode *list = state ? qevm_node_child(state, "resource") : NULL;
    guint64 id, width, height;

    if (!qevm_node_child_number(scanout, "resource_id", &id) ||
        !qevm_node_child_number(scanout, "width", &width) ||
        !qevm_node_child_number(scanout, "height", &height)) {
        return FALSE;
    }
    for (QevmNode *n = list ? qevm_node_children(list) : NULL; id && n;
         n = n->next) {
        if (is_number(n, "resource_id", id)) {
            return is_number(n, "width", width) &&
                   is_number(n, "height", height) &&
                   is_number(scanout, "fb.offset", 0);
        }
    }
    return id == 0;
}

static gboolean
is_framebuffer(QevmNode *node)
{
    QevmNode *run = node->parent ? node->parent->parent : NULL;

    return run && g_str_has_prefix(qevm_node_name(node), "fb.") &&
           strcmp(qevm_node_name(run), "scanout") == 0;
}

gboolean
qevm_plan_says_nothing(QevmPlan *plan, QevmRecord *record, QevmNode *node)
{
    return (is_framebuffer(node) && is_of_resource(node->parent)) ||
           says_nothing(node, base_node(plan, record, node));
}
