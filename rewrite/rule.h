/* rule.h - rules files: what a user, or a plan, wants changed. qevm-rules(5).
 *
 *   {"qevm-rules": 1, "rules": [{"op": .., "at": .., ..}, ..]}
 *
 * Reading a file checks everything that needs no stream: members by operation
 * (unknown ones are errors), paths, expressions, literals.
 */
#ifndef QEVM_REWRITE_RULE_H
#define QEVM_REWRITE_RULE_H

#include "parser/expr.h"
#include "parser/path.h"
#include <jansson.h>

/* What a change costs, from nothing to most; see qevm-rules(5), LOSS. */
typedef enum {
    QEVM_LOSS_LOSSLESS, /* an inverse exists */
    QEVM_LOSS_DEFAULT,  /* what is dropped equals a known default */
    QEVM_LOSS_STATED,   /* the user wrote the value */
    QEVM_LOSS_VISIBLE,  /* the guest can notice */
    QEVM_LOSS_LOSSY,    /* state is gone */
} QevmLoss;
const char *qevm_loss_name(QevmLoss loss);

typedef enum {
    QEVM_OP_SET,
    QEVM_OP_SET_BYTES,
    QEVM_OP_ADD_FIELD,
    QEVM_OP_REMOVE_FIELD,
    QEVM_OP_RETYPE,
    QEVM_OP_RESIZE_ARRAY,
    QEVM_OP_ADD_ELEMENT,
    QEVM_OP_REMOVE_ELEMENT,
    QEVM_OP_MAP,
    QEVM_OP_SET_VERSION,
    QEVM_OP_SET_INSTANCE,
    QEVM_OP_RENAME_SECTION,
    QEVM_OP_ADD_SECTION,
    QEVM_OP_DROP_SECTION,
    QEVM_OP_MOVE_SECTION,
    QEVM_OP_ADD_SUBSECTION,
    QEVM_OP_STRIP_SUBSECTION,
    QEVM_OP_RENAME_RAM_BLOCK,
    QEVM_OP_DROP_RAM_BLOCK,
    QEVM_OP_DROP_RAM_PAGES,
    QEVM_OP_RESIZE_RAM_BLOCK,
    QEVM_OP_SPLIT_RAM_BLOCK,
    QEVM_OP_MERGE_RAM_BLOCKS,
    QEVM_OP_LOAD_RAM_BLOCK,
    QEVM_OP_REGROUP_RAM_PAGES,
    QEVM_OP_ADD_COMMAND,
    QEVM_OP_DROP_COMMAND,
    QEVM_OP_SET_FOOTERS,
    QEVM_OP_DROP_VMDESC,
} QevmOp;

/* A value in a rule: a JSON literal, or {"expr": ".."}. */
typedef struct {
    QevmValue literal; /* kind NONE: none given, or an expression */
    QevmExpr *expr;    /* owned */
} QevmOperand;

typedef struct {
    char *name, *type;
    guint64 size;  /* of types that do not say; 0: not given */
    guint64 count; /* 1 without */
    QevmOperand value;
} QevmNewField;

typedef struct {
    guint number; /* from 1, for messages */
    QevmOp op;
    char *at_text;
    QevmPath *at; /* NULL where `at` is no path (blocks, commands, none) */
    QevmExpr *when;
    char *when_text;
    gboolean optional;
    char *why;
    gboolean has_class;
    QevmLoss loss; /* `class`: may not be exceeded; what is visible, and what a
                      stated value costs, is taken from it */
    QevmOperand value, if_equals;
    json_t *if_equals_fields; /* object of relative path: literal; or NULL */
    char *to, *type;
    guint64 size, count, version, instance;
    gboolean has_count, has_version, has_to, has_instance;
    gint64 index;   /* element operations, set-bytes; -1 none */
    GArray *fields; /* QevmNewField; add-section, add-subsection, add-field */
    char *before, *after; /* names or section paths */
    GBytes *mask;
    guint64 length; /* of a RAM block */
    gboolean top;   /* `align` */
    gboolean has_align;
    gboolean leave;   /* `fill` */
    GPtrArray *names; /* char *: of blocks; split `to`, merge `from` */
    GArray *lengths;  /* guint64: of these in split's `to` */
    char *file;       /* as it can be opened from here */
} QevmRule;

typedef struct {
    char *name;       /* file name, for messages; NULL: a rule nobody wrote */
    GPtrArray *rules; /* QevmRule */
} QevmRules;

#define QEVM_RULES_MAX_BYTES (16 * 1024 * 1024)
#define QEVM_RULES_MAX 100000
#define QEVM_RULE_LENGTH_MAX (G_GUINT64_CONSTANT(1) << 62) /* of a block */
#define QEVM_RULE_FIELD_MAX (16 * 1024 * 1024) /* bytes of a new field */

/* What each operation is, in one table; the man page and tests walk it. */
typedef struct {
    QevmOp op;
    const char *name;
    const char *summary;
    const char *members; /* space-separated; a leading ! marks required */
    QevmLoss loss;       /* the most that it can cost */
} QevmOpInfo;
const QevmOpInfo *qevm_op_table(guint *count);
/* Members that every operation has, besides "op": space-separated. */
const char *qevm_op_common_members(void);

QevmRules *qevm_rules_load(const char *file, GError **error);
QevmRules *qevm_rules_parse(const char *text, gsize len, const char *name,
                            GError **error);
/* The one rule behind `qevm set PATH VALUE`. */
QevmRules *qevm_rules_for_set(const char *path, const char *value,
                              GError **error);
void qevm_rules_free(QevmRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmRules, qevm_rules_free)

#endif
