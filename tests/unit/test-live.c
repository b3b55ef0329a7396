/* test-live.c - what happens to the live part.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/live.h"

static void
test_none(void)
{
    g_assert_false(qevm_live_edit_any(NULL));
    qevm_live_edit_free(NULL);
}

/* A map alone changes nothing. */
static void
test_map(void)
{
    g_autoptr(QevmLiveEdit) e = qevm_live_edit_new();
    QevmRamBlock block = { .idstr = (char *)(guintptr) "a",
                           .used_length = 0x1000 };
    QevmRam ram = { .blocks = g_array_new(FALSE, TRUE, sizeof block) };

    g_array_append_val(ram.blocks, block);
    g_assert_null(e->ram);
    g_assert_true(qevm_live_edit_ram(e, &ram) == e->ram);
    g_assert_false(qevm_live_edit_any(e));
    qevm_ram_map_rename(qevm_live_edit_ram(e, &ram), 0, "b");
    g_assert_true(qevm_live_edit_any(e));
    g_array_unref(ram.blocks);
}

/* Each alone makes a walk necessary. */
static void
test_any(void)
{
    for (int i = 0; i < 5; i++) {
        g_autoptr(QevmLiveEdit) e = qevm_live_edit_new();
        QevmCommandEdit command = { 2, -1 };
        guint32 id = 7;

        switch (i) {
        case 0:
            e->drop_all_pages = TRUE;
            break;
        case 1:
            g_array_append_val(e->commands, command);
            break;
        case 2:
            g_array_append_val(e->section_ids, id);
            break;
        case 3:
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
    g_test_add_func("/live/none", test_none);
    g_test_add_func("/live/map", test_map);
    g_test_add_func("/live/any", test_any);
    return g_test_run();
}
