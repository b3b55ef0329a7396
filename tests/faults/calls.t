#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each system call of a rewrite fails once: the output is whole or absent, and it is said why."""
import errno, os, sys

sys.dont_write_bytecode = True
from faults import *

SHIM = os.path.join(BUILD, "tests/faults/fail.so")
# What may go wrong where. ENOTSUP: another way is there; EINTR: try again; 0: a part of it was done.
CASES = {
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
HARMLESS = (errno.EINTR, errno.EXDEV, 0)
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


def try_calls(folder, wanted, name, number, *more):
    """Every call of that name; returns how many there were, and what was wrong."""
    mark = folder.file("failed")
    bad, statuses = [], {}
    for n in range(1, CALLS_MAX):
        if os.path.exists(mark):
            os.unlink(mark)
        folder.old_output()
        env = dict(os.environ, LD_PRELOAD=SHIM, FAIL="%s:%d:%d" % (name, n, number), FAILED=mark)
        done = run(folder.command(*more), env=env)
        if not os.path.exists(mark):
            return n - 1, bad, statuses
        statuses[done.returncode] = statuses.get(done.returncode, 0) + 1
        wrong = problem(folder, wanted, number, done)
        if wrong:
            bad.append("%s %d: %s\n%s" % (name, n, wrong, done.stderr.decode()))
    return CALLS_MAX, bad + ["no end of calls"], statuses


for what, more in (("fields", {}), ("pages", {"stream": TINY, "rules": RAM_RULES})):
    with Folder(**more) as folder:
        wanted = reference(folder)
        total = 0
        for name, numbers in CASES.items():
            for number in numbers:
                count, bad, statuses = try_calls(folder, wanted, name, number)
                total += count
                ok(not bad, "%s: %s: %s, %d calls, exit codes %s" %
                   (what, name, os.strerror(number) if number else "in part", count, statuses), *bad)
        ok(total > 30, what + ": calls did fail", total)
finish()
