"""Runs a cell of primitives: every one at every level between two parties, checked by decryption."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from backends.interface import Capabilities, Vector
from backends.microbenchmarks import BOOTSTRAP, BY_NAME, LOADED_KINDS, key_kinds, measured_at
from backends.registry import Descriptor
from bench.parties.process import Message
from bench.parties.wire import Shipment
from bench.run import estimates
from bench.run.clear_rungs import Progress
from bench.run.errors import CellError
from bench.run.estimates import key_bytes
from bench.run.kind import CellKind
from bench.run.life import Life, Outcome
from bench.run.session import Session
from bench.spec.cases import PrimitivesCase, PrimitivesLiteral
from bench.spec.cells import Cell
from bench.spec.file import Limits
from reports import identity, record
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
        """Of all that the literal says."""
        return identity.digest(self.literal.model_dump(mode="json"))

    @property
    def data_digest(self) -> str:
        """Of what the slot vectors follow from."""
        return identity.digest(list(self.ids))

    @property
    def repetitions(self) -> dict[str, int]:
        """As the parties take them (see `bench.parties.roles.sampling`)."""
        return {"short": self.literal.repetitions, "long": self.literal.long_repetitions}

    @property
    def steps(self) -> list[int]:
        """Of the rotations, of which a single one is by the first."""
        return list(range(1, self.literal.rotations + 1))

    def values(self, slots: int) -> tuple[Vector, Vector]:
        """a and b, `[slots]` each, uniform in [-1, 1]."""
        a, b = np.random.default_rng(self.literal.seed).uniform(-1, 1, (2, slots))
        return a, b


class MeasuringSession(Session):
    """Two parties that time what they do."""

    ROLES: ClassVar[Mapping[str, str]] = {
        "key_owner": "measuring_key_owner",
        "evaluator": "measuring_evaluator",
    }

    def measure_keys(
        self, kinds: Sequence[str], step: int, repetitions: dict[str, int], on_event: Any
    ) -> list[Shipment]:
        """Have the key owner make and write the keys of each kind, and carry those that can be loaded."""
        answer = self._ask(
            "key_owner", "measure_keys", on_event, kinds=list(kinds), step=step, repetitions=repetitions
        )
        files = [Shipment(**literal) for literal in answer["files"]]
        self.wire.carry("evaluator", files)
        return files

    def measure_loading(
        self,
        keys: Sequence[Shipment],
        measured: Sequence[Shipment],
        repetitions: dict[str, int],
        on_event: Any,
    ) -> list[Shipment]:
        """Start the evaluator and have it load what was measured; returns the keys that lie there to be used.

        A file of the same name as one of `keys` has taken its place: it is a key of the same use.
        """
        replaced = {shipment.name: shipment for shipment in measured}
        there = [replaced.get(key.name, key) for key in keys]
        few = [key for key in there if key.kind not in ("rotation_keys", "bootstrap_keys")]
        self._start("evaluator")
        self._ask(
            "evaluator",
            "measure_loading",
            on_event,
            parameters=self.parameters.to_json(),
            files=[key.to_json() for key in few],
            measured=[file.to_json() for file in measured if file.kind in LOADED_KINDS],
            repetitions=repetitions,
        )
        return there

    def hand_out(self, values: Sequence[Vector]) -> list[str]:
        """Lay slot vectors into the parties' folders; the evaluator gets the last alone, which it encodes."""
        names = [f"values_{index}.npy" for index in range(len(values))]
        for name, vector in zip(names, values, strict=True):
            np.save(self._folders["key_owner"] / name, vector)
        np.save(self._folders["evaluator"] / names[-1], values[-1])
        return names

    def measure(
        self, level: int, names: list[str], primitives: list[str], measurement: Measurement, on_event: Any
    ) -> None:
        """Measure encryption at a level, and primitives on what was encrypted."""
        answer = self._ask(
            "key_owner",
            "measure",
            on_event,
            level=level,
            values=names,
            repetitions=measurement.repetitions,
        )
        operands = [Shipment(**literal) for literal in answer["operands"]]
        self.wire.carry("evaluator", operands)
        self._ask(
            "evaluator",
            "measure",
            on_event,
            primitives=primitives,
            ciphertexts=[shipment.to_json() for shipment in operands],
            plain=names[-1],
            steps=measurement.steps,
            repetitions=measurement.repetitions,
        )

    def decrypted(self, message: Message) -> NDArray[np.float64]:
        """What a measured primitive made, `[results, slots]`, each the mean of its repetitions'."""
        if "decrypted" in message:  # the key owner's own, every repetition apart
            path = self._folders["key_owner"] / message["decrypted"]
            vectors: NDArray[np.float64] = np.load(path, allow_pickle=False)
            return vectors
        shipments = [Shipment(**literal) for literal in message["outputs"]]
        totals, _ = self._decrypt(shipments)
        means: NDArray[np.float64] = totals / message["terms"]
        return means


@dataclass(frozen=True)
class PrimitivesKind(CellKind):
    """Every primitive of a library at every level, in place of a model."""

    measurement: Measurement

    modules: ClassVar[tuple[str, ...]] = (
        __name__,
        "bench.parties.launch",
        "bench.parties.roles.primitives_key_owner",
        "bench.parties.roles.primitives_evaluator",
    )
    #: Results are summed up and decrypted as they come, and no raw output of them is kept.
    scored_again: ClassVar[bool] = False

    @classmethod
    def load(cls, cell: Cell, progress: Progress) -> PrimitivesKind:
        """Take the literal of the case; there is nothing to read."""
        assert isinstance(cell.case, PrimitivesCase), "the table of kinds lets no other case pass"
        return cls(Measurement(cell.case.primitives))

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of the one pair of slot vectors."""
        return self.measurement.ids

    @property
    def model_digest(self) -> str:
        """A digest of all that the literal says."""
        return self.measurement.model_digest

    @property
    def data_digest(self) -> str:
        """A digest of what the slot vectors follow from."""
        return self.measurement.data_digest

    @property
    def weights(self) -> Literal["trained", "random"]:
        """There is no model: a record is there for its times and its bits alone."""
        return "random"

    def estimate(self, cell: Cell, descriptor: Descriptor) -> dict[str, str]:
        """Say what is measured, how often, and what the keys take."""
        capabilities = descriptor.capabilities(cell.choice.parameters)
        keys = keys_bytes(cell, capabilities, self.measurement)
        return estimates.of_primitives(cell, capabilities, self.measurement.literal, keys)

    def check(self, outcome: Outcome, limits: Limits) -> None:
        """Do nothing: every primitive was checked when it was measured."""

    def ladder(self, outcome: Outcome) -> record.Ladder:
        """An empty ladder."""
        return record.Ladder()

    def raw_outputs(self, outcome: Outcome) -> RawOutputs | None:
        """None: all is in the record."""
        return None

    def restored(self, outcome: Outcome, raw: RawOutputs) -> Outcome:
        """The outcome as it is."""
        return outcome

    def run(self, life: Life) -> None:
        """Have two parties measure."""
        capabilities = life.descriptor.capabilities(life.cell.choice.parameters)
        if not life.descriptor.simulates:
            size = keys_bytes(life.cell, capabilities, self.measurement)
            life.room(size, size)
        life.watched(MeasuringSession, life.descriptor.adapter, partial(self._protocol, life, capabilities))

    def _protocol(self, life: Life, capabilities: Capabilities, session: MeasuringSession) -> None:
        cell, figures = life.cell, life.outcome.figures
        rule, steps = self.measurement.repetitions, self.measurement.steps
        check = _Check(cell, self.measurement.values(cell.choice.parameters.slots), steps, session)
        if not check.bootstraps(capabilities) and capabilities.no_bootstrap_reason is not None:
            figures.unsupported.extend(unsupported(BOOTSTRAP.name, capabilities.no_bootstrap_reason))

        def on_event(message: Message) -> None:
            if message["event"] == "unsupported":
                figures.unsupported.extend(unsupported(message["name"], message["reason"]))
                life.listener.report("unsupported", message)
                return
            figures.primitives.append(check.primitive(message))
            life.listener.report("measured", message)

        made, facts, figures.keys = session.generate_keys_for(steps, check.bootstraps(capabilities))
        figures.keygen_s, figures.libraries = made["seconds"], made["versions"]
        life.judge(facts)
        session.wire.carry("evaluator", figures.keys)
        life.listener.report("keys", {})
        measured = session.measure_keys(key_kinds(capabilities), steps[0], rule, on_event)
        keys = session.measure_loading(figures.keys, measured, rule, on_event)
        figures.prepare_model_s = session.load_keys(keys)["seconds"]
        names = session.hand_out(check.values)
        for level in range(cell.choice.parameters.depth, -1, -1):
            life.listener.report(f"level {level}", {})
            primitives = [primitive.name for primitive in measured_at(level, capabilities)]
            session.measure(level, names, primitives, self.measurement, on_event)


@dataclass(frozen=True)
class _Check:
    """Turns what a party measured into a record's entry, once its results are known to be right."""

    cell: Cell
    values: tuple[Vector, Vector]
    steps: Sequence[int]
    session: MeasuringSession

    @staticmethod
    def bootstraps(capabilities: Capabilities) -> bool:
        """Whether there is a bootstrap to measure."""
        return capabilities.bootstrap_output_level is not None

    def primitive(self, message: Message) -> record.Primitive:
        """An entry of `latency.primitives`.

        Raises:
            CellError: what was computed is wrong.
        """
        samples = message["samples_s"]
        bits, mean_bits = self._bits(message)
        return record.Primitive(
            name=message["name"],
            level=message["level"],
            count=len(samples),
            s=sum(samples),
            samples_s=samples,
            precision_bits=bits,
            mean_precision_bits=mean_bits,
            bytes=message.get("bytes"),
        )

    def _bits(self, message: Message) -> tuple[float | None, float | None]:
        """The fewest bits of all results, by the largest error of each and by the mean one.

        None where there is nothing to decrypt, or no error.
        """
        if not message.get("outputs") and "decrypted" not in message:
            return None, None
        vectors = self.session.decrypted(message)
        place = f"{message['name']} at level {message['level']}"
        if not np.isfinite(vectors).all():
            raise CellError(Status.FAILED, f"{place} decrypts to values that are not finite; it is wrong")
        expected = self._expected(message["name"], len(vectors))
        if len(vectors) != len(expected):
            raise CellError(
                Status.FAILED, f"{place} gives {len(vectors)} results of {len(expected)}; it is wrong"
            )
        pairs = list(zip(vectors, expected, strict=True))
        bits = _fewest(precision_bits(*pair) for pair in pairs)
        if bits is not None and bits < self.cell.limits.precision_bits:
            demanded = f"the suite demands {self.cell.limits.precision_bits:g}"
            raise CellError(
                Status.FAILED, f"{place} has {bits:.1f} bits of precision and {demanded}; it is wrong"
            )
        return bits, _fewest(mean_precision_bits(*pair) for pair in pairs)

    def _expected(self, name: str, results: int) -> Sequence[Vector]:
        if name in BY_NAME:
            return BY_NAME[name].expected(*self.values, self.steps)
        return [self.values[0]] * results  # encrypted or decrypted, every repetition apart


def _fewest(found: Iterable[float | None]) -> float | None:
    return min((bits for bits in found if bits is not None), default=None)


def unsupported(name: str, reason: str) -> Iterator[record.UnsupportedPrimitive]:
    """What a library lacks; with the making of a kind of key, writing and loading what would be made."""
    yield record.UnsupportedPrimitive(name=name, reason=reason)
    made, _, kind = name.partition("_")
    if made == "generate":
        yield record.UnsupportedPrimitive(name=f"serialise_{kind}", reason=reason)
        if kind in LOADED_KINDS:
            yield record.UnsupportedPrimitive(name=f"load_{kind}", reason=reason)


def keys_bytes(cell: Cell, capabilities: Capabilities, measurement: Measurement) -> int:
    """What keys take on disk and in the evaluator's memory."""
    return key_bytes(cell, 2 + max(len(measurement.steps), capabilities.bootstrap_keys))
