#include "parser/live.h"

QevmLiveEdit *
qevm_live_edit_new(void)
{
    QevmLiveEdit *e = g_new0(QevmLiveEdit, 1);

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
    qevm_ram_map_free(edit->ram);
    g_array_unref(edit->commands);
    g_array_unref(edit->section_ids);
    g_free(edit);
}

gboolean
qevm_live_edit_any(const QevmLiveEdit *edit)
{
    return edit && ((edit->ram && edit->ram->changed) || edit->page_size ||
                    edit->drop_all_pages || edit->commands->len ||
                    edit->section_ids->len ||
                    edit->footers != QEVM_FOOTERS_AS_THEY_ARE);
}

QevmRamMap *
qevm_live_edit_ram(QevmLiveEdit *edit, const QevmRam *ram)
{
    if (!edit->ram) {
        edit->ram = qevm_ram_map_new(ram);
    }
    return edit->ram;
}
