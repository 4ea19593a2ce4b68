"""The committed checkpoint: what issue reports rest on, computed anew from its three rungs."""

import json

import numpy as np
import pytest

from models.checkpoint import RUNGS, digest, load_graph
from models.conversion import round_weights, substitute
from models.data import digits
from models.graph import Graph
from models.ladder import accuracy, compare, intervals, largest_values
from models.recipe import Recipe
from models.reference import logits, ranges, run
from tests.models.committed import VIT_TINY


@pytest.fixture(scope="module")
def rungs() -> dict[str, Graph]:
    return {rung: load_graph(VIT_TINY, rung) for rung in RUNGS}


@pytest.fixture(scope="module")
def ladder() -> dict[str, object]:
    return json.loads((VIT_TINY / "ladder.json").read_text())


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in VIT_TINY.iterdir()) < 1_000_000


@pytest.mark.parametrize("rung", RUNGS)
def test_every_rung_reaches_97_per_cent_on_the_held_out_images(rungs: dict[str, Graph], rung: str) -> None:
    assert accuracy(rungs[rung], digits.held_out()) >= 0.97


def test_the_ladder_says_what_the_rungs_do(rungs: dict[str, Graph], ladder: dict[str, dict]) -> None:
    found = compare(rungs, digits.held_out())
    assert {rung: ladder["held_out"][rung] for rung in RUNGS} == {rung: found[rung] for rung in RUNGS}
    assert ladder["held_out"]["digest"] == digits.held_out().digest()
    assert ladder["held_out"]["pairs"].keys() == found["pairs"].keys()
    for pair, wanted in found["pairs"].items():
        assert ladder["held_out"]["pairs"][pair] == pytest.approx(wanted, abs=1e-9)
    for rung in RUNGS:
        assert ladder["rungs"][rung]["digest"] == digest(VIT_TINY, rung)
        assert ladder["rungs"][rung]["parameters"] == rungs[rung].parameter_count()


def test_no_held_out_image_leaves_an_interval(rungs: dict[str, Graph], ladder: dict[str, list]) -> None:
    run(rungs["polynomial"], digits.held_out().inputs, check_intervals=True)
    found = intervals(rungs["polynomial"], {"held_out": digits.held_out().inputs})
    assert [entry["name"] for entry in found] == [entry["name"] for entry in ladder["intervals"]]
    assert len(found) == 4


def test_intervals_come_from_training_images_alone(rungs: dict[str, Graph], ladder: dict[str, dict]) -> None:
    recipe = Recipe.model_validate(ladder["recipe"])
    met = ranges(rungs["he_friendly"], digits.training().inputs)
    for name, span in met.items():
        bound = rungs["polynomial"][name].attributes["bound"]
        assert bound == pytest.approx(recipe.conversion.margin * max(map(abs, span)))


def test_the_polynomial_rung_is_the_he_friendly_one_with_its_activations_replaced(
    rungs: dict[str, Graph], ladder: dict[str, dict]
) -> None:
    settings = Recipe.model_validate(ladder["recipe"]).conversion
    training, held_out = digits.training().inputs, digits.held_out().inputs
    unfolded = substitute(rungs["he_friendly"], training, settings)
    np.testing.assert_allclose(logits(rungs["polynomial"], held_out), logits(unfolded, held_out), atol=1e-4)


def test_every_level_of_the_polynomial_rung_is_needed(rungs: dict[str, Graph]) -> None:
    graph = rungs["polynomial"]
    assert graph.not_polynomial() == []
    assert not {"scale", "affine", "multiply"} & {node.operation for node in graph}
    for node in graph:
        if node.operation == "linear":
            assert graph[node.inputs[0]].operation in ("input", "merge_heads", "polynomial", "add")
        if node.operation == "polynomial":
            # three levels: z², then z⁴ beside c₆z², then their product; a factor before z⁸ would be a fourth
            assert len(node.arrays["coefficients"]) == 9
            assert abs(node.arrays["coefficients"][-1]) == 1
            assert not node.arrays["coefficients"][3::2].any()


def test_values_are_of_size_1_where_they_are_refreshed(rungs: dict[str, Graph]) -> None:
    largest = largest_values(rungs["polynomial"], digits.held_out().inputs)
    for name, value in largest.items():
        if name.endswith((".residual", ".merged", "embedding")):
            assert value < 1.5, name


def test_weights_are_stored_as_they_run(rungs: dict[str, Graph]) -> None:
    for graph in rungs.values():
        for node in round_weights(graph):
            for name, array in node.arrays.items():
                np.testing.assert_array_equal(array, graph[node.name].arrays[name])
