/* vmdesc.h - the JSON that a stream carries about itself.
 *
 * Its own small ordered reader, since the text has repeated keys (lists of
 * several elements), unescaped strings (QEMU < 6.0) and two dialects of white
 * space, all of which must come out again byte for byte.
 *
 * Written by migration/savevm.c:vmstate_save() and vmstate.c:
 * vmsd_desc_field_start/end(); printed by migration/qjson.c until 5.2 and by
 * qobject/json-writer.c since 6.0.
 */
#ifndef QEVM_PARSER_VMDESC_H
#define QEVM_PARSER_VMDESC_H

#include "parser/json-out.h"
#include "parser/schema.h"

#define QEVM_VMDESC_MAX (16 * 1024 * 1024) /* bytes of text we read */
/* What is made of them, out of QEVM_BUDGET_MAX: some three times the text,
 * which in the longest one known has 150 KiB. */
#define QEVM_VMDESC_MEMORY_MAX (16 * 1024 * 1024)

typedef struct {
    const char *name; /* idstr */
    guint32 instance_id;
    gboolean signed_id;   /* written as a negative number (QEMU < 5.0) */
    const QevmVmsd *vmsd; /* never NULL; of a legacy handler: nameless, with
                             the one field "data" */
    gboolean legacy;      /* "size" and "fields" without "vmsd_name" */
    guint64 size;         /* wire bytes of the payload */
    QevmExtent text;
} QevmDevice;

typedef struct {
    GBytes *text; /* owned; the JSON, nothing else */
    QevmDialect dialect;
    guint64 page_size;             /* 0: not there */
    const QevmVmsd *configuration; /* NULL before 8.2 */
    QevmDevice *devices;           /* in wire order, early-setup ones first */
    guint n_devices;
    QevmArena *arena;  /* owned; all of the above */
    QevmBudget budget; /* of that arena: what is left of VMDESC_MEMORY_MAX */
} QevmVmdesc;

/* Reads the text. Takes a reference on it. `base` is the stream offset of the
 * text, for messages. Unknown keys are kept only as text. NULL: MALFORMED or
 * LIMIT, with offset and JSON path.
 *
 * Two defects of QEMU's own writer are repaired (FORMAT of arrays of
 * pointers): a first run of non-null elements whose array_len is that of the
 * whole array loses what the following runs of the same name count; a run of
 * nulls written object by object with falling array_len (10.0-10.2) counts
 * one each. `array_len` keeps what was written.
 *
 * Limits: QEVM_VMDESC_MAX, QEVM_VMDESC_MEMORY_MAX, 64 lists of fields or
 * subsections inside one another, array_len 2^24 and never more than 2^40 bytes
 * a field. */
QevmVmdesc *qevm_vmdesc_parse(GBytes *text, guint64 base, GError **error);
void qevm_vmdesc_free(QevmVmdesc *vmdesc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmVmdesc, qevm_vmdesc_free)

/* A quick look whether text may be a vmdesc: braces, and a first key that
 * QEMU writes. */
gboolean qevm_vmdesc_plausible(const guint8 *text, gsize len);

/* ---- writing a description (vmdesc-render.c) ----
 *
 * A part that did not change is its old text. A part that did is written by
 * its own function, and what holds it by begin/head functions around the new
 * inside, in this order:
 *
 *   field_begin  { "name", "array_len" or "index", "type"
 *     begin_object(out, "struct")            a struct; none if inline_vmsd
 *       vmsd_head  "vmsd_name", "version", "fields": [
 *         fields
 *       end_array
 *       begin_array(out, "subsections")      only if there are any
 *         begin_object(out, NULL), vmsd_head, ..., end_object
 *       end_array
 *     end_object
 *   field_end    "size" }
 *
 * and a device the same with device_begin and end_object. `array_len` is
 * written as it stands in the description, and must be what QEMU would have
 * written: see the repairs at qevm_vmdesc_parse(). */
void qevm_json_out_field_begin(QevmJsonOut *out, const QevmFieldDesc *field);
void qevm_json_out_field_end(QevmJsonOut *out, guint64 size);
void qevm_json_out_vmsd_head(QevmJsonOut *out, const QevmVmsd *vmsd);
void qevm_json_out_device_begin(QevmJsonOut *out, const QevmDevice *device);

/* The old text of a field, a device, a subsection (`name` NULL) or a struct
 * ("struct"). The dialects must be the same. */
void qevm_json_out_extent(QevmJsonOut *out, const char *name, GBytes *text,
                          QevmExtent extent);

/* The whole of it from the description; of a vmsd what stands between the
 * braces. Unknown keys are lost. */
void qevm_json_out_field(QevmJsonOut *out, const QevmFieldDesc *field);
void qevm_json_out_vmsd(QevmJsonOut *out, const QevmVmsd *vmsd);
void qevm_json_out_device(QevmJsonOut *out, const QevmDevice *device);
GBytes *qevm_vmdesc_render(const QevmVmdesc *vmdesc);

#endif
