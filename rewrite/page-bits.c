#include "rewrite/page-bits.h"

#include <string.h>

static QevmNode *
find(QevmNode *parent, QevmNodeKind kind, const char *name)
{
    for (QevmNode *n = qevm_node_children(parent); n; n = n->next) {
        if (n->kind == kind && strcmp(qevm_node_name(n), name) == 0) {
            return n;
        }
    }
    return NULL;
}

QevmNode *
qevm_page_bits_subsection(QevmNode *configuration)
{
    return find(configuration, QEVM_NODE_SUBSECTION, QEVM_PAGE_BITS);
}

QevmNode *
qevm_page_bits_field(QevmNode *subsection)
{
    return find(subsection, QEVM_NODE_FIELD, QEVM_PAGE_BITS_FIELD);
}

gboolean
qevm_page_bits_agree(const QevmEdit *edit, QevmRecord *configuration,
                     GError **error)
{
    QevmNode *sub = configuration->tree
                        ? qevm_page_bits_subsection(&configuration->tree->root)
                        : NULL;
    QevmNode *field = sub ? qevm_page_bits_field(sub) : NULL;
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
