/* save.h - a QEMU saves its state. */
#ifndef QEVM_CLI_QEMU_SAVE_H
#define QEVM_CLI_QEMU_SAVE_H

#include "cli/qemu/process.h"

/* How a QEMU has to be started to save what it is before a guest ever ran;
 * ends with NULL. */
extern const char *const qevm_qemu_save_options[];

/* Reads the stream from `fd`, which it takes over, to its end. */
typedef gboolean (*QevmSaveReader)(int fd, gpointer user, GError **error);

/* Has QEMU write its state into a pipe, as fast as it can, which `reader`
 * reads in a thread of its own. FALSE: either failed; QEMU is ended then. */
gboolean qevm_qemu_save(QevmQemu *qemu, QevmSaveReader reader, gpointer user,
                        GError **error);

#endif
