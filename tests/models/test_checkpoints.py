"""The committed checkpoints: what reports rest on, checked against themselves."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.checkpoint import RUNGS, digest, load_graph
from models.conversion import report, round_weights
from models.data import catalogue, preparation
from models.data.digits import PREPARATION
from models.graph import Graph
from models.ladder import largest_values
from models.recipe import Recipe, load
from models.reference import run
from tests.models.committed import CHECKPOINTS, FOLDERS, RECIPES, ROOT, VIT_TINY

BYTES_OF_A_RUNG, BYTES_OF_ALL = 12_000_000, 40_000_000


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name, scope="module")
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def rungs(folder: Path) -> dict[str, Graph]:
    return {rung: load_graph(folder, rung) for rung in RUNGS}


@pytest.fixture(scope="module")
def ladder(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "ladder.json").read_text())


@pytest.fixture(scope="module")
def digits() -> Any:
    return preparation.samples(catalogue.load("digits", "held_out"), PREPARATION)


def test_they_are_small() -> None:
    assert len(FOLDERS) >= 1
    sizes = [path.stat().st_size for folder in FOLDERS for path in folder.glob("*.safetensors")]
    assert max(sizes) <= BYTES_OF_A_RUNG
    assert sum(sizes) <= BYTES_OF_ALL


def test_the_recipe_stands_beside_them_as_it_was(folder: Path, ladder: dict[str, Any]) -> None:
    written, recipe = Recipe.model_validate(ladder["recipe"]), load(RECIPES / f"{folder.name}.yaml")
    if written.source is not None:
        written = _as_said(written, recipe)
    assert written == recipe


def _as_said(written: Recipe, recipe: Recipe) -> Recipe:
    """Without what the folder, whose path began at the repository's root, said in the recipe's place."""
    if written.trained is not None:
        written = written.model_copy(update={"he_friendly": recipe.he_friendly})
    for part in ("architecture", "preparation"):
        said, filled = getattr(recipe, part), getattr(written, part)
        assert said is None or said.model_dump(exclude_unset=True).items() <= filled.model_dump().items()
        written = written.model_copy(update={part: said})
    folders = {name: getattr(written, name) for name in ("original", "trained")}
    return written.model_copy(
        update={name: ROOT / path for name, path in folders.items() if path is not None}
    )


def test_the_ladder_is_of_these_rungs(folder: Path, rungs: dict[str, Graph], ladder: dict[str, Any]) -> None:
    for rung in RUNGS:
        assert ladder["rungs"][rung]["digest"] == digest(folder, rung)
        assert ladder["rungs"][rung]["parameters"] == rungs[rung].parameter_count()


def test_only_the_polynomial_rung_can_be_encrypted(rungs: dict[str, Graph]) -> None:
    assert rungs["polynomial"].not_polynomial() == []
    assert rungs["original"].not_polynomial()
    assert rungs["he_friendly"].not_polynomial()


def test_intervals_are_those_that_calibration_met(rungs: dict[str, Graph], ladder: dict[str, Any]) -> None:
    settings = Recipe.model_validate(ladder["recipe"]).conversion
    made = ladder["rungs"]["polynomial"]
    from_rung = "he_friendly" if made["choice"]["start"] == "substituted" else "tightened"
    met = made["ranges"][from_rung]["activations"]
    polynomials = {node.name: node for node in rungs["polynomial"] if node.operation == "polynomial"}
    for name, span in met.items():
        attributes = polynomials[name].attributes if name in polynomials else {}
        if attributes.get("function") == "gelu":
            assert attributes["bound"] == pytest.approx(settings.margin * max(map(abs, span)))


def test_values_are_of_size_1_where_they_are_refreshed(ladder: dict[str, Any]) -> None:
    for name, value in ladder["largest_values"].items():
        if name.endswith((".residual", ".merged", "embedding")):
            assert value < 2, name


def test_weights_are_stored_as_they_run(rungs: dict[str, Graph], ladder: dict[str, Any]) -> None:
    for graph in rungs.values():
        for node in round_weights(graph, ladder["recipe"]["storage"]):
            for name, array in node.arrays.items():
                np.testing.assert_array_equal(array, graph[node.name].arrays[name])


def test_every_level_of_a_vision_model_is_needed() -> None:
    graph = load_graph(VIT_TINY, "polynomial")
    assert not {"scale", "affine", "multiply"} & {node.operation for node in graph}
    for node in graph:
        if node.operation == "linear":
            assert graph[node.inputs[0]].operation in ("input", "merge_heads", "polynomial", "add")
        if node.operation == "polynomial":
            # three levels: z², then z⁴ beside c₆z², then their product; a factor before z⁸ would be a fourth
            assert len(node.arrays["coefficients"]) == 9
            assert abs(node.arrays["coefficients"][-1]) == 1
            assert not node.arrays["coefficients"][3::2].any()


@pytest.mark.parametrize("degree", [8, 4, 2])
def test_degrees_differ_in_the_polynomial_rung_alone(degree: int) -> None:
    """What a level of depth buys is compared on the same trained weights."""
    folder = VIT_TINY if degree == 8 else CHECKPOINTS / f"vit_tiny_degree_{degree}"
    for rung in ("original", "he_friendly"):
        ours, theirs = load_graph(folder, rung), load_graph(VIT_TINY, rung)
        for node in ours:
            for name, array in node.arrays.items():
                np.testing.assert_array_equal(array, theirs[node.name].arrays[name])
    polynomials = [node for node in load_graph(folder, "polynomial") if node.operation == "polynomial"]
    assert {len(node.arrays["coefficients"]) - 1 for node in polynomials} == {degree}


def test_no_held_out_digit_leaves_an_interval(digits: Any) -> None:
    graph = load_graph(VIT_TINY, "polynomial")
    run(graph, digits.inputs, check_intervals=True)
    ladder = json.loads((VIT_TINY / "ladder.json").read_text())
    found = report(graph, {"held_out": digits.inputs})
    assert [entry["name"] for entry in found] == [entry["name"] for entry in ladder["intervals"]]
    assert len(found) == 4


def test_values_of_vit_tiny_are_as_large_as_its_ladder_says(digits: Any) -> None:
    for name, value in largest_values(load_graph(VIT_TINY, "polynomial"), digits.inputs).items():
        if name.endswith((".residual", ".merged", "embedding")):
            assert value < 1.5, name
