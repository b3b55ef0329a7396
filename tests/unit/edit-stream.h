/* edit-stream.h - a small stream for tests of rules, and rows of rules that
 * change it or are refused.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_EDIT_STREAM_H
#define QEVM_TESTS_UNIT_EDIT_STREAM_H

#include "rewrite/emit.h"
#include "tests/unit/edit-rules.h"

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

static inline void
put_hex(GByteArray *out, const char *hex)
{
    for (; *hex; hex += 2) {
        qevm_be_append(out, 1,
                       (guint64)(g_ascii_xdigit_value(hex[0]) << 4 |
                                 g_ascii_xdigit_value(hex[1])));
    }
}

static inline void
put_name(GByteArray *out, const char *name)
{
    qevm_be_append(out, 1, strlen(name));
    g_byte_array_append(out, (const guint8 *)name, (guint)strlen(name));
}

static inline void
put_header(GByteArray *out, guint8 type, guint id, const char *idstr,
           guint instance, guint version)
{
    qevm_be_append(out, 1, type);
    qevm_be_append(out, 4, id);
    put_name(out, idstr);
    qevm_be_append(out, 4, instance);
    qevm_be_append(out, 4, version);
}

static inline void
put_full(GByteArray *out, guint id, const char *idstr, guint instance,
         guint version, const char *payload)
{
    put_header(out, QEMU_VM_SECTION_FULL, id, idstr, instance, version);
    put_hex(out, payload);
    qevm_be_append(out, 1, QEMU_VM_SECTION_FOOTER);
    qevm_be_append(out, 4, id);
}

#define EOS "0000000000000010"

static inline void
put_devices(GByteArray *out)
{
    put_full(out, 4, "0000:00:01.0/dev", 0, 3, DEV SUB INDEX);
    put_full(out, 5, "legacy", 0, 1, "0a0b0c");
    put_full(out, 6, "twin", 0, 1, "ffff");
    put_full(out, 7, "twin", 1, 1, "0002");
}

/* A stream with these device sections, which `text` describes. */
static inline GBytes *
make_stream_with(void (*devices)(GByteArray *out), const char *text)
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
    devices(out);
    put_hex(out, "0006");
    qevm_be_append(out, 4, strlen(text));
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
    return g_byte_array_free_to_bytes(out);
}

static inline GBytes *
make_stream(void)
{
    return make_stream_with(put_devices, vmdesc);
}

static inline QevmStream *
open_bytes(GBytes *bytes)
{
    g_autoptr(GError) error = NULL;
    QevmStream *stream = qevm_stream_open(qevm_source_new_bytes(bytes, "t"),
                                          QEVM_OPEN_WALK, NULL, &error);

    g_assert_no_error(error);
    g_assert_no_error(stream->error);
    return stream;
}

static inline QevmStream *
open_stream(void)
{
    g_autoptr(GBytes) bytes = make_stream();

    return open_bytes(bytes);
}

static inline QevmRules *
rules_of(const char *list)
{
    g_autofree char *text =
        g_strdup_printf("{\"qevm-rules\": 1, \"rules\": [%s]}", list);
    g_autoptr(GError) error = NULL;
    QevmRules *rules = qevm_rules_parse(text, strlen(text), "r", &error);

    g_assert_no_error(error);
    return rules;
}

/* "idstr@instance vVERSION HEX" of the record whose name ends so; "" if it
 * is gone. */
static inline char *
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
static inline QevmStream *
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

/* ---- rules as JSON ---- */

#define R(op, rest) "{\"op\": \"" op "\", " rest "}"
#define AT(path) "\"at\": \"" path "\""
#define D "0000:00:01.0/dev"
#define HEAD D "@0 v3 "
#define HEX(digits) "{\"hex\": \"" digits "\"}"
#define EXPR(text) "{\"expr\": \"" text "\"}"
#define BOTH(one, other) one ", " other

/* ---- rows of rules ---- */

struct good_case {
    const char *name, *rules, *journal, *section, *text;
};

struct bad_case {
    const char *name, *rules;
    QevmError code;
    const char *message;
};

static inline void
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

static inline void
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

static inline void
add_good_cases(const char *prefix, const struct good_case *cases, guint count)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *path = g_strconcat(prefix, cases[i].name, NULL);

        g_test_add_data_func(path, &cases[i], test_good);
    }
}

static inline void
add_bad_cases(const char *prefix, const struct bad_case *cases, guint count)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *path =
            g_strconcat(prefix, "bad/", cases[i].name, NULL);

        g_test_add_data_func(path, &cases[i], test_bad);
    }
}

#endif
