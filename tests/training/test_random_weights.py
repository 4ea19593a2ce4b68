"""Random weights: right sizes, finite values, no claim."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from models import recipe
from models.architectures.options import ORIGINAL
from models.checkpoint import RUNGS, load_graph
from models.graph import Graph
from models.pipeline import convert
from models.pipeline.untrained import random_rung, untrained
from models.pipeline.work import Conversion
from models.reference import run
from models.splits import split
from tests.training.recipes import SMALL

#: Its BatchNorms as they begin let the values of attention grow from block to block, beyond all use.
DEEP_SWIN: dict[str, Any] = SMALL | {
    "preparation": {
        "kind": "patches",
        "size": 8,
        "patch": 1,
        "mean": [8],
        "std": [8],
        "order": "windows",
        "window": 4,
    },
    "architecture": {
        "kind": "swin",
        "dim": 16,
        "depths": [2, 10],
        "heads": [2, 4],
        "window": 4,
        "mlp_ratio": 1,
    },
    "he_friendly": {"score_bias": 4.0},
    "calibration": 128,
    "storage": "float16",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], list[str]]:
    folder = tmp_path_factory.mktemp("random")
    (folder / "swin.yaml").write_text(yaml.safe_dump(DEEP_SWIN))
    lines: list[str] = []
    ladder = convert(folder / "swin.yaml", folder / "out", folder / "work", lines.append, untrained=True)
    return folder / "out", ladder, lines


@pytest.fixture(scope="module")
def conversion() -> Conversion:
    chosen = recipe.parse(DEEP_SWIN, "DEEP_SWIN", Path())
    return Conversion(chosen, split(chosen), Path(), lambda line: None)


def largest(graph: Graph, conversion: Conversion) -> float:
    with np.errstate(all="ignore"):
        values = run(graph, conversion.data.calibration[:8]).values()
    return max(float(np.abs(value).max()) for value in values)


def test_every_rung_says_that_it_is_random_and_trains_nothing(made) -> None:
    folder, ladder, lines = made
    for rung in RUNGS:
        assert load_graph(folder, rung).metadata["weights"] == "random"
    assert ladder["rungs"]["original"]["weights"] == "random"
    assert not any("epoch" in line for line in lines)


def test_the_ladder_claims_nothing(made) -> None:
    folder, ladder, lines = made
    assert json.loads((folder / "ladder.json").read_text()) == ladder
    assert ladder["weights"] == "random"
    assert not {"held_out", "validation"} & ladder.keys()
    assert "accuracy" not in json.dumps(ladder["rungs"])
    assert not any(line.startswith("measure") for line in lines)


def test_a_deep_graph_stays_finite(made, conversion: Conversion) -> None:
    folder, _, _ = made
    for rung in RUNGS:
        assert largest(load_graph(folder, rung), conversion) < 1e3


def test_it_would_not_with_the_statistics_of_initialisation(conversion: Conversion) -> None:
    found = largest(untrained(conversion, conversion.recipe.he_friendly, 3), conversion)
    assert not found < 1e100  # how far beyond, or that it is no number, differs from processor to processor


def test_each_batch_norm_has_the_statistics_that_it_meets(conversion: Conversion) -> None:
    graph = random_rung(
        conversion, conversion.recipe.he_friendly.model_copy(update={"score_norm": True})
    ).graph
    values = run(graph, conversion.data.calibration)
    for node in graph:
        if node.operation == "batch_norm":
            met = values[node.name]  # scale and shift begin as 1 and 0
            axes = (0, 2, 3) if node.attributes["over"] == "heads" else (0, 1)
            np.testing.assert_allclose(met.mean(axis=axes), 0, atol=1e-9)
            np.testing.assert_allclose(met.std(axis=axes), 1, rtol=0.05)


def test_weights_are_those_of_the_seed_but_residual_additions_add_less(conversion: Conversion) -> None:
    begun, found = untrained(conversion, ORIGINAL, 3), random_rung(conversion, ORIGINAL).graph
    for node in begun:
        less = 0.01 if node.name.endswith(".projection") else 1
        for name, array in node.arrays.items():
            np.testing.assert_array_equal(found[node.name].arrays[name], array * less)
