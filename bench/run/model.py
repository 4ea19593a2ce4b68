"""A model or a layer by its program: planned, replayed between two parties, decoded."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import ClassVar

import psutil

from backends.constants_room import Room
from backends.costs import Costs
from backends.errors import PlanError, Unsupported
from backends.fewer_keys import within
from backends.interface import Capabilities
from backends.levels import check_levels
from backends.planner import Refresh, plan, refresh_for
from backends.program import Program
from backends.registry import Descriptor
from backends.threshold import INTERACTIVE_BOOTSTRAP
from bench.environments.declaration import DEFAULT_BUILD
from bench.run import estimates, flooding, scoring, stages
from bench.run.cores import used_threads
from bench.run.estimates import Estimate
from bench.run.exchanges import Evaluation
from bench.run.life import Life
from bench.run.listener import Progress
from bench.run.prediction.prediction import Prediction, predict, room
from bench.run.prediction.predictor import Predictor, predictor
from bench.run.prediction.work import Setting
from bench.run.program_parties import AUDITED, ROLES, SHARED, ProgramParties, roles
from bench.run.scoring import Decrypted
from bench.run.session import Session, Stage
from bench.run.splitting import Splitting, decode_each
from bench.run.workload import load
from bench.run.workload_kind import WorkloadKind
from bench.spec.cells import Cell
from bench.spec.suite import PORTABLE
from models.errors import IntervalError
from models.graph import Array
from models.shapes import heads_side_by_side


@dataclass(frozen=True)
class ModelKind(WorkloadKind):
    """A model or a layer, by the program that is planned for it."""

    modules: ClassVar[tuple[str, ...]] = (
        __name__,
        *ROLES.modules,
        *AUDITED.modules,
        *SHARED.modules,
    )
    audited: ClassVar[bool] = True
    shares_keys: ClassVar[bool] = True

    @classmethod
    def load(cls, cell: Cell, progress: Progress) -> ModelKind:
        """See `bench.run.workload.load`."""
        return cls(load(cell, progress))

    def _check_fit(self, cell: Cell, descriptor: Descriptor, capabilities: Capabilities) -> None:
        parameters = cell.parameter_set.parameters
        if cell.parameter_set.complex_slots and not capabilities.complex_slots:
            raise Unsupported(f"{descriptor.name} has no complex slots; use program: {PORTABLE}")
        refresh = refresh_for(cell.parameter_set.refresh, parameters, capabilities)
        check_levels(self.workload.polynomial, parameters, refresh)

    def estimate(
        self, cell: Cell, descriptor: Descriptor, predictor: Predictor, memories: Collection[int] = ()
    ) -> Estimate:
        """Plan the cell, which encrypts nothing.

        Raises:
            PlanError: it cannot be planned, or its samples leave an interval or the room of a level.
        """
        program, capabilities, refresh = self.planned(cell, descriptor)
        here = psutil.virtual_memory().total
        told = {
            memory: self._told(cell, program, descriptor, capabilities, refresh, predictor, memory)
            for memory in {here, *memories}
        }
        figures = estimates.of_program(
            cell, program, descriptor, capabilities, told[here], predictor.sentence
        )
        return Estimate(figures, told[here], {memory: told[memory] for memory in memories})

    def planned(self, cell: Cell, descriptor: Descriptor) -> tuple[Program, Capabilities, Refresh]:
        """The program of a cell, after every check that needs no key.

        Raises:
            Unsupported: the library cannot.
            PlanError: it cannot be planned, or its samples leave an interval or the room of a level.
        """
        capabilities = self.check_beforehand(cell, descriptor)
        refresh = refresh_for(cell.parameter_set.refresh, cell.parameter_set.parameters, capabilities)
        try:
            values = self.workload.values
        except IntervalError as error:
            raise PlanError(str(error)) from error
        return self._program(cell, descriptor, capabilities, refresh, values=values), capabilities, refresh

    def _program(
        self,
        cell: Cell,
        descriptor: Descriptor,
        capabilities: Capabilities,
        refresh: Refresh,
        *,
        values: Mapping[str, Array] | None = None,
        probes: bool = False,
    ) -> Program:
        """The cell's program, with as many keys as the suite allows, on any machine alike."""
        parameters = cell.parameter_set.parameters
        program = plan(
            self.workload.polynomial,
            parameters,
            refresh,
            probes=probes,
            values=values,
            complex_slots=cell.parameter_set.complex_slots,
            samples=len(self.workload.samples),
        )
        if cell.limits.memory_bytes is None:
            return program
        costs = Costs(parameters)
        needs = partial(
            costs.needs, capabilities=capabilities, refresh=refresh.kind, footprint=descriptor.footprint
        )
        others = capabilities.bootstrap_steps if refresh.kind == "bootstrap" else ()
        return within(program, cell.limits.memory_bytes, costs, needs, others)

    @staticmethod
    def _told(
        cell: Cell,
        program: Program,
        descriptor: Descriptor,
        capabilities: Capabilities,
        refresh: Refresh,
        predictor: Predictor,
        memory_bytes: int | None = None,
    ) -> Prediction:
        """What a planned cell will take on a machine with so much memory, this one's by default."""
        where = Setting(
            cell.parameter_set.parameters,
            capabilities,
            used_threads(cell, descriptor),
            bootstraps=refresh.kind == "bootstrap",
            simulates=descriptor.simulates,
            workers=descriptor.workers(used_threads(cell, descriptor)),
        )
        there = memory_bytes or psutil.virtual_memory().total
        memory = min(there, cell.limits.memory_bytes or sys.maxsize)
        batches = -(-cell.samples // program.layout.samples)
        return predict(program, batches, where, descriptor, predictor, memory)

    def expected(self, cell: Cell, descriptor: Descriptor) -> Sequence[tuple[str, float]]:
        """Plan the cell; planning it again takes as long."""
        started, parameters = perf_counter(), cell.parameter_set.parameters
        capabilities = descriptor.capabilities(parameters)
        refresh = refresh_for(cell.parameter_set.refresh, parameters, capabilities)
        program = self._program(cell, descriptor, capabilities, refresh)
        took = ("plan", perf_counter() - started)
        told = self._told(cell, program, descriptor, capabilities, refresh, predictor(descriptor))
        return [took, *stages.of_program(told, cell.repeats)]

    def run(self, life: Life) -> None:
        """Compare the clear rungs, plan, and have two parties compute."""
        outcome, parameters = life.outcome, life.cell.parameter_set.parameters
        capabilities = self.check_beforehand(life.cell, life.descriptor)
        outcome.held_out = scoring.held_out(self.workload)
        life.report(Stage("plan"))
        refresh = refresh_for(life.cell.parameter_set.refresh, parameters, capabilities)
        references = self.workload.values  # the clear run first: it finds inputs outside their interval
        program = self._planned(life, capabilities, refresh)
        costs = Costs(parameters)
        left = 0
        if not life.descriptor.simulates:
            needs = costs.needs(program, capabilities, refresh.kind, life.descriptor.footprint)
            left = life.room(needs.keys_bytes, needs.evaluator_bytes)
        constants = room(left, life.descriptor)
        if life.environment.build == DEFAULT_BUILD:  # the times that are shipped are of no other
            told = self._told(
                life.cell, program, life.descriptor, capabilities, refresh, predictor(life.descriptor)
            )
            outcome.figures.planned_evaluate_s = told.seconds["evaluate_s"]
        life.listener.planned(program, costs, outcome.batches)
        life.watched(
            roles(parameters, life.binding),
            life.descriptor.adapter,
            lambda session: self._protocol(life, program, refresh.kind == "bootstrap", constants, session),
            life.kept_session,
        )
        outcome.decrypted = self._decoded(program, outcome.figures.evaluations, references)
        if outcome.figures.sharing is not None:
            outcome.figures.sharing = flooding.against_error(
                outcome.figures.sharing, outcome.decrypted, self.workload, life.cell, life.descriptor, program
            )

    def _planned(self, life: Life, capabilities: Capabilities, refresh: Refresh) -> Program:
        outcome = life.outcome
        started = perf_counter()
        program = self._program(
            life.cell, life.descriptor, capabilities, refresh, values=self.workload.values, probes=life.probes
        )
        outcome.figures.plan_s = perf_counter() - started
        outcome.figures.clear_model_s = self.workload.clear_model_s()
        outcome.program = program
        outcome.batches = -(-len(self.workload.samples) // program.layout.samples)
        return program

    def _protocol(
        self, life: Life, program: Program, bootstrap: bool, constants: Room, session: Session
    ) -> None:
        """The two parties' part of a cell's life."""
        figures = life.outcome.figures
        parameters = life.cell.parameter_set.parameters
        parties = ProgramParties(
            session,
            parameters,
            life.binding,
            figures.survival,
            life.journal,
            life.cell.parameter_set.refresh == INTERACTIVE_BOOTSTRAP,
        )
        made = figures.generated = parties.generate_keys(program, bootstrap)
        life.judge(made.security)
        figures.loaded, figures.prepared = parties.prepare(program, made.files, constants, life.workers)
        encrypted = figures.encrypted = parties.encrypt(self.workload.encrypted_inputs, program)
        splitting = Splitting(parties, program, self.workload.encrypted_inputs, self.workload.usual_answer)

        def evaluate(repeat: int) -> Evaluation:
            evaluation = splitting.evaluate(encrypted.batches, repeat)
            figures.sharing = figures.sharing or parties.owners.sharing()
            return evaluation

        life.evaluate(session, evaluate)

    def _decoded(
        self, program: Program, evaluations: Sequence[Evaluation], values: Mapping[str, Array]
    ) -> Decrypted:
        """The decrypted slots as logits, and as the values of layers where these were probed."""
        layout = program.output_layout
        logits = tuple(decode_each(program, layout, one.outputs, one.held) for one in evaluations)
        if not program.probes:
            return Decrypted(logits)
        probes = {
            name: value[self.workload.stay] for name, value in decode_probes(program, evaluations[0]).items()
        }
        return Decrypted(logits, probes, heads_side_by_side(self.workload.polynomial, values))


def decode_probes(program: Program, evaluation: Evaluation) -> dict[str, Array]:
    """Every probed value, as it lies in slots: `[samples, tokens, features]` or scores."""
    return {
        probe.name: decode_each(program, probe.layout, evaluation.probes[probe.name], evaluation.held)
        for probe in program.probes
    }
