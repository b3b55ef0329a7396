/* page-bits.h - configuration/target-page-bits (2.8; migration/savevm.c), which
 * must agree with the page records; private to rewrite/.
 */
#ifndef QEVM_REWRITE_PAGE_BITS_H
#define QEVM_REWRITE_PAGE_BITS_H

#include "rewrite/edit.h"

#define QEVM_PAGE_BITS "configuration/target-page-bits"
#define QEVM_PAGE_BITS_FIELD "target_page_bits"

/* The field in the subsection of a configuration; NULL: there is none. */
QevmNode *qevm_page_bits_field(QevmNode *subsection);
/* Does an edited configuration say what the pages are? UNSUPPORTED if not. */
QEVM_CHECKED gboolean qevm_page_bits_agree(const QevmEdit *edit,
                                           QevmRecord *configuration,
                                           GError **error);

#endif
