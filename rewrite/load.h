/* load.h - how a destination would load one section of a stream.
 *
 * The bytes of the section are read as the destination reads them: field by
 * field in the layout of its own reference, subsections by look-ahead
 * (migration/vmstate.c:vmstate_load_state(), vmstate_subsection_load()), with
 * the checks that depend on nothing but bytes. Where the reference is silent
 * about what a condition or a count decides, the stream's own layout and what
 * is known of the destination's QEMU are asked; then the result is no longer
 * exact.
 */
#ifndef QEVM_REWRITE_LOAD_H
#define QEVM_REWRITE_LOAD_H

#include "rewrite/message.h"
#include "rewrite/target.h"

/* Why the destination stops. */
typedef enum {
    QEVM_STOP_NONE,
    QEVM_STOP_EARLY_EOF,          /* bytes are missing */
    QEVM_STOP_VERSION_TOO_NEW,    /* incoming, local */
    QEVM_STOP_VERSION_TOO_OLD,    /* incoming, local: the minimum */
    QEVM_STOP_SUBSECTION_UNKNOWN, /* text: its name */
    QEVM_STOP_SUBSECTION_TOO_NEW, /* text, incoming, local */
    QEVM_STOP_SUBSECTION_TOO_OLD,
    QEVM_STOP_EQUAL,             /* incoming, local */
    QEVM_STOP_LESS_OR_EQUAL,     /* incoming, local */
    QEVM_STOP_PCI_CONFIG,        /* index, incoming, local, masks */
    QEVM_STOP_IRQ_STATE,         /* index, incoming */
    QEVM_STOP_NULL_MARKER,       /* incoming */
    QEVM_STOP_VIRTIO_QUEUE_SIZE, /* index, incoming, local */
    QEVM_STOP_VIRTIO_QUEUES,     /* incoming: their number */
    QEVM_STOP_VIRTIO_FEATURES,   /* incoming, local */
    QEVM_STOP_DEVICE,            /* message: what it prints itself; NULL:
                                    nothing */
    QEVM_STOP_FOOTER_MISSING,    /* incoming: the byte there */
    QEVM_STOP_FOOTER_ID,         /* incoming, local */
} QevmStopKind;

/* What the loader was in. */
typedef struct {
    enum {
        QEVM_LEVEL_FIELD,
        QEVM_LEVEL_SUBSECTION, /* `field` of `vmsd` */
        QEVM_LEVEL_POST_LOAD,  /* everything was read */
    } kind;
    const char *vmsd, *field, *type; /* borrowed from the reference; FIELD: type
                                        NULL of a struct */
    guint32 version, minimum;        /* POST_LOAD: of the vmsd */
} QevmLoadLevel;

typedef struct {
    QevmStopKind kind;
    gboolean exact; /* nothing but bytes and the reference decided */
    gsize pos;      /* in the payload as it is now */
    guint64 offset; /* in the stream, of the byte that was the last straw */
    QevmNode *at;   /* borrowed; what the reference has there; NULL */
    GArray *levels; /* owned; QevmLoadLevel, the innermost first */
    guint64 incoming, local;
    guint index;
    guint8 cmask, wmask, w1cmask;
    char *text;           /* owned */
    QevmMessage *message; /* owned */
    int number;           /* the errno of it */
    GHashTable *accepted; /* owned; QevmNode that only one of them has, or that
                             has another size in each, and rightly so */
    GPtrArray *layouts;   /* owned; QevmTree; what nodes may be borrowed of */
    guint64 consumed;     /* bytes of the payload that were read */
} QevmStop;

/* Is a node, or what it is in, among the accepted? */
gboolean qevm_stop_accepts(const QevmStop *stop, const QevmNode *node);
void qevm_stop_clear(QevmStop *stop);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QevmStop, qevm_stop_clear)
#define QEVM_STOP_INIT                                                         \
    {                                                                          \
        0                                                                      \
    }

/* A subsection of virtio-balloon whose name has a letter too few, until 6.2
 * (hw/virtio/virtio-balloon.c): no loader takes it for one of that device's. */
#define QEVM_BALLOON_MISSPELT "vitio-balloon-device/page-poison"
#define QEVM_BALLOON_POISON "virtio-balloon-device/page-poison"

/* The features that the guest of a virtio device took, of its decoded state. */
gboolean qevm_virtio_features(QevmNode *overlay, guint64 *features);

/* The bits of a system register, by its number in the stream, that the CPU
 * model fixes: a destination whose own differ refuses the value. */
guint64 qevm_arm_fixed_bits(guint64 id);
/* The lists of an arm CPU's system registers: their numbers, sorted, and the
 * values beside them; NULL: it has none. */
typedef struct {
    QevmNode *indexes, *values; /* borrowed; see qevm_node_word() */
} QevmArmRegisters;
QevmArmRegisters qevm_arm_registers(QevmNode *cpu);
/* The subsection of a timer that not every arm CPU has. */
#define QEVM_ARM_TIMER "cpu/wfxt-timer"
/* Which of `env.spr` tells what processor a ppc CPU is. */
#define QEVM_PPC_SPR_PVR 287
/* What an arm CPU has, where that is a field: up to 5.2. */
#define QEVM_ARM_FEATURES "env.features"

/* Loads `record` (FULL, START or CONFIGURATION) of `stream` into the section
 * `ref` of the target's reference. The trees of both are made and stay.
 * FALSE: the bytes of one of them cannot be read. What stops it, if anything,
 * is in *stop, which was initialised. */
QEVM_CHECKED gboolean qevm_load_section(const QevmTarget *target,
                                        QevmStream *stream, QevmRecord *record,
                                        QevmRecord *ref, QevmStop *stop,
                                        GError **error);

#endif
