/* command.h - what a command is: its name, its help, its options, its code.
 *
 * One table holds them all; usage, `qevm help`, the completions and the test
 * of the man page walk it. To add a command, write cli/cmd-NAME.c, declare its
 * QevmCommand below and give it a row in command.c.
 */
#ifndef QEVM_CLI_COMMAND_H
#define QEVM_CLI_COMMAND_H

#include "cli/print.h"
#include "parser/stream.h"

typedef enum {
    QEVM_EXIT_OK = 0,
    QEVM_EXIT_FINDINGS = 1, /* errors found, differences, stopped for loss */
    QEVM_EXIT_USAGE = 2,
    QEVM_EXIT_INPUT = 3,  /* a stream, path or rules file cannot be used */
    QEVM_EXIT_SYSTEM = 4, /* disk full and the like */
} QevmExit;

/* What the options of all commands set; an option means the same wherever it
 * is known. */
typedef struct {
    gboolean help, json, quiet, strict, quick, walk, all, offsets, hex, types;
    gboolean no_schemas, sections, dry_run, allow_visible, allow_lossy, no_sync,
        spool, bare, disks_are_copies, reverse, verbose, redact;
    int depth, timeout;
    gint64 offset;
    char *like, *base, *from, *from_machine, *account, *compress, *set, *as;
    double run;
    char *format, *output, *journal, *qemu, *machine, *dir;
    char *src, *dest, *direction, *baseline, *write_baseline;
    char *value, *where, *bytes;
    char **rules, **describe_with, **schema, **against, **also, **map, **layout,
        **commands;
} QevmOptions;
/* What they are when none is given. */
#define QEVM_OPTIONS_INIT                                                      \
    {                                                                          \
        .depth = -1, .timeout = 60                                             \
    }

typedef struct {
    const char *name;
    char letter; /* 0: none */
    GOptionArg arg;
    gsize at;         /* offset in QevmOptions */
    const char *what; /* the argument, as help prints it; NULL: none */
    const char *help; /* one line, lower case, no full stop */
} QevmOption;

/* For the options that many commands share. */
#define QEVM_OPTION_JSON                                                       \
    {                                                                          \
        "json", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, json),      \
            NULL, "print JSON"                                                 \
    }
#define QEVM_OPTION_WALK                                                       \
    {                                                                          \
        "walk", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, walk),      \
            NULL, "read the headers of all RAM pages too"                      \
    }
#define QEVM_OPTION_DESCRIBE_WITH                                              \
    {                                                                          \
        "describe-with", 0, G_OPTION_ARG_FILENAME_ARRAY,                       \
            G_STRUCT_OFFSET(QevmOptions, describe_with), "FILE",               \
            "describe devices as this stream or file does"                     \
    }
#define QEVM_OPTION_SCHEMA                                                     \
    {                                                                          \
        "schema", 0, G_OPTION_ARG_FILENAME_ARRAY,                              \
            G_STRUCT_OFFSET(QevmOptions, schema), "DIR",                       \
            "read opaque bytes by the descriptions in DIR too"                 \
    }
#define QEVM_OPTION_NO_SCHEMAS                                                 \
    {                                                                          \
        "no-schemas", 0, G_OPTION_ARG_NONE,                                    \
            G_STRUCT_OFFSET(QevmOptions, no_schemas), NULL,                    \
            "leave bytes that the stream calls opaque as they are"             \
    }
#define QEVM_OPTION_OUTPUT                                                     \
    {                                                                          \
        "output", 'o', G_OPTION_ARG_FILENAME,                                  \
            G_STRUCT_OFFSET(QevmOptions, output), "OUT",                       \
            "write to OUT; \"-\" is standard output"                           \
    }
#define QEVM_OPTION_NO_SYNC                                                    \
    {                                                                          \
        "no-sync", 0, G_OPTION_ARG_NONE,                                       \
            G_STRUCT_OFFSET(QevmOptions, no_sync), NULL,                       \
            "do not wait until the output is on disk"                          \
    }
#define QEVM_OPTION_END                                                        \
    {                                                                          \
        NULL, 0, G_OPTION_ARG_NONE, 0, NULL, NULL                              \
    }

typedef struct QevmCommand QevmCommand;

/* One run of one command. */
typedef struct {
    const QevmCommand *command;
    QevmOptions options;
    int dashes; /* how many arguments come before a `--`; -1: there is none */
    QevmPrint *out;        /* stdout */
    char *failure;         /* owned; what qevm_cli_fail() said last */
    struct QevmLend *lend; /* owned; see qevm_cli_lend() */
    QevmSchemas *schemas;  /* owned; see qevm_cli_schemas() */
} QevmCli;

struct QevmCommand {
    const char *name;          /* of a subcommand two words, "schema extract" */
    const char *args;          /* as usage prints them */
    const char *summary;       /* one line, lower case, no full stop */
    const char *details;       /* paragraphs for `qevm help NAME` */
    const QevmOption *options; /* ends with QEVM_OPTION_END; NULL: none */
    int min_args, max_args;    /* max_args -1: any number */
    /* argv holds arguments only; ends with NULL. Gives a QevmExit. */
    int (*run)(QevmCli *cli, int argc, char **argv);
    /* Ends with NULL; a command has these or a `run`. NULL: none */
    const QevmCommand *const *subcommands;
};

extern const QevmCommand qevm_command_info, qevm_command_show, qevm_command_get,
    qevm_command_set, qevm_command_diff, qevm_command_check,
    qevm_command_rewrite, qevm_command_plan, qevm_command_convert,
    qevm_command_strip, qevm_command_schema, qevm_command_schema_compare,
    qevm_command_recover, qevm_command_capture, qevm_command_try,
    qevm_command_explain, qevm_command_set_machine, qevm_command_container,
    qevm_command_ram, qevm_command_target, qevm_command_target_show,
    qevm_command_report, qevm_command_shell, qevm_command_help;

/* The table, in the order help prints it; ends with NULL. */
extern const QevmCommand *const qevm_commands[];
/* The word of a command's own: "extract" of "schema extract". */
const char *qevm_command_word(const QevmCommand *command);
/* The command that argv begins with, and how many words that are. NULL: none.
 */
const QevmCommand *qevm_command_find(int argc, char **argv, int *words);

/* Parses options and arguments (argv[0] is the command's word), runs the
 * command, flushes its output. `argv` is not changed. */
int qevm_command_run(const QevmCommand *command, int argc, char **argv);

/* Takes options out of *args (a GStrv; args[0] is the command's word) into
 * cli->options, as cli->command knows them. FALSE: one is wrong. */
gboolean qevm_command_parse(QevmCli *cli, char ***args, GError **error);
/* Frees what they hold. */
void qevm_options_clear(QevmOptions *options);
/* Frees what it owns, options too. */
void qevm_cli_clear(QevmCli *cli);

/* Help, to `out`. */
void qevm_command_print_list(QevmPrint *out);
void qevm_command_print_help(const QevmCommand *command, QevmPrint *out);
void qevm_command_print_options(const QevmOption *options, QevmPrint *out);

/* ---- for commands ---- */

/* Says `qevm: NAME: MESSAGE` on stderr (NAME may be NULL) and gives the exit
 * code for that error; a system's error is `system`. */
int qevm_cli_fail(QevmCli *cli, const char *name, const GError *error,
                  QevmExit system);
/* The same where what was read from `file` goes to an output, whose errors
 * name it: one that cannot be used so is USAGE, what the system does not let us
 * do SYSTEM. */
int qevm_cli_fail_output(QevmCli *cli, const char *file, const GError *error);
/* The exit code that counts of two. */
int qevm_cli_worse(int a, int b);
/* Says what is wrong with the usage of this command. */
int qevm_cli_usage(const QevmCli *cli, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* Who describes what a stream does not: as --describe-with says, else what is
 * shipped. Borrowed. NULL: it was said why. */
struct QevmLend *qevm_cli_lend(QevmCli *cli);
/* What reads opaque bytes: the descriptions of --schema and those shipped,
 * none with --no-schemas. Borrowed. FALSE: it was said why. */
gboolean qevm_cli_schemas(QevmCli *cli, QevmSchemas **schemas);
/* Opens a stream and parses it, with progress. NULL: it was said why. */
QevmStream *qevm_cli_open(QevmCli *cli, const char *file, QevmOpenFlags flags);
/* Says where a stream is broken, if it is: QEVM_EXIT_OK or _INPUT. */
int qevm_cli_stream_error(QevmCli *cli, const char *file,
                          const QevmStream *stream);

#endif
