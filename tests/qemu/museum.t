#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Machine types that no longer exist wake up on today's QEMU.

Each pc-* and pc-q35-* machine type of QEMU 5.2, back to pc-1.0, with e1000, virtio-balloon, UHCI and
tablet, VGA and a disk, is saved while its guest (tests/lab/tick.py) runs, converted for QEMU 11.1 by
`qevm convert`, loaded and continued: the guest has to go on printing where it was, its memory intact, and the account has
every byte of the source.
Four ways: to the nearest machine type that 11.1 still has and to its newest, each with and without what
the source saves while idle.

    MUSEUM=all tests/qemu/museum.t          # not only the part that every run does
    tests/qemu/museum.t pc-1.0 pc-q35-2.4   # these
"""
import collections, json, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
import account, lab  # noqa: E402
from tap import Tap  # noqa: E402
from tick import Tick  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
OLD, NEW = "5.2", "11.1"
LIMIT = 90  # seconds
DEVICES = (" -m 32 -vga std -nic none -device e1000,id=n0 -device virtio-balloon-pci,id=b0 %s"
           " -device usb-tablet,id=t0 -drive if=none,id=d0,file={dir}/disk.img,format=raw"
           " -device ide-hd,drive=d0,id=h0 -boot a")
I440FX = "1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11 2.12 3.0 3.1 4.0 4.1 4.2 5.0 5.1 5.2"
Q35 = "2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11 2.12 3.0 3.1 4.0 4.0.1 4.1 4.2 5.0 5.1 5.2"
# Those where something changed: no configuration and no footers, no vmdesc, the root bus's name, the first
# of each kind, the last.
PART = "pc-1.0 pc-i440fx-1.6 pc-i440fx-2.0 pc-i440fx-2.3 pc-i440fx-2.10 pc-q35-2.4"
Column = collections.namedtuple("Column", "to base")
COLUMNS = [Column(to, base) for to in ("nearest", "newest") for base in (True, False)]

guest = Tick()
FILES = {**guest.files, "disk.img": bytes(1 << 20)}


def machines():
    return ([("pc-" if v in ("1.0", "1.1", "1.2", "1.3") else "pc-i440fx-") + v for v in I440FX.split()] +
            ["pc-q35-" + v for v in Q35.split()])


def is_q35(machine):
    return machine.startswith("pc-q35-")


def argv(machine):
    usb = "-device ich9-usb-uhci1,id=u0" if is_q35(machine) else "-usb"
    return "qemu-system-x86_64 -M " + machine + DEVICES % usb + guest.argv


def source(machine, runs):
    """The stream, idle or of a guest that runs, and what that had printed; from the cache or saved now."""
    place = lab.cache("museum", "%s-%s-%s.mig" % (OLD, machine, "runs" if runs else "idle"))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if not os.path.exists(place):
        with lab.Qemu(argv(machine), lab.root_of(OLD), (), True, FILES) as q:
            if runs:
                q.cmd("cont")
                q.wait_for(guest.started, LIMIT)
                q.cmd("stop")
                if not guest.started(q.printed()):
                    raise lab.LabError("the source did not get going: " + q.messages())
            with open(place + ".serial", "w") as f:
                f.write(q.printed())
            q.save_to(place + ".part")
            os.replace(place + ".part", place)
    with open(place + ".serial") as f:
        return place, f.read()


def convert(stream, machine, column, out):
    """What `qevm convert --json` says; an error is what it says, too."""
    to = ("pc-q35-" if is_q35(machine) else "pc-i440fx-") + (NEW if column.to == "newest" else OLD)
    base = ["--base", source(machine, False)[0]] if column.base else []
    with tempfile.TemporaryDirectory(dir=os.path.join(lab.root_of(NEW), "tmp")) as folder:
        for name, data in FILES.items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(data)
        inside = "/tmp/" + os.path.basename(folder)
        command = ["chroot", lab.root_of(NEW)] + lab.words(argv(to).replace("{dir}", inside))
        done = subprocess.run([QEVM, "convert", "--json", "--from-machine", machine, *base, "-o", out,
                               "--account", out + ".account", stream, "--", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=10 * LIMIT)
    if done.returncode == 1:
        return None, done.stderr
    wrong = done.stderr if done.returncode else account.wrong(QEVM, out + ".account", stream)
    if wrong:
        raise lab.LabError(wrong)
    return json.loads(done.stdout), argv(to)


def wakes_up(command, options, stream, before):
    """None if the guest goes on, or why not."""
    extra = ["-incoming", "defer"] + [word for option in options for word in ("-global", option)]
    with lab.Qemu(command, lab.root_of(NEW), extra, True, FILES) as q:
        why = q.take(stream)
        if why:
            return why
        q.cmd("cont")
        text = before + q.wait_for(lambda text: guest.lives(before + text), LIMIT)
        return guest.wrong(text) or (None if guest.lives(text) else "dead after " + repr(text[-80:]))


def cell(machine, column, out):
    """(ticks, options or refused; why it is wrong or None)"""
    stream, before = source(machine, True)
    said, rest = convert(stream, machine, column, out)
    if said is None:
        return "refused", "\n".join(line for line in rest.splitlines() if line.startswith("qevm: "))
    print("# " + (" ".join(said["options"]) or "no options"), flush=True)
    why = wakes_up(rest, said["options"], out, before)
    return ("%d options, %d changes" % (len(said["options"]), sum(said["changes"].values()))), why


def main(names):
    lab.tidy()
    chosen = names or (machines() if os.environ.get("MUSEUM") == "all" else PART.split())
    unknown = set(chosen) - set(machines())
    if unknown:
        sys.exit("museum.t: no machine type " + ", ".join(sorted(unknown)))
    tap = Tap(len(chosen) * len(COLUMNS))
    ticks = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for machine in chosen:
            for column in COLUMNS:
                name = "%s to the %s, %s base" % (machine, column.to, "with a" if column.base else "without")
                try:
                    what, why = cell(machine, column, os.path.join(folder, "out.mig"))
                except (lab.LabError, OSError, subprocess.SubprocessError) as e:
                    what, why = "not reached", str(e)
                ticks[column] += why is None
                tap.ok(why, "%s: %s" % (name, what if why is None else "does not tick"))
    for column in COLUMNS:
        print("# to the %s, %s base: %d of %d tick" %
              (column.to, "with a" if column.base else "without", ticks[column], len(chosen)))
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
