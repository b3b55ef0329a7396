# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder share: TAP, a folder with inputs, and what must always hold."""
import hashlib, os, shutil, subprocess, sys, tempfile

QEVM = os.environ["QEVM"]
BUILD = os.environ["BUILD"]
STREAMS = os.environ["STREAMS"]
HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = os.path.join(STREAMS, "7.2-pc-i440fx-6.2.mig")
TINY = os.path.join(STREAMS, "11.1-avr-mega2560.mig")
OLD = b"what was there before"
RULES = """{"qevm-rules": 1, "rules": [
  {"op": "set", "at": "timer//cpu_ticks_offset", "value": 12},
  {"op": "add-subsection", "at": "timer", "to": "timer/new", "version": 1,
   "fields": [{"name": "x", "type": "uint32", "value": 1}]}
]}"""
# Pages wait in a temporary file, and some are made.
RAM_RULES = """{"qevm-rules": 1, "rules": [
  {"op": "resize-ram-block", "at": "sram-as-io", "length": 8192, "align": "top"},
  {"op": "regroup-ram-pages", "size": 4096}
]}"""

number = 0
failed = False


def ok(good, what, *said):
    global number, failed
    number += 1
    print("%sok %d - %s" % ("" if good else "not ", number, what), flush=True)
    if not good:
        failed = True
        for text in said:
            for line in str(text).splitlines():
                print("# " + line, file=sys.stderr)
    return good


def finish():
    print("1..%d" % number)
    sys.exit(1 if failed else 0)


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


class Folder:
    """A folder of its own with in.mig and rules.json. Leaving it checks that neither changed."""

    def __init__(self, stream=SMALL, base=None, rules=RULES):
        self.path = tempfile.mkdtemp(prefix="qevm-faults-", dir=base)
        self.input = self.file("in.mig")
        self.rules = self.file("rules.json")
        self.out = self.file("out.mig")
        shutil.copyfile(stream, self.input)
        with open(self.rules, "w") as f:
            f.write(rules)
        self.before = [digest(self.input), digest(self.rules)]

    def file(self, name):
        return os.path.join(self.path, name)

    def __enter__(self):
        return self

    def __exit__(self, kind, *more):
        if kind is None and not self.untouched():
            ok(False, "inputs are as they were")
        shutil.rmtree(self.path)

    def untouched(self):
        return [digest(self.input), digest(self.rules)] == self.before

    def command(self, *more, out=None):
        return [QEVM, "rewrite", "-r", self.rules, self.input, "-o", out or self.out] + list(more)

    def old_output(self):
        with open(self.out, "wb") as f:
            f.write(OLD)

    def has_old_output(self):
        return os.path.exists(self.out) and open(self.out, "rb").read() == OLD

    def strays(self):
        """What nobody asked for."""
        known = ("in.mig", "rules.json", "out.mig", "journal", "failed")
        return [name for name in os.listdir(self.path) if name not in known]


def run(command, **more):
    return subprocess.run(command, capture_output=True, timeout=60, **more)


def reference(folder, command):
    """The bytes that a command with nothing in its way makes."""
    path = folder.file("out.mig")
    done = run(command + ["--no-sync"])
    if done.returncode:
        raise SystemExit("no reference: %s" % done.stderr.decode())
    with open(path, "rb") as f:
        data = f.read()
    os.unlink(path)
    return data
