$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ qevm get pc.mig timer//cpu_clock_offset configuration//name
1014649021
"pc-i440fx-6.2"
$ qevm get pc.mig 0000:00:01.3/piix4_pm//.version_id 'ram//.blocks/"pc.ram"/used_length'
3
16777216
$ qevm get pc.mig 'ioapic//ioredtbl' 'ioapic//ioredtbl[4]'
[65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536, 65536]
65536
# An array whose elements have names.
$ qevm get pc.mig 'cpu//env.regs' 'cpu//env.regs[4]' cpu//env.regs/RSP 'cpu//env.regs[*]'
cpu//env.regs
    RAX = 0
    RCX = 47005 (0xb79d)
    RDX = 0
    RBX = 0
    RSP = 28564 (0x6f94)
    RBP = 47005 (0xb79d)
    RSI = 47005 (0xb79d)
    RDI = 0
    R8 = 0
    R9 = 0
    R10 = 0
    R11 = 0
    R12 = 0
    R13 = 0
    R14 = 0
    R15 = 0
28564
28564
cpu//env.regs/RAX = 0
cpu//env.regs/RCX = 47005
cpu//env.regs/RDX = 0
cpu//env.regs/RBX = 0
cpu//env.regs/RSP = 28564
cpu//env.regs/RBP = 47005
cpu//env.regs/RSI = 47005
cpu//env.regs/RDI = 0
cpu//env.regs/R8 = 0
cpu//env.regs/R9 = 0
cpu//env.regs/R10 = 0
cpu//env.regs/R11 = 0
cpu//env.regs/R12 = 0
cpu//env.regs/R13 = 0
cpu//env.regs/R14 = 0
cpu//env.regs/R15 = 0
$ qevm get pc.mig 'cpu//env.regs[16]'
2> qevm: pc.mig: no `env.regs[16]` in cpu; there are 16, from [0]
[3]
$ qevm get pc.mig cpu//env.cr[0] cpu//env.eflags
0x10 (ET)
0x246 (bit1 PF ZF IF)
$ qevm get pc.mig 'dma@*//command'
dma@0//command = 0
dma@1//command = 0
$ qevm get --json pc.mig timer//cpu_clock_offset 'i8259@*//irr'
{"path": "timer//cpu_clock_offset", "value": 1014649021}
{"path": "i8259@0//irr", "value": 1}
{"path": "i8259@1//irr", "value": 0}
$ qevm get pc.mig 0000:00:01.3/piix4_pm//apm
0000:00:01.3/piix4_pm//apm
    apmc = 181
    apms = 0

# A path that names nothing, one that names much, one that is none.
$ qevm get pc.mig timer//nothing
2> qevm: pc.mig: no field `nothing` in timer; there are: cpu_ticks_offset, unused, cpu_clock_offset
[3]
$ qevm get pc.mig dma//command
2> qevm: pc.mig: `dma` is 2 sections: say one of dma@0, dma@1, or dma@* for all
[3]
$ qevm get pc.mig 'timer//a[x]'
2> qevm: pc.mig: no field `a[x]` in timer; there are: cpu_ticks_offset, unused, cpu_clock_offset
[3]
$ qevm get pc.mig
2> qevm: get: needs more arguments
2> Usage: qevm get [OPTIONS] FILE PATH...
2> See "qevm help get".
[2]
