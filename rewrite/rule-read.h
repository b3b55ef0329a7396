/* rule-read.h - reading one rule; private to rule.c, rule-read.c and
 * rule-check.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_REWRITE_RULE_READ_H
#define QEVM_REWRITE_RULE_READ_H

#include "rewrite/ops.h"

typedef struct {
    const QevmRules *rules;
    QevmRule *rule;
    QevmNewField single; /* add-field without "fields" */
    gboolean has_fields;
} QevmRuleReader;

/* The row of an operation. */
const QevmOpInfo *qevm_op_info(QevmOp op);
void qevm_new_field_clear(gpointer field);

/* RULE errors, with file and rule in front; return FALSE. */
gboolean qevm_rule_fail(const QevmRuleReader *r, GError **error,
                        const char *format, ...) G_GNUC_PRINTF(3, 4);
/* The same out of an error about the member `what`; takes it over. */
gboolean qevm_rule_fail_with(const QevmRuleReader *r, const char *what,
                             GError *cause, GError **error);

/* Is `word` in a space-separated list, `!` left aside? */
gboolean qevm_has_word(const char *words, const char *word);
/* Reads the members of a rule whose operation is known. */
QEVM_CHECKED gboolean qevm_rule_read(QevmRuleReader *r, json_t *json,
                                     GError **error);
/* Parses paths and checks what the members are together. */
QEVM_CHECKED gboolean qevm_rule_check(QevmRuleReader *r, GError **error);
/* `at` alone. */
QEVM_CHECKED gboolean qevm_rule_check_at(const QevmRuleReader *r,
                                         GError **error);

#endif
