"""Numbers as readers see them."""

from __future__ import annotations

import pytest

from reports.figures import significant


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
