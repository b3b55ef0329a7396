/* test-path.c - paths as they are written: read, quoted, matched. */
#include "parser/path.h"

#include <string.h>

/* A path, taken apart: "section@which#ordinal | step step ..". */
static char *
describe(const QevmPath *path)
{
    GString *out = g_string_new(NULL);

    if (path->section) {
        g_string_append_printf(out, "%s%s", path->section_literal ? "=" : "",
                               path->section);
    }
    if (path->which == QEVM_INSTANCE_IS) {
        g_string_append_printf(out, " @%u", path->instance_id);
    } else if (path->which == QEVM_INSTANCE_ALL) {
        g_string_append(out, " @*");
    }
    if (path->ordinal >= 0) {
        g_string_append_printf(out, " #%d", path->ordinal);
    }
    g_string_append(out, path->has_tree ? " //" : "");
    for (guint i = 0; i < path->steps->len; i++) {
        const QevmStep *s = &g_array_index(path->steps, QevmStep, i);

        g_string_append_printf(out, " <%s%s%s", s->literal ? "=" : "",
                               s->subsection ? "sub " : "", s->name);
        g_string_append(out, s->fact ? " fact" : "");
        g_string_append(out, s->up ? " up" : "");
        if (s->select == QEVM_SELECT_ALL) {
            g_string_append(out, " all");
        } else if (s->select != QEVM_SELECT_NONE) {
            g_string_append_printf(
                out, " %s %" G_GUINT64_FORMAT,
                s->select == QEVM_SELECT_RUN ? "run" : "index", s->index);
        }
        if (s->spelled) {
            g_string_append_printf(out, " or %s", s->spelled);
        }
        g_string_append_c(out, '>');
    }
    return g_string_free(out, FALSE);
}

/* clang-format off */
static const struct row {
    const char *text, *parts;
} rows[] = {
    { "timer", "timer" },
    { "timer//", "timer //" },
    { "configuration//name", "configuration // <name>" },
    { "0000:00:03.0/e1000//parent_obj/config",
      "0000:00:03.0/e1000 // <parent_obj> <config>" },
    { "0000:00:01.3/piix4_pm//{piix4_pm/acpi-index}/acpi_index",
      "0000:00:01.3/piix4_pm // <sub piix4_pm/acpi-index> <acpi_index>" },
    { "cpu@0//env.cr[4]", "cpu @0 // <env.cr index 4 or env.cr[4]>" },
    { "cpu@0x1f//x", "cpu @31 // <x>" },
    { "cpu@4294967295", "cpu @4294967295" },
    { "cpu@*//x[*]", "cpu @* // <x all or x[*]>" },
    { "slirp#1", "slirp #1" },
    { "slirp@0#0x1//x", "slirp @0 #1 // <x>" },
    { "slirp@*#1", "slirp @* #1" },
    /* only a trailing number is an instance */
    { "a@b", "a@b" },
    { "a@1b", "a@1b" },
    { "a@", "a@" },
    { "a@01", "a@01" },
    { "a@1/x", "a@1/x" },
    { "a@1@2", "a@1 @2" },
    { "a#x", "a#x" },
    { "a#1@2", "a#1 @2" },
    { "a@**", "a@**" },
    { "*//x", "* // <x>" },
    { "cp?@*", "cp? @*" },
    { "\"a//b@1\"//x", "=a//b@1 // <x>" },
    { "\"a\"@1#2//x", "=a @1 #2 // <x>" },
    { "\"\"", "=" },
    { "\"\\x1b\\\"\\\\\"", "=\x1b\"\\" },
    { "a\\b", "a\\b" },
    { "a\"b", "a\"b" },
    /* steps */
    { "S//x[3]#1", "S // <x[3] run 1 or x[3]#1>" },
    { "S//x#0", "S // <x run 0 or x#0>" },
    { "S//x[0x10]", "S // <x index 16 or x[0x10]>" },
    { "S//x[1][2]", "S // <x[1] index 2 or x[1][2]>" },
    { "S//x[01]", "S // <x[01]>" },
    { "S//x[y]", "S // <x[y]>" },
    { "S//x[]", "S // <x[]>" },
    { "S//x]", "S // <x]>" },
    { "S//x[1", "S // <x[1>" },
    { "S//bus[0].ifs", "S // <bus[0].ifs>" },
    { "S//[1]", "S // <[1]>" },
    { "S//#1/x", "S // <#1> <x>" },
    { "S//\"x[1]\"", "S // <=x[1]>" },
    { "S//\"x\"[1]/y", "S // <=x index 1> <y>" },
    { "S//\"a/b\"", "S // <=a/b>" },
    { "S//\"x\"#2", "S // <=x run 2>" },
    { "S//\"\"", "S // <=>" },
    { "S//{a/b}[1]/x", "S // <sub a/b index 1> <x>" },
    { "S//{a}[*]", "S // <sub a all>" },
    { "S//{\"a}b\"}/x", "S // <=sub a}b> <x>" },
    { "S//{*}", "S // <sub *>" },
    { "S//x}", "S // <x}>" },
    { "S//{a[1]}", "S // <sub a[1]>" },
    { "S//.version_id", "S // <.version_id fact>" },
    { "S//{a}/.version_id", "S // <sub a> <.version_id fact>" },
    { "S//.instance_id", "S // <.instance_id fact>" },
    { "S//.section_id", "S // <.section_id fact>" },
    { "S//\".section_id\"", "S // <=.section_id>" },
    { "S//.version_id[0]",
      "S // <.version_id index 0 or .version_id[0]>" },
    { "S//..#1", "S // <.. run 1 or ..#1>" },
    { "S//.version", "S // <.version>" },
    { "ram//.blocks/\"pc.ram\"/used_length",
      "ram // <.blocks> <=pc.ram> <used_length>" },
    { "S//a/../b", "S // <a> <.. up> <b>" },
};

static const struct row below[] = {
    { "x", " <x>" },
    { "../x[2]", " <.. up> <x index 2 or x[2]>" },
    { "../..", " <.. up> <.. up>" },
    { "//x/y", " // <x> <y>" },
    { "//.version_id", " // <.version_id fact>" },
    { "{a/b}/x", " <sub a/b> <x>" },
};

static const struct row bad[] = {
    { "", "path: column 1: expected a section" },
    { "//x", "path: column 1: expected a section" },
    { "@1//x", "path: column 1: expected a section" },
    { "#1", "path: column 1: expected a section" },
    { "S//a//b", "path: column 6: expected a step (`//` stands "
      "only once)" },
    { "S///a", "path: column 4: expected a step (`//` stands only "
      "once)" },
    { "S//a/", "path: column 6: expected a step" },
    { "S@4294967296", "path: column 3: expected an instance "
      "of at most 32 bits" },
    { "S#4294967296", "path: column 3: expected a smaller "
      "number" },
    { "\"S", "path: column 3: expected a closing double quote" },
    { "\"S\\q\"", "path: column 3: expected an escape "
      "\\\\, \\\" or \\xNN" },
    { "\"S\\x00\"", "path: column 1: expected a name "
      "without a zero byte" },
    { "\"S\"x//y", "path: column 4: expected @INSTANCE, #K, "
      "`//` or the end" },
    { "S//\"a\"b", "path: column 7: expected [I], [*], #K, "
      "`/` or the end" },
    { "S//\"a\\x00\"", "path: column 4: expected a "
      "name without a zero byte" },
    { "S//{a/b", "path: column 8: expected a closing `}`" },
    { "S//{}", "path: column 5: expected a subsection" },
    { "S//{\"a\"", "path: column 8: expected a closing `}`" },
    { "S//{\"a\"b}", "path: column 8: expected a closing "
      "`}`" },
    { "S//{a}b", "path: column 7: expected [I], [*], #K, `/` or "
      "the end" },
    { "S//.version_id/x", "path: column 15: expected the "
      "end after a header fact" },
};

static const struct row bad_below[] = {
    { "", "path: column 1: expected a step" },
    { "//", "path: column 3: expected a step" },
    { "/x", "path: column 1: expected a step (`//` stands only once)" },
    { "x//y", "path: column 3: expected a step (`//` stands only "
      "once)" },
};

static const struct quote {
    const char *name, *section, *step, *subsection;
} quotes[] = {
    { "x", "x", "x", "{x}" },
    { "0000:00:03.0/e1000", "0000:00:03.0/e1000", "\"0000:00:03.0/e1000\"",
      "{0000:00:03.0/e1000}" },
    { "env.cr[4]", "env.cr[4]", "env.cr[4]", "{env.cr[4]}" },
    { "a b", "a b", "a b", "{a b}" },
    { " a", "\" a\"", "\" a\"", "{\" a\"}" },
    { "a ", "\"a \"", "\"a \"", "{\"a \"}" },
    { "", "\"\"", "\"\"", "{\"\"}" },
    { "a@1", "\"a@1\"", "a@1", "{a@1}" },
    { "a@*", "\"a@*\"", "\"a@*\"", "{\"a@*\"}" },
    { "a@b", "a@b", "a@b", "{a@b}" },
    { "a#1", "\"a#1\"", "a#1", "{a#1}" },
    { "a//b", "\"a//b\"", "\"a//b\"", "{a//b}" },
    { "a/", "\"a/\"", "\"a/\"", "{a/}" },
    { "/a", "/a", "\"/a\"", "{/a}" },
    { "//a", "\"//a\"", "\"//a\"", "{//a}" },
    { "a*", "\"a*\"", "\"a*\"", "{\"a*\"}" },
    { "a?", "\"a?\"", "\"a?\"", "{\"a?\"}" },
    { "a\"", "\"a\\\"\"", "\"a\\\"\"", "{\"a\\\"\"}" },
    { "a\\", "\"a\\\\\"", "\"a\\\\\"", "{\"a\\\\\"}" },
    { "{a", "{a", "\"{a\"", "{{a}" },
    { "a}", "a}", "a}", "{\"a}\"}" },
    { "..", "..", "\"..\"", "{..}" },
    { ".version_id", ".version_id", "\".version_id\"", "{.version_id}" },
    { ".blocks", ".blocks", ".blocks", "{.blocks}" },
    { "a\x1b[31m", "\"a\\x1b[31m\"", "\"a\\x1b[31m\"", "{\"a\\x1b[31m\"}" },
    { "\xff", "\"\\xff\"", "\"\\xff\"", "{\"\\xff\"}" },
    { "\xc3\xa9", "\xc3\xa9", "\xc3\xa9", "{\xc3\xa9}" },
};

static const struct match {
    const char *pattern, *name;
    gboolean matches, literal;
} matches[] = {
    { "abc", "abc", TRUE, TRUE },
    { "abc", "abd", FALSE, FALSE },
    { "abc", "ab", FALSE, FALSE },
    { "ab", "abc", FALSE, FALSE },
    { "", "", TRUE, TRUE },
    { "", "a", FALSE, FALSE },
    { "*", "", TRUE, FALSE },
    { "*", "a/b", TRUE, FALSE },
    { "**", "a", TRUE, FALSE },
    { "?", "a", TRUE, FALSE },
    { "?", "", FALSE, FALSE },
    { "?", "ab", FALSE, FALSE },
    { "a*c", "abbc", TRUE, FALSE },
    { "a*c", "abcb", FALSE, FALSE },
    { "*a*b*", "xxaxxbxx", TRUE, FALSE },
    { "*ab", "aab", TRUE, FALSE },
    { "*aab", "aaab", TRUE, FALSE },
    { "a?c*", "abc", TRUE, FALSE },
    { "a*", "b", FALSE, FALSE },
    { "*/e1000", "0000:00:03.0/e1000", TRUE, FALSE },
    { "a*", "a*", TRUE, TRUE },
    { "[ab]", "a", FALSE, FALSE },
    { "[ab]", "[ab]", TRUE, TRUE },
};
/* clang-format on */

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(t->text, &error);
    g_autofree char *parts = NULL;

    g_assert_no_error(error);
    parts = describe(path);
    g_assert_cmpstr(parts, ==, t->parts);
}

static void
test_below(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse_below(t->text, &error);
    g_autofree char *parts = NULL;

    g_assert_no_error(error);
    g_assert_null(path->section);
    parts = describe(path);
    g_assert_cmpstr(parts, ==, t->parts);
}

static void
test_bad(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(t->text, &error);

    g_assert_null(path);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_PATH);
    g_assert_cmpstr(error->message, ==, t->parts);
}

static void
test_bad_below(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse_below(t->text, &error);

    g_assert_null(path);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_PATH);
    g_assert_cmpstr(error->message, ==, t->parts);
}

/* A name, once written, is read as that name and nothing more; the exact
 * spelling is what resolving tries first. */
static void
check_quote(const char *name)
{
    g_autofree char *section = qevm_path_quote(name);
    g_autofree char *step = qevm_path_quote_step(name, FALSE);
    g_autofree char *subsection = qevm_path_quote_step(name, TRUE);
    g_autofree char *text =
        g_strconcat(section, "//", step, "/", subsection, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(text, &error);
    const QevmStep *s;

    g_assert_no_error(error);
    g_assert_cmpstr(path->section, ==, name);
    g_assert_cmpint(path->which, ==, QEVM_INSTANCE_ANY);
    g_assert_cmpint(path->ordinal, ==, -1);
    g_assert_false(qevm_path_is_pattern(path->section, path->section_literal));
    g_assert_cmpuint(path->steps->len, ==, 2);
    s = &g_array_index(path->steps, QevmStep, 0);
    g_assert_cmpstr(s->spelled ? s->spelled : s->name, ==, name);
    g_assert_false(s->subsection || s->fact || s->up);
    g_assert_false(qevm_path_is_pattern(s->name, s->literal));
    s = &g_array_index(path->steps, QevmStep, 1);
    g_assert_cmpstr(s->name, ==, name);
    g_assert_true(s->subsection);
    g_assert_cmpint(s->select, ==, QEVM_SELECT_NONE);
    g_assert_false(qevm_path_is_pattern(s->name, s->literal));
}

static void
test_quote(gconstpointer data)
{
    const struct quote *t = data;
    g_autofree char *section = qevm_path_quote(t->name);
    g_autofree char *step = qevm_path_quote_step(t->name, FALSE);
    g_autofree char *subsection = qevm_path_quote_step(t->name, TRUE);

    g_assert_cmpstr(section, ==, t->section);
    g_assert_cmpstr(step, ==, t->step);
    g_assert_cmpstr(subsection, ==, t->subsection);
    check_quote(t->name);
}

static void
test_quote_random(void)
{
    static const char pieces[] = "ab/.@#*?[]{}\"\\01x \x01\xc3\xa9\xff";

    for (guint n = 0; n < 50000; n++) {
        char name[10];
        guint len = (guint)g_test_rand_int_range(0, sizeof(name));

        for (guint i = 0; i < len; i++) {
            name[i] = pieces[g_test_rand_int_range(0, sizeof(pieces) - 1)];
        }
        name[len] = '\0';
        check_quote(name);
    }
}

static void
test_parse_random(void)
{
    static const char pieces[] = "ab//..@#*?[]{}\"\"\\01x";

    for (guint n = 0; n < 50000; n++) {
        char text[16];
        guint len = (guint)g_test_rand_int_range(0, sizeof(text));
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmPath) path = NULL;

        for (guint i = 0; i < len; i++) {
            text[i] = pieces[g_test_rand_int_range(0, sizeof(pieces) - 1)];
        }
        text[len] = '\0';
        path = qevm_path_parse(text, &error);
        g_assert_true((path == NULL) == (error != NULL));
    }
}

static void
test_match(gconstpointer data)
{
    const struct match *t = data;

    g_assert_cmpint(qevm_path_match(t->pattern, FALSE, t->name), ==,
                    t->matches);
    g_assert_cmpint(qevm_path_match(t->pattern, TRUE, t->name), ==, t->literal);
}

/* A hostile name and pattern take time in proportion to their product. */
static void
test_match_time(void)
{
    g_autofree char *name = g_strnfill(20000, 'a');
    g_autoptr(GString) pattern = g_string_new(NULL);

    for (guint i = 0; i < 100; i++) {
        g_string_append(pattern, "*a");
    }
    g_assert_true(qevm_path_match(pattern->str, FALSE, name));
    g_string_append(pattern, "b");
    g_assert_false(qevm_path_match(pattern->str, FALSE, name));
}

static void
add_rows(const char *folder, gconstpointer first, gsize size, guint count,
         GTestDataFunc run)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf("/path/%s/%u", folder, i);

        g_test_add_data_func(path, (const char *)first + i * size, run);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_rows("parse", rows, sizeof(rows[0]), G_N_ELEMENTS(rows), test_row);
    add_rows("below", below, sizeof(below[0]), G_N_ELEMENTS(below), test_below);
    add_rows("bad", bad, sizeof(bad[0]), G_N_ELEMENTS(bad), test_bad);
    add_rows("bad-below", bad_below, sizeof(bad_below[0]),
             G_N_ELEMENTS(bad_below), test_bad_below);
    add_rows("quote", quotes, sizeof(quotes[0]), G_N_ELEMENTS(quotes),
             test_quote);
    add_rows("match", matches, sizeof(matches[0]), G_N_ELEMENTS(matches),
             test_match);
    g_test_add_func("/path/quote-random", test_quote_random);
    g_test_add_func("/path/parse-random", test_parse_random);
    g_test_add_func("/path/match-time", test_match_time);
    return g_test_run();
}
