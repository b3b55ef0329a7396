/* recover.h - what can be found of a stream behind the place where it cannot
 * be read on.
 *
 * Nothing is decoded: headers are recognised by their form, footers by the
 * header before them, and what is between is bytes.
 */
#ifndef QEVM_PARSER_RECOVER_H
#define QEVM_PARSER_RECOVER_H

#include "parser/stream.h"

typedef enum {
    QEVM_FOUND_SECTION,
    QEVM_FOUND_EOF,
    QEVM_FOUND_VMDESC,
    QEVM_FOUND_BYTES, /* of nothing that was recognised */
} QevmFoundKind;

typedef struct {
    QevmFoundKind kind;
    guint64 offset, size; /* all of it */
    /* sections */
    guint8 type; /* QEMU_VM_SECTION_START or _FULL */
    guint32 section_id, instance_id, version_id;
    char *idstr;
    guint64 payload_offset, payload_size;
    gboolean footer; /* ends with its footer; else where the next thing
                        starts, which only looks like a header */
} QevmFound;

/* Looks through bytes [from, to) of the stream; QevmFound in order, without
 * gaps. At most `max` sections are told apart. NULL: the bytes cannot be
 * read. */
GPtrArray *qevm_recover(QevmStream *stream, guint64 from, guint64 to, guint max,
                        GError **error);

#endif
