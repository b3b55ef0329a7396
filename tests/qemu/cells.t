#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Forward and back: Linux guests go on in another QEMU, of 5.2, 7.2, 10.0 and 11.1.

A cell is a machine with a set of devices, from one QEMU to another, each with its newest machine type:
saved in use, converted by `qevm convert`, loaded, and in use again (tests/lab/live.py). A cell that is
refused has to be one of REFUSED, with that reason.

    CELLS=all tests/qemu/cells.t            # not only the part that every run does, and the table
    tests/qemu/cells.t q35 '10.0->11.1'     # cells with these in their names
"""
import collections, itertools, os, re, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]
import cell  # noqa: E402
import lab  # noqa: E402
import live  # noqa: E402
from tap import Tap  # noqa: E402

VERSIONS = ["5.2", "7.2", "10.0", "11.1"]
WAYS = list(itertools.permutations(VERSIONS, 2))
Row = collections.namedtuple("Row", "name arch machine devices memory more ways visible")


def between(versions):
    return list(itertools.permutations(versions, 2))


# Where what a guest can see may change: 5.2 does not offer the virtio feature RING_RESET, and guests do
# without it. 7.2 and 5.2 have other capabilities of PCI Express in xhci, and no clock for PTP in e1000e.
def row(name, arch, machine, devices, memory=192, more="", ways=WAYS, visible=("5.2",)):
    return Row(name, arch, machine, devices, memory, more, ways, visible)


# Programs of the guest look what the CPU has once, and go on with that: what 7.2 emulates and 5.2 does not is
# off. Other models than the one that TCG has by itself are none since 10.0: they have what it does not emulate.
S390 = "-cpu qemu," + ",".join(feature + "=off" for feature in (
    "iep", "kimd-sha-512", "klmd-sha-512", "minste2", "minste3", "msa5-base", "msa8-base", "prno-trng", "vxeh",
    "vxeh2"))
RISCV = "virt,acpi=off -cpu rv64,zicbom=off,zicbop=off,zicboz=off,zawrs=off,zfa=off,svadu=off"

# A machine is one for each QEMU, or %s in it is QEMU's version; more are options. nvme is not here, since none
# before 11.1 can save it.
ROWS = [
    row("pc ide", "amd64", "pc-i440fx-%s", "ide e1000 uhci usb-tablet ps2 i6300esb"),
    row("pc virtio", "amd64", "pc-i440fx-%s", "virtio-blk virtio-net serial ps2"),
    row("pc balloon", "amd64", "pc-i440fx-%s", "ide e1000 rng balloon poison"),
    # Since machine types of 10.0, the balloon has MSI-X, which Linux uses.
    row("pc vectors", "amd64", "pc-i440fx-%s", "ide e1000 balloon", ways=[("11.1", "7.2")]),
    row("pc scsi", "amd64", "pc-i440fx-%s", "virtio-scsi rtl8139 ehci usb-storage smp"),
    row("pc more", "amd64", "pc-i440fx-%s", "lsi pcnet gpu hda xhci usb-tablet"),
    row("q35 ahci", "amd64", "pc-q35-%s", "ide e1000e xhci usb-tablet ps2 hda",
        visible=("5.2", "7.2")),
    row("q35 virtio", "amd64", "pc-q35-%s", "virtio-blk virtio-net serial gpu"),
    row("q35 ports", "amd64", "pc-q35-%s", "port:virtio-blk port:virtio-net port:serial port:xhci usb-tablet "
        "port:rng", visible=("5.2", "7.2")),
    row("q35 scsi", "amd64", "pc-q35-%s", "virtio-scsi megasas vmxnet3 nec-xhci usb-kbd smp",
        visible=("5.2", "7.2")),
    row("q35 pflash", "amd64", "pc-q35-%s", "pflash ide rtl8139 uhci usb-tablet i6300esb"),
    row("arm gicv2", "arm64", "virt-%s,gic-version=2", "virtio-blk virtio-net rng xhci usb-kbd",
        visible=("5.2", "7.2")),
    # 5.2 has no ITS with TCG, and so no MSI-X.
    row("arm gicv3", "arm64", "virt-%s,gic-version=3,its=off", "virtio-scsi e1000",
        more="-cpu cortex-a72 -global virtio-scsi-pci.vectors=0"),
    row("arm its", "arm64", "virt-%s,gic-version=3", "virtio-blk virtio-net xhci usb-tablet",
        more="-cpu cortex-a53", ways=between(VERSIONS[1:]), visible=("5.2", "7.2")),
    row("arm ports", "arm64", "virt-%s,gic-version=3", "port:virtio-blk port:virtio-net port:xhci usb-kbd port:rng",
        more="-cpu cortex-a72", ways=between(VERSIONS[1:]), visible=("7.2",)),
    # 10.0.13 of Debian has queues of 1024 entries; with the same machine type, 11.1 has shorter ones. Those
    # that nobody uses are repaired; disks get longer ones, as the refusal says (QUEUES); others are refused.
    row("pc 1024 idle", "amd64", "pc-i440fx-10.0", "ide e1000 rng-idle", ways=[("10.0", "11.1")]),
    row("pc 1024 disks", "amd64", "pc-i440fx-10.0", "virtio-blk virtio-scsi e1000", ways=[("10.0", "11.1")]),
    row("pc 1024 net", "amd64", "pc-i440fx-10.0", "ide virtio-net", ways=[("10.0", "11.1")]),
    # Which POWER9 is the default is not the same everywhere. 7.2 and 5.2 do not start the timer of a CPU after
    # a load (TCG before 8.2), of their own streams either: these guests live since they take an interrupt first.
    row("pseries", "ppc64el", "pseries-%s", "virtio-blk virtio-net", 512, "-cpu power9_v2.0"),
    row("pseries scsi", "ppc64el", "pseries-%s", "virtio-scsi e1000 xhci usb-kbd", 512, "-cpu power9_v2.0"),
    # Has no versions, so that properties are for the user to give: ACPI since 8.0, and extensions of the CPU,
    # for which Linux patches itself.
    row("riscv virt", "riscv64", {"5.2": "virt", "7.2": "virt", "10.0": RISCV, "11.1": RISCV},
        "virtio-blk virtio-net", 256, visible=("5.2", "10.0", "11.1")),
    row("s390 disk", "s390x", "s390-ccw-virtio-%s", "virtio-blk rng balloon", 256, S390),
    row("s390 net", "s390x", "s390-ccw-virtio-%s", "virtio-scsi virtio-net", 256, ways=between(VERSIONS[1:])),
]

# What every run does: old and new on both sides.
PART = ["pc virtio 7.2->11.1", "pc scsi 11.1->5.2", "q35 virtio 11.1->10.0", "pc 1024 idle 10.0->11.1",
        "q35 ports 10.0->7.2", "arm gicv2 5.2->10.0", "pseries 5.2->11.1", "pseries scsi 10.0->7.2"]

NEEDED = {"amd64": 24}  # so many have to live; on others two, and nine in ten of all

# Cells, as a pattern, and what they are refused for. Each was looked into.
REFUSED = [
    # Queues that the guest has are in its memory: they cannot be made shorter.
    ("10.0->11.1", "queue 0 is in use with 1024 entries"),
    # Since machine types of 10.0 it has MSI-X, which Linux uses.
    ("pc vectors", "virtio-balloon: the device has other PCI capabilities"),
    # 7.0 counts privilege levels otherwise, and has other fields.
    ("riscv virt 5.2->", "cpu: it has version ., and the destination takes none before version"),
    # 7.2 does not know when the timer of Sstc ends, 5.2 has neither that, nor the clock's offset, nor counters.
    ("riscv virt 10.0->7.2", "cpu/timer}: lossy"),
    ("riscv virt .*->5.2", "riscv_mtimer: lossy"),
]


def machine(row, version):
    if isinstance(row.machine, dict):
        return row.machine[version]
    return row.machine.replace("%s", version)


def cells():
    return [(row, source, to) for row in ROWS for source, to in WAYS if (source, to) in row.ways]


def name(row, source, to):
    return "%s %s->%s" % (row.name, source, to)


def expected(where, why):
    return any(re.search(place, where) and re.search(reason, why) for place, reason in REFUSED)


def allowed(row, to):
    """Options of convert."""
    return ["--allow-visible"] if to in row.visible else []


# Devices that have no MSI-X there, nor a property for that: a guest that has to go there has to do without.
NO_VECTORS = {"rng": ["5.2"], "balloon": ["5.2", "7.2"]}
QUEUES = {"blk": "queue-size", "scsi": "virtqueue_size"}


def options(row, source, to):
    """Of both QEMUs: those of the source alone, of the destination alone."""
    here = there = ""
    for device, lacking in NO_VECTORS.items():
        if re.search(r"\b%s\b" % device, row.devices) and to in lacking and source not in lacking \
                and row.name != "pc vectors":
            here += " -global virtio-%s-pci.vectors=0" % device
    if (source, to) == ("10.0", "11.1"):  # as convert says
        there += "".join(" -global virtio-%s-device.%s=1024" % queue for queue in QUEUES.items()
                         if "virtio-" + queue[0] in row.devices)
    return row.more + here, row.more + there


def one(row, source, to):
    """What a cell is: lives, refused, or what is wrong with it."""
    here, there = (live.Setup(row.arch, row.devices, row.memory, more) for more in options(row, source, to))
    try:
        what, why = cell.cell(here, (source, machine(row, source)), (to, machine(row, to)), there, allowed(row, to))
    except (lab.LabError, OSError, subprocess.SubprocessError) as e:
        what, why = "not reached", str(e)
    if what == cell.REFUSED and expected(name(row, source, to), why):
        return what, what, None
    return "FAILS" if why else "lives", what, why


def short(found):
    """Of the whole table: what there is too little of, or None."""
    lives = collections.Counter(row.arch for row, source, to in cells() if found[(row.name, source, to)] == "lives")
    few = ["%s: %d live" % (arch, lives[arch]) for arch in live.ARCHES if lives[arch] < NEEDED.get(arch, 2)]
    if 10 * sum(lives.values()) < 9 * len(found):
        few.append("%d of %d live" % (sum(lives.values()), len(found)))
    return "\n".join(few)


def table(found):
    print("# %-14s" % "" + "".join("%12s" % ("%s->%s" % way) for way in WAYS))
    for row in ROWS:
        print("# %-14s" % row.name + "".join("%12s" % found.get((row.name, *way), "") for way in WAYS))


def main(words):
    lab.tidy()
    whole = not words and os.environ.get("CELLS") == "all"
    chosen = [c for c in cells() if whole or any(word in name(*c) for word in words or PART)]
    tap = Tap(len(chosen) + whole)
    found = {}
    for c in chosen:
        state, what, why = one(*c)
        found[(c[0].name, c[1], c[2])] = state
        tap.ok(why, "%s, %s: %s" % (name(*c), " ".join([c[0].devices, *allowed(c[0], c[2])]), what))
    if whole:
        tap.ok(short(found), "enough cells live")
    table(found)
    print("# %s" % ", ".join("%d %s" % (n, state) for state, n in collections.Counter(found.values()).items()))
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
