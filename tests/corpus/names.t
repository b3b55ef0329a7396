#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each register in the lists of an arm CPU has a name, and its value is a
field of that name; those of an x86 CPU have theirs."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lab"))
from corpus_files import streams  # noqa: E402

QEVM = os.environ.get("QEVM", "qevm")
ARM = re.compile("qemu-system-(arm|aarch64)( |$)")
X86 = re.compile("qemu-system-(x86_64|i386)( |$)")
# Of one implementation only: named by where it is, as an assembler does.
PLACES = re.compile(r"(S\d_\d_C\d+_C\d+_\d|p\d+_\d_c\d+_c\d+_\d(_64)?(_S)?)$")


def cpus(stream):
    """The fields of each that is described, by their names."""
    run = subprocess.run([QEVM, "show", "--json", "--all", stream.path],
                         check=True, stdout=subprocess.PIPE)
    for record in json.loads(run.stdout)["records"]:
        if record["type"] == "full" and not record.get("opaque") and \
                record["idstr"].rsplit("/", 1)[-1] == "cpu":
            yield {f["name"]: f for f in record.get("fields", ())}


def arm_lacks(cpu):
    if cpu["cpreg_vmstate_array_len"]["value"] == 0:  # of M-profile
        return ""
    indexes = cpu["cpreg_vmstate_indexes"]
    names = [n[0] for n in indexes["names"]]
    values = [f["name"] for f in cpu["cpreg_vmstate_values"]["fields"]]
    if "" in names:
        return "no name for 0x%x" % indexes["values"][names.index("")]
    SEEN.update(names)
    return "" if names == values else "values are called %s" % values


def x86_lacks(cpu):
    if "fields" not in cpu["env.regs"]:  # 32 bits
        return "" if cpu["env.regs"]["type"] == "uint32" else "no registers"
    names = [f["name"] for f in cpu["env.regs"]["fields"]]
    if names[4] != "RSP" or "0x" in "".join(names):
        return "registers are called %s" % names
    return "" if "ET" in cpu["env.cr[0]"]["names"] else "CR0 has no bits"


SEEN = set()


def main():
    mine = []
    for s in streams():
        argv = s.facts["entry"]["argv"]
        for pattern, lacks in (ARM, arm_lacks), (X86, x86_lacks):
            if pattern.match(argv):
                mine.append((s, lacks))
    assert len(mine) > 200, "only %d streams" % len(mine)
    print("1..%d" % len(mine))
    for n, (stream, lacks) in enumerate(mine, 1):
        bad = ""
        for cpu in cpus(stream):
            bad = bad or lacks(cpu)
        print("%s %d - %s" % ("not ok" if bad else "ok", n, stream.name))
        if bad:
            print("# " + bad)
    print("# %d registers of arm, %d of them by their place only"
          % (len(SEEN), len([n for n in SEEN if PLACES.match(n)])))


main()
