/* Unit tests of rewrite/packed.c: small files, packed or not. */
#include "rewrite/packed.h"

#include "parser/error.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define TEXT "all of it, all of it, all of it"

/* Packs as gzip does. */
static GBytes *
pack(const char *text, gsize cut)
{
    g_autoptr(GConverter) gzip =
        G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
    guint8 out[200];
    gsize read, written;
    g_autoptr(GError) error = NULL;

    g_converter_convert(gzip, text, strlen(text), out, sizeof(out),
                        G_CONVERTER_INPUT_AT_END, &read, &written, &error);
    g_assert_no_error(error);
    return g_bytes_new(out, written - cut);
}

/* What is read of a file with these bytes; NULL with an error. */
static char *
read_back(GBytes *bytes, gsize most, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("qevm-packed-XXXXXX", &path, NULL);
    gsize size, len;
    const char *data = g_bytes_get_data(bytes, &size);
    char *got;

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
    got = qevm_packed_read(path, most, &len, error);
    g_unlink(path);
    if (got) {
        g_assert_cmpuint(strlen(got), ==, len);
    }
    return got;
}

static void
plain_or_packed(void)
{
    g_autoptr(GBytes) plain = g_bytes_new_static(TEXT, strlen(TEXT));
    g_autoptr(GBytes) packed = pack(TEXT, 0);
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    g_autoptr(GError) error = NULL;
    g_autofree char *a = read_back(plain, strlen(TEXT), &error);
    g_autofree char *b = read_back(packed, strlen(TEXT), &error);
    g_autofree char *c = read_back(empty, 0, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(a, ==, TEXT);
    g_assert_cmpstr(b, ==, TEXT);
    g_assert_cmpstr(c, ==, "");
}

/* The limit is of what comes out. */
static void
too_large(void)
{
    g_autoptr(GBytes) packed = pack(TEXT, 0);
    g_autoptr(GError) error = NULL;

    g_assert_null(read_back(packed, strlen(TEXT) - 1, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_nonnull(strstr(error->message, "has more than 30 bytes"));
}

static void
broken(void)
{
    g_autoptr(GBytes) cut = pack(TEXT, 12);
    g_autoptr(GBytes) magic = g_bytes_new_static("\x1f\x8b", 2);
    g_autoptr(GError) error = NULL;

    g_assert_null(read_back(cut, 100, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_null(read_back(magic, 100, &error));
    g_assert_nonnull(error);
}

static void
missing(void)
{
    g_autoptr(GError) error = NULL;
    gsize len;

    g_assert_null(qevm_packed_read("/no/such/file", 100, &len, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packed/read", plain_or_packed);
    g_test_add_func("/packed/limit", too_large);
    g_test_add_func("/packed/broken", broken);
    g_test_add_func("/packed/missing", missing);
    return g_test_run();
}
