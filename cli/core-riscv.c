/* core-riscv.c - notes of a RISC-V CPU (target/riscv/arch_dump.c). */
#include "cli/core.h"

#include <elf.h>

/* struct user_regs_struct */
static void
put_notes(QevmCoreCpu *cpu)
{
    if (!qevm_core_wide(cpu, "env.pc")) {
        return;
    }
    qevm_core_begin_prstatus(cpu);
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.pc"));
    for (guint i = 1; i < 32; i++) {
        qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.gpr[%u]", i));
    }
    qevm_core_zeros(cpu, 8);
    qevm_core_end(cpu);
}

const QevmCoreArch qevm_core_riscv = {
    .arch = QEVM_ARCH_RISCV,
    .machine = EM_RISCV,
    .notes = put_notes,
};
