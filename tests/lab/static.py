# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's own vmstate-static-checker.py, to compare with."""
import functools, gzip, os, subprocess, sys, tempfile

import lab

TARGETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../schemas/targets")


@functools.lru_cache(None)
def count(old, new, arch):
    """How many lines it prints of what two QEMUs say of their devices."""
    script = lab.cache("vmstate-static-checker.py")
    if not os.path.exists(script):
        raise lab.LabError("no vmstate-static-checker.py: tests/lab/fetch-analyze")
    with tempfile.TemporaryDirectory(prefix="qevm-") as folder:
        for version in (old, new):
            with gzip.open("%s/qemu-%s/%s.json.gz" % (TARGETS, version, arch)) as f, \
                    open(os.path.join(folder, version), "wb") as out:
                out.write(f.read())
        run = subprocess.run([sys.executable, script, "-s", old, "-d", new], cwd=folder, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return len(run.stdout.splitlines())
