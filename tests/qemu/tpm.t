#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest and its TPM go on in another QEMU: the firmware has measured into it, the guest ticks after the
load, and the TPM then has the state that it had."""
import os, shlex, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driving import *  # noqa: E402, F403
import tick  # noqa: E402
from tpm import Tpms  # noqa: E402

# device, from, to
CELLS = [("tpm-tis", "5.2", "11.1"), ("tpm-crb", "7.2", "10.0"), ("tpm-tis", "11.1", "7.2"), ("tpm-crb", "10.0", "5.2")]
ARGV = ("qemu-system-x86_64 -M pc-q35-%s -m 32 -nodefaults -chardev socket,id=c,path={dir}/sock "
        "-tpmdev emulator,id=t,chardev=c -device %s,tpmdev=t")
SERIAL = " -serial stdio"  # lab.py gives its own
STATE = "tpm-emulator"
MOVES = STATE + "//state_blobs.volatil.buffer"  # has clocks and a checksum besides registers
CLOCKS = 32  # bytes

guest = tick.Tick()


def command(version, device):
    return ARGV % (version, device) + guest.argv


def state_of(stream):
    """What the stream has of the TPM: {path: value}."""
    done = subprocess.run([QEVM, "get", "--json", stream, STATE + "//*"], stdout=subprocess.PIPE, text=True, check=True)
    places = map(json.loads, done.stdout.splitlines())
    return {place["path"]: bytes.fromhex(place["value"][4:]) if str(place["value"]).startswith("hex:")
            else place["value"] for place in places}


def different(a, b):
    """How many bytes: all of them, if there are more on one side."""
    return sum(x != y for x, y in zip(a, b)) if len(a) == len(b) else len(a)


def check(device, old, new):
    what = "%s %s->%s" % (device, old, new)
    with Place(old) as here, Place(new) as there:
        for place in (here, there):
            for name, data in guest.files.items():
                place.write(name, data)
        with Tpms(here.file("sock")), Tpms(there.file("sock")):
            with lab.Qemu(here.fill(command(old, device)), here.root, (), True) as q:
                q.cmd("cont")
                q.wait_for(guest.started, LIMIT)
                q.cmd("stop")
                q.save_to(there.file("old.mig"))
                before = q.printed()
            out = there.file("new.mig")
            code, said, err = there.run(
                "convert", "--json", "--allow-visible", "-o", out, "--from",
                shlex.join(here.qemu(command(old, device) + SERIAL)), there.file("old.mig"), "--",
                *there.qemu(command(new, device) + SERIAL))
            if not ok(code == 0, what + ": converted, and loaded with a TPM", err):
                return
            extra = ["-incoming", "defer"] + [w for o in json.loads(said)["options"] for w in ("-global", o)]
            with lab.Qemu(there.fill(command(new, device)), there.root, extra, True) as q:
                why = q.take(out)
                if not ok(not why, what + ": loaded", why):
                    return
                q.cmd("cont")
                text = before + q.wait_for(lambda text: guest.lives(before + text), LIMIT)
                ok(guest.lives(text) and not guest.wrong(text), what + ": ticks", guest.wrong(text), text[-200:])
                q.cmd("stop")
                q.save_to(there.file("again.mig"))
            was, now = state_of(there.file("old.mig")), state_of(there.file("again.mig"))
            moved = different(was.pop(MOVES), now.pop(MOVES))
            ok(was == now and moved <= CLOCKS, what + ": its TPM is what it was", "%d bytes differ" % moved, *[
                "%s: %s, then %s" % (path, was[path], now.get(path)) for path in was if was[path] != now.get(path)])


lab.tidy()
for one in CELLS:
    check(*one)
finish()
