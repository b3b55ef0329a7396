#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `qevm convert` makes of the incompatibilities in this folder, there and back again: convert.t

Of each case that is to be converted: the destination would load what comes out, by check; the printed plan,
given to `qevm rewrite`, makes the same bytes; nothing has to be allowed if the case says that nothing is
lost; and the account has every byte of the source in one line, that of each section in lines with its name.

Then what came out is converted back, the two sides swapped: no value of a device is another than it was,
but where a rule says that it states, shows or loses something; and nothing is gone, but where a rule says
that it said nothing.
"""
import json, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lab"))
import account, cases  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
ALLOW = ["--allow-visible", "--allow-lossy"]
# What without a QEMU, which has options, or without RAM, which the streams here lack, is otherwise.
ADVICE = {"virtio-balloon-msix-added": "give the destination's device the properties that it had"}
COSTS = {"capability-x-ignore-shared"}
# What can be brought there, and not back.
ONE_WAY = {"virtio-mem-block-size": "memory is plugged in blocks of 0x100000 bytes, at the destination of 0x200000"}


def qevm(*argv):
    return subprocess.run([QEVM, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


def same(a, b):
    with open(a, "rb") as f, open(b, "rb") as g:
        return f.read() == g.read()


def wrong_way(stream, like, base, side, out):
    """Converts; (what is wrong, the changes)."""
    args = [stream, "--like", like, "--base", base, "--against", cases.target(side)]
    done = qevm("convert", *args, "-o", out, "--account", out + ".account", "--journal", out + ".journal", *ALLOW)
    if done.returncode:
        return "not converted: " + done.stderr, None
    plan = qevm("plan", *args)
    with open(out + ".json", "w") as f:
        f.write(plan.stdout)
    if plan.returncode or qevm("rewrite", "-r", out + ".json", stream, "-o", out + ".again", *ALLOW).returncode:
        return "the plan is no file of rules: " + plan.stderr, None
    if not same(out, out + ".again"):
        return "the plan makes other bytes", None
    errors = qevm("check", "--quick", "--quiet", "--against", cases.target(side), "--against", like, out)
    if errors.returncode:
        return "not loaded: " + errors.stdout, None
    return account.wrong(QEVM, out + ".account", stream), account.lines(out + ".journal")


def within(path, other):
    return path == other or path.startswith(other + "/")


def explained(difference, changes):
    """Does a change say that a value there is another one, or gone?"""
    path = difference["path"]
    classes = ["stated", "visible", "lossy"] + (["default"] if difference["b"] is None else [])
    return any(within(path, c["path"]) or within(c["path"], path) for c in changes if c["class"] in classes)


def is_value(path):
    """Of a device; not of the frame around them, nor a version, which tells what follows."""
    return not path.startswith(("configuration", "ram//")) and not path.endswith("/.version_id")


def back(stream, again, changes):
    """(what is wrong with the values that came back, how many others there are)"""
    done = qevm("diff", "--json", stream, again)
    others = [d for d in json.loads(done.stdout)["differences"] if is_value(d["path"])]
    unsaid = [d for d in others if not explained(d, changes)]
    return "came back otherwise: %s" % unsaid if unsaid else "", len(others)


def try_case(name, case, about, folder):
    """(what is wrong, a word on what came back)"""
    stream, ref, base = cases.unpack(case, folder, "stream", "ref", "base")
    out, again = (os.path.join(folder, n) for n in ("out.mig", "again.mig"))
    strict = qevm("convert", stream, "--like", ref, "--base", base, "--against", cases.target(about["destination"]),
                  "-o", out)
    if name in ADVICE:
        return "" if strict.returncode == 1 and ADVICE[name] in strict.stderr else strict.stderr, "advice"
    free = about["loss"].startswith("none") and name not in COSTS
    if free and strict.returncode:
        return "has to be allowed: " + strict.stderr, None
    wrong, there = wrong_way(stream, ref, base, about["destination"], out)
    if wrong:
        return wrong, None
    wrong, home = wrong_way(out, base, ref, about["source"], again)
    if name in ONE_WAY:
        return "" if ONE_WAY[name] in wrong else "came back, or not for the reason: " + wrong, "one way"
    if wrong:
        return "on the way back: " + wrong, None
    wrong, others = back(stream, again, there + home)
    return wrong, "%d others" % others if others else "all"


def main():
    chosen = [row for row in cases.all_of() if row[2]["expect"] == "convert"]
    print("1..%d" % len(chosen))
    bad, words = 0, []
    for number, (name, case, about) in enumerate(chosen, 1):
        with tempfile.TemporaryDirectory(prefix="qevm-case-") as folder:
            wrong, word = try_case(name, case, about, folder)
        words.append(word)
        bad += cases.result(number, name + (": " + word if word else ""), wrong)
    print("# there and back: %d of %d with all values, %d with others where a rule says so, %d one way, "
          "%d by advice only" % (words.count("all"), len(chosen), sum("others" in (w or "") for w in words),
                                 words.count("one way"), words.count("advice")))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
