# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests with real QEMUs that have a row for each case, or a case of several steps."""
import subprocess, tempfile, time

import lab
from tap import Tap

ERRORS = (lab.LabError, OSError, subprocess.SubprocessError)


def run(names, rows):
    """The exit code, after the rows of these names, or all: each is a name, a function that says what speaks
    against it, or None, and what it gets behind a folder of its own."""
    lab.tidy()
    chosen = [row for row in rows if not names or row[0] in names]
    tap = Tap(len(chosen))
    for name, check, *case in chosen:
        try:
            with tempfile.TemporaryDirectory(prefix="qevm-row-") as tmp:
                why = check(tmp, *case)
        except ERRORS as e:
            why = str(e)
        tap.ok(why, name)
    return 1 if tap.failed else 0


def steps(tap, title, count, said):
    """`count` results: of each step that comes, what speaks against it and what was tested; the rest failed."""
    begin, why = time.monotonic(), "not reached"
    try:
        for bad, what in said:
            count -= 1
            tap.ok(bad, "%s: %s" % (title, what))
    except ERRORS as e:
        why = str(e)
    for _ in range(count):
        tap.ok(why, title + ": not reached")
        why = "not reached"
    print("# %s: %.1f s" % (title, time.monotonic() - begin))
