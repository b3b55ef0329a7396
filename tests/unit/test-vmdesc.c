/* test-vmdesc.c - the vmdesc reader, and the renderer that undoes it.
 *
 * Texts are written with ' for " here.
 */
#include "parser/vmdesc.h"

#include <string.h>

#define BASE 0x1000

/* Newer dialect; "size" of a struct with a subsection is 1 + 9 + 1. */
static const char writer_text[] =
    "{'configuration': {'vmsd_name': 'configuration', 'version': 0, 'fields': "
    "[{'name': 'len', 'type': 'uint32', 'size': 4}]}, 'page_size': 4096, "
    "'devices': ["
    "{'name': 'timer', 'instance_id': 0, 'vmsd_name': 'timer', 'version': 2, "
    "'fields': [{'name': 'ticks', 'type': 'int64', 'size': 8}, "
    "{'name': 'pad', 'array_len': 3, 'type': 'unused_buffer', 'size': 8}]}, "
    "{'name': '\\u00E9/\\\"q\\\"', 'instance_id': 4294967295, "
    "'vmsd_name': 'dev', 'version': 1, 'fields': "
    "[{'name': 's', 'index': 0, 'type': 'struct', 'struct': "
    "{'vmsd_name': 'in', 'version': 1, 'fields': "
    "[{'name': 'x', 'type': 'uint8', 'size': 1}], 'subsections': "
    "[{'vmsd_name': 'in/', 'version': 1, 'fields': "
    "[{'name': 'y', 'type': 'bool', 'size': 1}]}]}, 'size': 11}, "
    "{'name': 'list', 'type': 'qtailq', 'vmsd_name': 'crw', 'version': 1, "
    "'fields': [{'name': 'a', 'type': 'uint16', 'size': 2}], "
    "'vmsd_name': 'crw', 'version': 1, 'fields': [], 'size': 5}, "
    "{'name': 'none', 'type': 'qlist', 'size': 1}, "
    "{'name': 'scratch', 'type': 'tmp', 'vmsd_name': 't', 'version': 1, "
    "'fields': [{'name': 'z', 'type': 'uint32', 'size': 4}], 'size': 4}, "
    "{'name': 'odd', 'type': 'ours', 'vmsd_name': 't', 'version': 1, "
    "'fields': [{'name': 'z', 'type': 'uint32', 'size': 4}], 'size': 6}], "
    "'subsections': [{'vmsd_name': 'dev/sub', 'version': 3, 'fields': []}]}, "
    "{'name': 'slirp', 'instance_id': 0, 'size': 12, 'fields': "
    "[{'name': 'data', 'size': 12, 'type': 'buffer'}]}]}";

static const char qjson_text[] =
    "{ 'page_size' : 4096, 'devices' : [ "
    "{ 'name' : 'spapr_iommu', 'instance_id' : -2147483648, "
    "'vmsd_name' : 'spapr_iommu', 'version' : 2, 'fields' : [ "
    "{ 'name' : 'css', 'array_len' : 256, 'type' : 'struct', "
    "'struct' : {  }, 'size' : 1 }, { 'name' : 'q', 'type' : 'qtailq', "
    "'vmsd_name' : 'a', 'version' : 1, 'fields' : [  ], "
    "'vmsd_name' : 'b', 'version' : 1, 'fields' : [  ], 'size' : 3 } ], "
    "'subsections' : [ { 'vmsd_name' : 's\\', 'version' : 1, "
    "'fields' : [  ] } ] }, "
    "{ 'name' : 'todclock', 'instance_id' : 0, 'size' : 10, 'fields' : [ "
    "{ 'name' : 'data', 'size' : 10, 'type' : 'buffer' } ] } ] }";

static GBytes *
quoted(const char *text)
{
    gsize len = strlen(text);

    return g_bytes_new_take(g_strdelimit(g_strdup(text), "'", '"'), len);
}

static QevmVmdesc *
parse(const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = quoted(text);

    return qevm_vmdesc_parse(bytes, BASE, error);
}

static void
assert_same(GBytes *a, GBytes *b)
{
    g_autofree char *text_a =
        g_strndup(g_bytes_get_data(a, NULL), g_bytes_get_size(a));
    g_autofree char *text_b =
        g_strndup(g_bytes_get_data(b, NULL), g_bytes_get_size(b));

    g_assert_cmpstr(text_a, ==, text_b);
    g_assert_true(g_bytes_equal(a, b));
}

/* ---- what is read ---- */

static void
test_writer(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmVmdesc) v = parse(writer_text, &error);
    const QevmFieldDesc *field;
    const QevmVmsd *vmsd;

    g_assert_no_error(error);
    g_assert_cmpuint(v->dialect, ==, QEVM_DIALECT_JSON_WRITER);
    g_assert_cmpuint(v->page_size, ==, 4096);
    g_assert_cmpstr(v->configuration->name, ==, "configuration");
    g_assert_cmpuint(v->configuration->n_fields, ==, 1);
    g_assert_cmpuint(v->n_devices, ==, 3);

    g_assert_cmpstr(v->devices[0].name, ==, "timer");
    g_assert_cmpuint(v->devices[0].size, ==, 32);
    g_assert_cmpuint(v->devices[0].vmsd->version, ==, 2);
    field = v->devices[0].vmsd->fields[1];
    g_assert_cmpuint(field->count, ==, 3);
    g_assert_cmpuint(field->array_len, ==, 3);
    g_assert_cmpint(field->index, ==, -1);
    g_assert_nonnull(field->prim);

    g_assert_cmpstr(v->devices[1].name, ==, "\xc3\xa9/\"q\"");
    g_assert_cmpuint(v->devices[1].instance_id, ==, G_MAXUINT32);
    g_assert_false(v->devices[1].signed_id);
    g_assert_false(v->devices[1].legacy);
    g_assert_cmpuint(v->devices[1].size, ==, 11 + 5 + 1 + 4 + 6 + 6 + 7);
    vmsd = v->devices[1].vmsd;
    g_assert_cmpuint(vmsd->n_fields, ==, 5);
    g_assert_cmpuint(vmsd->n_subsections, ==, 1);
    g_assert_true(vmsd->has_subsections);
    g_assert_cmpuint(vmsd->subsections[0]->version, ==, 3);
    g_assert_cmpuint(vmsd->fields[0]->shape, ==, QEVM_SHAPE_STRUCT);
    g_assert_false(vmsd->fields[0]->inline_vmsd);
    g_assert_cmpint(vmsd->fields[0]->index, ==, 0);
    g_assert_cmpstr(vmsd->fields[0]->vmsds[0]->subsections[0]->name, ==, "in/");
    g_assert_cmpuint(vmsd->fields[1]->shape, ==, QEVM_SHAPE_LIST);
    g_assert_true(vmsd->fields[1]->inline_vmsd);
    g_assert_cmpuint(vmsd->fields[1]->n_vmsds, ==, 2);
    g_assert_cmpuint(vmsd->fields[1]->vmsds[0]->n_fields, ==, 1);
    g_assert_cmpuint(vmsd->fields[1]->vmsds[1]->n_fields, ==, 0);
    g_assert_cmpuint(vmsd->fields[2]->shape, ==, QEVM_SHAPE_LIST);
    g_assert_cmpuint(vmsd->fields[2]->n_vmsds, ==, 0);
    g_assert_cmpuint(vmsd->fields[3]->shape, ==, QEVM_SHAPE_STRUCT);
    g_assert_true(vmsd->fields[3]->inline_vmsd);
    /* Two bytes more than the vmsd: nobody knows where they are. */
    g_assert_cmpuint(vmsd->fields[4]->shape, ==, QEVM_SHAPE_LEAF);
    g_assert_cmpuint(vmsd->fields[4]->n_vmsds, ==, 1);

    g_assert_true(v->devices[2].legacy);
    g_assert_cmpuint(v->devices[2].size, ==, 12);
    g_assert_null(v->devices[2].vmsd->name);
    g_assert_cmpstr(v->devices[2].vmsd->fields[0]->name, ==, "data");
}

static void
test_qjson(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmVmdesc) v = parse(qjson_text, &error);
    const QevmFieldDesc *css;

    g_assert_no_error(error);
    g_assert_cmpuint(v->dialect, ==, QEVM_DIALECT_QJSON);
    g_assert_null(v->configuration);
    g_assert_cmpuint(v->n_devices, ==, 2);
    g_assert_cmpuint(v->devices[0].instance_id, ==, 0x80000000);
    g_assert_true(v->devices[0].signed_id);
    g_assert_cmpstr(v->devices[0].vmsd->subsections[0]->name, ==, "s\\");
    css = v->devices[0].vmsd->fields[0];
    g_assert_cmpuint(css->shape, ==, QEVM_SHAPE_STRUCT);
    g_assert_cmpuint(css->count, ==, 256);
    g_assert_null(css->vmsds[0]->name);
    g_assert_cmpuint(css->vmsds[0]->n_fields, ==, 0);
}

static void
check_extents(const QevmVmdesc *v, const QevmVmsd *vmsd)
{
    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmFieldDesc *field = vmsd->fields[i];
        QevmJsonOut *anew = qevm_json_out_new(v->dialect);
        QevmJsonOut *old = qevm_json_out_new(v->dialect);
        g_autoptr(GBytes) anew_text = NULL;
        g_autoptr(GBytes) old_text = NULL;

        qevm_json_out_field(anew, field);
        qevm_json_out_extent(old, NULL, v->text, field->text);
        anew_text = qevm_json_out_finish(anew);
        old_text = qevm_json_out_finish(old);
        if (vmsd->name) {
            assert_same(anew_text, old_text);
        }
        for (guint k = 0; k < field->n_vmsds; k++) {
            g_assert_true(!field->inline_vmsd ||
                          memcmp(&field->vmsds[k]->text, &field->text,
                                 sizeof(QevmExtent)) == 0);
            check_extents(v, field->vmsds[k]);
        }
    }
    for (guint i = 0; i < vmsd->n_subsections; i++) {
        check_extents(v, vmsd->subsections[i]);
    }
}

/* Every extent is the text of its object, and all objects rendered anew are
 * the text. */
static void
test_render(gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmVmdesc) v = parse(data, &error);
    g_autoptr(GBytes) anew = NULL;

    g_assert_no_error(error);
    anew = qevm_vmdesc_render(v);
    assert_same(anew, v->text);
    for (guint i = 0; i < v->n_devices; i++) {
        QevmJsonOut *out = qevm_json_out_new(v->dialect);
        g_autoptr(GBytes) device = NULL;
        g_autoptr(GBytes) old = g_bytes_new_from_bytes(
            v->text, v->devices[i].text.start, v->devices[i].text.len);

        qevm_json_out_device(out, &v->devices[i]);
        device = qevm_json_out_finish(out);
        assert_same(device, old);
        check_extents(v, v->devices[i].vmsd);
    }
}

/* A field with one piece changed, and the rest as it was. */
static void
test_pieces(void)
{
    g_autoptr(QevmVmdesc) v = parse(writer_text, NULL);
    const QevmFieldDesc *field = v->devices[1].vmsd->fields[0];
    const QevmVmsd *in = field->vmsds[0];
    QevmJsonOut *out = qevm_json_out_new(v->dialect);
    g_autoptr(GBytes) text = NULL;
    g_autoptr(GBytes) want =
        quoted("{'name': 's', 'index': 0, 'type': 'struct', 'struct': "
               "{'vmsd_name': 'in', 'version': 1, 'fields': "
               "[{'name': 'x', 'type': 'uint8', 'size': 1}, "
               "{'name': 'new', 'array_len': 2, 'type': 'bool', 'size': 1}]}, "
               "'size': 3}");
    const QevmFieldDesc fresh = {
        .name = "new", .type = "bool", .array_len = 2, .index = -1, .size = 1
    };

    qevm_json_out_field_begin(out, field);
    qevm_json_out_begin_object(out, "struct");
    qevm_json_out_vmsd_head(out, in);
    qevm_json_out_extent(out, NULL, v->text, in->fields[0]->text);
    qevm_json_out_field(out, &fresh);
    qevm_json_out_end_array(out);
    qevm_json_out_end_object(out);
    qevm_json_out_field_end(out, 3);
    text = qevm_json_out_finish(out);
    assert_same(text, want);
}

/* ---- one field, device or string at a time ---- */

#define DEVICE(fields)                                                         \
    "{'devices': [{'name': 'd', 'instance_id': 0, 'vmsd_name': 'v', "          \
    "'version': 1, 'fields': [" fields "]}]}"
#define RUN(len, type)                                                         \
    "{'name': 'p', 'array_len': " len ", 'type': '" type "', 'size': 1}"
#define ONE(type) "{'name': 'p', 'type': '" type "', 'size': 1}"
#define OTHER "{'name': 'q', 'type': 'nullptr', 'size': 1}"

static const struct run_case {
    const char *path, *text;
    guint64 counts[8]; /* up to a 0 */
} run_cases[] = {
    { "/vmdesc/runs/plain", DEVICE(RUN("8", "uint8")), { 8 } },
    { "/vmdesc/runs/first-claims-all",
      DEVICE(RUN("256", "struct") "," RUN("253", "nullptr") "," ONE(
          "struct") "," ONE("nullptr")),
      { 1, 253, 1, 1 } },
    { "/vmdesc/runs/first-claims-all-marker",
      DEVICE(RUN("256", "struct") "," RUN("5", "ptr-marker") "," ONE(
          "struct") "," RUN("246",
                            "ptr-marker") "," ONE("struct") "," ONE("ptr-"
                                                                    "marker")),
      { 2, 5, 1, 246, 1, 1 } },
    { "/vmdesc/runs/nulls-first",
      DEVICE(RUN("254", "nullptr") "," RUN("2", "struct")),
      { 254, 2 } },
    { "/vmdesc/runs/each-null-apart",
      DEVICE(ONE("struct") "," RUN("3", "nullptr") "," RUN(
          "6", "nullptr") "," RUN("5", "nullptr") "," ONE("struct")),
      { 1, 1, 1, 1, 1 } },
    { "/vmdesc/runs/falling-to-the-end",
      DEVICE(RUN("3", "nullptr") "," RUN("2", "nullptr") "," ONE("nullptr")),
      { 1, 1, 1 } },
    { "/vmdesc/runs/nothing-left",
      DEVICE(RUN("4", "struct") "," RUN("4", "nullptr")),
      { 4, 4 } },
    { "/vmdesc/runs/no-null-follows",
      DEVICE(RUN("4", "struct") "," RUN("2", "struct")),
      { 4, 2 } },
    { "/vmdesc/runs/other-name",
      DEVICE(RUN("4", "struct") "," OTHER),
      { 4, 1 } },
    { "/vmdesc/runs/two-arrays",
      DEVICE(RUN("4", "struct") "," RUN("3", "nullptr") "," OTHER "," RUN(
          "4", "struct") "," RUN("2", "nullptr")),
      { 1, 3, 1, 2, 2 } },
    { "/vmdesc/runs/element-markers",
      DEVICE(ONE("ptr-marker") "," ONE("struct") "," ONE("ptr-marker") "," ONE(
          "ptr-marker")),
      { 1, 1, 1, 1 } },
};

static void
test_runs(gconstpointer data)
{
    const struct run_case *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmVmdesc) v = parse(t->text, &error);
    const QevmVmsd *vmsd;
    guint64 sum = 0;

    g_assert_no_error(error);
    vmsd = v->devices[0].vmsd;
    for (guint i = 0; i < vmsd->n_fields; i++) {
        g_assert_cmpuint(vmsd->fields[i]->count, ==, t->counts[i]);
        sum += t->counts[i];
    }
    g_assert_cmpuint(t->counts[vmsd->n_fields], ==, 0);
    g_assert_cmpuint(v->devices[0].size, ==, sum);
}

static void
test_runs_keep_text(void)
{
    g_autoptr(QevmVmdesc) v = parse(run_cases[1].text, NULL);

    g_assert_cmpuint(v->devices[0].vmsd->fields[0]->array_len, ==, 256);
}

/* The name of a device, as it stands in the text. */
static const struct string_case {
    const char *path;
    gboolean raw;
    const char *text, *value;
} string_cases[] = {
    { "/vmdesc/string/escapes", FALSE, "\\\"\\\\\\/\\b\\f\\n\\r\\t",
      "\"\\/\b\f\n\r\t" },
    { "/vmdesc/string/hex", FALSE, "\\u0041\\u00e9\\u20AC",
      "A\xc3\xa9\xe2\x82\xac" },
    { "/vmdesc/string/pair", FALSE, "\\uD83D\\uDE00", "\xf0\x9f\x98\x80" },
    { "/vmdesc/string/nul", FALSE, "a\\u0000b",
      "a\xc0\x80"
      "b" },
    { "/vmdesc/string/bytes", FALSE, "\xc3\xa9\xff", "\xc3\xa9\xff" },
    { "/vmdesc/string/raw-backslash", TRUE, "a\\nb\\", "a\\nb\\" },
    { "/vmdesc/string/raw-quote", TRUE, "a\"b", "a\"b" },
    { "/vmdesc/string/raw-quotes", TRUE, "\"a\" \"\"", "\"a\" \"\"" },
    { "/vmdesc/string/raw-comma", TRUE, "a\",b", "a\",b" },
    { "/vmdesc/string/raw-colon", TRUE, "a\" : b", "a\" : b" },
    { "/vmdesc/string/raw-control", TRUE, "a\n\x01", "a\n\x01" },
    /* What cannot be told apart ends at the first quote that fits. */
    { "/vmdesc/string/raw-lost", TRUE, "a\" , \"b\" : \"c", "a" },
};

static void
test_string(gconstpointer data)
{
    const struct string_case *t = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdup_printf(
        t->raw ? "{ \"devices\" : [ { \"name\" : \"%s\", \"instance_id\" : 0, "
                 "\"size\" : 0, \"fields\" : [  ] } ] }"
               : "{\"devices\": [{\"name\": \"%s\", \"instance_id\": 0, "
                 "\"size\": 0, \"fields\": []}]}",
        t->text);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(QevmVmdesc) v = qevm_vmdesc_parse(bytes, BASE, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(v->devices[0].name, ==, t->value);
}

/* Not as QEMU lays it out, and keys that nobody knows. */
static void
test_unknown(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmVmdesc) v = parse(
        "{'new': [1, -2.5e+3, true, false, null, 'x', {'a': {}, 'a': []}],\n"
        "\t'devices':\r\n[ { 'name': 'd', 'also': {'fields': 1}, "
        "'instance_id': 7,'vmsd_name':'v','version':1,'fields':[ {'size':2 ,"
        "'type':'int16','name':'f', 'instance_id': 'x', 'new': null}]}] } ",
        &error);

    g_assert_no_error(error);
    g_assert_cmpuint(v->n_devices, ==, 1);
    g_assert_cmpuint(v->devices[0].instance_id, ==, 7);
    g_assert_cmpuint(v->devices[0].size, ==, 2);
    g_assert_cmpuint(v->page_size, ==, 0);
}

/* ---- what is refused ---- */

#define FIELD(members) DEVICE("{'name': 'f', " members "}")

static const struct bad_case {
    const char *path, *text;
    QevmError code;
    const char *message;
} bad_cases[] = {
    { "/vmdesc/bad/root/empty", "", QEVM_ERROR_MALFORMED,
      "at 0x1000: vmdesc: wanted an object, found the end" },
    { "/vmdesc/bad/root/array", "[]", QEVM_ERROR_MALFORMED,
      "at 0x1000: vmdesc: wanted an object, found an array" },
    { "/vmdesc/bad/root/no-devices", "{}", QEVM_ERROR_MALFORMED,
      "at 0x1000: vmdesc: wanted the key \"devices\", found none" },
    { "/vmdesc/bad/root/garbage", DEVICE("") "x", QEVM_ERROR_MALFORMED,
      "at 0x105c: vmdesc: wanted nothing more, found 'x'" },
    { "/vmdesc/bad/root/twice", "{'devices': [], 'devices': []}",
      QEVM_ERROR_MALFORMED,
      "at 0x101a: vmdesc devices: wanted the key once, found it twice" },
    { "/vmdesc/bad/root/comma", "{'page_size': 1 'devices': []}",
      QEVM_ERROR_MALFORMED,
      "at 0x1010: vmdesc page_size: wanted a comma or the end of the object, "
      "found a string" },
    { "/vmdesc/bad/root/trailing-comma", "{'devices': [],}",
      QEVM_ERROR_MALFORMED,
      "at 0x100f: vmdesc devices: wanted a key, found '}'" },
    { "/vmdesc/bad/root/colon", "{'devices' []}", QEVM_ERROR_MALFORMED,
      "at 0x100b: vmdesc devices: wanted a colon, found an array" },
    { "/vmdesc/bad/root/key", "{devices: []}", QEVM_ERROR_MALFORMED,
      "at 0x1001: vmdesc: wanted a key, found 'd'" },
    { "/vmdesc/bad/root/page-size", "{'page_size': 4294967296, 'devices': []}",
      QEVM_ERROR_LIMIT,
      "at 0x100e: vmdesc page_size: wanted at most 4294967295, found "
      "4294967296" },
    { "/vmdesc/bad/root/configuration", "{'configuration': {}, 'devices': []}",
      QEVM_ERROR_MALFORMED,
      "at 0x1012: vmdesc configuration: wanted the key \"vmsd_name\", found "
      "none" },
    { "/vmdesc/bad/devices/object", "{'devices': {}}", QEVM_ERROR_MALFORMED,
      "at 0x100c: vmdesc devices: wanted an array, found an object" },
    { "/vmdesc/bad/devices/number", "{'devices': [7]}", QEVM_ERROR_MALFORMED,
      "at 0x100d: vmdesc devices[0]: wanted an object, found a number" },
    { "/vmdesc/bad/device/no-name",
      "{'devices': [{'instance_id': 0, 'size': 1, 'fields': []}]}",
      QEVM_ERROR_MALFORMED,
      "at 0x100d: vmdesc devices[0]: wanted the key \"name\", found none" },
    { "/vmdesc/bad/device/no-id",
      "{'devices': [{'name': 'd', 'size': 1, 'fields': []}]}",
      QEVM_ERROR_MALFORMED,
      "at 0x100d: vmdesc devices[0]: wanted the key \"instance_id\", found "
      "none" },
    { "/vmdesc/bad/device/no-vmsd",
      "{'devices': [{'name': 'd', 'instance_id': 0}]}", QEVM_ERROR_MALFORMED,
      "at 0x100d: vmdesc devices[0]: wanted the key \"vmsd_name\", found "
      "none" },
    { "/vmdesc/bad/device/legacy-no-fields",
      "{'devices': [{'name': 'd', 'instance_id': 0, 'size': 1}]}",
      QEVM_ERROR_MALFORMED,
      "at 0x100d: vmdesc devices[0]: wanted the key \"fields\", found none" },
    { "/vmdesc/bad/device/id-large",
      "{'devices': [{'name': 'd', 'instance_id': 4294967296}]}",
      QEVM_ERROR_LIMIT,
      "at 0x102a: vmdesc devices[0].instance_id: wanted at most 4294967295, "
      "found 4294967296" },
    { "/vmdesc/bad/device/id-small",
      "{'devices': [{'name': 'd', 'instance_id': -2147483649}]}",
      QEVM_ERROR_LIMIT,
      "at 0x102b: vmdesc devices[0].instance_id: wanted at most 2147483648, "
      "found 2147483649" },
    { "/vmdesc/bad/device/id-minus",
      "{'devices': [{'name': 'd', 'instance_id': -}]}", QEVM_ERROR_MALFORMED,
      "at 0x102b: vmdesc devices[0].instance_id: wanted a number, found '}'" },
    { "/vmdesc/bad/device/size-negative",
      "{'devices': [{'name': 'd', 'instance_id': 0, 'size': -1}]}",
      QEVM_ERROR_MALFORMED,
      "at 0x1035: vmdesc devices[0].size: wanted a number, found a negative "
      "number" },
    { "/vmdesc/bad/device/second",
      "{'devices': [{'name': 'd', 'instance_id': 0, 'size': 1, 'fields': []}, "
      "{'name': 1}]}",
      QEVM_ERROR_MALFORMED,
      "at 0x1050: vmdesc devices[1].name: wanted a string, found a number" },
    { "/vmdesc/bad/vmsd/no-version",
      "{'devices': [{'name': 'd', 'instance_id': 0, 'vmsd_name': 'v', "
      "'fields': []}]}",
      QEVM_ERROR_MALFORMED,
      "at 0x100d: vmdesc devices[0]: wanted the key \"version\", found none" },
    { "/vmdesc/bad/vmsd/version-large",
      "{'devices': [{'version': 4294967296}]}", QEVM_ERROR_LIMIT,
      "at 0x1019: vmdesc devices[0].version: wanted at most 4294967295, found "
      "4294967296" },
    { "/vmdesc/bad/vmsd/subsection",
      "{'devices': [{'subsections': [{'vmsd_name': 'v', 'version': 1}]}]}",
      QEVM_ERROR_MALFORMED,
      "at 0x101e: vmdesc devices[0].subsections[0]: wanted the key \"fields\", "
      "found none" },
    { "/vmdesc/bad/vmsd/subsection-empty",
      "{'devices': [{'subsections': [{}]}]}", QEVM_ERROR_MALFORMED,
      "at 0x101e: vmdesc devices[0].subsections[0]: wanted the key "
      "\"vmsd_name\", found none" },
    { "/vmdesc/bad/field/empty", DEVICE("{}"), QEVM_ERROR_MALFORMED,
      "at 0x1058: vmdesc devices[0].fields[0]: wanted the key \"name\", found "
      "none" },
    { "/vmdesc/bad/field/no-type", FIELD("'size': 1"), QEVM_ERROR_MALFORMED,
      "at 0x1058: vmdesc devices[0].fields[0]: wanted the key \"type\", found "
      "none" },
    { "/vmdesc/bad/field/no-size", FIELD("'type': 'uint8'"),
      QEVM_ERROR_MALFORMED,
      "at 0x1058: vmdesc devices[0].fields[0]: wanted the key \"size\", found "
      "none" },
    { "/vmdesc/bad/field/name-twice", FIELD("'name': 'f'"),
      QEVM_ERROR_MALFORMED,
      "at 0x106d: vmdesc devices[0].fields[0].name: wanted the key once, found "
      "it twice" },
    { "/vmdesc/bad/field/size-string", FIELD("'size': '1'"),
      QEVM_ERROR_MALFORMED,
      "at 0x106e: vmdesc devices[0].fields[0].size: wanted a number, found a "
      "string" },
    { "/vmdesc/bad/field/size-negative", FIELD("'size': -1"),
      QEVM_ERROR_MALFORMED,
      "at 0x106e: vmdesc devices[0].fields[0].size: wanted a number, found a "
      "negative number" },
    { "/vmdesc/bad/field/size-fraction", FIELD("'size': 1.5"),
      QEVM_ERROR_MALFORMED,
      "at 0x106f: vmdesc devices[0].fields[0].size: wanted a comma or the end "
      "of the object, found '.'" },
    { "/vmdesc/bad/field/size-large", FIELD("'size': 1099511627777"),
      QEVM_ERROR_LIMIT,
      "at 0x106e: vmdesc devices[0].fields[0].size: wanted at most "
      "1099511627776, found 1099511627777" },
    { "/vmdesc/bad/field/size-wraps", FIELD("'size': 18446744073709551617"),
      QEVM_ERROR_LIMIT,
      "at 0x106e: vmdesc devices[0].fields[0].size: wanted at most "
      "1099511627776, found more than 64 bits" },
    { "/vmdesc/bad/field/type-number", FIELD("'type': 8"), QEVM_ERROR_MALFORMED,
      "at 0x106e: vmdesc devices[0].fields[0].type: wanted a string, found a "
      "number" },
    { "/vmdesc/bad/field/array-len-large", FIELD("'array_len': 16777217"),
      QEVM_ERROR_LIMIT,
      "at 0x1073: vmdesc devices[0].fields[0].array_len: wanted at most "
      "16777216, found 16777217" },
    { "/vmdesc/bad/field/array-len-zero", FIELD("'array_len': 0"),
      QEVM_ERROR_MALFORMED,
      "at 0x1074: vmdesc devices[0].fields[0].array_len: wanted at least 1, "
      "found 0" },
    { "/vmdesc/bad/field/index-large", FIELD("'index': 2147483648"),
      QEVM_ERROR_LIMIT,
      "at 0x106f: vmdesc devices[0].fields[0].index: wanted at most "
      "2147483647, found 2147483648" },
    { "/vmdesc/bad/field/bytes",
      FIELD("'type': 'buffer', 'size': 1099511627776, 'array_len': 2"),
      QEVM_ERROR_LIMIT,
      "at 0x1058: vmdesc devices[0].fields[0]: 2 elements of 1099511627776 "
      "bytes are more than 1099511627776 bytes" },
    { "/vmdesc/bad/field/bytes-wrap",
      FIELD("'type': 'buffer', 'size': 1099511627776, 'array_len': 16777216"),
      QEVM_ERROR_LIMIT,
      "at 0x1058: vmdesc devices[0].fields[0]: 16777216 elements of "
      "1099511627776 bytes are more than 1099511627776 bytes" },
    { "/vmdesc/bad/field/struct-array", FIELD("'struct': []"),
      QEVM_ERROR_MALFORMED,
      "at 0x1070: vmdesc devices[0].fields[0].struct: wanted an object, found "
      "an array" },
    { "/vmdesc/bad/field/struct-no-name",
      FIELD("'struct': {'version': 1, 'fields': []}"), QEVM_ERROR_MALFORMED,
      "at 0x1070: vmdesc devices[0].fields[0].struct: wanted the key "
      "\"vmsd_name\", found none" },
    { "/vmdesc/bad/field/struct-unknown", FIELD("'struct': {'new': 1}"),
      QEVM_ERROR_MALFORMED,
      "at 0x1070: vmdesc devices[0].fields[0].struct: wanted the key "
      "\"vmsd_name\", found none" },
    { "/vmdesc/bad/field/struct-deep", FIELD("'struct': {'fields': [{}]}"),
      QEVM_ERROR_MALFORMED,
      "at 0x107c: vmdesc devices[0].fields[0].struct.fields[0]: wanted the key "
      "\"name\", found none" },
    { "/vmdesc/bad/field/struct-and-inline",
      FIELD("'type': 'tmp', 'size': 0, 'struct': {}, 'vmsd_name': 'v', "
            "'version': 1, 'fields': []"),
      QEVM_ERROR_MALFORMED,
      "at 0x1058: vmdesc devices[0].fields[0]: \"struct\" and \"vmsd_name\" in "
      "one field" },
    { "/vmdesc/bad/field/inline-version-first", FIELD("'version': 1"),
      QEVM_ERROR_MALFORMED,
      "at 0x1070: vmdesc devices[0].fields[0].version: wanted \"vmsd_name\" "
      "before it" },
    { "/vmdesc/bad/field/inline-version-twice",
      FIELD("'vmsd_name': 'v', 'version': 1, 'version': 1"),
      QEVM_ERROR_MALFORMED,
      "at 0x1090: vmdesc devices[0].fields[0].version: wanted the key once, "
      "found it twice" },
    { "/vmdesc/bad/field/inline-half",
      FIELD("'vmsd_name': 'v', 'version': 1, 'vmsd_name': 'v'"),
      QEVM_ERROR_MALFORMED,
      "at 0x1058: vmdesc devices[0].fields[0].vmsd_name: wanted the key "
      "\"fields\", found none" },
    { "/vmdesc/bad/field/inline-last-half",
      FIELD("'type': 'qlist', 'size': 0, 'vmsd_name': 'v', 'version': 1, "
            "'fields': [], 'vmsd_name': 'v', 'fields': []"),
      QEVM_ERROR_MALFORMED,
      "at 0x1058: vmdesc devices[0].fields[0]: wanted the key \"version\", "
      "found none" },
    { "/vmdesc/bad/field/third",
      DEVICE(ONE("uint8") ", " ONE("uint8") ", {'size': 'x'}"),
      QEVM_ERROR_MALFORMED,
      "at 0x10b7: vmdesc devices[0].fields[2].size: wanted a number, found a "
      "string" },
    { "/vmdesc/bad/string/control", FIELD("'type': 'a\nb'"),
      QEVM_ERROR_MALFORMED,
      "at 0x1070: vmdesc devices[0].fields[0].type: wanted the rest of a "
      "string, found byte 0x0a" },
    { "/vmdesc/bad/string/escape", FIELD("'type': 'a\\x'"),
      QEVM_ERROR_MALFORMED,
      "at 0x1071: vmdesc devices[0].fields[0].type: wanted an escape, found "
      "'x'" },
    { "/vmdesc/bad/string/hex", FIELD("'type': '\\u12g4'"),
      QEVM_ERROR_MALFORMED,
      "at 0x1073: vmdesc devices[0].fields[0].type: wanted four hex digits "
      "after \\u, found 'g'" },
    { "/vmdesc/bad/string/high-surrogate", FIELD("'type': '\\uD800x'"),
      QEVM_ERROR_MALFORMED,
      "at 0x106f: vmdesc devices[0].fields[0].type: wanted a surrogate pair, "
      "found half of one" },
    { "/vmdesc/bad/string/two-high-surrogates",
      FIELD("'type': '\\uD800\\uD800'"), QEVM_ERROR_MALFORMED,
      "at 0x106f: vmdesc devices[0].fields[0].type: wanted a surrogate pair, "
      "found half of one" },
    { "/vmdesc/bad/string/low-surrogate", FIELD("'type': '\\uDC00'"),
      QEVM_ERROR_MALFORMED,
      "at 0x106f: vmdesc devices[0].fields[0].type: wanted a surrogate pair, "
      "found half of one" },
    { "/vmdesc/bad/string/cut-surrogate", FIELD("'type': '\\uD800\\u1'"),
      QEVM_ERROR_MALFORMED,
      "at 0x1078: vmdesc devices[0].fields[0].type: wanted four hex digits "
      "after \\u, found a string" },
    { "/vmdesc/bad/skip/word", "{'new': tru}", QEVM_ERROR_MALFORMED,
      "at 0x1008: vmdesc ?: wanted a value, found 't'" },
    { "/vmdesc/bad/skip/deep", "{'new': [{'a': ?}]}", QEVM_ERROR_MALFORMED,
      "at 0x100f: vmdesc ?[0].?: wanted a value, found '?'" },
    { "/vmdesc/bad/skip/nothing", "{'new': }", QEVM_ERROR_MALFORMED,
      "at 0x1008: vmdesc ?: wanted a value, found '}'" },
};

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmVmdesc) v = parse(t->text, &error);

    g_assert_null(v);
    g_assert_error(error, QEVM_ERROR, (int)t->code);
    g_assert_cmpstr(error->message, ==, t->message);
}

/* `begin`, `open` n times, `middle`, `close` n times, `end`. */
static const struct nest_case {
    const char *path, *begin, *open, *middle, *close, *end;
    guint most;
} nest_cases[] = {
    { "/vmdesc/nesting/struct", "{'devices': [{'name': 'd', 'instance_id': 0, ",
      "'vmsd_name': 'v', 'version': 1, 'fields': [{'name': 's', "
      "'type': 'struct', 'size': 0, 'struct': {",
      "'vmsd_name': 'v', 'version': 1, 'fields': []", "}}]", "}]}", 63 },
    { "/vmdesc/nesting/inline", "{'devices': [{'name': 'd', 'instance_id': 0, ",
      "'vmsd_name': 'v', 'version': 1, 'fields': [{'name': 's', "
      "'type': 'tmp', 'size': 0, ",
      "'vmsd_name': 'v', 'version': 1, 'fields': []", "}]", "}]}", 63 },
    { "/vmdesc/nesting/subsections",
      "{'devices': [{'name': 'd', 'instance_id': 0, ",
      "'vmsd_name': 'v', 'version': 1, 'fields': [], 'subsections': [{",
      "'vmsd_name': 'v', 'version': 1, 'fields': []", "}]", "}]}", 63 },
    { "/vmdesc/nesting/unknown-objects", "{'devices': [], 'x': 1",
      ", 'u': {'x': 1", "", "}", "}", 64 },
    { "/vmdesc/nesting/unknown-arrays", "{'devices': [], 'x': ", "[", "1", "]",
      "}", 64 },
};

static void
test_nesting(gconstpointer data)
{
    const struct nest_case *t = data;

    for (guint n = 0; n < 80; n++) {
        g_autoptr(GString) text = g_string_new(t->begin);
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmVmdesc) v = NULL;

        for (guint i = 0; i < n; i++) {
            g_string_append(text, t->open);
        }
        g_string_append(text, t->middle);
        for (guint i = 0; i < n; i++) {
            g_string_append(text, t->close);
        }
        g_string_append(text, t->end);
        v = parse(text->str, &error);
        if (n <= t->most) {
            g_assert_no_error(error);
            g_assert_nonnull(v);
        } else {
            g_assert_null(v);
            g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
            g_assert_true(
                g_str_has_suffix(error->message, ": nested more than 64 deep"));
        }
    }
}

static void
test_too_long(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) text = g_bytes_new_take(
        g_strnfill(QEVM_VMDESC_MAX + 1, '{'), QEVM_VMDESC_MAX + 1);
    g_autoptr(QevmVmdesc) v = qevm_vmdesc_parse(text, BASE, &error);

    g_assert_null(v);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT);
    g_assert_cmpstr(error->message, ==,
                    "at 0x1000: vmdesc: wanted at most 16777216 bytes, "
                    "found 16777217");
}

/* Every shorter text is an error. */
static void
test_cut(gconstpointer data)
{
    g_autoptr(GBytes) text = quoted(data);

    for (gsize len = 0; len < g_bytes_get_size(text); len++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) cut = g_bytes_new(g_bytes_get_data(text, NULL), len);
        g_autoptr(QevmVmdesc) v = qevm_vmdesc_parse(cut, BASE, &error);

        g_assert_null(v);
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
    }
}

/* Every byte by others: an error, or a text that renders and reads again. */
static void
test_flip(gconstpointer data)
{
    static const char others[] = "\0\"\\{}[],:0-9atu \n\xff";
    g_autoptr(GBytes) text = quoted(data);
    gsize len;
    const guint8 *bytes = g_bytes_get_data(text, &len);

    for (gsize i = 0; i < len * sizeof(others); i++) {
        g_autoptr(GError) error = NULL;
        guint8 *copy = g_memdup2(bytes, len);
        g_autoptr(GBytes) flipped = g_bytes_new_take(copy, len);
        g_autoptr(QevmVmdesc) v = NULL;

        copy[i / sizeof(others)] = (guint8)others[i % sizeof(others)];
        v = qevm_vmdesc_parse(flipped, BASE, &error);
        g_assert_true(!v == !!error);
        if (v && v->dialect == QEVM_DIALECT_JSON_WRITER) {
            g_autoptr(GBytes) once = qevm_vmdesc_render(v);
            g_autoptr(QevmVmdesc) again = qevm_vmdesc_parse(once, BASE, &error);
            g_autoptr(GBytes) twice = NULL;

            g_assert_no_error(error);
            twice = qevm_vmdesc_render(again);
            assert_same(once, twice);
        }
    }
}

static const struct plausible_case {
    const char *text;
    gboolean plausible;
} plausible_cases[] = {
    { "{'page_size': 4096, 'devices': []}", TRUE },
    { "{'configuration': {}}", TRUE },
    { "{ 'page_size' : 4096, 'devices' : [  ] }", TRUE },
    { "{ 'devices' : [  ] }", TRUE },
    { "{'devices': []} ", FALSE },
    { "{'page_size'}", FALSE },
    { "{'page_sizes': 1}", FALSE },
    { "{}", FALSE },
    { "{", FALSE },
    { "}", FALSE },
    { "", FALSE },
};

static void
test_plausible(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(plausible_cases); i++) {
        g_autoptr(GBytes) text = quoted(plausible_cases[i].text);

        g_assert_cmpint(qevm_vmdesc_plausible(g_bytes_get_data(text, NULL),
                                              g_bytes_get_size(text)),
                        ==, plausible_cases[i].plausible);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vmdesc/read/writer", test_writer);
    g_test_add_func("/vmdesc/read/qjson", test_qjson);
    g_test_add_func("/vmdesc/read/unknown", test_unknown);
    g_test_add_data_func("/vmdesc/render/writer", writer_text, test_render);
    g_test_add_data_func("/vmdesc/render/qjson", qjson_text, test_render);
    g_test_add_func("/vmdesc/render/pieces", test_pieces);
    g_test_add_func("/vmdesc/runs/keep-text", test_runs_keep_text);
    for (guint i = 0; i < G_N_ELEMENTS(run_cases); i++) {
        g_test_add_data_func(run_cases[i].path, &run_cases[i], test_runs);
    }
    for (guint i = 0; i < G_N_ELEMENTS(string_cases); i++) {
        g_test_add_data_func(string_cases[i].path, &string_cases[i],
                             test_string);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_test_add_data_func(bad_cases[i].path, &bad_cases[i], test_bad);
    }
    for (guint i = 0; i < G_N_ELEMENTS(nest_cases); i++) {
        g_test_add_data_func(nest_cases[i].path, &nest_cases[i], test_nesting);
    }
    g_test_add_func("/vmdesc/limit/length", test_too_long);
    g_test_add_data_func("/vmdesc/cut/writer", writer_text, test_cut);
    g_test_add_data_func("/vmdesc/cut/qjson", qjson_text, test_cut);
    g_test_add_data_func("/vmdesc/flip/writer", writer_text, test_flip);
    g_test_add_data_func("/vmdesc/flip/qjson", qjson_text, test_flip);
    g_test_add_func("/vmdesc/plausible", test_plausible);
    return g_test_run();
}
