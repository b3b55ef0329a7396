/* Unit tests of rewrite/sight.c and sight-checks.c: messages about the shipped
 * streams, true ones and others. */
#include "rewrite/sight.h"

static QevmStream *
open_stream(const char *name, QevmSchemas *schemas, gboolean walk)
{
    const char *folder = g_getenv("STREAMS");
    g_autofree char *file =
        g_strdup_printf("%s/%s.mig", folder ? folder : "build/streams", name);
    const QevmStreamHooks hooks = { .schemas = schemas };
    g_autoptr(GError) error = NULL;
    QevmSource *source = qevm_source_open(file, &error);
    QevmStream *stream;

    g_assert_no_error(error);
    stream =
        qevm_stream_open(source, walk ? QEVM_OPEN_WALK : 0, &hooks, &error);
    g_assert_no_error(error);
    return stream;
}

static const struct row {
    const char *path, *stream, *lines, *seen;
} rows[] = {
    { "/head/magic", "7.2-pc-i440fx-6.2", "Not a migration stream",
      "other -\nthis one begins as a stream does" },
    { "/head/configuration", "7.2-pc-i440fx-6.2",
      "Configuration section missing",
      "other -\nthis one has a configuration" },
    { "/head/no-configuration", "5.2-pc-i440fx-2.3",
      "Configuration section missing",
      "same - 0x8\nthere is no configuration after the header" },
    { "/configuration/machine", "7.2-pc-i440fx-6.2",
      "Machine type received is 'pc-i440fx-6.2' and local is 'pc-i440fx-7.2'",
      "same configuration//name 0xd\nthe value there is \"pc-i440fx-6.2\"" },
    { "/configuration/other-machine", "7.2-pc-i440fx-6.2",
      "Machine type received is 'pc-i440fx-6.1' and local is 'pc-i440fx-7.2'",
      "other configuration//name 0xd\nthe value there is \"pc-i440fx-6.2\"" },
    { "/configuration/page-bits", "11.1-virt-11.1",
      "Received TARGET_PAGE_BITS is 12 but local is 10",
      "same configuration//{configuration/target-page-bits}/target_page_bits "
      "0x3a\nthe value there is 12" },
    { "/configuration/no-page-bits", "7.2-pc-i440fx-6.2",
      "Received TARGET_PAGE_BITS is 12 but local is 10",
      "open configuration 0x8\nit does not tell the page size, so that it has "
      "the smallest pages of its architecture" },
    { "/configuration/capability", "7.2-ignore-shared",
      "Capability x-ignore-shared is off, but received capability is on",
      "same configuration 0x8\nx-ignore-shared is on in this stream" },
    { "/configuration/mapped-ram", "7.2-pc-i440fx-6.2",
      "Capability mapped-ram is off, but received capability is on",
      "other configuration 0x8\nmapped-ram is off in this stream" },
    { "/configuration/uuid", "7.2-pc-i440fx-6.2",
      "UUID received is 01234567-89ab-cdef-0123-456789abcdef and local is 1-2",
      "other configuration 0x8\nthis stream has no UUID in its configuration" },
    { "/section/unknown", "7.2-pc-i440fx-6.2",
      "Unknown savevm section or instance 'i8259' 1. Make sure that your "
      "current VM setup matches your saved VM setup, including any hotplugged "
      "devices",
      "same i8259@1 0xf19" },
    { "/section/other-instance", "7.2-pc-i440fx-6.2",
      "Unknown savevm section or instance 'i8259' 3. Make sure that your "
      "current VM setup matches your saved VM setup, including any hotplugged "
      "devices",
      "other -\nit has i8259 with other instance numbers: 0, 1" },
    { "/section/absent", "7.2-pc-i440fx-6.2",
      "Unknown savevm section or instance 'vmmouse2' 0. Make sure that your "
      "current VM setup matches your saved VM setup, including any hotplugged "
      "devices",
      "other -\nit has no section vmmouse2" },
    { "/section/version", "7.2-pc-i440fx-6.2",
      "savevm: unsupported version 3 for '0000:00:01.3/piix4_pm' v2",
      "same 0000:00:01.3/piix4_pm 0x33a3d" },
    { "/section/other-version", "7.2-pc-i440fx-6.2",
      "savevm: unsupported version 9 for '0000:00:01.3/piix4_pm' v2",
      "other 0000:00:01.3/piix4_pm 0x33a3d\nit is of version 3 in this "
      "stream" },
    { "/section/footer", "7.2-pc-i440fx-6.2",
      "Missing section footer for 0000:00:01.3/piix4_pm",
      "open 0000:00:01.3/piix4_pm 0x343dc\nit has 2428 bytes in this stream, "
      "from 0x33a60 on\nits footer is at 0x343dc, as it should be: the "
      "destination read more bytes, or fewer" },
    { "/section/footer-by-id", "11.1-q35-virtio",
      "load of migration failed: Invalid argument: Section footer error, "
      "section_id: 4",
      "open cpu_common 0x305\nit has 8 bytes in this stream, from 0x2fd "
      "on\nits footer is at 0x305, as it should be: the destination read more "
      "bytes, or fewer" },
    { "/section/silent", "7.2-pc-i440fx-6.2",
      "error while loading state for instance 0x0 of device 'fdc'",
      "open fdc 0x1854" },
    { "/record/footers", "7.2-pc-i440fx-6.2", "Unknown savevm section type 126",
      "same -\nthis stream has section footers" },
    { "/record/configuration", "5.2-pc-i440fx-2.3",
      "Unknown savevm section type 7",
      "other -\nthis stream has no configuration" },
    { "/record/type", "7.2-pc-i440fx-6.2", "Unknown savevm section type 99",
      "open -\nall records of this stream are of types that QEMU knows" },
    { "/end", "7.2-pc-i440fx-6.2",
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device 'cpu': Failed to load cpu state: stream "
      "error: -5",
      "other cpu 0x213\nthis stream is complete, up to 0x4e4e0" },
    { "/command/switchover", "10.0-pc-i440fx-10.0",
      "MIG_CMD 0xb unknown (len 0x0)",
      "same - 0x112\nthe command SWITCHOVER_START is at 0x112" },
    { "/command/none", "7.2-pc-i440fx-6.2", "MIG_CMD 0xb unknown (len 0x0)",
      "other -\nthere is no command SWITCHOVER_START in it" },
    { "/command/ping", "7.2-postcopy",
      "CMD_PING (0x1) received with no return path",
      "same - 0x1f\nthe command PING is at 0x1f" },
    { "/command/advise", "7.2-postcopy",
      "RAM postcopy is disabled but have 16 byte advise",
      "same - 0x28\nthe command POSTCOPY_ADVISE is at 0x28" },
    { "/ram/block", "7.2-pc-i440fx-6.2",
      "Unknown ramblock \"pc.ram\", cannot accept migration",
      "same ram//.blocks/pc.ram 0x33\nthe block has 0x1000000 bytes in this "
      "stream" },
    { "/ram/no-block", "7.2-pc-i440fx-6.2",
      "Unknown ramblock \"vga.vram\", cannot accept migration",
      "other ram 0x1a\nit has no RAM block vga.vram" },
    { "/ram/size", "7.2-pc-i440fx-6.2",
      "Size mismatch: 0000:00:03.0/e1000.rom: 0x80000 != 0x40000: Invalid "
      "argument",
      "other ram 0x1a\nit has no RAM block 0000:00:03.0/e1000.rom" },
    { "/ram/other-size", "7.2-pc-i440fx-6.2",
      "Size mismatch: pc.ram: 0x1000 != 0x40000: Invalid argument",
      "other ram//.blocks/pc.ram 0x33\nthe block has 0x1000000 bytes in this "
      "stream" },
    { "/field/equal", "10.0-pseries-10.0",
      "2000 != 1000\nFailed to load ics:nr_irqs\nerror while loading state for "
      "instance 0x0 of device 'ics'",
      "same ics//nr_irqs 0x1fa\nthe value there is 4096" },
    { "/field/equal-unnamed", "10.0-pseries-10.0",
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x80000000 of device 'spapr_iommu': 1 != 80000000",
      "same spapr_iommu@2147483648//liobn 0x2cf34\nthe value there is "
      "2147483648\nthe message does not name the field; this one has the "
      "value, and is compared" },
    { "/field/less-or-equal", "7.2-pc-i440fx-6.2",
      "Invalid value 2 expecting positive value <= 1\nFailed to load "
      "PCIDevice:version_id\nFailed to load piix4_pm:parent_obj\nerror while "
      "loading state for instance 0x0 of device '0000:00:01.3/piix4_pm'",
      "same 0000:00:01.3/piix4_pm//parent_obj/version_id 0x33a60\nthe value "
      "there is 2" },
    { "/field/nested", "7.2-pc-i440fx-6.2",
      "Failed to load PCIDevice:config\nFailed to load "
      "piix4_pm:parent_obj\nerror while loading state for instance 0x0 of "
      "device '0000:00:01.3/piix4_pm'",
      "open 0000:00:01.3/piix4_pm//parent_obj/config[0] 0x33a64" },
    { "/vmsd/too-new", "11.1-virt-11.1",
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device 'cpu': Loading VM subsection 'cpu/vfp' in "
      "'cpu' failed: cpu/vfp: incoming version_id 3 is too new for local "
      "version_id 2",
      "same cpu//{cpu/vfp} 0x163b\ncpu/vfp is of version 3 in this stream" },
    { "/vmsd/other-version", "11.1-virt-11.1",
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device 'cpu': Loading VM subsection 'cpu/vfp' in "
      "'cpu' failed: cpu/vfp: incoming version_id 4 is too new for local "
      "version_id 3",
      "other cpu//{cpu/vfp} 0x163b\ncpu/vfp is of version 3 in this stream" },
    { "/vmsd/section", "7.2-pc-i440fx-6.2",
      "piix4_pm: incoming version_id 3 is too new for local version_id "
      "2\nerror while loading state for instance 0x0 of device "
      "'0000:00:01.3/piix4_pm'",
      "same 0000:00:01.3/piix4_pm 0x33a3d\npiix4_pm is of version 3 in this "
      "stream" },
    { "/vmsd/absent", "7.2-pc-i440fx-6.2",
      "no/such: incoming version_id 3 is too new for local version_id 2\nerror "
      "while loading state for instance 0x0 of device '0000:00:01.3/piix4_pm'",
      "other 0000:00:01.3/piix4_pm 0x33a3d\nit has no no/such in this stream" },
    { "/subsection/unknown", "11.1-virt-11.1",
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device 'cpu': VM subsection 'cpu/vfp' in 'cpu' does "
      "not exist",
      "same cpu//{cpu/vfp} 0x163b" },
    { "/subsection/absent", "11.1-virt-11.1",
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device 'cpu': VM subsection 'cpu/no' in 'cpu' does "
      "not exist",
      "other cpu 0x28d\nit has no such subsection in this stream" },
    { "/run-state", "11.1-virt-11.1", "invalid parameter value: paused",
      "same globalstate//runstate 0xfa72\nthe value there is \"paused\"" },
    { "/run-state/other", "11.1-virt-11.1", "invalid parameter value: colo",
      "open globalstate//runstate 0xfa72\nthe value there is \"paused\"\nthe "
      "message says another value: this is not the stream that QEMU read, or "
      "QEMU reads fewer or more bytes before this field than the source "
      "wrote" },
    { "/pci/config", "7.2-pc-i440fx-6.2",
      "get_pci_config_device: Bad config data: i=0x34 read: 0 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0\nerror while loading state for instance "
      "0x0 of device '0000:00:01.3/piix4_pm'",
      "same 0000:00:01.3/piix4_pm//parent_obj/config[0]/pci/capabilities "
      "0x33a98\nthe value there is 0\nbyte 0x34 of the PCI configuration space "
      "(pointer to the first capability) is 0x00 in this stream\nthe bits that "
      "must agree and do not: 0x98" },
    { "/pci/other", "7.2-pc-i440fx-6.2",
      "get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0\nerror while loading state for instance "
      "0x0 of device '0000:00:01.3/piix4_pm'",
      "other 0000:00:01.3/piix4_pm//parent_obj/config[0]/pci/capabilities "
      "0x33a98\nthe value there is 0\nbyte 0x34 of the PCI configuration space "
      "(pointer to the first capability) is 0x00 in this stream\nthe bits that "
      "must agree and do not: 0x1c" },
    { "/pci/virtio", "11.1-q35-virtio",
      "get_pci_config_device: Bad config data: i=0x34 read: 98 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0\nload of migration failed: Invalid "
      "argument: error while loading state for instance 0x0 of device "
      "'0000:00:02.0/virtio-net': Failed to load element of type virtio for "
      "virtio",
      "same 0000:00:02.0/virtio-net//virtio/pci/config/pci/capabilities "
      "0x8665\nthe value there is 152\nbyte 0x34 of the PCI configuration "
      "space (pointer to the first capability) is 0x98 in this stream\nthe "
      "bits that must agree and do not: 0x00" },
    { "/pci/capability", "11.1-q35-virtio",
      "get_pci_config_device: Bad config data: i=0x86 read: 3 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0\nload of migration failed: Invalid "
      "argument: error while loading state for instance 0x0 of device "
      "'0000:00:02.0/virtio-net': Failed to load element of type virtio for "
      "virtio",
      "other 0000:00:02.0/virtio-net//virtio/pci/config/pci/cap.vendor[4]/len "
      "0x86b7\nthe value there is 20\nbyte 0x86 of the PCI configuration space "
      "(capability vendor at 0x84) is 0x14 in this stream\nthe bits that must "
      "agree and do not: 0x9b" },
    { "/pci/irq", "7.2-pc-i440fx-6.2",
      "irq state 7: must be 0 or 1.\nerror while loading state for instance "
      "0x0 of device '0000:00:01.3/piix4_pm'",
      "open 0000:00:01.3/piix4_pm//parent_obj/irq_state/irq 0x33b64\nthe "
      "message says another value: this is not the stream that QEMU read, or "
      "QEMU reads fewer or more bytes before this field than the source "
      "wrote" },
    { "/virtio/queue", "11.1-q35-virtio",
      "VQ 1 vring.num 256 exceeds allocated max 128\nload of migration failed: "
      "Invalid argument: error while loading state for instance 0x0 of device "
      "'0000:00:02.0/virtio-net': Failed to load element of type virtio for "
      "virtio",
      "same 0000:00:02.0/virtio-net//virtio/queue[1]/num 0x87ac\nthe value "
      "there is 256" },
    { "/virtio/other-queue", "11.1-q35-virtio",
      "VQ 1 vring.num 1024 exceeds allocated max 256\nload of migration "
      "failed: Invalid argument: error while loading state for instance 0x0 of "
      "device '0000:00:02.0/virtio-net': Failed to load element of type virtio "
      "for virtio",
      "open 0000:00:02.0/virtio-net//virtio/queue[1]/num 0x87ac\nthe value "
      "there is 256\nthe message says another value: this is not the stream "
      "that QEMU read, or QEMU reads fewer or more bytes before this field "
      "than the source wrote" },
    { "/virtio/features", "11.1-q35-virtio",
      "Features 0x0 unsupported. Allowed features: 0x1\nload of migration "
      "failed: Invalid argument: error while loading state for instance 0x0 of "
      "device '0000:00:02.0/virtio-net': Failed to load element of type virtio "
      "for virtio",
      "same "
      "0000:00:02.0/virtio-net//virtio/virtio/{virtio/64bit_features}/"
      "guest_features 0x8a08\nthe value there is 0\nthe destination does not "
      "offer bits 0x0 of it" },
    { "/virtio/other-features", "11.1-q35-virtio",
      "Features 0x100000028 unsupported. Allowed features: 0x1\nFailed to load "
      "virtio-net:virtio\nerror while loading state for instance 0x0 of device "
      "'0000:00:02.0/virtio-net'",
      "open "
      "0000:00:02.0/virtio-net//virtio/virtio/{virtio/64bit_features}/"
      "guest_features 0x8a08\nthe value there is 0\nthe destination does not "
      "offer bits 0x0 of it\nthe message says another value: this is not the "
      "stream that QEMU read, or QEMU reads fewer or more bytes before this "
      "field than the source wrote" },
    { "/spapr/capability", "10.0-pseries-10.0",
      "cap-hpt_maxpagesize higher level (16) in incoming stream than on "
      "destination (12)\nerror while loading state for instance 0x0 of device "
      "'spapr'",
      "same spapr//{spapr/cap/hpt_maxpagesize}/mig.caps[0x06] 0x35700d\nthe "
      "value there is 16" },
    { "/spapr/default", "10.0-pseries-10.0",
      "cap-cfpc higher level (1) in incoming stream than on destination "
      "(0)\nerror while loading state for instance 0x0 of device 'spapr'",
      "open spapr 0x356eaa\nit has no subsection spapr/cap/cfpc: the "
      "capability is at the default of its machine type" },
};

static char *
seen(const QevmSight *sight)
{
    static const char *const verdicts[] = { "open", "same", "other" };
    GString *out = g_string_new(verdicts[sight->verdict]);

    g_string_append_printf(out, " %s", sight->path ? sight->path : "-");
    if (sight->offset) {
        g_string_append_printf(out, " 0x%" G_GINT64_MODIFIER "x",
                               sight->offset);
    }
    for (guint i = 0; i < sight->facts->len; i++) {
        g_string_append_printf(out, "\n%s",
                               (char *)g_ptr_array_index(sight->facts, i));
    }
    return g_string_free(out, FALSE);
}

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
    g_autoptr(QevmLog) log = qevm_log_new();
    g_auto(GStrv) lines = g_strsplit(t->lines, "\n", -1);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream = NULL;
    g_autoptr(QevmSight) sight = NULL;
    g_autofree char *text = NULL;
    const QevmFailure *failure;

    for (guint i = 0; lines[i]; i++) {
        qevm_log_add(log, lines[i]);
    }
    qevm_log_end(log);
    g_assert_cmpuint(log->failures->len, ==, 1);
    failure = g_ptr_array_index(log->failures, 0);
    qevm_schemas_add_folder(schemas, "schemas/devices");
    stream = open_stream(t->stream, schemas, qevm_sight_needs_walk(failure));
    sight = qevm_sight_new(stream, failure, &error);
    g_assert_no_error(error);
    text = seen(sight);
    g_assert_cmpstr(text, ==, t->seen);
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
