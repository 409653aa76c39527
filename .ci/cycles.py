#!/usr/bin/env python3
"""Fails if files of a crate import each other in a circle, if a file imports from a file above it, or if it names an item
through a re-export.

    .ci/cycles.py SRC...        each SRC is a folder with a lib.rs or a main.rs

A file imports from the file that defines what it names. Comments, literals and modules of tests are left out. An exported
macro is named as if it were in the root, and belongs to the file with its `macro_rules!`.
"""
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

IGNORED = re.compile(r"""//[^\n]*|b?r(\#*)".*?"\1|b?"(?:\\.|[^"\\])*"|'(?:\\.[^']*|[^\\'])'""", re.S)
TESTS = re.compile(r"^#\[cfg\((?:doc)?test\)\]\nmod \w+(?:;| \{.*?^\})", re.S | re.M)
USE = re.compile(r"(pub(?:\([^)]*\))? )?\buse ([^;]+);")
PATH = re.compile(r"(?<![\w:$])\w+(?:::\w+)+")
ITEM = re.compile(r"\b(?:fn|struct|enum|trait|type|const|static|macro_rules!) (\w+)")
EXPORTED = re.compile(r"#\[macro_export\]\s*macro_rules! (\w+)")


def load(files, module, path):
    text = TESTS.sub("", IGNORED.sub("", path.read_text()))
    body = USE.sub("", text)
    items = set(ITEM.findall(body))
    files[module] = {"path": path, "uses": USE.findall(text), "body": body, "items": items, "names": {}, "macros": {}}
    files[()]["macros"].update(dict.fromkeys(EXPORTED.findall(body), module))
    below = path.parent if path.stem in ("lib", "main") else path.with_suffix("")
    for child in re.findall(r"\bmod (\w+);", body):
        load(files, (*module, child), below / f"{child}.rs")


def leaves(tree, prefix=()):
    """The paths of a `use`, each with the name that it gives."""
    head, brace, group = tree.strip().partition("{")
    path = prefix + tuple(re.findall(r"[\w*]+(?: as \w+)?", head))
    if brace:
        for branch in re.findall(r"(?:[^,{]|\{(?:[^{}]|\{[^{}]*\})*\})+", group.rstrip()[:-1]):
            yield from leaves(branch, path)
    elif path:
        *path, last = path[:-1] if path[-1] == "self" and len(path) > 1 else path
        item, _, name = last.partition(" as ")
        yield (*path, item), name or item


def absolute(files, module, path):
    first, *rest = path
    if first == "crate":
        return tuple(rest)
    if first == "self":
        return (*module, *rest)
    if first == "super":
        return absolute(files, module[:-1], rest) if rest[:1] == ["super"] else (*module[:-1], *rest)
    if (*module, first) in files:
        return (*module, *path)
    return (*files[module]["names"][first], *rest) if first in files[module]["names"] else None


def definition(files, path):
    """The file that defines what a path names, and whether the path goes through a re-export; no file for a module."""
    module = max((path[:length] for length in range(len(path) + 1) if path[:length] in files), key=len)
    if module == path:
        return None, False
    name, *rest = path[len(module):]
    if module == () and name in files[()]["macros"]:
        return files[()]["macros"][name], False
    reexported = files[module]["names"].get(name)
    if reexported and name not in files[module]["items"]:
        return definition(files, (*reexported, *rest))[0], True
    return module, False


def problems(src):
    files = {}
    load(files, (), next(path for path in (src / "lib.rs", src / "main.rs") if path.exists()))
    named = {module: set() for module in files}
    for module, file in files.items():
        for public, tree in file["uses"]:
            for path, name in leaves(tree):
                path = absolute(files, module, path)
                if path is not None:
                    file["names"][name] = path
                    if not public or (name != "*" and re.search(rf"\b{name}\b", file["body"])):
                        named[module].add(path)
    imports = {module: set() for module in files}
    for module, file in files.items():
        paths = {absolute(files, module, path.split("::")) for path in PATH.findall(file["body"])}
        for path in (named[module] | paths) - {None}:
            defined, is_reexport = definition(files, path)
            if defined in (None, module):
                continue
            imports[module].add(defined)
            if is_reexport:
                yield f"{file['path']} names {'::'.join(path)}, which is in {files[defined]['path']}"
            if module[:len(defined)] == defined:
                yield f"{file['path']} imports {'::'.join(path)} from {files[defined]['path']}, which is above it"
    try:
        TopologicalSorter({module: sorted(below) for module, below in imports.items()}).prepare()
    except CycleError as error:
        yield "a circle of imports: " + " -> ".join(str(files[module]["path"]) for module in reversed(error.args[1]))


found = [problem for src in sys.argv[1:] for problem in problems(Path(src))]
print("\n".join(sorted(found)) or "no file imports in a circle, from above, or through a re-export")
sys.exit(bool(found))
