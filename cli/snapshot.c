/* snapshot.c - new snapshots in the images that an input came from. */
#include "cli/snapshot.h"
#include "rewrite/qcow2-add.h"

#include <unistd.h>

typedef gboolean (*Action)(const QevmQcow2Add *add, GError **error);

static const QevmLayer *
image_layer(const QevmContainer *c, GError **error)
{
    const QevmLayer *layer = qevm_container_layer(c, QEVM_LAYER_QCOW2);

    if (!layer || c->layers->len > 1) {
        g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                            "--as needs an input that is a snapshot in a qcow2 "
                            "image, IMAGE#SNAPSHOT");
        return NULL;
    }
    return layer;
}

/* With several disks, loadvm wants a snapshot of the name in each; that of the
 * others is known by the name of the old one. */
static gboolean
each_image(const QevmContainer *c, const QevmOptions *o, QevmSource *vm_state,
           Action action, GError **error)
{
    const QevmLayer *layer = image_layer(c, error);
    g_autofree char *id =
        layer ? g_strconcat("id:", layer->snapshot->id, NULL) : NULL;
    QevmQcow2Add add = { .name = o->as, .sync = !o->no_sync };

    if (!layer) {
        return FALSE;
    }
    for (char **image = o->also; image && *image; image++) {
        add.path = *image;
        add.old = layer->snapshot->name;
        if (!action(&add, error)) {
            return FALSE;
        }
    }
    add.path = c->path;
    add.old = id;
    add.vm_state = vm_state;
    return action(&add, error);
}

gboolean
qevm_snapshot_check(const QevmContainer *c, const QevmOptions *options,
                    GError **error)
{
    return each_image(c, options, NULL, qevm_qcow2_can_add, error);
}

gboolean
qevm_snapshot_add(const QevmContainer *c, const QevmOptions *options, int fd,
                  GError **error)
{
    g_autoptr(QevmSource) vm_state =
        qevm_source_new_fd(dup(fd), "vm state", error);

    return vm_state && each_image(c, options, vm_state, qevm_qcow2_add, error);
}
