"""Why a cell is ranked with none."""

from __future__ import annotations

from typing import Any

import pytest

from reports.divisions import standings
from reports.floors import Floors, interactive, under_floor, unranked
from reports.html.glance import RANKINGS
from tests.reports.html.records import failing, insecure, made, measured

COARSE: dict[str, Any] = {"ladder__precision_bits": 7.5}


def test_what_is_no_finished_secure_evaluation_is_ranked_with_none() -> None:
    whole = made(latency__primitives=None)
    found = [unranked(one) for one in (whole, failing("timed_out", "600 s"), insecure(), measured(1e-3))]
    assert found == [None, "timed out: 600 s", "INSECURE", "single operations"]


def test_who_asks_the_key_owner_is_interactive() -> None:
    assert [interactive(made(counts__round_trips=trips)) for trips in (12, 0, None)] == [True, False, False]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        (COARSE, "7.5 bits, under the floor"),
        ({"ladder__label_agreement": 0.95}, "95.0 % the same label, under the floor"),
        ({"ladder__precision_bits": None, "ladder__logit_error_max": 0.0}, None),
        ({"ladder__precision_bits": None, "ladder__logit_error_max": None}, "precision unknown"),
    ],
)
def test_a_floor_says_what_is_under_it(changes: dict[str, Any], why: str | None) -> None:
    assert under_floor([made(**changes)]) == why


def test_a_floor_can_be_moved_and_holds_the_median_of_the_processes() -> None:
    assert under_floor([made(**COARSE)], Floors(7.0, 0.99)) is None
    assert under_floor([made(**COARSE), made(), made()]) is None
    assert under_floor([made(**COARSE), made(**COARSE), made()]) == "7.5 bits, under the floor"


def test_what_is_under_a_floor_is_told_last_and_is_nobodys_measure() -> None:
    fast = made(backend="fast", latency__per_sample_s=0.1, **COARSE)
    ((first, last),) = standings([fast, made()], RANKINGS["throughput"]).divisions.values()
    assert (first.record.backend, first.ratio) == ("tenseal", 1.0)
    assert (last.record.backend, last.value, last.ratio) == ("fast", 0.1, None)
    assert last.under == "7.5 bits, under the floor"
