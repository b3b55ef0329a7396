/* core-x86.c - notes of an x86 CPU (target/i386/arch_dump.c). */
#include "cli/core.h"

#include <elf.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };
enum { ES, CS, SS, DS, FS, GS };

/* qemu-system-i386 has eight of them. */
static guint64
general(QevmCoreCpu *cpu, guint i)
{
    return i < 8 ? qevm_core_get(cpu, "env.regs[%u]", i)
                 : qevm_core_get_any(cpu, "env.regs[%u]", i);
}

static guint64
segment(QevmCoreCpu *cpu, guint i, const char *member)
{
    return qevm_core_get(cpu, "env.segs[%u]/%s", i, member);
}

/* struct user_regs_struct */
static void
put_notes(QevmCoreCpu *cpu)
{
    static const guint8 order[] = { 15, 14, 13,  12,  RBP, RBX, 11, 10,
                                    9,  8,  RAX, RCX, RDX, RSI, RDI };
    static const guint8 segments[] = { DS, ES, FS, GS };

    qevm_core_begin_prstatus(cpu);
    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        qevm_core_put(cpu, 8, general(cpu, order[i]));
    }
    qevm_core_put(cpu, 8, 0); /* orig_rax */
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.eip"));
    qevm_core_put(cpu, 8, segment(cpu, CS, "selector"));
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.eflags"));
    qevm_core_put(cpu, 8, general(cpu, RSP));
    qevm_core_put(cpu, 8, segment(cpu, SS, "selector"));
    qevm_core_put(cpu, 8, segment(cpu, FS, "base"));
    qevm_core_put(cpu, 8, segment(cpu, GS, "base"));
    for (guint i = 0; i < G_N_ELEMENTS(segments); i++) {
        qevm_core_put(cpu, 8, segment(cpu, segments[i], "selector"));
    }
    qevm_core_zeros(cpu, 8);
    qevm_core_end(cpu);
}

static void
put_descriptor(QevmCoreCpu *cpu, const char *name)
{
    qevm_core_put(cpu, 4, qevm_core_get(cpu, "%s/selector", name));
    qevm_core_put(cpu, 4, qevm_core_get(cpu, "%s/limit", name));
    qevm_core_put(cpu, 4, qevm_core_get(cpu, "%s/flags", name));
    qevm_core_zeros(cpu, 4);
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "%s/base", name));
}

/* QEMUCPUState, version 1 */
static void
put_own(QevmCoreCpu *cpu)
{
    static const guint8 order[] = { RAX, RBX, RCX, RDX, RSI, RDI, RSP, RBP,
                                    8,   9,   10,  11,  12,  13,  14,  15 };
    static const char *const descriptors[] = { "env.segs[1]", "env.segs[3]",
                                               "env.segs[0]", "env.segs[4]",
                                               "env.segs[5]", "env.segs[2]",
                                               "env.ldt",     "env.tr",
                                               "env.gdt",     "env.idt" };

    qevm_core_begin(cpu, "QEMU", 0);
    qevm_core_put(cpu, 4, 1);
    qevm_core_put(cpu, 4, 440); /* its size */
    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        qevm_core_put(cpu, 8, general(cpu, order[i]));
    }
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.eip"));
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.eflags"));
    for (guint i = 0; i < G_N_ELEMENTS(descriptors); i++) {
        put_descriptor(cpu, descriptors[i]);
    }
    for (guint i = 0; i < 5; i++) {
        qevm_core_put(cpu, 8, i == 1 ? 0 : qevm_core_get(cpu, "env.cr[%u]", i));
    }
    qevm_core_put(cpu, 8, qevm_core_get_any(cpu, "env.kernelgsbase"));
    qevm_core_end(cpu);
}

const QevmCoreArch qevm_core_x86 = {
    .arch = QEVM_ARCH_X86,
    .machine = EM_X86_64,
    .notes = put_notes,
    .own = put_own,
};
