# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of a test, as prove reads them."""
import sys


class Tap:
    def __init__(self, plan):
        self.count = self.failed = 0
        print("1..%d" % plan, flush=True)

    def ok(self, why, name):
        """One result: good if there is nothing to say against it."""
        self.count += 1
        self.failed += bool(why)
        print("%s %d - %s" % ("not ok" if why else "ok", self.count, name))
        for line in (why or "").splitlines():
            print("# " + line)
        sys.stdout.flush()
