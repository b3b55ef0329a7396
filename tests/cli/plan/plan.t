# What a destination would refuse becomes rules, each with why and what it costs.
$ for n in stream ref base; do xz -dc $HERE/../../cases/piix4-acpi-index-extra/$n.mig.xz >$n.mig; done
$ qevm plan stream.mig --like ref.mig
{"qevm-rules": 1, "rules": [
  {"op": "remove-field", "at": "0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index", "if-equals": {"hex": "00000000"}, "why": "the destination does not read it", "class": "default"}
]}

# The same each time; as a file it makes what convert makes, which loads.
$ qevm plan stream.mig --like ref.mig >rules.json
$ qevm plan stream.mig --like ref.mig | cmp - rules.json
$ qevm rewrite -r rules.json stream.mig -o a.mig
$ qevm convert stream.mig --like ref.mig -o b.mig
b.mig: for ref.mig, 1 change (1 default)
$ cmp a.mig b.mig
$ qevm check --quiet --against ref.mig stream.mig | head -n 1
stream.mig: 0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index at 0x327b: error[field-extra]: the destination does not read `acpi_pci_hotplug.acpi_index' (4 bytes)
$ qevm check --quiet --against ref.mig a.mig
# Nothing is left to do then.
$ qevm plan a.mig --like ref.mig
{"qevm-rules": 1, "rules": []}
$ qevm plan ref.mig --like ref.mig
{"qevm-rules": 1, "rules": []}
# The rules are those of an editor, too.
$ qevm rewrite --dry-run -r rules.json stream.mig
rule 1: remove-field 0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index: 0 -> nothing (default)
1 change, nothing written

# What cannot be repaired is said, and what helps instead.
$ for n in stream ref; do xz -dc $HERE/../../cases/device-in-other-slot/$n.mig.xz >moved-$n.mig; done
$ qevm plan moved-stream.mig --like moved-ref.mig
{"qevm-rules": 1, "rules": []}
2> qevm: 0000:00:02.0/rtl8139: the destination has this device elsewhere, as 0000:00:05.0/rtl8139, and the guest knows it where it was
2>       give the destination's device the address (addr=, bus=) that it has in the stream
[1]
# Whoever knows better says so.
$ qevm plan moved-stream.mig --like moved-ref.mig --map 0000:00:02.0=0000:00:05.0
{"qevm-rules": 1, "rules": [
  {"op": "rename-section", "at": "0000:00:02.0/rtl8139@0", "to": "0000:00:05.0/rtl8139", "why": "where the destination has the device"}
]}
$ qevm plan moved-stream.mig --like moved-ref.mig --map 0000:00:07.0=0000:00:05.0
2> qevm: moved-stream.mig: --map 0000:00:07.0=0000:00:05.0: the stream has no section or RAM block there
[3]
$ qevm plan moved-stream.mig --like moved-ref.mig --map 0000:00:02.0
2> qevm: moved-stream.mig: --map 0000:00:02.0: is not OLD=NEW
[3]
# Rules of one's own come first, and what they do needs no plan.
$ echo '{"qevm-rules": 1, "rules": [{"op": "drop-section", "at": "0000:00:02.0/rtl8139", "why": "nobody uses it"}]}' >own.json
$ qevm plan moved-stream.mig --like moved-ref.mig --rules own.json
{"qevm-rules": 1, "rules": []}
$ echo '{"qevm-rules": 1, "rules": [{"op": "drop-section", "at": "nothing"}]}' >wrong.json
$ qevm plan moved-stream.mig --like moved-ref.mig -r wrong.json 2>&1 | cut -d';' -f1
qevm: moved-stream.mig: wrong.json: rule 1 (drop-section): no section `nothing` in this stream

# PCI capabilities that a virtio device's state is laid out by.
$ for n in stream ref base; do xz -dc $HERE/../../cases/virtio-balloon-msix-added/$n.mig.xz >msix-$n.mig; done
$ qevm plan msix-stream.mig --like msix-ref.mig --base msix-base.mig
{"qevm-rules": 1, "rules": [
  {"op": "set", "at": "configuration//name", "value": "pc-i440fx-10.0", "why": "the destination's machine type", "class": "stated"}
]}
2> qevm: 0000:00:02.0/virtio-balloon: the device has other PCI capabilities at the destination (byte 0x34 of config space), and its state is laid out by them
2>       give the destination's device the properties that it had: those of the old machine type
[1]

# What the guest never touched is no loss.
$ for n in stream ref base; do xz -dc $HERE/../../cases/hpet-off-on-destination/$n.mig.xz >hpet-$n.mig; done
$ qevm plan hpet-stream.mig --like hpet-ref.mig | grep -c '"class": "lossy"'
1
$ qevm plan hpet-stream.mig --like hpet-ref.mig --base hpet-base.mig | grep -c '"class": "default"'
1

# How it is used.
$ qevm plan stream.mig
2> qevm: plan: needs --like REF or "-- QEMU..."
2> Usage: qevm plan [OPTIONS] FILE [-- QEMU...]
2> See "qevm help plan".
[2]
$ qevm plan stream.mig --like ref.mig -- qemu
2> qevm: plan: --like and "-- QEMU..." are two ways to say the same
2> Usage: qevm plan [OPTIONS] FILE [-- QEMU...]
2> See "qevm help plan".
[2]
$ qevm plan stream.mig --like ref.mig --base base.mig --from qemu
2> qevm: plan: --base and --from are two ways to say the same
2> Usage: qevm plan [OPTIONS] FILE [-- QEMU...]
2> See "qevm help plan".
[2]
$ qevm plan stream.mig base.mig --like ref.mig
2> qevm: plan: needs one FILE, and "-- QEMU..." behind it, if at all
2> Usage: qevm plan [OPTIONS] FILE [-- QEMU...]
2> See "qevm help plan".
[2]
$ qevm plan stream.mig --like missing.mig
2> qevm: missing.mig: cannot be opened: No such file or directory
[3]
$ qevm plan missing.mig --like ref.mig
2> qevm: missing.mig: cannot be opened: No such file or directory
[3]
$ qevm plan stream.mig --like ref.mig --base rules.json
2> qevm: rules.json: at 0x0: not a QEMU stream: starts with 7b 22 71 65, "QEVM" (51 45 56 4d) wanted
[3]
$ head -c 500 stream.mig >cut.mig
$ qevm plan cut.mig --like ref.mig
2> qevm: cut.mig: cpu: at 0x14e: nothing describes this payload, and no footer of section 5 ends it
[3]
$ qevm plan stream.mig --like cut.mig
2> qevm: cut.mig: cpu: at 0x14e: nothing describes this payload, and no footer of section 5 ends it
[3]
