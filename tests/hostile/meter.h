/* meter.h - what a piece of work takes of memory. */
#ifndef QEVM_TESTS_HOSTILE_METER_H
#define QEVM_TESTS_HOSTILE_METER_H

#include <glib.h>

/* What it may take: this, and the device state, which is at most the input and
 * there so many times; see parser/budget.h. */
#define METER_MAX (64 * 1024 * 1024)
#define METER_COPIES_READING 1
#define METER_COPIES_REWRITING 4

/* Not with sanitizers. Threads are not reckoned with. */
gboolean meter_works(void);
/* Forgets what was. */
void meter_start(void);
/* The most bytes that there were since then, above those there were then. */
gsize meter_peak(void);

#endif
