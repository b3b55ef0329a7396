/* decrementer.h - the timer of a Power CPU, which old QEMUs do not start again.
 *
 * Before 8.2, TCG neither saves when a decrementer ends nor starts it after a
 * load (target/ppc/machine.c:cpu_post_load(), QEMU 8.2 with "Migrate DECR
 * SPR"). A guest that waits for it waits for ever: it loads, and is called
 * running. What helps is to have it take the interrupt: Linux sets the
 * decrementer anew whenever it comes, too early or not. The CPU is then at the
 * interrupt's vector, as hardware leaves it there.
 */
#ifndef QEVM_REWRITE_DECREMENTER_H
#define QEVM_REWRITE_DECREMENTER_H

#include "rewrite/target.h"

typedef enum {
    QEVM_DECREMENTER_FINE,   /* started, not waited for, or nobody knows */
    QEVM_DECREMENTER_STOPS,  /* the CPU would take the interrupt now */
    QEVM_DECREMENTER_MASKED, /* it stops, and the CPU takes no interrupt */
} QevmDecrementerKind;

typedef struct {
    QevmDecrementerKind kind;
    /* Of QEVM_DECREMENTER_STOPS: where the CPU is once it took it. */
    guint64 nip, msr;
    guint64 srr0, srr1; /* special purpose registers 26 and 27 */
    QevmRecord *common; /* the section that says that the CPU is halted; NULL:
                           it is not */
} QevmDecrementer;

/* What becomes of it at the destination; `record` is a section of the stream.
 * FINE of what is no CPU of a pseries machine. */
QevmDecrementer qevm_decrementer(QevmStream *stream, QevmRecord *record,
                                 const QevmTarget *target);

#endif
