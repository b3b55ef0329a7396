/* qmp.h - a QEMU's monitor: one command at a time, events on the way.
 *
 * QEMU has one end of a socket pair, which it inherits, so that there is no
 * name to be found or left, and a chroot or a container in between does not
 * matter. Descriptors can be handed over with a command.
 */
#ifndef QEVM_CLI_QEMU_QMP_H
#define QEVM_CLI_QEMU_QMP_H

#include <glib.h>
#include <jansson.h>

typedef struct QevmQmp QevmQmp;

#define QEVM_QMP_LINE_MAX (64 * 1024 * 1024) /* bytes of an answer */

/* Takes over `fd`. `also` becomes readable when QEMU has ended. Answers have
 * to come in `seconds`. */
QevmQmp *qevm_qmp_new(int fd, int also, guint seconds);
void qevm_qmp_free(QevmQmp *qmp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmQmp, qevm_qmp_free)

/* Waits for QEMU's greeting, the sign that it has started. */
gboolean qevm_qmp_greet(QevmQmp *qmp, GError **error);

/* What the command returns; NULL: it failed (ANSWER), or QEMU did (ENDED,
 * TIMEOUT, INTERRUPTED). Takes over `arguments`, which may be NULL. New
 * reference. */
json_t *qevm_qmp_command(QevmQmp *qmp, const char *name, json_t *arguments,
                         GError **error);
/* The same for what returns nothing of interest. `fd`: a descriptor to hand
 * over, which stays open here; -1: none. */
gboolean qevm_qmp_do(QevmQmp *qmp, const char *name, json_t *arguments, int fd,
                     GError **error);
/* A command of the human monitor: its text. Owned. */
char *qevm_qmp_human(QevmQmp *qmp, const char *line, GError **error);

/* Waits up to so many milliseconds for an event; NULL without an error: none
 * came. New reference. */
json_t *qevm_qmp_event(QevmQmp *qmp, int milliseconds, GError **error);

#endif
