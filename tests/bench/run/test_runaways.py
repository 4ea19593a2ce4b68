"""What a cell says of samples that leave an interval, and what becomes of its figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.run import runaways, scoring
from bench.run.errors import CellError
from bench.run.scoring import Decrypted
from bench.run.workload import Workload, load_workload
from bench.spec.file import Limits
from bench.spec.suite import CHECKPOINTS
from models.errors import IntervalError

LARGE = 5


@pytest.fixture(scope="module")
def workload() -> Workload:
    """Eight digits, one of them so large that it leaves intervals."""
    loaded = load_workload(CHECKPOINTS / "vit_tiny", "digits", 8)
    return replace(loaded, samples=replace(loaded.samples, inputs=larger(loaded.samples.inputs, LARGE)))


def larger(inputs: np.ndarray, *numbers: int) -> np.ndarray:
    """Some samples ten times as large."""
    found = inputs.copy()
    found[list(numbers)] *= 10
    return found


def decrypted(workload: Workload, *lost: int) -> Decrypted:
    """What the polynomial model answers, but for samples without an answer."""
    logits = workload.logits["polynomial"].copy()
    logits[list(lost)] = np.nan
    return Decrypted((logits,))


def test_the_sample_and_the_layer_are_named(workload: Workload) -> None:
    (departure,) = workload.departures
    assert (departure.sample, departure.layer) == (LARGE, "blocks.0.attention")
    assert departure.reach > 10
    assert np.flatnonzero(~workload.stay).tolist() == [LARGE]
    assert all(len(value) == 7 for value in workload.values.values())
    block = runaways.found(workload, decrypted(workload, LARGE), [])
    assert block is not None
    told = runaways.told(block)
    assert told is not None
    assert told.startswith(f"sample {workload.ids[LARGE]} leaves the interval of blocks.0.attention, ")
    assert told.endswith("it has no answer and counts as wrong")


def test_it_counts_as_wrong_and_is_compared_with_nothing(workload: Workload) -> None:
    found = decrypted(workload, LARGE)
    scoring.check(workload, found, Limits())
    ladder = scoring.ladder(workload, found, None)
    right = workload.logits["polynomial"][:, 0].argmax(axis=1) == workload.samples.labels
    assert ladder.encrypted == np.delete(right, LARGE).sum() / 8
    assert (ladder.label_agreement, ladder.logit_error_max) == (1.0, 0.0)


def test_an_answer_may_stand(workload: Workload) -> None:
    block = runaways.found(workload, decrypted(workload), [])
    assert block is not None
    assert block.samples[0].answered == bool(np.isfinite(workload.logits["polynomial"][LARGE]).all())


def test_a_sample_that_stays_has_an_answer(workload: Workload) -> None:
    with pytest.raises(CellError, match="not finite"):
        scoring.check(workload, decrypted(workload, 0, LARGE), Limits())


def test_nothing_is_said_where_all_stay() -> None:
    workload = load_workload(CHECKPOINTS / "vit_tiny", "digits", 4)
    assert runaways.found(workload, decrypted(workload), []) is None
    assert runaways.told(None) is None


def test_most_samples_outside_are_no_runaways(workload: Workload) -> None:
    inputs = larger(workload.samples.inputs, 0, 1, 2, 3)
    with pytest.raises(IntervalError, match=r"layer blocks\.0\.attention"):
        _ = replace(workload, samples=replace(workload.samples, inputs=inputs)).values
