# An ELF core: physical memory, and the registers of the CPUs. Tests with real QEMUs compare it with
# theirs.
$ qevm ram core $STREAMS/7.2-pc-i440fx-6.2-whole.mig -o core
$ readelf -hlW core | grep -E 'Type:|Machine:|NOTE|LOAD'; stat -c %s-%a core
  Type:                              CORE (Core file)
  Machine:                           Advanced Micro Devices X86-64
  NOTE           0x0000b0 0x0000000000000000 0x0000000000000000 0x000330 0x000330     0
  LOAD           0x001000 0x0000000000000000 0x0000000000000000 0x1000000 0x1000000     0
16781312-600
$ readelf -nW core | grep -oE '(CORE|QEMU) +0x[0-9a-f]+'
CORE                 0x00000150
QEMU                 0x000001b8

# The same through pipes.
$ cat $STREAMS/7.2-pc-i440fx-6.2-whole.mig | qevm ram core - -o - | cmp - core
$ qevm ram core $STREAMS/7.2-pc-i440fx-6.2-whole.mig -o - | cmp - core
$ cat $STREAMS/7.2-pc-i440fx-6.2-whole.mig | qevm ram core - -o core2; cmp core core2
$ test "$(stat -c %b core2)" -lt 8000

# Memory is where the guest has it.
$ qevm ram extract pc.ram $STREAMS/7.2-pc-i440fx-6.2-whole.mig -o ram; tail -c +4097 core | cmp - ram

# A layout of one's own.
$ qevm ram core $STREAMS/7.2-pc-i440fx-6.2-whole.mig -o core --layout 0xfffc0000=pc.bios --layout 0=pc.ram:0:0xa0000
$ readelf -lW core | grep LOAD; tail -c 262144 core | sha256sum
  LOAD           0x001000 0x0000000000000000 0x0000000000000000 0x0a0000 0x0a0000     0
  LOAD           0x0a1000 0x00000000fffc0000 0x00000000fffc0000 0x040000 0x040000     0
2da2018c7555e50b660a84a273a14a79cb87b9070fe6a90e9f151a53e357f7e6  -
$ qevm ram extract pc.bios $STREAMS/7.2-pc-i440fx-6.2-whole.mig -o - | sha256sum
2da2018c7555e50b660a84a273a14a79cb87b9070fe6a90e9f151a53e357f7e6  -

# What cannot be.
$ qevm ram core $STREAMS/7.2-pc-i440fx-6.2-whole.mig
2> qevm: ram core: needs -o OUT
2> Usage: qevm ram core [OPTIONS] FILE
2> See "qevm help ram core".
[2]
$ qevm ram core $STREAMS/7.2-pc-i440fx-6.2.mig -o core3
2> qevm: $STREAMS/7.2-pc-i440fx-6.2.mig: RAM is not in this stream: no pages (stripped, or sent over other channels: multifd)
[3]
$ qevm ram core $STREAMS/7.2-postcopy.mig -o core3
2> qevm: $STREAMS/7.2-postcopy.mig: nothing describes the CPUs; see --describe-with
[3]
$ qevm ram core $STREAMS/11.1-mips-malta.mig -o core3
2> qevm: $STREAMS/11.1-mips-malta.mig: where the guest sees its RAM is not known: machine malta; say it with --layout ADDRESS=BLOCK
[3]
$ qevm ram core $STREAMS/11.1-mips-malta.mig -o core3 --layout 0=mips_malta.ram
2> qevm: $STREAMS/11.1-mips-malta.mig: there are no CPUs that a core can be made for: x86, 64-bit Arm, Power, s390x, RISC-V
[3]
$ perl $HERE/stream a=1000 -- a:0=x >a.mig
$ qevm ram core a.mig -o core3
2> qevm: a.mig: where the guest sees its RAM is not known: machine none; say it with --layout ADDRESS=BLOCK
[3]
$ qevm ram core $STREAMS/11.1-virt-11.1.mig -o core3
2> qevm: $STREAMS/11.1-virt-11.1.mig: RAM is not in this stream: no pages (stripped, or sent over other channels: multifd)
[3]
$ ls core3
2> ls: cannot access 'core3': No such file or directory
[2]
