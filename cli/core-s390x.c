/* core-s390x.c - notes of an s390x CPU (target/s390x/arch_dump.c). */
#include "cli/core.h"

#include <elf.h>

/* elf.h of old systems lacks some. */
enum {
    TIMER = 0x301,
    TODCMP = 0x302,
    TODPREG = 0x303,
    CTRS = 0x304,
    PREFIX = 0x305,
};

static gboolean
is_big(QevmCoreCpu *cpu)
{
    (void)cpu;
    return TRUE;
}

static void
put_array(QevmCoreCpu *cpu, gsize size, guint n, const char *name)
{
    for (guint i = 0; i < n; i++) {
        qevm_core_put(cpu, size, qevm_core_get(cpu, "%s[%u]", name, i));
    }
}

static void
put_one(QevmCoreCpu *cpu, guint32 type, gsize size, const char *name)
{
    qevm_core_begin(cpu, "LINUX", type);
    qevm_core_put(cpu, size, qevm_core_get(cpu, "%s", name));
    qevm_core_end(cpu);
}

static void
put_notes(QevmCoreCpu *cpu)
{
    qevm_core_begin_prstatus(cpu);
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.psw.mask"));
    qevm_core_put(cpu, 8, qevm_core_get(cpu, "env.psw.addr"));
    put_array(cpu, 8, 16, "env.regs");
    put_array(cpu, 4, 16, "env.aregs");
    qevm_core_zeros(cpu, 16); /* orig_gpr2 */
    qevm_core_end(cpu);

    qevm_core_begin(cpu, "CORE", NT_PRFPREG);
    qevm_core_put(cpu, 4, qevm_core_get_any(cpu, "{cpu/fpu}/env.fpc"));
    qevm_core_zeros(cpu, 4);
    for (guint i = 0; i < 16; i++) {
        qevm_core_put(
            cpu, 8,
            qevm_core_get_any(cpu, "{cpu/fpu}/\"env.vregs[%u][0]\"", i));
    }
    qevm_core_end(cpu);

    put_one(cpu, PREFIX, 4, "env.psa");
    qevm_core_begin(cpu, "LINUX", CTRS);
    put_array(cpu, 8, 16, "env.cregs");
    qevm_core_end(cpu);
    put_one(cpu, TIMER, 8, "env.cputm");
    put_one(cpu, TODCMP, 8, "env.ckc");
    put_one(cpu, TODPREG, 4, "env.todpr");
}

const QevmCoreArch qevm_core_s390x = {
    .arch = QEVM_ARCH_S390X,
    .machine = EM_S390,
    .big = is_big,
    .notes = put_notes,
};
