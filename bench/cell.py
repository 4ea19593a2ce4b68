"""Runs one cell from plan to record. Whatever happens to it, it ends in a record that says so."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from math import inf
from pathlib import Path
from time import monotonic, perf_counter

import numpy as np
import psutil
from numpy.typing import NDArray

from backends.costs import Costs, Needs
from backends.errors import BackendError, Unsupported
from backends.planner import Refresh, plan, refresh_for
from backends.program import Program
from backends.registry import Descriptor
from backends.security import judge
from backends.tensor.layout import ValueLayout, unpack
from bench import machine, recording
from bench.cells import Cell
from bench.environments.ensure import Environment
from bench.parties.process import PartyError
from bench.protocol import Evaluation, Report, Session
from bench.suite import CLEARTEXT
from bench.workload import Workload
from models.errors import ModelError
from models.graph import Array, Graph, Node
from reports import metrics, record
from reports.errors import ReportError
from reports.held_out import held_out
from reports.record import Status

#: Part of the memory left that constants encoded ahead may take. The rest is for the key owner, for this
#: process, and for what the estimates miss; a constant without room costs milliseconds at each use.
CONSTANTS_SHARE = 0.6

#: Exceptions of a party that mean that memory ran out.
OUT_OF_MEMORY = ("MemoryError", "OutOfMemory")


class CellError(Exception):
    """A cell cannot go on; the text is its reason."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Outcome:
    """What became of a cell: everything that its record and its raw outputs hold."""

    started_at: datetime
    status: Status = Status.OK
    reason: str | None = None
    program: Program | None = None
    batches: int = 0
    scores: Mapping[str, Array] | None = None
    held_out: record.HeldOut | None = None
    figures: recording.Figures = field(default_factory=recording.Figures)
    encrypted: Array | None = None
    probes: dict[str, Array] | None = None
    environment: record.Environment = field(default_factory=record.Environment)

    @classmethod
    def failed(cls, reason: str) -> Outcome:
        """The outcome of a cell that could not even start."""
        return cls(datetime.now(timezone.utc), Status.FAILED, reason)


@dataclass(frozen=True)
class CellRunner:
    """Runs cells of one case on one backend.

    Attributes:
        descriptor: the backend.
        environment: the interpreter in which its parties run.
        workload: the case on its samples.
        folder: where the parties' folders and logs go.
        report: told of stages and progress.
        planned: told of the program before anything is encrypted.
    """

    descriptor: Descriptor
    environment: Environment
    workload: Workload
    folder: Path
    report: Report
    planned: Callable[[Program, Costs, int], None]

    def run(self, cell: Cell, *, probes: bool) -> Outcome:
        """The life of a cell. Interruptions pass through, after the parties are gone."""
        outcome = Outcome(datetime.now(timezone.utc))
        stolen = machine.steal_s()
        try:
            self._run(cell, outcome, probes)
        except Unsupported as error:
            outcome.status, outcome.reason = Status.UNSUPPORTED, str(error)
        except (BackendError, ModelError, ReportError) as error:
            outcome.status, outcome.reason = Status.FAILED, str(error)
        except PartyError as error:
            outcome.status, outcome.reason = _party_status(error), str(error)
        except CellError as error:
            outcome.status, outcome.reason = error.status, str(error)
        except Exception as error:  # whatever it is, it must not cost the other cells their records
            outcome.status, outcome.reason = Status.FAILED, self._unforeseen(error)
        outcome.environment = self._environment(cell, stolen)
        return outcome

    def _unforeseen(self, error: Exception) -> str:
        """The sentence for an error that nothing here expects; its traceback goes to a log."""
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return f"the disk of {self.folder} is full; free some and run again"
        log = self.folder / "cell.log"
        with suppress(OSError):
            log.write_text("".join(traceback.format_exception(error)))
        return f"{type(error).__name__}: {error}; {log} has the traceback"

    def _environment(self, cell: Cell, stolen: float | None) -> record.Environment:
        """The machine, and the interpreter and libraries of the parties."""
        measured = machine.environment(cell.choice.threads, self.environment.versions, {})
        now = machine.steal_s()
        return measured.model_copy(
            update={
                "python": self.environment.versions.get("python", measured.python),
                "steal_s": None if now is None or stolen is None else max(0.0, now - stolen),
            }
        )

    def _run(self, cell: Cell, outcome: Outcome, probes: bool) -> None:
        figures, parameters = outcome.figures, cell.choice.parameters
        self._compare_clear_rungs(outcome)
        self.report("plan", {})
        capabilities = self.descriptor.capabilities(parameters)
        refresh = refresh_for(cell.choice.refresh, parameters, capabilities)
        references = self.workload.values  # the clear run first: it finds inputs outside their interval
        started = perf_counter()
        outcome.program = plan(self.workload.polynomial, parameters, refresh, probes=probes)
        figures.plan_s = perf_counter() - started
        figures.clear_model_s = self.workload.clear_model_s()
        outcome.batches = -(-len(self.workload.samples) // outcome.program.layout.images)
        costs = Costs(parameters)
        room = 0  # the simulator has no keys, and encodes a constant as fast as it would find it
        if cell.backend != CLEARTEXT:
            needs = costs.needs(outcome.program, capabilities, refresh.kind)
            room = self._room(needs, cell.limits.memory_bytes)
        self.planned(outcome.program, costs, outcome.batches)
        self._watched(cell, outcome, refresh, room)
        self._score(cell, outcome, references)

    def _compare_clear_rungs(self, outcome: Outcome) -> None:
        """The clear rungs on the whole held-out set; the first cell of a case computes, the others share.

        What random weights score there would mean nothing.
        """
        if self.workload.weights == "random":
            return
        outcome.scores = self.workload.scores
        outcome.held_out = held_out(self.workload.metric, outcome.scores, self.workload.held_out.digest)

    def _watched(self, cell: Cell, outcome: Outcome, refresh: Refresh, room: int) -> None:
        """The parties' part, with an eye on the memory of all processes."""
        limit = cell.limits.memory_bytes
        with machine.MemorySampler(limit_bytes=limit, spared=[os.getpid()]) as sampler:
            try:
                with self._session(cell, outcome.figures, sampler) as session:
                    self._protocol(cell, outcome, refresh, session, room)
            except PartyError as error:
                if not sampler.exceeded:
                    raise
                raise CellError(
                    Status.OUT_OF_MEMORY,
                    f"all processes together passed limits.memory_bytes ({limit}); raise it",
                ) from error
            finally:
                outcome.figures.together_peak_bytes = sampler.peak_bytes

    def _session(self, cell: Cell, figures: recording.Figures, sampler: machine.MemorySampler) -> Session:
        return Session(
            python=self.environment.python,
            adapter=self.descriptor.adapter,
            parameters=cell.choice.parameters,
            threads=cell.choice.threads,
            folder=self.folder,
            logs=self.folder,
            deadline=monotonic() + (cell.limits.seconds or inf),
            report=self.report,
            watch=sampler.add,
            peaks=figures.peaks,
        )

    def _protocol(self, cell: Cell, outcome: Outcome, refresh: Refresh, session: Session, room: int) -> None:
        """The two parties' part of a cell's life."""
        figures, program = outcome.figures, outcome.program
        assert program is not None
        made, facts, figures.keys = session.generate_keys(program, refresh.kind == "bootstrap")
        figures.keygen_s, figures.libraries = made["seconds"], made["versions"]
        if facts.secret != "none":  # the simulator has no key to judge
            figures.security = judge(facts)
        if cell.choice.parameters.security and figures.security and not figures.security.secure:
            raise CellError(
                Status.FAILED,
                f"the keys reach {figures.security.log_qp:.1f} bits of Q·P, INSECURE where the suite demands "
                f"{cell.choice.parameters.security} bits; use a smaller depth or scale",
            )
        loaded, prepared = session.prepare(program, figures.keys, room)
        figures.prepare_model_s = loaded["seconds"] + prepared["seconds"]
        figures.prepared_model_bytes = prepared["prepared_model_bytes"]
        encrypted, batches = session.encrypt(self.workload.samples.inputs, program)
        figures.encrypt_s = encrypted["seconds"]
        figures.ciphertexts_in_bytes = sum(shipment.size_bytes for batch in batches for shipment in batch)
        for _ in range(cell.repeats):
            figures.evaluations.append(session.evaluate(batches))
            if len(figures.evaluations) == 1:
                figures.wire = recording.wire(session.wire)

    def _room(self, needs: Needs, limit: int | None) -> int:
        """Bytes for constants encoded ahead.

        Raises:
            CellError: the keys cannot fit the disk, or the evaluator what memory there is for it.
        """
        free = shutil.disk_usage(self.folder).free
        if needs.keys_bytes > free:
            raise CellError(
                Status.FAILED,
                f"the keys need about {needs.keys_bytes / 1e9:.1f} GB and {self.folder} has "
                f"{free / 1e9:.1f} GB free; free some or choose another --output",
            )
        available = min(psutil.virtual_memory().available, limit or sys.maxsize)
        if needs.evaluator_bytes > available:
            raise CellError(
                Status.OUT_OF_MEMORY,
                f"the evaluator needs about {needs.evaluator_bytes / 1e9:.1f} GB and there are "
                f"{available / 1e9:.1f} GB for it; free some, use a smaller parameter set, or raise limits",
            )
        return int(CONSTANTS_SHARE * (available - needs.evaluator_bytes))

    def _score(self, cell: Cell, outcome: Outcome, references: Mapping[str, Array]) -> None:
        """Decode the decrypted slots and refuse a wrong answer, in every repeat."""
        program, count = outcome.program, len(self.workload.samples)
        assert program is not None
        expected = self.workload.logits["polynomial"]
        for evaluation in outcome.figures.evaluations:
            encrypted = decode(program, program.output_layout, evaluation.outputs, count)
            if not np.isfinite(encrypted).all():
                raise CellError(Status.FAILED, "the decrypted logits are not finite; the result is wrong")
            if outcome.encrypted is None:
                outcome.encrypted = encrypted
            _check_precision(encrypted, expected, cell.limits.precision_bits)
            # Random weights leave logits so close to each other that an error within the limit on precision
            # changes labels. That limit is relative to the logits themselves and stays.
            if self.workload.weights == "trained":
                _check_labels(encrypted, expected, cell.limits.label_agreement)
        if program.probes:
            outcome.probes = decode_probes(program, outcome.figures.evaluations[0], count)


def _check_precision(encrypted: Array, expected: Array, least: float) -> None:
    """Raise CellError where the decrypted logits are further from the polynomial model's than allowed."""
    bits = metrics.precision_bits(encrypted, expected)
    if bits is not None and bits < least:
        raise _wrong(f"{bits:.1f} bits of precision and the suite demands {least:g}")


def _check_labels(encrypted: Array, expected: Array, least: float) -> None:
    """Raise CellError where fewer labels are the polynomial model's than allowed."""
    agreement = metrics.label_agreement(encrypted, expected)
    if agreement < least:
        raise _wrong(f"{agreement:.1%} of the labels and the suite demands {least:.1%}")


def _wrong(found: str) -> CellError:
    return CellError(
        Status.FAILED, f"the decrypted logits share with the polynomial model's {found}; the result is wrong"
    )


def _party_status(error: PartyError) -> Status:
    if error.kind == "TimedOut":
        return Status.TIMED_OUT
    if error.kind in OUT_OF_MEMORY:
        return Status.OUT_OF_MEMORY
    return Status.UNSUPPORTED if error.kind == "Unsupported" else Status.FAILED


def decode(program: Program, layout: ValueLayout, slots: NDArray[np.float64], count: int) -> Array:
    """The first `count` samples of a value from `[batches, ciphertexts, slots]`.

    A model's output becomes `[samples, positions, classes]`, as `reference.outputs` gives it.
    """
    images = program.layout.images
    batches = [unpack(program.layout, layout, list(batch), images) for batch in slots]
    return np.concatenate(batches)[:count]


def decode_probes(program: Program, evaluation: Evaluation, count: int) -> dict[str, Array]:
    """Every probed value, as it lies in slots: `[samples, tokens, features]` or scores."""
    return {
        probe.name: decode(program, probe.layout, np.stack(evaluation.probes[probe.name]), count)
        for probe in program.probes
    }


def probe_references(graph: Graph, values: Mapping[str, Array]) -> dict[str, Array]:
    """The polynomial model's values in the shapes of `decode_probes`: heads side by side."""
    found: dict[str, Array] = {}
    in_heads: set[str] = set()
    for node in graph:
        value = values[node.name]
        if _is_in_heads(node, in_heads):
            in_heads.add(node.name)
            value = value.transpose(0, 2, 1, 3).reshape(len(value), value.shape[2], -1)
        found[node.name] = value
    return found


def _is_in_heads(node: Node, in_heads: set[str]) -> bool:
    """Whether a node's value is `[heads, tokens, features per head]`, given which values before it are."""
    if node.operation in ("scores", "merge_heads"):
        return False
    return node.operation in ("split_heads", "mix") or not in_heads.isdisjoint(node.inputs)


def ladder(outcome: Outcome, workload: Workload) -> record.Ladder:
    """The metric down the rungs, the drift of the last step, and the clear rungs on all that is held out.

    Of random weights only what tells how exact the encryption is.
    """
    # A rung that is not finite has failed the cell already; it has no metric.
    logits = {rung: values for rung, values in workload.logits.items() if np.isfinite(values).all()}
    if outcome.encrypted is not None:
        logits["encrypted"] = outcome.encrypted
    references = None
    if outcome.probes is not None:
        references = probe_references(workload.polynomial, workload.values)
    found = metrics.ladder(
        logits, workload.samples.labels, outcome.probes, references, metric=workload.metric
    )
    if workload.weights == "random":
        return found.model_copy(update=dict.fromkeys(metrics.RUNGS))
    return found.model_copy(update={"held_out": outcome.held_out})
