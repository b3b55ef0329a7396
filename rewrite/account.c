/* account.c - what became of every byte of a stream that was edited.
 *
 * An edited tree keeps, at each node that came from the source, where in the
 * source it was. What no node of it covers is gone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/account.h"

#include <string.h>

#include "parser/path.h"
#include "rewrite/ops.h"

/* A leaf of an edited tree: the bytes of the source that it stands for. */
typedef struct {
    guint64 offset, size;
    QevmNode *node;
} Span;

typedef struct {
    QevmStream *source;
    QevmEdit *edit;
    GHashTable *losses; /* offset of a change -> its class + 1 */
    QevmAccountTake take;
    gpointer user;
    QevmAccountEntry entry; /* the run so far; size 0: none */
    QevmNode *first, *end;  /* its first and last leaf */
    QevmRecord *record;     /* that they are in */
    guint64 at;             /* all before is accounted for */
} Account;

const char *
qevm_fate_name(QevmFate fate)
{
    static const char *const names[] = { "copied", "mapped", "dropped" };

    return names[fate];
}

/* ---- entries ---- */

static char *
path_of(Account *a, QevmNode *node)
{
    QevmPlace place = { .kind = QEVM_PLACE_NODE,
                        .record = a->record,
                        .node = node };

    return qevm_path_of(a->source, &place);
}

static char *
value_of(QevmNode *node)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (node->kind != QEVM_NODE_FIELD) {
        gsize size;
        const guint8 *data = qevm_node_bytes(node, &size);

        return qevm_bytes_brief(data, size);
    }
    qevm_node_value(node, 0, &value);
    return qevm_value_format(&value);
}

/* Gives the run to who takes it. */
static gboolean
flush(Account *a, GError **error)
{
    QevmAccountEntry *e = &a->entry;
    gboolean ok;

    if (!e->size) {
        return TRUE;
    }
    if (a->first) {
        e->path = path_of(a, a->first);
        e->last = a->end != a->first ? path_of(a, a->end) : NULL;
    }
    if (a->first && e->leaves == 1 && e->fate != QEVM_FATE_COPIED) {
        e->value = value_of(a->first);
    }
    ok = a->take(e, a->user, error);
    g_free(e->path);
    g_free(e->last);
    g_free(e->value);
    memset(e, 0, sizeof(*e));
    a->first = a->end = NULL;
    return ok;
}

/* All up to `to` with one fate: joined to the run if it is like it. What is
 * dropped or mapped is told leaf by leaf. */
static gboolean
add(Account *a, guint64 to, QevmNode *leaf, const char *word, QevmFate fate,
    QevmLoss loss, GError **error)
{
    QevmAccountEntry *e = &a->entry;
    gboolean joins = e->size && leaf && a->first && fate == QEVM_FATE_COPIED &&
                     e->fate == fate;

    if (to <= a->at) {
        return TRUE;
    }
    if (!joins && !flush(a, error)) {
        return FALSE;
    }
    if (!joins) {
        e->offset = a->at;
        e->fate = fate;
        a->first = leaf;
        e->path = leaf ? NULL : g_strdup(word);
    }
    e->loss = MAX(e->loss, loss);
    e->leaves += leaf != NULL;
    e->size += to - a->at;
    a->end = leaf;
    a->at = to;
    return TRUE;
}

/* ---- classes ---- */

static GHashTable *
index_changes(const QevmEdit *edit)
{
    GHashTable *losses =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

    for (guint i = 0; i < edit->changes->len; i++) {
        const QevmChange *c = g_ptr_array_index(edit->changes, i);
        guint old = GPOINTER_TO_UINT(g_hash_table_lookup(losses, &c->offset));
        gint64 *key = g_new(gint64, 1);

        *key = (gint64)c->offset;
        g_hash_table_insert(losses, key,
                            GUINT_TO_POINTER(MAX(old, (guint)c->loss + 1)));
    }
    return losses;
}

static QevmLoss
loss_at(const Account *a, guint64 offset)
{
    guint found = GPOINTER_TO_UINT(g_hash_table_lookup(a->losses, &offset));

    return found ? (QevmLoss)(found - 1) : QEVM_LOSS_LOSSLESS;
}

/* Of the changes that touched a leaf: it, an element of it, or what it is in.
 */
static QevmLoss
loss_of(const Account *a, const QevmNode *node)
{
    QevmLoss loss = loss_at(a, a->record->offset);

    for (guint64 i = 1; i < node->size; i++) {
        QevmLoss here = loss_at(a, node->offset + i);

        loss = MAX(loss, here);
    }
    for (; node; node = node->parent) {
        QevmLoss here = loss_at(a, node->offset);

        loss = MAX(loss, here);
    }
    return loss;
}

/* ---- a section ---- */

static void
collect(QevmNode *node, GArray *spans)
{
    if (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
        node->kind == QEVM_NODE_RAW) {
        Span span = { node->offset, node->size, node };

        if (node->size) {
            g_array_append_val(spans, span);
        }
        return;
    }
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        collect(n, spans);
    }
}

static int
compare(gconstpointer a, gconstpointer b)
{
    const Span *x = a, *y = b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The span that has all of a leaf; NULL: none. */
static const Span *
find(const GArray *spans, const QevmNode *leaf)
{
    guint low = 0, high = spans->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (g_array_index(spans, Span, middle).offset <= leaf->offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (guint i = low; i-- > 0 && low - i < 4;) {
        const Span *s = &g_array_index(spans, Span, i);

        if (leaf->offset + leaf->size <= s->offset + s->size) {
            return s;
        }
    }
    return NULL;
}

static QevmFate
fate_of(const Span *span, QevmNode *leaf)
{
    gsize size, had;
    const guint8 *now, *then;

    if (!span) {
        return QEVM_FATE_DROPPED;
    }
    if (!span->node->edited) {
        return QEVM_FATE_COPIED;
    }
    now = qevm_node_bytes(span->node, &size);
    then = qevm_node_bytes(leaf, &had);
    return size == span->size &&
                   memcmp(now + (leaf->offset - span->offset), then, had) == 0
               ? QEVM_FATE_COPIED
               : QEVM_FATE_MAPPED;
}

static gboolean
add_leaves(Account *a, QevmNode *node, const GArray *spans, GError **error)
{
    QevmFate fate;

    if (node->kind != QEVM_NODE_FIELD && node->kind != QEVM_NODE_ARRAY &&
        node->kind != QEVM_NODE_RAW) {
        for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
            if (!add_leaves(a, n, spans, error)) {
                return FALSE;
            }
        }
        return TRUE;
    }
    if (!node->size) {
        return TRUE;
    }
    fate = fate_of(find(spans, node), node);
    /* Marks and heads before a leaf share its fate. */
    return add(a, node->offset + node->size, node, NULL, fate,
               fate == QEVM_FATE_COPIED ? QEVM_LOSS_LOSSLESS : loss_of(a, node),
               error);
}

/* The record of the edited stream that one of the source is now. */
static QevmRecord *
counterpart(const Account *a, const QevmRecord *record)
{
    const GPtrArray *records = a->edit->stream->records;

    for (guint i = 0; i < records->len; i++) {
        QevmRecord *r = g_ptr_array_index(records, i);

        if (!r->added && r->offset == record->offset &&
            r->type == record->type) {
            return r;
        }
    }
    return NULL;
}

static gboolean
add_section(Account *a, QevmRecord *record, QevmRecord *now, GError **error)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));
    gboolean gone = !now || now->dropped;
    QevmFate head = gone                ? QEVM_FATE_DROPPED
                    : now->header_dirty ? QEVM_FATE_MAPPED
                                        : QEVM_FATE_COPIED;
    QevmLoss loss = loss_at(a, record->offset);
    QevmTree *tree = qevm_record_tree(a->source, record, NULL);
    gboolean ok;

    a->record = record;
    if (!add(a, record->payload_offset, NULL, "section header", head, loss,
             error)) {
        return FALSE;
    }
    if (tree) {
        if (!gone) {
            QevmTree *edited = qevm_record_tree(a->edit->stream, now, NULL);

            if (edited) {
                collect(&edited->root, spans);
            }
            g_array_sort(spans, compare);
        }
        ok = add_leaves(a, &tree->root, spans, error);
    } else {
        ok = TRUE;
    }
    ok = ok &&
         add(a, record->payload_offset + record->payload_size, NULL, "payload",
             head, loss, error) &&
         add(a, record->offset + record->size, NULL, "section footer",
             a->edit->live->footers == QEVM_FOOTERS_REMOVE ? QEVM_FATE_DROPPED
                                                           : head,
             loss, error) &&
         flush(a, error);
    qevm_record_forget(record);
    return ok;
}

/* ---- what is no section ---- */

static QevmLoss
ram_loss(const QevmEdit *edit, gboolean *touched)
{
    QevmLoss loss = QEVM_LOSS_LOSSLESS;
    guint count;
    const QevmOpInfo *table = qevm_op_table(&count);

    *touched = FALSE;
    for (guint i = 0; i < edit->changes->len; i++) {
        const QevmChange *c = g_ptr_array_index(edit->changes, i);

        for (guint k = 0; k < count; k++) {
            if (table[k].op == c->op && strstr(table[k].name, "ram-")) {
                loss = MAX(loss, c->loss);
                *touched = TRUE;
            }
        }
    }
    return loss;
}

static gboolean
add_other(Account *a, const QevmRecord *record, const QevmRecord *now,
          GError **error)
{
    guint64 to = record->offset + record->size;
    gboolean touched;
    QevmLoss loss;

    switch (record->type) {
    case QEVM_RECORD_LIVE:
    case QEVM_RECORD_PARTS:
    case QEVM_RECORD_END:
        loss = ram_loss(a->edit, &touched);
        return add(a, to, NULL, "live part",
                   touched ? QEVM_FATE_MAPPED : QEVM_FATE_COPIED, loss, error);
    case QEVM_RECORD_VMDESC:
        return add(a, to, NULL, "vmdesc",
                   a->edit->drop_vmdesc    ? QEVM_FATE_DROPPED
                   : a->edit->changes->len ? QEVM_FATE_MAPPED
                                           : QEVM_FATE_COPIED,
                   QEVM_LOSS_LOSSLESS, error);
    default:
        return add(a, to, NULL, qevm_record_type_name(record),
                   !now || now->dropped ? QEVM_FATE_DROPPED : QEVM_FATE_COPIED,
                   loss_at(a, record->offset), error);
    }
}

gboolean
qevm_account(QevmStream *source, QevmEdit *edit, QevmAccountTake take,
             gpointer user, GError **error)
{
    Account a = { .source = source, .edit = edit, .take = take, .user = user };
    gboolean ok = TRUE;

    a.losses = index_changes(edit);
    for (guint i = 0; ok && i < source->records->len; i++) {
        QevmRecord *record = g_ptr_array_index(source->records, i);
        QevmRecord *now = counterpart(&a, record);

        /* Inside another, such as a package. */
        if (record->offset + record->size <= a.at) {
            continue;
        }
        ok = qevm_record_is_section(record)
                 ? add_section(&a, record, now, error)
                 : add_other(&a, record, now, error) && flush(&a, error);
    }
    ok = ok &&
         add(&a, qevm_source_size(source->source), NULL, "rest",
             QEVM_FATE_COPIED, QEVM_LOSS_LOSSLESS, error) &&
         flush(&a, error);
    g_hash_table_unref(a.losses);
    return ok;
}
