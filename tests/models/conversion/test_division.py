"""A division by sums becomes a polynomial of its own interval, and Power-Softmax what the engine has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.architectures.options import Options
from models.conversion import fold
from models.conversion.division import reciprocal_nodes
from models.conversion.settings import ConversionSettings, DepthBudget
from models.errors import ModelError
from models.graph import Graph, Node
from models.reference import logits, run
from tests.models.conversion.substituted import substituted
from tests.models.conversion.test_folding import ENGINE

DIVISION = Node("r", "reciprocal", ("x",), {"epsilon": 0.25})
POWER = Options(attention="power_softmax", length_scaling="none", norm="layer", mlp_norm=False)


def settings(**how: object) -> ConversionSettings:
    return ConversionSettings.model_validate({"margin": 2.0, "value_size": 1.0} | how)


@pytest.mark.parametrize(
    ("how", "degree"),
    [
        ({"attention_degree": 4, "mlp_degree": 2}, 7),
        ({"attention_degree": 8, "mlp_degree": 2}, 15),
        ({"depth_budget": DepthBudget(depth=6, error=1e-2)}, 15),
        ({"depth_budget": DepthBudget(depth=3, error=1e-3)}, 7),
    ],
)
def test_a_reciprocal_near_epsilon_from_0_to_the_margin(how: dict[str, object], degree: int) -> None:
    x = np.linspace(0, 2 * 3.0, 200).reshape(1, 1, 200)
    nodes = reciprocal_nodes(DIVISION, 3.0, settings(**how))
    graph = Graph("g", (Node("x", "input", attributes={"tokens": 1, "features": 200}), *nodes), "r")
    found = run(graph, x, check_intervals=True)["r"]
    assert len(graph["r"].arrays["coefficients"]) == degree + 1
    relative = np.abs(found * (x + 0.25) - 1).max()
    assert relative <= graph["r"].attributes["error"] * (1 + 1e-3)
    assert relative < (4e-3 if degree == 15 else 0.1)
    np.testing.assert_allclose(graph["r"].attributes["bounds"], [0, 6])


def test_the_margin_is_one_of_the_values_whose_power_was_summed_up() -> None:
    fourth = replace(DIVISION, attributes={"epsilon": 0.25, "power": 4})
    *_, last = reciprocal_nodes(fourth, 3.0, settings(attention_degree=8, mlp_degree=8))
    np.testing.assert_allclose(last.attributes["bounds"], [0, 2.0**4 * 3.0])


def test_a_division_that_met_nothing_is_refused() -> None:
    with pytest.raises(ModelError, match="node r met no input but 0"):
        reciprocal_nodes(DIVISION, 0.0, settings(attention_degree=4, mlp_degree=4))


@pytest.mark.parametrize("name", ["vit", "swin", "gpt", "bert", "bert_post"])
def test_power_softmax_folds_into_what_the_engine_has(name: str) -> None:
    graph, x = substituted(name, POWER, samples=5)
    folded = fold(graph)
    np.testing.assert_allclose(logits(folded, x), logits(graph, x), atol=1e-9)
    assert {node.operation for node in folded} <= ENGINE | {"scale", "affine"}
    sums = [node for node in folded if node.operation == "sum_keys"]
    assert sums
    for node in sums:  # the factor of 1/x and the average are in its mask
        assert "mask" in node.arrays
        assert {folded[name].operation for name in node.inputs} <= {"multiply", "sum_features"}
        assert {reader.operation for reader in folded.consumers(node.name)} == {"polynomial"}
