#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An output file is whole or absent, whatever happens; an input is never
touched.

A full disk, a limit on file sizes, SIGKILL and SIGTERM at many moments, a
closed pipe, names that cannot be written: after each, the folder holds what
it held before, or the complete new file.
"""
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

QEVM = os.environ.get("QEVM", "qevm")
SHIPPED = os.environ["STREAMS"]
COUNT = 0


def ok(good, name, why=""):
    global COUNT
    COUNT += 1
    print("%s %d - %s" % ("ok" if good else "not ok", COUNT, name))
    if not good and why:
        print("# " + str(why).replace("\n", "\n# "))


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def qevm(*args, **how):
    return subprocess.run([QEVM, *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **how)


class Folder:
    """A folder with an input, rules, and what a rewrite should give."""

    def __init__(self, path):
        self.path = path
        self.input = os.path.join(path, "in.mig")
        self.rules = os.path.join(path, "rules.json")
        self.out = os.path.join(path, "out.mig")
        self.old = b"what was here before"
        shutil.copy(os.path.join(SHIPPED, "10.0-pseries-10.0.mig"), self.input)
        with open(self.rules, "w") as f:
            json.dump({"qevm-rules": 1, "rules": [
                {"op": "set", "at": "configuration//name", "value": "x"}]}, f)
        self.before = digest(self.input)
        self.rewrite("want.mig")
        self.want = digest(self.at("want.mig"))
        os.unlink(self.at("want.mig"))
        self.names = set(os.listdir(path)) | {"out.mig"}

    def at(self, name):
        return os.path.join(self.path, name)

    def command(self, out):
        return [QEVM, "rewrite", self.input, "-r", self.rules, "-o", out]

    def rewrite(self, name, **how):
        return subprocess.run(self.command(self.at(name)),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              **how)

    def begin(self, keep):
        if os.path.exists(self.out):
            os.unlink(self.out)
        if keep:
            with open(self.out, "wb") as f:
                f.write(self.old)

    def wrong(self, keep):
        """What is not as it should be: "" if the output is absent, as it was,
        or whole, the input untouched, and nothing else is there."""
        if digest(self.input) != self.before:
            return "the input changed"
        more = set(os.listdir(self.path)) - self.names
        for name in more:
            os.unlink(self.at(name))
        if more:
            return "left behind: %s" % more
        if not os.path.exists(self.out):
            return "the old output is gone" if keep else ""
        with open(self.out, "rb") as f:
            data = f.read()
        if keep and data == self.old:
            return ""
        if hashlib.sha256(data).hexdigest() == self.want:
            return ""
        return "an output of %d bytes that is neither" % len(data)


def signals(folder, which, count, rng):
    """Kill `count` rewrites at random moments."""
    bad, killed, longest = [], 0, 0.0
    for _ in range(5):
        begin = time.monotonic()
        folder.begin(False)
        folder.rewrite("out.mig")
        longest = max(longest, time.monotonic() - begin)
    for n in range(count):
        keep = n % 2 == 0
        folder.begin(keep)
        child = subprocess.Popen(folder.command(folder.out),
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * longest)
        child.send_signal(which)
        killed += child.wait() == -which
        why = folder.wrong(keep)
        if why:
            bad.append("%d: %s" % (n, why))
    return bad, killed


def limited(size):
    def set_limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return set_limit


def disk_full(folder):
    """A tmpfs that is too small, in a mount namespace of its own."""
    small = folder.at("small")
    os.mkdir(small)
    script = ("mount -t tmpfs -o size=1m none '%s' && "
              "'%s' rewrite '%s' -r '%s' -o '%s/out.mig'; code=$?; "
              "ls -A '%s'; exit $code" % (small, QEVM, folder.input,
                                          folder.rules, small, small))
    run = subprocess.run(["unshare", "-m", "sh", "-c", script],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.rmdir(small)
    ok(run.returncode == 4 and b"No space left" in run.stderr
       and run.stdout == b"",
       "a full disk: exit 4, and nothing is left on it",
       "%d %r %r" % (run.returncode, run.stdout, run.stderr))


def main():
    seed = int(os.environ.get("SEED", "1"))
    rng = random.Random(seed)
    print("# SEED=%d" % seed)
    with tempfile.TemporaryDirectory() as tmp:
        folder = Folder(tmp)

        bad, killed = signals(folder, signal.SIGKILL, 60, rng)
        ok(not bad, "SIGKILL: whole or absent", "\n".join(bad))
        ok(killed >= 10, "SIGKILL came in time at least 10 times of 60",
           "%d times" % killed)
        bad, killed = signals(folder, signal.SIGTERM, 40, rng)
        ok(not bad, "SIGTERM: whole or absent, nothing left", "\n".join(bad))
        ok(killed >= 5, "SIGTERM came in time at least 5 times of 40",
           "%d times" % killed)

        for limit in (0, 4096, 100000, 3000000):
            for keep in (False, True):
                folder.begin(keep)
                run = folder.rewrite("out.mig", preexec_fn=limited(limit))
                why = folder.wrong(keep)
                ok(run.returncode == 4 and not why and run.stderr,
                   "no file over %d bytes, %s" % (
                       limit, "an old output" if keep else "no output"),
                   "%d %r %s" % (run.returncode, run.stderr, why))
        if os.geteuid() == 0:
            disk_full(folder)
        run = subprocess.run(folder.command("-"),
                             stdout=open("/dev/full", "wb"),
                             stderr=subprocess.PIPE)
        ok(run.returncode == 4 and b"No space left" in run.stderr,
           "a full standard output: exit 4", "%d %r" % (run.returncode,
                                                        run.stderr))
        run = subprocess.run([QEVM, "show", folder.input],
                             stdout=open("/dev/full", "wb"),
                             stderr=subprocess.PIPE)
        ok(run.returncode == 4, "show to a full standard output: exit 4",
           "%d %r" % (run.returncode, run.stderr))

        read, write = os.pipe()
        os.close(read)
        run = subprocess.run([QEVM, "show", folder.input], stdout=write,
                             stderr=subprocess.PIPE)
        os.close(write)
        ok(run.stderr == b"", "a closed pipe: no complaint", run.stderr)

        folder.begin(False)
        for name, out in (("the input itself", folder.input),
                          ("a link to the input", folder.at("link.mig"))):
            if "link" in out:
                os.symlink(folder.input, out)
            run = subprocess.run(folder.command(out), stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
            if "link" in out:
                os.unlink(out)
            ok(run.returncode == 2 and digest(folder.input) == folder.before,
               name + " as output is refused",
               "%d %r" % (run.returncode, run.stderr))
        for name, out in (("a folder", tmp),
                          ("a folder that is not there",
                           folder.at("no/out.mig"))):
            run = subprocess.run(folder.command(out), stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
            why = folder.wrong(False)
            ok(run.returncode in (2, 4) and not why and run.stderr,
               name + " as output is refused",
               "%d %r %s" % (run.returncode, run.stderr, why))
        for args in (["info", tmp], ["info", folder.at("nothing.mig")],
                     ["show", "/dev/null"]):
            run = qevm(*args)
            ok(run.returncode in (3, 4) and run.stderr,
               "unreadable: qevm %s" % args[0],
               "%d %r" % (run.returncode, run.stderr))

        with open(folder.rules, "w") as f:
            json.dump({"qevm-rules": 1, "rules": [
                {"op": "set", "at": "nosuch//field", "value": 1}]}, f)
        for keep in (False, True):
            folder.begin(keep)
            run = folder.rewrite("out.mig")
            why = folder.wrong(keep)
            ok(run.returncode == 3 and not why and
               (os.path.exists(folder.out) == keep),
               "a rule that fails writes nothing",
               "%d %r %s" % (run.returncode, run.stderr, why))
    print("1..%d" % COUNT)


if __name__ == "__main__":
    sys.exit(main())
