/* error.h - what goes wrong with a QEMU that is not ours. */
#ifndef QEVM_CLI_QEMU_ERROR_H
#define QEVM_CLI_QEMU_ERROR_H

#include <glib.h>

typedef enum {
    QEVM_QEMU_ERROR_COMMAND,     /* its command line cannot be run like that */
    QEVM_QEMU_ERROR_START,       /* it did not start */
    QEVM_QEMU_ERROR_ENDED,       /* it ended, or hung up */
    QEVM_QEMU_ERROR_TIMEOUT,     /* it did not answer, or does not go on */
    QEVM_QEMU_ERROR_ANSWER,      /* it answered with an error */
    QEVM_QEMU_ERROR_PROTOCOL,    /* what it said is no answer */
    QEVM_QEMU_ERROR_INTERRUPTED, /* a signal came: see interrupt.h */
} QevmQemuError;

#define QEVM_QEMU_ERROR (qevm_qemu_error_quark())
GQuark qevm_qemu_error_quark(void);

#endif
