"""The record of a cell, from what was asked, what its case brings, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backends.registry import get
from bench.run import recording
from bench.run.kind import CellKind
from bench.run.outcome import Outcome
from bench.spec.cells import Cell
from reports.costs import PARTS, Latency
from reports.ladder import Ladder
from reports.origin import Origin
from reports.record import Parameters, Record, Status


@dataclass(frozen=True)
class Asked:
    """A cell with its two names.

    Attributes:
        identity: which question is answered (see `reports.identity.cell_id`).
        key: how it is answered: a digest of `identity` and `origin`.
    """

    cell: Cell
    identity: str
    key: str
    origin: Origin


def record_of(run_id: str, asked: Asked, loaded: CellKind, outcome: Outcome) -> Record:
    """The record of a cell that was run, whatever became of it."""
    cell, figures, program = asked.cell, outcome.figures, outcome.program
    probed = program is not None and bool(program.probes)
    timed = outcome.status is Status.OK and not probed and not asked.origin.audit
    environment = outcome.environment.model_copy(
        update={"libraries": {**outcome.environment.libraries, **figures.libraries}}
    )
    latency = recording.latency(figures, cell.samples, timed)
    return Record.model_validate(
        {
            **_named(run_id, asked, outcome),
            "status": outcome.status,
            "reason": outcome.reason,
            "security": recording.security(figures.security),
            "weights": loaded.subject.weights,
            "shape": loaded.subject.shape,
            "batch": program.layout.samples if program is not None else None,
            "ladder": loaded.ladder(outcome),
            "latency": latency,
            "memory": recording.memory(figures),
            "counts": recording.counts(figures, program, outcome.batches, get(cell.backend)),
            "wire": figures.wire,
            "energy": figures.energy,
            "price": recording.price(figures, latency, environment.threads or 1),
            "sharing": figures.sharing,
            "runaways": loaded.runaways(outcome),
            "survival": figures.survival.block(),
            "environment": environment,
            "remote": outcome.remote,
        }
    )


def bare_record(run_id: str, asked: Asked, outcome: Outcome, reason: str) -> Record:
    """The record of a cell of which nothing more can be told than why; it counts as failed."""
    told = {"status": Status.FAILED, "reason": reason, "environment": outcome.environment}
    return Record.model_validate({**_named(run_id, asked, outcome), **told})


def _named(run_id: str, asked: Asked, outcome: Outcome) -> Mapping[str, object]:
    """What a record says of what was asked, and when."""
    cell = asked.cell
    return {
        "run_id": run_id,
        "started_at": outcome.started_at,
        "suite": cell.suite,
        "case": cell.case.name,
        "backend": cell.backend,
        "parameter_set": cell.parameter_set_name,
        "parameters": _parameters(cell),
        "cell": asked.identity,
        "key": asked.key,
        "origin": asked.origin,
        "samples": cell.samples,
        "repeats": cell.repeats,
    }


def scored_again(run_id: str, asked: Asked, loaded: CellKind, kept: Record, outcome: Outcome) -> Record:
    """A kept record with a new ladder; one that is found wrong has no times of evaluation any more."""
    wrong = outcome.status is not Status.OK
    return kept.model_copy(
        update={
            "run_id": run_id,
            "started_at": outcome.started_at,
            "parameters": _parameters(asked.cell),
            "key": asked.key,
            "origin": asked.origin,
            "scored_from": kept.scored_from or kept.run_id,
            "status": outcome.status,
            "reason": outcome.reason,
            "ladder": loaded.ladder(outcome) if outcome.decrypted is not None else Ladder(),
            "latency": _without_evaluation(kept.latency) if wrong else kept.latency,
            "price": None if wrong else kept.price,
        }
    )


def _parameters(cell: Cell) -> Parameters:
    used = cell.parameter_set
    named = ("log_n", "first_modulus_bits", "scale_bits", "depth", "digits", "parties", "log_slots")
    return Parameters.model_validate(
        {
            "alias": used.alias,
            "refresh": used.refresh,
            "program": used.program,
            **{name: getattr(used.parameters, name) for name in named},
        }
    )


def _without_evaluation(latency: Latency) -> Latency:
    """The stages before the evaluation; a wrong output gives no other times."""
    stages = ("plan_s", "keygen_s", "prepare_model_s", *PARTS[: PARTS.index("evaluate_s")])
    kept = (*stages, "clear_model_s", "unsupported")
    return Latency(**{name: getattr(latency, name) for name in kept})
