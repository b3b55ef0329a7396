/* target.h - what a destination accepts, put together from what is known of it.
 *
 * A reference stream, which the destination itself saved while idle, says
 * exactly which sections, versions, fields, RAM blocks and configuration it
 * has. What such a stream cannot say - minimum versions, subsections and
 * fields that an idle guest does not send - is in -dump-vmstate output, of
 * that QEMU or shipped. Any part may be missing.
 */
#ifndef QEVM_REWRITE_TARGET_H
#define QEVM_REWRITE_TARGET_H

#include "parser/stream.h"
#include "rewrite/known.h"
#include "rewrite/pci-masks.h"
#include <jansson.h>

typedef struct {
    char *name;             /* owned; for messages */
    GPtrArray *references;  /* owned; QevmStream; the first one counts, the
                               others only show what may be there, too */
    GPtrArray *known;       /* owned; QevmKnown */
    guint release;          /* as in evidence.h; 0: not known. The likeliest */
    guint oldest, newest;   /* that it can be; 0, G_MAXUINT: any */
    gboolean release_exact; /* near enough for what it prints */
    json_t *facts;          /* owned; what the QEMU said of itself, see
                               schemas/qevm-target.json; NULL */
    GHashTable *sections;   /* owned; index of the first reference; NULL */
} QevmTarget;

QevmTarget *qevm_target_new(const char *name);
void qevm_target_free(QevmTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmTarget, qevm_target_free)

/* Both take over what they get. The release of a reference is read off it
 * unless it was set. */
void qevm_target_add_reference(QevmTarget *target, QevmStream *stream);
void qevm_target_add_known(QevmTarget *target, QevmKnown *known);
void qevm_target_set_release(QevmTarget *target, guint release);

/* Whichever release it can be: is it older than this one, or not older? Both
 * are FALSE where that depends on which one it is. */
gboolean qevm_target_is_before(const QevmTarget *target, guint release);
gboolean qevm_target_is_since(const QevmTarget *target, guint release);

/* What the QEMU said of itself (target-facts.c). Takes a reference. MALFORMED:
 * it is something else. */
QEVM_CHECKED gboolean qevm_target_set_facts(QevmTarget *target, json_t *facts,
                                            const char *name, GError **error);

/* NULL: only a dump is there. */
QevmStream *qevm_target_reference(const QevmTarget *target);

/* The section of the first reference that QEMU would load one of that name and
 * instance into. With an instance_id of 0xffffffff, any
 * (migration/savevm.c:find_se()). NULL: none, or no reference. */
QevmRecord *qevm_target_section(const QevmTarget *target, const char *idstr,
                                guint32 instance_id);
/* Any section of that name; NULL: none. */
QevmRecord *qevm_target_any_section(const QevmTarget *target,
                                    const char *idstr);

typedef enum {
    QEVM_TARGET_NO, /* the QEMU knows the vmsd, and not that part of it */
    QEVM_TARGET_YES,
    QEVM_TARGET_MAYBE, /* nobody knows */
} QevmTargetKnows;

/* Does a vmsd of that name have such a subsection? *vmsd (may be NULL) gets
 * what is known of it, or NULL. */
QevmTargetKnows qevm_target_subsection(const QevmTarget *target,
                                       const char *vmsd_name, const char *name,
                                       const QevmKnownVmsd **vmsd);
/* Does it have such a field? *field gets what is known, or NULL. */
QevmTargetKnows qevm_target_field(const QevmTarget *target,
                                  const char *vmsd_name, const char *name,
                                  const QevmKnownField **field);
/* The oldest version of a vmsd that is accepted; FALSE: nobody knows. *exact is
 * FALSE where only an older version of that vmsd is known: what that does not
 * accept a newer one does not either. `exact` may be NULL: then nobody knows.
 */
gboolean qevm_target_minimum(const QevmTarget *target, const char *vmsd_name,
                             guint32 version_id, guint32 *minimum,
                             gboolean *exact);

/* ---- facts; without any, nothing is known but what the release tells ---- */

/* What config space of a PCI device does not tell, by the idstr of its section.
 */
void qevm_target_pci(const QevmTarget *target, const char *idstr,
                     QevmPciFacts *facts);
/* What a virtio device offers; FALSE: not known. */
gboolean qevm_target_features(const QevmTarget *target, const char *idstr,
                              guint32 instance_id, guint64 *features);
/* The most bytes that a RAM block can have; 0: not known. */
guint64 qevm_target_ram_maximum(const QevmTarget *target, const char *idstr);
/* What follows an option on the command line ("uuid"); NULL: not there. */
const char *qevm_target_option(const QevmTarget *target, const char *option);
/* Does the command line have these words anywhere? */
QevmTargetKnows qevm_target_says(const QevmTarget *target, const char *text);

/* The FULL and START sections of a stream by name and instance: where several
 * have both, the first. Owned. */
GHashTable *qevm_sections_index(QevmStream *stream);
QevmRecord *qevm_sections_find(GHashTable *index, const char *idstr,
                               guint32 instance_id);

/* The target architecture as in qemu-system-NAME, by the layout of `cpu`; NULL:
 * cannot be told. Static. */
const char *qevm_stream_architecture(QevmStream *stream);

#endif
