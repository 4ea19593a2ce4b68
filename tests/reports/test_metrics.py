"""Metrics on arrays whose answers are known by hand."""

import numpy as np
import pytest

from reports.errors import ReportError
from reports.metrics import Array, accuracy, label_agreement, ladder, layer_precision, precision_bits

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
    assert accuracy(changed, LABELS) == 0.25


def test_defect_1_two_rungs_read_from_one_array_are_refused() -> None:
    logits = rungs()
    logits["encrypted"] = logits["polynomial"][:]
    with pytest.raises(ReportError, match="polynomial and encrypted logits are one array"):
        ladder(logits, LABELS)


def test_absent_rungs_are_null() -> None:
    result = ladder({"polynomial": POLYNOMIAL}, LABELS)
    assert result.polynomial == 0.75
    assert (result.encrypted, result.label_agreement, result.precision_bits) == (None, None, None)


def test_precision_is_undefined_for_an_exact_match_and_for_a_zero_reference() -> None:
    assert precision_bits(POLYNOMIAL, POLYNOMIAL) is None
    assert precision_bits(POLYNOMIAL, np.zeros_like(POLYNOMIAL)) is None


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
        accuracy(POLYNOMIAL, LABELS[:1])
    with pytest.raises(ReportError, match="'student' is no rung"):
        ladder({"student": POLYNOMIAL}, LABELS)
