/* repairs.h - what repairs the findings of a comparison. */
#ifndef QEVM_CLI_REPAIRS_H
#define QEVM_CLI_REPAIRS_H

#include "cli/command.h"
#include "rewrite/finding.h"
#include "rewrite/target.h"

/* Plans, if the target has a reference and there are errors, and gives the
 * findings their rules and advice. The stream is changed on the way. */
void qevm_cli_repairs(QevmStream *stream, const QevmTarget *target,
                      GPtrArray *findings);

#endif
