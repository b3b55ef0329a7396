# What is on a page, part by part; page also checks the HTML of all of it.
$ cp $STREAMS/7.2-pc-i440fx-6.2-whole.mig vm.mig
$ qevm report vm.mig -o page.html
$ python3 $HERE/page page.html about
What it is
machine
pc-i440fx-6.2
written by
QEMU 6.2 to 8.1
the machine type is pc-i440fx-6.2
the vmdesc does not describe the configuration
page size
4096
footers
yes
RAM
8 blocks, 34152448 bytes (32.6 MiB)
pages
681265 bytes (665.3 KiB); 148 normal, 8190 zero
devices
34 sections, 213858 bytes (208.8 KiB)
vmdesc
106586 bytes (104.1 KiB), describes 34 devices
$ python3 $HERE/page page.html findings
Findings
None.
$ python3 $HERE/page page.html bytes
Where its bytes are
Above: the whole stream, from its first byte to its last. Below: its device state, section by section.
The whole stream
Part Bytes Share
header, configuration, starts of sections 255 0.0 %
RAM and other live sections 681,265 68.0 %
device state 213,858 21.3 %
description of the devices 106,586 10.6 %
commands, end, and what follows 1 0.0 %
The largest sections of device state
Section Bytes Share
0000:00:03.0/e1000 198,822 93.0 %
vmmouse 4,131 1.9 %
0000:00:01.3/piix4_pm 2,468 1.2 %
cpu 1,904 0.9 %
0000:00:02.0/vga 1,442 0.7 %
0000:00:01.1/ide 977 0.5 %
fdc 615 0.3 %
0000:00:01.0/PIIX3 329 0.2 %
$ python3 $HERE/page page.html ram
RAM
Pages of 4,096 bytes, by how they are in the stream. What is in them is not in this report.
Block Bytes Pages zero full XBZRLE compressed not sent sent again
pc.ram 16,777,216 4,024 72 0 0 0 0
0000:00:02.0/vga.vram 16,777,216 4,080 16 0 0 0 0
/rom@etc/acpi/tables 131,072 30 2 0 0 0 0
pc.bios 262,144 18 46 0 0 0 0
pc.rom 131,072 32 0 0 0 0 0
0000:00:02.0/vga.rom 65,536 6 10 0 0 0 0
/rom@etc/table-loader 4,096 0 1 0 0 0 0
/rom@etc/acpi/rsdp 4,096 0 1 0 0 0 0
$ python3 $HERE/page page.html order | sed -n '1,9p;$p'
Along the stream
All records, in their order
Offset Record Section Bytes
0x0 header 8
0x8 CONFIGURATION configuration 18
0x1a SECTION_START ram 229
0xff 1 SECTION_PART 681,247
0xa661e SECTION_END of ram 18
0xa6630 SECTION_FULL timer 48
0xda993 VMDESCRIPTION 106,586
$ python3 $HERE/page page.html nodes | sed -n '1,20p'
0x0 header 8 bytes
0x8 configuration 17 bytes
0x9 len 13 uint32
0xd name "pc-i440fx-6.2" buffer
0x1a ram version 4, instance 0, 207 bytes
0x2b .mem_size 34152452 0x2092004 uint64
0x33 .blocks
0x33 pc.ram
0x33 idstr "pc.ram" capability
0x3a used_length 16777216 0x1000000 uint64
0x42 0000:00:02.0/vga.vram
0x42 idstr "0000:00:02.0/vga.vram" capability
0x58 used_length 16777216 0x1000000 uint64
0x60 /rom@etc/acpi/tables
0x60 idstr "/rom@etc/acpi/tables" capability
0x75 used_length 131072 0x20000 uint64
0x7d pc.bios
0x7d idstr "pc.bios" capability
0x85 used_length 262144 0x40000 uint64
0x8d pc.rom
$ python3 $HERE/page page.html section-5
0xa6630 timer version 2, instance 0, 24 bytes
0xa6643 cpu_ticks_offset 2739553078 int64
0xa664b unused hex:0000000000000000 unused_buffer
0xa6653 cpu_clock_offset 1014649021 int64

# The same of a pipe, whose pages are counted as they go by.
$ cat vm.mig | qevm report - -o pipe.html
$ sed 's/standard input/vm.mig/g' pipe.html | cmp - page.html

# RAM is not read if that is not wanted, and it says so.
$ qevm report --quick vm.mig -o quick.html
$ python3 $HERE/page quick.html ram | head -n 4
RAM
Its pages were not counted: --quick was given.
Block Bytes
pc.ram 16,777,216
$ python3 $HERE/page quick.html findings
Findings
None.
Not looked at: RAM pages and other iterative sections.
Not looked at: commands between them.
Not looked at: whether iterative sections were finished.

# A stream that breaks has a page, too.
$ head -c 800000 vm.mig >cut.mig
$ qevm report cut.mig -o cut.html
$ python3 $HERE/page cut.html findings | sed -n '1,6p'
Findings
error early-eof
0000:00:03.0/e1000 at 0xa92d8
nothing describes this payload, and no footer of section 31 ends it
What that means
The bytes end inside a record, or without the EOF byte. QEMU stops with "Input/output error". The file was cut, or the source stopped while it was saving.
$ head -c 100000 vm.mig >cut.mig
$ qevm report cut.mig -o cut.html
$ python3 $HERE/page cut.html ram | head -n 3
RAM
Its pages were not counted: the stream breaks among them.
Block Bytes
$ head -c 100000 vm.mig | qevm report - -o cut.html
$ python3 $HERE/page cut.html ram | head -n 3
RAM
Its pages were not counted: the stream breaks among them.
Block Bytes

# What else there is: no description, mapped-ram, a postcopy package, Xen.
$ for file in $STREAMS/5.2-*.mig $STREAMS/*-ram.mig $STREAMS/*-postcopy.mig \
>     $STREAMS/*-xen.mig $STREAMS/*-shared.mig; do
>     qevm report $file -o p.html && python3 $HERE/page p.html || echo $file
> done

# In a mapped-ram file, pages are in the section where RAM starts.
$ qevm report $STREAMS/10.0-mapped-ram.mig -o mapped.html
$ python3 $HERE/page mapped.html bytes | sed -n '3,6p'
The whole stream
Part Bytes Share
header, configuration, starts of sections 74 0.0 %
RAM and other live sections 23,072,743 99.5 %
$ cat $STREAMS/10.0-mapped-ram.mig | qevm report - -o mapped.html
$ python3 $HERE/page mapped.html ram | sed -n '2p'
Its pages were not counted: those of a mapped-ram file cannot be read from a pipe.

# Nothing is written but a whole page.
$ qevm report vm.mig
2> qevm: report: needs -o OUT
2> Usage: qevm report [OPTIONS] FILE
2> See "qevm help report".
[2]
$ qevm report -o x.html
2> qevm: report: needs a file
2> Usage: qevm report [OPTIONS] FILE
2> See "qevm help report".
[2]
$ qevm report no.mig -o x.html
2> qevm: no.mig: cannot be opened: No such file or directory
[3]
$ echo no stream >no.mig
$ qevm report no.mig -o x.html
2> qevm: no.mig: at 0x0: not a QEMU stream: starts with 6e 6f 20 73, "QEVM" (51 45 56 4d) wanted
[3]
$ qevm report vm.mig -o vm.mig
2> qevm: "vm.mig" is an input file; write to another one
[2]
$ qevm report vm.mig -o no/x.html
2> qevm: cannot make a file in "no": No such file or directory
[4]
$ qevm report vm.mig -o x.html --against no.mig
2> qevm: no.mig: at 0x0: not a QEMU stream: starts with 6e 6f 20 73, "QEVM" (51 45 56 4d) wanted
[3]
$ qevm report vm.mig -o /dev/full
2> qevm: output: cannot be written: No space left on device
[4]
$ ls x.html
2> ls: cannot access 'x.html': No such file or directory
[2]
$ qevm report vm.mig -o - | cmp - page.html
