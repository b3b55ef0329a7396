/* ram-commands.h - the subcommands of `qevm ram`, one file each; their table is
 * in cmd-ram.c.
 */
#ifndef QEVM_CLI_RAM_COMMANDS_H
#define QEVM_CLI_RAM_COMMANDS_H

#include "cli/command.h"

/* Where blocks are, for those that need to know. */
#define QEVM_OPTION_LAYOUT                                                     \
    {                                                                          \
        "layout", 0, G_OPTION_ARG_FILENAME_ARRAY,                              \
            G_STRUCT_OFFSET(QevmOptions, layout), "MAP",                       \
            "ADDRESS=BLOCK: where the guest sees a block"                      \
    }

extern const QevmCommand qevm_command_ram_list, qevm_command_ram_extract,
    qevm_command_ram_page, qevm_command_ram_find, qevm_command_ram_diff,
    qevm_command_ram_core;

#endif
