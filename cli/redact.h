/* redact.h - what of a stream is not for strangers: what tells whose guest it
 * is, what its CPUs were at, and what it was typing, sending or storing.
 */
#ifndef QEVM_CLI_REDACT_H
#define QEVM_CLI_REDACT_H

#include "parser/stream.h"

/* Are all values of the section hidden? */
gboolean qevm_redact_section(const QevmRecord *record);
/* Are the values of this leaf? */
gboolean qevm_redact_leaf(const QevmRecord *record, const QevmNode *leaf);

#endif
