/* hints.c - what no comparison of two streams can know of device state.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/hints.h"

#include <string.h>

#include "parser/expr.h"
#include "parser/json-text.h"
#include "rewrite/packed.h"

#define MAX_BYTES (1024 * 1024)

/* One of these is there: `idle`, `lossy`, `visible`, `retype` with `expr`, or
 * versions (`to` is not 0), which `when` is the condition of (NULL: none). */
typedef struct {
    char *vmsd, *why;
    QevmExpr *idle;
    gboolean lossy;
    char *visible, *retype, *expr; /* the first two: a field */
    guint32 from, to;
    QevmExpr *when;
} Hint;

struct QevmHints {
    GPtrArray *hints; /* Hint */
};

static void
hint_free(gpointer p)
{
    Hint *hint = p;

    g_free(hint->vmsd);
    g_free(hint->why);
    qevm_expr_free(hint->idle);
    g_free(hint->visible);
    g_free(hint->retype);
    g_free(hint->expr);
    qevm_expr_free(hint->when);
    g_free(hint);
}

void
qevm_hints_free(QevmHints *hints)
{
    if (hints) {
        g_ptr_array_unref(hints->hints);
        g_free(hints);
    }
}

static gboolean
add_hint(QevmHints *hints, json_t *row, GError **error)
{
    const char *vmsd, *why, *source, *idle = NULL, *visible = NULL,
                                     *retype = NULL, *expr = NULL, *when = NULL;
    int from = 0, to = 0, lossy = 0;
    Hint *hint;

    /* Who reads the table wants to know where it is from. */
    if (json_unpack(row, "{s:s,s:s,s:s,s?s,s?s,s?s,s?s,s?s,s?b,s?[i,i!]!}",
                    "vmsd", &vmsd, "why", &why, "source", &source, "idle",
                    &idle, "visible", &visible, "retype", &retype, "expr",
                    &expr, "when", &when, "lossy", &lossy, "versions", &from,
                    &to) ||
        from < 0 || to < from ||
        !idle + !lossy + !visible + !retype + !to != 4 || !retype != !expr ||
        (when && !to)) {
        g_set_error(
            error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
            "row %u: wants vmsd, why and source, and one of idle, lossy, "
            "visible, retype with expr and versions",
            hints->hints->len + 1);
        return FALSE;
    }
    hint = g_new0(Hint, 1);
    hint->vmsd = g_strdup(vmsd);
    hint->why = g_strdup(why);
    hint->visible = g_strdup(visible);
    hint->retype = g_strdup(retype);
    hint->expr = g_strdup(expr);
    hint->lossy = lossy;
    hint->from = (guint32)from;
    hint->to = (guint32)to;
    g_ptr_array_add(hints->hints, hint);
    hint->idle = idle ? qevm_expr_parse(idle, error) : NULL;
    hint->when = when ? qevm_expr_parse(when, error) : NULL;
    if ((idle && !hint->idle) || (when && !hint->when)) {
        g_prefix_error(error, "%s: ", vmsd);
        return FALSE;
    }
    return TRUE;
}

QevmHints *
qevm_hints_parse(const char *text, gsize len, const char *name, GError **error)
{
    json_t *root = qevm_json_text(text, len, name, QEVM_ERROR_MALFORMED, error);
    json_t *rows = json_object_get(root, "hints");
    QevmHints *hints = g_new0(QevmHints, 1);
    gboolean ok = root != NULL;

    hints->hints = g_ptr_array_new_with_free_func(hint_free);
    if (ok && (json_integer_value(json_object_get(root, "qevm-hints")) != 1 ||
               !json_is_array(rows))) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "%s: is no table of hints", name);
        ok = FALSE;
    }
    for (gsize i = 0; ok && i < json_array_size(rows); i++) {
        ok = add_hint(hints, json_array_get(rows, i), error);
        if (!ok) {
            g_prefix_error(error, "%s: ", name);
        }
    }
    json_decref(root);
    if (!ok) {
        qevm_hints_free(hints);
        return NULL;
    }
    return hints;
}

QevmHints *
qevm_hints_load(const char *path, GError **error)
{
    gsize len;
    g_autofree char *text = qevm_packed_read(path, MAX_BYTES, &len, error);

    return text ? qevm_hints_parse(text, len, path, error) : NULL;
}

/* The next hint about what a node is, behind *at. */
static const Hint *
next_hint(const QevmHints *hints, const QevmNode *node, guint *at)
{
    const QevmVmsd *vmsd = node ? qevm_node_vmsd(node) : NULL;

    while (hints && vmsd && vmsd->name && *at < hints->hints->len) {
        const Hint *hint = g_ptr_array_index(hints->hints, (*at)++);

        if (strcmp(hint->vmsd, vmsd->name) == 0) {
            return hint;
        }
    }
    return NULL;
}

/* ---- conditions ---- */

typedef struct {
    QevmRecord *record;
    QevmNode *node;
} Scope;

/* A field, and whether there is one. */
static gboolean
look_up(gpointer user, QevmLookup what, const char *path, QevmValue *out,
        GError **error)
{
    const Scope *scope = user;
    g_autoptr(GArray) places =
        path ? qevm_path_resolve_below(scope->record, scope->node, path, NULL)
             : NULL;

    if (what == QEVM_LOOKUP_EXISTS) {
        qevm_value_set_bool(out, places && places->len);
        return TRUE;
    }
    if (what != QEVM_LOOKUP_FIELD || !places || places->len != 1) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "only single fields can be asked for");
        return FALSE;
    }
    return qevm_place_value(&g_array_index(places, QevmPlace, 0), out, error);
}

/* Where a field is not there, the condition was made for another one. */
static gboolean
holds(const QevmExpr *condition, QevmRecord *record, QevmNode *node)
{
    Scope user = { record, node };
    QevmScope scope = { look_up, &user };
    g_autoptr(GError) error = NULL;
    gboolean yes;

    return qevm_expr_eval_bool(condition, &scope, &yes, &error) && yes;
}

const char *
qevm_hints_idle(const QevmHints *hints, QevmRecord *record, QevmNode *node)
{
    const Hint *hint;

    for (guint at = 0; (hint = next_hint(hints, node, &at));) {
        if (hint->idle && holds(hint->idle, record, node)) {
            return hint->why;
        }
    }
    return NULL;
}

const char *
qevm_hints_versions(const QevmHints *hints, QevmRecord *record, QevmNode *root,
                    guint32 from, guint32 to)
{
    const Hint *hint;

    for (guint at = 0; (hint = next_hint(hints, root, &at));) {
        if (hint->to && from >= hint->from && to <= hint->to &&
            (!hint->when || holds(hint->when, record, root))) {
            return hint->why;
        }
    }
    return NULL;
}

/* ---- what needs no condition ---- */

const char *
qevm_hints_lossy(const QevmHints *hints, const QevmNode *node)
{
    const Hint *hint;

    for (guint at = 0; (hint = next_hint(hints, node, &at));) {
        if (hint->lossy) {
            return hint->why;
        }
    }
    return NULL;
}

const char *
qevm_hints_visible(const QevmHints *hints, const QevmNode *field)
{
    const Hint *hint;

    for (guint at = 0; (hint = next_hint(hints, field->parent, &at));) {
        if (g_strcmp0(hint->visible, qevm_node_name(field)) == 0) {
            return hint->why;
        }
    }
    return NULL;
}

const char *
qevm_hints_retype(const QevmHints *hints, const QevmNode *field,
                  const char **why)
{
    const Hint *hint;

    for (guint at = 0; (hint = next_hint(hints, field->parent, &at));) {
        if (g_strcmp0(hint->retype, qevm_node_name(field)) == 0) {
            *why = hint->why;
            return hint->expr;
        }
    }
    return NULL;
}
