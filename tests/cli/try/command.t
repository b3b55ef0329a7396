# What would be in the way is left out.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -M q35 -daemonize -pidfile /run/q.pid -S -incoming tcp:0:4444 -loadvm x -monitor stdio -qmp unix:/run/q,server,nowait -chardev socket,id=m,path=/run/m,server -mon chardev=m,mode=control -D log -d guest_errors -trace vm* -gdb tcp::1 -s -display gtk -vnc :1 -mem-prealloc
qemu-system-x86_64 -M q35 -chardev socket,id=m,fd=3,server=on,wait=off -display none -monitor none -snapshot
2> qevm: left out: -daemonize, -pidfile /run/q.pid, -S, -incoming tcp:0:4444, -loadvm x, -monitor stdio, -qmp unix:/run/q,server,nowait, -mon chardev=m,mode=control, -D log, -d guest_errors, -trace vm*, -gdb tcp::1, -s, -display gtk, -vnc :1, -mem-prealloc
2> qevm: changed: -chardev socket,id=m,path=/run/m,server
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -nographic -display none -serial mon:stdio -serial none -parallel file:out -debugcon vc -monitor none
qemu-system-x86_64 -nographic -serial null -serial none -parallel null -debugcon vc -display none -monitor none -snapshot
2> qevm: left out: -monitor none
2> qevm: changed: -serial mon:stdio, -parallel file:out
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -display gtk,gl=on -audiodev pa,id=snd,server=x -audio pa,model=hda -overcommit mem-lock=on,cpu-pm=on -overcommit mem-lock=on
qemu-system-x86_64 -display egl-headless -audiodev none,id=snd -audio none,model=hda -overcommit cpu-pm=on -monitor none -snapshot
2> qevm: left out: -overcommit mem-lock=on
2> qevm: changed: -display gtk,gl=on, -audiodev pa,id=snd,server=x, -audio pa,model=hda, -overcommit mem-lock=on,cpu-pm=on

# The first serial port of a guest that runs.
$ qevm try --dry-run --run 1 x.mig -- qemu-system-x86_64 -serial none -serial stdio -serial pty | sed 's/fd=[0-9]*/fd=N/'
qemu-system-x86_64 -serial none -chardev socket,id=qevm-serial,fd=N -serial chardev:qevm-serial -serial null -display none -monitor none -net nic -net user,restrict=on -snapshot
2> qevm: changed: -serial pty
$ qevm try --dry-run --run 1 x.mig -- qemu-system-x86_64 -nodefaults -chardev file,id=c,path=out,mux=on -device isa-serial,chardev=c | sed 's/fd=[0-9]*/fd=N/'
qemu-system-x86_64 -nodefaults -chardev socket,id=c,mux=on,fd=N -device isa-serial,chardev=c -display none -monitor none -snapshot
2> qevm: changed: -chardev file,id=c,path=out,mux=on
$ qevm try --dry-run --run 1 x.mig -- qemu-system-x86_64 -chardev stdio,id=c -serial chardev:c | sed 's/fd=[0-9]*/fd=N/'
qemu-system-x86_64 -chardev socket,id=c,fd=N -serial chardev:c -display none -monitor none -net nic -net user,restrict=on -snapshot
2> qevm: changed: -chardev stdio,id=c
$ qevm try --dry-run --run 1 x.mig -- qemu-system-x86_64 | sed 's/fd=[0-9]*/fd=N/'
qemu-system-x86_64 -display none -monitor none -net nic -net user,restrict=on -snapshot -chardev socket,id=qevm-serial,fd=N -serial chardev:qevm-serial
$ qevm try --dry-run --run 1 x.mig -- qemu-system-x86_64 -nodefaults
qemu-system-x86_64 -nodefaults -display none -monitor none -snapshot

# Character devices: a client that was waited for makes a difference.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -chardev socket,id=a,path=/run/a,server=on,wait=off -chardev socket,id=b,host=h,port=1 -chardev spicevmc,id=c,name=vdagent -chardev null,id=d,logfile=log,logappend=on | sed 's/fd=[0-9]*/fd=N/'
qemu-system-x86_64 -chardev socket,id=a,fd=N,server=on,wait=off -chardev null,id=b -chardev spicevmc,id=c,name=vdagent -chardev null,id=d -display none -monitor none -snapshot
2> qevm: changed: -chardev socket,id=a,path=/run/a,server=on,wait=off, -chardev socket,id=b,host=h,port=1, -chardev null,id=d,logfile=log,logappend=on

# Networks.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -netdev user,id=n,hostfwd=tcp::2222-:22,hostfwd=tcp::80-:80,tftp=/srv,net=10.1.0.0/24 -nic user,model=e1000,smb=/srv -nic none -net nic -net user
qemu-system-x86_64 -netdev user,id=n,net=10.1.0.0/24,restrict=on -nic user,model=e1000,restrict=on -nic none -net nic -net user,restrict=on -display none -monitor none -snapshot
2> qevm: changed: -netdev user,id=n,hostfwd=tcp::2222-:22,hostfwd=tcp::80-:80,tftp=/srv,net=10.1.0.0/24, -nic user,model=e1000,smb=/srv, -net user
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -netdev '{"type":"user","id":"n","hostfwd":[{"str":"tcp::2222-:22"}]}' -nic model=e1000
qemu-system-x86_64 -netdev '{"type":"user","id":"n","restrict":true}' -nic model=e1000,type=user,restrict=on -display none -monitor none -snapshot
2> qevm: changed: -netdev {"type":"user","id":"n","hostfwd":[{"str":"tcp::2222-:22"}]}, -nic model=e1000
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -netdev user,id=n,guestfwd=tcp:10.0.2.100:80-chardev:c,guestfwd=tcp:10.0.2.101:80-cmd:nc -netdev '{"type":"user","id":"m","guestfwd":[{"str":"tcp:10.0.2.9:9-chardev:d"}]}'
qemu-system-x86_64 -chardev null,id=qevm-guestfwd0 -chardev null,id=qevm-guestfwd1 -netdev user,id=n,guestfwd=tcp:10.0.2.100:80-chardev:qevm-guestfwd0,guestfwd=tcp:10.0.2.101:80-chardev:qevm-guestfwd1,restrict=on -chardev null,id=qevm-guestfwd2 -netdev '{"type":"user","id":"m","guestfwd":[{"str":"tcp:10.0.2.9:9-chardev:qevm-guestfwd2"}],"restrict":true}' -display none -monitor none -snapshot
2> qevm: changed: -netdev user,id=n,guestfwd=tcp:10.0.2.100:80-chardev:c,guestfwd=tcp:10.0.2.101:80-cmd:nc, -netdev {"type":"user","id":"m","guestfwd":[{"str":"tcp:10.0.2.9:9-chardev:d"}]}
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -netdev socket,id=s,listen=:1234 -nic vde,model=virtio-net-pci,mac=52:54:00:00:00:01 -net socket,connect=h:1 -net nic
qemu-system-x86_64 -netdev hubport,id=s,hubid=1000 -nic hubport,model=virtio-net-pci,mac=52:54:00:00:00:01,hubid=1001 -netdev hubport,hubid=0,id=qevm-hubport2 -net nic -display none -monitor none -snapshot
2> qevm: changed: -netdev socket,id=s,listen=:1234, -nic vde,model=virtio-net-pci,mac=52:54:00:00:00:01, -net socket,connect=h:1
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -netdev vhost-user,id=n,chardev=c
2> qevm: -netdev vhost-user,id=n,chardev=c: it shares the memory of the guest with another program; if that is no loss, --disks-are-copies
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -netdev carrier-pigeon,id=n
2> qevm: -netdev carrier-pigeon,id=n: the network "carrier-pigeon" is not known
[2]

# Devices and objects of the host.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -device vfio-pci,host=01:00.0
2> qevm: -device vfio-pci,host=01:00.0: it takes a device of the host; if that is no loss, --disks-are-copies
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -device scsi-block,drive=d
2> qevm: -device scsi-block,drive=d: what the guest asks goes straight to the device, past any overlay; if that is no loss, --disks-are-copies
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -device '{"driver":"vhost-user-fs-pci","chardev":"c"}'
2> qevm: -device {"driver":"vhost-user-fs-pci","chardev":"c"}: it shares the memory of the guest with another program; if that is no loss, --disks-are-copies
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -tpmdev passthrough,id=t
2> qevm: -tpmdev passthrough,id=t: it is a TPM of the host; if that is no loss, --disks-are-copies
[2]
$ PATH=$(dirname $(command -v qevm)) qevm try --dry-run x.mig -- qemu-system-x86_64 -tpmdev emulator,id=t,chardev=c
2> qevm: -tpmdev emulator,id=t,chardev=c: the state of the TPM would be written to; where the program swtpm is, it gets another; if that is no loss, --disks-are-copies
[2]
$ PATH=$(dirname $(command -v qevm)) qevm try --dry-run --disks-are-copies x.mig -- qemu-system-x86_64 -tpmdev emulator,id=t,chardev=c -device vfio-pci,host=01:00.0 -whatever x
qemu-system-x86_64 -tpmdev emulator,id=t,chardev=c -device vfio-pci,host=01:00.0 -whatever x -display none -monitor none
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -device usb-mtp,rootdir=/srv -fsdev local,id=f,path=/srv,security_model=none -virtfs local,path=/srv,mount_tag=t,security_model=none,readonly=on
qemu-system-x86_64 -device usb-mtp,rootdir=/srv,readonly=on -fsdev local,id=f,path=/srv,security_model=none,readonly=on -virtfs local,path=/srv,mount_tag=t,security_model=none,readonly=on -display none -monitor none -snapshot
2> qevm: changed: -fsdev local,id=f,path=/srv,security_model=none
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -object filter-dump,id=d,netdev=n,file=out -object rng-random,id=r -object dbus-vmstate,id=v,addr=x
2> qevm: -object dbus-vmstate,id=v,addr=x: the object "dbus-vmstate" is not known to leave the host alone; if that is no loss, --disks-are-copies
[2]
$ echo bytes >ram
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -object memory-backend-file,id=m,size=1M,mem-path=ram,share=on,prealloc=on,discard-data=on -object memory-backend-memfd,id=n,size=1M,share=on -mem-path ram
qemu-system-x86_64 -object memory-backend-file,id=m,size=1M,mem-path=ram,share=off -object memory-backend-memfd,id=n,size=1M,share=on -mem-path ram -display none -monitor none -snapshot
2> qevm: changed: -object memory-backend-file,id=m,size=1M,mem-path=ram,share=on,prealloc=on,discard-data=on
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -object memory-backend-file,id=m,size=1M,mem-path=none
2> qevm: -object memory-backend-file,id=m,size=1M,mem-path=none: none is not there, or empty, and QEMU would make it
[2]
$ qevm try --dry-run x.mig -- chroot /srv qemu-system-x86_64 -mem-path ram
2> qevm: -mem-path ram: behind another command it cannot be seen whether ram is there already
[2]

# Options in a file, and changed by others.
$ cat >vm.cfg <<END
> # a machine
> [machine]
>   type = "q35"
> [drive "d"]
>   file = "a,b.qcow2"
>   if = "none"
> [device]
>   driver = "virtio-blk-pci"
>   drive = "d"
> [memory]
>   size = "64M"
> END
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -readconfig vm.cfg -set drive.d.format=qcow2
qemu-system-x86_64 -machine type=q35 -drive id=d,file=a,,b.qcow2,if=none,format=qcow2,snapshot=on,force-share=on -device driver=virtio-blk-pci,drive=d -m size=64M -display none -monitor none -snapshot
2> qevm: not written to: a,b.qcow2
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -set drive.e.snapshot=off
2> qevm: -set drive.e.snapshot=off: it names no option that is there
[2]
$ printf '[drive "d"]\n file = none\n' >bad.cfg; qevm try --dry-run x.mig -- qemu-system-x86_64 -readconfig bad.cfg
2> qevm: -readconfig bad.cfg: line 2 cannot be understood
[2]
$ qevm try --dry-run x.mig -- chroot /srv qemu-system-x86_64 -readconfig vm.cfg
2> qevm: -readconfig vm.cfg: behind another command that file may be another one; give the options themselves
[2]

# Which word is the QEMU.
$ qevm try --dry-run x.mig -- unshare --mount chroot /srv/qemu-5.2 qemu-system-x86_64 -M pc -nodefaults
unshare --mount chroot /srv/qemu-5.2 qemu-system-x86_64 -M pc -nodefaults -display none -monitor none -snapshot
$ qevm try --dry-run x.mig -- sleep -name qemu-system-x86_64 -hda disk
sleep -name qemu-system-x86_64 -drive index=0,media=disk,file=disk,snapshot=on,force-share=on -display none -monitor none -snapshot
2> qevm: not written to: disk
$ printf '#!/bin/sh\nexec qemu-system-x86_64 -hda disk "$@"\n' >start; chmod +x start
$ qevm try --dry-run x.mig -- ./start -m 64
2> qevm: "./start" is a script, so that it cannot be seen which disks QEMU is given; name the QEMU itself, or, if they may be written to, say --disks-are-copies
[2]
$ qevm try --dry-run --disks-are-copies x.mig -- ./start -m 64
./start -m 64 -display none -monitor none
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -frobnicate
2> qevm: "-frobnicate" is no option of QEMU that is known here, so that it cannot be told what it writes to; if that is no loss, say --disks-are-copies
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -m
2> qevm: -m needs an argument
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -dump-vmstate out
2> qevm: -dump-vmstate out: with it QEMU ends before there is a machine
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -icount shift=1,rr=record,rrfile=out
2> qevm: -icount shift=1,rr=record,rrfile=out: a recorded run cannot be changed
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 --daemonize --m 64
qemu-system-x86_64 -m 64 -display none -monitor none -snapshot
2> qevm: left out: -daemonize

# How it is called.
$ qevm try x.mig
2> qevm: try: needs "-- QEMU...", the command that starts QEMU, at the end
2> Usage: qevm try [OPTIONS] FILE -- QEMU...
2> See "qevm help try".
[2]
$ qevm try x.mig qemu-system-x86_64 --
2> qevm: try: needs "-- QEMU...", the command that starts QEMU, at the end
2> Usage: qevm try [OPTIONS] FILE -- QEMU...
2> See "qevm help try".
[2]
$ qevm try --run -1 x.mig -- qemu-system-x86_64
2> qevm: try: Cannot parse double value “-1” for --run
2> Usage: qevm try [OPTIONS] FILE -- QEMU...
2> See "qevm help try".
[2]
$ qevm try --timeout 0 x.mig -- qemu-system-x86_64
2> qevm: try: --timeout needs at least one second
2> Usage: qevm try [OPTIONS] FILE -- QEMU...
2> See "qevm help try".
[2]
$ qevm try none.mig -- qemu-system-x86_64
2> qevm: none.mig: cannot be opened: No such file or directory
[3]
$ qevm try $STREAMS/7.2-pc-i440fx-6.2.mig -- ./qemu-system-none
2> qevm: ./qemu-system-none cannot be started: No such file or directory
[4]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -usbdevice tablet -usbdevice braille
2> qevm: -usbdevice braille: it is not known to leave the host alone; if that is no loss, --disks-are-copies
[2]
