/* node.h - the tree of one section: structs, fields, arrays, subsections.
 *
 * A section's payload is read whole when its tree is first wanted; children
 * are made when a node is first descended into. An array of leaves is one
 * node however long it is; its elements are (node, index). Nodes are small,
 * borrow names and types from the description, and own bytes only after an
 * edit.
 */
#ifndef QEVM_PARSER_NODE_H
#define QEVM_PARSER_NODE_H

#include "parser/schema-apply.h"
#include "parser/value.h"

typedef enum {
    QEVM_NODE_SECTION,    /* the root: a section's fields and subsections */
    QEVM_NODE_SUBSECTION, /* 05, name, version, then as a struct */
    QEVM_NODE_STRUCT,     /* one struct: fields, then its own subsections */
    QEVM_NODE_STRUCTS,    /* a run of structs: children are STRUCTs */
    QEVM_NODE_LIST,       /* qtailq, qlist, gtree: children are STRUCTs */
    QEVM_NODE_FIELD,      /* one leaf */
    QEVM_NODE_ARRAY,      /* a run of leaves */
    QEVM_NODE_RAW,        /* bytes that could not be decoded */
} QevmNodeKind;

typedef struct QevmNode QevmNode;
struct QevmNode {
    QevmNode *parent, *next; /* borrowed; a parent owns its children */
    QevmNode *children;      /* owned; NULL on a leaf, or not yet descended */
    union {
        const QevmFieldDesc *field; /* STRUCT .. ARRAY */
        const QevmVmsd *vmsd;       /* SECTION, SUBSECTION */
    } desc;                         /* borrowed; RAW: NULL */
    guint64 offset, size; /* extent in the source, header and all; 0, 0 for
                             a node that an edit made */
    GBytes *edited;       /* owned; FIELD, ARRAY and RAW only: new bytes */
    guint32 index;        /* STRUCT in STRUCTS or LIST: which */
    guint8 kind;          /* QevmNodeKind */
    guint8 descended : 1; /* children are all there */
    guint8 dirty : 1;     /* bytes below differ from the source */
    guint8 reshaped : 1;  /* the description below differs from the source */
    guint8 owned : 1;     /* `edited` is ours alone and may be written to */
};

/* Payload bytes from `pos` on stand at `offset` in the stream. */
typedef struct {
    gsize pos;
    guint64 offset;
} QevmTreeExtent;

/* What reads the opaque leaves of a tree. */
typedef struct {
    QevmSchemas *schemas;   /* borrowed, loaded; outlives the tree */
    QevmReadingScope scope; /* of the section; idstr is copied */
    gboolean payload;       /* all of it is one leaf, for their payloads */
} QevmTreeReader;

/* Why a leaf that there is a description for is a leaf all the same. */
typedef struct {
    guint64 offset;   /* of the leaf */
    const char *name; /* of the leaf; lives as long as the tree */
    const char *why;  /* so does this */
} QevmTreeNote;

/* The tree of one section; `root` is its first member. */
typedef struct {
    QevmNode root;      /* kind SECTION */
    GBytes *payload;    /* owned; the payload's bytes */
    guint64 base;       /* stream offset of the payload */
    GArray *extents;    /* owned; QevmTreeExtent, sorted; NULL: the payload is
                           one piece of the stream, from base on */
    QevmArena *arena;   /* owned; descriptions made for it, NULL: none yet */
    QevmArena *memory;  /* owned; of its nodes, which are freed together */
    GError *error;      /* owned; why a RAW node is there; NULL: all decoded */
    guint empty;        /* nodes without bytes, for a cap */
    QevmBudget *budget; /* borrowed; what nodes and descriptions take */
    QevmBudget own;     /* that, unless another was given */
    guint64 charged;    /* to it, beside those, for RAW nodes to come */
    GHashTable *standing;   /* owned; see standing.h; NULL: not asked yet */
    QevmTreeReader *reader; /* owned; NULL: leaves stay leaves */
    guint fields_left;      /* that descriptions may still make */
    GArray *notes;          /* owned; QevmTreeNote, the first so many; NULL:
                               none */
} QevmTree;

/* Decodes the top level of `payload` by `vmsd`, which must outlive the tree.
 * Bytes that do not fit the description become RAW nodes and tree->error;
 * never fails. Takes a reference on payload. */
QevmTree *qevm_tree_new(const QevmVmsd *vmsd, GBytes *payload, guint64 base);
/* The same, with opaque leaves read by descriptions: a leaf that one fits is a
 * STRUCT whose field is an `overlay`. `reader` may be NULL: leaves stay leaves.
 * `budget` outlives the tree; NULL: it has one of its own. */
QevmTree *qevm_tree_new_read(const QevmVmsd *vmsd, GBytes *payload,
                             guint64 base, const QevmTreeReader *reader,
                             QevmBudget *budget);
/* The same for a payload put together from pieces of the stream; takes over
 * `extents`. */
QevmTree *qevm_tree_new_extents(const QevmVmsd *vmsd, GBytes *payload,
                                GArray *extents, QevmBudget *budget);
/* The arena for descriptions that live as long as the tree. */
QevmArena *qevm_tree_arena(QevmTree *tree);
void qevm_tree_free(QevmTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmTree, qevm_tree_free)
QevmTree *qevm_node_tree(QevmNode *node);
QevmArena *qevm_tree_arena(QevmTree *tree); /* made when first wanted */

/* The note on a leaf, or NULL. */
const char *qevm_node_note(QevmNode *node);
/* The overlay that a node is in or is; NULL: none. */
QevmNode *qevm_node_overlay(QevmNode *node);
/* Makes an overlay the leaf it stands for, of the bytes it has now. Not for an
 * element of an array. */
void qevm_node_close_overlay(QevmNode *node);

/* Descends everything, so that tree->error is all there is to know. */
void qevm_tree_descend_all(QevmTree *tree);

/* First child, made if it was not yet; then ->next. */
QevmNode *qevm_node_children(QevmNode *node);
/* The first child of that name, or subsection alone; NULL: none, or no parent.
 */
QevmNode *qevm_node_child(QevmNode *parent, const char *name);
QevmNode *qevm_node_subsection(QevmNode *parent, const char *name);
/* How many children there are; 0 without a parent. */
guint64 qevm_node_child_count(QevmNode *parent);
/* The first child that is what `like`, of another tree, is there: its kind,
 * index and name; NULL: none, or no parent. The child `likely` (NULL: none)
 * is looked at before the others. */
QevmNode *qevm_node_mate(QevmNode *parent, const QevmNode *like,
                         QevmNode *likely);
/* The value of the child of that name, if it is one unsigned number. */
gboolean qevm_node_child_number(QevmNode *parent, const char *name,
                                guint64 *number);
/* The value of a FIELD, or of element `index` of an ARRAY, if it is a number,
 * a negative one as two's complement, or a bool. `node` may be NULL: FALSE. */
gboolean qevm_node_number(QevmNode *node, guint64 index, guint64 *number);
/* The same of the bytes as they are now, up to 8 an element, big-endian,
 * whether their type is known, or they are decoded, or not. */
gboolean qevm_node_word(QevmNode *node, guint64 index, guint64 *number);

/* The name in paths: a field's, a subsection's, "" for a section or RAW. */
const char *qevm_node_name(const QevmNode *node);
const QevmVmsd *qevm_node_vmsd(const QevmNode *node); /* NULL: no struct */
/* What the values of a leaf are called; NULL: nothing. */
const QevmNames *qevm_node_names(const QevmNode *node);
guint64 qevm_node_count(const QevmNode *node); /* elements; 1 of a FIELD */
/* Wire bytes now, after edits, header included. */
guint64 qevm_node_wire_size(QevmNode *node);

/* Bytes of a FIELD, ARRAY or RAW as they are now; borrowed until an edit. */
const guint8 *qevm_node_bytes(QevmNode *node, gsize *size);
/* Value of a FIELD, or of element `index` of an ARRAY (index < count). */
void qevm_node_value(QevmNode *node, guint64 index, QevmValue *out);
/* Where that value is in the source; 0 for what an edit made. */
guint64 qevm_node_value_offset(const QevmNode *node, guint64 index);

/* Appends the node's wire bytes as they are now. */
void qevm_node_emit(QevmNode *node, GByteArray *out);
/* All wire bytes of a subtree as they were in the source. */
const guint8 *qevm_node_source_bytes(QevmNode *node, gsize *size);

/* ---- edits; each marks the way up to the root ---- */

/* Puts new bytes into a FIELD or RAW (any size) or an ARRAY (count elements
 * of equal size). Takes a reference. A changed size changes the description. */
void qevm_node_set_bytes(QevmNode *node, GBytes *bytes);
/* Puts one element of an ARRAY; `bytes` has the element's size. */
void qevm_node_set_element(QevmNode *node, guint64 index, GBytes *bytes);
/* Replaces the description of a FIELD or ARRAY (retype, resize). */
void qevm_node_set_desc(QevmNode *node, const QevmFieldDesc *desc);
/* A new FIELD or ARRAY with bytes, under `parent`, after `after` (NULL: first
 * of the fields; subsections always follow fields). */
QevmNode *qevm_node_insert_field(QevmNode *parent, QevmNode *after,
                                 const QevmFieldDesc *desc, GBytes *bytes);
/* A new, empty SUBSECTION after `after` (NULL: first of the subsections). */
QevmNode *qevm_node_insert_subsection(QevmNode *parent, QevmNode *after,
                                      const QevmVmsd *vmsd);
/* A new, empty STRUCT, STRUCTS or LIST, as insert_field does; elements of a
 * run are numbered by qevm_node_set_run(). */
QevmNode *qevm_node_insert_struct(QevmNode *parent, QevmNode *after,
                                  QevmNodeKind kind, const QevmFieldDesc *desc);
/* Moves all children to a node that has none. */
void qevm_node_adopt(QevmNode *to, QevmNode *from);
/* Gives a STRUCTS or LIST a description that fits the elements it has, and
 * numbers them anew. */
void qevm_node_set_run(QevmNode *run, const QevmFieldDesc *desc);
/* Copies the vmsd of a SECTION or SUBSECTION to change it. */
QevmVmsd *qevm_node_own_vmsd(QevmNode *node);
/* Unlinks them, with what they own; `n` siblings from `first` on. */
void qevm_node_remove(QevmNode *node);
void qevm_node_remove_many(QevmNode *first, guint64 n);

#endif
