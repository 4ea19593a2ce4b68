"""No modules of this project import each other in a circle, imports inside of functions included."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path

from tests import walls


def modules() -> dict[str, Path]:
    """Every module of the packages, and its file."""
    found = {}
    for package in walls.PACKAGES:
        for path in sorted((walls.ROOT / package).rglob("*.py")):
            parts = path.relative_to(walls.ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports() -> dict[str, set[str]]:
    """Module → the modules that it imports."""
    known = modules()
    graph = {}
    for module, path in known.items():
        names = walls.imported(module, path.read_text(), is_package=path.name == "__init__.py")
        found = {module_named(name, known) for name in names}
        graph[module] = {name for name in found if name not in (None, module)}
    return graph


def module_named(name: str, known: Mapping[str, object]) -> str | None:
    """The module that an imported name is, or in which it is defined."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


def circles(graph: Mapping[str, Set[str]]) -> list[set[str]]:
    """The sets of modules that reach each other: strongly connected components of more than one."""
    reached = {module: reachable(graph, module) for module in graph}
    found: list[set[str]] = []
    for module, others in reached.items():
        circle = {other for other in others if module in reached[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def reachable(graph: Mapping[str, Set[str]], start: str) -> set[str]:
    """Everything to which imports lead from a module; itself where they lead back."""
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(graph[module])
    return seen


def test_no_imports_are_circles() -> None:
    graph = imports()
    assert "bench.parties.messages" in graph["bench.parties.serve"]
    assert circles(graph) == []


def test_circles_are_found() -> None:
    graph = {"serve": {"role"}, "role": {"wire", "serve"}, "wire": {"errors"}, "errors": set[str]()}
    assert circles(graph) == [{"serve", "role"}]
