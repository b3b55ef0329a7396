# SPDX-License-Identifier: GPL-2.0-or-later
"""opaque - how much of the devices' state is bytes that nobody describes.

Opaque is a leaf that `qevm show` prints as hex: neither a number, nor text,
nor fields out of schemas/devices. There, what has only a name or an offset is
of the type `bytes` and counts as well; arrays of uint8 are bytes by nature, and
schemas/devices/octets.json says of each why. Not counted are bytes that mean
nothing (unused_buffer), text that is not there yet, space between the
capabilities of a PCI device that is zero, and contents of memories, see EXCEPT.
"""
import collections
import concurrent.futures
import fnmatch
import json
import os
import subprocess

QEVM = os.environ.get("QEVM", "qevm")
# Not counted: section, field. Contents of a memory.
EXCEPT = [("*spapr_nvram", "buf"), ("*macio_nvram", "data")]
Share = collections.namedtuple(
    "Share", "stream machine virtio size opaque worst opaque_virtio")


def is_excepted(section, field):
    return any(fnmatch.fnmatchcase(section, s) and
               fnmatch.fnmatchcase(field, f) for s, f in EXCEPT)


def is_virtio_device(idstr):
    return idstr.rsplit("/", 1)[-1].startswith(("virtio-", "vhost-user-"))


def is_virtio(path):
    """Of a virtio device, and not of what else its section may hold (the VGA
    part of virtio-vga); zeros and odd bytes of config space are counted
    elsewhere."""
    section, field = path.split("//", 1)
    return is_virtio_device(section) and "/config/pci" not in field and \
        field.split("/")[0] in ("virtio", "virtio-gpu", "blob", "back-end")


def is_gap(leaf, data):
    return leaf["type"] == "bytes" and not data.strip("0") and \
        leaf["name"].split(".")[0] in ("gap", "gap2", "rest")


def opaque_leaves(node, section, above=""):
    """Path and size of each."""
    here = above + "/" + node["name"] if "name" in node else above
    for member in ("fields", "subsections", "elements"):
        for child in node.get(member, ()):
            yield from opaque_leaves(child, section, here)
    if node.get("type") in (None, "unused_buffer", "bitmap", "string"):
        return
    for value in node.get("values", [node.get("value")]):
        if not isinstance(value, str) or not value.startswith("hex:"):
            continue
        data = value[len("hex:"):]
        if not is_gap(node, data) and \
                not is_excepted(section, node["name"]):
            yield here.lstrip("/"), len(data) // 2


def share_of(stream):
    """Of the FULL sections of a stream."""
    run = subprocess.run([QEVM, "show", "--json", "--all", stream.path],
                         check=True, stdout=subprocess.PIPE)
    size, found, virtio = 0, collections.Counter(), False
    for record in json.loads(run.stdout)["records"]:
        if record["type"] != "full":
            continue
        size += record["payload_size"]
        virtio |= is_virtio_device(record["idstr"])
        for path, n in opaque_leaves({k: record.get(k, ()) for k in
                                      ("fields", "subsections")},
                                     record["idstr"]):
            found[record["idstr"] + "//" + path] += n
    return Share(stream.name, stream.facts["entry"]["machine"], virtio, size,
                 sum(found.values()), found.most_common(1),
                 [path for path in found if is_virtio(path)])


def shares(streams):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(share_of, streams))


def percent(share):
    return 100.0 * share.opaque / share.size if share.size else 0.0


def table(rows):
    """Lines: a stream each, the most opaque first."""
    yield "%-34s %9s %8s %7s  %s" % ("stream", "bytes", "opaque", "share",
                                     "most of it")
    for r in sorted(rows, key=lambda row: (-percent(row), row.stream)):
        yield "%-34s %9d %8d %6.2f%%  %s" % (
            r.stream, r.size, r.opaque, percent(r),
            ", ".join("%s %d" % w for w in r.worst))
