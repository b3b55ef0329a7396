/* scope.h - what an expression sees at a place of a stream: its value, the
 * fields beside it, sizes and counts.
 */
#ifndef QEVM_REWRITE_SCOPE_H
#define QEVM_REWRITE_SCOPE_H

#include "parser/expr.h"
#include "parser/path.h"

/* The node of a place: a section's root, decoded if it was not. NULL: there is
 * none, or it cannot be read. */
QevmNode *qevm_place_node(QevmStream *stream, const QevmPlace *place,
                          GError **error);

typedef struct {
    QevmStream *stream;     /* borrowed */
    const QevmPlace *place; /* borrowed; what `.` is */
} QevmPlaceScope;

/* For qevm_expr_eval(); borrows `at`. */
QevmScope qevm_place_scope(QevmPlaceScope *at);

#endif
