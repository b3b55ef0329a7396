/* against.h - will a destination load a stream, and if not, why not. */
#ifndef QEVM_REWRITE_AGAINST_H
#define QEVM_REWRITE_AGAINST_H

#include "rewrite/finding.h"
#include "rewrite/target.h"

/* Adds to `findings` what the target makes of the stream, in addition to
 * qevm_check(), which looks at the stream alone. Each section is judged by
 * itself, as if all before it had been repaired; the first error is the one
 * that QEMU stops at. FALSE: bytes of a section cannot be read. */
QEVM_CHECKED gboolean qevm_check_against(QevmStream *stream,
                                         const QevmTarget *target,
                                         GPtrArray *findings, GError **error);

#endif
