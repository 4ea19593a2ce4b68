"""Candidates are secure sets that the backend can use, of enough levels."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from backends.levels import check_levels
from backends.parameters import COEFFICIENTS_TO_SLOTS_FIRST, MOST_PRIME_BITS, SLOTS_TO_COEFFICIENTS_FIRST
from backends.planner import refresh_for
from backends.registry import get
from backends.security import judge, nominal
from bench.run.tuning.candidates import Wanted, _coarseness, _is_secure, candidates
from bench.run.tuning.rooms import Room, rooms
from models.layers import LayerShape, layer

GRAPH = layer(LayerShape("activation", tokens=4, features=8, heads=1, degree=4), 0)


@pytest.mark.parametrize(
    ("library", "room"),
    [
        ("tenseal", Room((4,))),
        ("openfhe", Room((4,))),
        ("openfhe", Room((2, 3, 4), COEFFICIENTS_TO_SLOTS_FIRST, 4)),
        ("openfhe", Room((2,), SLOTS_TO_COEFFICIENTS_FIRST)),
    ],
)
def test_every_candidate_is_secure_and_has_the_levels(library: str, room: Room) -> None:
    descriptor = get(library)
    found = list(islice(candidates(descriptor, Wanted(GRAPH, room)), 6))
    assert len(found) == len(set(found)) > 3
    for at in found:
        told = descriptor.capabilities(at).security
        assert judge(told or nominal(at)).secure
        check_levels(GRAPH, at, refresh_for(room.refresh, at, descriptor.capabilities(at)))
        assert (at.bootstrap is not None) == (room.kind is not None)
        assert at.first_modulus_bits - at.scale_bits in room.gaps
        if at.bootstrap is not None:
            assert (at.bootstrap.kind, at.bootstrap.correction_factor) == (room.kind, room.correction_factor)


def test_a_depth_and_digits_have_the_largest_scale_that_security_leaves() -> None:
    found = list(candidates(get("tenseal"), Wanted(GRAPH, Room((6,)))))
    assert len({(one.log_n, one.depth, one.digits) for one in found}) == len(found)
    small = min(found, key=lambda one: (one.log_n, one.scale_bits))
    assert small.scale_bits < 50
    larger = replace(small, first_modulus_bits=small.scale_bits + 7, scale_bits=small.scale_bits + 1)
    assert not judge(nominal(larger)).secure


def test_a_backend_without_bootstraps_has_no_candidate_with_one() -> None:
    for sizes in rooms("bootstrap"):
        assert list(candidates(get("tenseal"), Wanted(GRAPH, sizes[0]))) == []


def test_a_bootstrap_errs_less_with_the_chosen_gap_than_with_the_other() -> None:
    descriptor = get("openfhe")
    found = list(candidates(descriptor, Wanted(GRAPH, Room((1, 2), COEFFICIENTS_TO_SLOTS_FIRST, 2))))
    for at in found:
        for gap in (1, 2):
            other = replace(at, first_modulus_bits=at.scale_bits + gap)
            if _is_secure(descriptor, other):
                assert _coarseness(descriptor, at) <= _coarseness(descriptor, other)


def test_no_prime_is_larger_than_libraries_have_them() -> None:
    found = list(candidates(get("tenseal"), Wanted(GRAPH, Room((16,)))))
    assert max(one.first_modulus_bits for one in found) == MOST_PRIME_BITS
