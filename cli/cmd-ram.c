/* cmd-ram.c - qevm ram: the contents of RAM. */
#include "cli/ram-commands.h"

static const QevmCommand *const subcommands[] = { &qevm_command_ram_list,
                                                  &qevm_command_ram_extract,
                                                  &qevm_command_ram_page,
                                                  &qevm_command_ram_find,
                                                  &qevm_command_ram_diff,
                                                  &qevm_command_ram_core,
                                                  NULL };

const QevmCommand qevm_command_ram = {
    .name = "ram",
    .args = "SUBCOMMAND ...",
    .summary = "look at the contents of RAM, and take them out",
    .details =
        "The pages of a stream come in the order in which they were sent, some "
        "of them several times; what counts is the last version of each.",
    .subcommands = subcommands,
};
