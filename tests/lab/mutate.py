# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams changed at random, as accidents and other software change them.

A mutation keeps the description at the end as it was: QEMU does not read it, and whoever edits a stream
by hand rarely does. Places are those that `qevm show --json` tells of the good stream.
"""
import json, random, struct, subprocess

KINDS = ("byte", "field-dropped", "field-inserted", "field-duplicated", "subsection-dropped",
         "subsection-inserted", "subsection-duplicated", "section-dropped", "section-inserted",
         "section-duplicated", "version-up", "version-down", "section-renamed", "subsection-renamed",
         "instance-changed")


class Places:
    """Where everything of a stream is."""

    def __init__(self, qevm, path):
        with open(path, "rb") as f:
            self.data = f.read()
        text = subprocess.run([qevm, "show", "--json", "--no-schemas", path], check=True,
                              stdout=subprocess.PIPE).stdout
        records = json.loads(text)["records"]
        self.sections = [r for r in records if r["type"] == "full"]
        self.fields, self.subsections = [], []
        for section in self.sections:
            self.inside(section, section["payload_offset"] + section["payload_size"])

    def inside(self, holder, end):
        """Fields and subsections with their extents: each goes to where the next one begins."""
        items = holder.get("fields", []) + holder.get("subsections", [])
        for item, after in zip(items, [i["offset"] for i in items[1:]] + [end]):
            if "version_id" in item:
                self.subsections.append((item, item["offset"], after))
                self.inside(item, after)
            elif "fields" in item:
                self.inside(item, after)
            elif "elements" in item:
                parts = [p for e in item["elements"] for p in e.get("fields", []) + e.get("subsections", [])]
                self.inside({"fields": parts}, after)
            elif after > item["offset"]:
                self.fields.append((item["offset"], after))

    def device_byte(self, rng):
        section = rng.choice(self.sections)
        return rng.randrange(section["offset"], section["offset"] + section["size"])


def splice(data, start, end, new):
    return data[:start] + new + data[end:]


def mutate(places, kind, rng):
    """The changed stream and what was done, or None if there is nothing to do it to."""
    data = places.data
    if kind == "byte":
        at = places.device_byte(rng)
        value = rng.choice([data[at] ^ (1 << rng.randrange(8)), rng.randrange(256), 0, 255])
        return splice(data, at, at + 1, bytes([value])), "byte at 0x%x: %02x to %02x" % (at, data[at], value)
    if kind.startswith("field-"):
        start, end = rng.choice(places.fields)
        old = data[start:end]
        new = {"field-dropped": b"", "field-duplicated": old + old,
               "field-inserted": bytes(rng.choice([1, 2, 4, 8])) + old}[kind]
        return splice(data, start, end, new), "%s at 0x%x, %d to %d bytes" % (kind, start, len(old), len(new))
    if kind.startswith("subsection-"):
        if not places.subsections:
            return None
        item, start, end = rng.choice(places.subsections)
        old = data[start:end]
        other = rng.choice(places.subsections)
        new = {"subsection-dropped": b"", "subsection-duplicated": old + old,
               "subsection-inserted": old + data[other[1]:other[2]],
               "subsection-renamed": old[:2] + renamed(old[2:2 + old[1]], rng) + old[2 + old[1]:]}[kind]
        return splice(data, start, end, new), "%s: %s at 0x%x" % (kind, item["name"], start)
    section = rng.choice(places.sections)
    start, end = section["offset"], section["offset"] + section["size"]
    old = data[start:end]
    length = old[5]
    if kind == "section-inserted":
        name = b"no-such-device"
        new = old + b"\4" + struct.pack(">IB", 0x7777, len(name)) + name + struct.pack(">II", 0, 1) + \
            bytes(rng.randrange(16)) + b"\x7e" + struct.pack(">I", 0x7777)
    elif kind.startswith("version-"):
        if rng.random() < 0.4 and places.subsections:
            item, at, _ = rng.choice(places.subsections)
            at += 2 + data[at + 1]
            return changed(data, at, 1 if kind == "version-up" else -1), "%s of %s" % (kind, item["name"])
        return changed(data, start + 10 + length, 1 if kind == "version-up" else -1), \
            "%s of %s" % (kind, section["idstr"])
    else:
        new = {"section-dropped": lambda: b"", "section-duplicated": lambda: old + old,
               "section-renamed": lambda: old[:6] + renamed(old[6:6 + length], rng) + old[6 + length:],
               "instance-changed": lambda: changed(old, 6 + length, rng.choice([1, 2, 0x10000]))}[kind]()
    return splice(data, start, end, new), "%s: %s@%d" % (kind, section["idstr"], section["instance_id"])


def renamed(name, rng):
    at = rng.randrange(len(name))
    return name[:at] + bytes([rng.choice(b"abcdefghijklmnopqrstuvwxyz")]) + name[at + 1:]


def changed(data, at, by):
    value = (struct.unpack(">I", data[at:at + 4])[0] + by) & 0xffffffff
    return splice(data, at, at + 4, struct.pack(">I", value))


def mutations(qevm, path, count, seed):
    """`count` changed streams, an equal share of each kind, the same ones for the same seed."""
    places, rng = Places(qevm, path), random.Random(seed)
    made = 0
    while made < count:
        kind = KINDS[made % len(KINDS)]
        result = mutate(places, kind, rng)
        yield (kind,) + (result or (places.data, kind + ": nothing there"))
        made += 1
