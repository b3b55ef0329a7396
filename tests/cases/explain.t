#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `qevm explain` says of the incompatibilities in this folder: explain.t

Of each case, QEMU's words are one failure for each try that case.json records, nothing in them is not
understood, and some cause is named. With the stream, the last one is in the section of an error that check
finds, and the stream is not taken for another; with the destination, that error is shown.
"""
import glob, json, lzma, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")


def unpack(case, name, folder):
    path = os.path.join(folder, name + ".mig")
    with lzma.open(os.path.join(case, name + ".mig.xz")) as f, open(path, "wb") as out:
        out.write(f.read())
    return path


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


def wrong(case):
    """What is wrong with what qevm says of a case; nothing if all is right."""
    with open(os.path.join(case, "case.json")) as f:
        about = json.load(f)
    logs = tries(about)
    if not logs:
        return "" if about["raw"] == "loads" else "it has no messages"
    answer = explain("".join(logs))
    if len(answer["failures"]) != len(logs) or answer["not_understood"]:
        return "%d tries are %s" % (len(logs), answer)
    for failure in answer["failures"]:
        if not failure["causes"]:
            return "nothing is known of %s" % failure["lines"]
    to = about["destination"]
    target = "qemu-%s/%s" % (to["qemu"], to["command"].split()[0].rpartition("-")[2])
    with tempfile.TemporaryDirectory(prefix="qevm-case-") as folder:
        stream, ref = (unpack(case, name, folder) for name in ("stream", "ref"))
        if os.path.exists(os.path.join(case, "ref.target.json")):
            shutil.copy(os.path.join(case, "ref.target.json"), ref + ".target.json")
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


def main():
    cases = sorted(os.path.dirname(p) for p in glob.glob(os.path.join(HERE, "*/case.json")))
    print("1..%d" % len(cases))
    bad = 0
    for number, case in enumerate(cases, 1):
        why = wrong(case)
        bad += bool(why)
        print("%sok %d - %s" % ("not " if why else "", number, os.path.basename(case)))
        if why:
            print("# %s: %s" % (os.path.basename(case), why), file=sys.stderr)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
