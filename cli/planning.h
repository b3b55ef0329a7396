/* planning.h - from a command line to a plan: what plan and convert have in
 * common.
 */
#ifndef QEVM_CLI_PLANNING_H
#define QEVM_CLI_PLANNING_H

#include "cli/target.h"
#include "rewrite/plan.h"

#define QEVM_OPTION_LIKE                                                       \
    {                                                                          \
        "like", 0, G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET(QevmOptions, like),  \
            "REF", "make it like this stream, which the destination saved"     \
    }
#define QEVM_OPTION_BASE                                                       \
    {                                                                          \
        "base", 0, G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET(QevmOptions, base),  \
            "BASE", "what the source saves while idle"                         \
    }

typedef struct {
    QevmTarget *target; /* owned */
    QevmStream *base;   /* owned; NULL: none */
    QevmStream *stream; /* owned; edited on the way */
    QevmEdit *edit;     /* owned */
    QevmPlan *plan;     /* owned */
} QevmPlanning;

/* Plans for `file` as the options of `cli` say. NULL: it was said why. */
QevmPlanning *qevm_planning_new(QevmCli *cli, const char *file);
void qevm_planning_free(QevmPlanning *planning);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmPlanning, qevm_planning_free)

/* Says on stderr what cannot be repaired. FALSE: nothing. */
gboolean qevm_planning_problems(const QevmCli *cli,
                                const QevmPlanning *planning);

#endif
