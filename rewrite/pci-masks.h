/* pci-masks.h - which bits of PCI config space QEMU compares while it loads.
 *
 * A bit is refused if it differs from the device's own and cmask has it and
 * neither wmask nor w1cmask do (hw/pci/pci.c:get_pci_config_device()). The
 * masks are not in the stream. They follow from the header type and the
 * capabilities of the device's own config space, with the exceptions in
 * QevmPciFacts.
 */
#ifndef QEVM_REWRITE_PCI_MASKS_H
#define QEVM_REWRITE_PCI_MASKS_H

#include <glib.h>

#define QEVM_PCI_CONFIG_MAX 4096

typedef struct {
    gsize size; /* 256 or 4096 */
    guint8 cmask[QEVM_PCI_CONFIG_MAX], wmask[QEVM_PCI_CONFIG_MAX],
        w1cmask[QEVM_PCI_CONFIG_MAX];
    /* Bits about which devices differ, left out of cmask or put into wmask
     * here: what is said of them is no more than likely. */
    guint8 unsure[QEVM_PCI_CONFIG_MAX];
} QevmPciMasks;

typedef enum {
    QEVM_PCI_PERHAPS,
    QEVM_PCI_YES,
    QEVM_PCI_NO,
} QevmPciAnswer;

/* What config space itself does not tell. */
typedef struct {
    guint64 bar[7]; /* sizes in bytes, 0: not known; [6] is the ROM's */
    /* Whether a slot has a card is compared: not since 8.1
     * (hw/pci/pcie.c:pcie_cap_slot_init(), PCI_EXP_SLTSTA_PDS). */
    QevmPciAnswer presence;
} QevmPciFacts;

/* The masks of the device whose config space, as it is after reset, these
 * `size` bytes are (256 or 4096). `facts` may be NULL:
 * nothing of them is known. */
void qevm_pci_masks(const guint8 *config, gsize size, const QevmPciFacts *facts,
                    QevmPciMasks *masks);

/* The first byte of `incoming` that is refused, -1: none. *exact (may be NULL)
 * tells whether that is certain; for -1, whether nothing unsure differs. */
gint qevm_pci_masks_compare(const QevmPciMasks *masks, const guint8 *config,
                            const guint8 *incoming, gboolean *exact);

/* Where a byte of config space belongs: "BAR 1", "capability MSI-X".. Owned. */
char *qevm_pci_place(const guint8 *config, gsize size, guint at);

#endif
