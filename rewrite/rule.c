/* rule.c - rules files, read and checked as far as no stream is needed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rewrite/rule-read.h"

/* clang-format off */
static const QevmOpInfo ops[] = {
    { QEVM_OP_SET, "set",
      "give a field, an element or a header fact a value",
      "!at !value when", QEVM_LOSS_STATED },
    { QEVM_OP_SET_BYTES, "set-bytes",
      "change the bits of a field that a mask selects",
      "!at !value mask index when", QEVM_LOSS_STATED },
    { QEVM_OP_ADD_FIELD, "add-field",
      "add fields to a section, subsection or struct",
      "!at name type size count value fields before after when",
      QEVM_LOSS_LOSSLESS },
    { QEVM_OP_REMOVE_FIELD, "remove-field",
      "remove a field, an array or a struct",
      "!at if-equals when", QEVM_LOSS_LOSSY },
    { QEVM_OP_RETYPE, "retype",
      "give a field another type, and a value if its size changes",
      "!at !type size value when", QEVM_LOSS_STATED },
    { QEVM_OP_RESIZE_ARRAY, "resize-array",
      "give an array another number of elements",
      "!at !count value if-equals when", QEVM_LOSS_LOSSY },
    { QEVM_OP_ADD_ELEMENT, "add-element",
      "insert one element into an array or list",
      "!at index value fields when", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_REMOVE_ELEMENT, "remove-element",
      "take one element out of an array or list",
      "!at !index if-equals when", QEVM_LOSS_LOSSY },
    { QEVM_OP_MAP, "map",
      "compute each value anew from the old one",
      "!at !value when", QEVM_LOSS_STATED },
    { QEVM_OP_SET_VERSION, "set-version",
      "change the version_id of a section or subsection",
      "!at !version when", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_SET_INSTANCE, "set-instance",
      "change the instance_id of a section",
      "!at !instance when", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_RENAME_SECTION, "rename-section",
      "change the idstr of a section",
      "!at !to when", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_ADD_SECTION, "add-section",
      "add a device section, or the configuration",
      "!to type version instance fields before after", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_DROP_SECTION, "drop-section",
      "leave a section out",
      "!at if-equals when", QEVM_LOSS_LOSSY },
    { QEVM_OP_MOVE_SECTION, "move-section",
      "put a device section before or after another one",
      "!at before after when", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_ADD_SUBSECTION, "add-subsection",
      "add a subsection to a section, subsection or struct",
      "!at !to !version fields when", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_STRIP_SUBSECTION, "strip-subsection",
      "leave a subsection out",
      "!at if-equals when", QEVM_LOSS_LOSSY },
    { QEVM_OP_RENAME_RAM_BLOCK, "rename-ram-block",
      "change the name of a RAM block",
      "!at !to", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_DROP_RAM_BLOCK, "drop-ram-block",
      "leave a RAM block and its pages out",
      "!at", QEVM_LOSS_LOSSY },
    { QEVM_OP_DROP_RAM_PAGES, "drop-ram-pages",
      "leave the pages of a RAM block out, so that it reads as zeros",
      "!at", QEVM_LOSS_LOSSY },
    { QEVM_OP_RESIZE_RAM_BLOCK, "resize-ram-block",
      "give a RAM block another length",
      "!at !length align fill", QEVM_LOSS_LOSSY },
    { QEVM_OP_SPLIT_RAM_BLOCK, "split-ram-block",
      "make several RAM blocks of one",
      "!at !to", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_MERGE_RAM_BLOCKS, "merge-ram-blocks",
      "make one RAM block of several",
      "!from !to", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_LOAD_RAM_BLOCK, "load-ram-block",
      "fill a RAM block with the bytes of a file",
      "!at !file align", QEVM_LOSS_STATED },
    { QEVM_OP_REGROUP_RAM_PAGES, "regroup-ram-pages",
      "send RAM in pages of another size",
      "!size", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_ADD_COMMAND, "add-command",
      "add a command",
      "!at value before after", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_DROP_COMMAND, "drop-command",
      "leave commands out",
      "!at", QEVM_LOSS_LOSSY },
    { QEVM_OP_SET_FOOTERS, "set-footers",
      "add a footer to every section, or take all of them away",
      "!value", QEVM_LOSS_LOSSLESS },
    { QEVM_OP_DROP_VMDESC, "drop-vmdesc",
      "leave the description at the end out",
      "", QEVM_LOSS_DEFAULT },
};
/* clang-format on */

#define COMMON_MEMBERS "optional why class"

const QevmOpInfo *
qevm_op_table(guint *count)
{
    *count = G_N_ELEMENTS(ops);
    return ops;
}

const QevmOpInfo *
qevm_op_info(QevmOp op)
{
    return &ops[op];
}

const char *
qevm_op_common_members(void)
{
    return COMMON_MEMBERS;
}

static const char *const loss_names[] = { "lossless", "default", "stated",
                                          "visible", "lossy" };

const char *
qevm_loss_name(QevmLoss loss)
{
    return loss_names[loss];
}

char *
qevm_rule_prefix(const QevmRules *rules, const QevmRule *rule)
{
    if (!rules->name) {
        return g_strdup("");
    }
    return g_strdup_printf("%s: rule %u (%s): ", rules->name, rule->number,
                           ops[rule->op].name);
}

static void
operand_clear(QevmOperand *operand)
{
    qevm_value_clear(&operand->literal);
    g_clear_pointer(&operand->expr, qevm_expr_free);
}

void
qevm_new_field_clear(gpointer p)
{
    QevmNewField *field = p;

    g_clear_pointer(&field->name, g_free);
    g_clear_pointer(&field->type, g_free);
    operand_clear(&field->value);
}

static void
rule_free(gpointer p)
{
    QevmRule *rule = p;

    g_free(rule->at_text);
    g_clear_pointer(&rule->at, qevm_path_free);
    g_clear_pointer(&rule->when, qevm_expr_free);
    g_free(rule->when_text);
    g_free(rule->why);
    operand_clear(&rule->value);
    operand_clear(&rule->if_equals);
    json_decref(rule->if_equals_fields);
    g_free(rule->to);
    g_free(rule->type);
    g_array_unref(rule->fields);
    g_free(rule->before);
    g_free(rule->after);
    g_clear_pointer(&rule->mask, g_bytes_unref);
    g_ptr_array_unref(rule->names);
    g_array_unref(rule->lengths);
    g_free(rule->file);
    g_free(rule);
}

static QevmRule *
rule_new(guint number)
{
    QevmRule *rule = g_new0(QevmRule, 1);

    rule->number = number;
    rule->index = -1;
    rule->fields = g_array_new(FALSE, TRUE, sizeof(QevmNewField));
    g_array_set_clear_func(rule->fields, qevm_new_field_clear);
    rule->names = g_ptr_array_new_with_free_func(g_free);
    rule->lengths = g_array_new(FALSE, FALSE, sizeof(guint64));
    return rule;
}

static QevmRules *
rules_new(const char *name)
{
    QevmRules *rules = g_new0(QevmRules, 1);

    rules->name = g_strdup(name);
    rules->rules = g_ptr_array_new_with_free_func(rule_free);
    return rules;
}

void
qevm_rules_free(QevmRules *rules)
{
    if (!rules) {
        return;
    }
    g_free(rules->name);
    g_ptr_array_unref(rules->rules);
    g_free(rules);
}

static gboolean
find_op(const QevmRules *rules, guint number, json_t *json, QevmOp *op,
        GError **error)
{
    const char *name = json_string_value(json_object_get(json, "op"));

    if (!json_is_object(json) || !name) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    json_is_object(json) ? "%s: rule %u: \"op\" is missing"
                                         : "%s: rule %u: not an object",
                    rules->name, number);
        return FALSE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(ops); i++) {
        if (strcmp(ops[i].name, name) == 0) {
            *op = ops[i].op;
            return TRUE;
        }
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                "%s: rule %u: no operation \"%s\"", rules->name, number, name);
    return FALSE;
}

static gboolean
read_rule(QevmRules *rules, guint number, json_t *json, GError **error)
{
    QevmRuleReader r = { .rules = rules };
    gboolean ok;
    QevmOp op;

    if (!find_op(rules, number, json, &op, error)) {
        return FALSE;
    }
    r.rule = rule_new(number);
    r.rule->op = op;
    g_ptr_array_add(rules->rules, r.rule);
    ok = qevm_rule_read(&r, json, error) && qevm_rule_check(&r, error);
    qevm_new_field_clear(&r.single);
    return ok;
}

static gboolean
read_file(QevmRules *rules, json_t *json, GError **error)
{
    json_t *version = json_object_get(json, "qevm-rules");
    json_t *list = json_object_get(json, "rules");
    const char *name;
    json_t *value;

    if (!json_is_integer(version) || json_integer_value(version) != 1) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%s: not a rules file: \"qevm-rules\" must be 1",
                    rules->name);
        return FALSE;
    }
    json_object_foreach(json, name, value)
    {
        if (!qevm_has_word("qevm-rules rules why $schema", name)) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                        "%s: no member \"%s\"; there are: qevm-rules, rules, "
                        "why",
                        rules->name, name);
            return FALSE;
        }
    }
    if (!json_is_array(list)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%s: \"rules\" must be an array", rules->name);
        return FALSE;
    }
    if (json_array_size(list) > QEVM_RULES_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%s: more than %d rules", rules->name, QEVM_RULES_MAX);
        return FALSE;
    }
    for (gsize i = 0; i < json_array_size(list); i++) {
        if (!read_rule(rules, (guint)i + 1, json_array_get(list, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

QevmRules *
qevm_rules_parse(const char *text, gsize len, const char *name, GError **error)
{
    g_autoptr(QevmRules) rules = rules_new(name);
    json_error_t where;
    json_t *json;
    gboolean ok;

    if (len > QEVM_RULES_MAX_BYTES) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%s: more than %d bytes", name, QEVM_RULES_MAX_BYTES);
        return NULL;
    }
    json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
    if (!json) {
        const char *hint = g_str_has_prefix(where.text, "too big integer")
                               ? "; write it as a string"
                               : "";

        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE, "%s:%d:%d: %s%s", name,
                    where.line, where.column, where.text, hint);
        return NULL;
    }
    ok = read_file(rules, json, error);
    json_decref(json);
    return ok ? g_steal_pointer(&rules) : NULL;
}

QevmRules *
qevm_rules_load(const char *file, GError **error)
{
    gboolean standard = strcmp(file, "-") == 0;
    g_autoptr(GByteArray) text = g_byte_array_new();
    FILE *in = standard ? stdin : fopen(file, "rbe");
    guint8 buffer[16 * 1024];
    int saved = errno;
    gsize n;

    if (!in) {
        qevm_error_errno(error, saved, "%s", file);
        return NULL;
    }
    /* One byte past the limit is enough for it to be refused. */
    while (text->len <= QEVM_RULES_MAX_BYTES &&
           (n = fread(buffer, 1, sizeof(buffer), in)) > 0) {
        g_byte_array_append(text, buffer, (guint)n);
    }
    saved = ferror(in) ? errno : 0;
    if (!standard) {
        fclose(in);
    }
    if (saved) {
        qevm_error_errno(error, saved, "%s", file);
        return NULL;
    }
    return qevm_rules_parse((const char *)text->data, text->len, file, error);
}

QevmRules *
qevm_rules_for_set(const char *path, const char *value, GError **error)
{
    g_autoptr(QevmRules) rules = rules_new(NULL);
    QevmRule *rule = rule_new(1);
    QevmRuleReader r = { .rules = rules, .rule = rule };
    const char *named = strstr(value, " (");
    g_autofree char *number = NULL;

    g_ptr_array_add(rules->rules, rule);
    rule->op = QEVM_OP_SET;
    rule->at_text = g_strdup(path);
    if (!qevm_rule_check_at(&r, error)) {
        return NULL;
    }
    /* "0x3 (csum guest_csum)", as it is printed: the number counts. */
    if (g_ascii_isdigit(*value) && g_str_has_suffix(value, ")") && named) {
        number = g_strndup(value, (gsize)(named - value));
        value = number;
    }
    if (!qevm_value_parse(value, &rule->value.literal, error)) {
        /* A bare word is text, unless it looks like something gone wrong. */
        if (!g_ascii_isalpha(*value) || g_str_has_prefix(value, "hex:")) {
            return NULL;
        }
        g_clear_error(error);
        rule->value.literal.kind = QEVM_VALUE_STRING;
        rule->value.literal.bytes = g_bytes_new(value, strlen(value));
    }
    return g_steal_pointer(&rules);
}
