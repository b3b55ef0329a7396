/* edit.h - a stream being edited, and the record of every change.
 *
 * Applying rules changes the trees and records of the stream in place and
 * collects what happens to the live part; emit.h turns it into bytes. Nothing
 * here writes.
 */
#ifndef QEVM_REWRITE_EDIT_H
#define QEVM_REWRITE_EDIT_H

#include "rewrite/rule.h"

/* One change, as --journal writes it. */
typedef struct {
    guint rule; /* its number, from 1 */
    QevmOp op;
    char *path;           /* as it was named before the change */
    guint64 offset;       /* in the source; 0 for what was not there */
    char *before, *after; /* values, or words; NULL: nothing */
    QevmLoss loss;
    char *what; /* one sentence: what is lost or seen; NULL if nothing */
} QevmChange;

typedef struct {
    QevmStream *stream; /* borrowed */
    QevmLiveEdit *live; /* owned */
    gboolean drop_vmdesc;
    gboolean add_configuration; /* the CONFIGURATION record is ours */
    guint64 base; /* where in its file the new stream will begin: the offsets of
                     mapped-ram count from there. As it was, unless set */
    GPtrArray *changes; /* QevmChange */
    /* What the user allows. */
    gboolean allow_visible, allow_lossy;
    /* Private to edit.c. */
    GArray *matches;    /* guint64 by rule: places matched */
    GHashTable *passed; /* QevmRecord: went on its way in a HEAD phase */
    guint64 made;       /* bytes that rules made; capped */
} QevmEdit;

/* The machine that the stream's configuration names after what was applied.
 * Owned; NULL: there is none. */
char *qevm_edit_machine(QevmEdit *edit);

QevmEdit *qevm_edit_new(QevmStream *stream);
void qevm_edit_free(QevmEdit *edit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmEdit, qevm_edit_free)

typedef enum {
    QEVM_PHASE_ALL,     /* a seekable stream: everything is there */
    QEVM_PHASE_HEAD,    /* a pipe: configuration, ram, live part */
    QEVM_PHASE_DEVICES, /* a pipe: the rest */
} QevmPhase;

/* Applies rules in order. RULE error: one is wrong or matched nothing (in a
 * HEAD phase that is only known after DEVICES); LOSS error: changes exceed
 * what was allowed (all rules were applied; the message names what is lost,
 * every one of them). UNSUPPORTED, LIMIT: the rule is right, but qevm cannot
 * do it. After any of these the stream is half edited: free it. */
QEVM_CHECKED gboolean qevm_edit_apply(QevmEdit *edit, const QevmRules *rules,
                                      QevmPhase phase, GError **error);

/* Must the live part be walked before these rules are applied? Rules on RAM do
 * with the walk that writes it, unless what is wrong with it has to be known
 * before the first byte is written: the output is not `whole` or absent. */
gboolean qevm_rules_need_walk(const QevmRules *rules, gboolean whole);

#endif
