/* progress.c - one line on the terminal while long work goes on. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#define SHOW_AFTER G_USEC_PER_SEC
#define SHOW_EVERY (G_USEC_PER_SEC / 10)

void
qevm_progress_start(QevmProgressLine *line, const char *what)
{
    line->what = what;
    line->start = g_get_monotonic_time();
    line->last = 0;
    line->terminal = isatty(STDERR_FILENO);
}

void
qevm_progress_update(guint64 done, guint64 total, gpointer user)
{
    QevmProgressLine *line = user;
    g_autofree char *have = NULL, *all = NULL;
    gint64 now;

    if (!line->terminal) {
        return;
    }
    now = g_get_monotonic_time();
    if (now - line->start < SHOW_AFTER || now - line->last < SHOW_EVERY) {
        return;
    }
    line->last = now;
    have = g_format_size_full(done, G_FORMAT_SIZE_IEC_UNITS);
    if (total == 0 || total == G_MAXUINT64) {
        fprintf(stderr, "\r\033[K%s: %s", line->what, have);
    } else {
        all = g_format_size_full(total, G_FORMAT_SIZE_IEC_UNITS);
        fprintf(stderr, "\r\033[K%s: %s of %s, %d %%", line->what, have, all,
                (int)(100.0 * (double)MIN(done, total) / (double)total));
    }
    fflush(stderr);
}

void
qevm_progress_stop(QevmProgressLine *line)
{
    if (line->last != 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        line->last = 0;
    }
}
