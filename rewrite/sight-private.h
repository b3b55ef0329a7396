/* sight-private.h - one look under way; private to rewrite/sight*.c.
 *
 * sight.c finds the section and the field, sight-checks.c compares what is
 * there with what the message says.
 */
#ifndef QEVM_REWRITE_SIGHT_PRIVATE_H
#define QEVM_REWRITE_SIGHT_PRIVATE_H

#include "rewrite/sight.h"

typedef struct {
    QevmStream *stream;
    const QevmFailure *failure;
    const QevmMessage *cause;
    QevmRecord *record; /* the section; NULL: not there, or not told */
    QevmNode *root;     /* of its tree; NULL: it has none */
    QevmSight *out;
} QevmLook;

/* A sentence about what is there. */
void qevm_look_fact(QevmLook *look, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
/* Is it what the message says? Of names and headers, which QEMU reads as we do.
 * Where the stream is broken, what is not found may be in the rest of it. */
void qevm_look_verdict(QevmLook *look, gboolean same);
/* The same of a value: QEMU may have read other bytes than those described as
 * that field, if what stands before is longer or shorter for it. */
void qevm_look_value(QevmLook *look, gboolean same);
/* The place is a section. */
void qevm_look_at_section(QevmLook *look, QevmRecord *record);
/* Another section of the same name, after `record`; NULL: no more. */
QevmRecord *qevm_look_next(const QevmLook *look, const QevmRecord *record);
/* The place is a node, or (index >= 0) an element of it; its value becomes a
 * fact if it is one leaf. */
void qevm_look_at(QevmLook *look, QevmNode *node, gint64 index);
/* The place is a byte of the section: the innermost leaf that has it. */
void qevm_look_at_offset(QevmLook *look, guint64 offset);

/* The first node below `node` that `wanted` says TRUE to, in the order of the
 * wire; NULL: none. */
typedef gboolean (*QevmLookWanted)(QevmNode *node, gconstpointer data);
QevmNode *qevm_look_find(QevmNode *node, QevmLookWanted wanted,
                         gconstpointer data);
/* The first of that name; `[n]` behind a name is not part of it. */
QevmNode *qevm_look_named(QevmNode *node, const char *name);
/* The field that the failure names, as far as it is there; NULL: no field. */
QevmNode *qevm_look_field(QevmLook *look);

/* The check of a message: what is there. NULL: none is known. */
typedef void (*QevmLookCheck)(QevmLook *look);
QevmLookCheck qevm_look_check(const char *id);

#endif
