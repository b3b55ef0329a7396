# What a stream is in is there in the shell as in other commands: what is
# written is what `qevm set` writes.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig vm.mig
$ $HERE/../container/save <vm.mig >raw.save; xz <vm.mig | $HERE/../container/save --format xz >xz.save
$ $HERE/../container/xen xl <vm.mig >xl.save
$ head -c 1000 /dev/zero >offset; cat vm.mig >>offset
$ for i in raw xz xl; do qevm shell $i.save -c 'get configuration//name' -c 'set configuration//name "pc-i440fx-7.2"' -c "write $i.out"; qevm set -o same.out $i.save configuration//name pc-i440fx-7.2; qevm info $i.out | head -3; qevm container extract -o a $i.out; qevm container extract -o b same.out; cmp a b; done
"pc-i440fx-6.2"
raw.out: migration stream, 320736 bytes (313.2 KiB)
  container  libvirt save image, version 2, raw
             domain demo, machine pc-i440fx-7.2, was running
"pc-i440fx-6.2"
xz.out: migration stream, 320736 bytes (313.2 KiB)
  container  libvirt save image, version 2, xz
             domain demo, machine pc-i440fx-7.2, was running
"pc-i440fx-6.2"
xl.out: migration stream, 320736 bytes (313.2 KiB)
  container  Xen save file, record of QEMU at 0x10ca
  machine    pc-i440fx-7.2

# An image with snapshots: one is looked at, and never written to.
$ xz -dc $HERE/../container/small.qcow2.xz >small.qcow2; cp small.qcow2 kept.qcow2
$ qevm shell small.qcow2 -c ls
2> qevm: small.qcow2: the qcow2 image has several snapshots; name one, as in IMAGE#NAME: before (id:1), after (id:2)
[3]
$ qevm shell 'small.qcow2#id:2' -c 'ls timer' -c 'set timer//cpu_clock_offset 5' -c 'write new.mig' -c 'write small.qcow2'
timer version 2, instance 0, 24 bytes
    cpu_ticks_offset = 0
    unused = hex:0000000000000000
    cpu_clock_offset = 0
2> qevm: "small.qcow2" is an input file; write to another one
[2]
$ qevm get new.mig timer//cpu_clock_offset
5
$ cmp small.qcow2 kept.qcow2

# From some byte on, and described by another stream, by the options they all have.
$ qevm shell offset -c ls
2> qevm: offset: not a QEMU stream, but one seems to begin at 0x3e8: --offset 0x3e8
[3]
$ qevm shell --offset 1000 offset -c 'get timer//cpu_clock_offset' -c 'set timer//cpu_clock_offset 5' -c 'write out' -c undo -c diff
1014649021
2> qevm: offset: was changed and not written
$ cmp -n 1000 out offset
$ qevm shell --describe-with $STREAMS/5.2-pc-i440fx-2.3.mig $STREAMS/5.2-pc-i440fx-2.0.mig -c 'ls i8259@0'
i8259@0 version 1, instance 0, 16 bytes
    last_irr = 1
    irr = 0
    imr = 184
    isr = 0
    priority_add = 0
    irq_base = 8
    read_reg_select = 0
    poll = 0
    special_mask = 0
    init_state = 0
    auto_eoi = 0
    rotate_on_auto_eoi = 0
    special_fully_nested_mode = 0
    init4 = 1
    single_mode = 0
    elcr = 0
$ qevm shell --no-schemas vm.mig -c 'ls 0000:00:03.0/e1000//parent_obj/config[0]' -c 'set timer//cpu_clock_offset 5' -c 'undo' -c 'ls 0000:00:03.0/e1000//parent_obj/config[0]'
0000:00:03.0/e1000//parent_obj/config[0]
    config[0] = hex:86800e100301000003000002000000000000bcfe01c000000000000000000000... (256 bytes)
0000:00:03.0/e1000//parent_obj/config[0]
    config[0] = hex:86800e100301000003000002000000000000bcfe01c000000000000000000000... (256 bytes)
