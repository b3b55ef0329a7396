/* Unit tests of parser/ahead.c. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "parser/ahead.h"
#include "parser/error.h"

#define SIZE (256 * 1024 * 3 + 12345)

static guint8
byte_at(gsize at)
{
    return (guint8)(at * 31 + (at >> 8));
}

static GBytes *
pattern(gsize n)
{
    guint8 *bytes = g_malloc(n);

    for (gsize i = 0; i < n; i++) {
        bytes[i] = byte_at(i);
    }
    return g_bytes_new_take(bytes, n);
}

/* A file that nobody has a name for. */
static QevmSource *
file_of(gsize n, int *fd)
{
    g_autoptr(GBytes) bytes = pattern(n);
    g_autofree char *name = NULL;
    g_autoptr(GError) error = NULL;
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    QevmSource *source;

    *fd = g_file_open_tmp(NULL, &name, &error);
    g_assert_no_error(error);
    g_assert_cmpint(write(*fd, data, size), ==, (gssize)size);
    g_unlink(name);
    source = qevm_source_new_fd(*fd, "file", &error);
    g_assert_no_error(error);
    return source;
}

/* Given in pieces of all sizes. */
typedef struct {
    gsize at, size, fail; /* where it fails; 0: it does not */
} Pull;

static gboolean
pull(gpointer user, gsize n, void *buf, gsize *got, GError **error)
{
    Pull *p = user;

    if (p->fail && p->at >= p->fail) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED, "it broke");
        return FALSE;
    }
    *got = MIN(MIN(n, p->size - p->at), 1 + p->at % 97);
    for (gsize i = 0; i < *got; i++) {
        ((guint8 *)buf)[i] = byte_at(p->at + i);
    }
    p->at += *got;
    return TRUE;
}

static QevmSource *
pipe_of(gsize n, gsize fail)
{
    Pull *p = g_new(Pull, 1);

    *p = (Pull){ 0, n, fail };
    return qevm_source_new_pulled("pipe", pull, p, g_free);
}

/* Looks at `least` bytes, and is done with `step`, until the end. */
static void
go_through(QevmSource *of, gsize size, gsize least, gsize step)
{
    QevmAhead *ahead = qevm_ahead_new(of);
    g_autoptr(GError) error = NULL;
    const guint8 *data;
    gsize at = 0, len = 1;

    while (len > 0) {
        g_assert_true(qevm_ahead_look(ahead, least, &data, &len, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(len, >=, MIN(least, size - at));
        g_assert_cmpuint(qevm_ahead_offset(ahead), ==, at);
        len = MIN(len, step);
        for (gsize i = 0; i < len; i++) {
            g_assert_cmpuint(data[i], ==, byte_at(at + i));
        }
        qevm_ahead_pass(ahead, len);
        at += len;
    }
    g_assert_cmpuint(at, ==, size);
    qevm_ahead_free(ahead);
}

static void
everything_comes_in_order(void)
{
    static const gsize sizes[] = { 0, 1, 15, 256 * 1024, 256 * 1024 + 1, SIZE };
    static const gsize steps[] = { 7, 4096, G_MAXSIZE };
    int fd;

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (guint k = 0; k < G_N_ELEMENTS(steps); k++) {
            for (gsize least = 1; least <= QEVM_AHEAD_LEAST; least += 5) {
                go_through(file_of(sizes[i], &fd), sizes[i], least, steps[k]);
                go_through(pipe_of(sizes[i], 0), sizes[i], least, steps[k]);
            }
        }
    }
}

/* It may be left at any place, whatever the reader does. */
static void
is_left_early(void)
{
    int fd;

    for (gsize stop = 1; stop < SIZE; stop += 100000) {
        QevmAhead *ahead = qevm_ahead_new(file_of(SIZE, &fd));
        const guint8 *data;
        gsize len;

        while (qevm_ahead_offset(ahead) < stop) {
            g_assert_true(qevm_ahead_look(ahead, 1, &data, &len, NULL));
            qevm_ahead_pass(ahead, MIN(len, 4096));
        }
        qevm_ahead_free(ahead);
    }
    qevm_ahead_free(qevm_ahead_new(file_of(SIZE, &fd)));
    qevm_ahead_free(NULL);
}

static void
goes_through_to_what_is_wrong(QevmSource *of, gsize least, gsize most)
{
    QevmAhead *ahead = qevm_ahead_new(of);
    g_autoptr(GError) error = NULL;
    const guint8 *data;
    gsize len;

    while (qevm_ahead_look(ahead, 1, &data, &len, &error)) {
        g_assert_cmpuint(len, >, 0);
        qevm_ahead_pass(ahead, len);
    }
    g_assert_nonnull(error);
    g_assert_cmpuint(qevm_ahead_offset(ahead), >=, least);
    g_assert_cmpuint(qevm_ahead_offset(ahead), <=, most);
    qevm_ahead_free(ahead);
}

/* Where the source cannot be read, not before. */
static void
errors_come_in_order(void)
{
    goes_through_to_what_is_wrong(pipe_of(SIZE, 1), 1, 1);
    goes_through_to_what_is_wrong(pipe_of(SIZE, 300000), 300000, 300097);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ahead/everything", everything_comes_in_order);
    g_test_add_func("/ahead/left-early", is_left_early);
    g_test_add_func("/ahead/errors", errors_come_in_order);
    return g_test_run();
}
