/* emit-vmdesc.h - the description of an edited stream; private to rewrite/. */
#ifndef QEVM_REWRITE_EMIT_VMDESC_H
#define QEVM_REWRITE_EMIT_VMDESC_H

#include "rewrite/edit.h"

/* Is what the vmdesc describes no longer what it was? */
gboolean qevm_vmdesc_outdated(const QevmEdit *edit);

#endif
