# A stream of an old machine type: no vmdesc, no footers, no configuration.
$ cp $STREAMS/5.2-pc-i440fx-2.0.mig old.mig; cp $STREAMS/5.2-pc-i440fx-2.3.mig like.mig
$ qevm info old.mig | grep -E 'machine|footers|devices|vmdesc|note'
  machine    not said: there is no configuration
  footers    no
  devices    31 sections, 82637 bytes (80.7 KiB); the largest (--sections: all):
  vmdesc     none: descriptions are borrowed
  note       the layouts of 31 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by exact fit
$ qevm show --types old.mig 0000:00:01.0/PIIX3 | head -5
0000:00:01.0/PIIX3 version 3, instance 0, 292 bytes
    dev (struct PCIDevice)
        version_id (int32 le) = 2
        config[0] (pci config)
            pci (struct pci)
$ qevm get old.mig timer//cpu_ticks_offset
2702974822

# What comes with qevm can be left out: then nothing tells where sections end.
$ QEVM_SCHEMAS=/nonexistent qevm info old.mig | grep -E 'devices|vmdesc|note'
  devices    0 sections, 0 bytes
  vmdesc     none: devices are not described
  note       timer: at 0xf4: nothing tells how long this payload is: no vmdesc describes it, and the stream has no footers

# By a stream of the same QEMU. One device is not in it.
$ qevm info --describe-with like.mig old.mig | grep -E 'devices|vmdesc|note'
  devices    31 sections, 82637 bytes (80.7 KiB); the largest (--sections: all):
  vmdesc     none: descriptions are borrowed
  note       1 section(s) that nothing describes
  note       0000:00:02.0/cirrus_vga: at 0xe62: the end of this section was found by what follows
  note       the layouts of 30 device sections are those of like.mig, proved by exact fit
$ qevm show --depth 0 --describe-with like.mig old.mig 0000:00:02.0/cirrus_vga hpet
0000:00:02.0/cirrus_vga version 2, instance 0, 1870 bytes, end found by what follows, not described
hpet version 2, instance 0, 151 bytes
$ qevm show --json --depth 0 --describe-with like.mig old.mig | grep -E 'cirrus|"hpet"'
{"type": "full", "offset": 3682, "size": 1907, "path": "0000:00:02.0/cirrus_vga", "idstr": "0000:00:02.0/cirrus_vga", "instance_id": 0, "section_id": 17, "version_id": 2, "payload_offset": 3719, "payload_size": 1870, "opaque": true, "resynced": true},
{"type": "full", "offset": 5589, "size": 169, "path": "hpet", "idstr": "hpet", "instance_id": 0, "section_id": 18, "version_id": 2, "payload_offset": 5607, "payload_size": 151, "lent": "like.mig"},

# By a file that was kept, and of several the first that fits.
$ qevm schema extract like.mig --qemu 5.2 --machine pc-i440fx-2.3 -o like.json
$ qevm info --describe-with like.json old.mig | grep layouts
  note       the layouts of 30 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by exact fit
$ qevm info --describe-with $STREAMS/11.1-xen.mig old.mig
2> qevm: $STREAMS/11.1-xen.mig: the stream has no vmdesc to lend
[3]
$ qevm info --describe-with $STREAMS/10.0-q800.mig --describe-with like.json old.mig | grep layout
  note       the layouts of 30 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by exact fit

# All commands that look into sections know it, and what is written has no
# description either.
$ qevm get --describe-with like.json old.mig 'i8254//channels[0].irq_disabled'
0
$ qevm set --describe-with like.json -o new.mig old.mig hpet//config 3
$ qevm diff --describe-with like.json old.mig new.mig
hpet//config: 0 -> 3
[1]
$ qevm check --describe-with like.json new.mig | grep -v oddity
new.mig: at 0x143af: note[vmdesc-missing]: the stream does not describe its devices
new.mig: 0 errors, 0 warnings, 3 notes
$ cat old.mig | qevm set --describe-with like.json -o - - hpet//config 3 | cmp - new.mig
$ echo '{"qevm-rules": 1, "rules": []}' >none.json
$ qevm rewrite --describe-with like.json -r none.json -o same.mig old.mig && cmp old.mig same.mig

# Footers need to know where sections end.
$ echo '{"qevm-rules": 1, "rules": [{"op": "set-footers", "value": true}]}' >footers.json
$ qevm rewrite -r footers.json -o footers.mig old.mig && qevm info footers.mig | grep -E 'footers|note'
footers.mig: migration stream, 83033 bytes (81.1 KiB)
             sections have footers
  footers    yes
  note       the layouts of 31 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by the footers
$ QEVM_SCHEMAS=/nonexistent qevm rewrite -r footers.json -o no.mig old.mig
2> qevm: old.mig: footers.json: rule 1 (set-footers): footers: nothing tells where each device section ends; --describe-with can
[3]
$ ls no.mig
2> ls: cannot access 'no.mig': No such file or directory
[2]

# Postcopy: with footers, what does not fit is bytes.
$ cp $STREAMS/7.2-postcopy.mig postcopy.mig
$ qevm info --describe-with like.json postcopy.mig | grep -E 'note'
  note       30 device section(s) in a postcopy package
  note       7 section(s) whose end was found by their footer
  note       7 section(s) that nothing describes
  note       cpu: at 0x905: nothing that was lent describes subsection `cpu/msr_smi_count'; pc-i440fx-2.3 of QEMU 5.2 does not fit
  note       fw_cfg: at 0xabd: nothing that was lent describes subsection `fw_cfg/dma'; pc-i440fx-2.3 of QEMU 5.2 does not fit
  note       pckbd: kbd: at 0x171e: nothing that was lent describes subsection `pckbd/extended_state'; pc-i440fx-2.3 of QEMU 5.2 does not fit
  note       0000:00:01.3/piix4_pm: at 0x32c7: by it the section ends here; pc-i440fx-2.3 of QEMU 5.2 does not fit
  note       the layouts of 23 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by the footers

# What cannot describe.
$ qevm info --describe-with old.mig old.mig
2> qevm: old.mig: the stream has no vmdesc to lend
[3]
$ qevm info --describe-with none.json old.mig
2> qevm: none.json: at 0x0: description: wanted the key "qevm-lend", found none
[3]
$ qevm info --describe-with /nonexistent old.mig
2> qevm: /nonexistent: cannot be opened: No such file or directory
[3]
