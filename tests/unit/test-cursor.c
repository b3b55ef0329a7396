/* test-cursor.c - reads over bytes in memory: each one good, and short.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/builder.h"

typedef enum { TAKE, SKIP, U8, BE16, BE32, BE64, IDSTR } Read;

/* Three bytes in, at 0x1003: what is read, and where that leaves the cursor;
 * or why it stays. */
static const struct read_case {
    const char *path, *bytes;
    Read read;
    guint64 n;
    const char *got;
    QevmError code;
    const char *message;
} read_cases[] = {
    { "take/all", "0102", TAKE, 2, "0102", 0, NULL },
    { "take/none", "", TAKE, 0, "", 0, NULL },
    { "take/short", "0102", TAKE, 3, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1003: thing needs 3 bytes, 2 left" },
    { "take/wraps", "0102", TAKE, G_MAXSIZE, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1003: thing needs 18446744073709551615 bytes, 2 left" },
    { "skip/some", "010203", SKIP, 2, "0102", 0, NULL },
    { "skip/short", "", SKIP, 1, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1003: thing needs 1 bytes, 0 left" },
    { "u8", "fe01", U8, 0, "fe", 0, NULL },
    { "u8/short", "", U8, 0, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1003: thing needs 1 bytes, 0 left" },
    { "be16", "fe0102", BE16, 0, "fe01", 0, NULL },
    { "be16/short", "fe", BE16, 0, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1003: thing needs 2 bytes, 1 left" },
    { "be32", "fe01020304", BE32, 0, "fe010203", 0, NULL },
    { "be32/short", "fe0102", BE32, 0, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1003: thing needs 4 bytes, 3 left" },
    { "be64", "fe0102030405060708", BE64, 0, "fe01020304050607", 0, NULL },
    { "be64/short", "fe010203040506", BE64, 0, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1003: thing needs 8 bytes, 7 left" },
    { "idstr", "'ram' 00", IDSTR, 0, "0372616d", 0, NULL },
    { "idstr/longest", "ff 61*255 62", IDSTR, 0, "*256", 0, NULL },
    { "idstr/latin1", "02 e9 ff", IDSTR, 0, "02e9ff", 0, NULL },
    { "idstr/no-length", "", IDSTR, 0, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1003: thing needs 1 bytes, 0 left" },
    { "idstr/empty", "00 61", IDSTR, 0, NULL, QEVM_ERROR_MALFORMED,
      "at 0x1003: thing is empty" },
    { "idstr/short", "04 \"ram\"", IDSTR, 0, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x1004: thing needs 4 bytes, 3 left" },
    { "idstr/zero-byte", "03 61 00 62", IDSTR, 0, NULL, QEVM_ERROR_MALFORMED,
      "at 0x1003: thing has a zero byte in it" },
};

/* Reads one thing and gives its wire bytes in hex; NULL: error set. */
static char *
read_one(QevmCursor *c, const struct read_case *t, GError **error)
{
    const guint8 *data = c->data + c->pos;
    guint8 wire[8], u8;
    g_autofree char *name = NULL;
    guint16 u16;
    guint32 u32;
    guint64 u64;
    gsize size = 8;

    switch (t->read) {
    case TAKE:
        return qevm_cursor_take(c, (gsize)t->n, "thing", &data, error)
                   ? build_hex(data, (gsize)t->n)
                   : NULL;
    case SKIP:
        return qevm_cursor_skip(c, t->n, "thing", error)
                   ? build_hex(data, (gsize)t->n)
                   : NULL;
    case IDSTR:
        if (!qevm_cursor_idstr(c, "thing", &name, error)) {
            return NULL;
        }
        g_assert_cmpmem(name, strlen(name), data + 1, data[0]);
        return build_hex(data, 1 + strlen(name));
    case U8:
        if (!qevm_cursor_u8(c, "thing", &u8, error)) {
            return NULL;
        }
        u64 = u8;
        size = 1;
        break;
    case BE16:
        if (!qevm_cursor_be16(c, "thing", &u16, error)) {
            return NULL;
        }
        u64 = u16;
        size = 2;
        break;
    case BE32:
        if (!qevm_cursor_be32(c, "thing", &u32, error)) {
            return NULL;
        }
        u64 = u32;
        size = 4;
        break;
    default:
        if (!qevm_cursor_be64(c, "thing", &u64, error)) {
            return NULL;
        }
        break;
    }
    qevm_be_put(wire, size, u64);
    return build_hex(wire, size);
}

static void
test_read(gconstpointer data)
{
    const struct read_case *t = data;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *got = NULL;
    QevmCursor c = { NULL, 0, 3, 0x1000 };
    gsize left;

    build_text(bytes, "999999");
    build_text(bytes, t->bytes);
    c.data = bytes->data;
    c.len = bytes->len;
    left = qevm_cursor_left(&c);
    got = read_one(&c, t, &error);
    if (t->message) {
        g_assert_null(got);
        g_assert_error(error, QEVM_ERROR, (int)t->code);
        g_assert_cmpstr(error->message, ==, t->message);
        g_assert_cmpuint(c.pos, ==, 3);
        return;
    }
    g_assert_no_error(error);
    if (t->got[0] == '*') {
        g_assert_cmpuint(strlen(got), ==, 512);
    } else {
        g_assert_cmpstr(got, ==, t->got);
    }
    g_assert_cmpuint(left - qevm_cursor_left(&c), ==, strlen(got) / 2);
    g_assert_cmphex(qevm_cursor_offset(&c), ==, 0x1003 + strlen(got) / 2);
}

static void
test_peek(void)
{
    static const guint8 bytes[] = { 0x10, 0x20, 0x30 };
    QevmCursor c = { bytes, 3, 1, 0 }, none = { NULL, 0, 0, 0 };

    g_assert_cmphex(qevm_cursor_peek(&c, 0), ==, 0x20);
    g_assert_cmphex(qevm_cursor_peek(&c, 1), ==, 0x30);
    g_assert_cmpint(qevm_cursor_peek(&c, 2), ==, -1);
    g_assert_cmpint(qevm_cursor_peek(&c, G_MAXSIZE), ==, -1);
    g_assert_cmpint(qevm_cursor_peek(&none, 0), ==, -1);
    g_assert_cmpuint(c.pos, ==, 1);
}

static const struct integer_case {
    gsize size;
    guint64 value;
    gint64 as_signed;
    const char *bytes;
} integer_cases[] = {
    { 1, 0x7f, 127, "7f" },
    { 1, 0x80, -128, "80" },
    { 2, 0xfffe, -2, "fffe" },
    { 3, 0x800000, -8388608, "800000" },
    { 4, 0x80000001, -2147483647, "80000001" },
    { 5, 0x7fffffffff, 549755813887, "7fffffffff" },
    { 8, G_MAXUINT64, -1, "ffffffffffffffff" },
    { 8, 0x8000000000000000, G_MININT64, "8000000000000000" },
};

static void
test_integers(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(integer_cases); i++) {
        const struct integer_case *t = &integer_cases[i];
        g_autoptr(GByteArray) out = g_byte_array_new();
        g_autofree char *hex = NULL;

        qevm_be_append(out, t->size, t->value);
        hex = build_hex(out->data, out->len);
        g_assert_cmpstr(hex, ==, t->bytes);
        g_assert_cmphex(qevm_be_get(out->data, t->size), ==, t->value);
        g_assert_cmpint(qevm_be_get_signed(out->data, t->size), ==,
                        t->as_signed);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(read_cases); i++) {
        g_autofree char *path =
            g_strconcat("/cursor/", read_cases[i].path, NULL);

        g_test_add_data_func(path, &read_cases[i], test_read);
    }
    g_test_add_func("/cursor/peek", test_peek);
    g_test_add_func("/cursor/integers", test_integers);
    return g_test_run();
}
