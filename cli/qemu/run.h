/* run.h - a loaded guest that goes on for a while. */
#ifndef QEVM_CLI_QEMU_RUN_H
#define QEVM_CLI_QEMU_RUN_H

#include "cli/qemu/process.h"

#define QEVM_SERIAL_MAX (256 * 1024) /* bytes that are kept: the last ones */

typedef struct {
    double seconds;    /* that it ran */
    char *status;      /* owned; as query-status names it; NULL: QEMU ended */
    char *ended;       /* owned; as above */
    gboolean runs;     /* it still does */
    GPtrArray *events; /* char *; owned; of QMP, that tell of trouble */
    GString *serial;   /* owned; what the guest printed */
} QevmRun;

void qevm_run_free(QevmRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmRun, qevm_run_free)

/* Lets the guest go on for so long. `serial`: where its first serial port can
 * be read, or -1. */
QevmRun *qevm_qemu_run(QevmQemu *qemu, double seconds, int serial,
                       GError **error);

#endif
