/* test-source.c - files, pipes and pieces: the same bytes from each, what is
 * not there, and copies with and without holes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/builder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#define MIB (1024 * 1024)

/* ---- reading ---- */

/* One ten-byte content in every kind of source. */
typedef enum {
    IN_FILE,
    IN_BYTES,
    IN_PIECES,
    IN_PIPE,
    IN_WINDOW,
    IN_MAPPED,
    IN_PIPE_WINDOW,
    IN_PULLED,
    IN_SPOOLED,
} In;

typedef struct {
    QevmSource *source, *under;
} Sources;

/* The same: zeros, an extent, bytes, an extent. */
static gboolean
find_run(gpointer user, guint64 offset, QevmStretch *run, GError **error)
{
    static const guint8 some[] = { 5, 6 };

    (void)error;
    if (offset < 3) {
        run->size = 3 - offset;
    } else if (offset >= 5 && offset < 7) {
        run->data = some + (offset - 5);
        run->size = 7 - offset;
    } else {
        run->of = user;
        run->offset = offset;
        run->size = offset < 5 ? 5 - offset : 100; /* more than there is */
    }
    return TRUE;
}

/* Counts up to ten, one byte at a time. */
static gboolean
pull_one(gpointer user, gsize n, void *buf, gsize *got, GError **error)
{
    guint8 *next = user;

    (void)error;
    *got = n > 0 && *next < 10;
    if (*got) {
        *(guint8 *)buf = *next < 3 ? 0 : *next;
        ++*next;
    }
    return TRUE;
}

static void
read_to_end(QevmSource *pipe)
{
    g_autoptr(QevmFlow) flow = qevm_flow_new(pipe, 0);
    g_autoptr(GError) error = NULL;
    const guint8 *p;

    g_assert_cmphex(qevm_source_size(pipe), ==, G_MAXUINT64);
    qevm_flow_set_keep(flow, TRUE);
    g_assert_true(qevm_flow_pass(flow, 3, "a", &error));
    g_assert_true(qevm_flow_pass(flow, 7, "b", &error));
    g_assert_false(qevm_flow_peek(flow, 1, "end", &p, NULL));
    g_assert_no_error(error);
}

/* The ten bytes from the third on of a source, which was looked at. */
static QevmSource *
ten_of(BuildKind kind)
{
    g_autoptr(GBytes) more = build_bytes("7171 00000003040506070809 727272");
    g_autoptr(GError) error = NULL;
    QevmSource *s = build_source(more, kind);
    guint8 head[4];
    gsize got;

    qevm_source_set_base(s, 100);
    for (gsize n = 1; n <= sizeof head; n++) {
        g_assert_true(qevm_source_peek(s, n, head, &got, &error));
        g_assert_cmpuint(got, ==, n);
        g_assert_cmphex(head[0], ==, 0x71);
    }
    s = qevm_source_window(s, 1, 12, &error);
    s = qevm_source_window(s, 1, 10, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(qevm_source_base(s), ==, 102);
    g_assert_true(qevm_source_peek(s, 4, head, &got, &error));
    g_assert_cmpuint(got, ==, 4);
    g_assert_cmphex(head[3], ==, 3);
    return s;
}

static Sources
open_ten(In in)
{
    g_autoptr(GBytes) all = build_bytes("00000003040506070809");
    g_autoptr(GBytes) some = build_bytes("0506");
    g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
    g_autoptr(GError) error = NULL;
    Sources s = { NULL, NULL };

    switch (in) {
    case IN_FILE:
    case IN_BYTES:
        s.source =
            build_source(all, in == IN_FILE ? BUILD_AS_FILE : BUILD_AS_BYTES);
        break;
    case IN_PIECES:
        s.under = build_source(all, BUILD_AS_FILE);
        s.source = qevm_source_new_pieces("t");
        qevm_source_add_zeros(s.source, 3);
        qevm_source_add_zeros(s.source, 0);
        qevm_source_add_bytes(s.source, empty);
        qevm_source_add_extent(s.source, s.under, 3, 1);
        qevm_source_add_extent(s.source, s.under, 4, 1); /* joins */
        qevm_source_add_extent(s.source, s.under, 0, 0);
        qevm_source_add_bytes(s.source, some);
        qevm_source_add_extent(s.source, s.under, 7, 3);
        break;
    case IN_PIPE: /* read to its end, and all of it kept */
        s.source = build_source(all, BUILD_AS_PIPE);
        read_to_end(s.source);
        break;
    case IN_WINDOW:
        s.source = ten_of(BUILD_AS_FILE);
        break;
    case IN_MAPPED:
        s.under = build_source(all, BUILD_AS_FILE);
        s.source = qevm_source_new_mapped("t", 10, find_run, s.under, NULL);
        break;
    case IN_PIPE_WINDOW:
        s.source = ten_of(BUILD_AS_PIPE);
        read_to_end(s.source);
        break;
    case IN_PULLED:
        s.source =
            qevm_source_new_pulled("t", pull_one, g_new0(guint8, 1), g_free);
        read_to_end(s.source);
        break;
    case IN_SPOOLED:
        s.source =
            qevm_source_spool(ten_of(BUILD_AS_PIPE), build_file(empty), &error);
        break;
    }
    g_assert_no_error(error);
    return s;
}

static gboolean
is_pipe(In in)
{
    return in == IN_PIPE || in == IN_PIPE_WINDOW || in == IN_PULLED;
}

static const struct read_case {
    const char *name;
    guint64 offset, n;
    const char *got, *message;
} read_cases[] = {
    { "all", 0, 10, "00000003040506070809", NULL },
    { "across", 2, 6, "000304050607", NULL },
    { "last", 9, 1, "09", NULL },
    { "none", 4, 0, "", NULL },
    { "none-at-end", 10, 0, "", NULL },
    { "past-end", 8, 3, NULL, "at 0x8: part needs 3 bytes, 2 left" },
    { "behind", 11, 1, NULL, "at 0xb: part needs 1 bytes, 0 left" },
    { "huge", 1, G_MAXUINT64, NULL,
      "at 0x1: part needs 18446744073709551615 bytes, 9 left" },
    { "far", G_MAXUINT64, 2, NULL,
      "at 0xffffffffffffffff: part needs 2 bytes, 0 left" },
};

static void
test_read(gconstpointer data)
{
    Sources s = open_ten(GPOINTER_TO_INT(data));

    g_assert_cmpstr(qevm_source_name(s.source), ==, "t");
    g_assert_cmpuint(qevm_source_size(s.source), ==, 10);
    g_assert_cmpint(qevm_source_seekable(s.source), ==,
                    !is_pipe(GPOINTER_TO_INT(data)));
    for (guint i = 0; i < G_N_ELEMENTS(read_cases); i++) {
        const struct read_case *t = &read_cases[i];
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got =
            qevm_source_get(s.source, t->offset, t->n, "part", &error);
        g_autofree char *hex = NULL;

        g_test_message("%s", t->name);
        if (t->message) {
            g_assert_null(got);
            g_assert_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED);
            g_assert_cmpstr(error->message, ==, t->message);
            continue;
        }
        g_assert_no_error(error);
        hex = build_hex(g_bytes_get_data(got, NULL), g_bytes_get_size(got));
        g_assert_cmpstr(hex, ==, t->got);
    }
    qevm_source_free(s.source);
    qevm_source_free(s.under);
}

/* qevm_source_read() itself, which does not ask for the size before. */
static void
test_short(gconstpointer data)
{
    In in = GPOINTER_TO_INT(data);
    Sources s = open_ten(in);
    g_autoptr(GError) error = NULL;
    guint8 buf[16];
    gsize got = 9;

    g_assert_false(qevm_source_read(s.source, 6, 5, buf, "part", &error));
    if (is_pipe(in)) {
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED);
        g_assert_cmpstr(error->message, ==,
                        "at 0xa: part has gone by in a pipe");
    } else {
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED);
        g_assert_cmpstr(error->message, ==,
                        "at 0x6: part needs 5 bytes, 4 left");
    }
    g_assert_true(qevm_source_read_some(s.source, 10, 5, buf, &got, NULL));
    g_assert_cmpuint(got, ==, 0);
    g_assert_true(
        qevm_source_read_some(s.source, G_MAXUINT64, 5, buf, &got, NULL));
    g_assert_cmpuint(got, ==, 0);
    qevm_source_free(s.source);
    qevm_source_free(s.under);
}

static void
test_bytes_read(void)
{
    g_autoptr(GBytes) bytes = build_bytes("00*4096");
    g_autoptr(QevmSource) file = build_source(bytes, BUILD_AS_FILE);
    guint8 buf[100];

    g_assert_true(qevm_source_read(file, 7, 100, buf, "part", NULL));
    g_assert_true(qevm_source_read(file, 7, 50, buf, "part", NULL));
    g_assert_cmpuint(qevm_source_bytes_read(file), ==, 150);
}

/* ---- pipes ---- */

static void
test_kept(void)
{
    g_autoptr(GBytes) bytes = build_bytes("00010203040506070809");
    g_autoptr(QevmSource) pipe = build_source(bytes, BUILD_AS_PIPE);
    g_autoptr(QevmFlow) flow = qevm_flow_new(pipe, 0);
    g_autoptr(GError) error = NULL;
    guint8 buf[4];

    qevm_flow_set_keep(flow, TRUE);
    g_assert_true(qevm_flow_pass(flow, 2, "kept", &error));
    qevm_flow_set_keep(flow, FALSE);
    g_assert_true(qevm_flow_pass(flow, 3, "gone", &error));
    qevm_flow_set_keep(flow, TRUE);
    g_assert_true(qevm_flow_pass(flow, 1, "kept", &error));
    g_assert_true(qevm_flow_pass(flow, 2, "kept", &error));
    g_assert_true(qevm_flow_drop(flow, 1, "dropped", &error));
    g_assert_no_error(error);
    g_assert_true(qevm_source_read(pipe, 5, 3, buf, "part", &error));
    g_assert_cmpmem(buf, 3, "\5\6\7", 3);
    g_assert_true(qevm_source_read(pipe, 0, 2, buf, "part", &error));
    g_assert_cmpmem(buf, 2, "\0\1", 2);
    g_assert_false(qevm_source_read(pipe, 1, 2, buf, "part", &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==, "at 0x2: part has gone by in a pipe");
    g_clear_error(&error);
    g_assert_false(qevm_source_read(pipe, 8, 1, buf, "part", &error));
    g_assert_cmpstr(error->message, ==, "at 0x8: part has gone by in a pipe");
}

/* Only pipes forget, so only they need to keep. */
static void
test_keep_file(void)
{
    g_autoptr(GBytes) bytes = build_bytes("0001");
    g_autoptr(QevmSource) file = build_source(bytes, BUILD_AS_FILE);
    guint8 buf[2];

    qevm_source_keep(file, 0, "xy", 2);
    g_assert_true(qevm_source_read(file, 0, 2, buf, "part", NULL));
    g_assert_cmpmem(buf, 2, "\0\1", 2);
}

/* ---- opening ---- */

static void
test_open(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("qevm-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "f", NULL);
    g_autofree char *message = NULL;
    g_autoptr(QevmSource) source = NULL;

    g_assert_null(qevm_source_open(path, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    message = g_strconcat(path, ": cannot be opened: No such file or directory",
                          NULL);
    g_assert_cmpstr(error->message, ==, message);
    g_clear_error(&error);

    g_assert_null(qevm_source_open(dir, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
    g_free(message);
    message = g_strconcat(dir, ": cannot be read: Is a directory", NULL);
    g_assert_cmpstr(error->message, ==, message);
    g_clear_error(&error);

    g_assert_true(g_file_set_contents(path, "abc", 3, NULL));
    source = qevm_source_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(qevm_source_name(source), ==, path);
    g_assert_cmpuint(qevm_source_size(source), ==, 3);
    g_assert_true(qevm_source_seekable(source));
    g_unlink(path);
    g_rmdir(dir);
}

static void
test_bad_fd(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmSource) write_only = NULL;
    guint8 buf[1];
    int fd = open("/dev/null", O_RDONLY);

    close(fd);
    g_assert_null(qevm_source_new_fd(fd, "t", &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_BADF);
    g_assert_cmpstr(error->message, ==,
                    "t: cannot be examined: Bad file descriptor");
    g_clear_error(&error);

    write_only = qevm_source_new_fd(open("/dev/null", O_WRONLY), "t", &error);
    g_assert_no_error(error);
    g_assert_false(
        qevm_source_read_some(write_only, 0, 1, buf, &(gsize){ 0 }, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_BADF);
    g_assert_cmpstr(error->message, ==,
                    "t: cannot be read: Bad file descriptor");
}

/* ---- truncated under us ---- */

static void
test_truncated(void)
{
    g_autoptr(GBytes) bytes = build_bytes("aa*4096");
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autoptr(GError) error = NULL;
    int fd = build_file(bytes), out = build_file(nothing);
    g_autoptr(QevmSource) file = qevm_source_new_fd(fd, "t", &error);
    guint8 buf[8];

    g_assert_no_error(error);
    g_assert_cmpint(ftruncate(fd, 100), ==, 0);
    g_assert_false(qevm_source_read(file, 98, 8, buf, "part", &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED);
    g_assert_cmpstr(error->message, ==, "at 0x62: part needs 8 bytes, 2 left");
    g_clear_error(&error);
    g_assert_null(qevm_source_get(file, 200, 8, "part", &error));
    g_assert_cmpstr(error->message, ==, "at 0xc8: part needs 8 bytes, 0 left");
    g_clear_error(&error);
    g_assert_false(qevm_source_copy(file, 0, 4096, out, FALSE, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED);
    g_assert_cmpstr(error->message, ==,
                    "at 0x64: t ends while 3996 bytes are still to be copied");
    close(out);
}

/* ---- copies ---- */

/* 1 MiB of data, 2 of hole, 1 of data, 1 of hole: in a file, in pieces, in a
 * window of a file, mapped. */
typedef enum { OF_FILE, OF_PIECES, OF_WINDOW, OF_MAPPED } Of;

static gboolean
find_sparse(gpointer user, guint64 offset, QevmStretch *run, GError **error)
{
    (void)error;
    run->size = MIB - offset % MIB;
    if (offset / MIB == 0 || offset / MIB == 3) {
        run->of = user;
        run->offset = offset;
    }
    return TRUE;
}

static QevmSource *
open_sparse(Of of, QevmSource **under)
{
    g_autoptr(GBytes) data = build_bytes("d7*1048576");
    g_autoptr(GError) error = NULL;
    QevmSource *source;
    off_t before = of == OF_WINDOW ? 4096 : 0;
    int fd = build_file(data);

    *under = NULL;
    for (guint i = 0; i < 2; i++) {
        g_assert_cmpint(
            pwrite(fd, g_bytes_get_data(data, NULL), MIB, before + i * 3 * MIB),
            ==, MIB);
    }
    g_assert_cmpint(ftruncate(fd, before + 5 * MIB), ==, 0);
    source = qevm_source_new_fd(fd, "t", &error);
    if (of == OF_WINDOW) {
        source = qevm_source_window(source, 4096, G_MAXUINT64, &error);
    }
    g_assert_no_error(error);
    if (of == OF_PIECES) {
        *under = source;
        source = qevm_source_new_pieces("t");
        qevm_source_add_extent(source, *under, 0, 2 * MIB);
        qevm_source_add_zeros(source, MIB);
        qevm_source_add_bytes(source, data);
        qevm_source_add_zeros(source, MIB);
    }
    if (of == OF_MAPPED) {
        *under = source;
        source =
            qevm_source_new_mapped("t", 5 * MIB, find_sparse, *under, NULL);
    }
    return source;
}

static const struct copy_case {
    const char *path;
    Of of;
    gboolean sparse, to_pipe;
    guint64 offset, n;
} copy_cases[] = {
    { "all", OF_FILE, FALSE, FALSE, 0, 5 * MIB },
    { "all-sparse", OF_FILE, TRUE, FALSE, 0, 5 * MIB },
    { "all-to-pipe", OF_FILE, TRUE, TRUE, 0, 5 * MIB },
    { "part", OF_FILE, FALSE, FALSE, MIB - 3, 7 },
    { "part-sparse", OF_FILE, TRUE, FALSE, MIB - 3, 2 * MIB + 9 },
    { "hole", OF_FILE, TRUE, FALSE, MIB + 5, 100 },
    { "last-hole", OF_FILE, TRUE, FALSE, 4 * MIB + 1, MIB - 1 },
    { "none", OF_FILE, TRUE, FALSE, 5 * MIB, 0 },
    { "pieces", OF_PIECES, FALSE, FALSE, 0, 5 * MIB },
    { "pieces-sparse", OF_PIECES, TRUE, FALSE, 0, 5 * MIB },
    { "pieces-to-pipe", OF_PIECES, TRUE, TRUE, 1, 5 * MIB - 2 },
    { "pieces-part", OF_PIECES, TRUE, FALSE, 2 * MIB - 1, MIB + 2 },
    { "window", OF_WINDOW, FALSE, FALSE, 0, 5 * MIB },
    { "window-sparse", OF_WINDOW, TRUE, FALSE, 0, 5 * MIB },
    { "mapped", OF_MAPPED, FALSE, FALSE, 0, 5 * MIB },
    { "mapped-sparse", OF_MAPPED, TRUE, FALSE, 0, 5 * MIB },
    { "mapped-part", OF_MAPPED, TRUE, FALSE, MIB - 1, 2 * MIB + 2 },
    { "mapped-to-pipe", OF_MAPPED, TRUE, TRUE, 1, 5 * MIB - 2 },
};

typedef struct {
    int fd;
    GByteArray *got;
} Drain;

static gpointer
drain(gpointer p)
{
    Drain *d = p;
    guint8 buf[4096];
    ssize_t r;

    while ((r = read(d->fd, buf, sizeof buf)) > 0) {
        g_byte_array_append(d->got, buf, (guint)r);
    }
    close(d->fd);
    return NULL;
}

static GBytes *
copied(QevmSource *source, const struct copy_case *t, guint64 *blocks)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autoptr(GError) error = NULL;
    struct stat st;
    GBytes *got;
    int fds[2];

    if (t->to_pipe) {
        Drain d = { -1, g_byte_array_new() };
        GThread *thread;

        g_assert_cmpint(pipe(fds), ==, 0);
        d.fd = fds[0];
        thread = g_thread_new("drain", drain, &d);
        g_assert_true(qevm_source_copy(source, t->offset, t->n, fds[1],
                                       t->sparse, &error));
        g_assert_no_error(error);
        close(fds[1]);
        g_thread_join(thread);
        return g_byte_array_free_to_bytes(d.got);
    }
    fds[0] = build_file(nothing);
    g_assert_true(
        qevm_source_copy(source, t->offset, t->n, fds[0], t->sparse, &error));
    g_assert_no_error(error);
    g_assert_cmpint(fstat(fds[0], &st), ==, 0);
    *blocks = (guint64)st.st_blocks * 512;
    got = build_read_back(fds[0]);
    close(fds[0]);
    return got;
}

static void
test_copy(gconstpointer data)
{
    const struct copy_case *t = data;
    QevmSource *under;
    g_autoptr(QevmSource) source = open_sparse(t->of, &under);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) want =
        qevm_source_get(source, t->offset, t->n, "part", &error);
    guint64 blocks = 0;
    g_autoptr(GBytes) got = copied(source, t, &blocks);

    g_assert_no_error(error);
    build_assert_equal(got, want);
    if (t->sparse && !t->to_pipe && t->n == 5 * MIB) {
        g_assert_cmpuint(blocks, <, 3 * MIB);
    }
    qevm_source_free(under);
}

/* A pipe's front is copied too, and moves. */
static void
test_copy_pipe(void)
{
    g_autoptr(GBytes) bytes = build_bytes("31*300000");
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autoptr(QevmSource) pipe = build_source(bytes, BUILD_AS_PIPE);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = NULL;
    int out = build_file(nothing);

    g_assert_true(qevm_source_copy(pipe, 0, 200000, out, TRUE, &error));
    g_assert_no_error(error);
    got = build_read_back(out);
    g_assert_cmpuint(g_bytes_get_size(got), ==, 200000);
    g_assert_cmpuint(qevm_source_bytes_read(pipe), ==, 200000);
    g_assert_false(qevm_source_copy(pipe, 200000, 200000, out, TRUE, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED);
    g_assert_cmpstr(error->message, ==,
                    "at 0x493e0: t ends while 100000 bytes are still to be "
                    "copied");
    close(out);
}

static const struct bad_copy_case {
    const char *path;
    Of of;
    gboolean sparse;
    guint64 offset, n;
    const char *to, *message;
} bad_copy_cases[] = {
    { "past-end", OF_FILE, FALSE, 5 * MIB - 1, 2, NULL,
      "at 0x4fffff: t has no 2 bytes to copy" },
    { "wraps", OF_FILE, FALSE, 2, G_MAXUINT64, NULL,
      "at 0x2: t has no 18446744073709551615 bytes to copy" },
    { "pieces-past-end", OF_PIECES, FALSE, 5 * MIB - 1, 2, NULL,
      "at 0x500000: t ends while 1 bytes are still to be copied" },
    { "full", OF_FILE, FALSE, 0, 10, "/dev/full",
      "output: cannot be written: No space left on device" },
    { "full-sparse", OF_PIECES, TRUE, 2 * MIB, 10, "/dev/full",
      "output: cannot be written: No space left on device" },
    { "mapped-past-end", OF_MAPPED, FALSE, 5 * MIB - 1, 2, NULL,
      "at 0x500000: t ends while 1 bytes are still to be copied" },
    { "mapped-full", OF_MAPPED, TRUE, 2 * MIB, 10, "/dev/full",
      "output: cannot be written: No space left on device" },
};

static void
test_bad_copy(gconstpointer data)
{
    const struct bad_copy_case *t = data;
    QevmSource *under;
    g_autoptr(QevmSource) source = open_sparse(t->of, &under);
    g_autoptr(GError) error = NULL;
    int out = open(t->to ? t->to : "/dev/null", O_WRONLY);

    g_assert_false(
        qevm_source_copy(source, t->offset, t->n, out, t->sparse, &error));
    g_assert_cmpstr(error->message, ==, t->message);
    close(out);
    qevm_source_free(under);
}

/* What is no file has no holes: zeros are written there. */
static void
test_no_holes(void)
{
    QevmSource *under;
    g_autoptr(QevmSource) source = open_sparse(OF_PIECES, &under);
    g_autoptr(GError) error = NULL;
    int out = open("/dev/null", O_WRONLY);

    g_assert_true(qevm_source_copy(source, 0, 5 * MIB, out, TRUE, &error));
    g_assert_no_error(error);
    close(out);
    qevm_source_free(under);
}

int
main(int argc, char **argv)
{
    static const char *const kinds[] = { "file",        "bytes",  "pieces",
                                         "pipe",        "window", "mapped",
                                         "pipe-window", "pulled", "spooled" };

    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *read = g_strconcat("/source/read/", kinds[i], NULL);
        g_autofree char *less = g_strconcat("/source/short/", kinds[i], NULL);

        g_test_add_data_func(read, GINT_TO_POINTER(i), test_read);
        g_test_add_data_func(less, GINT_TO_POINTER(i), test_short);
    }
    g_test_add_func("/source/bytes-read", test_bytes_read);
    g_test_add_func("/source/kept", test_kept);
    g_test_add_func("/source/keep-file", test_keep_file);
    g_test_add_func("/source/open", test_open);
    g_test_add_func("/source/bad-fd", test_bad_fd);
    g_test_add_func("/source/truncated", test_truncated);
    for (guint i = 0; i < G_N_ELEMENTS(copy_cases); i++) {
        g_autofree char *path =
            g_strconcat("/source/copy/", copy_cases[i].path, NULL);

        g_test_add_data_func(path, &copy_cases[i], test_copy);
    }
    g_test_add_func("/source/copy/pipe", test_copy_pipe);
    for (guint i = 0; i < G_N_ELEMENTS(bad_copy_cases); i++) {
        g_autofree char *path =
            g_strconcat("/source/copy/bad/", bad_copy_cases[i].path, NULL);

        g_test_add_data_func(path, &bad_copy_cases[i], test_bad_copy);
    }
    g_test_add_func("/source/copy/no-holes", test_no_holes);
    return g_test_run();
}
