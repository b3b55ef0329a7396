#include "parser/node-private.h"
#include "parser/overlay.h"

#include <string.h>

#define QEVM_VM_SUBSECTION_MARK 0x05
/* Nodes with bytes are bounded by the payload, those without by this. */
#define EMPTY_MAX (128 * 1024)
/* As many are not worth memory of their own. */
#define NODES_FEW 3
#define LONG_BYTES (64 * 1024)

/* A subsection on the wire: 05, length byte, name, u32 version
 * (migration/vmstate.c:vmstate_subsection_save()). */
static gsize
subsection_head(const QevmVmsd *vmsd)
{
    return 6 + strlen(vmsd->name);
}

QevmNode *
qevm_node_new(QevmTree *tree, QevmNode *parent, QevmNodeKind kind,
              guint64 offset, guint64 size)
{
    QevmNode *n = qevm_arena_alloc0(tree->memory, sizeof *n);

    n->parent = parent;
    n->kind = (guint8)kind;
    n->offset = offset;
    n->size = size;
    return n;
}

void
qevm_node_clear(QevmNode *node)
{
    for (QevmNode *c = node->children; c; c = c->next) {
        qevm_node_clear(c);
    }
    node->children = NULL;
    g_clear_pointer(&node->edited, g_bytes_unref);
}

QevmTree *
qevm_node_tree(QevmNode *node)
{
    while (node->parent) {
        node = node->parent;
    }
    return (QevmTree *)node;
}

/* The first thing that does not fit is what the user is told. */
static void tree_fail(QevmTree *tree, guint64 offset, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static void
tree_fail(QevmTree *tree, guint64 offset, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    if (tree->error) {
        return;
    }
    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    tree->error = g_error_new(QEVM_ERROR, QEVM_ERROR_MALFORMED,
                              "at 0x%" G_GINT64_MODIFIER "x: %s", offset, text);
}

/* Where byte `pos` of the payload stands in the stream, and back. */
static guint64
to_offset(const QevmTree *tree, gsize pos)
{
    for (guint i = tree->extents ? tree->extents->len : 0; i-- > 0;) {
        QevmTreeExtent *e = &g_array_index(tree->extents, QevmTreeExtent, i);

        if (pos >= e->pos) {
            return e->offset + (pos - e->pos);
        }
    }
    return tree->base + pos;
}

static guint64
to_pos(const QevmTree *tree, guint64 offset)
{
    for (guint i = tree->extents ? tree->extents->len : 0; i-- > 0;) {
        QevmTreeExtent *e = &g_array_index(tree->extents, QevmTreeExtent, i);

        if (offset >= e->offset) {
            return e->pos + (offset - e->offset);
        }
    }
    return offset < tree->base ? G_MAXUINT64 : offset - tree->base;
}

/* A cursor over [offset, offset + size) of the payload. */
static QevmCursor
cursor_over(QevmTree *tree, guint64 offset, guint64 size)
{
    gsize n;
    const guint8 *data = g_bytes_get_data(tree->payload, &n);
    QevmCursor c = { data, n, n, 0 };
    guint64 pos = to_pos(tree, offset);

    if (pos <= n) {
        c.pos = (gsize)pos;
        c.len = c.pos + (gsize)MIN(size, (guint64)(n - c.pos));
    }
    return c;
}

static const char *
name_of(const QevmNode *node)
{
    const char *name = qevm_node_name(node);

    return *name ? name : "this section";
}

/* Is there memory for `n` more nodes? What can have children is counted with
 * the RAW one that is there when nothing else can be. */
static gboolean
allow_memory(QevmTree *tree, QevmNodeKind kind, guint64 n, guint64 offset)
{
    guint64 nodes = n * sizeof(QevmNode);
    guint64 raw =
        kind == QEVM_NODE_FIELD || kind == QEVM_NODE_ARRAY ? 0 : nodes;
    g_autofree char *what = NULL;

    if (n <= QEVM_BUDGET_MAX / sizeof(QevmNode) &&
        qevm_budget_take(tree->budget, nodes + raw)) {
        qevm_budget_give(tree->budget, nodes); /* the arena takes that */
        tree->charged += raw;
        return TRUE;
    }
    if (!tree->error) {
        what = g_strdup_printf(
            "at 0x%" G_GINT64_MODIFIER "x: what is decoded of it", offset);
        qevm_budget_fail(&tree->error, what);
    }
    return FALSE;
}

/* Room for `n` more nodes of this size? */
static gboolean
allow_nodes(QevmTree *tree, guint64 n, guint64 size, guint64 offset)
{
    if (size > 0) {
        return TRUE;
    }
    if (n > EMPTY_MAX - tree->empty) {
        tree_fail(tree, offset, "more than %d fields without bytes", EMPTY_MAX);
        return FALSE;
    }
    tree->empty += (guint)n;
    return TRUE;
}

/* ---- decoding ---- */

typedef struct {
    QevmTree *tree;
    QevmNode *parent, *last;
    QevmCursor c;
    gboolean read; /* leaves, by descriptions */
} Decoder;

/* The stream offset of the next byte. */
static guint64
here(const Decoder *d)
{
    return to_offset(d->tree, d->c.pos);
}

static QevmNode *
attach(Decoder *d, QevmNode *node)
{
    if (d->last) {
        d->last->next = node;
    } else {
        d->parent->children = node;
    }
    d->last = node;
    return node;
}

/* All that is left becomes one node of bytes, also if these are none. */
static void
attach_raw(Decoder *d)
{
    attach(d, qevm_node_new(d->tree, d->parent, QEVM_NODE_RAW, here(d),
                            qevm_cursor_left(&d->c)));
    d->c.pos = d->c.len;
}

static void
attach_rest(Decoder *d)
{
    if (qevm_cursor_left(&d->c)) {
        attach_raw(d);
    }
}

QevmNodeKind
qevm_node_kind_of(const QevmFieldDesc *f)
{
    if (f->shape == QEVM_SHAPE_LIST && f->count == 1 &&
        strcmp(f->type, "gtree") != 0) {
        return QEVM_NODE_LIST;
    }
    /* "struct": {} is how 2.9 to 9.1 describe a run of null pointers. */
    if (f->shape == QEVM_SHAPE_STRUCT && f->n_vmsds == 1 &&
        (f->vmsds[0]->n_fields || f->vmsds[0]->n_subsections || !f->size)) {
        return f->count == 1 && !f->array_len ? QEVM_NODE_STRUCT
                                              : QEVM_NODE_STRUCTS;
    }
    return f->count == 1 && !f->array_len ? QEVM_NODE_FIELD : QEVM_NODE_ARRAY;
}

QevmArena *
qevm_tree_arena(QevmTree *tree)
{
    if (!tree->arena) {
        tree->arena = qevm_arena_new_within(tree->budget);
    }
    return tree->arena;
}

/* Has a description fields or names for the leaf at the cursor? */
static void
read_leaf(Decoder *d, QevmNode *node)
{
    QevmCursor c = d->c;
    const guint8 *data;

    if (qevm_cursor_take(&c, (gsize)node->size, node->desc.field->name, &data,
                         NULL)) {
        qevm_overlay_read(d->tree, node, data);
    }
}

static gboolean
decode_field(Decoder *d, const QevmFieldDesc *f)
{
    guint64 at = here(d);
    gsize left = qevm_cursor_left(&d->c);
    QevmNode *node;

    if (f->count && f->size > left / f->count) {
        tree_fail(d->tree, at,
                  "`%s' needs %" G_GUINT64_FORMAT " x %" G_GUINT64_FORMAT
                  " bytes, %" G_GSIZE_FORMAT " left",
                  f->name, f->count, f->size, left);
        return FALSE;
    }
    /* Elements without bytes are no nodes, but somebody prints them all. */
    if (!allow_nodes(d->tree,
                     qevm_node_kind_of(f) == QEVM_NODE_ARRAY ? MAX(f->count, 1)
                                                             : 1,
                     f->size * f->count, at) ||
        !allow_memory(d->tree, qevm_node_kind_of(f), 1, at)) {
        return FALSE;
    }
    node = qevm_node_new(d->tree, d->parent, qevm_node_kind_of(f), at,
                         f->size * f->count);
    node->desc.field = f;
    if (d->read && node->size &&
        (node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY)) {
        read_leaf(d, node);
    }
    d->c.pos += (gsize)(f->size * f->count);
    attach(d, node);
    return TRUE;
}

static gboolean
decode_subsection(Decoder *d, const QevmVmsd *vmsd)
{
    guint64 at = here(d), size;
    QevmCursor c = d->c;
    g_autoptr(GError) local = NULL;
    g_autofree char *name = NULL;
    guint8 mark;
    guint32 version;
    QevmNode *node;

    if (!vmsd->name || !qevm_vmsd_size(vmsd, &size)) {
        tree_fail(d->tree, at, "a subsection without a name or size");
        return FALSE;
    }
    if (!qevm_cursor_u8(&c, "subsection", &mark, &local) ||
        mark != QEVM_VM_SUBSECTION_MARK ||
        !qevm_cursor_idstr(&c, "subsection name", &name, &local) ||
        strcmp(name, vmsd->name) != 0 ||
        !qevm_cursor_be32(&c, "subsection version", &version, &local)) {
        tree_fail(d->tree, at, "subsection `%s' wanted, found %s%s%s",
                  vmsd->name, name ? "`" : "no subsection", name ? name : "",
                  name ? "'" : "");
        return FALSE;
    }
    if (version != vmsd->version) {
        tree_fail(d->tree, at,
                  "subsection `%s' has version %u, the vmdesc says %u",
                  vmsd->name, version, vmsd->version);
        return FALSE;
    }
    if (size > qevm_cursor_left(&c)) {
        tree_fail(d->tree, at,
                  "subsection `%s' needs %" G_GUINT64_FORMAT
                  " bytes, %" G_GSIZE_FORMAT " left",
                  vmsd->name, size, qevm_cursor_left(&c));
        return FALSE;
    }
    if (!allow_memory(d->tree, QEVM_NODE_SUBSECTION, 1, at)) {
        return FALSE;
    }
    node = qevm_node_new(d->tree, d->parent, QEVM_NODE_SUBSECTION, at,
                         subsection_head(vmsd) + size);
    node->desc.vmsd = vmsd;
    d->c.pos += (gsize)node->size;
    attach(d, node);
    return TRUE;
}

static void
decode_vmsd(Decoder *d, const QevmVmsd *vmsd)
{
    guint n = vmsd->n_fields + vmsd->n_subsections;

    /* Most trees are small: no room for more than they have. */
    if (n > NODES_FEW) {
        qevm_arena_reserve(d->tree->memory, n * sizeof(QevmNode));
    }
    for (guint i = 0; i < vmsd->n_fields; i++) {
        if (!decode_field(d, vmsd->fields[i])) {
            attach_rest(d);
            return;
        }
    }
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        if (!decode_subsection(d, vmsd->subsections[i])) {
            attach_rest(d);
            return;
        }
    }
    if (qevm_cursor_left(&d->c)) {
        tree_fail(d->tree, here(d),
                  "%" G_GSIZE_FORMAT " bytes of `%s' that its description "
                  "does not cover",
                  qevm_cursor_left(&d->c), name_of(d->parent));
        attach_rest(d);
    }
}

static QevmNode *
attach_struct(Decoder *d, const QevmFieldDesc *f, guint32 index, guint64 size)
{
    QevmNode *node =
        qevm_node_new(d->tree, d->parent, QEVM_NODE_STRUCT, here(d), size);

    node->desc.field = f;
    node->index = index;
    d->c.pos += (gsize)size;
    return attach(d, node);
}

/* { 01 element } 00 (get_qtailq(), migration/vmstate-types.c; any other byte
 * than 0 is read as 01). The vmdesc has one vmsd per element. */
static void
decode_list(Decoder *d, const QevmFieldDesc *f)
{
    g_autoptr(GError) local = NULL;
    guint8 mark;

    for (guint i = 0;; i++) {
        guint64 at = here(d), size;

        if (!qevm_cursor_u8(&d->c, "list marker", &mark, &local)) {
            tree_fail(d->tree, at, "list `%s' has no end marker", f->name);
            attach_raw(d); /* in place of the end */
            return;
        }
        if (mark == 0) {
            break;
        }
        if (i >= f->n_vmsds || !qevm_vmsd_size(f->vmsds[i], &size) ||
            size > qevm_cursor_left(&d->c)) {
            d->c.pos--;
            tree_fail(d->tree, at,
                      "element %u of list `%s', which the vmdesc does not "
                      "describe",
                      i, f->name);
            attach_rest(d);
            return;
        }
        if (!allow_memory(d->tree, QEVM_NODE_STRUCT, 1, at)) {
            d->c.pos--;
            attach_rest(d);
            return;
        }
        attach_struct(d, f, i, size);
    }
    if (qevm_cursor_left(&d->c)) {
        tree_fail(d->tree, here(d),
                  "%" G_GSIZE_FORMAT " bytes after the end of list `%s'",
                  qevm_cursor_left(&d->c), f->name);
        d->c.pos--; /* with the end marker */
        attach_rest(d);
    }
}

static void
descend(QevmNode *node)
{
    QevmTree *tree = qevm_node_tree(node);
    Decoder d = { tree, node, NULL, cursor_over(tree, node->offset, node->size),
                  tree->reader && !qevm_node_overlay(node) };
    const QevmFieldDesc *f;

    node->descended = TRUE;
    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_SECTION:
        decode_vmsd(&d, node->desc.vmsd);
        break;
    case QEVM_NODE_SUBSECTION:
        /* The head was read when the node was made. */
        d.c.pos += subsection_head(node->desc.vmsd);
        decode_vmsd(&d, node->desc.vmsd);
        break;
    case QEVM_NODE_STRUCT:
        decode_vmsd(&d, qevm_node_vmsd(node));
        break;
    case QEVM_NODE_STRUCTS:
        f = node->desc.field;
        if (!allow_nodes(tree, f->count, f->size, node->offset) ||
            !allow_memory(tree, QEVM_NODE_STRUCT, f->count, node->offset)) {
            attach_raw(&d); /* in place of the elements */
            break;
        }
        for (guint64 i = 0; i < f->count; i++) {
            attach_struct(&d, f, (guint32)i, f->size);
        }
        break;
    case QEVM_NODE_LIST:
        decode_list(&d, node->desc.field);
        break;
    default:
        break;
    }
}

static QevmTree *
tree_new(const QevmVmsd *vmsd, GBytes *payload, guint64 base, GArray *extents,
         const QevmTreeReader *reader, QevmBudget *budget)
{
    QevmTree *tree = g_new0(QevmTree, 1);

    tree->own.left = QEVM_BUDGET_MAX;
    tree->budget = budget ? budget : &tree->own;
    if (reader) {
        tree->reader = g_memdup2(reader, sizeof *reader);
        tree->reader->scope.idstr = g_strdup(reader->scope.idstr);
        tree->fields_left = QEVM_READING_FIELDS_MAX;
    }
    tree->memory = qevm_arena_new_within(tree->budget);
    tree->payload = g_bytes_ref(payload);
    tree->base = base;
    tree->extents = extents;
    tree->root.kind = QEVM_NODE_SECTION;
    tree->root.desc.vmsd = vmsd;
    tree->root.offset = base;
    tree->root.size = g_bytes_get_size(payload);
    descend(&tree->root);
    return tree;
}

QevmTree *
qevm_tree_new(const QevmVmsd *vmsd, GBytes *payload, guint64 base)
{
    return tree_new(vmsd, payload, base, NULL, NULL, NULL);
}

QevmTree *
qevm_tree_new_read(const QevmVmsd *vmsd, GBytes *payload, guint64 base,
                   const QevmTreeReader *reader, QevmBudget *budget)
{
    return tree_new(vmsd, payload, base, NULL, reader, budget);
}

QevmTree *
qevm_tree_new_extents(const QevmVmsd *vmsd, GBytes *payload, GArray *extents,
                      QevmBudget *budget)
{
    guint64 base =
        extents->len ? g_array_index(extents, QevmTreeExtent, 0).offset : 0;

    return tree_new(vmsd, payload, base, extents, NULL, budget);
}

void
qevm_tree_free(QevmTree *tree)
{
    if (!tree) {
        return;
    }
    if (tree->root.dirty) {
        qevm_node_clear(&tree->root);
    }
    qevm_arena_free(tree->memory);
    qevm_budget_give(tree->budget, tree->charged);
    g_bytes_unref(tree->payload);
    g_clear_pointer(&tree->extents, g_array_unref);
    g_clear_pointer(&tree->arena, qevm_arena_free);
    g_clear_pointer(&tree->standing, g_hash_table_unref);
    g_clear_error(&tree->error);
    g_clear_pointer(&tree->notes, g_array_unref);
    if (tree->reader) {
        g_free((char *)(guintptr)tree->reader->scope.idstr);
        g_free(tree->reader);
    }
    g_free(tree);
}

/* What a description made was read to the last byte already. */
static void
descend_all(QevmNode *node)
{
    if (qevm_node_is_overlay(node)) {
        return;
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        descend_all(c);
    }
}

void
qevm_tree_descend_all(QevmTree *tree)
{
    descend_all(&tree->root);
}

QevmNode *
qevm_node_children(QevmNode *node)
{
    if (!node->descended) {
        descend(node);
    }
    return node->children;
}

/* ---- what a node says ---- */

const char *
qevm_node_name(const QevmNode *node)
{
    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_SUBSECTION:
        return node->desc.vmsd->name;
    case QEVM_NODE_SECTION:
    case QEVM_NODE_RAW:
        return "";
    default:
        return node->desc.field->name;
    }
}

const QevmVmsd *
qevm_node_vmsd(const QevmNode *node)
{
    const QevmFieldDesc *f;

    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_SECTION:
    case QEVM_NODE_SUBSECTION:
        return node->desc.vmsd;
    case QEVM_NODE_STRUCT:
        f = node->desc.field;
        return f->n_vmsds > 1 || f->shape == QEVM_SHAPE_LIST
                   ? f->vmsds[node->index]
                   : f->vmsds[0];
    default:
        return NULL;
    }
}

const QevmNames *
qevm_node_names(const QevmNode *node)
{
    return node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY
               ? node->desc.field->names
               : NULL;
}

guint64
qevm_node_count(const QevmNode *node)
{
    return node->kind == QEVM_NODE_ARRAY || node->kind == QEVM_NODE_STRUCTS
               ? node->desc.field->count
               : 1;
}

static guint64
head_size(const QevmNode *node)
{
    return node->kind == QEVM_NODE_SUBSECTION ? subsection_head(node->desc.vmsd)
                                              : 0;
}

static gboolean
is_leaf(const QevmNode *node)
{
    return node->kind == QEVM_NODE_FIELD || node->kind == QEVM_NODE_ARRAY ||
           node->kind == QEVM_NODE_RAW;
}

/* Bytes of a list that stand between its elements and behind them. Where it
 * could not be decoded, the rest has the end in it. */
static guint64
list_markers(QevmNode *node)
{
    guint64 markers = 1;

    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        if (c->kind == QEVM_NODE_RAW) {
            return markers - 1;
        }
        markers++;
    }
    return markers;
}

guint64
qevm_node_wire_size(QevmNode *node)
{
    guint64 size = head_size(node);

    if (node->edited) {
        return g_bytes_get_size(node->edited);
    }
    if (!node->dirty || is_leaf(node)) {
        return node->size;
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        size += qevm_node_wire_size(c);
    }
    if (node->kind == QEVM_NODE_LIST) {
        size += list_markers(node);
    }
    return size;
}

const guint8 *
qevm_node_source_bytes(QevmNode *node, gsize *size)
{
    QevmCursor c = cursor_over(qevm_node_tree(node), node->offset, node->size);

    *size = qevm_cursor_left(&c);
    /* Of an empty payload there may be no data at all. */
    return c.data ? c.data + c.pos : (const guint8 *)"";
}

const guint8 *
qevm_node_bytes(QevmNode *node, gsize *size)
{
    if (node->edited) {
        return g_bytes_get_data(node->edited, size);
    }
    return qevm_node_source_bytes(node, size);
}

/* Long bytes are not copied. */
static gboolean
refer_to_payload(QevmNode *node, const QevmPrim *prim, const guint8 *data,
                 gsize size, QevmValue *out)
{
    const guint8 *all;
    GBytes *payload;

    if (size < LONG_BYTES || node->edited ||
        (prim && prim->kind != QEVM_PRIM_BYTES)) {
        return FALSE;
    }
    payload = qevm_node_tree(node)->payload;
    all = g_bytes_get_data(payload, NULL);
    qevm_value_clear(out);
    out->kind = QEVM_VALUE_BYTES;
    out->bytes = g_bytes_new_from_bytes(payload, (gsize)(data - all), size);
    return TRUE;
}

static void
decode_value(QevmNode *node, const QevmPrim *prim, const guint8 *data,
             gsize size, QevmValue *out)
{
    if (!refer_to_payload(node, prim, data, size, out)) {
        qevm_prim_decode(prim, data, size, out);
    }
}

void
qevm_node_value(QevmNode *node, guint64 index, QevmValue *out)
{
    const QevmFieldDesc *f = node->desc.field;
    gsize size;
    const guint8 *data = qevm_node_bytes(node, &size);

    if (node->kind == QEVM_NODE_ARRAY) {
        gsize one = (gsize)f->size;

        if (index >= f->count || one > size / (index + 1)) {
            qevm_prim_decode(NULL, data, 0, out);
            return;
        }
        decode_value(node, f->prim, data + index * one, one, out);
        return;
    }
    decode_value(node, node->kind == QEVM_NODE_FIELD ? f->prim : NULL, data,
                 size, out);
}

guint64
qevm_node_value_offset(const QevmNode *node, guint64 index)
{
    if (node->size == 0) {
        return node->offset;
    }
    return node->kind == QEVM_NODE_ARRAY
               ? node->offset + index * node->desc.field->size
               : node->offset;
}

static void
emit_list(QevmNode *node, GByteArray *out)
{
    QevmTree *tree = qevm_node_tree(node);
    guint8 end = 0;

    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        guint8 mark = 1;

        if (c->kind == QEVM_NODE_STRUCT) {
            if (c->offset) {
                /* The marker's own value: some loaders give it a meaning. */
                QevmCursor at = cursor_over(tree, c->offset - 1, 1);

                mark = (guint8)qevm_cursor_peek(&at, 0);
            }
            g_byte_array_append(out, &mark, 1);
        }
        qevm_node_emit(c, out);
        if (c->kind == QEVM_NODE_RAW) {
            return;
        }
    }
    g_byte_array_append(out, &end, 1);
}

void
qevm_node_emit(QevmNode *node, GByteArray *out)
{
    const guint8 *data;
    gsize size;

    if (!node->dirty || is_leaf(node)) {
        data = qevm_node_bytes(node, &size);
        g_byte_array_append(out, data, (guint)size);
        return;
    }
    if (node->kind == QEVM_NODE_SUBSECTION) {
        const QevmVmsd *v = node->desc.vmsd;
        gsize len = strlen(v->name);

        qevm_be_append(out, 1, QEVM_VM_SUBSECTION_MARK);
        qevm_be_append(out, 1, len);
        g_byte_array_append(out, (const guint8 *)v->name, (guint)len);
        qevm_be_append(out, 4, v->version);
    }
    if (node->kind == QEVM_NODE_LIST) {
        emit_list(node, out);
        return;
    }
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        qevm_node_emit(c, out);
    }
}
