/* test-codec.c - compressing and back, members one after the other, and
 * compressed bytes that were cut or changed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/codec.h"
#include "tests/unit/builder.h"

#include <fcntl.h>

static const char *const names[] = { "gzip", "bzip2", "xz",
                                     "zstd", "lz4",   "lzop" };

/* Pages of guest memory: some zeros, some text, some of neither. */
static GBytes *
make_plain(gsize size)
{
    guint8 *data = g_malloc0(size + 1);
    guint32 word = 1;

    for (gsize i = 0; i < size; i++) {
        word = word * 1664525 + 1013904223;
        data[i] = i / 4096 % 3 == 0   ? 0
                  : i / 4096 % 3 == 1 ? "guest memory"[i % 12]
                                      : (guint8)(word >> 24);
    }
    return g_bytes_new_take(data, size);
}

static GBytes *
compressed(const QevmCodec *codec, GBytes *plain)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    int in = build_file(plain), out = build_file(nothing);
    GBytes *got;

    lseek(in, 0, SEEK_SET);
    g_assert_true(qevm_codec_compress(codec, in, out, &error));
    g_assert_no_error(error);
    got = build_read_back(out);
    close(in);
    close(out);
    return got;
}

/* All that comes out; NULL: `error`. */
static GBytes *
plain_of(const QevmCodec *codec, GBytes *bytes, gsize at_once, GError **error)
{
    g_autoptr(QevmSource) pipe =
        qevm_codec_decompress(codec, build_source(bytes, BUILD_AS_BYTES));
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autofree guint8 *buf = g_malloc(at_once);
    gsize got;

    do {
        if (!qevm_source_read_some(pipe, all->len, at_once, buf, &got, error)) {
            return NULL;
        }
        g_byte_array_append(all, buf, (guint)got);
    } while (got > 0);
    return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

static void
test_round(gconstpointer data)
{
    static const gsize sizes[] = { 0, 1, 4096, 200000, 1100000 };
    const QevmCodec *codec = qevm_codec_named(data);

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GBytes) plain = make_plain(sizes[i]);
        g_autoptr(GBytes) small = compressed(codec, plain);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) back = plain_of(codec, small, 70000, &error);
        gsize n;
        const guint8 *p = g_bytes_get_data(small, &n);

        g_assert_no_error(error);
        build_assert_equal(back, plain);
        g_assert_true(qevm_codec_of(p, n) == codec);
        if (sizes[i] > 200000) {
            g_assert_cmpuint(n, <, sizes[i] / 2);
        }
    }
}

/* cat a.gz b.gz >both.gz; and what is no member is not looked at. */
static void
test_members(gconstpointer data)
{
    const QevmCodec *codec = qevm_codec_named(data);
    g_autoptr(GBytes) a = make_plain(3000), b = make_plain(300000);
    g_autoptr(GBytes) packed_a = compressed(codec, a);
    g_autoptr(GBytes) packed_b = compressed(codec, b);
    g_autoptr(GByteArray) all = g_byte_array_new(), want = g_byte_array_new();
    g_autoptr(GBytes) in = NULL, out = NULL, wanted = NULL;
    g_autoptr(GError) error = NULL;
    gsize n;
    const guint8 *p;

    p = g_bytes_get_data(packed_a, &n);
    g_byte_array_append(all, p, (guint)n);
    p = g_bytes_get_data(packed_b, &n);
    g_byte_array_append(all, p, (guint)n);
    build_text(all, "00*700");
    p = g_bytes_get_data(a, &n);
    g_byte_array_append(want, p, (guint)n);
    p = g_bytes_get_data(b, &n);
    g_byte_array_append(want, p, (guint)n);
    in = g_byte_array_free_to_bytes(g_steal_pointer(&all));
    wanted = g_byte_array_free_to_bytes(g_steal_pointer(&want));
    out = plain_of(codec, in, 1, &error);
    g_assert_no_error(error);
    build_assert_equal(out, wanted);
}

/* Cut anywhere, it says so; a changed byte gives an error or what it gives. */
static void
test_damaged(gconstpointer data)
{
    const QevmCodec *codec = qevm_codec_named(data);
    g_autoptr(GBytes) plain = make_plain(9000);
    g_autoptr(GBytes) small = compressed(codec, plain);
    gsize size = g_bytes_get_size(small);

    for (gsize n = 0; n < size; n += 1 + n / 64) {
        g_autoptr(GBytes) cut = g_bytes_new_from_bytes(small, 0, n);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = plain_of(codec, cut, 4096, &error);

        g_assert_null(got);
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED);
    }
    for (gsize n = 0; n < size; n += 1 + n / 64) {
        g_autofree guint8 *copy =
            g_memdup2(g_bytes_get_data(small, NULL), size);
        g_autoptr(GBytes) changed = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = NULL;

        copy[n] ^= 0x10;
        changed = g_bytes_new(copy, size);
        got = plain_of(codec, changed, 4096, &error);
        g_assert_true(got || error->domain == QEVM_ERROR);
    }
}

static const struct bad_case {
    const char *path, *codec, *hex;
    QevmError code;
    const char *message;
} bad_cases[] = {
    { "gzip/empty", "gzip", "", QEVM_ERROR_TRUNCATED,
      "at 0x0 of the compressed bytes: gzip data end early" },
    { "gzip/method", "gzip", "1f8b0900*7", QEVM_ERROR_MALFORMED,
      "at 0x4 of the compressed bytes: gzip data are damaged" },
    { "zstd/window", "zstd", "28b52ffd 00 a8 00*40", QEVM_ERROR_LIMIT,
      "at 0x0 of the compressed bytes: zstd data need more than 128 MiB of "
      "memory" },
    { "lzop/zlib", "lzop", "89 <LZO> 000d0a1a0a 104020a00940 80 05 00*30",
      QEVM_ERROR_MALFORMED,
      "at 0x15 of the compressed bytes: lzop data are damaged" },
    { "lzop/sum", "lzop",
      "89 <LZO> 000d0a1a0a 104020a00940 01 05 00*4 00*12 00 00000000",
      QEVM_ERROR_MALFORMED,
      "at 0x26 of the compressed bytes: lzop data are damaged" },
};

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autoptr(GBytes) bytes = build_bytes(t->hex);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got =
        plain_of(qevm_codec_named(t->codec), bytes, 4096, &error);

    g_assert_null(got);
    g_assert_error(error, QEVM_ERROR, (int)t->code);
    g_assert_cmpstr(error->message, ==, t->message);
}

/* The writer never meets a closed pipe, and the error is that of the output. */
static void
test_full(void)
{
    g_autoptr(GBytes) plain = make_plain(3000000);
    g_autoptr(GError) error = NULL;
    int in = build_file(plain), out = open("/dev/full", O_WRONLY);

    lseek(in, 0, SEEK_SET);
    g_assert_false(
        qevm_codec_compress(qevm_codec_named("lz4"), in, out, &error));
    g_assert_cmpstr(error->message, ==,
                    "output: cannot be written: No space left on device");
    g_assert_cmpint(lseek(in, 0, SEEK_CUR), ==, 3000000);
    close(in);
    close(out);
}

static void
test_names(void)
{
    g_auto(GStrv) all = g_strsplit(qevm_codec_names(), " ", -1);

    g_assert_cmpuint(g_strv_length(all), ==, G_N_ELEMENTS(names));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_cmpstr(qevm_codec_name(qevm_codec_named(all[i])), ==,
                        names[i]);
    }
    g_assert_null(qevm_codec_named("compress"));
    g_assert_null(qevm_codec_of((const guint8 *)"QEVM", 4));
    g_assert_null(qevm_codec_of((const guint8 *)"\x1f", 1));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *round = g_strconcat("/codec/round/", names[i], NULL);
        g_autofree char *two = g_strconcat("/codec/members/", names[i], NULL);
        g_autofree char *bad = g_strconcat("/codec/damaged/", names[i], NULL);

        g_test_add_data_func(round, names[i], test_round);
        g_test_add_data_func(two, names[i], test_members);
        g_test_add_data_func(bad, names[i], test_damaged);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/codec/bad/", bad_cases[i].path, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    g_test_add_func("/codec/full", test_full);
    g_test_add_func("/codec/names", test_names);
    return g_test_run();
}
