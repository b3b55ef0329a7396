/* load.h - a stream loaded into a QEMU, and what QEMU makes of it. */
#ifndef QEVM_CLI_QEMU_LOAD_H
#define QEVM_CLI_QEMU_LOAD_H

#include "cli/qemu/process.h"
#include "parser/source.h"

/* How a QEMU has to be started for this; ends with NULL. */
extern const char *const qevm_qemu_load_options[];

typedef enum {
    QEVM_LOAD_LOADED,
    QEVM_LOAD_REFUSED, /* it said so, and ended */
    QEVM_LOAD_CRASHED, /* a signal ended it */
} QevmLoadResult;

typedef struct {
    QevmLoadResult result;
    char *messages;      /* owned; lines that QEMU said meanwhile, or "" */
    QevmLoadPlace place; /* where it was; of builds whose traces can be seen */
    char *ended;         /* owned; "exit code 1", "SIGABRT"; NULL: loaded */
    GPtrArray *capabilities; /* const char *; owned; of migration, that the
                                stream asks for, so that they were set */
} QevmLoad;

void qevm_load_free(QevmLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmLoad, qevm_load_free)

/* Hands the stream to QEMU, through a pipe, or, if its RAM is mapped, as the
 * file that it is. The source is taken over. The guest stays paused. What QEMU
 * says is not shown. NULL: no verdict: the source cannot be read, a time-out,
 * a signal. */
QevmLoad *qevm_qemu_load(QevmQemu *qemu, QevmSource *source, GError **error);

#endif
