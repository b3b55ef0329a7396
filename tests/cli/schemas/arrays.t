# Arrays of leaves, each element read by a description.
$ cp $STREAMS/10.0-pseries-10.0.mig vm.mig
$ qevm show vm.mig 'cpu//{cpu/altivec}' | head -6
cpu//{cpu/altivec}
    env.vsr 32 elements
        [0]
            u64 = [0, 0]
        [1]
            u64 = [0, 0]
$ qevm show --no-schemas vm.mig 'cpu//{cpu/altivec}'
cpu//{cpu/altivec}
    env.vsr = [hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, ... 24 more]
    vscr = 0x00010000
$ qevm get vm.mig 'cpu//{cpu/altivec}/env.vsr[31]/u64[1]'
0
$ qevm set --no-sync vm.mig -o new.mig 'cpu//{cpu/altivec}/env.vsr[31]/u64[1]' 0x123456789abcdef0
$ qevm diff vm.mig new.mig
cpu//{cpu/altivec}/env.vsr[31]/u64[1]: 0 -> 1311768467463790320
[1]
$ cmp -l vm.mig new.mig | wc -l
8
# On the wire it stays what it was, and a rule can take it so.
$ cat >rules.json <<'EOF'
> {"qevm-rules": 1, "rules": [
>   {"op": "resize-array", "at": "cpu//{cpu/altivec}/env.vsr", "count": 33}]}
> EOF
$ qevm rewrite --no-sync -r rules.json vm.mig -o new.mig
$ qevm show --types new.mig 'cpu//{cpu/altivec}' | head -2
cpu//{cpu/altivec}
    env.vsr (avr[33]) 33 elements
$ qevm show --no-schemas --types new.mig 'cpu//{cpu/altivec}' | head -2
cpu//{cpu/altivec}
    env.vsr (avr[33]) = [hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, hex:00000000000000000000000000000000, ... 25 more]
$ qevm check new.mig
new.mig: 0 errors, 0 warnings, 0 notes
# An element has fields, no bytes to set.
$ qevm set --no-sync vm.mig -o new.mig 'cpu//{cpu/altivec}/env.vsr[31]' 1
2> qevm: vm.mig: cpu//{cpu/altivec}/env.vsr[31]: is no leaf, it has fields
[3]
