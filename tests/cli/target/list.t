# What is shipped, by release.
$ qevm target list | grep x86_64
qemu-5.2/x86_64
qemu-7.2/x86_64
qemu-10.0/x86_64
qemu-11.1/x86_64
$ qevm target list | grep -c sources
0
[1]
$ qevm target list --json | jq -c '.targets | [length > 10, (.[0] | test("^qemu-"))]'
[true,true]
# Each of them is one that --against takes.
$ for t in $(qevm target list); do
>     qevm target show $t >/dev/null || echo "$t"
> done
$ qevm target list more
2> qevm: target list: too many arguments
2> Usage: qevm target list [OPTIONS]
2> See "qevm help target list".
[2]
$ QEVM_SCHEMAS=$PWD qevm target list
$ qevm target
2> qevm: target: needs a subcommand
2> Usage: qevm target SUBCOMMAND ...
2> See "qevm help target".
[2]
$ qevm target list --json --no-such
2> qevm: target list: Unknown option --no-such
2> Usage: qevm target list [OPTIONS]
2> See "qevm help target list".
[2]
