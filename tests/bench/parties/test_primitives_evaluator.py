"""Results that are checked one by one are written as they come, so that memory holds one of them at most."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import ClassVar

import numpy as np

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.cleartext.library import Cleartext
from backends.interface import Ciphertext, Evaluator, KeyFile
from backends.parameters import ParameterSet
from bench.parties.channel import Channel
from bench.parties.ciphertexts import CiphertextFiles
from bench.parties.measurements import MeasurePrimitives, Repetitions, Timed
from bench.parties.messages import Load
from bench.parties.roles.primitives_evaluator import PrimitivesEvaluatorParty
from tests.toy import BOOTSTRAPPING

REPETITIONS = Repetitions(short=4, long=4)


class Watching(CleartextEvaluator):
    """Knows how many of the bootstraps' results there are when the next one is made."""

    def __init__(self, parameters: ParameterSet) -> None:
        super().__init__(parameters)
        self.results: list[weakref.ref[Slots]] = []
        self.alive: list[int] = []

    def bootstrap(self, a: Ciphertext) -> Slots:
        self.alive.append(sum(one() is not None for one in self.results))
        result = super().bootstrap(a)
        self.results.append(weakref.ref(result))
        return result


class Library(Cleartext):
    made: ClassVar[list[Watching]] = []

    @classmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> Evaluator:
        cls.made.append(Watching(parameters))
        return cls.made[-1]


def test_no_result_of_a_bootstrap_is_held(tmp_path: Path) -> None:
    said = StringIO()
    party = PrimitivesEvaluatorParty(tmp_path, Channel(StringIO(), said), f"{__name__}:Library")
    party.answer(Load(BOOTSTRAPPING, ()))
    values = np.linspace(-1, 1, BOOTSTRAPPING.slots)
    np.save(tmp_path / "values.npy", values)
    evaluator, files = CleartextEvaluator(BOOTSTRAPPING), CiphertextFiles(tmp_path, "key_owner")
    sent = files.send_all(evaluator, [Slots(values, level=1)] * 2)
    party.answer(MeasurePrimitives(("bootstrap", "add"), sent, "values.npy", (1,), REPETITIONS))

    said.seek(0)
    heard = Channel(said, StringIO())
    bootstrap, add = heard.receive(Timed), heard.receive(Timed)
    assert bootstrap is not None
    assert add is not None
    assert bootstrap.sums is not None
    assert add.sums is not None
    assert (len(bootstrap.sums.ciphertexts), bootstrap.sums.terms) == (5, 1)  # the warm-up is checked too
    assert (len(add.sums.ciphertexts), add.sums.terms) == (1, 5)
    for shipment in bootstrap.sums.ciphertexts:
        assert np.array_equal(files.take(evaluator, shipment).values, values)
    assert np.allclose(files.take(evaluator, add.sums.ciphertexts[0]).values, 10 * values)
    (watching,) = (one for one in Library.made if one.results)
    assert watching.alive == [0] * 5
