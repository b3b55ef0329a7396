# The record of QEMU in save files of Xen.
$ cp $STREAMS/11.1-xen.mig vm.mig
$ for k in libxl xl big-endian legacy oldest; do $HERE/xen $k <vm.mig >$k.save; qevm info $k.save | sed -n 1,2p; qevm container extract -o out $k.save && cmp out vm.mig; done
libxl.save: migration stream, 213906 bytes (208.9 KiB)
  container  Xen save file, record of QEMU at 0x1090
xl.save: migration stream, 213906 bytes (208.9 KiB)
  container  Xen save file, record of QEMU at 0x10ca
big-endian.save: migration stream, 213906 bytes (208.9 KiB)
  container  Xen save file, record of QEMU at 0x1090
legacy.save: migration stream, 213906 bytes (208.9 KiB)
  container  Xen save file of before 4.6, record of QEMU at 0x9bb
oldest.save: migration stream, 213906 bytes (208.9 KiB)
  container  Xen save file of before 4.6, record of QEMU at 0x9b7
$ qevm set -o new.mig vm.mig 'vmmouse//status' 7
$ for k in libxl xl big-endian legacy oldest; do qevm set -o new.save $k.save 'vmmouse//status' 7; $HERE/xen $k <new.mig | cmp - new.save; done

# A longer one: the record says so, and what follows is there.
$ cat vm.mig - >long.mig <<EOF
> trailing
> EOF
$ for k in libxl xl big-endian legacy oldest; do qevm container replace -o long.save $k.save long.mig; $HERE/xen $k <long.mig | cmp - long.save; done
$ qevm container replace -o - oldest.save long.mig | cmp - long.save
$ qevm container replace --compress gzip -o long.gz xl.save long.mig; $HERE/xen xl <long.mig >want; gzip -dc long.gz | cmp - want

# A guest without a QEMU; cut files; pipes.
$ $HERE/xen none </dev/null >none.save; qevm info none.save
2> qevm: none.save: Xen save file: it holds no state of a QEMU
[3]
$ head -c 4000 libxl.save >cut.save; qevm info cut.save
2> qevm: cut.save: at 0x1058: record of Xen needs 8 bytes, 0 left
[3]
$ head -c 40 xl.save >cut.save; qevm info cut.save
2> qevm: cut.save: at 0x0: xl header needs 48 bytes, 40 left
[3]
$ cat xl.save | qevm info -
2> qevm: -: a save file of Xen is read in any order, not from a pipe or compressed; put it into a file of its own
[3]
$ qevm info long.gz
2> qevm: long.gz: a save file of Xen is read in any order, not from a pipe or compressed; put it into a file of its own
[3]
