/* test-prim.c - every leaf type: bytes to a value and back. */
#include "parser/value.h"

#include <string.h>

static GBytes *
bytes_of(const char *hex)
{
    GByteArray *out = g_byte_array_new();

    g_assert_null(qevm_scan_hex(&hex, out));
    g_assert_cmpint(*hex, ==, '\0');
    return g_byte_array_free_to_bytes(out);
}

/* Decodes, prints, and (unless the byte is no canonical one) encodes back. */
/* clang-format off */
static const struct row {
    const char *type, *hex, *printed;
    gboolean one_way;
} rows[] = {
    { "bool", "00", "false", FALSE },
    { "bool", "01", "true", FALSE },
    { "bool", "02", "true", TRUE },
    { "int8", "80", "-128", FALSE },
    { "int16", "ffff", "-1", FALSE },
    { "int32", "7fffffff", "2147483647", FALSE },
    { "int64", "8000000000000000", "-9223372036854775808", FALSE },
    { "uint8", "ff", "255", FALSE },
    { "uint16", "0102", "258", FALSE },
    { "uint32", "ffffffff", "4294967295", FALSE },
    { "uint64", "ffffffffffffffff", "18446744073709551615", FALSE },
    { "uint8 equal", "ff", "255", FALSE },
    { "uint16 equal", "ffff", "65535", FALSE },
    { "int32 equal", "ffffffff", "-1", FALSE },
    { "uint32 equal", "ffffffff", "4294967295", FALSE },
    /* Named int64, and it is the unsigned one. */
    { "int64 equal", "ffffffffffffffff", "18446744073709551615", FALSE },
    /* "le" is less-or-equal, not little-endian. */
    { "int32 le", "00000001", "1", FALSE },
    { "CPU_Double_U", "3ff0000000000000", "0x3ff0000000000000", FALSE },
    { "float64", "3ff0000000000000", "0x3ff0000000000000", FALSE },
    { "timer", "ffffffffffffffff", "-1", FALSE },
    { "buffer", "00ff", "hex:00ff", FALSE },
    { "buffer", "", "hex:", FALSE },
    { "buffer", "72756e6e696e670000", "\"running\"", FALSE },
    { "buffer", "72756e6e696e67", "\"running\"", FALSE },
    { "buffer", "6122005c", "hex:6122005c", FALSE },
    { "buffer", "61225c00", "\"a\\\"\\\\\"", FALSE },
    { "buffer", "61620000", "hex:61620000", FALSE },
    { "buffer", "61626300ff", "hex:61626300ff", FALSE },
    { "buffer", "00000000", "hex:00000000", FALSE },
    { "unused_buffer", "61626364", "hex:61626364", FALSE },
    { "bitmap", "0000000000000001", "hex:0000000000000001", FALSE },
    /* Of descriptions: low byte first. */
    { "le16", "0102", "513", FALSE },
    { "le32", "01020304", "67305985", FALSE },
    { "le64", "0100000000000080", "9223372036854775809", FALSE },
    { "le16s", "ffff", "-1", FALSE },
    { "le16s", "0080", "-32768", FALSE },
    { "le32s", "feffffff", "-2", FALSE },
    { "le64s", "ffffffffffffff7f", "9223372036854775807", FALSE },
    { "host16", "ff00", "255", FALSE },
    { "host32", "00010000", "256", FALSE },
    { "host64", "0000000000000001", "72057594037927936", FALSE },
    { "host16s", "0180", "-32767", FALSE },
    { "host32s", "00000080", "-2147483648", FALSE },
    { "host64s", "feffffffffffffff", "-2", FALSE },
    { "le32", "0102", "513", FALSE },
    { "le16", "010203040506070809", "hex:010203040506070809", FALSE },
    { "string", "61626300", "\"abc\"", FALSE },
    { "bytes", "61626364", "hex:61626364", FALSE },
    { "nullptr", "30", "null", FALSE },
    { "nullptr", "31", "hex:31", FALSE },
    { "nullptr", "3030", "hex:3030", FALSE },
    { "ptr-marker", "30", "null", FALSE },
    { "ptr-marker", "31", "true", FALSE },
    { "ptr-marker", "32", "hex:32", FALSE },
    { "fd", "20", "hex:20", FALSE },
    { "capability", "03616263", "\"abc\"", FALSE },
    { "capability", "00", "\"\"", FALSE },
    { "capability", "04616263", "hex:04616263", FALSE },
    { "capability", "", "hex:", FALSE },
    { "unknown", "61626364", "hex:61626364", FALSE },
    { "struct", "30", "hex:30", FALSE },
    { "vstruct", "30", "hex:30", FALSE },
    { "tmp", "30", "hex:30", FALSE },
    { "qtailq", "00", "hex:00", FALSE },
    { "qlist", "00", "hex:00", FALSE },
    { "gtree", "0000000000", "hex:0000000000", FALSE },
    { "pci config", "8680", "hex:8680", FALSE },
    { "pci irq state", "00000000000000010000000000000000",
      "hex:00000000000000010000000000000000", FALSE },
    { "msix state", "", "hex:", FALSE },
    { "shpc", "00", "hex:00", FALSE },
    { "virtio", "00", "hex:00", FALSE },
    { "virtqueue_extra_state", "00", "hex:00", FALSE },
    { "virtio-gpu", "00", "hex:00", FALSE },
    { "blob", "00", "hex:00", FALSE },
    { "virtio-fs back-end state", "00000000", "hex:00000000", FALSE },
    { "virtio-net vhost-user backend state", "00", "hex:00", FALSE },
    { "scsi-requests", "00", "hex:00", FALSE },
    { "usb-redir-parser", "00000000", "hex:00000000", FALSE },
    { "usb-redir-bufpq", "00000000", "hex:00000000", FALSE },
    { "usb-redir-packet-id-q", "00000000", "hex:00000000", FALSE },
    { "vdagent/cbinfos", "00", "hex:00", FALSE },
    { "irqs", "ffffffffffffffff", "hex:ffffffffffffffff", FALSE },
    { "cpsr", "400001d3", "0x400001d3", FALSE },
    { "fpscr", "00000000", "0x00000000", FALSE },
    { "fpcr", "0000000000000001", "0x0000000000000001", FALSE },
    { "fpsr", "0000000000000001", "0x0000000000000001", FALSE },
    { "powered_off", "01", "true", FALSE },
    { "fpr", "0000000000000001", "0x0000000000000001", FALSE },
    { "fpr", "00000000000000000000000000000001",
      "hex:00000000000000000000000000000001", FALSE },
    { "avr", "00000000000000000000000000000001",
      "hex:00000000000000000000000000000001", FALSE },
    { "vsr", "0000000000000001", "0x0000000000000001", FALSE },
    { "slbe", "00000000000000000000000000000001",
      "hex:00000000000000000000000000000001", FALSE },
    { "cpu/altivec/vscr", "00010000", "0x00010000", FALSE },
    { "tlb_entry", "00", "hex:00", FALSE },
    { "tlb entry", "00", "hex:00", FALSE },
    { "psr", "f20000a0", "0xf20000a0", FALSE },
    { "fsr", "00000001", "0x00000001", FALSE },
    { "fsr", "0000000000000001", "0x0000000000000001", FALSE },
    { "xcc", "00000001", "0x00000001", FALSE },
    { "psw", "0000000000000001", "0x0000000000000001", FALSE },
    { "msr", "00000001", "0x00000001", FALSE },
    { "sr", "00008001", "0x00008001", FALSE },
    { "sreg", "80", "0x80", FALSE },
    { "rampD", "01", "0x01", FALSE },
    { "rampX", "01", "0x01", FALSE },
    { "rampY", "01", "0x01", FALSE },
    { "rampZ", "01", "0x01", FALSE },
    { "eind", "01", "0x01", FALSE },
    { "int32_as_uint16", "ffff", "65535", FALSE },
    { "uint16_from_uint8", "ff", "255", FALSE },
    /* The description's size rules. */
    { "uint32", "0102", "258", FALSE },
    { "int64", "fe", "-2", FALSE },
    { "uint64", "010203040506070809", "hex:010203040506070809", FALSE },
    { "uint8", "", "hex:", FALSE },
    { "no such type", "61626364", "hex:61626364", FALSE },
};
/* clang-format on */

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    const QevmPrim *prim = qevm_prim_find(t->type);
    g_autoptr(GBytes) bytes = bytes_of(t->hex);
    g_autoptr(GBytes) back = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_auto(QevmValue) read = QEVM_VALUE_INIT;
    g_autofree char *printed = NULL;
    gsize size;
    const guint8 *p = g_bytes_get_data(bytes, &size);

    g_assert_cmpint(prim == NULL, ==, g_str_equal(t->type, "no such type"));
    qevm_prim_decode(prim, p, size, &value);
    printed = qevm_value_format(&value);
    g_assert_cmpstr(printed, ==, t->printed);

    /* As `set` would read what `get` printed. */
    g_assert_true(qevm_value_parse(printed, &read, &error));
    back = qevm_prim_encode(prim, size, &read, &error);
    g_assert_no_error(error);
    g_assert_nonnull(back);
    g_assert_cmpuint(g_bytes_get_size(back), ==, size);
    g_assert_cmpint(g_bytes_equal(back, bytes), ==, !t->one_way);
}

static const struct put {
    const char *type;
    gsize size;
    const char *value;
    const char *hex;     /* or: */
    const char *message; /* of the error */
} puts_[] = {
    { "bool", 1, "1", "01", NULL },
    { "bool", 1, "0", "00", NULL },
    { "bool", 1, "hex:07", "07", NULL },
    { "bool", 1, "2", NULL,
      "`bool` wants true, false, 1, 0 or hex:.., not an integer" },
    { "bool", 1, "-1", NULL,
      "`bool` wants true, false, 1, 0 or hex:.., not an integer" },
    { "int8", 1, "127", "7f", NULL },
    { "int8", 1, "128", NULL,
      "128 does not fit the 8 bits of `int8` (signed)" },
    { "int8", 1, "-128", "80", NULL },
    { "int8", 1, "-129", NULL,
      "-129 does not fit the 8 bits of `int8` (signed)" },
    { "int32", 4, "0xffffffff", NULL,
      "4294967295 does not fit the 32 bits of `int32` (signed)" },
    { "int64", 8, "9223372036854775807", "7fffffffffffffff", NULL },
    { "int64", 8, "9223372036854775808", NULL,
      "9223372036854775808 does not fit the 64 bits of `int64` (signed)" },
    { "int64", 8, "-9223372036854775808", "8000000000000000", NULL },
    { "uint8", 1, "256", NULL, "256 does not fit the 8 bits of `uint8`" },
    { "uint8", 1, "-1", NULL, "-1 does not fit the 8 bits of `uint8`" },
    { "uint64", 8, "-1", NULL, "-1 does not fit the 64 bits of `uint64`" },
    { "uint64", 8, "0xffffffffffffffff", "ffffffffffffffff", NULL },
    { "uint16", 2, "hex:0102", "0102", NULL },
    { "uint16", 2, "hex:010203", NULL,
      "value has 3 bytes, this `uint16` has 2" },
    { "uint16", 2, "true", NULL,
      "`uint16` wants an integer or hex:.., not a boolean" },
    { "uint16", 2, "\"ab\"", NULL,
      "`uint16` wants an integer or hex:.., not a string" },
    { "uint16", 2, "null", NULL,
      "`uint16` wants an integer or hex:.., not null" },
    { "cpsr", 4, "0x100000000", NULL,
      "4294967296 does not fit the 32 bits of `cpsr`" },
    { "buffer", 4, "\"ab\"", "61620000", NULL },
    { "buffer", 4, "\"\"", "00000000", NULL },
    { "buffer", 0, "\"\"", "", NULL },
    { "buffer", 4, "\"abcd\"", "61626364", NULL },
    { "buffer", 4, "\"abcde\"", NULL,
      "value has 5 bytes, this `buffer` takes at most 4" },
    { "buffer", 4, "hex:0102", NULL, "value has 2 bytes, this `buffer` has 4" },
    { "buffer", 1, "hex:", NULL, "value has 0 bytes, this `buffer` has 1" },
    { "buffer", 4, "1", NULL,
      "`buffer` wants a string or hex:.., not an integer" },
    { "pci config", 4, "\"ab\"", "61620000", NULL },
    { "no such type", 2, "\"a\"", "6100", NULL },
    { "no such type", 2, "1", NULL,
      "`buffer` wants a string or hex:.., not an integer" },
    { "nullptr", 1, "null", "30", NULL },
    { "nullptr", 1, "true", NULL,
      "`nullptr` wants null or hex:.., not a boolean" },
    { "ptr-marker", 1, "true", "31", NULL },
    { "ptr-marker", 1, "false", NULL,
      "`ptr-marker` wants null, true or hex:.., not a boolean" },
    { "ptr-marker", 1, "0", NULL,
      "`ptr-marker` wants null, true or hex:.., not an integer" },
    { "capability", 4, "\"xyz\"", "0378797a", NULL },
    { "capability", 4, "\"xy\"", NULL,
      "value has 2 bytes, this `capability` has 3" },
    { "capability", 4, "\"wxyz\"", NULL,
      "value has 4 bytes, this `capability` has 3" },
    { "capability", 0, "\"\"", NULL,
      "value has 0 bytes, this `capability` has 0" },
    { "capability", 4, "3", NULL,
      "`capability` wants a string or hex:.., not an integer" },
    /* A size that the type cannot have: only bytes are left. */
    { "uint64", 9, "1", NULL,
      "`buffer` wants a string or hex:.., not an integer" },
};

static void
test_put(gconstpointer data)
{
    const struct put *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    g_assert_true(qevm_value_parse(t->value, &value, NULL));
    got = qevm_prim_encode(qevm_prim_find(t->type), t->size, &value, &error);
    if (t->message) {
        g_assert_null(got);
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
        g_assert_cmpstr(error->message, ==, t->message);
    } else {
        g_autoptr(GBytes) want = bytes_of(t->hex);

        g_assert_no_error(error);
        g_assert_true(g_bytes_equal(got, want));
    }
}

/* Rules can state any size; memory is not asked for it. */
static void
test_limit(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    qevm_value_set_bytes(&value, QEVM_VALUE_STRING, "a", 1);
    g_assert_null(qevm_prim_encode(NULL, (gsize)1 << 30, &value, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==,
                    "a string is padded to at most 67108864 bytes, not "
                    "1073741824");
}

/* Every type has a row above, and decodes bytes of its own size. */
static void
test_table(void)
{
    guint count;
    const QevmPrim *prims = qevm_prim_table(&count);

    for (guint i = 0; i < count; i++) {
        gboolean tested = FALSE;
        guint8 zeros[16] = { 0 };
        g_auto(QevmValue) value = QEVM_VALUE_INIT;

        for (guint k = 0; k < G_N_ELEMENTS(rows); k++) {
            tested = tested || g_str_equal(rows[k].type, prims[i].type);
        }
        if (!tested) {
            g_test_message("no row for `%s`", prims[i].type);
            g_test_fail();
        }
        g_assert_true(qevm_prim_find(prims[i].type) == &prims[i]);
        qevm_prim_decode(&prims[i], zeros, prims[i].size % 17, &value);
        g_assert_cmpint(value.kind, !=, QEVM_VALUE_NONE);
    }
}

/* Any bytes of any type decode, and what is printed sets them back. */
static void
test_random(void)
{
    guint count;
    const QevmPrim *prims = qevm_prim_table(&count);

    for (guint n = 0; n < 20000; n++) {
        const QevmPrim *prim = &prims[g_test_rand_int_range(0, (gint32)count)];
        guint8 data[20];
        gsize size = (gsize)g_test_rand_int_range(0, 21);
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        g_auto(QevmValue) read = QEVM_VALUE_INIT;
        g_autoptr(GBytes) back = NULL;
        g_autofree char *printed = NULL;
        g_autoptr(GError) error = NULL;

        for (gsize i = 0; i < size; i++) {
            gint32 b = g_test_rand_int_range(0, 600);

            data[i] = (guint8)(b < 256 ? b : b < 400 ? 0 : 0x30 + b % 70);
        }
        qevm_prim_decode(prim, data, size, &value);
        printed = qevm_value_format(&value);
        g_assert_true(qevm_value_parse(printed, &read, &error));
        back = qevm_prim_encode(prim, size, &read, &error);
        g_assert_no_error(error);
        if (prim->kind != QEVM_PRIM_BOOL) {
            g_assert_cmpmem(data, size, g_bytes_get_data(back, NULL),
                            g_bytes_get_size(back));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/prim/row/%u", i);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    for (guint i = 0; i < G_N_ELEMENTS(puts_); i++) {
        g_autofree char *path = g_strdup_printf("/prim/put/%u", i);

        g_test_add_data_func(path, &puts_[i], test_put);
    }
    g_test_add_func("/prim/limit", test_limit);
    g_test_add_func("/prim/table", test_table);
    g_test_add_func("/prim/random", test_random);
    return g_test_run();
}
