# Internal snapshots in qcow2 images.
$ for i in small version2 subclusters; do xz -dc $HERE/$i.qcow2.xz >$i.qcow2; done; cp small.qcow2 kept.qcow2
$ qevm info small.qcow2
small.qcow2: snapshots
  container  qcow2 image, 2 snapshots
             ID    date                    VM clock     VM state  name
             1     2026-11-25 22:42:21 00:00:00.000        11350  before
             2     2026-11-25 22:42:21 00:00:00.000        11350  after
$ qevm info version2.qcow2#before subclusters.qcow2#after | sed 's/^ \{12,13\}\*\?//;/writ/,$d'
version2.qcow2#before: migration stream, 11732 bytes (11.5 KiB)
  container  qcow2 image, 2 snapshots
ID    date                    VM clock     VM state  name
           * 1     2026-11-25 22:42:21 00:00:00.000        11732  before
2     2026-11-25 22:42:21 00:00:00.000        11732  after
  machine    arduino-mega-2560-v3
$ qevm info --json small.qcow2#id:2 | sed 's/, "machine": "ard.*//'
{"file": "small.qcow2#id:2", "size": 11350, "container": [{"kind": "qcow2 image", "offset": 0, "snapshots": [{"id": "1", "name": "before", "date": 1795646541, "vm_clock": 0, "vm_state_size": 11350, "disk_size": 65536}, {"id": "2", "name": "after", "date": 1795646541, "vm_clock": 0, "vm_state_size": 11350, "disk_size": 65536}], "snapshot": "2"}]
$ qevm info --json small.qcow2 | tail -c 20
"snapshot": null}]}
$ qevm check small.qcow2#before version2.qcow2#before subclusters.qcow2#2
small.qcow2#before: 0 errors, 0 warnings, 0 notes
version2.qcow2#before: 0 errors, 0 warnings, 0 notes
subclusters.qcow2#2: 0 errors, 0 warnings, 0 notes
$ qevm diff small.qcow2#before small.qcow2#after
$ qevm show --depth 0 subclusters.qcow2#id:1 timer
timer version 2, instance 0, 24 bytes

# A name before an ID; a file before both.
$ qevm get small.qcow2#2 configuration//name
"arduino-mega-2560-v3"
$ qevm get small.qcow2 configuration//name
2> qevm: small.qcow2: the qcow2 image has several snapshots; name one, as in IMAGE#NAME: before (id:1), after (id:2)
[3]
$ qevm get small.qcow2#later configuration//name
2> qevm: small.qcow2#later: the qcow2 image has no snapshot later; it has before (id:1), after (id:2)
[3]
$ qevm get small.qcow2#id:before configuration//name
2> qevm: small.qcow2#id:before: the qcow2 image has no snapshot id:before; it has before (id:1), after (id:2)
[3]
$ qevm container extract -o 'small.qcow2#later' small.qcow2#after; qevm get small.qcow2#later configuration//name
"arduino-mega-2560-v3"
$ cp $STREAMS/11.1-avr-mega2560.mig vm.mig; qevm get vm.mig#one configuration//name
2> qevm: vm.mig#one: `#one' names a snapshot, and this is no qcow2 image
[3]
$ cat small.qcow2 | qevm info -
2> qevm: -: a qcow2 image is read in any order, not from a pipe or compressed; put it into a file of its own
[3]

# Out of it, a stream is bare.
$ qevm strip -o bare.mig small.qcow2#after && qevm info bare.mig | sed -n 1,2p
bare.mig: migration stream, 1835 bytes (1.8 KiB)
  machine    arduino-mega-2560-v3
$ qevm set-machine -o small.qcow2 small.qcow2#after uno; cmp small.qcow2 kept.qcow2
2> qevm: "small.qcow2" is an input file; write to another one

# A new one beside the old one.
$ qevm set-machine small.qcow2#after uno --as 'after "uno"' && qevm info small.qcow2 | sed 's/ 20..-..-.. ..:..:../ DATE/'
small.qcow2: snapshots
  container  qcow2 image, 3 snapshots
             ID    date                    VM clock     VM state  name
             1     DATE 00:00:00.000        11350  before
             2     DATE 00:00:00.000        11350  after
             3     DATE 00:00:00.000        11333  "after \"uno\""
$ qevm get 'small.qcow2#after "uno"' configuration//name; qevm check -q 'small.qcow2#after "uno"'
"uno"
$ qevm container extract -o a small.qcow2#after; qevm container extract -o b kept.qcow2#after; cmp a b
$ qevm container replace small.qcow2#before 'small.qcow2#after "uno"' --as third && qevm diff small.qcow2#third 'small.qcow2#after "uno"'
$ for i in version2 subclusters; do qevm set-machine $i.qcow2#1 uno --as new; qevm check -q $i.qcow2#new; qevm get $i.qcow2#new configuration//name; done
"uno"
"uno"
$ cp kept.qcow2 a.qcow2; cp kept.qcow2 b.qcow2; qevm set-machine a.qcow2#before uno --as new --also b.qcow2; qevm info b.qcow2 | sed 's/ 20..-..-.. ..:..:../ DATE/;1,5d'
             3     DATE 00:00:00.000    disk only  new
$ qevm set-machine --dry-run a.qcow2#before uno --as newer; qevm info a.qcow2 | grep -c newer
rule 1: set configuration//name: "arduino-mega-2560-v3" -> "uno" (stated)
1 change, nothing written
0
[1]

# What is refused leaves everything as it is.
$ cp a.qcow2 kept.qcow2
$ qevm set-machine a.qcow2#before uno --as after
2> qevm: a.qcow2: the image has a snapshot of the name after already
[3]
$ qevm set-machine a.qcow2#before uno --as x --also none.qcow2
2> qevm: none.qcow2: cannot be opened for writing: No such file or directory
[4]
$ qevm set-machine a.qcow2#before uno --as x --also vm.mig
2> qevm: vm.mig: at 0x0: qcow2: no image of that format
[3]
$ qevm set-machine vm.mig uno --as x
2> qevm: --as needs an input that is a snapshot in a qcow2 image, IMAGE#SNAPSHOT
[3]
$ qevm set-machine a.qcow2#before uno --as x -o y
2> qevm: set-machine: --as goes with neither -o nor --compress
2> Usage: qevm set-machine [OPTIONS] FILE MACHINE
2> See "qevm help set-machine".
[2]
$ qevm set-machine a.qcow2#before uno -o y --also b.qcow2
2> qevm: set-machine: --also goes with --as NAME
2> Usage: qevm set-machine [OPTIONS] FILE MACHINE
2> See "qevm help set-machine".
[2]
$ qevm set a.qcow2#before no//such 1 --as x
2> qevm: a.qcow2#before: no section `no` in this stream; there are: configuration, ram, timer, slirp, cpu, globalstate
[3]
$ cmp a.qcow2 kept.qcow2; ls x y
2> ls: cannot access 'x': No such file or directory
2> ls: cannot access 'y': No such file or directory
[2]

# Images that cannot be read.
$ patch() { { head -c $2 a.qcow2; printf "$3"; tail -c +$(($2 + $(printf "$3" | wc -c) + 1)) a.qcow2; } >bad.qcow2; qevm $1 bad.qcow2#before | sed 's/ 20..-..-.. ..:..:../ DATE/'; }
> patch info 79 '\001'; patch info 79 '\002'; patch info 72 '\200'; patch info 35 '\001'; patch info 7 '\004'; patch info 23 '\026'; patch info 60 '\001'; patch info 64 '\377'
2> qevm: bad.qcow2#before: qcow2: the image cannot be read: it is in use, or was not closed; "qemu-img check -r all" puts its refcounts right
2> qevm: bad.qcow2#before: qcow2: the image cannot be read: it is marked corrupt; "qemu-img check -r all" repairs it
2> qevm: bad.qcow2#before: qcow2: the image cannot be read: it has incompatible features that are not known: 0x8000000000000000
2> qevm: bad.qcow2#before: qcow2: the image cannot be read: it is encrypted; "qemu-img convert" makes a copy that is not, but without snapshots
2> qevm: bad.qcow2#before: at 0x4: qcow2: 2 and 3 are known, this has version 4
2> qevm: bad.qcow2#before: at 0x14: qcow2: clusters of 2^22 bytes
2> qevm: bad.qcow2#before: at 0x3c: qcow2: 16777219 snapshots
2> qevm: bad.qcow2#before: at 0xff0000000000ae00: snapshot needs 40 bytes, 0 left
