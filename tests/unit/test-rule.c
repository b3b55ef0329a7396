/* test-rule.c - rules files: what is read, and what is said of wrong ones.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/rule.h"

#include <glib/gstdio.h>
#include <string.h>

/* One rule in a file, or a whole file if it begins with '!'. */
static char *
file_of(const char *text)
{
    return *text == '!'
               ? g_strdup(text + 1)
               : g_strdup_printf("{\"qevm-rules\": 1, \"rules\": [%s]}", text);
}

static const struct bad_case {
    const char *name, *text, *message;
} bad_cases[] = {
    /* the file */
    { "file/syntax", "!{\"qevm-rules\": 1,\n \"rules\": [}",
      "r.json:2:12: unexpected token near '}'" },
    { "file/empty", "!", "r.json:1:0: '[' or '{' expected near end of file" },
    { "file/twice", "{\"op\": \"set\", \"op\": \"set\"}",
      "r.json:1:46: duplicate object key near '\"op\"'" },
    { "file/array", "![]",
      "r.json: not a rules file: \"qevm-rules\" must be 1" },
    { "file/version", "!{\"qevm-rules\": 2, \"rules\": []}",
      "r.json: not a rules file: \"qevm-rules\" must be 1" },
    { "file/member", "!{\"qevm-rules\": 1, \"rules\": [], \"x\": 1}",
      "r.json: no member \"x\"; there are: qevm-rules, rules, why" },
    { "file/rules", "!{\"qevm-rules\": 1, \"rules\": {}}",
      "r.json: \"rules\" must be an array" },
    { "file/no-rules", "!{\"qevm-rules\": 1}",
      "r.json: \"rules\" must be an array" },
    { "file/big-number",
      "{\"op\": \"set\", \"at\": \"a//b\", "
      "\"value\": 18446744073709551615}",
      "r.json:1:85: too big integer near '18446744073709551615'; write it "
      "as a string" },
    /* the rule */
    { "rule/not-object", "1", "r.json: rule 1: not an object" },
    { "rule/no-op", "{}", "r.json: rule 1: \"op\" is missing" },
    { "rule/op", "{\"op\": \"drop-vmdesc\"}, {\"op\": \"sett\"}",
      "r.json: rule 2: no operation \"sett\"" },
    { "rule/member", "{\"op\": \"set-version\", \"at\": \"a\", \"verzion\": 1}",
      "r.json: rule 1 (set-version): no member \"verzion\"; there are: op, "
      "at, version, when, optional, why, class" },
    { "rule/other-member",
      "{\"op\": \"set-version\", \"at\": \"a\", \"to\": 1}",
      "r.json: rule 1 (set-version): no member \"to\"; there are: op, at, "
      "version, when, optional, why, class" },
    { "rule/no-members", "{\"op\": \"drop-vmdesc\", \"at\": \"x\"}",
      "r.json: rule 1 (drop-vmdesc): no member \"at\"; there are: op, "
      "optional, why, class" },
    { "rule/when-without-path",
      "{\"op\": \"drop-command\", \"at\": \"PING\", \"when\": \"true\"}",
      "r.json: rule 1 (drop-command): no member \"when\"; there are: op, at, "
      "optional, why, class" },
    { "rule/missing", "{\"op\": \"set-version\", \"at\": \"a\"}",
      "r.json: rule 1 (set-version): \"version\" is missing" },
    { "rule/at-missing", "{\"op\": \"set\", \"value\": 1}",
      "r.json: rule 1 (set): \"at\" is missing" },
    { "rule/at-kind", "{\"op\": \"set\", \"at\": 1, \"value\": 1}",
      "r.json: rule 1 (set): \"at\" must be a string" },
    { "rule/at-empty", "{\"op\": \"set\", \"at\": \"\", \"value\": 1}",
      "r.json: rule 1 (set): \"at\" is empty" },
    { "rule/optional",
      "{\"op\": \"drop-section\", \"at\": \"a\", \"optional\": 1}",
      "r.json: rule 1 (drop-section): \"optional\" must be true or false" },
    { "rule/class",
      "{\"op\": \"drop-section\", \"at\": \"a\", \"class\": \"lossles\"}",
      "r.json: rule 1 (drop-section): \"class\" must be lossless, default, "
      "stated, visible or lossy" },
    { "rule/why", "{\"op\": \"drop-section\", \"at\": \"a\", \"why\": []}",
      "r.json: rule 1 (drop-section): \"why\" must be a string" },
    /* paths */
    { "at/syntax", "{\"op\": \"drop-section\", \"at\": \"\\\"a\"}",
      "r.json: rule 1 (drop-section): \"at\": path: column 3: "
      "expected a closing double quote" },
    { "at/section", "{\"op\": \"drop-section\", \"at\": \"a//b\"}",
      "r.json: rule 1 (drop-section): \"at\" must name a section, without "
      "\"//\"" },
    { "at/field", "{\"op\": \"set\", \"at\": \"a\", \"value\": 1}",
      "r.json: rule 1 (set): \"at\" must name a field: SECTION//FIELD" },
    { "at/field-not-subsection",
      "{\"op\": \"remove-field\", \"at\": \"a//{b}\"}",
      "r.json: rule 1 (remove-field): \"at\" must name a field: "
      "SECTION//FIELD" },
    { "at/subsection", "{\"op\": \"strip-subsection\", \"at\": \"a//b\"}",
      "r.json: rule 1 (strip-subsection): \"at\" must name a {subsection}" },
    { "at/version-of-field",
      "{\"op\": \"set-version\", \"at\": \"a//b\", \"version\": 1}",
      "r.json: rule 1 (set-version): \"at\" must name a section or a "
      "{subsection}" },
    { "at/fact",
      "{\"op\": \"map\", \"at\": \"a//.version_id\", "
      "\"value\": {\"expr\": \".\"}}",
      "r.json: rule 1 (map): \"at\": \".version_id\" is changed with "
      "set-version" },
    { "at/instance",
      "{\"op\": \"map\", \"at\": \"a//.instance_id\", "
      "\"value\": {\"expr\": \".\"}}",
      "r.json: rule 1 (map): \"at\": \".instance_id\" is changed with "
      "set-instance" },
    { "at/blocks",
      "{\"op\": \"set\", \"at\": \"ram//.blocks/a/used_length\", "
      "\"value\": 1}",
      "r.json: rule 1 (set): \"at\": RAM blocks are changed with "
      "rename-ram-block, resize-ram-block and their like" },
    { "at/block-quotes",
      "{\"op\": \"drop-ram-block\", \"at\": \"\\\"a\\\"@1\"}",
      "r.json: rule 1 (drop-ram-block): \"at\": nothing may follow the "
      "quoted name" },
    { "at/command", "{\"op\": \"drop-command\", \"at\": \"PONG\"}",
      "r.json: rule 1 (drop-command): \"at\": no command \"PONG\"" },
    { "at/command-ordinal", "{\"op\": \"drop-command\", \"at\": \"PING#x\"}",
      "r.json: rule 1 (drop-command): \"at\": \"#\" must be followed by a "
      "number, from 0" },
    { "at/before",
      "{\"op\": \"move-section\", \"at\": \"a\", \"before\": \"b//c\"}",
      "r.json: rule 1 (move-section): \"before\" must name a section, "
      "without \"//\"" },
    { "at/before-and-after",
      "{\"op\": \"move-section\", \"at\": \"a\", "
      "\"before\": \"b\", \"after\": \"c\"}",
      "r.json: rule 1 (move-section): \"before\" and \"after\" exclude each "
      "other" },
    { "at/beside", "{\"op\": \"move-section\", \"at\": \"a\"}",
      "r.json: rule 1 (move-section): \"before\" or \"after\" is missing" },
    /* values */
    { "value/real", "{\"op\": \"set\", \"at\": \"a//b\", \"value\": 1.5}",
      "r.json: rule 1 (set): \"value\" must be true, false, an integer, a "
      "string, null or {\"hex\": ..}" },
    { "value/object",
      "{\"op\": \"set\", \"at\": \"a//b\", \"value\": {\"x\": 1}}",
      "r.json: rule 1 (set): \"value\" must be a literal, {\"hex\": ..} or "
      "{\"expr\": ..}" },
    { "value/hex-odd",
      "{\"op\": \"set\", \"at\": \"a//b\", \"value\": {\"hex\": \"0\"}}",
      "r.json: rule 1 (set): \"value\": \"hex\" must be a string of digit "
      "pairs" },
    { "value/hex",
      "{\"op\": \"set\", \"at\": \"a//b\", \"value\": {\"hex\": \"000g\"}}",
      "r.json: rule 1 (set): \"value\": \"hex\" is not hexadecimal at digit "
      "4" },
    { "value/expr",
      "{\"op\": \"set\", \"at\": \"a//b\", \"value\": {\"expr\": 1}}",
      "r.json: rule 1 (set): \"value\" must be a string" },
    { "value/map", "{\"op\": \"map\", \"at\": \"a//b\", \"value\": 1}",
      "r.json: rule 1 (map): \"value\" must be {\"expr\": ..}" },
    { "value/bytes", "{\"op\": \"set-bytes\", \"at\": \"a//b\", \"value\": 1}",
      "r.json: rule 1 (set-bytes): \"value\" must be {\"hex\": ..}" },
    { "value/mask",
      "{\"op\": \"set-bytes\", \"at\": \"a//b\", "
      "\"value\": {\"hex\": \"00\"}, \"mask\": {\"hex\": "
      "\"0000\"}}",
      "r.json: rule 1 (set-bytes): \"value\" has 1 bytes, \"mask\" has 2" },
    { "value/mask-kind",
      "{\"op\": \"set-bytes\", \"at\": \"a//b\", "
      "\"value\": {\"hex\": \"00\"}, \"mask\": \"ff\"}",
      "r.json: rule 1 (set-bytes): \"mask\" must be {\"hex\": ..}" },
    { "value/footers", "{\"op\": \"set-footers\", \"value\": 1}",
      "r.json: rule 1 (set-footers): \"value\" must be true or false" },
    { "value/command",
      "{\"op\": \"add-command\", \"at\": \"PING\", \"value\": 1}",
      "r.json: rule 1 (add-command): \"value\" must be {\"hex\": ..}" },
    { "value/version-kind",
      "{\"op\": \"set-version\", \"at\": \"a\", \"version\": -1}",
      "r.json: rule 1 (set-version): \"version\" must be a number from 0 to "
      "4294967295" },
    { "value/version-range",
      "{\"op\": \"set-version\", \"at\": \"a\", \"version\": "
      "\"0x100000000\"}",
      "r.json: rule 1 (set-version): \"version\" must be a number from 0 to "
      "4294967295" },
    { "value/subsection-version",
      "{\"op\": \"add-subsection\", \"at\": \"a\", \"to\": \"a/b\", "
      "\"version\": 256}",
      "r.json: rule 1 (add-subsection): \"version\" of a subsection must be "
      "below 256" },
    { "value/section-version", "{\"op\": \"add-section\", \"to\": \"a\"}",
      "r.json: rule 1 (add-section): \"version\" is missing" },
    { "value/if-equals-literal",
      "{\"op\": \"strip-subsection\", \"at\": \"a//{b}\", \"if-equals\": "
      "{\"c\": []}}",
      "r.json: rule 1 (strip-subsection): \"if-equals/c\" must be true, "
      "false, an integer, a string, null or {\"hex\": ..}" },
    /* RAM */
    { "ram/length",
      "{\"op\": \"resize-ram-block\", \"at\": \"a\", \"length\": 0}",
      "r.json: rule 1 (resize-ram-block): \"length\" must be a number from 1 "
      "to 4611686018427387904" },
    { "ram/align",
      "{\"op\": \"resize-ram-block\", \"at\": \"a\", \"length\": 4096, "
      "\"align\": \"left\"}",
      "r.json: rule 1 (resize-ram-block): \"align\" must be \"bottom\" or "
      "\"top\"" },
    { "ram/fill",
      "{\"op\": \"resize-ram-block\", \"at\": \"a\", \"length\": 4096, "
      "\"fill\": 0}",
      "r.json: rule 1 (resize-ram-block): \"fill\" must be \"zero\" or "
      "\"leave\"" },
    { "ram/split/one",
      "{\"op\": \"split-ram-block\", \"at\": \"a\", \"to\": [{\"name\": "
      "\"b\", \"length\": 4096}]}",
      "r.json: rule 1 (split-ram-block): \"to\" must be an array of two blocks "
      "or more" },
    { "ram/split/member",
      "{\"op\": \"split-ram-block\", \"at\": \"a\", \"to\": [{\"name\": "
      "\"b\", \"length\": 4096}, {\"name\": \"c\", \"size\": 4096}]}",
      "r.json: rule 1 (split-ram-block): \"to[1]\" must be {\"name\": .., "
      "\"length\": ..}" },
    { "ram/split/name",
      "{\"op\": \"split-ram-block\", \"at\": \"a\", \"to\": [{\"nam\": "
      "\"b\", \"length\": 4096}, {\"name\": \"c\", \"length\": 4096}]}",
      "r.json: rule 1 (split-ram-block): \"to[0]/name\" must be a string" },
    { "ram/split/length",
      "{\"op\": \"split-ram-block\", \"at\": \"a\", \"to\": [{\"name\": "
      "\"b\", \"length\": \"4 KiB\"}, {\"name\": \"c\", \"length\": 4096}]}",
      "r.json: rule 1 (split-ram-block): \"to[0]/length\" must be a number "
      "from 1 to 4611686018427387904" },
    { "ram/split/twice",
      "{\"op\": \"split-ram-block\", \"at\": \"a\", \"to\": [{\"name\": "
      "\"b\", \"length\": 4096}, {\"name\": \"b\", \"length\": 4096}]}",
      "r.json: rule 1 (split-ram-block): two blocks `b`" },
    { "ram/merge/one",
      "{\"op\": \"merge-ram-blocks\", \"from\": [\"a\"], \"to\": \"b\"}",
      "r.json: rule 1 (merge-ram-blocks): \"from\" must be an array of two "
      "names or more" },
    { "ram/merge/twice",
      "{\"op\": \"merge-ram-blocks\", \"from\": [\"a\", \"a\"], \"to\": "
      "\"b\"}",
      "r.json: rule 1 (merge-ram-blocks): two blocks `a`" },
    { "ram/merge/at", "{\"op\": \"merge-ram-blocks\", \"at\": \"a\"}",
      "r.json: rule 1 (merge-ram-blocks): no member \"at\"; there are: op, "
      "from, to, optional, why, class" },
    { "ram/regroup/size", "{\"op\": \"regroup-ram-pages\", \"size\": 3072}",
      "r.json: rule 1 (regroup-ram-pages): \"size\" must be a power of two "
      "from 1024 to 65536" },
    { "ram/regroup/small", "{\"op\": \"regroup-ram-pages\", \"size\": 512}",
      "r.json: rule 1 (regroup-ram-pages): \"size\" must be a power of two "
      "from 1024 to 65536" },
    { "ram/regroup/large", "{\"op\": \"regroup-ram-pages\", \"size\": 131072}",
      "r.json: rule 1 (regroup-ram-pages): \"size\" must be a power of two "
      "from 1024 to 65536" },
    /* new fields */
    { "field/neither", "{\"op\": \"add-field\", \"at\": \"a\"}",
      "r.json: rule 1 (add-field): either \"name\" and \"type\", or "
      "\"fields\"" },
    { "field/both",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": \"b\", "
      "\"fields\": []}",
      "r.json: rule 1 (add-field): either \"name\" and \"type\", or "
      "\"fields\"" },
    { "field/no-type",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": \"b\"}",
      "r.json: rule 1 (add-field): \"type\" is missing" },
    { "field/no-name",
      "{\"op\": \"add-field\", \"at\": \"a\", \"type\": \"bool\"}",
      "r.json: rule 1 (add-field): \"name\" is missing" },
    { "field/count-0",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": "
      "\"b\", \"type\": \"bool\", \"count\": 0}",
      "r.json: rule 1 (add-field): \"count\" must not be 0" },
    { "field/size",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": \"b\", "
      "\"type\": \"uint32\", \"size\": 2}",
      "r.json: rule 1 (add-field): \"fields[0]\": type \"uint32\" has 4 "
      "bytes, not 2" },
    { "field/no-size",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": "
      "\"b\", \"type\": \"buffer\"}",
      "r.json: rule 1 (add-field): \"fields[0]\": type \"buffer\" needs a "
      "\"size\"" },
    { "field/struct",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": "
      "\"b\", \"type\": \"struct\", \"size\": 1}",
      "r.json: rule 1 (add-field): \"fields[0]\": type \"struct\" is no "
      "leaf; name its fields one by one" },
    { "field/too-large",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": "
      "\"b\", \"type\": \"uint64\", \"count\": 16777216}",
      "r.json: rule 1 (add-field): \"fields[0]\" is more than 16777216 "
      "bytes" },
    { "field/value",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": "
      "\"b\", \"type\": \"uint8\", \"value\": 256}",
      "r.json: rule 1 (add-field): \"fields[0]\": 256 does not fit the 8 "
      "bits of `uint8`" },
    { "field/value-empty",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": \"b\", \"type\": "
      "\"uint8\", \"value\": \"\"}",
      "r.json: rule 1 (add-field): \"fields[0]\": value: column 1: expected a "
      "decimal or 0x number, true, false, null, \"text\" or hex:.." },
    { "field/list-member",
      "{\"op\": \"add-field\", \"at\": \"a\", \"fields\": [{\"nam\": 1}]}",
      "r.json: rule 1 (add-field): field 0: no member \"nam\"; there are: "
      "name, type, size, count, value" },
    { "field/list-object",
      "{\"op\": \"add-field\", \"at\": \"a\", \"fields\": [1]}",
      "r.json: rule 1 (add-field): field 0: must be an object" },
    { "field/list", "{\"op\": \"add-field\", \"at\": \"a\", \"fields\": 1}",
      "r.json: rule 1 (add-field): \"fields\" must be an array" },
    { "field/list-second",
      "{\"op\": \"add-field\", \"at\": \"a\", \"fields\": [{\"name\": \"x\", "
      "\"type\": \"bool\"}, {\"name\": \"y\"}]}",
      "r.json: rule 1 (add-field): \"fields[1]/type\" is missing" },
    { "field/string-array",
      "{\"op\": \"add-field\", \"at\": \"a\", \"name\": \"b\", \"type\": "
      "\"capability\", \"count\": 2}",
      "r.json: rule 1 (add-field): \"fields[0]\": type \"capability\" has no "
      "arrays" },
    { "field/configuration",
      "{\"op\": \"add-section\", \"to\": \"configuration\"}",
      "r.json: rule 1 (add-section): the configuration's \"fields\" must be "
      "one, \"name\", whose value is the machine type" },
    { "field/configuration-version",
      "{\"op\": \"add-section\", \"to\": \"configuration\", \"version\": 1, "
      "\"fields\": [{\"name\": \"name\", \"value\": \"pc\"}]}",
      "r.json: rule 1 (add-section): the configuration has no version, "
      "instance, type, before or after" },
};

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autofree char *text = file_of(t->text);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmRules) rules =
        qevm_rules_parse(text, strlen(text), "r.json", &error);

    g_assert_null(rules);
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
    g_assert_cmpstr(error->message, ==, t->message);
}

static QevmRules *
parse(const char *rule)
{
    g_autofree char *text = file_of(rule);
    g_autoptr(GError) error = NULL;
    QevmRules *rules = qevm_rules_parse(text, strlen(text), "r.json", &error);

    g_assert_no_error(error);
    g_assert_nonnull(rules);
    return rules;
}

static void
test_members(void)
{
    g_autoptr(QevmRules) rules =
        parse("{\"op\": \"set\", \"at\": \"a@1//b[*]\", \"value\": "
              "\"0xffffffffffffffff\", \"when\": \". == 2\", \"optional\": "
              "true, \"why\": \"because\", \"class\": \"stated\"}");
    const QevmRule *r = g_ptr_array_index(rules->rules, 0);

    g_assert_cmpuint(r->number, ==, 1);
    g_assert_cmpint(r->op, ==, QEVM_OP_SET);
    g_assert_cmpstr(r->at_text, ==, "a@1//b[*]");
    g_assert_cmpstr(r->at->section, ==, "a");
    g_assert_cmpint(r->value.literal.kind, ==, QEVM_VALUE_STRING);
    g_assert_nonnull(r->when);
    g_assert_cmpstr(r->when_text, ==, ". == 2");
    g_assert_true(r->optional);
    g_assert_cmpstr(r->why, ==, "because");
    g_assert_true(r->has_class);
    g_assert_cmpint(r->loss, ==, QEVM_LOSS_STATED);
    g_assert_cmpint(r->index, ==, -1);
}

static void
test_numbers(void)
{
    g_autoptr(QevmRules) rules =
        parse("{\"op\": \"add-section\", \"to\": \"a\", \"version\": "
              "\"0x10\", \"instance\": \"2147483648\"}, {\"op\": "
              "\"add-element\", \"at\": \"a//b\", \"index\": 3, \"value\": "
              "null}");
    const QevmRule *r = g_ptr_array_index(rules->rules, 0);

    g_assert_cmpuint(r->version, ==, 16);
    g_assert_true(r->has_instance);
    g_assert_cmpuint(r->instance, ==, 0x80000000);
    r = g_ptr_array_index(rules->rules, 1);
    g_assert_cmpuint(r->number, ==, 2);
    g_assert_cmpint(r->index, ==, 3);
    g_assert_cmpint(r->value.literal.kind, ==, QEVM_VALUE_NULL);
}

static void
test_fields(void)
{
    g_autoptr(QevmRules) rules = parse(
        "{\"op\": \"add-field\", \"at\": \"a\", \"name\": \"b\", \"type\": "
        "\"uint32\", \"count\": 2, \"value\": {\"expr\": \"1 + 1\"}}, "
        "{\"op\": \"add-subsection\", \"at\": \"a//s\", \"to\": \"a/b\", "
        "\"version\": 1, \"fields\": [{\"name\": \"x\", \"type\": \"bool\", "
        "\"value\": true}, {\"name\": \"y\", \"type\": \"buffer\", \"size\": "
        "3, \"value\": {\"hex\": \"000102\"}}]}");
    const QevmRule *r = g_ptr_array_index(rules->rules, 0);
    const QevmNewField *f = &g_array_index(r->fields, QevmNewField, 0);

    g_assert_cmpuint(r->fields->len, ==, 1);
    g_assert_cmpstr(f->name, ==, "b");
    g_assert_cmpstr(f->type, ==, "uint32");
    g_assert_cmpuint(f->count, ==, 2);
    g_assert_nonnull(f->value.expr);
    g_assert_null(r->value.expr);
    r = g_ptr_array_index(rules->rules, 1);
    g_assert_cmpuint(r->fields->len, ==, 2);
    f = &g_array_index(r->fields, QevmNewField, 1);
    g_assert_cmpuint(f->size, ==, 3);
    g_assert_cmpuint(f->count, ==, 1);
    g_assert_cmpint(f->value.literal.kind, ==, QEVM_VALUE_BYTES);
}

static void
test_if_equals(void)
{
    g_autoptr(QevmRules) rules =
        parse("{\"op\": \"remove-field\", \"at\": \"a//b\", \"if-equals\": "
              "{\"hex\": \"00\"}}, {\"op\": \"strip-subsection\", \"at\": "
              "\"a//{b}\", \"if-equals\": {\"c\": 1, \"d\": {\"hex\": "
              "\"00\"}}}");
    const QevmRule *r = g_ptr_array_index(rules->rules, 0);

    g_assert_cmpint(r->if_equals.literal.kind, ==, QEVM_VALUE_BYTES);
    g_assert_null(r->if_equals_fields);
    r = g_ptr_array_index(rules->rules, 1);
    g_assert_cmpint(r->if_equals.literal.kind, ==, QEVM_VALUE_NONE);
    g_assert_cmpuint(json_object_size(r->if_equals_fields), ==, 2);
}

/* Each row's members are read by somebody, and each required one is demanded
 * under its own name. */
static void
test_table(void)
{
    guint count;
    const QevmOpInfo *ops = qevm_op_table(&count);

    g_assert_cmpuint(count, ==, QEVM_OP_DROP_VMDESC + 1);
    for (guint i = 0; i < count; i++) {
        g_auto(GStrv) members = g_strsplit(ops[i].members, " ", -1);

        g_assert_cmpint(ops[i].op, ==, i);
        for (guint k = 0; members[k]; k++) {
            const char *name = members[k] + (*members[k] == '!');
            g_autofree char *rule = g_strdup_printf(
                "!{\"qevm-rules\": 1, \"rules\": [{\"op\": \"%s\", \"%s\": "
                "[]}]}",
                ops[i].name, name);
            g_autoptr(GError) error = NULL;
            g_autofree char *start = g_strdup_printf(
                "r.json: rule 1 (%s): \"%s\" must be", ops[i].name, name);

            if (strcmp(name, "fields") == 0) {
                continue; /* an array is right there */
            }
            g_assert_null(
                qevm_rules_parse(rule + 1, strlen(rule + 1), "r.json", &error));
            g_assert_true(g_str_has_prefix(error->message, start));
        }
        if (ops[i].members[0] == '!') {
            g_autofree char *rule = g_strdup_printf(
                "{\"qevm-rules\": 1, \"rules\": [{\"op\": \"%s\"}]}",
                ops[i].name);
            g_autofree char *message =
                g_strdup_printf("r.json: rule 1 (%s): \"%s\" is missing",
                                ops[i].name, members[0] + 1);
            g_autoptr(GError) error = NULL;

            g_assert_null(
                qevm_rules_parse(rule, strlen(rule), "r.json", &error));
            g_assert_cmpstr(error->message, ==, message);
        }
    }
}

/* A file is looked for where the rules are. */
static void
test_file(void)
{
    static const struct {
        const char *rules, *file, *want;
    } rows[] = {
        { "r.json", "x.bin", "x.bin" },
        { "-", "x.bin", "x.bin" },
        { "dir/r.json", "x.bin", "dir/x.bin" },
        { "/a/b/r.json", "../x.bin", "/a/b/../x.bin" },
        { "dir/r.json", "/x.bin", "/x.bin" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *rule = g_strdup_printf(
            "{\"op\": \"load-ram-block\", \"at\": \"a\", \"file\": \"%s\"}",
            rows[i].file);
        g_autofree char *text = file_of(rule);
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmRules) rules =
            qevm_rules_parse(text, strlen(text), rows[i].rules, &error);

        g_assert_no_error(error);
        g_assert_cmpstr(((QevmRule *)g_ptr_array_index(rules->rules, 0))->file,
                        ==, rows[i].want);
    }
}

static void
test_limits(void)
{
    g_autoptr(GString) text = g_string_new("{\"qevm-rules\": 1, \"rules\": [");
    g_autoptr(GError) error = NULL;
    g_autofree char *large = g_malloc0(QEVM_RULES_MAX_BYTES + 1);

    for (guint i = 0; i <= QEVM_RULES_MAX; i++) {
        g_string_append_printf(text, "%s{\"op\": \"drop-vmdesc\"}",
                               i ? "," : "");
    }
    g_string_append(text, "]}");
    g_assert_null(qevm_rules_parse(text->str, text->len, "r.json", &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
    g_assert_cmpstr(error->message, ==, "r.json: more than 100000 rules");
    g_clear_error(&error);
    g_assert_null(
        qevm_rules_parse(large, QEVM_RULES_MAX_BYTES + 1, "r.json", &error));
    g_assert_cmpstr(error->message, ==, "r.json: more than 16777216 bytes");
}

static void
test_load(void)
{
    g_autofree char *dir = g_dir_make_tmp("qevm-rule-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(dir, "r.json", NULL);
    g_autofree char *missing = g_strconcat(dir,
                                           "/none: No such file or "
                                           "directory",
                                           NULL);
    g_autofree char *none = g_build_filename(dir, "none", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmRules) rules = NULL;

    g_assert_true(g_file_set_contents(
        file, "{\"qevm-rules\": 1, \"rules\": [{\"op\": \"drop-vmdesc\"}]}", -1,
        NULL));
    rules = qevm_rules_load(file, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(rules->name, ==, file);
    g_assert_cmpuint(rules->rules->len, ==, 1);
    g_assert_null(qevm_rules_load(none, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_assert_cmpstr(error->message, ==, missing);
    g_unlink(file);
    g_rmdir(dir);
}

static const struct set_case {
    const char *name, *value;
    QevmValueKind kind;
    const char *message; /* an error, if kind is NONE */
} set_cases[] = {
    { "number", "0x10", QEVM_VALUE_SINT, NULL },
    { "large", "0xffffffffffffffff", QEVM_VALUE_UINT, NULL },
    { "text", "\"a b\"", QEVM_VALUE_STRING, NULL },
    { "word", "pc-q35-10.0", QEVM_VALUE_STRING, NULL },
    { "bytes", "hex:00ff", QEVM_VALUE_BYTES, NULL },
    { "true", "true", QEVM_VALUE_BOOL, NULL },
    { "bad-bytes", "hex:0", QEVM_VALUE_NONE,
      "value: column 5: expected an even number of hex digits" },
    { "bad-number", "12x", QEVM_VALUE_NONE,
      "value: column 3: expected decimal digits" },
};

static void
test_set(gconstpointer data)
{
    const struct set_case *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmRules) rules = qevm_rules_for_set("a//b", t->value, &error);
    const QevmRule *r;

    if (t->kind == QEVM_VALUE_NONE) {
        g_assert_null(rules);
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
        g_assert_cmpstr(error->message, ==, t->message);
        return;
    }
    g_assert_no_error(error);
    r = g_ptr_array_index(rules->rules, 0);
    g_assert_null(rules->name);
    g_assert_cmpint(r->op, ==, QEVM_OP_SET);
    g_assert_cmpint(r->value.literal.kind, ==, t->kind);
}

static void
test_set_path(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(qevm_rules_for_set("a", "1", &error));
    g_assert_cmpstr(error->message, ==,
                    "\"at\" must name a field: SECTION//FIELD");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/rule/bad/", bad_cases[i].name, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    for (guint i = 0; i < G_N_ELEMENTS(set_cases); i++) {
        g_autofree char *path =
            g_strconcat("/rule/set/", set_cases[i].name, NULL);

        g_test_add_data_func(path, &set_cases[i], test_set);
    }
    g_test_add_func("/rule/set-path", test_set_path);
    g_test_add_func("/rule/members", test_members);
    g_test_add_func("/rule/numbers", test_numbers);
    g_test_add_func("/rule/fields", test_fields);
    g_test_add_func("/rule/if-equals", test_if_equals);
    g_test_add_func("/rule/table", test_table);
    g_test_add_func("/rule/file", test_file);
    g_test_add_func("/rule/limits", test_limits);
    g_test_add_func("/rule/load", test_load);
    return g_test_run();
}
