/* live.h - what may be changed in the part of a stream that is not device
 * state: RAM blocks and pages, iterative sections, commands, footers.
 *
 * The walk that reads this part applies these edits on its way (flow.h), so
 * that no list grows with RAM.
 */
#ifndef QEVM_PARSER_LIVE_H
#define QEVM_PARSER_LIVE_H

#include "parser/flow.h"
#include "parser/ram-map.h"

typedef struct {
    guint16 command;
    gint ordinal; /* which of that number in the stream, from 0; -1: all */
} QevmCommandEdit;

typedef struct {
    QevmRamMap *ram;   /* owned; NULL: as in the source */
    guint64 page_size; /* of page records, a power of two; 0: as it is.
                          Needs `ram` */
    /* Makes a new file without a name, for pages that have to wait; -1 on
     * failure. */
    int (*unnamed)(GError **error);
    gboolean drop_all_pages; /* strip; also what the map has for them */
    GArray *commands;        /* QevmCommandEdit: commands to drop */
    GArray *section_ids;     /* guint32: iterative sections to drop */
    enum {
        QEVM_FOOTERS_AS_THEY_ARE,
        QEVM_FOOTERS_ADD,
        QEVM_FOOTERS_REMOVE
    } footers;
} QevmLiveEdit;

QevmLiveEdit *qevm_live_edit_new(void);
void qevm_live_edit_free(QevmLiveEdit *edit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmLiveEdit, qevm_live_edit_free)
/* FALSE: the live part can be copied without being looked into. */
gboolean qevm_live_edit_any(const QevmLiveEdit *edit);
/* The map of blocks, to change it; made if there is none yet. */
QevmRamMap *qevm_live_edit_ram(QevmLiveEdit *edit, const QevmRam *ram);

#endif
