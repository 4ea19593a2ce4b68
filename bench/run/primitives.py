"""Runs a cell of primitives: every one at every level between two parties, checked by decryption."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

import numpy as np

from backends.interface import Capabilities, Vector
from backends.microbenchmarks import (
    BY_NAME,
    LOADED_KINDS,
    key_kinds,
    lacking,
    measured_at,
)
from backends.parameters import ParameterSet
from backends.registry import Descriptor
from bench.parties.measurements import NotMeasured, Repetitions, Timed
from bench.run import estimates, stages
from bench.run.errors import CellError
from bench.run.estimates import Estimate, key_bytes
from bench.run.kind import CellKind, Subject
from bench.run.life import Life
from bench.run.listener import Progress
from bench.run.outcome import Outcome
from bench.run.prediction.predictor import Predictor
from bench.run.primitives_parties import ROLES, PrimitivesParties
from bench.run.session import Session, Stage
from bench.spec.cases import PrimitivesCase, PrimitivesLiteral
from bench.spec.cells import Cell
from bench.spec.file import Limits
from reports import costs, identity
from reports.ladder import Ladder
from reports.record import Status
from reports.scoring.precision import mean_precision_bits, precision_bits
from reports.store import RawOutputs


@dataclass(frozen=True)
class Measurement:
    """What a case of primitives brings to its cells: how often, and the two slot vectors `a` and `b`."""

    literal: PrimitivesLiteral

    @property
    def ids(self) -> tuple[str, ...]:
        """The one pair of slot vectors, by its seed."""
        return (f"slots-{self.literal.seed}",)

    @property
    def model_digest(self) -> str:
        """A digest of all that the literal says."""
        return identity.digest(self.literal.model_dump(mode="json", exclude_none=True))

    @property
    def data_digest(self) -> str:
        """A digest of what the slot vectors follow from."""
        return identity.digest(list(self.ids))

    @property
    def repetitions(self) -> Repetitions:
        """How often each is measured, as the parties take it (see `bench.parties.sampling`)."""
        return Repetitions(short=self.literal.repetitions, long=self.literal.long_repetitions)

    @property
    def steps(self) -> list[int]:
        """The steps of the rotations; a single rotation is by the first."""
        return list(range(1, self.literal.rotations + 1))

    @property
    def weights(self) -> Literal["trained", "random"]:
        """There is no model: a record is there for its times and its bits alone."""
        return "random"

    def measured_at(self, level: int, capabilities: Capabilities) -> list[str]:
        """Names of the primitives that are measured at a level."""
        return [one.name for one in measured_at(level, capabilities, self.literal.only)]

    def levels(self, parameters: ParameterSet, capabilities: Capabilities) -> list[int]:
        """The levels at which something is measured, from the top down."""
        every = range(parameters.depth, -1, -1)
        return [level for level in every if self.measured_at(level, capabilities)]

    @property
    def shape(self) -> None:
        """There is no model."""

    def values(self, slots: int) -> tuple[Vector, Vector]:
        """a and b, `[slots]` each, uniform in [-1, 1]."""
        a, b = np.random.default_rng(self.literal.seed).uniform(-1, 1, (2, slots))
        return a, b


@dataclass(frozen=True)
class PrimitivesKind(CellKind):
    """Every primitive of a library at every level, in place of a model."""

    measurement: Measurement

    modules: ClassVar[tuple[str, ...]] = (__name__, *ROLES.modules)
    #: Results are summed up and decrypted as they come, and no raw output of them is kept.
    scored_again: ClassVar[bool] = False

    @classmethod
    def load(cls, cell: Cell, progress: Progress) -> PrimitivesKind:
        """Take the literal of the case; there is nothing to read."""
        assert isinstance(cell.case, PrimitivesCase), "the table of kinds lets no other case pass"
        return cls(Measurement(cell.case.primitives))

    @property
    def subject(self) -> Subject:
        """How often is measured, and on what."""
        return self.measurement

    def _check_fit(self, cell: Cell, descriptor: Descriptor, capabilities: Capabilities) -> None:
        """Do nothing: every set has a level, and more slots than rotations can be asked for."""

    def estimate(
        self, cell: Cell, descriptor: Descriptor, predictor: Predictor, memories: Collection[int] = ()
    ) -> Estimate:
        """Say what is measured, how often, and what the keys take."""
        capabilities = self.check_beforehand(cell, descriptor)
        keys = keys_bytes(cell, capabilities, self.measurement)
        literal = self.measurement.literal
        return Estimate(estimates.of_primitives(cell, descriptor, capabilities, literal, keys))

    def expected(self, cell: Cell, descriptor: Descriptor) -> Sequence[tuple[str, float]]:
        """Its keys, and the primitives level by level."""
        parameters = cell.parameter_set.parameters
        capabilities = descriptor.capabilities(parameters)
        keys = keys_bytes(cell, capabilities, self.measurement)
        levels = [(at_level(level), level) for level in self.measurement.levels(parameters, capabilities)]
        return [*stages.of_keys(keys), *stages.of_levels(self.measurement.literal, parameters, levels)]

    def check(self, outcome: Outcome, limits: Limits) -> None:
        """Do nothing: every primitive was checked when it was measured."""

    def ladder(self, outcome: Outcome) -> Ladder:
        """An empty ladder."""
        return Ladder()

    def raw_outputs(self, outcome: Outcome) -> RawOutputs | None:
        """None: all is in the record."""
        return None

    def restored(self, outcome: Outcome, raw: RawOutputs) -> Outcome:
        """The outcome as it is."""
        return outcome

    def run(self, life: Life) -> None:
        """Have two parties measure."""
        capabilities = self.check_beforehand(life.cell, life.descriptor)
        if not life.descriptor.simulates:
            size = keys_bytes(life.cell, capabilities, self.measurement)
            life.room(size, size)
        life.watched(ROLES, life.descriptor.adapter, partial(self._protocol, life, capabilities))

    def _protocol(self, life: Life, capabilities: Capabilities, session: Session) -> None:
        figures, parameters, steps = (
            life.outcome.figures,
            life.cell.parameter_set.parameters,
            self.measurement.steps,
        )

        def tell(event: Timed | NotMeasured) -> None:
            if isinstance(event, NotMeasured):
                figures.unsupported.extend(unsupported(event.name, event.reason))
            else:
                figures.primitives.append(check.primitive(event))
            life.report(event)

        parties = PrimitivesParties(session, parameters, self.measurement.repetitions, tell)
        check = _Check(life.cell, self.measurement.values(parameters.slots), steps, parties)
        for name, reason in lacking(capabilities, self.measurement.literal.only).items():
            figures.unsupported.extend(unsupported(name, reason))
        made = parties.generate_keys(steps, check.bootstraps(capabilities), capabilities.complex_slots)
        figures.generated = made
        life.judge(made.security)
        session.carry("evaluator", made.files)
        life.report(Stage("primitives of keys"))
        kinds = key_kinds(capabilities, self.measurement.literal.only)
        measured = parties.measure_keys(kinds, steps[0])
        keys = parties.measure_loading(made.files, measured)
        figures.loaded = parties.load_keys(keys)
        names = parties.hand_out(check.values)
        for level in self.measurement.levels(parameters, capabilities):
            life.report(Stage(at_level(level)))
            parties.measure(level, names, self.measurement.measured_at(level, capabilities), steps)


def at_level(level: int) -> str:
    """The stage in which the primitives of a level are measured."""
    return f"primitives at level {level}"


@dataclass(frozen=True)
class _Check:
    """Turns what a party measured into a record's entry, once its results are known to be right."""

    cell: Cell
    values: tuple[Vector, Vector]
    steps: Sequence[int]
    parties: PrimitivesParties

    @staticmethod
    def bootstraps(capabilities: Capabilities) -> bool:
        """Whether there is a bootstrap to measure."""
        return capabilities.bootstrap_output_level is not None

    def primitive(self, timed: Timed) -> costs.Primitive:
        """An entry of `latency.primitives`.

        Raises:
            CellError: what was computed is wrong.
        """
        found = self._bits(timed)
        right = [bits for bits in found if bits.enough(self.cell.limits)]
        apart = timed.sums if timed.name in BY_NAME and BY_NAME[timed.name].apart else None
        if len(right) < len(found) and (apart is None or not right):
            fewest = _fewest(bits.by_largest for bits in found)
            raise CellError(
                Status.FAILED,
                f"{_place(timed)} has {fewest:.1f} bits of precision and the suite demands "
                f"{self.cell.limits.precision_bits:g}; it is wrong",
            )
        return costs.Primitive(
            name=timed.name,
            level=timed.level,
            count=len(timed.samples_s),
            s=sum(timed.samples_s),
            samples_s=list(timed.samples_s),
            precision_bits=_fewest(bits.by_largest for bits in right),
            mean_precision_bits=_fewest(bits.by_mean for bits in right),
            bytes=timed.size_bytes,
            result_level=apart.level if apart else None,
            results=len(found) if apart else None,
            failures=len(found) - len(right) if apart else None,
        )

    def _bits(self, timed: Timed) -> list[_Bits]:
        """The precision of every result; none where there is nothing to decrypt.

        Raises:
            CellError: they are not numbers, or too few.
        """
        vectors = self.parties.decrypted(timed)
        if vectors is None:
            return []
        place = _place(timed)
        if not np.isfinite(vectors).all():
            raise CellError(Status.FAILED, f"{place} decrypts to values that are not finite; it is wrong")
        expected = self._expected(timed.name, len(vectors))
        if len(vectors) != len(expected):
            raise CellError(
                Status.FAILED, f"{place} gives {len(vectors)} results of {len(expected)}; it is wrong"
            )
        pairs = zip(vectors, expected, strict=True)
        return [_Bits(precision_bits(*pair), mean_precision_bits(*pair)) for pair in pairs]

    def _expected(self, name: str, results: int) -> Sequence[Vector]:
        if name in BY_NAME:
            one = BY_NAME[name].expected(*self.values, self.steps)
            return one * results if BY_NAME[name].apart else one
        return [self.values[0]] * results  # encrypted or decrypted, every repetition apart


@dataclass(frozen=True)
class _Bits:
    """Bits of precision of one result, by its largest error and by its mean one; None without any error."""

    by_largest: float | None
    by_mean: float | None

    def enough(self, limits: Limits) -> bool:
        """Whether a suite's limits let it pass."""
        return self.by_largest is None or self.by_largest >= limits.precision_bits


def _place(timed: Timed) -> str:
    return f"{timed.name} at level {timed.level}"


def _fewest(found: Iterable[float | None]) -> float | None:
    return min((bits for bits in found if bits is not None), default=None)


def unsupported(name: str, reason: str) -> Iterator[costs.UnsupportedPrimitive]:
    """What a library lacks; with the making of a kind of key, writing and loading what would be made."""
    yield costs.UnsupportedPrimitive(name=name, reason=reason)
    made, _, kind = name.partition("_")
    if made == "generate":
        yield costs.UnsupportedPrimitive(name=f"serialise_{kind}", reason=reason)
        if kind in LOADED_KINDS:
            yield costs.UnsupportedPrimitive(name=f"load_{kind}", reason=reason)


def keys_bytes(cell: Cell, capabilities: Capabilities, measurement: Measurement) -> int:
    """What keys take in the evaluator's memory."""
    return key_bytes(cell, 3 + max(len(measurement.steps), capabilities.bootstrap_keys))
