"""The committed ladders: originals that are no toys, and what the ladders say, found anew where data is.

What the project promises of losses is held to records, in `tests/bench/test_recorded_ladders.py`.
"""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from models.checkpoint import RUNGS, load_graph
from models.data import catalogue, preparation
from models.data.literals import parse
from models.graph import Graph
from models.ladder import compare
from tests.models.committed import FOLDERS

#: What the original reaches at least, by data set: a toy would lose nothing.
LEAST_ACCURACY = {"digits": 0.97, "mnist": 0.97, "cifar10": 0.70, "tiny_imagenet": 0.10, "sst2": 0.77}
MOST_NATS = {"tiny_shakespeare": 1.8}

#: A set of more samples is computed anew in part.
WHOLE, PART = 2000, 100
HERE = {described.name for described in catalogue.describe() if "held_out" in described.found}


def ladder(folder: Path) -> dict[str, Any]:
    """What stands beside the rungs."""
    found: dict[str, Any] = json.loads((folder / "ladder.json").read_text())
    return found


def rungs(folder: Path) -> dict[str, Graph]:
    """The three graphs of a checkpoint."""
    return {rung: load_graph(folder, rung) for rung in RUNGS}


COMMITTED = [pytest.param(folder, id=folder.name) for folder in FOLDERS]
#: Digits come with a package, so this is never empty.
WITH_DATA = [
    pytest.param(folder, id=folder.name) for folder in FOLDERS if ladder(folder)["recipe"]["data"] in HERE
]


@pytest.mark.parametrize("folder", COMMITTED)
def test_originals_are_no_toys(folder: Path) -> None:
    written = ladder(folder)
    data, original = written["recipe"]["data"], written["held_out"]["original"]
    if written["metric"] == "accuracy":
        assert original["accuracy"] >= LEAST_ACCURACY[data]
    else:
        assert original["cross_entropy"] <= MOST_NATS[data]


@pytest.mark.parametrize("folder", COMMITTED)
def test_weights_were_trained(folder: Path) -> None:
    assert not [rung for rung, graph in rungs(folder).items() if "weights" in graph.metadata]


@pytest.mark.parametrize("folder", WITH_DATA)
def test_the_ladder_is_what_the_rungs_reach(folder: Path) -> None:
    """All of a small set, to the digit; of a large one the first few, as near as so few can be."""
    written, graphs = ladder(folder), rungs(folder)
    source = catalogue.load(written["recipe"]["data"], "held_out")
    assert source.digest() == written["data"]["held_out"]["digest"], "the data here is not the ladder's"
    literal = parse(graphs["polynomial"].metadata["preparation"])
    count = preparation.count(source, literal)
    taken = count if count <= WHOLE else PART
    samples = preparation.samples(source, literal, range(taken))
    found = compare(graphs, samples)
    expected = written["held_out"]
    assert expected["samples"] == count
    if taken == count:
        assert found["digest"] == expected["digest"]
        for rung in RUNGS:
            assert found[rung] == pytest.approx(expected[rung], abs=1e-9)
        return
    for rung in RUNGS:
        assert_near(found[rung]["accuracy"], expected[rung]["accuracy"], taken)
    for pair, values in found["pairs"].items():
        assert_near(values["label_agreement"], expected["pairs"][pair]["label_agreement"], taken)


def assert_near(found: float, whole: float, samples: int) -> None:
    """A fraction of a few samples lies within four standard errors, and one sample, of that of all."""
    assert abs(found - whole) <= 4 * sqrt(whole * (1 - whole) / samples) + 1 / samples
