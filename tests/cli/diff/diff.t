$ cp $STREAMS/7.2-pc-i440fx-6.2.mig a.mig
$ cat >rules.json <<END
> {"qevm-rules": 1, "rules": [
>   {"op": "set", "at": "timer//cpu_clock_offset", "value": 1},
>   {"op": "set-version", "at": "fdc", "version": 9},
>   {"op": "set", "at": "0000:00:01.1/ide//parent_obj/version_id", "value": 1},
>   {"op": "rename-section", "at": "port92", "to": "port93"},
>   {"op": "strip-subsection", "at": "0000:00:01.3/piix4_pm//{piix4_pm/memhp}"},
>   {"op": "rename-ram-block", "at": "pc.rom", "to": "rom"}
> ]}
> END
$ qevm rewrite --allow-lossy --allow-visible -r rules.json a.mig -o b.mig
$ qevm diff a.mig b.mig
- ram//.blocks/pc.rom (15 bytes)
+ ram//.blocks/rom (12 bytes)
timer//cpu_clock_offset: 1014649021 -> 1
fdc//.version_id: 2 -> 9
- port92 (1 byte)
0000:00:01.1/ide//parent_obj/version_id: 2 -> 1
- 0000:00:01.3/piix4_pm//{piix4_pm/memhp} (24 bytes)
+ port93 (1 byte)
[1]
$ qevm diff --json a.mig b.mig | cut -c 1-100
{"a": "a.mig", "b": "b.mig", "differences": [
{"what": "element", "path": "ram//.blocks/pc.rom", "a": "(15 bytes)", "b": null},
{"what": "element", "path": "ram//.blocks/rom", "a": null, "b": "(12 bytes)"},
{"what": "value", "path": "timer//cpu_clock_offset", "a": "1014649021", "b": "1"},
{"what": "version", "path": "fdc//.version_id", "a": "2", "b": "9"},
{"what": "section", "path": "port92", "a": "(1 byte)", "b": null},
{"what": "value", "path": "0000:00:01.1/ide//parent_obj/version_id", "a": "2", "b": "1"},
{"what": "subsection", "path": "0000:00:01.3/piix4_pm//{piix4_pm/memhp}", "a": "(24 bytes)", "b": nu
{"what": "section", "path": "port93", "a": null, "b": "(1 byte)"}
], "ram_pages_compared": false}

# Of long bytes, only from the first that differs to the last.
$ cp a.mig c.mig
$ printf XYZ | dd of=c.mig bs=1 seek=$((0xbe0)) conv=notrunc status=none
$ qevm diff a.mig c.mig
0000:00:00.0/I440FX//parent_obj/config[0]/pci/bar[0]: 0 -> 5921112
[1]
$ qevm diff --all a.mig c.mig | cut -c 1-60
0000:00:00.0/I440FX//parent_obj/config[0]/pci/bar[0]: 0 -> 5
$ qevm diff --quiet a.mig b.mig
[1]
$ qevm diff a.mig a.mig
$ qevm diff --json a.mig a.mig
{"a": "a.mig", "b": "a.mig", "differences": [], "ram_pages_compared": false}
$ qevm diff a.mig
2> qevm: diff: needs more arguments
2> Usage: qevm diff [OPTIONS] A B
2> See "qevm help diff".
[2]
$ qevm diff a.mig missing
2> qevm: missing: cannot be opened: No such file or directory
[3]
