/* container.h - what a file is, from the outside in, and the stream in it.
 *
 * A file is recognised by its content: a stream; a libvirt save image; a qcow2
 * image with internal snapshots; a save file of Xen; a compressed one of
 * these. Each that is peeled off is a layer.
 */
#ifndef QEVM_PARSER_CONTAINER_H
#define QEVM_PARSER_CONTAINER_H

#include "parser/codec.h"
#include "parser/libvirt.h"
#include "parser/qcow2.h"
#include "parser/xen.h"

typedef enum {
    QEVM_LAYER_OFFSET, /* the stream begins there, as was said */
    QEVM_LAYER_CODEC,
    QEVM_LAYER_LIBVIRT,
    QEVM_LAYER_QCOW2,
    QEVM_LAYER_XEN,
} QevmLayerKind;

typedef struct {
    QevmLayerKind kind;
    guint64 offset;    /* of what is inside, in this one; CODEC: 0 */
    QevmSource *outer; /* borrowed, OFFSET and XEN: what this one is in itself,
                          as long as the stream's source; NULL: it is a pipe */
    const QevmCodec *codec;
    QevmLibvirt *libvirt;              /* owned */
    QevmQcow2 *qcow2;                  /* owned */
    const QevmQcow2Snapshot *snapshot; /* one of those; NULL: none was chosen */
    QevmXen *xen;                      /* owned */
} QevmLayer;

typedef struct {
    char *path;        /* owned; of the file, without #SNAPSHOT; NULL: it was
                          read from a source */
    GPtrArray *layers; /* QevmLayer, the outermost first; empty: a bare stream,
                          or nothing that is known */
} QevmContainer;

typedef enum {
    /* Of a qcow2 image with many snapshots choose none, and give no source. */
    QEVM_CONTAINER_LIST = 1 << 0,
} QevmContainerFlags;

/* Opens `file`: a path, "-", or IMAGE#SNAPSHOT, split at the last `#` unless
 * all of it is the path of a file. `offset`: where in the file to begin.
 * *source is the stream's, seekable if nothing on the way is a pipe or
 * compressed. */
QevmContainer *qevm_container_open(const char *file, guint64 offset,
                                   QevmContainerFlags flags,
                                   QevmSource **source, GError **error);
/* The same of an open source, which it takes over, also on failure; `snapshot`
 * may be NULL. */
QevmContainer *qevm_container_read(QevmSource *of, const char *snapshot,
                                   guint64 offset, QevmContainerFlags flags,
                                   QevmSource **source, GError **error);
void qevm_container_free(QevmContainer *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmContainer, qevm_container_free)

/* The layer of a kind; NULL: there is none. */
const QevmLayer *qevm_container_layer(const QevmContainer *c,
                                      QevmLayerKind kind);
/* "libvirt save image", "qcow2 snapshot", "gzip", ... */
const char *qevm_layer_name(const QevmLayer *layer);

/* Where a stream seems to begin in the first 16 MiB behind the start of a
 * seekable source; 0: nowhere. */
guint64 qevm_container_search(QevmSource *source);

#endif
