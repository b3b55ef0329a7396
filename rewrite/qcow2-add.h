/* qcow2-add.h - a new internal snapshot in a qcow2 image, beside an old one.
 *
 * It has the disk of the old snapshot, whose clusters it shares, and a vm state
 * of its own. Everything new is written behind what is in use, then reference
 * counts are raised, then the header turns to a new snapshot table: at any
 * moment before, the image is the one it was, with clusters at most that are
 * counted and not used.
 */
#ifndef QEVM_REWRITE_QCOW2_ADD_H
#define QEVM_REWRITE_QCOW2_ADD_H

#include "parser/qcow2.h"

typedef struct {
    const char *path; /* of the image */
    const char *old; /* name of the snapshot to share the disk of, or "id:ID" */
    const char *name;     /* of the new one; must be new */
    QevmSource *vm_state; /* seekable; NULL: a snapshot of the disk only */
    gboolean sync;        /* wait for the disk between the steps */
} QevmQcow2Add;

/* Refuses an image that is in use, by the locks that QEMU has on it
 * (block/file-posix.c:raw_check_lock_bytes()), and holds them meanwhile.
 * QEVM_ERROR if the image or the name is none for it; nothing was changed then.
 * G_FILE_ERROR if writing failed. */
QEVM_CHECKED gboolean qevm_qcow2_add(const QevmQcow2Add *add, GError **error);
/* Whether that would be refused, without changing anything. */
QEVM_CHECKED gboolean qevm_qcow2_can_add(const QevmQcow2Add *add,
                                         GError **error);

#endif
