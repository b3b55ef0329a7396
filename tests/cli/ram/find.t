# Where bytes are: text, hexadecimal bytes, text with escapes.
$ qevm ram find 'SeaBIOS' $STREAMS/7.2-pc-i440fx-6.2-whole.mig
pc.ram:0xc5a30, guest-physical 0xc5a30
pc.ram:0xc5a44, guest-physical 0xc5a44
pc.ram:0xc5a57, guest-physical 0xc5a57
pc.ram:0xf041f, guest-physical 0xf041f
pc.ram:0xf09cc, guest-physical 0xf09cc
pc.ram:0xf10dd, guest-physical 0xf10dd
pc.ram:0xf5a28, guest-physical 0xf5a28
pc.bios:0x3041f
pc.bios:0x309cc
pc.bios:0x310dd
0000:00:02.0/vga.rom:0x5a30
0000:00:02.0/vga.rom:0x5a44
0000:00:02.0/vga.rom:0x5a57
$ qevm ram find '"SeaB\x49OS"' $STREAMS/7.2-pc-i440fx-6.2-whole.mig | head -n 1
pc.ram:0xc5a30, guest-physical 0xc5a30
$ qevm ram find hex:53656142494f53 $STREAMS/7.2-pc-i440fx-6.2-whole.mig --json | head -n 1
{"file": "$STREAMS/7.2-pc-i440fx-6.2-whole.mig", "block": "pc.ram", "offset": 809520, "address": 809520}
$ cat $STREAMS/7.2-pc-i440fx-6.2-whole.mig | qevm ram find 'SeaBIOS' - | head -n 1
pc.ram:0xc5a30, guest-physical 0xc5a30

# From one page to the next, though they were not sent in this order; all places, also ones that
# overlap; and only the last version.
$ perl $HERE/stream a=4000 -- a:all a:2000=ba a:1000=ab a:3000=gone a:3000 >a.mig
$ qevm ram find bba a.mig
a:0x1fff
$ qevm ram find hex:006162 a.mig
a:0xfff
$ qevm ram find hex:626100 a.mig
a:0x2ffe
$ qevm ram find gone a.mig
[1]
$ perl $HERE/stream a=1000 -- a:0=aaab >b.mig
$ qevm ram find aab b.mig | head -n 2; qevm ram find abaaaba b.mig | head -n 3
a:0x1
a:0x5
a:0x2
a:0x6
a:0xa

# What is longer than what is read at a time.
$ perl $HERE/stream a=400000 -- a:all a:ff000=x a:100000=xy a:1ff000=z >c.mig
$ qevm ram find xxy c.mig c.mig; qevm ram find z c.mig | tail -n 1
a:0xfffff
a:0xfffff
a:0x1fffff

# Where the guest sees it, --layout can say.
$ qevm ram find bba a.mig --layout 0x80000000=a --layout 0=a:0:0x1000
a:0x1fff, guest-physical 0x80001fff
$ qevm ram find bba a.mig --layout 0=b
2> qevm: a.mig: `0=b' is no ADDRESS=BLOCK or ADDRESS=BLOCK:OFFSET:SIZE of a block that there is; OFFSET is a multiple of 64 KiB
[3]

# What is not in the stream is not searched, and said.
$ qevm ram find SeaBIOS $STREAMS/7.2-ignore-shared.mig
2> qevm: $STREAMS/7.2-ignore-shared.mig: RAM is not in this stream: no pages (stripped, or sent over other channels: multifd)
[3]

# Usage and errors.
$ qevm ram find abc
2> qevm: ram find: needs more arguments
2> Usage: qevm ram find [OPTIONS] BYTES FILE...
2> See "qevm help ram find".
[2]
$ qevm ram find hex:0 a.mig
2> qevm: ram find: value: column 5: expected an even number of hex digits
2> Usage: qevm ram find [OPTIONS] BYTES FILE...
2> See "qevm help ram find".
[2]
$ qevm ram find hex:00 a.mig
2> qevm: ram find: zeros are everywhere
2> Usage: qevm ram find [OPTIONS] BYTES FILE...
2> See "qevm help ram find".
[2]
$ qevm ram find '' a.mig
2> qevm: ram find: nothing to look for
2> Usage: qevm ram find [OPTIONS] BYTES FILE...
2> See "qevm help ram find".
[2]
$ qevm ram find '"a' a.mig
2> qevm: ram find: value: column 3: expected a closing double quote
2> Usage: qevm ram find [OPTIONS] BYTES FILE...
2> See "qevm help ram find".
[2]
$ qevm ram find abc no-such a.mig
2> qevm: no-such: cannot be opened: No such file or directory
[3]
