/* wrap.c - the container around an output. */
#define _GNU_SOURCE
#include "cli/wrap.h"
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A compressor that runs between a pipe and the output. */
typedef struct {
    const QevmCodec *codec;
    int in, out;   /* `in` is closed by the thread, `out` is borrowed */
    GError *error; /* owned */
} Squeeze;

/* One layer of the output, as one of the input's, or one that is compressed. */
typedef struct {
    QevmLayerKind kind;
    const QevmLayer *from;  /* borrowed; NULL: a CODEC of --compress */
    const QevmCodec *codec; /* CODEC */
    QevmLibvirt *libvirt;   /* LIBVIRT; owned, what is written */
    int fd;    /* what is inside goes there; CODEC and XEN: owned, or -1 */
    int outer; /* borrowed; where this layer goes */
    GThread *thread;  /* CODEC; owned, NULL: not running */
    Squeeze *squeeze; /* its; owned */
} Layer;

struct QevmWrap {
    GPtrArray *layers; /* Layer, the outermost first */
    int fd;
    gboolean sparse;
};

static void
end_squeeze(Layer *layer)
{
    if (layer->kind == QEVM_LAYER_CODEC && layer->fd >= 0) {
        close(layer->fd);
        layer->fd = -1;
    }
    if (layer->thread) {
        g_thread_join(layer->thread);
        layer->thread = NULL;
    }
}

static void
layer_free(gpointer p)
{
    Layer *layer = p;

    end_squeeze(layer);
    if (layer->squeeze) {
        g_clear_error(&layer->squeeze->error);
        g_free(layer->squeeze);
    }
    if (layer->kind == QEVM_LAYER_XEN && layer->fd >= 0) {
        close(layer->fd);
    }
    qevm_libvirt_free(layer->libvirt);
    g_free(layer);
}

/* From the inside out: a compressor ends before what it writes to. */
void
qevm_wrap_free(QevmWrap *wrap)
{
    if (!wrap) {
        return;
    }
    for (guint i = wrap->layers->len; i-- > 0;) {
        end_squeeze(g_ptr_array_index(wrap->layers, i));
    }
    g_ptr_array_unref(wrap->layers);
    g_free(wrap);
}

/* ---- which layers ---- */

static Layer *
add_layer(QevmWrap *wrap, QevmLayerKind kind, gint at)
{
    Layer *layer = g_new0(Layer, 1);

    layer->kind = kind;
    layer->fd = layer->outer = -1;
    g_ptr_array_insert(wrap->layers, at, layer);
    return layer;
}

static Layer *
find_layer(const QevmWrap *wrap, QevmLayerKind kind)
{
    for (guint i = wrap->layers->len; i-- > 0;) {
        Layer *layer = g_ptr_array_index(wrap->layers, i);

        if (layer->kind == kind) {
            return layer;
        }
    }
    return NULL;
}

static gboolean
refuse(GError **error, const char *why)
{
    g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED, why);
    return FALSE;
}

/* A snapshot is taken out of its image, and out of all around that. */
static gboolean
keep_layers(QevmWrap *wrap, const QevmContainer *c, GError **error)
{
    for (guint i = 0; i < c->layers->len; i++) {
        const QevmLayer *from = g_ptr_array_index(c->layers, i);
        Layer *layer;

        if (from->kind == QEVM_LAYER_QCOW2) {
            g_ptr_array_set_size(wrap->layers, 0);
            continue;
        }
        layer = add_layer(wrap, from->kind, -1);
        layer->from = from;
        layer->codec = from->codec;
        if (from->kind == QEVM_LAYER_LIBVIRT) {
            layer->libvirt = qevm_libvirt_copy(from->libvirt);
            if (from->libvirt->unfinished) {
                return refuse(error, "the libvirt save image was not finished: "
                                     "libvirt will not restore it; --bare "
                                     "writes the stream in it");
            }
        }
        if (from->kind == QEVM_LAYER_OFFSET && !from->outer) {
            return refuse(error,
                          "what is before the stream has gone by in a pipe; "
                          "--bare writes the stream alone");
        }
    }
    return TRUE;
}

/* The format that a libvirt header has for what is in it. */
static gboolean
set_format(QevmWrap *wrap, Layer *libvirt, GError **error)
{
    Layer *codec = find_layer(wrap, QEVM_LAYER_CODEC);
    const char *name = codec ? qevm_codec_name(codec->codec) : "raw";
    guint32 format;

    if (!qevm_libvirt_format_named(name, &format)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "libvirt reads no save images compressed with %s", name);
        return FALSE;
    }
    if (strcmp(qevm_libvirt_format_name(libvirt->libvirt->format), "sparse") ==
        0) {
        return refuse(error, "the pages of a mapped-ram stream must stay where "
                             "they are in the file: it cannot be compressed");
    }
    qevm_libvirt_set_format(libvirt->libvirt, format);
    return TRUE;
}

/* The codec of --compress takes the place of the innermost, or is inside a
 * libvirt header, or around everything else. */
static gboolean
compress(QevmWrap *wrap, const char *name, GError **error)
{
    gboolean none = strcmp(name, "none") == 0;
    const QevmCodec *codec = none ? NULL : qevm_codec_named(name);
    Layer *old = find_layer(wrap, QEVM_LAYER_CODEC);
    Layer *libvirt = find_layer(wrap, QEVM_LAYER_LIBVIRT);

    if (!none && !codec) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                    "cannot compress with %s; there are %s none", name,
                    qevm_codec_names());
        return FALSE;
    }
    if (old && none) {
        g_ptr_array_remove(wrap->layers, old);
    } else if (old) {
        old->codec = codec;
    } else if (!none) {
        add_layer(wrap, QEVM_LAYER_CODEC, libvirt ? -1 : 0)->codec = codec;
    }
    return !libvirt || set_format(wrap, libvirt, error);
}

QevmWrap *
qevm_wrap_new(const QevmContainer *c, const QevmOptions *options,
              GError **error)
{
    g_autoptr(QevmWrap) wrap = g_new0(QevmWrap, 1);

    wrap->layers = g_ptr_array_new_with_free_func(layer_free);
    wrap->fd = -1;
    if ((!options->bare && !keep_layers(wrap, c, error)) ||
        (options->compress && !compress(wrap, options->compress, error))) {
        return NULL;
    }
    return g_steal_pointer(&wrap);
}

gboolean
qevm_wrap_set_machine(QevmWrap *wrap, const char *machine, GError **error)
{
    Layer *layer = find_layer(wrap, QEVM_LAYER_LIBVIRT);

    return !layer || qevm_libvirt_set_machine(layer->libvirt, machine, error);
}

gboolean
qevm_wrap_set_xml(QevmWrap *wrap, const char *xml, GError **error)
{
    Layer *layer = find_layer(wrap, QEVM_LAYER_LIBVIRT);

    return layer ? qevm_libvirt_set_xml(layer->libvirt, xml, error)
                 : refuse(error, "not a libvirt save image: it has no XML");
}

gboolean
qevm_wrap_add_args(QevmWrap *wrap, char *const *args, GError **error)
{
    Layer *layer = find_layer(wrap, QEVM_LAYER_LIBVIRT);

    return !layer || qevm_libvirt_add_args(layer->libvirt, args, error);
}

guint64
qevm_wrap_base(const QevmWrap *wrap)
{
    guint64 base = 0;

    for (guint i = 0; i < wrap->layers->len; i++) {
        const Layer *layer = g_ptr_array_index(wrap->layers, i);

        base = layer->kind == QEVM_LAYER_CODEC ? 0
               : layer->kind == QEVM_LAYER_LIBVIRT
                   ? base + qevm_libvirt_size(layer->libvirt)
                   : base + layer->from->offset;
    }
    return base;
}

/* ---- writing ---- */

static gboolean
put_bytes(int fd, GBytes *bytes, GError **error)
{
    g_autoptr(QevmSource) source = qevm_source_new_bytes(bytes, "header");

    return qevm_source_copy(source, 0, g_bytes_get_size(bytes), fd, FALSE,
                            error);
}

static gpointer
squeeze(gpointer p)
{
    Squeeze *s = p;

    (void)!qevm_codec_compress(s->codec, s->in, s->out, &s->error);
    close(s->in);
    return NULL;
}

static gboolean
begin_codec(Layer *layer, GError **error)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0) {
        return qevm_error_errno(error, errno, "output: cannot be compressed");
    }
    layer->squeeze = g_new0(Squeeze, 1);
    layer->squeeze->codec = layer->codec;
    layer->squeeze->in = fds[0];
    layer->squeeze->out = layer->outer;
    layer->fd = fds[1];
    layer->thread = g_thread_new("compress", squeeze, layer->squeeze);
    return TRUE;
}

/* How long it gets is written before it: it waits in a file without a name.
 * There is no RAM in it. */
static gboolean
begin_xen(Layer *layer, GError **error)
{
    layer->fd = qevm_output_unnamed(error);
    return layer->fd >= 0;
}

static gboolean
begin_layer(Layer *layer, gboolean sparse, GError **error)
{
    g_autoptr(GBytes) header = NULL;

    switch (layer->kind) {
    case QEVM_LAYER_CODEC:
        return begin_codec(layer, error);
    case QEVM_LAYER_XEN:
        return begin_xen(layer, error);
    case QEVM_LAYER_LIBVIRT:
        layer->fd = layer->outer;
        header = qevm_libvirt_bytes(layer->libvirt);
        return put_bytes(layer->fd, header, error);
    default:
        layer->fd = layer->outer;
        return qevm_source_copy(layer->from->outer, 0, layer->from->offset,
                                layer->fd, sparse, error);
    }
}

gboolean
qevm_wrap_begin(QevmWrap *wrap, int fd, gboolean sparse, GError **error)
{
    for (guint i = 0; i < wrap->layers->len; i++) {
        Layer *layer = g_ptr_array_index(wrap->layers, i);

        layer->outer = fd;
        if (!begin_layer(layer, sparse, error)) {
            return FALSE;
        }
        fd = layer->fd;
        sparse = sparse && layer->kind != QEVM_LAYER_CODEC;
    }
    wrap->fd = fd;
    wrap->sparse = sparse;
    return TRUE;
}

int
qevm_wrap_fd(const QevmWrap *wrap)
{
    return wrap->fd;
}

gboolean
qevm_wrap_sparse(const QevmWrap *wrap)
{
    return wrap->sparse;
}

static gboolean
end_codec(Layer *layer, GError **error)
{
    end_squeeze(layer);
    if (layer->squeeze->error) {
        g_propagate_error(error, g_steal_pointer(&layer->squeeze->error));
        return FALSE;
    }
    return TRUE;
}

static gboolean
put_length(const Layer *layer, guint64 size, GError **error)
{
    const QevmXen *xen = layer->from->xen;
    guint8 length[4];
    g_autoptr(GBytes) bytes = NULL;
    guint64 behind = xen->length_at + sizeof length;

    if (size > G_MAXUINT32 - xen->more) {
        return refuse(error, "a record of Xen holds less than 4 GiB");
    }
    for (guint i = 0; i < sizeof length; i++) {
        length[i] =
            (guint8)((size + xen->more) >> 8 * (xen->big_endian ? 3 - i : i));
    }
    bytes = g_bytes_new(length, sizeof length);
    return qevm_source_copy(layer->from->outer, 0, xen->length_at, layer->outer,
                            FALSE, error) &&
           put_bytes(layer->outer, bytes, error) &&
           qevm_source_copy(layer->from->outer, behind, xen->offset - behind,
                            layer->outer, FALSE, error);
}

/* Header of the record, the stream, padding, and what follows in the file. */
static gboolean
end_xen(Layer *layer, GError **error)
{
    const QevmXen *xen = layer->from->xen;
    guint64 end = xen->offset + xen->size;
    guint pad = xen->padded ? (guint)(-(gint64)xen->size & 7) : 0, pad_out;
    guint64 there = qevm_source_size(layer->from->outer), size;
    static const guint8 zeros[8];
    g_autoptr(GBytes) padding = NULL;
    g_autoptr(QevmSource) stream =
        qevm_source_new_fd(dup(layer->fd), "stream", error);

    if (!stream) {
        return FALSE;
    }
    size = qevm_source_size(stream);
    pad_out = xen->padded ? (guint)(-(gint64)size & 7) : 0;
    padding = g_bytes_new_static(zeros, pad_out);
    end = MIN(end + pad, there);
    return (xen->length_at
                ? put_length(layer, size, error)
                : qevm_source_copy(layer->from->outer, 0, xen->offset,
                                   layer->outer, FALSE, error)) &&
           qevm_source_copy(stream, 0, size, layer->outer, FALSE, error) &&
           put_bytes(layer->outer, padding, error) &&
           qevm_source_copy(layer->from->outer, end, there - end, layer->outer,
                            FALSE, error);
}

gboolean
qevm_wrap_end(QevmWrap *wrap, GError **error)
{
    for (guint i = wrap->layers->len; i-- > 0;) {
        Layer *layer = g_ptr_array_index(wrap->layers, i);

        if ((layer->kind == QEVM_LAYER_CODEC && !end_codec(layer, error)) ||
            (layer->kind == QEVM_LAYER_XEN && !end_xen(layer, error))) {
            return FALSE;
        }
    }
    return TRUE;
}
