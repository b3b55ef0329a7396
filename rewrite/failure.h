/* failure.h - the failed loads that a log tells of.
 *
 * QEMU prints several lines about one failure, or one line with several parts,
 * among much else. A log is read line by line; what belongs together ends with
 * the outcome ("load of migration failed") or with a crash.
 */
#ifndef QEVM_REWRITE_FAILURE_H
#define QEVM_REWRITE_FAILURE_H

#include "rewrite/finding.h"
#include "rewrite/message.h"

typedef struct {
    GPtrArray *lines;    /* char *, owned; as they stood in the log */
    GPtrArray *messages; /* QevmMessage, owned; the innermost first; at least
                            one */
    const QevmMessage *cause; /* borrowed; the one that says most */
    char *rest;               /* owned; the end of a line that was not
                                 understood; NULL: none */
    char *program;            /* owned; the QEMU that said it; NULL: not told */
    const char *idstr;        /* borrowed; the section; NULL: not told */
    guint64 instance_id, section_id; /* of the section; G_MAXUINT64: not told */
    guint from, to; /* releases that have all these words, see message.h;
                       from > to: no one does */
    guint times;    /* so often in the log */
} QevmFailure;

typedef struct {
    GPtrArray *failures; /* QevmFailure, owned; in the order of the log */
    GPtrArray
        *notices; /* QevmMessage, owned; what stopped nothing, each once */
    GPtrArray *unknown; /* char *, owned; what a QEMU said and nobody
                           understands: the last such lines, each once */
    guint64 lines;      /* read so far */
    /* Private: the failure under way, NULL: none. */
    QevmFailure *open;
} QevmLog;

QevmLog *qevm_log_new(void);
void qevm_log_free(QevmLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmLog, qevm_log_free)
/* Lines in order, without their end; any bytes but NUL. Of an answer of QMP,
 * its error counts. */
void qevm_log_add(QevmLog *log, const char *line);
/* No line follows. */
void qevm_log_end(QevmLog *log);

/* The architecture of the QEMU by its name ("x86_64"); NULL: not told. */
const char *qevm_failure_architecture(const QevmFailure *failure);
/* How a failure names the field, or the parts of a device, that it was in, the
 * innermost first: "VMSD:FIELD" or the name of a subsection; char *, owned. */
GPtrArray *qevm_failure_places(const QevmFailure *failure);

/* Does a finding of a comparison say that QEMU will print this? */
gboolean qevm_failure_is_finding(const QevmFailure *failure,
                                 const QevmFinding *finding);

#endif
