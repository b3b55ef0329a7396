/* packed.c - small files that may be packed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/packed.h"
#include "parser/error.h"

#include <gio/gio.h>

static char *
read_all(GInputStream *in, const char *path, gsize most, gsize *len,
         GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    guint8 buffer[32 * 1024];
    gssize n;

    while ((n = g_input_stream_read(in, buffer, sizeof(buffer), NULL, error)) >
           0) {
        g_byte_array_append(all, buffer, (guint)n);
        if (all->len > most) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                        "%s: has more than %" G_GSIZE_FORMAT " bytes", path,
                        most);
            return NULL;
        }
    }
    if (n < 0) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    *len = all->len;
    g_byte_array_append(all, (const guint8 *)"", 1);
    return (char *)g_byte_array_free(g_steal_pointer(&all), FALSE);
}

char *
qevm_packed_read(const char *path, gsize most, gsize *len, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GFileInputStream) in = g_file_read(file, NULL, error);
    g_autoptr(GConverter) unpack = NULL;
    g_autoptr(GInputStream) unpacked = NULL;
    guint8 magic[2] = { 0 };
    gsize got = 0;

    if (!in ||
        !g_input_stream_read_all(G_INPUT_STREAM(in), magic, 2, &got, NULL,
                                 error) ||
        !g_seekable_seek(G_SEEKABLE(in), 0, G_SEEK_SET, NULL, error)) {
        return NULL;
    }
    if (got < 2 || magic[0] != 0x1f || magic[1] != 0x8b) {
        return read_all(G_INPUT_STREAM(in), path, most, len, error);
    }
    unpack =
        G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
    unpacked = g_converter_input_stream_new(G_INPUT_STREAM(in), unpack);
    return read_all(unpacked, path, most, len, error);
}
