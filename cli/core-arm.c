/* core-arm.c - notes of a 64-bit Arm CPU (target/arm/arch_dump.c). */
#include "cli/core.h"

#include <elf.h>

#define PSTATE_NRW 0x10 /* it executes 32-bit code */

/* SCTLR_EL1.EE would say; Linux is little-endian but for special kernels. */
static void
put_notes(QevmCoreCpu *cpu)
{
    guint64 pstate = qevm_core_get(cpu, "cpsr");

    if (!cpu->error && pstate & PSTATE_NRW) {
        g_set_error(&cpu->error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "CPU %u executes 32-bit code", cpu->instance);
        return;
    }
    qevm_core_begin_prstatus(cpu);
    for (guint i = 0; i < 32; i++) { /* the last is SP */
        qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.xregs[%u]", i));
    }
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.pc"));
    qevm_core_put(cpu, 8, pstate);
    qevm_core_put(cpu, 4, 1); /* fpvalid */
    qevm_core_zeros(cpu, 4);
    qevm_core_end(cpu);

    qevm_core_begin(cpu, "CORE", NT_PRFPREG);
    for (guint i = 0; i < 32; i++) {
        for (guint k = 0; k < 2; k++) {
            qevm_core_put(
                cpu, 8,
                qevm_core_get_any(cpu, "{cpu/vfp}/\"env.vfp.zregs[%u].d\"[%u]",
                                  i, k));
        }
    }
    /* FPSR and FPCR share a word in the stream as AArch32's FPSCR. */
    qevm_core_put(cpu, 4,
                  qevm_core_get_any(cpu, "{cpu/vfp}/fpscr") & 0xf800009f);
    qevm_core_put(cpu, 4,
                  qevm_core_get_any(cpu, "{cpu/vfp}/fpscr") & 0x07ff9f00);
    qevm_core_zeros(cpu, 8);
    qevm_core_end(cpu);
}

const QevmCoreArch qevm_core_arm = {
    .arch = QEVM_ARCH_ARM,
    .machine = EM_AARCH64,
    .notes = put_notes,
};
