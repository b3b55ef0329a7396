#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does `qevm schema compare` tell what differs, and nothing else?

Between what four QEMUs say of their devices, on five architectures: what it calls an error is looked
up in the descriptions by other means, or was found in QEMU's sources. Printed beside it is what QEMU's
own vmstate-static-checker.py counts.

Between streams of one machine type, saved by several QEMUs: what is known to stop them is found, and
what a QEMU loads has no error.
"""
import gzip
import itertools
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lab"))
import lab  # noqa: E402
import static  # noqa: E402
from corpus_files import streams  # noqa: E402

QEVM = os.environ.get("QEVM", "qevm")
TARGETS = os.path.join(HERE, "../../schemas/targets")
VERSIONS = ["5.2", "7.2", "10.0", "11.1"]
ARCHES = ["x86_64", "aarch64", "ppc64", "s390x", "riscv64"]

# Errors in the middle of a layout, and where they come from.
FIELDS = {
    r"(pciespscsi|sysbusespscsi)//esp/drq_state":
        "hw/scsi/esp.c: VMSTATE_BOOL(drq_state) without a version, since 9.1",
    r"(pciespscsi|sysbusespscsi)//esp/\{esp/pdma\}":
        "hw/scsi/esp.c: vmstate_esp_pdma went from version 1 to 0 with 6.0",
    r"PCA9552//ext_state":
        "hw/gpio/pca9552.c: ext_state, 16 bytes, without a version, since 9.0",
    r"allwinner-sdhost//sample_delay":
        "hw/sd/allwinner-sdhost.c: sample_delay without a version, since 8.1",
    r"aspeed\.i2c//.*":
        "hw/i2c/aspeed_i2c.c: the nested aspeed_i2c_bus_vmstate changed, the outer one kept version 2",
    r"aspeed\.i3c//devices/regs":
        "include/hw/misc/aspeed_i3c.h: 0x300 >> 2 registers until 10.x, 0x1000 >> 2 in hw/i3c since",
    r"xlnx\.v-dp//vblank":
        "hw/display/xlnx_dp.c: version 2, but VMSTATE_PTIMER() is of version 1: read from version 1, too",
}

# What has to be found between dumps: real breaks, each seen with real QEMUs.
BREAKS = [
    ("x86_64", "7.2", "10.0", "error", "pciespscsi//esp/drq_state", "field-missing"),
    ("x86_64", "10.0", "7.2", "error", "pciespscsi//esp/drq_state", "field-extra"),
    ("x86_64", "11.1", "10.0", "warning", "pciespscsi//esp/asc_mode", "field-conditional"),
    ("x86_64", "7.2", "5.2", "error", "pciespscsi", "version-too-new"),
    ("x86_64", "5.2", "7.2", "warning", "piix4_pm//acpi_pci_hotplug.acpi_index", "field-conditional"),
    ("x86_64", "7.2", "5.2", "warning", "piix4_pm//acpi_pci_hotplug.acpi_index", "field-conditional"),
    ("x86_64", "7.2", "5.2", "warning", "ICH9LPC//pm/{ich9_pm/pcihp}", "subsection-optional"),
    ("x86_64", "7.2", "5.2", "warning", "pckbd//kbd/{pckbd/extended_state}", "subsection-optional"),
    ("x86_64", "10.0", "11.1", "warning", "piix4_pm//smb", "field-conditional"),
    ("x86_64", "10.0", "11.1", "error", "vga", "section-unknown"),
    ("x86_64", "10.0", "7.2", "warning", "e1000e//core.timadj", "field-conditional"),
    ("x86_64", "5.2", "7.2", "error", "virtio-iommu", "version-too-old"),
    ("aarch64", "10.0", "11.1", "warning", "sd-card//{sd-card/ext_csd_modes-state}", "subsection-twice"),
    ("aarch64", "5.2", "10.0", "warning", "aspeed.rtc//offset", "field-misread"),
    ("riscv64", "10.0", "11.1", "error", "riscv_mtimer", "version-too-old"),
]

# The same between streams: name, which QEMUs.
STREAM_BREAKS = [
    ("pseries-devices", "10.0", "7.2", "error", "cpu//{cpu/slb}", "version-too-new"),
    ("pc-disks", "7.2", "11.1", "error", "0000:00:05.0/pciespscsi//esp/drq_state", "field-missing"),
    ("pc-virtio", "7.2", "10.0", "warning", "0000:00:08.0/virtio-gpu//virtio-gpu", "field-opaque"),
    ("no-configuration", "5.2", "7.2", "warning", "0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index",
     "field-conditional"),
]

# What is loaded for real, in all directions, where the machine type is the same.
LOADED = ["pc-i440fx-5.2", "pc-i440fx-7.2", "microbit"]

number = failed = 0


def result(ok, what, said=""):
    global number, failed
    number += 1
    print("%sok %d - %s" % ("" if ok else "not ", number, what), flush=True)
    if not ok:
        failed += 1
        print("# %s\n%s" % (what, "".join("#   %s\n" % line for line in said.split("\n"))), file=sys.stderr,
              flush=True)


def compare(old, new):
    """Findings forward and backward, in a list each."""
    run = subprocess.run([QEVM, "schema", "compare", "--json", old, new], stdout=subprocess.PIPE, text=True)
    if run.returncode not in (0, 1):
        raise lab.LabError("%s and %s: exit code %d" % (old, new, run.returncode))
    answer = json.loads(run.stdout)
    return answer["forward"]["findings"], answer["backward"]["findings"]


def counts(findings):
    return tuple(sum(f["severity"] == s for f in findings) for s in ("error", "warning", "note"))


def listed(findings):
    return "\n".join("%(path)s: %(finding)s: %(sentence)s" % f for f in findings)


# ---- dumps --------------------------------------------------------------------------------------

def dump(version, arch):
    """Of a target, type -> its object; without what is about the file."""
    with gzip.open("%s/qemu-%s/%s.json.gz" % (TARGETS, version, arch), "rt", encoding="utf-8") as f:
        text = json.load(f)
    partial = "partial" in text.pop("vmschkmachine")
    return {t: d["Description"] for t, d in text.items() if "Description" in d}, partial


def is_true(finding, source, destination, partial):
    """Is an error so, by the descriptions themselves?"""
    name, kind = finding["path"], finding["finding"]
    mine = {t: d for t, d in source.items() if d["name"] == name}
    theirs = [d for t, d in destination.items() if d["name"] == name]
    if kind == "device-gone":
        return bool(mine) and not theirs and not partial and not set(mine) & set(destination)
    if kind == "device-unmigratable":
        return any("Fields" not in destination[t] for t in mine if t in destination)
    if kind == "section-unknown":
        return any(destination[t]["name"] != name for t in mine if t in destination)
    if kind == "version-too-new" and "//" not in name:
        return any(m["version_id"] > d["version_id"] for m in mine.values() for d in theirs)
    if kind == "version-too-old" and "//" not in name:
        return any(m["version_id"] < d["minimum_version_id"] for m in mine.values() for d in theirs)
    return any(re.fullmatch(pattern, name) for pattern in FIELDS)


def has(findings, severity, path, kind):
    return any((f["severity"], f["path"], f["finding"]) == (severity, path, kind) for f in findings)


def dumps():
    found = {}
    print("# %-8s %-13s %14s    errors warnings notes" % ("", "", "static checker"))
    for arch in ARCHES:
        for old, new in itertools.combinations(VERSIONS, 2):
            both = compare("qemu-%s/%s" % (old, arch), "qemu-%s/%s" % (new, arch))
            for versions, findings in zip(((old, new), (new, old)), both):
                found[(arch,) + versions] = findings
                print("# %-8s %4s -> %-5s %14d    %6d %8d %5d" % (
                    arch, *versions, static.count(*versions, arch), *counts(findings)), flush=True)
    for (arch, source, destination), findings in found.items():
        a, b = dump(source, arch), dump(destination, arch)
        wrong = [f for f in findings if f["severity"] == "error" and not is_true(f, a[0], b[0], b[1])]
        result(not wrong, "%s %s -> %s: errors are true" % (arch, source, destination), listed(wrong))
    used = [f["path"] for findings in found.values() for f in findings if f["severity"] == "error"]
    for pattern in FIELDS:
        result(any(re.fullmatch(pattern, path) for path in used), "%s is found" % pattern)
    for arch, source, destination, severity, path, kind in BREAKS:
        result(has(found[(arch, source, destination)], severity, path, kind),
               "%s %s -> %s: %s[%s] %s" % (arch, source, destination, severity, kind, path))


# ---- streams ------------------------------------------------------------------------------------

def machine(path):
    """The machine type in the configuration; None without one."""
    with open(path, "rb") as f:
        head = f.read(300)
    return head[13:13 + int.from_bytes(head[9:13], "big")] if head[8] == 7 else None


def pairs():
    """(name, source, destination) of streams of one name that are asked for."""
    named = {}
    for s in streams():
        version, name = s.name.split("-", 1)
        named.setdefault(name, {})[version] = s
    for name in sorted(set(LOADED) | {row[0] for row in STREAM_BREAKS}):
        for old, new in itertools.combinations([v for v in VERSIONS if v in named[name]], 2):
            yield name, named[name][old], named[name][new]


def loads(source, destination):
    entry = destination.facts["entry"]
    return lab.load(source.path, entry["argv"], lab.root_of(entry["qemu"]), files=entry.get("files", {}),
                    prepare=entry.get("prepare", ()))


def check_load(source, destination, findings):
    errors = [f for f in findings if f["severity"] == "error"]
    answer = loads(source, destination)
    said = [line for line in answer.messages.split("\n") if "warning" not in line]
    print("# %-30s %-6s %s" % (source.name, destination.facts["entry"]["qemu"],
                               "loads" if answer.ok else "%d errors; %s" % (len(errors), said[0][:90])))
    result(not (answer.ok and errors), "%s loads in %s, or has no error" % (
        source.name, destination.facts["entry"]["qemu"]), listed(errors))
    return answer.ok


def all_streams():
    found, loaded, refused = {}, 0, 0
    for name, old, new in pairs():
        both = compare(old.path, new.path)
        found[(name, old.facts["entry"]["qemu"], new.facts["entry"]["qemu"])] = both[0]
        found[(name, new.facts["entry"]["qemu"], old.facts["entry"]["qemu"])] = both[1]
        if name not in LOADED or machine(old.path) != machine(new.path):
            continue
        for source, destination, findings in ((old, new, both[0]), (new, old, both[1])):
            if check_load(source, destination, findings):
                loaded += 1
            elif any(f["severity"] == "error" for f in findings):
                refused += 1
    for name, source, destination, severity, path, kind in STREAM_BREAKS:
        result(has(found.get((name, source, destination), []), severity, path, kind),
               "%s %s -> %s: %s[%s] %s" % (name, source, destination, severity, kind, path))
    result(loaded >= 12 and refused >= 3, "%d pairs load, %d are refused as foretold" % (loaded, refused))


def main():
    lab.tidy()
    dumps()
    all_streams()
    print("1..%d" % number)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
