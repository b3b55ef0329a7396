/* capture.h - a reference: what a QEMU saves when idle, and what it says of
 * itself besides.
 */
#ifndef QEVM_CLI_QEMU_CAPTURE_H
#define QEVM_CLI_QEMU_CAPTURE_H

#include "cli/command.h"
#include "cli/qemu/command.h"
#include <jansson.h>

/* Starts the command as often as it takes and writes its stream, without pages
 * of RAM, to the file `fd`. `words` are what the user gave. *target gets the
 * object that schemas/qevm-target.json describes (new reference); a part that
 * could not be had is null in it, and `notes` (char *) gets why. */
gboolean qevm_capture(QevmCli *cli, const QevmQemuCommand *command,
                      char *const *words, guint seconds, int fd,
                      json_t **target, GPtrArray *notes, GError **error);

#endif
