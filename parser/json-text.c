/* json-text.c - JSON that is small, and read into memory as a whole.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/json-text.h"

json_t *
qevm_json_text(const char *text, gsize len, const char *name, QevmError code,
               GError **error)
{
    json_error_t wrong;
    json_t *root =
        json_loadb(len ? text : "", len, JSON_REJECT_DUPLICATES, &wrong);

    if (!root) {
        g_set_error(error, QEVM_ERROR, (int)code, "%s: line %d: %s", name,
                    wrong.line, wrong.text);
    }
    return root;
}
