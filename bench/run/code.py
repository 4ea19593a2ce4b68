"""Digests of the code that a result depends on, by what has to be done again where it changes.

`program` is what encrypts, computes and measures: where it changes, a cell runs again. `scoring` is what
makes a ladder of the outputs: where it alone changes, kept outputs are scored again. What neither imports,
such as the screen or the page, is in no digest.

Each is computed once in a process: code that is edited under a long run is not what this process has loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import grimp

from backends.registry import Descriptor

#: The packages among which imports are followed.
HOUSE = ("bench", "backends", "models", "reports")
#: What scores; it is followed from its first module, and no program's digest holds it.
SCORING = "bench.run.scoring"
SCORING_PACKAGES = (SCORING, "reports", "models.metrics")
#: What reaches a run as values that its key or its record holds, or only tells of it beforehand.
BY_VALUE = (
    *("bench.spec", "bench.environments", "bench.errors"),
    *("bench.run.listener", "bench.run.estimates", "bench.run.stages", "bench.run.prediction"),
)


@cache
def program_digest(modules: tuple[str, ...]) -> str:
    """SHA-256 over the source of everything that some modules import, without what scores."""
    return _digest(_followed(modules, without=(*SCORING_PACKAGES, *BY_VALUE)))


@cache
def scoring_digest(modules: tuple[str, ...]) -> str:
    """SHA-256 over the source of what scores, without what is in the program's digest already."""
    program = _followed(modules, without=(*SCORING_PACKAGES, *BY_VALUE))
    return _digest(_followed([SCORING], without=BY_VALUE) - program)


def evaluator_digest(role: str, descriptor: Descriptor) -> str:
    """A digest of the code of an evaluator, `module:Class`, and of the adapter that it computes with.

    Where it differs between two machines, an evaluator on the one is not that of the other.
    """
    adapters = (descriptor.adapter, *descriptor.native_types.values())
    return program_digest(("bench.parties.launch", role.partition(":")[0])) + adapter_digest(adapters)


@cache
def adapter_digest(targets: tuple[str, ...]) -> str:
    """SHA-256 over the source of an adapter, `module:Class` each, and of what it imports of its package.

    Raises:
        ModuleNotFoundError: a module cannot be found.
    """
    modules = {target.partition(":")[0] for target in targets}
    found: set[str] = set()
    for module in modules:
        top = module.partition(".")[0]
        packaged = _source(top).name == "__init__.py"
        found |= _followed([module], BY_VALUE, (top,)) if packaged else {module}
    return _digest(found)


def _followed(modules: Iterable[str], without: Iterable[str], packages: Iterable[str] = ()) -> set[str]:
    """Modules that some modules import, directly or not, and the packages in which they lie.

    Args:
        modules: where imports are followed from.
        without: modules and packages that are left out, with what they alone import.
        packages: in which imports are followed beside those of the house.

    Raises:
        ModuleNotFoundError: one of `modules` cannot be found.
    """
    graph = deepcopy(_imports(tuple(dict.fromkeys((*HOUSE, *packages)))))
    start = set(modules)
    for module in start - graph.modules:
        raise ModuleNotFoundError(f"{module} cannot be found; install its package")
    for module in graph.modules - start:
        if any(module == one or module.startswith(f"{one}.") for one in without):
            graph.remove_module(module)
    found = start.union(*(graph.find_upstream_modules(module) for module in start))
    return found | {name for module in found for name in _parents(module)}


@cache
def _imports(packages: tuple[str, ...]) -> grimp.ImportGraph:
    """Which module of some packages imports which; read once, because it takes longer than all else here."""
    return grimp.build_graph(*packages, cache_dir=None)


def _parents(module: str) -> list[str]:
    """`a.b.c` lies in `a` and in `a.b`, and importing it runs both."""
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def _digest(modules: Iterable[str]) -> str:
    return _hashed((module, _source(module)) for module in modules)


def _source(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{module} cannot be found; install its package")
    return Path(spec.origin)


def _hashed(files: Iterable[tuple[str, Path]]) -> str:
    """SHA-256 over files, by name."""
    digest = hashlib.sha256()
    for name, path in sorted(files):
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
