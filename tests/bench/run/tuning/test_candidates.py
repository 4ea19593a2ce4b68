"""Candidates are secure sets that the backend can use, of enough levels."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from backends.levels import check_levels
from backends.planner import refresh_for
from backends.registry import get
from backends.security import judge, nominal
from bench.run.tuning.candidates import Wanted, candidates
from models.layers import LayerShape, layer

GRAPH = layer(LayerShape("activation", tokens=4, features=8, heads=1, degree=4), 0)


@pytest.mark.parametrize(
    ("library", "refresh"), [("tenseal", "round_trip"), ("openfhe", "round_trip"), ("openfhe", "bootstrap")]
)
def test_every_candidate_is_secure_and_has_the_levels(library: str, refresh: str) -> None:
    descriptor = get(library)
    found = list(islice(candidates(descriptor, Wanted(GRAPH, refresh, 4)), 6))
    assert len(found) == len(set(found)) > 3
    for at in found:
        told = descriptor.capabilities(at).security
        assert judge(told or nominal(at)).secure
        check_levels(GRAPH, at, refresh_for(refresh, at, descriptor.capabilities(at)))
        assert (at.bootstrap is not None) == (refresh == "bootstrap")
        assert at.first_modulus_bits - at.scale_bits == 4


def test_a_depth_and_digits_have_the_largest_scale_that_security_leaves() -> None:
    found = list(candidates(get("tenseal"), Wanted(GRAPH, "round_trip", 6)))
    assert len({(one.log_n, one.depth, one.digits) for one in found}) == len(found)
    small = min(found, key=lambda one: (one.log_n, one.scale_bits))
    assert small.scale_bits < 50
    larger = replace(small, first_modulus_bits=small.scale_bits + 7, scale_bits=small.scale_bits + 1)
    assert not judge(nominal(larger)).secure


def test_a_backend_without_bootstraps_has_no_candidate_with_one() -> None:
    assert list(candidates(get("tenseal"), Wanted(GRAPH, "bootstrap", 4))) == []
