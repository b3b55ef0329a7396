#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `qevm check --against` says of changed streams, beside what QEMU does: predict.t

Streams of several machines and QEMUs are changed at random (tests/lab/mutate.py) and loaded by the QEMU
that saved them; qevm has its idle reference. PREDICT_COUNT changes of each stream, PREDICT_SEED: which;
PREDICT_ALL=1 prints every disagreement with its stream kept in PREDICT_KEEP.
"""
import json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
sys.dont_write_bytecode = True
import lab, mutate  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
COUNT = int(os.environ.get("PREDICT_COUNT", "15"))
SEED = int(os.environ.get("PREDICT_SEED", "1"))
KEEP = os.environ.get("PREDICT_KEEP")
LOADS, MESSAGE = 97, 90  # percent that have to agree

PC = "qemu-system-x86_64 -M pc-i440fx-5.2 -m 16 -nodefaults -vga std -device e1000 -device piix3-usb-uhci " \
    "-device usb-tablet -drive if=none,id=d,driver=null-co,size=1M -device ide-hd,drive=d"
Q35 = "qemu-system-x86_64 -M pc-q35-5.2 -m 16 -nodefaults -device virtio-net-pci -device virtio-rng-pci " \
    "-drive if=none,id=d,driver=null-co,size=1M -device virtio-blk-pci,drive=d -device qemu-xhci"
VIRT = "qemu-system-aarch64 -M virt-5.2 -cpu cortex-a57 -m 16 -nodefaults -device virtio-rng-pci " \
    "-device virtio-serial-device"
MACHINES = {"pc": PC, "q35": Q35, "virt": VIRT}
VERSIONS = ("7.2", "10.0", "11.1")


def noise(line):
    return not line or "warning:" in line or re.search(r"load of migration failed|^status |info: ", line)


def first_message(text):
    """The first line that says why, without the program's name."""
    for line in text.splitlines():
        line = re.sub(r"^qemu-system-\S+: ", "", line.strip())
        if "load of migration failed: " in line and line.count(": ") > 1:
            return line.split(": ", 2)[2]
        if not noise(line):
            return line
    return ""


def predict(path, ref, known):
    done = subprocess.run([QEVM, "check", "--quick", "--json", "--against", known, "--against", ref, path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        return None, "qevm: exit %d: %s" % (done.returncode, done.stderr.strip()), []
    found = json.loads(done.stdout)["findings"]
    errors = [f for f in found if f["severity"] == "error"]
    return not errors, errors[0]["sentence"] if errors else "", errors


def agrees(said, errors):
    """Is the first message among the lines of the first finding, or is there none on either side?"""
    lines = (errors[0].get("qemu") or []) if errors else []
    return said in lines or any(said and said in line for line in lines) or (not said and not lines)


def main():
    lab.tidy()
    folder = lab.cache("predict")
    os.makedirs(folder, exist_ok=True)
    total = right = worded = refused = 0
    with tempfile.TemporaryDirectory(prefix="qevm-predict-") as tmp:
        for name, argv in MACHINES.items():
            for version in VERSIONS:
                root = lab.root_of(version)
                source, ref = (os.path.join(folder, "%s-%s-%s.mig" % (name, version, kind))
                               for kind in ("source", "ref"))
                for path, secs in ((source, 2), (ref, 0)):
                    if not os.path.exists(path):
                        lab.save(path, argv, root, secs=secs)
                for number, (kind, data, what) in enumerate(mutate.mutations(QEVM, source, COUNT, SEED)):
                    path = os.path.join(tmp, "changed.mig")
                    with open(path, "wb") as f:
                        f.write(data)
                    known = "qemu-%s/%s" % (version, argv.split()[0].rpartition("-")[2])
                    loads, why, errors = predict(path, ref, known)
                    real = lab.load(path, argv, root)
                    said = first_message(real.messages)
                    same = loads == real.ok
                    words = same and (real.ok or agrees(said, errors))
                    total, right, worded, refused = total + 1, right + same, worded + words, refused + (not real.ok)
                    if not same or not words:
                        print("# %s of %s, %s: QEMU %s, qevm %s" %
                              (name, version, what, "loads it" if real.ok else "says `%s'" % said,
                               "finds nothing" if loads else "says `%s' %s" % (why, errors and errors[0].get("qemu"))),
                              file=sys.stderr)
                        if KEEP:
                            os.makedirs(KEEP, exist_ok=True)
                            lab.copy(path, os.path.join(KEEP, "%s-%s-%d.mig" % (name, version, number)))
    print("1..2")
    for number, (what, got, least) in enumerate((("loads or not", right, LOADS), ("the message", worded, MESSAGE)), 1):
        share = 100.0 * got / total
        print("%sok %d - %s: %d of %d, %.1f %% (seed %d, %d refused)" %
              ("" if share >= least else "not ", number, what, got, total, share, SEED, refused))
    sys.exit(0)


if __name__ == "__main__":
    main()
