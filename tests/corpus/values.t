#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What qevm shows equals what QEMU's own analyzer shows.

For every stream of the corpus that scripts/analyze-migration.py of QEMU 10.0
can read, `qevm show --format analyze` prints the same text. Where the script
fails, qevm does not: it prints JSON all the same.

One thing the script does is neither: two sections of the same name and
instance but different layout (two isa-ide) it reads both by the description
of the second, runs into a zero byte that it takes for the end of the stream,
and exits with 0 although sections are missing. Such a stream is only asked
for what the script could know: all sections before those two.
"""
import gzip
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lab"))
from corpus_files import streams  # noqa: E402

QEVM = os.environ.get("QEVM", "qevm")
MISREAD = []  # by the script


def first_difference(got, want):
    for n, (a, b) in enumerate(zip(got.split("\n"), want.split("\n")), 1):
        if a != b:
            return "line %d: %r, the script has %r" % (n, a[:80], b[:80])
    return "%d bytes, the script has %d" % (len(got), len(want))


def misread(stream, want):
    """Sections that the script's output lacks, where two sections of one name
    and instance differ in size; else nothing."""
    run = subprocess.run([QEVM, "show", "--json", stream.path], check=True,
                         stdout=subprocess.PIPE)
    sizes, twins, keys = {}, [], []
    for r in json.loads(run.stdout)["records"]:
        if r["type"] in ("full", "start"):
            keys.append("%s (%d)" % (r["idstr"], r["section_id"]))
            who = r["idstr"], r["instance_id"]
            if sizes.setdefault(who, r["payload_size"]) != r["payload_size"]:
                twins.append(r["idstr"])
    return [k for k in keys if k not in want] if twins else []


def compare_misread(got, want, missing):
    """The same before the first of the two; nothing missing in ours."""
    got, want = json.loads(got), json.loads(want)
    if any(k not in got for k in missing):
        return "sections are missing that the script misses too"
    twin = missing[0].rsplit(" ", 1)[0]
    for key in want:
        if key.rsplit(" ", 1)[0] == twin:
            return ""
        if got.get(key) != want[key]:
            return "%s differs" % key
    return "no section is called %s" % twin


def compare(stream):
    run = subprocess.run([QEVM, "show", "--format", "analyze", stream.path],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    got = run.stdout.decode("utf-8", "surrogateescape")
    if run.returncode:
        return "exit %d: %s" % (run.returncode,
                                run.stderr.decode(errors="replace").strip())
    if not stream.analyze:
        if not json.loads(got):
            return "nothing shown"
        return ""
    with gzip.open(stream.analyze, "rt", encoding="utf-8",
                   errors="surrogateescape") as f:
        want = f.read()
    if got.rstrip("\n") == want.rstrip("\n"):
        return ""
    missing = misread(stream, json.loads(want))
    if missing:
        MISREAD.append(stream.name)
        return compare_misread(got, want, missing)
    return first_difference(got, want)


def main():
    all_streams = streams()
    equal = failed = 0
    print("1..%d" % (len(all_streams) + 2))
    for i, stream in enumerate(all_streams, 1):
        try:
            bad = compare(stream)
        except ValueError as e:
            bad = "no JSON: %s" % e
        print("%s %d - %s%s" % ("not ok" if bad else "ok", i, stream.name,
                                "" if stream.analyze
                                else " (the script fails)"))
        if bad:
            print("# " + bad)
        elif stream.name in MISREAD:
            pass
        elif stream.analyze:
            equal += 1
        else:
            failed += 1
    machines = {s.facts["entry"].get("machine") for s in all_streams}
    print("# %d streams of %d machines; equal to the script: %d; the script "
          "fails, qevm does not: %d; the script misreads: %s"
          % (len(all_streams), len(machines), equal, failed,
             " ".join(MISREAD) or "none"))
    n = len(all_streams)
    print("%s %d - at least 40 machines" % (
        "ok" if len(machines) >= 40 else "not ok", n + 1))
    versions = {s.facts["entry"]["qemu"] for s in all_streams}
    print("%s %d - four QEMUs: %s" % (
        "ok" if {"5.2", "7.2", "10.0", "11.1"} <= versions else "not ok",
        n + 2, ", ".join(sorted(versions))))


main()
