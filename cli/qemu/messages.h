/* messages.h - what a QEMU says on its standard output and standard error.
 *
 * It is read as it comes, so that QEMU never waits, kept, and shown on ours
 * while that is wanted. What QEMU traces of a load (trace-events in
 * migration/) is no message: of that, only where it is now is kept.
 */
#ifndef QEVM_CLI_QEMU_MESSAGES_H
#define QEVM_CLI_QEMU_MESSAGES_H

#include <glib.h>

typedef struct QevmMessages QevmMessages;

#define QEVM_MESSAGES_MAX (256 * 1024) /* bytes that are kept */

/* Where a load is, in QEMU's words. */
typedef struct {
    char *section; /* owned; idstr; NULL: no section was begun */
    guint32 instance_id, version_id;
    char *field; /* owned; "VMSD:FIELD"; NULL: none in this section */
} QevmLoadPlace;

void qevm_load_place_clear(QevmLoadPlace *place);

/* Takes over `fd`, and reads from it until its end. */
QevmMessages *qevm_messages_new(int fd, gboolean show);
/* Waits for the end first. */
void qevm_messages_free(QevmMessages *messages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmMessages, qevm_messages_free)

/* Whether what QEMU says from now on is shown. */
void qevm_messages_show(QevmMessages *messages, gboolean show);
/* Shows, once and at the end, what was not shown. */
void qevm_messages_show_rest(QevmMessages *messages);
/* Waits for the end. */
void qevm_messages_finish(QevmMessages *messages);

/* Lines from byte `from` of all that was said until now: what QEMU wrote before
 * it answered is among them. Owned. `*end` gets how much there is, and may be
 * NULL. */
char *qevm_messages_text(QevmMessages *messages, gsize from, gsize *end);
/* Owned, as a whole. */
QevmLoadPlace qevm_messages_place(QevmMessages *messages);

/* The trace events, for QMP; ends with NULL. */
extern const char *const qevm_messages_events[];

#endif
