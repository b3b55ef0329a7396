#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every virtio device on every kind of machine of every QEMU: in a stream of
the corpus, where it decodes to the last byte, or QEMU is asked for it here and
has to say why it cannot be had. A table says which."""
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lab"))
import lab  # noqa: E402
import opaque  # noqa: E402
from corpus_files import streams  # noqa: E402

VERSIONS = ["5.2", "7.2", "10.0", "11.1"]
# Name: machines by a pattern, where in the section's name; QEMU, its argv,
# how its devices end.
Machine = collections.namedtuple("Machine", "types path argv suffix")
MACHINES = {
    "pc": Machine("pc-i440fx", "", "qemu-system-x86_64 -M pc", "pci"),
    "q35": Machine("pc-q35", "", "qemu-system-x86_64 -M q35", "pci"),
    "virt, pci": Machine("virt-", "0000:", "qemu-system-aarch64 -M virt "
                         "-cpu cortex-a57", "pci"),
    "virt, mmio": Machine("virt-", "virtio-mmio", "qemu-system-aarch64 -M virt "
                          "-cpu cortex-a57", "device"),
    "s390-ccw": Machine("s390-ccw", "/fe", "qemu-system-s390x -M s390-ccw-virtio",
                        "ccw"),
}
# Device: the name of its vmsd, and what asks for it where it is not there.
Device = collections.namedtuple("Device", "vmsd argv")
SOCKET = "-chardev socket,id=v,path={dir}/back -device vhost-user-%s,chardev=v"
MEMORY = "-object memory-backend-ram,id=m0,size=64M -device virtio-%s,memdev=m0"
DEVICES = {
    "net": Device("virtio-net", "-device virtio-net-%s"),
    "blk": Device("virtio-blk", "-device virtio-blk-%s"),
    "scsi": Device("virtio-scsi", "-device virtio-scsi-%s"),
    "balloon": Device("virtio-balloon", "-device virtio-balloon-%s"),
    "rng": Device("virtio-rng", "-device virtio-rng-%s"),
    "serial": Device("virtio-console", "-device virtio-serial-%s"),
    "gpu": Device("virtio-gpu", "-device virtio-gpu-%s"),
    "input": Device("virtio-input", "-device virtio-keyboard-%s"),
    "9p": Device("virtio-9p", "-fsdev local,id=f0,path={dir},"
                 "security_model=none -device virtio-9p-%s,fsdev=f0,"
                 "mount_tag=here"),
    "mem": Device("virtio-mem", MEMORY % "mem-%s"),
    "iommu": Device("virtio-iommu", "-device virtio-iommu-%s"),
    "crypto": Device("virtio-crypto", "-object cryptodev-backend-builtin,id=c "
                     "-device virtio-crypto-%s,cryptodev=c"),
    "sound": Device("virtio-sound-device", "-audiodev none,id=a "
                    "-device virtio-sound-%s,audiodev=a"),
    "vsock": Device("virtio-vhost_vsock", "-device vhost-vsock-%s,guest-cid=7"),
    "vhost-user-vsock": Device("vhost-user-vsock", SOCKET % "vsock-%s"),
    "vhost-user-fs": Device("vhost-user-fs", SOCKET % "fs-%s" + ",tag=here"),
    "vhost-user-blk": Device("vhost-user-blk", SOCKET % "blk-%s"),
    "vhost-user-input": Device("vhost-user-input", SOCKET % "input-%s"),
}
# What QEMU says where there is nothing to be had: the word of the table.
REASONS = [
    ("non-migratable device", "unmigratable"),
    ("is not a valid device model name", "no device"),
    ("not attached to any PCI bus", "PCI only"),
    ("without FW or with -no-acpi", "no ACPI"),
    ("/dev/vhost-vsock|failed to open vhost device", "no vhost"),
    ("requires kvm", "KVM only"),
]


def cells(stream):
    """(device, machine, version) of each virtio device in a stream."""
    run = subprocess.run([opaque.QEVM, "info", "--json", stream.path],
                         check=True, stdout=subprocess.PIPE)
    entry = stream.facts["entry"]
    for section in json.loads(run.stdout)["sections"]:
        path, _, vmsd = section["idstr"].rpartition("/")
        for name, machine in MACHINES.items():
            if entry["machine"].startswith(machine.types) and \
                    path.startswith(machine.path):
                yield from ((d, name, entry["qemu"]) for d, device
                            in DEVICES.items() if device.vmsd == vmsd)


def had(every):
    """cell: [its streams, of which each is what opaque.py says]."""
    found = collections.defaultdict(list)
    for share, stream in zip(opaque.shares(every), every):
        for cell in set(cells(stream)):
            found[cell].append(share)
    return found


def ask(cell):
    """What QEMU says to that device on that machine, the last of it."""
    device, machine = DEVICES[cell[0]], MACHINES[cell[1]]
    argv = "%s -m 32,maxmem=1G -nodefaults %s" % (
        machine.argv, device.argv % machine.suffix)
    try:
        lab.save(os.devnull, argv, lab.root_of(cell[2]), backends=["back"])
    except lab.LabError as e:
        return str(e)
    return "it can be saved, and is not in the corpus"


def judge(cell, shares):
    """Word for the table, and what is wrong or nothing."""
    if shares:
        bad = [path for s in shares for path in s.opaque_virtio
               if path.split("//")[0].endswith(DEVICES[cell[0]].vmsd)]
        return "yes", ", ".join(bad)
    said = ask(cell)
    for pattern, word in REASONS:
        if re.search(pattern, said):
            return word, ""
    return "?", said


def main():
    lab.tidy()
    every = streams()
    found = had(every)
    names = [(d, m, v) for d in DEVICES for m in MACHINES for v in VERSIONS]
    print("1..%d" % len(names))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = dict(zip(names, pool.map(
            lambda cell: judge(cell, found.get(cell)), names)))
    for n, cell in enumerate(names, 1):
        word, bad = answers[cell]
        print("%s %d - %s on %s of %s: %s" % ("not ok" if bad else "ok", n,
                                              *cell, word))
        if bad:
            print("# " + bad.replace("\n", " "))
    for device in DEVICES:
        for machine in MACHINES:
            print("# %-17s %-11s %s" % (device, machine, "  ".join(
                "%s %-12s" % (v, answers[device, machine, v][0])
                for v in VERSIONS)))


main()
