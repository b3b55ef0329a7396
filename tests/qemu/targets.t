#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped targets are what these QEMUs say of themselves. A later package
of the same release may have another version, but no other devices."""
import importlib.machinery
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True  # of a script without an ending
sys.path.insert(0, os.path.join(HERE, "../lab"))
import lab  # noqa: E402

loader = importlib.machinery.SourceFileLoader(
    "targets", os.path.join(HERE, "../lab/targets"))
targets = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("targets", loader))
loader.exec_module(targets)


def devices(target):
    """All but what tells whose they are, in order."""
    return [(k, v) for k, v in target.items() if k != "vmschkmachine"]


def differs(version, arch):
    """The first device that differs, or nothing."""
    shipped = devices(targets.load(version, arch))
    now = devices(targets.dump(version, arch))
    for a, b in zip(shipped, now):
        if a != b:
            return "%s, now %s" % (a[0], b[0])
    return "" if len(shipped) == len(now) else "%d devices, now %d" % (
        len(shipped), len(now))


def main():
    lab.tidy()
    rows = [(v, a) for v in targets.VERSIONS for a in targets.ARCHES]
    print("1..%d" % len(rows))
    failed = 0
    for n, row in enumerate(rows, 1):
        bad = differs(*row)
        failed += bool(bad)
        print("%s %d - qemu-%s/%s" % ("not ok" if bad else "ok", n, *row))
        if bad:
            print("# " + bad)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
