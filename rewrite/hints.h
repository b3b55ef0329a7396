/* hints.h - what no comparison of two streams can know of device state.
 *
 * What is all zero, or what it was before the guest ran, says nothing anyway.
 * Here is what QEMU's sources tell beyond that: a table of hints, by vmsd.
 */
#ifndef QEVM_REWRITE_HINTS_H
#define QEVM_REWRITE_HINTS_H

#include "parser/path.h"

/* What schemas/rules/hints.json holds. */
typedef struct QevmHints QevmHints;

QevmHints *qevm_hints_load(const char *path, GError **error);
/* `name` is for errors, which are MALFORMED, or EXPR with the condition. */
QevmHints *qevm_hints_parse(const char *text, gsize len, const char *name,
                            GError **error);
void qevm_hints_free(QevmHints *hints);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmHints, qevm_hints_free)

/* All of these give a sentence, borrowed; NULL: there is no such hint. `hints`
 * may be NULL. */

/* Why a section (its root node) or subsection says nothing. */
const char *qevm_hints_idle(const QevmHints *hints, QevmRecord *record,
                            QevmNode *node);
/* What is lost with a section or subsection that does not say nothing. */
const char *qevm_hints_lossy(const QevmHints *hints, const QevmNode *node);
/* What a guest notices if a field goes, without which its device goes on. */
const char *qevm_hints_visible(const QevmHints *hints, const QevmNode *field);
/* What a field is as one of another type, an expression over `.`; *why (not
 * NULL) says why. */
const char *qevm_hints_retype(const QevmHints *hints, const QevmNode *field,
                              const char **why);
/* Why the fields of a version of a section (its root node) can be those of a
 * newer one that does not take it: those of the same names mean the same. */
const char *qevm_hints_versions(const QevmHints *hints, QevmRecord *record,
                                QevmNode *root, guint32 from, guint32 to);

#endif
