/* overlay.c - makes fields of leaves, by the descriptions of a tree's reader.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/overlay.h"

#include "parser/names.h"

#include <string.h>

/* An element that is read by itself takes as much as so many fields. */
#define FIELDS_AN_ELEMENT 16
#define NOTES_MAX 256 /* of a tree; more are not kept */

gboolean
qevm_node_is_overlay(const QevmNode *node)
{
    return (node->kind == QEVM_NODE_STRUCT ||
            node->kind == QEVM_NODE_STRUCTS) &&
           node->desc.field->overlay;
}

QevmNode *
qevm_node_overlay(QevmNode *node)
{
    while (node && !qevm_node_is_overlay(node)) {
        node = node->parent;
    }
    return node;
}

static gboolean
is_array(const QevmFieldDesc *leaf)
{
    return leaf->count != 1 || leaf->array_len;
}

gboolean
qevm_node_is_keyed(const QevmNode *node)
{
    return node->kind == QEVM_NODE_STRUCT && qevm_node_is_overlay(node) &&
           is_array(node->desc.field->overlay) &&
           node->parent->kind != QEVM_NODE_STRUCTS;
}

QevmFieldDesc
qevm_overlay_leaf(QevmNode *overlay)
{
    QevmFieldDesc leaf = *overlay->desc.field->overlay;
    guint64 size = qevm_node_wire_size(overlay);

    if (overlay->kind == QEVM_NODE_STRUCTS) {
        leaf.size = size / leaf.count;
    } else if (qevm_node_is_keyed(overlay)) {
        leaf.count = leaf.array_len = size / leaf.size;
    } else {
        leaf.size = size;
        leaf.count = 1;
        leaf.array_len = 0;
    }
    return leaf;
}

/* ---- notes ---- */

static void
add_note(QevmTree *tree, const QevmNode *leaf, const char *why)
{
    QevmTreeNote note = { .offset = leaf->offset,
                          .name = leaf->desc.field->name };

    if (!tree->notes) {
        tree->notes = g_array_new(FALSE, FALSE, sizeof(QevmTreeNote));
    }
    if (tree->notes->len < NOTES_MAX) {
        note.why = qevm_arena_string(qevm_tree_arena(tree), why);
        g_array_append_val(tree->notes, note);
    }
}

const char *
qevm_node_note(QevmNode *node)
{
    const QevmTree *tree = qevm_node_tree(node);

    if (!node->size ||
        (node->kind != QEVM_NODE_FIELD && node->kind != QEVM_NODE_ARRAY)) {
        return NULL;
    }
    for (guint i = 0; tree->notes && i < tree->notes->len; i++) {
        const QevmTreeNote *note = &g_array_index(tree->notes, QevmTreeNote, i);

        if (note->offset == node->offset) {
            return note->why;
        }
    }
    return NULL;
}

/* ---- fields ---- */

static void
become(QevmTree *tree, QevmNode *leaf, QevmNodeKind kind,
       const QevmVmsd **vmsds, guint n)
{
    QevmFieldDesc *f =
        qevm_field_desc_copy(qevm_tree_arena(tree), leaf->desc.field);

    f->shape = QEVM_SHAPE_STRUCT;
    f->overlay = leaf->desc.field;
    f->vmsds = vmsds;
    f->n_vmsds = n;
    leaf->desc.field = f;
    leaf->kind = (guint8)kind;
}

/* The version of the section or subsection that a node is in. */
static guint32
version_around(const QevmNode *node)
{
    while (node->parent && node->kind != QEVM_NODE_SUBSECTION) {
        node = node->parent;
    }
    return node->desc.vmsd->version;
}

/* One leaf, or each element of an array; those of a type that is the same
 * whatever the bytes say share its vmsd. */
static void
read_fields(QevmTree *tree, QevmNode *leaf, QevmReading reading,
            const guint8 *data)
{
    const QevmTreeReader *reader = tree->reader;
    const QevmFieldDesc *f = leaf->desc.field;
    gsize size = (gsize)f->size;
    QevmArena *arena = qevm_tree_arena(tree);
    QevmReadingScope scope = reader->scope;
    guint64 n = qevm_reading_is_fixed(reading, size) ? 1 : f->count;
    g_autoptr(GError) error = NULL;
    const QevmVmsd **vmsds;

    if (!reader->payload) {
        scope.version = version_around(leaf->parent);
    }
    if (n > 1) {
        if (n > tree->fields_left / FIELDS_AN_ELEMENT) {
            add_note(tree, leaf, "there are too many elements to read");
            return;
        }
        tree->fields_left -= (guint)n * FIELDS_AN_ELEMENT;
    }
    vmsds = qevm_arena_alloc0(arena, (gsize)n * sizeof *vmsds);
    for (guint64 i = 0; i < n; i++) {
        scope.offset = leaf->offset + i * f->size;
        *(vmsds + i) = qevm_schemas_read(reader->schemas, reading, &scope,
                                         data + (gsize)i * size, size, arena,
                                         &tree->fields_left, &error);
        if (!*(vmsds + i)) {
            add_note(tree, leaf, error->message);
            return;
        }
    }
    become(tree, leaf,
           leaf->kind == QEVM_NODE_ARRAY ? QEVM_NODE_STRUCTS : QEVM_NODE_STRUCT,
           vmsds, (guint)n);
}

/* ---- names ---- */

/* The array of that name which stands before the node. */
static QevmNode *
find_keys(QevmNode *leaf, QevmNode *first, const char *name)
{
    for (QevmNode *n = first; n; n = n->next) {
        if (n->kind == QEVM_NODE_ARRAY &&
            qevm_prim_is_number(n->desc.field->prim) &&
            n->desc.field->count == leaf->desc.field->count &&
            strcmp(n->desc.field->name, name) == 0) {
            return n;
        }
    }
    return NULL;
}

/* What element `i` is called, or the one that belongs to key `i`. */
static const char *
element_name(QevmTree *tree, const QevmNames *names, QevmNode *keys, guint64 i)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *name = NULL;

    if (keys) {
        qevm_node_value(keys, i, &value);
    } else {
        qevm_value_set_uint(&value, i);
    }
    name = qevm_names_of(names, &value);
    if (!*name) {
        g_free(name);
        name = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", value.as.u);
    }
    return qevm_arena_string(qevm_tree_arena(tree), name);
}

/* A field for each element, with a name of its own. */
static void
read_elements(QevmTree *tree, QevmNode *leaf, QevmReading reading)
{
    const QevmFieldDesc *f = leaf->desc.field;
    QevmArena *arena = qevm_tree_arena(tree);
    QevmNode *keys = reading.keys
                         ? find_keys(leaf, leaf->parent->children, reading.keys)
                         : NULL;
    const QevmVmsd **vmsds;
    QevmVmsd *v;

    if (reading.keys && !keys) {
        add_note(tree, leaf, "the array that names its elements is not there");
        return;
    }
    if (f->count > tree->fields_left) {
        add_note(tree, leaf, "there are too many elements to name");
        return;
    }
    tree->fields_left -= (guint)f->count;
    v = qevm_arena_alloc0(arena, sizeof *v);
    v->name = f->name;
    v->version = version_around(leaf->parent);
    v->n_fields = (guint)f->count;
    v->fields = qevm_arena_alloc0(arena, v->n_fields * sizeof *v->fields);
    for (guint i = 0; i < v->n_fields; i++) {
        v->fields[i] = qevm_field_desc_new(
            arena, element_name(tree, reading.names, keys, i), f->type, f->size,
            1);
    }
    vmsds = qevm_arena_alloc0(arena, sizeof *vmsds);
    *vmsds = v;
    become(tree, leaf, QEVM_NODE_STRUCT, vmsds, 1);
}

static void
put_names(QevmTree *tree, QevmNode *leaf, const QevmNames *names)
{
    QevmFieldDesc *f;

    if (!qevm_prim_is_number(leaf->desc.field->prim)) {
        return;
    }
    f = qevm_field_desc_copy(qevm_tree_arena(tree), leaf->desc.field);
    f->names = names;
    leaf->desc.field = f;
}

void
qevm_overlay_read(QevmTree *tree, QevmNode *leaf, const guint8 *data)
{
    const QevmTreeReader *reader = tree->reader;
    const QevmFieldDesc *f = leaf->desc.field;
    const QevmVmsd *around = qevm_node_vmsd(leaf->parent);
    QevmReading reading =
        reader->payload
            ? qevm_schemas_for_payload(reader->schemas, reader->scope.idstr,
                                       reader->scope.version)
            : qevm_schemas_for_leaf(reader->schemas, around ? around->name : "",
                                    version_around(leaf->parent), f->type,
                                    f->name);

    if (reading.type) {
        read_fields(tree, leaf, reading, data);
    } else if (reading.elements) {
        if (leaf->kind == QEVM_NODE_ARRAY) {
            read_elements(tree, leaf, reading);
        }
    } else if (reading.names) {
        put_names(tree, leaf, reading.names);
    }
}
