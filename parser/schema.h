/* schema.h - the description of device state: vmsds and their fields.
 *
 * One model, whoever describes: the vmdesc inside the stream (vmdesc.h), or
 * qevm itself for what every stream has (configuration, ram). Descriptions
 * are immutable once loaded; an edit of the tree makes new ones in the
 * tree's own QevmArena.
 */
#ifndef QEVM_PARSER_SCHEMA_H
#define QEVM_PARSER_SCHEMA_H

#include "parser/budget.h"
#include "parser/cursor.h"

typedef struct QevmVmsd QevmVmsd;
typedef struct QevmFieldDesc QevmFieldDesc;
typedef struct QevmPrim QevmPrim;
typedef struct QevmNames QevmNames;

/* Where a description stands in the text of the vmdesc; len 0: nowhere. */
typedef struct {
    guint32 start, len;
} QevmExtent;

typedef enum {
    QEVM_SHAPE_LEAF,   /* a primitive, or bytes nobody describes */
    QEVM_SHAPE_STRUCT, /* "struct": {...}, or vmsd keys inline ("tmp",
                          "vstruct"): see inline_vmsd */
    QEVM_SHAPE_LIST,   /* "qtailq", "qlist", "gtree": marker bytes between
                          elements; `vmsds` has one entry per element (a
                          gtree with described keys: key, value, ...) */
} QevmShape;

struct QevmFieldDesc {
    const char *name, *type; /* owned by the arena */
    const QevmPrim *prim;    /* NULL: plain bytes */
    guint64 size;      /* wire bytes of one element, its subsections included */
    guint64 count;     /* elements; repaired, see qevm_vmdesc_parse() */
    guint64 array_len; /* as written in the vmdesc; 0: no such key */
    gint32 index;      /* the "index" key, -1 without one */
    guint8 shape;      /* QevmShape */
    gboolean inline_vmsd;   /* vmsd keys stand in the field object itself */
    const QevmVmsd **vmsds; /* STRUCT: one; LIST: n_vmsds; LEAF: NULL, or
                               inline ones of a type whose wire we do not
                               know, kept for rendering */
    guint n_vmsds;
    QevmExtent text;
    /* Of descriptions from files (schema-load.h) only. */
    const QevmFieldDesc *overlay; /* the leaf that a STRUCT stands for, see
                                     overlay.h; NULL: none. Of an array,
                                     `vmsds` has one for all, or each */
    const QevmNames *names;       /* what its bits or values are called; NULL */
    const struct QevmValue *standard; /* what its absence means; NULL */
};

struct QevmVmsd {
    const char *name; /* "vmsd_name"; NULL for legacy handlers' devices and
                         the "struct": {} of null pointers (2.9-9.1) */
    guint32 version;
    const QevmFieldDesc **fields;
    guint n_fields;
    const QevmVmsd **subsections;
    guint n_subsections;
    gboolean has_subsections; /* the "subsections" key is there */
    QevmExtent text;
};

/* Memory for descriptions, freed together. */
typedef struct QevmArena QevmArena;
QevmArena *qevm_arena_new(void); /* holds next to nothing until used */
/* One whose memory is charged to a budget, which outlives it; NULL: to none. */
QevmArena *qevm_arena_new_within(QevmBudget *budget);
QevmBudget *qevm_arena_budget(const QevmArena *arena);
void qevm_arena_free(QevmArena *arena);
/* `arena` now lives as long as `by`. */
void qevm_arena_adopt(QevmArena *by, QevmArena *arena);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmArena, qevm_arena_free)
gpointer qevm_arena_alloc0(QevmArena *arena, gsize size);
/* So much is about to be allocated, in small pieces. */
void qevm_arena_reserve(QevmArena *arena, gsize size);
const char *qevm_arena_string(QevmArena *arena, const char *text); /* shared */

/* How to read elements of that type and size; NULL: plain bytes. */
const QevmPrim *qevm_field_prim(const char *type, guint64 size);

/* Shallow copies (arrays are shared with the original) and a fresh leaf, for
 * edits; fields not named are zero, index -1. `type` decides prim, which is
 * NULL if the type has another size. */
QevmFieldDesc *qevm_field_desc_copy(QevmArena *arena, const QevmFieldDesc *of);
QevmVmsd *qevm_vmsd_copy(QevmArena *arena, const QevmVmsd *of);
QevmFieldDesc *qevm_field_desc_new(QevmArena *arena, const char *name,
                                   const char *type, guint64 size,
                                   guint64 count);

/* Wire bytes of a vmsd's fields and of its subsections, each with its
 * 6 + strlen(name) bytes of header (FORMAT: vmstate_subsection_save(),
 * migration/vmstate.c). FALSE: the sum overflows. */
QEVM_CHECKED gboolean qevm_vmsd_size(const QevmVmsd *vmsd, guint64 *size);

#endif
