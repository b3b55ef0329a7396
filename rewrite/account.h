/* account.h - what became of every byte of a stream that was edited.
 *
 * Every byte of the source is in one entry, in the order of the source: runs of
 * leaves that shared a fate, the headers and footers between them, and the live
 * part as a whole.
 */
#ifndef QEVM_REWRITE_ACCOUNT_H
#define QEVM_REWRITE_ACCOUNT_H

#include "rewrite/edit.h"

typedef enum {
    QEVM_FATE_COPIED,  /* it is in the output as it was */
    QEVM_FATE_MAPPED,  /* it is there as something else */
    QEVM_FATE_DROPPED, /* it is not */
} QevmFate;

const char *qevm_fate_name(QevmFate fate);

typedef struct {
    guint64 offset, size; /* in the source */
    char *path;           /* of the first leaf; a word for what has no path */
    char *last;           /* of the last one; NULL: there is one */
    guint leaves;         /* 0: what has no path */
    QevmFate fate;
    QevmLoss loss; /* the worst of the changes that touched it */
    char *value;   /* of a leaf, or the bytes of a run; NULL: copied */
} QevmAccountEntry;

typedef gboolean (*QevmAccountTake)(const QevmAccountEntry *entry,
                                    gpointer user, GError **error);

/* Goes through `source`, the stream before the edit, opened anew. Entries are
 * borrowed by `take`, which can stop it. */
QEVM_CHECKED gboolean qevm_account(QevmStream *source, QevmEdit *edit,
                                   QevmAccountTake take, gpointer user,
                                   GError **error);

#endif
