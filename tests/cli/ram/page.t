# A page, by guest-physical address or by block and offset.
$ qevm ram page 0xf0410 $STREAMS/7.2-pc-i440fx-6.2-whole.mig | head -n 6
pc.ram:0xf0000, guest-physical 0xf0000, 4096 bytes
0000000f0000  43 24 83 c4 20 5b 5e 5f  5d c3 55 57 56 53 83 ec  |C$.. [^_].UWVS..|
0000000f0010  08 89 c6 89 d3 2d 20 01  00 00 89 04 24 8b 06 0f  |.....- .....$...|
0000000f0020  b7 6e 08 8b 56 14 83 7e  18 00 75 13 89 e9 8b 04  |.n..V..~..u.....|
0000000f0030  24 e8 4d ac ff ff c7 46  18 01 00 00 00 eb 15 89  |$.M....F........|
0000000f0040  54 24 04 e8 7a da ff ff  8b 46 f4 39 46 f0 8b 54  |T$..z....F.9F..T|
$ qevm ram page pc.bios:0x3ffff $STREAMS/7.2-pc-i440fx-6.2-whole.mig | tail -n 2
00000003ffe0  f1 66 83 c9 ff 66 89 c8  66 5b 66 5e 66 5f 66 c3  |.f...f..f[f^f_f.|
00000003fff0  ea 5b e0 00 f0 30 36 2f  32 33 2f 39 39 00 fc 00  |.[...06/23/99...|
$ cat $STREAMS/7.2-pc-i440fx-6.2-whole.mig | qevm ram page 0xf0410 - | head -n 2
pc.ram:0xf0000, guest-physical 0xf0000, 4096 bytes
0000000f0000  43 24 83 c4 20 5b 5e 5f  5d c3 55 57 56 53 83 ec  |C$.. [^_].UWVS..|
$ cat $STREAMS/7.2-pc-i440fx-6.2-whole.mig | qevm ram page pc.ram:985104 - | head -n 2
pc.ram:0xf0000, guest-physical 0xf0000, 4096 bytes
0000000f0000  43 24 83 c4 20 5b 5e 5f  5d c3 55 57 56 53 83 ec  |C$.. [^_].UWVS..|
$ qevm ram page --json 0xfff000 $STREAMS/7.2-pc-i440fx-6.2-whole.mig | cut -c 1-120
{"block": "pc.ram", "offset": 16773120, "address": 16773120, "data": "hex:0000000000000000000000000000000000000000000000
$ qevm ram page 0 $STREAMS/10.0-mapped-ram.mig | head -n 3
pc.ram:0x0, guest-physical 0x0, 4096 bytes
000000000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*

# Blocks with colons, and lengths that are no multiple of a page.
$ perl $HERE/stream 0:1/a=1100 -- '0:1/a:0=0123456789abcdef' 0:1/a:1000=x >a.mig
$ qevm ram page 0:1/a:0x1000 a.mig
0:1/a:0x1000, 256 bytes
000000001000  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
*
$ qevm ram page 0:1/a:0xfff a.mig
0:1/a:0x0, 4096 bytes
000000000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
*

# A machine that is not known: --layout says where blocks are.
$ qevm ram page 0x5000 a.mig
2> qevm: a.mig: where the guest sees its RAM is not known: machine none; say it with --layout ADDRESS=BLOCK
[3]
$ qevm ram page 0x5008 a.mig --layout 0x4000=0:1/a
0:1/a:0x1000, guest-physical 0x5000, 256 bytes
000000005000  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
*
$ qevm ram page 0x3000 a.mig --layout 0x4000=0:1/a
2> qevm: a.mig: there is no RAM at 0x3000
[3]
$ cat a.mig | qevm ram page 0x100000008 - --layout 0x100000000=0:1/a:0:0x10 | head -n 2
0:1/a:0x0, guest-physical 0x100000000, 4096 bytes
000100000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
$ qevm ram page 0 a.mig --layout 0=b
2> qevm: a.mig: `0=b' is no ADDRESS=BLOCK or ADDRESS=BLOCK:OFFSET:SIZE of a block that there is; OFFSET is a multiple of 64 KiB
[3]
$ qevm ram page 0 a.mig --layout 0=0:1/a:0:0x2000
2> qevm: a.mig: `0=0:1/a:0:0x2000' is no ADDRESS=BLOCK or ADDRESS=BLOCK:OFFSET:SIZE of a block that there is; OFFSET is a multiple of 64 KiB
[3]
$ qevm ram page 0 a.mig --layout 0=0:1/a:4096:1
2> qevm: a.mig: `0=0:1/a:4096:1' is no ADDRESS=BLOCK or ADDRESS=BLOCK:OFFSET:SIZE of a block that there is; OFFSET is a multiple of 64 KiB
[3]
$ qevm ram page 0 a.mig --layout 0=0:1/a --layout 0x800=0:1/a
2> qevm: a.mig: two things are mapped to 0x800
[3]

# Errors.
$ qevm ram page 0x1000000 $STREAMS/7.2-pc-i440fx-6.2-whole.mig
2> qevm: $STREAMS/7.2-pc-i440fx-6.2-whole.mig: there is no RAM at 0x1000000
[3]
$ qevm ram page pc.ram:0x1000000 $STREAMS/7.2-pc-i440fx-6.2-whole.mig
2> qevm: $STREAMS/7.2-pc-i440fx-6.2-whole.mig: pc.ram has 0x1000000 bytes
[3]
$ qevm ram page nothing $STREAMS/7.2-pc-i440fx-6.2-whole.mig
2> qevm: $STREAMS/7.2-pc-i440fx-6.2-whole.mig: `nothing' is neither a guest-physical address nor BLOCK:OFFSET
[3]
$ qevm ram page pc.raw:0 $STREAMS/7.2-pc-i440fx-6.2-whole.mig
2> qevm: $STREAMS/7.2-pc-i440fx-6.2-whole.mig: no RAM block `pc.raw'; there are: pc.ram, 0000:00:02.0/vga.vram, /rom@etc/acpi/tables, pc.bios, pc.rom, 0000:00:02.0/vga.rom, /rom@etc/table-loader, /rom@etc/acpi/rsdp
[3]
$ qevm ram page 0x7c00 $STREAMS/7.2-pc-i440fx-6.2.mig
2> qevm: $STREAMS/7.2-pc-i440fx-6.2.mig: RAM is not in this stream: no pages (stripped, or sent over other channels: multifd)
[3]
$ qevm ram page m:0 $STREAMS/7.2-ignore-shared.mig
2> qevm: $STREAMS/7.2-ignore-shared.mig: RAM is not in this stream: no pages (stripped, or sent over other channels: multifd)
[3]
