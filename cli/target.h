/* target.h - the destination that a command line names with --against. */
#ifndef QEVM_CLI_TARGET_H
#define QEVM_CLI_TARGET_H

#include "cli/command.h"
#include "rewrite/compat.h"
#include "rewrite/hints.h"
#include "rewrite/target.h"

#define QEVM_OPTION_AGAINST                                                    \
    {                                                                          \
        "against", 0, G_OPTION_ARG_FILENAME_ARRAY,                             \
            G_STRUCT_OFFSET(QevmOptions, against), "TARGET",                   \
            "compare with what this destination accepts"                       \
    }

/* What qevm capture writes beside a reference has its name and this. */
#define QEVM_TARGET_SUFFIX ".target.json"

/* What all of --against say together: each is a stream that the destination
 * saved, a -dump-vmstate file, or the name of a shipped target. To a reference
 * whose QEMU can be told, what is shipped for that one is added. Owned by the
 * caller. NULL: it was said why. */
QevmTarget *qevm_cli_target(QevmCli *cli);
/* The same with a reference that was just captured, which it takes over, and
 * its facts. */
QevmTarget *qevm_cli_target_captured(QevmCli *cli, QevmStream *reference,
                                     json_t *facts);

/* What one of those alone knows: a dump, shipped or not, or the sections of a
 * stream. Owned by the caller. NULL: it was said why. */
QevmKnown *qevm_cli_known(QevmCli *cli, const char *name);

/* The names of all shipped targets, by release and architecture. Owned by the
 * caller, as its strings. */
GPtrArray *qevm_cli_shipped(void);
/* What qevm capture wrote beside a reference (schemas/qevm-target.json), a new
 * reference; NULL: nothing. FALSE: it was said why. */
gboolean qevm_cli_facts(QevmCli *cli, const char *path, json_t **facts);
/* What is shipped of the machine types of an architecture; without anything, it
 * knows none. Owned by the caller. */
QevmCompat *qevm_cli_compat(const char *architecture, GError **error);
/* What is shipped of hints about device state. Owned by the caller. */
QevmHints *qevm_cli_hints(GError **error);

#endif
