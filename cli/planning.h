/* planning.h - from a command line to a plan: what plan and convert have in
 * common.
 */
#ifndef QEVM_CLI_PLANNING_H
#define QEVM_CLI_PLANNING_H

#include "cli/qemu/cli.h"
#include "cli/qemu/reference.h"
#include "cli/target.h"
#include "rewrite/plan.h"

/* Options of theirs. */
#define QEVM_OPTIONS_PLANNING                                                  \
    { "like",                                                                  \
      0,                                                                       \
      G_OPTION_ARG_FILENAME,                                                   \
      G_STRUCT_OFFSET(QevmOptions, like),                                      \
      "REF",                                                                   \
      "make it like this stream, which the destination saved" },               \
        { "base",                                                              \
          0,                                                                   \
          G_OPTION_ARG_FILENAME,                                               \
          G_STRUCT_OFFSET(QevmOptions, base),                                  \
          "BASE",                                                              \
          "what the source saves while idle" },                                \
        { "from",                                                              \
          0,                                                                   \
          G_OPTION_ARG_STRING,                                                 \
          G_STRUCT_OFFSET(QevmOptions, from),                                  \
          "COMMAND",                                                           \
          "start the source by this command to have that" },                   \
        { "from-machine",                                                      \
          0,                                                                   \
          G_OPTION_ARG_STRING,                                                 \
          G_STRUCT_OFFSET(QevmOptions, from_machine),                          \
          "TYPE",                                                              \
          "the source's machine type, if nothing else says it" },              \
        { "map",                                                               \
          0,                                                                   \
          G_OPTION_ARG_STRING_ARRAY,                                           \
          G_STRUCT_OFFSET(QevmOptions, map),                                   \
          "OLD=NEW",                                                           \
          "the device at OLD is the one at NEW" },                             \
        { "rules",                                                             \
          'r',                                                                 \
          G_OPTION_ARG_FILENAME_ARRAY,                                         \
          G_STRUCT_OFFSET(QevmOptions, rules),                                 \
          "RULES",                                                             \
          "apply these rules first" },                                         \
        QEVM_OPTION_AGAINST, QEVM_OPTION_DESCRIBE_WITH, QEVM_OPTION_SCHEMA,    \
        QEVM_OPTION_NO_SCHEMAS, QEVM_OPTION_DISKS_ARE_COPIES,                  \
        QEVM_OPTION_TIMEOUT

typedef struct {
    QevmReference *reference; /* owned; NULL: --like */
    QevmTarget *target;       /* owned */
    QevmStream *base;         /* owned; NULL: none */
    json_t *from;             /* owned; facts of whom it is of; NULL: none */
    QevmStream *stream;       /* owned; edited on the way */
    QevmEdit *edit;           /* owned */
    QevmHints *hints;         /* owned */
    json_t *moves;            /* owned; the rules that --map stands for */
    QevmRules *rules;         /* owned; those, and what --rules gives */
    QevmPlan *plan;           /* owned */
} QevmPlanning;

/* Plans for `file` as the options of `cli` say; `qemu` is the destination's
 * command, NULL: --like. NULL: it was said why, and *code is for that. */
QevmPlanning *qevm_planning_new(QevmCli *cli, const char *file, char **qemu,
                                int *code);
void qevm_planning_free(QevmPlanning *planning);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmPlanning, qevm_planning_free)

/* Of argv as it comes to a command with FILE: the words behind a `--`; NULL:
 * there are none. FALSE: it is no such thing; *code is for that. */
gboolean qevm_planning_words(QevmCli *cli, int argc, char **argv, char ***words,
                             int *code);

/* Says on stderr what cannot be repaired. FALSE: nothing. */
gboolean qevm_planning_problems(const QevmCli *cli,
                                const QevmPlanning *planning);
/* Says on stderr how to start QEMU, if it has to be with more options. */
void qevm_planning_command(const QevmPlanning *planning);
/* Puts what is planned behind `rules`. */
gboolean qevm_planning_join(QevmPlanning *planning, GError **error);

#endif
