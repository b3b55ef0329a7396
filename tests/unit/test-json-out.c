/* test-json-out.c - the JSON writer, in both dialects. */
#include "parser/json-out.h"

static const struct string_case {
    const char *path, *value, *qjson, *writer;
} string_cases[] = {
    { "/json-out/string/plain", "cpu_common", "cpu_common", "cpu_common" },
    { "/json-out/string/empty", "", "", "" },
    { "/json-out/string/slash", "piix4_pm/memhp", "piix4_pm/memhp",
      "piix4_pm/memhp" },
    { "/json-out/string/quote", "a\"b\\c", "a\"b\\c", "a\\\"b\\\\c" },
    { "/json-out/string/letters", "\b\f\n\r\t", "\b\f\n\r\t",
      "\\b\\f\\n\\r\\t" },
    { "/json-out/string/control", "\x01\x1f\x7f", "\x01\x1f\x7f",
      "\\u0001\\u001F\\u007F" },
    { "/json-out/string/two-bytes", "\xc3\xa9", "\xc3\xa9", "\\u00E9" },
    { "/json-out/string/three-bytes", "\xe2\x82\xac", "\xe2\x82\xac",
      "\\u20AC" },
    { "/json-out/string/four-bytes", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80",
      "\\uD83D\\uDE00" },
    { "/json-out/string/nul", "\xc0\x80", "\xc0\x80", "\\u0000" },
    { "/json-out/string/continuation", "\x80z", "\x80z", "\\uFFFDz" },
    { "/json-out/string/impossible", "\xfe\xffz", "\xfe\xffz",
      "\\uFFFD\\uFFFDz" },
    { "/json-out/string/cut", "\xe2\x82", "\xe2\x82", "\\uFFFD" },
    { "/json-out/string/cut-by-letter", "\xf0\x9fz", "\xf0\x9fz", "\\uFFFDz" },
    { "/json-out/string/overlong", "\xc1\x81\xe0\x82\x81",
      "\xc1\x81\xe0\x82\x81", "\\uFFFD\\uFFFD" },
    { "/json-out/string/five-and-six",
      "\xf8\x88\x80\x80\x80z"
      "\xfd\xbf\xbf\xbf\xbf\xbfz",
      "\xf8\x88\x80\x80\x80z"
      "\xfd\xbf\xbf\xbf\xbf\xbfz",
      "\\uFFFDz\\uFFFDz" },
    { "/json-out/string/surrogate", "\xed\xa0\x80", "\xed\xa0\x80", "\\uFFFD" },
    { "/json-out/string/noncharacter", "\xef\xb7\x90\xef\xbf\xbe",
      "\xef\xb7\x90\xef\xbf\xbe", "\\uFFFD\\uFFFD" },
    { "/json-out/string/beyond", "\xf4\x90\x80\x80", "\xf4\x90\x80\x80",
      "\\uFFFD" },
    { "/json-out/string/last", "\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd",
      "\\uDBFF\\uDFFD" },
};

static void
check_text(QevmJsonOut *out, const char *expected)
{
    g_autoptr(GBytes) bytes = qevm_json_out_finish(out);
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);
    g_autofree char *text = g_strndup(data, len);

    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpuint(len, ==, strlen(expected));
}

static void
test_string(gconstpointer data)
{
    const struct string_case *t = data;
    g_autofree char *qjson = g_strdup_printf("{ \"k\" : \"%s\" }", t->qjson);
    g_autofree char *writer = g_strdup_printf("{\"k\": \"%s\"}", t->writer);
    QevmJsonOut *out = qevm_json_out_new(QEVM_DIALECT_QJSON);

    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_string(out, "k", t->value);
    qevm_json_out_end_object(out);
    check_text(out, qjson);

    out = qevm_json_out_new(QEVM_DIALECT_JSON_WRITER);
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_string(out, "k", t->value);
    qevm_json_out_end_object(out);
    check_text(out, writer);
}

static void
write_all(QevmJsonOut *out)
{
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_uint(out, "page_size", 4096);
    qevm_json_out_begin_array(out, "devices");
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_string(out, "name", "timer");
    qevm_json_out_int(out, "instance_id", G_MININT32);
    qevm_json_out_begin_array(out, "fields");
    qevm_json_out_end_array(out);
    qevm_json_out_end_object(out);
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_begin_object(out, "struct");
    qevm_json_out_end_object(out);
    qevm_json_out_uint(out, "size", G_MAXUINT64);
    qevm_json_out_end_object(out);
    qevm_json_out_text(out, NULL, "\"as it was\", not this", 11);
    qevm_json_out_end_array(out);
    qevm_json_out_text(out, "old", "0", 1);
    qevm_json_out_end_object(out);
}

static void
test_layout_qjson(void)
{
    QevmJsonOut *out = qevm_json_out_new(QEVM_DIALECT_QJSON);

    write_all(out);
    check_text(out, "{ \"page_size\" : 4096, \"devices\" : [ "
                    "{ \"name\" : \"timer\", \"instance_id\" : -2147483648, "
                    "\"fields\" : [  ] }, { \"struct\" : {  }, "
                    "\"size\" : 18446744073709551615 }, \"as it was\" ], "
                    "\"old\" : 0 }");
}

static void
test_layout_writer(void)
{
    QevmJsonOut *out = qevm_json_out_new(QEVM_DIALECT_JSON_WRITER);

    write_all(out);
    check_text(out, "{\"page_size\": 4096, \"devices\": ["
                    "{\"name\": \"timer\", \"instance_id\": -2147483648, "
                    "\"fields\": []}, {\"struct\": {}, "
                    "\"size\": 18446744073709551615}, \"as it was\"], "
                    "\"old\": 0}");
}

static void
test_unfinished(void)
{
    g_autoptr(QevmJsonOut) out = qevm_json_out_new(QEVM_DIALECT_QJSON);

    /* Freed halfway: the sanitizers look on. */
    qevm_json_out_begin_object(out, NULL);
    qevm_json_out_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(string_cases); i++) {
        g_test_add_data_func(string_cases[i].path, &string_cases[i],
                             test_string);
    }
    g_test_add_func("/json-out/layout/qjson", test_layout_qjson);
    g_test_add_func("/json-out/layout/writer", test_layout_writer);
    g_test_add_func("/json-out/unfinished", test_unfinished);
    return g_test_run();
}
