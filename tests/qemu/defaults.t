#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Options for devices that QEMU adds by itself do not take them away: defaults.t

A -global that names the type of such a device keeps QEMU from adding it (system/vl.c: default_list[]). The
command that `qevm plan` says to start has to have the same devices as the one it was given.
"""
import os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
sys.dont_write_bytecode = True
import lab  # noqa: E402
from tap import Tap  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
STREAM = os.path.join(HERE, "../streams/5.2-pc-i440fx-2.3.mig.xz")
MACHINE = "qemu-system-x86_64 -M pc-i440fx-5.2 -m 16 -nic none"
# More of the command line; what has to be in the new one, what must not.
ROWS = [
    ("", ["-vga std", "-global VGA."], ["-global ide-cd.", "-global isa-fdc."]),
    (" -vga std", ["-global VGA."], ["-vga std -vga", "-global ide-cd."]),
    (" -vga none -device VGA", ["-device VGA", "-global VGA."], ["-vga std"]),
    (" -nodefaults -device VGA", ["-global VGA.", "-global isa-fdc."], ["-vga"]),
    (" -device floppy", ["-vga std", "-global isa-fdc."], []),
]


def devices(command):
    with lab.Qemu(command) as q:
        text = q.cmd("human-monitor-command", **{"command-line": "info qtree"})
        return sorted(line.split(",")[0].strip() for line in text.splitlines() if "dev: " in line)


def check(more, wanted, unwanted):
    command = MACHINE + more
    done = subprocess.run([QEVM, "plan", "--from-machine", "pc-i440fx-2.3", STREAM, "--", *lab.words(command)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = [line for line in done.stderr.splitlines() if MACHINE in line]
    if not said:
        return "exit code %d: %s" % (done.returncode, done.stderr)
    new = said[0].strip()
    for part in wanted:
        if part not in new:
            return "no %s in: %s" % (part, new)
    for part in unwanted:
        if part in new:
            return "%s is in: %s" % (part, new)
    return None if devices(new) == devices(command) else "other devices: " + new


def main():
    tap = Tap(len(ROWS))
    for more, wanted, unwanted in ROWS:
        try:
            why = check(more, wanted, unwanted)
        except lab.LabError as e:
            why = str(e)
        tap.ok(why, MACHINE + more)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
