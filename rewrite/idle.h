/* idle.h - device state that says nothing, so that it may be left out.
 *
 * What is all zero, or what it was before the guest ran, says nothing anyway.
 * Here is what no comparison can know: a table of conditions, by vmsd.
 */
#ifndef QEVM_REWRITE_IDLE_H
#define QEVM_REWRITE_IDLE_H

#include "parser/path.h"

/* What schemas/rules/idle.json holds. */
typedef struct QevmIdle QevmIdle;

QevmIdle *qevm_idle_load(const char *path, GError **error);
/* `name` is for errors, which are MALFORMED, or EXPR with the condition. */
QevmIdle *qevm_idle_parse(const char *text, gsize len, const char *name,
                          GError **error);
void qevm_idle_free(QevmIdle *idle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmIdle, qevm_idle_free)

/* Why a section (its root node) or subsection says nothing; NULL: it may say
 * something. Borrowed. `idle` may be NULL. */
const char *qevm_idle_why(const QevmIdle *idle, QevmRecord *record,
                          QevmNode *node);

#endif
