/* steps.c - follows a path's steps through the tree of one section. */
#include "parser/place.h"

#include "parser/overlay.h"

#include <string.h>

static char *
name_of_place(QevmResolver *r, const QevmPlace *place)
{
    return qevm_path_of(r->stream, place);
}

/* Which siblings a step means. */
typedef struct {
    enum { BY_NAME, BY_PATTERN, BY_STEM } how;
    const char *name;
    gboolean subsection;
} Want;

/* Is `name` the stem with a [n] after it? */
static gboolean
has_stem(const char *name, const char *stem)
{
    gsize len = strlen(stem);
    const char *at = name + len;
    guint64 n;

    if (strncmp(name, stem, len) != 0 || *at != '[') {
        return FALSE;
    }
    at++;
    return !qevm_scan_integer(&at, &n) && g_str_equal(at, "]");
}

static gboolean
is_wanted(const Want *want, const QevmNode *node)
{
    const char *name = qevm_node_name(node);

    if ((node->kind == QEVM_NODE_SUBSECTION) != want->subsection) {
        return FALSE;
    }
    switch (want->how) {
    case BY_NAME:
        return g_str_equal(name, want->name);
    case BY_PATTERN:
        return qevm_path_match(want->name, FALSE, name);
    default:
        return has_stem(name, want->name);
    }
}

/* The first from `node` on, or NULL. */
static QevmNode *
next_wanted(const Want *want, QevmNode *node)
{
    while (node && !is_wanted(want, node)) {
        node = node->next;
    }
    return node;
}

static gboolean
append_place(GArray *out, const QevmPlace *like, QevmNode *node,
             gboolean element, guint64 index, GError **error)
{
    QevmPlace place = { 0 };

    if (out->len >= QEVM_PATH_PLACES_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "the path names more than %u places", QEVM_PATH_PLACES_MAX);
        return FALSE;
    }
    place.kind = element ? QEVM_PLACE_ELEMENT : QEVM_PLACE_NODE;
    place.record = like->record;
    place.node = node;
    place.index = index;
    if (node->kind == QEVM_NODE_SECTION) {
        place.kind = QEVM_PLACE_SECTION;
    }
    g_array_append_val(out, place);
    return TRUE;
}

/* Elements first..last of a run, as places. */
static gboolean
append_elements(GArray *out, const QevmPlace *like, QevmNode *run,
                guint64 first, guint64 last, GError **error)
{
    if (run->kind == QEVM_NODE_ARRAY) {
        for (guint64 i = first; i <= last; i++) {
            if (!append_place(out, like, run, TRUE, i, error)) {
                return FALSE;
            }
        }
        return TRUE;
    }
    if (qevm_node_is_keyed(run)) {
        QevmNode *child = qevm_node_children(run);

        for (guint64 i = 0; child && i <= last; child = child->next, i++) {
            if (i >= first &&
                !append_place(out, like, child, FALSE, 0, error)) {
                return FALSE;
            }
        }
        return TRUE;
    }
    if (run->kind != QEVM_NODE_STRUCTS && run->kind != QEVM_NODE_LIST) {
        return append_place(out, like, run, FALSE, 0, error);
    }
    for (QevmNode *child = qevm_node_children(run); child;
         child = child->next) {
        if (child->kind == QEVM_NODE_STRUCT && child->index >= first &&
            child->index <= last &&
            !append_place(out, like, child, FALSE, 0, error)) {
            return FALSE;
        }
        if (child->index >= last) {
            break;
        }
    }
    return TRUE;
}

/* How many siblings of this name went before, counted as `step` counts. */
static guint64 *
counter_of(GHashTable *counters, const char *name)
{
    guint64 *n = g_hash_table_lookup(counters, name);

    if (!n) {
        n = g_new0(guint64, 1);
        g_hash_table_insert(counters, (gpointer)(gsize)name, n);
    }
    return n;
}

/* How many siblings behind a struct are the same array: those of its name
 * that follow it. */
static guint64
count_behind(QevmNode *node)
{
    const char *name = qevm_node_name(node);
    guint64 n = 0;

    for (; node->kind == QEVM_NODE_STRUCT && node->next &&
           node->next->kind == QEVM_NODE_STRUCT &&
           g_str_equal(qevm_node_name(node->next), name);
         node = node->next) {
        n++;
    }
    return n;
}

static gboolean
append_sibling(GArray *out, const QevmPlace *like, const QevmStep *step,
               QevmSelect select, QevmNode *node, guint64 *before,
               guint64 behind, GError **error)
{
    guint64 count = qevm_place_elements(node), first = *before;

    switch (select) {
    case QEVM_SELECT_NONE:
        return append_place(out, like, node, FALSE, behind, error);
    case QEVM_SELECT_ALL:
        return count == 0 ||
               append_elements(out, like, node, 0, count - 1, error);
    case QEVM_SELECT_RUN:
        *before += 1;
        return first != step->index ||
               append_place(out, like, node, FALSE, 0, error);
    case QEVM_SELECT_INDEX:
        break;
    }
    *before += count;
    if (step->index < first || step->index - first >= count) {
        return TRUE;
    }
    return append_elements(out, like, node, step->index - first,
                           step->index - first, error);
}

static void
set_ambiguous(QevmResolver *r, const QevmPlace *at, const char *name,
              gboolean subsection, guint64 count, GError **error)
{
    g_autofree char *where = name_of_place(r, at);
    g_autofree char *shown = qevm_path_quote_step(name, subsection);

    g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                "`%s` in %s is %" G_GUINT64_FORMAT
                " things: say %s[0] to %s[%" G_GUINT64_FORMAT
                "], or %s[*] for all",
                shown, where, count, shown, shown, count - 1, shown);
}

/* A step that is neither a pattern nor selects means one sibling, or one run
 * of them that has `behind` more. */
static gboolean
check_alone(QevmResolver *r, const QevmPlace *at, const Want *want,
            QevmNode *first, gboolean selects, guint64 behind, GError **error)
{
    const char *name = qevm_node_name(first);
    guint64 count = qevm_place_elements(first);
    guint64 siblings = 1;

    if (want->how == BY_PATTERN) {
        return TRUE;
    }
    for (QevmNode *n = next_wanted(want, first->next); n;
         n = next_wanted(want, n->next)) {
        if (!g_str_equal(qevm_node_name(n), name)) {
            g_autofree char *where = name_of_place(r, at);
            g_autofree char *one = qevm_path_quote_step(name, FALSE);
            g_autofree char *two =
                qevm_path_quote_step(qevm_node_name(n), FALSE);

            g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                        "`%s` in %s may be %s or %s", want->name, where, one,
                        two);
            return FALSE;
        }
        count += qevm_place_elements(n);
        siblings++;
    }
    if (siblings > 1 + behind && !selects) {
        set_ambiguous(r, at, name, want->subsection, count, error);
        return FALSE;
    }
    return TRUE;
}

static void
collect_names(QevmNode *from, gboolean fields, GPtrArray *names)
{
    const char *last = NULL;

    for (QevmNode *n = from; n; n = n->next) {
        gboolean subsection = n->kind == QEVM_NODE_SUBSECTION;
        const char *name = qevm_node_name(n);

        if ((subsection || fields) && !(last && g_str_equal(last, name))) {
            g_ptr_array_add(names, qevm_path_quote_step(name, subsection));
        }
        last = name;
    }
}

static void
set_no_sibling(QevmResolver *r, const QevmPlace *at, const QevmStep *step,
               QevmNode *children)
{
    g_autofree char *where = name_of_place(r, at);
    g_autofree char *in_braces = qevm_path_quote_step(step->name, TRUE);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *what = step->subsection ? "subsection" : "field";
    const char *wanted = step->subsection ? in_braces
                         : step->spelled  ? step->spelled
                                          : step->name;

    collect_names(children, !step->subsection, names);
    qevm_places_missing(&r->missing, what, wanted, where, names);
}

static void
set_no_element(QevmResolver *r, const QevmPlace *at, const QevmStep *step,
               const Want *want, QevmNode *children)
{
    g_autofree char *where = name_of_place(r, at);
    g_autofree char *shown = qevm_path_quote_step(step->name, step->subsection);
    gboolean run = step->select == QEVM_SELECT_RUN;
    guint64 count = 0;

    for (QevmNode *n = next_wanted(want, children); n;
         n = next_wanted(want, n->next)) {
        count += run ? 1 : qevm_place_elements(n);
    }
    if (want->how == BY_PATTERN) {
        g_set_error(&r->missing, QEVM_ERROR, QEVM_ERROR_PATH,
                    "no `%s` in %s has that many", shown, where);
        return;
    }
    g_set_error(&r->missing, QEVM_ERROR, QEVM_ERROR_PATH,
                "no `%s%s%" G_GUINT64_FORMAT
                "%s` in %s; there %s %" G_GUINT64_FORMAT ", from %s",
                shown, run ? "#" : "[", step->index, run ? "" : "]", where,
                count == 1 ? "is" : "are", count, run ? "#0" : "[0]");
}

/* Chooses what the step's spelling means among these siblings: the exact name
 * before a selection, before a pattern, before a name less its [n]. */
static QevmNode *
choose(const QevmStep *step, QevmNode *children, Want *want, QevmSelect *select)
{
    QevmNode *first = NULL;

    want->subsection = step->subsection;
    want->how = BY_NAME;
    *select = QEVM_SELECT_NONE;
    if (step->spelled) {
        want->name = step->spelled;
        first = next_wanted(want, children);
    }
    if (!first) {
        *select = step->select;
        want->name = step->name;
        first = next_wanted(want, children);
    }
    if (!first && qevm_path_is_pattern(step->name, step->literal)) {
        want->how = BY_PATTERN;
        first = next_wanted(want, children);
    }
    if (!first && !step->literal && !step->subsection) {
        want->how = BY_STEM;
        first = next_wanted(want, children);
    }
    return first;
}

static gboolean
step_down(QevmResolver *r, const QevmPlace *at, QevmNode *node,
          const QevmStep *step, GArray *out, GError **error)
{
    g_autoptr(GHashTable) counters =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    QevmNode *children = qevm_node_children(node);
    guint before = out->len;
    Want want;
    QevmSelect select;
    QevmNode *first = choose(step, children, &want, &select);
    gboolean runs = step->run && select == QEVM_SELECT_NONE;
    guint64 behind = first && runs ? count_behind(first) : 0;

    if (!first) {
        if (!r->missing) {
            set_no_sibling(r, at, step, children);
        }
        return TRUE;
    }
    if (!check_alone(r, at, &want, first, select != QEVM_SELECT_NONE, behind,
                     error)) {
        return FALSE;
    }
    for (QevmNode *n = first; n; n = next_wanted(&want, n->next)) {
        guint64 *counter = counter_of(counters, qevm_node_name(n));

        behind = runs ? count_behind(n) : 0;
        if (!append_sibling(out, at, step, select, n, counter, behind, error)) {
            return FALSE;
        }
        while (behind-- > 0) {
            n = n->next;
        }
    }
    if (out->len == before && !r->missing) {
        set_no_element(r, at, step, &want, children);
    }
    return TRUE;
}

/* A place that has nothing a step could name. */
static void
set_no_inside(QevmResolver *r, const QevmPlace *at)
{
    g_autofree char *where = name_of_place(r, at);
    guint64 count = at->node ? qevm_place_elements(at->node) : 0;
    const char *what = "has nothing below it";

    if (r->missing) {
        return;
    }
    if (at->kind == QEVM_PLACE_NODE && count > 0 &&
        (at->node->kind == QEVM_NODE_STRUCTS ||
         at->node->kind == QEVM_NODE_LIST)) {
        g_set_error(&r->missing, QEVM_ERROR, QEVM_ERROR_PATH,
                    "%s is an array of structs: say [0] to [%" G_GUINT64_FORMAT
                    "], or [*] for all",
                    where, count - 1);
        return;
    }
    if (at->node && at->node->kind == QEVM_NODE_RAW) {
        what = "could not be decoded";
    } else if (!at->node) {
        what = "has no fields we can read";
    }
    g_set_error(&r->missing, QEVM_ERROR, QEVM_ERROR_PATH, "%s %s", where, what);
}

static gboolean
step_up(QevmResolver *r, const QevmPlace *at, GArray *out, GError **error)
{
    QevmNode *up = at->kind == QEVM_PLACE_ELEMENT ? at->node->parent
                   : at->node                     ? qevm_place_parent(at->node)
                                                  : NULL;
    const QevmPlace *last =
        out->len > 0 ? &g_array_index(out, QevmPlace, out->len - 1) : NULL;

    if (!up) {
        if (!r->missing) {
            g_autofree char *where = name_of_place(r, at);

            g_set_error(&r->missing, QEVM_ERROR, QEVM_ERROR_PATH,
                        "`..` goes above %s", where);
        }
        return TRUE;
    }
    /* Places come in tree order, so equal parents follow each other. */
    if (last && last->node == up) {
        return TRUE;
    }
    return append_place(out, at, up, FALSE, 0, error);
}

static gboolean
step_fact(QevmResolver *r, const QevmPlace *at, const QevmStep *step,
          GArray *out, GError **error)
{
    gboolean version = g_str_equal(step->name, ".version_id");
    gboolean subsection =
        at->kind == QEVM_PLACE_NODE && at->node->kind == QEVM_NODE_SUBSECTION;
    gboolean section = at->kind == QEVM_PLACE_SECTION &&
                       at->record->type != QEVM_RECORD_CONFIGURATION;
    QevmPlace *place;

    if (!section && !(subsection && version)) {
        if (!r->missing) {
            g_autofree char *where = name_of_place(r, at);

            g_set_error(&r->missing, QEVM_ERROR, QEVM_ERROR_PATH,
                        "%s has no `%s`", where, step->name);
        }
        return TRUE;
    }
    if (out->len >= QEVM_PATH_PLACES_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "the path names more than %u places", QEVM_PATH_PLACES_MAX);
        return FALSE;
    }
    g_array_append_val(out, *at);
    place = &g_array_index(out, QevmPlace, out->len - 1);
    place->kind = QEVM_PLACE_FACT;
    place->node = subsection ? at->node : NULL;
    place->fact = version ? QEVM_FACT_VERSION_ID
                  : g_str_equal(step->name, ".instance_id")
                      ? QEVM_FACT_INSTANCE_ID
                      : QEVM_FACT_SECTION_ID;
    return TRUE;
}

/* Does the step go into a node of this kind? A run is gone past by selecting
 * an element; only bytes that broke it, whose name is "", are named in it. */
static gboolean
goes_into(const QevmNode *node, const QevmStep *step)
{
    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_SECTION:
    case QEVM_NODE_SUBSECTION:
    case QEVM_NODE_STRUCT:
        return TRUE;
    case QEVM_NODE_STRUCTS:
    case QEVM_NODE_LIST:
        return step->literal && step->name[0] == '\0';
    default:
        return FALSE;
    }
}

/* The node whose children a step names; NULL without an error: none. */
static gboolean
inside_of(QevmResolver *r, QevmPlace *at, const QevmStep *step, QevmNode **node,
          GError **error)
{
    GError *failed = NULL;

    *node = NULL;
    if (at->kind == QEVM_PLACE_SECTION && !at->node && r->stream) {
        QevmTree *tree = qevm_record_tree(r->stream, at->record, &failed);

        if (failed) {
            g_propagate_error(error, failed);
            return FALSE;
        }
        at->node = tree ? &tree->root : NULL;
    }
    if (at->node && at->kind != QEVM_PLACE_ELEMENT &&
        goes_into(at->node, step)) {
        *node = at->node;
    }
    return TRUE;
}

static gboolean
take_step(QevmResolver *r, QevmPlace *at, const QevmStep *step, GArray *out,
          GError **error)
{
    QevmNode *node;

    if (step->up) {
        return step_up(r, at, out, error);
    }
    if (step->fact) {
        return step_fact(r, at, step, out, error);
    }
    if (!inside_of(r, at, step, &node, error)) {
        return FALSE;
    }
    if (!node) {
        set_no_inside(r, at);
        return TRUE;
    }
    return step_down(r, at, node, step, out, error);
}

GArray *
qevm_steps_take(QevmResolver *r, const QevmPlace *from, GArray *steps,
                GError **error)
{
    g_autoptr(GArray) here = g_array_new(FALSE, FALSE, sizeof(QevmPlace));

    g_array_append_val(here, *from);
    for (guint s = 0; s < steps->len; s++) {
        const QevmStep *step = &g_array_index(steps, QevmStep, s);
        g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(QevmPlace));

        for (guint i = 0; i < here->len; i++) {
            if (!take_step(r, &g_array_index(here, QevmPlace, i), step, out,
                           error)) {
                return NULL;
            }
        }
        g_array_unref(here);
        here = g_steal_pointer(&out);
    }
    return g_steal_pointer(&here);
}
