/* check.h - all that can be found in a stream, and its text. */
#ifndef QEVM_CLI_CHECK_H
#define QEVM_CLI_CHECK_H

#include "cli/findings.h"
#include "parser/container.h"
#include "rewrite/target.h"

/* What is wrong with a stream, with what it is in, and, unless `target` is
 * NULL, for that destination: a GPtrArray of QevmFinding, sorted, owned by the
 * caller. NULL: bytes of a section cannot be read. */
GPtrArray *qevm_check_all(const QevmContainer *c, QevmStream *stream,
                          const QevmTarget *target, GError **error);

/* The findings, a summary, and what was not looked at; without notes only the
 * findings. */
void qevm_check_print(const QevmReport *report, const QevmStream *stream,
                      QevmPrint *out);

#endif
