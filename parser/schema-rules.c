/* schema-rules.c - which description is for which bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/path.h"
#include "parser/schema-reader.h"

gboolean
qevm_schema_has_version(const guint32 *versions, guint n, guint32 version)
{
    for (guint i = 0; i < n; i++) {
        if (versions[i] == version) {
            return TRUE;
        }
    }
    return FALSE;
}

QevmReading
qevm_schemas_for_leaf(const QevmSchemas *schemas, const char *vmsd,
                      guint32 version, const char *type, const char *field)
{
    const GPtrArray *rules = g_hash_table_lookup(schemas->leaves, type);
    QevmReading none = { 0 };

    for (guint i = 0; rules && i < rules->len; i++) {
        const QevmLeafRule *rule = g_ptr_array_index(rules, i);

        if (qevm_path_match(rule->vmsd, FALSE, vmsd ? vmsd : "") &&
            (!rule->field || qevm_path_match(rule->field, FALSE, field)) &&
            (!rule->n_versions ||
             qevm_schema_has_version(rule->versions, rule->n_versions,
                                     version))) {
            return (QevmReading){ rule->body, rule->big, rule->names,
                                  rule->elements, rule->keys };
        }
    }
    return none;
}

QevmReading
qevm_schemas_for_payload(const QevmSchemas *schemas, const char *idstr,
                         guint32 version)
{
    QevmReading none = { 0 };

    for (guint i = 0; i < schemas->payloads->len; i++) {
        const QevmPayloadRule *rule = g_ptr_array_index(schemas->payloads, i);

        if (qevm_path_match(rule->idstr, FALSE, idstr) &&
            (!rule->n_versions ||
             qevm_schema_has_version(rule->versions, rule->n_versions,
                                     version))) {
            return (QevmReading){ .type = rule->body, .big = rule->big };
        }
    }
    return none;
}

QevmReading
qevm_schemas_for_type(const QevmSchemas *schemas, const char *type)
{
    return (QevmReading){ .type = g_hash_table_lookup(schemas->types, type) };
}
