/* interrupt.h - a signal that ends us, as something that a loop can wait for,
 * so that what has been started is ended first.
 */
#ifndef QEVM_CLI_QEMU_INTERRUPT_H
#define QEVM_CLI_QEMU_INTERRUPT_H

#include <glib.h>

/* From now on SIGINT, SIGTERM and SIGHUP only make the descriptor below
 * readable, unless they are ignored. */
gboolean qevm_interrupt_catch(GError **error);
int qevm_interrupt_fd(void);
/* Has one come? Sets the error. */
gboolean qevm_interrupt_came(GError **error);
/* Ends us by the signal that came; returns if none did. */
void qevm_interrupt_obey(void);

#endif
