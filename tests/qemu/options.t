#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every option that a QEMU lists in its help is known, and whether it takes an argument."""
import os, re, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driving import *  # noqa: E402, F403

ARCHES = ["x86_64", "aarch64", "ppc64", "s390x", "m68k", "riscv64", "mips"]


def options(place, program):
    """-NAME or "-a/-b file" at the beginning of a line: {name: what the help says}."""
    help = subprocess.run(place.qemu([program, "-help"]), stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    found = {}
    for line in help.stdout.splitlines():
        if line.startswith("-"):
            for name in re.findall(r"(?:^|/|\bor )-([a-zA-Z0-9][\w-]*)", line.split("  ")[0]):
                found[name] = line
    return found


def takes_argument(place, program, name):
    """By what QEMU says when there is nothing behind it, where that is an error."""
    done = subprocess.run(place.qemu([program, "-M", "none", "-display", "none", "-nodefaults",
                                      "-incoming", "nothing", "-" + name]),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=LIMIT)
    return "requires an argument" in done.stdout


tested = set()  # an option does not change its ways from one release to the next


def check(version):
    with Place(version) as place:
        known = set()
        for arch in ARCHES:
            program = "qemu-system-" + arch
            for name in sorted(set(options(place, program)) - known):
                known.add(name)
                _, _, said = place.run("try", "--dry-run", "x", "--", program, "-" + name)
                if "no option of QEMU" in said:
                    ok(False, "%s: -%s is known" % (version, name), said)
                elif name not in tested and ("needs an argument" in said) != takes_argument(
                        place, program, name):
                    ok(False, "%s: whether -%s takes an argument" % (version, name), said)
            tested.update(known)
        ok(len(known) > 80, "%s: %d options" % (version, len(known)))


lab.tidy()
for one in VERSIONS:
    check(one)
finish()
