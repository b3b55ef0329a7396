#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped targets are there, small, and what their README says."""
import glob
import gzip
import json
import os
import subprocess
import sys

FOLDER = "schemas/targets"
VERSIONS = "5.2 7.2 10.0 11.1".split()
ARCHES = "x86_64 aarch64 ppc64 s390x riscv64".split()
PARTIAL = ["qemu-5.2/ppc64"]
DEVICE = {"Name", "version_id", "minimum_version_id", "Description"}
MOST = 640 << 10  # bytes, all together


def once(pairs):
    assert len(dict(pairs)) == len(pairs), "a key comes twice"
    return dict(pairs)


def wrong(name):
    """What is wrong with a target, or nothing."""
    with gzip.open("%s/%s.json.gz" % (FOLDER, name), "rt") as f:
        text = f.read()
    target = json.loads(text, object_pairs_hook=once)
    if text != json.dumps(target, separators=(",", ":"), ensure_ascii=False):
        return "there is white space"
    about = target.pop("vmschkmachine")
    version = name.split("-")[1].split("/")[0]
    if about["Name"] != "none" or \
            not about["qemu"].startswith(version + ".") or \
            ":" + version not in about["package"]:
        return "it is of %s" % about
    if ("partial" in about) != (name in PARTIAL):
        return "partial: %s" % about.get("partial")
    for key, device in target.items():
        if not set(device) <= DEVICE or device["Name"] != key:
            return "%s is no device" % key
    if about.get("partial") in target:
        return "the device that QEMU dies of is there"
    return "" if len(target) > 40 else "%d devices" % len(target)


names = ["qemu-%s/%s" % (v, a) for v in VERSIONS for a in ARCHES]
print("1..%d" % (len(names) + 2))
failed = 0
for n, what in enumerate(names, 1):
    try:
        bad = wrong(what)
    except (OSError, ValueError, KeyError, AssertionError) as e:
        bad = "%s: %s" % (type(e).__name__, e)
    failed += bool(bad)
    print("%s %d - %s" % ("not ok" if bad else "ok", n, what))
    if bad:
        print("# " + bad)

files = glob.glob(FOLDER + "/*/*")
size = sum(os.path.getsize(f) for f in files)
good = len(files) == len(names) and size <= MOST
failed += not good
print("%s %d - %d files of %d bytes" % ("ok" if good else "not ok",
                                        len(names) + 1, len(files), size))

rows = subprocess.run(["tests/lab/targets", "--list"], check=True,
                      stdout=subprocess.PIPE).stdout.decode()
with open(FOLDER + "/README.md") as f:
    good = f.read().endswith("|---|\n" + rows)
failed += not good
print("%s %d - the table of the README" % ("ok" if good else "not ok",
                                           len(names) + 2))
sys.exit(bool(failed))
