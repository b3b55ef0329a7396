/* lend-file.c - reads and writes files of descriptions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/lend-file.h"

#include "parser/container.h"
#include "parser/json-in.h"
#include "parser/stream.h"

#include <string.h>

#define FILE_MAX (64 * 1024 * 1024)
#define NESTING_MAX 512

QevmLendFile *
qevm_lend_file_new(void)
{
    QevmLendFile *f = g_new0(QevmLendFile, 1);

    f->vmdescs =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_vmdesc_free);
    return f;
}

void
qevm_lend_file_free(QevmLendFile *file)
{
    if (!file) {
        return;
    }
    g_free(file->qemu);
    g_free(file->machine);
    g_ptr_array_unref(file->vmdescs);
    g_free(file);
}

static void
set_fact(char **fact, const char *text)
{
    if (!*fact && text && *text) {
        *fact = g_strdup(text);
    }
}

/* ---- a description file ---- */

enum { KEY_FORMAT, KEY_QEMU, KEY_MACHINE, KEY_VMDESC, KEY_UNKNOWN };
static const char *const keys[] = {
    [KEY_FORMAT] = "qevm-lend",
    [KEY_QEMU] = "qemu",
    [KEY_MACHINE] = "machine",
    [KEY_VMDESC] = "vmdesc",
};

typedef struct {
    QevmJsonIn in; /* first: the reader of members is given this */
    char *qemu, *machine;
    gsize start, end; /* of the vmdesc */
} Reader;

static gboolean
skip_member(QevmJsonIn *in, QevmJsonLevel *level, gpointer self, GError **error)
{
    (void)level;
    (void)self;
    return qevm_json_in_skip(in, error);
}

static gboolean
read_text(QevmJsonIn *in, char **out, GError **error)
{
    if (!qevm_json_in_string(in, error)) {
        return FALSE;
    }
    *out = g_strdup(in->string->str);
    return TRUE;
}

static gboolean
read_member(QevmJsonIn *in, QevmJsonLevel *level, gpointer self, GError **error)
{
    Reader *r = self;
    QevmJsonLevel inner;
    guint64 format;

    if (level->key >= KEY_UNKNOWN) {
        return qevm_json_in_skip(in, error);
    }
    if (!qevm_json_in_once(in, level, error)) {
        return FALSE;
    }
    switch (level->key) {
    case KEY_FORMAT:
        if (!qevm_json_in_number(in, G_MAXUINT32, &format, error)) {
            return FALSE;
        }
        return format == 1 ||
               qevm_json_in_fail(in, in->c.pos, QEVM_ERROR_UNSUPPORTED, error,
                                 "format %u, only 1 is known", (guint)format);
    case KEY_QEMU:
        return read_text(in, &r->qemu, error);
    case KEY_MACHINE:
        return read_text(in, &r->machine, error);
    default:
        if (!qevm_json_in_object(in, &inner, skip_member, NULL, error)) {
            return FALSE;
        }
        r->start = inner.start;
        r->end = inner.end;
        return TRUE;
    }
}

static gboolean
read_all(Reader *r, GError **error)
{
    QevmJsonLevel level;

    return qevm_json_in_object(&r->in, &level, read_member, r, error) &&
           qevm_json_in_had(&r->in, &level, 1u << KEY_FORMAT | 1u << KEY_VMDESC,
                            error) &&
           qevm_json_in_end(&r->in, error);
}

static gboolean
add_text(QevmLendFile *file, GBytes *text, GError **error)
{
    Reader r = { .in.what = "description",
                 .in.keys = keys,
                 .in.n_keys = KEY_UNKNOWN,
                 .in.depth_max = NESTING_MAX };
    QevmVmdesc *vmdesc = NULL;

    r.in.c.data = g_bytes_get_data(text, &r.in.c.len);
    r.in.string = g_string_new(NULL);
    if (read_all(&r, error)) {
        g_autoptr(GBytes) part =
            g_bytes_new_from_bytes(text, r.start, r.end - r.start);

        vmdesc = qevm_vmdesc_parse(part, r.start, error);
    }
    if (vmdesc) {
        set_fact(&file->qemu, r.qemu);
        set_fact(&file->machine, r.machine);
        g_ptr_array_add(file->vmdescs, vmdesc);
    }
    g_string_free(r.in.string, TRUE);
    g_free(r.qemu);
    g_free(r.machine);
    return vmdesc != NULL;
}

/* ---- whatever file it is ---- */

static gboolean
add_stream(QevmLendFile *file, QevmSource *source, GError **error)
{
    g_autoptr(QevmStream) stream = qevm_stream_open(source, 0, NULL, error);

    if (!stream) {
        return FALSE;
    }
    if (!stream->vmdesc) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "the stream has no vmdesc to lend%s%s",
                    stream->vmdesc_error ? ": " : "",
                    stream->vmdesc_error ? stream->vmdesc_error->message : "");
        return FALSE;
    }
    set_fact(&file->machine, stream->machine);
    g_ptr_array_add(file->vmdescs, g_steal_pointer(&stream->vmdesc));
    return TRUE;
}

static gboolean
add_json(QevmLendFile *file, QevmSource *source, GError **error)
{
    guint64 size = qevm_source_size(source);
    g_autoptr(GBytes) text = NULL;
    const char *data;
    gsize n;

    if (size > FILE_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "neither a stream nor a description: %" G_GUINT64_FORMAT
                    " bytes",
                    size);
        return FALSE;
    }
    text = qevm_source_get(source, 0, size, "description", error);
    if (!text) {
        return FALSE;
    }
    data = g_bytes_get_data(text, &n);
    if (n && g_strstr_len(data, (gssize)n, "\"vmschkmachine\"")) {
        g_autofree char *machine = NULL;
        QevmVmdesc *dump =
            qevm_lend_dump_read(data, n, &machine, &file->left_out, error);

        if (!dump) {
            return FALSE;
        }
        set_fact(&file->machine, machine);
        g_ptr_array_add(file->vmdescs, dump);
        return TRUE;
    }
    return add_text(file, text, error);
}

gboolean
qevm_lend_file_add(QevmLendFile *file, const char *path, GError **error)
{
    QevmSource *source;
    g_autoptr(QevmContainer) c =
        qevm_container_open(path, 0, 0, &source, error);
    guint8 head[4] = { 0 };
    gboolean ok;

    if (!c) {
        return FALSE;
    }
    if (!qevm_source_seekable(source) ||
        (qevm_source_read(source, 0, 4, head, "header", NULL) &&
         memcmp(head, "QEVM", 4) == 0)) {
        ok = add_stream(file, source, error);
    } else {
        ok = add_json(file, source, error);
        qevm_source_free(source);
    }
    if (!ok) {
        g_prefix_error(error, "%s: ", path);
    }
    return ok;
}

QevmVmdesc *
qevm_lend_file_load(const char *path, char **whose, GError **error)
{
    g_autoptr(QevmLendFile) file = qevm_lend_file_new();

    if (!qevm_lend_file_add(file, path, error)) {
        return NULL;
    }
    if (file->qemu) {
        *whose = g_strdup_printf("%s of QEMU %s",
                                 file->machine ? file->machine : "a machine",
                                 file->qemu);
    } else {
        *whose = g_path_get_basename(path);
    }
    return g_ptr_array_steal_index(file->vmdescs, 0);
}

/* ---- writing one ----
 *
 * Elements that QEMU described one by one and alike become one run: when it
 * is lent, each is looked at anyway. */

static const QevmVmsd *compact(QevmArena *arena, const QevmVmsd *vmsd);

static const QevmFieldDesc *
compact_field(QevmArena *arena, const QevmFieldDesc *f)
{
    QevmFieldDesc *copy;

    if (f->n_vmsds == 0) {
        return f;
    }
    copy = qevm_field_desc_copy(arena, f);
    copy->vmsds = qevm_arena_alloc0(arena, f->n_vmsds * sizeof *copy->vmsds);
    for (guint i = 0; i < f->n_vmsds; i++) {
        *(copy->vmsds + i) = compact(arena, *(f->vmsds + i));
    }
    return copy;
}

static GBytes *
field_text(const QevmFieldDesc *f)
{
    g_autoptr(QevmJsonOut) out = qevm_json_out_new(QEVM_DIALECT_JSON_WRITER);

    qevm_json_out_field(out, f);
    return qevm_json_out_finish(g_steal_pointer(&out));
}

/* Is `next` one more of the elements that `run` has? */
static gboolean
continues(const QevmFieldDesc *run, const QevmFieldDesc *next)
{
    QevmFieldDesc a = *run, b = *next;
    g_autoptr(GBytes) x = NULL, y = NULL;

    if (run->shape != QEVM_SHAPE_STRUCT || run->inline_vmsd ||
        next->count != 1 || next->array_len ||
        g_strcmp0(run->name, next->name) != 0) {
        return FALSE;
    }
    a.index = b.index = -1;
    a.array_len = b.array_len = 0;
    x = field_text(&a);
    y = field_text(&b);
    return g_bytes_equal(x, y);
}

static const QevmVmsd *
compact(QevmArena *arena, const QevmVmsd *vmsd)
{
    QevmVmsd *copy = qevm_vmsd_copy(arena, vmsd);
    const QevmFieldDesc **fields =
        qevm_arena_alloc0(arena, vmsd->n_fields * sizeof *fields);
    const QevmVmsd **subs =
        qevm_arena_alloc0(arena, vmsd->n_subsections * sizeof *subs);
    guint n = 0;

    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmFieldDesc *f = compact_field(arena, vmsd->fields[i]);
        QevmFieldDesc *run;

        if (n == 0 || !continues(fields[n - 1], f)) {
            fields[n++] = f;
            continue;
        }
        run = qevm_field_desc_copy(arena, fields[n - 1]);
        run->index = -1;
        run->count++;
        run->array_len = run->count;
        fields[n - 1] = run;
    }
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        subs[i] = compact(arena, vmsd->subsections[i]);
    }
    copy->fields = fields;
    copy->n_fields = n;
    copy->subsections = subs;
    return copy;
}

static GBytes *
render_device(const QevmDevice *device)
{
    g_autoptr(QevmJsonOut) out = qevm_json_out_new(QEVM_DIALECT_JSON_WRITER);
    g_autoptr(QevmArena) arena = qevm_arena_new();
    QevmDevice compacted = *device;

    compacted.vmsd = compact(arena, device->vmsd);
    /* The function writes the braces, too: it is the outermost object. */
    qevm_json_out_device(out, &compacted);
    return qevm_json_out_finish(g_steal_pointer(&out));
}

/* A device without its place is found by the end of its name: one of each
 * layout is enough. */
static gboolean
is_new(GHashTable *seen, const QevmDevice *device)
{
    const char *slash = strrchr(device->name, '/');
    const char *last = slash ? slash + 1 : device->name;
    QevmDevice bare = *device;
    g_autoptr(GBytes) text = NULL;

    if (!device->legacy && g_strcmp0(device->vmsd->name, last) == 0) {
        bare.name = last;
        bare.instance_id = 0;
        bare.signed_id = FALSE;
    }
    text = render_device(&bare);
    return g_hash_table_add(seen, g_steal_pointer(&text));
}

static void
append_fact(GString *out, const char *name, const char *text)
{
    g_autoptr(QevmJsonOut) json = qevm_json_out_new(QEVM_DIALECT_JSON_WRITER);
    g_autoptr(GBytes) bytes = NULL;
    const char *data;
    gsize n;

    if (!text) {
        return;
    }
    qevm_json_out_begin_object(json, NULL);
    qevm_json_out_string(json, name, text);
    qevm_json_out_end_object(json);
    bytes = qevm_json_out_finish(g_steal_pointer(&json));
    data = g_bytes_get_data(bytes, &n);
    /* Without the braces. */
    g_string_append_printf(out, ",\n %.*s", (int)n - 2, data + 1);
}

GBytes *
qevm_lend_file_text(const QevmLendFile *file)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(
        g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    GString *out = g_string_new("{\"qevm-lend\": 1");
    guint64 page_size = 0;
    gboolean any = FALSE;
    gsize n;

    append_fact(out, "qemu", file->qemu);
    append_fact(out, "machine", file->machine);
    for (guint i = 0; i < file->vmdescs->len && !page_size; i++) {
        const QevmVmdesc *d = g_ptr_array_index(file->vmdescs, i);

        page_size = d->page_size;
    }
    g_string_append(out, ",\n \"vmdesc\": {");
    if (page_size) {
        g_string_append_printf(out, "\"page_size\": %" G_GUINT64_FORMAT ", ",
                               page_size);
    }
    g_string_append(out, "\"devices\": [");
    for (guint i = 0; i < file->vmdescs->len; i++) {
        const QevmVmdesc *d = g_ptr_array_index(file->vmdescs, i);

        for (guint k = 0; k < d->n_devices; k++) {
            g_autoptr(GBytes) text = NULL;
            const char *data;

            if (!is_new(seen, &d->devices[k])) {
                continue;
            }
            text = render_device(&d->devices[k]);
            data = g_bytes_get_data(text, &n);
            g_string_append(out, any ? ",\n  " : "\n  ");
            g_string_append_len(out, data, (gssize)n);
            any = TRUE;
        }
    }
    g_string_append(out, "\n ]}}\n");
    return g_string_free_to_bytes(out);
}
