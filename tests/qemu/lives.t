#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A Linux guest of a machine type that no longer exists goes on in today's QEMU.

Machine types of QEMU 5.2, back to pc-1.0, to the nearest that 11.1 still has, through `qevm convert`: the
guest was using its disk, network and keyboard when it was saved, and has to use them after.

    LIVES=all tests/qemu/lives.t       # not only the part that every run does
    tests/qemu/lives.t pc-1.0          # this one alone
"""
import os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]
import cell  # noqa: E402
import lab  # noqa: E402
import live  # noqa: E402
from tap import Tap  # noqa: E402

OLD, NEW = "5.2", "11.1"
MACHINES = {"pc-1.0": "pc-i440fx-5.2", "pc-i440fx-1.7": "pc-i440fx-5.2", "pc-i440fx-2.2": "pc-i440fx-5.2",
            "pc-i440fx-2.10": "pc-i440fx-5.2", "pc-q35-2.4": "pc-q35-5.2"}
SETS = ["ide e1000 ps2", "virtio-blk virtio-net ps2"]
PART = [("pc-1.0", SETS[0]), ("pc-i440fx-2.2", SETS[1]), ("pc-q35-2.4", SETS[1])]


def main(names):
    lab.tidy()
    rows = [(machine, devices) for machine in MACHINES for devices in SETS
            if machine in names or not names and (os.environ.get("LIVES") == "all" or (machine, devices) in PART)]
    tap = Tap(len(rows))
    for machine, devices in rows:
        setup = live.Setup("amd64", devices)
        try:
            what, why = cell.cell(setup, (OLD, machine), (NEW, MACHINES[machine]))
        except (lab.LabError, OSError, subprocess.SubprocessError) as e:
            what, why = "not reached", str(e)
        if what == cell.REFUSED:
            why = "refused:\n" + why
        tap.ok(why, "%s with %s: %s" % (machine, devices, "does not live" if why else what))
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
