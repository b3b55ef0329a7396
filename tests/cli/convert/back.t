# To another layout and back: what was not lost is what it was.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig old.mig; cp $STREAMS/10.0-pc-i440fx-10.0.mig new.mig; cp $STREAMS/5.2-pc-i440fx-2.3.mig ancient.mig
$ qevm convert old.mig --like new.mig -o there.mig
there.mig: for new.mig, 2 changes (1 lossless, 1 stated)
$ qevm convert there.mig --like old.mig -o back.mig
back.mig: for old.mig, 2 changes (1 default, 1 stated)
$ qevm diff old.mig back.mig
$ qevm convert new.mig --like old.mig -o there.mig
there.mig: for old.mig, 2 changes (1 default, 1 stated)
$ qevm convert there.mig --like new.mig -o back.mig
back.mig: for new.mig, 2 changes (1 lossless, 1 stated)
$ qevm diff new.mig back.mig

# Without configuration and footers there; what is lost there is what the destination has, here.
$ qevm convert old.mig --like ancient.mig -o there.mig
2> qevm: old.mig: 5 changes cost more than is allowed:
2>   PCIHost: lossy: the section, 4 bytes, is dropped (rule 4, drop-section)
2>   pcspk: lossy: the section, 2 bytes, is dropped (rule 5, drop-section)
2>   0000:00:01.3/piix4_pm//smb/smb_auxctl: lossy: value 2 is dropped (rule 15, remove-field)
2>   0000:00:01.3/piix4_pm//smb/op_done: lossy: value true is dropped (rule 18, remove-field)
2>   globalstate: lossy: the section, 104 bytes, is dropped (rule 21, drop-section)
[1]
$ qevm convert old.mig --like ancient.mig -o there.mig --allow-lossy
there.mig: for ancient.mig, 21 changes (2 lossless, 14 default, 5 lossy)
$ qevm info there.mig | sed -n 2p
  machine    not said: there is no configuration
$ qevm check --quick --quiet --against ancient.mig there.mig
$ qevm convert there.mig --like old.mig -o back.mig
back.mig: for old.mig, 17 changes (17 lossless)
$ qevm check --quick --quiet --against old.mig back.mig
back.mig: PCIHost at 0x343a3: warning[section-missing]: the stream has no such section; the device stays as after a reset
back.mig: pcspk at 0x343a3: warning[section-missing]: the stream has no such section; the device stays as after a reset
back.mig: globalstate at 0x343a3: warning[section-missing]: the stream has no such section; the device stays as after a reset
# (The registers of SMBus come back in the struct before theirs: the same bytes.)
$ qevm diff old.mig back.mig | grep -v '^[+-] .*piix4_pm//\(apm\|smb\)/'
- PCIHost (4 bytes)
- pcspk (2 bytes)
- pckbd//kbd/{pckbd/extended_state} (36 bytes)
- globalstate (104 bytes)
