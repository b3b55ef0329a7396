/* plan-private.h - one plan under way; private to rewrite/plan*.c.
 *
 * plan.c has the frame, and which section is which. plan-head.c is about the
 * configuration, footers and commands, plan-ram.c about RAM blocks, plan-idle.c
 * about what may go without a loss, plan-section.c repairs a section,
 * plan-layout.c its fields, plan-pci.c PCI config space, plan-device.c what
 * other devices check, plan-virtio.c what those of virtio do, plan-msix.c their
 * vectors, plan-ppc.c what a Power CPU needs to go on.
 */
#ifndef QEVM_REWRITE_PLAN_PRIVATE_H
#define QEVM_REWRITE_PLAN_PRIVATE_H

#include "rewrite/load.h"
#include "rewrite/plan.h"
#include "rewrite/rule-write.h"

/* Adds a rule and applies it. Takes over `rule`, a JSON object without "why"
 * and "class". `loss` is what it costs in the eyes of the guest. */
QEVM_CHECKED gboolean qevm_plan_rule(QevmPlan *plan, json_t *rule,
                                     QevmLoss loss, const char *why,
                                     GError **error);
void qevm_plan_problem(QevmPlan *plan, char *path, char *sentence,
                       char *advice);

/* JSON of a rule and of a value. Owned. */
json_t *qevm_plan_op(const char *op, const char *at);
json_t *qevm_plan_value(const QevmValue *value);

/* A rule that leaves out what these bytes are, without a loss: behind the head
 * of a subsection, which is QEVM_PLAN_HEAD() bytes. */
json_t *qevm_plan_leave_out(json_t *rule, GBytes *bytes, gsize head);
#define QEVM_PLAN_HEAD(name) (6 + strlen(name))

/* The path of a section, node or element as it is now. Owned. */
char *qevm_plan_path(QevmPlan *plan, QevmRecord *record, QevmNode *node,
                     gint64 index);
/* The name of a section's vmsd; NULL: nothing describes it. */
const char *qevm_plan_vmsd(const QevmRecord *record);
/* The bytes of a node as they are now. Owned. */
GBytes *qevm_plan_bytes(QevmNode *node);
/* The section of the base that a section of the stream was when idle; NULL. */
QevmRecord *qevm_plan_base(QevmPlan *plan, const QevmRecord *record);
/* Did the guest leave a section as it was? Without a base nobody knows. */
gboolean qevm_plan_untouched(QevmPlan *plan, QevmRecord *record);

/* ---- plan-head.c ---- */
QEVM_CHECKED gboolean qevm_plan_head(QevmPlan *plan, GError **error);

/* ---- plan-ram.c ---- */
QEVM_CHECKED gboolean qevm_plan_ram(QevmPlan *plan, GError **error);

/* ---- plan-idle.c ---- */

/* May a field, struct or subsection go without a loss? Of a subsection: that it
 * is there says nothing. */
gboolean qevm_plan_says_nothing(QevmPlan *plan, QevmRecord *record,
                                QevmNode *node);

/* ---- plan-section.c ---- */

/* Repairs a section until the destination loads it into `ref`. */
QEVM_CHECKED gboolean qevm_plan_section(QevmPlan *plan, QevmRecord *record,
                                        QevmRecord *ref, GError **error);

/* One section and why it does not load. */
typedef struct {
    QevmPlan *plan;
    QevmRecord *record, *ref;
    const QevmStop *stop;
    QevmNode *source;  /* root of the stream's section */
    QevmNode *like;    /* root of the reference's */
    gboolean done;     /* a rule was made */
    gboolean laid_out; /* it was about which fields there are */
} QevmRepair;

/* Adds a rule that repairs the section; see qevm_plan_rule(). */
QEVM_CHECKED gboolean qevm_plan_repair(QevmRepair *repair, json_t *rule,
                                       QevmLoss loss, const char *why,
                                       GError **error);
/* The first leaf of a type below a node; NULL: none. */
QevmNode *qevm_plan_find_type(QevmNode *parent, const char *type);

/* ---- plan-layout.c ---- */

/* The first difference in the layout before the place where it stops. */
QEVM_CHECKED gboolean qevm_plan_layout(QevmRepair *repair, GError **error);

/* ---- plan-pci.c ---- */

QEVM_CHECKED gboolean qevm_plan_pci_config(QevmRepair *repair, GError **error);

/* ---- plan-msix.c ---- */

/* Gives a virtio device as many MSI-X vectors as `like` has; `pci` and `like`
 * are its transport on both sides. *ok is FALSE, and nothing changed, if the
 * guest uses those that would go: that is a problem of the plan. */
QEVM_CHECKED gboolean qevm_plan_vectors(QevmRepair *repair, QevmNode *overlay,
                                        QevmNode *pci, QevmNode *like,
                                        gboolean *ok, GError **error);

/* ---- plan-virtio.c ---- */

/* Bytes of a map of memory blocks that is widened: 16 TiB in blocks of 2 MiB.
 */
#define QEVM_PLAN_MAP_MAX (1024 * 1024)

/* The queues of a virtio device; NULL: no more. */
QevmNode *qevm_plan_first_queue(QevmNode *overlay);
QevmNode *qevm_plan_next_queue(QevmNode *queue);

QEVM_CHECKED gboolean qevm_plan_queues(QevmRepair *repair, GError **error);
QEVM_CHECKED gboolean qevm_plan_features(QevmRepair *repair, GError **error);
/* What else a virtio device stops at. */
QEVM_CHECKED gboolean qevm_plan_virtio(QevmRepair *repair, GError **error);

/* ---- plan-ppc.c ---- */

/* Has a CPU go on whose timer the destination does not start; any section. */
QEVM_CHECKED gboolean qevm_plan_decrementer(QevmPlan *plan, QevmRecord *record,
                                            GError **error);

/* ---- plan-device.c ---- */

/* Connections in the section of a user network. */
QEVM_CHECKED gboolean qevm_plan_connections(QevmPlan *plan, QevmRecord *record,
                                            GError **error);
QEVM_CHECKED gboolean qevm_plan_device(QevmRepair *repair, GError **error);

#endif
