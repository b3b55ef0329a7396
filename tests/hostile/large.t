#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams made to take time or memory: tens and hundreds of thousands of whatever can be many.

A command has CPU seconds that are many times what it needs, few enough to see what grows with the square of
something. It has 64 MiB of memory and the device state, which is at most the stream, and there once for who
reads it and four times for who rewrites it (parser/budget.h). With sanitizers it is a fourth of everything,
and only the time is limited.
"""
import os, resource, struct, subprocess, sys, tempfile

QEVM = os.environ["QEVM"]
SECONDS = 20
SAN = "-san" in os.environ["BUILD"]
MEMORY = None if SAN else 64 << 20
# The first is more than there may be of most things, the second about as much.
SCALES = (250, 25) if SAN else (1000, 100)
K = 0
COMMANDS = (["info"], ["check"], ["show", "--all"], ["show", "--depth", "0", "--walk"])
# Of the second scale.
REWRITES = {
    "footers": '{"op": "set-footers", "value": false}, {"op": "drop-vmdesc"}',
    "names": '{"op": "rename-section", "at": "x*@*", "to": "y", "optional": true}',
    "fields": '{"op": "set", "at": "x@*//*", "value": 0, "optional": true}',
    "elements": '{"op": "set", "at": "x@*//*[*]", "value": 0, "optional": true}',
    "one more": '{"op": "add-element", "at": "x@*//s", "optional": true}',
}


def pack(layout, *values):
    return struct.pack(">" + layout, *values)


EOS = pack("Q", 16)
HEAD = b"QEVM\0\0\0\3\x07" + pack("I", 4) + b"pc-1"


def footer(ident):
    return b"\x7e" + pack("I", ident)


def full(ident, name, instance=0, payload=b""):
    return b"\4" + pack("I", ident) + bytes([len(name)]) + name + pack("II", instance, 1) + payload + footer(ident)


def start(ident, name, payload=b"", version=4):
    return b"\1" + pack("I", ident) + bytes([len(name)]) + name + pack("II", 0, version) + payload + footer(ident)


RAM = start(1, b"ram", pack("Q", 0x1004) + b"\6pc.ram" + pack("Q", 0x1000) + EOS)
PART = b"\2" + pack("I", 1) + EOS + footer(1)
END = b"\3" + pack("I", 1) + EOS + footer(1)
LIVE = RAM + PART + END


def vmdesc(*devices):
    text = b'{"page_size": 4096, "devices": [' + b", ".join(devices) + b"]}"
    return b"\0\6" + pack("I", len(text)) + text


def device(name, fields):
    return b'{"name": "%s", "instance_id": 0, "vmsd_name": "x", "version": 1, "fields": [%s]}' % (name, fields)


def struct_of(inner, size, count=b""):
    return b'{"name": "s", %s"type": "struct", "struct": {"vmsd_name": "e", "version": 1, "fields": [%s]}, ' \
        b'"size": %d}' % (count, inner, size)


BYTE = b'{"name": "f", "type": "uint8", "size": 1}'
NOTHING = b'{"name": "f", "array_len": 16000000, "type": "buffer", "size": 0}'


def one_device(fields, payload):
    return HEAD + LIVE + full(9, b"x", 0, payload) + vmdesc(device(b"x", fields))


def deep():
    inner = BYTE
    for _ in range(60):
        inner = struct_of(inner, 1)
    return one_device(inner, b"\1")


def candidates():
    """What looks like a vmdesc at every seventh byte, each with its last brace."""
    count = 1200 * K
    return HEAD + LIVE + b"\4" + (b"\0\6" + pack("I", 7 * count) + b"{") * count + b"}" * (7 * count + 64)


def devices(count, order):
    sections = b"".join(full(k + 10, b"x%d" % k, 0, b"\1") for k in range(count))
    return HEAD + LIVE + sections + vmdesc(*(device(b"x%d" % k, BYTE) for k in order(range(count))))


# In the order of the sizes that they have.
STREAMS = {
    "structs in structs": deep,
    "fields without bytes": lambda: one_device(b", ".join([NOTHING] * 1000), b""),
    "structs without bytes":
        lambda: one_device(b", ".join([struct_of(b"", 0, b'"array_len": 16000000, ')] * 100), b""),
    "a struct for each byte": lambda: one_device(struct_of(BYTE, 1, b'"array_len": %d, ' % (2000 * K)), bytes(2000 * K)),
    "more structs than there may be":
        lambda: one_device(struct_of(BYTE, 1, b'"array_len": 16000000, '), bytes(16000000)),
    "a long array": lambda: one_device(b'{"name": "f", "array_len": %d, "type": "uint8", "size": 1}' % (16000 * K),
                                       bytes(16000 * K)),
    "fields of one name": lambda: one_device(b", ".join([BYTE] * (350 * K)), b"\1" * (350 * K)),
    "devices": lambda: devices(100 * K, list),
    "devices in another order": lambda: devices(100 * K, reversed),
    "sections": lambda: HEAD + LIVE + b"".join(full(k + 10, b"x%d" % (k % 5), k) for k in range(300 * K)) + b"\0",
    "sections of one name": lambda: HEAD + LIVE + b"".join(full(k + 10, b"x") for k in range(300 * K)) + b"\0",
    "sections before the live part, one of them described often":
        lambda: HEAD + b"".join(full(k + 10, b"x%d" % k) for k in range(200 * K)) + LIVE +
        vmdesc(*[device(b"x%d" % (200 * K - 1), b"")] * (120 * K)),
    "iterative sections": lambda: HEAD + b"".join(start(k, b"x", version=1) for k in range(300 * K)) + b"\0",
    "parts": lambda: HEAD + RAM + PART * (1500 * K) + END + full(9, b"x", 0, b"ab") + b"\0",
    "footers that are none": lambda: HEAD + LIVE + full(9, b"x", 0, footer(9) * (4000 * K)) + b"\0",
    "descriptions that are none": candidates,
    "commands": lambda: HEAD + LIVE + b"\x08\0\x03\0\0" * (1000 * K) + b"\0",
    "RAM blocks": lambda: HEAD + start(1, b"ram", pack("Q", 4) + b"".join(
        b"\xff" + b"%0255d" % k + pack("Q", 0) for k in range(4096)) + EOS) + END + full(9, b"x") + b"\0",
    "elements of a list": lambda: one_device(
        b'{"name": "l", "type": "qlist", ' + b", ".join([b'"vmsd_name": "e", "version": 1, "fields": []'] * (250 * K)) +
        b', "size": %d}' % (250 * K + 1), b"\1" * (250 * K) + b"\0"),
    "structs that do not fit": lambda: one_device(
        struct_of(BYTE, 2, b'"array_len": %d, ' % (1000 * K)), bytes(2000 * K)),
    "structs with fields of one name": lambda: one_device(
        struct_of(b", ".join([BYTE] * 100), 100, b'"array_len": %d, ' % (2 * K)), bytes(200 * K)),
    "null pointers that are none": lambda: HEAD + LIVE + b"".join(
        full(k + 10, b"x", k, b"\1" * 8) for k in range(30 * K)) + vmdesc(*(
            b'{"name": "x", "instance_id": %d, "vmsd_name": "x", "version": 1, "fields": '
            b'[{"name": "p", "array_len": 8, "type": "nullptr", "size": 1}]}' % k for k in range(30 * K))),
    "subsections": lambda: one_device(
        BYTE + b'], "subsections": [' + b", ".join(
            b'{"vmsd_name": "x/%d", "version": 1, "fields": []}' % k for k in range(100 * K)) + b'], "x": [',
        b"\1" + b"".join(b"\5" + bytes([len(b"x/%d" % k)]) + b"x/%d" % k + pack("I", 1) for k in range(100 * K))),
    "sections without footers": lambda: HEAD + RAM[:-5] + PART[:-5] + END[:-5] +
        b"".join(full(k + 10, b"dev%d" % k, 0, b"abc")[:-5] for k in range(60 * K)) + b"\0",
}


def run(arguments, memory):
    """What is wrong with a run of the program; None: nothing."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        if MEMORY:
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY + memory, MEMORY + memory))

    done = subprocess.run([QEVM] + arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limit)
    if done.returncode in (0, 1, 3):
        return None
    return "exit code %d: %s" % (done.returncode, done.stderr.decode(errors="replace")[:2000])


def rewrites(folder):
    """Name and arguments of each."""
    for name, rules in REWRITES.items():
        path = os.path.join(folder, name)
        with open(path, "w") as f:
            f.write('{"qevm-rules": 1, "rules": [%s]}' % rules)
        yield "rewrite " + name, ["rewrite", "--allow-lossy", "--allow-visible", "--no-sync", "-r", path,
                                  "-o", os.path.join(folder, "out.mig")]


def trials(folder, path):
    """Name, arguments and copies of the device state: of all that is tried."""
    global K
    for name, make in STREAMS.items():
        for K in SCALES:
            with open(path, "wb") as f:
                f.write(make())
            for command in COMMANDS:
                yield "%s, %d: %s" % (name, K, " ".join(command)), command + [path], 1
        for what, command in rewrites(folder):
            yield "%s, %d: %s" % (name, K, what), command + [path], 4


def main():
    number = bad = 0
    with tempfile.TemporaryDirectory(prefix="qevm-hostile-") as folder:
        path = os.path.join(folder, "in.mig")
        for name, arguments, copies in trials(folder, path):
            wrong = run(arguments, copies * os.path.getsize(path))
            number += 1
            bad += bool(wrong)
            print("%sok %d - %s" % ("not " if wrong else "", number, name), flush=True)
            if wrong:
                print("# %s: %s" % (name, wrong), file=sys.stderr)
    print("1..%d" % number)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
