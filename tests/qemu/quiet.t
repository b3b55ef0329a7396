#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Of what a QEMU loads, `qevm check --against` reports no error.

Guests of one machine type in 5.2, 7.2, 10.0 and 11.1, most of them a Linux that was using its disk,
network and USB when it was saved, each loaded by another of these QEMUs as it is; whether a pair loads
is tried. The destination is what `qevm capture` writes. Beside the count of findings, in the table, is
that of QEMU's own vmstate-static-checker.py.

    QUIET=all tests/qemu/quiet.t            # not only the part that every run does
    tests/qemu/quiet.t usb '10.0->11.1'     # pairs with these in their names
"""
import collections, itertools, json, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]
import driving  # noqa: E402
import lab  # noqa: E402
import live  # noqa: E402
import static  # noqa: E402
from tap import Tap  # noqa: E402

Row = collections.namedtuple("Row", "name arch devices memory machines")
PC = {"pc-i440fx-5.2": "5.2 7.2 10.0 11.1", "pc-i440fx-7.2": "7.2 10.0 11.1", "pc-i440fx-10.0": "10.0 11.1"}
Q35 = {name.replace("i440fx", "q35"): versions for name, versions in PC.items()}
ROWS = [  # the first two use disk, network and USB
    Row("usb", "amd64", "ide e1000 uhci usb-tablet ps2", 192, PC),
    Row("usb q35", "amd64", "ide e1000e xhci usb-tablet usb-storage", 192, Q35),
    Row("virtio", "amd64", "virtio-blk virtio-net rng balloon serial", 192, {**PC, **Q35}),
    Row("pseries", "ppc64el", "virtio-blk virtio-net", 512,
        {"pseries-5.2": "5.2 7.2 10.0 11.1", "pseries-7.2": "7.2 10.0 11.1"}),
    Row("s390", "s390x", "virtio-blk virtio-scsi", 256,
        {"s390-ccw-virtio-5.2": "5.2 7.2 10.0 11.1", "s390-ccw-virtio-7.2": "7.2 10.0 11.1"}),
]
LOADED, WITH_USB = 60, 30  # so many pairs have to load, of all; so many of them with disk, network and USB


def pairs():
    return [(row, machine, source, to) for row in ROWS for machine, versions in row.machines.items()
            for source, to in itertools.permutations(versions.split(), 2)]


def name(row, machine, source, to):
    return "%s %s %s->%s" % (row.name, machine, source, to)


def target(setup, version, machine, folder):
    """What this QEMU wants, as it says itself."""
    place = os.path.join(folder, "%s-%s-%s.mig" % (setup.arch, version, machine))
    if not os.path.exists(place):
        with driving.Place(version) as there:
            for file, data in setup.files(version).items():
                there.write(file, data)
            code, _, problems = there.run("capture", "--no-sync", "-o", place, "--",
                                          *there.qemu(setup.command(machine, own=False)))
        if code:
            raise lab.LabError("capture: " + problems)
    return place


def check(stream, reference):
    """Findings of this stream for this destination."""
    run = subprocess.run([driving.QEVM, "check", "--json", "--against", reference, stream],
                         stdout=subprocess.PIPE, text=True, timeout=driving.LIMIT)
    if run.returncode not in (0, 1):
        raise lab.LabError("check: exit code %d" % run.returncode)
    return json.loads(run.stdout)["findings"]


def one(row, machine, source, to, folder):
    """(does it load, findings)"""
    setup = live.Setup(row.arch, row.devices, row.memory)
    saved = live.save(setup, source, machine)
    findings = check(saved.stream, target(setup, to, machine, os.path.join(folder, row.name)))
    return live.lives(saved, to, machine, saved.stream), findings


def main(words):
    lab.tidy()
    whole = not words and os.environ.get("QUIET") == "all"
    chosen = [p for p in pairs() if any(word in name(*p) for word in words)] if words else pairs()
    if not words and not whole:
        chosen = chosen[::24]
    tap = Tap(len(chosen) + whole)
    loaded = collections.Counter()
    print("# %-44s %6s %8s %6s   static checker" % ("", "errors", "warnings", "notes"))
    with tempfile.TemporaryDirectory(prefix="qevm-quiet-") as folder:
        for row in ROWS:
            os.mkdir(os.path.join(folder, row.name))
        for p in chosen:
            try:
                refused, findings = one(*p, folder)
            except (lab.LabError, OSError, subprocess.SubprocessError) as e:
                tap.ok(str(e), "%s: not reached" % name(*p))
                continue
            of = collections.Counter(f["severity"] for f in findings)
            print("# %-44s %6d %8d %6d   %d" % (name(*p), of["error"], of["warning"], of["note"],
                                              static.count(p[2], p[3], live.ARCHES[p[0].arch][0])))
            loaded[p[0].name.startswith("usb")] += not refused
            wrong = [] if refused else [f for f in findings if f["severity"] == "error"]
            tap.ok("\n".join("%(path)s: %(finding)s: %(sentence)s" % f for f in wrong),
                   name(*p) + (": is refused: " + refused.splitlines()[-1] if refused else ": loads, no error"))
    said = "%d pairs load, %d of them with disk, network and USB in use" % (sum(loaded.values()), loaded[True])
    print("# " + said)
    if whole:
        tap.ok(None if sum(loaded.values()) >= LOADED and loaded[True] >= WITH_USB else said, "enough pairs load")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
