/* complete-path.h - what a path of a stream, or a value, that is being typed
 * can become.
 */
#ifndef QEVM_CLI_COMPLETE_PATH_H
#define QEVM_CLI_COMPLETE_PATH_H

#include "cli/shell.h"

/* Adds whole words (char *, owned by the array) that begin with `word`, which
 * is what is typed of a path. More can follow one that ends with a slash. */
void qevm_complete_path(const QevmShellFile *file, const char *word,
                        GPtrArray *found);
/* The same for a value of the place that `path` names: the names that its
 * values have; else, before anything is typed, the value that it has. */
void qevm_complete_value(const QevmShellFile *file, const char *path,
                         const char *word, GPtrArray *found);

#endif
