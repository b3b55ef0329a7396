/* Unit tests of rewrite/pci-masks.c: which bytes of config space are refused.
 */
#include "rewrite/pci-masks.h"

#include "tests/unit/builder.h"

/* Bytes of config space, each piece behind where it begins. */
#define DEVICE "00:86800e10 08:03000002 2c:f41a0011 3d:01 "
#define BRIDGE "00:361b0100 08:00000406 0e:01 "
#define VIRTIO "00:f41a0010 06:1000 34:40 40:0900 42:14 43:05 "
#define CAP(bytes) DEVICE "06:1000 34:40 40:" bytes " "
#define EXPRESS CAP("1000 42:0200") "100:01000100 "

/* clang-format off */
static const struct row {
    const char *name, *config, *incoming; /* what is otherwise there */
    guint64 bar;                          /* the size of BAR 0; 0: not told */
    const char *text;                     /* the first that is refused */
} rows[] = {
    { "same", DEVICE, "", 0, "taken" },
    { "id", DEVICE, "00:87", 0, "vendor id" },
    { "revision", DEVICE, "08:04", 0, "revision" },
    { "class", DEVICE, "0a:01", 0, "class" },
    { "subsystem", DEVICE, "2c:f51a", 0, "taken" },
    { "command", DEVICE, "04:0705", 0, "taken" },
    { "command/other-bits", DEVICE, "04:08", 0, "taken" },
    { "status/errors", DEVICE, "07:f9", 0, "taken" },
    { "status/capabilities", DEVICE, "06:10", 0, "status" },
    { "interrupt-line", DEVICE, "3c:0b", 0, "taken" },
    { "interrupt-pin", DEVICE, "3d:02", 0, "taken" },
    { "header-type", DEVICE, "0e:80", 0, "header type" },
    { "register", DEVICE, "50:ff", 0, "taken" },
    { "bar/none", DEVICE, "10:0000fefe", 0, "taken" },
    { "bar/size-told", DEVICE, "10:0000fefe", 0x10000, "taken" },
    { "bar/below-size", DEVICE, "10:0010fefe", 0x10000, "BAR 0" },
    { "bar/io-for-memory", DEVICE "10:00000000 ", "10:01c00000", 0x40, "BAR 0" },
    { "bar/wide", DEVICE "10:0c000000 ", "10:0c0000fe 14:01", 0x1000, "taken" },
    { "bar/type-unknown-size", DEVICE "10:01000000 ", "10:00c00000", 0, "BAR 0, likely" },
    { "rom", DEVICE, "30:0100b8fe", 0, "taken" },
    { "bridge/buses", BRIDGE, "18:000101", 0, "taken" },
    { "bridge/io-type", BRIDGE "1c:0101 ", "1c:0000", 0, "header" },
    { "bridge/windows", BRIDGE, "20:00fe10fe", 0, "taken" },
    { "bridge/rom-at-0x30", BRIDGE, "30:ff", 0, "taken" },
    { "capability/pointer", CAP("0100"), "34:44", 0, "pointer to the first capability" },
    { "capability/id", CAP("0100"), "40:05", 0, "capability power management at 0x40" },
    { "capability/link", CAP("0100"), "41:50", 0, "the link to the next capability at 0x40" },
    { "power/state", CAP("0100"), "44:03", 0, "taken, likely" },
    { "power/other", CAP("0100"), "44:10", 0, "capability power management at 0x40, likely" },
    { "msi/enabled", CAP("0500"), "42:01 44:00e0fe", 0, "taken" },
    { "msi/address-low-bits", CAP("0500"), "44:01", 0, "capability MSI at 0x40" },
    { "msi/wide", CAP("0500 42:80"), "48:01 4c:41", 0, "taken" },
    { "msi/not-wide", CAP("0500"), "4a:01", 0, "taken" },
    { "msix/enabled", CAP("1100 42:0300"), "43:80", 0, "taken" },
    { "msix/size", CAP("1100 42:0300"), "42:04", 0, "capability MSI-X at 0x40" },
    { "vendor/length-told", CAP("0900 42:10"), "4f:01", 0, "capability vendor at 0x40" },
    { "vendor/behind-it", CAP("0900 42:10"), "50:01", 0, "taken" },
    { "virtio/access", VIRTIO, "44:04 48:ff 4c:ff 50:ff", 0, "taken" },
    { "virtio/kind", VIRTIO, "43:04", 0, "capability vendor at 0x40" },
    { "unknown-capability", CAP("7f00"), "41:50", 0, "the link to the next capability at 0x40, likely" },
    { "express/control", EXPRESS, "48:0f 50:c0", 0, "taken" },
    { "express/capability", EXPRESS, "44:01", 0, "capability PCI Express at 0x40" },
    { "express/status", EXPRESS, "4a:0f", 0, "taken" },
    { "errors/status", EXPRESS, "104:ff", 0, "taken" },
    { "errors/severity", EXPRESS, "10c:ff", 0, "taken" },
    { "errors/mask-read-only", EXPRESS, "108:ff", 0, "extended config space" },
    { "errors/mask-writable", EXPRESS "108:00004000 ", "108:ff", 0, "taken" },
    { "extended/link", EXPRESS, "103:14", 0, "extended config space" },
    /* a chain that goes round, and one that leaves */
    { "loop", CAP("0140"), "41:44", 0, "the link to the next capability at 0x40" },
    { "beyond", DEVICE "06:1000 34:fe ", "fe:01", 0, "taken" },
};
/* clang-format on */

static void
put_pieces(guint8 *config, const char *text)
{
    g_auto(GStrv) pieces = g_strsplit(text, " ", -1);

    for (char **p = pieces; *p; p++) {
        char *colon = strchr(*p, ':');
        g_autoptr(GBytes) bytes = colon ? build_bytes(colon + 1) : NULL;
        gsize size, at = colon ? g_ascii_strtoull(*p, NULL, 16) : 0;

        if (bytes) {
            memcpy(config + at, g_bytes_get_data(bytes, &size),
                   g_bytes_get_size(bytes));
        }
    }
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autofree guint8 *config = g_malloc0(QEVM_PCI_CONFIG_MAX);
    g_autofree guint8 *incoming = g_malloc0(QEVM_PCI_CONFIG_MAX);
    g_autofree QevmPciMasks *masks = g_new0(QevmPciMasks, 1);
    const QevmPciFacts facts = { { row->bar }, QEVM_PCI_PERHAPS };
    g_autofree char *place = NULL, *text = NULL;
    gboolean exact;
    gsize size;
    gint at;

    put_pieces(config, row->config);
    size = strstr(row->config, "100:") ? QEVM_PCI_CONFIG_MAX : 256;
    memcpy(incoming, config, size);
    put_pieces(incoming, row->incoming);
    qevm_pci_masks(config, size, row->bar ? &facts : NULL, masks);
    at = qevm_pci_masks_compare(masks, config, incoming, &exact);
    place = at < 0 ? NULL : qevm_pci_place(config, size, (guint)at);
    text = g_strdup_printf("%s%s", place ? place : "taken",
                           exact ? "" : ", likely");
    g_assert_cmpstr(text, ==, row->text);
}

/* Whether a slot has a card. */
static void
presence(void)
{
    static const struct {
        QevmPciAnswer compared;
        gint at;
        gboolean exact;
    } answers[] = {
        { QEVM_PCI_YES, 0x5a, TRUE },
        { QEVM_PCI_NO, -1, TRUE },
        { QEVM_PCI_PERHAPS, -1, FALSE },
    };
    g_autofree guint8 *config = g_malloc0(QEVM_PCI_CONFIG_MAX);
    g_autofree guint8 *incoming = g_malloc0(QEVM_PCI_CONFIG_MAX);
    g_autofree QevmPciMasks *masks = g_new0(QevmPciMasks, 1);

    put_pieces(config, EXPRESS);
    put_pieces(incoming, EXPRESS " 5a:40");
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        const QevmPciFacts facts = { .presence = answers[i].compared };
        gboolean exact;

        qevm_pci_masks(config, QEVM_PCI_CONFIG_MAX, &facts, masks);
        g_assert_cmpint(qevm_pci_masks_compare(masks, config, incoming, &exact),
                        ==, answers[i].at);
        g_assert_cmpint(exact, ==, answers[i].exact);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/pci-masks/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    g_test_add_func("/pci-masks/presence", presence);
    return g_test_run();
}
