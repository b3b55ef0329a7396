/* core.h - an ELF core of physical memory: its headers, and the registers of
 * the CPUs as notes, as QEMU's dump-guest-memory writes them.
 *
 * The registers are taken from the `cpu` sections by path. To add an
 * architecture, write cli/core-NAME.c and give it a row in core.c.
 */
#ifndef QEVM_CLI_CORE_H
#define QEVM_CLI_CORE_H

#include "cli/memory-map.h"

/* One CPU, and the note that is being made of it. */
typedef struct {
    QevmStream *stream;
    guint32 instance; /* of its section */
    gboolean big;     /* notes are big-endian */
    GByteArray *out;
    guint start;   /* of the data of the note, in out */
    GError *error; /* owned; why the first value that was wanted is not there */
} QevmCoreCpu;

/* A value of the section, by its steps; 0 with an error if it is not there. */
guint64 qevm_core_get(QevmCoreCpu *cpu, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
/* The same; 0 if it is not there. */
guint64 qevm_core_get_any(QevmCoreCpu *cpu, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* Has this value eight bytes? Else an error: the CPU is a 32-bit one. */
gboolean qevm_core_wide(QevmCoreCpu *cpu, const char *steps);

/* A note: its head, its data, its end. */
void qevm_core_begin(QevmCoreCpu *cpu, const char *owner, guint32 type);
void qevm_core_put(QevmCoreCpu *cpu, gsize size, guint64 value);
void qevm_core_zeros(QevmCoreCpu *cpu, gsize n);
void qevm_core_end(QevmCoreCpu *cpu);

/* NT_PRSTATUS up to the registers (struct elf_prstatus of 64-bit Linux). */
void qevm_core_begin_prstatus(QevmCoreCpu *cpu);

enum { NT_PRSTATUS = 1, NT_PRFPREG = 2 };

typedef struct {
    QevmArch arch;
    guint16 machine; /* e_machine */
    /* Is it big-endian now? NULL: never. */
    gboolean (*big)(QevmCoreCpu *cpu);
    /* Appends notes of a CPU; `own` those that are for QEMU's own tools, which
     * come behind those of all CPUs, NULL: none. */
    void (*notes)(QevmCoreCpu *cpu);
    void (*own)(QevmCoreCpu *cpu);
} QevmCoreArch;

extern const QevmCoreArch qevm_core_x86, qevm_core_arm, qevm_core_ppc,
    qevm_core_s390x, qevm_core_riscv;

/* Memory begins at a multiple of this in the file. */
#define QEVM_CORE_ALIGN 4096
guint64 qevm_core_align(guint64 offset);

/* All in front of the memory: ELF header, program headers and notes, padded.
 * The ranges of the layout follow, each padded. Needs the device state. */
GBytes *qevm_core_head(QevmStream *stream, const GArray *layout,
                       GError **error);

#endif
