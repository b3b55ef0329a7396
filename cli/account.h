/* account.h - --account: what became of each byte, a line each run. */
#ifndef QEVM_CLI_ACCOUNT_H
#define QEVM_CLI_ACCOUNT_H

#include "cli/command.h"
#include "cli/output.h"
#include "rewrite/account.h"

/* Reads `file` again and writes the account of its edit where the options of
 * `cli` say, but for its name, which the caller commits. NULL: it was said why,
 * and *code is for that. */
QevmOutput *qevm_account_write(QevmCli *cli, const char *file, QevmEdit *edit,
                               int *code);
/* Puts it in place. Gives a QevmExit; says what is wrong. */
int qevm_account_commit(QevmCli *cli, QevmOutput *output);

#endif
