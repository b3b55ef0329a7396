/* load-private.h - one load under way; private to rewrite/load*.c.
 *
 * load.c goes through structs and subsections, load-leaf.c reads and checks
 * leaves, load-layout.c decides which fields there are and how many elements
 * they have, load-virtio.c checks what virtio devices check.
 */
#ifndef QEVM_REWRITE_LOAD_PRIVATE_H
#define QEVM_REWRITE_LOAD_PRIVATE_H

#include "rewrite/load.h"

typedef struct {
    const QevmTarget *target;
    QevmRecord *record, *ref;
    QevmCursor c;       /* over the payload and some of what follows */
    gboolean edited;    /* the bytes are those of a tree, not of the source */
    gsize end;          /* in `c`: where the stream says the payload ends */
    guint32 version;    /* of the vmsd being read, on the wire; a nested
                           struct has none there, and is read as its own */
    GHashTable *places; /* QevmNode of the reference -> position in `c` + 1 */
    QevmStop *stop;
} QevmLoad;

/* Both FALSE. `local` and `incoming` go into the stop. */
gboolean qevm_load_stop(QevmLoad *load, QevmStopKind kind, int number,
                        gsize pos, QevmNode *at);
gboolean qevm_load_stop_values(QevmLoad *load, QevmStopKind kind, gsize pos,
                               QevmNode *at, guint64 incoming, guint64 local);
/* The device itself stops, and says `message` (taken over; NULL: nothing). With
 * `vmsd` it is the hook of that one that does. */
gboolean qevm_load_stop_device(QevmLoad *load, int number, gsize pos,
                               QevmNode *at, const QevmVmsd *vmsd,
                               QevmMessage *message);
/* Notes a field that the loader was in; FALSE. */
gboolean qevm_load_within(QevmLoad *load, const char *vmsd, const char *field,
                          const char *type);
/* What was decided is no more than likely. */
void qevm_load_guess(QevmLoad *load);
/* Moves over bytes; the end of the stream is a stop. */
QEVM_CHECKED gboolean qevm_load_skip(QevmLoad *load, guint64 n, QevmNode *at);

/* ---- load-layout.c ---- */

/* Children of a struct of the reference beside those of the same struct in
 * the stream: what pairs, and what only the stream has before each. */
typedef struct {
    QevmNode *ref;    /* NULL: the stream alone has it */
    QevmNode *source; /* NULL: the reference alone has it */
} QevmLoadPair;
/* A GArray of QevmLoadPair in the order in which they are read, owned;
 * subsections are not in it. `source` may be NULL: then nothing pairs. */
GArray *qevm_load_pairs(QevmNode *ref, QevmNode *source);

/* What the destination read from the stream's bytes into a leaf of up to 8
 * bytes. FALSE: it did not, or not all. */
gboolean qevm_load_number(const QevmLoad *load, const QevmNode *node,
                          guint64 *number);

/* How many elements of a leaf array or run of structs the destination reads.
 * `before` are the pairs read before. */
guint64 qevm_load_count(QevmLoad *load, const GArray *before,
                        const QevmLoadPair *pair, const char *vmsd);
/* The same for the bytes of one element of a leaf. */
guint64 qevm_load_size(QevmLoad *load, const GArray *before,
                       const QevmLoadPair *pair, const char *vmsd);
/* Did a field come with a later version than the one being read? */
gboolean qevm_load_newer(const QevmLoad *load, const QevmNode *ref,
                         const char *vmsd);
/* Does the destination read a field that only one of them has? */
gboolean qevm_load_reads(QevmLoad *load, const GArray *before,
                         const QevmLoadPair *pair, const char *vmsd);

/* ---- load-leaf.c ---- */

/* One leaf or leaf array. */
QEVM_CHECKED gboolean qevm_load_leaf(QevmLoad *load, const GArray *before,
                                     const QevmLoadPair *pair,
                                     const char *vmsd);

/* ---- load-virtio.c ---- */

/* The opaque leaf of a virtio device, decoded on both sides; checks only. */
QEVM_CHECKED gboolean qevm_load_virtio(QevmLoad *load, QevmNode *ref,
                                       QevmNode *source);

/* ---- load-device.c ---- */

/* What a device checks once all its fields were read (post_load). */
QEVM_CHECKED gboolean qevm_load_device(QevmLoad *load, QevmNode *ref,
                                       QevmNode *source);

#endif
