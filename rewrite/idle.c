/* idle.c - device state that says nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/idle.h"

#include <string.h>

#include "parser/expr.h"
#include "parser/json-text.h"
#include "rewrite/packed.h"

#define MAX_BYTES (1024 * 1024)

typedef struct {
    char *vmsd, *why;
    QevmExpr *when;
} Condition;

struct QevmIdle {
    GPtrArray *conditions; /* Condition */
};

static void
condition_free(gpointer p)
{
    Condition *c = p;

    g_free(c->vmsd);
    g_free(c->why);
    qevm_expr_free(c->when);
    g_free(c);
}

void
qevm_idle_free(QevmIdle *idle)
{
    if (idle) {
        g_ptr_array_unref(idle->conditions);
        g_free(idle);
    }
}

static gboolean
add_condition(QevmIdle *idle, json_t *row, GError **error)
{
    const char *vmsd, *when, *why, *source;
    QevmExpr *expr;
    Condition *c;

    /* Who reads the table wants to know where it is from. */
    if (json_unpack(row, "{s:s,s:s,s:s,s:s!}", "vmsd", &vmsd, "when", &when,
                    "why", &why, "source", &source)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "row %u: wants vmsd, when, why and source, all of them "
                    "text, and nothing else",
                    idle->conditions->len + 1);
        return FALSE;
    }
    expr = qevm_expr_parse(when, error);
    if (!expr) {
        g_prefix_error(error, "%s: ", vmsd);
        return FALSE;
    }
    c = g_new0(Condition, 1);
    c->vmsd = g_strdup(vmsd);
    c->why = g_strdup(why);
    c->when = expr;
    g_ptr_array_add(idle->conditions, c);
    return TRUE;
}

QevmIdle *
qevm_idle_parse(const char *text, gsize len, const char *name, GError **error)
{
    json_t *root = qevm_json_text(text, len, name, QEVM_ERROR_MALFORMED, error);
    json_t *rows = json_object_get(root, "idle");
    QevmIdle *idle = g_new0(QevmIdle, 1);
    gboolean ok = root != NULL;

    idle->conditions = g_ptr_array_new_with_free_func(condition_free);
    if (ok && (json_integer_value(json_object_get(root, "qevm-idle")) != 1 ||
               !json_is_array(rows))) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "%s: is no table of what says nothing", name);
        ok = FALSE;
    }
    for (gsize i = 0; ok && i < json_array_size(rows); i++) {
        ok = add_condition(idle, json_array_get(rows, i), error);
        if (!ok) {
            g_prefix_error(error, "%s: ", name);
        }
    }
    json_decref(root);
    if (!ok) {
        qevm_idle_free(idle);
        return NULL;
    }
    return idle;
}

QevmIdle *
qevm_idle_load(const char *path, GError **error)
{
    gsize len;
    g_autofree char *text = qevm_packed_read(path, MAX_BYTES, &len, error);

    return text ? qevm_idle_parse(text, len, path, error) : NULL;
}

/* ---- conditions ---- */

typedef struct {
    QevmRecord *record;
    QevmNode *node;
} Scope;

static gboolean
look_up(gpointer user, QevmLookup what, const char *path, QevmValue *out,
        GError **error)
{
    const Scope *scope = user;
    g_autoptr(GArray) places =
        what == QEVM_LOOKUP_FIELD && path
            ? qevm_path_resolve_below(scope->record, scope->node, path, error)
            : NULL;

    if (!places || places->len != 1) {
        if (!error || !*error) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                        "only single fields can be asked for");
        }
        return FALSE;
    }
    return qevm_place_value(&g_array_index(places, QevmPlace, 0), out, error);
}

const char *
qevm_idle_why(const QevmIdle *idle, QevmRecord *record, QevmNode *node)
{
    const QevmVmsd *vmsd = qevm_node_vmsd(node);
    Scope user = { record, node };
    QevmScope scope = { look_up, &user };

    for (guint i = 0; idle && vmsd && vmsd->name && i < idle->conditions->len;
         i++) {
        const Condition *c = g_ptr_array_index(idle->conditions, i);
        g_autoptr(GError) error = NULL;
        gboolean holds;

        /* Where a field is not there, the condition was made for another one.
         */
        if (strcmp(c->vmsd, vmsd->name) == 0 &&
            qevm_expr_eval_bool(c->when, &scope, &holds, &error) && holds) {
            return c->why;
        }
    }
    return NULL;
}
