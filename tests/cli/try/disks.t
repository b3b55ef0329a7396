# Disks are read only, with a temporary image over what can be written to.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -M pc -drive file=a,,b.qcow2,if=virtio,cache=none disk.img
qemu-system-x86_64 -M pc -drive file=a,,b.qcow2,if=virtio,cache=none,snapshot=on,force-share=on -drive index=0,media=disk,file=disk.img,snapshot=on,force-share=on -display none -monitor none -snapshot
2> qevm: not written to: a,b.qcow2, disk.img
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -hda 'a,b' -cdrom c.iso -fda f -pflash vars.fd -sd s -mtdblock m
qemu-system-x86_64 -drive index=0,media=disk,file=a,,b,snapshot=on,force-share=on -drive index=2,media=cdrom,file=c.iso,snapshot=on,force-share=on -drive if=floppy,index=0,file=f,snapshot=on,force-share=on -drive if=pflash,file=vars.fd,snapshot=on,force-share=on -drive if=sd,file=s,snapshot=on,force-share=on -drive if=mtd,file=m,snapshot=on,force-share=on -display none -monitor none -snapshot
2> qevm: not written to: a,b, f, vars.fd, s, m
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive if=ide,media=cdrom -drive file=,if=floppy -drive file=c.iso,media=cdrom
qemu-system-x86_64 -drive if=ide,media=cdrom -drive file=,if=floppy -drive file=c.iso,media=cdrom,snapshot=on,force-share=on -display none -monitor none -snapshot
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive file=a.raw,format=raw,snapshot=off,readonly=on
qemu-system-x86_64 -drive file=a.raw,format=raw,snapshot=on,readonly=on,force-share=on -display none -monitor none -snapshot

# Said of a node inside, too.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive driver=qcow2,file.driver=file,file.filename=a,file.read-only=off,read-only=off
qemu-system-x86_64 -drive driver=qcow2,file.driver=file,file.filename=a,file.read-only=on,read-only=off,force-share=on,file.force-share=on,snapshot=on -display none -monitor none -snapshot
2> qevm: not written to: a
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive 'file=json:{"driver":"qcow2",,"file":{"driver":"file",,"filename":"a",,"read-only":false}}'
qemu-system-x86_64 -drive 'file=json:{"driver":"qcow2",,"file":{"driver":"file",,"filename":"a",,"read-only":true,,"force-share":true}},snapshot=on,force-share=on' -display none -monitor none -snapshot
2> qevm: not written to: json:{"driver":"qcow2","file":{"driver":"file","filename":"a","read-only":false}}
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive 'file=json:{"driver":"qcow2",,"file.driver":"file",,"file.filename":"a",,"file.read-only":false}'
qemu-system-x86_64 -drive 'file=json:{"driver":"qcow2",,"file.driver":"file",,"file.filename":"a",,"file.read-only":true},snapshot=on,force-share=on' -display none -monitor none -snapshot
2> qevm: not written to: json:{"driver":"qcow2","file.driver":"file","file.filename":"a","file.read-only":false}
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive driver=qcow2,file.filename=a,file.read-only=off,file.force-share=off -drive 'file=json:{"driver":"qcow2",,"force-share":false,,"file":{"filename":"a",,"read-only":false,,"force-share":false}}'
qemu-system-x86_64 -drive driver=qcow2,file.filename=a,file.read-only=on,file.force-share=on,force-share=on,snapshot=on -drive 'file=json:{"driver":"qcow2",,"force-share":true,,"file":{"filename":"a",,"read-only":true,,"force-share":true}},snapshot=on,force-share=on' -display none -monitor none -snapshot
2> qevm: not written to: a, json:{"driver":"qcow2","force-share":false,"file":{"filename":"a","read-only":false,"force-share":false}}
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive file=fat:rw:folder -drive driver=vvfat,dir=folder,rw=on -drive file=nbd://host/export
qemu-system-x86_64 -drive file=fat:folder,snapshot=on,force-share=on -drive driver=vvfat,dir=folder,rw=off,force-share=on,snapshot=on -drive file=nbd://host/export,snapshot=on,force-share=on -display none -monitor none -snapshot
2> qevm: not written to: fat:rw:folder, a drive, nbd://host/export

# A graph: what a device writes to gets an image over it, and only that.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev '{"driver":"file","filename":"a","node-name":"s","auto-read-only":true}' -blockdev '{"driver":"qcow2","file":"s","node-name":"f","read-only":false}' -device virtio-blk-pci,drive=f,bootindex=1
qemu-system-x86_64 -blockdev '{"driver":"file","filename":"a","node-name":"s","auto-read-only":true,"read-only":true,"force-share":true}' -blockdev '{"driver":"qcow2","file":"s","node-name":"f","read-only":true,"force-share":true}' -drive 'if=none,id=qevm-overlay0,snapshot=on,file=json:{"driver":"raw",,"file":"f"}' -device virtio-blk-pci,drive=qevm-overlay0,bootindex=1 -display none -monitor none -snapshot
2> qevm: not written to: f
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev driver=qcow2,node-name=f,file.driver=file,file.filename=a,backing.driver=raw,backing.file.driver=nbd,backing.file.host=h -device '{"driver":"virtio-blk-pci","drive":"f","serial":"f"}'
qemu-system-x86_64 -blockdev qcow2,node-name=f,file.driver=file,file.filename=a,backing.driver=raw,backing.file.driver=nbd,backing.file.host=h,read-only=on,force-share=on,file.read-only=on,file.force-share=on,backing.read-only=on,backing.force-share=on,backing.file.read-only=on,backing.file.force-share=on -drive 'if=none,id=qevm-overlay0,snapshot=on,file=json:{"driver":"raw",,"file":"f"}' -device '{"driver":"virtio-blk-pci","drive":"qevm-overlay0","serial":"f"}' -display none -monitor none -snapshot
2> qevm: not written to: f
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev raw,node-name=r,read-only=on,file.driver=file,file.filename=c.iso -device ide-cd,drive=r
qemu-system-x86_64 -blockdev raw,node-name=r,read-only=on,file.driver=file,file.filename=c.iso,force-share=on,file.read-only=on,file.force-share=on -device ide-cd,drive=r -display none -monitor none -snapshot
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev '{"driver":"raw","node-name":"v","file":{"driver":"file","filename":"vars.fd","node-name":"vs"}}' -machine q35,pflash1=v -global driver=isa-fdc,property=driveA,value=v -global isa-fdc.driveB=v -global isa-fdc.id=v
qemu-system-x86_64 -blockdev '{"driver":"raw","node-name":"v","file":{"driver":"file","filename":"vars.fd","node-name":"vs","read-only":true,"force-share":true},"read-only":true,"force-share":true}' -drive 'if=none,id=qevm-overlay0,snapshot=on,file=json:{"driver":"raw",,"file":"v"}' -machine q35,pflash1=qevm-overlay0 -drive 'if=none,id=qevm-overlay1,snapshot=on,file=json:{"driver":"raw",,"file":"v"}' -global driver=isa-fdc,property=driveA,value=qevm-overlay1 -drive 'if=none,id=qevm-overlay2,snapshot=on,file=json:{"driver":"raw",,"file":"v"}' -global driver=isa-fdc,property=driveB,value=qevm-overlay2 -global isa-fdc.id=v -display none -monitor none -snapshot
2> qevm: not written to: v
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev '{"driver":"quorum","node-name":"q","vote-threshold":1,"children":[{"driver":"file","filename":"a"},"b"]}'
qemu-system-x86_64 -blockdev '{"driver":"quorum","node-name":"q","vote-threshold":1,"children":[{"driver":"file","filename":"a","read-only":true,"force-share":true},"b"],"read-only":true,"force-share":true}' -display none -monitor none -snapshot

# What is not known to leave alone what it reads is refused.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive file=nvme://0000:00:01.0/1
2> qevm: -drive file=nvme://0000:00:01.0/1: the block driver "nvme" is not known to leave alone what it reads
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev '{"driver":"blklogwrites","node-name":"l","file":"a","log":{"driver":"file","filename":"log"}}'
2> qevm: -blockdev {"driver":"blklogwrites","node-name":"l","file":"a","log":{"driver":"file","filename":"log"}}: the block driver "blklogwrites" is not known to leave alone what it reads
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev '{"driver":"raw","file":{"driver":"replication"}}'
2> qevm: -blockdev {"driver":"raw","file":{"driver":"replication"}}: the block driver "replication" is not known to leave alone what it reads
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev '{"driver":'
2> qevm: -blockdev {"driver":: JSON that cannot be read: unexpected token near end of file
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive '{"file":"a"}'
2> qevm: -drive {"file":"a"}: it does not take JSON
[2]
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -drive 'file=json:{"driver"'
2> qevm: -drive file=json:{"driver": its JSON cannot be read
[2]

# Unless they are copies.
$ qevm try --dry-run --disks-are-copies x.mig -- qemu-system-x86_64 -drive file=nvme://0000:00:01.0/1 -hda a,b -blockdev raw,node-name=f,file.driver=file,file.filename=c -device virtio-blk-pci,drive=f
qemu-system-x86_64 -drive file=nvme://0000:00:01.0/1 -hda a,b -blockdev raw,node-name=f,file.driver=file,file.filename=c -device virtio-blk-pci,drive=f -display none -monitor none

# What would be copied to its own file is only read.
$ qevm try --dry-run x.mig -- qemu-system-x86_64 -blockdev copy-on-read,node-name=f,bottom=b,file.driver=file,file.filename=a -blockdev '{"driver":"copy-on-read","file":"a","bottom":"b"}'
qemu-system-x86_64 -blockdev raw,node-name=f,file.driver=file,file.filename=a,read-only=on,force-share=on,file.read-only=on,file.force-share=on -blockdev '{"driver":"raw","file":"a","read-only":true,"force-share":true}' -display none -monitor none -snapshot
