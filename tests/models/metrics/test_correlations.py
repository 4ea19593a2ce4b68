"""The interval of a lost correlation: a published example, limits and coverage."""

import numpy as np
import pytest

from models.errors import ScoreError
from models.metrics.arrays import Array
from models.metrics.correlations import correlation, correlation_lost


def correlated(before: float, after: float, between: float, count: int) -> tuple[Array, Array]:
    """Scores of two rungs with exactly these correlations: with the labels, and with each other."""
    wanted = np.array([[1, before, after], [before, 1, between], [after, between, 1]])
    drawn = np.random.default_rng(0).normal(size=(count, 3))
    even, _ = np.linalg.qr(drawn - drawn.mean(axis=0))
    label, one, other = np.linalg.cholesky(wanted) @ even.T
    return np.stack([one, label], axis=1), np.stack([other, label], axis=1)


def test_a_correlation_lost_as_published() -> None:
    """Zou (2007), two correlations with one variable in common: 0.396 and 0.179 of 66, [-0.093, 0.517]."""
    found = correlation_lost(*correlated(0.396, 0.179, 0.088, 66))
    assert found.mean == pytest.approx(0.217)
    assert (found.low, found.high) == pytest.approx((-0.093, 0.517), abs=5e-4)


def test_rungs_that_answer_alike_have_the_narrower_interval() -> None:
    alike = correlation_lost(*correlated(0.8, 0.78, 0.99, 200))
    apart = correlation_lost(*correlated(0.8, 0.78, 0.6, 200))
    assert alike.high - alike.low < (apart.high - apart.low) / 3
    assert alike.standard_error < apart.standard_error / 3


def test_coverage() -> None:
    """95 % of the intervals of 100 samples hold the truth, and the standard error is that of the losses."""
    random, trials = np.random.default_rng(2), 600
    truth = np.linalg.cholesky(np.array([[1, 0.8, 0.7], [0.8, 1, 0.85], [0.7, 0.85, 1]]))
    found = []
    for _ in range(trials):
        label, one, other = truth @ random.normal(size=(3, 100))
        found.append(correlation_lost(np.stack([one, label], axis=1), np.stack([other, label], axis=1)))
    covered = sum(one.low <= 0.1 <= one.high for one in found) / trials
    assert 0.93 <= covered <= 0.975
    spread = np.std([one.mean for one in found])
    assert np.mean([one.standard_error for one in found]) == pytest.approx(spread, rel=0.1)


def test_a_perfect_correlation_has_an_interval_too() -> None:
    labels = np.arange(10.0)
    before = np.stack([2 * labels, labels], axis=1)
    after = np.stack([labels + np.resize([1.0, -1.0], 10), labels], axis=1)
    found = correlation_lost(before, after)
    assert found.mean == pytest.approx(1 - correlation(after))
    assert found.low < found.mean < found.high


def test_what_has_no_correlation_is_refused() -> None:
    before, after = correlated(0.5, 0.4, 0.3, 10)
    with pytest.raises(ScoreError, match="are not 4 or more pairs"):
        correlation_lost(before[:3], after[:3])
    with pytest.raises(ScoreError, match="finite answers that vary"):
        correlation_lost(before, np.zeros_like(after))
    with pytest.raises(ScoreError, match="the same labels"):
        correlation_lost(before, after[::-1])
