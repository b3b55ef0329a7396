/* test-container.c - headers of containers, good ones and then one byte wrong.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/container.h"
#include "tests/unit/builder.h"

/* ---- what is peeled off, and what is not ---- */

#define SAVE "<LibvirtQemudSave> "

/* "<domain/>" in the notation of builder.h would end at the first `>`. */
#define DOMAIN "3c 646f6d61696e 2f3e 00 "
#define NONE "00*56 "
#define LIBXL "<LibxlFmt> 00000002 00000000 "
#define CONTEXT "01000000 00000000 "
#define LIBXC "ff*8 <XENF> 00000003 0000 00*6 02000000 0c00 0000 00*8 00*8 "
#define XL "<Xen saved domain, xl format> 0a20 00 20 0d 04030201 00*8 "

static const struct layer_case {
    const char *path, *hex;
    const char *layers; /* their names, joined by `/`; NULL: an error */
    guint64 base, size;
    QevmError code;
    const char *message;
} layer_cases[] = {
    { "stream", "<QEVM> 00000003", "", 0, 8, 0, NULL },
    { "unknown", "<hello>", "", 0, 5, 0, NULL },
    { "empty", "", "", 0, 0, 0, NULL },
    /* libvirt: version, data_len, was_running, format, cookie_offset */
    { "libvirt/little-endian",
      SAVE "02000000 0a000000 01000000 00000000 00000000 " NONE DOMAIN "<QEVM>",
      "libvirt save image", 102, 4, 0, NULL },
    { "libvirt/big-endian",
      SAVE "00000002 0000000a 00000001 00000000 00000000 " NONE DOMAIN "<QEVM>",
      "libvirt save image", 102, 4, 0, NULL },
    { "libvirt/version-1",
      SAVE "01000000 0a000000 01000000 03000000 00000000 " NONE DOMAIN "<QEVM>",
      "libvirt save image", 102, 4, 0, NULL },
    { "libvirt/part",
      "<LibvirtQemudPart> 02000000 0a000000 01000000 00000000 00000000 " NONE
          DOMAIN,
      "libvirt save image", 102, 0, 0, NULL },
    { "libvirt/magic",
      "<LibvirtQemudSavf> 02000000 0a000000 01000000 00000000 00000000 " NONE
          DOMAIN,
      "", 0, 102, 0, NULL },
    { "libvirt/version-3",
      SAVE "03000000 0a000000 01000000 00000000 00000000 " NONE DOMAIN, NULL, 0,
      0, QEVM_ERROR_UNSUPPORTED,
      "at 0x10: libvirt save image: 1 and 2 are known, this has version "
      "50331648" },
    { "libvirt/version-0",
      SAVE "00000000 0a000000 01000000 00000000 00000000 " NONE DOMAIN, NULL, 0,
      0, QEVM_ERROR_UNSUPPORTED,
      "at 0x10: libvirt save image: 1 and 2 are known, this has version 0" },
    { "libvirt/no-data",
      SAVE "02000000 00000000 01000000 00000000 00000000 " NONE DOMAIN, NULL, 0,
      0, QEVM_ERROR_MALFORMED,
      "at 0x14: libvirt save image: bytes of XML and padding: 0" },
    { "libvirt/much-data",
      SAVE "02000000 01000004 01000000 00000000 00000000 " NONE DOMAIN, NULL, 0,
      0, QEVM_ERROR_MALFORMED,
      "at 0x14: libvirt save image: bytes of XML and padding: 67108865" },
    { "libvirt/short-data",
      SAVE "02000000 0b000000 01000000 00000000 00000000 " NONE DOMAIN, NULL, 0,
      0, QEVM_ERROR_TRUNCATED,
      "at 0x5c: libvirt save image: its XML needs 11 bytes, 10 left" },
    { "libvirt/cookie",
      SAVE "02000000 0a000000 01000000 00000000 0b000000 " NONE DOMAIN, NULL, 0,
      0, QEVM_ERROR_MALFORMED,
      "at 0x20: libvirt save image: the cookie is not within the header, at "
      "11" },
    { "libvirt/short", SAVE "02000000", NULL, 0, 0, QEVM_ERROR_TRUNCATED,
      "at 0x0: libvirt save image: its header needs 92 bytes, 20 there" },
    /* Xen */
    { "xen/libxl",
      LIBXL CONTEXT LIBXC
      "03000000 0c000000 02000000 00000000 <QEVM> 00*4 00*8",
      "Xen save file", 88, 4, 0, NULL },
    { "xen/xl",
      XL "00000000 00000000 00000000 " LIBXL
         "03000000 0c000000 02000000 00000000 <QEVM> 00*4 00*8",
      NULL, 0, 0, QEVM_ERROR_UNSUPPORTED,
      "Xen save file: it holds no state of a QEMU" },
    { "xen/no-libxc", LIBXL CONTEXT "fe ff*7 <XENF> 00*28", NULL, 0, 0,
      QEVM_ERROR_MALFORMED,
      "at 0x18: Xen save file: no stream of libxc begins here" },
    { "xen/no-end", LIBXL CONTEXT LIBXC, NULL, 0, 0, QEVM_ERROR_TRUNCATED,
      "at 0x48: record of Xen needs 8 bytes, 0 left" },
    { "xen/emulator-empty", LIBXL "03000000 08000000 00*8 00*8", NULL, 0, 0,
      QEVM_ERROR_UNSUPPORTED, "Xen save file: it holds no state of a QEMU" },
    { "xen/record-wraps", LIBXL "02000000 ffffffff 00*8", NULL, 0, 0,
      QEVM_ERROR_TRUNCATED,
      "at 0x100000018: record of Xen needs 8 bytes, 0 left" },
    /* qcow2 */
    { "qcow2/short", "<QFI> fb 00000003", NULL, 0, 0, QEVM_ERROR_TRUNCATED,
      "at 0x0: qcow2 header needs 72 bytes, 8 left" },
};

static char *
names_of(const QevmContainer *c)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < c->layers->len; i++) {
        g_string_append_printf(
            names, "%s%s", i ? "/" : "",
            qevm_layer_name(g_ptr_array_index(c->layers, i)));
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}

static void
test_layers(gconstpointer data)
{
    const struct layer_case *t = data;
    g_autoptr(GBytes) bytes = build_bytes(t->hex);
    g_autoptr(GError) error = NULL;
    QevmSource *opened;
    g_autoptr(QevmContainer) c = qevm_container_read(
        build_source(bytes, BUILD_AS_FILE), NULL, 0, 0, &opened, &error);
    g_autoptr(QevmSource) source = opened;
    g_autofree char *names = c ? names_of(c) : NULL;

    g_assert_cmpstr(names, ==, t->layers);
    if (t->message) {
        g_assert_error(error, QEVM_ERROR, (int)t->code);
        g_assert_cmpstr(error->message, ==, t->message);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(qevm_source_base(source), ==, t->base);
    g_assert_cmpuint(qevm_source_size(source), ==, t->size);
}

/* ---- qcow2 ---- */

/* An image of clusters of 512 bytes: header, snapshot table, L1, L2, data. */
static GByteArray *
make_image(void)
{
    GByteArray *b = g_byte_array_new();

    build_text(b, "<QFI> fb 00000003 00*8 00000000 00000009 0000000000008000 "
                  "00000000 00000001 0000000000000400 0000000000000a00 "
                  "00000001 00000002 0000000000000200 00*8 00*8 00*8 00000004 "
                  "00000068 00*408 ");
    /* Disk only, then one with 1000 bytes of vm state. */
    build_text(b, "0000000000000400 00000001 0001 0003 00*8 00*8 00000000 "
                  "00000010 0000000000000000 0000000000008000 <1> <old> 00*4 ");
    build_text(b, "0000000000000400 00000002 0002 0001 00000001 00000000 "
                  "000000003b9aca00 000003e8 00000010 00000000000003e8 "
                  "0000000000008000 <12> <1> ");
    g_byte_array_set_size(b, 0x400);
    build_text(b, "00*8 8000000000000600 00*496 ");
    /* The second cluster is zeros, the third is compressed. */
    build_text(b, "8000000000000800 0000000000000001 4000000000000800 00*488 ");
    build_text(b, "<QEVM> 11*508 ");
    return b;
}

static QevmContainer *
open_image(GByteArray *image, const char *snapshot, QevmSource **source,
           GError **error)
{
    GBytes *bytes = g_byte_array_free_to_bytes(image);
    QevmContainer *c = qevm_container_read(build_source(bytes, BUILD_AS_BYTES),
                                           snapshot, 0, 0, source, error);

    g_bytes_unref(bytes);
    return c;
}

static const struct name_case {
    const char *name, *id, *message;
} name_cases[] = {
    { NULL, "12", NULL },
    { "1", "12", NULL }, /* its name; the other's ID */
    { "12", "12", NULL },
    { "id:12", "12", NULL },
    { "id:1", NULL,
      "snapshot id:1 is one of the disk only, it has no vm state" },
    { "old", NULL, "snapshot old is one of the disk only, it has no vm state" },
    { "new", NULL, "the qcow2 image has no snapshot new; it has 1 (id:12)" },
};

static void
test_names(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(name_cases); i++) {
        const struct name_case *t = &name_cases[i];
        g_autoptr(GError) error = NULL;
        QevmSource *opened;
        g_autoptr(QevmContainer) c =
            open_image(make_image(), t->name, &opened, &error);
        g_autoptr(QevmSource) source = opened;

        if (t->message) {
            g_assert_error(error, QEVM_ERROR, QEVM_ERROR_PATH);
            g_assert_cmpstr(error->message, ==, t->message);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpstr(qevm_container_layer(c, QEVM_LAYER_QCOW2)->snapshot->id,
                        ==, t->id);
        g_assert_cmpuint(qevm_source_size(source), ==, 1000);
    }
}

static void
test_vm_state(void)
{
    g_autoptr(GError) error = NULL;
    QevmSource *opened;
    g_autoptr(QevmContainer) c =
        open_image(make_image(), NULL, &opened, &error);
    g_autoptr(QevmSource) source = opened;
    g_autoptr(GBytes) all = NULL;
    const guint8 *p;

    g_assert_no_error(error);
    all = qevm_source_get(source, 0, 1000, "state", &error);
    g_assert_no_error(error);
    p = g_bytes_get_data(all, NULL);
    g_assert_cmpmem(p, 4, "QEVM", 4);
    g_assert_cmphex(p[511], ==, 0x11);
    g_assert_cmphex(p[512], ==, 0);
    g_assert_cmphex(p[999], ==, 0);
}

/* ---- what is put into the XML of a domain ---- */

static QevmLibvirt *
make_domain(const char *xml)
{
    g_autoptr(QevmLibvirt) l = g_new0(QevmLibvirt, 1);
    g_autoptr(GError) error = NULL;

    l->data = g_bytes_new("", 1);
    l->xml = g_strdup("");
    g_assert_true(qevm_libvirt_set_xml(l, xml, &error));
    return g_steal_pointer(&l);
}

static void
test_args(void)
{
    static char *args[] = { (char *)(guintptr) "-global",
                            (char *)(guintptr) "a.b='<&", NULL };
    g_autoptr(QevmLibvirt) l =
        make_domain("<domain type='qemu'>\n  <name>x</name>\n"
                    "  <os><type machine='pc'>hvm</type></os>\n</domain>\n");
    g_autoptr(GError) error = NULL;

    g_assert_true(qevm_libvirt_add_args(l, args, &error));
    g_assert_true(g_str_has_suffix(
        l->xml, "hvm</type></os>\n"
                "  <qemu:commandline "
                "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
                "    <qemu:arg value='-global'/>\n"
                "    <qemu:arg value='a.b=&apos;&lt;&amp;'/>\n"
                "  </qemu:commandline>\n</domain>\n"));
    g_assert_cmpstr(l->machine, ==, "pc");
    g_assert_cmpstr(l->domain, ==, "x");
}

static const struct bad_case {
    const char *path;
    guint at;
    const char *hex;
    QevmError code;
    const char *message;
} bad_cases[] = {
    { "version", 4, "00000001", QEVM_ERROR_UNSUPPORTED,
      "at 0x4: qcow2: 2 and 3 are known, this has version 1" },
    { "small-clusters", 20, "00000008", QEVM_ERROR_MALFORMED,
      "at 0x14: qcow2: clusters of 2^8 bytes" },
    { "large-clusters", 20, "00000016", QEVM_ERROR_MALFORMED,
      "at 0x14: qcow2: clusters of 2^22 bytes" },
    { "encrypted", 32, "00000002", QEVM_ERROR_UNSUPPORTED,
      "qcow2: the image cannot be read: it is encrypted; \"qemu-img convert\" "
      "makes a copy that is not, but without snapshots" },
    { "snapshots", 60, "00010001", QEVM_ERROR_MALFORMED,
      "at 0x3c: qcow2: 65537 snapshots" },
    { "no-table", 64, "0000000000001000", QEVM_ERROR_TRUNCATED,
      "at 0x1000: snapshot needs 40 bytes, 0 left" },
    { "dirty", 72, "0000000000000001", QEVM_ERROR_UNSUPPORTED,
      "qcow2: the image cannot be read: it is in use, or was not closed; "
      "\"qemu-img check -r all\" puts its refcounts right" },
    { "data-file", 72, "0000000000000004", QEVM_ERROR_UNSUPPORTED,
      "qcow2: the image cannot be read: its data are in another file; QEMU "
      "makes no snapshots in such images" },
    { "unknown-feature", 72, "0000000000000020", QEVM_ERROR_UNSUPPORTED,
      "qcow2: the image cannot be read: it has incompatible features that are "
      "not known: 0x20" },
    { "subclusters", 72, "0000000000000010", QEVM_ERROR_MALFORMED,
      "at 0x14: qcow2: clusters of 2^9 bytes are too small for subclusters" },
    { "refcounts", 96, "00000007", QEVM_ERROR_MALFORMED,
      "at 0x60: qcow2: refcounts of 2^7 bits" },
    { "header-length", 100, "00000060", QEVM_ERROR_MALFORMED,
      "at 0x64: qcow2: a header of 96 bytes" },
    { "extra", 0x224, "00000008", QEVM_ERROR_MALFORMED,
      "at 0x224: qcow2: 8 bytes of extra data" },
    { "name", 0x20e, "ffff", QEVM_ERROR_TRUNCATED,
      "at 0x239: snapshot name needs 65535 bytes, 1991 left" },
    { "vm-state-size", 0x268, "7fffffffffffffff", QEVM_ERROR_MALFORMED,
      "at 0x240: qcow2: a snapshot of 2 L1 entries, 32768 bytes of disk and "
      "9223372036854775807 of vm state" },
};

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    GByteArray *image = make_image();
    g_autoptr(GBytes) patch = build_bytes(t->hex);
    g_autoptr(GError) error = NULL;
    QevmSource *opened;
    g_autoptr(QevmContainer) c = NULL;

    memcpy(image->data + t->at, g_bytes_get_data(patch, NULL),
           g_bytes_get_size(patch));
    c = open_image(image, NULL, &opened, &error);
    g_assert_null(c);
    g_assert_error(error, QEVM_ERROR, (int)t->code);
    g_assert_cmpstr(error->message, ==, t->message);
}

static const struct bad_read_case {
    const char *path;
    guint at;
    const char *hex;
    guint64 offset, n;
    const char *message; /* NULL: zeros are read */
} bad_read_cases[] = {
    { "no-l2", 0x408, "00*8", 996, 4, NULL },
    { "l2-behind", 0x408, "0000000000001000", 0, 4,
      "at 0x1000: L2 table of the snapshot needs 512 bytes, 0 left" },
    { "l1-behind", 0x240, "0000000000001000", 0, 4,
      "at 0x1008: L1 table of the snapshot needs 8 bytes, 0 left" },
    { "l1-short", 0x248, "00000001", 0, 4, NULL },
    { "data-behind", 0x600, "0000000000001000", 0, 4, NULL },
    { "compressed", 0x600, "4000000000000800", 0, 4,
      "at 0x800: qcow2: a compressed cluster is damaged" },
    { "compressed-behind", 0x600, "4000000000001000", 0, 4,
      "at 0x1000: qcow2: a compressed cluster behind the end" },
};

static void
test_bad_read(gconstpointer data)
{
    const struct bad_read_case *t = data;
    GByteArray *image = make_image();
    g_autoptr(GBytes) patch = build_bytes(t->hex);
    g_autoptr(GError) error = NULL;
    QevmSource *opened;
    g_autoptr(QevmContainer) c = NULL;
    g_autoptr(QevmSource) source = NULL;
    guint8 b[4];
    gboolean ok;

    memcpy(image->data + t->at, g_bytes_get_data(patch, NULL),
           g_bytes_get_size(patch));
    c = open_image(image, NULL, &opened, &error);
    source = opened;
    /* The first bytes are looked at when it is opened. */
    ok = c && qevm_source_read(source, t->offset, t->n, b, "state", &error);
    g_assert_cmpstr(error ? error->message : NULL, ==, t->message);
    if (ok) {
        g_assert_cmpmem(b, 4, "\0\0\0\0", 4);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(layer_cases); i++) {
        g_autofree char *path =
            g_strconcat("/container/", layer_cases[i].path, NULL);

        g_test_add_data_func(path, &layer_cases[i], test_layers);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/container/qcow2/bad/", bad_cases[i].path, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    g_test_add_func("/container/qcow2/names", test_names);
    g_test_add_func("/container/qcow2/vm-state", test_vm_state);
    for (guint i = 0; i < G_N_ELEMENTS(bad_read_cases); i++) {
        g_autofree char *path =
            g_strconcat("/container/qcow2/read/", bad_read_cases[i].path, NULL);

        g_test_add_data_func(path, &bad_read_cases[i], test_bad_read);
    }
    g_test_add_func("/libvirt/args", test_args);
    return g_test_run();
}
