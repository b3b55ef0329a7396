/* shell-find.c - places by name, by value, by a condition, by their bytes. */
#include "cli/get.h"
#include "cli/shell.h"
#include "parser/expr.h"
#include "parser/place.h"
#include "rewrite/scope.h"

#include <string.h>

typedef struct {
    QevmShell *shell;
    const QevmShellFind *what;
    QevmStream *stream;
    QevmRecord *record;
    GByteArray *bytes; /* of what is searched, as they are now; NULL: bytes do
                          not matter */
    gsize pos;         /* in those, of the leaf that is looked at */
    guint64 found;
} Find;

static gboolean
stopped(const Find *f)
{
    return qevm_print_broken(f->shell->cli->out);
}

/* ---- what must hold ---- */

/* What is no pattern is a part of it. */
static gboolean
has_name(const Find *f, const char *name)
{
    const char *wanted = f->what->name;

    return !wanted || (qevm_path_is_pattern(wanted, FALSE)
                           ? qevm_path_match(wanted, FALSE, name)
                           : strstr(name, wanted) != NULL);
}

static gboolean
has_value(const Find *f, const QevmPlace *place)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    return !f->what->value || (qevm_place_value(place, &value, NULL) &&
                               qevm_value_equal(&value, f->what->value));
}

/* An expression that makes no sense of a place does not hold there. */
static gboolean
has_condition(const Find *f, const QevmPlace *place)
{
    QevmPlaceScope at = { f->stream, place };
    QevmScope scope = qevm_place_scope(&at);
    gboolean holds = FALSE;

    return !f->what->where ||
           (qevm_expr_eval_bool(f->what->where, &scope, &holds, NULL) && holds);
}

static void
print_place(Find *f, const QevmPlace *place)
{
    QevmPrint *out = f->shell->cli->out;
    g_autofree char *path = NULL;

    f->found++;
    if (qevm_get_is_leaf(place)) {
        (void)!qevm_get_print(out, f->stream, place, TRUE, NULL);
        return;
    }
    path = qevm_path_of(f->stream, place);
    qevm_print_format(out, "%s\n", path);
}

static void
consider(Find *f, const QevmPlace *place)
{
    if (has_value(f, place) && has_condition(f, place)) {
        print_place(f, place);
    }
}

/* ---- bytes ---- */

/* Those that begin in the `size` bytes of a leaf. */
static void
consider_bytes(Find *f, const QevmPlace *place, gsize size)
{
    gsize n, left = f->bytes->len - MIN(f->pos, f->bytes->len);
    const guint8 *wanted = g_bytes_get_data(f->what->bytes, &n);
    const guint8 *data = f->bytes->data + f->pos;
    g_autofree char *path = NULL;

    for (gsize i = 0; i < size && n <= left - i; i++) {
        if (memcmp(data + i, wanted, n) != 0) {
            continue;
        }
        if (!path) {
            path = qevm_path_of(f->stream, place);
        }
        qevm_print_format(f->shell->cli->out, "%s byte %" G_GSIZE_FORMAT, path,
                          i);
        if (!f->record->tree->root.dirty) {
            qevm_print_format(f->shell->cli->out,
                              " at 0x%" G_GINT64_MODIFIER "x",
                              place->node->offset + i);
        }
        qevm_print(f->shell->cli->out, "\n");
        f->found++;
    }
}

/* ---- the way through ---- */

static void
look_at_elements(Find *f, QevmNode *node)
{
    QevmPlace place = { .kind = QEVM_PLACE_ELEMENT,
                        .record = f->record,
                        .node = node };

    for (; place.index < qevm_node_count(node) && !stopped(f); place.index++) {
        consider(f, &place);
    }
}

static gboolean
is_leaf(const QevmNode *node)
{
    return node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
           node->kind == QEVM_NODE_RAW;
}

/* What an inner node has of its own in front of what is in it. */
static gsize
own_bytes(QevmNode *node)
{
    guint64 size;

    if (node->kind != QEVM_NODE_SUBSECTION) {
        return 0;
    }
    size = qevm_node_wire_size(node);
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        size -= qevm_node_wire_size(n);
    }
    return (gsize)size;
}

static void look_at(Find *f, QevmNode *node);

static void
look_below(Find *f, QevmNode *node)
{
    gboolean list = node->kind == QEVM_NODE_LIST;
    gsize end = f->pos;

    if (f->bytes) {
        end += list ? (gsize)qevm_node_wire_size(node) : 0;
        f->pos += own_bytes(node);
    }
    for (QevmNode *n = qevm_node_children(node); n && !stopped(f);
         n = n->next) {
        f->pos += list; /* its marker */
        look_at(f, n);
    }
    f->pos = list ? end : f->pos;
}

static void
look_at(Find *f, QevmNode *node)
{
    QevmPlace place = { .kind = QEVM_PLACE_NODE,
                        .record = f->record,
                        .node = node };
    gboolean named = node->parent && has_name(f, qevm_node_name(node));
    gsize size;

    if (!is_leaf(node)) {
        if (named && !f->bytes) {
            consider(f, &place);
        }
        look_below(f, node);
        return;
    }
    if (f->bytes) {
        (void)qevm_node_bytes(node, &size);
        if (named) {
            consider_bytes(f, &place, size);
        }
        f->pos += size;
    } else if (named) {
        consider(f, &place);
        if (node->kind == QEVM_NODE_ARRAY &&
            (f->what->value || f->what->where)) {
            look_at_elements(f, node);
        }
    }
}

static void
look_into(Find *f, QevmRecord *record, QevmNode *node)
{
    g_autoptr(GByteArray) bytes = NULL;

    f->record = record;
    f->pos = 0;
    if (f->what->bytes) {
        bytes = g_byte_array_new();
        qevm_node_emit(node, bytes);
    }
    f->bytes = bytes;
    look_at(f, node);
    f->bytes = NULL;
}

/* The name of a section is its idstr. */
static gboolean
look_into_section(Find *f, QevmRecord *record, GError **error)
{
    const QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = record };
    g_autoptr(GError) unread = NULL;
    QevmTree *tree;

    if (!f->what->bytes && has_name(f, qevm_record_name(record))) {
        consider(f, &place);
    }
    tree = qevm_record_tree(f->stream, record, &unread);
    if (unread) {
        g_propagate_error(error, g_steal_pointer(&unread));
        return FALSE;
    }
    if (tree) {
        look_into(f, record, &tree->root);
        qevm_record_forget(record);
    }
    return TRUE;
}

gboolean
qevm_shell_find(QevmShell *shell, const QevmShellFind *what, guint64 *found,
                GError **error)
{
    Find f = { .shell = shell, .what = what, .stream = shell->at->stream };
    GPtrArray *records = f.stream->records;
    gboolean all;
    g_autoptr(GArray) places =
        qevm_shell_places(shell->at, "", &all, NULL, error);
    gboolean ok = places != NULL;

    for (guint i = 0; ok && !all && i < places->len; i++) {
        const QevmPlace *place = &g_array_index(places, QevmPlace, i);

        if (place->kind == QEVM_PLACE_SECTION) {
            ok = look_into_section(&f, place->record, error);
        } else {
            look_into(&f, place->record, place->node);
        }
    }
    for (guint i = 0; ok && all && i < records->len && !stopped(&f); i++) {
        QevmRecord *record = g_ptr_array_index(records, i);

        if (qevm_record_is_section(record)) {
            ok = look_into_section(&f, record, error);
        }
    }
    *found = f.found;
    return ok;
}
