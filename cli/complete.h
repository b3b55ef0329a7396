/* complete.h - what the last word of a command line can become, for the
 * completions of bash, zsh and fish.
 */
#ifndef QEVM_CLI_COMPLETE_H
#define QEVM_CLI_COMPLETE_H

#include "cli/command.h"

/* Prints what the last of `argv` can become, the words before it being those
 * behind `qevm`, a line each: the word and, behind a TAB, what it is. More can
 * follow a word that ends with a slash. A line that is a TAB and "files" asks
 * for the names of files too. Gives a QevmExit. */
int qevm_complete(int argc, char **argv);

#endif
