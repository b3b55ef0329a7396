#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""qevm capture: the reference is sound, its own QEMU loads it, and what is beside it is what
schemas/qevm-target.json says, true, and the same each time."""
import os, resource, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driving import *  # noqa: E402, F403
import json_schema  # noqa: E402

with open(os.path.join(HERE, "../../schemas/qevm-target.json")) as f:
    SCHEMA = json.load(f)

PC = ("qemu-system-x86_64 -M q35 -m 64 -nodefaults -device pcie-root-port,id=rp,chassis=1,slot=1,addr=8 "
      "-netdev tap,id=n -device virtio-net-pci,bus=rp,netdev=n,vectors=3 -device virtio-balloon-pci,id=bal "
      "-blockdev driver=null-co,node-name=d,size=16777216,read-zeroes=on -device virtio-blk-pci,drive=d "
      "-device e1000,romfile= -device pcie-pci-bridge,id=br -device pci-bridge,id=b2,chassis_nr=3,bus=br,addr=1 "
      "-device rtl8139,bus=b2,addr=4 -vga std")
# Each with what its target has to have: (machine, device with a path, the path).
OTHERS = {
    "5.2": [("qemu-system-x86_64 -M pc-i440fx-2.0 -m 16 -nodefaults -device e1000",
             "pc-i440fx-2.0", "e1000", "0000:00:02.0"),
            ("qemu-system-riscv64 -M virt -m 32 -nodefaults -device virtio-rng-device",
             "virt", "virtio-rng-device", None)],
    "7.2": [("qemu-system-aarch64 -M virt,gic-version=3 -m 32 -nodefaults -cpu cortex-a57 "
             "-device virtio-rng-pci", "virt-7.2", "virtio-rng-pci", "0000:00:01.0"),
            ("qemu-system-s390x -M s390-ccw-virtio -m 32 -nodefaults -device virtio-rng-ccw",
             "s390-ccw-virtio-7.2", "virtio-rng-ccw", None)],
    "10.0": [("qemu-system-ppc64 -M pseries -m 256 -nodefaults -device virtio-rng-pci",
              "pseries-10.0", "virtio-rng-pci", "pci@800000020000000:00.0")],
    "11.1": [("qemu-system-mips -M malta -m 16 -nodefaults -device e1000", "malta", "e1000", "pci:12.0"),
             ("qemu-system-x86_64 -M microvm -m 32 -nodefaults -device virtio-rng-device",
              "microvm", "virtio-rng-device", None)],
}
HUGE = ("qemu-system-x86_64 -M pc,memory-backend=m -m 64G -nodefaults "
        "-object memory-backend-ram,id=m,size=64G,reserve=off")


def capture(place, name, argv):
    """(what is wrong, the target)."""
    out = place.file(name)
    code, said, err = place.run("capture", "-o", out, "--no-sync", "--", *place.qemu(argv))
    if code:
        return "exit code %d: %s" % (code, err), {}
    with open(out + ".target.json") as f:
        target = json.load(f)
    code, said, err = place.run("check", "--strict", out)
    return (json_schema.wrong(target, SCHEMA, "target", SCHEMA) or (said + err if code else None)), target


def device(target, kind):
    return [d for d in target["devices"] if d["type"] == kind][0]


def number(device, bar):
    return [b["size"] for b in device.get("bars", []) if b["bar"] == bar]


def check_pc(version):
    with Place(version) as place:
        why, target = capture(place, "one", PC)
        if not ok(not why, "%s: captured" % version, why):
            return
        features = {v["section"]: int(v["host_features"], 16) for v in target["virtio"]}
        net = device(target, "virtio-net-pci")
        facts = {
            "version": target["qemu"]["version"].startswith(version + ".") and target["arch"] == "x86_64",
            "machine": target["machine"] == "pc-q35-" + version,
            "command": target["command"][-len(lab.words(PC)):] == lab.words(PC),
            "a card behind a port": net["path"] == "0000:00:08.0:00.0" and net["bus"] == "rp",
            "a card behind two bridges": device(target, "rtl8139")["path"].count(":") == 4,
            "its BARs": number(net, 1) == [4096] and number(net, 4) == [16384],
            "no option ROM": number(device(target, "e1000"), 6) == []
            and number(device(target, "e1000"), 0) == [128 << 10],
            "its properties": net["properties"]["vectors"] == "3 (0x3)"
            and device(target, "virtio-balloon-pci")["id"] == "bal",
            "names of properties": "vectors" in target["types"]["virtio-net-pci"],
            "of which one is 2^64 - 1": "io-reserve" in target["types"]["pcie-root-port"],
            "three virtio devices": len(features) == 3,
            "virtio-net over a tap: csum, tso, version_1":
                features["0000:00:08.0:00.0/virtio-net"] & (1 << 32 | 1 << 11 | 1) == 1 << 32 | 1 << 11 | 1,
            "RAM that can grow": [b["max_length"] > b["used_length"] for b in target["ram_blocks"]
                                  if b["idstr"] == "/rom@etc/acpi/tables"] == [True],
            "what it knows": "e1000" in target["vmstate"] and len(target["vmstate"]) > 150,
            "its machines": target["machine"] in [m["name"] for m in target["machines"]],
            "their compat properties": [len(m["compat-props"]) > 20 for m in target["machines"]
                                        if m["name"].startswith("pc-q35-") and m.get("deprecated")][:1]
            == ([True] if "compat-props" in target["machines"][0] else []) or version in ("5.2", "7.2"),
            "capabilities": target["migration"]["capabilities"]["x-ignore-shared"] is False,
        }
        for what, good in facts.items():
            ok(good, "%s: %s" % (version, what), json.dumps({**target, "vmstate": 0, "machines": 0})[:9000])
        why, again = capture(place, "two", PC)
        ok(not why and again == target, "%s: the same each time" % version, why)
        code, seen, err = place.try_it(place.file("one"), PC)
        ok(code == 0 and seen["messages"] == [], "%s: it loads what it saved" % version, code, seen, err)
        small = os.path.getsize(place.file("one"))
        ok(small < 1 << 20, "%s: the stream has %d bytes" % (version, small))
        ok(gone() and not place.strays(), "%s: nothing is left" % version, processes(), place.strays())


def check_other(version, argv, machine, kind, path):
    with Place(version) as place:
        why, target = capture(place, "one", argv)
        ok(not why and target["machine"] == machine, "%s: %s" % (version, argv), why, target.get("machine"))
        if kind and not why:
            ok(device(target, kind).get("path") == path, "%s, %s: path of %s" % (version, machine, kind),
               target["devices"])
        code, seen, err = place.try_it(place.file("one"), argv)
        ok(code == 0, "%s, %s: it loads what it saved" % (version, machine), code, seen, err)


def check_huge(version):
    """Its pages are dropped on the way: neither the file nor we grow with RAM."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with Place(version) as place:
        why, target = capture(place, "one", HUGE)
        size = os.path.getsize(place.file("one"))
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        ok(not why and size < 1 << 20, "%s: 64 GiB of RAM: a file of %d bytes" % (version, size), why)
        ok(most < 256 << 10 or most == before, "%s: 64 GiB of RAM: %d KiB of memory" % (version, most))


def check_bare(version):
    """Behind a chroot without /proc, which the dump needs: the rest is there, and it is said."""
    with Place(version) as place:
        argv = ["chroot", place.root, *lab.words(OTHERS["5.2"][0][0].replace("-2.0", "-" + version))]
        code, said, err = place.run("capture", "-o", place.file("one"), "--no-sync", "--", *argv)
        with open(place.file("one.target.json")) as f:
            target = json.load(f)
        ok(code == 0 and target["vmstate"] is None and "(-dump-vmstate): QEMU ended with exit code" in err
           and not json_schema.wrong(target, SCHEMA, "target", SCHEMA), "%s: a chroot without /proc" % version,
           code, said, err)


lab.tidy()
for one in sys.argv[1:] or VERSIONS:
    if one != "5.2":  # which has no reserve=off
        check_huge(one)
    check_pc(one)
    if one == "10.0":
        check_bare(one)
    for row in OTHERS[one]:
        check_other(one, *row)
finish()
