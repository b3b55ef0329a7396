# SPDX-License-Identifier: GPL-2.0-or-later
"""As much of JSON Schema as the schemas of this project use."""
import re
import sys

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool,
         "integer": int, "null": type(None)}


def is_kind(value, kind):
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, KINDS[kind])


def wrong(value, schema, path, root):
    """The first thing that is not as the schema wants it; None: all is. `root`
    has the definitions."""
    known = {"$ref", "type", "const", "enum", "anyOf", "required", "pattern",
             "properties", "patternProperties", "additionalProperties",
             "items", "minItems", "minimum", "maximum", "minLength",
             "maxLength", "$schema", "title", "$defs"}
    assert set(schema) <= known, set(schema) - known
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return wrong(value, root["$defs"][name], path, root)
    if "type" in schema:
        kinds = schema["type"]
        if not any(is_kind(value, k)
                   for k in ([kinds] if isinstance(kinds, str) else kinds)):
            return "%s is not %s" % (path, kinds)
    if "const" in schema and value != schema["const"]:
        return "%s is not %r" % (path, schema["const"])
    if "enum" in schema and value not in schema["enum"]:
        return "%s is none of %r" % (path, schema["enum"])
    if "anyOf" in schema:
        reasons = [wrong(value, s, path, root) for s in schema["anyOf"]]
        if all(reasons):
            return "%s: %s" % (path, "; ".join(reasons))
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get(
                "maxLength", sys.maxsize):
            return "%s has %d characters" % (path, len(value))
        if not re.search(schema.get("pattern", ""), value):
            return "%s does not match %s" % (path, schema["pattern"])
    if isinstance(value, int):
        if not schema.get("minimum", value) <= value <= schema.get(
                "maximum", value):
            return "%s is out of range" % path
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            return "%s is too short" % path
        for i, one in enumerate(value):
            bad = wrong(one, schema.get("items", {}), "%s[%d]" % (path, i), root)
            if bad:
                return bad
    if isinstance(value, dict):
        for key in schema.get("required", []):
            if key not in value:
                return "%s has no %s" % (path, key)
        for key, one in value.items():
            inside = schema.get("properties", {}).get(key)
            for pattern, other in schema.get("patternProperties", {}).items():
                if inside is None and re.search(pattern, key):
                    inside = other
            if inside is None:
                inside = schema.get("additionalProperties", {})
            bad = ("%s has %s" % (path, key) if inside is False else
                   wrong(one, inside, "%s.%s" % (path, key), root))
            if bad:
                return bad
    return None
