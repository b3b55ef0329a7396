/* test-known.c - what is read out of -dump-vmstate files, and what is not. */
#include "tests/unit/dump.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define HEAD "{'vmschkmachine': {'Name': 'none'}, "

/* ' for ". The message comes after "d.json: no -dump-vmstate file: ". */
/* clang-format off */
static const struct bad {
    const char *name, *text, *message;
} bads[] = {
    { "empty", "", "line 1: '[' or '{' expected near end of file" },
    { "cut", HEAD, "line 1: string or '}' expected near end of file" },
    { "array", "[]", "\"vmschkmachine\" is missing" },
    { "no-machine", "{'t': {}}", "\"vmschkmachine\" is missing" },
    { "machine-text", "{'vmschkmachine': 'none'}", "\"vmschkmachine\" is missing" },
    { "type/number", HEAD "'t': 1}", "t: no object" },
    { "vmsd/text", HEAD "'t': {'Description': 'v'}}", "t: a description that is no object" },
    { "vmsd/no-name", HEAD "'t': {'Description': {'version_id': 1}}}",
      "t: a description without a name or a version" },
    { "vmsd/no-version", HEAD "'t': {'Description': {'name': 'v'}}}",
      "t: a description without a name or a version" },
    { "vmsd/version-negative", HEAD T("{'name': 'v', 'version_id': -1}") "}",
      "t: a description without a name or a version" },
    { "vmsd/version-large", HEAD T("{'name': 'v', 'version_id': 4294967296}") "}",
      "t: a description without a name or a version" },
    { "field/no-name", HEAD T(V("v", "{'size': 4}")) "}", "t: a field without a name" },
    { "field/inside", HEAD T(V("v", FS("s", V("in", "{'size': 4}")))) "}",
      "t: a field without a name" },
    { "field/description", HEAD T(V("v", FIELD("f", 0, false, "'Description': 1"))) "}",
      "t: a description that is no object" },
    { "subsection", HEAD T(VMSD("v", 1, 1, SUBS("{'name': 's'}"))) "}",
      "t: a description without a name or a version" },
};
/* clang-format on */

static void
test_bad(gconstpointer data)
{
    const struct bad *bad = data;
    g_autofree char *text = g_strdelimit(g_strdup(bad->text), "'", '"');
    g_autofree char *message =
        g_strconcat("d.json: no -dump-vmstate file: ", bad->message, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmKnown) known =
        qevm_known_parse(text, strlen(text), "d.json", &error);

    g_assert_null(known);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
    g_assert_cmpstr(error->message, ==, message);
}

/* 65 structs, one in the other. */
static void
test_deep(void)
{
    g_autoptr(GString) text = g_string_new("");
    g_autofree char *quoted = NULL;
    g_autoptr(GError) error = NULL;

    g_string_append(text, V("v", F("f", 1)));
    for (guint i = 0; i < 65; i++) {
        g_string_prepend(text, "{'name': 'v', 'version_id': 1, 'Fields': "
                               "[{'field': 's', 'Description': ");
        g_string_append(text, "}]}");
    }
    g_string_prepend(text, HEAD "'t': {'Description': ");
    g_string_append(text, "}}");
    quoted = g_strdelimit(g_strdup(text->str), "'", '"');
    g_assert_null(qevm_known_parse(quoted, strlen(quoted), "d", &error));
    g_assert_cmpstr(error->message, ==,
                    "d: no -dump-vmstate file: t: descriptions nest too deep");
}

#define SHARED V("shared", F("x", 4))

static void
test_facts(void)
{
    g_autoptr(QevmKnown) known = dump_parse(
        DEVICE("one", VMSD("v", 3, 2,
                           FIELDS(F("a[0]", 4) S FV("b", 8, 2) S FC("c", 1)
                                      S FN("d", 2, 7) S FS("s", SHARED))
                               SUBS(V("v/sub", F("y", 1)))))
            S DEVICE("two", V("w", FS("s", SHARED)))
                S DEVICE("three", VMSD("v", 1, 1, FIELDS("")))
                    S DEVICE("four", VMSD("u", 0, 0, "")) S
        "'five': {'Name': 'five'}",
        "d");
    const QevmKnownVmsd *v = qevm_known_device(known, "v");
    const QevmKnownVmsd *w = qevm_known_device(known, "w");
    const QevmKnownField *f;

    g_assert_cmpstr(known->machine, ==, "none");
    g_assert_false(known->partial);
    g_assert_true(known->lengths);
    g_assert_false(known->sent);
    g_assert_cmpuint(known->devices->len, ==, 4);

    /* The first of a name is the device of that name, all are known. */
    g_assert_cmpuint(v->version_id, ==, 3);
    g_assert_cmpuint(v->minimum_version_id, ==, 2);
    g_assert_cmpuint(v->n_fields, ==, 5);
    g_assert_false(v->unmigratable);
    g_assert_cmpuint(qevm_known_named(known, "v")->len, ==, 2);
    g_assert_null(qevm_known_named(known, "x"));
    g_assert_null(qevm_known_device(known, "v/sub"));
    g_assert_cmpuint(qevm_known_named(known, "v/sub")->len, ==, 1);
    g_assert_nonnull(qevm_known_subsection(v, "v/sub"));
    g_assert_null(qevm_known_subsection(v, "v/bus"));

    /* Equal descriptions are one. */
    g_assert_true(v->fields[4].vmsd == w->fields[0].vmsd);
    g_assert_cmpuint(qevm_known_named(known, "shared")->len, ==, 1);

    /* Without a list of fields it cannot be saved. */
    g_assert_true(qevm_known_device(known, "u")->unmigratable);

    f = qevm_known_field(v, "a[0]");
    g_assert_cmpuint(f->size, ==, 4);
    g_assert_cmpuint(f->num, ==, 0);
    g_assert_false(f->conditional);
    g_assert_null(qevm_known_field(v, "a"));
    f = qevm_known_field(v, "b[1]");
    g_assert_cmpstr(f->name, ==, "b");
    g_assert_cmpuint(f->version_id, ==, 2);
    g_assert_true(qevm_known_field(v, "c")->conditional);
    g_assert_cmpuint(qevm_known_field(v, "d")->num, ==, 7);
}

static void
test_partial(void)
{
    const char *text = "{\"vmschkmachine\": {\"Name\": \"none\", "
                       "\"partial\": \"via-pmu\"}}";
    g_autoptr(QevmKnown) known =
        qevm_known_parse(text, strlen(text), "d", NULL);

    g_assert_true(known->partial);
    g_assert_false(known->lengths);
}

static void
test_plausible(void)
{
    static const struct {
        const char *text;
        gboolean plausible;
    } texts[] = {
        { "{\n  \"vmschkmachine\": {", TRUE },
        { "{\"vmschkmachine\":", TRUE },
        { "{\"vmschkmachine\"", FALSE },
        { "{\"page_size\": 4096, ", FALSE },
        { "[\"vmschkmachine\"]", FALSE },
        { "", FALSE },
        { "  ", FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_cmpint(
            qevm_known_plausible(texts[i].text, strlen(texts[i].text)), ==,
            texts[i].plausible);
    }
}

/* ---- files ---- */

static GBytes *
packed(const char *text)
{
    g_autoptr(GConverter) pack =
        G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
    g_autoptr(GInputStream) in =
        g_memory_input_stream_new_from_data(text, (gssize)strlen(text), NULL);
    g_autoptr(GInputStream) out = g_converter_input_stream_new(in, pack);
    g_autofree char *buffer = g_malloc(4096);
    gsize got;

    g_assert_true(g_input_stream_read_all(out, buffer, 4096, &got, NULL, NULL));
    return g_bytes_new(buffer, got);
}

static QevmKnown *
load(GBytes *bytes, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("qevm-XXXXXX", &path, error);
    QevmKnown *known;

    g_assert_cmpint(fd, >=, 0);
    g_assert_true(g_close(fd, error));
    g_assert_true(g_file_set_contents(path, g_bytes_get_data(bytes, NULL),
                                      (gssize)g_bytes_get_size(bytes), error));
    known = qevm_known_load(path, error);
    g_unlink(path);
    return known;
}

static void
test_files(void)
{
    g_autofree char *text = dump_text(T(V("v", F("a", 4))));
    g_autoptr(GBytes) plain = g_bytes_new(text, strlen(text));
    g_autoptr(GBytes) gzip = packed(text);
    g_autoptr(GBytes) cut =
        g_bytes_new_from_bytes(gzip, 0, g_bytes_get_size(gzip) - 12);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmKnown) a = load(plain, &error);
    g_autoptr(QevmKnown) b = load(gzip, &error);

    g_assert_no_error(error);
    g_assert_nonnull(qevm_known_device(a, "v"));
    g_assert_nonnull(qevm_known_device(b, "v"));
    g_assert_null(load(cut, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_null(qevm_known_load("/nonexistent/d.json", &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* 65 MiB of blanks, packed. */
static void
test_large(void)
{
    gsize len = QEVM_KNOWN_MAX_BYTES + 1;
    g_autofree char *blanks = g_malloc(len + 1);
    g_autoptr(GBytes) gzip = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GConverter) pack =
        G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));
    g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
    g_autoptr(GOutputStream) through = g_converter_output_stream_new(out, pack);

    memset(blanks, ' ', len);
    g_assert_true(
        g_output_stream_write_all(through, blanks, len, NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(through, NULL, NULL));
    gzip = g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(out));
    g_assert_null(load(gzip, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bads); i++) {
        g_autofree char *path = g_strconcat("/known/bad/", bads[i].name, NULL);

        g_test_add_data_func(path, &bads[i], test_bad);
    }
    g_test_add_func("/known/bad/deep", test_deep);
    g_test_add_func("/known/facts", test_facts);
    g_test_add_func("/known/partial", test_partial);
    g_test_add_func("/known/plausible", test_plausible);
    g_test_add_func("/known/files", test_files);
    g_test_add_func("/known/large", test_large);
    return g_test_run();
}
