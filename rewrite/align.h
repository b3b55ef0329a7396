/* align.h - two layouts side by side: the one edit script that findings and
 * plans read.
 *
 * What counts is the bytes on the wire. Structs are looked through, so that
 * it does not matter how fields are nested; elements in a row that have one
 * name and size are one item, whether an array or a field each describes
 * them; buffers are runs of bytes. Subsections and lists are items of their
 * own, whose inside is aligned by itself.
 */
#ifndef QEVM_REWRITE_ALIGN_H
#define QEVM_REWRITE_ALIGN_H

#include "parser/node.h"

typedef enum {
    QEVM_ITEM_FIELDS, /* `count` elements of `size` bytes */
    QEVM_ITEM_LIST,
    QEVM_ITEM_SUBSECTION,
    QEVM_ITEM_RAW,
} QevmItemKind;

typedef struct {
    QevmItemKind kind;
    const char *name; /* borrowed; without an `[n]` at its end: name_len */
    gsize name_len;
    const char *type; /* borrowed; "" of what has none */
    guint64 size, count;
    guint64 pos; /* bytes between the first field of the parent and it */
    QevmNode *first, *last; /* borrowed; FIELDS: may be several */
} QevmItem;

/* The items of a section, a subsection or an element, in the order of the
 * wire: a GArray of QevmItem, owned. */
GArray *qevm_items_of(QevmNode *parent);
/* Bytes of an item; of a LIST, SUBSECTION or RAW what it has now. */
guint64 qevm_item_bytes(const QevmItem *item);

typedef enum {
    QEVM_ALIGN_SAME,    /* the same name, size and count, item by item */
    QEVM_ALIGN_ALIKE,   /* as many bytes, otherwise named or divided */
    QEVM_ALIGN_RESIZED, /* one item each: the same name, not as many bytes */
    QEVM_ALIGN_MOVED,   /* one subsection each, elsewhere in the order */
    QEVM_ALIGN_EXTRA,   /* only A has them */
    QEVM_ALIGN_MISSING, /* only B has them */
} QevmAlignKind;

/* Items a .. a + n_a - 1 of A stand against b .. b + n_b - 1 of B. */
typedef struct {
    QevmAlignKind kind;
    guint a, n_a, b, n_b;
} QevmAlignRun;

/* The runs in the order of A, each item in one of them: a GArray of
 * QevmAlignRun, owned. Linear on equal items; where more than
 * QEVM_ALIGN_DIFFERENCES differ, what is between the equal ends is one run
 * EXTRA and one MISSING. */
#define QEVM_ALIGN_DIFFERENCES 2000
GArray *qevm_align(const GArray *a, const GArray *b);

#endif
