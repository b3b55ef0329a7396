/* flow.h - a forward read through a source, with what is done to it on the way.
 *
 * A walk reads record headers and goes past the rest. With a sink attached
 * the same walk is a filter: what is passed is copied to the sink, what is
 * dropped is not, what is inserted appears there. On seekable sources extents
 * add up and are copied file to file; only small ones between others are read,
 * as the system call that goes past them costs more. On pipes passed bytes go
 * from the read buffer to the sink.
 */
#ifndef QEVM_PARSER_FLOW_H
#define QEVM_PARSER_FLOW_H

#include "parser/source.h"

typedef struct QevmFlow QevmFlow;
typedef void (*QevmProgress)(guint64 done, guint64 total, gpointer user);

QevmFlow *qevm_flow_new(QevmSource *source, guint64 offset);
void qevm_flow_free(QevmFlow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmFlow, qevm_flow_free)
void qevm_flow_set_progress(QevmFlow *flow, QevmProgress progress,
                            gpointer user);

/* Where passed bytes go from now on; -1: nowhere. What was passed before and
 * not flushed is lost. */
void qevm_flow_set_sink(QevmFlow *flow, int fd, gboolean sparse);
/* Pipes: whether passed bytes are kept in the source to be read again. */
void qevm_flow_set_keep(QevmFlow *flow, gboolean keep);

/* While muted, passed bytes are dropped and nothing is inserted. */
QEVM_CHECKED gboolean qevm_flow_mute(QevmFlow *flow, gboolean mute,
                                     GError **error);

guint64 qevm_flow_offset(const QevmFlow *flow);
/* Bytes that went to the sink. */
guint64 qevm_flow_written(const QevmFlow *flow);

/* Looks at the next n <= QEVM_FLOW_PEEK bytes; borrowed until the next call.
 * Fewer left is TRUNCATED. */
#define QEVM_FLOW_PEEK (64 * 1024 + 512)
QEVM_CHECKED gboolean qevm_flow_peek(QevmFlow *flow, gsize n, const char *what,
                                     const guint8 **out, GError **error);
/* Looks at up to n bytes; *got tells how many there are. */
QEVM_CHECKED gboolean qevm_flow_peek_some(QevmFlow *flow, gsize n,
                                          const guint8 **out, gsize *got,
                                          GError **error);
QEVM_CHECKED gboolean qevm_flow_pass(QevmFlow *flow, guint64 n,
                                     const char *what, GError **error);
QEVM_CHECKED gboolean qevm_flow_drop(QevmFlow *flow, guint64 n,
                                     const char *what, GError **error);
QEVM_CHECKED gboolean qevm_flow_insert(QevmFlow *flow, gconstpointer data,
                                       gsize n, GError **error);
/* Goes on at a later offset, past bytes that are nobody's (mapped-ram): they
 * count as passed. */
QEVM_CHECKED gboolean qevm_flow_jump(QevmFlow *flow, guint64 offset,
                                     const char *what, GError **error);
/* Hands all pending bytes to the sink. */
QEVM_CHECKED gboolean qevm_flow_flush(QevmFlow *flow, GError **error);

#endif
