/* rule-check.c - what a rule must be as a whole, before any stream is seen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/rule-read.h"

#include <string.h>

void
qevm_pattern_clear(QevmPattern *pattern)
{
    g_clear_pointer(&pattern->name, g_free);
}

gboolean
qevm_pattern_parse(const char *text, gboolean ordinal, QevmPattern *out,
                   GError **error)
{
    const char *hash = ordinal ? strrchr(text, '#') : NULL;

    if (*text == '"') {
        /* Block names hold '/', '@' and '#', so only a quoted one is read as
         * a section in a path is. */
        g_autoptr(QevmPath) path = qevm_path_parse(text, error);

        if (!path) {
            return FALSE;
        }
        if (path->has_tree || path->which != QEVM_INSTANCE_ANY ||
            (path->ordinal >= 0 && !ordinal)) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                        "nothing may follow the quoted name");
            return FALSE;
        }
        out->name = g_steal_pointer(&path->section);
        out->literal = path->section_literal;
        out->ordinal = path->ordinal;
        return TRUE;
    }
    out->literal = FALSE;
    out->ordinal = -1;
    if (hash) {
        guint64 k;

        if (!g_ascii_string_to_unsigned(hash + 1, 10, 0, G_MAXINT, &k, NULL)) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                        "\"#\" must be followed by a number, from 0");
            return FALSE;
        }
        out->ordinal = (gint)k;
    }
    out->name = hash ? g_strndup(text, (gsize)(hash - text)) : g_strdup(text);
    return TRUE;
}

gboolean
qevm_pattern_match(const QevmPattern *pattern, const char *name)
{
    return qevm_path_match(pattern->name, pattern->literal, name);
}

gboolean
qevm_type_size(const char *type, guint64 size, guint64 *out, GError **error)
{
    const QevmPrim *prim = qevm_prim_find(type);

    if (strcmp(type, "struct") == 0 || strcmp(type, "vstruct") == 0 ||
        strcmp(type, "tmp") == 0) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "type \"%s\" is no leaf; name its fields one by one", type);
        return FALSE;
    }
    if (prim && prim->size) {
        if (size && size != prim->size) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                        "type \"%s\" has %u bytes, not %" G_GUINT64_FORMAT,
                        type, prim->size, size);
            return FALSE;
        }
        size = prim->size;
    }
    if (!size && !(prim && prim->kind == QEVM_PRIM_STRING8)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "type \"%s\" needs a \"size\"", type);
        return FALSE;
    }
    if (size > QEVM_RULE_FIELD_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "\"size\" is more than %d bytes", QEVM_RULE_FIELD_MAX);
        return FALSE;
    }
    *out = size;
    return TRUE;
}

/* ---- what a whole rule must be ---- */

typedef enum {
    AT_NONE,      /* no path: nothing, a block, a command */
    AT_SECTION,   /* a section itself */
    AT_VERSIONED, /* a section or subsection */
    AT_SUBSECTION,
    AT_CONTAINER, /* whatever has fields */
    AT_LEAF,      /* something below a section */
    AT_VALUE,     /* the same, or a header fact */
} AtKind;

static const guint8 at_kinds[QEVM_OP_DROP_VMDESC + 1] = {
    [QEVM_OP_SET] = AT_VALUE,
    [QEVM_OP_SET_BYTES] = AT_LEAF,
    [QEVM_OP_ADD_FIELD] = AT_CONTAINER,
    [QEVM_OP_REMOVE_FIELD] = AT_LEAF,
    [QEVM_OP_RETYPE] = AT_LEAF,
    [QEVM_OP_RESIZE_ARRAY] = AT_LEAF,
    [QEVM_OP_ADD_ELEMENT] = AT_LEAF,
    [QEVM_OP_REMOVE_ELEMENT] = AT_LEAF,
    [QEVM_OP_MAP] = AT_LEAF,
    [QEVM_OP_SET_VERSION] = AT_VERSIONED,
    [QEVM_OP_SET_INSTANCE] = AT_SECTION,
    [QEVM_OP_RENAME_SECTION] = AT_SECTION,
    [QEVM_OP_DROP_SECTION] = AT_SECTION,
    [QEVM_OP_MOVE_SECTION] = AT_SECTION,
    [QEVM_OP_ADD_SUBSECTION] = AT_CONTAINER,
    [QEVM_OP_STRIP_SUBSECTION] = AT_SUBSECTION,
};

/* Is the operation for arrays as a whole? Of structs they may be described one
 * by one. */
static gboolean
takes_runs(QevmOp op)
{
    return op == QEVM_OP_REMOVE_FIELD || op == QEVM_OP_RESIZE_ARRAY ||
           op == QEVM_OP_ADD_ELEMENT || op == QEVM_OP_REMOVE_ELEMENT;
}

gboolean
qevm_rule_check_at(const QevmRuleReader *r, GError **error)
{
    QevmRule *rule = r->rule;
    AtKind kind = at_kinds[rule->op];
    QevmStep *last = NULL;
    GError *cause = NULL;

    if (kind == AT_NONE) {
        return TRUE;
    }
    rule->at = qevm_path_parse(rule->at_text, &cause);
    if (!rule->at) {
        return qevm_rule_fail_with(r, "at", cause, error);
    }
    for (guint i = 0; rule->at->steps && i < rule->at->steps->len; i++) {
        last = &g_array_index(rule->at->steps, QevmStep, i);
        if (strcmp(last->name, ".blocks") == 0) {
            return qevm_rule_fail(
                r, error,
                "\"at\": RAM blocks are changed with "
                "rename-ram-block, resize-ram-block and their like");
        }
    }
    if (kind == AT_SECTION && last) {
        return qevm_rule_fail(r, error,
                              "\"at\" must name a section, without \"//\"");
    }
    if (kind == AT_VERSIONED && last && !last->subsection) {
        return qevm_rule_fail(r, error,
                              "\"at\" must name a section or a {subsection}");
    }
    if (kind == AT_SUBSECTION && !(last && last->subsection)) {
        return qevm_rule_fail(r, error, "\"at\" must name a {subsection}");
    }
    if ((kind == AT_LEAF || kind == AT_VALUE) && (!last || last->subsection)) {
        return qevm_rule_fail(r, error,
                              "\"at\" must name a field: SECTION//FIELD");
    }
    if (kind != AT_VALUE && last && last->fact) {
        return qevm_rule_fail(
            r, error, "\"at\": \"%s\" is changed with %s", last->name,
            strcmp(last->name, ".instance_id") == 0 ? "set-instance"
                                                    : "set-version");
    }
    if (last && takes_runs(rule->op)) {
        last->run = TRUE;
    }
    return TRUE;
}

static gboolean
check_new_field(const QevmRuleReader *r, guint number, QevmNewField *f,
                GError **error)
{
    g_autofree char *what = g_strdup_printf("fields[%u]", number);
    QevmFieldDesc desc = { 0 };
    g_autoptr(GBytes) bytes = NULL;
    GError *cause = NULL;
    guint64 size;

    if (!f->name || !f->type) {
        return qevm_rule_fail(r, error, "\"%s/%s\" is missing", what,
                              f->name ? "type" : "name");
    }
    if (strlen(f->name) > 255) {
        return qevm_rule_fail(r, error, "\"%s/name\" is longer than 255 bytes",
                              what);
    }
    if (!qevm_type_size(f->type, f->size, &size, &cause)) {
        return qevm_rule_fail_with(r, what, cause, error);
    }
    desc = (QevmFieldDesc){ .name = f->name,
                            .type = f->type,
                            .prim = qevm_prim_find(f->type),
                            .size = size,
                            .count = f->count };
    if (!size && f->count > 1) {
        return qevm_rule_fail(r, error, "\"%s\": type \"%s\" has no arrays",
                              what, f->type);
    }
    if (size && f->count > QEVM_RULE_FIELD_MAX / size) {
        return qevm_rule_fail(r, error, "\"%s\" is more than %d bytes", what,
                              QEVM_RULE_FIELD_MAX);
    }
    if (!f->value.expr) {
        /* Tried now, so that a wrong literal needs no stream to show. */
        bytes = qevm_encode_run(&desc, &f->value.literal, TRUE, &cause);
        if (!bytes) {
            return qevm_rule_fail_with(r, what, cause, error);
        }
    }
    return TRUE;
}

/* migration/savevm.c:vmstate_configuration: len and name, always both. */
static gboolean
check_configuration(const QevmRuleReader *r, GError **error)
{
    const QevmRule *rule = r->rule;
    const QevmNewField *f;

    if (rule->has_instance || rule->has_version || rule->type || rule->before ||
        rule->after) {
        return qevm_rule_fail(
            r, error,
            "the configuration has no version, instance, type, before "
            "or after");
    }
    f = rule->fields->len == 1 ? &g_array_index(rule->fields, QevmNewField, 0)
                               : NULL;
    if (!f || g_strcmp0(f->name, "name") != 0 ||
        (f->value.literal.kind != QEVM_VALUE_STRING &&
         f->value.literal.kind != QEVM_VALUE_BYTES) ||
        !g_bytes_get_size(f->value.literal.bytes)) {
        return qevm_rule_fail(
            r, error,
            "the configuration's \"fields\" must be one, \"name\", "
            "whose value is the machine type");
    }
    return TRUE;
}

static gboolean
check_fields(QevmRuleReader *r, GError **error)
{
    QevmRule *rule = r->rule;
    gboolean one =
        r->single.name || (rule->op == QEVM_OP_ADD_FIELD &&
                           (rule->type || rule->size || rule->has_count ||
                            qevm_operand_given(&rule->value)));

    if (rule->op == QEVM_OP_ADD_FIELD && one == r->has_fields) {
        return qevm_rule_fail(r, error,
                              "either \"name\" and \"type\", or \"fields\"");
    }
    if (one) {
        if (!r->single.name || !rule->type) {
            return qevm_rule_fail(r, error, "\"%s\" is missing",
                                  r->single.name ? "type" : "name");
        }
        if (rule->has_count && !rule->count) {
            return qevm_rule_fail(r, error, "\"count\" must not be 0");
        }
        r->single.type = g_strdup(rule->type);
        r->single.size = rule->size;
        r->single.count = rule->has_count ? rule->count : 1;
        r->single.value = rule->value;
        rule->value = (QevmOperand){ 0 };
        g_array_append_val(rule->fields, r->single);
        r->single = (QevmNewField){ 0 };
    }
    if (rule->op == QEVM_OP_ADD_SECTION &&
        strcmp(rule->to, "configuration") == 0) {
        return check_configuration(r, error);
    }
    for (guint i = 0; i < rule->fields->len; i++) {
        if (!check_new_field(
                r, i, &g_array_index(rule->fields, QevmNewField, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
check_anchors(const QevmRuleReader *r, GError **error)
{
    const QevmRule *rule = r->rule;
    const char *what = rule->before ? "before" : "after";
    const char *text = rule->before ? rule->before : rule->after;
    GError *cause = NULL;

    if (rule->before && rule->after) {
        return qevm_rule_fail(r, error,
                              "\"before\" and \"after\" exclude each other");
    }
    if (!text) {
        return rule->op == QEVM_OP_MOVE_SECTION
                   ? qevm_rule_fail(r, error,
                                    "\"before\" or \"after\" is missing")
                   : TRUE;
    }
    if (rule->op != QEVM_OP_ADD_FIELD) {
        g_autoptr(QevmPath) path = qevm_path_parse(text, &cause);

        if (!path) {
            return qevm_rule_fail_with(r, what, cause, error);
        }
        if (path->steps && path->steps->len) {
            return qevm_rule_fail(
                r, error, "\"%s\" must name a section, without \"//\"", what);
        }
    }
    return TRUE;
}

static gboolean
check_pattern(const QevmRuleReader *r, GError **error)
{
    gboolean command = r->rule->op == QEVM_OP_ADD_COMMAND ||
                       r->rule->op == QEVM_OP_DROP_COMMAND;
    g_auto(QevmPattern) pattern = { 0 };
    GError *cause = NULL;

    if (at_kinds[r->rule->op] != AT_NONE || !r->rule->at_text) {
        return TRUE;
    }
    if (!qevm_pattern_parse(r->rule->at_text,
                            r->rule->op == QEVM_OP_DROP_COMMAND, &pattern,
                            &cause)) {
        return qevm_rule_fail_with(r, "at", cause, error);
    }
    if (!command) {
        return TRUE;
    }
    for (guint n = 0; n < 256; n++) {
        const char *name = qevm_command_name((guint16)n);

        if (name && qevm_pattern_match(&pattern, name)) {
            return TRUE;
        }
    }
    return qevm_rule_fail(r, error, "\"at\": no command \"%s\"",
                          r->rule->at_text);
}

/* Of blocks that a rule lists. */
static gboolean
check_names(const QevmRuleReader *r, GError **error)
{
    const GPtrArray *names = r->rule->names;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < names->len; i++) {
        if (!g_hash_table_add(seen, g_ptr_array_index(names, i))) {
            return qevm_rule_fail(r, error, "two blocks `%s`",
                                  (char *)g_ptr_array_index(names, i));
        }
    }
    return TRUE;
}

static gboolean
check_values(const QevmRuleReader *r, GError **error)
{
    const QevmRule *rule = r->rule;
    QevmValueKind kind = rule->value.literal.kind;
    GError *cause = NULL;
    guint64 size;

    switch (rule->op) {
    case QEVM_OP_SET_BYTES:
        if (!rule->value.expr && kind != QEVM_VALUE_BYTES) {
            return qevm_rule_fail(r, error, "\"value\" must be {\"hex\": ..}");
        }
        if (rule->mask && kind == QEVM_VALUE_BYTES &&
            g_bytes_get_size(rule->mask) !=
                g_bytes_get_size(rule->value.literal.bytes)) {
            return qevm_rule_fail(r, error,
                                  "\"value\" has %zu bytes, \"mask\" has %zu",
                                  g_bytes_get_size(rule->value.literal.bytes),
                                  g_bytes_get_size(rule->mask));
        }
        return TRUE;
    case QEVM_OP_MAP:
        return rule->value.expr
                   ? TRUE
                   : qevm_rule_fail(r, error,
                                    "\"value\" must be {\"expr\": ..}");
    case QEVM_OP_SET_FOOTERS:
        return kind == QEVM_VALUE_BOOL
                   ? TRUE
                   : qevm_rule_fail(r, error,
                                    "\"value\" must be true or false");
    case QEVM_OP_ADD_COMMAND:
        if (rule->value.expr ||
            (kind != QEVM_VALUE_NONE && kind != QEVM_VALUE_BYTES)) {
            return qevm_rule_fail(r, error, "\"value\" must be {\"hex\": ..}");
        }
        return TRUE;
    case QEVM_OP_RETYPE:
        if (!qevm_type_size(rule->type, rule->size, &size, &cause)) {
            return qevm_rule_fail_with(r, "type", cause, error);
        }
        return TRUE;
    case QEVM_OP_REGROUP_RAM_PAGES:
        return (rule->size >= 1024 && rule->size <= 65536 &&
                (rule->size & (rule->size - 1)) == 0)
                   ? TRUE
                   : qevm_rule_fail(r, error,
                                    "\"size\" must be a power of two from "
                                    "1024 to 65536");
    case QEVM_OP_ADD_SUBSECTION:
        /* vmstate_subsection_load() keeps eight bits of it. */
        return rule->version < 256
                   ? TRUE
                   : qevm_rule_fail(
                         r, error,
                         "\"version\" of a subsection must be below 256");
    case QEVM_OP_ADD_SECTION:
        return rule->has_version || strcmp(rule->to, "configuration") == 0
                   ? TRUE
                   : qevm_rule_fail(r, error, "\"version\" is missing");
    default:
        return TRUE;
    }
}

gboolean
qevm_rule_check(QevmRuleReader *r, GError **error)
{
    return qevm_rule_check_at(r, error) && check_pattern(r, error) &&
           check_fields(r, error) && check_anchors(r, error) &&
           check_names(r, error) && check_values(r, error);
}
