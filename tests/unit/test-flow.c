/* test-flow.c - what goes by, what goes on and what is put in: the same from
 * files as from pipes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/builder.h"

#include <fcntl.h>

#define SIZE 700000 /* more than the read window, twice */

/* Byte i of the source. */
static guint8
byte_at(guint64 i)
{
    return (guint8)(i ^ i >> 8 ^ i >> 16);
}

static GBytes *
make_bytes(void)
{
    guint8 *data = g_malloc(SIZE);

    for (guint i = 0; i < SIZE; i++) {
        data[i] = byte_at(i);
    }
    return g_bytes_new_take(data, SIZE);
}

/* A script of one letter and its number each: Pass, Drop, Insert n dots, Look
 * at n, Mute 1 or 0, Jump to, Sink 1 or 0, Keep 1 or 0, Flush. What comes out
 * is given as FROM+SIZE of the source, or .N dots. */
static const struct script_case {
    const char *path, *script, *out;
} script_cases[] = {
    { "pass", "P10 P20", "0+30" },
    { "pass-all", "P700000", "0+700000" },
    { "pass-large", "P1 P600000 P99999", "0+700000" },
    { "pass-nothing", "P0 P5 P0", "0+5" },
    { "drop", "P10 D10 P10", "0+10 20+10" },
    { "drop-large", "P3 D600000 P4", "0+3 600003+4" },
    { "drop-all", "D700000", "" },
    { "insert", "P10 I3 P10", "0+10 .3 10+10" },
    { "insert-first", "I2 P1", ".2 0+1" },
    { "insert-last", "P700000 I2", "0+700000 .2" },
    { "insert-large", "P9 I65536 P9 I65537 P9", "0+9 .65536 9+9 .65537 18+9" },
    { "replace", "L5 D5 I5 P5", ".5 5+5" },
    { "look", "L10 P3 L66048 P7 L66048", "0+10" },
    { "look-far", "P262000 L66048 P10 L1 D1 L66048 P66048",
      "0+262010 262011+66048" },
    { "look-small-steps", "P5 L100 P5000 L100 P5000 L100 P9", "0+10014" },
    { "mute", "P5 M1 P5 I5 D5 M0 P5 I1", "0+5 15+5 .1" },
    { "mute-large", "P5 M1 P500000 M0 P5", "0+5 500005+5" },
    { "jump", "P5 J100 P5 J105 P1", "0+106" },
    { "jump-far", "L9 J500000 L9 P1", "0+500001" },
    { "no-sink", "S0 P5 S1 P5 F S0 P5 I5", "5+5" },
    { "no-sink-far", "S0 P400000 S1 P5", "400000+5" },
    { "blocks", "P1 D1 P16000 D1 P16000 D1 P9 I131072 P4096 D1 P3 I262144 P1",
      "0+1 2+16000 16003+16000 32004+9 .131072 32013+4096 36110+3 .262144 "
      "36113+1" },
    { "flush", "P5 F P5 F I2 F F", "0+10 .2" },
    { "keep", "K1 P5 D5 K0 P5", "0+5 10+5" },
    { "many", "P1 D1 P1 D1 P16384 D1 P16385 D1 I1 P30000 L40000 P30000",
      "0+1 2+1 4+16384 16389+16385 .1 32775+60000" },
};

static void
take_step(QevmFlow *f, int fd, char what, guint64 n)
{
    g_autoptr(GError) error = NULL;
    guint64 at = qevm_flow_offset(f);
    g_autofree guint8 *dots = NULL;
    const guint8 *p;

    switch (what) {
    case 'P':
        g_assert_true(qevm_flow_pass(f, n, "bytes", &error));
        break;
    case 'D':
        g_assert_true(qevm_flow_drop(f, n, "bytes", &error));
        break;
    case 'I':
        dots = g_malloc(n);
        memset(dots, '.', n);
        g_assert_true(qevm_flow_insert(f, dots, n, &error));
        break;
    case 'L':
        g_assert_true(qevm_flow_peek(f, n, "bytes", &p, &error));
        for (guint i = 0; i < n; i++) {
            g_assert_cmphex(p[i], ==, byte_at(at + i));
        }
        break;
    case 'M':
        g_assert_true(qevm_flow_mute(f, n == 1, &error));
        break;
    case 'J':
        g_assert_true(qevm_flow_jump(f, n, "there", &error));
        g_assert_cmpuint(qevm_flow_offset(f), ==, n);
        break;
    case 'S':
        qevm_flow_set_sink(f, n ? fd : -1, FALSE);
        break;
    case 'K':
        qevm_flow_set_keep(f, n == 1);
        break;
    default:
        g_assert_true(qevm_flow_flush(f, &error));
        break;
    }
    g_assert_no_error(error);
    if (what == 'P' || what == 'D') {
        g_assert_cmpuint(qevm_flow_offset(f), ==, at + n);
    }
}

static GBytes *
expected(const char *out)
{
    GByteArray *all = g_byte_array_new();
    g_auto(GStrv) runs = g_strsplit(out, " ", -1);

    for (guint i = 0; runs[i] && *runs[i]; i++) {
        gboolean dots = runs[i][0] == '.';
        char *end;
        guint64 from = g_ascii_strtoull(runs[i] + dots, &end, 10);
        guint64 n = dots ? from : g_ascii_strtoull(end + 1, NULL, 10);

        for (guint64 k = 0; k < n; k++) {
            guint8 byte = dots ? '.' : byte_at(from + k);

            g_byte_array_append(all, &byte, 1);
        }
    }
    return g_byte_array_free_to_bytes(all);
}

static void
run_script(const struct script_case *t, BuildKind kind)
{
    g_autoptr(GBytes) bytes = make_bytes();
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autoptr(QevmSource) source = build_source(bytes, kind);
    g_autoptr(QevmFlow) flow = qevm_flow_new(source, 0);
    g_auto(GStrv) steps = g_strsplit(t->script, " ", -1);
    g_autoptr(GBytes) want = expected(t->out);
    g_autoptr(GBytes) got = NULL;
    int fd = build_file(nothing);

    qevm_flow_set_sink(flow, fd, FALSE);
    for (guint i = 0; steps[i]; i++) {
        take_step(flow, fd, steps[i][0],
                  g_ascii_strtoull(steps[i] + 1, NULL, 10));
    }
    g_assert_true(qevm_flow_flush(flow, NULL));
    g_assert_cmpuint(qevm_flow_written(flow), ==, g_bytes_get_size(want));
    got = build_read_back(fd);
    build_assert_equal(got, want);
    close(fd);
}

static void
test_script(gconstpointer data)
{
    run_script(data, BUILD_AS_FILE);
    run_script(data, BUILD_AS_PIPE);
    run_script(data, BUILD_AS_BYTES);
}

/* ---- what cannot be done ---- */

static const struct bad_case {
    const char *path;
    char what;
    guint64 start, n;
    QevmError code;
    const char *message;
} bad_cases[] = {
    { "look", 'L', SIZE - 5, 6, QEVM_ERROR_TRUNCATED,
      "at 0xaae5b: bytes needs 6 bytes, 5 left" },
    { "look-at-end", 'L', SIZE, 1, QEVM_ERROR_TRUNCATED,
      "at 0xaae60: bytes needs 1 bytes, 0 left" },
    { "pass", 'P', SIZE - 5, 6, QEVM_ERROR_TRUNCATED, NULL },
    { "pass-wraps", 'P', 9, G_MAXUINT64, QEVM_ERROR_TRUNCATED, NULL },
    { "drop", 'D', 5, SIZE, QEVM_ERROR_TRUNCATED, NULL },
    { "jump", 'J', 5, SIZE + 1, QEVM_ERROR_TRUNCATED, NULL },
    { "jump-back", 'J', 5, 4, QEVM_ERROR_MALFORMED,
      "at 0x5: there lies before, at 0x4" },
};

static void
run_bad(const struct bad_case *t, BuildKind kind)
{
    g_autoptr(GBytes) bytes = make_bytes();
    g_autoptr(QevmSource) source = build_source(bytes, kind);
    g_autoptr(QevmFlow) flow = qevm_flow_new(source, 0);
    g_autoptr(GError) error = NULL;
    g_autofree char *message = NULL;
    const guint8 *p;
    guint64 need = t->what == 'J' ? t->n - t->start : t->n;

    g_assert_true(qevm_flow_pass(flow, t->start, "bytes", NULL));
    switch (t->what) {
    case 'L':
        g_assert_false(qevm_flow_peek(flow, t->n, "bytes", &p, &error));
        break;
    case 'P':
        g_assert_false(qevm_flow_pass(flow, t->n, "bytes", &error));
        break;
    case 'D':
        g_assert_false(qevm_flow_drop(flow, t->n, "bytes", &error));
        break;
    default:
        g_assert_false(qevm_flow_jump(flow, t->n, "there", &error));
        break;
    }
    g_assert_error(error, QEVM_ERROR, (int)t->code);
    /* A pipe had to go to its end to see that. */
    message = g_strdup_printf(
        "at 0x%x: %s needs %" G_GUINT64_FORMAT " bytes, %u left",
        kind == BUILD_AS_PIPE ? SIZE : (guint)t->start,
        t->what == 'J' ? "there" : "bytes", need, SIZE - (guint)t->start);
    g_assert_cmpstr(error->message, ==, t->message ? t->message : message);
}

static void
test_bad(gconstpointer data)
{
    run_bad(data, BUILD_AS_FILE);
    run_bad(data, BUILD_AS_PIPE);
}

static void
test_peek_some(gconstpointer data)
{
    g_autoptr(GBytes) bytes = build_bytes("010203");
    g_autoptr(QevmSource) source = build_source(bytes, GPOINTER_TO_INT(data));
    g_autoptr(QevmFlow) flow = qevm_flow_new(source, 0);
    const guint8 *p;
    gsize got;

    g_assert_true(qevm_flow_peek_some(flow, QEVM_FLOW_PEEK, &p, &got, NULL));
    g_assert_cmpmem(p, got, "\1\2\3", 3);
    g_assert_true(qevm_flow_pass(flow, 2, "x", NULL));
    g_assert_true(qevm_flow_peek_some(flow, 2, &p, &got, NULL));
    g_assert_cmpmem(p, got, "\3", 1);
    g_assert_true(qevm_flow_pass(flow, 1, "x", NULL));
    g_assert_true(qevm_flow_peek_some(flow, 1, &p, &got, NULL));
    g_assert_cmpuint(got, ==, 0);
}

/* ---- the promise: what is passed is not read, if it is more than the system
 * call that goes past it costs ---- */

static void
test_not_read(void)
{
    g_autoptr(GBytes) bytes = make_bytes();
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autoptr(QevmSource) source = build_source(bytes, BUILD_AS_FILE);
    g_autoptr(QevmFlow) flow = qevm_flow_new(source, 0);
    int fd = build_file(nothing);
    const guint8 *p;

    qevm_flow_set_sink(flow, fd, FALSE);
    for (guint i = 0; i < 25; i++) {
        g_assert_true(qevm_flow_peek(flow, 8, "word", &p, NULL));
        g_assert_true(qevm_flow_pass(flow, 20000, "page", NULL));
    }
    g_assert_cmpuint(qevm_source_bytes_read(source), <, 50000);
    close(fd);
}

/* ---- progress ---- */

typedef struct {
    guint calls;
    guint64 done, total;
} Seen;

static void
see(guint64 done, guint64 total, gpointer user)
{
    Seen *seen = user;

    g_assert_cmpuint(done, >, seen->done);
    seen->calls++;
    seen->done = done;
    seen->total = total;
}

static void
test_progress(void)
{
    g_autoptr(QevmSource) source = qevm_source_new_pieces("t");
    g_autoptr(QevmFlow) flow = qevm_flow_new(source, 0);
    guint64 mib = 1024 * 1024;
    Seen seen = { 0 };

    qevm_source_add_zeros(source, 1000 * mib);
    qevm_flow_set_progress(flow, see, &seen);
    for (guint i = 0; i < 1000; i++) {
        g_assert_true(qevm_flow_pass(flow, mib, "page", NULL));
    }
    g_assert_cmpuint(seen.calls, ==, 15); /* every 64 MiB */
    g_assert_cmpuint(seen.done, ==, 960 * mib);
    g_assert_cmpuint(seen.total, ==, 1000 * mib);
}

/* ---- errors of the system ---- */

static void
test_full(gconstpointer data)
{
    g_autoptr(GBytes) bytes = make_bytes();
    g_autoptr(QevmSource) source = build_source(bytes, GPOINTER_TO_INT(data));
    g_autoptr(QevmFlow) flow = qevm_flow_new(source, 0);
    g_autoptr(GError) error = NULL;
    int fd = open("/dev/full", O_WRONLY);

    qevm_flow_set_sink(flow, fd, FALSE);
    g_assert_false(qevm_flow_pass(flow, SIZE, "bytes", &error) &&
                   qevm_flow_flush(flow, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_assert_cmpstr(error->message, ==,
                    "output: cannot be written: No space left on device");
    g_clear_error(&error);
    qevm_flow_set_sink(flow, fd, FALSE);
    g_assert_true(qevm_flow_insert(flow, "abc", 3, &error));
    g_assert_false(qevm_flow_flush(flow, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    close(fd);
}

int
main(int argc, char **argv)
{
    static const char *const kinds[] = { "bytes", "file", "pipe" };

    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(script_cases); i++) {
        g_autofree char *path =
            g_strconcat("/flow/", script_cases[i].path, NULL);

        g_test_add_data_func(path, &script_cases[i], test_script);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/flow/bad/", bad_cases[i].path, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *some = g_strconcat("/flow/some/", kinds[i], NULL);
        g_autofree char *full = g_strconcat("/flow/full/", kinds[i], NULL);

        g_test_add_data_func(some, GINT_TO_POINTER(i), test_peek_some);
        g_test_add_data_func(full, GINT_TO_POINTER(i), test_full);
    }
    g_test_add_func("/flow/not-read", test_not_read);
    g_test_add_func("/flow/progress", test_progress);
    return g_test_run();
}
