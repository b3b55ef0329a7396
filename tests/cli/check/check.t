$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ cp $STREAMS/7.2-postcopy.mig postcopy.mig
$ qevm check pc.mig
pc.mig: 0 errors, 0 warnings, 0 notes
$ qevm check --quick pc.mig
pc.mig: 0 errors, 0 warnings, 0 notes
pc.mig: not looked at: RAM pages and other iterative sections
pc.mig: not looked at: commands between them
pc.mig: not looked at: whether iterative sections were finished
$ qevm check --quiet pc.mig
$ qevm check --json pc.mig
{"file": "pc.mig", "errors": 0, "warnings": 0, "notes": 0, "findings": [], "not_looked_at": []}

# What no destination can load from a file.
$ qevm check postcopy.mig
postcopy.mig: at 0x0: note[oddity]: the descriptions that come with qevm do not fit 4 device sections: cpu, fw_cfg, pckbd, 0000:00:01.3/piix4_pm
postcopy.mig: at 0x0: note[oddity]: the layouts of 24 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by the footers
postcopy.mig: at 0x1a: error[command-live]: command OPEN_RETURN_PATH needs a living source
postcopy.mig: at 0x1f: error[command-live]: command PING, 4 times, needs a living source
postcopy.mig: at 0x28: warning[postcopy-advise]: the destination must have the capability postcopy-ram on
postcopy.mig: at 0x12f: error[command-live]: command POSTCOPY_RAM_DISCARD needs a living source
postcopy.mig: at 0x156: error[command-live]: command PACKAGED needs a living source
postcopy.mig: at 0x15f: error[command-live]: command POSTCOPY_LISTEN needs a living source
postcopy.mig: at 0x33c5: error[command-live]: command POSTCOPY_RUN needs a living source
postcopy.mig: at 0x33f8: note[vmdesc-missing]: the stream does not describe its devices
postcopy.mig: 6 errors, 1 warning, 3 notes
[1]
$ qevm check --json --quick postcopy.mig | cut -c 1-100
{"file": "postcopy.mig", "errors": 6, "warnings": 1, "notes": 3, "findings": [{"finding": "oddity", 

# Cut, bytes lost, bytes wrong: at which place, and what.
$ head -c 100000 pc.mig >cut.mig
$ qevm check cut.mig
cut.mig: at 0x0: note[oddity]: the descriptions that come with qevm do not fit 3 device sections: cpu, fw_cfg, pckbd
cut.mig: at 0x0: note[oddity]: the layouts of 23 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by the footers
cut.mig: 0000:00:03.0/e1000 at 0x2dcb: error[early-eof]: nothing describes this payload, and no footer of section 31 ends it
cut.mig: 1 error, 0 warnings, 2 notes
[1]
$ { head -c 1000 pc.mig; tail -c +1002 pc.mig; } >lost.mig
$ qevm check lost.mig
lost.mig: cpu at 0x224: error[bytes-shifted]: the section has 1881 bytes, the vmdesc describes 1882
lost.mig: 1 error, 0 warnings, 0 notes
[1]
$ { cat pc.mig; echo; } >long.mig
$ qevm check long.mig pc.mig
long.mig: at 0x4e4e0: note[trailing-bytes]: 1 byte after the end of the stream
long.mig: 0 errors, 0 warnings, 1 note
pc.mig: 0 errors, 0 warnings, 0 notes
$ echo nothing >nothing
$ qevm check nothing pc.mig
pc.mig: 0 errors, 0 warnings, 0 notes
2> qevm: nothing: at 0x0: not a QEMU stream: starts with 6e 6f 74 68, "QEVM" (51 45 56 4d) wanted
[3]

# Warnings count with --strict.
$ qevm set pc.mig configuration//name '"pc 1"' -o odd.mig
$ qevm check odd.mig
odd.mig: configuration at 0x9: warning[machine-name]: "pc 1" is no name of a machine type
odd.mig: 0 errors, 1 warning, 0 notes
$ qevm check --strict odd.mig
odd.mig: configuration at 0x9: warning[machine-name]: "pc 1" is no name of a machine type
odd.mig: 0 errors, 1 warning, 0 notes
[1]
$ qevm set pc.mig 0000:00:01.3/piix4_pm//parent_obj/version_id -1 -o odd.mig
$ qevm check odd.mig
odd.mig: 0000:00:01.3/piix4_pm//parent_obj/version_id at 0x33a60: error[negative-version]: the value is -1 and must not be negative
odd.mig: 1 error, 0 warnings, 0 notes
[1]

# A virt-4.1 is known to QEMU 4.1, and to those after it, which know more.
$ cat >uuid.json <<END
> {"qevm-rules": 1, "rules": [{"op": "add-subsection", "at": "configuration", "to": "configuration/uuid",
>  "version": 1, "fields": [{"name": "uuid", "type": "uint8", "count": 16}]}]}
> END
$ qevm rewrite $STREAMS/5.2-virt-4.1.mig --rules uuid.json -o uuid.mig
$ qevm check uuid.mig --against $STREAMS/5.2-virt-4.1.mig
uuid.mig: configuration//{configuration/uuid} at 0x3d: note[uuid-sent]: the stream names the machine 00000000-0000-0000-0000-000000000000; a destination with another -uuid refuses it
uuid.mig: 0 errors, 0 warnings, 1 note
