# What a stream of the destination tells, and what is shipped for its QEMU.
$ qevm target show $STREAMS/11.1-q35-virtio.mig
2> Segmentation fault
[139]
# Which release it is can be open.
$ qevm target show $STREAMS/7.2-pc-i440fx-6.2.mig
2> Segmentation fault
[139]
$ qevm target show --json $STREAMS/7.2-pc-i440fx-6.2.mig | jq -c '.qemu, .exact, .not_known[0]'
"6.2"
false
"which release it is: QEMU 6.2 to 8.1 by its stream, taken for 6.2"
$ qevm target show $STREAMS/5.2-pc-i440fx-2.3.mig
2> Segmentation fault
[139]
# A shipped name adds to it.
$ qevm target show $STREAMS/7.2-pc-i440fx-6.2.mig qemu-10.0/x86_64 | head -n 5
2> Segmentation fault
$ qevm target show qemu-10.0/s390x
qemu-10.0/s390x: QEMU 10.0, s390x, machine type open
  description qemu-10.0/s390x: 85 devices, 107 vmsds
  description qemu-10.0/sources: 1002 devices, 917 vmsds
  description qemu-10.0/s390x-sources: 9 devices, 9 vmsds
  not known
    - which devices, RAM blocks and configuration it has: no stream that it
    saved was named
$ qevm target show --json qemu-10.0/s390x | jq -c '[.qemu, .exact, .arch, .machine, .compat], (.parts[] | [.part, .name])'
["10.0",true,"s390x",null,false]
["description","qemu-10.0/s390x"]
["description","qemu-10.0/sources"]
["description","qemu-10.0/s390x-sources"]
# A -dump-vmstate file, packed or not.
$ echo '{"vmschkmachine": {"Name": "pc"}, "t": {"Name": "t", "version_id": 1, "minimum_version_id": 1, "Description": {"name": "v", "version_id": 1, "minimum_version_id": 1, "Fields": []}}}' >dump.json
$ qevm target show dump.json
dump.json: an unknown release of QEMU, unknown architecture, machine type open
  description dump.json: 1 device, 1 vmsd
  not known
    - which release it is, so that what it knows of commands and how it words
    messages is open
    - which devices, RAM blocks and configuration it has: no stream that it
    saved was named
$ gzip -k dump.json
$ qevm target show dump.json.gz | sed -n 2p
  description dump.json.gz: 1 device, 1 vmsd
# What qevm capture writes beside a reference.
$ cp $STREAMS/11.1-q35-virtio.mig ref.mig
$ cat >ref.mig.target.json <<END
> {"qevm-target": 1, "qemu": {"version": "11.1.3", "package": "Debian 1:11.1.3"},
>  "arch": "x86_64", "machine": "pc-q35-11.1", "accelerator": "tcg", "command": ["qemu-system-x86_64"],
>  "ram_blocks": [{"idstr": "pc.ram", "page_size": 4096, "used_length": 33554432, "max_length": 33554432}],
>  "devices": [{"type": "VGA"}, {"type": "virtio-rng-pci"}], "virtio": null,
>  "types": {"VGA": ["vgamem_mb"]}, "parents": {}, "machines": [],
>  "migration": {"capabilities": {}, "parameters": {}}, "vmstate": null}
> END
$ qevm target show ref.mig
2> Segmentation fault
[139]
$ qevm target show --json ref.mig | jq -c '[.qemu, .exact, .arch, .machine, .compat], .parts[1], .not_known'
["11.1.3",true,"x86_64","pc-q35-11.1",true]
{"part":"capture","name":"ref.mig.target.json","package":"Debian 1:11.1.3","devices":2,"virtio":0,"ram_blocks":1,"machines":0,"types":1}
["which features it offers to virtio devices: that QEMU does not tell"]
# One that is none, and one that is no JSON.
$ echo '{"qevm-target": 1}' >ref.mig.target.json
$ qevm target show ref.mig
2> qevm: ref.mig.target.json: no description of a target: "qevm-target" or "qemu" is missing
[3]
$ echo '{' >ref.mig.target.json
$ qevm target show ref.mig
2> qevm: ref.mig.target.json: line 2: string or '}' expected near end of file
[3]
# What cannot be a target.
$ qevm target show qemu-9.9/x86_64
2> qevm: qemu-9.9/x86_64: no such file, and no target of that name is shipped; "qevm target list" lists those that are
[3]
$ qevm target show dump.json.none
2> qevm: dump.json.none: no such file, and no target of that name is shipped; "qevm target list" lists those that are
[3]
$ head -c 100 ref.mig >cut.mig
$ qevm target show cut.mig
2> qevm: cut.mig: ram: at 0x5e: block name needs 21 bytes, 6 left
[3]
$ qevm target show
2> qevm: target show: needs more arguments
2> Usage: qevm target show [OPTIONS] TARGET...
2> See "qevm help target show".
[2]
