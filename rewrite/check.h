/* check.h - what is wrong with a stream by itself, wherever it is to go. */
#ifndef QEVM_REWRITE_CHECK_H
#define QEVM_REWRITE_CHECK_H

#include "parser/stream.h"
#include "rewrite/finding.h"

/* So many findings are kept, and of the others those worse than all before; the
 * finding `more-findings` says that there are others. */
#define QEVM_FINDINGS_MAX 4096

/* Looks at every record and decodes every section; trees that nobody edited
 * are freed again. What needs a walk is left out if the stream was not
 * walked. With `judged`, the bytes of sections are left to the comparison with
 * a target (against.h), which knows better what they should be. Returns a
 * GPtrArray of QevmFinding in stream order, owned by the caller; empty: nothing
 * found. */
GPtrArray *qevm_check(QevmStream *stream, gboolean judged);

/* What was not looked at, a phrase each; NULL-terminated, static; empty for
 * a stream that was walked. */
const char *const *qevm_check_skipped(const QevmStream *stream);

#endif
