/* lend.h - descriptions borrowed from other streams.
 *
 * Some streams do not describe themselves: machine types until 2.2
 * (suppress-vmdesc), postcopy, xen-save-devices-state. A stream of the same
 * devices can lend them its vmdesc. What is lent says which fields there are;
 * how many bytes they have in this stream is found by reading these: the
 * fields as listed, subsections as QEMU's loader looks for them
 * (migration/vmstate.c:vmstate_subsection_load()), lists by their markers.
 * The result is believed only if the section ends where it must.
 */
#ifndef QEVM_PARSER_LEND_H
#define QEVM_PARSER_LEND_H

#include "parser/source.h"
#include "parser/vmdesc.h"

/* A set of lenders; counts references. */
typedef struct QevmLend QevmLend;
QevmLend *qevm_lend_new(void);
QevmLend *qevm_lend_ref(QevmLend *lend);
void qevm_lend_unref(QevmLend *lend);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmLend, qevm_lend_unref)

/* One lender's part; takes it over. `whose` names it in notes. The first one
 * added is asked first. */
void qevm_lend_add(QevmLend *lend, QevmVmdesc *vmdesc, const char *whose);
/* A stream, or a description file (lend-file.h), by what it contains. */
QEVM_CHECKED gboolean qevm_lend_add_file(QevmLend *lend, const char *path,
                                         GError **error);
/* Makes these the shipped descriptions: the *.json of a directory, read once
 * somebody asks, and lent only to streams without any vmdesc. */
void qevm_lend_set_shipped(QevmLend *lend, const char *directory);
gboolean qevm_lend_is_shipped(const QevmLend *lend);
/* Reads what is shipped now, if it was not yet. FALSE: nothing to lend. What
 * went wrong is appended to `notes`. */
gboolean qevm_lend_ready(QevmLend *lend, GPtrArray *notes);

/* A section to be described. */
typedef struct {
    const char *idstr;
    guint32 instance_id, version_id;
    QevmSource *source;
    guint64 offset;     /* of the payload */
    guint64 max;        /* bytes there are from there on */
    gboolean exact;     /* the payload has `max` bytes, no fewer */
    const char *prefer; /* whom to ask first; NULL: it does not matter */
    gboolean (*fits)(guint64 size, gpointer user); /* can a payload of that
                        size end there? Not asked if exact */
    gpointer user;
    guint64 *work; /* fields that may still be looked at; counted down */
} QevmLendAsk;

/* A description of exactly these bytes, in `arena`; its vmsds live as long as
 * arena and lend do. NULL: nobody knows it, or none fits; `why` (may be NULL)
 * then says what is wrong with the nearest, or stays unset. */
const QevmDevice *qevm_lend_describe(QevmLend *lend, QevmArena *arena,
                                     const QevmLendAsk *ask, const char **whose,
                                     GError **why);

/* What a lender says of the section where an array of pointers is described
 * wrongly (pointers.h); NULL: nobody does. */
const QevmVmsd *qevm_lend_suspect(QevmLend *lend, const QevmLendAsk *ask,
                                  const char **whose);

/* Is there a lender with a device of that name, and what version has it? Only
 * such a header ends a section of unknown length. */
gboolean qevm_lend_knows(const QevmLend *lend, const char *idstr,
                         guint32 version_id);

/* ---- private to lend.c and lend-walk.c ---- */

typedef struct {
    const QevmLend *lend;
    QevmArena *arena;
    const QevmVmsd *vmsd;
    gboolean legacy;
    const guint8 *data; /* the bytes at hand */
    gsize len;
    gboolean whole; /* nothing follows these */
    guint64 base;   /* stream offset of data */
    gboolean plain; /* only this layout, no variants of it */
    guint64 *work;
} QevmLendWalk;

typedef struct {
    const QevmVmsd *vmsd;
    guint64 size;
    gboolean ran_out; /* failed for want of bytes, and there are more */
    guint elastic;    /* leaves whose length depends on the guest */
} QevmLendWalked;

/* Reads `walk->data` by the vmsd. `elastic` >= 0: that one of the elastic
 * leaves has `more` bytes more than it says (or fewer). */
QEVM_CHECKED gboolean qevm_lend_walk(const QevmLendWalk *walk, gint elastic,
                                     gint64 more, QevmLendWalked *walked,
                                     GError **error);

/* The subsection of that name that a vmsd of this name was seen with. *next, 0
 * at first, is where its own are looked at first: they mostly come in order.
 * *work is counted down for each. */
const QevmVmsd *qevm_lend_subsection(const QevmLend *lend, const QevmVmsd *of,
                                     const char *name, guint *next,
                                     guint64 *work);
gboolean qevm_lend_has_subsections(const QevmLend *lend, const QevmVmsd *of);
/* The element of a list that was empty here and is not elsewhere. */
const QevmVmsd *qevm_lend_element(const QevmLend *lend, const QevmVmsd *of,
                                  const QevmFieldDesc *list);
/* The layouts that a vmsd of this name and version was seen with, such as with
 * and without a field that a condition decides about. NULL: only one. */
const GPtrArray *qevm_lend_variants(const QevmLend *lend, const QevmVmsd *of);
/* Do two fields read the same bytes? What is inside structs does not count. */
gboolean qevm_lend_same_field(const QevmFieldDesc *a, const QevmFieldDesc *b);
/* A place to remember things of a vmsd; 0 at first. */
guint qevm_lend_memo(const QevmLend *lend, const QevmVmsd *vmsd);
void qevm_lend_set_memo(const QevmLend *lend, const QevmVmsd *vmsd, guint memo);

#endif
