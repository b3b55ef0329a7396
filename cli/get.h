/* get.h - values by path, as text that `set` reads back. */
#ifndef QEVM_CLI_GET_H
#define QEVM_CLI_GET_H

#include "cli/render.h"

/* Can this path name more than one place? */
gboolean qevm_get_asks_many(const QevmPath *path);
/* Is it one value? */
gboolean qevm_get_is_leaf(const QevmPlace *place);
/* NULL of a fact, which is no value of its node. */
const QevmNode *qevm_get_node(const QevmPlace *place);

/* The value of a leaf or array on a line, behind `PATH = ` if `named`; anything
 * else as a tree. FALSE: its bytes could not be read. */
gboolean qevm_get_print(QevmPrint *out, QevmStream *stream,
                        const QevmPlace *place, gboolean named, GError **error);

#endif
