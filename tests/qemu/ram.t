#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""RAM taken out of a stream is the RAM that the guest had: ram.t [CASE]...

The guest's RAM is a file (memory-backend-file, or -memfd where that will not do; share=on), which is
what the source had when the stream was complete; `qevm ram extract` has to give the same bytes, out of
the stream's file and through a pipe.
"""
import filecmp, glob, json, os, random, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
import lab, pair, rows  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
LIMIT = 90  # seconds for a qevm
MEMORY = ",memory-backend=m -m %(mib)d -object memory-backend-file,id=m,size=%(mib)dM,mem-path={dir}/ram,share=on"
MEMFD = MEMORY.replace("file", "memfd").replace(",mem-path={dir}/ram", "")
PC = "qemu-system-x86_64 -nodefaults -drive if=floppy,file={dir}/boot,format=raw -M pc-i440fx-%s" 
PC_FILE, PC_MEMFD = PC + MEMORY % {"mib": 16}, PC + MEMFD % {"mib": 16}


def noise():
    """Bytes at random with gaps, so that pages of 1 KiB in a row are zero, half zero, and not."""
    r = random.Random(1)
    return b"".join(r.choice((r.randbytes(1 << 10), bytes(1 << 10), r.randbytes(512) + bytes(512)))
                    for _ in range(512))


# name, QEMUs, command line, how it is saved, and of which page records there have to be some ("again":
# pages that were sent more than once).
CASES = [
    ("live", "5.2 7.2 10.0 11.1", PC_FILE, {"how": "live"}, "full zero again"),
    ("xbzrle", "5.2 7.2 10.0 11.1", PC_FILE, {"how": "live", "caps": ["xbzrle"]}, "full zero again xbzrle"),
    ("compress", "5.2 7.2", PC_FILE, {"caps": ["compress"]}, "zero compressed"),
    ("mapped-ram", "10.0 11.1", PC_FILE, {"caps": ["mapped-ram"], "uri": "file:{file}"}, "full zero"),
    ("mapped-ram-multifd", "10.0 11.1", PC_FILE,
     {"caps": ["mapped-ram", "multifd"], "uri": "file:{file}"}, "full zero"),
    ("mapped-ram-live", "10.0 11.1", PC_FILE, {"how": "live", "caps": ["mapped-ram"], "uri": "file:{file}"},
     "full zero"),
    # 7.2 starts the guest when it is done.
    ("background-snapshot", "10.0 11.1", PC_MEMFD, {"caps": ["background-snapshot"]}, "full zero"),
    ("postcopy", "5.2 7.2 10.0 11.1", PC_MEMFD, {"how": "postcopy", "caps": ["postcopy-ram"]}, "full zero again"),
    ("small-pages", "5.2 7.2 10.0 11.1",
     "qemu-system-aarch64 -M versatilepb%.0s -device loader,file={dir}/noise,addr=0x100000,force-raw=on"
     " -S" + MEMORY.replace(",memory", " -machine memory", 1) % {"mib": 32}, {"secs": 0}, "full zero 1024"),
]


def save(stream, ram, argv, qemu, how="stopped", **more):
    """Save a stream, and beside it the RAM that the guest had then."""
    def after(q):
        # Since 10.0, what a screen shows is in a memfd of its own.
        memfd = [fd for fd in glob.glob("/proc/%d/fd/*" % q.proc.pid)
                 if "memfd:memory-backend" in os.readlink(fd)]
        lab.copy(*memfd or [q.path("ram")], ram)
    more = {"secs": 1, "files": {"boot": "dirty", "noise": noise()}, "after": after, **more}
    if how == "postcopy":
        pair.save(stream, argv, lab.root_of(qemu), postcopy=True, **more)
    else:
        lab.save(stream, argv, lab.root_of(qemu), how=how, **more)


def qevm(*args, stdin=subprocess.DEVNULL):
    done = subprocess.run([QEVM, *args], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, errors="replace", timeout=LIMIT)
    if done.returncode or done.stderr:
        raise lab.LabError("qevm %s: exit code %d: %s" % (" ".join(args), done.returncode, done.stderr))
    return done.stdout


def differs(a, b):
    """None, or where two files first differ."""
    if filecmp.cmp(a, b, shallow=False):
        return None
    return subprocess.run(["cmp", a, b], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def check(tmp, qemu, argv, how, kinds):
    stream, ram, out = tmp + "/stream", tmp + "/ram", tmp + "/out"
    save(stream, ram, argv % qemu, qemu, **how)
    listed = json.loads(qevm("ram", "list", "--json", stream))
    block, = [b for b in listed["blocks"] if b["idstr"] == "m"]
    block["1024"] = listed["page_size"] == 1024
    none = [kind for kind in kinds.split() if not block[kind]]
    if none:
        return "the stream is not what this is about: no " + ", ".join(none)
    if block["never"]:
        return "%d pages are missing" % block["never"]
    qevm("ram", "extract", "m", stream, "--no-sync", "-o", out)
    why = differs(ram, out)
    if why or "uri" in how:
        return why
    os.unlink(out)
    with subprocess.Popen(["cat", stream], stdout=subprocess.PIPE) as cat:
        qevm("ram", "extract", "m", "-", "--no-sync", "-o", out, stdin=cat.stdout)
    return differs(ram, out)


def main(names):
    return rows.run(names, [("%s-%s" % (qemu, name), check, qemu, *rest)
                            for name, qemus, *rest in CASES for qemu in qemus.split()])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
