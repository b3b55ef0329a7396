#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The incompatibilities of tests/cases, converted for real: cases.t [NAME...]

Each case's source is saved anew by its QEMU, as its case.json tells (the streams there have no RAM pages),
and given to `qevm convert` with the destination's command line. Where conversion is expected, the
destination's QEMU has to refuse the source, load what came out and go on for a second; nothing may be
visible or lost to the guest unless the case says that it cannot be otherwise. Where advice is expected, it
has to be given, and the destination started as it says has to load the source. Where a refusal is
expected, it has to say what for.
"""
import json, os, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, "../cases")
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
sys.dont_write_bytecode = True
import lab, lzma  # noqa: E402
from tap import Tap  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
LIMIT = 200  # seconds
# A section that no QEMU here sends: it comes from the case's stream, where it was put in by hand.
BY_HAND = {"kvmclock-section-kvm-to-tcg": "kvmclock"}
# What has to be said, and the options of the destination that follow the advice.
ADVICE = {
    "device-in-other-slot": ("give the destination's device the address (addr=, bus=) that it has in the stream",
                             ",addr=5", ",addr=2"),
    "vga-vram-size-after-bios": ("give the destination's display the size that it has in the stream",
                                 "VGA", "VGA,vgamem_mb=8"),
}
REFUSED = {"device-type-changed": "0000:00:02.0/virtio-blk: lossy: the section"}


def qevm(*argv):
    return subprocess.run([QEVM, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=LIMIT)


def unpack(name, which, folder):
    """A stream of a case, in folder."""
    place = os.path.join(folder, which + ".mig")
    with lzma.open(os.path.join(CASES, name, which + ".mig.xz")) as packed, open(place, "wb") as f:
        f.write(packed.read())
    return place


def run(q, step):
    """A line of a case's "monitor"."""
    if step.startswith("sleep "):
        time.sleep(float(step[len("sleep "):]))
    else:
        q.cmd(step)


def sections(stream):
    done = qevm("info", "--json", "--sections", stream)
    if done.returncode:
        raise lab.LabError(done.stderr)
    return json.loads(done.stdout)["sections"]


def transplant(donor, idstr, stream):
    """Puts a section of donor into stream, behind the one that it is behind there."""
    rows = sections(donor)
    at = next(i for i, row in enumerate(rows) if row["idstr"] == idstr)
    before = next(row for row in sections(stream) if row["idstr"] == rows[at - 1]["idstr"])
    with open(donor, "rb") as f:
        f.seek(rows[at]["offset"])
        section = f.read(rows[at]["size"])
    with open(stream, "r+b") as f:
        f.seek(before["offset"] + before["size"])
        rest = f.read()
        f.seek(-len(rest), os.SEEK_END)
        f.write(section + rest)


def source(name, case, folder):
    """What the source saves after it was treated as the case says; from the cache, or saved now."""
    place = lab.cache("cases", name + ".mig")
    if not os.path.exists(place):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        part = place + ".part"
        side = case["source"]
        with lab.Qemu(side["command"], lab.root_of(side["qemu"])) as q:
            for step in side["monitor"]:
                run(q, step)
            q.set_caps(side.get("capabilities", ()))
            q.save_to(part)
        if "machine" in side:
            done = qevm("set-machine", part, side["machine"], "-o", part + "2")
            if done.returncode:
                raise lab.LabError(done.stderr)
            os.replace(part + "2", part)
        if name in BY_HAND:
            transplant(unpack(name, "stream", folder), BY_HAND[name], part)
        os.replace(part, place)
    return place


def refused(case, stream):
    """None if the destination refuses the stream as it is, or why that is wrong."""
    there = case["destination"]
    result = lab.load(stream, there["command"], lab.root_of(there["qemu"]), there.get("capabilities", ()))
    if result.ok != (case["raw"] == "loads"):
        return "as it is, the destination " + ("loads it" if result.ok else "refuses it: " + result.messages)
    return None


def goes_on(case, stream, command, options=()):
    """None if the destination loads the stream and goes on, if the source ran; or why not."""
    command += "".join(" -global " + option for option in options)
    result = lab.load(stream, command, lab.root_of(case["destination"]["qemu"]),
                      run=1 if "cont" in case["source"]["monitor"] else 0)
    return None if result.ok else result.messages


def convert(name, case, stream, folder):
    there = case["destination"]
    root = lab.root_of(there["qemu"])
    out = os.path.join(folder, "out.mig")
    costs = case["loss"] and not case["loss"].startswith("none")
    done = qevm("convert", "--json", *(["--allow-visible", "--allow-lossy"] if costs and name not in REFUSED else []),
                "--base", unpack(name, "base", folder), "-o", out, stream, "--",
                *(["chroot", root] if root else []), *lab.words(there["command"]))
    return done, out


def check(name):
    with open(os.path.join(CASES, name, "case.json")) as f:
        case = json.load(f)
    there = case["destination"]["command"]
    with tempfile.TemporaryDirectory() as folder:
        try:
            stream = source(name, case, folder)
            wrong = refused(case, stream)
            if wrong:
                return wrong
            done, out = convert(name, case, stream, folder)
            if case["expect"] in ("convert", "loads"):
                if done.returncode:
                    return "exit code %d\n%s" % (done.returncode, done.stderr)
                return goes_on(case, out, there, json.loads(done.stdout)["options"])
            if done.returncode != 1 or os.path.exists(out):
                return "not refused: exit code %d\n%s%s" % (done.returncode, done.stdout, done.stderr)
            if case["expect"] == "refuse":
                return None if REFUSED[name] in done.stderr else "another reason: " + done.stderr
            words, old, new = ADVICE[name]
            if words not in done.stderr:
                return "other advice: " + done.stderr
            return goes_on(case, stream, there.replace(old, new))
        except (lab.LabError, OSError, subprocess.SubprocessError) as e:
            return "not reached: %s" % e


def main(names):
    lab.tidy()
    chosen = names or sorted(n for n in os.listdir(CASES) if os.path.isdir(os.path.join(CASES, n)))
    tap = Tap(len(chosen))
    with ThreadPoolExecutor(2) as pool:
        for name, why in zip(chosen, pool.map(check, chosen)):
            tap.ok(why, name)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
