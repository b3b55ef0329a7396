/* test-expr.c - expressions: precedence, kinds, exactness, columns. */
#include "parser/expr.h"

#include <string.h>

/* What the rows below are evaluated against. */
static const struct {
    QevmLookup what;
    const char *path;
    const char *value;
    gboolean is_unsigned;
} facts[] = {
    { QEVM_LOOKUP_SELF, NULL, "7", TRUE },
    { QEVM_LOOKUP_FIELD, "u64", "18446744073709551615", TRUE },
    { QEVM_LOOKUP_FIELD, "u0", "0", TRUE },
    { QEVM_LOOKUP_FIELD, "s", "-3", FALSE },
    { QEVM_LOOKUP_FIELD, "min", "-9223372036854775808", FALSE },
    { QEVM_LOOKUP_FIELD, "b", "true", FALSE },
    { QEVM_LOOKUP_FIELD, "../name\"", "\"pc\"", FALSE },
    { QEVM_LOOKUP_FIELD, "buffer", "hex:70630000", FALSE },
    { QEVM_LOOKUP_FIELD, "null", "null", FALSE },
    { QEVM_LOOKUP_VERSION, NULL, "3", TRUE },
    { QEVM_LOOKUP_SIZE, NULL, "4", TRUE },
    { QEVM_LOOKUP_SIZE, "u64", "8", TRUE },
    { QEVM_LOOKUP_COUNT, NULL, "32", TRUE },
    { QEVM_LOOKUP_COUNT, "u64", "1", TRUE },
    { QEVM_LOOKUP_EXISTS, NULL, "true", FALSE },
    { QEVM_LOOKUP_EXISTS, "u64", "true", FALSE },
};

static gboolean
lookup(gpointer user, QevmLookup what, const char *path, QevmValue *out,
       GError **error)
{
    guint *calls = user;

    *calls += 1;
    for (guint i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (facts[i].what == what && g_strcmp0(facts[i].path, path) == 0) {
            g_assert_true(qevm_value_parse(facts[i].value, out, NULL));
            if (facts[i].is_unsigned) {
                out->kind = QEVM_VALUE_UINT;
            }
            return TRUE;
        }
    }
    if (what == QEVM_LOOKUP_EXISTS) {
        qevm_value_set_bool(out, FALSE);
        return TRUE;
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH, "no field `%s`", path);
    return FALSE;
}

/* clang-format off */
static const struct row {
    const char *text, *value;
} rows[] = {
    { "1", "1" },
    { " 0x1F ", "31" },
    { "18446744073709551615", "18446744073709551615" },
    { "\"a\\x41\\\"\"", "\"aA\\\"\"" },
    { "hex:00Ff", "hex:00ff" },
    { "hex:", "hex:" },
    { "true", "true" }, { "false", "false" }, { "null", "null" },
    /* precedence, from * to ?: */
    { "1 + 2 * 3", "7" },
    { "(1 + 2) * 3", "9" },
    { "10 - 4 - 3", "3" },
    { "100 / 5 / 2", "10" },
    { "7 % 4 * 2", "6" },
    { "1 << 2 + 1", "8" },
    { "1 << 1 << 1", "4" },
    { "256 >> 4 >> 2", "4" },
    { "1 + 1 < 3", "true" },
    { "1 << 1 < 3", "true" },
    { "1 < 2 == true", "true" },
    { "3 & 2 + 1", "3" },
    { "1 | 2 ^ 3 & 2", "1" },
    { "4 | 1 ^ 1", "4" },
    { "6 ^ 2 & 3", "4" },
    { "true || false && false", "true" },
    { "1 == 1 && 2 != 1", "true" },
    { "true ? 1 : false ? 2 : 3", "1" },
    { "false ? 1 : false ? 2 : 3", "3" },
    { "true ? false ? 1 : 2 : 3", "2" },
    { "1 == 2 || true ? 5 : 6", "5" },
    { "true?hex:00:hex:11", "hex:00" },
    { "-2 * -3", "6" }, { "- -2", "2" }, { "!!true", "true" },
    { "~-1", "0" }, { "-~0", "1" }, { "!(1 == 2)", "true" },
    /* C's rounding */
    { "-7 / 2", "-3" }, { "-7 % 2", "-1" }, { "7 / -2", "-3" },
    { "7 % -2", "1" }, { "-7 >> 1", "-4" }, { "-8 >> 1", "-4" },
    { "-1 >> 63", "-1" }, { "-3 << 2", "-12" },
    /* the edges of both kinds */
    { "-9223372036854775808", "-9223372036854775808" },
    { "-9223372036854775807 - 1", "-9223372036854775808" },
    { "9223372036854775807 + 0", "9223372036854775807" },
    { "-9223372036854775808 / 1", "-9223372036854775808" },
    { "9223372036854775808 + 1", "9223372036854775809" },
    { "0x8000000000000000 >> 63", "1" },
    { "$\"u64\"", "18446744073709551615" },
    { "$\"u64\" - 1", "18446744073709551614" },
    { "$\"u64\" / $\"u64\"", "1" },
    { "-1 << 63", "-9223372036854775808" },
    { "$\"u0\" + 1 << 63", "9223372036854775808" },
    /* exact where C would wrap */
    { ". - 10", "-3" },
    { "$\"u0\" - 1", "-1" },
    { "$\"s\" + .", "4" },
    { "-$\"u0\"", "0" }, { "-.", "-7" },
    { "$\"u64\" > $\"s\"", "true" },
    { "$\"s\" < 0", "true" },
    { "$\"min\" < $\"u0\"", "true" },
    { "-1 < $\"u0\"", "true" },
    { "-1 == $\"u64\"", "false" },
    { "-1 != $\"u64\"", "true" },
    { "2 <= 2", "true" }, { "2 >= 3", "false" }, { "-3 > -2", "false" },
    { "-2 <= -3", "false" }, { "-2 >= -3", "true" },
    /* bits: a field's are 64, a negative mask has endless ones */
    { "~.", "18446744073709551608" },
    { "~. & 0xff", "248" },
    { ". & ~1", "6" },
    { "$\"u64\" & -2", "18446744073709551614" },
    { "$\"u64\" | -1", "-1" },
    { "$\"u0\" ^ -1", "-1" },
    { "-1 & -2", "-2" }, { "-4 | 1", "-3" }, { "-1 ^ 1", "-2" },
    { "0 & -1", "0" },
    { "$\"min\" & 9223372036854775808", "9223372036854775808" },
    /* strings, bytes, booleans, null */
    { "\"a\" == \"a\"", "true" }, { "\"a\" != \"a\"", "false" },
    { "$\"../name\\\"\" == \"pc\"", "true" },
    { "$\"buffer\" == \"pc\"", "true" },
    { "$\"buffer\" == hex:7063", "false" },
    { "$\"b\" == true", "true" }, { "$\"b\" != $\"b\"", "false" },
    { "$\"null\" == null", "true" }, { ". == null", "false" },
    { "null != \"x\"", "true" },
    /* lookups */
    { ".", "7" }, { ".+.", "14" }, { "version >= 3", "true" },
    { "size()", "4" }, { "size(.)", "4" }, { "size ( $\"u64\" )", "8" },
    { "count()", "32" }, { "count(.)", "32" }, { "count($\"u64\")", "1" },
    { "exists(.)", "true" }, { "exists($\"u64\")", "true" },
    { "exists($\"nowhere\")", "false" },
    { "exists($\"x\") && $\"x\" == 1", "false" },
    { "!exists($\"x\") || $\"x\" == 1", "true" },
    { "exists($\"x\") ? $\"x\" : 5", "5" },
    { "true || 1 / 0 == 1", "true" },
};

static const struct bad {
    const char *text, *message;
} bad_syntax[] = {
#define OPERAND "expected an operand (a literal, `.`, $\"path\", version, " \
    "size(), count(), exists(), true, false, null), found "
    { "", "column 1: " OPERAND "the end" },
    { "   ", "column 4: " OPERAND "the end" },
    { "1 +", "column 4: " OPERAND "the end" },
    { "1 + )", "column 5: " OPERAND "`)`" },
    { "+1", "column 1: " OPERAND "`+`" },
    { "foo", "column 1: " OPERAND "`foo`" },
    { "sizes()", "column 1: " OPERAND "`sizes`" },
    { "1 \x01", "column 3: expected an operator or the end, found byte 0x01" },
    { "1 \xc3\xa9", "column 3: expected an operator or the end, found byte "
      "0xc3" },
    { "1 2", "column 3: expected an operator or the end, found `2`" },
    { "1 = 2", "column 3: expected an operator or the end, found `=`" },
    { "(1", "column 3: expected an operator or `)`, found the end" },
    { "(1))", "column 4: expected an operator or the end, found `)`" },
    { "true ? 1", "column 9: expected an operator or `:`, found the end" },
    { "true ? 1 ; 2", "column 10: expected an operator or `:`, found `;`" },
    { "12ab", "column 3: expected decimal digits, found `ab`" },
    { "0x", "column 1: expected hex digits, found `0x`" },
    { "007", "column 1: expected a decimal number without leading zeros, "
      "found `007`" },
    { "18446744073709551616", "column 1: expected a number of at most 64 "
      "bits, found `18446744073709551616`" },
    { "hex:123", "column 7: expected an even number of hex digits, found "
      "`3`" },
    { "\"abc", "column 5: expected a closing double quote, found the end" },
    { "\"\\n\"", "column 2: expected an escape \\\\, \\\" or \\xNN, found "
      "`\\`" },
    { "$x", "column 2: expected a path in double quotes, found `x`" },
    { "$\"x", "column 4: expected a closing double quote, found the end" },
    { "$\"x\\x00\"", "column 2: expected a path without a zero byte, found "
      "`\"`" },
    { "size", "column 5: expected `(`, found the end" },
    { "size(1)", "column 6: expected `.` or $\"path\", found `1`" },
    { "size(.", "column 7: expected `)`, found the end" },
};

static const struct bad bad_values[] = {
    { "1 + true", "column 3: `+` expects integers, not a boolean" },
    { "\"a\" + \"b\"", "column 5: `+` expects integers, not a string" },
    { "-true", "column 1: `-` expects integers, not a boolean" },
    { "~\"a\"", "column 1: `~` expects integers, not a string" },
    { "!1", "column 1: `!` expects booleans, not an integer" },
    { "1 && true", "column 3: `&&` expects booleans, not an integer" },
    { "true && 1", "column 6: `&&` expects booleans, not an integer" },
    { "false || hex:", "column 7: `||` expects booleans, not bytes" },
    { "1 ? 2 : 3", "column 3: `?:` expects a boolean before it, not an "
      "integer" },
    { "1 < 2 < 3", "column 7: `<` expects integers, not a boolean" },
    { ". & 1 == 1", "column 3: `&` expects integers, not a boolean" },
    { "\"a\" < \"b\"", "column 5: `<` expects integers, not a string" },
    { "null < 1", "column 6: `<` expects integers, not null" },
    { "1 == \"1\"", "column 3: `==` cannot compare an integer with a "
      "string" },
    { "true != 1", "column 6: `!=` cannot compare a boolean with an "
      "integer" },
    { "hex: == 0", "column 6: `==` cannot compare bytes with an integer" },
    { "1 / 0", "column 3: division by zero" },
    { "1 % (1 - 1)", "column 3: division by zero" },
    { "1 << 64", "column 3: `<<` expects a count of 0 to 63, not 64" },
    { "1 >> -1", "column 3: `>>` expects a count of 0 to 63, not -1" },
    { "0 << $\"u64\"", "column 3: `<<` expects a count of 0 to 63, not "
      "18446744073709551615" },
    { "1 << 63", "column 3: 1 << 63 does not fit in 64 bits" },
    { "$\"u64\" << 1", "column 8: 18446744073709551615 << 1 does not fit in "
      "64 bits" },
    { "9223372036854775807 + 1",
      "column 21: 9223372036854775807 + 1 does not fit in 64 bits" },
    { "-9223372036854775808 - 1",
      "column 22: -9223372036854775808 - 1 does not fit in 64 bits" },
    { "$\"min\" / -1",
      "column 8: -9223372036854775808 / -1 does not fit in 64 bits" },
    { "-$\"min\"", "column 1: 0 - -9223372036854775808 does not fit in 64 "
      "bits" },
    { "-$\"u64\"", "column 1: 0 - 18446744073709551615 does not fit in 64 "
      "bits" },
    { "$\"u64\" + 1", "column 8: 18446744073709551615 + 1 does not fit in 64 "
      "bits" },
    { "$\"u64\" * -1", "column 8: 18446744073709551615 * -1 does not fit in "
      "64 bits" },
    { "4294967296 * 4294967296", "column 12: 4294967296 * 4294967296 does "
      "not fit in 64 bits" },
    { "$\"u64\" ^ -1", "column 8: 18446744073709551615 ^ -1 does not fit in "
      "64 bits" },
    { "1 + $\"nowhere\"", "column 5: no field `nowhere`" },
    { "true && exists(.) && $\"x\" == 1", "column 22: no field `x`" },
};
/* clang-format on */

static gboolean
eval(const char *text, QevmValue *out, guint *calls, GError **error)
{
    QevmScope scope = { lookup, calls };
    g_autoptr(GError) local = NULL;
    g_autoptr(QevmExpr) expr = qevm_expr_parse(text, &local);

    g_assert_no_error(local);
    return qevm_expr_eval(expr, &scope, out, error);
}

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(GError) error = NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *printed = NULL;
    guint calls = 0;

    g_assert_true(eval(t->text, &value, &calls, &error));
    g_assert_no_error(error);
    printed = qevm_value_format(&value);
    g_assert_cmpstr(printed, ==, t->value);
}

static void
test_bad_syntax(gconstpointer data)
{
    const struct bad *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmExpr) expr = qevm_expr_parse(t->text, &error);

    g_assert_null(expr);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_EXPR);
    g_assert_cmpstr(error->message, ==, t->message);
}

static void
test_bad_value(gconstpointer data)
{
    const struct bad *t = data;
    g_autoptr(GError) error = NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    guint calls = 0;

    g_assert_false(eval(t->text, &value, &calls, &error));
    g_assert_nonnull(error);
    g_assert_cmpint(error->domain, ==, QEVM_ERROR);
    g_assert_cmpstr(error->message, ==, t->message);
    g_assert_cmpint(value.kind, ==, QEVM_VALUE_NONE);
}

static void
test_short_circuit(void)
{
    static const struct {
        const char *text;
        guint calls;
    } cases[] = {
        { "false && $\"b\"", 0 }, { "true || $\"b\"", 0 },
        { "true && $\"b\"", 1 },  { "false || $\"b\"", 1 },
        { "true ? 1 : .", 0 },    { "false ? . : 1", 0 },
        { "$\"b\" ? . : 1", 2 },  { ". + . * .", 3 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(QevmValue) value = QEVM_VALUE_INIT;
        guint calls = 0;

        g_assert_true(eval(cases[i].text, &value, &calls, NULL));
        g_assert_cmpuint(calls, ==, cases[i].calls);
    }
}

static void
test_bool(void)
{
    guint calls = 0;
    QevmScope scope = { lookup, &calls };
    g_autoptr(QevmExpr) good = qevm_expr_parse(". == 7", NULL);
    g_autoptr(QevmExpr) bad = qevm_expr_parse("1 + 2", NULL);
    g_autoptr(QevmExpr) fails = qevm_expr_parse("1 / 0", NULL);
    g_autoptr(GError) error = NULL;
    gboolean b = FALSE;

    g_assert_true(qevm_expr_eval_bool(good, &scope, &b, &error));
    g_assert_true(b);
    g_assert_false(qevm_expr_eval_bool(bad, &scope, &b, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_EXPR);
    g_assert_cmpstr(error->message, ==,
                    "column 3: expected a condition, not an integer");
    g_clear_error(&error);
    g_assert_false(qevm_expr_eval_bool(fails, &scope, &b, &error));
    g_assert_cmpstr(error->message, ==, "column 3: division by zero");
}

static void
each_lookup(QevmLookup what, const char *path, gpointer user)
{
    g_string_append_printf(user, "%d:%s ", what, path ? path : ".");
}

static void
test_foreach(void)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    g_autoptr(QevmExpr) expr = qevm_expr_parse(
        "exists($\"a\") ? . + $\"b\" : -count() * version", NULL);

    qevm_expr_foreach_lookup(expr, each_lookup, seen);
    g_assert_cmpstr(seen->str, ==, "5:a 0:. 1:b 4:. 2:. ");
}

/* Both caps, one below and one past. */
static void
test_caps(void)
{
    static const char *const opens[] = { "(", "-", "!", "~", "true?1:" };

    for (guint k = 0; k < G_N_ELEMENTS(opens); k++) {
        for (guint depth = 63; depth <= 64; depth++) {
            g_autoptr(GString) text = g_string_new(NULL);
            g_autoptr(GError) error = NULL;
            g_autoptr(QevmExpr) expr = NULL;

            for (guint i = 0; i < depth; i++) {
                g_string_append(text, opens[k]);
            }
            g_string_append(text, "1");
            for (guint i = 0; i < depth && k == 0; i++) {
                g_string_append(text, ")");
            }
            expr = qevm_expr_parse(text->str, &error);
            if (depth == 63) {
                g_assert_no_error(error);
            } else {
                g_autofree char *want = g_strdup_printf(
                    "column %u: expected at most 64 levels of nesting, found "
                    "`%c`",
                    k == 0   ? 65
                    : k == 4 ? 63 * 7 + 6
                             : 64,
                    k == 0   ? '1'
                    : k == 4 ? '1'
                             : opens[k][0]);

                g_assert_error(error, QEVM_ERROR, QEVM_ERROR_EXPR);
                g_assert_cmpstr(error->message, ==, want);
            }
        }
    }
}

static void
test_length(void)
{
    g_autoptr(GString) text = g_string_new("1");
    g_autoptr(GError) error = NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    guint calls = 0;

    /* A chain is no nesting. */
    while (text->len < 4095) {
        g_string_append(text, "+1");
    }
    g_assert_true(eval(text->str, &value, &calls, &error));
    g_assert_cmpint(value.as.s, ==, 2048);
    g_string_append(text, "  ");
    g_assert_cmpuint(text->len, ==, 4097);
    g_assert_null(qevm_expr_parse(text->str, &error));
    g_assert_cmpstr(error->message, ==,
                    "column 4097: expected at most 4096 bytes");
}

#ifdef __SIZEOF_INT128__
static __int128
wide(const QevmValue *v)
{
    return v->kind == QEVM_VALUE_SINT ? (__int128)v->as.s : (__int128)v->as.u;
}

/* What C would give with more bits; FALSE: does not fit in 64. */
static gboolean
expected(const char *op, const QevmValue *a, const QevmValue *b, __int128 *out)
{
    __int128 x = wide(a), y = wide(b), v = 0;
    gboolean is_signed =
        a->kind == QEVM_VALUE_SINT &&
        (b->kind == QEVM_VALUE_SINT || op[0] == '<' || op[0] == '>');

    if (g_str_equal(op, "*") && __builtin_mul_overflow(x, y, &v)) {
        return FALSE;
    }
    v = g_str_equal(op, "+")    ? x + y
        : g_str_equal(op, "-")  ? x - y
        : g_str_equal(op, "*")  ? v
        : g_str_equal(op, "/")  ? x / y
        : g_str_equal(op, "%")  ? x % y
        : g_str_equal(op, "&")  ? (x & y)
        : g_str_equal(op, "|")  ? (x | y)
        : g_str_equal(op, "^")  ? (x ^ y)
        : g_str_equal(op, "<<") ? x * ((__int128)1 << y)
                                : x >> y;
    *out = v;
    if (v < 0 || is_signed) {
        return v >= G_MININT64 && v <= G_MAXINT64;
    }
    return v <= G_MAXUINT64;
}

static void
random_integer(QevmValue *out)
{
    guint64 v = (guint64)g_test_rand_int() << 32 | (guint32)g_test_rand_int();

    switch (g_test_rand_int_range(0, 4)) {
    case 0:
        v = (guint64)g_test_rand_int_range(-3, 4);
        break;
    case 1:
        v = (G_GUINT64_CONSTANT(1) << g_test_rand_int_range(0, 64)) - 1;
        break;
    case 2:
        v >>= g_test_rand_int_range(0, 64);
        break;
    default:
        break;
    }
    if (g_test_rand_bit()) {
        qevm_value_set_sint(out, (gint64)v);
    } else {
        qevm_value_set_uint(out, v);
    }
}

static gboolean
lookup_pair(gpointer user, QevmLookup what, const char *path, QevmValue *out,
            GError **error)
{
    const QevmValue *pair = user;

    (void)path;
    (void)error;
    qevm_value_copy(out, &pair[what == QEVM_LOOKUP_SELF ? 0 : 1]);
    return TRUE;
}

/* Every operator against arithmetic with twice the bits. */
static void
test_exact(void)
{
    static const char *const ops[] = { "+", "-", "*", "/",  "%",
                                       "&", "|", "^", "<<", ">>" };

    for (guint n = 0; n < 100000; n++) {
        const char *op = ops[n % G_N_ELEMENTS(ops)];
        g_autofree char *text = g_strdup_printf(". %s $\"b\"", op);
        g_autoptr(QevmExpr) expr = qevm_expr_parse(text, NULL);
        QevmValue pair[2] = { QEVM_VALUE_INIT, QEVM_VALUE_INIT };
        QevmScope scope = { lookup_pair, pair };
        g_auto(QevmValue) got = QEVM_VALUE_INIT;
        __int128 want = 0;
        gboolean ok;

        random_integer(&pair[0]);
        random_integer(&pair[1]);
        if (op[1] != '\0') {
            pair[1].as.u &= 63;
        }
        if (pair[1].as.u == 0 && (op[0] == '/' || op[0] == '%')) {
            pair[1].as.u = 1;
        }
        ok = qevm_expr_eval(expr, &scope, &got, NULL);
        g_assert_cmpint(ok, ==, expected(op, &pair[0], &pair[1], &want));
        g_assert_true(!ok || wide(&got) == want);
    }
}
#endif

static void
test_random_text(void)
{
    static const char pieces[] = "0123456789.$\"\"()()?:+-*/%<>=!&|^~ xhe\\";

    for (guint n = 0; n < 50000; n++) {
        char text[24];
        guint len = (guint)g_test_rand_int_range(0, sizeof(text));
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmExpr) expr = NULL;

        for (guint i = 0; i < len; i++) {
            text[i] = pieces[g_test_rand_int_range(0, sizeof(pieces) - 1)];
        }
        text[len] = '\0';
        expr = qevm_expr_parse(text, &error);
        g_assert_true((expr == NULL) == (error != NULL));
        if (expr) {
            guint calls = 0;
            QevmScope scope = { lookup, &calls };
            g_auto(QevmValue) value = QEVM_VALUE_INIT;
            gboolean ok = qevm_expr_eval(expr, &scope, &value, &error);

            g_assert_true(ok == (error == NULL));
        }
    }
}

static void
add_rows(const char *folder, gconstpointer first, gsize size, guint count,
         GTestDataFunc run)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf("/expr/%s/%u", folder, i);

        g_test_add_data_func(path, (const char *)first + i * size, run);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_rows("value", rows, sizeof(rows[0]), G_N_ELEMENTS(rows), test_row);
    add_rows("bad-syntax", bad_syntax, sizeof(bad_syntax[0]),
             G_N_ELEMENTS(bad_syntax), test_bad_syntax);
    add_rows("bad-value", bad_values, sizeof(bad_values[0]),
             G_N_ELEMENTS(bad_values), test_bad_value);
    g_test_add_func("/expr/short-circuit", test_short_circuit);
    g_test_add_func("/expr/bool", test_bool);
    g_test_add_func("/expr/foreach", test_foreach);
    g_test_add_func("/expr/caps", test_caps);
    g_test_add_func("/expr/length", test_length);
#ifdef __SIZEOF_INT128__
    g_test_add_func("/expr/exact", test_exact);
#endif
    g_test_add_func("/expr/random-text", test_random_text);
    return g_test_run();
}
