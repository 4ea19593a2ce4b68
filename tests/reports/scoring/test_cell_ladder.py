"""The ladder of a cell on arrays whose answers are known by hand."""

import numpy as np
import pytest

from models.errors import ScoreError
from models.metrics.arrays import Array
from reports.errors import ReportError
from reports.scoring.ladder import ladder

LABELS = np.array([0, 1, 1, 0])
POLYNOMIAL = np.array([[2.0, 1.0], [0.0, 4.0], [1.0, 3.0], [1.0, 2.0]])


def rungs() -> dict[str, Array]:
    encrypted = POLYNOMIAL + np.array([[0.0, 0.25], [0.0, 0.0], [-0.125, 0.0], [0.0, 0.0]])
    return {
        "original": POLYNOMIAL * [1.0, 1.5],
        "he_friendly": POLYNOMIAL * [3.0, 1.0],
        "polynomial": POLYNOMIAL.copy(),
        "encrypted": encrypted,
    }


def test_ladder() -> None:
    result = ladder(rungs(), LABELS)
    assert (result.original, result.he_friendly, result.polynomial, result.encrypted) == (
        0.75,
        0.75,
        0.75,
        0.75,
    )
    assert result.label_agreement == 1.0
    assert result.logit_error_max == 0.25
    assert result.logit_error_mean == 0.375 / 8
    assert result.precision_bits == 4.0  # 4 / 0.25
    assert result.precision is not None
    assert (result.precision.least, result.precision.error_max) == (4.0, 0.25)
    assert result.precision.mean == pytest.approx(np.log2(4 / (0.375 / 8)))
    assert result.precision.median is None  # most logits are exact
    assert result.layers is None


def test_defect_1_two_rungs_read_from_one_array_are_refused() -> None:
    logits = rungs()
    logits["encrypted"] = logits["polynomial"][:]
    with pytest.raises(ReportError, match="polynomial and encrypted logits are one array"):
        ladder(logits, LABELS)


def test_absent_rungs_are_null() -> None:
    result = ladder({"polynomial": POLYNOMIAL}, LABELS)
    assert result.polynomial == 0.75
    assert (result.encrypted, result.label_agreement, result.precision_bits) == (None, None, None)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_no_result(value: float) -> None:
    logits = rungs()
    logits["encrypted"][0, 0] = value
    with pytest.raises(ReportError, match="not all finite"):
        ladder(logits, LABELS)


#: Logits of two windows of three positions over two symbols, and what comes next.
WINDOWS = np.log([[[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]], [[0.875, 0.125], [0.5, 0.5], [0.75, 0.25]]])
NEXT = np.array([[0, 0, 1], [1, 1, 1]])


def test_the_ladder_of_a_language_model() -> None:
    encrypted = WINDOWS.copy()
    encrypted[0, 1] = encrypted[0, 1, ::-1]
    result = ladder({"polynomial": WINDOWS, "encrypted": encrypted}, NEXT, metric="perplexity")
    assert result.metric == "perplexity"
    assert result.polynomial == pytest.approx(2 ** (10 / 6))
    assert result.encrypted == pytest.approx(2 ** (10 / 6) / 3 ** (1 / 6))
    assert result.label_agreement == 5 / 6
    assert result.nats is not None
    assert result.nats.polynomial == pytest.approx(10 / 6 * np.log(2))
    assert result.nats.encrypted == pytest.approx(np.log(result.encrypted))
    assert result.nats.original is None


def test_a_perplexity_beyond_all_numbers_is_told_in_nats() -> None:
    sure = 1e4 * np.stack([NEXT == 1, NEXT == 0], axis=-1)  # of what does not come
    result = ladder({"polynomial": sure}, NEXT, metric="perplexity")
    assert result.polynomial is None
    assert result.nats is not None
    assert result.nats.polynomial == 1e4


def test_other_metrics_have_no_nats_beside_them() -> None:
    assert ladder(rungs(), LABELS).nats is None
    assert ladder({"polynomial": WINDOWS}, NEXT, metric="cross_entropy").nats is None


def test_an_unknown_rung_and_an_unknown_metric_are_refused() -> None:
    with pytest.raises(ReportError, match="'student' is not a rung"):
        ladder({"student": POLYNOMIAL}, LABELS)
    with pytest.raises(ScoreError, match="the metric 'f1' is unknown; use accuracy or perplexity"):
        ladder({"polynomial": POLYNOMIAL}, LABELS, metric="f1")


def test_a_probe_without_a_reference_is_refused() -> None:
    with pytest.raises(ReportError, match="'mlp' has no reference"):
        ladder(rungs(), LABELS, {"mlp": POLYNOMIAL})


def test_the_ladder_of_a_regression_has_no_labels_to_agree_on() -> None:
    answers = np.array([[0.5], [1.0], [2.5], [3.0], [3.5]])
    result = ladder(
        {"polynomial": answers, "encrypted": answers + 0.125},
        np.array([0.0, 1.0, 2.0, 3.0, 4.0]),
        metric="correlation",
    )
    assert result.polynomial == result.encrypted == pytest.approx(0.9773556, abs=1e-6)
    assert result.label_agreement is None
    assert result.precision_bits == pytest.approx(np.log2(3.5 / 0.125))
