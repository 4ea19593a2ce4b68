"""Runs the conformance kit on a backend of any package, in the backend's own environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np

from backends.conformance import optional
from backends.conformance.graphs import DEGENERATE, MODELS, samples
from backends.conformance.kit import GROUPS, Candidate
from backends.conformance.parties import PARAMETERS
from backends.conformance.programs import Task
from backends.errors import Unsupported
from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.planner import Refresh, plan, refresh_for
from backends.registry import Descriptor
from backends.tensor.layout import pack
from bench.parties.checks import Checked, Checking, Conform
from bench.parties.errors import PartyError
from bench.parties.messages import Event
from bench.parties.process import PartyProcess
from models import reference
from models.graph import Graph

ROLE = "bench.parties.roles.conformance:ConformanceParty"
#: What a group may take; the slowest takes a minute on two cores.
TIME_LIMIT_S = 600.0
#: Samples that each model is computed on, where its program has room for as many.
SAMPLES = 2
#: The first check, without which there is no other.
CAPABLE = "is capable of the kit's parameters"
BOOTSTRAPPING = "says whether it bootstraps"


@dataclass(frozen=True)
class Outcome:
    """What became of a check.

    Attributes:
        group: to which it belongs.
        check: in plain words.
        state: `passed`, `failed` or `left out`.
        reason: why it did not pass; empty where it did.
    """

    group: str
    check: str
    state: str
    reason: str = ""


#: Told what became of a check.
Tell = Callable[[Outcome], None]


def conform(descriptor: Descriptor, python: Path, work: Path, logs: Path, tell: Tell) -> None:
    """Run every check.

    Args:
        descriptor: the backend.
        python: the interpreter of its environment.
        work: an empty folder, for keys and ciphertexts.
        logs: a folder for what each group's process prints.
        tell: told what becomes of each check, as it ends.
    """
    offered = _offered(descriptor)
    if isinstance(offered, Outcome):
        tell(offered)
        return
    reason = "" if offered.no_bootstrap_reason else "no_bootstrap_reason is empty; say why, for `Unsupported`"
    tell(Outcome("descriptor", CAPABLE, "passed"))
    tell(Outcome("descriptor", "says why there is no bootstrap", "failed" if reason else "passed", reason))
    bootstrapping = descriptor.bootstraps_at or optional.BOOTSTRAPPING
    bootstrap = _bootstrap(descriptor, bootstrapping)
    if isinstance(bootstrap, Outcome):
        tell(bootstrap)
        bootstrap = None
    for task in _tasks(offered):
        task.save(work)
    candidate = Candidate(
        adapter=descriptor.adapter,
        simulates=descriptor.simulates,
        attack=descriptor.attack,
        audit=descriptor.audit,
        native_types=dict(descriptor.native_types),
        bootstrap=bootstrap,
        bootstrapping=bootstrapping,
        foretold=offered.security,
        complex_slots=offered.complex_slots,
    )
    for group in GROUPS:
        _group(group, candidate, python, work, logs / f"{group.replace(' ', '_')}.log", tell)


def _offered(descriptor: Descriptor) -> Capabilities | Outcome:
    """What a backend offers at the kit's parameters, or why it cannot be checked."""
    try:
        return descriptor.capabilities(PARAMETERS)
    except Exception as error:  # whatever foreign code raises is what is wrong with it
        return Outcome("descriptor", CAPABLE, "failed", f"{_said(error)} (at {PARAMETERS.name})")


def _said(error: Exception) -> str:
    """An error of foreign code in a line."""
    return f"{type(error).__name__}: {error}"


def _bootstrap(descriptor: Descriptor, parameters: ParameterSet) -> Capabilities | Outcome | None:
    """What a backend offers where it bootstraps, if it does, or why that cannot be known."""
    try:
        offered = descriptor.capabilities(parameters)
    except Unsupported:
        return None
    except Exception as error:
        why = f"{_said(error)} (at {parameters.name}); raise Unsupported with the reason"
        return Outcome("descriptor", BOOTSTRAPPING, "failed", why)
    return None if offered.bootstrap_output_level is None else offered


def _tasks(offered: Capabilities) -> Iterator[Task]:
    """The models' programs with round trips, which a party cannot plan: it lacks what the reference needs."""
    refresh = refresh_for("round_trip", PARAMETERS, offered)
    for name, make in MODELS.items():
        yield _task(name, make(), refresh, SAMPLES)
    for name, make in DEGENERATE.items():
        yield _task(name, make(), refresh, 1)
        yield _task(f"{name}, of zeros", make(), refresh, 1, factor=0)


def _task(name: str, graph: Graph, refresh: Refresh, count: int, factor: int = 1) -> Task:
    """A model's program on drawn samples, times a factor."""
    program = plan(graph, PARAMETERS, refresh)
    inputs = samples(graph, min(count, program.layout.samples)) * factor
    vectors = np.stack(pack(program.layout, program.input_layout, inputs))
    return Task(name, program, vectors, reference.outputs(graph, inputs))


def _group(group: str, candidate: Candidate, python: Path, work: Path, log: Path, tell: Tell) -> None:
    """Run the checks of a group, in a process of its own."""
    under_way = "starts"

    def hear(event: Event) -> None:
        nonlocal under_way
        if isinstance(event, Checking):
            under_way = event.name
        if isinstance(event, Checked):
            tell(Outcome(group, event.name, event.state, event.reason))

    party = PartyProcess("kit's process", ROLE, python, candidate.adapter, work, log, threads=1)
    deadline = monotonic() + TIME_LIMIT_S
    try:
        party.conversation.wait_ready(deadline)
        party.conversation.request(Conform(group, candidate), deadline, hear)
    except PartyError as error:
        tell(Outcome(group, under_way, "failed", str(error)))
    finally:
        party.close()
