/* show.c - a whole stream as text. */
#include "cli/show.h"

int
qevm_show_text(QevmCli *cli, const char *file, QevmStream *stream,
               const QevmTextRender *render)
{
    int code = QEVM_EXIT_OK;

    for (guint i = 0; i < stream->records->len; i++) {
        QevmRecord *record = g_ptr_array_index(stream->records, i);
        g_autoptr(GError) error = NULL;

        if (record->type == QEVM_RECORD_HEADER) {
            continue;
        }
        if (!qevm_render_text_record(render, stream, record, &error)) {
            code = qevm_cli_fail(cli, file, error, QEVM_EXIT_SYSTEM);
        }
        qevm_record_forget(record);
        if (qevm_print_broken(cli->out)) {
            return code;
        }
    }
    return code;
}
