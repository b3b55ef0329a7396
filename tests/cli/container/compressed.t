# Streams that were compressed, by content.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig vm.mig
$ gzip -k vm.mig; bzip2 -k vm.mig; xz -k vm.mig; zstd -qk vm.mig; lz4 -qk vm.mig vm.mig.lz4; lzop -k vm.mig
$ for f in vm.mig.*; do qevm info $f | sed -n 2p; qevm get $f cpu//env.eip; done
  container  bzip2
47033
  container  gzip
47033
  container  lz4
47033
  container  lzop
47033
  container  xz
47033
  container  zstd
47033
$ for f in vm.mig.*; do cat $f | qevm diff - vm.mig; done
$ qevm show --depth 0 vm.mig.zst | head -3
configuration 17 bytes
ram version 4, instance 0, 207 bytes
(1 SECTION_PART, 18 bytes)
$ qevm check vm.mig.xz
vm.mig.xz: 0 errors, 0 warnings, 0 notes
$ qevm recover vm.mig.gz | head -2
0x0000000000  read    header        8 bytes
0x0000000008  read    CONFIGURATION 18 bytes

# What is written is compressed in the same way; the programs read it.
$ for f in vm.mig.*; do cp $f new.${f##*.}; qevm set-machine -o new.${f##*.} $f pc-i440fx-7.2; done
$ qevm set-machine -o want.mig vm.mig pc-i440fx-7.2
$ for c in gzip bzip2 xz zstd lzop lz4; do qevm set-machine --compress $c -o out vm.mig pc-i440fx-7.2; $c -dc <out | cmp - want.mig; done
$ gzip -dc new.gz | cmp - want.mig; bzip2 -dc new.bz2 | cmp - want.mig; xz -dc new.xz | cmp - want.mig; zstd -qdc new.zst | cmp - want.mig; lz4 -dc new.lz4 | cmp - want.mig; lzop -dc new.lzo | cmp - want.mig
$ qevm set-machine --bare -o bare.mig vm.mig.gz pc-i440fx-7.2 && cmp bare.mig want.mig
$ qevm set-machine --compress none -o bare.mig vm.mig.gz pc-i440fx-7.2 && cmp bare.mig want.mig
$ qevm strip --compress compress -o no vm.mig
2> qevm: vm.mig: cannot compress with compress; there are gzip bzip2 xz zstd lz4 lzop none
[3]
$ qevm container extract -o out.mig vm.mig.lzo && cmp out.mig vm.mig

# From another stream's file, from a compressed destination.
$ qevm show --describe-with vm.mig.xz vm.mig.gz vmmouse | head -1
vmmouse version 0, instance 0, 4105 bytes
$ qevm check --quick --quiet --against vm.mig.zst vm.mig.gz

# Cut and damaged ones.
$ head -c 5000 vm.mig.gz >cut.gz; qevm info cut.gz | head -3
cut.gz: migration stream
  container  gzip
  machine    pc-i440fx-6.2
2> qevm: cut.gz: at 0x1388 of the compressed bytes: gzip data end early
$ head -c 5000 vm.mig.xz | qevm check - | tail -1
-: 1 error, 0 warnings, 0 notes
$ printf '\037\213\010\000' >cut.gz; qevm info cut.gz
2> qevm: cut.gz: at 0x4 of the compressed bytes: gzip data end early
[3]
