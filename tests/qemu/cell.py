# SPDX-License-Identifier: GPL-2.0-or-later
"""One cell of a table: a Linux guest in use (tests/lab/live.py), saved, converted with an account of each byte,
loaded, and does it live?"""
import collections, json, os, shlex, tempfile

import driving
import account
import live

Answer = collections.namedtuple("Answer", "what why")  # why: what is wrong, or None
REFUSED = "refused"
MOMENTS = 4  # a guest is saved at, if it is advice of convert's to save it at another one


def reasons(said):
    """What convert says against it."""
    return "\n".join(line for line in said.splitlines() if line.startswith(("qevm: ", "  ")))


def convert(saved, setup, version, machine, out, options=()):
    """What `qevm convert --json` says, or None, and what it says on standard error."""
    with driving.Place(saved.version) as old, driving.Place(version) as new:
        for place in (old, new):
            for name, data in setup.files(place.version).items():
                place.write(name, data)
        before = shlex.join(old.qemu(saved.setup.command(saved.machine, own=False)))
        code, said, problems = new.run("convert", "--json", "--from", before, *options, "-o", out, "--account",
                                       out + ".account", saved.stream, "--",
                                       *new.qemu(setup.command(machine, own=False)))
    if code not in (0, 1):
        raise live.lab.LabError("exit code %d: %s" % (code, problems))
    wrong = "" if code else account.wrong(driving.QEVM, out + ".account", saved.stream)
    if wrong:
        raise live.lab.LabError(wrong)
    return (None if code else json.loads(said)), problems


def cell(setup, source, destination, there=None, options=()):
    """source, destination: (QEMU's version, machine type); there: the setup at the destination, if another;
    options: of convert."""
    there = there or setup
    with tempfile.TemporaryDirectory(prefix="qevm-cell-") as folder:
        out = os.path.join(folder, "out.mig")
        for moment in range(MOMENTS):
            saved = live.save(setup, *source, moment)
            said, problems = convert(saved, there, *destination, out, options)
            if said is not None:
                print("# " + (" ".join(said["options"]) or "no options"), flush=True)
                return Answer("%d options, %d changes" % (len(said["options"]), sum(said["changes"].values())),
                              live.lives(saved, *destination, out, said["options"], there))
            if "the guest at another moment" not in problems:
                break
        return Answer(REFUSED, reasons(problems))
