/* live-run.h - the records between head and device state, walked again;
 * private to rewrite/.
 *
 * A live run: from a PART or END to the last record before device state.
 * Commands between belong to it, those behind it too. Most streams have one;
 * with postcopy pages follow the device state.
 */
#ifndef QEVM_REWRITE_LIVE_RUN_H
#define QEVM_REWRITE_LIVE_RUN_H

#include "parser/walk.h"

/* No QEMU puts live sections into a package. Where there are some, they go with
 * the device state. */
gboolean qevm_record_is_live(const QevmRecord *record);
/* Of stream->records: where the first run from `i` on starts, or their number;
 * where the one that starts there ends. */
guint qevm_live_run_start(const QevmStream *stream, guint i);
guint qevm_live_run_end(const QevmStream *stream, guint i);
/* The head of a stream, which a pipe writes first: up to a live run, or to the
 * package of a postcopy migration that had none. */
guint qevm_live_head_end(const QevmStream *stream);

/* Where passed records go. */
typedef struct {
    int fd; /* -1: nowhere */
    gboolean sparse;
    QevmProgress progress; /* may be NULL */
    gpointer user;
} QevmLiveSink;

/* A walk over a stream that was opened, for its runs in their order. `edit`
 * may be NULL. */
QevmWalk *qevm_live_walk_new(QevmStream *stream, const QevmLiveEdit *edit);
/* Walks records [from, to), a run. */
QEVM_CHECKED gboolean qevm_live_walk_run(QevmWalk *walk, guint from, guint to,
                                         const QevmLiveSink *sink,
                                         GError **error);

#endif
