/* container.c - peels layers off, by what the first bytes are. */
#include "parser/container.h"

#include <string.h>

#define LAYERS_MAX 4
#define SEARCH_MAX (16 * 1024 * 1024)

static void
layer_free(gpointer p)
{
    QevmLayer *layer = p;

    qevm_libvirt_free(layer->libvirt);
    qevm_qcow2_free(layer->qcow2);
    g_free(layer->xen);
    g_free(layer);
}

void
qevm_container_free(QevmContainer *c)
{
    if (!c) {
        return;
    }
    g_ptr_array_unref(c->layers);
    g_free(c->path);
    g_free(c);
}

const QevmLayer *
qevm_container_layer(const QevmContainer *c, QevmLayerKind kind)
{
    for (guint i = 0; i < c->layers->len; i++) {
        const QevmLayer *layer = g_ptr_array_index(c->layers, i);

        if (layer->kind == kind) {
            return layer;
        }
    }
    return NULL;
}

const char *
qevm_layer_name(const QevmLayer *layer)
{
    switch (layer->kind) {
    case QEVM_LAYER_CODEC:
        return qevm_codec_name(layer->codec);
    case QEVM_LAYER_LIBVIRT:
        return "libvirt save image";
    case QEVM_LAYER_QCOW2:
        return "qcow2 image";
    case QEVM_LAYER_XEN:
        return "Xen save file";
    default:
        return "offset";
    }
}

static QevmLayer *
add_layer(QevmContainer *c, QevmLayerKind kind)
{
    QevmLayer *layer = g_new0(QevmLayer, 1);

    layer->kind = kind;
    g_ptr_array_add(c->layers, layer);
    return layer;
}

/* What a reading is done with. */
typedef struct {
    QevmContainer *container;
    const char *snapshot;
    QevmContainerFlags flags;
    QevmSource *source; /* owned; what is inside the layers so far */
} Peel;

static gboolean
window(Peel *p, guint64 offset, guint64 size, GError **error)
{
    p->source =
        qevm_source_window(g_steal_pointer(&p->source), offset, size, error);
    return p->source != NULL;
}

static gboolean
need_file(const Peel *p, const char *what, GError **error)
{
    if (qevm_source_seekable(p->source)) {
        return TRUE;
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                "%s is read in any order, not from a pipe or compressed; put "
                "it into a file of its own",
                what);
    return FALSE;
}

static gboolean
peel_libvirt(Peel *p, GError **error)
{
    QevmLibvirt *l = qevm_libvirt_read(p->source, error);
    QevmLayer *layer;

    if (!l) {
        return FALSE;
    }
    layer = add_layer(p->container, QEVM_LAYER_LIBVIRT);
    layer->libvirt = l;
    layer->offset = qevm_libvirt_size(l);
    return window(p, layer->offset, G_MAXUINT64, error);
}

static gboolean
peel_codec(Peel *p, const QevmCodec *codec)
{
    add_layer(p->container, QEVM_LAYER_CODEC)->codec = codec;
    p->source = qevm_codec_decompress(codec, p->source);
    return TRUE;
}

static gboolean
peel_qcow2(Peel *p, GError **error)
{
    QevmLayer *layer;
    QevmQcow2 *q;

    if (!need_file(p, "a qcow2 image", error)) {
        return FALSE;
    }
    q = qevm_qcow2_read(p->source, error);
    if (!q) {
        return FALSE;
    }
    layer = add_layer(p->container, QEVM_LAYER_QCOW2);
    layer->qcow2 = q;
    layer->snapshot = qevm_qcow2_find(q, p->snapshot, error);
    if (!layer->snapshot) {
        return FALSE;
    }
    p->source = qevm_qcow2_vm_state(q, layer->snapshot,
                                    g_steal_pointer(&p->source), error);
    return p->source != NULL;
}

static gboolean
peel_xen(Peel *p, GError **error)
{
    QevmSource *outer = p->source;
    QevmLayer *layer;
    QevmXen *xen;

    if (!need_file(p, "a save file of Xen", error)) {
        return FALSE;
    }
    xen = qevm_xen_find(p->source, error);
    if (!xen) {
        return FALSE;
    }
    layer = add_layer(p->container, QEVM_LAYER_XEN);
    layer->xen = xen;
    layer->outer = outer;
    layer->offset = xen->offset;
    return window(p, xen->offset, xen->size, error);
}

/* FALSE without an error: there is nothing more to peel. */
static gboolean
peel_one(Peel *p, GError **error)
{
    guint8 head[QEVM_XEN_MAGIC];
    const QevmCodec *codec;
    gsize n;

    G_STATIC_ASSERT(sizeof head >= QEVM_CODEC_MAGIC &&
                    sizeof head >= QEVM_LIBVIRT_MAGIC);
    if (!qevm_source_peek(p->source, sizeof head, head, &n, error)) {
        return FALSE;
    }
    codec = qevm_codec_of(head, n);
    return codec                      ? peel_codec(p, codec)
           : qevm_libvirt_is(head, n) ? peel_libvirt(p, error)
           : qevm_qcow2_is(head, n)   ? peel_qcow2(p, error)
           : qevm_xen_is(head, n)     ? peel_xen(p, error)
                                      : FALSE;
}

static gboolean
peel_all(Peel *p, GError **error)
{
    GError *local = NULL;

    while (peel_one(p, &local)) {
        if (p->container->layers->len > LAYERS_MAX) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                        "more than %d containers in each other", LAYERS_MAX);
            return FALSE;
        }
    }
    if (local) {
        g_propagate_error(error, local);
    }
    return !local;
}

/* With LIST, an image of which none was chosen is no error. */
static gboolean
only_listed(const Peel *p, const GError *error)
{
    const QevmLayer *layer =
        qevm_container_layer(p->container, QEVM_LAYER_QCOW2);

    return layer && !layer->snapshot && !p->snapshot &&
           p->flags & QEVM_CONTAINER_LIST &&
           g_error_matches(error, QEVM_ERROR, QEVM_ERROR_PATH);
}

static gboolean
want_qcow2(const Peel *p, GError **error)
{
    if (!p->snapshot || qevm_container_layer(p->container, QEVM_LAYER_QCOW2)) {
        return TRUE;
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                "`#%s' names a snapshot, and this is no qcow2 image",
                p->snapshot);
    return FALSE;
}

QevmContainer *
qevm_container_read(QevmSource *of, const char *snapshot, guint64 offset,
                    QevmContainerFlags flags, QevmSource **source,
                    GError **error)
{
    g_autoptr(QevmContainer) c = g_new0(QevmContainer, 1);
    Peel p = { c, snapshot, flags, of };
    GError *local = NULL;
    gboolean ok = TRUE;

    *source = NULL;
    c->layers = g_ptr_array_new_with_free_func(layer_free);
    if (offset) {
        QevmLayer *layer = add_layer(c, QEVM_LAYER_OFFSET);

        layer->offset = offset;
        layer->outer = qevm_source_seekable(of) ? of : NULL;
        ok = window(&p, offset, G_MAXUINT64, &local);
    }
    ok = ok && peel_all(&p, &local) && want_qcow2(&p, &local);
    if (!ok) {
        qevm_source_free(p.source);
        if (!only_listed(&p, local)) {
            g_propagate_error(error, local);
            return NULL;
        }
        g_clear_error(&local);
        return g_steal_pointer(&c);
    }
    *source = p.source;
    return g_steal_pointer(&c);
}

QevmContainer *
qevm_container_open(const char *file, guint64 offset, QevmContainerFlags flags,
                    QevmSource **source, GError **error)
{
    const char *hash = strrchr(file, '#');
    gboolean split = hash && !g_file_test(file, G_FILE_TEST_EXISTS);
    g_autofree char *path =
        split ? g_strndup(file, (gsize)(hash - file)) : g_strdup(file);
    QevmSource *of = qevm_source_open(path, error);
    QevmContainer *c;

    *source = NULL;
    if (!of) {
        return NULL;
    }
    c = qevm_container_read(of, split ? hash + 1 : NULL, offset, flags, source,
                            error);
    if (c) {
        c->path = g_steal_pointer(&path);
    }
    return c;
}

/* ---- a stream somewhere ---- */

/* Magic and version 3, then what a stream can begin with. */
static gboolean
begins_stream(const guint8 *p)
{
    return memcmp(p, "QEVM\0\0\0\3", 8) == 0 &&
           (p[8] == 0x07 || p[8] == 0x01 || p[8] == 0x04 ||
            p[8] == 0x08); /* bounds: the caller has nine */
}

guint64
qevm_container_search(QevmSource *source)
{
    enum { CHUNK = 64 * 1024, WANTED = 9 };
    g_autofree guint8 *buf = g_malloc(CHUNK + WANTED);
    guint64 size = qevm_source_size(source);

    size = MIN(size, (guint64)SEARCH_MAX);
    for (guint64 at = 0; at + WANTED <= size; at += CHUNK) {
        gsize n = (gsize)MIN(size - at, (guint64)CHUNK + WANTED);

        if (!qevm_source_read(source, at, n, buf, "search", NULL)) {
            return 0;
        }
        for (gsize i = 0; i + WANTED <= n; i++) {
            if (begins_stream(buf + i)) {
                return at + i;
            }
        }
    }
    return 0;
}
