#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nobody writes to the disks: guest/write.S writes to its own all the time, and reads back what it wrote,
while every file that it was given stays as it is: disks.t [VERSION]..."""
import os, struct, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driving import *  # noqa: E402, F403
import tick  # noqa: E402

MACHINE = "qemu-system-x86_64 -M pc -m 16 -nodefaults "
SERIAL = " -serial stdio"  # lab.py gives its own
BOOT = "-drive if=floppy,format=raw,readonly=on,file={dir}/boot.img "
SIZE = 4 << 20


# ---- what a disk can be given as: options, and what fills the folder ---------------------------

def make_raw(place):
    place.write("disk.raw", os.urandom(SIZE))


def make_chain(place):
    """qcow2 over qcow2 over raw: lazy, dirty, with a bitmap, with unknown auto-clear features."""
    make_raw(place)
    for command in (
            "qemu-img create -q -f qcow2 -b {dir}/disk.raw -F raw {dir}/base.qcow2",
            "qemu-img create -q -f qcow2 -o lazy_refcounts=on -b {dir}/base.qcow2 -F qcow2 {dir}/top.qcow2",
            "qemu-img bitmap --add {dir}/top.qcow2 b",
            "qemu-img snapshot -c before {dir}/top.qcow2"):
        place.tool(command)
    with open(place.file("top.qcow2"), "r+b") as f:
        incompatible, compatible, autoclear = struct.unpack(">QQQ", f.read(96)[72:])
        f.seek(72)
        f.write(struct.pack(">QQQ", incompatible | 1, compatible, autoclear | 1 << 40))


GRAPH = ("-blockdev '{\"driver\":\"file\",\"node-name\":\"s\",\"filename\":\"{dir}/top.qcow2\","
         "\"auto-read-only\":true,\"discard\":\"unmap\"}' "
         "-blockdev '{\"driver\":\"qcow2\",\"node-name\":\"f\",\"read-only\":false,\"file\":\"s\"}' "
         "-device ide-hd,drive=f")
DISKS = {
    "drive": (make_raw, "-drive if=ide,format=raw,file={dir}/disk.raw"),
    "graph": (make_chain, GRAPH),
    "hda": (make_raw, "-hda {dir}/disk.raw"),
    "chain": (make_chain, "-drive if=none,id=d,file={dir}/top.qcow2,discard=unmap -device ide-hd,drive=d"),
    "json": (make_chain, "-drive 'if=ide,file=json:{\"driver\":\"qcow2\",,\"file\":{\"driver\":\"file\",,"
             "\"filename\":\"{dir}/top.qcow2\",,\"read-only\":false}}'"),
    "dotted": (make_chain, "-blockdev driver=copy-on-read,node-name=f,file.driver=qcow2,"
               "file.file.driver=file,file.file.filename={dir}/top.qcow2,file.read-only=off "
               "-device ide-hd,drive=f"),
    "throttled": (make_raw, "-object throttle-group,id=g -blockdev driver=throttle,node-name=t,"
                  "throttle-group=g,file.driver=raw,file.file.driver=file,"
                  "file.file.filename={dir}/disk.raw -device ide-hd,drive=t"),
}
EVERYWHERE = ["drive", "graph"]  # the others with 7.2 alone


# ---- a guest that writes ----------------------------------------------------------------------

def stream_of(version, argv, make):
    """The guest's stream, saved after it has written."""
    with Place(version) as place:
        make(place)
        place.write("boot.img", boot)
        with lab.Qemu(place.fill(argv), place.root, serial=True) as q:
            q.cmd("cont")
            text = q.wait_for(lambda t: t.count("\n") > 2, LIMIT)
            q.cmd("stop")
            if text.count("wrote") < 3:
                raise lab.LabError("the source does not write: %r %s" % (text, q.messages()))
            q.save_to(place.file("stream"))
        with open(place.file("stream"), "rb") as f:
            return f.read()


def writes_on(going):
    """The lines that it printed: each sector that it wrote came back.

    Not the first: stopped between writing a sector and reading it, the guest reads it from another disk than
    the one that has it.
    """
    lines = going.get("serial", "").split("\n")[1:]
    return going.get("runs") and not any("lost" in line for line in lines) and sum(
        line.startswith("wrote") for line in lines) > 1


def check(version, name):
    make, disk = DISKS[name]
    argv = MACHINE + BOOT + disk
    what = "%s, %s: " % (version, name)
    stream = stream_of(version, argv, make)
    with Place(version) as place:
        make(place)
        place.write("boot.img", boot)
        place.write("stream", stream)
        before = place.digests()
        for seconds in ("1", "10"):  # a busy machine may need longer
            code, seen, err = place.try_it(place.file("stream"), argv + SERIAL, "--run", seconds)
            if code or writes_on(seen["run"]):
                break
        ok(code == 0 and writes_on(seen["run"]), what + "the guest goes on writing", code, seen, err)
        ok(seen.get("overlaid"), what + "it is said: %s" % seen.get("overlaid"), seen)
        ok(place.digests() == before, what + "no file changed", before, place.digests())
        ref = place.file("tmp/ref")
        code, out, err = place.run("capture", "-o", ref, "--no-sync", "--", *place.qemu(argv))
        ok(code == 0 and os.path.exists(ref), what + "captured", code, out, err)
        os.unlink(ref)
        os.unlink(ref + ".target.json")
        ok(place.digests() == before, what + "no file changed", before, place.digests())
        ok(gone() and not place.strays(), what + "nothing is left", processes(), place.strays())


def check_copies(version):
    """Said to be copies, they are written to: what is looked for above can be seen."""
    make, disk = DISKS["drive"]
    argv = MACHINE + BOOT + disk
    with Place(version) as place:
        make(place)
        place.write("boot.img", boot)
        place.write("stream", stream_of(version, argv, make))
        before = place.digests()
        code, seen, err = place.try_it(place.file("stream"), argv + SERIAL, "--run", "1", "--disks-are-copies")
        after = place.digests()
        ok(code == 0 and [n for n in before if after[n] != before[n]] == ["disk.raw"],
           "%s: disks that are copies are written to" % version, code, seen, err)


# ---- an image that a guest runs from ----------------------------------------------------------

def check_in_use(version):
    make, disk = DISKS["chain"]
    argv = MACHINE + BOOT + disk
    stream = stream_of(version, argv, make)
    with Place(version) as place:
        make(place)
        place.write("boot.img", boot)
        place.write("stream", stream)
        with lab.Qemu(place.fill(argv), place.root, serial=True) as q:
            q.cmd("cont")
            q.wait_for(lambda t: t.count("\n") > 2, LIMIT)
            code, seen, err = place.try_it(place.file("stream"), argv + SERIAL)
            ok(code == 0, "%s: an image that a guest runs from" % version, code, seen, err)
            said = q.printed()
            text = q.wait_for(lambda t: t.count("\n") > said.count("\n") + 2, LIMIT)
            ok("lost" not in text and text.count("\n") > said.count("\n") + 2,
               "%s: which goes on" % version, text)


# ---- everything else that could be written to -------------------------------------------------

def network():
    """What anybody on this host can see: interfaces, and the ports that the machine below wants."""
    with open("/proc/net/tcp") as f:
        ports = {int(line.split()[1].split(":")[1], 16) for line in f.readlines()[1:]}
    return set(os.listdir("/sys/class/net")) | ports & {22222, 5999, 5900 + 99}


def watch(place, argv):
    """A trial, and what there was of network meanwhile."""
    before, seen = network(), set()
    with place.start("try", "--json", "--run", "0.5", place.file("tmp/ref"), "--", *place.qemu(argv)) as p:
        while p.poll() is None:
            seen |= network()
            time.sleep(0.02)
        out, err = p.communicate()
    return p.returncode, json.loads(out) if out else {}, err, seen - before


def check_everything(version):
    """A machine as a management program makes one."""
    with Place(version) as place:
        make_chain(place)
        place.tool("cp /usr/share/seabios/bios-256k.bin {dir}/code.fd")
        for name in ("ram", "vars.fd", "floppy.img", "cd.iso", "sd.img"):
            place.write(name, os.urandom(1 << 20))
        os.mkdir(place.file("folder"))
        place.write("folder/file", b"a file of the host")
        memory = "" if place.root else "-object memory-backend-file,id=r,size=1M,mem-path={dir}/ram,share=on "
        argv = (
            "qemu-system-x86_64 -name guest=x -M q35 -m 32 -nodefaults -no-user-config -uuid "
            "11111111-1111-1111-1111-111111111111 -daemonize -pidfile {dir}/pid -S -msg timestamp=on "
            "-chardev socket,id=m,path={dir}/monitor,server=on,wait=off -mon chardev=m,mode=control "
            "-drive if=pflash,format=raw,unit=0,readonly=on,file={dir}/code.fd "
            "-drive if=pflash,format=raw,unit=1,file={dir}/vars.fd "
            + GRAPH.replace("ide-hd", "virtio-blk-pci") + " " + memory +
            "-drive if=floppy,format=raw,file={dir}/floppy.img "
            "-drive if=none,id=cd,format=raw,media=cdrom,file={dir}/cd.iso -device ide-cd,drive=cd "
            "-device sdhci-pci -drive if=none,id=sd,format=raw,file={dir}/sd.img -device sd-card,drive=sd "
            "-drive if=none,id=fat,format=raw,file=fat:rw:{dir}/folder -device usb-ehci "
            "-device usb-storage,drive=fat -device virtio-serial-pci "
            "-chardev socket,id=a,path={dir}/agent,server=on,wait=off -device virtserialport,chardev=a "
            "-chardev file,id=f,path={dir}/console -device virtconsole,chardev=f "
            "-chardev spicevmc,id=v,name=vdagent -device virtserialport,chardev=v "
            "-serial file:{dir}/serial -spice port=5999,disable-ticketing=on -vnc :99 "
            "-fsdev local,id=h,path={dir}/folder,security_model=mapped-file "
            "-device virtio-9p-pci,fsdev=h,mount_tag=t -trace vm_state_notify,file={dir}/trace "
            "-netdev tap,id=n,ifname=none,vhost=off -device virtio-net-pci,netdev=n "
            "-netdev user,id=u,hostfwd=tcp::22222-:22 -device e1000e,netdev=u "
            "-object filter-dump,id=d,netdev=u,file={dir}/dump -D {dir}/log -d guest_errors "
            "-object rng-random,id=rng,filename=/dev/urandom -device virtio-rng-pci,rng=rng "
            "-device qxl-vga -device intel-hda -overcommit mem-lock=on -mem-prealloc")
        before = place.digests()
        code, out, err = place.run("capture", "-o", place.file("tmp/ref"), "--json", "--", *place.qemu(argv))
        ok(code == 0, "%s: a large machine" % version, code, out, err)
        left = " ".join(json.loads(out)["left_out"]) if out else ""
        wanted = ["-daemonize", "-pidfile", "-S", "-mon", "-spice", "-vnc", "-trace", "-D", "-mem-prealloc"]
        ok(not [w for w in wanted if w not in left], "%s: what was left out is said" % version, left, err)
        code, seen, err, others = watch(place, argv)
        ok(code == 0 and not seen["messages"], "%s: it loads what it saved" % version, code, seen, err)
        ok(not others, "%s: the host gets no interface, and nobody listens" % version, others)
        for name in ("ref", "ref.target.json"):
            os.unlink(place.file("tmp/" + name))
        ok(place.digests() == before, "%s: no file changed, none is new" % version,
           sorted(set(before.items()) ^ set(place.digests().items())))
        ok(gone() and not place.strays(), "%s: nothing is left" % version, processes(), place.strays())


lab.tidy()
boot = tick.assemble("write").ljust(1440 << 10, b"\0")
for one in sys.argv[1:] or VERSIONS:
    for disk in DISKS:
        if disk in EVERYWHERE or one == "7.2":
            check(one, disk)
    if one == "7.2":
        check_copies(one)
    check_in_use(one)
    check_everything(one)
finish()
