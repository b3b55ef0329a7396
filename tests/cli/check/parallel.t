# Many files, several at a time: the lines stay whole, each file has one.
$ mkdir streams
$ for i in 1 2 3 4 5 6 7 8; do cp $STREAMS/7.2-pc-i440fx-6.2.mig streams/$i.mig; done
$ for i in 1 2 3 4 5 6 7 8; do head -c ${i}0000 streams/$i.mig >streams/cut-$i.mig; done
$ printf '%s\0' streams/*.mig | parallel --will-cite -0 -j 4 -n 3 qevm check --json >lines
[4]
$ printf '%s\0' streams/?.mig | parallel --will-cite -0 -j 4 -n 3 --line-buffer qevm check --json >>lines
$ perl -MJSON::PP -ne 'my $o = decode_json($_); print "$o->{file} $o->{errors}\n"' lines | sort | uniq -c
      2 streams/1.mig 0
      2 streams/2.mig 0
      2 streams/3.mig 0
      2 streams/4.mig 0
      2 streams/5.mig 0
      2 streams/6.mig 0
      2 streams/7.mig 0
      2 streams/8.mig 0
      1 streams/cut-1.mig 1
      1 streams/cut-2.mig 1
      1 streams/cut-3.mig 1
      1 streams/cut-4.mig 1
      1 streams/cut-5.mig 1
      1 streams/cut-6.mig 1
      1 streams/cut-7.mig 1
      1 streams/cut-8.mig 1
