/* test-json-text.c - small JSON.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/json-text.h"

#include <string.h>

static const struct bad_case {
    const char *path, *text, *message;
} bad_cases[] = {
    { "empty", NULL, "t.json: line 1: '[' or '{' expected near end of file" },
    { "cut", "{\"a\":\n1", "t.json: line 2: '}' expected near end of file" },
    { "twice", "{\"a\": 1, \"a\": 2}",
      "t.json: line 1: duplicate object key near '\"a\"'" },
    { "behind", "{} {}", "t.json: line 1: end of file expected near '{'" },
};

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autoptr(GError) error = NULL;

    g_assert_null(qevm_json_text(t->text, t->text ? strlen(t->text) : 0,
                                 "t.json", QEVM_ERROR_RULE, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
    g_assert_cmpstr(error->message, ==, t->message);
}

static void
test_good(void)
{
    g_autoptr(GError) error = NULL;
    /* No more of it is read than it has. */
    json_t *root = qevm_json_text("[1]]", 3, "t", QEVM_ERROR_RULE, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(json_array_size(root), ==, 1);
    json_decref(root);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/json-text/bad/", bad_cases[i].path, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    g_test_add_func("/json-text/good", test_good);
    return g_test_run();
}
