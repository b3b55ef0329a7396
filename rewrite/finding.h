/* finding.h - what can be wrong with a stream, each kind with a stable name.
 *
 * The severity says what QEMU does: an error refuses the stream, a warning
 * loads it and loses something, a note is worth knowing.
 */
#ifndef QEVM_REWRITE_FINDING_H
#define QEVM_REWRITE_FINDING_H

#include <glib.h>
#include <jansson.h>

typedef enum {
    QEVM_SEVERITY_NOTE,
    QEVM_SEVERITY_WARNING,
    QEVM_SEVERITY_ERROR,
} QevmSeverity;
const char *qevm_severity_name(QevmSeverity severity);

/* A kind of finding, as `qevm help FINDING` explains it. */
typedef struct {
    const char *slug;
    QevmSeverity severity;
    const char *summary; /* one line, lower case, no full stop */
    const char *text;    /* prose, a line a paragraph */
} QevmFindingInfo;

/* All kinds, by name; NULL: no such name. */
const QevmFindingInfo *qevm_finding_table(guint *count);
const QevmFindingInfo *qevm_finding_find(const char *slug);

typedef struct {
    const QevmFindingInfo *info; /* borrowed; never NULL */
    char *path;     /* what it is about, as a path; "": the stream */
    guint64 offset; /* in the stream */
    char *sentence; /* no full stop */
    char *accepted; /* owned; why it does not count; NULL: it does */
    /* Of a comparison with a target. */
    gboolean likely;  /* it depends on what is not known */
    GPtrArray *lines; /* char *, owned; what QEMU prints; NULL: nothing */
    json_t *rules;    /* owned; rules that repair it; NULL: none do */
    char *advice;     /* owned; what else helps; NULL */
} QevmFinding;

void qevm_finding_free(QevmFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmFinding, qevm_finding_free)

/* Adds one to `findings` (a GPtrArray of QevmFinding), for the rest to be
 * filled in. `slug` is a row of the table; takes over `path`. Borrowed. */
QevmFinding *qevm_finding_add(GPtrArray *findings, const char *slug, char *path,
                              guint64 offset, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* Puts them into the order of the stream. */
void qevm_findings_sort(GPtrArray *findings);

/* How many there are of each severity. What is accepted is not counted. */
typedef struct {
    guint of[QEVM_SEVERITY_ERROR + 1];
    guint accepted;
} QevmFindingCounts;
QevmFindingCounts qevm_findings_count(const GPtrArray *findings);

#endif
