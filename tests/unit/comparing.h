/* comparing.h - what is found between two descriptions, as text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_COMPARING_H
#define QEVM_TESTS_UNIT_COMPARING_H

#include "rewrite/compare.h"
#include "tests/unit/dump.h"

/* All findings, a line each: "PATH: FINDING: SENTENCE". */
static inline char *
compare_text(const QevmKnown *from, const QevmKnown *to,
             QevmDirection direction)
{
    g_autoptr(GPtrArray) findings = qevm_compare(from, to, direction);
    g_autoptr(GString) text = g_string_new("");

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        g_string_append_printf(text, "%s: %s: %s\n", f->path, f->info->slug,
                               f->sentence);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

#endif
