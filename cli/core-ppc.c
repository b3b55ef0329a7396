/* core-ppc.c - notes of a 64-bit Power CPU (target/ppc/arch_dump.c). */
#include "cli/core.h"

#include <elf.h>

enum { SPR_XER = 1, SPR_LR = 8, SPR_CTR = 9, SPR_VRSAVE = 256, SPR_LPCR = 318 };
#define LPCR_ILE (G_GUINT64_CONSTANT(1) << 25) /* interrupts: little-endian */

static gboolean
is_big(QevmCoreCpu *cpu)
{
    return !(qevm_core_get_any(cpu, "env.spr[%u]", SPR_LPCR) & LPCR_ILE);
}

static guint64
condition(QevmCoreCpu *cpu)
{
    guint64 ccr = 0;

    for (guint i = 0; i < 8; i++) {
        ccr = ccr << 4 | (qevm_core_get(cpu, "env.crf[%u]", i) & 0xf);
    }
    return ccr;
}

/* struct pt_regs */
static void
put_prstatus(QevmCoreCpu *cpu)
{
    qevm_core_begin_prstatus(cpu);
    for (guint i = 0; i < 32; i++) {
        qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.gpr[%u]", i));
    }
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.nip"));
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.msr"));
    qevm_core_zeros(cpu, 8); /* orig_gpr3 */
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.spr[%u]", SPR_CTR));
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.spr[%u]", SPR_LR));
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.spr[%u]", SPR_XER));
    qevm_core_put(cpu, 8, condition(cpu));
    qevm_core_zeros(cpu, 5 * 8); /* softe, trap, dar, dsisr, result */
    qevm_core_zeros(cpu, 40);
    qevm_core_end(cpu);
}

static void
put_notes(QevmCoreCpu *cpu)
{
    if (!qevm_core_wide(cpu, "env.nip")) {
        return;
    }
    put_prstatus(cpu);

    qevm_core_begin(cpu, "CORE", NT_PRFPREG);
    for (guint i = 0; i < 32; i++) {
        qevm_core_put(cpu, 8,
                      qevm_core_get_any(cpu, "{cpu/fpu}/env.vsr[%u]", i));
    }
    qevm_core_put(cpu, 8, qevm_core_get_any(cpu, "{cpu/fpu}/env.fpscr"));
    qevm_core_end(cpu);
}

const QevmCoreArch qevm_core_ppc = {
    .arch = QEVM_ARCH_PPC,
    .machine = EM_PPC64,
    .big = is_big,
    .notes = put_notes,
};
