"""The counts of a record: logical ones, the same on every library, and what the library itself executed."""

from __future__ import annotations

import numpy as np
import pytest

from backends.registry import get
from bench.parties.messages import BatchFigures
from bench.run import recording
from bench.run.exchanges import Evaluation
from bench.run.recording import Figures
from reports.costs import Counts, PrimitiveCounts
from reports.measures import PLAIN
from tests.backends.test_program import PROGRAM


def counts(backend: str) -> Counts:
    """Of two batches that executed what the program says."""
    batch = BatchFigures(1.0, 0.0, {}, (), (), dict(PROGRAM.counts))
    evaluation = Evaluation(np.zeros((2, 1, 1)), [batch, batch], {}, 0.1, 1)
    return recording.counts(Figures(evaluations=[evaluation]), PROGRAM, 2, get(backend))


@pytest.mark.parametrize("name", ["cleartext", "fhelium", "openfhe", "pyfhel", "seal_python", "tenseal"])
def test_every_primitive_of_a_program_is_in_the_record(name: str) -> None:
    found = counts(name)
    assert all(getattr(found, counted) == 2 * count for counted, count in PROGRAM.counts.items())
    assert found.conjugations == 0


@pytest.mark.parametrize("name", ["fhelium", "pyfhel", "seal_python", "tenseal"])
def test_a_drop_on_seal_is_a_product_and_a_rescale(name: str) -> None:
    found = counts(name)
    assert found.drops
    assert found.library is not None
    assert (found.library.ct_pt, found.library.rescales, found.library.drops) == (
        found.ct_pt + found.drops,
        found.rescales + found.drops,
        0,
    )


def test_the_gate_judges_all_of_them() -> None:
    judged = {measure.name for measure in PLAIN if measure.judged}
    names = {f"counts.{name}" for name in Counts.model_fields if name != "library"}
    library = {f"counts.library.{name}" for name in PrimitiveCounts.model_fields}
    assert names | library <= judged
