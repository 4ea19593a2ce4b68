"""Counts the source files in which each operation of the graph is named by a string.

Run as `python -m tests.operation_names`. Some of the names are those of other things too: of an array
(`bias`, `mask`, `scale`), of a rung of the ladder (`polynomial`), of a primitive (`add`, `multiply`).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

from models.operations import OPERATIONS

ROOT = Path(__file__).parents[1]
PACKAGES = ("bench", "backends", "models")
#: The kit makes graphs to test adapters on, as tests do.
KIT = ROOT / "backends" / "conformance"
SOURCES = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if KIT not in path.parents
]


def files_that_name() -> Mapping[str, list[str]]:
    """Operation → the source files that name it, relative to the repository."""
    found: dict[str, list[str]] = {name: [] for name in OPERATIONS}
    for path in SOURCES:
        literals = {
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for name in literals & found.keys():
            found[name].append(str(path.relative_to(ROOT)))
    return found


def main() -> None:
    """Write a line for each operation."""
    for name, files in files_that_name().items():
        sys.stdout.write(f"{name:14} {len(files):3}  {' '.join(files)}\n")


if __name__ == "__main__":
    main()
