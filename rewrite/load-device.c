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

static QevmNode *
child(QevmNode *parent, const char *name)
{
    for (QevmNode *n = qevm_node_children(parent); n; n = n->next) {
        if (strcmp(qevm_node_name(n), name) == 0) {
            return n;
        }
    }
    return NULL;
}

static gboolean
element(QevmNode *array, guint64 index, guint64 *number)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!array ||
        (array->kind != QEVM_NODE_ARRAY && array->kind != QEVM_NODE_FIELD) ||
        index >= qevm_node_count(array)) {
        return FALSE;
    }
    qevm_node_value(array, index, &value);
    *number = value.as.u;
    return value.kind == QEVM_VALUE_UINT;
}

static gboolean
stop(QevmLoad *load, QevmNode *ref, QevmNode *source, guint64 index, int number,
     char *text)
{
    guint64 offset = qevm_node_value_offset(source, index);

    load->stop->text = text;
    qevm_load_guess(load);
    return qevm_load_stop(
        load, QEVM_STOP_DEVICE, number,
        offset >= load->c.base ? (gsize)(offset - load->c.base) : 0, ref);
}

/* ---- arm ---- */

/* Registers with op0 3 and CRn 0 identify the CPU; their values are fixed
 * (target/arm/helper.c; the numbers are those of KVM_GET_REG_LIST). */
static gboolean
is_identification(guint64 id)
{
    const guint64 aarch64 = G_GUINT64_CONSTANT(0x6030000000130000);

    return (id & ~G_GUINT64_CONSTANT(0xffff)) == aarch64 &&
           ((id >> 14) & 3) == 3 && ((id >> 7) & 0xf) == 0;
}

/* Both lists are sorted (target/arm/machine.c:cpu_post_load()). */
static gboolean
check_arm_cpu(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmNode *here = child(ref, "cpreg_vmstate_indexes");
    QevmNode *there = child(source, "cpreg_vmstate_indexes");
    QevmNode *here_values = child(ref, "cpreg_vmstate_values");
    QevmNode *there_values = child(source, "cpreg_vmstate_values");
    guint64 i = 0, v = 0, local, incoming, a, b;

    while (element(here, i, &local) && element(there, v, &incoming)) {
        if (incoming > local) {
            i++;
            continue;
        }
        if (incoming < local) {
            return stop(
                load, here, there, v, EPERM,
                load->target->release >= 1100
                    ? g_strdup_printf("handle_cpreg_only_in_incoming_stream: "
                                      "system register 0x%" G_GINT64_MODIFIER
                                      "x in the incoming stream but unknown on "
                                      "the destination: fail migration",
                                      incoming)
                    : NULL);
        }
        if (is_identification(local) && element(here_values, i, &a) &&
            element(there_values, v, &b) && a != b) {
            return stop(load, here_values, there_values, v, EPERM, NULL);
        }
        i++;
        v++;
    }
    return TRUE;
}

/* ---- ppc ---- */

#define SPR_PVR 287

/* (target/ppc/machine.c:cpu_post_load()) */
static gboolean
check_ppc_cpu(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    QevmNode *here = child(ref, "env.spr"), *there = child(source, "env.spr");
    guint64 local, incoming;

    if (!element(here, SPR_PVR, &local) ||
        !element(there, SPR_PVR, &incoming) || local == incoming) {
        return TRUE;
    }
    return stop(load, here, there, SPR_PVR, EINVAL, NULL);
}

/* 11.0 sends this timer whether the CPU has it or not; before, it is loaded
 * into a pointer that is null where the CPU has none, and the reference would
 * have sent it if it had (target/arm/machine.c:vmstate_wfxt_timer). */
static gboolean
check_arm_timer(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    static const char name[] = "cpu/wfxt-timer";
    QevmNode *timer = child(source, name);

    if (!timer || child(ref, name) || !load->target->release ||
        load->target->release >= 1100) {
        return TRUE;
    }
    load->stop->crash = TRUE;
    return stop(load, ref, timer, 0, 0,
                g_strdup("vmstate_load_state: Assertion `first_elem || "
                         "!n_elems || !size' failed."));
}

static gboolean
check_cpu(QevmLoad *load, QevmNode *ref, QevmNode *source)
{
    return check_arm_timer(load, ref, source) &&
           check_arm_cpu(load, ref, source) && check_ppc_cpu(load, ref, source);
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
            !element(here = qevm_node_children(n), 0, &local)) {
            continue;
        }
        there = child(source, name);
        there = there ? qevm_node_children(there) : NULL;
        if (there ? element(there, 0, &incoming) && incoming > local
                  : local == 0) {
            return stop(load, here, there ? there : source, 0, EINVAL,
                        g_strdup_printf("cap-%s higher level (%u) in incoming "
                                        "stream than on destination (%u)",
                                        name + strlen(prefix), (guint)incoming,
                                        (guint)local));
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
