# What a stream of the destination tells, and what is shipped for its QEMU.
$ qevm target show $STREAMS/11.1-q35-virtio.mig
$STREAMS/11.1-q35-virtio.mig: likely QEMU 11.1, x86_64, machine type pc-q35-11.1
  stream      $STREAMS/11.1-q35-virtio.mig: 40 sections (39 described), 9 RAM blocks
  description qemu-11.1/x86_64: 242 devices, 351 vmsds
  description qemu-11.1/sources: 1038 devices, 946 vmsds, not complete
  description qemu-11.1/x86_64-sources: 60 devices, 60 vmsds, not complete
  compat      the properties that pc-q35-11.1 sets
  not known
    - which release it is: QEMU 11.1 or newer by its stream, taken for 11.1
    - which features it offers to virtio devices, the sizes of BARs and how
      large RAM blocks can be: no .target.json of "qevm capture" is beside it
# Which release it is can be open.
$ qevm target show $STREAMS/7.2-pc-i440fx-6.2.mig
$STREAMS/7.2-pc-i440fx-6.2.mig: likely QEMU 6.2, x86_64, machine type pc-i440fx-6.2
  stream      $STREAMS/7.2-pc-i440fx-6.2.mig: 35 sections (34 described), 8 RAM blocks
  description qemu-5.2/x86_64: 208 devices, 269 vmsds
  description qemu-5.2/sources: 865 devices, 817 vmsds
  description qemu-5.2/x86_64-sources: 43 devices, 43 vmsds
  description qemu-7.2/x86_64: 213 devices, 283 vmsds
  description qemu-7.2/sources: 938 devices, 870 vmsds
  description qemu-7.2/x86_64-sources: 53 devices, 53 vmsds
  compat      the properties that pc-i440fx-6.2 sets
  not known
    - which release it is: QEMU 6.2 to 8.1 by its stream, taken for 6.2
    - which features it offers to virtio devices, the sizes of BARs and how
      large RAM blocks can be: no .target.json of "qevm capture" is beside it
    - what idle guests do not send of devices that no description has:
      cpu_common
$ qevm target show --json $STREAMS/7.2-pc-i440fx-6.2.mig | jq -c '.qemu, .exact, .not_known[0]'
"6.2"
false
"which release it is: QEMU 6.2 to 8.1 by its stream, taken for 6.2"
$ qevm target show $STREAMS/5.2-pc-i440fx-2.3.mig
$STREAMS/5.2-pc-i440fx-2.3.mig: likely QEMU 5.2, x86_64, machine type open
  stream      $STREAMS/5.2-pc-i440fx-2.3.mig: 32 sections (31 described), 8 RAM blocks, no configuration, no footers
  description qemu-5.2/x86_64: 208 devices, 269 vmsds
  description qemu-5.2/sources: 865 devices, 817 vmsds
  description qemu-5.2/x86_64-sources: 43 devices, 43 vmsds
  not known
    - which release it is: QEMU 2.3 to 5.2 by its stream, taken for 5.2
    - which features it offers to virtio devices, the sizes of BARs and how
      large RAM blocks can be: no .target.json of "qevm capture" is beside it
    - what idle guests do not send of devices that no description has:
      cpu_common
# A shipped name adds to it.
$ qevm target show $STREAMS/7.2-pc-i440fx-6.2.mig qemu-10.0/x86_64 | head -n 5
$STREAMS/7.2-pc-i440fx-6.2.mig: QEMU 10.0, x86_64, machine type pc-i440fx-6.2
  stream      $STREAMS/7.2-pc-i440fx-6.2.mig: 35 sections (34 described), 8 RAM blocks
  description qemu-10.0/x86_64: 231 devices, 314 vmsds
  description qemu-10.0/sources: 1002 devices, 917 vmsds
  description qemu-10.0/x86_64-sources: 55 devices, 55 vmsds
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
ref.mig: QEMU 11.1.3, x86_64, machine type pc-q35-11.1
  stream      ref.mig: 40 sections (39 described), 9 RAM blocks
  capture     ref.mig.target.json: 2 devices, 1 RAM block, 1 device type
  description qemu-11.1/x86_64: 242 devices, 351 vmsds
  description qemu-11.1/sources: 1038 devices, 946 vmsds, not complete
  description qemu-11.1/x86_64-sources: 60 devices, 60 vmsds, not complete
  compat      the properties that pc-q35-11.1 sets
  not known
    - which features it offers to virtio devices: that QEMU does not tell
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
