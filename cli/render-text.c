/* render-text.c - records and trees as indented text. */
#include "cli/render.h"
#include "parser/names.h"
#include "parser/place.h"

#include <string.h>

#define SOME_ELEMENTS 8
#define SOME_BYTES 32
#define PART_BYTES 4096
#define GUTTER_BYTES 8
#define GUTTER_ROWS 4

typedef struct {
    const QevmTextRender *render;
    QevmPrint *out;
} Text;

/* ---- the left column: offset and bytes ---- */

static void
gutter_row(const Text *t, guint64 offset, const guint8 *bytes, gsize size)
{
    if (t->render->offsets || t->render->hex) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM, "0x%08" G_GINT64_MODIFIER "x",
                          offset);
        qevm_print(t->out, "  ");
    }
    if (!t->render->hex) {
        return;
    }
    for (gsize i = 0; i < size; i++) {
        qevm_print_format(t->out, "%s%02x", i ? " " : "", bytes[i]);
    }
}

/* Starts a line: the first bytes, and the indentation. */
static void
start_line(const Text *t, guint level, guint64 offset, const guint8 *bytes,
           gsize size)
{
    gsize n = MIN(size, GUTTER_BYTES);

    gutter_row(t, offset, bytes, n);
    if (t->render->hex) {
        qevm_print_format(
            t->out, "%*s",
            (int)(GUTTER_BYTES * 3 + 1) - (n ? (int)n * 3 - 1 : 0), "");
    }
    qevm_print_format(t->out, "%*s", (int)level * 4, "");
}

/* The bytes that did not fit beside the line. */
static void
more_bytes(const Text *t, guint64 offset, const guint8 *bytes, gsize size)
{
    gsize shown = t->render->all ? size : GUTTER_BYTES * GUTTER_ROWS;

    if (!t->render->hex) {
        return;
    }
    for (gsize i = GUTTER_BYTES; i < size; i += GUTTER_BYTES) {
        if (i >= shown) {
            qevm_print_styled(t->out, QEVM_STYLE_DIM,
                              "            ... %" G_GSIZE_FORMAT " more bytes",
                              size - i);
            qevm_print(t->out, "\n");
            return;
        }
        gutter_row(t, offset + i, bytes + i, MIN(size - i, GUTTER_BYTES));
        qevm_print(t->out, "\n");
    }
}

/* ---- values ---- */

char *
qevm_render_value(const QevmValue *value, gboolean all)
{
    g_autofree char *head = NULL;
    gsize size = value->bytes ? g_bytes_get_size(value->bytes) : 0;

    if (value->kind == QEVM_VALUE_BYTES && !all && size > SOME_BYTES) {
        g_auto(QevmValue) part = QEVM_VALUE_INIT;

        qevm_value_set_bytes(&part, QEVM_VALUE_BYTES,
                             g_bytes_get_data(value->bytes, NULL), SOME_BYTES);
        head = qevm_value_format(&part);
        return g_strdup_printf("%s... (%" G_GSIZE_FORMAT " bytes)", head, size);
    }
    return qevm_value_format(value);
}

/* In parts, so that the text is never there as a whole. */
static void
print_hex(const Text *t, GBytes *bytes)
{
    gsize size, i = 0;
    const guint8 *data = g_bytes_get_data(bytes, &size);

    do {
        g_auto(QevmValue) part = QEVM_VALUE_INIT;
        g_autofree char *text = NULL;

        qevm_value_set_bytes(&part, QEVM_VALUE_BYTES, data + i,
                             MIN(size - i, PART_BYTES));
        text = qevm_value_format(&part);
        qevm_print(t->out, text + (i ? strlen("hex:") : 0));
        i += PART_BYTES;
    } while (i < size);
}

static void
print_value(const Text *t, const QevmNode *node, const QevmValue *value)
{
    const QevmNames *names = node ? qevm_node_names(node) : NULL;
    g_autofree char *text = NULL;

    if (names) {
        text = qevm_names_format(names, value);
        qevm_print(t->out, text);
        return;
    }
    if (value->kind == QEVM_VALUE_BYTES && t->render->all) {
        print_hex(t, value->bytes);
        return;
    }
    text = qevm_render_value(value, t->render->all);
    qevm_print(t->out, text);
    if (value->kind == QEVM_VALUE_UINT && !value->hex && value->as.u > 255) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM,
                          " (0x%" G_GINT64_MODIFIER "x)", value->as.u);
    }
}

/* "uint8[4]"; of a struct also what its vmsd is called. */
static void
print_type(const Text *t, const QevmNode *node, const QevmFieldDesc *field)
{
    const QevmVmsd *vmsd =
        field->n_vmsds && !field->overlay ? field->vmsds[0] : NULL;
    g_autofree char *name =
        vmsd && vmsd->name ? qevm_path_quote(vmsd->name) : NULL;

    qevm_print_styled(t->out, QEVM_STYLE_DIM, " (%s%s%s", field->type,
                      name ? " " : "", name ? name : "");
    if (node->kind == QEVM_NODE_ARRAY || node->kind == QEVM_NODE_STRUCTS) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM, "[%" G_GUINT64_FORMAT "]",
                          qevm_node_count(node));
    }
    qevm_print_styled(t->out, QEVM_STYLE_DIM, ")");
}

static void
print_name(const Text *t, const QevmNode *node, gint64 sibling)
{
    const QevmFieldDesc *field = node->desc.field;
    g_autofree char *name = qevm_path_quote(qevm_node_name(node));

    qevm_print(t->out, name);
    if (sibling >= 0) {
        qevm_print_format(t->out, "[%" G_GINT64_FORMAT "]", sibling);
    }
    if (t->render->types && field) {
        print_type(t, node, field);
    }
}

/* ---- nodes ---- */

static void render_node(const Text *t, QevmNode *node, guint level,
                        gint64 sibling);

static gboolean
too_deep(const Text *t, guint level)
{
    return t->render->depth >= 0 && level > (guint)t->render->depth;
}

static void
print_more(const Text *t, guint level, guint64 n)
{
    qevm_print_format(t->out, "%*s",
                      t->render->hex       ? 37
                      : t->render->offsets ? 12
                                           : 0,
                      "");
    qevm_print_format(t->out, "%*s", (int)level * 4, "");
    qevm_print_styled(t->out, QEVM_STYLE_DIM, "... %" G_GUINT64_FORMAT " more",
                      n);
    qevm_print(t->out, "\n");
}

/* Which names stand more than once in a struct: name -> how many came so far
 * + 1. NULL: none. Elements of the same name, one by one, are how a vmdesc
 * describes arrays whose elements differ. */
static GHashTable *
repeated_names(QevmNode *node)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTable *repeated = NULL;

    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        gpointer name = (gpointer)(guintptr)qevm_node_name(n);

        if (n->kind == QEVM_NODE_RAW || n->kind == QEVM_NODE_SUBSECTION ||
            g_hash_table_add(seen, name)) {
            continue;
        }
        if (!repeated) {
            repeated = g_hash_table_new(g_str_hash, g_str_equal);
        }
        g_hash_table_insert(repeated, name, GINT_TO_POINTER(1));
    }
    return repeated;
}

/* Its number among the siblings of its name; -1: it has none. */
static gint64
next_sibling(GHashTable *repeated, const QevmNode *node)
{
    gpointer name = (gpointer)(guintptr)qevm_node_name(node);
    gint n =
        repeated ? GPOINTER_TO_INT(g_hash_table_lookup(repeated, name)) : 0;

    if (n == 0 || node->kind == QEVM_NODE_SUBSECTION) {
        return -1;
    }
    g_hash_table_insert(repeated, name, GINT_TO_POINTER(n + 1));
    return n - 1;
}

static void
render_fields(const Text *t, QevmNode *node, guint level)
{
    g_autoptr(GHashTable) repeated = repeated_names(node);
    guint64 hidden = 0;

    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        gint64 sibling = next_sibling(repeated, n);

        if (qevm_print_broken(t->out)) {
            return;
        }
        if (sibling >= SOME_ELEMENTS && !t->render->all) {
            hidden++;
            if (!n->next ||
                strcmp(qevm_node_name(n->next), qevm_node_name(n)) != 0) {
                print_more(t, level, hidden);
                hidden = 0;
            }
            continue;
        }
        render_node(t, n, level, sibling);
    }
}

static void
render_run(const Text *t, QevmNode *node, guint level)
{
    guint64 shown = 0, count = qevm_place_elements(node);

    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        if (qevm_print_broken(t->out)) {
            return;
        }
        if (shown >= SOME_ELEMENTS && !t->render->all &&
            n->kind == QEVM_NODE_STRUCT && n->next) {
            print_more(t, level, count > shown ? count - shown : 1);
            return;
        }
        render_node(t, n, level, -1);
        shown++;
    }
}

static void
render_children(const Text *t, QevmNode *node, guint level)
{
    if (too_deep(t, level)) {
        return;
    }
    if (node->kind == QEVM_NODE_STRUCTS || node->kind == QEVM_NODE_LIST) {
        render_run(t, node, level);
    } else {
        render_fields(t, node, level);
    }
}

static void
render_leaf(const Text *t, QevmNode *node, guint level, gint64 sibling)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    gsize size;
    const char *note = qevm_node_note(node);
    const guint8 *bytes = qevm_node_bytes(node, &size);

    start_line(t, level, node->offset, bytes, size);
    print_name(t, node, sibling);
    qevm_print(t->out, " = ");
    qevm_node_value(node, 0, &value);
    print_value(t, node, &value);
    if (note) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM, " (not read: %s)", note);
    }
    qevm_print(t->out, "\n");
    more_bytes(t, node->offset, bytes, size);
}

static void
render_elements(const Text *t, QevmNode *node, guint level, guint64 count,
                gsize element)
{
    gsize size;
    const guint8 *bytes = qevm_node_bytes(node, &size);

    qevm_print(t->out, "\n");
    if (too_deep(t, level)) {
        return;
    }
    for (guint64 i = 0; i < count && !qevm_print_broken(t->out); i++) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        guint64 offset = qevm_node_value_offset(node, i);

        start_line(t, level, offset, bytes + i * element, element);
        qevm_print_format(t->out, "[%" G_GUINT64_FORMAT "] = ", i);
        qevm_node_value(node, i, &value);
        print_value(t, node, &value);
        qevm_print(t->out, "\n");
        more_bytes(t, offset, bytes + i * element, element);
    }
}

static void
render_array(const Text *t, QevmNode *node, guint level, gint64 sibling)
{
    gsize size, element;
    const guint8 *bytes = qevm_node_bytes(node, &size);
    guint64 count = qevm_node_count(node), shown;

    start_line(t, level, node->offset, bytes, size);
    print_name(t, node, sibling);
    element = count ? (gsize)(size / count) : 0;
    if (t->render->all && count > SOME_ELEMENTS) {
        render_elements(t, node, level + 1, count, element);
        return;
    }
    qevm_print(t->out, " = [");
    shown = MIN(count, SOME_ELEMENTS);
    for (guint64 i = 0; i < shown; i++) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        g_autofree char *text = NULL;

        qevm_node_value(node, i, &value);
        text = qevm_node_names(node)
                   ? qevm_names_format(qevm_node_names(node), &value)
                   : qevm_render_value(&value, t->render->all);
        qevm_print_format(t->out, "%s%s", i ? ", " : "", text);
    }
    if (count > shown) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM,
                          ", ... %" G_GUINT64_FORMAT " more", count - shown);
    }
    qevm_print(t->out, "]\n");
    more_bytes(t, node->offset, bytes, size);
}

static void
render_raw(const Text *t, QevmNode *node, guint level)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    gsize size;
    const guint8 *bytes = qevm_node_bytes(node, &size);

    start_line(t, level, node->offset, bytes, size);
    qevm_print_styled(t->out, QEVM_STYLE_ERROR, "not decoded");
    qevm_print(t->out, ": ");
    qevm_node_value(node, 0, &value);
    print_value(t, node, &value);
    qevm_print(t->out, "\n");
    more_bytes(t, node->offset, bytes, size);
}

static void
render_inner(const Text *t, QevmNode *node, guint level, gint64 sibling)
{
    start_line(t, level, node->offset, NULL, 0);
    if (node->kind == QEVM_NODE_SUBSECTION) {
        g_autofree char *name = qevm_path_quote(qevm_node_name(node));

        qevm_print_styled(t->out, QEVM_STYLE_NAME, "{%s}", name);
        qevm_print_styled(t->out, QEVM_STYLE_DIM, " version %u",
                          node->desc.vmsd->version);
    } else if (node->kind == QEVM_NODE_STRUCT && node->parent &&
               (node->parent->kind == QEVM_NODE_STRUCTS ||
                node->parent->kind == QEVM_NODE_LIST)) {
        qevm_print_format(t->out, "[%u]", node->index);
    } else {
        print_name(t, node, sibling);
        if (node->kind == QEVM_NODE_STRUCTS || node->kind == QEVM_NODE_LIST) {
            guint64 count = qevm_place_elements(node);

            qevm_print_styled(t->out, QEVM_STYLE_DIM,
                              " %" G_GUINT64_FORMAT " element%s", count,
                              count == 1 ? "" : "s");
        }
    }
    qevm_print(t->out, "\n");
    render_children(t, node, level + 1);
}

static void
render_node(const Text *t, QevmNode *node, guint level, gint64 sibling)
{
    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_FIELD:
        render_leaf(t, node, level, sibling);
        return;
    case QEVM_NODE_ARRAY:
        render_array(t, node, level, sibling);
        return;
    case QEVM_NODE_RAW:
        render_raw(t, node, level);
        return;
    default:
        render_inner(t, node, level, sibling);
    }
}

/* ---- records ---- */

char *
qevm_render_other(const QevmRecord *r)
{
    const char *name;

    switch (r->type) {
    case QEVM_RECORD_LIVE:
        return g_strdup("RAM not walked");
    case QEVM_RECORD_PARTS:
        return g_strdup_printf("%" G_GUINT64_FORMAT " SECTION_PART", r->count);
    case QEVM_RECORD_END:
        return g_strdup_printf("SECTION_END of %s", r->idstr);
    case QEVM_RECORD_COMMAND:
        name = qevm_command_name(r->command);
        return g_strdup_printf("command %s", name ? name : "unknown");
    case QEVM_RECORD_RAW:
        return g_strdup("not decoded");
    default:
        return g_strdup(qevm_record_type_name(r));
    }
}

static void
print_other(const Text *t, const QevmRecord *r)
{
    g_autofree char *text = qevm_render_other(r);

    qevm_print(t->out, "(");
    qevm_print_styled(
        t->out, r->type == QEVM_RECORD_RAW ? QEVM_STYLE_ERROR : QEVM_STYLE_DIM,
        "%s, %" G_GUINT64_FORMAT " byte%s", text, r->size,
        r->size == 1 ? "" : "s");
    qevm_print(t->out, ")\n");
}

/* The header of a section on one line. */
static void
print_section(const Text *t, QevmStream *stream, QevmRecord *r)
{
    QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = r };
    g_autofree char *path = qevm_path_of(stream, &place);

    qevm_print_styled(t->out, QEVM_STYLE_NAME, "%s", path);
    if (r->type != QEVM_RECORD_CONFIGURATION) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM, " version %u, instance %u,",
                          r->version_id, r->instance_id);
    }
    qevm_print_styled(t->out, QEVM_STYLE_DIM, " %" G_GUINT64_FORMAT " byte%s",
                      r->payload_size, r->payload_size == 1 ? "" : "s");
    if (r->early) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM, ", early");
    }
    if (r->packaged) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM, ", packaged");
    }
    if (r->resynced) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM, ", end found by %s",
                          r->footer ? "its footer" : "what follows");
    }
    if (r->opaque) {
        qevm_print_styled(t->out, QEVM_STYLE_DIM, ", not described");
    }
    qevm_print(t->out, "\n");
}

gboolean
qevm_render_text_record(const QevmTextRender *render, QevmStream *stream,
                        QevmRecord *record, GError **error)
{
    const Text t = { render, render->out };
    QevmTree *tree;

    start_line(&t, 0, record->offset, NULL, 0);
    if (!qevm_record_is_section(record)) {
        print_other(&t, record);
        return TRUE;
    }
    print_section(&t, stream, record);
    if (render->depth == 0 ||
        (record->type == QEVM_RECORD_START && record->opaque)) {
        return TRUE;
    }
    tree = qevm_record_tree(stream, record, error);
    if (!tree) {
        return record->type == QEVM_RECORD_START && (!error || !*error);
    }
    render_children(&t, &tree->root, 1);
    return TRUE;
}

/* A leaf, element or fact that a path named: PATH = VALUE. */
static void
render_named_value(const Text *t, QevmStream *stream, const QevmPlace *place)
{
    g_autofree char *path = qevm_path_of(stream, place);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    guint64 offset = place->node && place->kind == QEVM_PLACE_ELEMENT
                         ? qevm_node_value_offset(place->node, place->index)
                     : place->node ? place->node->offset
                                   : place->record->offset;
    const guint8 *bytes = NULL;
    gsize size = 0;

    if (place->kind == QEVM_PLACE_ELEMENT) {
        bytes = qevm_node_bytes(place->node, &size);
        size = (gsize)(size / qevm_node_count(place->node));
        bytes += place->index * size;
    }
    start_line(t, 0, offset, bytes, size);
    qevm_print_format(t->out, "%s = ", path);
    if (qevm_place_value(place, &value, NULL)) {
        print_value(t, place->node, &value);
    }
    qevm_print(t->out, "\n");
    more_bytes(t, offset, bytes, size);
}

gboolean
qevm_render_text_place(const QevmTextRender *render, QevmStream *stream,
                       const QevmPlace *place, GError **error)
{
    const Text t = { render, render->out };
    g_autofree char *path = NULL;

    if (place->kind == QEVM_PLACE_SECTION) {
        return qevm_render_text_record(render, stream, place->record, error);
    }
    if (place->kind != QEVM_PLACE_NODE) {
        render_named_value(&t, stream, place);
        return TRUE;
    }
    path = qevm_path_of(stream, place);
    start_line(&t, 0, place->node->offset, NULL, 0);
    qevm_print_styled(t.out, QEVM_STYLE_NAME, "%s", path);
    qevm_print(t.out, "\n");
    if (place->node->kind == QEVM_NODE_FIELD ||
        place->node->kind == QEVM_NODE_ARRAY ||
        place->node->kind == QEVM_NODE_RAW) {
        render_node(&t, place->node, 1, -1);
    } else {
        render_children(&t, place->node, 1);
    }
    return TRUE;
}
