# A stream at an offset in a file.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig vm.mig
$ { head -c 1000 /dev/zero | tr '\0' x; cat vm.mig; } >at.img
$ qevm info at.img
2> qevm: at.img: not a QEMU stream, but one seems to begin at 0x3e8: --offset 0x3e8
[3]
$ qevm info --offset 1000 at.img | head -3
at.img: migration stream, 320736 bytes (313.2 KiB)
  container  a file, from 0x3e8 on
  machine    pc-i440fx-6.2
$ cat at.img | qevm get --offset 0x3e8 - configuration//name
"pc-i440fx-6.2"
$ qevm set-machine --offset 1000 -o new.img at.img pc-i440fx-7.2 && head -c 1000 new.img | uniq -c | head -c 12; qevm get --offset 1000 new.img configuration//name
      1 xxxx"pc-i440fx-7.2"
$ qevm set-machine --offset 1000 --bare -o bare.mig at.img pc-i440fx-7.2 && qevm set-machine -o want.mig vm.mig pc-i440fx-7.2 && cmp bare.mig want.mig
$ cat at.img | qevm set-machine --offset 1000 -o no.img - pc-i440fx-7.2
2> qevm: -: what is before the stream has gone by in a pipe; --bare writes the stream alone
[3]
$ qevm container extract --offset 1000 -o out.mig at.img && cmp out.mig vm.mig
$ qevm info --offset -1 at.img
2> qevm: info: Cannot parse integer value “-1” for --offset
2> Usage: qevm info [OPTIONS] FILE...
2> See "qevm help info".
[2]
$ qevm info --offset 99999999 at.img
2> qevm: at.img: at 0x0: stream header needs 8 bytes, 0 left
[3]

# The pages of mapped-ram stay where they are in the file.
$ cp $STREAMS/10.0-mapped-ram.mig mapped.mig
$ qevm info mapped.mig | grep mapped
mapped.mig: migration stream, 23184957 bytes (22.1 MiB)
  RAM        6 blocks, 17309696 bytes (16.5 MiB), mapped-ram
$ $HERE/save --format sparse </dev/null >empty.save; qevm container replace -o sparse.save empty.save mapped.mig
$ qevm info sparse.save | sed -n '2,3p;/mapped/p'; qevm check -q --quick sparse.save
  container  libvirt save image, version 2, sparse
             domain demo, machine pc-i440fx-10.0, was running
  RAM        6 blocks, 17309696 bytes (16.5 MiB), mapped-ram
$ qevm set-machine -o other.save sparse.save pc-i440fx-9.2 && qevm check -q --quick other.save
$ qevm container extract -o back.mig sparse.save && cmp back.mig mapped.mig
$ qevm set-machine --bare -o bare.mig other.save pc-i440fx-9.2 && qevm set-machine -o want.mig mapped.mig pc-i440fx-9.2 && cmp bare.mig want.mig
$ qevm strip --compress xz -o no.save sparse.save
2> qevm: sparse.save: the pages of a mapped-ram stream must stay where they are in the file: it cannot be compressed
[3]
