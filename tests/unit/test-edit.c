/* test-edit.c - rules applied to a small stream: what changes, what it costs,
 * and what is refused.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/emit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the stream ---- */

/* Of dev: a, arr[4], s {x, y}, q[2] {marker, v}, buf, flag, {dev/sub} index;
 * then a legacy section of three bytes, and two instances of twin. */
static const char vmdesc[] =
    "{\"configuration\": {\"vmsd_name\": \"configuration\", \"version\": 1, "
    "\"fields\": [{\"name\": \"len\", \"type\": \"uint32\", \"size\": 4}, "
    "{\"name\": \"name\", \"type\": \"buffer\", \"size\": 6}]}, "
    "\"page_size\": 4096, \"devices\": [{\"name\": \"0000:00:01.0/dev\", "
    "\"instance_id\": 0, \"vmsd_name\": \"dev\", \"version\": 3, \"fields\": "
    "[{\"name\": \"a\", \"type\": \"uint32\", \"size\": 4}, {\"name\": "
    "\"arr\", \"array_len\": 4, \"type\": \"uint16\", \"size\": 2}, "
    "{\"name\": \"s\", \"type\": \"struct\", \"struct\": {\"vmsd_name\": "
    "\"inner\", \"version\": 1, \"fields\": [{\"name\": \"x\", \"type\": "
    "\"uint8\", \"size\": 1}, {\"name\": \"y\", \"type\": \"uint8\", "
    "\"size\": 1}]}, \"size\": 2}, {\"name\": \"q\", \"array_len\": 2, "
    "\"type\": \"struct\", \"struct\": {\"vmsd_name\": \"q\", \"version\": "
    "1, \"fields\": [{\"name\": \"marker\", \"type\": \"uint8\", \"size\": "
    "1}, {\"name\": \"v\", \"type\": \"uint8\", \"size\": 1}]}, \"size\": "
    "2}, {\"name\": \"buf\", \"type\": \"buffer\", \"size\": 8}, {\"name\": "
    "\"flag\", \"type\": \"bool\", \"size\": 1}], \"subsections\": "
    "[{\"vmsd_name\": \"dev/sub\", \"version\": 1, \"fields\": [{\"name\": "
    "\"index\", \"type\": \"uint32\", \"size\": 4}]}]}, {\"name\": "
    "\"legacy\", \"instance_id\": 0, \"size\": 3, \"fields\": [{\"name\": "
    "\"data\", \"size\": 3, \"type\": \"buffer\"}]}, {\"name\": \"twin\", "
    "\"instance_id\": 0, \"vmsd_name\": \"twin\", \"version\": 1, "
    "\"fields\": [{\"name\": \"t\", \"type\": \"int16\", \"size\": 2}]}, "
    "{\"name\": \"twin\", \"instance_id\": 1, \"vmsd_name\": \"twin\", "
    "\"version\": 1, \"fields\": [{\"name\": \"t\", \"type\": \"int16\", "
    "\"size\": 2}]}]}";

#define A "00000001"
#define ARR "0000000100020003"
#define S "1122"
#define Q "02aa01bb"
#define BUF "6162630000000000" /* "abc" */
#define FLAG "01"
#define DEV A ARR S Q BUF FLAG
#define SUB "05076465762f73756200000001" /* 05, 7, "dev/sub", 1 */
#define INDEX "00000007"

static void
put_hex(GByteArray *out, const char *hex)
{
    for (; *hex; hex += 2) {
        qevm_be_append(out, 1,
                       (guint64)(g_ascii_xdigit_value(hex[0]) << 4 |
                                 g_ascii_xdigit_value(hex[1])));
    }
}

static void
put_name(GByteArray *out, const char *name)
{
    qevm_be_append(out, 1, strlen(name));
    g_byte_array_append(out, (const guint8 *)name, (guint)strlen(name));
}

static void
put_header(GByteArray *out, guint8 type, guint id, const char *idstr,
           guint instance, guint version)
{
    qevm_be_append(out, 1, type);
    qevm_be_append(out, 4, id);
    put_name(out, idstr);
    qevm_be_append(out, 4, instance);
    qevm_be_append(out, 4, version);
}

static void
put_full(GByteArray *out, guint id, const char *idstr, guint instance,
         guint version, const char *payload)
{
    put_header(out, QEMU_VM_SECTION_FULL, id, idstr, instance, version);
    put_hex(out, payload);
    qevm_be_append(out, 1, QEMU_VM_SECTION_FOOTER);
    qevm_be_append(out, 4, id);
}

#define EOS "0000000000000010"

static GBytes *
make_stream(void)
{
    GByteArray *out = g_byte_array_new();

    put_hex(out, "5145564d00000003");
    put_hex(out, "0700000006");
    g_byte_array_append(out, (const guint8 *)"pc-1.0", 6);
    put_hex(out, "0800010000");         /* OPEN_RETURN_PATH */
    put_hex(out, "080002000400000001"); /* PING 1 */
    put_header(out, QEMU_VM_SECTION_START, 2, "ram", 0, 4);
    put_hex(out, "0000000000002004");
    put_name(out, "pc.ram");
    put_hex(out, "0000000000001000");
    put_name(out, "vga.rom");
    put_hex(out, "0000000000001000" EOS "7e00000002");
    put_hex(out, "0200000002" EOS "7e00000002");
    put_hex(out, "080002000400000002"); /* PING 2 */
    put_hex(out, "08000b0000");         /* SWITCHOVER_START */
    put_hex(out, "0300000002" EOS "7e00000002");
    put_full(out, 4, "0000:00:01.0/dev", 0, 3, DEV SUB INDEX);
    put_full(out, 5, "legacy", 0, 1, "0a0b0c");
    put_full(out, 6, "twin", 0, 1, "ffff");
    put_full(out, 7, "twin", 1, 1, "0002");
    put_hex(out, "0006");
    qevm_be_append(out, 4, strlen(vmdesc));
    g_byte_array_append(out, (const guint8 *)vmdesc, (guint)strlen(vmdesc));
    return g_byte_array_free_to_bytes(out);
}

static QevmStream *
open_stream(void)
{
    g_autoptr(GBytes) bytes = make_stream();
    g_autoptr(GError) error = NULL;
    QevmStream *stream = qevm_stream_open(qevm_source_new_bytes(bytes, "t"),
                                          QEVM_OPEN_WALK, NULL, &error);

    g_assert_no_error(error);
    g_assert_no_error(stream->error);
    return stream;
}

static QevmRules *
rules_of(const char *list)
{
    g_autofree char *text =
        g_strdup_printf("{\"qevm-rules\": 1, \"rules\": [%s]}", list);
    g_autoptr(GError) error = NULL;
    QevmRules *rules = qevm_rules_parse(text, strlen(text), "r", &error);

    g_assert_no_error(error);
    return rules;
}

/* "path: before -> after [class] what", a line each. */
static char *
journal(const QevmEdit *edit)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < edit->changes->len; i++) {
        const QevmChange *c = g_ptr_array_index(edit->changes, i);

        g_string_append_printf(out, "%s%s: %s -> %s [%s]%s%s", i ? "\n" : "",
                               c->path, c->before ? c->before : "-",
                               c->after ? c->after : "-",
                               qevm_loss_name(c->loss), c->what ? " " : "",
                               c->what ? c->what : "");
    }
    return g_string_free(out, FALSE);
}

/* "idstr@instance vVERSION HEX" of the record whose name ends so; "" if it
 * is gone. */
static char *
section_text(QevmStream *stream, const char *suffix)
{
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(stream->records, i);
        g_autoptr(GByteArray) all = g_byte_array_new();
        GString *out;
        QevmTree *tree;

        if (!qevm_record_is_section(r) || r->dropped ||
            !g_str_has_suffix(qevm_record_name(r), suffix)) {
            continue;
        }
        tree = qevm_record_tree(stream, r, NULL);
        qevm_node_emit(&tree->root, all);
        g_assert_cmpuint(all->len, ==, qevm_node_wire_size(&tree->root));
        out = g_string_new(NULL);
        g_string_append_printf(out, "%s@%u v%u ", qevm_record_name(r),
                               r->instance_id, r->version_id);
        for (guint k = 0; k < all->len; k++) {
            g_string_append_printf(out, "%02x", all->data[k]);
        }
        return g_string_free(out, FALSE);
    }
    return g_strdup("");
}

/* What the edited stream reads back as, each section fully described. */
static QevmStream *
emitted(QevmEdit *edit)
{
    FILE *file = tmpfile();
    g_autoptr(GError) error = NULL;
    QevmSource *source;
    QevmStream *stream;

    g_assert_nonnull(file);
    g_assert_true(qevm_emit_fd(edit, fileno(file), FALSE, NULL, NULL, &error));
    g_assert_no_error(error);
    source = qevm_source_new_fd(dup(fileno(file)), "again", &error);
    g_assert_no_error(error);
    fclose(file);
    stream = qevm_stream_open(source, QEVM_OPEN_WALK, NULL, &error);
    g_assert_no_error(error);
    g_assert_no_error(stream->error);
    for (guint i = 0; i < stream->records->len; i++) {
        QevmTree *tree = qevm_record_tree(
            stream, g_ptr_array_index(stream->records, i), &error);

        g_assert_no_error(error);
        if (tree) {
            qevm_tree_descend_all(tree);
            g_assert_no_error(tree->error);
        }
    }
    return stream;
}

/* ---- rules that work ---- */

#define R(op, rest) "{\"op\": \"" op "\", " rest "}"
#define AT(path) "\"at\": \"" path "\""
#define D "0000:00:01.0/dev"
#define HEAD D "@0 v3 "
#define HEX(digits) "{\"hex\": \"" digits "\"}"
#define EXPR(text) "{\"expr\": \"" text "\"}"

static const struct good_case {
    const char *name, *rules, *journal, *section, *text;
} good_cases[] = {
    { "set/int", R("set", AT(D "//a") ", \"value\": 2"),
      D "//a: 1 -> 2 [stated]", "dev",
      HEAD "00000002" ARR S Q BUF FLAG SUB INDEX },
    { "set/string-number", R("set", AT(D "//a") ", \"value\": \"0xffffffff\""),
      D "//a: 1 -> 4294967295 [stated]", "dev",
      HEAD "ffffffff" ARR S Q BUF FLAG SUB INDEX },
    { "set/equal", R("set", AT(D "//a") ", \"value\": 1"), "", "dev",
      HEAD DEV SUB INDEX },
    { "set/expr",
      R("set", AT(D "//s/y") ", \"value\": " EXPR(". + $\\\"x\\\"")),
      D "//s/y: 34 -> 51 [stated]", "dev",
      HEAD A ARR "1133" Q BUF FLAG SUB INDEX },
    { "set/bool", R("set", AT(D "//flag") ", \"value\": false"),
      D "//flag: true -> false [stated]", "dev",
      HEAD A ARR S Q BUF "00" SUB INDEX },
    { "set/text", R("set", AT(D "//buf") ", \"value\": \"defg\""),
      D "//buf: \"abc\" -> \"defg\" [stated]", "dev",
      HEAD A ARR S Q "6465666700000000" FLAG SUB INDEX },
    { "set/element", R("set", AT(D "//arr[2]") ", \"value\": 9"),
      D "//arr[2]: 2 -> 9 [stated]", "dev",
      HEAD A "0000000100090003" S Q BUF FLAG SUB INDEX },
    { "set/elements", R("set", AT(D "//arr[*]") ", \"value\": 1"),
      D "//arr[0]: 0 -> 1 [stated]\n" D "//arr[2]: 2 -> 1 [stated]\n" D
        "//arr[3]: 3 -> 1 [stated]",
      "dev", HEAD A "0001000100010001" S Q BUF FLAG SUB INDEX },
    { "set/array",
      R("set", AT(D "//arr") ", \"value\": " HEX("0004000300020001")),
      D "//arr: hex:0000000100020003 -> hex:0004000300020001 [stated]", "dev",
      HEAD A "0004000300020001" S Q BUF FLAG SUB INDEX },
    { "set/when",
      R("set", AT(D "//q[*]/marker") ", \"value\": 1, \"when\": \". == 2\""),
      D "//q[0]/marker: 2 -> 1 [stated]", "dev",
      HEAD A ARR S "01aa01bb" BUF FLAG SUB INDEX },
    { "set/when-sibling",
      R("set", AT(D "//q[*]/v") ", \"value\": 0, \"when\": "
                                "\"$\\\"marker\\\" == 1 && version == 3\""),
      D "//q[1]/v: 187 -> 0 [stated]", "dev",
      HEAD A ARR S "02aa0100" BUF FLAG SUB INDEX },
    { "set/when-measures",
      R("set",
        AT(D "//{dev/sub}/index") ", \"value\": 8, \"when\": \"version == 1 "
                                  "&& size(.) == 4 && count($\\\"//arr\\\") "
                                  "== 4 && size($\\\"//arr\\\") == 8 && "
                                  "exists($\\\"//s/x\\\") && "
                                  "!exists($\\\"none\\\")\""),
      D "//{dev/sub}/index: 7 -> 8 [stated]", "dev", HEAD DEV SUB "00000008" },
    { "set/subsection-version",
      R("set", AT(D "//{dev/sub}/.version_id") ", \"value\": 2"),
      D "//{dev/sub}/.version_id: 1 -> 2 [lossless]", "dev",
      HEAD DEV "05076465762f73756200000002" INDEX },
    { "set/version", R("set", AT(D "//.version_id") ", \"value\": \"2\""),
      D "//.version_id: 3 -> 2 [lossless]", "dev", D "@0 v2 " DEV SUB INDEX },
    { "set/instance",
      R("set", AT("twin@1//.instance_id") ", \"value\": " EXPR(". + 1")),
      "twin@1//.instance_id: 1 -> 2 [lossless]", "twin", "twin@0 v1 ffff" },
    { "set/machine",
      R("set", AT("configuration//name") ", \"value\": \"pc-9.10\""),
      "configuration//name: \"pc-1.0\" -> \"pc-9.10\" [stated]",
      "configuration", "configuration@0 v0 0000000770632d392e3130" },
    { "set/all-twins", R("set", AT("twin@*//t") ", \"value\": -2"),
      "twin@0//t: -1 -> -2 [stated]\ntwin@1//t: 2 -> -2 [stated]", "twin",
      "twin@0 v1 fffe" },
    { "set/optional",
      R("set", AT(D "//none") ", \"value\": 1, \"optional\": true") ", " R(
          "set",
          AT("none//a") ", \"value\": 1, \"optional\": true") ", " R("set",
                                                                     AT(D
                                                                        "//a") ", \"value\": 2, \"when\": \"false\", "
                                                                               "\"optional\": true"),
      "", "dev", HEAD DEV SUB INDEX },
    { "set-bytes/mask",
      R("set-bytes", AT(D "//a") ", \"value\": " HEX(
                         "ff0000ff") ", \"mask\": " HEX("f000000e")),
      D "//a: 1 -> 4026531855 [stated]", "dev",
      HEAD "f000000f" ARR S Q BUF FLAG SUB INDEX },
    { "set-bytes/part",
      R("set-bytes", AT(D "//arr") ", \"value\": " HEX("ffff") ", \"index\": "
                                                               "3"),
      D "//arr: hex:0000000100020003 -> hex:000000ffff020003 [stated]", "dev",
      HEAD A "000000ffff020003" S Q BUF FLAG SUB INDEX },
    { "map/elements",
      R("map",
        AT(D "//arr[*]") ", \"value\": " EXPR(". * 2 + $\\\"arr[3]\\\"")),
      D "//arr[0]: 0 -> 3 [stated]\n" D "//arr[1]: 1 -> 5 [stated]\n" D
        "//arr[2]: 2 -> 7 [stated]\n" D "//arr[3]: 3 -> 9 [stated]",
      "dev", HEAD A "0003000500070009" S Q BUF FLAG SUB INDEX },
    { "add-field/last",
      R("add-field", AT(D) ", \"name\": \"n\", \"type\": \"uint16\", "
                           "\"value\": 5"),
      D "//n: - -> 5 [lossless]", "dev", HEAD DEV "0005" SUB INDEX },
    { "add-field/zero",
      R("add-field", AT(D "//") ", \"name\": \"n\", \"type\": \"uint16\", "
                                "\"count\": 2"),
      D "//n: - -> hex:00000000 [lossless]", "dev",
      HEAD DEV "00000000" SUB INDEX },
    { "add-field/before",
      R("add-field", AT(D) ", \"name\": \"n\", \"type\": \"bool\", "
                           "\"before\": \"a\", \"value\": true"),
      D "//n: - -> true [lossless]", "dev", HEAD "01" DEV SUB INDEX },
    { "add-field/after-several",
      R("add-field",
        AT(D) ", \"after\": \"arr\", \"fields\": [{\"name\": \"m\", "
              "\"type\": \"uint8\", \"value\": " EXPR(
                  "$\\\"a\\\"") "}, {\"name\": \"n\", \"type\": \"buffer\", "
                                "\"size\": 3, \"value\": \"xy\"}]"),
      D "//m: - -> 1 [lossless]\n" D "//n: - -> hex:787900 [lossless]", "dev",
      HEAD A ARR "01787900" S Q BUF FLAG SUB INDEX },
    { "add-field/struct",
      R("add-field", AT(D "//s") ", \"name\": \"z\", \"type\": \"uint8\", "
                                 "\"after\": \"x\", \"value\": 255"),
      D "//s/z: - -> 255 [lossless]", "dev",
      HEAD A ARR "11ff22" Q BUF FLAG SUB INDEX },
    { "add-field/subsection",
      R("add-field", AT(D "//{dev/sub}") ", \"name\": \"z\", \"type\": "
                                         "\"nullptr\""),
      D "//{dev/sub}/z: - -> null [lossless]", "dev", HEAD DEV SUB INDEX "30" },
    { "add-field/structs",
      R("add-field", AT(D "//q[*]") ", \"name\": \"z\", \"type\": \"uint8\", "
                                    "\"value\": " EXPR("$\\\"marker\\\"")),
      D "//q[0]/z: - -> 2 [lossless]\n" D "//q[1]/z: - -> 1 [lossless]", "dev",
      HEAD A ARR S "02aa0201bb01" BUF FLAG SUB INDEX },
    { "remove-field/equal", R("remove-field", AT(D "//a") ", \"if-equals\": 1"),
      D "//a: 1 -> - [default]", "dev", HEAD ARR S Q BUF FLAG SUB INDEX },
    { "remove-field/lossy", R("remove-field", AT(D "//a") ", \"if-equals\": 2"),
      D "//a: 1 -> - [lossy] value 1 is dropped; differs from \"if-equals\"",
      "dev", HEAD ARR S Q BUF FLAG SUB INDEX },
    { "remove-field/array-equal",
      R("set", AT(D "//arr[*]") ", \"value\": 1, \"class\": \"stated\"") ", " R(
          "remove-field", AT(D "//arr") ", \"if-equals\": 1"),
      D "//arr[0]: 0 -> 1 [stated]\n" D "//arr[2]: 2 -> 1 [stated]\n" D
        "//arr[3]: 3 -> 1 [stated]\n" D
        "//arr: hex:0001000100010001 -> - [default]",
      "dev", HEAD A S Q BUF FLAG SUB INDEX },
    { "remove-field/struct-equal",
      R("remove-field", AT(D "//s") ", \"if-equals\": {\"x\": 17, \"y\": "
                                    "\"0x22\"}"),
      D "//s: hex:1122 -> - [default]", "dev",
      HEAD A ARR Q BUF FLAG SUB INDEX },
    { "remove-field/struct-hex",
      R("remove-field", AT(D "//s") ", \"if-equals\": " HEX("1122")),
      D "//s: hex:1122 -> - [default]", "dev",
      HEAD A ARR Q BUF FLAG SUB INDEX },
    { "remove-field/struct-part",
      R("remove-field", AT(D "//s") ", \"if-equals\": {\"x\": 17}"),
      D "//s: hex:1122 -> - [lossy] value hex:1122 is dropped; `y` is not in "
        "\"if-equals\"",
      "dev", HEAD A ARR Q BUF FLAG SUB INDEX },
    { "remove-field/structs",
      R("remove-field", AT(D "//q") ", \"if-equals\": {\"q[*]/marker\": 2}"),
      D "//q: hex:02aa01bb -> - [lossy] value hex:02aa01bb is dropped; "
        "`q[*]/marker` differs from \"if-equals\"",
      "dev", HEAD A ARR S BUF FLAG SUB INDEX },
    { "retype/same-size",
      R("retype", AT(D "//a") ", \"type\": \"int32\", \"class\": "
                              "\"lossless\""),
      D "//a: 1 -> 1 [lossless]", "dev", HEAD DEV SUB INDEX },
    { "retype/widen",
      R("retype", AT(D "//a") ", \"type\": \"uint64\", \"value\": " EXPR(".")),
      D "//a: 1 -> 1 [stated]", "dev",
      HEAD "0000000000000001" ARR S Q BUF FLAG SUB INDEX },
    { "retype/opaque",
      R("retype", AT("legacy//data") ", \"type\": \"buffer\", \"size\": 2, "
                                     "\"value\": " HEX("0102")),
      "legacy//data: hex:0a0b0c -> hex:0102 [stated]", "legacy",
      "legacy@0 v1 0102" },
    { "resize-array/grow",
      R("resize-array", AT(D "//arr") ", \"count\": 6, \"value\": 5"),
      D "//arr: hex:0000000100020003 -> hex:000000010002000300050005 "
        "[lossless]",
      "dev", HEAD A ARR "00050005" S Q BUF FLAG SUB INDEX },
    { "resize-array/shrink",
      R("resize-array", AT(D "//arr") ", \"count\": 1, \"if-equals\": 0"),
      D "//arr: hex:0000000100020003 -> hex:0000 [lossy] elements from [1], "
        "hex:000100020003, are dropped",
      "dev", HEAD A "0000" S Q BUF FLAG SUB INDEX },
    { "resize-array/shrink-grow",
      R("resize-array", AT(D "//arr") ", \"count\": 1") ", " R(
          "resize-array", AT(D "//arr") ", \"count\": 2"),
      D "//arr: hex:0000000100020003 -> hex:0000 [lossy] elements from [1], "
        "hex:000100020003, are dropped\n" D
        "//arr: hex:0000 -> hex:00000000 [lossless]",
      "dev", HEAD A "00000000" S Q BUF FLAG SUB INDEX },
    { "resize-array/field",
      R("resize-array", AT(D "//a") ", \"count\": 2") ", " R(
          "set", AT(D "//a[1]") ", \"value\": 7"),
      D "//a: hex:00000001 -> hex:0000000100000000 [lossless]\n" D
        "//a[1]: 0 -> 7 [stated]",
      "dev", HEAD A "00000007" ARR S Q BUF FLAG SUB INDEX },
    { "resize-array/none",
      R("resize-array", AT(D "//arr") ", \"count\": 0, \"if-equals\": " HEX(
                            "0000000100020003")),
      D "//arr: hex:0000000100020003 -> - [default]", "dev",
      HEAD A S Q BUF FLAG SUB INDEX },
    { "add-element/end", R("add-element", AT(D "//arr") ", \"value\": 4"),
      D "//arr: hex:0000000100020003 -> hex:00000001000200030004 [lossless]",
      "dev", HEAD A ARR "0004" S Q BUF FLAG SUB INDEX },
    { "add-element/index",
      R("add-element",
        AT(D "//arr") ", \"index\": 1, \"value\": " EXPR("$\\\"a\\\" + 8")),
      D "//arr: hex:0000000100020003 -> hex:00000009000100020003 [lossless]",
      "dev", HEAD A "00000009000100020003" S Q BUF FLAG SUB INDEX },
    { "remove-element/equal",
      R("remove-element", AT(D "//arr") ", \"index\": 1, \"if-equals\": 1"),
      D "//arr: hex:0000000100020003 -> hex:000000020003 [default]", "dev",
      HEAD A "000000020003" S Q BUF FLAG SUB INDEX },
    { "remove-element/lossy",
      R("remove-element", AT(D "//arr") ", \"index\": 3"),
      D "//arr: hex:0000000100020003 -> hex:000000010002 [lossy] elements "
        "from [3], hex:0003, are dropped",
      "dev", HEAD A "000000010002" S Q BUF FLAG SUB INDEX },
    { "set-version/section", R("set-version", AT(D) ", \"version\": 4"),
      D ": 3 -> 4 [lossless]", "dev", D "@0 v4 " DEV SUB INDEX },
    { "set-version/subsection",
      R("set-version", AT(D "//{dev/sub}") ", \"version\": 2"),
      D "//{dev/sub}: 1 -> 2 [lossless]", "dev",
      HEAD DEV "05076465762f73756200000002" INDEX },
    { "set-instance/section",
      R("set-instance", AT("twin@0") ", "
                                     "\"instance\": \"0x80000000\""),
      "twin@0: 0 -> 2147483648 [lossless]", "twin", "twin@2147483648 v1 ffff" },
    { "rename-section/device",
      R("rename-section", AT(D) ", \"to\": \"0000:00:02.0/dev\""),
      D ": " D " -> 0000:00:02.0/dev [lossless]", "dev",
      "0000:00:02.0/dev@0 v3 " DEV SUB INDEX },
    { "rename-section/twins",
      R("rename-section", AT("twin@*") ", \"to\": \"pair\""),
      "twin@0: twin -> pair [lossless]\ntwin@1: twin -> pair [lossless]",
      "pair", "pair@0 v1 ffff" },
    { "add-section/fields",
      R("add-section",
        "\"to\": \"0000:00:09.0/new\", \"version\": 2, \"instance\": 1, "
        "\"fields\": [{\"name\": \"x\", \"type\": \"uint16\", \"value\": "
        "258}]"),
      "0000:00:09.0/new: - -> version 2 [lossless]\n0000:00:09.0/new//x: - -> "
      "258 [lossless]",
      "new", "0000:00:09.0/new@1 v2 0102" },
    { "add-section/empty", R("add-section", "\"to\": \"none\", \"version\": 1"),
      "none: - -> version 1 [lossless]", "none", "none@0 v1 " },
    { "add-section/then-edit",
      R("add-section", "\"to\": \"new\", \"version\": 1") ", " R(
          "add-field",
          AT("new") ", \"name\": \"x\", \"type\": \"uint8\", "
                    "\"value\": 1") ", " R("add-subsection",
                                           AT("new") ", \"to\": \"new/s\", "
                                                     "\"version\": "
                                                     "1") ", " R("set-version",
                                                                 AT("new") ", "
                                                                           "\"v"
                                                                           "ers"
                                                                           "ion"
                                                                           "\":"
                                                                           " "
                                                                           "2"),
      "new: - -> version 1 [lossless]\nnew//x: - -> 1 [lossless]\n"
      "new//{new/s}: - -> version 1 [lossless]\nnew: 1 -> 2 [lossless]",
      "new", "new@0 v2 0105056e65772f7300000001" },
    { "add-section/configuration",
      R("drop-section", AT("configuration")) ", " R(
          "add-section",
          "\"to\": \"configuration\", \"fields\": [{\"name\": \"name\", "
          "\"value\": \"q35\"}]") ", " R("add-subsection",
                                         AT("configuration") ", \"to\": "
                                                             "\"configuration/"
                                                             "target-page-"
                                                             "bits\", "
                                                             "\"version\": 1, "
                                                             "\"fields\": "
                                                             "[{\"name\": "
                                                             "\"target_page_"
                                                             "bits\", "
                                                             "\"type\": "
                                                             "\"uint32\", "
                                                             "\"value\": 12}]"),
      "configuration: 10 bytes -> - [default]\n"
      "configuration: - -> \"q35\" [lossless]\n"
      "configuration//{configuration/target-page-bits}: - -> version 1 "
      "[lossless]\n"
      "configuration//{configuration/target-page-bits}/target_page_bits: - -> "
      "12 [lossless]",
      "configuration",
      "configuration@0 v0 00000003713335051e636f6e66696775726174696f6e2f7461"
      "726765742d706167652d62697473000000010000000c" },
    { "drop-section/lossy", R("drop-section", AT("legacy")),
      "legacy: 3 bytes -> - [lossy] the section, 3 bytes, is dropped", "legacy",
      "" },
    { "drop-section/equal",
      R("drop-section", AT("legacy") ", \"if-equals\": " HEX("0a0b0c")),
      "legacy: 3 bytes -> - [default]", "legacy", "" },
    { "drop-section/fields-equal",
      R("drop-section", AT("twin@1") ", \"if-equals\": {\"t\": 2}"),
      "twin@1: 2 bytes -> - [default]", "twin", "twin@0 v1 ffff" },
    { "drop-section/fields-differ",
      R("drop-section", AT("twin@0") ", \"if-equals\": {\"t\": 2}"),
      "twin@0: 2 bytes -> - [lossy] the section, 2 bytes, is dropped; `t` "
      "differs from \"if-equals\"",
      "twin", "twin@1 v1 0002" },
    { "add-subsection/field",
      R("add-subsection",
        AT(D) ", \"to\": \"dev/add\", \"version\": 2, \"fields\": "
              "[{\"name\": \"i\", \"type\": \"uint8\", \"value\": 9}]"),
      D "//{dev/add}: - -> version 2 [lossless]\n" D
        "//{dev/add}/i: - -> 9 [lossless]",
      "dev",
      HEAD DEV SUB INDEX "05076465762f61646400000002"
                         "09" },
    { "add-subsection/struct",
      R("add-subsection", AT(D "//s") ", \"to\": \"inner_s\", \"version\": "
                                      "1"),
      D "//s/{inner_s}: - -> version 1 [lossless]", "dev",
      HEAD A ARR S "0507696e6e65725f7300000001" Q BUF FLAG SUB INDEX },
    { "strip-subsection/equal",
      R("strip-subsection", AT(D "//{dev/sub}") ", \"if-equals\": "
                                                "{\"index\": 7}"),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [default]",
      "dev", HEAD DEV },
    { "strip-subsection/lossy", R("strip-subsection", AT(D "//{dev/sub}")),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [lossy] the "
        "subsection is dropped",
      "dev", HEAD DEV },
    { "strip-subsection/differs",
      R("strip-subsection", AT(D "//{dev/sub}") ", \"if-equals\": "
                                                "{\"index\": 8}"),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [lossy] the "
        "subsection is dropped; `index` differs from \"if-equals\"",
      "dev", HEAD DEV },
};

static void
test_good(gconstpointer data)
{
    const struct good_case *t = data;
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmRules) rules = rules_of(t->rules);
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(QevmStream) again = NULL;
    g_autofree char *changes = NULL;
    g_autofree char *text = NULL;
    g_autofree char *text_again = NULL;
    g_autoptr(GError) error = NULL;

    edit->allow_lossy = TRUE;
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
    changes = journal(edit);
    g_assert_cmpstr(changes, ==, t->journal);
    text = section_text(stream, t->section);
    g_assert_cmpstr(text, ==, t->text);
    again = emitted(edit);
    text_again = section_text(again, t->section);
    g_assert_cmpstr(text_again, ==, t->text);
}

/* ---- rules that do not ---- */

static const struct bad_case {
    const char *name, *rules;
    QevmError code;
    const char *message;
} bad_cases[] = {
    { "nothing/section", R("drop-section", AT("none")), QEVM_ERROR_RULE,
      "r: rule 1 (drop-section): no section `none` in this stream; there "
      "are: configuration, ram, 0000:00:01.0/dev, legacy, twin@0, twin@1" },
    { "nothing/field", R("remove-field", AT("twin@0//u")), QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): no field `u` in twin@0; there are: t" },
    { "nothing/when",
      R("set", AT(D "//q[*]/v") ", \"value\": 1, \"when\": \". == 0\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//q[*]/v: \"when\" holds at none of 2 "
      "places" },
    { "nothing/block", R("drop-ram-block", AT("pc.bios")), QEVM_ERROR_RULE,
      "r: rule 1 (drop-ram-block): no RAM block `pc.bios`" },
    { "nothing/command", R("drop-command", AT("POSTCOPY_RUN")), QEVM_ERROR_RULE,
      "r: rule 1 (drop-command): no command `POSTCOPY_RUN` in the stream" },
    { "nothing/command-ordinal", R("drop-command", AT("PING#2")),
      QEVM_ERROR_RULE,
      "r: rule 1 (drop-command): no command `PING#2` in the stream" },
    { "nothing/vmdesc-twice",
      R("drop-vmdesc", "\"optional\": false") ", " R("drop-vmdesc",
                                                     "\"optional\": false"),
      QEVM_ERROR_RULE, "r: rule 2 (drop-vmdesc): there is no vmdesc" },
    { "ambiguous/section", R("drop-section", AT("twin") ", \"optional\": true"),
      QEVM_ERROR_RULE,
      "r: rule 1 (drop-section): `twin` is 2 sections: say one of twin@0, "
      "twin@1, or twin@* for all" },
    { "ambiguous/structs",
      R("set", AT(D "//q/v") ", \"value\": 1, \"optional\": true"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//q is an array of structs: say [0] "
      "to [1], or [*] for all" },
    { "when/type", R("set", AT(D "//a") ", \"value\": 1, \"when\": \". + 1\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//a: \"when\": column 3: expected a "
      "condition, not an integer" },
    { "set/struct", R("set", AT(D "//s") ", \"value\": 1"), QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//s: is no leaf, it has fields" },
    { "set/array", R("set", AT(D "//arr") ", \"value\": 1"), QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//arr: is an array of 4; name an "
      "element with [I] or all with [*]" },
    { "set/range", R("set", AT(D "//s/x") ", \"value\": 256"), QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//s/x: 256 does not fit the 8 bits "
      "of `uint8`" },
    { "set/kind", R("set", AT(D "//a") ", \"value\": true"), QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//a: `uint32` wants an integer or "
      "hex:.., not a boolean" },
    { "set/live", R("set", AT("ram//.mem_size") ", \"value\": 1"),
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (set): ram//.mem_size: the payload of an iterative section "
      "cannot be changed field by field" },
    { "set/section-id", R("set", AT(D "//.section_id") ", \"value\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//.section_id: is chosen by qevm and "
      "cannot be set" },
    { "set/fact-kind", R("set", AT(D "//.version_id") ", \"value\": null"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//.version_id: `uint32` wants an "
      "integer or hex:.., not null" },
    { "set/configuration-len",
      R("set", AT("configuration//len") ", \"value\": 1"), QEVM_ERROR_RULE,
      "r: rule 1 (set): configuration//len: of the configuration's own fields "
      "only `name` can be changed, with set" },
    { "set/machine-empty",
      R("set", AT("configuration//name") ", \"value\": \"\""), QEVM_ERROR_RULE,
      "r: rule 1 (set): configuration//name: a machine type has 1 to 255 "
      "bytes, not 0" },
    { "remove-field/configuration", R("remove-field", AT("configuration//len")),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): configuration//len: of the configuration's "
      "own fields only `name` can be changed, with set" },
    { "add-field/configuration",
      R("add-field", AT("configuration") ", \"name\": \"x\", \"type\": "
                                         "\"bool\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): configuration: of the configuration's own "
      "fields only `name` can be changed, with set" },
    { "set-bytes/length", R("set-bytes", AT(D "//a") ", \"value\": " HEX("00")),
      QEVM_ERROR_RULE,
      "r: rule 1 (set-bytes): 0000:00:01.0/dev//a: 1 bytes do not fit 4 bytes "
      "from 0" },
    { "set-bytes/beyond",
      R("set-bytes", AT(D "//a") ", \"index\": 4, \"value\": " HEX("00")),
      QEVM_ERROR_RULE,
      "r: rule 1 (set-bytes): 0000:00:01.0/dev//a: 1 bytes do not fit 4 bytes "
      "from 4" },
    { "map/overflow", R("map", AT(D "//arr[*]") ", \"value\": " EXPR(". - 1")),
      QEVM_ERROR_RULE,
      "r: rule 1 (map): 0000:00:01.0/dev//arr[0]: -1 does not fit the 16 bits "
      "of `uint16`" },
    { "add-field/there",
      R("add-field", AT(D) ", \"name\": \"a\", \"type\": \"bool\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): 0000:00:01.0/dev: field `a`: there is a field "
      "`a` already" },
    { "add-field/leaf",
      R("add-field", AT(D "//a") ", \"name\": \"b\", \"type\": \"bool\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): 0000:00:01.0/dev//a: is no struct" },
    { "add-field/structs",
      R("add-field", AT(D "//q") ", \"name\": \"b\", \"type\": \"bool\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): 0000:00:01.0/dev//q: is no struct; name its "
      "elements with [I] or [*]" },
    { "add-field/no-sibling",
      R("add-field", AT(D) ", \"name\": \"b\", \"type\": \"bool\", "
                           "\"after\": \"s/x\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): 0000:00:01.0/dev: `s/x` is no field of it" },
    { "add-field/legacy",
      R("add-field", AT("legacy") ", \"name\": \"b\", \"type\": \"bool\""),
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (add-field): legacy: the section is described as nothing but "
      "bytes; use retype on its `data`" },
    { "remove-field/element", R("remove-field", AT(D "//arr[1]")),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//arr[1]: is an element; use "
      "remove-element" },
    { "remove-field/legacy", R("remove-field", AT("legacy//data")),
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (remove-field): legacy//data: the section is described as "
      "nothing but bytes; use retype on its `data`" },
    { "remove-field/run", R("remove-field", AT(D "//q[1]")),
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//q[1]: one struct cannot be "
      "taken out of a run of them" },
    { "remove-field/if-equals",
      R("remove-field", AT(D "//s") ", \"if-equals\": 0"), QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//s: \"if-equals\": only "
      "{\"hex\": ..} or an object of FIELD: VALUE can be compared with a "
      "struct" },
    { "remove-field/if-equals-field",
      R("remove-field", AT(D "//s") ", \"if-equals\": {\"z\": 0}"),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//s: \"if-equals\": no field "
      "`z` in 0000:00:01.0/dev//s; there are: x, y" },
    { "retype/size", R("retype", AT(D "//a") ", \"type\": \"uint8\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (retype): 0000:00:01.0/dev//a: has 4 "
      "bytes; a type of 1 needs a \"value\"" },
    { "retype/struct",
      R("retype", AT(D "//s") ", \"type\": \"uint16\", \"value\": 0"),
      QEVM_ERROR_RULE,
      "r: rule 1 (retype): 0000:00:01.0/dev//s: is no leaf, it has fields" },
    { "resize-array/structs", R("resize-array", AT(D "//q") ", \"count\": 1"),
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (resize-array): 0000:00:01.0/dev//q: the number of structs "
      "in a run cannot be changed" },
    { "resize-array/large",
      R("resize-array", AT(D "//arr") ", \"count\": 16777216"),
      QEVM_ERROR_LIMIT,
      "r: rule 1 (resize-array): 0000:00:01.0/dev//arr: the array would have "
      "more than 16777216 bytes" },
    { "add-element/index", R("add-element", AT(D "//arr") ", \"index\": 5"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-element): 0000:00:01.0/dev//arr: has 4 elements, there "
      "is no place 5" },
    { "remove-element/index",
      R("remove-element", AT(D "//arr") ", \"index\": 4"), QEVM_ERROR_RULE,
      "r: rule 1 (remove-element): 0000:00:01.0/dev//arr: has 4 elements, "
      "there is no place 4" },
    { "set-version/configuration",
      R("set-version", AT("configuration") ", \"version\": 1"), QEVM_ERROR_RULE,
      "r: rule 1 (set-version): configuration: the configuration has no "
      "version" },
    { "set-version/subsection",
      R("set-version", AT(D "//{dev/sub}") ", \"version\": 256"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set-version): 0000:00:01.0/dev//{dev/sub}: the version of a "
      "subsection must be below 256" },
    { "set-instance/there", R("set-instance", AT("twin@0") ", \"instance\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set-instance): twin@0: there is an instance 1 already" },
    { "rename-section/there",
      R("rename-section", AT("legacy") ", \"to\": \"twin\""), QEVM_ERROR_RULE,
      "r: rule 1 (rename-section): legacy: there is a section `twin` "
      "already" },
    { "rename-section/configuration",
      R("rename-section", AT("configuration") ", \"to\": \"x\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (rename-section): configuration: the configuration has no "
      "idstr" },
    { "add-section/there",
      R("add-section", "\"to\": \"twin\", \"instance\": 1, \"version\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-section): there is a section `twin` already" },
    { "add-section/before-configuration",
      R("add-section", "\"to\": \"x\", \"version\": 1, \"before\": "
                       "\"configuration\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-section): nothing can stand before the configuration" },
    { "add-section/beside-several",
      R("add-section", "\"to\": \"x\", \"version\": 1, \"before\": "
                       "\"twin@*\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-section): \"before\": `twin@*` names 2 sections" },
    { "move-section/live",
      R("move-section", AT("ram") ", \"after\": \"legacy\""), QEVM_ERROR_RULE,
      "r: rule 1 (move-section): ram: only device sections can be moved, and "
      "only among each other" },
    { "move-section/itself",
      R("move-section", AT("legacy") ", \"after\": \"legacy\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (move-section): legacy: cannot be put beside itself" },
    { "add-subsection/name",
      R("add-subsection", AT(D) ", \"to\": \"x/y\", \"version\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-subsection): 0000:00:01.0/dev: the name of its "
      "subsections must begin with `dev`, `x/y` does not" },
    { "add-subsection/there",
      R("add-subsection", AT(D) ", \"to\": \"dev/sub\", \"version\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-subsection): 0000:00:01.0/dev: there is a subsection "
      "`dev/sub` already" },
    { "add-subsection/claimed",
      R("add-subsection", AT(D) ", \"to\": \"dev/subset\", \"version\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-subsection): 0000:00:01.0/dev: QEMU would look for "
      "`dev/subset` among the subsections of `dev/sub`, which is loaded just "
      "before it" },
    { "add-subsection/legacy",
      R("add-subsection", AT("legacy") ", \"to\": \"legacy/x\", \"version\": "
                                       "1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-subsection): legacy: is nothing that has "
      "subsections" },
    { "rename-ram-block/there",
      R("rename-ram-block", AT("pc.ram") ", \"to\": \"vga.rom\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (rename-ram-block): ram//.blocks/pc.ram: there is a RAM "
      "block `vga.rom` already" },
    { "rename-ram-block/several",
      R("rename-ram-block", AT("*") ", \"to\": \"x\""), QEVM_ERROR_RULE,
      "r: rule 1 (rename-ram-block): ram//.blocks/vga.rom: there is a RAM "
      "block `x` already" },
    { "add-command/length",
      R("add-command", AT("PING") ", \"value\": " HEX("00")), QEVM_ERROR_RULE,
      "r: rule 1 (add-command): QEMU takes no `PING` of 1 bytes" },
    { "add-command/packaged",
      R("add-command", AT("PACKAGED") ", \"value\": " HEX("00000000")),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-command): a `PACKAGED` command cannot be added" },
    { "class/exceeded",
      R("remove-field", AT(D "//a") ", \"if-equals\": 0, \"class\": "
                                    "\"default\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//a: \"class\" is default, "
      "but this is lossy: value 1 is dropped; differs from \"if-equals\"" },
    { "class/set",
      R("set", AT(D "//a") ", \"value\": 5, \"class\": \"lossless\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//a: \"class\" is lossless, but this "
      "is stated" },
    { "loss/all",
      R("drop-section", AT("legacy")) ", " R(
          "set", AT(D "//a") ", \"value\": 5") ", " R("drop-ram-block",
                                                      AT("vga.rom")),
      QEVM_ERROR_LOSS,
      "2 changes cost more than is allowed:\n"
      "  legacy: lossy: the section, 3 bytes, is dropped (rule 1, "
      "drop-section)\n"
      "  ram//.blocks/vga.rom: lossy: the block, 0x1000 bytes, and its pages "
      "are dropped (rule 3, drop-ram-block)" },
};

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmRules) rules = rules_of(t->rules);
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(GError) error = NULL;

    g_assert_false(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_error(error, QEVM_ERROR, (int)t->code);
    g_assert_cmpstr(error->message, ==, t->message);
}

/* ---- what happens outside the trees ---- */

static void
apply(QevmEdit *edit, const char *list)
{
    g_autoptr(QevmRules) rules = rules_of(list);
    g_autoptr(GError) error = NULL;

    edit->allow_lossy = TRUE;
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
}

static void
test_blocks(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *changes = NULL;
    g_autoptr(QevmStream) again = NULL;
    const QevmBlockEdit *block;

    /* The second rule finds the block by its new name. */
    apply(
        edit,
        R("rename-ram-block", AT("pc.ram") ", \"to\": \"mem0\"") ", " R(
            "rename-ram-block",
            AT("mem0") ", \"to\": \"mem1\"") ", " R("drop-ram-pages",
                                                    AT("mem?")) ", " R("drop-"
                                                                       "ram-"
                                                                       "block",
                                                                       AT("\\\""
                                                                          "vga."
                                                                          "rom"
                                                                          "\\"
                                                                          "\"")));
    block = qevm_live_edit_find(edit->live, "pc.ram");
    g_assert_cmpstr(block->rename, ==, "mem1");
    g_assert_true(block->drop_pages);
    g_assert_false(block->drop_block);
    block = qevm_live_edit_find(edit->live, "vga.rom");
    g_assert_true(block->drop_block);
    g_assert_false(edit->live->drop_all_pages);
    changes = journal(edit);
    g_assert_cmpstr(
        changes, ==,
        "ram//.blocks/pc.ram: pc.ram -> mem0 [lossless]\n"
        "ram//.blocks/mem0: mem0 -> mem1 [lossless]\n"
        "ram//.blocks/mem1: its pages -> - [lossy] the pages of 0x1000 bytes "
        "are dropped\n"
        "ram//.blocks/vga.rom: 0x1000 bytes -> - [lossy] the block, 0x1000 "
        "bytes, and its pages are dropped");
    again = emitted(edit);
    g_assert_cmpuint(again->ram->blocks->len, ==, 1);
    g_assert_nonnull(qevm_ram_find(again->ram, "mem1"));
}

static void
test_all_pages(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);

    apply(edit, R("drop-ram-pages", AT("*")));
    g_assert_true(edit->live->drop_all_pages);
    g_assert_cmpuint(edit->changes->len, ==, 2);
}

/* "OPEN_RETURN_PATH PING ..": the commands that are left, in order, with `|`
 * where the device sections are. */
static char *
commands_left(const QevmStream *stream)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_COMMAND && !r->dropped) {
            g_string_append_printf(out, " %s", qevm_command_name(r->command));
        } else if (r->type == QEVM_RECORD_FULL) {
            g_string_append(out, " |");
        }
    }
    return g_string_free(out, FALSE);
}

static void
test_commands(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *changes = NULL;
    g_autofree char *left = NULL;
    g_autofree char *left_again = NULL;
    g_autoptr(QevmStream) again = NULL;
    const QevmCommandEdit *dropped;

    apply(edit,
          R("drop-command", AT("OPEN*")) ", " R("drop-command", AT("PING#1")) ", " R(
              "add-command",
              AT("SWITCHOVER_START")) ", " R("add-command",
                                             AT("PING") ", \"after\": \"ram\", "
                                                        "\"value\": " HEX(
                                                            "00000009")));
    changes = journal(edit);
    g_assert_cmpstr(changes, ==,
                    "command OPEN_RETURN_PATH#0: hex: -> - [lossless]\n"
                    "command PING#1: hex:00000002 -> - [lossless]\n"
                    "command SWITCHOVER_START: - -> hex: [lossless]\n"
                    "command PING: - -> hex:00000009 [lossless]");
    left = commands_left(stream);
    g_assert_cmpstr(left, ==,
                    " PING PING SWITCHOVER_START SWITCHOVER_START | | | |");
    g_assert_cmpuint(edit->live->commands->len, ==, 2);
    dropped = &g_array_index(edit->live->commands, QevmCommandEdit, 1);
    g_assert_cmpuint(dropped->command, ==, 2);
    g_assert_cmpint(dropped->ordinal, ==, 1);
    again = emitted(edit);
    left_again = commands_left(again);
    g_assert_cmpstr(left_again, ==, left);
}

/* A header fact of a section that has parts. (That we do not read a `ram` of
 * version 3 is no concern of the rule.) */
static void
test_live_version(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *text = NULL;
    g_autofree char *changes = NULL;

    apply(edit, R("set-version", AT("ram") ", \"version\": 3"));
    changes = journal(edit);
    g_assert_cmpstr(changes, ==, "ram: 4 -> 3 [lossless]");
    text = section_text(stream, "ram");
    g_assert_true(g_str_has_prefix(text, "ram@0 v3 "));
}

static void
test_footers(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(QevmStream) again = NULL;
    g_autoptr(QevmStream) with = NULL;
    const QevmRecord *added;

    apply(edit, R("set-footers", "\"value\": true"));
    g_assert_cmpuint(edit->changes->len, ==, 0);
    apply(edit, R("set-footers", "\"value\": false") ", " R(
                    "add-section", "\"to\": \"x\", \"version\": 1, "
                                   "\"before\": \"legacy\""));
    g_assert_cmpint(edit->live->footers, ==, QEVM_FOOTERS_REMOVE);
    g_assert_true(stream->footers);
    added = g_ptr_array_index(stream->records, 10);
    g_assert_cmpstr(added->idstr, ==, "x");
    g_assert_false(added->footer);
    g_assert_cmpuint(added->section_id, ==, 8);
    again = emitted(edit);
    g_assert_false(again->footers);
    apply(edit, R("set-footers", "\"value\": true"));
    g_assert_cmpint(edit->live->footers, ==, QEVM_FOOTERS_AS_THEY_ARE);
    with = emitted(edit);
    g_assert_true(with->footers);
}

static void
test_drop_live(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *changes = NULL;
    g_autoptr(QevmStream) again = NULL;

    apply(edit, R("drop-section", AT("ram")) ", " R("drop-vmdesc",
                                                    "\"why\": \"too old\""));
    g_assert_cmpuint(edit->live->section_ids->len, ==, 1);
    g_assert_cmpuint(g_array_index(edit->live->section_ids, guint32, 0), ==, 2);
    g_assert_true(edit->drop_vmdesc);
    changes = journal(edit);
    g_assert_true(g_str_has_suffix(
        changes, "] the section and all its parts are dropped\nvmdesc: "
                 "1370 bytes -> - [default]"));
    again = emitted(edit);
    g_assert_null(again->ram);
    g_assert_null(again->vmdesc);
}

/* The idstrs of the device sections, in order. */
static char *
order(const QevmStream *stream)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_FULL) {
            g_string_append_printf(out, "%s%s@%u", out->len ? " " : "",
                                   r->idstr, r->instance_id);
        }
    }
    return g_string_free(out, FALSE);
}

static const struct move_case {
    const char *name, *rules, *order;
} move_cases[] = {
    { "before", R("move-section", AT("legacy") ", \"before\": \"" D "\""),
      "legacy@0 " D "@0 twin@0 twin@1" },
    { "after", R("move-section", AT(D) ", \"after\": \"twin@1\""),
      "legacy@0 twin@0 twin@1 " D "@0" },
    { "several-before",
      R("move-section", AT("twin@*") ", \"before\": "
                                     "\"legacy\""),
      D "@0 twin@0 twin@1 legacy@0" },
    { "several-after", R("move-section", AT("twin@*") ", \"after\": \"" D "\""),
      D "@0 twin@0 twin@1 legacy@0" },
    { "add-default", R("add-section", "\"to\": \"x\", \"version\": 1"),
      D "@0 legacy@0 twin@0 twin@1 x@0" },
    { "add-after",
      R("add-section", "\"to\": \"x\", \"version\": 1, "
                       "\"after\": \"legacy\""),
      D "@0 legacy@0 x@0 twin@0 twin@1" },
    { "add-before",
      R("add-section", "\"to\": \"x\", \"version\": 1, "
                       "\"before\": \"" D "\""),
      "x@0 " D "@0 legacy@0 twin@0 twin@1" },
};

static void
test_move(gconstpointer data)
{
    const struct move_case *t = data;
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *now = NULL;
    g_autofree char *then = NULL;
    g_autoptr(QevmStream) again = NULL;

    apply(edit, t->rules);
    now = order(stream);
    g_assert_cmpstr(now, ==, t->order);
    again = emitted(edit);
    then = order(again);
    g_assert_cmpstr(then, ==, t->order);
}

/* A second apply on the same edit starts with fresh counts, and is not blamed
 * for what the first one lost. */
static void
test_again(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(QevmRules) rules = NULL;
    g_autoptr(GError) error = NULL;

    apply(edit, R("drop-section", AT("legacy")));
    edit->allow_lossy = FALSE;
    rules = qevm_rules_for_set(D "//a", "6", &error);
    g_assert_no_error(error);
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
    qevm_rules_free(rules);
    rules = qevm_rules_for_set(D "//none", "6", &error);
    g_assert_false(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
    g_assert_cmpstr(error->message, ==,
                    "no field `none` in 0000:00:01.0/dev; there are: a, arr, "
                    "s, q, buf, flag, {dev/sub}");
}

/* Literals of one rule that go to several places must not be shared by what
 * later rules edit in place. */
static void
test_not_shared(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *text = NULL;

    apply(
        edit,
        R("add-field",
          AT(D) ", \"fields\": [{\"name\": \"m\", \"type\": \"uint8\", "
                "\"count\": 2, \"value\": " HEX(
                    "0102") "}]") ", " R("set",
                                         AT(D "//s/x") ", \"value\": " HEX(
                                             "05")) ", " R("set",
                                                           AT(D
                                                              "//m[0]") ", "
                                                                        "\"valu"
                                                                        "e\": "
                                                                        "9") ","
                                                                             " " R(
                                                                                 "set",
                                                                                 AT(D "//m[1]") ", \"value\": " EXPR(
                                                                                     "$\\\"m[0]\\\" + 1")));
    text = section_text(stream, "dev");
    g_assert_cmpstr(text, ==, HEAD A ARR "0522" Q BUF FLAG "090a" SUB INDEX);
}

/* ---- pipes ---- */

typedef struct {
    QevmEdit *edit;
    const QevmRules *rules;
} Pipe;

static gboolean
live_hook(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **edit,
          gpointer user, GError **error)
{
    Pipe *p = user;

    (void)flow;
    p->edit = qevm_edit_new(stream);
    *edit = p->edit->live;
    return qevm_edit_apply(p->edit, p->rules, QEVM_PHASE_HEAD, error);
}

static QevmStream *
open_pipe(Pipe *p, GError **error)
{
    g_autoptr(GBytes) bytes = make_stream();
    QevmStreamHooks hooks = { .live = live_hook, .user = p };
    QevmSource *source;
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    int fds[2];

    g_assert_cmpint(pipe(fds), ==, 0);
    /* It fits the pipe's buffer. */
    g_assert_cmpint(write(fds[1], data, size), ==, (gssize)size);
    close(fds[1]);
    source = qevm_source_new_fd(fds[0], "pipe", error);
    return source ? qevm_stream_open(source, 0, &hooks, error) : NULL;
}

static const struct pipe_case {
    const char *name, *rules, *head, *all, *message;
} pipe_cases[] = {
    { "head-and-devices",
      R("set", AT(D "//a") ", \"value\": 2") ", " R(
          "set",
          AT("configuration//"
             "name") ", "
                     "\"value"
                     "\": "
                     "\"q35\"") ", " R("rename-ram-block",
                                       AT("pc.ram") ", \"to\": \"m\"") ", " R("set-footers",
                                                                              "\"value\": false") ", " R("dr"
                                                                                                         "op"
                                                                                                         "-v"
                                                                                                         "md"
                                                                                                         "es"
                                                                                                         "c",
                                                                                                         "\""
                                                                                                         "wh"
                                                                                                         "y"
                                                                                                         "\""
                                                                                                         ": "
                                                                                                         "\""
                                                                                                         "x"
                                                                                                         "\""),
      "configuration//name: \"pc-1.0\" -> \"q35\" [stated]\n"
      "ram//.blocks/pc.ram: pc.ram -> m [lossless]\n"
      "footers: true -> false [lossless]",
      "configuration//name: \"pc-1.0\" -> \"q35\" [stated]\n"
      "ram//.blocks/pc.ram: pc.ram -> m [lossless]\n"
      "footers: true -> false [lossless]\n" D "//a: 1 -> 2 [stated]\n"
      "vmdesc: 1370 bytes -> - [default]",
      NULL },
    { "glob",
      R("set-version", AT("*") ", \"version\": 9, \"when\": \"version > 2\""),
      "ram: 4 -> 9 [lossless]",
      "ram: 4 -> 9 [lossless]\n" D ": 3 -> 9 [lossless]", NULL },
    { "commands", R("drop-command", AT("PING")),
      "command PING#0: hex:00000001 -> - [lossless]",
      "command PING#0: hex:00000001 -> - [lossless]\n"
      "command PING#1: hex:00000002 -> - [lossless]",
      NULL },
    { "add",
      R("add-section", "\"to\": \"x\", \"version\": 1") ", " R(
          "add-command", AT("SWITCHOVER_START") ", \"before\": \"ram\""),
      "command SWITCHOVER_START: - -> hex: [lossless]",
      "command SWITCHOVER_START: - -> hex: [lossless]\n"
      "x: - -> version 1 [lossless]",
      NULL },
    { "nothing", R("drop-section", AT("none")), "", NULL,
      "r: rule 1 (drop-section): no section `none` in this stream; there "
      "are: configuration, ram, 0000:00:01.0/dev, legacy, twin@0, twin@1" },
    { "nothing-in-head", R("set", AT("configuration//x") ", \"value\": 1"),
      NULL, NULL,
      "r: rule 1 (set): no field `x` in configuration; there are: len, "
      "name" },
    { "loss-in-head", R("drop-ram-block", AT("vga.rom")), NULL, NULL,
      "1 change costs more than is allowed:\n"
      "  ram//.blocks/vga.rom: lossy: the block, 0x1000 bytes, and its pages "
      "are dropped (rule 1, drop-ram-block)" },
};

static void
test_pipe(gconstpointer data)
{
    const struct pipe_case *t = data;
    g_autoptr(QevmRules) rules = rules_of(t->rules);
    Pipe p = { .rules = rules };
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream = open_pipe(&p, &error);
    g_autofree char *head = p.edit ? journal(p.edit) : NULL;
    g_autofree char *all = NULL;

    if (stream) {
        g_assert_no_error(stream->error);
        g_assert_cmpstr(head, ==, t->head);
        (void)!qevm_edit_apply(p.edit, rules, QEVM_PHASE_DEVICES, &error);
    } else {
        g_assert_null(t->head);
    }
    if (t->message) {
        g_assert_nonnull(error);
        g_assert_cmpstr(error->message, ==, t->message);
    } else {
        g_assert_no_error(error);
        all = journal(p.edit);
        g_assert_cmpstr(all, ==, t->all);
    }
    qevm_edit_free(p.edit);
}

/* ---- need_walk ---- */

static const struct walk_case {
    const char *rules;
    gboolean walk;
} walk_cases[] = {
    { R("set", AT("a//b") ", \"value\": 1"), FALSE },
    { R("drop-section", AT("a")), FALSE },
    { R("drop-section", AT("\\\"*\\\"")), FALSE },
    { R("drop-section", AT("*")), TRUE },
    { R("drop-section", AT("ram")), TRUE },
    { R("drop-section", AT("block")), TRUE },
    { R("drop-section", AT("0000:00:03.0/vfio")), TRUE },
    { R("move-section", AT("a?") ", \"after\": \"b\""), TRUE },
    { R("rename-ram-block", AT("a") ", \"to\": \"b\""), TRUE },
    { R("drop-command", AT("PING")), TRUE },
    { R("set-footers", "\"value\": true"), TRUE },
    { R("drop-vmdesc", "\"why\": \"x\""), FALSE },
    { R("set-version", AT("ram") ", \"version\": 1"), FALSE },
};

static void
test_need_walk(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(walk_cases); i++) {
        g_autoptr(QevmRules) rules = rules_of(walk_cases[i].rules);

        g_assert_cmpint(qevm_rules_need_walk(rules), ==, walk_cases[i].walk);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(good_cases); i++) {
        g_autofree char *path = g_strconcat("/edit/", good_cases[i].name, NULL);

        g_test_add_data_func(path, &good_cases[i], test_good);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/edit/bad/", bad_cases[i].name, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    for (guint i = 0; i < G_N_ELEMENTS(move_cases); i++) {
        g_autofree char *path =
            g_strconcat("/edit/order/", move_cases[i].name, NULL);

        g_test_add_data_func(path, &move_cases[i], test_move);
    }
    for (guint i = 0; i < G_N_ELEMENTS(pipe_cases); i++) {
        g_autofree char *path =
            g_strconcat("/edit/pipe/", pipe_cases[i].name, NULL);

        g_test_add_data_func(path, &pipe_cases[i], test_pipe);
    }
    g_test_add_func("/edit/blocks", test_blocks);
    g_test_add_func("/edit/all-pages", test_all_pages);
    g_test_add_func("/edit/commands", test_commands);
    g_test_add_func("/edit/live-version", test_live_version);
    g_test_add_func("/edit/footers", test_footers);
    g_test_add_func("/edit/drop-live", test_drop_live);
    g_test_add_func("/edit/again", test_again);
    g_test_add_func("/edit/not-shared", test_not_shared);
    g_test_add_func("/edit/need-walk", test_need_walk);
    return g_test_run();
}
