/* standing.c - counts those of one name, and remembers where they are many. */
#include "parser/standing.h"
#include "parser/place.h"

#include <string.h>

/* Rows up to here are counted anew each time: most machines have no others. */
#define SHORT_ROW 64
/* Nodes in rows that are remembered at a time, unless one row has more: some 5
 * MiB. */
#define NODES_MAX (64 * 1024)

/* ---- nodes ---- */

typedef struct {
    guint64 alike, elements;
} Counter;

/* What is known of a long row. */
typedef struct {
    GHashTable *names[2]; /* fields', subsections': name -> Counter */
    GHashTable *later;    /* node -> QevmStanding of all but the first */
    guint nodes;
} Row;

static void
row_free(gpointer data)
{
    Row *row = data;

    g_hash_table_unref(row->names[0]);
    g_hash_table_unref(row->names[1]);
    g_hash_table_unref(row->later);
    g_free(row);
}

static gboolean
is_subsection(const QevmNode *node)
{
    return node->kind == QEVM_NODE_SUBSECTION;
}

static Row *
row_new(QevmNode *first)
{
    Row *row = g_new0(Row, 1);

    for (guint i = 0; i < 2; i++) {
        row->names[i] =
            g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    }
    row->later = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (QevmNode *n = first; n; n = n->next) {
        GHashTable *names = row->names[is_subsection(n)];
        const char *name = qevm_node_name(n);
        Counter *counter = g_hash_table_lookup(names, name);

        if (!counter) {
            counter = g_new0(Counter, 1);
            g_hash_table_insert(names, (gpointer)(gsize)name, counter);
        } else {
            QevmStanding *s = g_new0(QevmStanding, 1);

            s->rank = counter->alike;
            s->elements = counter->elements;
            g_hash_table_insert(row->later, n, s);
        }
        counter->alike++;
        counter->elements += qevm_place_elements(n);
        row->nodes++;
    }
    return row;
}

static guint
nodes_in(GHashTable *rows)
{
    GHashTableIter i;
    gpointer row;
    guint nodes = 0;

    g_hash_table_iter_init(&i, rows);
    while (g_hash_table_iter_next(&i, NULL, &row)) {
        nodes += ((Row *)row)->nodes;
    }
    return nodes;
}

/* The row of a node with many siblings; NULL: count. */
static Row *
row_of(const QevmNode *node)
{
    QevmTree *tree = qevm_node_tree(node->parent);
    QevmNode *n = qevm_node_children(node->parent);
    Row *row;

    if (tree->root.dirty) {
        return NULL;
    }
    for (guint i = 0; n && i < SHORT_ROW; i++) {
        n = n->next;
    }
    if (!n) {
        return NULL;
    }
    if (!tree->standing) {
        tree->standing = g_hash_table_new_full(NULL, NULL, NULL, row_free);
    }
    row = g_hash_table_lookup(tree->standing, node->parent);
    if (!row) {
        if (nodes_in(tree->standing) > NODES_MAX) {
            g_hash_table_remove_all(tree->standing);
        }
        row = row_new(qevm_node_children(node->parent));
        g_hash_table_insert(tree->standing, node->parent, row);
    }
    return row;
}

static void
count_nodes(const QevmNode *node, QevmStanding *out)
{
    const char *name = qevm_node_name(node);
    gboolean before = TRUE;

    for (QevmNode *n = qevm_node_children(node->parent); n; n = n->next) {
        if (n == node) {
            before = FALSE;
        }
        if (is_subsection(n) != is_subsection(node) ||
            !g_str_equal(qevm_node_name(n), name)) {
            continue;
        }
        out->alike++;
        if (before) {
            out->rank++;
            out->elements += qevm_place_elements(n);
        }
    }
}

void
qevm_standing_of_node(const QevmNode *node, QevmStanding *out)
{
    Row *row = row_of(node);
    const QevmStanding *later;
    const Counter *counter;

    memset(out, 0, sizeof(*out));
    if (!row) {
        count_nodes(node, out);
        return;
    }
    later = g_hash_table_lookup(row->later, node);
    if (later) {
        *out = *later;
    }
    counter = g_hash_table_lookup(row->names[is_subsection(node)],
                                  qevm_node_name(node));
    out->alike = counter->alike;
}

gboolean
qevm_standing_has_field(const QevmNode *node, const char *name)
{
    Row *row = row_of(node);

    if (row) {
        return g_hash_table_contains(row->names[0], name);
    }
    for (QevmNode *n = qevm_node_children(node->parent); n; n = n->next) {
        if (!is_subsection(n) && g_str_equal(qevm_node_name(n), name)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* ---- sections ---- */

static gboolean
is_visible(const QevmRecord *record)
{
    return qevm_record_is_section(record) && !record->dropped;
}

static void
count_sections(QevmStream *stream, const QevmRecord *record, QevmStanding *out)
{
    const char *name = qevm_record_name(record);
    gboolean before = TRUE;

    out->alike = 1;
    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *other = g_ptr_array_index(stream->records, i);

        if (other == record) {
            before = FALSE;
        } else if (!is_visible(other) ||
                   !g_str_equal(qevm_record_name(other), name)) {
            continue;
        } else if (other->instance_id != record->instance_id) {
            out->mixed = TRUE;
        } else {
            out->alike++;
            out->rank += before ? 1 : 0;
        }
    }
}

/* What is known of the sections of one name. */
typedef struct {
    guint32 instance_id; /* the first one's */
    gboolean mixed;
} Name;

static char *
key_of(const QevmRecord *record)
{
    return g_strdup_printf("%u %s", record->instance_id,
                           qevm_record_name(record));
}

/* Into one table: record -> its Standing, whose `alike` is filled in last. */
static GHashTable *
stand_sections(QevmStream *stream)
{
    GHashTable *standing = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_autoptr(GHashTable) names =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr(GHashTable) equals =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

    for (guint pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < stream->records->len; i++) {
            QevmRecord *r = g_ptr_array_index(stream->records, i);
            g_autofree char *key = NULL;
            const char *record_name = qevm_record_name(r);
            QevmStanding *s;
            Counter *equal;
            Name *name;

            if (!is_visible(r)) {
                continue;
            }
            key = key_of(r);
            name = g_hash_table_lookup(names, record_name);
            equal = g_hash_table_lookup(equals, key);
            if (pass == 1) {
                s = g_hash_table_lookup(standing, r);
                s->alike = equal->alike;
                s->mixed = name->mixed;
                continue;
            }
            if (!name) {
                name = g_new0(Name, 1);
                name->instance_id = r->instance_id;
                g_hash_table_insert(names, (gpointer)(gsize)record_name, name);
            }
            name->mixed |= name->instance_id != r->instance_id;
            if (!equal) {
                equal = g_new0(Counter, 1);
                g_hash_table_insert(equals, g_steal_pointer(&key), equal);
            }
            s = g_new0(QevmStanding, 1);
            s->rank = equal->alike++;
            g_hash_table_insert(standing, r, s);
        }
    }
    return standing;
}

/* The list of records stands in the table too, with its length then: a parse
 * that goes on makes it longer. */
static GHashTable *
table_of(QevmStream *stream)
{
    const QevmStanding *all =
        stream->standing
            ? g_hash_table_lookup(stream->standing, stream->records)
            : NULL;
    QevmStanding *now;

    if (!all || all->alike != stream->records->len) {
        g_clear_pointer(&stream->standing, g_hash_table_unref);
        stream->standing = stand_sections(stream);
        now = g_new0(QevmStanding, 1);
        now->alike = stream->records->len;
        g_hash_table_insert(stream->standing, stream->records, now);
    }
    return stream->standing;
}

void
qevm_standing_of_section(QevmStream *stream, const QevmRecord *record,
                         QevmStanding *out)
{
    const QevmStanding *s = NULL;

    memset(out, 0, sizeof(*out));
    if (!stream->edited && stream->records->len > SHORT_ROW) {
        s = g_hash_table_lookup(table_of(stream), record);
    }
    if (s) {
        *out = *s;
    } else {
        count_sections(stream, record, out);
    }
}
