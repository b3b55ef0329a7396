/* feed.h - a source on its way into a pipe that another program reads.
 *
 * A thread reads it, so that one that gives no bytes keeps nobody waiting: its
 * head first, then, once it is known where to, the rest.
 */
#ifndef QEVM_CLI_QEMU_FEED_H
#define QEVM_CLI_QEMU_FEED_H

#include "parser/source.h"

typedef struct QevmFeed QevmFeed;

#define QEVM_FEED_HEAD (64 * 1024) /* bytes */

/* Takes over the source, and begins to read its head. */
QevmFeed *qevm_feed_new(QevmSource *source);
/* The head, or all there is; waits for it. Owned by the caller. NULL: it cannot
 * be read, or did not come in that time, or a signal came. */
GBytes *qevm_feed_head(QevmFeed *feed, guint seconds, GError **error);
/* The source, while it goes nowhere. Borrowed. */
QevmSource *qevm_feed_source(QevmFeed *feed);
/* Lets it go into `fd`, which it takes over. */
void qevm_feed_begin(QevmFeed *feed, int fd);
/* Bytes that went into the pipe; grows while it goes on. */
guint64 qevm_feed_done(QevmFeed *feed);
/* Ends it, wherever it is. FALSE: the source could not be read to its end. A
 * reader that wanted no more is no error. */
gboolean qevm_feed_stop(QevmFeed *feed, GError **error);

#endif
