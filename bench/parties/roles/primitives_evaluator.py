"""The evaluator whose primitives are measured one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from backends.errors import Unsupported
from backends.interface import Ciphertext, Evaluator, KeyFile
from backends.microbenchmarks import BY_NAME, Measurable, Operands, operands
from backends.registry import load_library
from bench.parties.channel import Channel
from bench.parties.ciphertexts import CiphertextFiles
from bench.parties.measurements import (
    MeasureLoading,
    MeasurePrimitives,
    NotMeasured,
    Repetitions,
    Sums,
    Timed,
)
from bench.parties.messages import Finished, Load
from bench.parties.party import Party
from bench.parties.roles.evaluator import EvaluatorParty, checked_keys
from bench.parties.sampling import sample
from bench.parties.wire import Shipment


class PrimitivesEvaluatorParty(Party):
    """Times single primitives instead of a program; it has an evaluator, and cannot decrypt either."""

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Import the library of an adapter that is a `backends.interface.Library`."""
        super().__init__(folder, channel, adapter)
        self._library = load_library(adapter)
        self._usual = EvaluatorParty(folder, channel, adapter)
        self.handles(Load, self._usual.load)
        self.handles(MeasureLoading, self.measure_loading)
        self.handles(MeasurePrimitives, self.measure_primitives)

    def measure_loading(self, request: MeasureLoading) -> Finished:
        """Load each of the files `measured`, at an evaluator made from `files` and let go of afterwards."""
        keys = checked_keys(self.folder, request.files)
        measured = checked_keys(self.folder, request.measured)
        evaluator = self._library.evaluator(request.parameters, self.folder, keys)
        for file, shipment in zip(measured, request.measured, strict=True):
            self._measure_loading(evaluator, file, shipment, request.repetitions)
        return Finished()

    def _measure_loading(
        self, evaluator: Evaluator, file: KeyFile, shipment: Shipment, repetitions: Repetitions
    ) -> None:
        name = f"load_{file.kind}"
        try:
            samples_s = sample(partial(evaluator.load_keys, self.folder, file), repetitions)
        except Unsupported as error:
            self.channel.send(NotMeasured(name, str(error)))
            return
        self.channel.send(Timed(name, None, tuple(samples_s), size_bytes=shipment.size_bytes))

    def measure_primitives(self, request: MeasurePrimitives) -> Finished:
        """Measure the primitives named on two ciphertexts."""
        evaluator, files = self._usual.evaluator, self._usual.ciphertexts
        x, y = (files.take(evaluator, shipment) for shipment in request.ciphertexts)
        values = np.load(self.folder / request.plain, allow_pickle=False)
        on = operands(evaluator, x, y, values, request.steps, self.folder / "measured_ciphertext")
        for name in request.primitives:
            self._measure(BY_NAME[name], on, request.repetitions)
        return Finished()

    def _measure(self, primitive: Measurable, on: Operands, repetitions: Repetitions) -> None:
        """Time a primitive, and send its results to be checked: added up, or each by itself."""
        evaluator = self._usual.evaluator
        finished = _Finished(evaluator, self._usual.ciphertexts, primitive)
        results = _Apart(finished) if primitive.apart else _Totals(finished)
        samples_s = sample(
            lambda: primitive.run(evaluator, on),
            repetitions,
            lambda result: results.add(primitive.settle(evaluator, on, result)),
        )
        size = on.file.stat().st_size if primitive.name.endswith("_ciphertext") else None
        sums = results.sums()
        self.channel.send(Timed(primitive.name, on.level, tuple(samples_s), size, sums=sums))


class _Finished:
    """A primitive's results that are written for the key owner.

    Attributes:
        evaluator: made them.
        sent: their files.
    """

    def __init__(self, evaluator: Evaluator, files: CiphertextFiles, primitive: Measurable) -> None:
        self.evaluator = evaluator
        self.sent: list[Shipment] = []
        self._files, self._primitive, self._level = files, primitive, 0

    def send(self, result: Ciphertext) -> None:
        """Make a result one that can be decrypted, and write it."""
        finished = self._primitive.finish(self.evaluator, result)
        if not self.sent:
            self._level = self.evaluator.level(finished)
        self.sent.append(self._files.send(self.evaluator, finished))

    def sums(self, terms: int) -> Sums | None:
        """What was written, each the sum of so many; None where there is nothing to check."""
        return Sums(tuple(self.sent), terms, self._level) if self.sent else None


class _Totals:
    """Sums of a primitive's results over its repetitions, one for each ciphertext of a result."""

    def __init__(self, finished: _Finished) -> None:
        self._finished = finished
        self._ciphertexts: list[Ciphertext] = []
        self._terms = 0

    def add(self, results: Sequence[Ciphertext]) -> None:
        """One repetition more."""
        pairs = zip(self._ciphertexts, results, strict=True) if self._terms else ()
        self._ciphertexts = [self._finished.evaluator.add(*pair) for pair in pairs] or list(results)
        self._terms += 1

    def sums(self) -> Sums | None:
        """Write the sums."""
        for total in self._ciphertexts:
            self._finished.send(total)
        return self._finished.sums(self._terms)


class _Apart:
    """A primitive's results, every repetition's by itself: each is written at once and none is held."""

    def __init__(self, finished: _Finished) -> None:
        self._finished = finished

    def add(self, results: Sequence[Ciphertext]) -> None:
        """One repetition more."""
        for result in results:
            self._finished.send(result)

    def sums(self) -> Sums | None:
        """What was written."""
        return self._finished.sums(terms=1)
