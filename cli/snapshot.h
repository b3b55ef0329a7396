/* snapshot.h - --as: what is written becomes a snapshot of the qcow2 image that
 * it came from, and --also one of the disk in other images.
 */
#ifndef QEVM_CLI_SNAPSHOT_H
#define QEVM_CLI_SNAPSHOT_H

#include "cli/container.h"

#define QEVM_OPTION_AS                                                         \
    {                                                                          \
        "as", 0, G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET(QevmOptions, as),      \
            "NAME", "make a new snapshot of this name in the qcow2 image"      \
    }
#define QEVM_OPTION_ALSO                                                       \
    {                                                                          \
        "also", 0, G_OPTION_ARG_FILENAME_ARRAY,                                \
            G_STRUCT_OFFSET(QevmOptions, also), "IMAGE",                       \
            "give this image a snapshot of that name, too"                     \
    }

/* Would it be refused? Nothing is changed. */
gboolean qevm_snapshot_check(const QevmContainer *c, const QevmOptions *options,
                             GError **error);
/* Adds them, that with the vm state in `fd` last. */
gboolean qevm_snapshot_add(const QevmContainer *c, const QevmOptions *options,
                           int fd, GError **error);

#endif
