/* expr.h - the one expression language: rule values and conditions, schema
 * conditions, the shell's find. Grammar: qevm-rules(5), EXPRESSIONS.
 *
 * C operators and precedence over signed and unsigned 64-bit integers,
 * booleans, strings and bytes; `.` is this value, $"path" a field relative to
 * the parent, and version, size(), count(), exists(). No loops, no user
 * functions. Overflow and type mismatch are errors, never wrap or coercion.
 */
#ifndef QEVM_PARSER_EXPR_H
#define QEVM_PARSER_EXPR_H

#include "parser/value.h"

typedef struct QevmExpr QevmExpr;

typedef enum {
    QEVM_LOOKUP_SELF,    /* `.` */
    QEVM_LOOKUP_FIELD,   /* $"path" */
    QEVM_LOOKUP_VERSION, /* version: of the enclosing (sub)section */
    QEVM_LOOKUP_SIZE,    /* size(.) or size($"path"): wire bytes */
    QEVM_LOOKUP_COUNT,   /* count(..): elements */
    QEVM_LOOKUP_EXISTS,  /* exists(..): never fails */
    /* In device descriptions only, see qevm_expr_parse_description(). */
    QEVM_LOOKUP_LEFT,     /* left(): bytes not yet read */
    QEVM_LOOKUP_SIBLING,  /* sibling("vmsd"): path is the string */
    QEVM_LOOKUP_IDSTR_IS, /* idstr_is("glob") */
} QevmLookup;

/* What an expression is evaluated against. `path` is NULL for `.`. */
typedef struct {
    gboolean (*lookup)(gpointer user, QevmLookup what, const char *path,
                       QevmValue *out, GError **error);
    gpointer user;
} QevmScope;

/* Errors are QEVM_ERROR_EXPR with the column. Length at most 4096 bytes,
 * nesting at most 64. */
QevmExpr *qevm_expr_parse(const char *text, GError **error);
/* The same, with left(), sibling() and idstr_is(): qevm-schema(5). */
QevmExpr *qevm_expr_parse_description(const char *text, GError **error);
void qevm_expr_free(QevmExpr *expr);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmExpr, qevm_expr_free)

QEVM_CHECKED gboolean qevm_expr_eval(const QevmExpr *expr,
                                     const QevmScope *scope, QevmValue *out,
                                     GError **error);
/* Evaluates and demands a boolean. */
QEVM_CHECKED gboolean qevm_expr_eval_bool(const QevmExpr *expr,
                                          const QevmScope *scope, gboolean *out,
                                          GError **error);

/* How many parts it has: what evaluating it once costs. */
guint qevm_expr_cost(const QevmExpr *expr);

/* Calls back for each lookup the expression contains; for "does this `when`
 * read device state". */
void qevm_expr_foreach_lookup(const QevmExpr *expr,
                              void (*each)(QevmLookup what, const char *path,
                                           gpointer user),
                              gpointer user);

#endif
