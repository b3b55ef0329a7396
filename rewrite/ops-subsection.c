/* ops-subsection.c - operations that add and strip subsections.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/ops.h"

#include "parser/overlay.h"

#include <string.h>

/* What vmstate_subsection_load() takes a subsection for its own by: a name
 * that is longer and begins with the vmsd's. */
static gboolean
claims(const char *vmsd, const char *name)
{
    return vmsd && strlen(name) > strlen(vmsd) && g_str_has_prefix(name, vmsd);
}

/* Which vmsd, loaded last before a subsection that follows `node`, would look
 * for it among its own, and fail? NULL: none. */
static const char *
claimed_by(QevmNode *node, const char *name)
{
    while (node) {
        const QevmVmsd *vmsd = qevm_node_vmsd(node);
        QevmNode *last = NULL;

        if (vmsd && claims(vmsd->name, name)) {
            return vmsd->name;
        }
        /* Loaded by a vmsd of its own, which no vmdesc shows
         * (hw/virtio/virtio.c:virtio_load()). */
        if ((node->kind == QEVM_NODE_FIELD || qevm_node_is_overlay(node)) &&
            strcmp(node->desc.field->type, "virtio") == 0 &&
            claims("virtio", name)) {
            return "virtio";
        }
        if (!vmsd && node->kind != QEVM_NODE_STRUCTS) {
            return NULL;
        }
        for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
            last = c;
        }
        node = last;
    }
    return NULL;
}

static gboolean
check_name(const QevmMatch *match, QevmNode *parent, const char *name,
           QevmNode **last, GError **error)
{
    const QevmVmsd *vmsd = qevm_node_vmsd(parent);
    const char *other;

    if (!vmsd || !vmsd->name || match->place.kind == QEVM_PLACE_ELEMENT) {
        return qevm_apply_fail(match->path, error,
                               "is nothing that has subsections");
    }
    if (!claims(vmsd->name, name)) {
        return qevm_apply_fail(match->path, error,
                               "the name of its subsections must begin with "
                               "`%s`, `%s` does not",
                               vmsd->name, name);
    }
    *last = NULL;
    for (QevmNode *c = qevm_node_children(parent); c; c = c->next) {
        if (c->kind == QEVM_NODE_SUBSECTION &&
            strcmp(qevm_node_name(c), name) == 0) {
            return qevm_apply_fail(match->path, error,
                                   "there is a subsection `%s` already", name);
        }
        *last = c;
    }
    other = claimed_by(*last, name);
    if (other) {
        return qevm_apply_fail(match->path, error,
                               "QEMU would look for `%s` among the "
                               "subsections of `%s`, which is loaded just "
                               "before it",
                               name, other);
    }
    return TRUE;
}

static gboolean
add_one(QevmApply *apply, const QevmMatch *match, GError **error)
{
    const QevmRule *rule = apply->rule;
    QevmNode *parent = qevm_apply_node(apply, &match->place, error);
    QevmNode *last = NULL;
    QevmPlace added = { .kind = QEVM_PLACE_NODE,
                        .record = match->place.record };
    g_autofree char *path = NULL;
    QevmVmsd *vmsd;

    if (!parent || !check_name(match, parent, rule->to, &last, error) ||
        !qevm_apply_make(apply, 6 + strlen(rule->to), error)) {
        return FALSE;
    }
    vmsd = qevm_arena_alloc0(qevm_edit_arena(parent), sizeof(*vmsd));
    vmsd->name = qevm_arena_string(qevm_edit_arena(parent), rule->to);
    vmsd->version = (guint32)rule->version;
    if (last && last->kind != QEVM_NODE_SUBSECTION) {
        last = NULL;
    }
    added.node = qevm_node_insert_subsection(parent, last, vmsd);
    path = qevm_path_of(apply->edit->stream, &added);
    if (!qevm_apply_change(apply, path, 0, NULL,
                           g_strdup_printf("version %u", vmsd->version),
                           QEVM_LOSS_LOSSLESS, NULL, error)) {
        return FALSE;
    }
    if (!qevm_insert_fields(apply, &added, added.node, NULL, error)) {
        g_prefix_error(error, "%s: ", match->path);
        return FALSE;
    }
    return TRUE;
}

gboolean
qevm_op_add_subsection(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        if (!add_one(apply, &g_array_index(matches, QevmMatch, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
strip_one(QevmApply *apply, const QevmMatch *match, GError **error)
{
    QevmNode *node = match->place.node;
    g_autofree char *why = NULL;
    g_autofree char *value = NULL;
    gboolean equal = FALSE;
    char *what = NULL;

    if (node->kind != QEVM_NODE_SUBSECTION) {
        return qevm_apply_fail(match->path, error, "is no subsection");
    }
    if (!qevm_if_equals(apply, match->place.record, node, &match->place, &equal,
                        &why, error)) {
        g_prefix_error(error, "%s: ", match->path);
        return FALSE;
    }
    value = qevm_node_brief(node);
    if (!equal) {
        what = g_strdup_printf("the subsection is dropped%s%s", why ? "; " : "",
                               why ? why : "");
    }
    if (!qevm_apply_change(
            apply, match->path, node->offset, g_steal_pointer(&value), NULL,
            equal ? QEVM_LOSS_DEFAULT : QEVM_LOSS_LOSSY, what, error)) {
        return FALSE;
    }
    qevm_node_remove(node);
    return TRUE;
}

gboolean
qevm_op_strip_subsection(QevmApply *apply, GArray *matches, GError **error)
{
    for (guint i = 0; i < matches->len; i++) {
        if (!strip_one(apply, &g_array_index(matches, QevmMatch, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}
