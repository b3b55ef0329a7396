#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `qevm check --against` says of the incompatibilities in this folder: check.t

Of each case: the errors are those that case.json names, at those places and no others; what QEMU printed
is among what they quote, line by line; each error says what repairs it, if the case is to be converted, or has
the advice; and the destination's own reference has no error against itself.
"""
import json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lab"))
import cases  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")


def check(target, ref, path):
    done = subprocess.run([QEVM, "check", "--json", "--against", target, "--against", ref, path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["findings"]


def alike(quoted, printed):
    """An assertion is a crash, wherever in the file it stands."""
    if "Assertion `" in printed:
        return "Assertion `" in quoted and printed.split("Assertion", 1)[1] == quoted.split("Assertion", 1)[1]
    return quoted == printed


def wrong(case, about):
    """What is wrong with what qevm says of a case; nothing if all is right."""
    target = cases.target(about["destination"])
    with tempfile.TemporaryDirectory(prefix="qevm-case-") as folder:
        stream, ref = cases.unpack(case, folder, "stream", "ref")
        findings = check(target, ref, stream)
        own = [f for f in check(target, ref, ref) if f["severity"] == "error"]
    if own:
        return "the reference against itself: %s" % own
    errors = [f for f in findings if f["severity"] == "error"]
    found = [[f["finding"], f["path"]] for f in errors]
    if found != about["errors"]:
        return "found %s, not %s" % (found, about["errors"])
    quoted = [line for f in findings if f["severity"] != "note" for line in f.get("qemu", [])]
    for line in about["message"]:
        if not re.match(r"warning:|--- ", line) and not any(alike(q, line) for q in quoted):
            return "`%s' is not quoted; there is %s" % (line, quoted)
    wanted = {"convert": ("rules", "advice"), "advice": ("advice",)}.get(about["expect"], ())
    bare = [f["path"] for f in errors if wanted and not any(f.get(what) for what in wanted)]
    if bare:
        return "nothing is said to repair %s" % bare
    return ""


if __name__ == "__main__":
    sys.exit(cases.run(wrong))
