# SPDX-License-Identifier: GPL-2.0-or-later
"""identity - what no rule touches comes out as it went in.

For every stream: an empty rule list gives the same bytes from a file and from
a pipe, and so does one that sets a field and sets it back.
"""
import hashlib
import json
import os
import subprocess
import tempfile

QEVM = os.environ.get("QEVM", "qevm")
INTS = {"uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32",
        "int64", "bool"}


def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while True:
            block = f.read(1 << 20)
            if not block:
                return h.hexdigest()
            h.update(block)


def leaf(fields, prefix):
    """The path and value of the first plain integer, or None."""
    names = [f["name"] for f in fields]
    for f in fields:
        if f["name"] == "" or names.count(f["name"]) > 1 or "index" in f:
            continue
        if f.get("type") in INTS and isinstance(f.get("value"), (int, bool)):
            return prefix + json.dumps(f["name"]), f["value"]
        if "fields" in f and f.get("type") in ("struct", "tmp", "vstruct"):
            found = leaf(f["fields"], prefix + json.dumps(f["name"]) + "/")
            if found:
                return found
    return None


def settable(path):
    """A field to set and its value: of the first device that has one, else
    the version of the first section that paths can name."""
    out = subprocess.run([QEVM, "show", "--json", path], check=True,
                         stdout=subprocess.PIPE).stdout.decode()
    records = [r for r in json.loads(out)["records"] if r.get("path")]
    for r in records:
        if r["type"] == "full":
            found = leaf(r.get("fields", []), r["path"] + "//")
            if found:
                return found
    for r in reversed(records):
        if "version_id" in r:
            return r["path"] + "//.version_id", r["version_id"]
    return None


def rules(tmp, name, content):
    path = os.path.join(tmp, name)
    with open(path, "w") as f:
        json.dump({"qevm-rules": 1, "rules": content}, f)
    return path


def there_and_back(path):
    where, value = settable(path)
    other = (not value) if isinstance(value, bool) else (0 if value else 1)
    return [{"op": "set", "at": where, "value": other},
            {"op": "set", "at": where, "value": value}]


def from_file(path, rule_file, tmp):
    out = os.path.join(tmp, "out.mig")
    subprocess.run([QEVM, "rewrite", "--no-sync", path, "-r", rule_file,
                    "-o", out], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE)
    result = digest(out)
    os.unlink(out)
    return result


def from_pipe(path, rule_file, spool):
    cat = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
    qevm = subprocess.Popen([QEVM, "rewrite", "-", "-r", rule_file, "-o", "-"]
                            + spool, stdin=cat.stdout, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)
    cat.stdout.close()
    h = hashlib.sha256()
    while True:
        block = qevm.stdout.read(1 << 20)
        if not block:
            break
        h.update(block)
    err = qevm.stderr.read()
    cat.wait()
    if qevm.wait():
        raise subprocess.CalledProcessError(qevm.returncode, "pipe",
                                            stderr=err)
    return h.hexdigest()


def mapped_ram(path):
    with open(path, "rb") as f:
        return b"mapped-ram" in f.read(256)


def differences(path):
    """What is not identical, as text; "" if all is."""
    bad = []
    with tempfile.TemporaryDirectory() as tmp:
        nothing = rules(tmp, "empty.json", [])
        want = digest(path)
        # The pages of a mapped-ram file stand in its head.
        spool = ["--spool"] if mapped_ram(path) else []
        back = rules(tmp, "back.json", there_and_back(path))
        for what, run in (
                ("from a file", lambda: from_file(path, nothing, tmp)),
                ("from a pipe", lambda: from_pipe(path, nothing, spool)),
                ("set and set back", lambda: from_file(path, back, tmp))):
            try:
                if run() != want:
                    bad.append(what + ": other bytes")
            except subprocess.CalledProcessError as e:
                bad.append("%s: exit %d: %s" % (
                    what, e.returncode, (e.stderr or b"").decode().strip()))
        if digest(path) != want:
            bad.append("the input changed")
    return "; ".join(bad)


def main(paths):
    print("1..%d" % len(paths))
    for i, path in enumerate(paths, 1):
        bad = differences(path)
        print("%s %d - %s" % ("not ok" if bad else "ok", i,
                              os.path.basename(path)))
        if bad:
            print("# " + bad)
