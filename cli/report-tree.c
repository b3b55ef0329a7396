/* report-tree.c - the sections of a stream with their fields, to be opened. */
#include <string.h>

#include "cli/redact.h"
#include "cli/render.h"
#include "cli/report.h"
#include "parser/names.h"
#include "parser/place.h"

#define SOME_ELEMENTS 16  /* of arrays, lists, and fields of one name */
#define TEXT_MAX 512      /* bytes of a value */
#define SECTION_SHARE 6   /* of what is left: no section takes all */
#define SECTION_MIN 16384 /* ... unless it is little */
#define HEAD_BYTES 512    /* of a section without its fields */

typedef struct {
    QevmHtmlReport *report;
    GString *html;
    guint section;      /* number of the record */
    QevmRecord *record; /* at hand */
    gboolean hidden;    /* all its values are */
    gsize limit;        /* where html ends */
    guint64 left_out;   /* nodes, in this section */
} Tree;

static void render_children(Tree *t, QevmNode *node);

/* ---- findings ---- */

static void
render_mark(Tree *t, guint i)
{
    const QevmFinding *f = g_ptr_array_index(t->report->findings, i);
    const char *severity =
        f->accepted ? "accepted" : qevm_severity_name(f->info->severity);

    qevm_html(t->html,
              " <a class=\"badge %s\" id=\"at-%u\" href=\"#finding-%u\">%s</a>",
              severity, i, i, f->info->slug);
    t->report->places[i].marked = TRUE;
}

/* Those of a node; NULL: of the section itself. */
static void
render_marks(Tree *t, const QevmNode *node)
{
    for (guint i = 0; i < t->report->n_places; i++) {
        const QevmHtmlFinding *place = &t->report->places[i];

        if (place->section == t->section && place->node == node) {
            render_mark(t, i);
        }
    }
}

/* ---- leaves ---- */

static void
render_offset(Tree *t, guint64 offset)
{
    qevm_html(t->html, "<code>0x%" G_GINT64_MODIFIER "x</code>", offset);
}

static void
render_value(Tree *t, QevmNode *leaf, guint64 index)
{
    const QevmNames *names = qevm_node_names(leaf);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *text = NULL, *cut = NULL;

    qevm_node_value(leaf, index, &value);
    text = names ? qevm_names_format(names, &value)
                 : qevm_render_value(&value, FALSE);
    cut = qevm_html_cut(text, TEXT_MAX);
    qevm_html(t->html, "%s", cut);
    if (!names && value.kind == QEVM_VALUE_UINT && !value.hex &&
        value.as.u > 255) {
        qevm_html(t->html, " <i>0x%" G_GINT64_MODIFIER "x</i>", value.as.u);
    }
}

static void
render_array(Tree *t, QevmNode *node)
{
    guint64 count = qevm_node_count(node), shown = MIN(count, SOME_ELEMENTS);

    g_string_append_c(t->html, '[');
    for (guint64 i = 0; i < shown; i++) {
        g_string_append(t->html, i ? ", " : "");
        render_value(t, node, i);
    }
    if (shown < count) {
        qevm_html(t->html, ", <em>... %" G_GUINT64_FORMAT " more</em>",
                  count - shown);
    }
    g_string_append_c(t->html, ']');
}

static void
render_values(Tree *t, QevmNode *leaf)
{
    g_string_append(t->html, "<span class=\"v\">");
    if (t->report->redact && (t->hidden || qevm_redact_leaf(t->record, leaf))) {
        qevm_html(t->html, "<em>hidden, %" G_GUINT64_FORMAT " byte%s</em>",
                  leaf->size, leaf->size == 1 ? "" : "s");
    } else if (leaf->kind == QEVM_NODE_ARRAY) {
        render_array(t, leaf);
    } else {
        render_value(t, leaf, 0);
    }
    g_string_append(t->html, "</span>");
}

static void
render_type(Tree *t, const QevmNode *node)
{
    g_autofree char *type = qevm_html_cut(node->desc.field->type, TEXT_MAX);

    qevm_html(t->html, "<small>%s", type);
    if (node->kind == QEVM_NODE_ARRAY) {
        qevm_html(t->html, "[%" G_GUINT64_FORMAT "]", qevm_node_count(node));
    }
    g_string_append(t->html, "</small>");
}

static void
render_leaf(Tree *t, QevmNode *node, const char *name)
{
    const char *note = qevm_node_note(node);

    g_string_append(t->html, "<li>");
    render_offset(t, node->offset);
    if (node->kind == QEVM_NODE_RAW) {
        g_string_append(t->html, "<b class=\"error\">not decoded</b>");
    } else {
        qevm_html(t->html, "<b>%s</b>", name);
    }
    render_values(t, node);
    if (node->kind != QEVM_NODE_RAW) {
        render_type(t, node);
    }
    if (note) {
        qevm_html(t->html, "<em>not read: %s</em>", note);
    }
    render_marks(t, node);
    g_string_append(t->html, "</li>\n");
}

/* ---- what has children ---- */

static char *
name_of(const QevmNode *node, gint64 sibling)
{
    g_autofree char *name = NULL;

    if (node->kind == QEVM_NODE_STRUCT && node->parent &&
        (node->parent->kind == QEVM_NODE_STRUCTS ||
         node->parent->kind == QEVM_NODE_LIST)) {
        return g_strdup_printf("[%u]", node->index);
    }
    if (node->kind == QEVM_NODE_SUBSECTION) {
        return qevm_path_quote_step(qevm_node_name(node), TRUE);
    }
    name = qevm_path_quote(qevm_node_name(node));
    return sibling < 0
               ? g_steal_pointer(&name)
               : g_strdup_printf("%s[%" G_GINT64_FORMAT "]", name, sibling);
}

static void
render_inner(Tree *t, QevmNode *node, const char *name)
{
    const QevmVmsd *vmsd = qevm_node_vmsd(node);

    g_string_append(t->html, "<li><details open><summary>");
    render_offset(t, node->offset);
    qevm_html(t->html, "<b>%s</b>", name);
    if (node->kind == QEVM_NODE_SUBSECTION) {
        qevm_html(t->html, "<small>subsection, version %u</small>",
                  vmsd->version);
    } else if (node->kind == QEVM_NODE_STRUCTS ||
               node->kind == QEVM_NODE_LIST) {
        guint64 n = qevm_place_elements(node);

        qevm_html(t->html, "<small>%" G_GUINT64_FORMAT " element%s</small>", n,
                  n == 1 ? "" : "s");
    }
    render_marks(t, node);
    g_string_append(t->html, "</summary><ul>\n");
    render_children(t, node);
    g_string_append(t->html, "</ul></details></li>\n");
}

/* How many siblings from this one on have its name. */
static guint64
run_length(const QevmNode *node)
{
    guint64 n = 1;

    for (const QevmNode *o = node->next;
         o && o->kind != QEVM_NODE_SUBSECTION && o->kind != QEVM_NODE_RAW &&
         strcmp(qevm_node_name(o), qevm_node_name(node)) == 0;
         o = o->next) {
        n++;
    }
    return n;
}

static void
render_node(Tree *t, QevmNode *node, gint64 sibling)
{
    g_autofree char *full = name_of(node, sibling);
    g_autofree char *name = qevm_html_cut(full, TEXT_MAX);

    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
        node->kind == QEVM_NODE_RAW) {
        render_leaf(t, node, name);
    } else {
        render_inner(t, node, name);
    }
}

/* Elements, and fields of one name in a row: the first of them. */
static void
render_children(Tree *t, QevmNode *node)
{
    guint64 at = 0, run = 0, hidden = 0;

    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        if (at == run) {
            at = 0;
            run = n->kind == QEVM_NODE_SUBSECTION || n->kind == QEVM_NODE_RAW
                      ? 1
                      : run_length(n);
        }
        if (t->html->len >= t->limit) {
            t->left_out++;
        } else if (at < SOME_ELEMENTS) {
            render_node(t, n, run > 1 ? (gint64)at : -1);
        } else {
            hidden++;
        }
        at++;
        if (at == run && hidden) {
            qevm_html(t->html,
                      "<li><em>... %" G_GUINT64_FORMAT " more</em></li>",
                      hidden);
            hidden = 0;
        }
    }
}

/* ---- records ---- */

static void
render_head(Tree *t, QevmStream *stream)
{
    QevmRecord *r = t->record;
    QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = r };
    g_autofree char *path = qevm_path_of(stream, &place);
    g_autofree char *bytes = qevm_html_number(r->payload_size);

    render_offset(t, r->offset);
    qevm_html(t->html, "<b>%s</b><small>", path);
    if (r->type != QEVM_RECORD_CONFIGURATION) {
        qevm_html(t->html, "version %u, instance %u, ", r->version_id,
                  r->instance_id);
    }
    qevm_html(t->html, "%s byte%s%s%s%s%s</small>", bytes,
              r->payload_size == 1 ? "" : "s", r->early ? ", before RAM" : "",
              r->packaged ? ", packaged" : "",
              r->resynced ? ", end found by what follows" : "",
              r->opaque ? ", not described" : "");
    render_marks(t, NULL);
}

/* The nodes that findings are about, while their tree is there. */
static void
find_nodes(Tree *t, QevmStream *stream)
{
    for (guint i = 0; i < t->report->n_places; i++) {
        const QevmFinding *f = g_ptr_array_index(t->report->findings, i);
        QevmHtmlFinding *place = &t->report->places[i];
        g_autoptr(QevmPath) path = NULL;
        g_autoptr(GArray) found = NULL;
        const QevmPlace *first;

        if (place->section != t->section || !strstr(f->path, "//")) {
            continue;
        }
        path = qevm_path_parse(f->path, NULL);
        found = path ? qevm_path_resolve(stream, path, NULL) : NULL;
        first =
            found && found->len ? &g_array_index(found, QevmPlace, 0) : NULL;
        if (first && first->record == t->record && first->node &&
            first->node->parent) {
            place->node = first->node;
            place->withheld |=
                t->report->redact && qevm_redact_leaf(t->record, first->node);
        }
    }
}

/* No node outlives its tree. */
static void
forget_nodes(Tree *t)
{
    for (guint i = 0; i < t->report->n_places; i++) {
        t->report->places[i].node = NULL;
    }
}

static gboolean
render_section(Tree *t, QevmStream *stream, QevmRecord *record, GError **error)
{
    g_autoptr(GError) unread = NULL;
    QevmTree *tree;

    t->hidden = t->report->redact && qevm_redact_section(record);
    t->left_out = 0;
    tree = record->type == QEVM_RECORD_START && record->opaque
               ? NULL
               : qevm_record_tree(stream, record, &unread);
    if (unread) {
        g_propagate_error(error, g_steal_pointer(&unread));
        return FALSE;
    }
    find_nodes(t, stream);
    qevm_html(t->html, "<details class=\"section\" id=\"section-%u\"><summary>",
              t->section);
    render_head(t, stream);
    g_string_append(t->html, "</summary><ul>\n");
    if (t->hidden) {
        g_string_append(t->html, "<li><em>All values of this section are "
                                 "hidden.</em></li>\n");
    }
    if (tree) {
        render_children(t, &tree->root);
        if (tree->error) {
            g_autofree char *why =
                qevm_html_cut(tree->error->message, TEXT_MAX);

            qevm_html(t->html, "<li><b class=\"error\">%s</b></li>", why);
        }
    }
    if (t->left_out) {
        qevm_html(t->html,
                  "<li><em>The rest is left out, for the page to stay small. "
                  "<kbd>qevm show</kbd> has all.</em></li>");
    }
    g_string_append(t->html, "</ul></details>\n");
    forget_nodes(t);
    qevm_record_forget(record);
    return TRUE;
}

/* What is no section: one line. */
static void
render_other(Tree *t)
{
    const QevmRecord *r = t->record;
    g_autofree char *what = qevm_render_other(r);
    g_autofree char *bytes = qevm_html_number(r->size);

    g_string_append(t->html, "<p class=\"record\">");
    render_offset(t, r->offset);
    qevm_html(t->html, "<span>%s</span><small>%s byte%s</small>", what, bytes,
              r->size == 1 ? "" : "s");
    g_string_append(t->html, "</p>\n");
}

/* Room for the fields of the next section: a share of what is left when all
 * sections that are to come have theirs without fields. */
static gsize
share_of(gsize left, guint to_come)
{
    gsize heads = (gsize)to_come * HEAD_BYTES;
    gsize rest = left > heads ? left - heads : 0;

    return MIN(rest, MAX(rest / SECTION_SHARE, SECTION_MIN));
}

gboolean
qevm_html_tree(QevmHtmlReport *report, GString *html, GError **error)
{
    QevmStream *stream = report->stream;
    const gsize end = html->len + QEVM_HTML_MAX_TREE;
    Tree t = { .report = report, .html = html };

    for (guint i = 0; i < stream->records->len && html->len < end; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        t.section = i;
        t.record = r;
        t.limit =
            html->len + share_of(end - html->len, stream->records->len - i);
        if (!qevm_record_is_section(r)) {
            render_other(&t);
        } else if (!render_section(&t, stream, r, error)) {
            return FALSE;
        }
        report->shown = i + 1;
    }
    if (report->shown < stream->records->len) {
        qevm_html(html,
                  "<p class=\"left-out\">%u more records are left out, for the "
                  "page to stay small. <kbd>qevm show</kbd> has all.</p>",
                  stream->records->len - report->shown);
    }
    return TRUE;
}
