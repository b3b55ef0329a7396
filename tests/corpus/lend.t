#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams described by others.

Every stream that describes itself is rewritten without its vmdesc and lent that
back: all sections have to be what they were, though now each one's size is
found by reading it. Streams without a vmdesc are described by one of the same
QEMU, and old machine types by what comes with qevm; nothing may stay opaque.
"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lab"))
from corpus_files import streams  # noqa: E402

QEVM = os.environ.get("QEVM", "qevm")
RULES = {"qevm-rules": 1, "rules": [{"op": "drop-vmdesc"}]}
# What describes NAME; None: what comes with qevm.
OTHERS = {
    "5.2-pc-i440fx-2.0": None, "5.2-pc-i440fx-2.1": None,
    "5.2-pc-i440fx-2.2": None, "5.2-pseries-2.1": None,
    **{"%s-%s" % (v, how): "%s-pc-i440fx-%s" % (v, v)
       for v in ("5.2", "7.2", "10.0", "11.1")
       for how in ("no-vmdesc", "postcopy", "xen")},
}


def show(path, *options):
    done = subprocess.run([QEVM, "show", "--json", *options, path],
                          stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout)["records"]


def sections(records):
    """Those of devices, less what says how they were found."""
    found = [dict(r) for r in records if r["type"] == "full"]
    for r in found:
        r.pop("lent", None)
        r.pop("resynced", None)
    return found


def self_lent(stream, tmp):
    """None, or what is wrong."""
    new, rules = os.path.join(tmp, "new.mig"), os.path.join(tmp, "rules.json")
    with open(rules, "w") as f:
        json.dump(RULES, f)
    subprocess.run([QEVM, "rewrite", "--no-sync", "-r", rules, "-o", new,
                    stream.path], check=True)
    old = sections(show(stream.path))
    lent = sections(show(new, "--describe-with", stream.path))
    if len(old) != len(lent):
        return "%d sections, %d before" % (len(lent), len(old))
    for a, b in zip(old, lent):
        if a != b:
            return "%s differs" % a["idstr"]
    return None


def other_lent(stream, lender):
    options = ["--describe-with", lender.path] if lender else []
    found = [r for r in show(stream.path, *options) if r["type"] == "full"]
    for r in found:
        if "lent" not in r or r.get("opaque"):
            return "%s is not described" % r["idstr"]
    return None if len(found) > 10 else "%d sections" % len(found)


def main():
    every = streams()
    by_name = {s.name: s for s in every}
    print("1..%d" % len(every))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="qevm-lend-") as tmp:
        for number, s in enumerate(every, 1):
            if s.name in OTHERS:
                lender = OTHERS[s.name]
                why = other_lent(s, lender and by_name[lender])
            else:
                why = self_lent(s, tmp)
            failed += bool(why)
            print("%s %d - %s" % ("not ok" if why else "ok", number, s.name))
            if why:
                print("# " + why, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
