/* facts.h - what a QEMU says of itself that a stream does not. */
#ifndef QEVM_CLI_QEMU_FACTS_H
#define QEVM_CLI_QEMU_FACTS_H

#include "cli/qemu/process.h"

/* Asks for it, of a QEMU whose guest never ran: the members "qemu", "arch",
 * "machine", "accelerator", "ram_blocks", "types", "parents", "machines" and
 * "migration" of a target; schemas/qevm-target.json describes them. `qtree`
 * gets the text of `info qtree`, owned by the caller. New reference; NULL: QEMU
 * failed. */
json_t *qevm_qemu_facts(QevmQemu *qemu, char **qtree, GError **error);

#endif
