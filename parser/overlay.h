/* overlay.h - fields that descriptions make of leaves.
 *
 * A leaf that a description fits is a STRUCT, an array of leaves a STRUCTS, or,
 * if its elements have names, a STRUCT too. On the wire and in the vmdesc it
 * is that leaf as before: the `overlay` of its description.
 */
#ifndef QEVM_PARSER_OVERLAY_H
#define QEVM_PARSER_OVERLAY_H

#include "parser/node.h"

/* Does it stand for a leaf, or for an element of one? */
gboolean qevm_node_is_overlay(const QevmNode *node);
/* Is it an array of leaves that have names of their own: a STRUCT? */
gboolean qevm_node_is_keyed(const QevmNode *node);
/* The leaf that an overlay stands for, of the bytes that it has now; of an
 * element of a STRUCTS, that element. */
QevmFieldDesc qevm_overlay_leaf(QevmNode *overlay);

/* Makes a leaf what a description says, if one fits; then the node is another
 * kind. For node.c, while it decodes: `data` are its bytes, all there. */
void qevm_overlay_read(QevmTree *tree, QevmNode *leaf, const guint8 *data);

#endif
