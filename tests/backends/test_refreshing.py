"""What a program does around a refresh."""

from dataclasses import replace

import numpy as np
import pytest

from backends.parameters import ParameterSet
from backends.planner import plan
from backends.schedule import Refresh
from models import reference
from tests.backends.evaluating import values_of
from tests.random_vit import random_inputs, random_vit
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


@pytest.mark.parametrize("samples", [1, 5])
def test_scores_are_bootstrapped_two_ciphertexts_at_a_time(samples: int) -> None:
    """One in the imaginary parts of the other, in a batch of one half and in one of two."""
    graph = random_vit(1, blocks=2, tokens=16)
    parameters = replace(BOOTSTRAPS, depth=23)
    lost = Refresh("bootstrap", top=7, entry=1)
    refreshes = (lost, replace(lost, keeps_imaginary=True))
    alone, paired = (plan(graph, parameters, one, complex_slots=True, samples=samples) for one in refreshes)
    assert paired.layout.halves == min(samples, 2)
    batches = [-(-samples // one.layout.samples) for one in (alone, paired)]
    assert paired.counts["bootstraps"] * batches[1] < alone.counts["bootstraps"] * batches[0]
    inputs = random_inputs(0, samples, 16, 5)
    expected = reference.run(graph, inputs)[graph.output]
    assert np.allclose(values_of(paired, inputs, parameters)[""], expected, atol=1e-9)


def test_a_portable_program_bootstraps_real_slots() -> None:
    kept = Refresh("bootstrap", top=7, entry=1, keeps_imaginary=True)
    program = plan(random_vit(1, blocks=1), BOOTSTRAPS, kept, samples=100)
    assert program.layout.halves == 1
    assert not program.conjugates
