#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""qevm try says of each case of loads.t what QEMU says: refused, in its words, and where; or loaded, and
the guest lives on, which is seen on its serial port: tries.t [CASE]..."""
import os, sys, tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driving import *  # noqa: E402, F403
from tick import Tick  # noqa: E402

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
    ok(seen["explained"]["failures"] and not seen["explained"]["not_understood"],
       "%s: explained" % case["name"], seen["explained"])
    # QEMU names the section that it could not load, or has not begun one.
    at = seen.get("at") or {"section": None, "field": None}
    wrong = [name for name in ("footer for ", "device '") if name in text
             and (at["section"] or "?") not in text.split(name)[1]]
    ok(not wrong, "%s: it was in %s, field %s" % (case["name"], at["section"], at["field"]), text)


def loaded(case, place, guest, stream, before):
    code, seen, err = place.try_it(stream, command(case["destination"], guest), "--run", RUN)
    going = seen.get("run", {})
    printed = going.get("serial", "")
    ok(code == 0 and seen["verdict"] == "loaded" and going["runs"], "%s: loaded, and runs" % case["name"],
       code, seen, err)
    if isinstance(guest, Tick):
        ok(printed.count("\n") > 2 and not guest.wrong(before + printed),
           "%s: the guest lives on" % case["name"], printed[:400])


def run_case(case):
    guest = ticks[case["guest"]] if isinstance(case["guest"], str) else loads.Firmware(case["guest"])
    stream, before = loads.save(case["source"], guest)
    with tempfile.TemporaryDirectory(prefix="qevm-tries-") as tmp, \
            Place(case["destination"]["qemu"]) as place:
        for name, data in guest.files.items():
            place.write(name, data)
        for name, path in case.get("beside", {}).items():
            lab.copy((place.root or "") + path, os.path.join(tmp, name))
        refused(case, place, guest, stream)
        new = tmp + "/new.mig"
        why = loads.rewrite(case, stream, len(case["rules"]["rules"]), new)
        if why:
            ok(False, "%s: rewritten" % case["name"], why)
        else:
            loaded(case, place, guest, new, before)
        ok(gone() and not place.strays(), "%s: nothing is left" % case["name"], processes(), place.strays())


def check_containers(version):
    """RAM at places in the file, at an offset in that, and inside a compressed one."""
    argv = "qemu-system-x86_64 -M pc -m 16 -nodefaults"
    with Place(version) as place:
        for offset in (0, 0x11000):
            stream = place.file("mapped")
            lab.save(stream, argv, place.root, caps=["mapped-ram"], uri="file:{file},offset=%d" % offset)
            code, seen, err = place.try_it(stream, argv, "--offset", str(offset))
            ok(code == 0 and seen["capabilities"] == ["mapped-ram"], "%s: mapped RAM at 0x%x" % (version, offset),
               code, seen, err)
        lab.save(place.file("plain"), argv, place.root)
        subprocess.run(["xz", "-1", place.file("plain")], check=True)
        code, seen, err = place.try_it(place.file("plain.xz"), argv)
        ok(code == 0 and seen["verdict"] == "loaded", "%s: out of a compressed file" % version, code, seen, err)
        ok(gone() and not place.strays(), "%s: nothing is left" % version, processes(), place.strays())


def check_snapshot(version):
    """A snapshot inside an image, which the disks have left behind."""
    argv = "qemu-system-x86_64 -M pc -m 16 -nodefaults -drive if=none,id=d,file={dir}/disk.qcow2"
    with Place(version) as place:
        place.tool("qemu-img create -q -f qcow2 {dir}/disk.qcow2 1M")
        with lab.Qemu(place.fill(argv), place.root) as q:
            q.do("savevm then")
        before = place.digests()
        code, seen, err = place.try_it(place.file("disk.qcow2#then"), argv)
        ok(code == 0 and "not as they were at the snapshot" in err and place.digests() == before,
           "%s: a snapshot" % version, code, seen, err)


lab.tidy()
ticks = {name: Tick(name) for name in ("tick", "tick-arm")}
wanted = sys.argv[1:]
for one in loads.load_cases():
    if not wanted or one["name"] in wanted:
        run_case(one)
if not wanted:
    check_containers("10.0")
    check_containers("11.1")
    check_snapshot("7.2")
finish()
