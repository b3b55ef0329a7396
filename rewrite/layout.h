/* layout.h - the bytes of two vmsds side by side, as far as they are told.
 *
 * A vmsd becomes a row of items, structs looked through, since that is what is
 * on the wire: how fields are nested and what they are called does not matter
 * to QEMU. Unlike a stream, a dump does not tell all sizes and lengths, nor
 * whether a field with a condition is sent; an item says what is not told.
 */
#ifndef QEVM_REWRITE_LAYOUT_H
#define QEVM_REWRITE_LAYOUT_H

#include "rewrite/known.h"

/* A struct that items are in. */
typedef struct QevmLayoutLevel QevmLayoutLevel;
struct QevmLayoutLevel {
    const QevmLayoutLevel *up; /* NULL: the vmsd itself */
    const char *name;
    guint64 count; /* elements; 0: not told, most likely one */
};

typedef struct {
    const QevmLayoutLevel *level; /* NULL: the vmsd itself */
    const char *name;
    gsize name_len;                  /* without an `[n]` at its end */
    guint64 size;                    /* of one element; 0: not told */
    guint64 count;                   /* at least 1 */
    gboolean count_told;             /* else it may be an array whose length is
                                        a field ... */
    gboolean arrays_told;            /* ... or, if this is FALSE, any array */
    gboolean conditional;            /* it, or a level of it */
    gboolean opaque;                 /* the size is the device's own business */
    const QevmKnownVmsd *subsection; /* NULL: a field */
} QevmLayoutItem;

/* The items of a vmsd, as QEMU has them in state of that version, in the order
 * of the wire: fields of later versions are not there. Inside structs, whose
 * version is not on the wire, it is that of the struct's vmsd (FORMAT of
 * nested structs: migration/vmstate.c:vmstate_load_state()). A GArray of
 * QevmLayoutItem, owned; levels live in `arena`. */
GArray *qevm_layout_of(const QevmKnown *known, const QevmKnownVmsd *vmsd,
                       guint32 version_id, QevmArena *arena);

/* STEP/STEP/NAME below a vmsd; of a subsection with its braces. Owned. */
char *qevm_layout_path(const QevmLayoutItem *item);
/* The same of a level. */
char *qevm_layout_level_path(const QevmLayoutLevel *level);
gboolean qevm_layout_is_in(const QevmLayoutItem *item,
                           const QevmLayoutLevel *level);
/* Bytes on the wire; 0: not told. */
guint64 qevm_layout_bytes(const QevmLayoutItem *item);

typedef enum {
    QEVM_PAIR_SAME,
    QEVM_PAIR_RENAMED,   /* one item each: as many bytes */
    QEVM_PAIR_REGROUPED, /* some items each: as many bytes together */
    QEVM_PAIR_UNTOLD,    /* some items each: sizes that cannot be compared */
    QEVM_PAIR_LENGTH,    /* one item each: an array, and one element or an array
                            whose length is a field */
    QEVM_PAIR_RESIZED,   /* one item each: the same name, not as many bytes */
    QEVM_PAIR_EXTRA,     /* only A has it */
    QEVM_PAIR_MISSING,   /* only B has it */
} QevmPairKind;

/* Items a .. a + n_a - 1 of A stand against b .. b + n_b - 1 of B. */
typedef struct {
    QevmPairKind kind;
    guint a, n_a, b, n_b;
} QevmPair;

/* The cheapest way to pair two rows up: the same name counts most, then the
 * same struct, then the same size. A GArray of QevmPair in the order of both,
 * each item in one of them; owned. Rows that are too different for that are
 * EXTRA and MISSING. */
GArray *qevm_layout_align(const GArray *a, const GArray *b);

#endif
