#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams that a real QEMU refuses, and accepts once they are rewritten: loads.t [CASE]...

Each cases/NAME.json is one of them:

    shows        what the rewriting has to do
    source       {qemu, argv, caps?}: the QEMU version and command line that save the stream
    destination  {qemu, argv, caps?}: those that load it
    guest        "tick", "tick-arm", or {"saved", "then"}: see tests/lab/tick.py and class Firmware
    beside       {name: path}, if the rules have files: what is put beside them, from the destination's root
    reboots      true: the guest is reset at the end, and has to start from the beginning again
    refused      [{after, says}]: the stream with only the first `after` rules applied is refused, and
                 QEMU says this; 0 is the stream as it was saved
    rules        the rules file
    options      of `qevm rewrite`, such as --allow-lossy

A case passes if QEMU refuses what it should, in these words; `qevm rewrite` succeeds, writes the same
to a pipe from a pipe, and `qevm check` finds no error in it; QEMU loads that, and the guest lives on.
Sources are saved once and kept in the cache directory (QEVM_CACHE, see tests/lab/lab.py).
"""
import glob, hashlib, json, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
import lab, rows  # noqa: E402
from tap import Tap  # noqa: E402
from tick import Tick  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
LIMIT = 90  # seconds a guest gets to do what it should, mostly in less than four; or a qevm

# What there must be a case for: operations that some rule uses.
NEEDED = """set set-bytes set-version set-instance strip-subsection add-subsection add-field remove-field
            rename-section drop-section add-section rename-ram-block drop-ram-block resize-ram-block
            split-ram-block merge-ram-blocks load-ram-block regroup-ram-pages drop-command
            set-footers""".split()


# ---- guests -----------------------------------------------------------------------------------

class Firmware:
    """The machine's firmware, saved once it printed `saved`; it has to go on and print `then`."""
    argv, files = "", {}

    def __init__(self, case):
        self.saved, self.then = case["saved"], case["then"]

    def started(self, text):
        return self.saved in text

    def lives(self, text):
        return self.then in text

    def wrong(self, text):
        return None


# ---- QEMUs ------------------------------------------------------------------------------------

def start(side, guest, extra=()):
    q = lab.Qemu(side["argv"] + guest.argv, lab.root_of(side["qemu"]), extra, True, guest.files)
    q.set_caps(side.get("caps"))
    return q


def uri_of(side, usual):
    """mapped-ram needs a file to seek in."""
    return "file:{file}" if "mapped-ram" in side.get("caps", []) else usual


def save(side, guest):
    """The source's stream and what the guest had printed: from the cache, or saved now."""
    key = [side["qemu"], side["argv"], side.get("caps", []), guest.argv, getattr(guest, "saved", "")]
    key += sorted((name, hashlib.sha256(data).hexdigest()) for name, data in guest.files.items())
    place = lab.cache("loads", hashlib.sha256(json.dumps(key).encode()).hexdigest()[:20])
    if not os.path.exists(place + ".json"):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with start(side, guest) as q:
            facts = lab.describe(q)
            q.cmd("cont")
            q.wait_for(guest.started, LIMIT)
            q.cmd("stop")
            text = q.printed()
            if not guest.started(text):
                raise lab.LabError("the source did not get going: %r %s" % (text, q.messages()))
            q.save_to(place + ".mig", uri_of(side, lab.TO_FILE))
        with open(place + ".json.part", "w") as f:
            json.dump({**facts, "serial": text}, f, indent=1)
        os.replace(place + ".json.part", place + ".json")
    with open(place + ".json") as f:
        return place + ".mig", json.load(f)["serial"]


def refusal(side, guest, stream):
    with start(side, guest, ["-incoming", "defer"]) as q:
        return q.take(stream, uri_of(side, lab.FROM_FILE))


def reboot(q, guest):
    """Reset the guest: None if it starts anew, or what it prints."""
    seen = len(q.printed())
    q.cmd("system_reset")
    text = q.wait_for(lambda text: guest.restarted(text[seen:]), LIMIT)[seen:]
    return None if guest.restarted(text) else "reset, it printed %r" % text[-200:]


def live_on(case, guest, stream, before):
    """Load a stream and let the guest run: (why it did not load, why it does not live on)."""
    side = case["destination"]
    with start(side, guest, ["-incoming", "defer"]) as q:
        why = q.take(stream, uri_of(side, lab.FROM_FILE))
        if why:
            return why, "it did not load"
        q.cmd("cont")
        text = q.wait_for(guest.lives, LIMIT)
        try:
            state = q.cmd("query-status")["status"]
        except lab.LabError:
            state = "gone: " + q.messages()
        if state != "running":
            return None, "QEMU is " + state
        if not guest.lives(text):
            return None, "the guest went silent after %r" % text[-200:]
        wrong = guest.wrong(before + text)
        return None, wrong or (reboot(q, guest) if case.get("reboots") else None)


# ---- the test ---------------------------------------------------------------------------------

def qevm(*args):
    """Run it: None, or what it said when it failed."""
    done = subprocess.run([QEVM, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LIMIT)
    if done.returncode:
        return "%s\nexit code %d of: qevm %s" % (done.stdout, done.returncode, " ".join(args))
    return None


def rewrite(case, stream, count, new):
    """Apply the first `count` rules: None, or why not."""
    rules = new + ".rules"
    with open(rules, "w") as f:
        json.dump({**case["rules"], "rules": case["rules"]["rules"][:count]}, f)
    return qevm("rewrite", "-r", rules, *case.get("options", []), stream, "-o", new)


def compare_piped(case, stream, new):
    """The same rewriting through pipes: None if the same bytes come out. Of a mapped-ram file, whose pages
    a pipe has let go by, with a temporary file."""
    args = [QEVM, "rewrite", "-r", new + ".rules", *case.get("options", []), "-o", "-", "-"]
    if "mapped-ram" in case["source"].get("caps", []):
        args.append("--spool")
    with open(stream, "rb") as source:
        with subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE) as cat:
            done = subprocess.run(args, stdin=cat.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=LIMIT)
    if done.returncode:
        return "%s\nexit code %d" % (done.stderr.decode(errors="replace"), done.returncode)
    with open(new, "rb") as f:
        return None if f.read() == done.stdout else "other bytes"


def check_refused(case, guest, stream, step, tmp):
    if step["after"]:
        new = tmp + "/%d.mig" % step["after"]
        why = rewrite(case, stream, step["after"], new)
        if why:
            return why
        stream = new
    said = refusal(case["destination"], guest, stream)
    if said is None:
        return "it was accepted"
    return None if step["says"] in said else "QEMU said:\n" + said


def steps(case, guest):
    """(result, what was tested), one at a time."""
    with tempfile.TemporaryDirectory(prefix="qevm-loads-") as tmp:
        stream, before = save(case["source"], guest)
        for name, path in case.get("beside", {}).items():
            lab.copy((lab.root_of(case["destination"]["qemu"]) or "") + path, os.path.join(tmp, name))
        for step in case["refused"]:
            yield (check_refused(case, guest, stream, step, tmp),
                   "refused after %(after)d rules: %(says)s" % step)
        new = tmp + "/new.mig"
        why = rewrite(case, stream, len(case["rules"]["rules"]), new)
        yield why, "rewritten"
        if why:
            return
        yield compare_piped(case, stream, new), "rewritten the same through pipes"
        yield qevm("check", new), "qevm check finds no error"
        why, dead = live_on(case, guest, new, before)
        yield why, "accepted"
        yield dead, "the guest lives on"


def length(case):
    return len(case["refused"]) + 5


def load_cases():
    cases = []
    for path in sorted(glob.glob(os.path.join(HERE, "cases", "*.json"))):
        with open(path) as f:
            cases.append({"name": os.path.basename(path)[:-5], **json.load(f)})
    return cases


def main(names):
    lab.tidy()
    cases = load_cases()
    unknown = set(names) - {case["name"] for case in cases}
    if unknown:
        sys.exit("loads.t: no case " + ", ".join(sorted(unknown)))
    used = {rule["op"] for case in cases for rule in case["rules"]["rules"]}
    chosen = [case for case in cases if not names or case["name"] in names]
    tap = Tap(1 + sum(map(length, chosen)))
    missing = [op for op in NEEDED if op not in used]
    tap.ok(missing and "no case for " + " ".join(missing), "a case for each operation")
    ticks = {name: Tick(name) for name in ("tick", "tick-arm")}
    for case in chosen:
        guest = ticks[case["guest"]] if isinstance(case["guest"], str) else Firmware(case["guest"])
        rows.steps(tap, case["name"], length(case), steps(case, guest))
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
