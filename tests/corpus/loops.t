#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A loop whose marker says more than "one more": by rules alone the marker
becomes the plain one and a subsection carries what it said, and back to the
same bytes. Of SCSI requests (1, 2), slirp's sockets (42) and the requests of
virtio-blk (1)."""
import collections
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lab"))
from corpus_files import streams  # noqa: E402

QEVM = os.environ.get("QEVM", "qevm")
SCHEMAS = os.path.join(HERE, "../../schemas/devices")
# of: what gets the subsection; marker: of each element; from_of: the way there
Loop = collections.namedtuple("Loop", "streams of marker from_of subsection "
                                      "plain odd")
BLK = ("*/virtio-blk//virtio/virtio", "*/virtio-blk//virtio/rq/element/.marker",
       "../rq/element/.marker", "virtio/marker", 1, 2)
LOOPS = [
    Loop("parked-scsi", "*/scsi-disk//qdev",
         "*/scsi-disk//qdev/requests/request/element/state",
         "requests/request/element/state", "SCSIDevice/marker", 1, 2),
    Loop("parked-virtio-blk", *BLK),
    Loop("parked-virtio-blk-mq", *BLK),
    Loop("slirp-guestfwd", "slirp//data",
         "slirp//data/sockets/element/.marker",
         "sockets/element/.marker", "slirp_v4/marker", 1, 42),
]
# Type of a description, and whose subsection it gets: QEMU has none there.
MORE = {"slirp.json": "slirp_v4", "virtio-blk.json": "virtio"}


def way_back(loop):
    """From a marker to what has the subsection."""
    shared = os.path.commonprefix([loop.of + "/", loop.marker]).rindex("/") + 1
    ups = loop.marker[shared:].count("/")
    return "../" * ups + "".join(s + "/" for s in
                                 loop.of[shared:].split("/") if s)


def rules_odd(loop):
    """The markers as the odd writer has them."""
    return [{"op": "set", "at": loop.marker,
             "value": loop.odd}]


def rules_there(loop):
    return [{"op": "add-subsection", "at": loop.of, "to": loop.subsection,
             "version": 1, "when": '$"%s" == %d' % (loop.from_of, loop.odd),
             "fields": [{"name": "marker", "type": "uint8",
                         "value": loop.odd}]},
            {"op": "set", "at": loop.marker, "value": loop.plain,
             "when": ". == %d" % loop.odd}]


def rules_back(loop):
    said = '$"%s{%s}/marker"' % (way_back(loop), loop.subsection)
    return [{"op": "map", "at": loop.marker,
             "value": {"expr": said}, "when": "exists(%s)" % said},
            {"op": "strip-subsection",
             "at": "%s/{%s}" % (loop.of, loop.subsection),
             "if-equals": {"marker": loop.odd}, "class": "default"}]


def apply(tmp, schemas, rules, source, name):
    file, out = os.path.join(tmp, "rules.json"), os.path.join(tmp, name)
    with open(file, "w") as f:
        json.dump({"qevm-rules": 1, "rules": rules}, f)
    subprocess.run([QEVM, "rewrite", "--no-sync", "--schema", schemas, source,
                    "-r", file, "-o", out], check=True,
                   stdout=subprocess.DEVNULL)
    return out


def markers(schemas, loop, path):
    run = subprocess.run([QEVM, "show", "--json", "--schema", schemas, path,
                          loop.marker], check=True,
                         stdout=subprocess.PIPE)
    return [json.loads(line)["value"] for line in run.stdout.splitlines()]


def contents(path):
    with open(path, "rb") as f:
        return f.read()


def check(loop, stream, tmp, schemas):
    odd = apply(tmp, schemas, rules_odd(loop), stream.path, "odd")
    there = apply(tmp, schemas, rules_there(loop), odd, "there")
    back = apply(tmp, schemas, rules_back(loop), there, "back")
    name = loop.subsection.encode()
    mark = b"\x05" + bytes([len(name)]) + name + b"\0\0\0\1" + \
        bytes([loop.odd])
    had = markers(schemas, loop, odd)
    if not had or set(had) != {loop.odd}:
        return "the odd markers are %s" % had
    if set(markers(schemas, loop, there)) != {loop.plain}:
        return "markers are left as they were"
    if contents(there).count(mark) != 1 or contents(odd).count(mark):
        return "the subsection is not there"
    if contents(back) != contents(odd):
        return "it does not come back the same"
    return ""


def structs(json_value):
    """All objects in a description."""
    if isinstance(json_value, dict):
        yield json_value
    for child in json_value.values() if isinstance(json_value, dict) \
            else json_value if isinstance(json_value, list) else ():
        yield from structs(child)


def with_subsections(tmp):
    """Descriptions that know the subsections."""
    folder = os.path.join(tmp, "schemas")
    os.mkdir(folder)
    for file, owner in MORE.items():
        with open(os.path.join(SCHEMAS, file)) as f:
            schema = json.load(f)
        owners = [schema["types"][owner]] if owner in schema["types"] else \
            [s for s in structs(schema) if s.get("name") == owner]
        for one in owners:
            one.setdefault("subsections", []).append(
                {"name": owner + "/marker", "version": 1,
                 "fields": [{"name": "marker", "type": "uint8"}]})
        with open(os.path.join(folder, file), "w") as f:
            json.dump(schema, f)
    return folder


def main():
    cases = [(loop, s) for s in streams() for loop in LOOPS
             if s.name.split("-", 1)[1] == loop.streams]
    assert len(cases) >= 2 * len(LOOPS), "streams are missing"
    print("1..%d" % len(cases))
    with tempfile.TemporaryDirectory(prefix="qevm-") as tmp:
        schemas = with_subsections(tmp)
        for n, (loop, stream) in enumerate(cases, 1):
            try:
                why = check(loop, stream, tmp, schemas)
            except subprocess.CalledProcessError as e:
                why = "qevm exits with %d" % e.returncode
            print("%s %d - %s" % ("not ok" if why else "ok", n, stream.name))
            if why:
                print("# " + why)


main()
