$ cp $STREAMS/11.1-avr-mega2560.mig whole.mig
$ qevm strip whole.mig -o small.mig
$ qevm diff whole.mig small.mig
$ qevm check small.mig
small.mig: 0 errors, 0 warnings, 0 notes
$ qevm info --walk whole.mig | grep pages
  pages      6562 bytes (6.4 KiB); 4 normal, 264 zero
$ qevm info --walk small.mig | grep pages
  pages      36 bytes; 0 normal, 0 zero
$ cat whole.mig | qevm strip - -o - | cmp - small.mig

# Stripped twice is the same; a broken one is not written.
$ qevm strip small.mig -o again.mig
$ cmp small.mig again.mig
$ head -c 5000 whole.mig | qevm strip - -o x
2> qevm: -: ram: at 0x1388: page needs 1032 bytes, 416 left
[3]
$ head -c 5000 whole.mig >cut.mig
$ qevm strip cut.mig -o x
2> qevm: cut.mig: ram: at 0x11e8: page needs 1032 bytes, 416 left
[3]
$ ls x
2> ls: cannot access 'x': No such file or directory
[2]
$ qevm strip small.mig
2> qevm: strip: needs -o OUT
2> Usage: qevm strip [OPTIONS] FILE
2> See "qevm help strip".
[2]
