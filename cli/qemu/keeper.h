/* keeper.h - a program that does not outlive us.
 *
 * It runs below a process of ours that does nothing but wait: for the program
 * to end, and for us to be gone, however that happens, SIGKILL too. Then it
 * ends the program and all that the program started, with those that cut
 * themselves loose (PR_SET_CHILD_SUBREAPER). A QEMU that is killed while it
 * starts leaves its temporary images behind: so it is told by its monitor
 * first, which it hears once it has started.
 */
#ifndef QEVM_CLI_QEMU_KEEPER_H
#define QEVM_CLI_QEMU_KEEPER_H

#include <glib.h>

typedef struct QevmKeeper QevmKeeper;

/* Starts argv[0], looked for in PATH, in a session of its own, with nothing to
 * read and `output` for what it prints. It inherits `fds` under their numbers,
 * and no other. `monitor`: our end of QEMU's, or -1; all stay open here. */
QevmKeeper *qevm_keeper_start(char *const *argv, char *const *environment,
                              const int *fds, guint n_fds, int output,
                              int monitor, GError **error);
/* Readable once the program has ended. */
int qevm_keeper_fd(const QevmKeeper *keeper);
/* Has it ended? *status is as waitpid(2) gives it. */
gboolean qevm_keeper_ended(QevmKeeper *keeper, int *status);
/* Ends it and all that it has started; returns when they are gone. */
void qevm_keeper_free(QevmKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmKeeper, qevm_keeper_free)

#endif
