"""Metrics on arrays whose answers are known by hand."""

import numpy as np
import pytest

from reports.errors import ReportError
from reports.metrics import (
    Array,
    label_agreement,
    ladder,
    layer_precision,
    mean_precision_bits,
    precision_bits,
    scores,
    whole,
)

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
    assert result.layers is None


def test_labels_that_differ_lower_the_agreement_and_not_only_the_accuracy() -> None:
    changed = POLYNOMIAL[:, ::-1].copy()
    assert label_agreement(changed, POLYNOMIAL) == 0.0
    assert scores("accuracy", changed, LABELS).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_defect_1_two_rungs_read_from_one_array_are_refused() -> None:
    logits = rungs()
    logits["encrypted"] = logits["polynomial"][:]
    with pytest.raises(ReportError, match="polynomial and encrypted logits are one array"):
        ladder(logits, LABELS)


def test_absent_rungs_are_null() -> None:
    result = ladder({"polynomial": POLYNOMIAL}, LABELS)
    assert result.polynomial == 0.75
    assert (result.encrypted, result.label_agreement, result.precision_bits) == (None, None, None)


def test_precision_by_the_mean_error() -> None:
    logits = rungs()
    bits = mean_precision_bits(logits["encrypted"], logits["polynomial"])
    assert bits == pytest.approx(np.log2(4 / (0.375 / 8)))


def test_precision_is_undefined_for_an_exact_match_and_for_a_zero_reference() -> None:
    for bits in (precision_bits, mean_precision_bits):
        assert bits(POLYNOMIAL, POLYNOMIAL) is None
        assert bits(POLYNOMIAL, np.zeros_like(POLYNOMIAL)) is None


def test_precision_of_layers() -> None:
    reference = np.array([1.0, -8.0])
    probes = {"mlp": reference + np.array([0.0, 0.5]), "exact": reference.copy()}
    first, second = layer_precision(probes, {"exact": reference, "mlp": reference, "not probed": reference})
    assert (first.name, first.precision_bits, first.error_max) == ("mlp", 4.0, 0.5)
    assert (second.name, second.precision_bits, second.error_max) == ("exact", None, 0.0)
    with pytest.raises(ReportError, match="'mlp' has no reference"):
        ladder(rungs(), LABELS, probes)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_no_result(value: float) -> None:
    logits = rungs()
    logits["encrypted"][0, 0] = value
    with pytest.raises(ReportError, match="not all finite"):
        ladder(logits, LABELS)


def test_shapes_that_would_broadcast_are_refused() -> None:
    with pytest.raises(ReportError, match="compare like with like"):
        precision_bits(POLYNOMIAL, POLYNOMIAL[:1])
    with pytest.raises(ReportError, match="do not fit labels"):
        scores("accuracy", POLYNOMIAL, LABELS[:1])
    with pytest.raises(ReportError, match="'student' is no rung"):
        ladder({"student": POLYNOMIAL}, LABELS)


#: Logits of two windows of three positions over two symbols, and what comes next.
WINDOWS = np.log([[[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]], [[0.875, 0.125], [0.5, 0.5], [0.75, 0.25]]])
NEXT = np.array([[0, 0, 1], [1, 1, 1]])


def test_perplexity_is_per_token() -> None:
    found = scores("perplexity", WINDOWS + 7.0, NEXT)  # what is added to all logits of a position is nothing
    assert found == pytest.approx([np.log(1 / 16) / 3, np.log(1 / 64) / 3])
    assert whole("perplexity", found) == pytest.approx(2 ** (10 / 6))


def test_the_ladder_of_a_language_model() -> None:
    encrypted = WINDOWS.copy()
    encrypted[0, 1] = encrypted[0, 1, ::-1]
    result = ladder({"polynomial": WINDOWS, "encrypted": encrypted}, NEXT, metric="perplexity")
    assert result.metric == "perplexity"
    assert result.polynomial == pytest.approx(2 ** (10 / 6))
    assert result.encrypted == pytest.approx(2 ** (10 / 6) / 3 ** (1 / 6))
    assert result.label_agreement == 5 / 6


def test_a_classifier_has_one_position_with_or_without_an_axis_of_its_own() -> None:
    assert scores("accuracy", POLYNOMIAL[:, None], LABELS).tolist() == [1.0, 1.0, 1.0, 0.0]
    assert scores("accuracy", POLYNOMIAL[:, None], LABELS[:, None]).tolist() == [1.0, 1.0, 1.0, 0.0]


def test_an_answer_that_is_not_finite_is_wrong_and_the_least_likely() -> None:
    broken = POLYNOMIAL.copy()
    broken[0, 0] = np.inf
    assert scores("accuracy", broken, LABELS).tolist() == [0.0, 1.0, 1.0, 0.0]
    found = scores("perplexity", broken, LABELS)
    assert found[0] == -np.inf
    assert found[1:].tolist() == scores("perplexity", POLYNOMIAL, LABELS)[1:].tolist()
    assert whole("perplexity", found) is None


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_answer_that_is_not_finite_names_no_label(value: float) -> None:
    broken = POLYNOMIAL.copy()
    broken[0, 0] = value
    for pair in ((broken, POLYNOMIAL), (POLYNOMIAL, broken), (broken, broken)):
        with pytest.raises(ReportError, match="not all finite"):
            label_agreement(*pair)


def test_accuracy_is_of_one_answer_a_sample() -> None:
    with pytest.raises(ReportError, match="judge such a model by perplexity"):
        scores("accuracy", WINDOWS, NEXT)
    with pytest.raises(ReportError, match="do not fit labels"):
        scores("perplexity", WINDOWS, NEXT[:, 0])
