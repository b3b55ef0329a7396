$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ qevm set pc.mig timer//cpu_clock_offset 5 'cpu//env.regs[4]' 0x10 -o new.mig
$ qevm diff pc.mig new.mig
timer//cpu_clock_offset: 1014649021 -> 5
cpu//env.regs/RSP: 28564 -> 16
[1]
$ qevm check new.mig
new.mig: 0 errors, 0 warnings, 0 notes
$ stat -c %a new.mig
600
$ qevm set --dry-run pc.mig 'i8259@*//irr' 1
rule 1: set i8259@1//irr: 0 -> 1 (stated)
1 change, nothing written

# A negative number is no option.
$ qevm set --dry-run pc.mig timer//cpu_clock_offset -1
rule 1: set timer//cpu_clock_offset: 1014649021 -> -1 (stated)
1 change, nothing written
$ qevm set --dry-run -- pc.mig timer//cpu_clock_offset -0x1
rule 1: set timer//cpu_clock_offset: 1014649021 -> -1 (stated)
1 change, nothing written

# From and to pipes.
$ cat pc.mig | qevm set - timer//cpu_clock_offset 5 'cpu//env.regs[4]' 0x10 -o - | cmp - new.mig

# Nothing is written when something is wrong.
$ qevm set pc.mig timer//cpu_clock_offset 0x10000000000000000 -o x
2> qevm: set: timer//cpu_clock_offset 0x10000000000000000: value: column 1: expected a number of at most 64 bits
2> Usage: qevm set [OPTIONS] FILE PATH VALUE [PATH VALUE...]
2> See "qevm help set".
[2]
$ qevm set pc.mig i8259@0//irr 256 -o x
2> qevm: pc.mig: i8259@0//irr: 256 does not fit the 8 bits of `uint8`
[3]
$ qevm set pc.mig timer//nothing 1 -o x
2> qevm: pc.mig: no field `nothing` in timer; there are: cpu_ticks_offset, unused, cpu_clock_offset
[3]
$ qevm set pc.mig timer//cpu_clock_offset 1 i8259@0//irr -o x
2> qevm: set: no value for i8259@0//irr
2> Usage: qevm set [OPTIONS] FILE PATH VALUE [PATH VALUE...]
2> See "qevm help set".
[2]
$ qevm set pc.mig timer//cpu_clock_offset 1
2> qevm: set: needs -o OUT or --dry-run
2> Usage: qevm set [OPTIONS] FILE PATH VALUE [PATH VALUE...]
2> See "qevm help set".
[2]
$ ls x
2> ls: cannot access 'x': No such file or directory
[2]

# The input is never written to.
$ qevm set pc.mig timer//cpu_clock_offset 1 -o pc.mig
2> qevm: "pc.mig" is an input file; write to another one
[2]
$ ln -s pc.mig link
$ qevm set pc.mig timer//cpu_clock_offset 1 -o link
2> qevm: "link" is an input file; write to another one
[2]
$ qevm set - timer//cpu_clock_offset 1 -o pc.mig <pc.mig
2> qevm: "pc.mig" is an input file; write to another one
[2]
$ cmp pc.mig $STREAMS/7.2-pc-i440fx-6.2.mig
