#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""qevm try says of each case of loads.t what QEMU says: refused, in its words, and where; or loaded, and
the guest lives on, which is seen on its serial port: tries.t [CASE]..."""
import os, sys, tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driving import *  # noqa: E402, F403

RUN = "1"
LOADS = ["ignore-shared"]  # as it is: what the stream asks for is set


def command(side, guest):
    """The options that a case does not have are what lab.py adds."""
    return lab.words(side["argv"]) + lab.words(guest.argv) + ["-serial", "stdio"]


def refused(case, place, guest, stream):
    says = case["refused"][0]
    if says["after"]:
        return
    code, seen, err = place.try_it(stream, command(case["destination"], guest))
    text = "\n".join(seen.get("messages", []))
    if case["name"] in LOADS:
        ok(code == 0 and seen["capabilities"], "%s: loaded with %s" % (case["name"], seen["capabilities"]))
        return
    ok(code == 1 and seen["verdict"] == "refused" and says["says"] in text,
       "%s: refused: %s" % (case["name"], says["says"]), code, seen, err)
    # QEMU names the section that it could not load, or has not begun one.
    at = seen.get("at") or {"section": "", "field": None}
    wrong = [name for name in ("footer for ", "device '") if name in text
             and at["section"] not in text.split(name)[1]]
    ok(not wrong, "%s: it was in %s, field %s" % (case["name"], at["section"], at["field"]), text)


def loaded(case, place, guest, stream, before):
    code, seen, err = place.try_it(stream, command(case["destination"], guest), "--run", RUN)
    going = seen.get("run", {})
    printed = going.get("serial", "")
    ok(code == 0 and seen["verdict"] == "loaded" and going["runs"], "%s: loaded, and runs" % case["name"],
       code, seen, err)
    if isinstance(guest, loads.Tick):
        ok(printed.count("\n") > 2 and not guest.wrong(before + printed),
           "%s: the guest lives on" % case["name"], printed[:400])


def run_case(case):
    guest = tick if case["guest"] == "tick" else loads.Firmware(case["guest"])
    stream, before = loads.save(case["source"], guest)
    with tempfile.TemporaryDirectory(prefix="qevm-tries-") as tmp, \
            Place(case["destination"]["qemu"]) as place:
        for name, data in guest.files.items():
            place.write(name, data)
        refused(case, place, guest, stream)
        new = tmp + "/new.mig"
        why = loads.rewrite(case, stream, len(case["rules"]["rules"]), new)
        if why:
            ok(False, "%s: rewritten" % case["name"], why)
        else:
            loaded(case, place, guest, new, before)
        ok(gone() and not place.strays(), "%s: nothing is left" % case["name"], processes(), place.strays())


lab.tidy()
tick = loads.Tick()
wanted = sys.argv[1:]
for one in loads.load_cases():
    if not wanted or one["name"] in wanted:
        run_case(one)
finish()
