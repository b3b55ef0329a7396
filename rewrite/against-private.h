/* against-private.h - one comparison under way; private to rewrite/against*.c.
 *
 * against.c goes through the records, against-stream.c compares what is no
 * device state, against-section.c says why a section does not load,
 * against-lines.c what QEMU prints then.
 */
#ifndef QEVM_REWRITE_AGAINST_PRIVATE_H
#define QEVM_REWRITE_AGAINST_PRIVATE_H

#include "rewrite/against.h"
#include "rewrite/load.h"
#include "rewrite/refusal.h"

typedef struct {
    QevmStream *stream;
    const QevmTarget *target;
    QevmStream *reference; /* NULL: there is none */
    GPtrArray *findings;
    GHashTable *sections; /* owned by the run; index of the stream */
} QevmAgainst;

/* The path of a section, of a node in it, or (index >= 0) of an element;
 * owned by the caller. */
char *qevm_against_path(QevmStream *stream, QevmRecord *record, QevmNode *node,
                        gint64 index);

/* ---- against-lines.c ---- */

/* Gives a finding the lines that the target's QEMU prints; NULL: no finding. */
void qevm_against_say(QevmAgainst *a, QevmFinding *finding,
                      const QevmRefusal *refusal);
void qevm_against_say_stop(QevmAgainst *a, QevmFinding *finding,
                           const QevmRecord *record, const QevmRecord *ref,
                           const QevmStop *stop);

/* ---- against-stream.c ---- */

void qevm_against_configuration(QevmAgainst *a);
void qevm_against_footers(QevmAgainst *a);
void qevm_against_command(QevmAgainst *a, const QevmRecord *record);
void qevm_against_ram(QevmAgainst *a);

/* ---- against-section.c ---- */

/* A START or FULL. */
QEVM_CHECKED gboolean qevm_against_section(QevmAgainst *a, QevmRecord *record,
                                           GError **error);
/* Sections that the destination sends and the stream does not have. */
void qevm_against_missing(QevmAgainst *a);

#endif
