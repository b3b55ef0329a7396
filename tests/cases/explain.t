#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `qevm explain` says of the incompatibilities in this folder: explain.t

Of each case, QEMU's words are one failure for each try that case.json records, nothing in them is not
understood, and some cause is named. With the stream, the last one is in the section of an error that check
finds, and the stream is not taken for another; with the destination, that error is shown.
"""
import json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lab"))
import cases  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")


def explain(log, *args):
    done = subprocess.run([QEVM, "explain", "--json", "-", *args], input=log, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, "exit %d: %s %s" % (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)


def tries(about):
    """The lines of each try, as a log has them. Between two stands what was done to the stream."""
    program = about["destination"]["command"].split()[0]
    found = [[]]
    for line in about["message"]:
        if line.startswith("--- "):
            found.append([])
        else:
            found[-1].append("%s: %s\n" % (program, line))
    return ["".join(lines) for lines in found if lines]


def wrong(case, about):
    """What is wrong with what qevm says of a case; nothing if all is right."""
    logs = tries(about)
    if not logs:
        return "" if about["raw"] == "loads" else "it has no messages"
    answer = explain("".join(logs))
    if len(answer["failures"]) != len(logs) or answer["not_understood"]:
        return "%d tries are %s" % (len(logs), answer)
    for failure in answer["failures"]:
        if not failure["causes"]:
            return "nothing is known of %s" % failure["lines"]
    target = cases.target(about["destination"])
    with tempfile.TemporaryDirectory(prefix="qevm-case-") as folder:
        stream, ref = cases.unpack(case, folder, "stream", "ref")
        last = explain(logs[-1], stream, "--against", target, "--against", ref)["failures"][0]
    paths = [path for _, path in about["errors"]]
    section = last.get("section")
    if section and not any(re.match(re.escape(section) + r"(@|//|$)", path) for path in paths):
        return "in %s, not in %s" % (section, paths)
    if last["stream"]["stream"] == "other":
        return "taken for another stream: %s" % last["stream"]
    slugs = {f["finding"] for f in last["findings"]}
    if not slugs & {slug for slug, _ in about["errors"]}:
        return "the comparison shows %s, not %s" % (slugs, about["errors"])
    return ""


if __name__ == "__main__":
    sys.exit(cases.run(wrong))
