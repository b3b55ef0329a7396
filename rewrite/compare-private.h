/* compare-private.h - the parts of a comparison of descriptions. */
#ifndef QEVM_REWRITE_COMPARE_PRIVATE_H
#define QEVM_REWRITE_COMPARE_PRIVATE_H

#include "rewrite/compare.h"

typedef struct {
    const QevmKnown *from, *to;
    QevmDirection direction;
    GPtrArray *findings;
    GHashTable *told;  /* what was reported, by slug, path and sentence */
    const char *types; /* of the device at hand: " (TYPE, TYPE)", or "" */
} QevmCompare;

/* Adds a finding, unless it is there: an array that is described element by
 * element says all of it once each. */
void qevm_compare_report(QevmCompare *c, const char *slug, const char *path,
                         const char *format, ...) G_GNUC_PRINTF(4, 5);

/* The path of a device's section. Owned. */
char *qevm_compare_path(const QevmKnown *known, const QevmKnownDevice *device);

/* Two vmsds that have a version of their own on the wire, those of a section
 * or a subsection; `path` leads there, a section's without its "//". */
void qevm_compare_vmsds(QevmCompare *c, const char *path, gboolean section,
                        const QevmKnownVmsd *from, const QevmKnownVmsd *to);

/* What the destination could not load from itself either (compare-names.c). */
void qevm_compare_names(QevmCompare *c);

#endif
