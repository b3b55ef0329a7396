/* explain.h - what QEMU means by what it printed, for commands that have it
 * load something.
 */
#ifndef QEVM_CLI_EXPLAIN_H
#define QEVM_CLI_EXPLAIN_H

#include "cli/command.h"
#include <jansson.h>

/* Prints what `qevm explain` prints, or, if `json` is not NULL, puts there what
 * it prints with --json (new reference). `messages` are lines; `file` is the
 * stream that QEMU read, or NULL. FALSE: it was said why. */
gboolean qevm_explain(QevmCli *cli, const char *messages, const char *file,
                      json_t **json);

#endif
