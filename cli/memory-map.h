/* memory-map.h - where a guest sees its RAM: which part of which block is at
 * which physical address.
 *
 * A stream does not say. The machine type and the architecture of its CPUs do,
 * for the machines that are known here; of a pc, the CMOS memory tells how much
 * RAM is below 4 GiB.
 */
#ifndef QEVM_CLI_MEMORY_MAP_H
#define QEVM_CLI_MEMORY_MAP_H

#include "parser/path.h"

typedef struct {
    guint64 address; /* guest-physical */
    guint64 size;
    guint block; /* its number in the block list */
    guint64 offset;
} QevmRamRange;

/* Parts of blocks begin at a multiple of this, as pages do. */
#define QEVM_MEMORY_MAP_ALIGN 65536

/* The ranges of a stream that has RAM, by address; a GArray of QevmRamRange,
 * owned. Needs the device state: of a pipe, all of it was read. `maps`, unless
 * NULL or empty, are the ranges themselves, each ADDRESS=BLOCK[:OFFSET:SIZE]. A
 * layout that is not known is UNSUPPORTED, a bad map PATH. */
GArray *qevm_memory_map_of(QevmStream *stream, char **maps, GError **error);

/* The range that an address is in; NULL: none. */
const QevmRamRange *qevm_memory_map_find(const GArray *layout, guint64 address);
/* Where the guest sees a byte of a block. FALSE: nowhere. */
gboolean qevm_memory_map_address(const GArray *layout, guint block,
                                 guint64 offset, guint64 *address);

/* What the CPUs are, by the fields of the first one. */
typedef enum {
    QEVM_ARCH_UNKNOWN,
    QEVM_ARCH_X86,
    QEVM_ARCH_ARM,
    QEVM_ARCH_PPC,
    QEVM_ARCH_S390X,
    QEVM_ARCH_RISCV,
} QevmArch;
QevmArch qevm_arch_of(QevmStream *stream);

#endif
