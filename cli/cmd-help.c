/* cmd-help.c - qevm help: of commands and of findings. */
#include "cli/command.h"
#include "rewrite/finding.h"

#include <stdio.h>
#include <string.h>

static void
print_finding(QevmPrint *out, const QevmFindingInfo *info)
{
    qevm_print_styled(out, QEVM_STYLE_NAME, "%s", info->slug);
    qevm_print_format(out, " (%s): %s\n\n", qevm_severity_name(info->severity),
                      info->summary);
    qevm_print_prose(out, info->text);
}

static void
print_findings(QevmPrint *out)
{
    guint count;
    const QevmFindingInfo *table = qevm_finding_table(&count);

    qevm_print(out, "What check finds; \"qevm help FINDING\" tells more of "
                    "one.\n\n");
    for (guint i = 0; i < count; i++) {
        qevm_print_format(out, "  %-20s %s\n", table[i].slug, table[i].summary);
    }
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    const QevmCommand *command;
    const QevmFindingInfo *finding;
    int words;

    if (argc == 0) {
        qevm_command_print_list(cli->out);
        return QEVM_EXIT_OK;
    }
    command = qevm_command_find(argc, argv, &words);
    finding = qevm_finding_find(argv[0]);
    if (argc > words) {
        return qevm_cli_usage(cli, "no subcommand \"%s %s\"", argv[0], argv[1]);
    }
    if (command) {
        qevm_command_print_help(command, cli->out);
    } else if (finding) {
        print_finding(cli->out, finding);
    } else if (strcmp(argv[0], "findings") == 0) {
        print_findings(cli->out);
    } else {
        fprintf(stderr,
                "qevm: help: no command and no finding \"%s\"; "
                "see \"qevm help\" and \"qevm help findings\"\n",
                argv[0]);
        return QEVM_EXIT_USAGE;
    }
    return QEVM_EXIT_OK;
}

const QevmCommand qevm_command_help = {
    .name = "help",
    .args = "[COMMAND [SUBCOMMAND] | FINDING | findings]",
    .summary = "tell of a command, or of what check finds",
    .details = "Without an argument, lists the commands.",
    .max_args = 2,
    .run = run,
};
