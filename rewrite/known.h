/* known.h - what one QEMU knows: its devices, their versions, fields and
 * subsections, as `-dump-vmstate` writes them.
 *
 * What comes out of QEMU's sources (tests/lab/vmsds) has the same form: vmsds
 * of what is no device of QOM too, and of arrays where their length is.
 *
 * A dump has every device compiled in, whether a machine has it or not, with
 * all fields of all versions and all subsections, but no types, and of arrays
 * whose length is a field no length (migration/savevm.c:dump_vmstate_vmsd()).
 *
 * The same of a stream, out of its vmdesc: only what was sent, but with its
 * size on the wire, and without the oldest version that is accepted.
 */
#ifndef QEVM_REWRITE_KNOWN_H
#define QEVM_REWRITE_KNOWN_H

#include "parser/stream.h"
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
    gboolean opaque;           /* of a stream: the device's own code writes it,
                                  as many bytes as it likes */
    const QevmKnownVmsd *vmsd; /* NULL: a leaf, or not told */
} QevmKnownField;

struct QevmKnownVmsd {
    const char *name;
    guint32 version_id, minimum_version_id;
    const QevmKnownField *fields;
    guint n_fields;
    const QevmKnownVmsd *const *subsections;
    guint n_subsections;
    gboolean unmigratable; /* has no list of fields, as only what QEMU does
                              not save may (vmstate_save_state()) */
    gboolean undescribed;  /* of a stream: nothing tells the fields */
};

typedef struct {
    const char *type; /* of QOM; several can share a vmsd. Of a stream: the
                         section's path, with @N if the instance_id is not
                         0 */
    const QevmKnownVmsd *vmsd;
} QevmKnownDevice;

typedef struct {
    char *name;            /* owned; the file's */
    char *machine;         /* owned; NULL: not told */
    gboolean partial;      /* not all of it could be had: what is missing
                              means nothing */
    gboolean lengths;      /* arrays of a fixed length have a `num`: since 8.1
                              (dump_vmstate_vmsf()) */
    gboolean sent;         /* of a stream */
    GArray *devices;       /* owned; QevmKnownDevice, in the file's order */
    GHashTable *by_name;   /* owned; vmsd name -> GPtrArray of QevmKnownVmsd,
                              one for each layout of that name, nested ones
                              too */
    GHashTable *shared;    /* owned; a set of QevmKnownVmsd, by what they say */
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
/* What a stream has sections of (known-stream.c). It does not tell conditions;
 * those of `dumps` (QevmKnown) are taken, by the names of vmsds and fields. */
QevmKnown *qevm_known_of_stream(const QevmStream *stream, const char *name,
                                const GPtrArray *dumps);
QevmKnown *qevm_known_empty(const char *name); /* knows nothing */
/* The one vmsd that looks like this one, whose strings, fields and subsections
 * are in the arena, and what is inside it was shared before. */
const QevmKnownVmsd *qevm_known_share(QevmKnown *known,
                                      const QevmKnownVmsd *vmsd);
/* Both live in the arena. */
void qevm_known_add(QevmKnown *known, const char *type,
                    const QevmKnownVmsd *vmsd);
void qevm_known_free(QevmKnown *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmKnown, qevm_known_free)

/* Is a text what -dump-vmstate writes, by how it begins? */
gboolean qevm_known_plausible(const char *text, gsize len);

/* NULL: not known. */
const QevmKnownVmsd *qevm_known_device(const QevmKnown *known,
                                       const char *vmsd_name);
const QevmKnownVmsd *qevm_known_subsection(const QevmKnownVmsd *vmsd,
                                           const char *name);
/* The length of a field's name without an `[n]` at its end. */
gsize qevm_known_bare_length(const char *name);
/* The field of that name; `[n]` that QEMU puts behind equal names is not part
 * of it (migration/vmstate.c:vmfield_name()). */
const QevmKnownField *qevm_known_field(const QevmKnownVmsd *vmsd,
                                       const char *name);
/* All layouts of that name, at any depth; NULL: none. */
const GPtrArray *qevm_known_named(const QevmKnown *known,
                                  const char *vmsd_name);

#endif
