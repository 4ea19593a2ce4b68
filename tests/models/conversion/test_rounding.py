"""Weights in the precision of a checkpoint."""

import numpy as np
import pytest

from models.conversion import Precision, round_weights
from models.errors import ModelError
from models.graph import Graph, Node


def graph(weight: float) -> Graph:
    arrays = {"weight": np.full((1, 1), weight), "bias": np.zeros(1)}
    attributes = {"basis": "power", "interval": [-1.0, 1.0]}
    nodes = (
        Node("x", "input", attributes={"tokens": 1, "features": 1}),
        Node("a", "linear", ("x",), arrays=arrays),
        Node("p", "polynomial", ("a",), attributes, {"coefficients": np.array([0, np.pi])}),
    )
    return Graph("g", nodes, "p")


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_weights_are_rounded_and_coefficients_are_not(precision: Precision) -> None:
    rounded = round_weights(graph(1 / 3), precision)
    assert float(rounded["a"].arrays["weight"][0, 0]) == float(np.dtype(precision).type(1 / 3)) != 1 / 3
    assert rounded["p"].arrays["coefficients"][1] == np.pi
    assert round_weights(rounded, precision)["a"].arrays["weight"] == rounded["a"].arrays["weight"]


def test_a_weight_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ModelError, match=r"node a holds 7e\+04, more than float16 can"):
        round_weights(graph(70_000.0), "float16")
