#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `qevm explain` makes of what real QEMUs print about broken streams: explain.t

Streams of several machines and QEMUs are broken at random, in their device state (tests/lab/mutate.py) and
around it (BREAKS below), and loaded by the QEMU that saved them. Of each that is refused, every line that
QEMU printed has to be understood, all of them are one failure, the section that it is in is the one that
was broken, and the stream is not taken for another one.

EXPLAIN_COUNT: how many of each stream and kind, EXPLAIN_SEED: which; EXPLAIN_KEEP: a folder to put streams
in that are not explained well.
"""
import json, os, random, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
sys.dont_write_bytecode = True
import lab, mutate  # noqa: E402

QEVM = os.environ.get("QEVM") or os.path.join(HERE, "../../build/qevm")
COUNT = int(os.environ.get("EXPLAIN_COUNT", "9"))
SEED = int(os.environ.get("EXPLAIN_SEED", "1"))
KEEP = os.environ.get("EXPLAIN_KEEP")

MACHINES = {
    "q35": "qemu-system-x86_64 -M pc-q35-5.2 -m 16 -nodefaults -device virtio-net-pci -device e1000 "
           "-drive if=none,id=d,driver=null-co,size=1M -device virtio-blk-pci,drive=d -device qemu-xhci",
    "virt": "qemu-system-aarch64 -M virt-5.2 -cpu cortex-a57 -m 16 -nodefaults -device virtio-rng-pci "
            "-device virtio-serial-device",
}
VERSIONS = ("5.2", "7.2", "10.0", "11.1")


# ---- breaks ------------------------------------------------------------------------------------

class Stream:
    """A good stream, and where everything is."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        text = subprocess.run([QEVM, "info", "--sections", "--json", path], check=True,
                              stdout=subprocess.PIPE).stdout
        facts = json.loads(text)
        self.sections = facts["sections"]
        self.ram = next(r for r in facts["iterative"] if r["type"] == "start")

    def section_at(self, offset):
        """The name of the section that has this byte, or follows it."""
        if offset < self.ram["offset"]:
            return "configuration"
        for section in [self.ram] + self.sections:
            if offset < section["offset"] + section["size"]:
                return section["idstr"]
        return None


def flip(data, at, rng):
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1:]


def command(number, payload=b""):
    return b"\x08" + number.to_bytes(2, "big") + len(payload).to_bytes(2, "big") + payload


# Each takes the stream and chance, and gives the broken bytes and the sections that QEMU may then name.
def break_header(s, rng):
    return flip(s.data, rng.randrange(8), rng), {None}


def break_configuration(s, rng):
    return flip(s.data, rng.randrange(8, s.ram["offset"]), rng), {None, "configuration"}


def break_blocks(s, rng):
    at = s.ram["payload_offset"] + rng.randrange(s.ram["payload_size"])
    return flip(s.data, at, rng), {"ram"}


def break_pages(s, rng):
    at = s.ram["offset"] + s.ram["size"]
    return flip(s.data, rng.randrange(at, min(at + 64, s.sections[0]["offset"])), rng), {None, "ram"}


def cut(s, rng):
    section = rng.choice(s.sections)
    at = section["offset"] + rng.randrange(section["size"])
    return s.data[:at], {None, section["idstr"]}


def break_footer(s, rng):
    section = rng.choice(s.sections)
    at = section["payload_offset"] + section["payload_size"]
    return flip(s.data, at + rng.choice([0, 4]), rng), {section["idstr"]}


def break_type(s, rng):
    at = rng.choice(s.sections)["offset"]
    return s.data[:at] + bytes([rng.choice([5, 6, 7, 9, 99, 126])]) + s.data[at + 1:], {None}


def continue_unknown(s, rng):
    at = rng.choice(s.sections)["offset"]
    return s.data[:at] + b"\x02\0\0\x30\x39" + s.data[at:], {None}


def send_command(s, rng):
    at = rng.choice(s.sections)["offset"]
    new = rng.choice([command(99), command(2, b"\0\0\0\1"), command(2), command(3, bytes(16)),
                      command(4), command(5), command(6, bytes(24)), command(7, b"\x7f\xff\xff\xff")])
    return s.data[:at] + new + s.data[at:], {None}


BREAKS = [break_header, break_configuration, break_blocks, break_pages, cut, break_footer, break_type,
          continue_unknown, send_command]


def first_difference(a, b):
    return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))


def broken(stream, path):
    """(what was done, the broken bytes, names of sections) of many."""
    rng = random.Random(SEED)
    for number in range(COUNT):
        kind = BREAKS[number % len(BREAKS)]
        yield (kind.__name__,) + kind(stream, rng)
    for kind, data, what in mutate.mutations(QEVM, path, COUNT, SEED):
        at = first_difference(stream.data, data)
        names = {stream.section_at(at)}
        # A section that was renamed or put in is called as the stream has it now.
        names |= {n.decode() for n in re.findall(rb"[ -~]{2,}", data[at - 40:at + 40])}
        yield what, data, names


# ---- the answer ----------------------------------------------------------------------------------

def explain(path, said, target):
    done = subprocess.run([QEVM, "explain", "--json", "-", path, "--against", target], input=said, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def opened(path):
    """Is it a stream by its first bytes?"""
    with open(path, "rb") as f:
        return f.read(8) == b"QEVM\0\0\0\3"


def wrong(path, said, names, target):
    """What is wrong with the explanation; nothing: it is as it should be."""
    if not opened(path):
        return "" if "stream" in said else "QEMU does not say that it is no stream"
    answer = explain(path, said, target)
    failures = answer["failures"]
    if answer["not_understood"]:
        return "not understood: %s" % answer["not_understood"]
    if len(failures) != 1:
        return "%d failures" % len(failures)
    failure = failures[0]
    if "not_understood" in failure:
        return "not understood: " + failure["not_understood"]
    if failure.get("section") not in names and "Assertion" not in said:
        return "section %s, not one of %s" % (failure.get("section"), sorted(map(str, names)))
    # What is no text has been lost on the way to us.
    if failure["stream"]["stream"] == "other" and "\ufffd" not in said:
        return "taken for another stream: %s" % failure["stream"]
    if "from" in failure and "to" in failure and float(failure["from"]) > float(failure["to"]) and \
            int(failure["from"].split(".")[0]) > int(failure["to"].split(".")[0]):
        return "no release has these words: %s to %s" % (failure["from"], failure["to"])
    return ""


def main():
    lab.tidy()
    print("1..%d" % (len(MACHINES) * len(VERSIONS)))
    folder = lab.cache("explain")
    os.makedirs(folder, exist_ok=True)
    number = failed = 0
    with tempfile.TemporaryDirectory(prefix="qevm-explain-") as tmp:
        changed = os.path.join(tmp, "changed.mig")
        for name, argv in MACHINES.items():
            for version in VERSIONS:
                root = lab.root_of(version)
                good = os.path.join(folder, "%s-%s.mig" % (name, version))
                if not os.path.exists(good):
                    lab.save(good, argv, root, secs=1)
                stream = Stream(good)
                refused, bad = 0, []
                for what, data, names in broken(stream, good):
                    with open(changed, "wb") as f:
                        f.write(data)
                    real = lab.load(changed, argv, root)
                    if real.ok:
                        continue
                    refused += 1
                    why = wrong(changed, real.messages, names, good)
                    if why:
                        bad.append("%s: %s\n%s" % (what, why, real.messages))
                        if KEEP:
                            os.makedirs(KEEP, exist_ok=True)
                            lab.copy(changed, os.path.join(KEEP, "%s-%s-%d.mig" % (name, version, len(bad))))
                number += 1
                failed += bool(bad) or not refused
                print("%sok %d - %s of QEMU %s: %d of %d refused" %
                      ("not " if bad or not refused else "", number, name, version, refused, 2 * COUNT))
                for text in bad:
                    print("# " + text.replace("\n", "\n#     "), file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
