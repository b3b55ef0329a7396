$ qevm capture -o x.mig
2> qevm: capture: needs "-- QEMU...", the command that starts QEMU, at the end
2> Usage: qevm capture [OPTIONS] -o OUT -- QEMU...
2> See "qevm help capture".
[2]
$ qevm capture -o x.mig x -- qemu-system-x86_64
2> qevm: capture: needs "-- QEMU...", the command that starts QEMU, at the end
2> Usage: qevm capture [OPTIONS] -o OUT -- QEMU...
2> See "qevm help capture".
[2]
$ qevm capture -- qemu-system-x86_64
2> qevm: capture: needs -o OUT
2> Usage: qevm capture [OPTIONS] -o OUT -- QEMU...
2> See "qevm help capture".
[2]
$ qevm capture -o - -- qemu-system-x86_64
2> qevm: capture: - has to be a file
2> Usage: qevm capture [OPTIONS] -o OUT -- QEMU...
2> See "qevm help capture".
[2]
$ qevm capture -o none/x.mig -- qemu-system-x86_64
2> qevm: cannot make a file in "none": No such file or directory
[4]
$ qevm capture -o x.mig -- ./qemu-system-none
2> qevm: ./qemu-system-none cannot be started: No such file or directory
[4]
$ ls
$ qevm capture --dry-run -- qemu-system-x86_64 -M pc -daemonize
qemu-system-x86_64 -M pc -display none -monitor none -snapshot
2> qevm: left out: -daemonize
