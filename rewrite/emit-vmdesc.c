/* emit-vmdesc.c - the vmdesc anew, in the dialect it had.
 *
 * What did not change is its old text; what did is written from the tree: the
 * objects in wire order, the sizes those of the bytes. An array of structs
 * whose elements still have one layout stays one object with `array_len`;
 * else each gets its own, as migration/vmstate.c does it.
 */
#include "rewrite/emit-vmdesc.h"
#include "rewrite/emit.h"

#include "parser/overlay.h"

#include <string.h>

typedef struct {
    QevmJsonOut *out;
    const QevmVmdesc *old;
    gboolean anew;
} Render;

static void render_body(Render *r, QevmNode *node);

static gboolean
keep_text(const Render *r, gboolean reshaped, QevmExtent text)
{
    return !r->anew && !reshaped && text.len > 0;
}

static void
render_struct(Render *r, QevmNode *node, const QevmFieldDesc *f)
{
    qevm_json_out_field_begin(r->out, f);
    if (!f->inline_vmsd) {
        qevm_json_out_begin_object(r->out, "struct");
    }
    render_body(r, node);
    if (!f->inline_vmsd) {
        qevm_json_out_end_object(r->out);
    }
    qevm_json_out_field_end(r->out, qevm_node_wire_size(node));
}

/* Have all elements the same layout? */
static gboolean
elements_alike(Render *r, QevmNode *node)
{
    g_autoptr(GBytes) first = NULL;

    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        Render one = { qevm_json_out_new(r->old->dialect), r->old, r->anew };
        g_autoptr(GBytes) text = NULL;

        qevm_json_out_begin_object(one.out, NULL);
        render_body(&one, c);
        qevm_json_out_end_object(one.out);
        text = qevm_json_out_finish(one.out);
        if (first && !g_bytes_equal(first, text)) {
            return FALSE;
        }
        if (!first) {
            first = g_steal_pointer(&text);
        }
    }
    return TRUE;
}

static void
render_structs(Render *r, QevmNode *node, const QevmFieldDesc *f)
{
    QevmNode *child = qevm_node_children(node);
    QevmFieldDesc one = *f;

    if (child && elements_alike(r, node)) {
        render_struct(r, child, f);
        return;
    }
    one.array_len = 0;
    for (gint32 i = 0; child; child = child->next, i++) {
        one.index = i;
        render_struct(r, child, &one);
    }
}

static void
render_list(Render *r, QevmNode *node, const QevmFieldDesc *f)
{
    qevm_json_out_field_begin(r->out, f);
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        if (c->kind == QEVM_NODE_STRUCT) {
            render_body(r, c);
        }
    }
    qevm_json_out_field_end(r->out, qevm_node_wire_size(node));
}

static void
render_field(Render *r, QevmNode *node)
{
    const QevmFieldDesc *f;

    if (node->kind == QEVM_NODE_RAW) {
        return;
    }
    f = node->desc.field;
    if (keep_text(r, node->reshaped, f->text)) {
        qevm_json_out_extent(r->out, NULL, r->old->text, f->text);
        return;
    }
    if (!node->reshaped) {
        qevm_json_out_field(r->out, f);
        return;
    }
    if (f->overlay) {
        QevmFieldDesc leaf = qevm_overlay_leaf(node);

        qevm_json_out_field(r->out, &leaf);
        return;
    }
    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_STRUCT:
        render_struct(r, node, f);
        break;
    case QEVM_NODE_STRUCTS:
        render_structs(r, node, f);
        break;
    case QEVM_NODE_LIST:
        render_list(r, node, f);
        break;
    default:
        qevm_json_out_field(r->out, f);
        break;
    }
}

/* The inside of a vmsd's object: name, version, fields, subsections. */
static void
render_body(Render *r, QevmNode *node)
{
    const QevmVmsd *v = qevm_node_vmsd(node);
    QevmNode *c = qevm_node_children(node);

    if (!node->reshaped) {
        qevm_json_out_vmsd(r->out, v);
        return;
    }
    qevm_json_out_vmsd_head(r->out, v);
    for (; c && c->kind != QEVM_NODE_SUBSECTION; c = c->next) {
        render_field(r, c);
    }
    qevm_json_out_end_array(r->out);
    if (!c) {
        return;
    }
    qevm_json_out_begin_array(r->out, "subsections");
    for (; c; c = c->next) {
        if (c->kind != QEVM_NODE_SUBSECTION) {
            continue;
        }
        if (keep_text(r, c->reshaped, c->desc.vmsd->text)) {
            qevm_json_out_extent(r->out, NULL, r->old->text,
                                 c->desc.vmsd->text);
            continue;
        }
        qevm_json_out_begin_object(r->out, NULL);
        render_body(r, c);
        qevm_json_out_end_object(r->out);
    }
    qevm_json_out_end_array(r->out);
}

static gboolean
reshaped(const QevmRecord *record)
{
    return record->tree && record->tree->root.reshaped;
}

static void
render_device(Render *r, QevmRecord *record)
{
    QevmDevice d = { 0 };

    if (record->device) {
        d = *record->device;
    }
    if (keep_text(r, record->header_dirty || reshaped(record), d.text)) {
        qevm_json_out_extent(r->out, NULL, r->old->text, d.text);
        return;
    }
    d.name = record->idstr;
    d.instance_id = record->instance_id;
    if (!reshaped(record) && d.vmsd &&
        (d.legacy || d.vmsd->version == record->version_id)) {
        qevm_json_out_device(r->out, &d);
        return;
    }
    if (d.legacy && record->tree) {
        QevmNode *data = record->tree->root.children;
        const QevmFieldDesc *f = data ? data->desc.field : NULL;
        QevmFieldDesc leaf;
        QevmVmsd v = *d.vmsd;

        if (f && f->overlay) {
            leaf = qevm_overlay_leaf(data);
            f = &leaf;
        }
        d.size = qevm_node_wire_size(&record->tree->root);
        if (f && v.n_fields == 1) {
            v.fields = &f;
            d.vmsd = &v;
        }
        qevm_json_out_device(r->out, &d);
        return;
    }
    qevm_json_out_device_begin(r->out, &d);
    if (record->tree) {
        record->tree->root.reshaped = TRUE;
        render_body(r, &record->tree->root);
    } else {
        QevmVmsd v = *d.vmsd;

        v.version = record->version_id;
        qevm_json_out_vmsd(r->out, &v);
    }
    qevm_json_out_end_object(r->out);
}

static QevmRecord *
find_configuration(const QevmStream *s)
{
    for (guint i = 0; i < s->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->type == QEVM_RECORD_CONFIGURATION && !r->dropped) {
            return r;
        }
    }
    return NULL;
}

static void
render_configuration(Render *r, const QevmStream *s)
{
    QevmRecord *conf = find_configuration(s);
    const QevmVmsd *old = r->old->configuration;

    if (!old || !conf) {
        return;
    }
    if (!reshaped(conf)) {
        if (keep_text(r, FALSE, old->text)) {
            qevm_json_out_extent(r->out, "configuration", r->old->text,
                                 old->text);
            return;
        }
        qevm_json_out_begin_object(r->out, "configuration");
        qevm_json_out_vmsd(r->out, old);
        qevm_json_out_end_object(r->out);
        return;
    }
    qevm_json_out_begin_object(r->out, "configuration");
    render_body(r, &conf->tree->root);
    qevm_json_out_end_object(r->out);
}

/* A FULL section that the vmdesc lists, or that an edit made. */
static gboolean
is_listed(const QevmRecord *record)
{
    return record->type == QEVM_RECORD_FULL && !record->dropped &&
           ((record->device && !record->lent) || record->added);
}

gboolean
qevm_vmdesc_outdated(const QevmEdit *edit)
{
    const QevmStream *s = edit->stream;
    guint64 last = 0, page_size = edit->live->page_size;

    if (page_size && s->vmdesc && s->vmdesc->page_size &&
        s->vmdesc->page_size != page_size) {
        return TRUE;
    }
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->type == QEVM_RECORD_CONFIGURATION &&
            (reshaped(r) || r->dropped || r->added) && s->vmdesc &&
            s->vmdesc->configuration) {
            return TRUE;
        }
        if (r->type != QEVM_RECORD_FULL) {
            continue;
        }
        if (reshaped(r) || r->dropped || r->added || r->header_dirty ||
            r->offset < last) {
            return TRUE;
        }
        last = r->offset;
    }
    return FALSE;
}

GBytes *
qevm_emit_vmdesc(QevmEdit *edit, gboolean anew, GError **error)
{
    QevmStream *s = edit->stream;
    Render r = { NULL, s->vmdesc, anew };

    (void)error;
    if (!s->vmdesc) {
        return NULL;
    }
    if (!anew && !qevm_vmdesc_outdated(edit)) {
        return g_bytes_ref(s->vmdesc->text);
    }
    r.out = qevm_json_out_new(s->vmdesc->dialect);
    qevm_json_out_begin_object(r.out, NULL);
    render_configuration(&r, s);
    if (s->vmdesc->page_size) {
        qevm_json_out_uint(r.out, "page_size",
                           edit->live->page_size ? edit->live->page_size
                                                 : s->vmdesc->page_size);
    }
    qevm_json_out_begin_array(r.out, "devices");
    for (guint i = 0; i < s->records->len; i++) {
        QevmRecord *record = g_ptr_array_index(s->records, i);

        if (is_listed(record)) {
            render_device(&r, record);
        }
    }
    qevm_json_out_end_array(r.out);
    qevm_json_out_end_object(r.out);
    return qevm_json_out_finish(r.out);
}
