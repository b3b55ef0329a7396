#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a script parse, and have the modules of this tree what it takes from them? modules.py FILE

`module.name` is looked up where `module` is called as one of our files; so is what `from module import`
asks for. One line for each thing that is not there.
"""
import ast, functools, glob, os, sys


@functools.cache
def tree_of(path):
    with open(path, encoding="utf-8") as f:
        return ast.parse(f.read(), path)


@functools.cache
def file_of(module):
    """The file of a module, or of a test that is loaded as one; None: it is none of ours."""
    found = glob.glob("tests/*/%s.py" % module) + [
        path for path in glob.glob("tests/*/%s.t" % module) if open(path, "rb").readline().endswith(b"python3\n")]
    return found[0] if found else None


def bound(body):
    """The names that statements bind where they stand; what functions and classes bind inside is theirs."""
    names, todo = set(), list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        todo += ast.iter_child_nodes(node)
    return names


def lent(path):
    """What a module has from others of ours with `import *`."""
    return set().union(*(names_of(file_of(node.module)) for node in tree_of(path).body
                         if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and file_of(node.module)))


@functools.cache
def names_of(path):
    return bound(tree_of(path).body) | lent(path) | {"__doc__", "__file__", "__name__"}


def imported(path):
    """The names that can be modules: those of a plain import, and what is lent."""
    return lent(path).union(*({alias.asname or alias.name for alias in node.names}
                              for node in ast.walk(tree_of(path)) if isinstance(node, ast.Import)))


def missing(path):
    modules = imported(path)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module and file_of(node.module):
            module, wanted = node.module, [alias.name for alias in node.names if alias.name != "*"]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and file_of(node.value.id) \
                and node.value.id in modules:
            module, wanted = node.value.id, [node.attr]
        else:
            continue
        for name in wanted:
            if name not in names_of(file_of(module)):
                yield "%s:%d: %s has no %s" % (path, node.lineno, file_of(module), name)


for line in missing(sys.argv[1]):
    print(line)
