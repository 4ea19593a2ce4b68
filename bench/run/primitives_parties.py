"""What is said to two parties that time single primitives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backends.interface import Vector
from backends.microbenchmarks import LOADED_KINDS
from backends.parameters import ParameterSet
from bench.parties.measurements import (
    MeasureEncryption,
    MeasureKeys,
    MeasureLoading,
    MeasurePrimitives,
    NotMeasured,
    Repetitions,
    Timed,
)
from bench.parties.messages import Event, Generate, Generated, Loaded
from bench.parties.plain import taken
from bench.parties.wire import Shipment
from bench.run import exchanges
from bench.run.session import Roles, Session

ROLES = Roles(
    key_owner="bench.parties.roles.primitives_key_owner:PrimitivesKeyOwnerParty",
    evaluator="bench.parties.roles.primitives_evaluator:PrimitivesEvaluatorParty",
)


@dataclass(frozen=True)
class PrimitivesParties:
    """Two parties in the `ROLES` of this module.

    Attributes:
        session: the two parties.
        parameters: under which they compute.
        repetitions: how often each measure is taken.
        tell: told of everything that is measured, or cannot be.
    """

    session: Session
    parameters: ParameterSet
    repetitions: Repetitions
    tell: Callable[[Timed | NotMeasured], None]

    def generate_keys(self, steps: Sequence[int], bootstrap: bool, conjugation: bool) -> Generated:
        """Start the key owner and have it make keys for these rotations, and for the others if asked."""
        request = Generate(self.parameters, tuple(steps), bootstrap, conjugation)
        return exchanges.generate_keys(self.session, request)

    def measure_keys(self, kinds: Sequence[str], step: int) -> list[Shipment]:
        """Have the key owner make and write the keys of each kind, and carry those that can be loaded."""
        request = MeasureKeys(tuple(kinds), step, self.repetitions)
        answer = self.session.ask("key_owner", request, self._on_event)
        self.session.carry("evaluator", answer.files)
        return list(answer.files)

    def measure_loading(self, keys: Sequence[Shipment], measured: Sequence[Shipment]) -> list[Shipment]:
        """Start the evaluator and have it load what was measured; returns the keys that lie there to be used.

        A file of the same name as one of `keys` has taken its place: it is a key of the same use.
        """
        replaced = {shipment.name: shipment for shipment in measured}
        there = [replaced.get(key.name, key) for key in keys]
        request = MeasureLoading(
            self.parameters,
            files=tuple(key for key in there if key.kind not in ("rotation_keys", "bootstrap_keys")),
            measured=tuple(file for file in measured if file.kind in LOADED_KINDS),
            repetitions=self.repetitions,
        )
        self.session.start("evaluator")
        self.session.ask("evaluator", request, self._on_event)
        return there

    def load_keys(self, keys: Sequence[Shipment]) -> Loaded:
        """Have the evaluator load keys that were carried to it."""
        return exchanges.load_keys(self.session, self.parameters, keys)

    def hand_out(self, values: Sequence[Vector]) -> list[str]:
        """Lay slot vectors into the parties' folders; the evaluator gets the last alone, which it encodes."""
        names = [f"values_{index}.npy" for index in range(len(values))]
        for name, vector in zip(names, values, strict=True):
            np.save(self.session.wire.folder("key_owner") / name, vector)
        np.save(self.session.wire.folder("evaluator") / names[-1], values[-1])
        return names

    def measure(
        self, level: int, names: Sequence[str], primitives: Sequence[str], steps: Sequence[int]
    ) -> None:
        """Measure encryption at a level, and primitives on what was encrypted.

        Args:
            level: the level of the ciphertexts.
            names: files of slot vectors, as `hand_out` laid them.
            primitives: to be measured.
            steps: the steps of the rotations.
        """
        encryption = MeasureEncryption(level, tuple(names), self.repetitions)
        operands = self.session.ask("key_owner", encryption, self._on_event).ciphertexts
        self.session.carry("evaluator", operands)
        request = MeasurePrimitives(tuple(primitives), operands, names[-1], tuple(steps), self.repetitions)
        self.session.ask("evaluator", request, self._on_event)

    def decrypted(self, timed: Timed) -> NDArray[np.float64] | None:
        """What a primitive made, `[results, slots]`, each the mean of its repetitions'.

        None where there is nothing to decrypt.
        """
        if timed.decrypted is not None:  # the key owner's own, every repetition apart
            path = self.session.wire.folder("key_owner") / timed.decrypted
            vectors: NDArray[np.float64] = taken(path)
            return vectors
        if timed.sums is None:
            return None
        totals, _ = exchanges.decrypt(self.session, timed.sums.ciphertexts)
        means: NDArray[np.float64] = totals / timed.sums.terms
        return means

    def _on_event(self, event: Event) -> None:
        if isinstance(event, (Timed, NotMeasured)):
            self.tell(event)
