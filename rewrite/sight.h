/* sight.h - where in a stream the thing is that QEMU complained of. */
#ifndef QEVM_REWRITE_SIGHT_H
#define QEVM_REWRITE_SIGHT_H

#include "parser/stream.h"
#include "rewrite/failure.h"

/* Is this the stream that QEMU read? */
typedef enum {
    QEVM_SIGHT_OPEN,  /* the message does not say enough to tell */
    QEVM_SIGHT_SAME,  /* it has what the message says it has */
    QEVM_SIGHT_OTHER, /* it has something else there */
} QevmSightVerdict;

typedef struct {
    char *path;     /* owned; NULL: the message is about no place in it */
    guint64 offset; /* of that */
    QevmSightVerdict verdict;
    GPtrArray *facts; /* char *, owned; what is there, a sentence each */
} QevmSight;

/* Does it take the records between RAM pages to answer? */
gboolean qevm_sight_needs_walk(const QevmFailure *failure);
/* NULL: the bytes of a section cannot be read. Owned by the caller. */
QevmSight *qevm_sight_new(QevmStream *stream, const QevmFailure *failure,
                          GError **error);
void qevm_sight_free(QevmSight *sight);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmSight, qevm_sight_free)

#endif
