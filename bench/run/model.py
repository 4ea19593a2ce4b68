"""Runs one cell of a model from plan to record. Whatever happens to it, it ends in a record that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from backends.costs import Costs
from backends.planner import Refresh, plan, refresh_for
from backends.program import Program
from backends.tensor.layout import ValueLayout, unpack
from bench.run import recording
from bench.run.exchanges import Evaluation, bytes_of
from bench.run.program_parties import ROLES, ProgramParties
from bench.run.runner import CellError, Outcome, Runner
from bench.run.session import Session, Stage
from bench.run.workload import Workload
from bench.spec.cells import Cell
from models.graph import Array, Graph, Node
from reports import record
from reports.record import Status
from reports.scoring import ladder as scoring
from reports.scoring import precision
from reports.scoring.held_out import held_out_ladder

#: Part of the memory left that constants encoded ahead may take. The rest is for the key owner, for this
#: process, and for what the estimates miss; a constant without room costs milliseconds at each use.
CONSTANTS_SHARE = 0.6


@dataclass(frozen=True)
class CellRunner(Runner):
    """Runs cells of one model on one backend.

    Attributes:
        workload: the case on its samples.
        planned: told of the program before anything is encrypted.
    """

    workload: Workload
    planned: Callable[[Program, Costs, int], None]

    def _run(self, cell: Cell, outcome: Outcome, probes: bool) -> None:
        figures, parameters = outcome.figures, cell.choice.parameters
        self._compare_clear_rungs(outcome)
        self.report(Stage("plan"))
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
        if not self.descriptor.simulates:
            needs = costs.needs(outcome.program, capabilities, refresh.kind)
            left = self._room(needs.keys_bytes, needs.evaluator_bytes, cell.limits.memory_bytes)
            room = int(CONSTANTS_SHARE * left)
        self.planned(outcome.program, costs, outcome.batches)
        self._watched(
            cell, outcome, ROLES, lambda session: self._protocol(cell, outcome, refresh, session, room)
        )
        self._score(cell, outcome, references)

    def _compare_clear_rungs(self, outcome: Outcome) -> None:
        """The clear rungs on the whole held-out set; the first cell of a case computes, the others share.

        What random weights score there would mean nothing.
        """
        metric, everything = self.workload.metric, self.workload.held_out
        if self.workload.weights == "random" or metric is None or everything is None:
            return
        outcome.scores = self.workload.scores
        outcome.held_out = held_out_ladder(metric.name, outcome.scores, everything.digest)

    def _protocol(self, cell: Cell, outcome: Outcome, refresh: Refresh, session: Session, room: int) -> None:
        """The two parties' part of a cell's life."""
        figures, program = outcome.figures, outcome.program
        assert program is not None
        parties = ProgramParties(session, cell.choice.parameters)
        made = parties.generate_keys(program, refresh.kind == "bootstrap")
        figures.keys, figures.keygen_s, figures.libraries = made.files, made.seconds, made.versions
        self._judge(cell, figures, made.security)
        loaded, prepared = parties.prepare(program, figures.keys, room)
        figures.prepare_model_s = loaded.seconds + prepared.seconds
        figures.prepared_model_bytes = prepared.prepared_model_bytes
        encrypted = parties.encrypt(self.workload.samples.inputs, program)
        figures.encrypt_s, figures.ciphertexts_in_bytes = encrypted.seconds, bytes_of(encrypted.batches)
        for _ in range(cell.repeats):
            figures.evaluations.append(parties.evaluate(encrypted.batches))
            if len(figures.evaluations) == 1:
                figures.wire = recording.wire(session.wire)

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
            check_precision(encrypted, expected, cell.limits.precision_bits)
            # Random weights leave logits so close to each other that an error within the limit on precision
            # changes labels. That limit is relative to the logits themselves and stays.
            if self.workload.weights == "trained":
                _check_labels(encrypted, expected, cell.limits.label_agreement)
        if program.probes:
            outcome.probes = decode_probes(program, outcome.figures.evaluations[0], count)


def check_precision(encrypted: Array, expected: Array, least: float) -> None:
    """Raise CellError where the decrypted logits are further from the polynomial model's than allowed."""
    bits = precision.precision_bits(encrypted, expected)
    if bits is not None and bits < least:
        raise _wrong(f"{bits:.1f} bits of precision and the suite demands {least:g}")


def _check_labels(encrypted: Array, expected: Array, least: float) -> None:
    """Raise CellError where fewer labels are the polynomial model's than allowed."""
    agreement = precision.label_agreement(encrypted, expected)
    if agreement < least:
        raise _wrong(f"{agreement:.1%} of the labels and the suite demands {least:.1%}")


def _wrong(found: str) -> CellError:
    return CellError(
        Status.FAILED, f"the decrypted logits share with the polynomial model's {found}; the result is wrong"
    )


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
    if workload.metric is None:
        return _unlabelled(outcome, workload)
    # A rung that is not finite has failed the cell already; it has no metric.
    logits = {rung: values for rung, values in workload.logits.items() if np.isfinite(values).all()}
    if outcome.encrypted is not None:
        logits["encrypted"] = outcome.encrypted
    references = None
    if outcome.probes is not None:
        references = probe_references(workload.polynomial, workload.values)
    found = scoring.ladder(
        logits, workload.samples.labels, outcome.probes, references, metric=workload.metric.name
    )
    if workload.weights == "random":
        return found.model_copy(update=dict.fromkeys(scoring.RUNGS))
    return found.model_copy(update={"held_out": outcome.held_out})


def _unlabelled(outcome: Outcome, workload: Workload) -> record.Ladder:
    """How exact the encryption is, where there is no label to judge a rung by."""
    if outcome.encrypted is None:
        return record.Ladder()
    encrypted, clear = outcome.encrypted, workload.logits["polynomial"]
    if not np.isfinite(encrypted).all():
        return record.Ladder()
    layers = None
    if outcome.probes is not None:
        references = probe_references(workload.polynomial, workload.values)
        layers = precision.layer_precision(outcome.probes, references)
    return record.Ladder(layers=layers, **scoring.exactness(encrypted, clear))
