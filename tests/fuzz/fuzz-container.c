/* fuzz-container.c - any bytes as a file that has a stream in it, whatever it
 * is; of a qcow2 image, each snapshot, and a new one beside it.
 */
#include "parser/container.h"
#include "rewrite/qcow2-add.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hostile/exercise.h"

#include <string.h>
#include <unistd.h>

#define READ_MAX (4 * 1024 * 1024)

/* Up to so many bytes of it, in small pieces. NULL: it cannot be read. */
static GBytes *
read_all(QevmSource *source)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    guint8 buf[5000];
    gsize got = 1;

    while (got > 0 && all->len < READ_MAX) {
        if (!qevm_source_read_some(source, all->len, sizeof buf, buf, &got,
                                   NULL)) {
            return NULL;
        }
        g_byte_array_append(all, buf, (guint)got);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

static GBytes *
stream_in(GBytes *bytes, const char *snapshot, QevmContainer **container)
{
    QevmSource *source;
    GBytes *all;

    *container =
        qevm_container_read(qevm_source_new_bytes(bytes, "bytes"), snapshot, 0,
                            QEVM_CONTAINER_LIST, &source, NULL);
    all = *container && source ? read_all(source) : NULL;
    if (*container) {
        qevm_source_free(source);
    }
    return all;
}

/* What can be changed in a libvirt header, is. */
static void
change_libvirt(const QevmLibvirt *l)
{
    g_autoptr(QevmLibvirt) copy = qevm_libvirt_copy(l);
    g_autoptr(GBytes) before = qevm_libvirt_bytes(l), after = NULL;

    if (!qevm_libvirt_set_machine(copy, "pc<&\"'", NULL)) {
        return;
    }
    after = qevm_libvirt_bytes(copy);
    if (g_bytes_get_size(after) < g_bytes_get_size(before) ||
        strcmp(copy->machine, "pc<&\"'") != 0 ||
        g_strcmp0(copy->domain, l->domain) != 0 ||
        g_strcmp0(copy->cookie, l->cookie) != 0) {
        exercise_fail("another machine changed more than that");
    }
}

/* In an image whose parts overlap, anything may come of it but a crash. */
static void
add_snapshot(GBytes *image, const char *id)
{
    g_autofree char *path = NULL, *by_id = g_strconcat("id:", id, NULL);
    g_autoptr(GBytes) new = g_bytes_new_static("QEVM of the new one", 19);
    g_autoptr(QevmSource) state = qevm_source_new_bytes(new, "state");
    QevmQcow2Add add = { .old = by_id, .name = "fuzz", .vm_state = state };
    gsize n;
    const void *p = g_bytes_get_data(image, &n);
    int fd = g_file_open_tmp("qevm-fuzz-XXXXXX", &path, NULL);

    if (fd < 0) {
        return;
    }
    add.path = path;
    if (write(fd, p, n) == (gssize)n) {
        (void)!qevm_qcow2_add(&add, NULL);
    }
    close(fd);
    unlink(path);
}

static void
each_snapshot(GBytes *bytes, const QevmQcow2 *q)
{
    for (guint i = 0; i < MIN(q->snapshots->len, 4u); i++) {
        const QevmQcow2Snapshot *s = g_ptr_array_index(q->snapshots, i);
        g_autofree char *id = g_strconcat("id:", s->id, NULL);
        g_autoptr(QevmContainer) c = NULL;
        g_autoptr(GBytes) state = stream_in(bytes, id, &c);

        if (c && qevm_container_layer(c, QEVM_LAYER_QCOW2)->snapshot == NULL) {
            exercise_fail("a snapshot was asked for, and none was chosen");
        }
        if (state && i == 0) {
            add_snapshot(bytes, s->id);
        }
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(QevmContainer) c = NULL;
    g_autoptr(GBytes) stream G_GNUC_UNUSED = stream_in(bytes, NULL, &c);

    for (guint i = 0; c && i < c->layers->len; i++) {
        const QevmLayer *layer = g_ptr_array_index(c->layers, i);

        if (layer->libvirt) {
            change_libvirt(layer->libvirt);
        }
        if (layer->qcow2 && c->layers->len == 1) {
            each_snapshot(bytes, layer->qcow2);
        }
    }
    return 0;
}
