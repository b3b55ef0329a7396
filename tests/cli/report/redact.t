# What tells whose guest it is can be hidden.
$ qevm report $STREAMS/11.1-q35-virtio.mig -o all.html
$ qevm report --redact $STREAMS/11.1-q35-virtio.mig -o page.html
$ python3 $HERE/page page.html nodes >redacted
$ python3 $HERE/page all.html nodes | diff - redacted | grep '^>' | grep -Ev 'env\.|macaddr' | sed -n '1,20p'
\> All values of this section are hidden.
\> 0x160 apicbase hidden, 4 bytes uint32
\> 0x164 id hidden, 1 byte uint8
\> 0x165 arb_id hidden, 1 byte uint8
\> 0x166 tpr hidden, 1 byte uint8
\> 0x167 spurious_vec hidden, 4 bytes uint32
\> 0x16b log_dest hidden, 1 byte uint8
\> 0x16c dest_mode hidden, 1 byte uint8
\> 0x16d isr hidden, 32 bytes uint32[8]
\> 0x18d tmr hidden, 32 bytes uint32[8]
\> 0x1ad irr hidden, 32 bytes uint32[8]
\> 0x1cd lvt hidden, 24 bytes uint32[6]
\> 0x1e5 esr hidden, 4 bytes uint32
\> 0x1e9 icr hidden, 8 bytes uint32[2]
\> 0x1f1 divide_conf hidden, 4 bytes uint32
\> 0x1f5 count_shift hidden, 4 bytes int32
\> 0x1f9 initial_count hidden, 4 bytes uint32
\> 0x1fd initial_count_load_time hidden, 8 bytes int64
\> 0x205 next_time hidden, 8 bytes int64
\> 0x20d timer_expiry hidden, 8 bytes int64
$ grep -c hidden redacted
346
$ grep -A 4 ' cpu version' redacted
0x30a cpu version 12, instance 0, 1,882 bytes
All values of this section are hidden.
0x31b env.regs
0x31b RAX hidden, 8 bytes uint64
0x323 RCX hidden, 8 bytes uint64
$ python3 $HERE/page page.html badges
no findings redacted

# Addresses of network cards, in any form: 52:54:00:12:34:56 is also 82, 84, 0,
# 18, 52, 86; in pairs of bytes 21586, 4608, 22068; in fours 0x12005452.
$ for file in $STREAMS/*.mig; do
>     for redact in '' --redact; do
>         qevm report $redact $file -o page.html
>         grep -E -o '82, 84, 0, 18|21586.*, 4608|525400123|301999186' page.html | sed "s/^/$redact /"
>     done
> done | sort | uniq -c
      8  21586 <i>0x5452</i>, 4608
      9  82, 84, 0, 18

# What is said of a uuid, or of registers, is not said.
$ xz -dc $HERE/../../cases/validate-uuid-mismatch/stream.mig.xz >a.mig
$ xz -dc $HERE/../../cases/validate-uuid-mismatch/ref.mig.xz >ref.mig
$ qevm report a.mig --against ref.mig -o page.html
$ python3 $HERE/page page.html findings
Findings
note uuid-sent
configuration//{configuration/uuid} at 0x1a
the stream names the machine 11111111-1111-1111-1111-111111111111; a destination with another -uuid refuses it
What that means
A destination whose -uuid is another one refuses the stream; one without takes it. The reference does not tell which it is.
$ qevm report a.mig --against ref.mig -o page.html --redact
$ python3 $HERE/page page.html findings
Findings
note uuid-sent
configuration//{configuration/uuid} at 0x1a
the stream names the machine's UUID (details are hidden)
What that means
A destination whose -uuid is another one refuses the stream; one without takes it. The reference does not tell which it is.
$ python3 $HERE/page page.html section-1
0x8 configuration 57 bytes
0x9 len 13 uint32
0xd name "pc-i440fx-5.2" buffer
0x1a {configuration/uuid} subsection, version 1 uuid-sent
0x32 uuid.data hidden, 16 bytes uint8[16]

# An image names the snapshots.
$ xz -dc $HERE/../container/small.qcow2.xz >small.qcow2
$ for redact in '' --redact; do
>     qevm report $redact 'small.qcow2#before' -o page.html
>     python3 $HERE/page page.html about | sed -n '2,6p'
> done
container
qcow2 image, 2 snapshots
machine
arduino-mega-2560-v3
written by
container
qcow2 image
machine
arduino-mega-2560-v3
written by

# What is in RAM is never in it, wherever the stream breaks.
$ perl $HERE/../ram/stream a=4000 -- a:0=secret a:1000 a:2000=secret >ram.mig
$ for n in 50 120 180 3000 4300 8000 9000; do
>     head -c $n ram.mig >cut.mig
>     qevm report cut.mig -o cut.html && cat cut.html
>     cat cut.mig | qevm report - -o cut.html && cat cut.html
> done | grep -Ec 'secret|736563726574'
0
[1]
$ grep -c secret ram.mig
2
