#include "parser/stream.h"
#include "parser/describe.h"
#include "parser/lend.h"
#include "parser/pointers.h"
#include "parser/tail.h"
#include "parser/walk.h"

#include <string.h>

/* A section's bytes are read into memory to be decoded. */
#define PAYLOAD_MAX (G_GUINT64_CONSTANT(1) << 30)
/* Some 16,000 sections fit into a budget, few enough to look at all of them
 * for each; of all machines known, the one with most records has 132. */
#define RECORD_COST 256
#define SECTION_COST 2048

void
qevm_record_free(QevmRecord *record)
{
    if (!record) {
        return;
    }
    g_free(record->idstr);
    g_clear_pointer(&record->command_data, g_bytes_unref);
    g_clear_pointer(&record->tree, qevm_tree_free);
    g_free(record);
}

guint64
qevm_record_cost(const QevmRecord *record)
{
    return record->type == QEVM_RECORD_START || record->type == QEVM_RECORD_FULL
               ? SECTION_COST + 2 * strlen(record->idstr)
               : RECORD_COST;
}

static void
record_free(gpointer p)
{
    qevm_record_free(p);
}

void
qevm_stream_free(QevmStream *stream)
{
    if (!stream) {
        return;
    }
    g_ptr_array_unref(stream->records);
    qevm_source_free(stream->source);
    g_clear_pointer(&stream->vmdesc, qevm_vmdesc_free);
    g_clear_error(&stream->vmdesc_error);
    g_clear_pointer(&stream->ram, qevm_ram_free);
    g_free(stream->machine);
    g_ptr_array_unref(stream->notes);
    g_clear_error(&stream->error);
    g_clear_pointer(&stream->standing, g_hash_table_unref);
    g_clear_pointer(&stream->idstrs, g_hash_table_unref);
    qevm_arena_free(stream->arena);
    qevm_lend_unref(stream->lend);
    qevm_budget_give(stream->budget, stream->charged + stream->vmdesc_charged);
    g_free(stream);
}

/* ---- opening ---- */

typedef struct {
    QevmStream *stream;
    const QevmStreamHooks *hooks;
    gboolean walk_wanted;
    guint64 vmdesc_offset; /* of the byte 06; valid if there is a vmdesc */
    QevmFlow *flow;
    QevmWalk *walk;
    gboolean drained; /* a pipe that was read to its end, and kept */
} Opener;

static void
add_extent(QevmStream *s, QevmRecordType type, guint64 offset, guint64 size)
{
    QevmRecord *r;

    if (size == 0) {
        return;
    }
    r = g_new0(QevmRecord, 1);
    r->type = type;
    r->offset = offset;
    r->size = size;
    g_ptr_array_add(s->records, r);
}

static void
know_page_size(QevmStream *s)
{
    if (s->vmdesc && s->vmdesc->page_size && !s->page_size_exact) {
        s->page_size = s->vmdesc->page_size;
        s->page_size_exact = TRUE;
    }
}

static void
find_vmdesc(Opener *o, guint64 from)
{
    QevmStream *s = o->stream;

    s->vmdesc = qevm_tail_find_vmdesc(s->source, from, &o->vmdesc_offset,
                                      &s->vmdesc_error);
    if (s->vmdesc) {
        s->vmdesc_charged =
            (guint64)(QEVM_VMDESC_MEMORY_MAX - s->vmdesc->budget.left);
        qevm_budget_charge(s->budget, s->vmdesc_charged);
    }
    know_page_size(s);
}

static guint64
end_of_records(const QevmStream *s)
{
    const QevmRecord *r;

    if (s->records->len == 0) {
        return 0;
    }
    r = g_ptr_array_index(s->records, s->records->len - 1);
    return r->offset + r->size;
}

/* EOF was recorded: the vmdesc, if it is there, and what else follows. */
static void
add_end(Opener *o)
{
    QevmStream *s = o->stream;
    guint64 at = end_of_records(s), size = qevm_source_size(s->source);
    guint64 len = 0;
    guint8 head[5];

    if (size - at >= 5 &&
        qevm_source_read(s->source, at, 5, head, "vmdesc", NULL) &&
        head[0] == QEMU_VM_VMDESCRIPTION) {
        len = qevm_be_get(head + 1, 4);
        if (s->vmdesc && o->vmdesc_offset == at) {
            len = g_bytes_get_size(s->vmdesc->text);
        } else if (!s->vmdesc_error) {
            g_set_error(&s->vmdesc_error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                        "at 0x%" G_GINT64_MODIFIER
                        "x: a vmdesc of %" G_GUINT64_FORMAT
                        " bytes that cannot be read",
                        at, len);
        }
        len = MIN(len, size - at - 5);
        add_extent(s, QEVM_RECORD_VMDESC, at, 5 + len);
        at += 5 + len;
    }
    add_extent(s, QEVM_RECORD_TRAILING, at, size - at);
}

/* Reads an unseekable source to its end and keeps it. */
static gboolean
drain(Opener *o, GError **error)
{
    const guint8 *p;
    gsize got;
    guint64 start = qevm_flow_offset(o->flow);

    if (!qevm_flow_flush(o->flow, error)) {
        return FALSE;
    }
    qevm_flow_set_sink(o->flow, -1, FALSE);
    qevm_flow_set_keep(o->flow, TRUE);
    do {
        if (!qevm_flow_peek_some(o->flow, 64 * 1024, &p, &got, error) ||
            !qevm_flow_pass(o->flow, got, "the rest", error)) {
            return FALSE;
        }
        if (qevm_flow_offset(o->flow) - start > PAYLOAD_MAX) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                        "at 0x%" G_GINT64_MODIFIER
                        "x: more than 1 GiB of device state in a pipe",
                        start);
            return FALSE;
        }
    } while (got > 0);
    /* From here on it can be read like a file. */
    o->drained = TRUE;
    qevm_flow_free(o->flow);
    o->flow = qevm_flow_new(o->stream->source, start);
    o->walk->flow = o->flow;
    find_vmdesc(o, start);
    return TRUE;
}

static gboolean
is_pipe(const Opener *o)
{
    return !qevm_source_seekable(o->stream->source) && !o->drained;
}

/* Is a package next, of a record of that type? */
static gboolean
package_next(Opener *o, int type, gboolean *yes, GError **error)
{
    const guint8 *p;

    *yes = FALSE;
    if (type == QEMU_VM_COMMAND) {
        if (!qevm_flow_peek(o->flow, 5, "command", &p, error)) {
            return FALSE;
        }
        *yes = qevm_be_get(p + 1, 2) == 7; /* PACKAGED */
    }
    return TRUE;
}

/* The device state starts: a FULL, or a package of them. */
static gboolean
device_state_next(Opener *o, int type, gboolean *yes, GError **error)
{
    if (!package_next(o, type, yes, error)) {
        return FALSE;
    }
    *yes |= type == QEMU_VM_SECTION_FULL || type == QEMU_VM_EOF;
    return TRUE;
}

/* Records up to and with EOF, from wherever the walk is. */
static gboolean
walk_on(Opener *o, GError **error)
{
    for (;;) {
        int type;
        gboolean state;

        if (!qevm_walk_peek(o->walk, &type, error)) {
            return FALSE;
        }
        if (is_pipe(o)) {
            if (!device_state_next(o, type, &state, error) ||
                (state &&
                 (!qevm_walk_end_live(o->walk, error) || !drain(o, error)))) {
                return FALSE;
            }
            if (state) {
                qevm_walk_set_edit(o->walk, NULL);
                continue;
            }
        }
        if (!qevm_walk_record(o->walk, error)) {
            return FALSE;
        }
        if (type == QEMU_VM_EOF) {
            return TRUE;
        }
    }
}

/* Up to a PART or END, or a package: the head is over. */
static gboolean
walk_head(Opener *o, gboolean *eof, GError **error)
{
    gboolean package;
    int type;

    for (*eof = FALSE;;) {
        if (!qevm_walk_record(o->walk, error) ||
            !qevm_walk_peek(o->walk, &type, error) ||
            !package_next(o, type, &package, error)) {
            return FALSE;
        }
        if (type == QEMU_VM_SECTION_PART || type == QEMU_VM_SECTION_END ||
            package) {
            return TRUE;
        }
        if (type == QEMU_VM_EOF) {
            *eof = TRUE;
            return TRUE;
        }
    }
}

static gboolean
call_live_hook(Opener *o, GError **error)
{
    const QevmLiveEdit *edit = NULL;

    qevm_flow_set_keep(o->flow, FALSE);
    if (o->hooks && is_pipe(o)) {
        o->walk->visitor = o->hooks->pages;
    }
    if (!o->hooks || !o->hooks->live || !is_pipe(o)) {
        return TRUE;
    }
    if (!o->hooks->live(o->stream, o->flow, &edit, o->hooks->user, error)) {
        return FALSE;
    }
    qevm_walk_set_edit(o->walk, edit);
    return TRUE;
}

/* A page of guest memory can hold the end of another stream, small enough for
 * a page. What stands behind it then is the rest of ours, which is never all
 * zeros as padding is. */
static gboolean
only_padding_follows(const Opener *o)
{
    QevmSource *source = o->stream->source;
    guint64 at =
        o->vmdesc_offset + 5 + g_bytes_get_size(o->stream->vmdesc->text);
    guint64 size = qevm_source_size(source);
    guint8 buf[4096];

    while (at < size) {
        gsize n = (gsize)MIN(size - at, (guint64)sizeof buf);

        if (!qevm_source_read(source, at, n, buf, "padding", NULL)) {
            return FALSE;
        }
        for (gsize i = 0; i < n; i++) {
            if (buf[i] != 0) {
                return FALSE;
            }
        }
        at += n;
    }
    return TRUE;
}

/* Places the devices from the tail and leaves the live part unread. */
static gboolean
jump_to_tail(Opener *o)
{
    QevmStream *s = o->stream;
    guint64 head_end = qevm_flow_offset(o->flow), live_end;
    g_autoptr(GPtrArray) found = g_ptr_array_new();

    if (o->walk_wanted || !s->vmdesc || is_pipe(o) ||
        !only_padding_follows(o) ||
        !qevm_tail_prove(s, head_end, o->vmdesc_offset - 1, found)) {
        return FALSE;
    }
    live_end = found->len ? ((QevmRecord *)g_ptr_array_index(found, 0))->offset
                          : o->vmdesc_offset - 1;
    add_extent(s, QEVM_RECORD_LIVE, head_end, live_end - head_end);
    for (guint i = 0; i < found->len; i++) {
        g_ptr_array_add(s->records, g_ptr_array_index(found, i));
    }
    add_extent(s, QEVM_RECORD_EOF, o->vmdesc_offset - 1, 1);
    s->from_tail = TRUE;
    s->walked = FALSE;
    return TRUE;
}

/* FULL sections before the live part (since 8.0, early_setup). */
static void
mark_early(QevmStream *s)
{
    for (guint i = 0; i < s->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(s->records, i);

        r->early = r->type == QEVM_RECORD_FULL && !r->packaged;
    }
}

/* FALSE: the stream breaks, or (hook_failed) the caller's hook did. */
static gboolean
read_records(Opener *o, gboolean *hook_failed, GError **error)
{
    QevmStream *s = o->stream;
    gboolean eof;

    s->walked = TRUE;
    if (!walk_head(o, &eof, error)) {
        return FALSE;
    }
    if (!eof) {
        mark_early(s);
    }
    if (!eof && jump_to_tail(o)) {
        return TRUE;
    }
    if (!eof && !call_live_hook(o, error)) {
        *hook_failed = TRUE;
        return FALSE;
    }
    return walk_on(o, error);
}

/* FULL sections whose end the walk found without the vmdesc, and which it
 * describes after all (early ones of a pipe). */
static void
assign_devices(QevmStream *s)
{
    for (guint i = 0; s->vmdesc && i < s->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(s->records, i);

        for (guint k = 0; r->type == QEVM_RECORD_FULL && !r->device &&
                          k < MIN(s->vmdesc->n_devices, 64);
             k++) {
            const QevmDevice *d = &s->vmdesc->devices[k];

            if (d->instance_id == r->instance_id &&
                d->size == r->payload_size && strcmp(d->name, r->idstr) == 0) {
                r->device = d;
                r->opaque = FALSE;
            }
        }
    }
}

static void
start_over(Opener *o)
{
    QevmStream *s = o->stream;

    g_ptr_array_set_size(s->records, 0);
    qevm_budget_give(s->budget, s->charged);
    s->charged = 0;
    g_ptr_array_set_size(s->notes, 0);
    g_clear_pointer(&s->ram, qevm_ram_free);
    g_clear_pointer(&s->machine, g_free);
    s->page_size = 0;
    s->page_size_exact = FALSE;
    s->page_size_guess = 0;
    s->footers = FALSE;
    s->capability_ignore_shared = s->capability_mapped_ram = FALSE;
    s->multifd = FALSE;
    s->pages_normal = s->pages_zero = 0;
    s->pages_xbzrle = s->pages_compressed = 0;
    g_clear_pointer(&o->walk, qevm_walk_free);
    g_clear_pointer(&o->flow, qevm_flow_free);
    o->flow = qevm_flow_new(s->source, 0);
    qevm_flow_set_keep(o->flow, TRUE);
    if (o->hooks && o->hooks->progress) {
        qevm_flow_set_progress(o->flow, o->hooks->progress, o->hooks->user);
    }
    o->walk = qevm_walk_new(s, o->flow);
}

static gboolean
pass_on(gboolean ok, GError **from, GError **error)
{
    if (!ok) {
        g_propagate_error(error, g_steal_pointer(from));
    }
    return ok;
}

/* Reads the records, and of a file once more without the vmdesc if that is not
 * ours: guest memory can hold one of another stream. Then EOF is not before
 * it, or the walk that trusts it gets lost. */
static gboolean
read_with_vmdesc(Opener *o, gboolean *hook_failed, GError **error)
{
    QevmStream *s = o->stream;
    g_autoptr(QevmVmdesc) found = NULL;
    g_autoptr(GError) first = NULL, second = NULL;
    gboolean ok = read_records(o, hook_failed, &first), again;
    gboolean ours = ok && end_of_records(s) == o->vmdesc_offset;

    if (ok && !ours) {
        g_clear_error(&s->vmdesc_error);
    }
    if (ours || *hook_failed || !s->vmdesc ||
        !qevm_source_seekable(s->source)) {
        return pass_on(ok, &first, error);
    }
    found = g_steal_pointer(&s->vmdesc);
    start_over(o);
    again = read_records(o, hook_failed, &second);
    if (ok || (again && end_of_records(s) != o->vmdesc_offset)) {
        return pass_on(again, &second, error);
    }
    /* It is the stream that is broken; what describes it is of use. */
    s->vmdesc = g_steal_pointer(&found);
    start_over(o);
    know_page_size(s);
    return read_records(o, hook_failed, error);
}

/* Sound as far as it goes: device sections follow that nothing describes
 * (machine types until 2.2, which send neither vmdesc nor footers). */
static gboolean
cannot_tell(const Opener *o, const GError *why)
{
    const QevmStream *s = o->stream;

    return !s->footers && !s->vmdesc && s->records->len > 1 &&
           g_error_matches(why, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED);
}

static gboolean
open_stream(Opener *o, GError **error)
{
    QevmStream *s = o->stream;
    GError *local = NULL;
    gboolean hook_failed = FALSE, ok;

    start_over(o);
    if (!is_pipe(o)) {
        find_vmdesc(o, 8);
    }
    ok = read_with_vmdesc(o, &hook_failed, &local);
    if (!ok &&
        (hook_failed || s->records->len == 0 || local->domain != QEVM_ERROR)) {
        g_propagate_error(error, local);
        return FALSE;
    }
    if (ok) {
        add_end(o);
    } else {
        guint64 size = qevm_source_size(s->source);
        guint64 at = end_of_records(s);

        if (size != G_MAXUINT64 && at < size) {
            add_extent(s, QEVM_RECORD_RAW, at, size - at);
        }
        if (cannot_tell(o, local)) {
            s->opaque_rest = TRUE;
            g_ptr_array_add(s->notes, g_strdup(local->message));
            g_error_free(local);
        } else {
            s->error = local;
        }
    }
    assign_devices(s);
    qevm_walk_lend_finish(o->walk);
    if (s->ram && !s->page_size_exact && s->page_size) {
        g_ptr_array_add(s->notes,
                        g_strdup_printf("page size %" G_GUINT64_FORMAT
                                        " is a guess from the page records",
                                        s->page_size));
    }
    return TRUE;
}

QevmStream *
qevm_stream_open(QevmSource *source, QevmOpenFlags flags,
                 const QevmStreamHooks *hooks, GError **error)
{
    g_autoptr(QevmStream) s = g_new0(QevmStream, 1);
    Opener o = { .stream = s,
                 .hooks = hooks,
                 .walk_wanted = (flags & QEVM_OPEN_WALK) != 0 };
    gboolean ok;

    s->source = source;
    s->records = g_ptr_array_new_with_free_func(record_free);
    s->notes = g_ptr_array_new_with_free_func(g_free);
    s->schemas = hooks ? hooks->schemas : NULL;
    s->own.left = QEVM_BUDGET_MAX;
    s->budget = hooks && hooks->budget ? hooks->budget : &s->own;
    s->arena = qevm_arena_new_within(s->budget);
    s->lend = hooks ? qevm_lend_ref(hooks->lend) : NULL;
    ok = open_stream(&o, error);
    qevm_walk_free(o.walk);
    qevm_flow_free(o.flow);
    return ok ? g_steal_pointer(&s) : NULL;
}

/* ---- records ---- */

gboolean
qevm_record_is_section(const QevmRecord *record)
{
    return record->type == QEVM_RECORD_CONFIGURATION ||
           record->type == QEVM_RECORD_START ||
           record->type == QEVM_RECORD_FULL;
}

const char *
qevm_record_name(const QevmRecord *record)
{
    return record->type == QEVM_RECORD_CONFIGURATION ? "configuration"
                                                     : record->idstr;
}

const char *
qevm_record_type_name(const QevmRecord *record)
{
    static const char *const names[] = {
        [QEVM_RECORD_HEADER] = "header",
        [QEVM_RECORD_CONFIGURATION] = "CONFIGURATION",
        [QEVM_RECORD_START] = "SECTION_START",
        [QEVM_RECORD_PARTS] = "SECTION_PART",
        [QEVM_RECORD_END] = "SECTION_END",
        [QEVM_RECORD_FULL] = "SECTION_FULL",
        [QEVM_RECORD_COMMAND] = "COMMAND",
        [QEVM_RECORD_LIVE] = "live part",
        [QEVM_RECORD_EOF] = "EOF",
        [QEVM_RECORD_VMDESC] = "VMDESCRIPTION",
        [QEVM_RECORD_TRAILING] = "trailing bytes",
        [QEVM_RECORD_RAW] = "unread bytes",
    };

    return names[record->type];
}

static gboolean
is_ram(const QevmStream *s, const QevmRecord *r)
{
    return r->type == QEVM_RECORD_START && s->ram &&
           strcmp(r->idstr, "ram") == 0;
}

/* The block list of a mapped-ram file, put together: its entries stand far
 * apart, with their pages between. */
static QevmTree *
mapped_ram_tree(QevmStream *s, GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autoptr(GArray) extents =
        g_array_new(FALSE, FALSE, sizeof(QevmTreeExtent));
    g_autoptr(GBytes) payload = NULL;
    g_autoptr(QevmArena) arena = NULL;
    QevmTreeExtent e = { 0, s->ram->list_offset - 8 };
    QevmTree *tree;

    g_array_append_val(extents, e);
    qevm_be_append(all, 8, s->ram->total | 0x04);
    for (guint i = 0; i < s->ram->blocks->len; i++) {
        const QevmRamBlock *b = &g_array_index(s->ram->blocks, QevmRamBlock, i);
        g_autoptr(GBytes) entry =
            qevm_source_get(s->source, b->offset, b->size, "block", error);
        gsize n;
        const guint8 *p;

        if (!entry) {
            return NULL;
        }
        e.pos = all->len;
        e.offset = b->offset;
        g_array_append_val(extents, e);
        p = g_bytes_get_data(entry, &n);
        g_byte_array_append(all, p, (guint)n);
    }
    payload = g_byte_array_free_to_bytes(g_steal_pointer(&all));
    arena = qevm_arena_new_within(s->budget);
    tree = qevm_tree_new_extents(
        qevm_describe_ram(arena, s->ram, g_bytes_get_size(payload)), payload,
        g_steal_pointer(&extents), s->budget);
    qevm_arena_adopt(qevm_tree_arena(tree), g_steal_pointer(&arena));
    return tree;
}

void
qevm_stream_set_schemas(QevmStream *stream, QevmSchemas *schemas)
{
    stream->schemas = schemas;
}

/* The names as they are before any edit, when a first tree is made. */
static gboolean
has_section(gpointer user, const char *idstr)
{
    QevmStream *s = user;

    if (!s->idstrs) {
        s->idstrs =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (guint i = 0; i < s->records->len; i++) {
            const QevmRecord *r = g_ptr_array_index(s->records, i);

            if (r->idstr) {
                g_hash_table_add(s->idstrs, g_strdup(r->idstr));
            }
        }
    }
    return g_hash_table_contains(s->idstrs, idstr);
}

/* What a tree is read by. The vmsd of what the vmdesc does not describe is
 * made here, in `arena`. */
static const QevmVmsd *
describe(QevmStream *s, const QevmRecord *r, GBytes *payload, QevmArena *arena)
{
    if (r->device) {
        return r->device->vmsd;
    }
    if (r->type == QEVM_RECORD_CONFIGURATION) {
        return qevm_describe_configuration(arena, payload);
    }
    return is_ram(s, r)
               ? qevm_describe_ram(arena, s->ram, g_bytes_get_size(payload))
               : qevm_describe_opaque(arena, r->payload_size);
}

/* The opaque leaves of a device are read by descriptions. */
static QevmTree *
make_tree(QevmStream *s, QevmRecord *r, GBytes *payload, GError **error)
{
    g_autoptr(QevmArena) arena = qevm_arena_new_within(s->budget);
    const QevmVmsd *vmsd = describe(s, r, payload, arena);
    gboolean read = r->type == QEVM_RECORD_FULL && s->schemas;
    QevmTreeReader reader = { .schemas = s->schemas,
                              .payload = !r->device || r->device->legacy,
                              .scope = { .idstr = r->idstr,
                                         .version = r->version_id,
                                         .offset = r->payload_offset,
                                         .exists = has_section,
                                         .user = s } };
    QevmTree *tree;

    if (read && !qevm_schemas_load(s->schemas, error)) {
        return NULL;
    }
    if (read && !reader.payload) {
        const QevmVmsd *mended =
            qevm_pointers_mend(s->schemas, vmsd, &reader.scope, payload, arena);

        r->mended = mended != NULL;
        vmsd = mended ? mended : vmsd;
    }
    tree = qevm_tree_new_read(vmsd, payload, r->payload_offset,
                              read ? &reader : NULL, s->budget);
    qevm_arena_adopt(qevm_tree_arena(tree), g_steal_pointer(&arena));
    return tree;
}

QevmTree *
qevm_record_tree(QevmStream *stream, QevmRecord *record, GError **error)
{
    g_autoptr(GBytes) payload = NULL;
    gboolean mapped;

    if (record->tree || !qevm_record_is_section(record)) {
        return record->tree;
    }
    mapped = is_ram(stream, record) && stream->ram->mapped;
    if (record->payload_size > PAYLOAD_MAX && !mapped) {
        g_set_error(
            error, QEVM_ERROR, QEVM_ERROR_LIMIT,
            "%s: at 0x%" G_GINT64_MODIFIER "x: a payload of %" G_GUINT64_FORMAT
            " bytes, more than 1 GiB",
            record->idstr, record->payload_offset, record->payload_size);
        return NULL;
    }
    if (mapped) {
        record->tree = mapped_ram_tree(stream, error);
        return record->tree;
    }
    payload = qevm_source_get(stream->source, record->payload_offset,
                              record->payload_size, "payload", error);
    if (!payload) {
        g_prefix_error(error, "%s: ", qevm_record_name(record));
        return NULL;
    }
    record->tree = make_tree(stream, record, payload, error);
    return record->tree;
}

void
qevm_record_forget(QevmRecord *record)
{
    if (record->tree && !record->tree->root.dirty) {
        g_clear_pointer(&record->tree, qevm_tree_free);
    }
}
