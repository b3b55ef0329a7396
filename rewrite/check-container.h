/* check-container.h - findings about what a stream is in. */
#ifndef QEVM_REWRITE_CHECK_CONTAINER_H
#define QEVM_REWRITE_CHECK_CONTAINER_H

#include "parser/container.h"
#include "parser/stream.h"

/* Adds to what qevm_check() found. */
void qevm_check_container(const QevmContainer *c, QevmStream *stream,
                          GPtrArray *findings);

#endif
