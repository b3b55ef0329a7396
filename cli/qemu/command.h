/* command.h - a user's QEMU command line as it is run here.
 *
 * What would fight with us is left out: monitors, displays, -daemonize. What
 * QEMU or the guest would write to is read only, and what a guest has to write
 * goes to temporary files of QEMU's own. Networks lead nowhere. What can be
 * made neither harmless nor left out without another device state is refused.
 * What becomes of each option is a row in options.c.
 */
#ifndef QEVM_CLI_QEMU_COMMAND_H
#define QEVM_CLI_QEMU_COMMAND_H

#include <glib.h>

typedef enum {
    /* Disks, and whatever else could be written to, are the caller's
     * concern: they are used as they are. */
    QEVM_QEMU_DISKS_ARE_COPIES = 1 << 0,
    /* The guest will run: what it prints on its first serial port is
     * wanted. */
    QEVM_QEMU_RUN = 1 << 1,
} QevmQemuFlags;

typedef struct {
    char **argv;      /* owned; ends with NULL */
    gboolean wrapped; /* another program comes before the QEMU, so that files
                         may be others than we see */
    GArray *fds;      /* int; owned; QEMU inherits them under these numbers */
    GPtrArray *left_out; /* char *; options, as they were given */
    GPtrArray *changed;  /* char *; options that are others now */
    GPtrArray *overlaid; /* char *; names of disks that are not written to */
    int tpm;    /* one of fds, that is for a TPM: see tpm.h; -1: none */
    int serial; /* what QEMU writes its first serial port to can be read here;
                   -1: not wanted, or it has none */
} QevmQemuCommand;

/* `words` end with NULL: a QEMU and its options, or a command in front that
 * ends up running a QEMU with them, such as chroot(8). Errors are
 * QEVM_QEMU_ERROR_COMMAND, or those of files. */
QevmQemuCommand *qevm_qemu_command_new(char **words, QevmQemuFlags flags,
                                       GError **error);
void qevm_qemu_command_free(QevmQemuCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmQemuCommand, qevm_qemu_command_free)

/* As a shell reads them. Owned. */
char *qevm_qemu_command_text(const QevmQemuCommand *command);
char *qevm_qemu_words_text(char *const *words);

#endif
