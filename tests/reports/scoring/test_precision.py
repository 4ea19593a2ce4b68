"""Precision on arrays whose answers are known by hand."""

import numpy as np
import pytest

from reports.errors import ReportError
from reports.scoring.precision import (
    label_agreement,
    layer_precision,
    least_cosine,
    mean_precision_bits,
    precision,
    precision_bits,
)

POLYNOMIAL = np.array([[2.0, 1.0], [0.0, 4.0], [1.0, 3.0], [1.0, 2.0]])
ENCRYPTED = POLYNOMIAL + np.array([[0.0, 0.25], [0.0, 0.0], [-0.125, 0.0], [0.0, 0.0]])


def test_precision_by_the_mean_error() -> None:
    bits = mean_precision_bits(ENCRYPTED, POLYNOMIAL)
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


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_answer_that_is_not_finite_names_no_label(value: float) -> None:
    broken = POLYNOMIAL.copy()
    broken[0, 0] = value
    for pair in ((broken, POLYNOMIAL), (POLYNOMIAL, broken), (broken, broken)):
        with pytest.raises(ReportError, match="not all finite"):
            label_agreement(*pair)


def test_labels_that_differ_lower_the_agreement() -> None:
    assert label_agreement(POLYNOMIAL[:, ::-1].copy(), POLYNOMIAL) == 0.0


def test_the_distribution_of_precision_by_hand() -> None:
    """Errors of 1 to 101 thousandths, of a reference whose largest value is 2."""
    reference = np.full(101, -2.0)
    found = precision(reference + np.arange(1, 102) / 1000, reference)
    assert found.error_max == pytest.approx(0.101)
    assert found.least == pytest.approx(np.log2(2 / 0.101))
    assert found.p99 == pytest.approx(np.log2(2 / 0.1))
    assert (found.median, found.mean) == pytest.approx((np.log2(2 / 0.051),) * 2)


def test_each_part_of_the_distribution_is_undefined_where_its_error_is_0() -> None:
    found = precision(ENCRYPTED, POLYNOMIAL)
    assert found.median is None
    assert None not in (found.least, found.mean, found.p99)
    exact = precision(POLYNOMIAL, POLYNOMIAL)
    assert (exact.least, exact.mean, exact.median, exact.p99, exact.error_max) == (
        None,
        None,
        None,
        None,
        0.0,
    )


def test_one_outlier_of_many_values_lowers_the_least_bits_alone() -> None:
    reference = np.full(1000, 1.0)
    values = reference + 2.0**-20
    values[7] += 2.0**-4
    found, even = precision(values, reference), precision(reference + 2.0**-20, reference)
    assert found.least is not None
    assert found.least < 5
    assert (found.median, found.p99) == (even.median, even.p99)


def test_shapes_that_would_broadcast_are_refused() -> None:
    with pytest.raises(ReportError, match="compare like with like"):
        precision_bits(POLYNOMIAL, POLYNOMIAL[:1])


def test_the_least_cosine_is_of_the_sample_that_turned_most() -> None:
    reference = np.array([[3.0, 4.0], [1.0, 0.0]])
    turned = np.array([[30.0, 40.0], [1.0, 1.0]])
    assert least_cosine(turned, reference) == pytest.approx(0.5**0.5)
    assert least_cosine(reference, reference) == 1.0
    assert least_cosine(np.zeros((2, 2)), reference) == 0.0
