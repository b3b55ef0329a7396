/* read-back.c - compares edited overlays with what their bytes read as.
 *
 * A description decides from the bytes what fields there are: a count that was
 * changed without its elements makes others of them, or none at all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/read-back.h"

#include "parser/overlay.h"

#include <string.h>

static gboolean fail(GError **error, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
static gboolean
fail(GError **error, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    g_propagate_error(
        error, g_error_new_valist(QEVM_ERROR, QEVM_ERROR_RULE, format, ap));
    va_end(ap);
    return FALSE;
}

/* The node that begins `at` bytes into the payload and has `size` of them, as
 * deep as it takes to find an overlay. */
static QevmNode *
node_at(QevmTree *tree, guint64 at, guint64 size)
{
    QevmNode *node = &tree->root, *found = NULL;

    while (node) {
        QevmNode *next = NULL;

        for (QevmNode *c = qevm_node_children(node); c && !next; c = c->next) {
            guint64 start = c->offset - tree->base;

            if (at >= start && at < start + c->size &&
                size <= start + c->size - at) {
                next = c;
            }
        }
        if (next && next->offset - tree->base == at && next->size == size) {
            found = next;
        }
        node = next && !qevm_node_overlay(next) ? next : NULL;
    }
    return found;
}

static gboolean
is_same_run(const QevmNode *a, const QevmNode *b)
{
    return a->kind == QEVM_NODE_STRUCTS && b->kind == QEVM_NODE_STRUCTS &&
           !a->dirty && a->desc.field->vmsds[0] == b->desc.field->vmsds[0];
}

static gboolean
same_fields(const char *name, QevmNode *want, QevmNode *got, GError **error)
{
    QevmNode *a = qevm_node_children(want), *b = qevm_node_children(got);

    for (; a && b; a = a->next, b = b->next) {
        if (strcmp(qevm_node_name(a), qevm_node_name(b)) != 0 ||
            qevm_node_wire_size(a) != b->size) {
            return fail(error,
                        "its description no longer fits `%s': where `%s' of "
                        "%" G_GUINT64_FORMAT " bytes was put, it reads `%s' of "
                        "%" G_GUINT64_FORMAT,
                        name, qevm_node_name(a), qevm_node_wire_size(a),
                        qevm_node_name(b), b->size);
        }
        if (!is_same_run(a, b) && !same_fields(name, a, b, error)) {
            return FALSE;
        }
    }
    return a == b || fail(error,
                          "its description no longer fits `%s': in `%s' it "
                          "reads %s `%s'",
                          name, qevm_node_name(want), a ? "no" : "one more",
                          qevm_node_name(a ? a : b));
}

/* An edited overlay, `at` bytes into the payload. */
static gboolean
check_overlay(QevmTree *back, QevmNode *node, guint64 at, GError **error)
{
    const char *name = qevm_node_name(node);
    QevmNode *got = node_at(back, at, qevm_node_wire_size(node));
    const char *note = got ? qevm_node_note(got) : NULL;

    if (!got || !qevm_node_overlay(got)) {
        return fail(error, "its description no longer fits `%s'%s%s", name,
                    note ? ": " : "", note ? note : "");
    }
    return same_fields(name, node, got, error);
}

static gboolean
check_node(QevmTree *back, QevmNode *node, guint64 at, GError **error)
{
    if (!node->dirty) {
        return TRUE;
    }
    if (qevm_node_is_overlay(node)) {
        return check_overlay(back, node, at, error);
    }
    if (node->kind == QEVM_NODE_SUBSECTION) {
        at += 6 + strlen(node->desc.vmsd->name);
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        at += node->kind == QEVM_NODE_LIST && c->kind == QEVM_NODE_STRUCT;
        if (!check_node(back, c, at, error)) {
            return FALSE;
        }
        at += qevm_node_wire_size(c);
    }
    return TRUE;
}

gboolean
qevm_read_back(QevmTree *edited, QevmTree *back, GError **error)
{
    return check_node(back, &edited->root, 0, error);
}
