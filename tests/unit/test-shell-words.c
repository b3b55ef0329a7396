/* test-shell-words.c - a line of the shell as words, and words as typed. */
#include "cli/shell-words.h"
#include "parser/error.h"

#include <string.h>

/* "a|b|c", with the word's place in front: "0:a|2:b". */
static char *
describe(const GArray *words)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < words->len; i++) {
        const QevmWord *w = &g_array_index(words, QevmWord, i);

        g_string_append_printf(out, "%s%" G_GSIZE_FORMAT ":%s", i ? "|" : "",
                               w->start, w->text);
    }
    return g_string_free(out, FALSE);
}

/* clang-format off */
static const struct row {
    const char *line, *words;
    const char *typed; /* of a line that is not finished; NULL: the same */
} rows[] = {
    { "", "", "0:" },
    { " \t\n", "", "3:" },
    { "ls", "0:ls", NULL },
    { "ls\n", "0:ls", "0:ls|3:" },
    { "  ls  a ", "2:ls|6:a", "2:ls|6:a|8:" },
    { "# a line of words", "", "17:" },
    { "  # the same", "", "12:" },
    { "get serial#1//x # y", "0:get|4:serial#1//x|16:#|18:y", NULL },
    /* Double quotes are the path's, and the value's. */
    { "get ram//.blocks/\"pc.ram\"/x",
      "0:get|4:ram//.blocks/\"pc.ram\"/x", NULL },
    { "set a//b \"x  y\"", "0:set|4:a//b|9:\"x  y\"", NULL },
    { "set a//b \"x\\\" y\" z", "0:set|4:a//b|9:\"x\\\" y\"|17:z", NULL },
    { "get \"\\x1b[31m\"//x", "0:get|4:\"\\x1b[31m\"//x", NULL },
    { "set a \"it's\"", "0:set|4:a|6:\"it's\"", NULL },
    /* The others are ours. */
    { "get 'a b//c d'", "0:get|4:a b//c d", NULL },
    { "get a' 'b", "0:get|4:a b", NULL },
    { "get ''", "0:get|4:", NULL },
    { "get 'a\\b\"c'", "0:get|4:a\\b\"c", NULL },
    { "get a\\ b\\'c\\\\d\\\"e", "0:get|4:a b'c\\d\"e", NULL },
    { "\\# a", "0:#|3:a", NULL },
    { "a\\", "0:a\\", NULL },
    { "a\\\\", "0:a\\", NULL },
};

static const struct bad {
    const char *line, *message, *typed;
} bad_rows[] = {
    { "get 'a b", "a quote ' is not closed", "0:get|4:a b" },
    { "get \"a b", "a quote \" is not closed", "0:get|4:\"a b" },
    { "get \"a \\\"", "a quote \" is not closed", "0:get|4:\"a \\\"" },
    { "get \"a\\", "a quote \" is not closed", "0:get|4:\"a\\" },
};

/* A word, as it is typed, and without its double quotes. */
static const struct word {
    const char *word, *quoted, *plain, *message;
} word_rows[] = {
    { "", "", "", NULL },
    { "a/b[0]", "a/b[0]", "a/b[0]", NULL },
    { "a b", "a\\ b", "a b", NULL },
    { "it's", "it\\'s", "it's", NULL },
    { "a\\b", "a\\\\b", "a\\b", NULL },
    { "#a#", "\\#a#", "#a#", NULL },
    { "\"a b\"", "\"a b\"", "a b", NULL },
    { "\"a\\\" 'b\\\\\"", "\"a\\\" 'b\\\\\"", "a\" 'b\\", NULL },
    { "x\"a b\"c d", "x\"a b\"c\\ d", "x\"a b\"c d", NULL },
    { "\"a\\x1b\"", "\"a\\x1b\"", "a\x1b", NULL },
    { "\"a\"b", "\"a\"b", NULL,
      "\"a\"b: expected the end behind the closing quote" },
    { "\"a", "\"a", NULL, "\"a: expected a closing double quote" },
};
/* clang-format on */

static void
test_split(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) words = qevm_words_split(t->line, &error);
    g_autoptr(GArray) typed = qevm_words_split_typed(t->line);
    g_autofree char *seen = NULL, *half = NULL;

    g_assert_no_error(error);
    seen = describe(words);
    half = describe(typed);
    g_assert_cmpstr(seen, ==, t->words);
    g_assert_cmpstr(half, ==, t->typed ? t->typed : t->words);
}

static void
test_bad(gconstpointer data)
{
    const struct bad *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) words = qevm_words_split(t->line, &error);
    g_autoptr(GArray) typed = qevm_words_split_typed(t->line);
    g_autofree char *half = describe(typed);

    g_assert_null(words);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_PATH);
    g_assert_cmpstr(error->message, ==, t->message);
    g_assert_cmpstr(half, ==, t->typed);
}

static void
test_word(gconstpointer data)
{
    const struct word *t = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *quoted = qevm_words_quote(t->word);
    g_autofree char *plain = qevm_words_plain(t->word, &error);

    g_assert_cmpstr(quoted, ==, t->quoted);
    g_assert_cmpstr(plain, ==, t->plain);
    if (t->message) {
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_PATH);
        g_assert_cmpstr(error->message, ==, t->message);
    } else {
        g_assert_no_error(error);
    }
}

/* What was quoted is one word again, and the same. */
static void
test_back(gconstpointer data)
{
    const struct word *t = data;
    g_autofree char *quoted = qevm_words_quote(t->word);
    g_autofree char *line = g_strconcat("get ", quoted, NULL);
    g_autoptr(GArray) words = qevm_words_split_typed(line);

    g_assert_cmpuint(words->len, ==, 2);
    g_assert_cmpstr(g_array_index(words, QevmWord, 1).text, ==, t->word);
}

static void
add(const char *name, gsize i, gconstpointer row, GTestDataFunc test)
{
    g_autofree char *path =
        g_strdup_printf("/shell-words/%s/%" G_GSIZE_FORMAT, name, i);

    g_test_add_data_func(path, row, test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        add("split", i, &rows[i], test_split);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad_rows); i++) {
        add("bad", i, &bad_rows[i], test_bad);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(word_rows); i++) {
        add("quote", i, &word_rows[i], test_word);
        add("back", i, &word_rows[i], test_back);
    }
    return g_test_run();
}
