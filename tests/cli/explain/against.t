# The destination reads a field that the stream does not have.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ cat >rules.json <<EOF
> {"qevm-rules": 1, "rules": [
>   {"op": "add-field", "at": "0000:00:01.3/piix4_pm",
>    "name": "acpi_pci_hotplug.acpi_index", "type": "uint32"}
> ]}
> EOF
$ qevm rewrite -r rules.json -o ref.mig pc.mig
$ qevm explain 'kvm: Missing section footer for 0000:00:01.3/piix4_pm' pc.mig --against ref.mig
Missing section footer for 0000:00:01.3/piix4_pm
  worded by  QEMU 2.4 or newer
  check      check_section_footer() in migration/savevm.c
  section    0000:00:01.3/piix4_pm
  finding    footer-missing

The section was loaded, but what follows is not its footer: the destination
read more or fewer bytes than the source wrote. The layout of the device
differs, usually by a field that only one of the two has. The values loaded may
be wrong, too.

In pc.mig, 0000:00:01.3/piix4_pm at 0x343dc:
    it has 2428 bytes in this stream, from 0x33a60 on
    its footer is at 0x343dc, as it should be: the destination read more bytes,
    or fewer

Found in pc.mig against ref.mig:
    0000:00:01.3/piix4_pm at 0x343c4: error[field-missing]: the destination
    reads `acpi_pci_hotplug.acpi_index' (4 bytes) here, which the stream does
    not have
        fix: add-field 0000:00:01.3/piix4_pm (lossless)

What it usually comes from:
  acpi-index
    Machine types up to 6.2 do not send the ACPI index of the PCI slots, newer
    ones do: 4 bytes after the slots. Source and destination disagree, because
    their machine types are on different sides of 7.0 or because a build of
    QEMU lacks the property. QEMU 6.0 to 6.2 send it while the guest is reading
    an index, and then do not load it themselves.
    Add or remove the field acpi_pci_hotplug.acpi_index (lossless if it is 0),
    or set PIIX4_PM.x-not-migrate-acpi-index at the destination.
    (hw/core/machine.c: hw_compat_6_2 (x-not-migrate-acpi-index);
    hw/acpi/piix4.c:vmstate_test_migrate_acpi_index())
  smbus
    Machine types before 4.0 do not send the state of the SMBus controller: the
    struct smb, 48 bytes after apm in piix4_pm, and 1 + 48 bytes in ich9_smb.
    QEMU 11.1 cannot leave it out.
    Add or remove the fields with the values of an idle controller: lossless if
    no transfer was under way.
    (hw/i386/pc.c: smbus_no_migration_support; hw/i2c/pm_smbus.c)
  maxcpus
    The number of CPUs that the machine can have (-smp maxcpus=) differs: CPU
    hotplug sends 10 bytes for each, without a count.
    Start the destination with the maxcpus of the source; or add or remove
    elements of cpuhp_state.devs.
    (hw/acpi/cpu.c: vmstate_cpuhp_sts)
  pcihp-slots
    Machine types up to i440fx-1.7 have hotplug for one PCI bus, newer ones for
    256 (acpi-pci-hotplug-with-bridge-support).
    Give the destination the same setting, or add the elements.
    (hw/i386/pc_piix.c; hw/acpi/piix4.c)

Next: "qevm plan pc.mig --like ref.mig" prints rules that make the stream load
there
$ qevm explain --json 'Missing section footer for 0000:00:01.3/piix4_pm' pc.mig --against ref.mig | python3 -c 'import json,sys; f = json.load(sys.stdin)["failures"][0]; print(json.dumps(f["stream"], indent=1)); print(json.dumps(f["findings"], indent=1))'
{
 "file": "pc.mig",
 "path": "0000:00:01.3/piix4_pm",
 "offset": 213980,
 "stream": "open",
 "facts": [
  "it has 2428 bytes in this stream, from 0x33a60 on",
  "its footer is at 0x343dc, as it should be: the destination read more bytes, or fewer"
 ]
}
[
 {
  "finding": "field-missing",
  "severity": "error",
  "path": "0000:00:01.3/piix4_pm",
  "offset": 213956,
  "sentence": "the destination reads `acpi_pci_hotplug.acpi_index' (4 bytes) here, which the stream does not have",
  "rules": [
   {
    "op": "add-field",
    "at": "0000:00:01.3/piix4_pm",
    "fields": [
     {
      "name": "acpi_pci_hotplug.acpi_index",
      "type": "uint32"
     }
    ],
    "after": "acpi_pci_hotplug.acpi_pcihp_pci_status[255]",
    "why": "the destination reads it, and it is there while idle",
    "class": "lossless"
   }
  ]
 }
]

# A failure that these two do not lead to.
$ qevm explain 'Missing section footer for 0000:00:01.3/piix4_pm' ref.mig --against ref.mig | tail -2
Next: the comparison does not show this failure: was it this stream, and this
destination?
$ qevm explain 'savevm: unsupported version 9 for '"'fdc' v8" pc.mig --against ref.mig | sed -n '/^In/,/^Next/p'
In pc.mig, fdc at 0x1854:
    it is of version 2 in this stream
    This is not the stream that QEMU read, or it was changed since.

Next: the comparison does not show this failure: was it this stream, and this
$ qevm explain 'Configuration section missing' pc.mig --against nowhere.mig
2> qevm: nowhere.mig: no such file, and no target of that name is shipped; "qevm target list" lists those that are
[3]
