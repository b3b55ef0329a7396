/* cli.h - what the commands that run a QEMU have in common. */
#ifndef QEVM_CLI_QEMU_CLI_H
#define QEVM_CLI_QEMU_CLI_H

#include "cli/command.h"
#include "cli/qemu/command.h"
#include <jansson.h>

#define QEVM_OPTION_DISKS_ARE_COPIES                                           \
    {                                                                          \
        "disks-are-copies", 0, G_OPTION_ARG_NONE,                              \
            G_STRUCT_OFFSET(QevmOptions, disks_are_copies), NULL,              \
            "disks and the like may be written to"                             \
    }
#define QEVM_OPTION_TIMEOUT                                                    \
    {                                                                          \
        "timeout", 0, G_OPTION_ARG_INT, G_STRUCT_OFFSET(QevmOptions, timeout), \
            "SECONDS", "give QEMU that long for each step; 60"                 \
    }
#define QEVM_OPTION_SHOW_COMMAND                                               \
    {                                                                          \
        "dry-run", 0, G_OPTION_ARG_NONE,                                       \
            G_STRUCT_OFFSET(QevmOptions, dry_run), NULL,                       \
            "print the QEMU command that would be run"                         \
    }

/* The command behind `--`, reworked; it is said what was left out and changed.
 * `before`: the arguments that come first. NULL: *code is the exit code. */
QevmQemuCommand *qevm_cli_qemu(QevmCli *cli, int argc, char **argv, int before,
                               int *code);
/* Says it, and gives the exit code. */
int qevm_cli_qemu_fail(QevmCli *cli, const char *name, const GError *error);
/* A list of strings, made UTF-8. New reference. */
json_t *qevm_cli_qemu_strings(const GPtrArray *list);
/* What was done to the command: "left_out", "changed", "overlaid". */
void qevm_cli_qemu_json(const QevmQemuCommand *command, json_t *json);
/* What a command returns: ends us by the signal that came meanwhile, if one
 * did. */
int qevm_cli_qemu_done(QevmCli *cli, int code);

#endif
