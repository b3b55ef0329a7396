#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Containers of the fuzz corpus, cut and with bytes changed: an error or a stream comes of each.

In headers every byte is changed, behind them some; the target ends with a message if a promise breaks.
"""
import glob, os, random, subprocess, sys, tempfile

TARGET = os.path.join(os.environ["BUILD"], "tests/fuzz/fuzz-container")
HEAD, MORE, CUTS = 200, 200, 60  # bytes changed each, others, and cuts
LIMIT = 300  # seconds for those of one file


def inputs(data, chance):
    for i in range(CUTS):
        yield data[:len(data) * i // CUTS]
    places = [*range(min(HEAD, len(data))), *(chance.randrange(len(data)) for _ in range(MORE))]
    for at in places:
        yield data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1:]
        yield data[:at] + bytes([chance.choice((0, 1, 0x7f, 0xff))]) + data[at + 1:]


def sweep(path):
    """None, or what the target said."""
    with open(path, "rb") as f:
        data = f.read()
    with tempfile.TemporaryDirectory(prefix="qevm-containers-") as tmp:
        for number, some in enumerate(inputs(data, random.Random(1))):
            with open("%s/%d" % (tmp, number), "wb") as f:
                f.write(some)
        try:
            done = subprocess.run([TARGET, tmp], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return "not done after %d s" % LIMIT
    return None if done.returncode == 0 else "%s\nexit code %d" % (done.stdout, done.returncode)


def main():
    files = sorted(glob.glob("tests/fuzz/corpus/container/*"))
    failed = 0
    print("1..%d" % (len(files) + 1), flush=True)
    print("%sok 1 - there are some" % ("" if len(files) >= 10 else "not "))
    for number, path in enumerate(files, 2):
        why = sweep(path)
        failed += bool(why)
        print("%sok %d - %s" % ("not " if why else "", number, path), flush=True)
        if why:
            print("\n".join("# " + line for line in why.splitlines()[-40:]), file=sys.stderr)
    return 1 if failed or len(files) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
