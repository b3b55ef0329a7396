/* tpm.h - a TPM of a QEMU's own: swtpm, with a state that nobody keeps. */
#ifndef QEVM_CLI_QEMU_TPM_H
#define QEVM_CLI_QEMU_TPM_H

#include <glib.h>

typedef struct QevmTpm QevmTpm;

/* Is there a program for that? */
gboolean qevm_tpm_can_start(void);
/* Starts one of version 2, and makes `fd`, which is open, the end of it that a
 * `-tpmdev emulator` wants for its chardev. It ends with its QEMU. */
QevmTpm *qevm_tpm_start(int fd, GError **error);
/* Ends it. */
void qevm_tpm_free(QevmTpm *tpm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmTpm, qevm_tpm_free)

#endif
