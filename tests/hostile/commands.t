#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands on broken streams: an exit code that is documented, a reason in one line, valid JSON, a
whole page.

sweep.t tries far more inputs on the library; this is for what is printed of them.
"""
import glob, json, os, random, subprocess, sys, tempfile

QEVM = os.environ["QEVM"]
SMALL = ("11.1-avr-mega2560.mig", "10.0-q800.mig", "7.2-postcopy.mig")
CHANGED = 12
COMMANDS = (
    ["info"], ["info", "--json", "--walk"], ["show", "--all"], ["show", "--json"], ["show", "--offsets", "--types"],
    ["show", "--format", "analyze"], ["check"], ["check", "--json", "--quick"], ["get", "timer//*"],
    ["ram", "list"], ["ram", "list", "--json"], ["ram", "extract", "pc.ram", "-o", "/dev/null"],
    ["report", "-o", "-"], ["report", "--redact", "--quick", "-o", "-"],
    ["ram", "page", "pc.ram:0x1000"], ["ram", "find", "hex:ff00ff"], ["ram", "core", "-o", "/dev/null"],
    ["shell", "-c", "ls", "-c", "cat", "-c", "find offset", "-c", "find --value 0", "-c", "find --where 'size(.) == 4'",
     "-c", "find --bytes hex:00ff", "-c", "diff"],
)


def inputs():
    """Name and bytes: the fuzz corpus, and real streams cut or with eight bytes changed."""
    for path in sorted(glob.glob("tests/fuzz/corpus/parse/*") + glob.glob("tests/fuzz/regressions/parse/*")):
        with open(path, "rb") as f:
            yield os.path.basename(path), f.read()
    random.seed(1)
    for name in SMALL:
        with open(os.path.join(os.environ["STREAMS"], name), "rb") as f:
            data = f.read()
        for i in range(CHANGED):
            changed = bytearray(data[:random.randrange(len(data))] if i % 3 == 0 else data)
            for _ in range(8 if i % 3 else 0):
                changed[random.randrange(8, len(changed))] = random.randrange(256)
            yield "%s, change %d" % (name, i), bytes(changed)


def wrong(command, path):
    """What is wrong with a run of a command; None: nothing."""
    done = subprocess.run([QEVM] + command + [path], capture_output=True, timeout=60) if command[0] != "get" else \
        subprocess.run([QEVM, "get", path] + command[1:], capture_output=True, timeout=60)
    if done.returncode not in (0, 1, 3):
        return "exit code %d: %s" % (done.returncode, done.stderr.decode(errors="replace")[:4000])
    if done.returncode == 3 and not done.stderr.startswith(b"qevm: "):
        return "exit code 3, and it says %r" % done.stderr
    if "--json" in command and (done.stdout or done.returncode != 3):
        try:
            json.loads(done.stdout)
        except ValueError as e:
            return "not JSON: %s" % e
    if command[0] == "report" and done.returncode == 0:
        page = subprocess.run(["tests/cli/report/page", "/dev/stdin"], input=done.stdout, capture_output=True)
        if page.returncode:
            return "no page: %s" % page.stdout.decode()[:4000]
    return None


def main():
    number = bad = 0
    with tempfile.TemporaryDirectory(prefix="qevm-hostile-") as folder:
        path = os.path.join(folder, "in.mig")
        for name, data in inputs():
            with open(path, "wb") as f:
                f.write(data)
            found = ["%s: %s" % (" ".join(c), w) for c in COMMANDS for w in [wrong(c, path)] if w]
            number += 1
            bad += bool(found)
            print("%sok %d - %s" % ("not " if found else "", number, name), flush=True)
            for line in "\n".join(found).splitlines():
                print("# " + line, file=sys.stderr)
    print("1..%d" % number)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
