#include "rewrite/emit.h"
#include "parser/lend.h"
#include "parser/ram-filter.h"
#include "rewrite/emit-ram.h"
#include "rewrite/emit-vmdesc.h"
#include "rewrite/live-run.h"
#include "rewrite/page-bits.h"
#include "rewrite/read-back.h"

#include <string.h>

enum { MIG_CMD_PACKAGED = 7 };

static QevmRecord *
record_at(const QevmStream *s, guint i)
{
    return g_ptr_array_index(s->records, i);
}

typedef struct {
    QevmEdit *edit;
    QevmStream *stream;
    QevmSource *out;    /* pieces */
    gboolean skip_live; /* live runs are written by a filter */
} Emit;

static void
put_extent(Emit *e, guint64 offset, guint64 size)
{
    qevm_source_add_extent(e->out, e->stream->source, offset, size);
}

static gboolean refuse(GError **error, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
static gboolean
refuse(GError **error, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED, text);
    return FALSE;
}

/* ---- sections ---- */

static gboolean
has_footer(const Emit *e, const QevmRecord *r)
{
    switch (e->edit->live->footers) {
    case QEVM_FOOTERS_ADD:
        return TRUE;
    case QEVM_FOOTERS_REMOVE:
        return FALSE;
    default:
        return r->added ? e->stream->footers : r->footer;
    }
}

static void
put_section_header(Emit *e, const QevmRecord *r)
{
    GByteArray *b = g_byte_array_new();

    qevm_be_append(b, 1,
                   r->type == QEVM_RECORD_START ? QEMU_VM_SECTION_START
                                                : QEMU_VM_SECTION_FULL);
    qevm_be_append(b, 4, r->section_id);
    qevm_cstr8_append(b, r->idstr);
    qevm_be_append(b, 4, r->instance_id);
    qevm_be_append(b, 4, r->version_id);
    qevm_source_add_array(e->out, b);
}

static void
put_footer(Emit *e, const QevmRecord *r)
{
    GByteArray *b;

    if (!has_footer(e, r)) {
        return;
    }
    b = g_byte_array_new();
    qevm_be_append(b, 1, QEMU_VM_SECTION_FOOTER);
    qevm_be_append(b, 4, r->section_id);
    qevm_source_add_array(e->out, b);
}

static gboolean
is_dirty(const QevmRecord *r)
{
    return r->added || (r->tree && r->tree->root.dirty);
}

/* Bytes of a tree, in just the memory that they take. */
static GByteArray *
emit_tree(QevmTree *tree)
{
    GByteArray *b =
        g_byte_array_sized_new((guint)qevm_node_wire_size(&tree->root));

    qevm_node_emit(&tree->root, b);
    return b;
}

static void
put_payload(Emit *e, QevmRecord *r)
{
    if (is_dirty(r)) {
        qevm_source_add_array(e->out, emit_tree(r->tree));
    } else {
        put_extent(e, r->payload_offset, r->payload_size);
    }
}

static void
put_section(Emit *e, QevmRecord *r)
{
    if (!is_dirty(r) && !r->header_dirty && has_footer(e, r) == r->footer) {
        put_extent(e, r->offset, r->size);
        return;
    }
    if (r->header_dirty || r->added) {
        put_section_header(e, r);
    } else {
        put_extent(e, r->offset, r->payload_offset - r->offset);
    }
    put_payload(e, r);
    put_footer(e, r);
}

static void
put_configuration(Emit *e, QevmRecord *r)
{
    GByteArray *b;

    if (!is_dirty(r)) {
        put_extent(e, r->offset, r->size);
        return;
    }
    b = g_byte_array_new();
    qevm_be_append(b, 1, QEMU_VM_CONFIGURATION);
    qevm_node_emit(&r->tree->root, b);
    qevm_source_add_array(e->out, b);
}

static gboolean
is_ram(const QevmStream *s, const QevmRecord *r)
{
    return s->ram && r->type == QEVM_RECORD_START &&
           r->payload_offset + 8 == s->ram->list_offset;
}

static gboolean
put_start(Emit *e, QevmRecord *r, GError **error)
{
    gboolean ram = is_ram(e->stream, r);

    if (ram && e->stream->ram->mapped &&
        !qevm_source_seekable(e->stream->source)) {
        return refuse(error, "a mapped-ram file cannot be rewritten from a "
                             "pipe: its pages have gone by; --spool keeps "
                             "them in a temporary file");
    }
    if (!ram || !qevm_emit_ram_differs(e->edit, r, qevm_source_size(e->out))) {
        put_section(e, r);
        return TRUE;
    }
    put_section_header(e, r);
    if (!qevm_emit_ram(e->edit, r, e->out, error)) {
        return FALSE;
    }
    put_footer(e, r);
    return TRUE;
}

/* ---- the other records ---- */

static void
put_command(Emit *e, const QevmRecord *r)
{
    GByteArray *b;
    gsize n = 0;
    const guint8 *data;

    if (!r->added) {
        put_extent(e, r->offset, r->size);
        return;
    }
    data = r->command_data ? g_bytes_get_data(r->command_data, &n) : NULL;
    b = g_byte_array_new();
    qevm_be_append(b, 1, QEMU_VM_COMMAND);
    qevm_be_append(b, 2, r->command);
    qevm_be_append(b, 2, n);
    if (n) {
        g_byte_array_append(b, data, (guint)n);
    }
    qevm_source_add_array(e->out, b);
}

static gboolean
put_vmdesc(Emit *e, const QevmRecord *r, GError **error)
{
    g_autoptr(GBytes) text = NULL;
    GByteArray *b;

    if (e->edit->drop_vmdesc) {
        return TRUE;
    }
    if (!qevm_vmdesc_outdated(e->edit)) {
        put_extent(e, r->offset, r->size);
        return TRUE;
    }
    if (!e->stream->vmdesc) {
        return refuse(error,
                      "the vmdesc cannot be read and would no longer describe "
                      "the stream; a rule {\"op\": \"drop-vmdesc\"} leaves it "
                      "out");
    }
    text = qevm_emit_vmdesc(e->edit, FALSE, error);
    b = g_byte_array_new();
    qevm_be_append(b, 1, QEMU_VM_VMDESCRIPTION);
    qevm_be_append(b, 4, g_bytes_get_size(text));
    qevm_source_add_array(e->out, b);
    qevm_source_add_bytes(e->out, text);
    return TRUE;
}

static gboolean put_records(Emit *e, guint from, guint to, GError **error);

/* The command, with the size of what the package holds now, and that. Where
 * records could not be read to its end, the bytes they left stay in it. */
static gboolean
put_package(Emit *e, guint *i, guint to, GError **error)
{
    Emit inner = *e;
    guint64 size = record_at(e->stream, *i)->package_size;
    guint end = *i + 1;
    GByteArray *b = g_byte_array_new();
    gboolean ok;

    while (end < to && record_at(e->stream, end)->packaged) {
        const QevmRecord *r = record_at(e->stream, end++);

        size -= r->added ? 0 : r->size;
    }
    /* Laid out once for its size and once for good. */
    inner.out = qevm_source_new_pieces("package");
    ok = put_records(&inner, *i + 1, end, error);
    size += qevm_source_size(inner.out);
    qevm_be_append(b, 1, QEMU_VM_COMMAND);
    qevm_be_append(b, 2, MIG_CMD_PACKAGED);
    qevm_be_append(b, 2, 4);
    qevm_be_append(b, 4, size);
    qevm_source_free(inner.out);
    qevm_source_add_array(e->out, b);
    ok = ok && put_records(e, *i + 1, end, error);
    *i = end - 1;
    return ok;
}

static gboolean
put_record(Emit *e, QevmRecord *r, GError **error)
{
    switch (r->type) {
    case QEVM_RECORD_CONFIGURATION:
        put_configuration(e, r);
        return TRUE;
    case QEVM_RECORD_START:
        return put_start(e, r, error);
    case QEVM_RECORD_FULL:
        put_section(e, r);
        return TRUE;
    case QEVM_RECORD_COMMAND:
        put_command(e, r);
        return TRUE;
    case QEVM_RECORD_VMDESC:
        return put_vmdesc(e, r, error);
    case QEVM_RECORD_PARTS:
    case QEVM_RECORD_END:
    case QEVM_RECORD_LIVE:
        if (qevm_live_edit_any(e->edit->live)) {
            return refuse(error, "at 0x%" G_GINT64_MODIFIER "x: %s", r->offset,
                          r->packaged
                              ? "live sections in a package cannot be edited"
                              : "pages sent after the device state (postcopy) "
                                "cannot be edited in a pipe");
        }
        put_extent(e, r->offset, r->size);
        return TRUE;
    default:
        put_extent(e, r->offset, r->size);
        return TRUE;
    }
}

static gboolean
put_records(Emit *e, guint from, guint to, GError **error)
{
    for (guint i = from; i < to; i++) {
        QevmRecord *r = record_at(e->stream, i);

        if (e->skip_live && qevm_record_is_live(r)) {
            i = qevm_live_run_end(e->stream, i) - 1;
            continue;
        }
        if (r->dropped) {
            continue;
        }
        if (r->type == QEVM_RECORD_COMMAND && r->package_size) {
            if (!put_package(e, &i, to, error)) {
                return FALSE;
            }
        } else if (!put_record(e, r, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static QevmSource *
emit_range(QevmEdit *edit, guint from, guint to, gboolean skip_live,
           GError **error)
{
    g_autoptr(QevmSource) out = qevm_source_new_pieces("rewritten stream");
    Emit e = { edit, edit->stream, out, skip_live };

    return put_records(&e, from, to, error) ? g_steal_pointer(&out) : NULL;
}

QevmSource *
qevm_emit_head(QevmEdit *edit, GError **error)
{
    return emit_range(edit, 0, qevm_live_head_end(edit->stream), FALSE, error);
}

/* All behind the head and the live run there. */
static QevmSource *
emit_rest(QevmEdit *edit, gboolean skip_live, GError **error)
{
    QevmStream *s = edit->stream;

    return emit_range(edit, qevm_live_run_end(s, qevm_live_head_end(s)),
                      s->records->len, skip_live, error);
}

QevmSource *
qevm_emit_rest(QevmEdit *edit, GError **error)
{
    const QevmStream *s = edit->stream;

    if ((edit->live->ram || edit->live->page_size) && s->page_size_guess &&
        s->page_size_guess != s->page_size) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "the vmdesc says that pages have %" G_GUINT64_FORMAT
                    " bytes; what came before it was written for pages of "
                    "%" G_GUINT64_FORMAT ", since nothing tells in a pipe: "
                    "give the stream as a file",
                    s->page_size, s->page_size_guess);
        return NULL;
    }
    return emit_rest(edit, FALSE, error);
}

QevmSource *
qevm_emit_source(QevmEdit *edit, GError **error)
{
    QevmSource *all =
        emit_range(edit, 0, edit->stream->records->len, FALSE, error);

    if (all) {
        qevm_source_set_base(all, edit->base);
    }
    return all;
}

/* ---- reading it back ---- */

static gboolean
mismatch(GError **error, const QevmRecord *r, const char *what)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                "the rewritten stream does not read back: %s %s: %s",
                qevm_record_type_name(r),
                qevm_record_name(r) ? qevm_record_name(r) : "", what);
    return FALSE;
}

static gboolean
same_payload(QevmRecord *want, QevmStream *back, const QevmRecord *got,
             GError **error)
{
    g_autoptr(GByteArray) bytes = emit_tree(want->tree);
    g_autoptr(GBytes) there = NULL;
    gsize n;
    const guint8 *p;

    there = qevm_source_get(back->source, got->payload_offset,
                            got->payload_size, "payload", error);
    if (!there) {
        return FALSE;
    }
    p = g_bytes_get_data(there, &n);
    return (n == bytes->len && (n == 0 || memcmp(p, bytes->data, n) == 0)) ||
           mismatch(error, want, "its bytes differ");
}

/* The new description must explain the new bytes, if the old one did. */
static gboolean
same_tree(QevmRecord *want, QevmStream *back, QevmRecord *got, GError **error)
{
    QevmTree *tree = qevm_record_tree(back, got, error);
    gboolean ok;

    if (!tree) {
        return FALSE;
    }
    qevm_tree_descend_all(tree);
    ok = tree->error ? mismatch(error, want, tree->error->message)
                     : qevm_read_back(want->tree, tree, error);
    if (!ok && !tree->error) {
        g_prefix_error(error, "%s: ", qevm_record_name(want));
    }
    qevm_record_forget(got);
    return ok;
}

static gboolean
same_record(QevmEdit *edit, QevmRecord *want, QevmStream *back, QevmRecord *got,
            GError **error)
{
    if (want->type != got->type) {
        return mismatch(error, want, qevm_record_type_name(got));
    }
    if (!qevm_record_is_section(want)) {
        return want->type != QEVM_RECORD_COMMAND ||
               want->command == got->command ||
               mismatch(error, want, "another command");
    }
    if (g_strcmp0(want->idstr, got->idstr) != 0 ||
        want->instance_id != got->instance_id ||
        want->version_id != got->version_id ||
        want->section_id != got->section_id) {
        return mismatch(error, want, "its header differs");
    }
    if (is_ram(edit->stream, want) &&
        !qevm_emit_ram_same(edit, back->ram, error)) {
        return FALSE;
    }
    if (!is_dirty(want)) {
        return want->type == QEVM_RECORD_START ||
               want->payload_size == got->payload_size ||
               mismatch(error, want, "its size differs");
    }
    if (!same_payload(want, back, got, error) ||
        (want->type == QEVM_RECORD_CONFIGURATION &&
         !qevm_page_bits_agree(edit, want, error))) {
        return FALSE;
    }
    return !(got->device || !want->device) || want->tree->error ||
           same_tree(want, back, got, error);
}

static gboolean
compare_back(QevmEdit *edit, QevmStream *back, gboolean skip_live,
             GError **error)
{
    QevmStream *s = edit->stream;
    guint first = qevm_live_head_end(s), k = 0;

    for (guint i = 0; i < s->records->len; i++) {
        QevmRecord *want = record_at(s, i);

        if (qevm_record_is_live(want) && (i == first || skip_live)) {
            i = qevm_live_run_end(s, i) - 1;
            continue;
        }
        /* What is live may be one unread record there. */
        if (want->dropped || want->type == QEVM_RECORD_VMDESC ||
            qevm_record_is_live(want)) {
            continue;
        }
        while (k < back->records->len &&
               (record_at(back, k)->type == QEVM_RECORD_VMDESC ||
                qevm_record_is_live(record_at(back, k)))) {
            k++;
        }
        if (k >= back->records->len) {
            return mismatch(error, want, "it is not there");
        }
        if (want->type == QEVM_RECORD_RAW ||
            record_at(back, k)->type == QEVM_RECORD_RAW) {
            return TRUE; /* nothing describes what follows */
        }
        if (!same_record(edit, want, back, record_at(back, k), error)) {
            return FALSE;
        }
        k++;
    }
    return TRUE;
}

/* Nothing was edited: what is written is the source. */
static gboolean
is_untouched(const QevmEdit *edit)
{
    guint64 last = 0;

    if (edit->drop_vmdesc || qevm_live_edit_any(edit->live) ||
        qevm_emit_ram_moves(edit)) {
        return FALSE;
    }
    for (guint i = 0; i < edit->stream->records->len; i++) {
        const QevmRecord *r = record_at(edit->stream, i);

        if (r->dropped || r->header_dirty || is_dirty(r) || r->offset < last) {
            return FALSE;
        }
        last = r->offset;
    }
    return TRUE;
}

/* The live part between, where it is not looked into, so that reading back
 * finds the device state as it was found before. */
static void
add_unread_live(const QevmStream *s, QevmSource *all)
{
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = record_at(s, i);

        if (r->type == QEVM_RECORD_LIVE) {
            qevm_source_add_extent(all, s->source, r->offset, r->size);
        }
    }
}

/* What is known of this stream's sections, for a new one that may not describe
 * itself. */
static QevmLend *
lend_own(const QevmStream *s)
{
    QevmLend *lend = qevm_lend_new();
    QevmVmdesc *d = g_new0(QevmVmdesc, 1);

    d->arena = qevm_arena_new();
    d->devices =
        qevm_arena_alloc0(d->arena, s->records->len * sizeof *d->devices);
    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = record_at(s, i);
        QevmDevice *device = &d->devices[d->n_devices];
        QevmVmsd *vmsd;

        if (r->type != QEVM_RECORD_FULL || !r->device || r->dropped) {
            continue;
        }
        *device = *r->device;
        device->name = r->idstr;
        device->instance_id = r->instance_id;
        vmsd = qevm_vmsd_copy(d->arena, r->device->vmsd);
        vmsd->version = r->version_id;
        device->vmsd = vmsd;
        d->n_devices++;
    }
    qevm_lend_add(lend, d, "the stream it was made of");
    return lend;
}

static gboolean
verify(QevmEdit *edit, QevmSource *head, QevmSource *rest, gboolean skip_live,
       GError **error)
{
    g_autoptr(QevmLend) lend = NULL;
    QevmStreamHooks hooks = { .schemas = edit->stream->schemas,
                              .budget = edit->stream->budget };
    QevmSource *all;
    g_autoptr(QevmStream) back = NULL;

    if (is_untouched(edit)) {
        return TRUE;
    }
    hooks.lend = lend = lend_own(edit->stream);
    all = qevm_source_new_pieces("rewritten stream");
    qevm_source_add_extent(all, head, 0, qevm_source_size(head));
    if (!skip_live && !edit->drop_vmdesc) {
        add_unread_live(edit->stream, all);
    }
    qevm_source_add_extent(all, rest, 0, qevm_source_size(rest));
    qevm_source_set_base(all, edit->base);
    back = qevm_stream_open(all, 0, &hooks, error);
    if (!back) {
        return FALSE;
    }
    if (back->error && !edit->stream->error) {
        g_propagate_error(error, g_error_copy(back->error));
        g_prefix_error(error, "the rewritten stream does not read back: ");
        return FALSE;
    }
    if (edit->live->page_size && back->page_size_exact &&
        back->page_size != edit->live->page_size) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                            "the rewritten stream does not read back: its page "
                            "size differs");
        return FALSE;
    }
    return compare_back(edit, back, skip_live, error);
}

gboolean
qevm_emit_verify(QevmEdit *edit, QevmSource *head, QevmSource *rest,
                 GError **error)
{
    return verify(edit, head, rest, FALSE, error);
}

/* ---- writing it ---- */

static gboolean
copy_all(QevmSource *source, const QevmLiveSink *out, GError **error)
{
    return qevm_source_copy(source, 0, qevm_source_size(source), out->fd,
                            out->sparse, error);
}

static gboolean
emit_filtered(QevmEdit *edit, QevmSource *head, QevmSource *rest,
              const QevmLiveSink *out, GError **error)
{
    QevmStream *s = edit->stream;
    g_autoptr(QevmWalk) walk = qevm_live_walk_new(s, edit->live);
    guint from, to = 0;

    if (!verify(edit, head, rest, TRUE, error)) {
        return FALSE;
    }
    if (qevm_live_run_start(s, 0) == s->records->len &&
        qevm_ram_filter_waits(walk)) {
        return refuse(error, "pages of RAM are to be added, and there is no "
                             "part of the stream that could hold them");
    }
    while (to < s->records->len) {
        g_autoptr(QevmSource) between = NULL;

        from = qevm_live_run_start(s, to);
        between = emit_range(edit, to, from, FALSE, error);
        if (!between || !copy_all(between, out, error)) {
            return FALSE;
        }
        to = from < s->records->len ? qevm_live_run_end(s, from) : from;
        if (to > from && !qevm_live_walk_run(walk, from, to, out, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
emit_plain(QevmEdit *edit, QevmSource *head, QevmSource *rest,
           const QevmLiveSink *out, GError **error)
{
    QevmStream *s = edit->stream;
    guint from = qevm_live_head_end(s), to = qevm_live_run_end(s, from);

    if (!verify(edit, head, rest, FALSE, error) ||
        !copy_all(head, out, error)) {
        return FALSE;
    }
    if (to > from) {
        const QevmRecord *first = record_at(s, from);
        const QevmRecord *last = record_at(s, to - 1);

        if (!qevm_source_copy(s->source, first->offset,
                              last->offset + last->size - first->offset,
                              out->fd, out->sparse, error)) {
            return FALSE;
        }
    }
    return copy_all(rest, out, error);
}

gboolean
qevm_emit_fd(QevmEdit *edit, int fd, gboolean sparse, QevmProgress progress,
             gpointer user, GError **error)
{
    gboolean filter = qevm_live_edit_any(edit->live);
    const QevmLiveSink out = { fd, sparse, progress, user };
    g_autoptr(QevmSource) head = qevm_emit_head(edit, error);
    g_autoptr(QevmSource) rest = head ? emit_rest(edit, filter, error) : NULL;

    return rest && (filter ? emit_filtered(edit, head, rest, &out, error)
                           : emit_plain(edit, head, rest, &out, error));
}
