#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Of the device state of pc, q35, virt, pseries and s390-ccw machines that
have virtio devices, less than 2 % is bytes that nobody describes. Of their
virtio devices nothing is, and all of them come out as they went in after a
field was changed and changed back."""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lab"))
import opaque  # noqa: E402
from corpus_files import streams  # noqa: E402

MOST = 2.0
MACHINES = re.compile("pc-|virt|pseries-|s390-ccw-virtio-|microvm")
# Old machine types have devices whose idstr is but `virtio-net`.
FLIP = [{"op": "map", "at": "*//virtio/status", "value": {"expr": ". ^ 0x80"}}]


def contents(path):
    with open(path, "rb") as f:
        return f.read()


def there_and_back(path, tmp):
    """What is wrong with it, or nothing."""
    rules, out = os.path.join(tmp, "rules.json"), os.path.join(tmp, "out")
    for times in 1, 2:
        with open(rules, "w") as f:
            json.dump({"qevm-rules": 1, "rules": FLIP * times}, f)
        run = subprocess.run([opaque.QEVM, "rewrite", "--no-sync", path, "-r",
                              rules, "-o", out], stdout=subprocess.DEVNULL)
        if run.returncode:
            return "rewrite exits with %d" % run.returncode
        if (contents(out) == contents(path)) != (times == 2):
            return "changed %d times, it is %s" % (
                times, "the same" if times == 1 else "another stream")
    return ""


def why_not(share, stream, tmp):
    if share.opaque_virtio:
        return "not described: %s" % ", ".join(share.opaque_virtio)
    if opaque.percent(share) >= MOST:
        return "%d of %d bytes, most of them %s" % (share.opaque, share.size,
                                                    share.worst)
    return there_and_back(stream.path, tmp)


def main():
    every = streams()
    mine = [(share, stream) for share, stream
            in zip(opaque.shares(every), every)
            if share.virtio and MACHINES.match(share.machine)]
    assert len(mine) >= 60, "only %d streams have virtio devices" % len(mine)
    print("1..%d" % len(mine))
    with tempfile.TemporaryDirectory(prefix="qevm-") as tmp:
        for n, (share, stream) in enumerate(mine, 1):
            why = why_not(share, stream, tmp)
            print("%s %d - %s: %.2f %%" % ("not ok" if why else "ok", n,
                                           share.stream,
                                           opaque.percent(share)))
            if why:
                print("# " + why)
    for line in opaque.table([share for share, _ in mine]):
        print("# " + line)


main()
