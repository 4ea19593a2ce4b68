"""A checkpoint of an evaluation is as it was written or not there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.measured import Span
from backends.replay import Kept
from bench.parties.checkpoints import NAME, SPANS, STATE, Checkpoints
from bench.parties.spent import Meter
from tests.backends.test_planner import PARAMETERS

KEPT = Kept(7, {3: Slots(np.arange(8.0), level=2)}, Counter(rotations=4), [Span(0, None, 0.0, 1.0)], 4.5)


def checkpoints(folder: Path) -> Checkpoints:
    evaluator, meter = CleartextEvaluator(PARAMETERS), Meter(lambda: 0.0)
    return Checkpoints(folder, evaluator, "identity", 0.0, lambda boundary, seconds: None, meter)


def test_a_checkpoint_comes_back(tmp_path: Path) -> None:
    checkpoints(tmp_path).keep(KEPT)
    found = checkpoints(tmp_path).latest()
    assert found is not None
    assert (found.boundary, found.counts, found.spans, found.seconds) == (
        7,
        {"rotations": 4},
        KEPT.spans,
        4.5,
    )
    assert list(found.values) == [3]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            STATE,
            b'"boundary": 7',
            b'"boundary": 6',
        ),  # would have been taken up, and an instruction done twice
        (STATE, b'"rotations": 4', b'"rotations": 5'),
        (STATE, b'"boundary"', b'"boundary\xff"'),
        (SPANS, b"(1, 5)", b"(5, 1)"),
        ("3", b"values", b"valves"),
    ],
)
def test_a_damaged_one_is_none_and_is_removed(tmp_path: Path, name: str, before: bytes, after: bytes) -> None:
    checkpoints(tmp_path).keep(KEPT)
    path = tmp_path / f"{NAME}7" / name
    assert before in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(before, after))
    assert checkpoints(tmp_path).latest() is None
    assert list(tmp_path.iterdir()) == []
