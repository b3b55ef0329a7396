/* fuzz-lend.c - any bytes as a description file or a dump, lent to streams that
 * do not describe themselves.
 *
 * The first byte says whether the rest is the description of a sound stream
 * or, split at a zero byte, a description and the stream it is lent to.
 */
#include "parser/lend-file.h"
#include "parser/lend.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hostile/exercise.h"

#include <string.h>
#include <unistd.h>

/* A header, and two sections of devices that descriptions like to have. */
static const char stream[] =
    "QEVM\0\0\0\3"
    "\4\0\0\0\1\1d\0\0\0\0\0\0\0\1\1\5\3d/s\0\0\0\1\2\1\3\0"
    "\4\0\0\0\2\3x/d\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0";

static QevmVmdesc *
read_description(const guint8 *data, gsize size)
{
    g_autofree char *whose = NULL, *path = NULL;
    int fd = g_file_open_tmp("qevm-fuzz-XXXXXX", &path, NULL);
    QevmVmdesc *vmdesc = NULL;

    if (fd < 0) {
        return NULL;
    }
    if (write(fd, data, size) == (gssize)size) {
        vmdesc = qevm_lend_file_load(path, &whose, NULL);
    }
    close(fd);
    unlink(path);
    return vmdesc;
}

static void
lend_to(QevmVmdesc *vmdesc, GBytes *bytes)
{
    g_autoptr(QevmLend) lend = qevm_lend_new();
    QevmStreamHooks hooks = { .lend = lend };
    g_autoptr(QevmStream) s = NULL;

    qevm_lend_add(lend, vmdesc, "fuzz");
    s = qevm_stream_open(qevm_source_new_bytes(bytes, "bytes"), 0, &hooks,
                         NULL);
    for (guint i = 0; s && i < s->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(s->records, i);
        QevmTree *tree = qevm_record_tree(s, r, NULL);

        if (tree && r->lent) {
            qevm_tree_descend_all(tree);
        }
        if (r->lent && r->device->size != r->payload_size) {
            exercise_fail("%s: %" G_GUINT64_FORMAT
                          " bytes lent, it has %" G_GUINT64_FORMAT,
                          r->idstr, r->device->size, r->payload_size);
        }
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    const guint8 *cut = size ? memchr(data + 1, 0, size - 1) : NULL;
    gsize n = cut ? (gsize)(cut - data) - 1 : size ? size - 1 : 0;
    g_autoptr(GBytes) bytes = NULL;
    QevmVmdesc *vmdesc;

    if (size < 2) {
        return 0;
    }
    vmdesc = read_description(data + 1, n);
    if (!vmdesc) {
        return 0;
    }
    bytes = data[0] == 'S' && cut
                ? g_bytes_new(cut + 1, size - n - 2)
                : g_bytes_new_static(stream, sizeof stream - 1);
    lend_to(vmdesc, bytes);
    return 0;
}
