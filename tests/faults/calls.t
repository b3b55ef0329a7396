#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each system call of a rewrite, and of taking RAM out, fails once: the output is whole or absent, and it is said why."""
import errno, os, sys, tempfile

sys.dont_write_bytecode = True
from faults import *

SHIM = os.path.join(BUILD, "tests/faults/fail.so")
# What may go wrong where. ENOTSUP: another way is there; EINTR: try again; 0: a part of it was done.
REWRITE = {
    "write": (errno.ENOSPC, errno.EIO, errno.EINTR, 0),
    "copy_file_range": (errno.EXDEV, errno.ENOSPC, errno.EIO, errno.EINTR, 0),
    "pwrite": (errno.ENOSPC, errno.EIO, errno.EINTR, 0),
    "pread": (errno.EIO, errno.EINTR, 0),
    "fsync": (errno.EIO, errno.ENOSPC),
    "ftruncate": (errno.EIO, errno.ENOSPC),
    "lseek": (errno.EIO,),
    "close": (errno.EIO, errno.ENOSPC),
    "rename": (errno.EACCES, errno.ENOSPC),
}
# A hole that cannot be made again is written.
EXTRACT = {
    "pwrite": (errno.ENOSPC, errno.EIO, errno.EINTR, 0),
    "fallocate": (errno.ENOTSUP, errno.EIO),
    "pread": (errno.EIO, errno.EINTR, 0),
    "ftruncate": (errno.EIO, errno.ENOSPC),
    "fsync": (errno.EIO, errno.ENOSPC),
    "close": (errno.EIO, errno.ENOSPC),
    "rename": (errno.EACCES, errno.ENOSPC),
}
HARMLESS = (errno.EINTR, errno.EXDEV, errno.ENOTSUP, 0)
CALLS_MAX = 300


def problem(folder, wanted, number, done):
    """What is wrong after a run with a fault."""
    if folder.strays():
        return "left behind: %s" % folder.strays()
    if not folder.untouched():
        return "the input was changed"
    if done.returncode == 0:
        return None if open(folder.out, "rb").read() == wanted else "success, and another output"
    if number in HARMLESS:
        return "exit code %d" % done.returncode
    if done.returncode not in (3, 4):
        return "exit code %d" % done.returncode
    if done.stderr.count(b"\n") != 1 or not done.stderr.startswith(b"qevm: "):
        return "it said %r" % done.stderr
    # A folder that cannot be synced is told when the file is in place.
    if not folder.has_old_output() and open(folder.out, "rb").read() != wanted:
        return "the old output is gone"
    return None


def try_calls(folder, command, wanted, name, number):
    """Every call of that name; returns how many there were, and what was wrong."""
    mark = folder.file("failed")
    bad, statuses = [], {}
    for n in range(1, CALLS_MAX):
        if os.path.exists(mark):
            os.unlink(mark)
        folder.old_output()
        env = dict(os.environ, LD_PRELOAD=SHIM, FAIL="%s:%d:%d" % (name, n, number), FAILED=mark)
        done = run(command, env=env)
        if not os.path.exists(mark):
            return n - 1, bad, statuses
        statuses[done.returncode] = statuses.get(done.returncode, 0) + 1
        wrong = problem(folder, wanted, number, done)
        if wrong:
            bad.append("%s %d: %s\n%s" % (name, n, wrong, done.stderr.decode()))
    return CALLS_MAX, bad + ["no end of calls"], statuses


def fail_all(folder, what, command, cases):
    total, wanted = 0, reference(folder, command)
    for name, numbers in cases.items():
        for number in numbers:
            count, bad, statuses = try_calls(folder, command, wanted, name, number)
            total += count
            ok(not bad, "%s: %s: %s, %d calls, exit codes %s" %
               (what, name, os.strerror(number) if number else "in part", count, statuses), *bad)
    ok(total > 30, what + ": calls did fail", total)


def ram_stream(path):
    """Pages in several runs; some of them become zero again."""
    pages = ["a:%x=%x" % (i << 12, i) for i in (0, 1, 2, 5, 6, 9)] + ["a:1000", "a:5000", "a:9000=x"]
    done = run(["perl", os.path.join(HERE, "../cli/ram/stream"), "a=20000", "--", "a:all"] + pages)
    with open(path, "wb") as f:
        f.write(done.stdout)


for what, more in (("fields", {}), ("pages", {"stream": TINY, "rules": RAM_RULES})):
    with Folder(**more) as folder:
        fail_all(folder, what, folder.command(), REWRITE)
with tempfile.TemporaryDirectory() as made:
    ram_stream(made + "/ram.mig")
    with Folder(made + "/ram.mig") as folder:
        fail_all(folder, "ram extract", [QEVM, "ram", "extract", "a", folder.input, "-o", folder.out], EXTRACT)
finish()
