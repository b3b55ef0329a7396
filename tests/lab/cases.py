# SPDX-License-Identifier: GPL-2.0-or-later
"""The incompatibilities of tests/cases: a folder each, with case.json and streams."""
import glob, json, lzma, os, shutil, sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cases")


def all_of():
    """[(name, folder, what case.json says)], sorted."""
    found = []
    for path in sorted(glob.glob(os.path.join(FOLDER, "*/case.json"))):
        with open(path) as f:
            folder = os.path.dirname(path)
            found.append((os.path.basename(folder), folder, json.load(f)))
    return found


def unpack(case, folder, *names):
    """Streams of a case, put into a folder: their paths. Beside `ref` is what is known of its QEMU."""
    paths = [os.path.join(folder, name + ".mig") for name in names]
    for name, path in zip(names, paths):
        with lzma.open(os.path.join(case, name + ".mig.xz")) as f, open(path, "wb") as out:
            out.write(f.read())
        facts = os.path.join(case, name + ".target.json")
        if os.path.exists(facts):
            shutil.copy(facts, path + ".target.json")
    return paths


def target(side):
    """The name of the target that a side's QEMU is."""
    return "qemu-%s/%s" % (side["qemu"], side["command"].split()[0].rpartition("-")[2])


def result(number, name, why):
    """One result, which is bad if something speaks against it: 1 if it is."""
    print("%sok %d - %s" % ("not " if why else "", number, name))
    if why:
        print("# %s: %s" % (name, why), file=sys.stderr)
    return int(bool(why))


def run(wrong):
    """The exit code, after wrong(folder, about) said of each case what is wrong, or nothing."""
    found = all_of()
    print("1..%d" % len(found))
    bad = sum([result(number, name, wrong(folder, about))
               for number, (name, folder, about) in enumerate(found, 1)])
    return 1 if bad else 0
