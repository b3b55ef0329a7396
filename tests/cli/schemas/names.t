# What values and elements are called.
$ cp $STREAMS/5.2-virt-4.1.mig arm.mig
$ qevm get arm.mig 'cpu//cpreg_vmstate_indexes[12]' 'cpu//cpreg_vmstate_values[12]'
0x40200000200e0102 (DBGDSCRext)
0
$ qevm show arm.mig cpu//cpreg_vmstate_indexes
cpu//cpreg_vmstate_indexes
    cpreg_vmstate_indexes = [0x40200000000f6800 (FCSEIDR_S), 0x40200000000f6801 (CONTEXTIDR_S), 0x40200000200e0000 (DBGDIDR), 0x40200000200e0004 (DBGBVR0), 0x40200000200e0005 (DBGBCR0), 0x40200000200e0006 (DBGWVR0), 0x40200000200e0007 (DBGWCR0), 0x40200000200e0038 (JIDR), ... 220 more]
$ qevm show arm.mig cpu//cpreg_vmstate_values | head -5
cpu//cpreg_vmstate_values
    FCSEIDR_S = 0
    CONTEXTIDR_S = 0
    DBGDIDR = 890687488 (0x3516d000)
    DBGBVR0 = 0
$ qevm get --json arm.mig 'cpu//cpreg_vmstate_indexes[12]'
{"path": "cpu//cpreg_vmstate_indexes[12]", "value": 4620693218219917570, "names": ["DBGDSCRext"]}
$ qevm set --no-sync arm.mig -o new.mig cpu//cpreg_vmstate_values/TPIDR_EL0 7
$ qevm diff arm.mig new.mig
cpu//cpreg_vmstate_values/TPIDR_EL0: 0 -> 7
[1]
# A register less, of both arrays and of their counts; the names of those behind stay theirs.
$ cat >rules.json <<'EOF'
> {"qevm-rules": 1, "rules": [
>   {"op": "remove-element", "at": "cpu//cpreg_vmstate_indexes", "index": 0},
>   {"op": "remove-element", "at": "cpu//cpreg_vmstate_values", "index": 0},
>   {"op": "map", "at": "cpu//cpreg_vmstate_array_len", "value": {"expr": ". - 1"}}]}
> EOF
$ qevm rewrite --no-sync --allow-lossy -r rules.json arm.mig -o less.mig
$ qevm diff arm.mig less.mig
cpu//cpreg_vmstate_array_len: 228 -> 227
cpu//cpreg_vmstate_indexes: 228 -> 227
cpu//cpreg_vmstate_indexes[0]: 4620693217683138560 -> 4620693217683138561
cpu//cpreg_vmstate_indexes[1]: 4620693217683138561 -> 4620693218219917312
cpu//cpreg_vmstate_indexes[2]: 4620693218219917312 -> 4620693218219917316
cpu//cpreg_vmstate_indexes[3]: 4620693218219917316 -> 4620693218219917317
cpu//cpreg_vmstate_indexes[4]: 4620693218219917317 -> 4620693218219917318
cpu//cpreg_vmstate_indexes[5]: 4620693218219917318 -> 4620693218219917319
cpu//cpreg_vmstate_indexes[6]: 4620693218219917319 -> 4620693218219917368
cpu//cpreg_vmstate_indexes[7]: 4620693218219917368 -> 4620693218219917444
cpu//cpreg_vmstate_indexes: ... 219 more elements -> ...
- cpu//cpreg_vmstate_values/FCSEIDR_S (8 bytes)
[1]
$ qevm get less.mig 'cpu//cpreg_vmstate_indexes[11]' 'cpu//cpreg_vmstate_values[11]'
0x40200000200e0102 (DBGDSCRext)
0
