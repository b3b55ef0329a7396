/* compare.h - does one QEMU load what another one saves, as far as their
 * descriptions tell?
 */
#ifndef QEVM_REWRITE_COMPARE_H
#define QEVM_REWRITE_COMPARE_H

#include "rewrite/finding.h"
#include "rewrite/known.h"

typedef enum {
    QEVM_COMPARE_FORWARD,  /* the old one saves, the new one loads */
    QEVM_COMPARE_BACKWARD, /* the new one saves, the old one loads */
} QevmDirection;
const char *qevm_direction_name(QevmDirection direction);

/* What QEMU `from` saves against what `to` loads, both from a dump or both from
 * a stream. Devices are paired by type, or by vmsd if only that is left. An
 * error refuses every state of the device, a warning what a condition
 * decides that nobody tells, a note nothing.
 *
 * Paths are VMSD//STEP/STEP, of a stream SECTION//STEP/STEP. A GArray of
 * QevmFinding in the order of `from`'s devices, owned. */
GPtrArray *qevm_compare(const QevmKnown *from, const QevmKnown *to,
                        QevmDirection direction);

/* What two dumps, or two streams, do not tell, a phrase each: a GPtrArray of
 * char *, with a NULL at its end, owned. */
GPtrArray *qevm_compare_untold(const QevmKnown *from, const QevmKnown *to);

#endif
