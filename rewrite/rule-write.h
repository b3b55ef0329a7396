/* rule-write.h - rules as JSON, to be put into a rules file. */
#ifndef QEVM_REWRITE_RULE_WRITE_H
#define QEVM_REWRITE_RULE_WRITE_H

#include "rewrite/rule.h"

/* A value as rules have it, text as text. New reference. */
json_t *qevm_rule_value_json(const QevmValue *value);
/* {"hex": ..}. New reference. */
json_t *qevm_rule_hex_json(const guint8 *data, gsize size);
/* The one rule of qevm_rules_for_set(). New reference. */
json_t *qevm_rule_set_json(const char *path, const char *value, GError **error);

#endif
