#include "parser/live.h"

#include <string.h>

static void
block_edit_clear(gpointer p)
{
    QevmBlockEdit *b = p;

    g_free(b->idstr);
    g_free(b->rename);
}

QevmLiveEdit *
qevm_live_edit_new(void)
{
    QevmLiveEdit *e = g_new0(QevmLiveEdit, 1);

    e->blocks = g_array_new(FALSE, TRUE, sizeof(QevmBlockEdit));
    g_array_set_clear_func(e->blocks, block_edit_clear);
    e->commands = g_array_new(FALSE, TRUE, sizeof(QevmCommandEdit));
    e->section_ids = g_array_new(FALSE, TRUE, sizeof(guint32));
    return e;
}

void
qevm_live_edit_free(QevmLiveEdit *edit)
{
    if (!edit) {
        return;
    }
    g_array_unref(edit->blocks);
    g_array_unref(edit->commands);
    g_array_unref(edit->section_ids);
    g_free(edit);
}

gboolean
qevm_live_edit_any(const QevmLiveEdit *edit)
{
    return edit && (edit->blocks->len || edit->drop_all_pages ||
                    edit->commands->len || edit->section_ids->len ||
                    edit->footers != QEVM_FOOTERS_AS_THEY_ARE);
}

QevmBlockEdit *
qevm_live_edit_block(QevmLiveEdit *edit, const char *idstr)
{
    QevmBlockEdit fresh = { 0 };

    for (guint i = 0; i < edit->blocks->len; i++) {
        QevmBlockEdit *b = &g_array_index(edit->blocks, QevmBlockEdit, i);

        if (strcmp(b->idstr, idstr) == 0) {
            return b;
        }
    }
    fresh.idstr = g_strdup(idstr);
    g_array_append_val(edit->blocks, fresh);
    return &g_array_index(edit->blocks, QevmBlockEdit, edit->blocks->len - 1);
}

const QevmBlockEdit *
qevm_live_edit_find(const QevmLiveEdit *edit, const char *idstr)
{
    for (guint i = 0; edit && i < edit->blocks->len; i++) {
        const QevmBlockEdit *b = &g_array_index(edit->blocks, QevmBlockEdit, i);

        if (strcmp(b->idstr, idstr) == 0) {
            return b;
        }
    }
    return NULL;
}
