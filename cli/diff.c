/* diff.c - in what two streams differ, field by field.
 *
 * Sections pair by name, instance and how many came before with both; fields
 * in a struct by kind, name and how many came before with both; elements of
 * arrays by index.
 */
#include "cli/diff.h"

#include <string.h>

#define SOME_ELEMENTS 8
#define LONG_BYTES 16

typedef struct {
    QevmDiff *diff;
    QevmRecord *ra, *rb; /* the sections being compared */
} Pair;

/* ---- reporting ---- */

static char *
path_of(QevmStream *stream, QevmRecord *record, QevmNode *node, gint64 index)
{
    QevmPlace place = { .kind = index >= 0 ? QEVM_PLACE_ELEMENT
                                : node     ? QEVM_PLACE_NODE
                                           : QEVM_PLACE_SECTION,
                        .record = record,
                        .node = node,
                        .index = index >= 0 ? (guint64)index : 0 };

    return qevm_path_of(stream, &place);
}

static void
report(QevmDiff *diff, const char *what, const char *path, const char *a,
       const char *b)
{
    const QevmDifference d = { what, path, NULL, a, b };

    diff->count++;
    diff->each(&d, diff->user);
}

/* What only one of them has; `a`: it is the first. */
static void
report_one(Pair *p, const char *what, QevmNode *node, gboolean a)
{
    g_autofree char *path =
        path_of(a ? p->diff->a : p->diff->b, a ? p->ra : p->rb, node, -1);
    guint64 size =
        node ? qevm_node_wire_size(node) : (a ? p->ra : p->rb)->payload_size;
    g_autofree char *text = g_strdup_printf("(%" G_GUINT64_FORMAT " byte%s)",
                                            size, size == 1 ? "" : "s");

    report(p->diff, what, path, a ? text : NULL, a ? NULL : text);
}

static void
report_number(Pair *p, const char *what, QevmNode *node, const char *fact,
              guint64 a, guint64 b)
{
    g_autofree char *place = path_of(p->diff->a, p->ra, node, -1);
    g_autofree char *path = g_strconcat(place, fact ? (node ? "/" : "//") : "",
                                        fact ? fact : "", NULL);
    g_autofree char *ta = g_strdup_printf("%" G_GUINT64_FORMAT, a);
    g_autofree char *tb = g_strdup_printf("%" G_GUINT64_FORMAT, b);

    report(p->diff, what, path, ta, tb);
}

/* ---- leaves ---- */

static char *
format_bytes(const guint8 *bytes, gsize size)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    qevm_value_set_bytes(&value, QEVM_VALUE_BYTES, bytes, size);
    return qevm_render_value(&value, FALSE);
}

/* Long bytes: from the first that differs to the last. FALSE: not so. */
static gboolean
report_range(QevmDiff *diff, const char *path, const QevmValue *a,
             const QevmValue *b)
{
    gsize na, nb, first = 0, last;
    const guint8 *pa, *pb;
    g_autofree char *range = NULL, *ta = NULL, *tb = NULL;
    QevmDifference d = { "value", path, NULL, NULL, NULL };

    if (diff->all || a->kind != QEVM_VALUE_BYTES ||
        b->kind != QEVM_VALUE_BYTES) {
        return FALSE;
    }
    pa = g_bytes_get_data(a->bytes, &na);
    pb = g_bytes_get_data(b->bytes, &nb);
    if (na != nb || na <= LONG_BYTES) {
        return FALSE;
    }
    last = na - 1;
    while (pa[first] == pb[first]) {
        first++;
    }
    while (pa[last] == pb[last]) {
        last--;
    }
    range = first == last
                ? g_strdup_printf(
                      "byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, first, na)
                : g_strdup_printf("bytes %" G_GSIZE_FORMAT
                                  " to %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT,
                                  first, last, na);
    ta = format_bytes(pa + first, last - first + 1);
    tb = format_bytes(pb + first, last - first + 1);
    d.range = range;
    d.a = ta;
    d.b = tb;
    diff->count++;
    diff->each(&d, diff->user);
    return TRUE;
}

/* FALSE: they are equal. */
static gboolean
compare_value(Pair *p, QevmNode *na, QevmNode *nb, gint64 index)
{
    g_auto(QevmValue) a = QEVM_VALUE_INIT, b = QEVM_VALUE_INIT;
    g_autofree char *path = NULL, *ta = NULL, *tb = NULL;
    guint64 i = index >= 0 ? (guint64)index : 0;

    qevm_node_value(na, i, &a);
    qevm_node_value(nb, i, &b);
    if (qevm_value_equal(&a, &b)) {
        return FALSE;
    }
    path = path_of(p->diff->a, p->ra, na, index);
    if (report_range(p->diff, path, &a, &b)) {
        return TRUE;
    }
    ta = qevm_render_value(&a, p->diff->all);
    tb = qevm_render_value(&b, p->diff->all);
    report(p->diff, "value", path, ta, tb);
    return TRUE;
}

static void
compare_arrays(Pair *p, QevmNode *na, QevmNode *nb)
{
    guint64 a = qevm_node_count(na), b = qevm_node_count(nb);
    guint64 differ = 0, unshown = 0;
    gsize size_a, size_b;
    const guint8 *bytes_a = qevm_node_bytes(na, &size_a);
    const guint8 *bytes_b = qevm_node_bytes(nb, &size_b);

    if (a == b && size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0) {
        return;
    }
    if (a != b) {
        report_number(p, "count", na, NULL, a, b);
    }
    for (guint64 i = 0; i < MIN(a, b); i++) {
        g_auto(QevmValue) va = QEVM_VALUE_INIT, vb = QEVM_VALUE_INIT;

        if (p->diff->all || differ < SOME_ELEMENTS) {
            differ += compare_value(p, na, nb, (gint64)i);
            continue;
        }
        qevm_node_value(na, i, &va);
        qevm_node_value(nb, i, &vb);
        unshown += !qevm_value_equal(&va, &vb);
    }
    if (unshown) {
        g_autofree char *path = path_of(p->diff->a, p->ra, na, -1);
        g_autofree char *text =
            g_strdup_printf("... %" G_GUINT64_FORMAT " more elements", unshown);

        report(p->diff, "value", path, text, "...");
    }
}

/* ---- structs ---- */

static void compare_children(Pair *p, QevmNode *na, QevmNode *nb);

static const char *
what_of(const QevmNode *node)
{
    return node->kind == QEVM_NODE_SUBSECTION ? "subsection"
           : node->kind == QEVM_NODE_STRUCT   ? "element"
                                              : "field";
}

static void
compare_types(Pair *p, QevmNode *na, QevmNode *nb)
{
    const QevmFieldDesc *a = na->desc.field, *b = nb->desc.field;
    g_autofree char *path = path_of(p->diff->a, p->ra, na, -1);
    g_autofree char *ta =
        g_strdup_printf("%s of %" G_GUINT64_FORMAT " bytes", a->type, a->size);
    g_autofree char *tb =
        g_strdup_printf("%s of %" G_GUINT64_FORMAT " bytes", b->type, b->size);

    report(p->diff, "type", path, ta, tb);
}

static void
compare_nodes(Pair *p, QevmNode *na, QevmNode *nb)
{
    gboolean leaf = na->kind == QEVM_NODE_FIELD || na->kind == QEVM_NODE_ARRAY;

    if (leaf && (nb->kind == QEVM_NODE_FIELD || nb->kind == QEVM_NODE_ARRAY) &&
        (strcmp(na->desc.field->type, nb->desc.field->type) != 0 ||
         na->desc.field->size != nb->desc.field->size)) {
        compare_types(p, na, nb);
    }
    if (na->kind == QEVM_NODE_SUBSECTION &&
        na->desc.vmsd->version != nb->desc.vmsd->version) {
        report_number(p, "version", na, ".version_id", na->desc.vmsd->version,
                      nb->desc.vmsd->version);
    }
    switch ((QevmNodeKind)na->kind) {
    case QEVM_NODE_FIELD:
    case QEVM_NODE_RAW:
        compare_value(p, na, nb, -1);
        return;
    case QEVM_NODE_ARRAY:
        compare_arrays(p, na, nb);
        return;
    default:
        compare_children(p, na, nb);
    }
}

/* What pairs: a FIELD of one and a FIELD of the other. An array of one
 * element and a leaf are the same kind of thing, but not the same value. */
static char *
key_of(const QevmNode *node, GHashTable *seen)
{
    g_autofree char *key = NULL;
    gpointer n;

    if (node->kind == QEVM_NODE_STRUCT && node->parent &&
        (node->parent->kind == QEVM_NODE_STRUCTS ||
         node->parent->kind == QEVM_NODE_LIST)) {
        return g_strdup_printf("%u", node->index);
    }
    key = g_strdup_printf("%u %s", node->kind, qevm_node_name(node));
    n = g_hash_table_lookup(seen, key);
    g_hash_table_insert(seen, g_strdup(key),
                        GUINT_TO_POINTER(GPOINTER_TO_UINT(n) + 1));
    return g_strdup_printf("%s %u", key, GPOINTER_TO_UINT(n));
}

static GHashTable *
strings_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
compare_children(Pair *p, QevmNode *na, QevmNode *nb)
{
    g_autoptr(GHashTable) of_b = strings_new(), paired = NULL;
    g_autoptr(GHashTable) seen_a = strings_new(), seen_b = strings_new();

    paired = g_hash_table_new(NULL, NULL);
    for (QevmNode *n = qevm_node_children(nb); n; n = n->next) {
        g_hash_table_insert(of_b, key_of(n, seen_b), n);
    }
    for (QevmNode *n = qevm_node_children(na); n; n = n->next) {
        g_autofree char *key = key_of(n, seen_a);
        QevmNode *other = g_hash_table_lookup(of_b, key);

        if (other) {
            g_hash_table_add(paired, other);
            compare_nodes(p, n, other);
        } else {
            report_one(p, what_of(n), n, TRUE);
        }
    }
    for (QevmNode *n = qevm_node_children(nb); n; n = n->next) {
        if (!g_hash_table_contains(paired, n)) {
            report_one(p, what_of(n), n, FALSE);
        }
    }
}

/* ---- sections ---- */

static gboolean
compare_sections(Pair *p, GError **error)
{
    g_autoptr(GError) unread = NULL;
    QevmTree *a, *b;

    if (p->ra->version_id != p->rb->version_id) {
        report_number(p, "version", NULL, ".version_id", p->ra->version_id,
                      p->rb->version_id);
    }
    a = qevm_record_tree(p->diff->a, p->ra, &unread);
    b = unread ? NULL : qevm_record_tree(p->diff->b, p->rb, &unread);
    if (unread) {
        g_propagate_error(error, g_steal_pointer(&unread));
        return FALSE;
    }
    if (a && b) {
        compare_children(p, &a->root, &b->root);
    }
    qevm_record_forget(p->ra);
    qevm_record_forget(p->rb);
    return TRUE;
}

static char *
section_key(const QevmRecord *r, GHashTable *seen)
{
    g_autofree char *key =
        g_strdup_printf("%u %s", r->instance_id, qevm_record_name(r));
    gpointer n = g_hash_table_lookup(seen, key);

    g_hash_table_insert(seen, g_strdup(key),
                        GUINT_TO_POINTER(GPOINTER_TO_UINT(n) + 1));
    return g_strdup_printf("%s %u", key, GPOINTER_TO_UINT(n));
}

static GHashTable *
sections_of(QevmStream *stream)
{
    g_autoptr(GHashTable) seen = strings_new();
    GHashTable *sections = strings_new();

    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (qevm_record_is_section(r)) {
            g_hash_table_insert(sections, section_key(r, seen), r);
        }
    }
    return sections;
}

gboolean
qevm_diff_run(QevmDiff *diff, GError **error)
{
    g_autoptr(GHashTable) of_b = sections_of(diff->b);
    g_autoptr(GHashTable) paired = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) seen = strings_new();

    diff->count = 0;
    for (guint i = 0; i < diff->a->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(diff->a->records, i);
        Pair p = { .diff = diff, .ra = r };
        g_autofree char *key = NULL;

        if (!qevm_record_is_section(r)) {
            continue;
        }
        key = section_key(r, seen);
        p.rb = g_hash_table_lookup(of_b, key);
        if (!p.rb) {
            report_one(&p, "section", NULL, TRUE);
            continue;
        }
        g_hash_table_add(paired, p.rb);
        if (!compare_sections(&p, error)) {
            return FALSE;
        }
    }
    for (guint i = 0; i < diff->b->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(diff->b->records, i);
        Pair p = { .diff = diff, .rb = r };

        if (qevm_record_is_section(r) && !g_hash_table_contains(paired, r)) {
            report_one(&p, "section", NULL, FALSE);
        }
    }
    return TRUE;
}

/* ---- text ---- */

void
qevm_diff_print(const QevmDifference *d, gpointer user)
{
    QevmPrint *out = user;

    if (d->a && d->b) {
        qevm_print_format(out, "%s%s%s: ", d->path, d->range ? " " : "",
                          d->range ? d->range : "");
        qevm_print_styled(out, QEVM_STYLE_REMOVED, "%s", d->a);
        qevm_print(out, " -> ");
        qevm_print_styled(out, QEVM_STYLE_ADDED, "%s", d->b);
    } else {
        qevm_print_styled(out, d->a ? QEVM_STYLE_REMOVED : QEVM_STYLE_ADDED,
                          "%s %s", d->a ? "-" : "+", d->path);
        qevm_print_styled(out, QEVM_STYLE_DIM, " %s", d->a ? d->a : d->b);
    }
    qevm_print(out, "\n");
}
