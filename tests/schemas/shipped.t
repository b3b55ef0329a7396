#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped descriptions are what qevm-schema.json says, and qevm reads them.

And the other way round: what qevm knows of each object and what that JSON
Schema knows are the same members, and both refuse the same mistakes.
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import json_schema  # noqa: E402

QEVM = os.environ.get("QEVM", "qevm")
STREAM = os.path.join(os.environ["STREAMS"], "7.2-pc-i440fx-6.2.mig")
FOLDER = "schemas/devices"
SCHEMA = json.load(open("schemas/qevm-schema.json"))


def wrong(value, schema, path):
    return json_schema.wrong(value, schema, path, SCHEMA)


def load(text):
    """What qevm says of a description; "": nothing."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "try.json"), "w") as f:
            f.write(text)
        run = subprocess.run([QEVM, "get", "--schema", folder, STREAM,
                              "globalstate//size"],
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    return run.stderr.decode() if run.returncode else ""


# One object of each kind, and where its definition is in the JSON Schema.
OBJECTS = {
    "": {},
    "type": {"types": {"z": "OBJECT"}},
    "leaf": {"leaves": ["OBJECT"]},
    "payload": {"payloads": ["OBJECT"]},
    "primitive": {"types": {"z": {"fields": ["OBJECT"]}}},
    "struct": {"types": {"z": {"fields": ["OBJECT"]}}},
    "switch": {"types": {"z": {"fields": ["OBJECT"]}}},
    "loop": {"types": {"z": {"fields": ["OBJECT"]}}},
    "alternatives": {"types": {"z": {"fields": ["OBJECT"]}}},
    "chain": {"types": {"z": {"fields": ["OBJECT"]}}},
    "reading": {"types": {"z": {"fields": [{"alternatives": ["OBJECT"]}]}}},
    "item": {"types": {"z": {"fields": [{"name": "c", "chain": {
        "size": 9, "first": "0", "items": {"1": "OBJECT"}}}]}}},
    "subsection": {"types": {"z": {"subsections": ["OBJECT"]}}},
}
# What tells the kinds of fields apart.
TELLS = {"primitive": {"name": "a", "type": "uint8"}, "switch": {"switch": "1"},
         "loop": {"loop": {}}, "alternatives": {"alternatives": []},
         "chain": {"chain": {}}}

# Mistakes that both refuse, in a type's fields.
MISTAKES = [
    [{"name": "a"}],
    [{"name": "a/b", "type": "uint8"}],
    [{"name": "", "type": "uint8"}],
    [{"name": "a", "type": "uint8", "count": -1}],
    [{"name": "a", "type": "uint8", "if": True}],
    [{"name": "a", "type": "uint8", "sizes": 1}],
    [{"name": "a", "alternatives": []}],
    [{"name": "l", "loop": {"marker": "uint7"}}],
    [{"name": "l", "loop": {"marker": "uint8", "values": []}}],
    [{"switch": "1"}],
    [{"switch": "1", "cases": {"a": []}}],
    [{"name": "c", "chain": {"size": 1, "items": {}}}],
    {},
]

count = 0
failed = False


def result(bad, what):
    global count, failed
    count += 1
    print("%s %d - %s" % ("not ok" if bad else "ok", count, what))
    if bad:
        failed = True
        print("# " + bad)


def fill(pattern, value):
    if pattern == "OBJECT":
        return value
    if isinstance(pattern, dict):
        return {k: fill(v, value) for k, v in pattern.items()}
    if isinstance(pattern, list):
        return [fill(v, value) for v in pattern]
    return pattern


files = sorted(glob.glob(FOLDER + "/*.json"))
for name in files:
    result(wrong(json.load(open(name)), SCHEMA, "$"), name)


def is_bytes(type_):
    """Does it name bytes, and say nothing of them?"""
    fields = type_.get("fields", [])
    return len(fields) == 1 and fields[0].get("type") in ("uint8", "bytes") \
        and "count" in fields[0] and "names" not in fields[0]


loaded = {name: json.load(open(name)) for name in files}
types = {t: body for f in loaded.values()
         for t, body in f.get("types", {}).items()}
rules = [r for f in loaded.values() for r in f.get("leaves", [])
         if "is" in r and is_bytes(types[r["is"]])]
mute = ["%s//%s" % (r["vmsd"], r.get("field")) for r in rules
        if len(r.get("why", "")) < 10]
result("" if rules and not mute else ", ".join(mute),
       "what is bytes by nature says why")
result("" if len(files) > 20 else "%d files" % len(files),
       "there are descriptions")
said = subprocess.run([QEVM, "get", "--schema", FOLDER, STREAM,
                       "globalstate//size"], stdout=subprocess.DEVNULL,
                      stderr=subprocess.PIPE).stderr.decode()
result(said, "qevm reads them")

for kind, place in OBJECTS.items():
    definition = SCHEMA["$defs"][kind] if kind else SCHEMA
    text = fill(copy.deepcopy(place), dict(TELLS.get(kind, {}), no_such=1))
    if kind:
        text["qevm-schema"] = 1
    else:
        text = {"no_such": 1}
    said = load(json.dumps(text))
    known = re.search(r"there can be: (.*)", said)
    members = set(known.group(1).split(", ")) if known else set()
    differs = members ^ set(definition["properties"])
    result("" if not differs and known else
           "%s; %s" % (sorted(differs), said.strip()),
           "members of %s" % (kind or "a file"))

for fields in MISTAKES:
    text = {"qevm-schema": 1, "types": {"z": {"fields": fields}}}
    by_schema = wrong(text, SCHEMA, "$")
    by_qevm = load(json.dumps(text))
    result("" if by_schema and by_qevm else
           "schema: %s; qevm: %s" % (by_schema, by_qevm.strip()),
           "refused: %s" % json.dumps(fields))
print("1..%d" % count)
sys.exit(failed)
