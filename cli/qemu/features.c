/* features.c - which features the virtio devices of a QEMU offer. */
#define _GNU_SOURCE
#include "cli/qemu/features.h"

#include "cli/output.h"
#include "cli/qemu/load.h"
#include "parser/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Where a device has the features that its guest took: 32 bits, and all of
 * them if they are more. */
#define LOW "//virtio/guest_features"
#define ALL "//virtio/virtio/{virtio/64bit_features}/guest_features"

QevmStream *
qevm_features_open(int fd, const QevmStreamHooks *hooks, GError **error)
{
    QevmSource *source;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

    if (copy < 0) {
        qevm_error_errno(error, errno, "cannot read the stream again");
        return NULL;
    }
    source = qevm_source_new_fd(copy, "the stream", error);
    return source ? qevm_stream_open(source, 0, hooks, error) : NULL;
}

/* The leaf of that name in a section; NULL: there is none. */
static const QevmNode *
find_leaf(QevmStream *stream, const char *section, const char *below)
{
    g_autofree char *text = g_strconcat(section, below, NULL);
    g_autoptr(QevmPath) path = qevm_path_parse(text, NULL);
    g_autoptr(GArray) places =
        path ? qevm_path_resolve(stream, path, NULL) : NULL;

    return places && places->len == 1 ? g_array_index(places, QevmPlace, 0).node
                                      : NULL;
}

/* ---- a stream whose guest took everything ---- */

/* An edit would be refused: with these features, the device would have more
 * state. QEMU looks at them before it can notice. */
static gboolean
take_everything(int fd, const QevmNode *leaf, GError **error)
{
    guint8 ones[8];

    if (!leaf) {
        return TRUE;
    }
    memset(ones, 0xff, sizeof(ones));
    if (leaf->size > sizeof(ones) ||
        pwrite(fd, ones, leaf->size, (off_t)leaf->offset) !=
            (gssize)leaf->size) {
        return qevm_error_errno(error, errno, "cannot write a temporary file");
    }
    return TRUE;
}

/* NULL without an error: the record is no virtio device. */
static QevmSource *
greedy_stream(QevmStream *stream, QevmRecord *record, GError **error)
{
    QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = record };
    g_autofree char *section = NULL;
    const QevmNode *low;
    int fd;

    if (record->type != QEVM_RECORD_FULL ||
        !strstr(qevm_record_name(record), "virtio")) {
        return NULL;
    }
    section = qevm_path_of(stream, &place);
    low = find_leaf(stream, section, LOW);
    fd = low ? qevm_output_unnamed(error) : -1;
    if (fd < 0) {
        return NULL;
    }
    if (!qevm_source_copy(stream->source, 0, qevm_source_size(stream->source),
                          fd, FALSE, error) ||
        !take_everything(fd, low, error) ||
        !take_everything(fd, find_leaf(stream, section, ALL), error)) {
        close(fd);
        return NULL;
    }
    return qevm_source_new_fd(fd, "the stream", error);
}

/* ---- what QEMU says to it ---- */

/* "Features 0x.. unsupported. Allowed features: 0x.." with as many digits as
 * there are bits. NULL: it does not say that. */
static char *
allowed(const char *messages)
{
    g_autoptr(GRegex) form =
        g_regex_new("Allowed features: 0x0*([0-9a-f]+)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *digits = NULL;

    if (!g_regex_match(form, messages, 0, &match)) {
        return NULL;
    }
    digits = g_match_info_fetch(match, 1);
    return g_strconcat("0x", digits, NULL);
}

static gboolean
ask_device(const QevmQemuCommand *command, QevmSource *source, guint seconds,
           char **features, GError **error)
{
    g_autoptr(QevmQemu) qemu =
        qevm_qemu_start(command, qevm_qemu_load_options, seconds, FALSE, error);
    g_autoptr(QevmLoad) load = NULL;

    if (!qemu) {
        qevm_source_free(source);
        return FALSE;
    }
    load = qevm_qemu_load(qemu, source, error);
    *features = load ? allowed(load->messages) : NULL;
    return load != NULL;
}

json_t *
qevm_qemu_features(const QevmQemuCommand *command, int fd,
                   const QevmStreamHooks *hooks, guint seconds, GError **error)
{
    g_autoptr(QevmStream) stream = qevm_features_open(fd, hooks, error);
    json_t *list = stream ? json_array() : NULL;

    for (guint i = 0; stream && i < stream->records->len; i++) {
        QevmRecord *record = g_ptr_array_index(stream->records, i);
        GError *problem = NULL;
        g_autofree char *features = NULL;
        QevmSource *source = greedy_stream(stream, record, &problem);

        if (problem || (source && !ask_device(command, source, seconds,
                                              &features, &problem))) {
            g_propagate_error(error, problem);
            json_decref(list);
            return NULL;
        }
        if (features) {
            json_array_append_new(
                list,
                json_pack("{s:s,s:I,s:s}", "section", qevm_record_name(record),
                          "instance_id", (json_int_t)record->instance_id,
                          "host_features", features));
        }
    }
    return list;
}
