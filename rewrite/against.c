/* against.c - will a destination load a stream, and if not, why not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/against.h"

#include "parser/path.h"
#include "rewrite/against-private.h"

char *
qevm_against_path(QevmStream *stream, QevmRecord *record, QevmNode *node,
                  gint64 index)
{
    QevmPlace place = { .kind = !node        ? QEVM_PLACE_SECTION
                                : index >= 0 ? QEVM_PLACE_ELEMENT
                                             : QEVM_PLACE_NODE,
                        .record = record,
                        .node = node,
                        .index = index >= 0 ? (guint64)index : 0 };

    return qevm_path_of(stream, &place);
}

gboolean
qevm_check_against(QevmStream *stream, const QevmTarget *target,
                   GPtrArray *findings, GError **error)
{
    g_autoptr(GHashTable) sections = qevm_sections_index(stream);
    QevmAgainst a = { stream, target, qevm_target_reference(target), findings,
                      sections };

    qevm_against_configuration(&a);
    qevm_against_footers(&a);
    qevm_against_ram(&a);
    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *record = g_ptr_array_index(stream->records, i);

        if (record->type == QEVM_RECORD_COMMAND) {
            qevm_against_command(&a, record);
        } else if ((record->type == QEVM_RECORD_START ||
                    record->type == QEVM_RECORD_FULL) &&
                   !qevm_against_section(&a, record, error)) {
            return FALSE;
        }
    }
    qevm_against_missing(&a);
    return TRUE;
}
