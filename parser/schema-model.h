/* schema-model.h - device descriptions as they are compiled: what
 * schema-load.c makes and schema-apply.c reads bytes with.
 *
 * Private to the two. All of it lives in the arena of its QevmSchemas.
 */
#ifndef QEVM_PARSER_SCHEMA_MODEL_H
#define QEVM_PARSER_SCHEMA_MODEL_H

#include "parser/expr.h"
#include "parser/names.h"

typedef struct QevmType QevmType;
typedef struct QevmRead QevmRead;

/* A number, or an expression that has one. */
typedef struct {
    gboolean given;
    guint64 number;
    const QevmExpr *expr; /* NULL: number */
} QevmAmount;

typedef enum {
    QEVM_READ_LEAF,         /* one primitive, or an array of them */
    QEVM_READ_STRUCT,       /* one struct, or an array of them */
    QEVM_READ_GROUP,        /* fields of the struct around it */
    QEVM_READ_SWITCH,       /* groups, of which a value picks one */
    QEVM_READ_LOOP,         /* markers, with a body behind each but the last */
    QEVM_READ_ALTERNATIVES, /* readings of the same bytes */
    QEVM_READ_CHAIN,        /* items that point at one another */
} QevmReadKind;

typedef struct {
    const char *marker; /* its type */
    guint8 marker_size;
    guint64 end;
    const guint64 *values; /* those that go on; NULL: all but `end` */
    guint n_values;
    const char *name; /* of the marker in an element */
    const QevmNames *names;
    guint64 max; /* turns; 0: as many as there are */
} QevmLoop;

typedef struct {
    guint64 value;
    const char *text;     /* the value as written */
    const QevmType *body; /* fields of a case */
} QevmCase;

typedef struct {
    const QevmExpr *on;
    const QevmCase *cases;
    guint n_cases;
    const QevmType *otherwise; /* NULL: no fields */
} QevmSwitch;

typedef struct {
    const QevmExpr *first; /* offset of the first item; 0: there is none */
    guint64 next, id;      /* offsets in an item */
    const QevmType *header;
    const QevmCase *items; /* text is the name */
    guint n_items;
    const char *other; /* NULL: items of no known id belong to the gaps */
    gboolean closed;   /* nothing in it depends on what is around it */
} QevmChain;

/* One way to read the next bytes: a FIELD of a description. */
struct QevmRead {
    const char *name; /* NULL: anonymous */
    QevmReadKind kind;
    const char *type; /* as written; NULL: `body` was written in place */
    const QevmPrim *prim;
    const QevmType *body; /* STRUCT, GROUP, LOOP (NULL: nothing behind it) */
    QevmAmount size;      /* LEAF, CHAIN: bytes */
    QevmAmount count;     /* not given: one, and no array */
    const QevmExpr *condition, *expect;
    const QevmNames *names;
    const QevmValue *standard; /* what absence means; NULL */
    const QevmLoop *loop;
    const QevmSwitch *sw;
    const QevmChain *chain;
    const QevmRead *const *readings; /* ALTERNATIVES */
    guint n_readings;
    gboolean prefer;
    gboolean pointers;            /* STRUCT: an element may be a null pointer */
    const QevmFieldDesc *made[2]; /* of a static one, by endianness */
};

typedef struct {
    const char *where, *name;
    const guint32 *versions;
    guint n_versions;
    const char *type;
    const QevmType *body;
} QevmTypeSub;

/* Fields, then subsections. */
struct QevmType {
    const char *where;
    const char *name; /* of the vmsds made of it */
    const QevmRead *const *fields;
    guint n_fields;
    const QevmTypeSub *const *subs;
    guint n_subs;
    guint8 visit; /* while linking: 0 not yet, 1 under way, 2 done */
    guint depth;  /* levels of types that are certainly there */
    /* Nothing in it depends on the bytes: its vmsd is made once. */
    gboolean is_static;
    guint64 size;            /* of a static one */
    const QevmVmsd *made[2]; /* by endianness; NULL: not yet */
};

/* For one opaque leaf. */
typedef struct {
    const char *vmsd, *type, *field; /* vmsd: a glob; field: a glob or NULL */
    const guint32 *versions;
    guint n_versions; /* 0: any */
    const char *is;   /* NULL: names */
    const QevmType *body;
    const QevmNames *names;
    gboolean elements; /* they are those of an array's elements */
    const char *keys;  /* another array, which counts them; NULL: from 0 */
    gboolean big;      /* its host was big-endian */
} QevmLeafRule;

/* For one payload that no vmdesc divides. */
typedef struct {
    const char *idstr; /* a glob */
    const guint32 *versions;
    guint n_versions; /* 0: any */
    const char *is;
    const QevmType *body;
    gboolean big;
} QevmPayloadRule;

/* A type named somewhere, found when all files are read. */
typedef struct {
    const char *where, *type;
    const QevmType **body;
} QevmTypeRef;
/* The same of names. */
typedef struct {
    const char *where, *name;
    const QevmNames **names;
} QevmNamesRef;

struct QevmSchemas {
    QevmArena *arena;
    GPtrArray *folders;   /* char * */
    GPtrArray *exprs;     /* QevmExpr; freed with it */
    GPtrArray *values;    /* QevmValue; cleared with it */
    GHashTable *files;    /* base names read */
    GHashTable *types;    /* name -> QevmType */
    GHashTable *names;    /* name -> QevmNames */
    GPtrArray *all_types; /* inline ones too */
    GPtrArray *all_reads; /* QevmRead */
    GArray *type_refs;    /* QevmTypeRef; to be linked */
    GArray *names_refs;   /* QevmNamesRef; so are these */
    GHashTable *leaves;   /* type -> GPtrArray of QevmLeafRule */
    GPtrArray *payloads;  /* QevmPayloadRule */
    gboolean loaded;
    GError *error; /* why it is not; kept for who asks again */
};

#endif
