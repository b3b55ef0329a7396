/* xen.h - the save files of Xen's xl and libxl, and the record of QEMU in them.
 *
 * An xl header, the stream of libxl and, within, that of libxc with the memory
 * (docs/specs of Xen 4.20: libxl-migration-stream, libxc-migration-stream;
 * tools/xl/xl.h). Xen before 4.6 wrote another format, whose record of QEMU is
 * found by its signature (tools/python/xen/migration/legacy.py).
 */
#ifndef QEVM_PARSER_XEN_H
#define QEVM_PARSER_XEN_H

#include "parser/source.h"

typedef struct {
    gboolean legacy;
    guint64 offset, size; /* of the stream */
    guint64 length_at;    /* a u32 there is its size; 0: it goes to the end */
    guint32 more;         /* what that counts besides */
    gboolean big_endian;
    gboolean padded; /* zeros follow, up to a multiple of 8 of it all */
} QevmXen;

gboolean qevm_xen_is(const guint8 *head, gsize n);
#define QEVM_XEN_MAGIC 32

/* Finds the record. UNSUPPORTED if there is none. */
QevmXen *qevm_xen_find(QevmSource *file, GError **error);

#endif
