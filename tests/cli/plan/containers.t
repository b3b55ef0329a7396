# The stream, the reference and the base can be in whatever a stream is in.
$ for n in stream ref base; do xz -dc $HERE/../../cases/hpet-off-on-destination/$n.mig.xz >$n.mig; done
$ qevm plan stream.mig --like ref.mig --base base.mig >want.json
$ for n in stream ref base; do gzip -k $n.mig; $HERE/../container/save <$n.mig >$n.save; done
$ qevm plan stream.mig.gz --like ref.mig.gz --base base.mig.gz | cmp - want.json
$ qevm plan stream.save --like ref.save --base base.save | cmp - want.json
$ qevm plan stream.save --like ref.mig.gz --base base.mig | cmp - want.json
# A pipe will do for the stream.
$ cat stream.mig | qevm plan - --like ref.mig --base base.mig | cmp - want.json
