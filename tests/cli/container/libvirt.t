# Save images of libvirt: shown, looked through, and kept around what is written.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig vm.mig
$ $HERE/save <vm.mig >raw.save
$ xz <vm.mig | $HERE/save --format xz >xz.save
$ qevm info raw.save | head -4
raw.save: migration stream, 320736 bytes (313.2 KiB)
  container  libvirt save image, version 2, raw
             domain demo, machine pc-i440fx-6.2, was running
  machine    pc-i440fx-6.2
$ qevm info xz.save | head -5
xz.save: migration stream, 320736 bytes (313.2 KiB)
  container  libvirt save image, version 2, xz
             domain demo, machine pc-i440fx-6.2, was running
  in it      xz
  machine    pc-i440fx-6.2
$ $HERE/save --big-endian --version 1 <vm.mig >old.save; qevm info old.save | sed -n 2,3p
  container  libvirt save image, version 1, big-endian, raw
             domain demo, machine pc-i440fx-6.2, was running
$ qevm info --json xz.save | sed 's/"machine": "pc-i440fx-6.2", "writer.*/.../'
{"file": "xz.save", "size": 320736, "container": [{"kind": "libvirt save image", "offset": 4468, "version": 2, "big_endian": false, "format": "xz", "unfinished": false, "was_running": true, "domain": "demo", "uuid": "c7a5fdbd-edaf-9455-926a-d65c16db1809", "machine": "pc-i440fx-6.2", "emulator": "/usr/bin/qemu-system-x86_64"}, {"kind": "xz", "offset": 0}], ...
$ qevm get xz.save configuration//name
"pc-i440fx-6.2"
$ qevm show --depth 0 raw.save vmmouse
vmmouse version 0, instance 0, 4105 bytes
$ qevm diff raw.save xz.save
$ cat xz.save | qevm get - configuration//name
"pc-i440fx-6.2"
$ qevm check --quick --quiet raw.save xz.save

# Stream and XML change together, whatever the command.
$ qevm set-machine -o new.save xz.save pc-i440fx-7.2
$ qevm info new.save | sed -n 2,5p
  container  libvirt save image, version 2, xz
             domain demo, machine pc-i440fx-7.2, was running
  in it      xz
  machine    pc-i440fx-7.2
$ qevm set -o same.save xz.save configuration//name '"pc-i440fx-7.2"' && cmp new.save same.save
$ cat xz.save | qevm set-machine -o - - pc-i440fx-7.2 | cmp - new.save
$ qevm set-machine --dry-run raw.save pc-i440fx-7.2
rule 1: set configuration//name: "pc-i440fx-6.2" -> "pc-i440fx-7.2" (stated)
1 change, nothing written
$ qevm container xml raw.save >old.xml; qevm container xml new.save | diff old.xml -
5c5
<     <type arch='x86_64' machine='pc-i440fx-6.2'>hvm</type>
---
\>     <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
[1]
$ qevm set-machine --bare -o bare.mig xz.save pc-i440fx-7.2 && qevm set-machine -o wanted.mig vm.mig pc-i440fx-7.2 && cmp bare.mig wanted.mig

# What else is written keeps it, too.
$ qevm strip -o small.save xz.save && qevm info small.save | sed -n 2,4p
  container  libvirt save image, version 2, xz
             domain demo, machine pc-i440fx-6.2, was running
  in it      xz
$ qevm set-machine -o raw2.save raw.save pc-i440fx-7.2 && ls -l raw.save raw2.save | awk '{ print $5 }'
325204
325204

# Another XML, in the room that there is, or in more.
$ sed 's/demo/other/' old.xml >new.xml; qevm container xml --set new.xml -o other.save raw.save
$ qevm info other.save | sed -n 3p; tail -c 320736 other.save | cmp - vm.mig
             domain other, machine pc-i440fx-6.2, was running
$ { cat new.xml; yes '<!-- longer -->' | head -400; } >long.xml; qevm container xml --set long.xml -o long.save raw.save
$ qevm container xml long.save | cmp - long.xml; tail -c 320736 long.save | cmp - vm.mig; qevm check -q --quick long.save
$ echo '<domain><name>x</nam></domain>' >bad.xml; qevm container xml --set bad.xml -o no.save raw.save
2> qevm: raw.save: the XML of the domain: Error on line 1 char 21: Element “nam” was closed, but the currently open element is “name”
[3]
$ echo '<network><name>x</name></network>' >bad.xml; qevm container xml --set bad.xml -o no.save raw.save
2> qevm: raw.save: the XML is not that of a domain: it has no name
[3]
$ qevm container xml vm.mig
2> qevm: vm.mig: not a libvirt save image: it has no XML
[3]
$ qevm container xml --set new.xml -o no.save vm.mig
2> qevm: vm.mig: not a libvirt save image: it has no XML
[3]
$ ls no.save
2> ls: cannot access 'no.save': No such file or directory
[2]

# The stream out of it, and another in its place.
$ qevm container extract -o out.mig xz.save && cmp out.mig vm.mig
$ cat xz.save | qevm container extract -o - - | cmp - vm.mig
$ qevm container replace -o put.save xz.save wanted.mig && cmp put.save new.save
$ qevm container replace -o put.save raw.save xz.save && cmp put.save raw.save

# Another compression, which the header names.
$ qevm set-machine --compress zstd -o zstd.save xz.save pc-i440fx-7.2 && qevm info zstd.save | sed -n 2,4p
  container  libvirt save image, version 2, zstd
             domain demo, machine pc-i440fx-7.2, was running
  in it      zstd
$ qevm container replace --compress none -o none.save xz.save vm.mig && cmp none.save raw.save
$ qevm strip --compress lz4 -o no.save raw.save
2> qevm: raw.save: libvirt reads no save images compressed with lz4
[3]

# What is wrong with one.
$ $HERE/save --machine pc --format bzip2 <vm.mig >wrong.save; qevm check --quick wrong.save
wrong.save: at 0x0: error[container-mismatch]: the header of the save image says that the stream is bzip2; it is raw
wrong.save: configuration//name at 0x8: error[container-mismatch]: the stream is of the machine pc-i440fx-6.2, the XML of the save image names pc
wrong.save: 2 errors, 0 warnings, 0 notes
wrong.save: not looked at: RAM pages and other iterative sections
wrong.save: not looked at: commands between them
wrong.save: not looked at: whether iterative sections were finished
[1]
$ $HERE/save --part <vm.mig >part.save; qevm info part.save | sed -n 2p; qevm check --quick part.save
  container  libvirt save image, version 2, raw, NOT FINISHED
part.save: at 0x0: error[container-unfinished]: the save image is marked as not finished
part.save: 1 error, 0 warnings, 0 notes
part.save: not looked at: RAM pages and other iterative sections
part.save: not looked at: commands between them
part.save: not looked at: whether iterative sections were finished
[1]
$ qevm set-machine -o no.save part.save pc
2> qevm: part.save: the libvirt save image was not finished: libvirt will not restore it; --bare writes the stream in it
[3]
$ qevm set-machine --bare -o part.mig part.save pc-i440fx-7.2 && cmp part.mig wanted.mig
$ head -c 3000 raw.save >cut.save; qevm info cut.save
2> qevm: cut.save: at 0x5c: libvirt save image: its XML needs 4376 bytes, 2908 left
[3]
$ head -c 50 raw.save >cut.save; qevm info cut.save
2> qevm: cut.save: at 0x0: libvirt save image: its header needs 92 bytes, 50 there
[3]
