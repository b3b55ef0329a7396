#include "rewrite/page-bits.h"

QevmNode *
qevm_page_bits_field(QevmNode *subsection)
{
    QevmNode *field = qevm_node_child(subsection, QEVM_PAGE_BITS_FIELD);

    return field && field->kind == QEVM_NODE_FIELD ? field : NULL;
}

gboolean
qevm_page_bits_agree(const QevmEdit *edit, QevmRecord *configuration,
                     GError **error)
{
    QevmNode *sub = qevm_node_subsection(
        configuration->tree ? &configuration->tree->root : NULL,
        QEVM_PAGE_BITS);
    QevmNode *field = qevm_page_bits_field(sub);
    guint64 size =
        edit->live->page_size ? edit->live->page_size : edit->stream->page_size;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!field || !field->edited || !size || !edit->stream->ram) {
        return TRUE;
    }
    qevm_node_value(field, 0, &value);
    if (value.kind == QEVM_VALUE_UINT && value.as.u < 64 &&
        G_GUINT64_CONSTANT(1) << value.as.u == size) {
        return TRUE;
    }
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                QEVM_PAGE_BITS " is to be %" G_GUINT64_FORMAT
                               ", but the pages of RAM have %" G_GUINT64_FORMAT
                               " bytes; regroup-ram-pages changes both",
                value.kind == QEVM_VALUE_UINT ? value.as.u : 0, size);
    return FALSE;
}
