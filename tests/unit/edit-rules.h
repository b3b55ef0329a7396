/* edit-rules.h - for tests: rules as they are written there, and what an edit
 * says of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_EDIT_RULES_H
#define QEVM_TESTS_UNIT_EDIT_RULES_H

#include "rewrite/edit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "path: before -> after [class] what", a line each. */
static inline char *
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

/* Each FILE is that file. */
static inline char *
with_file(const char *text, const char *file)
{
    g_auto(GStrv) parts = g_strsplit(text, "FILE", -1);

    return g_strjoinv(file, parts);
}

/* A list of rules of the file `r`, in which ' is " and FILE a file. */
static inline QevmRules *
quoted_rules(const char *list, const char *file)
{
    g_autofree char *named = with_file(list, file);
    g_autofree char *text =
        g_strdup_printf("{'qevm-rules': 1, 'rules': [%s]}", named);
    g_autoptr(GError) error = NULL;
    QevmRules *rules;

    g_strdelimit(text, "'", '"');
    rules = qevm_rules_parse(text, strlen(text), "r", &error);
    g_assert_no_error(error);
    return rules;
}

/* For QevmLiveEdit: a file without a name. */
static inline int
unnamed_file(GError **error)
{
    FILE *file = tmpfile();
    int fd;

    (void)error;
    g_assert_nonnull(file);
    fd = dup(fileno(file));
    fclose(file);
    return fd;
}

#endif
