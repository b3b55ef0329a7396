# In which pages two streams differ.
$ perl $HERE/stream a=8000 b=1000 -- a:all a:1000=x a:2000=x a:5000=y b:0=b >a.mig
$ perl $HERE/stream a=8000 b=1000 -- a:all a:2000=z a:5000=y a:7000=q a:1000=z b:0=c b:0=b >b.mig
$ qevm ram diff a.mig b.mig
  a: 0x1000 to 0x2fff
  a: 0x7000 to 0x7fff
a: 3 of 8 pages differ
[1]
$ qevm ram diff --json a.mig b.mig
{"block": "a", "what": "differs", "offset": 4096, "size": 8192}
{"block": "a", "what": "differs", "offset": 28672, "size": 4096}
[1]
$ qevm ram diff --quiet a.mig b.mig
[1]
$ qevm ram diff a.mig a.mig
$ cat b.mig | qevm ram diff a.mig -
  a: 0x1000 to 0x2fff
  a: 0x7000 to 0x7fff
a: 3 of 8 pages differ
[1]

# Blocks and lengths that only one has.
$ perl $HERE/stream a=9000 c=1000 -- a:all a:1000=x a:2000=x a:5000=y a:8000=9 c:0=c >c.mig
$ qevm ram diff a.mig c.mig
+ a: 0x8000 to 0x8fff
- b: 0x0 to 0xfff
+ c: 0x0 to 0xfff
[1]
$ qevm ram diff c.mig a.mig
- a: 0x8000 to 0x8fff
- c: 0x0 to 0xfff
+ b: 0x0 to 0xfff
[1]
$ qevm ram diff --json a.mig c.mig
{"block": "a", "what": "only-b", "offset": 32768, "size": 4096}
{"block": "b", "what": "only-a", "offset": 0, "size": 4096}
{"block": "c", "what": "only-b", "offset": 0, "size": 4096}
[1]

# Not all ranges unless one asks for them.
$ perl $HERE/stream a=20000 -- a:all $(seq -f 'a:%.0f000=x' 1 2 9) $(seq -f 'a:1%.0f000=x' 1 2 9) a:b000=x a:d000=x >d.mig
$ perl $HERE/stream a=20000 -- a:all a:0=e >e.mig
$ qevm ram diff d.mig e.mig
  a: 0x0 to 0x1fff
  a: 0x3000 to 0x3fff
  a: 0x5000 to 0x5fff
  a: 0x7000 to 0x7fff
  a: 0x9000 to 0x9fff
  a: 0xb000 to 0xbfff
  a: 0xd000 to 0xdfff
  a: 0x11000 to 0x11fff
  a: 0x13000 to 0x13fff
  a: 0x15000 to 0x15fff
  ... 2 more
a: 13 of 32 pages differ
[1]
$ qevm ram diff d.mig e.mig --all | wc -l
13
$ qevm ram diff d.mig e.mig --json | wc -l
12

# Real ones.
$ qevm ram diff $STREAMS/7.2-pc-i440fx-6.2-whole.mig $STREAMS/10.0-mapped-ram.mig | grep differ
pc.ram: 72 of 4096 pages differ
/rom@etc/acpi/tables: 2 of 32 pages differ
pc.bios: 46 of 64 pages differ
/rom@etc/table-loader: 1 of 1 pages differ
/rom@etc/acpi/rsdp: 1 of 1 pages differ

# Usage and errors.
$ qevm ram diff a.mig
2> qevm: ram diff: needs more arguments
2> Usage: qevm ram diff [OPTIONS] A B
2> See "qevm help ram diff".
[2]
$ qevm ram diff a.mig no-such
2> qevm: no-such: cannot be opened: No such file or directory
[3]
