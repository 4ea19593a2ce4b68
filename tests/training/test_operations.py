"""Training knows every operation, and takes another by one entry."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backends.conformance.graphs import MODELS, samples
from models.errors import ModelError
from models.graph import Graph, Node
from models.operations import OPERATIONS
from models.training.module import GraphModule, deviation
from models.training.operations import FORWARD
from tests.operations import NEGATE

INPUT = Node("x", "input", attributes={"tokens": 2, "features": 3})
INPUTS = np.random.default_rng(0).normal(size=(2, 2, 3))


def test_training_has_every_operation_and_no_other() -> None:
    assert FORWARD.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("name", MODELS)
def test_torch_and_the_reference_agree_on_every_polynomial_operation(name: str) -> None:
    graph = MODELS[name]()
    assert deviation(graph, samples(graph, 3)) < 1e-9


def test_gradients_go_through_sums_over_keys() -> None:
    graph = MODELS["divided"]()
    module, inputs = GraphModule(graph).double(), torch.from_numpy(samples(graph, 2))
    queries = dict(module.named_parameters())["linear6/weight"]
    module(inputs).output.square().sum().backward()

    def moved(step: float) -> float:
        with torch.no_grad():
            queries[0, 1] += step
            return float(module(inputs).output.square().sum())

    slope = (moved(1e-5) - moved(-2e-5)) / 2e-5
    assert queries.grad[0, 1].item() == pytest.approx(slope, rel=1e-5)


def test_an_operation_that_training_does_not_know_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph("g", (INPUT, Node("y", "scale", ("x",), {"factor": 2.0})), "y")
    monkeypatch.delitem(FORWARD, "scale")
    with pytest.raises(ModelError, match=r"node y: training does not know 'scale'; it knows \['add', "):
        GraphModule(graph)(torch.from_numpy(INPUTS))


def test_an_operation_is_added_by_its_declaration_and_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, NEGATE.name, NEGATE)
    monkeypatch.setitem(FORWARD, NEGATE.name, lambda module, node, x: -x)
    arrays = {"weight": np.eye(3), "bias": np.ones(3)}
    graph = Graph("g", (INPUT, Node("a", "linear", ("x",), arrays=arrays), Node("y", "negate", ("a",))), "y")
    assert deviation(graph, INPUTS) < 1e-12
