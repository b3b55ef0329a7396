/* load-device.c - what devices check when all their fields were read.
 *
 * A row for each vmsd that is known to refuse a state by its contents, with
 * the place in QEMU's sources. None of it can be exact: these functions look
 * at settings of the destination that its stream does not show.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <string.h>

#include "rewrite/load-private.h"

typedef gboolean DeviceFunc(QevmLoad *load, QevmNode *ref, QevmNode *source);

static gboolean
stop(QevmLoad *load, QevmNode *ref, QevmNode *source, guint64 index, int number,
     const QevmVmsd *vmsd, QevmMessage *message)
{
    guint64 offset = qevm_node_value_offset(source, index);

    qevm_load_guess(load);
    return qevm_load_stop_device(
        load, number,
        offset >= load->c.base ? (gsize)(offset - load->c.base) : 0, ref, vmsd,
        message);
}

/* ---- arm ---- */

/* The numbers are those of KVM_GET_REG_LIST. */
#define AARCH64 G_GUINT64_CONSTANT(0x6030000000130000)
#define CP15 G_GUINT64_CONSTANT(0x40200000000f0000)
#define NON_SECURE G_GUINT64_CONSTANT(0x20000000)

/* Registers with CRn 0 identify the CPU, but for those that select what others
 * show and those for a guest's guest; those with CRn 11 and 15 are the
 * implementation's. All are constants (target/arm/helper.c,
 * target/arm/tcg/cpu64.c), as the upper part of PMCR is: what reads back is
 * compared with what was loaded (target/arm/helper.c:write_list_to_cpustate()).
 */
guint64
qevm_arm_fixed_bits(guint64 id)
{
    const guint64 upper = G_GUINT64_CONSTANT(0xfffff800), low = 0xffff;
    guint crn, op1, rest;

    if ((id & ~low) == AARCH64 && ((id >> 14) & 3) == 3) {
        crn = (id >> 7) & 0xf;
        op1 = (id >> 11) & 7;
        rest = id & 0x7f;
        if (crn == 9 && op1 == 3 && rest == 0x60) {
            return upper;
        }
    } else if ((id & ~(low | NON_SECURE)) == CP15 && !(id & 0x8000)) {
        crn = (id >> 11) & 0xf;
        op1 = (id >> 3) & 0xf;
        rest = id & 0x787;
        if (crn == 9 && op1 == 0 && rest == 0x600) {
            return upper;
        }
    } else {
        return 0;
    }
    return (crn == 0 && op1 != 2 && op1 != 4) || crn == 11 || crn == 15
               ? G_MAXUINT64
               : 0;
}

/* The message has QEMU's own number of the register, not the one in the list
 * (target/arm/cpregs.h:kvm_to_cpreg_id()). */
static QevmMessage *
register_message(guint64 id)
{
    const guint64 architecture = G_GUINT64_CONSTANT(0xff00000000000000);
    const guint64 aarch64 = G_GUINT64_CONSTANT(0x6000000000000000);
    const guint64 size = G_GUINT64_CONSTANT(0x00f0000000000000);
    const guint64 size_64 = G_GUINT64_CONSTANT(0x0030000000000000);
    guint32 own = (guint32)id | ((id & architecture) == aarch64 ? 1U << 28
                                 : (id & size) == size_64 ? 1U << 29 | 1U << 15
                                                          : 1U << 29);
    QevmMessage *message = qevm_message_new("cpreg-unknown");
    g_autofree char *text = g_strdup_printf("system register 0x%x", own);

    qevm_message_set_text(message, "register", text);
    return message;
}

/* Is it a constant that the destination has another one of? */
static gboolean
differs(guint64 id, guint64 local, guint64 incoming)
{
    return ((local ^ incoming) & qevm_arm_fixed_bits(id)) != 0;
}

QevmArmRegisters
qevm_arm_registers(QevmNode *cpu)
{
    return (QevmArmRegisters){ qevm_node_child(cpu, "cpreg_vmstate_indexes"),
                               qevm_node_child(cpu, "cpreg_vmstate_values") };
}

/* Up to 5.2 what the CPU has is a field, which is loaded before the registers;
 * newer ones send eight zero bytes there, and a CPU that has nothing reads
 * other registers back (target/arm/machine.c: vmstate_arm_cpu). */
static gboolean
check_arm_features(QevmLoad *load, QevmNode *ref)
{
    QevmNode *features = qevm_node_child(ref, QEVM_ARM_FEATURES);
    gsize place = GPOINTER_TO_SIZE(g_hash_table_lookup(load->places, features));
    guint64 local, incoming;

    if (!qevm_arm_registers(ref).indexes ||
        !qevm_node_word(features, 0, &local) || !local ||
        !qevm_load_number(load, features, &incoming) || incoming) {
        return TRUE;
    }
    qevm_load_guess(load);
    return qevm_load_stop_device(load, EPERM, place - 1, features,
                                 qevm_node_vmsd(ref), NULL);
}

/* Both lists are sorted (target/arm/machine.c:cpu_post_load()). */
static gboolean
check_arm_registers(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmArmRegisters here = qevm_arm_registers(ref);
    QevmArmRegisters there = qevm_arm_registers(source);
    guint64 i = 0, v = 0, local, incoming;

    while (qevm_node_word(here.indexes, i, &local) &&
           qevm_node_word(there.indexes, v, &incoming)) {
        if (incoming < local) {
            return stop(load, here.indexes, there.indexes, v, EPERM,
                        qevm_node_vmsd(ref),
                        qevm_target_is_since(load->target, 1100)
                            ? register_message(incoming)
                            : NULL);
        }
        i++;
        v += incoming == local;
    }
    return TRUE;
}

/* Then the values are written, and read back. Up to 10.0, a register that only
 * the destination has gets 0. */
static gboolean
check_arm_values(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmArmRegisters here = qevm_arm_registers(ref);
    QevmArmRegisters there = qevm_arm_registers(source);
    gboolean zero = qevm_target_is_before(load->target, 1100);
    guint64 i = 0, v = 0, local, incoming, a, b;

    for (; qevm_node_word(here.indexes, i, &local) &&
           qevm_node_word(here.values, i, &a);
         i++) {
        gboolean have = qevm_node_word(there.indexes, v, &incoming);
        gboolean same = have && incoming == local;

        b = 0;
        if ((same && !qevm_node_word(there.values, v, &b)) ||
            (!same && !zero)) {
            continue;
        }
        if (have && differs(local, a, b)) {
            return stop(load, here.values, there.values, v, EPERM,
                        qevm_node_vmsd(ref), NULL);
        }
        v += same;
    }
    return TRUE;
}

/* ---- ppc ---- */

/* A guest that has agreed on a mode of an older processor goes on in that,
 * whatever processor it is (target/ppc/machine.c:cpu_post_load()). */
static gboolean
check_ppc_cpu(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmNode *here = qevm_node_child(ref, "env.spr"),
             *there = qevm_node_child(source, "env.spr");
    QevmNode *mode =
        qevm_node_child(qevm_node_child(source, "cpu/compat"), "compat_pvr");
    guint64 local, incoming, compatible;

    if (qevm_node_word(mode, 0, &compatible) && compatible) {
        return TRUE;
    }
    if (!qevm_node_word(here, QEVM_PPC_SPR_PVR, &local) ||
        !qevm_node_word(there, QEVM_PPC_SPR_PVR, &incoming) ||
        local == incoming) {
        return TRUE;
    }
    return stop(load, here, there, QEVM_PPC_SPR_PVR, EINVAL,
                qevm_node_vmsd(ref), NULL);
}

/* 11.0 sends this timer whether the CPU has it or not; before, it is loaded
 * into a pointer that is null where the CPU has none, and the reference would
 * have sent it if it had (target/arm/machine.c:vmstate_wfxt_timer). */
static gboolean
check_arm_timer(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmNode *timer = qevm_node_child(source, QEVM_ARM_TIMER);
    QevmMessage *message;

    if (!timer || qevm_node_child(ref, QEVM_ARM_TIMER) ||
        !qevm_target_is_before(load->target, 1100)) {
        return TRUE;
    }
    message = qevm_message_new("assertion");
    qevm_message_set_text(message, "file", "migration/vmstate.c");
    qevm_message_set_text(message, "function", "vmstate_load_state");
    qevm_message_set_text(message, "condition",
                          "first_elem || !n_elems || !size");
    return stop(load, ref, timer, 0, 0, NULL, message);
}

static gboolean
check_cpu(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    return check_arm_timer(load, ref, source) &&
           check_arm_features(load, ref) &&
           check_arm_registers(load, ref, source) &&
           check_arm_values(load, ref, source) &&
           check_ppc_cpu(load, ref, source);
}

/* A capability is sent where it is not the machine's default. So one that
 * only the destination sends is lower there, if it is 0
 * (hw/ppc/spapr_caps.c:spapr_caps_post_migration()). */
static gboolean
check_spapr(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    static const char prefix[] = "spapr/cap/";

    for (QevmNode *n = qevm_node_children(ref); n; n = n->next) {
        const char *name = qevm_node_name(n);
        QevmNode *here, *there;
        guint64 local, incoming = 1;

        if (n->kind != QEVM_NODE_SUBSECTION ||
            !g_str_has_prefix(name, prefix) ||
            !qevm_node_word(here = qevm_node_children(n), 0, &local)) {
            continue;
        }
        there = qevm_node_child(source, name);
        there = there ? qevm_node_children(there) : NULL;
        if (there ? qevm_node_word(there, 0, &incoming) && incoming > local
                  : local == 0) {
            QevmMessage *message = qevm_message_new("spapr-cap-higher");

            qevm_message_set_text(message, "cap", name + strlen(prefix));
            qevm_message_set_number(message, "incoming", incoming);
            qevm_message_set_number(message, "local", local);
            return stop(load, here, there ? there : source, 0, EINVAL,
                        qevm_node_vmsd(ref), message);
        }
    }
    return TRUE;
}

gboolean
qevm_load_device(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    static const struct {
        const char *vmsd;
        DeviceFunc *check;
    } devices[] = {
        { "cpu", check_cpu },
        { "spapr", check_spapr },
    };
    const QevmVmsd *vmsd = qevm_node_vmsd(ref);

    for (guint i = 0; source && vmsd && vmsd->name && i < G_N_ELEMENTS(devices);
         i++) {
        if (strcmp(devices[i].vmsd, vmsd->name) == 0 &&
            !devices[i].check(load, ref, source)) {
            return FALSE;
        }
    }
    return TRUE;
}
