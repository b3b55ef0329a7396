/* pci-masks.c - which bits of PCI config space QEMU compares while it loads.
 *
 * Facts from hw/pci/pci.c, pcie.c, pcie_aer.c, msi.c, msix.c, slotid_cap.c,
 * shpc.c and hw/virtio/virtio-pci.c, QEMU 5.2 to 10.0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/pci-masks.h"

#include <string.h>

#define CONFIG_SIZE 256
#define CAP_MIN 0x40
#define CHAIN_MAX 48 /* capabilities that fit */

enum {
    COMMAND = 0x04,
    STATUS = 0x06,
    HEADER_TYPE = 0x0e,
    BAR_0 = 0x10,
    CAPABILITY_LIST = 0x34,
    BRIDGE_CONTROL = 0x3e,
};

/* The bytes of a mask that stand at `offset` of something. */
typedef struct {
    guint8 offset, size;
    guint32 bits; /* little-endian, as config space is */
} Bits;

typedef struct {
    guint16 id;
    const char *name;
    guint16 size; /* 0: see capability_size() */
    Bits wmask[8], w1cmask[3], unchecked[2], unsure[2]; /* end at size 0 */
} Capability;

/* A capability is read-only and checked but for these
 * (hw/pci/pci.c:pci_add_capability()). */
static const Capability capabilities[] = {
    { .id = 0x01,
      .name = "power management",
      .size = 8,
      .w1cmask = { { 4, 2, 0x8000 } },
      .unsure = { { 4, 2, 0x0103 } } },
    { .id = 0x04,
      .name = "slot numbering",
      .size = 4,
      .wmask = { { 3, 1, 0xff } } },
    { .id = 0x05,
      .name = "MSI",
      .wmask = { { 2, 2, 0x0071 }, { 4, 4, 0xfffffffc } } },
    { .id = 0x09, .name = "vendor" },
    { .id = 0x0c,
      .name = "hot-plug controller",
      .size = 8,
      .wmask = { { 2, 1, 0xff }, { 4, 4, 0xffffffff } },
      .unsure = { { 3, 1, 0xff } } },
    { .id = 0x0d, .name = "subsystem", .size = 8 },
    { .id = 0x10,
      .name = "PCI Express",
      .wmask = { { 0x08, 2, 0x000f },
                 { 0x10, 2, 0x00c0 },
                 { 0x18, 2, 0x0fe9 },
                 { 0x1c, 2, 0x0007 },
                 { 0x28, 2, 0x8020 } },
      .w1cmask = { { 0x0a, 2, 0x000f }, { 0x1a, 2, 0x001f } },
      .unchecked = { { 0x12, 2, 0xffff } },
      .unsure = { { 0x08, 2, 0x8000 }, { 0x18, 2, 0x1ffc } } },
    { .id = 0x11, .name = "MSI-X", .size = 12, .wmask = { { 3, 1, 0xc0 } } },
};

/* The same of PCI Express (hw/pci/pcie.c:pcie_add_capability()). */
static const Capability extended[] = {
    { .id = 0x0001,
      .name = "advanced error reporting",
      .size = 0x48,
      .wmask = { { 0x0c, 4, 0xffffffff },
                 { 0x14, 4, 0xffffffff },
                 { 0x18, 4, 0x00000540 },
                 { 0x2c, 4, 0x00000007 } },
      .w1cmask = { { 0x04, 4, 0xffffffff },
                   { 0x10, 4, 0xffffffff },
                   { 0x30, 4, 0x0000007f } },
      .unchecked = { { 0x30, 4, 0xf8000000 } } },
    { .id = 0x0003, .name = "device serial number", .size = 12 },
    { .id = 0x000d,
      .name = "access control",
      .size = 8,
      .wmask = { { 6, 2, 0x007f } } },
    { .id = 0x000e, .name = "alternative routing", .size = 8 },
    { .id = 0x000f,
      .name = "address translation",
      .size = 8,
      .wmask = { { 6, 2, 0x800f } } },
    { .id = 0x0010,
      .name = "single root I/O virtualization",
      .size = 0x40,
      .wmask = { { 0x08, 2, 0x001f }, { 0x10, 2, 0xffff } },
      .unsure = { { 0x20, 4, 0xffffffff } } },
};

static guint
get16(const guint8 *p)
{
    return p[0] | (guint)p[1] << 8;
}

static guint32
get32(const guint8 *p)
{
    return get16(p) | (guint32)get16(p + 2) << 16;
}

static void
set_bits(guint8 *mask, gsize size, gsize at, const Bits *bits, guint n,
         gboolean clear)
{
    for (guint i = 0; i < n && bits[i].size; i++) {
        for (guint k = 0; k < bits[i].size; k++) {
            gsize where = at + bits[i].offset + k;
            guint8 byte = (guint8)(bits[i].bits >> (8 * k));

            if (where < size) {
                mask[where] = clear ? (guint8)(mask[where] & ~byte)
                                    : (guint8)(mask[where] | byte);
            }
        }
    }
}

static void
set_capability(QevmPciMasks *m, gsize at, gsize len, const Capability *cap)
{
    len = MIN(len, m->size - at);
    memset(m->wmask + at, 0, len);
    memset(m->cmask + at, 0xff, len);
    if (!cap) {
        memset(m->unsure + at, 0xff, len);
        return;
    }
    set_bits(m->wmask, m->size, at, cap->wmask, G_N_ELEMENTS(cap->wmask),
             FALSE);
    set_bits(m->w1cmask, m->size, at, cap->w1cmask, G_N_ELEMENTS(cap->w1cmask),
             FALSE);
    set_bits(m->cmask, m->size, at, cap->unchecked,
             G_N_ELEMENTS(cap->unchecked), TRUE);
    set_bits(m->wmask, m->size, at, cap->unsure, G_N_ELEMENTS(cap->unsure),
             FALSE);
    set_bits(m->unsure, m->size, at, cap->unsure, G_N_ELEMENTS(cap->unsure),
             FALSE);
}

static const Capability *
find_capability(const Capability *table, guint n, guint id)
{
    for (guint i = 0; i < n; i++) {
        if (table[i].id == id) {
            return &table[i];
        }
    }
    return NULL;
}

/* ---- the first 256 bytes ---- */

/* MSI has its size from its flags: bit 7 for 64-bit addresses, bit 8 for masks
 * of vectors (hw/pci/msi.c:msi_cap_sizeof()). */
static gsize
capability_size(const guint8 *config, guint at, const Capability *cap)
{
    guint flags = get16(config + at + 2);

    if (!cap) {
        return 2;
    }
    switch (cap->id) {
    case 0x05:
        return (flags & 0x80 ? 14 : 10) + (flags & 0x100 ? 10 : 0);
    case 0x09:
        return MAX(config[at + 2], 3);
    case 0x10:
        return (flags & 0xf) >= 2 ? 0x3c : 0x14;
    default:
        return cap->size;
    }
}

static void
set_msi(QevmPciMasks *m, const guint8 *config, guint at)
{
    guint flags = get16(config + at + 2);
    gsize data = at + (flags & 0x80 ? 12 : 8);
    const Bits bits[] = {
        { 4, flags & 0x80 ? 4 : 0, 0xffffffff },
        { 0, 0, 0 },
    };
    const Bits low = { 0, 2, 0xffff }, vectors = { 4, 4, 0xffffffff };

    set_bits(m->wmask, m->size, at + 4, bits, 1, FALSE);
    set_bits(m->wmask, m->size, data, &low, 1, FALSE);
    if (flags & 0x100) {
        set_bits(m->wmask, m->size, data, &vectors, 1, FALSE);
    }
}

/* The capability that gives access to the others' BARs: cfg_type 5. */
static void
set_virtio_access(QevmPciMasks *m, const guint8 *config, guint at)
{
    static const Bits bits[] = { { 4, 1, 0xff },
                                 { 8, 4, 0xffffffff },
                                 { 12, 4, 0xffffffff },
                                 { 16, 4, 0xffffffff } };

    if (get16(config) == 0x1af4 && config[at + 3] == 5 &&
        config[at + 2] >= 20) {
        set_bits(m->wmask, m->size, at, bits, G_N_ELEMENTS(bits), FALSE);
    }
}

/* Calls back for each capability in the chain. */
typedef void CapabilityFunc(const guint8 *config, guint at,
                            const Capability *cap, gpointer user);

static void
foreach_capability(const guint8 *config, CapabilityFunc *each, gpointer user)
{
    guint at = config[CAPABILITY_LIST] & 0xfc;

    for (guint i = 0; (config[STATUS] & 0x10) && i < CHAIN_MAX &&
                      at >= CAP_MIN && at <= CONFIG_SIZE - 4;
         i++) {
        each(config, at,
             find_capability(capabilities, G_N_ELEMENTS(capabilities),
                             config[at]),
             user);
        at = config[at + 1] & 0xfc;
    }
}

static void
set_presence(QevmPciMasks *m, guint at, QevmPciAnswer compared)
{
    static const Bits presence = { 0x1a, 2, 0x0040 };

    if (compared != QEVM_PCI_YES) {
        set_bits(m->cmask, m->size, at, &presence, 1, TRUE);
    }
    if (compared == QEVM_PCI_PERHAPS) {
        set_bits(m->unsure, m->size, at, &presence, 1, FALSE);
    }
}

typedef struct {
    QevmPciMasks *masks;
    QevmPciAnswer presence;
} Chain;

static void
add_capability(const guint8 *config, guint at, const Capability *cap,
               gpointer user)
{
    const Chain *chain = user;
    QevmPciMasks *m = chain->masks;
    gsize size = capability_size(config, at, cap);
    gsize len = MIN(size, CONFIG_SIZE - at);

    set_capability(m, at, len, cap);
    if (config[at] == 0x05) {
        set_msi(m, config, at);
    } else if (config[at] == 0x09) {
        set_virtio_access(m, config, at);
    } else if (config[at] == 0x10) {
        set_presence(m, at, chain->presence);
    }
}

/* ---- BARs ---- */

static void
set_bar(QevmPciMasks *m, const guint8 *config, gsize at, guint64 size,
        gboolean rom, gboolean *wide)
{
    guint32 value = get32(config + at);
    gboolean io = !rom && (value & 1);
    guint32 type = rom ? 1 : io ? 3 : 0xf;
    guint64 writable = size ? ~(size - 1) : ~(guint64)type;

    *wide = !rom && !io && (value & 6) == 4;
    if (!size && !value) {
        /* There may be none: then nothing of it is compared. */
        return;
    }
    if (rom) {
        writable |= 1;
    }
    for (guint i = 0; i < (*wide ? 8 : 4); i++) {
        m->cmask[at + i] = 0xff;
        m->wmask[at + i] = (guint8)(writable >> (8 * i));
        if (!size) {
            m->unsure[at + i] = m->wmask[at + i];
        }
    }
}

static void
set_bars(QevmPciMasks *m, const guint8 *config, const QevmPciFacts *facts)
{
    gboolean bridge = (config[HEADER_TYPE] & 0x7f) == 1, wide = FALSE;
    guint n = bridge ? 2 : 6;

    for (guint i = 0; i < n; i++) {
        gsize at = BAR_0 + 4 * (gsize)i;

        if (wide) {
            wide = FALSE;
            continue;
        }
        set_bar(m, config, at, facts ? facts->bar[i] : 0, FALSE, &wide);
        wide = wide && i + 1 < n;
    }
    set_bar(m, config, bridge ? 0x38 : 0x30, facts ? facts->bar[6] : 0, TRUE,
            &wide);
}

/* ---- the header ---- */

/* (hw/pci/pci.c:pci_init_cmask(), pci_init_wmask(), pci_init_w1cmask()) */
static void
set_header(QevmPciMasks *m)
{
    static const Bits cmask[] = { { 0x00, 4, 0xffffffff },
                                  { STATUS, 1, 0x10 },
                                  { 0x08, 4, 0xffffffff },
                                  { HEADER_TYPE, 1, 0xff },
                                  { CAPABILITY_LIST, 1, 0xff } };
    static const Bits wmask[] = { { COMMAND, 2, 0x0507 },
                                  { 0x0c, 1, 0xff },
                                  { 0x3c, 1, 0xff } };
    static const Bits w1cmask[] = { { STATUS, 2, 0xf900 } };

    set_bits(m->cmask, m->size, 0, cmask, G_N_ELEMENTS(cmask), FALSE);
    set_bits(m->wmask, m->size, 0, wmask, G_N_ELEMENTS(wmask), FALSE);
    set_bits(m->w1cmask, m->size, 0, w1cmask, 1, FALSE);
    memset(m->wmask + CAP_MIN, 0xff, m->size - CAP_MIN);
}

/* (hw/pci/pci.c:pci_init_mask_bridge()) */
static void
set_bridge(QevmPciMasks *m)
{
    static const Bits wmask[] = {
        { 0x18, 4, 0xffffffff },       { 0x1c, 2, 0xf0f0 },
        { 0x20, 4, 0xfff0fff0 },       { 0x24, 4, 0xfff0fff0 },
        { 0x28, 4, 0xffffffff },       { 0x2c, 4, 0xffffffff },
        { BRIDGE_CONTROL, 2, 0x0bff },
    };
    static const Bits w1cmask[] = { { BRIDGE_CONTROL, 2, 0x0400 } };
    static const Bits cmask[] = { { 0x1c, 2, 0x0f0f },
                                  { 0x24, 4, 0x000f000f } };

    set_bits(m->wmask, m->size, 0, wmask, G_N_ELEMENTS(wmask), FALSE);
    set_bits(m->w1cmask, m->size, 0, w1cmask, 1, FALSE);
    set_bits(m->cmask, m->size, 0, cmask, G_N_ELEMENTS(cmask), FALSE);
}

/* ---- PCI Express ---- */

/* The mask of uncorrectable errors can be written to since 8.0, and is not 0
 * after reset then (hw/pci/pcie_aer.c:pcie_aer_init()). */
static void
set_error_reporting(QevmPciMasks *m, const guint8 *config, guint at)
{
    static const Bits mask = { 0x08, 4, 0xffffffff };

    if (at + 0x0c <= m->size && get32(config + at + 8)) {
        set_bits(m->wmask, m->size, at, &mask, 1, FALSE);
    }
}

static void
set_extended(QevmPciMasks *m, const guint8 *config)
{
    guint at = CONFIG_SIZE;

    for (guint i = 0; i < CHAIN_MAX && at >= CONFIG_SIZE && at + 4 <= m->size;
         i++) {
        guint32 header = get32(config + at);
        const Capability *cap =
            find_capability(extended, G_N_ELEMENTS(extended), header & 0xffff);

        if (!header) {
            return;
        }
        set_capability(m, at, cap ? cap->size : 4, cap);
        if (cap && cap->id == 0x0001) {
            set_error_reporting(m, config, at);
        }
        at = (header >> 20) & 0xffc;
    }
}

void
qevm_pci_masks(const guint8 *config, gsize size, const QevmPciFacts *facts,
               QevmPciMasks *masks)
{
    Chain chain = { masks, facts ? facts->presence : QEVM_PCI_PERHAPS };

    memset(masks, 0, sizeof(*masks));
    masks->size = MIN(size, QEVM_PCI_CONFIG_MAX);
    if (size < CONFIG_SIZE) {
        return;
    }
    set_header(masks);
    if ((config[HEADER_TYPE] & 0x7f) == 1) {
        set_bridge(masks);
    }
    set_bars(masks, config, facts);
    foreach_capability(config, add_capability, &chain);
    set_extended(masks, config);
}

gint
qevm_pci_masks_compare(const QevmPciMasks *masks, const guint8 *config,
                       const guint8 *incoming, gboolean *exact)
{
    gboolean sure = TRUE;
    gint at = -1;

    for (gsize i = 0; i < masks->size && at < 0; i++) {
        guint8 differ = config[i] ^ incoming[i];

        if (differ & masks->cmask[i] & ~masks->wmask[i] & ~masks->w1cmask[i]) {
            at = (gint)i;
            sure = sure && !masks->unsure[i];
        } else if (differ & masks->unsure[i]) {
            sure = FALSE;
        }
    }
    if (exact) {
        *exact = sure;
    }
    return at;
}

/* ---- where a byte belongs ---- */

typedef struct {
    guint at;
    char *place; /* owned */
} Where;

static void
name_capability(const guint8 *config, guint at, const Capability *cap,
                gpointer user)
{
    Where *where = user;
    gsize size = capability_size(config, at, cap);

    if (where->place || where->at < at || where->at >= at + MAX(size, 2)) {
        return;
    }
    where->place =
        where->at == at + 1
            ? g_strdup_printf("the link to the next capability at 0x%x", at)
        : cap ? g_strdup_printf("capability %s at 0x%x", cap->name, at)
              : g_strdup_printf("capability 0x%x at 0x%x", config[at], at);
}

static char *
name_header(const guint8 *config, guint at)
{
    static const struct {
        guint8 from, to;
        const char *name;
    } parts[] = {
        { 0x00, 0x01, "vendor id" },
        { 0x02, 0x03, "device id" },
        { 0x04, 0x05, "command" },
        { 0x06, 0x07, "status" },
        { 0x08, 0x08, "revision" },
        { 0x09, 0x0b, "class" },
        { 0x0c, 0x0c, "cache line size" },
        { 0x0d, 0x0d, "latency timer" },
        { 0x0e, 0x0e, "header type" },
        { 0x2c, 0x2f, "subsystem id" },
        { 0x34, 0x34, "pointer to the first capability" },
        { 0x3c, 0x3c, "interrupt line" },
        { 0x3d, 0x3d, "interrupt pin" },
    };
    gboolean bridge = (config[HEADER_TYPE] & 0x7f) == 1;

    if (at >= BAR_0 && at < (bridge ? 0x18 : 0x28)) {
        return g_strdup_printf("BAR %u", (at - BAR_0) / 4);
    }
    if (at >= (bridge ? 0x38 : 0x30) && at < (bridge ? 0x3c : 0x34)) {
        return g_strdup("ROM BAR");
    }
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (at >= parts[i].from && at <= parts[i].to) {
            return g_strdup(parts[i].name);
        }
    }
    return g_strdup("header");
}

char *
qevm_pci_place(const guint8 *config, gsize size, guint at)
{
    Where where = { at, NULL };

    if (size < CONFIG_SIZE) {
        return g_strdup("config space");
    }
    if (at < CAP_MIN) {
        return name_header(config, at);
    }
    foreach_capability(config, name_capability, &where);
    if (where.place) {
        return where.place;
    }
    return g_strdup(at < CONFIG_SIZE ? "a register of the device"
                                     : "extended config space");
}
