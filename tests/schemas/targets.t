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
FIELD = {"field", "version_id", "field_exists", "count"}
DEVICE = {"Name", "version_id", "minimum_version_id", "Description"}
MOST = 640 << 10  # bytes, all dumps together
MOST_SOURCES = 256 << 10


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


def wrong_sources(name):
    """The same of what comes out of the sources."""
    with gzip.open("%s/%s.json.gz" % (FOLDER, name), "rt") as f:
        vmsds = json.load(f, object_pairs_hook=once)
    about = vmsds.pop("vmschkmachine")
    if about["Name"] != "none" or about["sources"] is not True:
        return "it is of %s" % about
    if ("partial" in about) != name.startswith("qemu-11.1/"):
        return "partial: %s" % about.get("partial")
    for key, vmsd in vmsds.items():
        if not set(vmsd) <= DEVICE or ":" not in key:
            return "%s is no vmsd" % key
        fields = vmsd["Description"]["Fields"]
        if not all(set(f) <= FIELD and f["field"] for f in fields):
            return "%s has a field that is none" % key
    common = name.endswith("/sources")
    return "" if len(vmsds) > (800 if common else 3) else "%d vmsds" % len(vmsds)


names = ["qemu-%s/%s" % (v, a) for v in VERSIONS for a in ARCHES]
sources = ["qemu-%s/%s" % (v, f) for v in VERSIONS
           for f in ["sources"] + [a + "-sources" for a in ARCHES]]
print("1..%d" % (len(names) + len(sources) + 2))
failed = 0
for n, what in enumerate(names + sources, 1):
    try:
        bad = wrong(what) if what in names else wrong_sources(what)
    except (OSError, ValueError, KeyError, AssertionError) as e:
        bad = "%s: %s" % (type(e).__name__, e)
    failed += bool(bad)
    print("%s %d - %s" % ("not ok" if bad else "ok", n, what))
    if bad:
        print("# " + bad)

files = glob.glob(FOLDER + "/*/*")
size = sum(os.path.getsize(f) for f in files if "sources" not in f)
beyond = sum(os.path.getsize(f) for f in files if "sources" in f)
good = len(files) == len(names) + len(sources) and size <= MOST and \
    beyond <= MOST_SOURCES
failed += not good
print("%s %d - %d files of %d and %d bytes" % ("ok" if good else "not ok",
                                        len(names) + len(sources) + 1, len(files), size,
                                                   beyond))

rows = subprocess.run(["tests/lab/targets", "--list"], check=True,
                      stdout=subprocess.PIPE).stdout.decode()
with open(FOLDER + "/README.md") as f:
    good = "|---|\n" + rows + "\n" in f.read()
failed += not good
print("%s %d - the table of the README" % ("ok" if good else "not ok",
                                           len(names) + len(sources) + 2))
sys.exit(bool(failed))
