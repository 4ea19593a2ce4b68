"""What a refused name is answered with."""

from __future__ import annotations

from models.names import did_you_mean


def test_the_nearest_name_is_offered() -> None:
    assert did_you_mean("openfhee", ["seal", "openfhe"]) == "; did you mean openfhe?"


def test_where_none_is_near_all_are_told_in_their_order() -> None:
    assert did_you_mean("weather", ["seal", "openfhe"]) == "; there are seal, openfhe"
