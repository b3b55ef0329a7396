/* known.h - what one QEMU knows: its devices, their versions, fields and
 * subsections, as `-dump-vmstate` writes them.
 *
 * What comes out of QEMU's sources (tests/lab/vmsds) has the same form: vmsds
 * of what is no device of QOM too, and of arrays where their length is.
 *
 * A dump has every device compiled in, whether a machine has it or not, with
 * all fields of all versions and all subsections, but no types, and of arrays
 * whose length is a field no length (migration/savevm.c:dump_vmstate_vmsd()).
 */
#ifndef QEVM_REWRITE_KNOWN_H
#define QEVM_REWRITE_KNOWN_H

#include "parser/schema.h"
#include <jansson.h>

typedef struct QevmKnownVmsd QevmKnownVmsd;

typedef struct {
    const char *name;
    guint32 version_id;        /* of the vmsd, from which on it is sent */
    gboolean conditional;      /* a function decides, whatever the version */
    guint64 num;               /* elements; 0: not told */
    guint64 size;              /* of one element in memory; 0: not told */
    const char *count;         /* the member that has the number of elements,
                                  or of bytes; NULL: none, or not told */
    const QevmKnownVmsd *vmsd; /* NULL: a leaf, or not told */
} QevmKnownField;

struct QevmKnownVmsd {
    const char *name;
    guint32 version_id, minimum_version_id;
    const QevmKnownField *fields;
    guint n_fields;
    const QevmKnownVmsd *const *subsections;
    guint n_subsections;
};

typedef struct {
    const char *type; /* of QOM; several can share a vmsd */
    const QevmKnownVmsd *vmsd;
} QevmKnownDevice;

typedef struct {
    char *name;            /* owned; the file's */
    char *machine;         /* owned; NULL: not told */
    gboolean partial;      /* not all of it could be had: what is missing
                              means nothing */
    GArray *devices;       /* owned; QevmKnownDevice, in the file's order */
    GHashTable *by_name;   /* owned; vmsd name -> GPtrArray of QevmKnownVmsd,
                              one for each layout of that name, nested ones
                              too */
    GHashTable *top_level; /* owned; vmsd name -> QevmKnownVmsd of a device */
    QevmArena *arena;      /* owned; all of the above */
} QevmKnown;

#define QEVM_KNOWN_MAX_BYTES (64 * 1024 * 1024)

/* MALFORMED: no dump; the message begins with `name`. */
QevmKnown *qevm_known_new(const json_t *dump, const char *name, GError **error);
QevmKnown *qevm_known_parse(const char *text, gsize len, const char *name,
                            GError **error);
/* A file; gzip is known by its content. */
QevmKnown *qevm_known_load(const char *path, GError **error);
void qevm_known_free(QevmKnown *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmKnown, qevm_known_free)

/* Is a text what -dump-vmstate writes, by how it begins? */
gboolean qevm_known_plausible(const char *text, gsize len);

/* NULL: not known. */
const QevmKnownVmsd *qevm_known_device(const QevmKnown *known,
                                       const char *vmsd_name);
const QevmKnownVmsd *qevm_known_subsection(const QevmKnownVmsd *vmsd,
                                           const char *name);
/* The field of that name; `[n]` that QEMU puts behind equal names is not part
 * of it (migration/vmstate.c:vmfield_name()). */
const QevmKnownField *qevm_known_field(const QevmKnownVmsd *vmsd,
                                       const char *name);
/* All layouts of that name, at any depth; NULL: none. */
const GPtrArray *qevm_known_named(const QevmKnown *known,
                                  const char *vmsd_name);

#endif
