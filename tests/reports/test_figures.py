"""Numbers as readers see them."""

from __future__ import annotations

import pytest

from models.metrics.catalogue import ACCURACY, CORRELATION, CROSS_ENTROPY, PERPLEXITY
from models.metrics.metric import NumberFormat
from reports.figures import (
    ABSENT,
    Unit,
    binary_size,
    bits,
    count,
    digits_of,
    fixed,
    seconds,
    significant,
    size,
    written,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((0.0, "0"), (0.00003, "3.0e-5"), (-0.00003, "-3.0e-5"), (0.0085, "0.00850"), (0.52934, "0.529")),
        *((1.0, "1.00"), (9.996, "10.0"), (26.14, "26.1"), (60.0, "60.0"), (99.95, "100"), (-1.234, "-1.23")),
        *((149.6, "150"), (999.4, "999"), (999.7, "1\u2009000"), (15342.6, "15\u2009343")),
    ],
)
def test_three_digits_and_never_a_power_of_ten(value: float, shown: str) -> None:
    assert significant(value) == shown


def test_other_digits_and_another_sign_between_thousands() -> None:
    assert significant(99.7, 2) == "100"
    assert significant(0.123456, 4) == "0.1235"
    assert significant(15342.6, thousands="") == "15343"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((0, "0 B"), (512, "512 B"), (999, "999 B"), (1000, "1.00 kB"), (60_000_000, "60.0 MB")),
        *((905_000_000, "905 MB"), (26.1e9, "26.1 GB"), (1.5e12, "1.50 TB"), (2e18, "2000 PB")),
        (None, ABSENT),
    ],
)
def test_bytes_in_the_unit_that_suits_them(value: float | None, shown: str) -> None:
    assert size(value) == shown


def test_bytes_as_other_harnesses_write_them() -> None:
    assert [binary_size(value) for value in (0, 1023, 1024, 21.4 * 2**30)] == [
        "0.0B",
        "1023.0B",
        "1.0K",
        "21.4G",
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0 s"), (60.0, "60.0 s"), (15342.6, "15343 s"), (0.0085, "8.50 ms"), (3.4e-6, "3.40 µs")],
)
def test_durations_in_the_unit_that_suits_them(value: float, shown: str) -> None:
    assert seconds(value) == shown


def test_a_duration_below_0_is_refused() -> None:
    with pytest.raises(ValueError, match="are not a duration"):
        seconds(-1.0)


def test_what_was_not_measured_is_a_dash() -> None:
    assert fixed(None, 4) == count(None) == bits(None) == ABSENT
    assert bits(15.54, None, 20.0) == f"15.5 / {ABSENT} / 20.0"
    assert (fixed(0.5, 4), count(0)) == ("0.5000", "0")


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        *((8.7e9, Unit.BYTES, "8.70 GB"), (0.25, Unit.SECONDS, "250 ms"), (15.0, Unit.BITS, "15.0 bits")),
        *((1200, Unit.COUNT, "1200"), (0.98, Unit.FRACTION, "0.98"), (3, Unit.FLIPPED, "3 flipped")),
    ],
)
def test_a_number_is_written_by_its_unit(value: float, unit: Unit, shown: str) -> None:
    assert written(value, unit) == shown


@pytest.mark.parametrize(
    ("value", "how", "shown"),
    [
        *((0.975, ACCURACY.format, "97.50"), (7.67261, PERPLEXITY.format, "7.673")),
        *((2.0377, CROSS_ENTROPY.format, "2.0377"), (0.9, CORRELATION.format, "0.9000")),
        *((0.0012, ACCURACY.loss_format, "0.12"), (0.0123, PERPLEXITY.loss_format, "1.23")),
    ],
)
def test_a_metric_is_written_as_it_declares(value: float, how: NumberFormat, shown: str) -> None:
    assert digits_of(value, how) == shown
