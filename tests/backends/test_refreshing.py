"""What a program does around a refresh."""

from dataclasses import replace

import pytest

from backends.parameters import ParameterSet
from backends.planner import plan
from backends.schedule import Refresh
from tests.random_vit import random_vit
from tests.toy import BOOTSTRAPS, ROUND_TRIPS


@pytest.mark.parametrize(
    ("parameters", "refresh", "more"),
    [
        (BOOTSTRAPS, Refresh("bootstrap", top=7, entry=1), 2),
        (ROUND_TRIPS, Refresh("round_trip", top=10, entry=0), 0),
    ],
)
def test_a_bootstrap_takes_the_mean_of_a_value_out_and_puts_it_back(
    parameters: ParameterSet, refresh: Refresh, more: int
) -> None:
    graph = random_vit(1)
    noted = replace(graph, nodes=tuple(replace(n, attributes={**n.attributes, "mean": 0.5}) for n in graph))
    plain, centred = plan(graph, parameters, refresh), plan(noted, parameters, refresh)
    refreshes = plain.counts["bootstraps"] + plain.counts["round_trips"]
    assert refreshes >= 1
    assert centred.counts["bootstraps"] == plain.counts["bootstraps"]
    assert centred.counts["additions"] == plain.counts["additions"] + more * refreshes
