/* libvirt.h - the header of a libvirt save image: `virsh save`, `managedsave`,
 * `snapshot-create --memspec`.
 *
 *   magic          16 bytes, "LibvirtQemudSave"; "...Part": not finished
 *   version        u32, 1 or 2
 *   data_len       u32, bytes of XML, cookie and padding
 *   was_running    u32
 *   format         u32, of the stream; of version 2
 *   cookie_offset  u32, from the XML's first byte on; 0: there is none
 *   unused         56 bytes
 *   XML, NUL; cookie, NUL; padding
 *   the stream
 *
 * Integers in the byte order of the host that wrote it; what has a version
 * above 2 is of the other order (src/qemu/qemu_saveimage.c, libvirt 9.0).
 */
#ifndef QEVM_PARSER_LIBVIRT_H
#define QEVM_PARSER_LIBVIRT_H

#include "parser/source.h"

#define QEVM_LIBVIRT_HEADER 92

typedef struct {
    guint8 header[QEVM_LIBVIRT_HEADER]; /* as it was read */
    gboolean unfinished, big_endian, was_running;
    guint32 version, format;
    GBytes *data; /* owned; XML, cookie and padding */
    char *xml;    /* owned; the text */
    char *cookie; /* owned; NULL: there is none */
    /* What the XML says, owned; NULL: nothing. */
    char *domain, *uuid, *machine, *emulator;
} QevmLibvirt;

gboolean qevm_libvirt_is(const guint8 *head, gsize n);
#define QEVM_LIBVIRT_MAGIC 16

/* Reads header and XML at the start of a source; the front of a pipe does not
 * move. An XML that is none is no error: it says nothing then. */
QevmLibvirt *qevm_libvirt_read(QevmSource *source, GError **error);
void qevm_libvirt_free(QevmLibvirt *l);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmLibvirt, qevm_libvirt_free)

QevmLibvirt *qevm_libvirt_copy(const QevmLibvirt *l);

/* Bytes before the stream. */
gsize qevm_libvirt_size(const QevmLibvirt *l);
/* "raw", the name of a codec, "sparse"; NULL: unknown. */
const char *qevm_libvirt_format_name(guint32 format);
gboolean qevm_libvirt_format_named(const char *name, guint32 *format);

/* Puts another XML in: into the room there is, else into more with 64 KiB of
 * padding, as libvirt leaves in a new image. MALFORMED if it is no XML of a
 * domain. */
QEVM_CHECKED gboolean qevm_libvirt_set_xml(QevmLibvirt *l, const char *xml,
                                           GError **error);
/* Changes the machine in the XML and nothing else. */
QEVM_CHECKED gboolean qevm_libvirt_set_machine(QevmLibvirt *l,
                                               const char *machine,
                                               GError **error);

/* Gives QEMU more arguments: a <qemu:commandline> at the end of the domain,
 * which libvirt takes beside others (docs/drvqemu.rst). `args` ends with NULL.
 */
QEVM_CHECKED gboolean qevm_libvirt_add_args(QevmLibvirt *l, char *const *args,
                                            GError **error);

/* Says what the stream is compressed with; only version 2 can. */
void qevm_libvirt_set_format(QevmLibvirt *l, guint32 format);

/* Header and all that is before the stream. */
GBytes *qevm_libvirt_bytes(const QevmLibvirt *l);

#endif
