/* read-back.h - do edited parts still read as their descriptions say? */
#ifndef QEVM_REWRITE_READ_BACK_H
#define QEVM_REWRITE_READ_BACK_H

#include "parser/node.h"

/* Each overlay that was edited must be one in what was read back, with the
 * same leaves. RULE error. */
QEVM_CHECKED gboolean qevm_read_back(QevmTree *edited, QevmTree *back,
                                     GError **error);

#endif
