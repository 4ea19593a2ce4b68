"""The random models on which the engine is tested are what those tests take them for."""

import numpy as np
import pytest

from models.reference import run
from tests.random_vit import random_inputs, random_vit


@pytest.mark.parametrize("interval", [(-1.0, 1.0), (-3.0, 2.0)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_inputs_fill_the_intervals_and_stay_inside(seed: int, interval: tuple[float, float]) -> None:
    graph = random_vit(seed, interval=interval)
    values = run(graph, random_inputs(seed + 100, 200, 12, 5), check_intervals=True)
    assert graph.not_polynomial() == []
    assert max(np.abs(value).max() for value in values.values()) < 2
    for node in graph:
        if node.operation == "polynomial":
            assert np.abs(values[node.inputs[0]]).max() > 0.3 * min(map(abs, interval))


def test_degrees_and_dimensions_are_those_asked_for() -> None:
    graph = random_vit(5, 2, 8, 2, 4, 3, 6, 5, 13)
    degrees = [len(node.arrays["coefficients"]) - 1 for node in graph if node.operation == "polynomial"]
    assert degrees == [5, 13, 5, 13]
    values = run(graph, random_inputs(6, 2, 4, 3))
    assert values["blocks.1.attention.scores"].shape == (2, 2, 4, 4)
    assert values[graph.output].shape == (2, 1, 6)
