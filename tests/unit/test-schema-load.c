/* test-schema-load.c - descriptions that are wrong, and where they come from.
 */
#include "tests/unit/description.h"

#include <glib/gstdio.h>
#include <string.h>

/* ' is a double quote, ` an escaped one. `text` that begins with a [ is the
 * fields of a type `t`. */
/* clang-format off */
static const struct bad {
    const char *name, *text, *message;
} bads[] = {
    { "json/empty", "", "a.json: line 1: '[' or '{' expected near end of file" },
    { "json/cut", "{'qevm-schema': 1,",
      "a.json: line 1: string or '}' expected near end of file" },
    { "json/twice", "{'qevm-schema': 1, 'qevm-schema': 1}",
      "a.json: line 1: duplicate object key near '\"qevm-schema\"'" },
    { "json/array", "\n []", "a.json: expected an object" },
    { "root/version", "{'qevm-schema': 2}",
      "a.json: qevm-schema: expected 1, the version of the format" },
    { "root/no-version", "{}",
      "a.json: qevm-schema: expected 1, the version of the format" },
    { "root/version-text", "{'qevm-schema': '1'}",
      "a.json: qevm-schema: expected a number from 0 to 9223372036854775807" },
    { "root/unknown", "{'qevm-schema': 1, 'type': {}}",
      "a.json: unknown member \"type\"; there can be: qevm-schema, why, "
      "names, types, leaves, payloads, $schema" },
    { "root/types-array", "{'qevm-schema': 1, 'types': []}",
      "a.json: types: expected an object" },
    { "root/leaves-object", "{'qevm-schema': 1, 'leaves': {}}",
      "a.json: leaves: expected an array" },
    /* names */
    { "names/kind", "{'qevm-schema': 1, 'names': {'n': {'0': 'a'}}}",
      "a.json: names.n.kind: expected \"flags\" or \"enum\"" },
    { "names/key", "{'qevm-schema': 1, 'names': {'n': {'kind': 'enum',"
      "'a': 'b'}}}", "a.json: names.n.a: expected the number of a value" },
    { "names/bit", "{'qevm-schema': 1, 'names': {'n': {'kind': 'flags',"
      "'64': 'b'}}}",
      "a.json: names.n.64: expected the number of a bit, 0 to 63" },
    { "names/blank", "{'qevm-schema': 1, 'names': {'n': {'kind': 'enum',"
      "'1': 'a b'}}}",
      "a.json: names.n.1: expected a name: a string without blanks and commas "
      "that does not begin with a digit" },
    { "names/digit", "{'qevm-schema': 1, 'names': {'n': {'kind': 'enum',"
      "'1': '1'}}}",
      "a.json: names.n.1: expected a name: a string without blanks and commas "
      "that does not begin with a digit" },
    { "names/same", "{'qevm-schema': 1, 'names': {'n': {'kind': 'enum',"
      "'1': 'a', '2': 'a'}}}",
      "a.json: names.n.2: `a' and `a' are one name or number" },
    { "names/same-number", "{'qevm-schema': 1, 'names': {'n': {'kind': 'enum',"
      "'1': 'a', '0x1': 'b'}}}",
      "a.json: names.n.0x1: `a' and `b' are one name or number" },
    /* types */
    { "types/primitive", "{'qevm-schema': 1, 'types': {'uint8': {}}}",
      "a.json: types.uint8: `uint8' is a primitive type" },
    { "types/empty-name", "{'qevm-schema': 1, 'types': {'': {}}}",
      "a.json: types.: expected a name" },
    { "types/unknown", "{'qevm-schema': 1, 'types': {'t': {'field': []}}}",
      "a.json: types.t: unknown member \"field\"; there can be: vmsd, "
      "fields, subsections, why" },
    { "types/itself", "[{'name': 'a', 'type': 't'}]",
      "a.json: types.t: this type contains itself: `t'" },
    { "types/each-other", "{'qevm-schema': 1, 'types': {"
      "'t': {'fields': [{'name': 'a', 'type': 'u', 'count': 2}]},"
      "'u': {'fields': [{'fields': [{'name': 'b', 'type': 't'}]}]}}}",
      "a.json: types.t: this type contains itself: `t'" },
    /* fields */
    { "field/array", "[[]]", "a.json: types.t.fields[0]: expected an object" },
    { "field/no-name", "[{'type': 'uint8'}]",
      "a.json: types.t.fields[0]: expected \"name\"" },
    { "field/nothing", "[{'name': 'a'}]",
      "a.json: types.t.fields[0]: expected \"type\" or \"fields\"" },
    { "field/both", "[{'name': 'a', 'type': 'u', 'fields': []}]",
      "a.json: types.t.fields[0]: expected \"type\" or \"fields\", not both" },
    { "field/no-type", "[{'name': 'b', 'type': 'uint8'},"
      "{'name': 'a', 'type': 'u'}]",
      "a.json: types.t.fields[1].type: there is no type `u'" },
    { "field/unknown", "[{'name': 'a', 'type': 'uint8', 'sizes': 1}]",
      "a.json: types.t.fields[0]: unknown member \"sizes\"; there can be: name, "
      "type, size, count, if, names, expect, default, why" },
    { "field/name-number", "[{'name': 1, 'type': 'uint8'}]",
      "a.json: types.t.fields[0].name: expected a string" },
    { "field/name-empty", "[{'name': '', 'type': 'uint8'}]",
      "a.json: types.t.fields[0].name: expected a string" },
    { "field/name-slash", "[{'name': 'a/b', 'type': 'uint8'}]",
      "a.json: types.t.fields[0].name: expected a name without /{}*?, quotes "
      "and control characters" },
    { "field/name-up", "[{'name': '..', 'type': 'uint8'}]",
      "a.json: types.t.fields[0].name: expected a name without /{}*?, quotes "
      "and control characters" },
    { "field/size-own", "[{'name': 'a', 'type': 'uint8', 'size': 1}]",
      "a.json: types.t.fields[0].size: `uint8' has a size of its own" },
    { "field/size-none", "[{'name': 'a', 'type': 'buffer'}]",
      "a.json: types.t.fields[0]: expected \"size\": `buffer' has none of its "
      "own" },
    { "field/size-negative", "[{'name': 'a', 'type': 'buffer', 'size': -1}]",
      "a.json: types.t.fields[0].size: expected a number, or an expression" },
    { "field/size-expression",
      "[{'name': 'a', 'type': 'buffer', 'size': '1 +'}]",
      "a.json: types.t.fields[0].size: column 4: expected an operand (a "
      "literal, `.`, $\"path\", version, size(), count(), exists(), true, "
      "false, null), found the end" },
    { "field/if-bool", "[{'name': 'a', 'type': 'uint8', 'if': true}]",
      "a.json: types.t.fields[0].if: expected an expression, a string" },
    { "field/count-null", "[{'name': 'a', 'type': 'uint8', 'count': null}]",
      "a.json: types.t.fields[0].count: expected a number, or an expression" },
    { "field/names-none", "[{'name': 'a', 'type': 'uint8', 'names': 'n'}]",
      "a.json: types.t.fields[0]: there are no names `n'" },
    { "field/names-text",
      "[{'name': 'a', 'type': 'bytes', 'size': 1, 'names': 'n'}]",
      "a.json: types.t.fields[0].names: `bytes' is no number" },
    { "field/default-array",
      "[{'name': 'a', 'type': 'uint8', 'default': []}]",
      "a.json: types.t.fields[0].default: expected a number, true, false or a "
      "string" },
    { "field/count-of-nothing", "[{'type': 'u', 'count': 2}]",
      "a.json: types.t.fields[0]: expected \"name\"" },
    { "field/sibling-arg", "[{'name': 'a', 'type': 'uint8', 'if': 'sibling()'}]",
      "a.json: types.t.fields[0].if: column 9: expected a string in double "
      "quotes, found `)`" },
    /* switches */
    { "switch/cases", "[{'switch': '1'}]",
      "a.json: types.t.fields[0].cases: expected an object" },
    { "switch/key", "[{'switch': '1', 'cases': {'a': []}}]",
      "a.json: types.t.fields[0].cases.a: expected a number, true or false" },
    { "switch/same", "[{'switch': '1', 'cases': {'1': [], '0x1': []}}]",
      "a.json: types.t.fields[0].cases.0x1: is there twice" },
    { "switch/case-object", "[{'switch': '1', 'cases': {'1': {}}}]",
      "a.json: types.t.fields[0].cases.1.fields: expected an array" },
    { "switch/name", "[{'name': 'a', 'switch': '1', 'cases': {}}]",
      "a.json: types.t.fields[0]: unknown member \"name\"; there can be: "
      "switch, cases, default, if, why" },
    /* loops */
    { "loop/marker", "[{'name': 'l', 'loop': {'marker': 'uint7', 'end': 0}}]",
      "a.json: types.t.fields[0].loop.marker: expected \"uint8\", \"be16\" or "
      "\"be32\"" },
    { "loop/name", "[{'loop': {'marker': 'uint8', 'end': 0}}]",
      "a.json: types.t.fields[0]: expected \"name\"" },
    { "loop/values-end",
      "[{'name': 'l', 'loop': {'marker': 'uint8', 'end': 1, 'values': [1]}}]",
      "a.json: types.t.fields[0].loop.values: 1 is what ends the loop" },
    { "loop/values-empty",
      "[{'name': 'l', 'loop': {'marker': 'uint8', 'end': 1, 'values': []}}]",
      "a.json: types.t.fields[0].loop.values: expected an array of numbers" },
    { "loop/meaning",
      "[{'name': 'l', 'loop': {'marker': 'uint8', 'meaning': 'a'}}]",
      "a.json: types.t.fields[0].loop.meaning: expected an object" },
    { "loop/meaning-names",
      "[{'name': 'l', 'loop': {'marker': 'uint8', 'meaning': {'names':'n'}}}]",
      "a.json: types.t.fields[0].loop.meaning: there are no names `n'" },
    /* pointers */
    { "pointers/kind",
      "[{'name': 'a', 'fields': [], 'count': 1, 'pointers': 1}]",
      "a.json: types.t.fields[0].pointers: expected true or false" },
    { "pointers/one", "[{'name': 'a', 'fields': [], 'pointers': true}]",
      "a.json: types.t.fields[0].pointers: expected a \"count\" too" },
    /* alternatives */
    { "alternatives/none", "[{'name': 'a', 'alternatives': []}]",
      "a.json: types.t.fields[0].alternatives: expected at least one" },
    { "alternatives/prefer",
      "[{'name': 'a', 'alternatives': [{'fields': []}], 'prefer': 1}]",
      "a.json: types.t.fields[0].prefer: expected true or false" },
    { "alternatives/nothing", "[{'name': 'a', 'alternatives': [{}]}]",
      "a.json: types.t.fields[0].alternatives[0]: expected \"type\" or "
      "\"fields\"" },
    /* chains */
    { "chain/size", "[{'name': 'c', 'chain': {'items': {}}}]",
      "a.json: types.t.fields[0].chain: expected \"size\"" },
    { "chain/first", "[{'name': 'c', 'chain': {'size': 9, 'items': {}}}]",
      "a.json: types.t.fields[0].chain: expected \"first\"" },
    { "chain/one-byte", "[{'name': 'c', 'chain': {'size': 9, 'first': '1',"
      "'items': {}, 'id': 1}}]",
      "a.json: types.t.fields[0].chain: \"id\" and \"next\" are one byte" },
    { "chain/item", "[{'name': 'c', 'chain': {'size': 9, 'first': '1',"
      "'items': {'1': {'fields': []}}}}]",
      "a.json: types.t.fields[0].chain.items.1: expected \"name\"" },
    /* subsections */
    { "sub/version", "{'qevm-schema': 1, 'types': {'t': {'subsections': ["
      "{'name': 't/x', 'fields': []}]}}}",
      "a.json: types.t.subsections[0]: expected \"version\"" },
    { "sub/version-kind", "{'qevm-schema': 1, 'types': {'t': {'subsections': ["
      "{'name': 't/x', 'version': 'a', 'fields': []}]}}}",
      "a.json: types.t.subsections[0].version: expected a version, or an "
      "array of them" },
    { "sub/twice", "{'qevm-schema': 1, 'types': {'t': {'subsections': ["
      "{'name': 't/x', 'version': 1, 'fields': []},"
      "{'name': 't/x', 'version': 1, 'fields': []}]}}}",
      "a.json: types.t: subsection `t/x' is there twice" },
    /* rules */
    { "leaf/type", "{'qevm-schema': 1, 'leaves': [{'vmsd': 'a', 'is': 't'}]}",
      "a.json: leaves[0]: expected \"type\"" },
    { "leaf/no-type", "{'qevm-schema': 1, 'leaves': [{'vmsd': 'a',"
      "'type': 'virtio', 'is': 't'}]}",
      "a.json: leaves[0].is: there is no type `t'" },
    { "leaf/nothing", "{'qevm-schema': 1, 'leaves': [{'vmsd': 'a',"
      "'type': 'virtio'}]}",
      "a.json: leaves[0]: expected one of \"is\", \"names\", \"elements\"" },
    { "leaf/both", "{'qevm-schema': 1, 'leaves': [{'vmsd': 'a',"
      "'type': 'virtio', 'is': 't', 'names': 'n'}]}",
      "a.json: leaves[0]: expected only one of \"is\", \"names\", "
      "\"elements\"" },
    { "leaf/no-names", "{'qevm-schema': 1, 'leaves': [{'vmsd': 'a',"
      "'type': 'uint8', 'names': 'n'}]}",
      "a.json: leaves[0]: there are no names `n'" },
    { "leaf/keys", "{'qevm-schema': 1, 'leaves': [{'vmsd': 'a',"
      "'type': 'uint8', 'keys': 'k', 'is': 't'}]}",
      "a.json: leaves[0].keys: expected \"elements\" too" },
    { "leaf/endian", "{'qevm-schema': 1, 'leaves': [{'vmsd': 'a',"
      "'type': 'virtio', 'is': 't', 'endian': 'host'}]}",
      "a.json: leaves[0].endian: expected \"little\" or \"big\"" },
    { "payload/idstr", "{'qevm-schema': 1, 'payloads': [{'is': 't'}]}",
      "a.json: payloads[0]: expected \"idstr\"" },
    { "payload/no-type",
      "{'qevm-schema': 1, 'payloads': [{'idstr': 'a', 'is': 't'}]}",
      "a.json: payloads[0].is: there is no type `t'" },
};
/* clang-format on */

static gboolean
load(QevmSchemas *schemas, const char *file, const char *text, GError **error)
{
    g_autofree char *whole =
        *text == '[' ? g_strdup_printf("{'qevm-schema': 1, 'types': {'t': "
                                       "{'fields': %s}}}",
                                       text)
                     : g_strdup(text);
    /* The messages of the parser quote the text. */
    g_autofree char *json = description_json(whole);

    return qevm_schemas_add_text(schemas, file, json, strlen(json), error) &&
           qevm_schemas_load(schemas, error);
}

static void
test_bad(gconstpointer data)
{
    const struct bad *t = data;
    g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
    g_autoptr(GError) error = NULL;

    g_assert_false(load(schemas, "a.json", t->text, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
    g_assert_cmpstr(error->message, ==, t->message);
}

/* Inline structs inside one another, and types of types. */
static void
test_nesting(void)
{
    for (guint depth = 31; depth <= 33; depth++) {
        g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
        g_autoptr(GString) text = g_string_new("[");
        g_autoptr(GError) error = NULL;

        for (guint i = 1; i < depth; i++) {
            g_string_append(text, "{'name': 'a', 'fields': [");
        }
        g_string_append(text, "{'name': 'a', 'type': 'uint8'}");
        for (guint i = 1; i < depth; i++) {
            g_string_append(text, "]}");
        }
        g_string_append(text, "]");
        g_assert_cmpint(load(schemas, "a", text->str, &error), ==, depth <= 32);
        if (depth > 32) {
            g_assert_true(g_str_has_suffix(error->message,
                                           ": more than 32 levels of nesting"));
        }
    }
}

static void
test_static_depth(void)
{
    for (guint depth = 32; depth <= 34; depth++) {
        g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
        g_autoptr(GString) text = g_string_new("{'qevm-schema':1,'types':{");
        g_autoptr(GError) error = NULL;

        for (guint i = 1; i < depth; i++) {
            g_string_append_printf(
                text, "'t%u':{'fields':[{'name':'a','type':'t%u'}]},", i,
                i + 1);
        }
        g_string_append_printf(text, "'t%u':{'fields':[]}}}", depth);
        g_assert_cmpint(load(schemas, "a", text->str, &error), ==, depth <= 33);
        g_assert_cmpstr(error ? error->message : NULL, ==,
                        depth <= 33 ? NULL
                                    : "a: types.t1: too many levels of "
                                      "nesting in `t1'");
    }
}

static void
test_many_types(void)
{
    for (guint n = 4096; n <= 4097; n++) {
        g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
        g_autoptr(GString) text = g_string_new("{'qevm-schema':1,'types':{");
        g_autoptr(GError) error = NULL;

        for (guint i = 1; i <= n; i++) {
            g_string_append_printf(text, "'t%u':{}%s", i, i < n ? "," : "");
        }
        g_string_append(text, "}}");
        g_assert_cmpint(load(schemas, "a", text->str, &error), ==, n == 4096);
        g_assert_cmpstr(error ? error->message : NULL, ==,
                        n == 4096 ? NULL
                                  : "a: types.t4097: more than 4096 types");
    }
}

/* ---- folders ---- */

static void
put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *json = description_json(text);
    g_autoptr(GError) error = NULL;

    g_file_set_contents(path, json, -1, &error);
    g_assert_no_error(error);
}

static void
clear(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

#define TYPE(name, field)                                                      \
    "{'qevm-schema':1,'types':{'" name "':{'fields':[{'name':'" field          \
    "','type':'uint8'}]}}}"

static void
test_folders(void)
{
    g_autofree char *a = g_dir_make_tmp("test-schema-XXXXXX", NULL);
    g_autofree char *b = g_dir_make_tmp("test-schema-XXXXXX", NULL);
    g_autoptr(QevmSchemas) hidden = qevm_schemas_new();
    g_autoptr(QevmSchemas) twice = qevm_schemas_new();
    g_autofree char *message = NULL;
    g_autoptr(GError) error = NULL, again = NULL;

    put(a, "one.json", TYPE("t", "mine"));
    put(a, ".hidden.json", "no JSON");
    put(a, "README", "no JSON");
    put(b, "one.json", TYPE("t", "theirs"));
    put(b, "two.json", TYPE("u", "other"));
    qevm_schemas_add_folder(hidden, a);
    qevm_schemas_add_folder(hidden, b);
    g_assert_true(qevm_schemas_load(hidden, &error));
    g_assert_nonnull(qevm_schemas_for_type(hidden, "t").type);
    g_assert_nonnull(qevm_schemas_for_type(hidden, "u").type);
    g_assert_null(qevm_schemas_for_type(hidden, "v").type);

    put(b, "two.json", TYPE("t", "other"));
    qevm_schemas_add_folder(twice, a);
    qevm_schemas_add_folder(twice, b);
    g_assert_false(qevm_schemas_load(twice, &error));
    message = g_strdup_printf("%s/two.json: types.t: type `t' is defined "
                              "twice: also at %s/one.json: types.t",
                              b, a);
    g_assert_cmpstr(error->message, ==, message);
    /* Asked again, it says so again. */
    g_assert_false(qevm_schemas_load(twice, &again));
    g_assert_cmpstr(again->message, ==, message);
    g_assert_false(qevm_schemas_load(twice, NULL));
    clear(a);
    clear(b);
}

static void
test_no_folder(void)
{
    g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
    g_autoptr(GError) error = NULL;

    qevm_schemas_add_folder(schemas, "/no/such/folder");
    g_assert_false(qevm_schemas_load(schemas, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_assert_nonnull(strstr(error->message, "/no/such/folder"));
}

/* What is looked through one by one is not endless. */
static const struct many {
    const char *name, *head, *each, *tail;
    guint n;
    const char *message;
} many_rows[] = {
    { "rules", "'leaves': [", "{'vmsd': 'a%u', 'type': 'x', 'is': 't'}", "]",
      4097, "a.json: leaves: more than 4096 in one array" },
    { "subsections", "'types': {'t': {'subsections': [",
      "{'name': 't/%u', 'version': 1, 'fields': []}", "]}}", 4097,
      "a.json: types.t.subsections: more than 4096 in one array" },
    { "cases", "'types': {'t': {'fields': [{'switch': '1', 'cases': {",
      "'%u': []", "}}]}}", 4097,
      "a.json: types.t.fields[0].cases: more than 4096 of them" },
    /* Of names there may be as many as there are bytes. */
    { "names", "'names': {'n': {'kind': 'enum', ", "'%u': 'a%u'", "}}", 50000,
      NULL },
};

static void
test_many(gconstpointer data)
{
    const struct many *t = data;
    g_autoptr(GString) json = g_string_new("{'qevm-schema': 1, ");
    g_autoptr(QevmSchemas) s = qevm_schemas_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    g_string_append(json, t->head);
    for (guint i = 0; i < t->n; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        g_auto(GStrv) parts = g_strsplit(t->each, "%u", -1);
        g_autofree char *one = g_strjoinv(number, parts);

        g_string_append_printf(json, "%s%s", i ? ", " : "", one);
    }
    g_string_append_printf(json, "%s}", t->tail);
    text = description_json(json->str);
    g_assert_true(qevm_schemas_add_text(s, "a.json", text, strlen(text),
                                        &error) == !t->message);
    g_assert_cmpstr(error ? error->message : NULL, ==, t->message);
}

/* ---- names ---- */

/* clang-format off */
static const struct name_row {
    gboolean flags;
    const char *text;
    gint64 value;        /* or: */
    const char *message; /* of the error */
    const char *printed; /* of the value */
} name_rows[] = {
    { TRUE, "a", 1, NULL, "0x1 (a)" },
    { TRUE, "a|c", 5, NULL, "0x5 (a c)" },
    { TRUE, "c, a", 5, NULL, "0x5 (a c)" },
    { TRUE, "bit1 a", 3, NULL, "0x3 (a bit1)" },
    { TRUE, "0x10|a", 17, NULL, "0x11 (a bit4)" },
    { TRUE, "0", 0, NULL, "0" },
    { TRUE, "top", G_MININT64, NULL, "0x8000000000000000 (top)" },
    { TRUE, "b", 0,
      "`b' is no name or number; the names are: a, c, top", NULL },
    { TRUE, "bit64", 0,
      "`bit64' is no name or number; the names are: a, c, top", NULL },
    { TRUE, "", 0, "`' is no name or number; the names are: a, c, top", NULL },
    { FALSE, "a", 0, NULL, "0 (a)" },
    { FALSE, "c", 2, NULL, "2 (c)" },
    { FALSE, "9", 9, NULL, "9" },
    { FALSE, "minus", -1, NULL, "-1 (minus)" },
    { FALSE, "a c", 0, "`a c' is more than one name", NULL },
    { FALSE, "bit1", 0,
      "`bit1' is no name or number; the names are: a, c, minus", NULL },
};
/* clang-format on */

static void
test_names(gconstpointer data)
{
    const struct name_row *t = data;
    QevmNamed flags[] = { { 0, "a" }, { 2, "c" }, { 63, "top" } };
    QevmNamed values[] = { { 0, "a" }, { 2, "c" }, { G_MAXUINT64, "minus" } };
    QevmNames names = { "n", t->flags, t->flags ? flags : values, 3 };
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *printed = NULL;
    g_autoptr(GError) error = NULL;

    if (t->message) {
        g_assert_false(qevm_names_parse(&names, t->text, &value, &error));
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
        g_assert_cmpstr(error->message, ==, t->message);
        return;
    }
    g_assert_true(qevm_names_parse(&names, t->text, &value, &error));
    g_assert_cmpint(value.as.s, ==, t->value);
    printed = qevm_names_format(&names, &value);
    g_assert_cmpstr(printed, ==, t->printed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bads); i++) {
        g_autofree char *path =
            g_strdup_printf("/schema-load/bad/%s", bads[i].name);

        g_test_add_data_func(path, &bads[i], test_bad);
    }
    for (guint i = 0; i < G_N_ELEMENTS(name_rows); i++) {
        g_autofree char *path = g_strdup_printf("/schema-load/names/%u", i);

        g_test_add_data_func(path, &name_rows[i], test_names);
    }
    for (guint i = 0; i < G_N_ELEMENTS(many_rows); i++) {
        g_autofree char *path =
            g_strdup_printf("/schema-load/many/%s", many_rows[i].name);

        g_test_add_data_func(path, &many_rows[i], test_many);
    }
    g_test_add_func("/schema-load/nesting", test_nesting);
    g_test_add_func("/schema-load/static-depth", test_static_depth);
    g_test_add_func("/schema-load/many-types", test_many_types);
    g_test_add_func("/schema-load/folders", test_folders);
    g_test_add_func("/schema-load/no-folder", test_no_folder);
    return g_test_run();
}
