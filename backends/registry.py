"""Finds backends: those of this project by their folders, those of other packages by their entry points.

A folder of `backends` whose package has a `DESCRIPTOR` is a backend, and nothing outside it names it. Finding
backends imports no homomorphic-encryption library: a `Descriptor` is made in a module that imports none, and
the adapter is imported by the parties, in the backend's own environment.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from pathlib import Path
from pkgutil import iter_modules, resolve_name
from typing import Protocol

import backends
from backends.audit import Binding
from backends.errors import BackendError
from backends.footprint import Footprint
from backends.interface import Capabilities, Ciphertext, Evaluator, Library, Vector
from backends.native import NativeTypes
from backends.noise.traits import Traits
from backends.parameters import ParameterSet
from models.graph import Graph
from models.names import did_you_mean

#: The entry points under which other packages name their descriptors.
GROUP = "bench.backends"

#: What is tried, and how; the slots that come out, or one of the exceptions by which a library refuses.
Attempt = tuple[str, Callable[[], Vector]]
#: Ways to decrypt a ciphertext with an evaluator and the paths of its key files.
Attack = Callable[[Evaluator, Ciphertext, Sequence[Path]], Iterator[Attempt]]


class CapabilityCheck(Protocol):
    """Answers what a library offers at a parameter set, without importing the library."""

    def __call__(self, parameters: ParameterSet) -> Capabilities:
        """Raise Unsupported, with the reason, where the library cannot use the parameters."""


class NativeCheck(Protocol):
    """Tells whether a library's own types can compute a graph at a parameter set, without importing it."""

    def __call__(self, parameters: ParameterSet, graph: Graph) -> None:
        """Raise Unsupported, with what would be right, where they cannot."""


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
        releases_gil: whether other Python threads run while the library computes, so that instructions and
            encodings run side by side where a cell has more threads than one (`Evaluator.one_thread`).
        native_types: program → `module:Class` of a `NativeTypes` (see `backends.native`), where there is one.
        threaded: whether the library uses more threads than one; where it does not, a cell has one.
        native_check: what these types need of a parameter set beyond what `capabilities` says.
        footprint: the memory of its process, for estimates.
        times: the folder's `times.json`, to which the prediction of seconds is fitted where a machine has no
            records of its own; None, or no such file, where nothing was measured.
        noise: what decides the noise of its ciphertexts, where the simulator can imitate it; None else.
        attack: `module:function` of an `Attack`, for the conformance kit; a simulator has no secret.
        audit: `module:NAME` of a `backends.audit.Binding`, which says what each call of the library executes;
            a simulator has no library.
        bootstraps_at: an INSECURE set at which it bootstraps, for the conformance kit; None where it does so
            at the kit's own, or not at all.
        keeps_secret_key: whether its key owner tells its secret key, to be kept between two processes
            (`KeyOwner.secret`).
    """

    name: str
    summary: str
    adapter: str
    capabilities: CapabilityCheck
    environment: Path | None = None
    simulates: bool = False
    threaded: bool = False
    releases_gil: bool = False
    native_types: Mapping[str, str] = field(default_factory=dict)
    footprint: Footprint = field(default_factory=Footprint)
    native_check: NativeCheck | None = None
    times: Path | None = None
    noise: Traits | None = None
    attack: str | None = None
    audit: str | None = None
    bootstraps_at: ParameterSet | None = None
    keeps_secret_key: bool = False

    def workers(self, threads: int) -> int:
        """How many instructions of a program an evaluator with so many threads runs at once."""
        return threads if self.releases_gil else 1


def load_library(target: str) -> type[Library]:
    """Import `module:Class`, an adapter, and with it its library."""
    library: type[Library] = resolve_name(target)
    return library


def load_native_types(target: str) -> type[NativeTypes]:
    """Import `module:Class`, an adapter of a library's native types, and with it the library."""
    types: type[NativeTypes] = resolve_name(target)
    return types


def load_attack(target: str) -> Attack:
    """Import `module:function`, an attack, and with it the library."""
    attack: Attack = resolve_name(target)
    return attack


def load_binding(target: str) -> Binding:
    """Import `module:NAME`, what the calls of a library execute; it does not import the library."""
    binding: Binding = resolve_name(target)
    return binding


def executed(descriptor: Descriptor, counts: Mapping[str, int]) -> Counter[str]:
    """What a backend's library executes for these primitives: not every library has a call for each.

    Args:
        descriptor: the backend's, whose audit says what its adapter makes a primitive of.
        counts: primitives by the names that they are counted under.
    """
    return Counter(counts) if descriptor.audit is None else load_binding(descriptor.audit).executed(counts)


def available() -> dict[str, Descriptor]:
    """Every backend by name, in alphabetical order.

    Raises:
        BackendError: two backends have one name, or another package's descriptor cannot be had.
    """
    found = _in_folders()
    for entry in _of_packages(tuple(sys.path)):
        descriptor = _of_package(entry)
        if found.setdefault(entry.name, descriptor) is not descriptor:
            raise BackendError(f"two backends are called {entry.name!r}; rename that of {entry.value}")
        if descriptor.name != entry.name:
            raise BackendError(
                f"{entry.value} calls itself {descriptor.name!r}, and {entry.name!r} its package"
            )
    return dict(sorted(found.items()))


@cache
def _of_packages(paths: tuple[str, ...]) -> EntryPoints:
    """The entry points of packages that are found there; to look takes longer than all else here."""
    return entry_points(group=GROUP)


def _of_package(entry: EntryPoint) -> Descriptor:
    """The descriptor that a package of its own names, told by name where there is none."""
    place = f"the backend {entry.name!r} of {entry.value}"
    try:
        descriptor = entry.load()
    except Exception as error:  # whatever foreign code raises, and nothing says where it was called
        why = f"{type(error).__name__}: {error}"
        raise BackendError(f"{place} cannot be imported: {why}; mend or uninstall that package") from error
    if not isinstance(descriptor, Descriptor):
        raise BackendError(f"{place} is no Descriptor; mend or uninstall that package")
    return descriptor


def _in_folders() -> dict[str, Descriptor]:
    """The backends of this project; a folder without a descriptor serves others."""
    packages = (module.name for module in iter_modules(backends.__path__) if module.ispkg)
    described = {name: vars(import_module(f"backends.{name}")).get("DESCRIPTOR") for name in packages}
    for folder, descriptor in described.items():
        if descriptor is not None and descriptor.name != folder:
            raise BackendError(f"the folder {folder!r} has the backend {descriptor.name!r}; rename one")
    return {folder: descriptor for folder, descriptor in described.items() if descriptor is not None}


def get(name: str) -> Descriptor:
    """One backend.

    Raises:
        BackendError: the name is unknown; the text offers the nearest one.
    """
    found = available()
    if name in found:
        return found[name]
    raise BackendError(f"no backend is called {name!r}{did_you_mean(name, found)}")


def simulates(name: str) -> bool:
    """Whether a backend is registered here and simulates."""
    found = available().get(name)
    return found is not None and found.simulates
