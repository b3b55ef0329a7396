/* xen.c - where in a save file of Xen the stream of QEMU is. */
#include "parser/xen.h"

#include <string.h>

#define XL_MAGIC "Xen saved domain, xl format\n \0 \r"
#define LIBXL_MAGIC "LibxlFmt"
#define LEGACY_TAIL                                                            \
    (64 * 1024 * 1024) /* of the file; device state is small                   \
                        */

enum {
    XL_HEADER = 48, /* magic, byte order, flags, flags, length of more */
    LIBXL_HEADER = 16,
    LIBXC_HEADERS = 40, /* of the image and of the domain */
    RECORD = 8,
    LIBXL_END = 0,
    LIBXL_LIBXC_CONTEXT = 1,
    LIBXL_EMULATOR_CONTEXT = 3,
    LIBXC_END = 0,
    EMULATOR = 8, /* its id and index, before its context */
    SIGNATURE = 21,
};

gboolean
qevm_xen_is(const guint8 *head, gsize n)
{
    return (n >= QEVM_XEN_MAGIC &&
            memcmp(head, XL_MAGIC, QEVM_XEN_MAGIC) == 0) ||
           (n >= 8 && memcmp(head, LIBXL_MAGIC, 8) == 0);
}

static guint32
get32(const guint8 *p, gboolean big_endian)
{
    guint32 value = (guint32)qevm_be_get(p, 4);

    return big_endian ? value : GUINT32_SWAP_LE_BE(value);
}

/* Header of a record: u32 type, u32 length, and where the next one is. */
static gboolean
read_record(QevmSource *file, guint64 at, gboolean big_endian, guint32 *type,
            guint32 *length, guint64 *next, GError **error)
{
    guint8 b[RECORD];

    if (!qevm_source_read(file, at, RECORD, b, "record of Xen", error)) {
        return FALSE;
    }
    *type = get32(b, big_endian);
    *length = get32(b + 4, big_endian);
    *next = at + RECORD + (((guint64)*length + 7) & ~(guint64)7);
    return TRUE;
}

/* The memory of the domain, in some thousand records; *at moves past it. */
static gboolean
skip_libxc(QevmSource *file, guint64 *at, GError **error)
{
    guint8 b[LIBXC_HEADERS];
    guint32 type, length;
    gboolean big_endian;

    if (!qevm_source_read(file, *at, LIBXC_HEADERS, b, "libxc header", error)) {
        return FALSE;
    }
    if (memcmp(b, "\xff\xff\xff\xff\xff\xff\xff\xffXENF", 12) != 0) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "at 0x%" G_GINT64_MODIFIER
                    "x: Xen save file: no stream of libxc begins here",
                    *at);
        return FALSE;
    }
    big_endian = b[17] & 1; /* bounds: of LIBXC_HEADERS */
    *at += LIBXC_HEADERS;
    do {
        if (!read_record(file, *at, big_endian, &type, &length, at, error)) {
            return FALSE;
        }
    } while (type != LIBXC_END);
    return TRUE;
}

static QevmXen *
none(GError **error)
{
    g_set_error_literal(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                        "Xen save file: it holds no state of a QEMU");
    return NULL;
}

static QevmXen *
find_libxl(QevmSource *file, guint64 at, const guint8 *head, GError **error)
{
    gboolean big_endian = head[15] & 1; /* bounds: of LIBXL_HEADER */
    guint32 type, length;
    guint64 next;

    for (at += LIBXL_HEADER;; at = next) {
        if (!read_record(file, at, big_endian, &type, &length, &next, error)) {
            return NULL;
        }
        if (type == LIBXL_END) {
            return none(error);
        }
        if (type == LIBXL_LIBXC_CONTEXT && !skip_libxc(file, &next, error)) {
            return NULL;
        }
        if (type == LIBXL_EMULATOR_CONTEXT && length > EMULATOR) {
            QevmXen *xen = g_new0(QevmXen, 1);

            xen->offset = at + RECORD + EMULATOR;
            xen->size = length - EMULATOR;
            xen->length_at = at + 4;
            xen->more = EMULATOR;
            xen->big_endian = big_endian;
            xen->padded = TRUE;
            return xen;
        }
    }
}

/* Signature, u32 length in two of three, and a stream behind it. */
static QevmXen *
legacy_record(QevmSource *file, guint64 at, const guint8 *p)
{
    static const struct {
        const char *text;
        gsize length;
    } signatures[] = {
        { "DeviceModelRecord0002", 4 },
        { "RemusDeviceModelState", 4 },
        { "QemuDeviceModelRecord", 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(signatures); i++) {
        gsize length = signatures[i].length;
        guint64 left = qevm_source_size(file) - at - SIGNATURE - length;
        guint32 told = get32(p + SIGNATURE, FALSE);
        QevmXen *xen;

        if (memcmp(p, signatures[i].text, SIGNATURE) != 0 ||
            memcmp(p + SIGNATURE + length, "QEVM", 4) != 0) {
            continue;
        }
        xen = g_new0(QevmXen, 1);
        xen->legacy = TRUE;
        xen->offset = at + SIGNATURE + length;
        xen->length_at = length ? at + SIGNATURE : 0;
        if (length) {
            left = MIN(left, (guint64)told);
        }
        xen->size = left;
        return xen;
    }
    return NULL;
}

static QevmXen *
find_legacy(QevmSource *file, GError **error)
{
    enum { CHUNK = 64 * 1024, WANTED = SIGNATURE + 8 };
    g_autofree guint8 *buf = g_malloc(CHUNK + WANTED);
    guint64 size = qevm_source_size(file);
    guint64 at = size > LEGACY_TAIL ? size - LEGACY_TAIL : 0;

    for (; at + WANTED <= size; at += CHUNK) {
        gsize n = (gsize)MIN(size - at, (guint64)CHUNK + WANTED);

        if (!qevm_source_read(file, at, n, buf, "Xen save file", error)) {
            return NULL;
        }
        for (gsize i = 0; i + WANTED <= n && i < CHUNK; i++) {
            QevmXen *xen = legacy_record(file, at + i, buf + i);

            if (xen) {
                return xen;
            }
        }
    }
    return none(error);
}

QevmXen *
qevm_xen_find(QevmSource *file, GError **error)
{
    guint8 head[XL_HEADER];
    guint64 at = 0;

    if (!qevm_source_read(file, 0, LIBXL_HEADER, head, "Xen save file",
                          error)) {
        return NULL;
    }
    if (memcmp(head, LIBXL_MAGIC, 8) != 0) {
        if (!qevm_source_read(file, 0, XL_HEADER, head, "xl header", error)) {
            return NULL;
        }
        /* 0x01020304, in the byte order of the host, says which it is. */
        at = XL_HEADER + (guint64)get32(head + 44, head[32] == 1); /* bounds:
                                                              of XL_HEADER */
        if (!qevm_source_read(file, at, LIBXL_HEADER, head, "Xen save file",
                              error)) {
            return NULL;
        }
    }
    return memcmp(head, LIBXL_MAGIC, 8) == 0 ? find_libxl(file, at, head, error)
                                             : find_legacy(file, error);
}
