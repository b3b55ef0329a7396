# What there is of the pages of each block.
$ qevm ram list $STREAMS/7.2-pc-i440fx-6.2-whole.mig
$STREAMS/7.2-pc-i440fx-6.2-whole.mig: 8 blocks, 32.6 MiB, pages of 4096 bytes
  block                        bytes    pages     zero     full   xbzrle     zlib    again    never
  pc.ram                    16777216     4096     4024       72        0        0        0        0
  0000:00:02.0/vga.vram     16777216     4096     4080       16        0        0        0        0
  /rom@etc/acpi/tables        131072       32       30        2        0        0        0        0
  pc.bios                     262144       64       18       46        0        0        0        0
  pc.rom                      131072       32       32        0        0        0        0        0
  0000:00:02.0/vga.rom         65536       16        6       10        0        0        0        0
  /rom@etc/table-loader         4096        1        0        1        0        0        0        0
  /rom@etc/acpi/rsdp            4096        1        0        1        0        0        0        0
$ qevm ram list --json $STREAMS/7.2-pc-i440fx-6.2-whole.mig | sed 's/}, /},\n/g'
{"file": "$STREAMS/7.2-pc-i440fx-6.2-whole.mig", "page_size": 4096, "total": 34152448, "mapped": false, "multifd": false, "blocks": [{"idstr": "pc.ram", "used_length": 16777216, "pages": 4096, "zero": 4024, "full": 72, "xbzrle": 0, "compressed": 0, "again": 0, "never": 0},
{"idstr": "0000:00:02.0/vga.vram", "used_length": 16777216, "pages": 4096, "zero": 4080, "full": 16, "xbzrle": 0, "compressed": 0, "again": 0, "never": 0},
{"idstr": "/rom@etc/acpi/tables", "used_length": 131072, "pages": 32, "zero": 30, "full": 2, "xbzrle": 0, "compressed": 0, "again": 0, "never": 0},
{"idstr": "pc.bios", "used_length": 262144, "pages": 64, "zero": 18, "full": 46, "xbzrle": 0, "compressed": 0, "again": 0, "never": 0},
{"idstr": "pc.rom", "used_length": 131072, "pages": 32, "zero": 32, "full": 0, "xbzrle": 0, "compressed": 0, "again": 0, "never": 0},
{"idstr": "0000:00:02.0/vga.rom", "used_length": 65536, "pages": 16, "zero": 6, "full": 10, "xbzrle": 0, "compressed": 0, "again": 0, "never": 0},
{"idstr": "/rom@etc/table-loader", "used_length": 4096, "pages": 1, "zero": 0, "full": 1, "xbzrle": 0, "compressed": 0, "again": 0, "never": 0},
{"idstr": "/rom@etc/acpi/rsdp", "used_length": 4096, "pages": 1, "zero": 0, "full": 1, "xbzrle": 0, "compressed": 0, "again": 0, "never": 0}]}
$ qevm ram list - <$STREAMS/7.2-pc-i440fx-6.2-whole.mig | head -n 3
-: 8 blocks, 32.6 MiB, pages of 4096 bytes
  block                        bytes    pages     zero     full   xbzrle     zlib    again    never
  pc.ram                    16777216     4096     4024       72        0        0        0        0

# Pages that were sent again, and never.
$ perl $HERE/stream a=4000 'b c=1000' -- a:0=x a:1000 a:0=y a:0=z >a.mig
$ qevm ram list a.mig
a.mig: 2 blocks, 20.0 KiB, pages of 4096 bytes
  block        bytes    pages     zero     full   xbzrle     zlib    again    never
  a            16384        4        1        3        0        0        1        2
  b c           4096        1        0        0        0        0        0        1
$ cat a.mig | qevm ram list -
-: 2 blocks, 20.0 KiB, pages of 4096 bytes
  block        bytes    pages     zero     full   xbzrle     zlib    again    never
  a            16384        4        1        3        0        0        1        2
  b c           4096        1        0        0        0        0        0        1

# Pages that are not zero are elsewhere; from 8.1 on, QEMU says so.
$ perl $HERE/stream a=2000 -- a:0 >multifd.mig
$ perl $HERE/stream a=2000 -- flush >multifd-8.1.mig
$ qevm ram list multifd.mig multifd-8.1.mig
multifd.mig: 1 block, 8.0 KiB, pages of 4096 bytes: only zero pages (others were sent over other channels: multifd)
  block        bytes    pages     zero     full   xbzrle     zlib    again    never
  a             8192        2        1        0        0        0        0        1
multifd-8.1.mig: 1 block, 8.0 KiB, pages of 4096 bytes: pages were sent over other channels (multifd)
  block        bytes    pages     zero     full   xbzrle     zlib    again    never
  a             8192        2        0        0        0        0        0        2
$ qevm ram list --json multifd.mig
{"file": "multifd.mig", "page_size": 4096, "total": 8192, "mapped": false, "multifd": false, "blocks": [{"idstr": "a", "used_length": 8192, "pages": 2, "zero": 1, "full": 0, "xbzrle": 0, "compressed": 0, "again": 0, "never": 1}]}

# More pages than are counted one by one.
$ perl $HERE/stream a=10000000000 -- a:1000=x >huge.mig
$ qevm ram list huge.mig
huge.mig: 1 block, 1.0 TiB, pages of 4096 bytes
  block        bytes    pages     zero     full   xbzrle     zlib    again    never
  a     1099511627776 268435456        0        1        0        0        -        -
$ qevm ram list huge.mig --json
{"file": "huge.mig", "page_size": 4096, "total": 1099511627776, "mapped": false, "multifd": false, "blocks": [{"idstr": "a", "used_length": 1099511627776, "pages": 268435456, "zero": 0, "full": 1, "xbzrle": 0, "compressed": 0, "again": null, "never": null}]}

# Errors.
$ qevm ram list
2> qevm: ram list: needs a file
2> Usage: qevm ram list [OPTIONS] FILE...
2> See "qevm help ram list".
[2]
$ qevm ram list $STREAMS/11.1-xen.mig
2> qevm: $STREAMS/11.1-xen.mig: there is no RAM in this stream
[3]
$ head -c 5000 $STREAMS/7.2-pc-i440fx-6.2-whole.mig >cut.mig
$ qevm ram list cut.mig no-such a.mig
a.mig: 2 blocks, 20.0 KiB, pages of 4096 bytes
  block        bytes    pages     zero     full   xbzrle     zlib    again    never
  a            16384        4        1        3        0        0        1        2
  b c           4096        1        0        0        0        0        0        1
2> qevm: cut.mig: ram: at 0x1140: page needs 4104 bytes, 584 left
2> qevm: no-such: cannot be opened: No such file or directory
[3]
