/* decrementer.c - the timer of a Power CPU, which old QEMUs do not start again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/decrementer.h"

enum { SPR_LPCR = 318 };

#define BIT(n) (G_GUINT64_CONSTANT(1) << (n))
#define LPCR_ILE BIT(25) /* interrupts are taken little-endian */
#define LPCR_AIL(lpcr) ((lpcr) >> 23 & 3)
#define AIL_C000 3 /* they are taken at this address, translated */
#define MSR_SF BIT(63)
#define MSR_EE BIT(15)
#define MSR_ME BIT(12)
#define MSR_IR BIT(5)
#define MSR_DR BIT(4)
#define MSR_LE BIT(0)
#define MSR_NOT_IN_SRR1 G_GUINT64_CONSTANT(0x783f0000)
#define VECTOR G_GUINT64_CONSTANT(0x900)
#define VECTOR_C000 G_GUINT64_CONSTANT(0xc000000000004900)

/* With KVM it goes on. What the destination is may not be known: then it is
 * taken for TCG, since an interrupt too many does no harm. */
static gboolean
is_stopped_by(const QevmTarget *target)
{
    const char *accel = qevm_target_option(target, "accel");

    return qevm_target_is_before(target, 802) &&
           !(accel && g_str_has_prefix(accel, "kvm")) &&
           qevm_target_says(target, "accel=kvm") != QEVM_TARGET_YES &&
           qevm_target_says(target, "-enable-kvm") != QEVM_TARGET_YES;
}

static QevmRecord *
section_of(QevmStream *stream, const char *idstr, guint32 instance_id)
{
    g_autoptr(GHashTable) index = qevm_sections_index(stream);

    return qevm_sections_find(index, idstr, instance_id);
}

/* The section `cpu_common` of a CPU that is halted; NULL: it is not. */
static QevmRecord *
halted(QevmStream *stream, const QevmRecord *record)
{
    QevmRecord *common = section_of(stream, "cpu_common", record->instance_id);
    QevmTree *tree = common ? qevm_record_tree(stream, common, NULL) : NULL;
    guint64 value;

    return tree && qevm_node_child_number(&tree->root, "halted", &value) &&
                   value
               ? common
               : NULL;
}

/* As target/ppc/excp_helper.c:powerpc_excp_books() does it, QEMU 7.2. */
static void
take(QevmDecrementer *d, guint64 lpcr)
{
    gboolean moved =
        LPCR_AIL(lpcr) == AIL_C000 && d->msr & MSR_IR && d->msr & MSR_DR;

    d->srr0 = d->nip;
    d->srr1 = d->msr & ~MSR_NOT_IN_SRR1;
    d->nip = moved ? VECTOR_C000 : VECTOR;
    d->msr = MSR_SF | (d->msr & MSR_ME) | (moved ? MSR_IR | MSR_DR : 0) |
             (lpcr & LPCR_ILE ? MSR_LE : 0);
}

QevmDecrementer
qevm_decrementer(QevmStream *stream, QevmRecord *record,
                 const QevmTarget *target)
{
    QevmDecrementer d = { .kind = QEVM_DECREMENTER_FINE };
    QevmTree *tree;
    guint64 lpcr;

    if (g_strcmp0(record->idstr, "cpu") != 0 || !is_stopped_by(target) ||
        !section_of(stream, "spapr", 0)) {
        return d;
    }
    tree = qevm_record_tree(stream, record, NULL);
    if (!tree ||
        !qevm_node_word(qevm_node_child(&tree->root, "env.nip"), 0, &d.nip) ||
        !qevm_node_word(qevm_node_child(&tree->root, "env.msr"), 0, &d.msr) ||
        !qevm_node_word(qevm_node_child(&tree->root, "env.spr"), SPR_LPCR,
                        &lpcr)) {
        return d;
    }
    d.common = halted(stream, record);
    if (d.msr & MSR_EE) {
        d.kind = QEVM_DECREMENTER_STOPS;
        take(&d, lpcr);
    } else if (!d.common && LPCR_AIL(lpcr) == AIL_C000 && d.nip != VECTOR &&
               d.nip != VECTOR_C000) {
        /* Firmware has no timer, an operating system chose where it takes
         * interrupts; a CPU that is halted like this was not started. */
        d.kind = QEVM_DECREMENTER_MASKED;
    }
    return d;
}
