/* Unit tests of rewrite/refusal.c: what each release prints. */
#include "rewrite/refusal.h"

#include <errno.h>

/* piix4_pm without the field that the destination reads. */
static QevmRefusal *
footer(void)
{
    QevmRefusal *r = qevm_refusal_new();

    qevm_message_set_text(qevm_refusal_add(r, "footer-missing"), "idstr",
                          "0000:00:01.3/piix4_pm");
    qevm_message_set_number(qevm_refusal_add(r, "footer"), "section", 16);
    qevm_refusal_outcome(r, -EINVAL);
    return r;
}

/* A PCI config byte inside the payload of a virtio device. */
static QevmRefusal *
pci_config(void)
{
    QevmRefusal *r = qevm_refusal_new();
    QevmMessage *m = qevm_refusal_add(r, "pci-config");

    qevm_message_set_number(m, "index", 0x34);
    qevm_message_set_number(m, "incoming", 0x84);
    qevm_message_set_number(m, "local", 0x98);
    qevm_message_set_number(m, "cmask", 0xff);
    qevm_refusal_field(r, "PCIDevice", "config", "pci config", -EINVAL);
    qevm_refusal_field(r, "virtio-balloon", "virtio", "virtio", -EINVAL);
    qevm_refusal_section(r, "0000:00:02.0/virtio-balloon", 0);
    qevm_refusal_outcome(r, -EINVAL);
    return r;
}

/* A temporary struct in an opaque payload: the errors end up as lines. */
static QevmRefusal *
virtio_mem(void)
{
    QevmRefusal *r = qevm_refusal_new();
    QevmMessage *m = qevm_refusal_add(r, "virtio-mem-property");

    qevm_message_set_text(m, "property", "block-size");
    qevm_message_set_number(m, "incoming", 0x200000);
    qevm_message_set_number(m, "local", 0x100000);
    qevm_refusal_post_load(r, "virtio-mem-device/sanity-checks", 1, 1, -EINVAL);
    qevm_refusal_field(r, "virtio-mem-device", "tmp", "tmp", -EINVAL);
    qevm_refusal_field(r, "virtio-mem", "virtio", "virtio", -EINVAL);
    qevm_refusal_section(r, "0000:00:02.0/virtio-mem", 0);
    qevm_refusal_outcome(r, -EINVAL);
    return r;
}

static QevmRefusal *
machine_type(void)
{
    QevmRefusal *r = qevm_refusal_new();
    QevmMessage *m = qevm_refusal_add(r, "machine-type");

    qevm_message_set_text(m, "incoming", "pc-i440fx-4.2");
    qevm_message_set_text(m, "local", "pc-i440fx-5.2");
    qevm_refusal_post_load(r, "configuration", 1, 0, -EINVAL);
    qevm_refusal_outcome(r, -EINVAL);
    return r;
}

static QevmRefusal *
subsection(void)
{
    QevmRefusal *r = qevm_refusal_new();
    QevmMessage *m = qevm_refusal_add(r, "subsection-unknown");

    qevm_message_set_text(m, "subsection", "pckbd/extended_state");
    qevm_message_set_text(m, "vmsd", "pckbd");
    qevm_refusal_field(r, "pckbd", "kbd", NULL, -ENOENT);
    qevm_refusal_section(r, "pckbd", 0);
    qevm_refusal_outcome(r, -ENOENT);
    return r;
}

/* The stream ends in a field of a subsection. */
static QevmRefusal *
ended(void)
{
    QevmRefusal *r = qevm_refusal_new();
    QevmMessage *m = qevm_refusal_add(r, "stream-end");

    qevm_message_set_text(m, "vmsd", "serial/tsr");
    qevm_message_set_number(m, "ret", (guint64)(gint64)-EIO);
    qevm_refusal_field(r, "serial/tsr", "tsr_retry", "uint32", 0);
    qevm_refusal_subsection(r, "serial/tsr", "serial", -EIO);
    qevm_refusal_field(r, "isa-serial", "state", NULL, -EIO);
    qevm_refusal_section(r, "serial", 0);
    qevm_refusal_outcome(r, -EIO);
    return r;
}

static QevmRefusal *
ram_block(void)
{
    QevmRefusal *r = qevm_refusal_new();

    qevm_message_set_text(qevm_refusal_add(r, "ram-block-unknown"), "block",
                          "pc.ram");
    qevm_refusal_handler(r, 4, -EINVAL);
    qevm_refusal_section(r, "ram", 0);
    qevm_refusal_outcome(r, -EINVAL);
    return r;
}

static QevmRefusal *
ram_part(void)
{
    QevmRefusal *r = qevm_refusal_new();

    qevm_refusal_add(r, "ram-continue");
    qevm_refusal_handler(r, 4, -EINVAL);
    qevm_refusal_part(r, 2, "ram");
    qevm_refusal_outcome(r, -EINVAL);
    return r;
}

static QevmRefusal *
warned(void)
{
    QevmRefusal *r = qevm_refusal_new();

    qevm_message_set_text(qevm_refusal_add(r, "uuid-unset"), "incoming", "1-2");
    return r;
}

static const struct row {
    const char *path;
    QevmRefusal *(*make)(void);
    guint release;
    const char *lines;
} rows[] = {
    { "/footer/10.0", footer, 1000,
      "Missing section footer for 0000:00:01.3/piix4_pm\n"
      "load of migration failed: Invalid argument" },
    { "/footer/2.3", footer, 203,
      "load of migration failed: Invalid argument" },
    { "/footer/11.1", footer, 1101,
      "Missing section footer for 0000:00:01.3/piix4_pm\n"
      "load of migration failed: Invalid argument: Section footer error, "
      "section_id: 16" },
    { "/pci-config/10.0", pci_config, 1000,
      "get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0\n"
      "Failed to load PCIDevice:config\n"
      "Failed to load virtio-balloon:virtio\n"
      "error while loading state for instance 0x0 of device "
      "'0000:00:02.0/virtio-balloon'\n"
      "load of migration failed: Invalid argument" },
    { "/pci-config/2.6", pci_config, 206,
      "get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0\n"
      "error while loading state for instance 0x0 of device "
      "'0000:00:02.0/virtio-balloon'\n"
      "load of migration failed: Invalid argument" },
    { "/pci-config/10.2", pci_config, 1002,
      "get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0\n"
      "Failed to load element of type pci config for config: -22\n"
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device '0000:00:02.0/virtio-balloon': Failed to "
      "load element of type virtio for virtio: -22" },
    { "/pci-config/11.1", pci_config, 1101,
      "get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0\n"
      "Failed to load element of type pci config for config\n"
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device '0000:00:02.0/virtio-balloon': Failed to "
      "load element of type virtio for virtio" },
    { "/virtio-mem/10.0", virtio_mem, 1000,
      "Property 'block-size' changed from 0x200000 to 0x100000\n"
      "Failed to load virtio-mem-device:tmp\n"
      "Failed to load virtio-mem:virtio\n"
      "error while loading state for instance 0x0 of device "
      "'0000:00:02.0/virtio-mem'\n"
      "load of migration failed: Invalid argument" },
    { "/virtio-mem/10.2", virtio_mem, 1002,
      "Property 'block-size' changed from 0x200000 to 0x100000\n"
      "post load hook failed for: virtio-mem-device/sanity-checks, version_id: "
      "1, minimum_version: 1, ret: -22\n"
      "Failed to load element of type tmp for tmp: -22\n"
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device '0000:00:02.0/virtio-mem': Failed to load "
      "element of type virtio for virtio: -22" },
    { "/virtio-mem/11.1", virtio_mem, 1101,
      "Property 'block-size' changed from 0x200000 to 0x100000\n"
      "post load hook failed for: virtio-mem-device/sanity-checks, version_id: "
      "1, minimum_version: 1, ret: -22\n"
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device '0000:00:02.0/virtio-mem': Failed to load "
      "element of type virtio for virtio" },
    { "/machine-type/7.2", machine_type, 702,
      "Machine type received is 'pc-i440fx-4.2' and local is "
      "'pc-i440fx-5.2'\n"
      "load of migration failed: Invalid argument" },
    { "/machine-type/10.2", machine_type, 1002,
      "Machine type received is 'pc-i440fx-4.2' and local is "
      "'pc-i440fx-5.2'\n"
      "load of migration failed: Invalid argument: post load hook failed for: "
      "configuration, version_id: 1, minimum_version: 0, ret: -22" },
    { "/machine-type/11.1", machine_type, 1101,
      "load of migration failed: Invalid argument: post load hook failed for: "
      "configuration, version_id: 1, minimum_version: 0: Machine type received "
      "is 'pc-i440fx-4.2' and local is 'pc-i440fx-5.2'" },
    { "/subsection/5.2", subsection, 502,
      "Failed to load pckbd:kbd\n"
      "error while loading state for instance 0x0 of device 'pckbd'\n"
      "load of migration failed: No such file or directory" },
    { "/subsection/10.2", subsection, 1002,
      "load of migration failed: No such file or directory: error while "
      "loading state for instance 0x0 of device 'pckbd': VM subsection "
      "'pckbd/extended_state' in 'pckbd' does not exist" },
    { "/ended/10.0", ended, 1000,
      "Failed to load serial/tsr:tsr_retry\n"
      "Failed to load isa-serial:state\n"
      "error while loading state for instance 0x0 of device 'serial'\n"
      "load of migration failed: Input/output error" },
    { "/ended/10.2", ended, 1002,
      "load of migration failed: Input/output error: error while loading state "
      "for instance 0x0 of device 'serial': Loading VM subsection 'serial/tsr' "
      "in 'serial' failed: -5: Failed to load serial/tsr state: stream error: "
      "-5" },
    { "/ended/11.1", ended, 1101,
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device 'serial': Loading VM subsection 'serial/tsr' "
      "in 'serial' failed: Failed to load serial/tsr state: stream error: -5" },
    { "/ram-block/2.0", ram_block, 200,
      "Unknown ramblock \"pc.ram\", cannot accept migration\n"
      "qemu: warning: error while loading state for instance 0x0 of device "
      "'ram'\n"
      "load of migration failed" },
    { "/ram-block/10.0", ram_block, 1000,
      "Unknown ramblock \"pc.ram\", cannot accept migration\n"
      "error while loading state for instance 0x0 of device 'ram'\n"
      "load of migration failed: Invalid argument" },
    { "/ram-block/11.1", ram_block, 1101,
      "Unknown ramblock \"pc.ram\", cannot accept migration\n"
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device 'ram': Failed to load vmstate version_id: 4, "
      "ret: -22" },
    { "/ram-part/10.0", ram_part, 1000,
      "Ack, bad migration stream!\n"
      "error while loading state section id 2(ram)\n"
      "load of migration failed: Invalid argument" },
    { "/ram-part/10.2", ram_part, 1002,
      "Ack, bad migration stream!\n"
      "load of migration failed: Invalid argument: Failed to load vmstate "
      "version_id: 4, ret: -22" },
    { "/warned", warned, 1000,
      "warning: UUID is received 1-2, but local uuid isn't set" },
};

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(QevmRefusal) refusal = t->make();
    g_auto(GStrv) lines = qevm_refusal_lines(refusal, t->release);
    g_autofree char *text = g_strjoinv("\n", lines);

    g_assert_cmpstr(text, ==, t->lines);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_add_data_func(rows[i].path, &rows[i], test_row);
    }
    return g_test_run();
}
