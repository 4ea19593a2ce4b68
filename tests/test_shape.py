"""Figures of the source that may fall and not rise."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.test_walls import ROOT, SOURCES
from tests.walls import PACKAGES

#: How often each package may say `Any`, which tells a type checker to look away. Lower it where you can.
MOST_ANY = {"backends": 3, "bench": 53, "models": 77, "reports": 37}


def count_any(source: str) -> int:
    """How often a module says `Any`, its import apart."""
    names = (node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Name, ast.Attribute)))
    return sum((node.id if isinstance(node, ast.Name) else node.attr) == "Any" for node in names)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_more_any_than_there_was(package: str) -> None:
    found = {
        str(path.relative_to(ROOT)): count_any(path.read_text())
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] == package
    }
    total = sum(found.values())
    assert total <= MOST_ANY[package], f"{total} in {package}: {Counter(found).most_common(8)}"


def test_any_is_counted_where_it_is_used() -> None:
    assert count_any("from typing import Any\nx: Any = 1\ny: dict[str, typing.Any]") == 2
