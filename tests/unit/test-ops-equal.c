/* test-ops-equal.c - if-equals: what may be dropped without a loss.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-stream.h"

/* A section of leaves of every kind is made, and dropped. */
#define MAKE(n, flag, text, arr)                                               \
    R("add-section",                                                           \
      "\"to\": \"new\", \"version\": 1, \"fields\": [{\"name\": \"n\", "       \
      "\"type\": \"uint32\", \"value\": " n "}, {\"name\": \"flag\", "         \
      "\"type\": \"bool\", \"value\": " flag "}, {\"name\": \"p\", \"type\": " \
      "\"nullptr\"}, {\"name\": \"text\", \"type\": \"buffer\", \"size\": 2, " \
      "\"value\": \"" text "\"}, {\"name\": \"arr\", \"type\": \"uint16\", "   \
      "\"count\": 3, \"value\": " arr "}]")
#define ZEROS MAKE("0", "false", "", "0")
#define MIXED MAKE("7", "true", "ab", HEX("000700080007"))
#define DROP(equals) R("drop-section", AT("new") ", \"if-equals\": " equals)

/* All of dev but what is in its subsection. */
#define EVERY                                                                  \
    ", \"if-equals\": {\"a\": 1, \"arr\": {\"hex\": \"" ARR                    \
    "\"}, \"s/x\": 17, \"s/y\": 34, \"q\": {\"hex\": \"" Q                     \
    "\"}, \"buf\": \"abc\", \"flag\": true, "

static const struct equal_case {
    const char *name, *rules;
    QevmLoss loss;
    const char *why; /* NULL: it is equal */
} cases[] = {
    { "zero", BOTH(ZEROS, DROP("0")), QEVM_LOSS_DEFAULT, NULL },
    { "zero-string", BOTH(ZEROS, DROP("\"0\"")), QEVM_LOSS_LOSSY,
      "`p` differs from \"if-equals\"" },
    { "zero-others", BOTH(ZEROS, DROP("{\"*\": 0}")), QEVM_LOSS_DEFAULT, NULL },
    { "zero-expression", BOTH(ZEROS, DROP(EXPR("1 - 1"))), QEVM_LOSS_DEFAULT,
      NULL },
    { "zero-differs",
      BOTH(MAKE("0", "false", "", HEX("000000010000")), DROP("0")),
      QEVM_LOSS_LOSSY, "`arr` differs from \"if-equals\"" },
    { "zero-flag", BOTH(MAKE("0", "true", "", "0"), DROP("{\"*\": 0}")),
      QEVM_LOSS_LOSSY, "`flag` differs from \"if-equals\"" },
    { "zero-text", BOTH(MAKE("0", "false", "a", "0"), DROP("0")),
      QEVM_LOSS_LOSSY, "`text` differs from \"if-equals\"" },
    { "false", BOTH(ZEROS, DROP("false")), QEVM_LOSS_LOSSY,
      "`n` differs from \"if-equals\"" },
    { "bytes", BOTH(MIXED, DROP(HEX("0000000701306162000700080007"))),
      QEVM_LOSS_DEFAULT, NULL },
    { "bytes-differ", BOTH(MIXED, DROP(HEX("00"))), QEVM_LOSS_LOSSY,
      "differs from \"if-equals\"" },
    { "all-named",
      BOTH(MIXED, DROP("{\"n\": 7, \"flag\": true, \"p\": null, \"text\": "
                       "\"ab\", \"arr\": " HEX("000700080007") "}")),
      QEVM_LOSS_DEFAULT, NULL },
    { "left-out",
      BOTH(MIXED, DROP("{\"n\": 7, \"flag\": true, \"p\": null, \"text\": "
                       "\"ab\", \"arr[0]\": 7, \"arr[2]\": 7}")),
      QEVM_LOSS_LOSSY, "`arr` is not in \"if-equals\"" },
    { "others",
      BOTH(MIXED, DROP("{\"flag\": true, \"p\": null, \"text\": \"ab\", "
                       "\"arr[1]\": 8, \"*\": 7}")),
      QEVM_LOSS_DEFAULT, NULL },
    { "others-element",
      BOTH(MIXED, DROP("{\"flag\": true, \"p\": null, \"text\": \"ab\", "
                       "\"arr[0]\": 7, \"*\": 7}")),
      QEVM_LOSS_LOSSY, "`arr` differs from \"if-equals\"" },
    { "others-null",
      BOTH(MIXED, DROP("{\"n\": 7, \"flag\": true, \"text\": \"ab\", "
                       "\"arr\": " HEX("000700080007") ", \"*\": null}")),
      QEVM_LOSS_DEFAULT, NULL },
    { "named-differs", BOTH(MIXED, DROP("{\"n\": 8, \"*\": 0}")),
      QEVM_LOSS_LOSSY, "`n` differs from \"if-equals\"" },
    { "nothing-named", BOTH(MIXED, DROP("{}")), QEVM_LOSS_LOSSY,
      "`n` is not in \"if-equals\"" },
    { "pattern", BOTH(MIXED, DROP("{\"n*\": 7, \"*\": 0}")), QEVM_LOSS_LOSSY,
      "`flag` differs from \"if-equals\"" },
    { "struct-value",
      R("drop-section", AT(D) ", \"if-equals\": {\"a\": 1, \"s\": 17, "
                              "\"*\": 0}"),
      QEVM_LOSS_LOSSY, "`y` differs from \"if-equals\"" },
    { "subsection-others", R("drop-section", AT(D) EVERY "\"*\": 7}"),
      QEVM_LOSS_DEFAULT, NULL },
    { "subsection-named", R("drop-section", AT(D) EVERY "\"{dev/sub}\": 8}"),
      QEVM_LOSS_LOSSY, "`index` differs from \"if-equals\"" },
};

/* A value for one field must be one that it can have, also where another
 * member has the same one. */
static const struct bad_case bad_cases[] = {
    { "kind", BOTH(MIXED, DROP("{\"n\": true, \"*\": true}")), QEVM_ERROR_RULE,
      "r: rule 2 (drop-section): new: if-equals/n: `uint32` wants an integer "
      "or hex:.., not a boolean" },
    { "field", BOTH(MIXED, DROP("{\"m\": 0}")), QEVM_ERROR_RULE,
      "r: rule 2 (drop-section): new: \"if-equals\": no field `m` in new; "
      "there are: n, flag, p, text, arr" },
};

static void
test_equal(gconstpointer data)
{
    const struct equal_case *t = data;
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmRules) rules = rules_of(t->rules);
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(GError) error = NULL;
    const QevmChange *last;
    const char *why;

    edit->allow_lossy = TRUE;
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
    last = g_ptr_array_index(edit->changes, edit->changes->len - 1);
    g_assert_cmpint(last->loss, ==, t->loss);
    if (t->why) {
        g_assert_nonnull(last->what);
        why = strstr(last->what, "dropped; ");
        g_assert_cmpstr(why ? why + strlen("dropped; ") : NULL, ==, t->why);
    } else {
        g_assert_null(last->what);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/ops-equal/", cases[i].name, NULL);

        g_test_add_data_func(path, &cases[i], test_equal);
    }
    add_bad_cases("/ops-equal/", bad_cases, G_N_ELEMENTS(bad_cases));
    return g_test_run();
}
