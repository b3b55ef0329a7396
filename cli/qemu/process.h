/* process.h - a QEMU that runs for us, and never longer than it should. */
#ifndef QEVM_CLI_QEMU_PROCESS_H
#define QEVM_CLI_QEMU_PROCESS_H

#include "cli/qemu/command.h"
#include "cli/qemu/keeper.h"
#include "cli/qemu/messages.h"
#include "cli/qemu/qmp.h"
#include "cli/qemu/tpm.h"

typedef struct {
    QevmKeeper *keeper;
    QevmMessages *messages;
    QevmTpm *tpm;  /* NULL: it has none */
    QevmQmp *qmp;  /* NULL: it was started without one */
    char *version; /* "10.0.13"; NULL as above */
    char *package; /* "Debian ..", or "" */
    guint seconds; /* that it may take to do one thing */
} QevmQemu;

/* Starts the command with the options `more` behind it (ends with NULL) and
 * waits until its monitor answers, at most `seconds`. `show`: what it says is
 * shown. */
QevmQemu *qevm_qemu_start(const QevmQemuCommand *command,
                          const char *const *more, guint seconds, gboolean show,
                          GError **error);
/* Ends it, however it takes. */
void qevm_qemu_free(QevmQemu *qemu);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmQemu, qevm_qemu_free)

/* Ends it at once; what it said can still be read. */
void qevm_qemu_stop(QevmQemu *qemu);
/* Waits until it has ended, for its time at most; FALSE: it has not. */
gboolean qevm_qemu_wait(QevmQemu *qemu, int *status, GError **error);
/* "exit code 1", "SIGABRT". Owned. */
char *qevm_qemu_status_text(int status);

/* What the command says of itself with -dump-vmstate, from a run of its own
 * whose messages are not shown.
 * NULL: it does not; the error says why. */
GBytes *qevm_qemu_dump(const QevmQemuCommand *command, guint seconds,
                       GError **error);

#endif
