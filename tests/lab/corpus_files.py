# SPDX-License-Identifier: GPL-2.0-or-later
"""corpus_files - the streams of the corpus, made if they are not there."""
import collections
import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
Stream = collections.namedtuple("Stream", "name path facts analyze")


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("QEVM_CACHE") or os.path.join(base, "qevm")


def streams(make=True):
    """All of them, sorted; `analyze` is the path of what QEMU's own analyzer
    printed, gzipped, None where it failed. Neither: it was not asked, which
    is an error."""
    if make:
        made = subprocess.run([os.path.join(HERE, "corpus")],
                              stdout=sys.stderr)
        if made.returncode:
            sys.exit("tests/lab/corpus failed")
    found = []
    for path in sorted(glob.glob(os.path.join(cache(), "corpus", "*.mig"))):
        stem = path[:-len(".mig")]
        if not os.path.exists(stem + ".json"):
            continue  # half made: it has no facts yet
        with open(stem + ".json") as f:
            facts = json.load(f)
        analyze = stem + ".analyze.json.gz"
        if not os.path.exists(analyze):
            assert os.path.exists(stem + ".analyze.err"), \
                stem + " was not analyzed: tests/lab/fetch-analyze"
            analyze = None
        found.append(Stream(os.path.basename(stem), path, facts,
                            analyze))
    assert len(found) >= 60, "the corpus has only %d streams" % len(found)
    return found
