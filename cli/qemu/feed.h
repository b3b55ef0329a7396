/* feed.h - a source on its way into a pipe that another program reads. */
#ifndef QEVM_CLI_QEMU_FEED_H
#define QEVM_CLI_QEMU_FEED_H

#include "parser/source.h"

typedef struct QevmFeed QevmFeed;

/* Takes over both, and begins. */
QevmFeed *qevm_feed_new(QevmSource *source, int fd);
/* Bytes that went into the pipe; grows while it goes on. */
guint64 qevm_feed_done(QevmFeed *feed);
/* Ends it, wherever it is. FALSE: the source could not be read to its end. A
 * reader that wanted no more is no error. */
gboolean qevm_feed_stop(QevmFeed *feed, GError **error);

#endif
