"""Finds backends by entry point, so that one from another package stands beside the four of this one.

Importing this module imports no homomorphic-encryption library. Each backend has a `Descriptor`, made in a
module that imports none either; the adapter is imported by the parties, in the backend's own environment.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from backends.errors import BackendError
from backends.interface import Capabilities, Library
from backends.parameters import ParameterSet

GROUP = "bench.backends"


class CapabilityCheck(Protocol):
    """Answers what a library offers at a parameter set, without importing the library."""

    def __call__(self, parameters: ParameterSet) -> Capabilities:
        """Raise Unsupported, with the reason, where the library cannot use the parameters."""


@dataclass(frozen=True)
class Descriptor:
    """What is known of a backend without its library.

    Attributes:
        name: as on the command line and in records.
        summary: one line for `bench list`.
        adapter: `module:Class` of its `Library`.
        capabilities: see `CapabilityCheck`.
        environment: the folder's `environment.yaml`, or None where numpy is all it needs.
        simulates: whether it computes in the clear and has no keys: nothing is there to protect or to size.
        native_types: program → `module:Class` of a `NativeTypes` (see `backends.native`), where there is one.
    """

    name: str
    summary: str
    adapter: str
    capabilities: CapabilityCheck
    environment: Path | None = None
    simulates: bool = False
    native_types: Mapping[str, str] = field(default_factory=dict)


def load_library(target: str) -> type[Library]:
    """Import `module:Class`, an adapter, and with it its library."""
    module, _, name = target.partition(":")
    library: type[Library] = getattr(import_module(module), name)
    return library


def available() -> dict[str, Descriptor]:
    """Every registered backend by name."""
    found: dict[str, Descriptor] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        found[entry.name] = entry.load()
    if not found:
        raise BackendError("no backend is registered; install this project with `pip install -e .`")
    return found


def get(name: str) -> Descriptor:
    """One backend.

    Raises:
        BackendError: the name is unknown; the text offers the nearest one.
    """
    found = available()
    if name in found:
        return found[name]
    near = difflib.get_close_matches(name, found, n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(found)}"
    raise BackendError(f"no backend is called {name!r}{hint}")


def simulates(name: str) -> bool:
    """Whether a backend is registered here and simulates."""
    found = available().get(name)
    return found is not None and found.simulates
