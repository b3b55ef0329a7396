/* causes.h - what is known of messages: what they mean, and what they usually
 * come from.
 *
 * The knowledge is a file, schemas/causes.json:
 *
 *   "messages": [{"ids": [..], "means": TEXT, "next": TEXT}]
 *     for every message of the table what it means, and what to do if that is
 *     always the same
 *   "causes": [{"name", "when": [CONDITION], "cause": TEXT, "remedy": TEXT,
 *               "source": TEXT}]
 *     incompatibilities that exist, each with how to know it. A CONDITION is
 *     {"message": ID or [ID..], the failure's cause;
 *      "section", "field": patterns as fnmatch(3) has them, of the idstr and of
 *        one of the places that the failure names;
 *      "architecture": [NAME..], if the failure tells;
 *      "arguments": {NAME: PATTERN}, of the cause, as QEMU writes them}
 *     and holds if all of it does; one of "when" is enough.
 */
#ifndef QEVM_REWRITE_CAUSES_H
#define QEVM_REWRITE_CAUSES_H

#include "parser/error.h"
#include "rewrite/failure.h"

typedef struct QevmCauses QevmCauses;

/* All of it is checked. MALFORMED with file and place in front. */
QevmCauses *qevm_causes_load(const char *path, GError **error);
void qevm_causes_free(QevmCauses *causes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmCauses, qevm_causes_free)

/* What the message of that id means; NULL: nothing is known. *next gets what
 * to do, or NULL. Both borrowed. */
const char *qevm_causes_meaning(const QevmCauses *causes, const char *id,
                                const char **next);

typedef struct {
    const char *name, *cause, *remedy, *source; /* borrowed from the causes */
    guint fits;                                 /* how many conditions hold */
} QevmKnownCause;

/* What a failure usually comes from: a GArray of QevmKnownCause, owned, what
 * fits best first. */
GArray *qevm_causes_of(const QevmCauses *causes, const QevmFailure *failure);

#endif
