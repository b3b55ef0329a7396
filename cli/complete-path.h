/* complete-path.h - what a path of a stream, or a value, that is being typed
 * can become.
 */
#ifndef QEVM_CLI_COMPLETE_PATH_H
#define QEVM_CLI_COMPLETE_PATH_H

#include "cli/shell.h"

typedef struct {
    const QevmShellFile *file; /* borrowed; what paths are of */
    const char *word;          /* what is typed, as the command would get it */
    GPtrArray *found;          /* char *; whole words, owned by the array */
} QevmCompletion;

/* Adds a word if it begins with what is typed. Takes it over. */
void qevm_complete_offer(QevmCompletion *completion, char *word);

/* Adds what a path can become. More can follow a word that ends with a slash.
 */
void qevm_complete_path(QevmCompletion *completion);
/* The same for a value of the place that `path` names: the names that its
 * values have; else, before anything is typed, the value that it has. */
void qevm_complete_value(QevmCompletion *completion, const char *path);

#endif
