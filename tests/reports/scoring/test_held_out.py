"""The clear rungs over a held-out set: rungs, losses and what a table shows of them."""

import numpy as np
import pytest

from models.errors import ScoreError
from models.metrics.arrays import Array
from models.metrics.intervals import matched_proportions, mean_decrease, relative_increase
from reports.figures import loss_with_interval
from reports.scoring.held_out import held_out_ladder

#: Right or wrong on six samples.
RIGHT = {
    "original": np.array([1.0, 1, 1, 1, 1, 0]),
    "he_friendly": np.array([1.0, 1, 1, 1, 0, 1]),
    "polynomial": np.array([1.0, 1, 1, 0, 0, 0]),
}
#: Mean log-likelihoods of three windows.
LIKELIHOODS = {
    "original": np.log([0.5, 0.25, 0.125]),
    "he_friendly": np.log([0.5, 0.25, 0.125]),
    "polynomial": np.log([0.5, 0.2, 0.1]),
}


@pytest.mark.parametrize(
    ("metric", "scores", "expected", "interval"),
    [
        ("accuracy", RIGHT, (5 / 6, 5 / 6, 0.5), matched_proportions),
        ("perplexity", LIKELIHOODS, (4.0, 4.0, 100 ** (1 / 3)), relative_increase),
        ("cross_entropy", LIKELIHOODS, (np.log(4), np.log(4), np.log(100) / 3), mean_decrease),
    ],
)
def test_rungs_and_losses(metric: str, scores: dict[str, Array], expected: object, interval: object) -> None:
    block = held_out_ladder(metric, scores, "d")
    assert (block.samples, block.digest, block.metric) == (len(scores["original"]), "d", metric)
    assert (block.original, block.he_friendly, block.polynomial) == pytest.approx(expected)
    assert [(drift.from_rung, drift.to_rung) for drift in block.drifts] == [
        ("original", "he_friendly"),
        ("he_friendly", "polynomial"),
        ("original", "polynomial"),
    ]
    for drift in block.drifts:
        found = interval(scores[drift.from_rung], scores[drift.to_rung])  # type: ignore[operator]
        assert (drift.mean, drift.low, drift.high) == (found.mean, found.low, found.high)
        assert drift.standard_error == found.standard_error
        assert drift.confidence == 0.95


def test_a_loss_is_positive_in_every_metric() -> None:
    assert held_out_ladder("accuracy", RIGHT, "d").drifts[1].mean == pytest.approx(1 / 3)
    assert held_out_ladder("perplexity", LIKELIHOODS, "d").drifts[1].mean == pytest.approx(
        100 ** (1 / 3) / 4 - 1
    )
    entropy = held_out_ladder("cross_entropy", LIKELIHOODS, "d")
    assert entropy.drifts[1].mean == pytest.approx(np.log(100) / 3 - np.log(4))


def test_a_loss_in_a_table() -> None:
    accuracy = held_out_ladder("accuracy", RIGHT, "d")
    assert loss_with_interval(accuracy, accuracy.drifts[1]).startswith("33.33 [-")
    assert loss_with_interval(accuracy, accuracy.drifts[1]).endswith("] points")
    perplexity = held_out_ladder("perplexity", LIKELIHOODS, "d")
    assert loss_with_interval(perplexity, perplexity.drifts[0]) == "0.00 [0.00, 0.00] %"
    entropy = held_out_ladder("cross_entropy", LIKELIHOODS, "d")
    assert loss_with_interval(entropy, entropy.drifts[0]) == "0.0000 [0.0000, 0.0000] nats"


def test_a_perplexity_that_no_number_holds() -> None:
    with pytest.raises(ScoreError, match=r"grows by a factor of exp\(1999\), more than a number holds"):
        held_out_ladder("perplexity", {**LIKELIHOODS, "polynomial": np.full(3, -2000.0)}, "d")


def test_a_perplexity_that_no_number_holds_on_any_rung() -> None:
    """What is lost is a number, and still nothing is known of the models."""
    with pytest.raises(ScoreError, match=r"of the original model is more than a number holds, exp\(2000\)"):
        held_out_ladder("perplexity", dict.fromkeys(LIKELIHOODS, np.full(3, -2000.0)), "d")


def test_a_perplexity_is_told_in_nats_too() -> None:
    block = held_out_ladder("perplexity", LIKELIHOODS, "d")
    assert block.nats is not None
    assert block.nats.polynomial == pytest.approx(np.log(100) / 3)
    assert block.nats.encrypted is None
    assert held_out_ladder("accuracy", RIGHT, "d").nats is None
