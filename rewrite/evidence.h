/* evidence.h - which QEMU wrote a stream, as far as its bytes tell. */
#ifndef QEVM_REWRITE_EVIDENCE_H
#define QEVM_REWRITE_EVIDENCE_H

#include "parser/stream.h"

/* A release as 100 * major + minor; 0: none. */
typedef struct {
    guint from, to; /* not older than, not newer than */
    const char *because;
} QevmEvidence;

typedef struct {
    guint from, to;       /* of all the evidence together */
    GArray *evidence;     /* QevmEvidence; owned */
    GPtrArray *sentences; /* char *; what `because` may borrow; owned */
} QevmWriter;

QevmWriter *qevm_writer_of(QevmStream *stream);
void qevm_writer_free(QevmWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmWriter, qevm_writer_free)

/* "QEMU 8.2 to 10.2", "QEMU 11.0 or newer", "unknown". Owned. */
char *qevm_releases_text(guint from, guint to);
/* "10.2"; NULL for 0. Owned. */
char *qevm_release_text(guint release);

#endif
