$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ cat >rules.json <<END
> {"qevm-rules": 1, "rules": [
>   {"op": "set", "at": "timer//cpu_clock_offset", "value": 1,
>    "why": "time starts again"}
> ]}
> END
$ echo '{"qevm-rules": 1, "rules": []}' >none.json

# No rules, no change.
$ qevm rewrite -r none.json pc.mig -o new.mig
$ cmp pc.mig new.mig
$ cat pc.mig | qevm rewrite -r none.json - -o - | cmp pc.mig -

$ qevm rewrite --dry-run -r rules.json -r none.json -r rules.json pc.mig
rule 1: set timer//cpu_clock_offset: 1014649021 -> 1 (stated)
1 change, nothing written
$ qevm rewrite -r rules.json pc.mig -o new.mig --journal journal
$ cat journal
{"rule": 1, "op": "set", "path": "timer//cpu_clock_offset", "offset": 326, "before": "1014649021", "after": "1", "class": "stated", "what": null}
$ qevm get new.mig timer//cpu_clock_offset
1

# What would be lost stops it, unless it is allowed.
$ echo '{"qevm-rules": 1, "rules": [{"op": "drop-section", "at": "fdc"}]}' >drop.json
$ qevm rewrite -r drop.json pc.mig -o x
2> qevm: pc.mig: 1 change costs more than is allowed:
2>   fdc: lossy: the section, 593 bytes, is dropped (rule 1, drop-section)
[1]
$ qevm rewrite --allow-lossy -r drop.json pc.mig -o x
$ qevm diff pc.mig x
- fdc (593 bytes)
[1]
$ rm x

# So is what the guest can notice, of which only the rule knows.
$ echo '{"qevm-rules": 1, "rules": [{"op": "set", "at": "fdc//state/sra", "value": 1, "why": "a test", "class": "visible"}]}' >seen.json
$ qevm rewrite -r seen.json pc.mig -o x
2> qevm: pc.mig: 1 change costs more than is allowed:
2>   fdc//state/sra: visible: a test (rule 1, set)
[1]
$ qevm rewrite --allow-visible -r seen.json pc.mig -o x
$ rm x

# Of what one rule does to many places, a few are listed.
$ echo '{"qevm-rules": 1, "rules": [{"op": "set", "at": "apic//lvt[*]", "value": 1, "why": "a test", "class": "lossy"}, {"op": "drop-section", "at": "fdc"}]}' >many.json
$ qevm rewrite -r many.json pc.mig -o x
2> qevm: pc.mig: 7 changes cost more than is allowed:
2>   apic//lvt[0]: lossy: a test (rule 1, set)
2>   apic//lvt[1]: lossy: a test (rule 1, set)
2>   apic//lvt[2]: lossy: a test (rule 1, set)
2>   apic//lvt[3]: lossy: a test (rule 1, set)
2>   and 2 more (rule 1)
2>   fdc: lossy: the section, 593 bytes, is dropped (rule 2, drop-section)
[1]

# A rule that fails behind the pages of a pipe: they are out, and no more is.
$ echo '{"qevm-rules": 1, "rules": [{"op": "drop-section", "at": "no"}]}' >no.json
$ cat pc.mig | qevm rewrite -r no.json - -o - >cut.mig
2> qevm: -: no.json: rule 1 (drop-section): no section `no` in this stream; there are: configuration, ram, timer, slirp, cpu_common, cpu, kvm-tpr-opt, apic, fw_cfg, PCIHost, PCIBUS, 0000:00:00.0/I440FX, dma@0, dma@1, 0000:00:01.0/PIIX3, i8259@0, i8259@1, ioapic, 0000:00:02.0/vga, hpet, … and 16 more
[3]
$ qevm check --quiet cut.mig
cut.mig: at 0x123: error[early-eof]: the stream ends without EOF (00)
[1]
$ cat pc.mig | qevm rewrite -r no.json - -o x
2> qevm: -: no.json: rule 1 (drop-section): no section `no` in this stream; there are: configuration, ram, timer, slirp, cpu_common, cpu, kvm-tpr-opt, apic, fw_cfg, PCIHost, PCIBUS, 0000:00:00.0/I440FX, dma@0, dma@1, 0000:00:01.0/PIIX3, i8259@0, i8259@1, ioapic, 0000:00:02.0/vga, hpet, … and 16 more
[3]
$ cat pc.mig | qevm rewrite --spool -r no.json - -o x
2> qevm: -: no.json: rule 1 (drop-section): no section `no` in this stream; there are: configuration, ram, timer, slirp, cpu_common, cpu, kvm-tpr-opt, apic, fw_cfg, PCIHost, PCIBUS, 0000:00:00.0/I440FX, dma@0, dma@1, 0000:00:01.0/PIIX3, i8259@0, i8259@1, ioapic, 0000:00:02.0/vga, hpet, … and 16 more
[3]
$ ls -A x .qevm*
2> ls: cannot access 'x': No such file or directory
2> ls: cannot access '.qevm*': No such file or directory
[2]

$ qevm rewrite pc.mig -o x
2> qevm: rewrite: needs -r RULES
2> Usage: qevm rewrite [OPTIONS] -r RULES FILE
2> See "qevm help rewrite".
[2]
$ qevm rewrite -r rules.json pc.mig
2> qevm: rewrite: needs -o OUT or --dry-run
2> Usage: qevm rewrite [OPTIONS] -r RULES FILE
2> See "qevm help rewrite".
[2]
$ qevm rewrite -r missing pc.mig -o x
2> qevm: missing: No such file or directory
[3]
$ qevm rewrite -r rules.json missing -o x
2> qevm: missing: cannot be opened: No such file or directory
[3]
$ qevm rewrite -r rules.json pc.mig -o rules.json
2> qevm: "rules.json" is an input file; write to another one
[2]
$ qevm rewrite -r rules.json pc.mig -o /dev/full
2> qevm: pc.mig: output: cannot be written: No space left on device
[4]
$ qevm rewrite -r rules.json pc.mig -o missing/x
2> qevm: cannot make a file in "missing": No such file or directory
[4]
