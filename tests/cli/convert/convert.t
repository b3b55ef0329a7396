$ for n in stream ref base; do xz -dc $HERE/../../cases/piix4-acpi-index-extra/$n.mig.xz >$n.mig; done
$ qevm convert stream.mig --like ref.mig -o new.mig
new.mig: for ref.mig, 1 change (1 default)
$ qevm convert stream.mig --like ref.mig -o again.mig --json
{"file": "again.mig", "target": "ref.mig", "changes": {"lossless": 0, "default": 1, "stated": 0, "visible": 0, "lossy": 0}, "loaded": false}
$ cmp new.mig again.mig
$ qevm check --quiet --against ref.mig new.mig
$ qevm diff stream.mig new.mig
- 0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index (4 bytes)
[1]
# What is like the reference stays as it is, to the byte.
$ qevm convert ref.mig --like ref.mig -o same.mig
same.mig: for ref.mig, 0 changes
$ cmp ref.mig same.mig

# Without writing.
$ qevm convert stream.mig --like ref.mig --dry-run
rule 1: remove-field 0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index: 0 -> nothing (default)
1 change, nothing written
$ qevm convert stream.mig --like ref.mig --dry-run --json
{"file": null, "target": "ref.mig", "changes": {"lossless": 0, "default": 1, "stated": 0, "visible": 0, "lossy": 0}, "loaded": false}
$ qevm convert stream.mig --like ref.mig -o new.mig --journal journal
new.mig: for ref.mig, 1 change (1 default)
$ jq -c '[.op, .path, .class]' journal
["remove-field","0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index","default"]

# What costs something is refused, and nothing is there then.
$ for n in stream ref; do xz -dc $HERE/../../cases/hpet-off-on-destination/$n.mig.xz >hpet-$n.mig; done
$ qevm convert hpet-stream.mig --like hpet-ref.mig -o x
2> qevm: hpet-stream.mig: 1 change costs more than is allowed:
2>   hpet: lossy: the section, 151 bytes, is dropped (rule 1, drop-section)
[1]
$ ls -A | grep -e '^x$' -e qevm
[1]
$ qevm convert hpet-stream.mig --like hpet-ref.mig -o x --allow-visible 2>&1 | tail -n 1
  hpet: lossy: the section, 151 bytes, is dropped (rule 1, drop-section)
$ qevm convert hpet-stream.mig --like hpet-ref.mig -o x --allow-lossy
x: for hpet-ref.mig, 1 change (1 lossy)
$ qevm check --quiet --against hpet-ref.mig x
$ rm x
# What the guest can notice is another matter.
$ for n in stream ref; do xz -dc $HERE/../../cases/ppc-power9-pvr/$n.mig.xz >pvr-$n.mig; done
$ qevm convert pvr-stream.mig --like pvr-ref.mig -o x
2> qevm: pvr-stream.mig: 1 change costs more than is allowed:
2>   cpu//env.spr[287]: visible: the destination's processor is another version (rule 1, set)
[1]
$ qevm convert pvr-stream.mig --like pvr-ref.mig -o x --allow-lossy
2> qevm: pvr-stream.mig: 1 change costs more than is allowed:
2>   cpu//env.spr[287]: visible: the destination's processor is another version (rule 1, set)
[1]
$ qevm convert pvr-stream.mig --like pvr-ref.mig -o x --allow-visible
x: for pvr-ref.mig, 1 change (1 visible)
$ rm x
# So is a feature that the guest took, and a mitigation.
$ for c in virtio-net-guest-feature-mtu spapr-cap-cfpc; do
>     for n in stream ref; do xz -dc $HERE/../../cases/$c/$n.mig.xz >$n-$c.mig; done
>     test ! -e $HERE/../../cases/$c/ref.target.json || cp $HERE/../../cases/$c/ref.target.json ref-$c.mig.target.json
>     qevm convert stream-$c.mig --like ref-$c.mig -o x
> done
2> qevm: stream-virtio-net-guest-feature-mtu.mig: 2 changes cost more than is allowed:
2>   0000:00:02.0/virtio-net//virtio/guest_features: visible: features that the destination does not offer, and that it does without (rule 1, set)
2>   0000:00:02.0/virtio-net//virtio/virtio/{virtio/64bit_features}/guest_features: visible: features that the destination does not offer, and that it does without (rule 2, set)
2> qevm: stream-spapr-cap-cfpc.mig: 2 changes cost more than is allowed:
2>   spapr//{spapr/cap/cfpc}: visible: a mitigation that the destination does not give (rule 1, add-subsection)
2>   spapr//{spapr/cap/cfpc}/mig.caps[0x03]: visible: a mitigation that the destination does not give (rule 1, add-subsection)
[1]

# What cannot be repaired is not converted, whatever is allowed; what was there stays.
$ for n in stream ref; do xz -dc $HERE/../../cases/device-in-other-slot/$n.mig.xz >moved-$n.mig; done
$ echo mine >x
$ qevm convert moved-stream.mig --like moved-ref.mig -o x --allow-visible --allow-lossy
2> qevm: 0000:00:02.0/rtl8139: the destination has this device elsewhere, as 0000:00:05.0/rtl8139, and the guest knows it where it was
2>       give the destination's device the address (addr=, bus=) that it has in the stream
2> qevm: moved-stream.mig: not converted
[1]
$ cat x
mine
$ qevm convert moved-stream.mig --like moved-ref.mig -o x --map 0000:00:02.0=0000:00:05.0
x: for moved-ref.mig, 1 change (1 lossless)
$ qevm check --quiet --against moved-ref.mig x
$ qevm show --depth 0 x | grep rtl
0000:00:05.0/rtl8139 version 5, instance 0, 642 bytes
$ rm x
# Rules of one's own are applied first.
$ echo '{"qevm-rules": 1, "rules": [{"op": "drop-section", "at": "0000:00:02.0/rtl8139", "why": "nobody uses it"}]}' >own.json
$ qevm convert moved-stream.mig --like moved-ref.mig -o x -r own.json
2> qevm: moved-stream.mig: 1 change costs more than is allowed:
2>   0000:00:02.0/rtl8139: lossy: the section, 642 bytes, is dropped (rule 1, drop-section)
[1]
$ qevm convert moved-stream.mig --like moved-ref.mig -o x -r own.json --allow-lossy
x: for moved-ref.mig, 1 change (1 lossy)
$ qevm check --quiet --against moved-ref.mig x
x: 0000:00:05.0/rtl8139 at 0x32f9: warning[section-missing]: the stream has no such section; the device stays as after a reset
$ rm x

# How it is used, and what it needs.
$ qevm convert stream.mig --like ref.mig
2> qevm: convert: needs -o OUT or --dry-run
2> Usage: qevm convert [OPTIONS] FILE [-- QEMU...]
2> See "qevm help convert".
[2]
$ qevm convert stream.mig -o x
2> qevm: convert: needs --like REF or "-- QEMU..."
2> Usage: qevm convert [OPTIONS] FILE [-- QEMU...]
2> See "qevm help convert".
[2]
$ qevm convert stream.mig --like ref.mig -o -
2> qevm: convert: reads its input twice and has QEMU read its output: both have to be files
2> Usage: qevm convert [OPTIONS] FILE [-- QEMU...]
2> See "qevm help convert".
[2]
$ qevm convert - --like ref.mig -o x
2> qevm: convert: reads its input twice and has QEMU read its output: both have to be files
2> Usage: qevm convert [OPTIONS] FILE [-- QEMU...]
2> See "qevm help convert".
[2]
$ qevm convert stream.mig --like ref.mig -o stream.mig
2> qevm: "stream.mig" is an input file; write to another one
[2]
$ qevm convert stream.mig --like ref.mig -o ref.mig
2> qevm: "ref.mig" is an input file; write to another one
[2]
$ qevm convert stream.mig --like ref.mig --base base.mig -o base.mig
2> qevm: "base.mig" is an input file; write to another one
[2]
$ qevm convert moved-stream.mig --like moved-ref.mig -r own.json -o own.json --allow-lossy
2> qevm: "own.json" is an input file; write to another one
[2]
# Without an account, there is no output either.
$ qevm convert stream.mig --like ref.mig -o x --account ref.mig
2> qevm: "ref.mig" is an input file; write to another one
[2]
$ qevm convert stream.mig --like ref.mig -o x --account stream.mig
2> qevm: "stream.mig" is an input file; write to another one
[2]
$ qevm convert stream.mig --like ref.mig -o x --account missing/account
2> qevm: cannot make a file in "missing": No such file or directory
[4]
$ qevm convert stream.mig --like ref.mig -o x --account /dev/full
2> qevm: /dev/full: cannot write: No space left on device
[4]
$ qevm convert stream.mig --like ref.mig -o x --account x
2> qevm: "x" cannot be both the stream and its account
[2]
$ qevm convert stream.mig --like ref.mig -o x --journal j --account j
2> qevm: "j" cannot be both the journal and the account
[2]
$ ls x j
2> ls: cannot access 'x': No such file or directory
2> ls: cannot access 'j': No such file or directory
[2]
$ qevm convert stream.mig --like ref.mig -o /dev/full
2> qevm: stream.mig: output: cannot be written: No space left on device
[4]
$ qevm convert stream.mig --like ref.mig -o missing/x
2> qevm: cannot make a file in "missing": No such file or directory
[4]
$ qevm convert stream.mig --like missing.mig -o x
2> qevm: missing.mig: cannot be opened: No such file or directory
[3]
$ ls -A | grep -e '^x$' -e qevm
[1]
