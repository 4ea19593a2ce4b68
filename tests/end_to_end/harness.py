"""Runs a graph encrypted between two real parties, and compares what comes out with the clear reference."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np

from backends.errors import Unsupported
from backends.parameters import ParameterSet
from backends.planner import Refresh, plan, refresh_for
from backends.program import Program
from backends.registry import get
from bench.run.exchanges import Evaluation
from bench.run.kept_session import KeptSession
from bench.run.model import decode_probes
from bench.run.program_parties import AUDITED, ROLES, ProgramParties
from bench.run.session import Roles, Session
from bench.run.splitting import Splitting, decode_each
from models import reference
from models.graph import Array, Graph
from models.shapes import heads_side_by_side
from reports.scoring.precision import precision_bits
from tests.toy import BOOTSTRAPS

TIME_LIMIT_S = 600.0


@dataclass(frozen=True)
class Ran:
    """A program, what its evaluation measured, and its values decrypted."""

    program: Program
    evaluation: Evaluation
    logits: Array
    probes: Mapping[str, Array]


def refresh_of(backend: str, parameters: ParameterSet) -> Refresh:
    """Bootstraps where the parameters have them, else round trips."""
    kind = "round_trip" if parameters.bootstrap is None else "bootstrap"
    return refresh_for(kind, parameters, get(backend).capabilities(parameters))


def bootstraps(backend: str) -> bool:
    """Whether a backend bootstraps; one that does not must refuse and say that it is the bootstrap."""
    try:
        refresh_of(backend, BOOTSTRAPS)
    except Unsupported as error:
        if "bootstrap" not in str(error):
            raise
        return False
    return True


def session(
    backend: str,
    folder: Path,
    adapter: str | None = None,
    *,
    roles: Roles = ROLES,
    keep_on_failure: bool = False,
    kept: KeptSession | None = None,
) -> Session:
    """Two parties in this interpreter, by the backend's adapter or another in its place."""
    return Session(
        python=Path(sys.executable),
        adapter=adapter or get(backend).adapter,
        roles=roles,
        threads=2,
        cores=(),
        folder=folder,
        logs=folder,
        deadline=monotonic() + TIME_LIMIT_S,
        report=lambda news: None,
        watch=lambda pid: None,
        keep_on_failure=keep_on_failure,
        kept=kept,
    )


def run(
    backend: str,
    graph: Graph,
    parameters: ParameterSet,
    inputs: Array,
    folder: Path,
    *,
    probes: bool = False,
    adapter: str | None = None,
    audit: bool = False,
    usual: float = math.inf,
) -> Ran:
    """Plan, make keys, encrypt, evaluate and decrypt; see `Splitting` for `usual`."""
    binding = get(backend).audit if audit else None
    refresh = refresh_of(backend, parameters)
    program = plan(graph, parameters, refresh, probes=probes)
    with session(backend, folder, adapter, roles=ROLES if binding is None else AUDITED) as opened:
        parties = ProgramParties(opened, parameters, binding)
        keys = parties.generate_keys(program, refresh.kind == "bootstrap").files
        parties.prepare(program, keys)
        batches = parties.encrypt(inputs, program).batches
        evaluation = Splitting(parties, program, inputs, usual).evaluate(batches)
    logits = decode_each(program, program.output_layout, evaluation.outputs, evaluation.held)
    return Ran(program, evaluation, logits.reshape(len(inputs), -1), decode_probes(program, evaluation))


def layer_bits(ran: Ran, graph: Graph, inputs: Array) -> dict[str, float]:
    """Precision of every probed value against the clear reference; infinite where all is exact."""
    references = heads_side_by_side(graph, reference.run(graph, inputs))
    measured = {name: precision_bits(values, references[name]) for name, values in ran.probes.items()}
    return {name: math.inf if bits is None else bits for name, bits in measured.items()}


def logit_bits(ran: Ran, graph: Graph, inputs: Array) -> float:
    """Precision of the logits."""
    bits = precision_bits(ran.logits, reference.logits(graph, inputs))
    return math.inf if bits is None else bits


def refreshes(ran: Ran) -> int:
    """Refreshes executed in all batches, as the evaluator counted them."""
    return int(np.sum([m.counts["bootstraps"] + m.counts["round_trips"] for m in ran.evaluation.measured]))
