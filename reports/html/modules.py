"""The page's modules as one script: a file that is opened from a disk cannot import another.

Each module becomes a function's scope that returns what it exports, in the order in which modules import each
other. Two forms are understood, those that the scripts are written in, and anything else is refused:
`import { name, other as another } from "./file.js";` and `export` before a function, a class or a constant.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

IMPORT = re.compile(r'^import \{([^{}]+)\} from "(\.{1,2}/[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
#: What the two forms leave where a module says something else.
UNKNOWN = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class ModuleError(ValueError):
    """A module cannot be joined with the others."""


def join(folder: Path, entry: str) -> str:
    """The module `entry` of a folder, and all that it imports, as one script.

    Raises:
        ModuleError: a module imports in a circle, imports what is not there, or is written in another form.
    """
    modules = "\n".join(_scope(folder, name) for name in ordered(folder, entry))
    return f'(() => {{\n"use strict";\nconst modules = {{}};\n{modules}}})();\n'


def ordered(folder: Path, entry: str) -> list[str]:
    """The names of all modules that `entry` needs, each after those that it imports."""
    found: list[str] = []
    _visit(folder, entry, (), found)
    return found


def _visit(folder: Path, name: str, importers: tuple[str, ...], found: list[str]) -> None:
    if name in importers:
        circle = " → ".join((*importers[importers.index(name) :], name))
        raise ModuleError(f"these modules import each other in a circle: {circle}; move what they share")
    if name in found:
        return
    for _, imported in _imports(_read(folder, name), name):
        _visit(folder, imported, (*importers, name), found)
    found.append(name)


def _read(folder: Path, name: str) -> str:
    path = folder / name
    if not path.is_file():
        raise ModuleError(f"there is no module {name}; name a file in the folder of the scripts")
    return path.read_text(encoding="utf-8")


def _imports(text: str, name: str) -> Iterator[tuple[str, str]]:
    """The names that a module imports, and the path in the folder of the module that has them."""
    for match in IMPORT.finditer(text):
        yield match[1], posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2]))


def _scope(folder: Path, name: str) -> str:
    """A module as a function's scope that returns its exports."""
    text = _read(folder, name)
    taken = [
        f'const {{{names.replace(" as ", ": ")}}} = modules["{imported}"];\n'
        for names, imported in _imports(text, name)
    ]
    body = EXPORT.sub("", IMPORT.sub("", text))
    if unknown := UNKNOWN.search(body):
        raise ModuleError(
            f"{name} has a line that cannot be joined: {unknown[0]!r}; see reports/html/modules.py"
        )
    given = ", ".join(EXPORT.findall(text))
    return f'modules["{name}"] = (() => {{\n{"".join(taken)}{body}return {{ {given} }};\n}})();\n'
