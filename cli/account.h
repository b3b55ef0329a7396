/* account.h - --account: what became of each byte, a line each run. */
#ifndef QEVM_CLI_ACCOUNT_H
#define QEVM_CLI_ACCOUNT_H

#include "cli/command.h"
#include "rewrite/account.h"

/* Reads `file` again and writes the account of its edit where the options of
 * `cli` say. Gives a QevmExit; says what is wrong. */
int qevm_account_write(QevmCli *cli, const char *file, QevmEdit *edit);

#endif
