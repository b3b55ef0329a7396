/* standing.h - how a node or section stands among those of its name, which
 * decides what its path must say.
 *
 * Asked of one place after another, so long rows of siblings are counted once
 * and remembered, as long as nothing edits them.
 */
#ifndef QEVM_PARSER_STANDING_H
#define QEVM_PARSER_STANDING_H

#include "parser/stream.h"

typedef struct {
    guint64 alike;    /* of its name, itself included */
    guint64 rank;     /* how many of them stand before it */
    guint64 elements; /* and how many elements these have; nodes only */
    gboolean mixed;   /* sections only: others have another instance_id; alike
                         and rank are among those of the same one */
} QevmStanding;

/* Among the fields, or the subsections, of its parent. */
void qevm_standing_of_node(const QevmNode *node, QevmStanding *out);
/* Is there a field of that name beside the node? */
gboolean qevm_standing_has_field(const QevmNode *node, const char *name);

/* Among the sections that are not dropped. */
void qevm_standing_of_section(QevmStream *stream, const QevmRecord *record,
                              QevmStanding *out);

#endif
