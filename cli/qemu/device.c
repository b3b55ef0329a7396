/* device.c - devices and the machine: which disks they are given, and which of
 * them are the host's.
 */
#include "cli/qemu/rework.h"

#include <string.h>

/* Devices through which a guest, or QEMU, gets at something outside. */
static const struct {
    const char *names;
    const char *why;
} outside[] = {
    { "vfio-*", "it takes a device of the host" },
    { "vhost-user-* *-vhost-user vhost-user-*-pci",
      "it shares the memory of the guest with another program" },
    { "vhost-*", "it takes a device of the host" },
    { "usb-host u2f-passthru", "it takes a device of the host" },
    { "u2f-emulated", "it writes to its files" },
    { "scsi-generic scsi-block",
      "what the guest asks goes straight to the device, past any overlay" },
    { "pvrdma ccid-card-emulated", "it takes a device of the host" },
    { "virtio-gpu-rutabaga* virtio-vga-rutabaga*",
      "it draws on a screen of the host" },
    { "xen-* xenfb xenpv-*", "it needs Xen" },
    { "x-pci-proxy-dev", "it lives in another program" },
};

static gboolean
is_disk_key(const char *key)
{
    return g_str_has_prefix(key, "drive") && strcmp(key, "driver") != 0;
}

gboolean
qevm_rework_device(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "driver", error);
    g_autofree char *driver =
        value ? qevm_qemu_value_get(value, "driver") : NULL;
    g_auto(GStrv) keys = NULL;
    gboolean changed = FALSE;

    if (!value) {
        return FALSE;
    }
    for (guint i = 0; driver && i < G_N_ELEMENTS(outside); i++) {
        if (qevm_rework_listed(outside[i].names, driver)) {
            return qevm_rework_guard(rework, item, error, "%s", outside[i].why);
        }
    }
    if (g_strcmp0(driver, "usb-mtp") == 0 &&
        !(rework->flags & QEVM_QEMU_DISKS_ARE_COPIES)) {
        qevm_qemu_value_set_on(value, "readonly", TRUE);
        changed = TRUE;
    }
    keys = qevm_qemu_value_keys(value);
    for (char **key = keys; *key; key++) {
        changed |=
            is_disk_key(*key) && qevm_rework_overlay(rework, value, *key);
    }
    if (changed) {
        qevm_rework_put_value(rework, "device", value);
    } else {
        qevm_rework_pass(rework, item);
    }
    return TRUE;
}

gboolean
qevm_rework_usbdevice(QevmRework *rework, const QevmQemuItem *item,
                      GError **error)
{
    if (!qevm_rework_listed("mouse tablet wacom-tablet keyboard ccid audio",
                            item->value)) {
        return qevm_rework_guard(rework, item, error,
                                 "it is not known to leave the host alone");
    }
    qevm_rework_pass(rework, item);
    return TRUE;
}

gboolean
qevm_rework_machine(QevmRework *rework, const QevmQemuItem *item,
                    GError **error)
{
    static const char *const disks[] = { "pflash0", "pflash1" };
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "type", error);
    gboolean changed = FALSE;

    if (!value) {
        return FALSE;
    }
    if (qevm_qemu_value_has(value, "dumpdtb")) {
        return qevm_rework_refuse(item, error,
                                  "with dumpdtb QEMU writes a file and ends");
    }
    for (guint i = 0; i < G_N_ELEMENTS(disks); i++) {
        changed |= qevm_rework_overlay(rework, value, disks[i]);
    }
    if (changed) {
        qevm_rework_put_value(rework, "machine", value);
    } else {
        qevm_rework_pass(rework, item);
    }
    return TRUE;
}

/* "DRIVER.PROPERTY=VALUE", or "driver=..,property=..,value=.."
 * (qom/qom-qmp-cmds.c and util/qemu-config.c:qemu_global_option()). */
gboolean
qevm_rework_global(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    const char *dot = strchr(item->value, '.');
    const char *equals = dot ? strchr(dot, '=') : NULL;
    g_autoptr(QevmQemuValue) value = NULL;
    g_autofree char *property = NULL;

    if (equals &&
        (!strchr(item->value, '=') || strchr(item->value, '=') == equals)) {
        value = qevm_qemu_value_new(NULL);
        property = g_strndup(item->value, (gsize)(dot - item->value));
        qevm_qemu_value_set(value, "driver", property);
        g_free(property);
        property = g_strndup(dot + 1, (gsize)(equals - dot - 1));
        qevm_qemu_value_set(value, "property", property);
        qevm_qemu_value_set(value, "value", equals + 1);
    } else {
        value = qevm_rework_parse(item, NULL, error);
        if (!value) {
            return FALSE;
        }
        property = qevm_qemu_value_get(value, "property");
    }
    if (property && is_disk_key(property) &&
        qevm_rework_overlay(rework, value, "value")) {
        qevm_rework_put_value(rework, "global", value);
    } else {
        qevm_rework_pass(rework, item);
    }
    return TRUE;
}
