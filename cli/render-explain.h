/* render-explain.h - a failed load and what is known of it, as text and as
 * JSON. */
#ifndef QEVM_CLI_RENDER_EXPLAIN_H
#define QEVM_CLI_RENDER_EXPLAIN_H

#include <jansson.h>

#include "cli/print.h"
#include "rewrite/causes.h"
#include "rewrite/sight.h"

typedef struct {
    const QevmFailure *failure; /* borrowed */
    const QevmCauses *causes;   /* borrowed */
    const char *file;           /* the stream; NULL: none was given */
    const QevmSight *sight;     /* of the stream; NULL: none */
    const char *target;         /* the destination; NULL: none was given */
    const char *reference;      /* the stream that it saved; NULL: none */
    const GPtrArray *findings;  /* QevmFinding; what the stream and the
                                   destination say of it; NULL: no stream */
} QevmExplained;

void qevm_explained_text(const QevmExplained *explained, QevmPrint *out);
/* New reference. */
json_t *qevm_explained_json(const QevmExplained *explained);

/* A message that stopped nothing: what it means. */
void qevm_explained_notice_text(const QevmCauses *causes,
                                const QevmMessage *message, QevmPrint *out);
json_t *qevm_explained_notice_json(const QevmCauses *causes,
                                   const QevmMessage *message);

#endif
