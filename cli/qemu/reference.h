/* reference.h - what a QEMU saves when idle, with the devices of an older
 * machine type where it still has them.
 */
#ifndef QEVM_CLI_QEMU_REFERENCE_H
#define QEVM_CLI_QEMU_REFERENCE_H

#include "cli/command.h"
#include "cli/qemu/command.h"
#include <jansson.h>

typedef struct {
    QevmQemuCommand *command; /* owned; with the options below */
    char **words;             /* owned; what the user gave, and the options */
    GPtrArray *added;   /* char *; "TYPE.PROPERTY=VALUE", each after -global */
    GPtrArray *failed;  /* char *; the same, that it does not start with */
    GPtrArray *notes;   /* char *; what could not be had of its facts */
    json_t *facts;      /* owned; schemas/qevm-target.json describes it */
    QevmSource *source; /* owned; the stream, without pages; NULL once taken */
} QevmReference;

/* Starts the command `words` and captures. Before, if `machine` is not NULL,
 * devices get the properties that they had on that machine type, and in the
 * QEMU that `from` (schemas/qevm-target.json; NULL: not known) is of, as far as
 * QEMU starts with them. The options of `cli` say how long, and what is a
 * disk. */
QevmReference *qevm_reference_new(QevmCli *cli, char **words,
                                  const char *machine, const json_t *from,
                                  GError **error);
void qevm_reference_free(QevmReference *reference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmReference, qevm_reference_free)

#endif
