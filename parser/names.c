/* names.c - numbers to names and back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/names.h"

#include <string.h>

static const char *
find_name(const QevmNames *names, guint64 value)
{
    guint low = 0, high = names->n_named;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        const QevmNamed *n = &names->named[middle];

        if (n->value == value) {
            return n->name;
        }
        if (n->value < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

char *
qevm_names_of(const QevmNames *names, const QevmValue *value)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *name;

    if (value->kind != QEVM_VALUE_UINT && value->kind != QEVM_VALUE_SINT) {
        return g_strdup("");
    }
    if (!names->flags) {
        name = find_name(names, value->as.u);
        return g_strdup(name ? name : "");
    }
    for (guint bit = 0; bit < 64; bit++) {
        if (!(value->as.u >> bit & 1)) {
            continue;
        }
        name = find_name(names, bit);
        if (text->len) {
            g_string_append_c(text, ' ');
        }
        if (name) {
            g_string_append(text, name);
        } else {
            g_string_append_printf(text, "bit%u", bit);
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *
qevm_names_format(const QevmNames *names, const QevmValue *value)
{
    g_autofree char *text = names ? qevm_names_of(names, value) : NULL;
    g_autofree char *number = NULL;

    if (text && *text &&
        (names->flags ||
         (value->kind == QEVM_VALUE_UINT && value->as.u > G_MAXUINT32))) {
        return g_strdup_printf("0x%" G_GINT64_MODIFIER "x (%s)", value->as.u,
                               text);
    }
    number = qevm_value_format(value);
    return text && *text ? g_strdup_printf("%s (%s)", number, text)
                         : g_steal_pointer(&number);
}

static gboolean
find_value(const QevmNames *names, const char *word, guint64 *out)
{
    const char *at = word;

    for (guint i = 0; i < names->n_named; i++) {
        if (strcmp(names->named[i].name, word) == 0) {
            *out = names->flags
                       ? G_GUINT64_CONSTANT(1) << (names->named[i].value & 63)
                       : names->named[i].value;
            return TRUE;
        }
    }
    if (names->flags && g_str_has_prefix(word, "bit")) {
        at = word + strlen("bit");
        if (!qevm_scan_integer(&at, out) && *at == '\0' && *out < 64) {
            *out = G_GUINT64_CONSTANT(1) << *out;
            return TRUE;
        }
        return FALSE;
    }
    return !qevm_scan_integer(&at, out) && *at == '\0';
}

static void
refuse(const QevmNames *names, const char *word, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < MIN(names->n_named, 32); i++) {
        g_string_append_printf(list, "%s%s", i ? ", " : "",
                               names->named[i].name);
    }
    if (names->n_named > 32) {
        g_string_append(list, ", …");
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                "`%s' is no name or number; the names are: %s", word,
                list->str);
}

gboolean
qevm_names_parse(const QevmNames *names, const char *text, QevmValue *out,
                 GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(text, "|, ", -1);
    guint64 all = 0, one;
    guint n = 0;

    for (guint i = 0; words[i]; i++) {
        if (*words[i] == '\0') {
            continue;
        }
        if (!find_value(names, words[i], &one)) {
            refuse(names, words[i], error);
            return FALSE;
        }
        if (++n > 1 && !names->flags) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                        "`%s' is more than one name", text);
            return FALSE;
        }
        all |= one;
    }
    if (n == 0) {
        refuse(names, text, error);
        return FALSE;
    }
    /* Values below zero are kept as their 64 bits. */
    if (all > G_MAXINT64 && !names->flags) {
        qevm_value_set_sint(out, (gint64)all);
    } else {
        qevm_value_set_uint(out, all);
    }
    return TRUE;
}
