/* node-private.h - what decoding a tree and changing it share. */
#ifndef QEVM_PARSER_NODE_PRIVATE_H
#define QEVM_PARSER_NODE_PRIVATE_H

#include "parser/node.h"

/* In the tree's memory, not in anybody's list of children yet. */
QevmNode *qevm_node_new(QevmTree *tree, QevmNode *parent, QevmNodeKind kind,
                        guint64 offset, guint64 size);
/* Lets go of bytes that edits brought, and of the children; the nodes
 * themselves go with the tree. */
void qevm_node_clear(QevmNode *node);
QevmNodeKind qevm_node_kind_of(const QevmFieldDesc *desc);

#endif
