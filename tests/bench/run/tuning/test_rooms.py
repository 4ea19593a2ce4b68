"""Rooms grow, and of a bootstrap's no first modulus holds less than its sine reaches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.headroom import BENT, reach
from bench.run.tuning.rooms import rooms
from tests.toy import BOOTSTRAPS


def test_a_first_modulus_holds_what_the_sine_reaches() -> None:
    usual = rooms("bootstrap")[0]
    for room in usual:
        assert room.correction_factor is not None
        for gap in room.gaps:
            at = replace(BOOTSTRAPS, scale_bits=40, first_modulus_bits=40 + gap)
            assert reach(at, 0, 2.0**room.correction_factor) == BENT * 2.0**room.correction_factor
        assert max(room.gaps) == room.correction_factor  # OpenFHE allows no more


@pytest.mark.parametrize("refresh", ["round_trip", "bootstrap"])
def test_the_smallest_comes_first(refresh: str) -> None:
    for sizes in rooms(refresh):
        assert {room.refresh for room in sizes} == {refresh}
        held = [(room.correction_factor or 0, room.gaps[0]) for room in sizes]
        assert held == sorted(set(held))
