# Names out of a stream turn no line around, begin none, and colour nothing.
$ cat >names.json <<END
> {"qevm-rules": 1, "rules": [
>  {"op": "rename-section", "at": "0000:00:03.0/e1000", "to": "ev\u202eil\n\u001b[31mX"},
>  {"op": "set", "at": "configuration//name", "value": "pc\u202e\nX"}]}
> END
$ qevm rewrite $STREAMS/7.2-pc-i440fx-6.2.mig --rules names.json -o names.mig
$ qevm check names.mig --against $STREAMS/7.2-pc-i440fx-6.2.mig
names.mig: configuration at 0x9: warning[machine-name]: "pc\342\200\256\nX" is no name of a machine type
names.mig: configuration//name at 0xd: error[machine-type]: the stream is of a pc\xe2\x80\xae\x0aX, the destination is a pc-i440fx-6.2
    QEMU: Machine type received is 'pc\xe2\x80\xae\x0aX' and local is 'pc-i440fx-6.2'
    QEMU: load of migration failed: Invalid argument
    fix: set configuration//name (stated)
names.mig: "ev\xe2\x80\xaeil\x0a\x1b[31mX" at 0x2da5: error[section-unknown]: the destination has no such section; of the same kind it has 0000:00:03.0/e1000
    QEMU: Unknown savevm section or instance 'ev\xe2\x80\xaeil\x0a\x1b[31mX' 0. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices
    QEMU: load of migration failed: Invalid argument
    fix: drop-section "ev\xe2\x80\xaeil\x0a\x1b[31mX" (lossy)
names.mig: 0000:00:03.0/e1000 at 0x3447b: warning[section-missing]: the stream has no such section; the device stays as after a reset
names.mig: 2 errors, 2 warnings, 0 notes
[1]
$ head -c 20000 names.mig >cut.mig
$ qevm check cut.mig
cut.mig: at 0x0: note[oddity]: the descriptions that come with qevm do not fit 3 device sections: cpu, fw_cfg, pckbd
cut.mig: at 0x0: note[oddity]: the layouts of 23 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by the footers
cut.mig: configuration at 0x9: warning[machine-name]: "pc\342\200\256\nX" is no name of a machine type
cut.mig: ev\xe2\x80\xaeil\x0a\x1b[31mX at 0x2dc1: error[early-eof]: nothing describes this payload, and no footer of section 31 ends it
cut.mig: 1 error, 1 warning, 2 notes
[1]
$ qevm strip cut.mig -o out.mig
2> qevm: cut.mig: ev\xe2\x80\xaeil\x0a\x1b[31mX: at 0x2dc1: nothing describes this payload, and no footer of section 31 ends it
[3]
$ qevm plan names.mig --like $STREAMS/7.2-pc-i440fx-6.2.mig | tail -n 4
{"qevm-rules": 1, "rules": [
  {"op": "set", "at": "configuration//name", "value": "pc-i440fx-6.2", "why": "the destination's machine type", "class": "stated"},
  {"op": "drop-section", "at": "\"ev\\xe2\\x80\\xaeil\\x0a\\x1b[31mX\"", "why": "the destination has no such section", "class": "lossy"}
]}
$ qevm target show names.mig | head -n 1
names.mig: likely QEMU 6.0, x86_64, machine type pc\xe2\x80\xae\x0aX
$ qevm plan $STREAMS/7.2-pc-i440fx-6.2.mig --like names.mig 2>&1 >/dev/null
qevm: 0000:00:03.0/e1000: the destination has this device elsewhere, as "ev\xe2\x80\xaeil\x0a\x1b[31mX", and the guest knows it where it was
      give the destination's device the address (addr=, bus=) that it has in the stream
[1]
