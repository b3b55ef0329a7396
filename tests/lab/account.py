# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts of conversions: has each every byte of its source?"""
import json, subprocess


def lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def wrong(qevm, path, stream):
    """What is wrong with an account; nothing if it is all of the stream, in its order, and that of each section
    in lines of its own."""
    account, at = lines(path), 0
    info = json.loads(subprocess.run([qevm, "info", "--json", "--sections", stream], stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, check=True, text=True).stdout)
    for entry in account:
        if entry["offset"] != at or entry["size"] < 1:
            return "the account goes on at %d with %s" % (at, entry)
        at += entry["size"]
    if at != info["size"]:
        return "the account has %d bytes, the stream %d" % (at, info["size"])
    for section in info["sections"]:
        begin, end = section["payload_offset"], section["payload_offset"] + section["payload_size"]
        inside = [e for e in account if begin <= e["offset"] and e["offset"] + e["size"] <= end]
        if sum(e["size"] for e in inside) != end - begin:
            return "the account divides %s otherwise" % section["path"]
    return ""
