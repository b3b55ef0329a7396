/* redact.c - what of a stream is not for strangers. */
#include "cli/redact.h"

#include <string.h>

#include "parser/path.h"

/* More bytes in a row than that are a buffer. */
#define BUFFER_BYTES 64

/* Sections by the last part of their idstr: registers of CPUs, with the
 * interrupt controllers that are part of them, and what a TPM keeps. */
static const char *const sections[] = {
    "cpu",         "cpu_common",        "apic",
    "kvm-tpr-opt", "kvmclock",          "spapr_cpu",
    "armv7m",      "armv7m_nvic",       "powernv-cpu-core",
    "tpm-*",       "hexagon_globalreg", "hexagon-tlb",
};

/* Fields, by the last part of the section's idstr and their name. */
static const struct {
    const char *section, *field;
} fields[] = {
    /* addresses of network cards */
    { "*", "mac" },
    { "*", "*.mac" },
    { "*", "*permanent_mac*" },
    { "*", "*macaddr*" },
    { "*", "*mac_addr*" },
    { "*", "*ethaddr*" },
    { "*", "*eeprom*" },
    { "*", "mac_table.macs" },
    { "cadence_gem", "regs" },
    { "e1000", "mac_reg" },
    { "e1000", "mac_reg[0]" },
    { "eeprom", "contents" },
    { "imx.fec", "regs" },
    { "ne2000", "phys" },
    { "npcm7xx-emc", "regs" },
    { "pcnet", "csr" },
    { "pcnet", "prom" },
    { "rtl8139", "phys" },
    { "xgmac", "regs" },
    /* who it is */
    { "*", "*uuid*" },
    { "*", "*guid*" },
    { "*", "*wwn*" },
    { "*", "*serial*" },
    /* what was typed, sent or received */
    { "*", "*fifo*" },
    { "*", "queue.data" },
};

/* Buffers that hold registers. */
static const char *const registers[] = { "config", "pci_config", "wmask",
                                         "*.config" };

static const char *
last_part(const char *idstr)
{
    const char *slash = strrchr(idstr, '/');

    return slash ? slash + 1 : idstr;
}

static gboolean
matches(const char *pattern, const char *name)
{
    return qevm_path_match(pattern, FALSE, name);
}

gboolean
qevm_redact_section(const QevmRecord *record)
{
    const char *name = record->idstr ? last_part(record->idstr) : "";

    for (guint i = 0; i < G_N_ELEMENTS(sections); i++) {
        if (matches(sections[i], name)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Bytes in a row, in which anything can be. */
static gboolean
is_buffer(const QevmNode *leaf)
{
    if (leaf->size <= BUFFER_BYTES) {
        return FALSE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(registers); i++) {
        if (matches(registers[i], qevm_node_name(leaf))) {
            return FALSE;
        }
    }
    return leaf->kind != QEVM_NODE_ARRAY ||
           leaf->size <= 2 * qevm_node_count(leaf);
}

gboolean
qevm_redact_leaf(const QevmRecord *record, const QevmNode *leaf)
{
    const char *name = record->idstr ? last_part(record->idstr) : "";

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (!matches(fields[i].section, name)) {
            continue;
        }
        for (const QevmNode *n = leaf; n->parent; n = n->parent) {
            if (matches(fields[i].field, qevm_node_name(n))) {
                return TRUE;
            }
        }
    }
    return is_buffer(leaf);
}
