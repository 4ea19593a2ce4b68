"""The evaluator whose primitives are measured one by one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from backends.errors import Unsupported
from backends.interface import Ciphertext, Evaluator, KeyFile
from backends.microbenchmarks import BY_NAME, Measurable, Operands, operands
from backends.parameters import ParameterSet
from bench.parties.roles.evaluator import FOLDER, EvaluatorParty
from bench.parties.roles.sampling import Repetitions, sample
from bench.parties.serve import Handler, Message
from bench.parties.wire import Shipment, verify


class MeasuringEvaluator(EvaluatorParty):
    """An evaluator that times single primitives instead of a program; it cannot decrypt either."""

    def handlers(self) -> dict[str, Handler]:
        """What the front process may ask for."""
        measuring: dict[str, Handler] = {"measure_loading": self.measure_loading, "measure": self.measure}
        return super().handlers() | measuring

    def measure_loading(
        self,
        parameters: dict[str, Any],
        files: list[dict[str, Any]],
        measured: list[dict[str, Any]],
        repetitions: dict[str, int],
    ) -> Message:
        """Load each of the files `measured`, at an evaluator made from `files` and let go of afterwards."""
        for literal in (*files, *measured):
            verify(FOLDER, Shipment(**literal))
        keys = [KeyFile(literal["kind"], literal["name"]) for literal in files]
        evaluator = self._library.evaluator(ParameterSet.from_json(parameters), FOLDER, keys)
        for literal in measured:
            file = KeyFile(literal["kind"], literal["name"])
            name = f"load_{file.kind}"
            try:
                load = partial(evaluator.load_keys, FOLDER, file)
                self._tell(name, None, sample(load, Repetitions(**repetitions)), bytes=literal["size_bytes"])
            except Unsupported as error:
                self._channel.send("unsupported", name=name, reason=str(error))
        return {}

    def measure(
        self,
        primitives: list[str],
        ciphertexts: list[dict[str, Any]],
        plain: str,
        steps: list[int],
        repetitions: dict[str, int],
    ) -> Message:
        """Measure the primitives named on two ciphertexts; the file `plain` has the second one's values."""
        x, y = (self._receive(literal) for literal in ciphertexts)
        for literal in ciphertexts:
            (FOLDER / literal["name"]).unlink()
        values = np.load(FOLDER / plain, allow_pickle=False)
        on = operands(self._evaluator, x, y, values, steps, FOLDER / "measured_ciphertext")
        for name in primitives:
            self._measure(BY_NAME[name], on, Repetitions(**repetitions))
        return {}

    def _measure(self, primitive: Measurable, on: Operands, repetitions: Repetitions) -> None:
        """Time a primitive, and send the sum of all its results to be checked."""
        totals = _Totals(self._evaluator)
        samples_s = sample(
            lambda: primitive.run(self._evaluator, on),
            repetitions,
            lambda result: totals.add(primitive.settle(self._evaluator, on, result)),
        )
        outputs = [self._ship(primitive.finish(self._evaluator, total)) for total in totals.ciphertexts]
        size = {"bytes": on.file.stat().st_size} if primitive.name.endswith("_ciphertext") else {}
        self._tell(primitive.name, on.level, samples_s, outputs=outputs, terms=totals.terms, **size)

    def _tell(self, name: str, level: int | None, samples_s: list[float], **found: Any) -> None:
        self._channel.send("measured", name=name, level=level, samples_s=samples_s, **found)


class _Totals:
    """Sums of a primitive's results over its repetitions, one for each ciphertext of a result."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.ciphertexts: list[Ciphertext] = []
        self.terms = 0
        self._evaluator = evaluator

    def add(self, results: Sequence[Ciphertext]) -> None:
        """One repetition more."""
        pairs = zip(self.ciphertexts, results, strict=True) if self.terms else ()
        self.ciphertexts = [self._evaluator.add(*pair) for pair in pairs] or list(results)
        self.terms += 1
