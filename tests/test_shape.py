"""Figures of the source that may fall and not rise, and the rooms of `bench/`."""

from __future__ import annotations

import ast
from collections import Counter

import grimp
import pytest

from tests.test_walls import ROOT, SOURCES
from tests.walls import PACKAGES

#: How often each package may say `Any`, which tells a type checker to look away. Lower it where you can.
MOST_ANY = {"backends": 3, "bench": 13, "models": 74, "reports": 34}


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


#: What lies in `bench/`, a folder or a file each, and how many of them may know how many others.
ROOMS = {
    *("__main__", "ab", "cli", "environments", "errors", "fleet", "interface", "packages", "parties"),
    *("remote", "run", "serve", "spec", "submission"),
}
#: Four are of the interface, by which scripts enter as people do by the command line; ten of the two ends of
#: a connection to another machine, of which `serve` knows parties, machine and environments as a run does;
#: five of sweeps, which send what `run` does to other machines; seven of submissions, which ask parties
#: by files what a run asks by pipes.
MOST_ARROWS = 46


def room(module: str) -> str:
    """The folder or file of `bench/` in which a module lies."""
    return module.split(".")[1] if "." in module else module


@pytest.fixture(scope="module")
def arrows() -> set[tuple[str, str]]:
    """From which room of `bench/` to which another one imports lead."""
    graph = grimp.build_graph("bench", cache_dir=None)
    imports = (
        (one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one)
    )
    return {(room(one), room(other)) for one, other in imports if room(one) != room(other)}


def test_bench_has_one_home_for_each_idea(arrows: set[tuple[str, str]]) -> None:
    graph = grimp.build_graph("bench", cache_dir=None)
    assert {room(module) for module in graph.modules} == {"bench", *ROOMS}
    assert len(arrows) <= MOST_ARROWS, sorted(arrows)


def test_no_two_rooms_of_bench_import_each_other(arrows: set[tuple[str, str]]) -> None:
    assert [pair for pair in arrows if pair[::-1] in arrows] == []
