/* test-value.c - values as they are written, read back and compared. */
#include "parser/value.h"

#include <string.h>

/* Literals that print as they are read, or as `printed`. */
static const struct {
    const char *text, *printed;
    QevmValueKind kind;
} literals[] = {
    { "0", NULL, QEVM_VALUE_SINT },
    { "-1", NULL, QEVM_VALUE_SINT },
    { "-0", "0", QEVM_VALUE_SINT },
    { "0x10", "16", QEVM_VALUE_SINT },
    { "0X1f", "31", QEVM_VALUE_SINT },
    { "-0x10", "-16", QEVM_VALUE_SINT },
    { "9223372036854775807", NULL, QEVM_VALUE_SINT },
    { "9223372036854775808", NULL, QEVM_VALUE_UINT },
    { "-9223372036854775808", NULL, QEVM_VALUE_SINT },
    { "18446744073709551615", NULL, QEVM_VALUE_UINT },
    { "0xffffffffffffffff", "18446744073709551615", QEVM_VALUE_UINT },
    { "true", NULL, QEVM_VALUE_BOOL },
    { "false", NULL, QEVM_VALUE_BOOL },
    { "null", NULL, QEVM_VALUE_NULL },
    { "\"\"", NULL, QEVM_VALUE_STRING },
    { "\"pc-i440fx-7.2\"", NULL, QEVM_VALUE_STRING },
    { "\"\\\"\\\\\"", NULL, QEVM_VALUE_STRING },
    { "\"\\x41\"", "\"A\"", QEVM_VALUE_STRING },
    { "\"\\x00\\x1b\\x7F\"", "\"\\x00\\x1b\\x7f\"", QEVM_VALUE_STRING },
    { "\"a\tb\"", "\"a\\x09b\"", QEVM_VALUE_STRING },
    { "\"\xc3\xa9\"", NULL, QEVM_VALUE_STRING },
    { "\"\xe9\"", "\"\\xe9\"", QEVM_VALUE_STRING },
    { "\"\xc3\"", "\"\\xc3\"", QEVM_VALUE_STRING },
    /* Text that turns the line around is no text for a terminal. */
    { "\"\xe2\x80\xae\"", "\"\\xe2\\x80\\xae\"", QEVM_VALUE_STRING },
    { "\"\xc2\x9b\"", "\"\\xc2\\x9b\"", QEVM_VALUE_STRING },
    { "hex:", NULL, QEVM_VALUE_BYTES },
    { "hex:00Ff", "hex:00ff", QEVM_VALUE_BYTES },
};

static void
test_literal(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    const char *want =
        literals[i].printed ? literals[i].printed : literals[i].text;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_auto(QevmValue) again = QEVM_VALUE_INIT;
    g_autoptr(GError) error = NULL;
    g_autofree char *printed = NULL;

    g_assert_true(qevm_value_parse(literals[i].text, &value, &error));
    g_assert_no_error(error);
    g_assert_cmpint(value.kind, ==, literals[i].kind);
    printed = qevm_value_format(&value);
    g_assert_cmpstr(printed, ==, want);
    g_assert_true(qevm_value_parse(printed, &again, &error));
    g_assert_cmpint(again.kind, ==, value.kind);
    g_assert_true(qevm_value_equal(&value, &again));
}

static const struct {
    const char *text, *message;
} bad[] = {
    { "", "value: column 1: expected a decimal or 0x number, true, false, "
          "null, \"text\" or hex:.." },
    { "abc", "value: column 1: expected a decimal or 0x number, true, false, "
             "null, \"text\" or hex:.." },
    { "TRUE", "value: column 1: expected a decimal or 0x number, true, false, "
              "null, \"text\" or hex:.." },
    { "-", "value: column 1: expected a decimal or 0x number, true, false, "
           "null, \"text\" or hex:.." },
    { "+1", "value: column 1: expected a decimal or 0x number, true, false, "
            "null, \"text\" or hex:.." },
    { " 1", "value: column 1: expected a decimal or 0x number, true, false, "
            "null, \"text\" or hex:.." },
    { "1 ", "value: column 2: expected nothing more" },
    { "1.5", "value: column 2: expected nothing more" },
    { "true1", "value: column 1: expected a decimal or 0x number, true, "
               "false, null, \"text\" or hex:.." },
    { "12ab", "value: column 3: expected decimal digits" },
    { "0x12g", "value: column 5: expected hex digits" },
    { "0x", "value: column 1: expected hex digits" },
    { "010", "value: column 1: expected a decimal number without leading "
             "zeros" },
    { "18446744073709551616",
      "value: column 1: expected a number of at most 64 bits" },
    { "0x10000000000000000",
      "value: column 1: expected a number of at most 64 bits" },
    { "-9223372036854775809", "value: column 21: expected a number not below "
                              "-9223372036854775808" },
    { "\"abc", "value: column 5: expected a closing double quote" },
    { "\"a\\n\"", "value: column 3: expected an escape \\\\, \\\" or \\xNN" },
    { "\"a\\x4\"", "value: column 3: expected an escape \\\\, \\\" or \\xNN" },
    { "\"a\\", "value: column 3: expected an escape \\\\, \\\" or \\xNN" },
    { "\"a\"b", "value: column 4: expected nothing more" },
    { "hex:0", "value: column 5: expected an even number of hex digits" },
    { "hex:001", "value: column 7: expected an even number of hex digits" },
    { "hex:0g", "value: column 5: expected an even number of hex digits" },
    { "hex:00 11", "value: column 7: expected nothing more" },
};

static void
test_bad(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autoptr(GError) error = NULL;

    g_assert_false(qevm_value_parse(bad[i].text, &value, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
    g_assert_cmpstr(error->message, ==, bad[i].message);
    g_assert_cmpint(value.kind, ==, QEVM_VALUE_NONE);
}

static const struct {
    const char *a, *b;
    gboolean equal;
} pairs[] = {
    { "1", "0x1", TRUE },
    { "1", "2", FALSE },
    { "9223372036854775808", "-9223372036854775808", FALSE },
    { "18446744073709551615", "-1", FALSE },
    { "true", "true", TRUE },
    { "true", "false", FALSE },
    { "true", "1", FALSE },
    { "null", "null", TRUE },
    { "null", "0", FALSE },
    { "\"ab\"", "\"ab\"", TRUE },
    { "\"ab\"", "\"ab\\x00\"", FALSE },
    { "\"ab\"", "hex:6162", TRUE },
    { "\"ab\"", "hex:61620000", TRUE },
    { "\"ab\"", "hex:61620001", FALSE },
    { "\"ab\"", "hex:61", FALSE },
    { "\"ab\\x00\"", "hex:6162", FALSE },
    { "\"\"", "hex:0000", TRUE },
    { "hex:6162", "hex:616200", FALSE },
    { "hex:", "hex:", TRUE },
    { "\"1\"", "1", FALSE },
};

static void
test_equal(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_auto(QevmValue) a = QEVM_VALUE_INIT;
    g_auto(QevmValue) b = QEVM_VALUE_INIT;

    g_assert_true(qevm_value_parse(pairs[i].a, &a, NULL));
    g_assert_true(qevm_value_parse(pairs[i].b, &b, NULL));
    g_assert_cmpint(qevm_value_equal(&a, &b), ==, pairs[i].equal);
    g_assert_cmpint(qevm_value_equal(&b, &a), ==, pairs[i].equal);
}

/* A signed and an unsigned 1 come from differently typed fields. */
static void
test_mixed_kinds(void)
{
    g_auto(QevmValue) a = QEVM_VALUE_INIT;
    g_auto(QevmValue) b = QEVM_VALUE_INIT;

    qevm_value_set_sint(&a, 1);
    qevm_value_set_uint(&b, 1);
    g_assert_true(qevm_value_equal(&a, &b));
    qevm_value_set_sint(&a, -1);
    qevm_value_set_uint(&b, G_MAXUINT64);
    g_assert_false(qevm_value_equal(&a, &b));
    g_assert_false(qevm_value_equal(&b, &a));
    qevm_value_set_bool(&a, 2);
    qevm_value_set_bool(&b, 1);
    g_assert_true(qevm_value_equal(&a, &b));
}

static void
test_hex(void)
{
    g_auto(QevmValue) v = QEVM_VALUE_INIT;
    g_autofree char *four = NULL;
    g_autofree char *sixteen = NULL;

    qevm_value_set_uint(&v, 0x1d3);
    v.hex = 8;
    four = qevm_value_format(&v);
    g_assert_cmpstr(four, ==, "0x000001d3");
    v.hex = 16;
    sixteen = qevm_value_format(&v);
    g_assert_cmpstr(sixteen, ==, "0x00000000000001d3");
}

static void
test_copy(void)
{
    g_auto(QevmValue) a = QEVM_VALUE_INIT;
    g_auto(QevmValue) b = QEVM_VALUE_INIT;
    g_autofree char *none = qevm_value_format(&a);

    g_assert_cmpstr(none, ==, "");
    qevm_value_set_bytes(&a, QEVM_VALUE_STRING, "abc", 3);
    qevm_value_copy(&b, &a);
    qevm_value_copy(&a, &a);
    g_assert_true(qevm_value_equal(&a, &b));
    qevm_value_clear(&a);
    g_assert_cmpint(a.kind, ==, QEVM_VALUE_NONE);
    g_assert_cmpint(b.kind, ==, QEVM_VALUE_STRING);
    g_assert_cmpuint(g_bytes_get_size(b.bytes), ==, 3);
}

static void
test_printable(void)
{
    g_autofree char *text = qevm_printable("a \"\\\" \xc3\xa9 \x1b[31m\xff");

    g_assert_cmpstr(text, ==, "a \"\\\" \xc3\xa9 \\x1b[31m\\xff");
}

static void
test_needs_escape(void)
{
    g_assert_false(qevm_needs_escape("a b{}/\xc3\xa9", 8));
    g_assert_true(qevm_needs_escape("\"", 1));
    g_assert_true(qevm_needs_escape("\\", 1));
    g_assert_true(qevm_needs_escape("\xc3", 1));
    g_assert_true(qevm_needs_escape("\n", 1));
    g_assert_false(qevm_needs_escape("", 0));
}

static void
add_rows(const char *folder, guint count, GTestDataFunc run)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *path =
            g_strdup_printf("/value/%s/%" G_GSIZE_FORMAT, folder, i);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), run);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_rows("literal", G_N_ELEMENTS(literals), test_literal);
    add_rows("bad", G_N_ELEMENTS(bad), test_bad);
    add_rows("equal", G_N_ELEMENTS(pairs), test_equal);
    g_test_add_func("/value/mixed-kinds", test_mixed_kinds);
    g_test_add_func("/value/hex", test_hex);
    g_test_add_func("/value/copy", test_copy);
    g_test_add_func("/value/needs-escape", test_needs_escape);
    g_test_add_func("/value/printable", test_printable);
    return g_test_run();
}
