#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Internal snapshots that QEMU made in qcow2 images, and new ones beside them: snapshots.t [LAYOUT]...

A guest that ticks is saved with savevm, and its disk is written to afterwards. qevm finds nothing wrong
with the snapshot, and makes a new one of it with the machine of a newer QEMU, which loads it: the guest
goes on where it was. qemu-img finds the image sound, and both snapshots have the disk as it was.
"""
import hashlib, os, random, shutil, signal, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
import lab, rows  # noqa: E402
from tap import Tap  # noqa: E402
from tick import Tick  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
LIMIT = 90  # seconds for the guest, or for a program
KILLS = 200
STEPS = 6  # of each layout
IMAGES = ["base.qcow2", "disk.qcow2", "second.qcow2"]

# What `qemu-img create` is told, and what of: an old QEMU does not know all of it.
LAYOUTS = {
    "default": "",
    "version 2": "-o compat=0.10",
    "small clusters": "-o cluster_size=512",
    "large clusters": "-o cluster_size=2M",
    "subclusters": "-o extended_l2=on,cluster_size=128k",
    "narrow refcounts": "-o refcount_bits=4",
    "backing file": "-o refcount_bits=64,lazy_refcounts=on -b base.qcow2 -F qcow2",
}
# Who saves, who loads, and the machine that the new snapshot is of.
PAIRS = [("5.2", "pc-i440fx-5.2", "7.2", "pc-i440fx-6.0"), ("7.2", "pc-i440fx-7.1", "10.0", "pc-i440fx-7.2"),
         ("10.0", "pc-i440fx-7.1", "11.1", "pc-i440fx-7.2"), ("11.1", "pc-i440fx-7.1", "11.1", "pc-i440fx-7.2")]
ARGV = ("qemu-system-x86_64 -M %s -m 16 -nodefaults -vga none -drive if=ide,index=0,file={dir}/disk.qcow2"
        " -drive if=ide,index=1,file={dir}/second.qcow2")


def sum_of(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def disk_sum(image, snapshot, tmp):
    lab.run("qemu-img", "convert", "-q", "-l", "snapshot.name=" + snapshot, "-O", "raw", image, tmp + "/disk.raw")
    return sum_of(tmp + "/disk.raw")


def state_sum(image, snapshot, tmp):
    lab.run(QEVM, "container", "extract", "--no-sync", "-o", tmp + "/state", image + "#" + snapshot)
    return sum_of(tmp + "/state")


# ---- guests -----------------------------------------------------------------------------------

def create(options):
    """The commands that make the images: of the first some was compressed, where its counts allow it."""
    yield "qemu-img create -q -f raw {dir}/raw 4M"
    yield "qemu-io -f raw -c 'write -P 0x11 0 2M' {dir}/raw"
    yield "qemu-img convert -q -f raw -O qcow2 {dir}/raw {dir}/base.qcow2"
    if "-b " in options:
        yield "qemu-img create -q -f qcow2 %s {dir}/disk.qcow2" % options
    else:
        yield "qemu-img convert -q -f raw %s -O qcow2 %s {dir}/raw {dir}/disk.qcow2" % (
            "" if "refcount" in options else "-c", options)
    yield "qemu-io -c 'write -P 0x22 1M 256k' {dir}/disk.qcow2"
    yield "qemu-img create -q -f qcow2 {dir}/second.qcow2 1M"
    yield "qemu-io -c 'write -P 0x33 0 64k' {dir}/second.qcow2"


def save(version, machine, options, guest, tmp):
    """What the guest printed before the snapshot `one`; the images are in tmp."""
    root = lab.root_of(version)
    with lab.Qemu(ARGV % machine + guest.argv, root, serial=True, files=guest.files,
                  prepare=create(options)) as q:
        q.cmd("cont")
        q.wait_for(guest.started, LIMIT)
        q.cmd("stop")
        text = q.printed()
        q.do("savevm one")
        q.do('qemu-io ide0-hd0 "write -P 0x44 1M 64k"')
        q.do('qemu-io ide0-hd0 "write -P 0x55 3M 64k"')
        q.cmd("quit")
        q.wait_exit(LIMIT)
        for name in IMAGES:
            shutil.copy(q.path(name), tmp)
    return text


def load(version, machine, guest, tmp, before):
    """Load the snapshot `new`: None, or in what the guest does not go on."""
    images = {}
    for name in IMAGES:
        with open(tmp + "/" + name, "rb") as f:
            images[name] = f.read()
    with lab.Qemu(ARGV % machine + guest.argv, lab.root_of(version), serial=True,
                  files={**guest.files, **images}) as q:
        q.do("loadvm new")
        q.cmd("cont")
        text = q.wait_for(guest.lives, LIMIT)
        if not guest.lives(text):
            return "the guest went silent after %r %s" % (text[-200:], q.messages())
        return guest.wrong(before + text)


# ---- the tests --------------------------------------------------------------------------------

def changed(tmp, machine):
    """Make the new snapshots, in both images."""
    lab.run(QEVM, "set-machine", "--no-sync", tmp + "/disk.qcow2#one", machine, "--as", "new", "--also",
            tmp + "/second.qcow2")


def steps(pair, options, guest):
    """(what speaks against it, what was tested), one at a time."""
    version, machine, newer, other = pair
    with tempfile.TemporaryDirectory(prefix="qevm-snapshots-") as tmp:
        disk, second = tmp + "/disk.qcow2", tmp + "/second.qcow2"
        before = save(version, machine, options, guest, tmp)
        image, old = sum_of(disk), disk_sum(disk, "one", tmp)
        lab.run(QEVM, "check", disk + "#one")
        told = lab.run(QEVM, "info", disk)
        yield (None if machine in told and " one\n" in told else told), "checked and shown"
        state, second_old = state_sum(disk, "one", tmp), disk_sum(second, "one", tmp)
        yield (None if sum_of(disk) == image else "it was changed"), "reading writes nothing"
        changed(tmp, other)
        lab.run("qemu-img", "check", "-q", disk)
        lab.run("qemu-img", "check", "-q", second)
        yield None, "qemu-img check"
        same = (state_sum(disk, "one", tmp) == state and disk_sum(disk, "one", tmp) == old and
                disk_sum(disk, "new", tmp) == old and disk_sum(second, "new", tmp) == second_old and
                disk_sum(second, "one", tmp) == second_old)
        yield (None if same else "contents differ"), "old snapshots as they were, new ones of the same disks"
        yield load(newer, other, guest, tmp, before), "loadvm by %s, the guest lives on" % newer
        # One that shares is taken away, and the other is whole.
        lab.run("qemu-img", "snapshot", "-d", "one", disk)
        lab.run("qemu-img", "check", "-q", disk)
        yield (None if disk_sum(disk, "new", tmp) == old else "contents differ"), "the new one alone"


def in_use(tap, guest):
    """A QEMU has the image: it is read, and not written to."""
    with tempfile.TemporaryDirectory(prefix="qevm-snapshots-") as tmp:
        save("7.2", "pc-i440fx-7.1", "", guest, tmp)
        disk = tmp + "/disk.qcow2"
        argv = "qemu-system-x86_64 -M none -drive if=none,file=%s" % disk
        with lab.Qemu(argv):
            before = sum_of(disk)
            machine = lab.run(QEVM, "get", disk + "#one", "configuration//name")
            said = lab.run(QEVM, "set-machine", disk + "#one", "pc", "--as", "new", codes=(3,))
        tap.ok(None if "7.1" in machine else machine, "in use: read")
        tap.ok(None if "is in use" in said and sum_of(disk) == before else said, "in use: not written to")


def tried(tap, guest):
    """A QEMU takes a snapshot as a stream, too."""
    with tempfile.TemporaryDirectory(prefix="qevm-snapshots-") as tmp:
        save("7.2", "pc-i440fx-7.1", "", guest, tmp)
        argv = (ARGV % "pc-i440fx-7.1").replace("{dir}", tmp).split()
        with open(tmp + "/tick.img", "wb") as f:
            f.write(guest.files["tick.img"])
        said = lab.run(QEVM, "try", tmp + "/disk.qcow2#one", "--", *argv, "-serial", "null",
                       "-drive", "if=floppy,format=raw,readonly=on,file=" + tmp + "/tick.img")
        tap.ok(None if "loaded by QEMU" in said else said, "tried")


def kills(tap, guest, options):
    """Killed at any moment, the image is sound, but for clusters that are counted and not used."""
    made = broken = 0
    with tempfile.TemporaryDirectory(prefix="qevm-snapshots-") as tmp:
        save("7.2", "pc-i440fx-7.1", options, guest, tmp)
        disk, saved = tmp + "/disk.qcow2", tmp + "/saved.qcow2"
        os.rename(disk, saved)
        old, state = disk_sum(saved, "one", tmp), state_sum(saved, "one", tmp)
        argv = [QEVM, "set-machine", disk + "#one", "pc-i440fx-7.2", "--as", "new"]
        whole = 0
        for _ in range(3):
            shutil.copy(saved, disk)
            begin = time.monotonic()
            lab.run(*argv)
            whole = max(whole, time.monotonic() - begin)
        chance = random.Random(7)
        for _ in range(KILLS):
            shutil.copy(saved, disk)
            with subprocess.Popen(argv, stdin=subprocess.DEVNULL) as p:
                time.sleep(chance.uniform(0, 1.1 * whole))
                p.send_signal(signal.SIGKILL)
            lab.run("qemu-img", "check", "-q", disk, codes=(0, 3))
            names = lab.run("qemu-img", "snapshot", "-l", disk)
            made += " new " in names
            broken += state_sum(disk, "one", tmp) != state or disk_sum(disk, "one", tmp) != old
            if " new " in names:
                lab.run(QEVM, "check", "-q", disk + "#new")
    print("# %d of %d were done before they were killed" % (made, KILLS))
    tap.ok(broken and "%d lost the old snapshot" % broken, "%d kills: %s" % (KILLS, options or "default"))


def main(names):
    lab.tidy()
    names = names or list(LAYOUTS)
    tap = Tap(len(names) * len(PAIRS) * STEPS + 5)
    guest = Tick()
    for pair in PAIRS:
        for name in names:
            rows.steps(tap, "%s, %s" % (pair[0], name), STEPS, steps(pair, LAYOUTS[name], guest))
    for test, *more in ((in_use, 2), (tried, 1), (kills, 1, ""), (kills, 1, LAYOUTS["small clusters"])):
        count, before = more[0], tap.count
        try:
            test(tap, guest, *more[1:])
        except rows.ERRORS as e:
            while tap.count < before + count:
                tap.ok(str(e), test.__name__)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
