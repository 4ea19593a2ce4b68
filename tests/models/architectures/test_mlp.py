"""The perceptron: what it is made of, what conversion leaves of it, and what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from models.architectures import registry
from models.architectures.mlp import MlpShape
from models.architectures.options import ORIGINAL, Options
from models.architectures.shapes import DataShape, too_many
from models.conversion import ConversionSettings, to_polynomial
from models.errors import ModelError
from models.graph import Graph
from models.reference import outputs

SETTINGS = ConversionSettings(attention_degree=2, mlp_degree=2, margin=1.5, value_size=1.0)


def build(options: Options, tokens: int = 1) -> Graph:
    shape, data = MlpShape(hidden=(8, 6)), DataShape(tokens, 20, 3)
    return registry.build(shape, options, data, {}, np.random.default_rng(0), "mlp")


def inputs(count: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(count, 1, 20))


def test_one_builder_makes_both_variants() -> None:
    original, friendly = build(ORIGINAL), build(Options(activation="square"))
    assert [node.operation for node in original] == ["input", *["linear", "gelu"] * 2, "linear"]
    assert [node.operation for node in friendly] == [
        "input",
        *["linear", "batch_norm", "multiply"] * 2,
        "linear",
    ]
    assert original["layers.1.linear"].arrays["weight"].shape == (6, 8)
    assert outputs(friendly, inputs(2)).shape == (2, 1, 3)


def test_squares_are_converted_without_a_loss() -> None:
    """The BatchNorm, with statistics that tell, is folded into the linear maps; a square stays what it is."""
    friendly = build(Options(activation="square"))
    nodes = tuple(
        dataclasses.replace(node, arrays={**node.arrays, "mean": node.arrays["mean"] + 0.3})
        if node.operation == "batch_norm"
        else node
        for node in friendly
    )
    graph = dataclasses.replace(friendly, nodes=nodes)
    polynomial = to_polynomial(graph, inputs(64), SETTINGS)
    assert [node.operation for node in polynomial] == ["input", *["linear", "multiply"] * 2, "linear"]
    np.testing.assert_allclose(outputs(polynomial, inputs(5)), outputs(graph, inputs(5)), atol=1e-6)


def test_a_square_is_an_activation_of_every_architecture() -> None:
    shape = TypeAdapter(registry.Architecture).validate_python(
        {"kind": "vit", "dim": 4, "heads": 2, "blocks": 1, "mlp_ratio": 2}
    )
    options = Options(activation="square")
    graph = registry.build(shape, options, DataShape(4, 3, 2), {}, np.random.default_rng(0), "vit")
    activation = graph["blocks.0.mlp.activation"]
    assert activation.operation == "multiply"
    assert activation.inputs[0] == activation.inputs[1] == "blocks.0.mlp.inner_norm"


def test_samples_of_several_tokens_are_refused() -> None:
    with pytest.raises(ModelError, match="reads one token and a sample has 4"):
        build(Options(), tokens=4)


@pytest.mark.parametrize("hidden", [[], [0]])
def test_shapes_that_are_none_are_refused(hidden: list[int]) -> None:
    with pytest.raises(ValidationError):
        MlpShape(hidden=tuple(hidden))


def test_a_shape_tells_whether_a_machine_holds_it() -> None:
    assert too_many(MlpShape(hidden=(16_384,) * 4).weights) is None
    assert "1,073,741,824 weights are over" in str(too_many(MlpShape(hidden=(16_384,) * 5).weights))
