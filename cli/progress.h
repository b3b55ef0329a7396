/* progress.h - one line on the terminal while long work goes on. */
#ifndef QEVM_CLI_PROGRESS_H
#define QEVM_CLI_PROGRESS_H

#include "parser/flow.h"

typedef struct {
    const char *what;   /* borrowed: "reading", "writing" */
    gint64 start, last; /* monotonic time, microseconds; last 0: not shown */
    gboolean terminal;
} QevmProgressLine;

/* Shows nothing unless stderr is a terminal and the work takes a second. */
void qevm_progress_start(QevmProgressLine *line, const char *what);
/* A QevmProgress; `user` is the QevmProgressLine. */
void qevm_progress_update(guint64 done, guint64 total, gpointer user);
/* Erases the line. */
void qevm_progress_stop(QevmProgressLine *line);

#endif
