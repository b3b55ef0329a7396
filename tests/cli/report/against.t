# What a destination reads, beside what the stream has.
$ for part in stream ref; do
>     xz -dc $HERE/../../cases/piix4-acpi-index-extra/$part.mig.xz >$part.mig
> done
$ qevm report stream.mig --against ./ref.mig -o page.html
$ python3 $HERE/page page.html badges
1 error compared with ref.mig
$ python3 $HERE/page page.html findings
Findings
error field-extra
0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index at 0x327b
the destination does not read `acpi_pci_hotplug.acpi_index' (4 bytes)
QEMU will print, likely:
Missing section footer for 0000:00:01.3/piix4_pm
load of migration failed: Invalid argument
This rule repairs it:
{"op": "remove-field", "at": "0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index", "if-equals": {"hex": "00000000"}, "why": "the destination does not read it", "class": "default"}
What that means
The destination's layout of the section has no such field, so that it takes these bytes for what follows. Most often it ends before the section does: "Missing section footer". The rule remove-field takes it out.
$ python3 $HERE/page page.html layouts
Beside the destination
What the stream has, and what ref.mig reads. What counts are bytes, not names.
cpu 1 difference
In the stream At the destination
159 fields are the same
only in the stream {cpu/msr_smi_count} subsection, version 1
{cpu/poll_control_msr}
1 field is the same
0000:00:01.3/piix4_pm 1 difference
In the stream At the destination
539 fields are the same
only in the stream +0x964 acpi_pci_hotplug.acpi_index 4 bytes, on a condition
1 field is the same
{piix4_pm/memhp}
1 field is the same
28 sections have the same layout on both sides.
1 section was not compared: nothing describes one side.
$ python3 $HERE/page page.html nodes | grep field-extra
0x327b acpi_pci_hotplug.acpi_index 0 uint32 field-extra

# Sections and blocks that one of them does not have.
$ for part in stream ref; do
>     xz -dc $HERE/../../cases/device-in-other-slot/$part.mig.xz >$part.mig
> done
$ qevm report stream.mig --against ref.mig -o page.html
$ python3 $HERE/page page.html layouts
Beside the destination
What the stream has, and what ref.mig reads. What counts are bytes, not names.
only in the stream 0000:00:02.0/rtl8139
only at the destination 0000:00:05.0/rtl8139
30 sections have the same layout on both sides.
1 section was not compared: nothing describes one side.

# Of a dump not all lengths are known.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig vm.mig
$ qevm report vm.mig --against qemu-10.0/x86_64 -o page.html
$ python3 $HERE/page page.html badges
no findings compared with qemu-10.0/x86_64
$ python3 $HERE/page page.html layouts | sed -n '2,6p;$p'
What the stream has, and what qemu-10.0/x86_64 reads. What counts are bytes, not names.
It is known by its descriptions alone, which tell neither types nor all lengths: what seems to differ here need not. The findings say what does.
cpu 6 differences
In the stream At the destination
8 fields are the same
2 sections were not compared: nothing describes one side.
