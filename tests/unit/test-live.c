/* test-live.c - the list of what happens to the live part.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/live.h"

static void
test_blocks(void)
{
    g_autoptr(QevmLiveEdit) e = qevm_live_edit_new();

    g_assert_false(qevm_live_edit_any(e));
    g_assert_null(qevm_live_edit_find(e, "a"));
    qevm_live_edit_block(e, "a")->rename = g_strdup("b");
    qevm_live_edit_block(e, "c")->drop_block = TRUE;
    qevm_live_edit_block(e, "a")->drop_pages = TRUE;
    g_assert_cmpuint(e->blocks->len, ==, 2);
    g_assert_cmpstr(qevm_live_edit_find(e, "a")->rename, ==, "b");
    g_assert_true(qevm_live_edit_find(e, "a")->drop_pages);
    g_assert_false(qevm_live_edit_find(e, "a")->drop_block);
    g_assert_true(qevm_live_edit_find(e, "c")->drop_block);
    /* By the name it has in the source. */
    g_assert_null(qevm_live_edit_find(e, "b"));
    g_assert_true(qevm_live_edit_any(e));
}

static void
test_none(void)
{
    g_assert_false(qevm_live_edit_any(NULL));
    g_assert_null(qevm_live_edit_find(NULL, "a"));
    qevm_live_edit_free(NULL);
}

/* Each alone makes a walk necessary. */
static void
test_any(void)
{
    for (int i = 0; i < 6; i++) {
        g_autoptr(QevmLiveEdit) e = qevm_live_edit_new();
        QevmCommandEdit command = { 2, -1 };
        guint32 id = 7;

        switch (i) {
        case 0:
            qevm_live_edit_block(e, "a");
            break;
        case 1:
            e->drop_all_pages = TRUE;
            break;
        case 2:
            g_array_append_val(e->commands, command);
            break;
        case 3:
            g_array_append_val(e->section_ids, id);
            break;
        case 4:
            e->footers = QEVM_FOOTERS_ADD;
            break;
        default:
            e->footers = QEVM_FOOTERS_REMOVE;
            break;
        }
        g_assert_true(qevm_live_edit_any(e));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/live/blocks", test_blocks);
    g_test_add_func("/live/none", test_none);
    g_test_add_func("/live/any", test_any);
    return g_test_run();
}
